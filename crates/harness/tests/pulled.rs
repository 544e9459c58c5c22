//! The card is pulled out of the field at every command of every tap of a day: before the command,
//! after it, and while it writes. It is tapped again, and in the end the day has cost what it costs
//! without the pull, with one record for each debit, load, lock and extension.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use tunion_apdu::{Command, Device, Name, table};
use tunion_files::library::Library;
use tunion_files::scenario::{Expect, Fault, Scenario, Step, When};
use tunion_harness::world::World;
use tunion_harness::{Outcome, play};
use tunion_issuer::QuotaRules;
use tunion_terminal::Gate;

fn load(name: &str) -> Scenario {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/scenarios");
    let mut scenario = Library::default().scenario(folder.join(name)).unwrap();
    // What is expected of each tap is not what is looked at here, and the one pull is ours.
    for step in &mut scenario.steps {
        step.expect = Expect::default();
        step.fault = None;
    }
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
    let writes =
        [Name::DebitForPurchase, Name::CreditForLoad, Name::ApplicationBlock, Name::SecureUpdateBinary];
    if writes.contains(&name) {
        let cuts = (0..=6 * 128).step_by(13);
        pulls.extend(cuts.clone().map(|bytes| When::During { bytes, noise: None }));
        pulls.extend(cuts.map(|bytes| When::During { bytes, noise: Some(u64::from(bytes)) }));
    }
    pulls
}

/// Plays the scenario with one tap torn, and tapped again twenty seconds later unless the holder was told that all
/// is well.
fn torn(scenario: &Scenario, index: usize, command: Name, when: When) -> Outcome {
    let mut world = World::new(scenario);
    for (number, step) in scenario.steps.iter().enumerate() {
        if number != index {
            world.tap(step);
            continue;
        }
        world.tap(&Step { fault: Some(Fault { command, when }), ..step.clone() });
        let decision = world.rows().last().unwrap().decision.as_ref().unwrap();
        if decision.gate == Gate::Closed {
            let at = step.at.checked_add(std::time::Duration::from_secs(20)).unwrap();
            world.tap(&Step { at, ..step.clone() });
        }
    }
    world.finish()
}

fn day(name: &str) -> u32 {
    day_of(name, &load(name))
}

fn day_of(name: &str, scenario: &Scenario) -> u32 {
    let whole = play(scenario);
    assert!(whole.passed(), "{:?}", whole.failures);
    let mut played = 0;
    for index in 0..scenario.steps.len() {
        for command in commands(&whole, index) {
            for when in pulls(command) {
                let outcome = torn(scenario, index, command, when);
                let what = format!("{name}, tap {index}, {command:?}, {when:?}");
                assert!(outcome.passed(), "{what}: {:?}", outcome.failures);
                assert_eq!(outcome.cards, whole.cards, "{what}");
                assert_eq!(outcome.records.len(), whole.records.len(), "{what}: one record for each");
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

#[test]
fn a_card_is_locked_once_wherever_it_is_pulled() {
    let played = day("black-list.toml");
    assert!(played > 400, "only {played} pulls");
}

#[test]
fn a_card_is_paid_out_once_and_locked_wherever_it_is_pulled() {
    let played = day("refund.toml");
    assert!(played > 500, "only {played} pulls");
}

#[test]
fn a_load_by_the_sam_is_done_once_wherever_the_card_is_pulled() {
    let mut scenario = load("load-sam.toml");
    // A load that was given up has taken its amount from the quota: here there is enough of it.
    scenario.sign_on = QuotaRules { hours: 48, ..QuotaRules::default() };
    let played = day_of("load-sam.toml", &scenario);
    assert!(played > 500, "only {played} pulls");
}

#[test]
fn a_validity_is_extended_once_wherever_the_card_is_pulled() {
    let played = day("validity-extension.toml");
    assert!(played > 500, "only {played} pulls");
}
