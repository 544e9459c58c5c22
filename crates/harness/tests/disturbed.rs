//! Whatever the air does to the taps of a day, the day costs the same.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use tunion_files::library::Library;
use tunion_harness::disturbed::{bare, disturb, whole};

fn days(name: &str, seeds: std::ops::Range<u64>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/scenarios");
    let bare = bare(&Library::default().scenario(folder.join(name)).unwrap());
    let whole = whole(&bare);
    assert!(whole.passed(), "{:?}", whole.failures);
    let (mut again, days) = (0, seeds.end - seeds.start);
    for seed in seeds {
        let day = disturb(&bare, &whole, seed);
        assert!(day.wrong.is_empty(), "tunion air {name} --seed {seed} --runs 1\n{}", day.wrong.join("\n"));
        again += u64::from(day.again);
    }
    assert!(again > days, "{again} taps were made again in {days} days");
}

#[test]
fn a_students_weekday() {
    days("student-weekday.toml", 0..60);
}

#[test]
fn a_bus_without_tap_off() {
    days("bus-no-tap-off.toml", 0..40);
}

#[test]
fn a_ticket_office() {
    days("office-overtime.toml", 0..40);
}

#[test]
fn a_shop() {
    days("pos-purchase.toml", 0..40);
}

#[test]
fn a_refund() {
    days("refund.toml", 0..40);
}

#[test]
fn another_city() {
    days("foreign-gate.toml", 0..15);
}

/// MAC1 beside 1E, MAC2 after the decision.
#[test]
fn days_in_xian() {
    days("xian-day.toml", 0..40);
}

/// A day is the same whenever it is played, and a finding is told with every tap.
#[test]
fn a_seed_is_a_day() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/scenarios");
    let scenario = Library::default().scenario(folder.join("student-weekday.toml")).unwrap();
    let bare = bare(&scenario);
    let mut whole = whole(&bare);
    assert_eq!(disturb(&bare, &whole, 5), disturb(&bare, &whole, 5));
    // Against a day that had one record more it does not hold.
    let record = whole.records[0];
    whole.records.push(record);
    let wrong = disturb(&bare, &whole, 5).wrong;
    assert!(wrong[0].contains("records, undisturbed"), "{wrong:?}");
    assert_eq!(wrong.len(), 1 + bare.steps.len());
}
