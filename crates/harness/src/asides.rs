//! What must hold of locks and extensions whatever the scenario (`docs/spec/terminal.md` 1.6, 3.3): no purse counts
//! them, so the card itself is held against its records.

use crate::outcome::Failure;
use tunion_card::{Block, Image};
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_data::{BcdDate, Pan};

/// What of a card a lock or an extension changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Marks {
    /// Whether the application is blocked, for a time or for good.
    pub blocked: bool,
    /// The last day of validity, EF 15.
    pub valid_to: BcdDate,
}

impl From<&Image> for Marks {
    fn from(image: &Image) -> Self {
        Self { blocked: image.security.blocked != Block::None, valid_to: image.info.valid_to }
    }
}

/// A card that was locked has one lock record, and one that was not has none; a last day that was moved stands in
/// a record of its own. A grey record may have been done or not.
#[must_use]
pub fn unrecorded(name: &str, pan: Pan, start: Marks, end: Marks, records: &[UploadRecord]) -> Vec<Failure> {
    let of = |kind: RecordKind| records.iter().filter(move |r| (r.pan, r.kind) == (pan, kind as u8));
    let sure = of(RecordKind::Lock).filter(|record| !record.has(UploadRecord::GREY)).count();
    let grey = of(RecordKind::Lock).count() - sure;
    let locked = usize::from(end.blocked && !start.blocked);
    let mut failures = Vec::new();
    let mut fail = |what: &str, expected: String, found: String| {
        failures.push(Failure { line: 0, row: None, what: format!("{what} of {name}"), expected, found });
    };
    if sure > locked || sure + grey < locked {
        fail("lock records", locked.to_string(), format!("{sure}, and {grey} grey"));
    }
    let moved = start.valid_to != end.valid_to;
    if moved && !of(RecordKind::Extension).any(|record| record.valid_to == end.valid_to) {
        fail("the extension", format!("a record with {}", end.valid_to), "none".to_owned());
    }
    failures
}

#[cfg(test)]
mod tests {
    use super::*;
    use tunion_data::civil::date;

    fn failures(end: Marks, records: &[UploadRecord]) -> usize {
        let start = Marks { blocked: false, valid_to: date(2026, 12, 31).into() };
        unrecorded("lin", Pan::default(), start, end, records).len()
    }

    fn record(kind: RecordKind, flags: u8) -> UploadRecord {
        UploadRecord { kind: kind as u8, flags, valid_to: date(2027, 1, 1).into(), ..UploadRecord::default() }
    }

    #[test]
    fn a_lock_has_one_record() {
        let end = |blocked| Marks { blocked, valid_to: date(2026, 12, 31).into() };
        let [sure, grey] = [0, UploadRecord::GREY].map(|flags| record(RecordKind::Lock, flags));
        assert_eq!(failures(end(true), &[sure]), 0);
        assert_eq!(failures(end(true), &[grey]), 0);
        assert_eq!(failures(end(false), &[grey]), 0, "it may not have been done");
        assert_eq!(failures(end(true), &[]), 1);
        assert_eq!(failures(end(true), &[sure, sure]), 1);
        assert_eq!(failures(end(false), &[sure]), 1);
    }

    #[test]
    fn a_last_day_that_was_moved_has_a_record() {
        let end = Marks { blocked: false, valid_to: date(2027, 1, 1).into() };
        assert_eq!(failures(end, &[record(RecordKind::Extension, 0)]), 0);
        assert_eq!(failures(end, &[]), 1);
        let other = UploadRecord { valid_to: date(2027, 1, 2).into(), ..record(RecordKind::Extension, 0) };
        assert_eq!(failures(end, &[other]), 1);
    }
}
