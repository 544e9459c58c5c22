//! The MACs and the TAC of a load, as the host computes them (`docs/spec/card.md` 4.4–4.6).

use tunion_crypto::{Key16, SessionKey, TacKey, Tally, load_block};
use tunion_data::command::Transaction;
use tunion_data::host::LoadRequest;
use tunion_data::mac::{LoadMac1, LoadTac, TransactionMac};
use tunion_data::{BcdDate, BcdDateTime, BcdTime};

const LOAD: u8 = Transaction::Load as u8;

/// MAC1 that the card should have sent, under its load key.
pub(crate) fn mac1(load_key: &Key16, request: &LoadRequest) -> [u8; 4] {
    let LoadRequest { init, amount, terminal, .. } = *request;
    let input = LoadMac1 { balance: init.balance, amount, transaction: LOAD, terminal };
    session(load_key, request).mac(&input.encode(), &mut Tally::default())
}

/// MAC2 that the card will look for, under its load key.
pub(crate) fn mac2(load_key: &Key16, request: &LoadRequest) -> [u8; 4] {
    let LoadRequest { amount, terminal, .. } = *request;
    let (date, time) = stamp(request);
    let input = TransactionMac { amount, transaction: LOAD, terminal, date, time };
    session(load_key, request).mac(&input.encode(), &mut Tally::default())
}

/// The TAC of the load if the card does it, under its TAC key.
pub(crate) fn tac(tac_key: &Key16, request: &LoadRequest) -> [u8; 4] {
    let LoadRequest { init, amount, terminal, .. } = *request;
    let (date, time) = stamp(request);
    let balance = init.balance.saturating_add(amount);
    let input = LoadTac { balance, seq: init.seq, amount, transaction: LOAD, terminal, date, time };
    let tally = &mut Tally::default();
    TacKey::new(tac_key, tally).mac(&input.encode(), tally)
}

fn session(load_key: &Key16, request: &LoadRequest) -> SessionKey {
    let tally = &mut Tally::default();
    load_key.tdes(tally).session_key(load_block(request.init.random, request.init.seq), tally)
}

fn stamp(request: &LoadRequest) -> (BcdDate, BcdTime) {
    BcdDateTime::from(request.at).split()
}

#[cfg(test)]
mod tests {
    use super::*;
    use hex_literal::hex;
    use tunion_data::civil::DateTime;
    use tunion_data::command::LoadInit;
    use tunion_data::{Fen, IssuerId, Pan, TerminalId};

    fn request(init: LoadInit, amount: u32, terminal: TerminalId, at: DateTime) -> LoadRequest {
        let (issuer, pan) = (IssuerId::default(), Pan::default());
        LoadRequest { issuer, pan, terminal, key_index: 1, amount: Fen::new(amount), init, at }
    }

    /// `docs/spec/card.md` 5.2: the load of a real card.
    #[test]
    fn the_load_of_a_real_card() {
        let dlk = Key16::new(hex!("374598B5C0B0EAE1E1D06609AC5BB369"));
        let dtk = Key16::new(hex!("CAA6025290114BFCC3C9043F70F7A07A"));
        let init = LoadInit::decode(&hex!("00000000 0000 01 00 CDEF4F20 06B1BEF5"));
        let at = DateTime::constant(2014, 8, 25, 10, 31, 0, 0);
        let request = request(init, 0x1C37, TerminalId(hex!("000001000050")), at);
        assert_eq!(mac1(&dlk, &request), init.mac1);
        assert_eq!(mac2(&dlk, &request), hex!("0641DCD8"));
        assert_eq!(tac(&dtk, &request), hex!("ED0F8755"));
    }

    /// `docs/spec/card.md` 5.3, with type 02.
    #[test]
    fn the_textbook_load() {
        let dlk = Key16::new(hex!("11223344556677888877665544332211"));
        let init = LoadInit { random: hex!("11223344"), ..LoadInit::default() };
        let at = DateTime::constant(2011, 12, 21, 21, 48, 22, 0);
        let request = request(init, 0x1000, TerminalId(hex!("001122334455")), at);
        assert_eq!(mac1(&dlk, &request), hex!("A5638AA0"));
        assert_eq!(mac2(&dlk, &request), hex!("FDD12AF1"));
    }
}
