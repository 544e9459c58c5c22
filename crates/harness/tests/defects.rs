//! Defects whose flow is no tap of a gate: what comes of each, beside the same scenario at the sound profile.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use tunion_card::{Block, Image};
use tunion_data::file::TripRecord;
use tunion_data::upload::RecordKind;
use tunion_files::diag::Source;
use tunion_files::library::Library;
use tunion_files::scenario;
use tunion_harness::Outcome;
use tunion_harness::world::World;
use tunion_terminal::Gate;

const HEAD: &str = "version = 1\ntitle = \"a defect\"\nseed = 1\nkeys = \"../keys/lab.toml\"\n";

/// The scenario at the sound profile and at the faulty one: the outcome, and the first card after it.
fn both(sound: &str, faulty: &str, text: &str) -> [(Outcome, Image); 2] {
    [sound.to_owned(), format!("faulty/{faulty}")].map(|profile| {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scenarios/x.toml");
        let text = format!("{HEAD}{}", text.replace("PROFILE", &format!("../terminals/{profile}.toml")));
        let scenario = scenario::parse(&Source::new(path, text), &mut Library::default());
        let scenario = scenario.unwrap_or_else(|errors| panic!("{errors}"));
        let mut world = World::new(&scenario);
        scenario.steps.iter().for_each(|step| world.tap(step));
        let card = world.card(0).unwrap().image();
        (world.finish(), card)
    })
}

/// A black-listed card goes on as if nothing had been found: no rule keeps it from riding free elsewhere.
#[test]
fn a_lock_without_its_mac_locks_nothing() {
    let [(sound, locked), (faulty, open)] = both(
        "beijing-rail",
        "lock-without-mac",
        r#"black-list = ["lost"]
[cards.lost]
file = "../cards/ordinary.toml"
[terminals.gate]
file = "PROFILE"
[[tap]]
at = 2026-11-23T08:00:00
card = "lost"
terminal = "gate"
enter = "西二旗"
expect = { code = "black-listed" }
"#,
    );
    assert_eq!((locked.security.blocked, open.security.blocked), (Block::Temporary, Block::None));
    assert_eq!(sound.records.iter().map(|record| record.kind).collect::<Vec<_>>(), [RecordKind::Lock as u8]);
    assert!(faulty.records.is_empty(), "a lock that was refused is not recorded as done");
}

/// 1A says that the journey was put right, 1E that the card entered: they do not tell one story (rule 6).
#[test]
fn an_update_of_the_journey_stands_as_an_entry() {
    let [(_, sound), (_, faulty)] = both(
        "beijing-office",
        "update-trip-type",
        r#"[cards.lin]
file = "../cards/open-rail-journey.toml"
[terminals.office]
file = "PROFILE"
station = "五道口"
[[tap]]
at = 2026-11-23T09:00:00
card = "lin"
terminal = "office"
settle = { area = "free", payment = "cash" }
expect = { code = "ok" }
"#,
    );
    let types = [&sound, &faulty].map(|image| TripRecord::decode(image.trips.first().unwrap()).trip_type);
    assert_eq!(types, [0x08, 0x03]);
    assert_eq!(sound.industry, faulty.industry);
}

/// The first rider of the day rides twice where one may ride once (rule 8).
#[test]
fn the_first_rider_of_the_day_is_not_remembered() {
    let outcomes = both(
        "beijing-bus",
        "recent-record-0-skipped",
        r#"[cards.fu]
file = "../cards/senior.toml"
[terminals.bus]
file = "PROFILE"
line = "331"
direction = 0
vehicle = "A1001"
[[tap]]
at = 2026-11-23T08:00:00
card = "fu"
terminal = "bus"
stop = "五道口"
expect = { gate = "open" }
[[tap]]
at = 2026-11-23T08:05:00
card = "fu"
terminal = "bus"
stop = "西苑"
expect = { gate = "open" }
[[tap]]
at = 2026-11-23T08:09:59
card = "fu"
terminal = "bus"
stop = "西苑"
"#,
    );
    let gates = outcomes.map(|(outcome, _)| outcome.rows.last().unwrap().decision.as_ref().unwrap().gate);
    assert_eq!(gates, [Gate::Closed, Gate::Open]);
}
