//! INIT SAM FOR PURCHASE and CREDIT SAM FOR PURCHASE (`docs/spec/terminal.md` 2.2, 2.3).

use rand_core::Rng;
use tunion_apdu::{Command, Response, Sw};
use tunion_crypto::{Algorithm, SessionKey, ct_eq, purchase_block};
use tunion_data::Fen;
use tunion_data::command::{ALGORITHM_DES, SamCreditRequest, SamInitAnswer, SamInitRequest, Transaction};
use tunion_data::mac::TransactionMac;
use tunion_device::Fault;

use crate::counters::Purchase;
use crate::psam::{Directory, Open, Psam};

/// The purchase that is open: what its MAC2 is checked with. It lies in RAM and goes with the power.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    key: SessionKey,
    amount: Fen,
}

impl<R: Rng> Psam<R> {
    /// INIT SAM FOR PURCHASE: answers the terminal sequence and MAC1.
    pub(crate) fn init_for_purchase(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        self.require(Directory::Purchase)?;
        self.counters().require_unlocked()?;
        let request = SamInitRequest::try_from(command.data).map_err(|_| Sw::WRONG_LENGTH)?;
        check(&request, self.contents.key_version)?;

        let SamInitRequest { amount, transaction, date, time, issuer, asn, seq, .. } = request;
        let terminal_seq = self.counters().draw(Purchase { issuer, asn, seq })?;
        // The issuer first, the card second (docs/spec/card.md 4.2).
        let tally = &mut self.core.work.crypto;
        let card_key =
            self.contents.purchase_root.card_key(Algorithm::Tdes, issuer.0, asn, tally).tdes(tally);
        let key = card_key.session_key(purchase_block(request.random, seq, terminal_seq), tally);
        let input = TransactionMac { amount, transaction, terminal: self.contents.terminal, date, time };
        let mac1 = key.mac(&input.encode(), tally);

        self.open = Open::Purchase(Session { key, amount });
        Ok(response.push(&SamInitAnswer { terminal_seq, mac1 }.encode())?)
    }

    /// CREDIT SAM FOR PURCHASE: checks MAC2. Right or wrong, the purchase is closed.
    pub(crate) fn credit_for_purchase(&mut self, command: &Command<'_>) -> Result<(), Fault> {
        self.counters().require_unlocked()?;
        let Open::Purchase(Session { key, amount }) = &self.open else {
            return Err(Sw::INVALID_STATE.into());
        };
        let (key, amount) = (key.clone(), *amount);
        self.open = Open::Nothing;
        let SamCreditRequest { mac2 } =
            SamCreditRequest::try_from(command.data).map_err(|_| Sw::WRONG_LENGTH)?;
        self.counters().spend_try()?;
        let ours = key.mac(&amount.to_be_bytes(), &mut self.core.work.crypto);
        if !ct_eq(&ours, &mac2) {
            return Err(Sw::WRONG_MAC.into());
        }
        self.counters().settle()
    }
}

/// Refuses what this PSAM cannot serve. Which status word says which is our reading: 6A80 for a type
/// other than 06 and 09 and for an algorithm other than DES, 9403 for a key version it does not have.
fn check(request: &SamInitRequest, key_version: u8) -> Result<(), Sw> {
    let purchase = matches!(
        Transaction::from_byte(request.transaction),
        Some(Transaction::Purchase | Transaction::Capp)
    );
    if !purchase || request.algorithm != ALGORITHM_DES {
        return Err(Sw::WRONG_DATA);
    }
    if request.key_version == key_version { Ok(()) } else { Err(Sw::NO_SUCH_KEY) }
}
