//! The table of answers (`tunion_card::answers`), row by row: every row has a case that shows it, and every
//! case has its row.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod circumstances;
mod contact;
mod lengths;
mod worn;

#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use support::cases::{Case, all, done};
use support::host::{Host, rich};
use tunion_apdu::{Command, CommandBuf, Device, Name, Sw, table};
use tunion_card::Contents;
use tunion_card::answers::{ANSWERS, GENERAL, Row, UNKNOWN, admits};

/// A command and a status word. The name in the field stands for the command, since it can be ordered.
type Shown = BTreeSet<(&'static str, u16)>;

fn title(name: Option<Name>) -> &'static str {
    name.map_or("unknown", |name| name.spec().title)
}

/// The card of a case with everything before its command sent, and the command.
fn ready(case: &Case) -> (Host, CommandBuf) {
    ready_with(case, |_| {})
}

/// The same on a card that is set otherwise besides.
fn ready_with(case: &Case, more: impl Fn(&mut Contents)) -> (Host, CommandBuf) {
    let mut contents = rich();
    (case.set)(&mut contents);
    more(&mut contents);
    let mut host = Host::of(&contents);
    let command = (case.ready)(&mut host);
    (host, command)
}

fn found(command: &[u8]) -> Option<Name> {
    let command = Command::parse(command).ok()?;
    table::find(Device::Card, &command).ok().map(|spec| spec.name)
}

#[test]
fn every_case_is_answered_its_word() {
    for case in all() {
        let (mut host, command) = ready(&case);
        let what = format!("{}: {}", title(case.name), case.what);
        assert_eq!(found(&command), case.name, "{what}");
        let before = host.card.image();
        let response = host.send(&command);
        assert_eq!(response.sw().family(), Sw(case.sw), "{what}");
        assert!(admits(case.name, response.sw()), "{what}");
        // Only a warning and the FCI of a blocked purse come with data, and only a try spent is written.
        let selects = matches!(case.name, Some(Name::SelectName | Name::GetResponse));
        assert!(case.sw == 0x9000 || case.sw == 0x6283 || selects || response.data().is_empty(), "{what}");
        let tries = matches!(case.sw, 0x63C0 | 0x6988);
        assert!(case.sw == 0x9000 || tries || host.card.image() == before, "{what}");
    }
}

/// What all cases show, 6581 included, less what stands in [`GENERAL`] for every command.
#[test]
fn every_row_has_its_case_and_every_case_its_row() {
    let answered = |rows: &'static [Row]| rows.iter().filter(|row| row.answered).map(|row| row.sw);
    let mut rows: Shown = answered(UNKNOWN).map(|sw| (title(None), sw)).collect();
    for answers in ANSWERS {
        rows.extend(answered(answers.rows).map(|sw| (title(Some(answers.name)), sw)));
    }
    let mut shown: Shown = all().iter().map(|case| (title(case.name), case.sw)).collect();
    shown.extend(worn::shown());
    let general: BTreeSet<u16> = answered(GENERAL).collect();
    let without_case: Vec<_> = rows.difference(&shown).collect();
    let without_row: Vec<_> = shown.difference(&rows).filter(|(_, sw)| !general.contains(sw)).collect();
    assert!(without_case.is_empty(), "rows without a case: {without_case:04X?}");
    assert!(without_row.is_empty(), "cases without a row: {without_row:04X?}");
}

/// A row that is never answered says so of a word that no case shows.
#[test]
fn what_is_never_answered_is_never_seen() {
    let mut shown: Shown = all().iter().map(|case| (title(case.name), case.sw)).collect();
    shown.extend(worn::shown());
    for answers in ANSWERS {
        for row in answers.rows.iter().filter(|row| !row.answered) {
            assert!(!shown.contains(&(title(Some(answers.name)), row.sw)), "{:?} {row:?}", answers.name);
            let general = GENERAL.iter().any(|general| general.sw == row.sw);
            assert!(general || !admits(Some(answers.name), Sw(row.sw)), "{:?} {row:?}", answers.name);
        }
    }
}

/// Each row of [`GENERAL`] is shown too, of every command that it can concern.
#[test]
fn every_general_row_is_shown() {
    let shown: BTreeSet<u16> =
        [lengths::shown(), circumstances::shown(), contact::shown()].concat().into_iter().collect();
    for row in GENERAL {
        assert!(!row.answered || shown.contains(&row.sw), "{row:?}");
    }
}

#[test]
fn every_command_has_a_case_that_is_done() {
    let named: BTreeSet<&str> = done().map(|(name, _)| name.spec().title).collect();
    assert!(ANSWERS.iter().all(|answers| named.contains(answers.name.spec().title)));
}
