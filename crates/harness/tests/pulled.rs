//! The card is pulled out of the field at every command of every tap of a day: before the command,
//! after it, and while it writes. It is tapped again, and in the end the day has cost what it costs
//! without the pull, with one record for each debit.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use tunion_apdu::{Command, Device, Name, table};
use tunion_files::library::Library;
use tunion_files::scenario::{Expect, Fault, Scenario, Step, When};
use tunion_harness::{Outcome, play};

fn load(name: &str) -> Scenario {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/scenarios");
    let mut scenario = Library::default().scenario(folder.join(name)).unwrap();
    // What is expected of each tap is not what is looked at here.
    scenario.steps.iter_mut().for_each(|step| step.expect = Expect::default());
    scenario.totals.clear();
    // Nor what it tears itself.
    scenario.steps.retain(|step| step.fault.is_none());
    scenario
}

/// The names of the commands that a tap sends to its card, each once.
fn commands(outcome: &Outcome, row: usize) -> Vec<Name> {
    let mut names = Vec::new();
    for exchange in outcome.trace.part(outcome.rows[row].exchanges.clone()) {
        if exchange.device != Device::Card {
            continue;
        }
        let name = table::find(Device::Card, &Command::parse(&exchange.command).unwrap()).unwrap().name;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The ways to be pulled at a command. Only those that write are worth cutting inside: five pages and
/// a little more than a root lie ahead of a composite purchase.
fn pulls(name: Name) -> Vec<When> {
    let mut pulls = vec![When::Before, When::After];
    if matches!(name, Name::DebitForPurchase | Name::CreditForLoad) {
        let cuts = (0..=6 * 128).step_by(13);
        pulls.extend(cuts.clone().map(|bytes| When::During { bytes, noise: None }));
        pulls.extend(cuts.map(|bytes| When::During { bytes, noise: Some(u64::from(bytes)) }));
    }
    pulls
}

/// The scenario with one tap torn, and tapped again twenty seconds later.
fn torn(scenario: &Scenario, index: usize, command: Name, when: When) -> Scenario {
    let mut torn = scenario.clone();
    let step: Step = torn.steps[index].clone();
    torn.steps[index].fault = Some(Fault { command, when });
    let again = Step { at: step.at.checked_add(std::time::Duration::from_secs(20)).unwrap(), ..step };
    torn.steps.insert(index + 1, again);
    torn
}

fn day(name: &str) -> u32 {
    let scenario = load(name);
    let whole = play(&scenario);
    assert!(whole.passed(), "{:?}", whole.failures);
    let mut played = 0;
    for index in 0..scenario.steps.len() {
        for command in commands(&whole, index) {
            for when in pulls(command) {
                let outcome = play(&torn(&scenario, index, command, when));
                let what = format!("{name}, tap {index}, {command:?}, {when:?}");
                assert!(outcome.passed(), "{what}: {:?}", outcome.failures);
                assert_eq!(outcome.cards, whole.cards, "{what}");
                assert_eq!(outcome.records.len(), whole.records.len(), "{what}: one record for each debit");
                played += 1;
            }
        }
    }
    played
}

#[test]
fn a_students_day_costs_the_same_wherever_the_card_is_pulled() {
    let played = day("student-weekday.toml");
    assert!(played > 500, "only {played} pulls");
}

#[test]
fn settling_a_trip_and_boarding_anew_survives_every_pull() {
    let played = day("bus-no-tap-off.toml");
    assert!(played > 500, "only {played} pulls");
}

#[test]
fn a_ticket_office_settles_once_wherever_the_card_is_pulled() {
    let played = day("office-overtime.toml") + day("office-no-entry.toml");
    assert!(played > 1000, "only {played} pulls");
}

#[test]
fn a_shop_is_paid_once_wherever_the_card_is_pulled() {
    let played = day("pos-purchase.toml");
    assert!(played > 500, "only {played} pulls");
}
