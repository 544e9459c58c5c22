//! What terminals record in the world is cleared: nothing in it is wrong, and of debits and loads whose answer was
//! lost clearing finds out what the card knows.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use tunion_apdu::Name;
use tunion_clearing::{Clearing, Done, Verdict, clear, is_load};
use tunion_data::command::Transaction;
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_files::library::Library;
use tunion_files::scenario::{Expect, Fault, Scenario, When};
use tunion_harness::clearing::IssuerKeys;
use tunion_harness::{CardEnd, Outcome, play};

fn scenarios() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/scenarios");
    let mut paths: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

/// The records of an outcome, each with a kind.
fn records(outcome: &Outcome) -> Vec<UploadRecord> {
    let told = |record: &UploadRecord| {
        let kind = if is_load(record) { RecordKind::Load } else { RecordKind::Exit };
        UploadRecord { kind: if record.kind == 0 { kind as u8 } else { record.kind }, ..*record }
    };
    outcome.records.iter().map(told).collect()
}

fn cleared(scenario: &Scenario, records: &[UploadRecord]) -> Clearing {
    clear(records, &IssuerKeys::of_all(&scenario.keys.roots))
}

#[test]
fn what_terminals_record_is_accepted() {
    let mut all = 0;
    for path in scenarios() {
        let scenario = Library::default().scenario(&path).unwrap();
        let records = records(&play(&scenario));
        let Clearing { verdicts, remarks, missing, .. } = cleared(&scenario, &records);
        // A scenario may end before a terminal learned what became of a debit.
        let is_right = |verdict: &Verdict| matches!(verdict, Verdict::Accepted | Verdict::Grey { .. });
        let rejected: Vec<_> =
            verdicts.iter().zip(&records).filter(|(verdict, _)| !is_right(verdict)).collect();
        assert!(rejected.is_empty(), "{}: {rejected:?}", path.display());
        assert_eq!(remarks, [], "{}", path.display());
        assert_eq!((missing.debits, missing.loads), (Vec::new(), Vec::new()), "{}", path.display());
        all += records.len();
    }
    assert!(all > 400, "only {all} records");
}

/// The ways in which a card is pulled at a command that writes, from before it to after it.
fn pulls() -> impl Iterator<Item = When> {
    let cuts = (0..=6 * 128).step_by(149).map(|bytes| When::During { bytes, noise: None });
    cuts.chain([When::Before, When::After])
}

/// What all cards are worth together at the end: their balances less the overdraft used, in fen.
fn worth(outcome: &Outcome) -> i64 {
    let cards = outcome.cards.iter();
    cards.map(|card| i64::from(card.balance.get()) - i64::from(card.overdraft_used.get())).sum()
}

/// What they were worth before, from a day that was not disturbed.
fn before(whole: &Outcome) -> i64 {
    let moved = |card: &CardEnd| i64::from(card.charged.get()) - i64::from(card.loaded.get());
    worth(whole) + whole.cards.iter().map(moved).sum::<i64>()
}

/// A card is pulled and not tapped again there, so that the terminal never learns what became of it. How many grey
/// records were found to be done, and not to be done.
fn day(path: &Path) -> [u32; 2] {
    let mut scenario = Library::default().scenario(path).unwrap();
    for step in &mut scenario.steps {
        step.expect = Expect::default();
    }
    scenario.totals.clear();
    let before = before(&play(&scenario));
    let mut found = [0; 2];
    for index in 0..scenario.steps.len() {
        for (command, when) in [Name::DebitForPurchase, Name::CreditForLoad]
            .into_iter()
            .flat_map(|name| pulls().map(move |when| (name, when)))
        {
            let mut torn = scenario.clone();
            torn.steps[index].fault = Some(Fault { command, when });
            let outcome = play(&torn);
            let what = format!("{}, tap {index}, {command:?}, {when:?}", path.display());
            let records = records(&outcome);
            let Clearing { verdicts, remarks, missing, .. } = cleared(&torn, &records);
            assert_eq!(remarks, [], "{what}");
            assert_eq!((missing.debits, missing.loads), (Vec::new(), Vec::new()), "{what}");
            let now = worth(&outcome);
            let mut moved = 0;
            let mut open = None;
            for (record, verdict) in records.iter().zip(&verdicts) {
                let amount = i64::from(record.amount.get()) * if is_load(record) { 1 } else { -1 };
                match verdict {
                    Verdict::Accepted => moved += amount,
                    Verdict::Grey { done: Done::Yes, .. } => {
                        moved += amount;
                        found[0] += 1;
                    }
                    Verdict::Grey { done: Done::No, .. } => found[1] += 1,
                    Verdict::Grey { done: Done::Unknown, .. } => {
                        // The last of its card, or a load of which no balance after it is known.
                        let kind =
                            |other: &UploadRecord| (other.pan, other.transaction == Transaction::Load as u8);
                        let later = records.iter().filter(|other| kind(other) == kind(record));
                        assert!(later.clone().all(|other| other.at.0 <= record.at.0), "{what}: {verdict:?}");
                        open = Some(amount);
                    }
                    other => panic!("{what}: {other:?} {record:?}"),
                }
            }
            let possible = [Some(before + moved), open.map(|amount| before + moved + amount)];
            assert!(possible.contains(&Some(now)), "{what}: {before} {moved} {open:?} {now}");
        }
    }
    found
}

#[test]
fn clearing_finds_what_became_of_debits_that_terminals_lost() {
    let mut found = [0; 2];
    for name in ["student-weekday", "bus-no-tap-off", "low-balance-entry", "short-balance-exit"] {
        let path = scenarios().into_iter().find(|path| path.file_stem().is_some_and(|stem| stem == name));
        let [done, not_done] = day(&path.unwrap());
        found = [found[0] + done, found[1] + not_done];
    }
    assert!(found.iter().all(|count| *count > 20), "{found:?}");
}
