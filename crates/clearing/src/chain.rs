//! One card's records one behind the other, and one terminal's: what does not follow from what is before, and what
//! is missing (`docs/spec/terminal.md` 6.3).
//!
//! A record begins with the actual balance that the debit before it left, when its sequence is the next and no load
//! lies between; its time is not before that debit's. What breaks this is remarked and not rejected, since it does
//! not tell which of the two is wrong, and TACs cover neither balance: our reading.

use std::ops::RangeInclusive;
use std::time::Duration;

use tunion_data::upload::UploadRecord;
use tunion_data::{BcdDateTime, Fen, Pan, TerminalId};

use crate::order::{self, Card, Entry, Place, runs};
use crate::verdict::{Done, Verdict};

/// Something odd about a record that stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Remark {
    /// The record.
    pub place: Place,
    /// The record of its card before it.
    pub previous: Place,
    /// What is odd.
    pub what: What,
}

/// What is odd about a record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum What {
    /// It begins with another balance than the debit of the sequence before it left, and no load that is here
    /// makes the difference.
    Balance,
    /// It has a higher sequence than the other and an earlier time.
    Time,
}

/// Sequences that no record has, between those that records have.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Missing {
    /// Of terminals: records that were not uploaded, or debits that were not done, where the terminal sequence
    /// advances all the same (`docs/spec/terminal.md` 9, 8).
    pub terminals: Vec<Gaps<TerminalId>>,
    /// Of the cards' offline sequences: debits elsewhere, for one.
    pub debits: Vec<Gaps<Pan>>,
    /// Of their online sequences: loads elsewhere, for one.
    pub loads: Vec<Gaps<Pan>>,
}

/// The sequences that one terminal or card lacks.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Gaps<T> {
    /// Whose.
    pub of: T,
    /// From and to, in order.
    pub missing: Vec<RangeInclusive<u32>>,
}

impl<T> Gaps<T> {
    /// How many sequences they are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.missing.iter().map(|range| u64::from(range.end() - range.start()) + 1).sum()
    }
}

/// What is missing between ascending sequences; nothing when none is.
fn gaps<T>(of: T, sequences: impl Iterator<Item = u32>) -> Option<Gaps<T>> {
    let mut before: Option<u32> = None;
    let mut missing = Vec::new();
    for sequence in sequences {
        // From the one behind the last on, up to the one ahead of this.
        let from = before.and_then(|before| before.checked_add(1));
        if let (Some(from), Some(to)) = (from, sequence.checked_sub(1))
            && from <= to
        {
            missing.push(from..=to);
        }
        before = Some(sequence);
    }
    (!missing.is_empty()).then_some(Gaps { of, missing })
}

/// What the terminals of a batch lack.
pub(crate) fn terminals(records: &[UploadRecord], by_terminal: &[Entry]) -> Vec<Gaps<TerminalId>> {
    let of = |entries: &[Entry]| {
        let first = first(records, entries)?;
        let sequences = runs(entries).filter_map(|run| Some(self::first(records, run)?.terminal_seq));
        gaps(first.terminal, sequences)
    };
    order::terminals(by_terminal).filter_map(of).collect()
}

fn first<'r>(records: &'r [UploadRecord], entries: &[Entry]) -> Option<&'r UploadRecord> {
    records.get(entries.first()?.place().index())
}

/// Follows a card through its records.
pub(crate) fn follow(
    records: &[UploadRecord],
    card: Card<'_>,
    verdicts: &[Verdict],
    remarks: &mut Vec<Remark>,
    missing: &mut Missing,
) {
    let lacking = |entries: &[Entry]| {
        let sequences = runs(entries).filter_map(|run| Some(first(records, run)?.card_seq.into()));
        gaps(first(records, entries)?.pan, sequences)
    };
    missing.debits.extend(lacking(card.debits));
    missing.loads.extend(lacking(card.loads));
    // Asked for where a balance does not follow by itself, which is seldom.
    let mut between: Option<Loads> = None;
    for (previous, next) in pairs(records, card.debits, verdicts) {
        let (was, is) = (previous.1, next.1);
        let adjacent = was.card_seq.checked_add(1) == Some(is.card_seq);
        if adjacent && was.balance_after != is.balance_before {
            let between = between.get_or_insert_with(|| Loads::of(records, card.loads, verdicts));
            if between.lead(was, is) == Led::No {
                remarks.push(Remark { place: next.0, previous: previous.0, what: What::Balance });
            }
        }
    }
    for entries in [card.debits, card.loads] {
        let earlier = pairs(records, entries, verdicts).filter(|(was, is)| is.1.at.0 < was.1.at.0);
        remarks.extend(earlier.map(|(was, is)| Remark { place: is.0, previous: was.0, what: What::Time }));
    }
}

