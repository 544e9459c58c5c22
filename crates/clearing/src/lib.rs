//! Clearing (清分): a batch of upload records is checked as a back office checks it
//! (`docs/spec/terminal.md` 6.2, 6.3), and every record gets a verdict.
//!
//! | module | idea |
//! |---|---|
//! | [`tac`] | the TAC of a record, and whose keys it is made with |
//! | `fault` | what makes a record illegal by itself |
//! | `order` | the batch in the order of its cards and of its terminals |
//! | `twice` | numbers that stand in two records |
//! | `grey` | what became of debits and loads whose answer was lost |
//! | `chain` | one card's records one behind the other: balance, time, and what is missing |
//! | [`totals`] | sums by kind and by terminal |
//! | `verdict` | reasons and verdicts |
//!
//! A batch is a slice of decoded records, and every answer is in its order. The same batch gives the same
//! answer. Keys are asked of an issuer ([`tac::TacKeys`]); records of an issuer whose keys are not at hand are
//! [forwarded](Verdict::Forwarded) and held to every other check.
//!
//! The crate knows records and TAC keys. It never knows files, nor how terminals decide.
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may panic"))]

mod chain;
mod fault;
mod grey;
mod order;
#[cfg(any(test, feature = "sample"))]
pub mod sample;
pub mod tac;
#[cfg(test)]
mod tests;
pub mod totals;
mod twice;
mod verdict;

pub use chain::{Gaps, Missing, Remark, What};
pub use fault::Fault;
pub use order::Place;
pub use verdict::{Because, Done, Number, Reason, Verdict};

use tac::{Book, TacKeys};
use totals::Totals;
use tunion_data::upload::{RecordKind, UploadRecord};

/// What came of a batch.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Clearing {
    /// One verdict for each record, in their order.
    pub verdicts: Vec<Verdict>,
    /// What is odd about records that stand, in their order. It rejects none.
    pub remarks: Vec<Remark>,
    /// Sequences that no record has, though records before and after it do.
    pub missing: Missing,
    /// Sums.
    pub totals: Totals,
}

impl Clearing {
    /// The records that are rejected, in their order.
    pub fn rejected(&self) -> impl Iterator<Item = (Place, &Verdict)> {
        let placed = (0..=u32::MAX).map(Place).zip(&self.verdicts);
        placed.filter(|(_, verdict)| verdict.reason().is_rejection())
    }
}

/// Clears a batch of at most 2³² − 1 records; any beyond are left out.
#[must_use]
pub fn clear(records: &[UploadRecord], keys: &impl TacKeys) -> Clearing {
    let records = records.get(..order::MOST).unwrap_or(records);
    let mut verdicts: Vec<Verdict> = records.iter().map(at_first).collect();
    let by_card = order::by_card(records);
    let by_terminal = order::by_terminal(records);
    check_tacs(records, &by_card, keys, &mut verdicts);
    twice::reject(records, &by_card, &by_terminal, &mut verdicts);
    let mut remarks = Vec::new();
    let mut missing = Missing { terminals: chain::terminals(records, &by_terminal), ..Missing::default() };
    for card in order::cards(&by_card) {
        grey::judge(records, card, &mut verdicts);
        chain::follow(records, card, &verdicts, &mut remarks, &mut missing);
    }
    remarks.sort_by_key(|remark| remark.place);
    let totals = Totals::of(records, &verdicts);
    Clearing { verdicts, remarks, missing, totals }
}

/// What a record shows of itself. Where that is nothing wrong, it is accepted until something is found.
fn at_first(record: &UploadRecord) -> Verdict {
    if let Some(fault) = fault::fault(record) {
        return Verdict::Illegal(fault);
    }
    let has_tac = RecordKind::from_byte(record.kind).is_none_or(RecordKind::has_tac);
    match (record.has(UploadRecord::GREY), has_tac) {
        (true, _) if is_sure(record) => Verdict::Grey { done: Done::Yes, because: Because::Log },
        (true, _) => Verdict::Grey { done: Done::Unknown, because: Because::NothingLater },
        // A record without a transaction has a TAC of zeros.
        (false, false) if record.tac != [0; 4] => Verdict::TacWrong { expected: [0; 4] },
        (false, _) => Verdict::Accepted,
    }
}

/// Checks the TAC of every record that can have one. Records come card by card, so that a card's key is derived
/// once.
fn check_tacs(
    records: &[UploadRecord],
    by_card: &[order::Entry],
    keys: &impl TacKeys,
    verdicts: &mut [Verdict],
) {
    let mut book = Book::new(keys);
    for place in by_card.iter().map(|entry| entry.place()) {
        let (Some(record), Some(verdict)) = (records.get(place.index()), verdicts.get_mut(place.index()))
        else {
            continue;
        };
        if *verdict != Verdict::Accepted {
            continue;
        }
        *verdict = match book.expected(record) {
            None => Verdict::Forwarded,
            Some(expected) if tunion_crypto::ct_eq(&expected, &record.tac) => Verdict::Accepted,
            Some(expected) => Verdict::TacWrong { expected },
        };
    }
}

/// Whether a record is of a load, not of a debit.
#[must_use]
pub const fn is_load(record: &UploadRecord) -> bool {
    record.transaction == tunion_data::command::Transaction::Load as u8
}

/// Whether what a record says was done: it is not grey, or was found in the card's log.
#[must_use]
pub const fn is_sure(record: &UploadRecord) -> bool {
    !record.has(UploadRecord::GREY) || record.has(UploadRecord::RECOVERED)
}
