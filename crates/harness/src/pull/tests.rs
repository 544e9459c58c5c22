//! The rules are checked: a day on which all of them hold is changed in one place, and the rule that forbids that
//! has to find it.

use super::evidence::{Day, End, Seen, Tapped};
use super::explore::{Explorer, Finely};
use super::flow::named;
use super::stage::Stage;
use std::path::Path;
use std::rc::Rc;
use tunion_apdu::Name;
use tunion_card::{Block, Image};
use tunion_data::Fen;
use tunion_data::upload::{RecordKind, Surcharge, UploadRecord};
use tunion_files::keys;
use tunion_files::library::Library;

/// The rules that find a change in this case of a flow at a profile.
fn found(profile: &str, flow: &str, case: &str, change: impl FnOnce(&mut Day)) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/terminals");
    let file = Library::default().terminal(folder.join(format!("{profile}.toml"))).unwrap();
    let keys = keys::lab().unwrap();
    let stage = Stage::new(&file, named(flow)[0], &keys);
    let explorer = Explorer::new(&stage, Finely::ALL).unwrap();
    let mut story = explorer.play(&case.parse().unwrap()).unwrap();
    assert!(story.held(), "{}", story.text());
    change(&mut story.day);
    let rules = explorer.rules(&story.day);
    rules.into_iter().filter(|(_, found)| found.is_some()).map(|(invariant, _)| invariant.number).collect()
}

fn exit(case: &str, change: impl FnOnce(&mut Day)) -> Vec<u8> {
    found("shanghai-rail", "rail exit", case, change)
}

/// The tap of this number, to be changed.
fn tap(day: &mut Day, number: usize) -> &mut Tapped {
    Rc::make_mut(&mut day.taps[number])
}

fn after(day: &mut Day) -> &mut Image {
    Rc::make_mut(&mut tap(day, 0).after)
}

fn record(day: &mut Day) -> &mut UploadRecord {
    &mut day.uploads[0].record
}

/// A recovery: what is kept is uploaded at the second tap.
const RECOVERED: &str = "12:after/same";

#[test]
fn a_terminal_that_waits_and_a_record_that_stays() {
    assert_eq!(exit("-", |day| tap(day, 0).end = End::Stuck), [0]);
    assert_eq!(exit("-", |day| day.left = 1), [0]);
}

#[test]
fn another_amount_than_the_one_that_was_decided() {
    let told = |day: &mut Day| {
        for seen in &mut tap(day, 0).seen {
            if let Seen::Decided(decision, _) = seen {
                decision.charged = Fen::new(399);
            }
        }
    };
    assert_eq!(exit("-", told), [1]);
    let kept = |day: &mut Day| {
        for seen in &mut tap(day, 0).seen {
            if let Seen::Kept(_, record) = seen {
                record.amount = Fen::new(399);
            }
        }
    };
    assert_eq!(exit("-", kept), [1, 5]);
}

#[test]
fn a_tap_that_is_charged_again() {
    // The same exit is found in the second tap: the card did two, and the first let nobody through.
    let again = |day: &mut Day| {
        let mut second = Tapped::clone(&day.taps[0]);
        second.seen = tap(day, 1).seen.clone();
        second.at = day.taps[1].at;
        day.taps[1] = Rc::new(second);
    };
    assert!(exit(RECOVERED, again).contains(&2));
}

#[test]
fn a_record_that_is_missing_or_there_twice_or_of_nothing() {
    assert_eq!(exit("-", |day| day.uploads.clear()), [3, 7]);
    assert_eq!(exit("-", |day| day.uploads.push(day.uploads[0].clone())), [3]);
    assert_eq!(exit("-", |day| record(day).card_seq += 1), [3, 5, 7]);
}

#[test]
fn a_gate_that_opens_for_nothing() {
    let without = |day: &mut Day| {
        tap(day, 0).seen.retain(
            |seen| !matches!(seen, Seen::Exchange(exchange) if exchange.name() == Some(Name::DebitForPurchase)),
        );
    };
    assert_eq!(exit("-", without), [4]);
    let unmarked = |day: &mut Day| {
        let before = Rc::clone(&day.taps[0].before);
        for seen in &mut tap(day, 0).seen {
            if let Seen::Decided(_, image) = seen {
                *image = Rc::clone(&before);
            }
        }
    };
    assert_eq!(exit("-", unmarked), [4]);
}

#[test]
fn a_recovered_record_that_is_not_the_first() {
    assert_eq!(exit(RECOVERED, |day| record(day).balance_before = Fen::new(1)), [5]);
    assert_eq!(exit(RECOVERED, |day| record(day).entry_station = 77), [5]);
    let unkept = |day: &mut Day| tap(day, 0).seen.retain(|seen| !matches!(seen, Seen::Kept(..)));
    assert_eq!(exit(RECOVERED, unkept), [5]);
}

#[test]
fn a_card_that_changed_by_halves() {
    // The journey's status, the trip's type, an old trip, the purse, the sequence, another record of 1A.
    assert_eq!(exit("-", |day| after(day).industry.get_mut(1).unwrap()[14] = 1), [6]);
    assert_eq!(exit("-", |day| after(day).trips[0][0] = 0x06), [6]);
    assert_eq!(exit("-", |day| after(day).trips[1][0] ^= 1), [6]);
    assert_eq!(exit("-", |day| after(day).purse.balance = tunion_data::Fen24::ZERO), [6]);
    assert_eq!(exit("-", |day| after(day).purse.offline_seq += 1), [6]);
    assert_eq!(exit("-", |day| after(day).industry.get_mut(2).unwrap()[20] ^= 1), [6]);
}

#[test]
fn a_record_that_clearing_does_not_take() {
    assert_eq!(exit("-", |day| record(day).tac[0] ^= 1), [7]);
    assert_eq!(exit("-", |day| record(day).tac = [0xFF; 4]), [7]);
    let no_kind = |day: &mut Day| record(day).surcharge_kind = Surcharge::None as u8;
    assert_eq!(found("beijing-office", "office, exit missing", "-", no_kind), [5, 7]);
}

#[test]
fn a_free_ride() {
    // A second opening, and nothing was debited for it.
    let twice = |day: &mut Day| {
        let mut second = Tapped::clone(&day.taps[0]);
        second.before = Rc::clone(&second.after);
        second.seen.retain(|seen| !matches!(seen, Seen::Kept(..)));
        second.at = second.at.saturating_add(std::time::Duration::from_secs(1800));
        day.taps.push(Rc::new(second));
    };
    assert!(exit("-", twice).contains(&8));
    // The MAC2 of the tap before was refused.
    let refused = |day: &mut Day| {
        for seen in &mut tap(day, 0).seen {
            if let Seen::Uploaded(record) = seen {
                record.flags |= UploadRecord::MAC2_FAILED;
            }
        }
    };
    assert_eq!(exit("-", refused), [8]);
}

#[test]
fn a_lock_that_is_none() {
    let lock = |change: fn(&mut Day)| found("beijing-office", "office, lock", "-", change);
    assert_eq!(lock(|day| after(day).security.blocked = Block::None), [3, 8]);
    assert_eq!(lock(|day| day.uploads.clear()), [3]);
    assert_eq!(lock(|day| record(day).kind = RecordKind::Extension as u8), [3, 5]);
}
