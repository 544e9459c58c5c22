//! The other side of one card: what PSAM, issuer's host and issuer's maintenance send it.
//!
//! It has the card's own keys and builds every command that needs one of them, with the right MAC or
//! with a wrong one. It keeps nothing between two commands: what a MAC is made over is handed in.

use tunion_apdu::{CommandBuf, Name, build};
use tunion_card::CardKeys;
use tunion_crypto::{Challenge, DesKey, Key16, Tally, load_block, purchase_block};
use tunion_data::command::{
    CreditRequest, DebitRequest, InitRequest, LimitInit, LimitRequest, LoadInit, PurchaseInit, Transaction,
};
use tunion_data::mac::{LimitMac2, TransactionMac};
use tunion_data::{BcdDate, BcdTime, Fen, Fen24, TerminalId};

/// Whether a MAC or a cryptogram is the right one. A wrong one differs in its last bit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Mac {
    /// As the card will reckon it.
    Right,
    /// Not so.
    Wrong,
}

impl Mac {
    fn of<const N: usize>(self, mut right: [u8; N]) -> [u8; N] {
        if let (Self::Wrong, Some(last)) = (self, right.last_mut()) {
            *last ^= 0x01;
        }
        right
    }
}

/// The other side of one card, at one terminal and one time.
///
/// ```
/// use tunion_apdu::Response;
/// use tunion_card::{Card, Chip, Contents};
/// use tunion_harness::counterpart::{Counterpart, Mac};
/// use tunion_harness::random::stream;
/// use tunion_data::command::{PurchaseInit, Transaction};
/// use tunion_data::Fen;
///
/// let keys = tunion_issuer::Roots::numbered().card_keys(Default::default(), Default::default());
/// let mut card = Card::new(&Contents::blank(keys.clone()), stream(1, "card", 0))?;
/// let other = Counterpart::new(keys);
/// let mut answer = Response::new();
/// card.process(&tunion_apdu::build::select_name(&tunion_data::fci::EP_AID), &mut answer)?;
/// card.process(&other.init(Transaction::Purchase, Fen::ZERO), &mut answer)?;
/// let init = PurchaseInit::try_from(answer.data())?;
/// card.process(&other.debit(Transaction::Purchase, Fen::ZERO, &init, 1, Mac::Right), &mut answer)?;
/// assert!(answer.sw().is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Counterpart {
    keys: CardKeys,
    /// The terminal's number.
    pub terminal: TerminalId,
    /// The date that transactions bear.
    pub date: BcdDate,
    /// The time that transactions bear.
    pub time: BcdTime,
}

impl Counterpart {
    /// The other side of the card with these keys: terminal 100000000001, on 2026-11-23 at 07:40:00.
    #[must_use]
    pub fn new(keys: CardKeys) -> Self {
        Self {
            keys,
            terminal: TerminalId([0x10, 0, 0, 0, 0, 0x01]),
            date: BcdDate([0x20, 0x26, 0x11, 0x23]),
            time: BcdTime([0x07, 0x40, 0x00]),
        }
    }

    /// INITIALIZE, with key index 01.
    #[must_use]
    pub fn init(&self, transaction: Transaction, amount: Fen) -> CommandBuf {
        build::init(transaction, &InitRequest { key_index: 0x01, amount, terminal: self.terminal })
    }

    /// DEBIT FOR PURCHASE or FOR CAPP PURCHASE, with the PSAM's MAC1.
    #[must_use]
    pub fn debit(
        &self,
        transaction: Transaction,
        amount: Fen,
        init: &PurchaseInit,
        terminal_seq: u32,
        mac: Mac,
    ) -> CommandBuf {
        let block = purchase_block(init.random, init.seq, terminal_seq);
        let mac1 = mac.of(session_mac(&self.keys.purchase, block, &self.input(transaction, amount)));
        build::debit(&DebitRequest { terminal_seq, date: self.date, time: self.time, mac1 })
    }

    /// The host's approval of a load: CREDIT FOR LOAD, whose MAC2 is in it.
    #[must_use]
    pub fn credit(&self, amount: Fen, init: &LoadInit, mac: Mac) -> CommandBuf {
        let [key, _] = &self.keys.load;
        build::credit(&self.approval(key, Transaction::Load, amount, init, mac))
    }

    /// The host's approval of an unload: DEBIT FOR UNLOAD, whose MAC2 is in it.
    #[must_use]
    pub fn debit_unload(&self, amount: Fen, init: &LoadInit, mac: Mac) -> CommandBuf {
        build::debit_unload(&self.approval(&self.keys.unload, Transaction::Unload, amount, init, mac))
    }

    /// The host's approval of another overdraft limit: UPDATE OVERDRAW LIMIT, whose MAC2 is in it.
    #[must_use]
    pub fn update_limit(&self, limit: Fen24, init: &LimitInit, mac: Mac) -> CommandBuf {
        let Self { terminal, date, time, .. } = *self;
        let input = LimitMac2 { limit, transaction: Transaction::LimitUpdate as u8, terminal, date, time };
        let block = load_block(init.random, init.seq);
        let mac2 = mac.of(session_mac(&self.keys.overdraft, block, &input.encode()));
        build::update_limit(&LimitRequest { limit, date, time, mac2 })
    }