/// Neighbours among the records that stand, by sequence.
fn pairs<'r>(
    records: &'r [UploadRecord],
    entries: &[Entry],
    verdicts: &[Verdict],
) -> impl Iterator<Item = ((Place, &'r UploadRecord), (Place, &'r UploadRecord))> {
    let stands = |entry: &Entry| {
        let place = entry.place();
        verdicts.get(place.index())?.stands().then_some((place, records.get(place.index())?))
    };
    let mut standing = entries.iter().filter_map(stands);
    let mut before = standing.next();
    standing.filter_map(move |next| before.replace(next).zip(Some(next)))
}

/// The loads of a card, by time.
#[derive(Debug)]
pub(crate) struct Loads {
    known: Vec<Load>,
    /// Whether there is one that is illegal and has no time.
    timeless: bool,
}

#[derive(Clone, Copy, Debug)]
struct Load {
    at: BcdDateTime,
    seq: u16,
    /// The balances around it; nothing for a load whose record is rejected.
    balances: Option<(Fen, Fen)>,
}

/// Whether loads lead from one balance to another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Led {
    Yes,
    No,
    /// One of them is rejected, or they are too many to follow.
    Unknown,
}

impl Loads {
    /// Nobody loads so often between two debits.
    const MOST: usize = 64;
    /// The host's clock, which dates loads, and the terminals' may be so far apart: our reading.
    const CLOCKS: Duration = Duration::from_secs(60 * 60);

    pub(crate) fn of(records: &[UploadRecord], loads: &[Entry], verdicts: &[Verdict]) -> Self {
        let load = |entry: &Entry| {
            let record = records.get(entry.place().index())?;
            let balances = Some((record.balance_before, record.balance_after));
            let balances = match verdicts.get(entry.place().index())? {
                Verdict::Duplicate { .. } | Verdict::Grey { done: Done::No, .. } => return None,
                Verdict::TacWrong { .. } | Verdict::Illegal(_) => None,
                Verdict::Accepted | Verdict::Forwarded | Verdict::Grey { .. } => balances,
            };
            Some(Load { at: record.at, seq: record.card_seq, balances })
        };
        let mut known: Vec<Load> = loads.iter().filter_map(load).collect();
        known.sort_by_key(|load| (load.at.0, load.seq));
        let timeless = known.iter().any(|load| load.at.datetime().is_none());
        Self { known, timeless }
    }

    /// Whether loads lead from the balance that one debit left to the one that the other began with. Those are
    /// asked that lie between the two in time, as far as the clocks agree.
    pub(crate) fn lead(&self, from: &UploadRecord, to: &UploadRecord) -> Led {
        let bound = |record: &UploadRecord, later: bool| {
            let at = record.at.datetime()?;
            let moved = if later { at.checked_add(Self::CLOCKS) } else { at.checked_sub(Self::CLOCKS) };
            moved.ok().map(|at| BcdDateTime::from(at).0)
        };
        let start = bound(from, false).map_or(0, |at| self.known.partition_point(|load| load.at.0 < at));
        let end =
            bound(to, true).map_or(self.known.len(), |at| self.known.partition_point(|load| load.at.0 <= at));
        let between = self.known.get(start..end.max(start)).unwrap_or_default();
        if between.len() > Self::MOST {
            return Led::Unknown;
        }
        let mut in_sequence = between.to_vec();
        in_sequence.sort_by_key(|load| load.seq);
        let mut reached = vec![from.balance_after];
        for (before, after) in in_sequence.iter().filter_map(|load| load.balances) {
            if reached.contains(&before) {
                reached.push(after);
            }
        }
        match () {
            () if reached.iter().skip(1).any(|balance| *balance == to.balance_before) => Led::Yes,
            () if self.timeless || between.iter().any(|load| load.balances.is_none()) => Led::Unknown,
            () => Led::No,
        }
    }
}
