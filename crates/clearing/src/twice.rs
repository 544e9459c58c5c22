//! Numbers that stand in two records (重复): of a terminal's sequence and of a card's, each names one
//! (`docs/spec/terminal.md` 4.3, 6.3).
//!
//! Records whose outcome is known contend for their numbers: first those whose TAC is right, then those whose TAC
//! is for another issuer to check, those of which only the card's log tells, and those whose TAC is wrong; among
//! equals in the order of the batch. Who finds a number taken is the duplicate of who took it. So of two that are
//! the same byte for byte the first counts, and of two that differ the one whose TAC holds.
//!
//! A grey record contends for nothing, since it may never have been done: another may rightly have its numbers. It
//! is a duplicate only of the record of its own transaction: same card, sequence, terminal, terminal sequence and
//! time.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use rustc_hash::{FxBuildHasher, FxHashMap};
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_data::{BcdDateTime, Pan, TerminalId};

use crate::is_load;
use crate::order::{Entry, Place, at_terminal, on_card, runs};
use crate::verdict::{Done, Number, Verdict};

/// Finds the duplicates of a batch.
pub(crate) fn reject(
    records: &[UploadRecord],
    by_card: &[Entry],
    by_terminal: &[Entry],
    verdicts: &mut [Verdict],
) {
    let mut contest: Vec<(u8, Place)> = Vec::new();
    for run in runs(by_card).chain(runs(by_terminal)).filter(|run| run.len() > 1) {
        let ranked = run.iter().filter_map(|entry| {
            let place = entry.place();
            Some((rank(verdicts.get(place.index())?)?, place))
        });
        contest.extend(ranked);
    }
    contest.sort_unstable();
    contest.dedup();
    contend(records, &contest, verdicts);
    for run in runs(by_card).filter(|run| run.len() > 1) {
        same_transaction(records, run, verdicts);
    }
    without_transaction(records, verdicts);
}

/// The order in which records get their numbers; nothing for those that contend for none.
const fn rank(verdict: &Verdict) -> Option<u8> {
    match verdict {
        Verdict::Accepted => Some(0),
        Verdict::Forwarded => Some(1),
        Verdict::Grey { done: Done::Yes, .. } => Some(2),
        Verdict::TacWrong { .. } => Some(3),
        Verdict::Illegal(_) | Verdict::Duplicate { .. } | Verdict::Grey { .. } => None,
    }
}

/// Gives each its numbers, or finds them taken.
fn contend(records: &[UploadRecord], contest: &[(u8, Place)], verdicts: &mut [Verdict]) {
    let mut cards: FxHashMap<(Pan, bool, u16), Place> = HashMap::default();
    let mut terminals: FxHashMap<(TerminalId, u32), Place> = HashMap::default();
    for (_, place) in contest {
        let Some(record) = records.get(place.index()) else { continue };
        let on_card = on_card(record);
        let at_terminal = (!is_load(record)).then(|| at_terminal(record));
        let card = cards.get(&on_card).copied();
        let terminal = at_terminal.and_then(|numbers| terminals.get(&numbers).copied());
        let Some(of) = card.or(terminal) else {
            cards.insert(on_card, *place);
            if let Some(numbers) = at_terminal {
                terminals.insert(numbers, *place);
            }
            continue;
        };
        let by = match (card, terminal) {
            _ if records.get(of.index()) == Some(record) => Number::Record,
            (Some(card), Some(terminal)) if card == terminal => Number::Transaction,
            (Some(_), _) => Number::Card,
            (None, _) => Number::Terminal,
        };
        set(verdicts, *place, Verdict::Duplicate { of, by });
    }
}

/// Grey records of a transaction of which there is a record already; all of `run` have one card and sequence.
fn same_transaction(records: &[UploadRecord], run: &[Entry], verdicts: &mut [Verdict]) {
    type Transaction = (TerminalId, u32, BcdDateTime);
    let mut known: HashMap<Transaction, Place, FxBuildHasher> = HashMap::default();
    let transaction = |record: &UploadRecord| (record.terminal, record.terminal_seq, record.at);
    let all = run.iter().map(|entry| entry.place());
    let read = |place: Place, verdicts: &[Verdict]| {
        Some((records.get(place.index())?, *verdicts.get(place.index())?))
    };
    for place in all.clone() {
        if let Some((record, verdict)) = read(place, verdicts)
            && verdict.stands()
        {
            known.insert(transaction(record), place);
        }
    }
    for place in all {
        let Some((record, Verdict::Grey { done: Done::Unknown, .. })) = read(place, verdicts) else {
            continue;
        };
        match known.entry(transaction(record)) {
            Slot::Vacant(slot) => {
                slot.insert(place);
            }
            Slot::Occupied(slot) => {
                let of = *slot.get();
                let is_same = records.get(of.index()) == Some(record);
                let by = if is_same { Number::Record } else { Number::Transaction };
                set(verdicts, place, Verdict::Duplicate { of, by });
            }
        }
    }
}

/// Records without a transaction have no numbers: only one that is the same byte for byte is a duplicate.
fn without_transaction(records: &[UploadRecord], verdicts: &mut [Verdict]) {
    let mut known: HashMap<[u8; UploadRecord::LEN], Place, FxBuildHasher> = HashMap::default();
    for ((place, record), verdict) in (0..=u32::MAX).zip(records).zip(verdicts) {
        let has_none = RecordKind::from_byte(record.kind).is_some_and(|kind| !kind.has_tac());
        if !has_none || matches!(verdict, Verdict::Illegal(_)) {
            continue;
        }
        match known.entry(record.encode()) {
            Slot::Vacant(slot) => {
                slot.insert(Place(place));
            }
            Slot::Occupied(slot) => *verdict = Verdict::Duplicate { of: *slot.get(), by: Number::Record },
        }
    }
}

fn set(verdicts: &mut [Verdict], place: Place, verdict: Verdict) {
    if let Some(old) = verdicts.get_mut(place.index()) {
        *old = verdict;
    }
}
