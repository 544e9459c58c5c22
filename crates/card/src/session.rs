//! What the card remembers between INITIALIZE and the command that ends the transaction
//! (`docs/spec/card.md` 3.1). It lies in RAM and goes with the power.

use heapless::Vec;
use tunion_crypto::SessionKey;
use tunion_data::command::{InitRequest, Transaction};
use tunion_data::file::{INDUSTRY_LEN, TripRecord};

/// The transaction that is under way.
#[derive(Clone, Default, Debug)]
pub(crate) enum Session {
    /// None.
    #[default]
    Idle,
    /// INITIALIZE FOR PURCHASE was answered.
    Purchase(Pending),
    /// INITIALIZE FOR CAPP PURCHASE was answered; UPDATE CAPP DATA CACHE may have followed.
    Capp(Pending, Cache),
    /// INITIALIZE FOR LOAD, FOR UNLOAD or FOR UPDATE was answered, of which the transaction tells; all
    /// MACs are under one session key.
    Online(Transaction, Pending, SessionKey),
}

/// What INITIALIZE was asked and answered.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pending {
    /// Of a limit update, which has no amount, zero.
    pub(crate) request: InitRequest,
    /// The sequence that was answered: the one before the transaction.
    pub(crate) seq: u16,
    pub(crate) random: [u8; 4],
}

/// Industry records that one composite purchase can carry: a journey of both rail and bus updates
/// 2701 and 2702 (`docs/spec/card.md` 3.1). That a third is refused, with 6985, is our reading
/// (`docs/spec/card.md` 6a).
pub(crate) const CACHED_RECORDS: usize = 2;

/// The records that the next DEBIT FOR CAPP PURCHASE commits with the money.
#[derive(Clone, Default, Debug)]
pub(crate) struct Cache {
    industry: Vec<(u8, [u8; INDUSTRY_LEN]), CACHED_RECORDS>,
    pub(crate) trip: Option<[u8; TripRecord::LEN]>,
}

impl Cache {
    /// Keeps a record of EF 1A; one with the same identifier replaces it. `false` when there is no
    /// room for another.
    pub(crate) fn put_industry(&mut self, id: u8, record: [u8; INDUSTRY_LEN]) -> bool {
        match self.industry.iter_mut().find(|(kept, _)| *kept == id) {
            Some((_, kept)) => {
                *kept = record;
                true
            }
            None => self.industry.push((id, record)).is_ok(),
        }
    }

    /// Whether nothing was put in.
    pub(crate) fn is_empty(&self) -> bool {
        self.industry.is_empty() && self.trip.is_none()
    }

    /// The records of EF 1A, with their identifiers.
    pub(crate) fn industry(&self) -> impl Iterator<Item = &(u8, [u8; INDUSTRY_LEN])> {
        self.industry.iter()
    }
}
