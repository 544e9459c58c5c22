use super::*;
use crate::day::{Nobody, Order, plant};
use tunion_data::Fen;
use tunion_files::keys;

/// A short day that is over, with its books still open.
fn with_day(tamper: impl FnOnce(&mut Run<'_>)) -> Day {
    let order = Order { troubled: 150, ..Order::new(30, 10, 2) };
    let town = Town::build(order, &keys::lab().unwrap()).unwrap();
    let mut run = Run::morning(&town);
    run.taps(&mut Nobody);
    run.evening();
    tamper(&mut run);
    run.close()
}

/// The place of a debit that took money.
fn paid(run: &Run<'_>) -> usize {
    run.records.iter().position(|record| !record.amount.is_zero() && record.transaction == 9).unwrap()
}

fn failures(tamper: impl FnOnce(&mut Run<'_>)) -> String {
    let day = with_day(tamper);
    assert!(!day.books.hold());
    day.books.failures.join("\n")
}

#[test]
fn untouched_books_hold() {
    let day = with_day(|_| {});
    assert_eq!(day.books.failures, [""; 0]);
}

#[test]
fn a_record_that_is_lost_is_missed() {
    let said = failures(|run| {
        run.records.remove(paid(run));
    });
    assert!(said.contains("the upload records say what changed on the cards"), "{said}");
    assert!(said.contains(": expected a record, found none"), "{said}");
}

#[test]
fn a_record_that_comes_twice_is_found() {
    let said = failures(|run| run.records.push(run.records[paid(run)]));
    assert!(said.contains("clearing rejects debit"), "{said}");
    assert!(said.contains("card sequence of the record"), "{said}");
}

#[test]
fn an_amount_that_is_another_is_found() {
    let said = failures(|run| {
        let place = paid(run);
        run.records[place].amount += Fen::new(1);
    });
    assert!(said.contains("the upload records say what changed on the cards"), "{said}");
    assert!(said.contains("Illegal(Balance)"), "{said}");
}

#[test]
fn a_decision_that_tells_another_amount_is_found() {
    let said = failures(|run| {
        let tap = run.journal.taps.iter_mut().find(|tap| tap.told < 0).unwrap();
        tap.told -= 1;
    });
    assert!(said.contains("terminals said"), "{said}");
    let said = failures(|run| {
        let tap = run.journal.taps.iter_mut().find(|tap| tap.told < 0).unwrap();
        tap.told += 1;
    });
    assert!(said.contains("what nobody said stands in records that nobody told of"), "{said}");
}

#[test]
fn money_from_nowhere_is_found() {
    let said = failures(|run| run.holders[0].worth -= 100);
    assert!(said.contains("what changed on the cards is what they have more in the evening"), "{said}");
    assert!(said.contains("money of 3105170900000000000"), "{said}");
}

#[test]
fn a_fate_that_the_card_denies_is_found() {
    let said = failures(|run| run.journal.doubts.values_mut().next().unwrap().done = false);
    assert!(said.contains("and the card says otherwise"), "{said}");
}

#[test]
fn a_fault_that_was_not_planted_is_told_and_one_that_was_not_found_too() {
    let roots = keys::lab().unwrap().roots;
    let day = with_day(|_| {});
    let planting = plant::plant(&day.records, 1, 1);
    assert_eq!(planting.planted.len(), plant::Fault::ALL.len());
    assert_eq!(planting.unfound(&day.cleared, &roots), [""; 0]);
    for place in 0..planting.planted.len() {
        let mut fewer = planting.clone();
        let denied = fewer.planted.remove(place);
        assert!(!fewer.unfound(&day.cleared, &roots).is_empty(), "{:?} is denied", denied.fault);
    }
    // The faults are told, and are not there.
    let mut cured = planting;
    cured.records.clone_from(&day.records);
    assert!(cured.unfound(&day.cleared, &roots).len() >= 5);
}