    /// A command of secure messaging with its MAC over `challenge`, under the key that the command wants
    /// (`docs/spec/card.md` 8.5).
    #[must_use]
    pub fn signed(
        &self,
        name: Name,
        [p1, p2]: [u8; 2],
        data: &[u8],
        challenge: Challenge,
        mac: Mac,
    ) -> CommandBuf {
        let key = match name {
            Name::ApplicationBlock => &self.keys.app_block,
            Name::ApplicationUnblock => &self.keys.app_unblock,
            Name::CardBlock => &self.keys.card_control,
            Name::UnblockPin => &self.keys.pin_unblock,
            _ => &self.keys.app_maintenance,
        };
        let command = build::unsigned(name, p1, p2, data);
        let tally = &mut Tally::default();
        let right = key.tdes(tally).command_mac(challenge, &command, tally);
        build::signed(command, mac.of(right))
    }

    /// EXTERNAL AUTHENTICATE with the key `id`, 00 or 01; any other has the cryptogram of key 00.
    #[must_use]
    pub fn authenticate(&self, id: u8, challenge: Challenge, mac: Mac) -> CommandBuf {
        let [first, second] = &self.keys.external;
        let tally = &mut Tally::default();
        let right = if id == 0x01 { second } else { first }.tdes(tally).authenticate(challenge, tally);
        plain(Name::ExternalAuthenticate, [0x00, id], &mac.of(right))
    }

    /// RELOAD PIN, whose MAC has no challenge.
    #[must_use]
    pub fn reload_pin(&self, pin: &[u8], mac: Mac) -> CommandBuf {
        let tally = &mut Tally::default();
        let right = DesKey::folded(&self.keys.pin_reload, tally).mac(pin, tally);
        plain(Name::ReloadPin, [0x00, 0x00], &[pin, &mac.of(right)].concat())
    }

    /// PIN UNBLOCK, with another PIN or without.
    #[must_use]
    pub fn unblock_pin(&self, pin: Option<&[u8]>, challenge: Challenge, mac: Mac) -> CommandBuf {
        let tally = &mut Tally::default();
        let data = pin.map(|pin| {
            let mut block = [0; 8];
            let [.., length] = pin.len().to_be_bytes();
            let plain = [length].into_iter().chain(pin.iter().copied()).chain([0x80]);
            block.iter_mut().zip(plain).for_each(|(to, from)| *to = from);
            self.keys.pin_unblock.tdes(tally).encrypt(block, tally)
        });
        let data = data.as_ref().map_or(&[][..], |block| &block[..]);
        self.signed(Name::UnblockPin, [0x00, 0x00], data, challenge, mac)
    }

    /// What MAC1 of a purchase and MAC2 of load and unload are made over.
    fn input(&self, transaction: Transaction, amount: Fen) -> [u8; TransactionMac::LEN] {
        let Self { terminal, date, time, .. } = *self;
        TransactionMac { amount, transaction: transaction as u8, terminal, date, time }.encode()
    }

    fn approval(
        &self,
        key: &Key16,
        transaction: Transaction,
        amount: Fen,
        init: &LoadInit,
        mac: Mac,
    ) -> CreditRequest {
        let block = load_block(init.random, init.seq);
        let mac2 = mac.of(session_mac(key, block, &self.input(transaction, amount)));
        CreditRequest { date: self.date, time: self.time, mac2 }
    }
}

/// VERIFY PIN.
#[must_use]
pub fn verify_pin(pin: &[u8]) -> CommandBuf {
    plain(Name::VerifyPin, [0x00, 0x00], pin)
}

/// CHANGE PIN.
#[must_use]
pub fn change_pin(old: &[u8], new: &[u8]) -> CommandBuf {
    plain(Name::ChangePin, [0x01, 0x00], &[old, &[0xFF], new].concat())
}

/// A command without a MAC, with Lc where it brings data and without Le. More data than 255 bytes is cut
/// off there.
#[must_use]
pub fn plain(name: Name, [p1, p2]: [u8; 2], data: &[u8]) -> CommandBuf {
    let spec = name.spec();
    let data = data.get(..data.len().min(255)).unwrap_or_default();
    let mut bytes = CommandBuf::new();
    // 5 + 255 bytes at most always fit.
    let _ = bytes.extend_from_slice(&[spec.cla, spec.ins, p1, p2]);
    if !data.is_empty() {
        let [.., lc] = data.len().to_be_bytes();
        let _ = bytes.push(lc);
        let _ = bytes.extend_from_slice(data);
    }
    bytes
}

fn session_mac(key: &Key16, block: [u8; 8], input: &[u8]) -> [u8; 4] {
    let tally = &mut Tally::default();
    key.tdes(tally).session_key(block, tally).mac(input, tally)
}
