//! What must hold whatever the scenario (`docs/spec/terminal.md` 4.3): money is conserved, there is
//! one record for each debit and load, and every record's TAC is the card's.

use crate::clearing::IssuerKeys;
use crate::outcome::Failure;
use std::collections::BTreeSet;
use tunion_clearing::tac::Book;
use tunion_clearing::{is_load, is_sure};
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_data::{Fen, Pan};
use tunion_issuer::Roots;

/// What a card's holder owned at the beginning and at the end, in fen: actual balance less overdraft
/// used.
#[derive(Clone, Copy, Debug)]
pub struct Money {
    /// At the beginning.
    pub start: i64,
    /// At the end.
    pub end: i64,
}

/// How many debits of a card were recorded.
#[must_use]
pub fn debits(records: &[UploadRecord], pan: Pan) -> u32 {
    let debits = records.iter().filter(|record| record.pan == pan && is_debit(record) && is_sure(record));
    u32::try_from(debits.count()).unwrap_or(u32::MAX)
}

/// Money that left a card or came onto it stands in exactly one record. The money of a grey record may
/// or may not have moved.
#[must_use]
pub fn card(name: &str, pan: Pan, money: Money, records: &[UploadRecord]) -> Option<Failure> {
    let mut possible = BTreeSet::from([money.start]);
    for record in records.iter().filter(|record| record.pan == pan) {
        let amount = i64::from(record.amount.get());
        let signed = if is_debit(record) { -amount } else { amount };
        let moved: BTreeSet<i64> = possible.iter().map(|worth| worth + signed).collect();
        possible = if is_sure(record) { moved } else { &possible | &moved };
    }
    let shown = |fen: i64| format!("{}{}", if fen < 0 { "-" } else { "" }, yuan(fen));
    (!possible.contains(&money.end)).then(|| Failure {
        line: 0,
        row: None,
        what: format!("money of {name} after all records"),
        expected: possible.iter().map(|worth| shown(*worth)).collect::<Vec<_>>().join(" or "),
        found: shown(money.end),
    })
}

/// Offline and online sequence of a card.
#[derive(Clone, Copy, Debug)]
pub struct Sequences {
    /// At the beginning.
    pub start: (u16, u16),
    /// At the end.
    pub end: (u16, u16),
}

/// Every sequence that a card moved through stands in a record, those of nothing included: an entry
/// moves no money, and its record is due all the same.
#[must_use]
pub fn unrecorded(name: &str, pan: Pan, moved: Sequences, records: &[UploadRecord]) -> Vec<Failure> {
    let own = records.iter().filter(|record| record.pan == pan && has_transaction(record));
    let recorded: BTreeSet<(bool, u16)> = own.map(|record| (is_debit(record), record.card_seq)).collect();
    let Sequences { start: (offline, online), end: (last_offline, last_online) } = moved;
    let debits = (offline..last_offline).map(|seq| (true, seq + 1));
    let loads = (online..last_online).map(|seq| (false, seq + 1));
    let missing = debits.chain(loads).filter(|moved| !recorded.contains(moved));
    let failure = |(debit, seq): (bool, u16)| Failure {
        line: 0,
        row: None,
        what: format!("{} {seq} of {name}", if debit { "debit" } else { "load" }),
        expected: "a record".to_owned(),
        found: "none".to_owned(),
    };
    missing.map(failure).collect()
}

fn yuan(fen: i64) -> Fen {
    Fen::new(u32::try_from(fen.unsigned_abs()).unwrap_or(u32::MAX))
}

/// No (terminal, terminal sequence) and no (card, kind, card sequence) stands in two records, and
/// every TAC is the one that the card's key makes.
#[must_use]
pub fn records(records: &[UploadRecord], roots: &Roots) -> Vec<Failure> {
    let mut failures = Vec::new();
    let mut fail = |record: &UploadRecord, what: &str, expected: &str, found: String| {
        let what = format!("{what} of the record of card {} with sequence {}", record.pan, record.card_seq);
        failures.push(Failure { line: 0, row: None, what, expected: expected.to_owned(), found });
    };
    let (mut terminals, mut cards) = (BTreeSet::new(), BTreeSet::new());
    let keys = IssuerKeys::of_all(roots);
    let mut book = Book::new(&keys);
    // Whether a grey record's debit was done is not known: its numbers may be another's.
    for record in records.iter().filter(|record| is_sure(record) && has_transaction(record)) {
        if is_debit(record) && !terminals.insert((record.terminal, record.terminal_seq)) {
            let found = format!("{} {} twice", record.terminal, record.terminal_seq);
            fail(record, "terminal sequence", "used once", found);
        }
        if !cards.insert((record.pan, is_debit(record), record.card_seq)) {
            fail(record, "card sequence", "used once", "used twice".to_owned());
        }
        let grey = record.has(UploadRecord::GREY);
        if !grey && book.expected(record) != Some(record.tac) {
            fail(record, "TAC", "that of the card's key", crate::trace::hex(&record.tac));
        }
    }
    failures
}

/// Whether a record is of a debit, not of a load.
fn is_debit(record: &UploadRecord) -> bool {
    has_transaction(record) && !is_load(record)
}

/// Whether the purse did a transaction for it, as it does not for a lock.
fn has_transaction(record: &UploadRecord) -> bool {
    RecordKind::from_byte(record.kind).is_none_or(RecordKind::has_tac)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAN: &str = "3105170010000000011";

    fn debit(fen: u32, flags: u8) -> UploadRecord {
        UploadRecord {
            pan: PAN.parse().unwrap(),
            transaction: 9,
            amount: Fen::new(fen),
            flags,
            ..UploadRecord::default()
        }
    }

    #[test]
    fn money_that_no_record_shows_is_found() {
        let pan = PAN.parse().unwrap();
        let money = Money { start: 1000, end: 700 };
        assert_eq!(card("lin", pan, money, &[debit(300, 0)]), None);
        let failure = card("lin", pan, money, &[debit(200, 0)]).unwrap();
        assert_eq!((failure.expected.as_str(), failure.found.as_str()), ("8.00", "7.00"));
        let twice = card("lin", pan, money, &[debit(300, 0), debit(300, 0)]);
        assert_eq!(twice.unwrap().expected, "4.00");
    }

    #[test]
    fn a_debit_of_nothing_without_a_record_is_found() {
        let pan = PAN.parse().unwrap();
        let moved = Sequences { start: (5, 0), end: (7, 1) };
        let numbered = |card_seq| UploadRecord { card_seq, ..debit(0, 0) };
        let load = UploadRecord { transaction: 2, card_seq: 1, ..debit(1000, 0) };
        assert_eq!(unrecorded("lin", pan, moved, &[numbered(6), numbered(7), load]), []);
        let missing: Vec<String> =
            unrecorded("lin", pan, moved, &[numbered(6)]).into_iter().map(|failure| failure.what).collect();
        assert_eq!(missing, ["debit 7 of lin", "load 1 of lin"]);
    }

    #[test]
    fn a_grey_record_may_have_moved_its_money_or_not() {
        let pan = PAN.parse().unwrap();
        for end in [1000, 700] {
            let money = Money { start: 1000, end };
            assert_eq!(card("lin", pan, money, &[debit(300, UploadRecord::GREY)]), None);
        }
        let money = Money { start: 1000, end: 850 };
        assert!(card("lin", pan, money, &[debit(300, UploadRecord::GREY)]).is_some());
        let found_done = debit(300, UploadRecord::GREY | UploadRecord::RECOVERED);
        assert!(card("lin", pan, Money { start: 1000, end: 1000 }, &[found_done]).is_some());
    }
}
