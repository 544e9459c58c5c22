//! What the settings of a profile do: which application is selected, what a city writes on the card, what a
//! PSAM's refusals lead to, what a bus reader does not believe.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use rand_core::SeedableRng;
use std::collections::VecDeque;
use support::{BEIJING, FINE, Trouble, card, now, profile, roots, with_gates};
use tunion_apdu::{Name, Sw};
use tunion_card::{Card, Contents, Image};
use tunion_data::fci::{Directory, EP_AID, EP_LABEL, PPSE};
use tunion_data::file::{RailStatus, TripRecord};
use tunion_data::upload::UploadRecord;
use tunion_data::{Aid, Fen};
use tunion_files::diag::Source;
use tunion_files::library::Library;
use tunion_files::scenario::{self, Scenario};
use tunion_harness::Outcome;
use tunion_harness::random::Stream;
use tunion_harness::world::World;
use tunion_terminal::profile::{Mac2Failure, Mac2Policy};
use tunion_terminal::{Action, Code, Event, Gate, Profile, Request, Selection};

const INSTANCE: &str = "A000000632010105100091560000014A";

fn selecting(directory: bool, aids: &[Aid]) -> Profile {
    Profile { select: Selection { directory, aids: aids.to_vec() }, ..profile() }
}

/// The names that a gate selects when the card answers so, and why it gives up, if it does.
fn selected(profile: &Profile, answers: &[&[u8]]) -> (Vec<Vec<u8>>, Option<Code>) {
    let (mut names, mut code) = (Vec::new(), None);
    with_gates(profile, |[mut gate, ..]| {
        let mut answers = answers.iter();
        let mut queue = VecDeque::from(gate.terminal.step(now(1), Event::Card(Request::Ride)));
        while let Some(action) = queue.pop_front() {
            match action {
                Action::SendCard(command) if command[1] == 0xA4 => {
                    names.push(command[5..command.len() - 1].to_vec());
                    let answer = answers.next().expect("another SELECT");
                    queue.extend(gate.terminal.step(now(1), Event::CardAnswer(answer)));
                }
                Action::Decide(decision) => code = Some(decision.code),
                // It goes on to read.
                _ => {}
            }
        }
        assert_eq!(answers.count(), 0, "every answer was asked for");
    });
    (names, code)
}

fn listing(names: &[&[u8]]) -> Vec<u8> {
    let entries: Vec<_> =
        names.iter().map(|name| Directory { aid: name, label: EP_LABEL, priority: 1 }).collect();
    let mut out = [0; 128];
    let mut answer = Directory::encode(&entries, &mut out).unwrap().to_vec();
    answer.extend([0x90, 0x00]);
    answer
}

#[test]
fn without_a_directory_the_names_are_tried_in_order() {
    let gate = selecting(false, &[Aid::EP, Aid::MOHURD]);
    let (ep, mohurd) = (EP_AID.to_vec(), Aid::MOHURD.as_bytes().to_vec());
    assert_eq!(selected(&gate, &[&[0x90, 0x00]]), (vec![ep.clone()], None));
    assert_eq!(selected(&gate, &[&[0x6A, 0x82], &[0x90, 0x00]]), (vec![ep.clone(), mohurd.clone()], None));
    let none = (vec![ep.clone(), mohurd], Some(Code::Invalid));
    assert_eq!(selected(&gate, &[&[0x6A, 0x82], &[0x6A, 0x82]]), none);
    for locked in [[0x62, 0x83], [0x62, 0x84], [0x93, 0x03], [0x6A, 0x81]] {
        assert_eq!(selected(&gate, &[&locked]), (vec![ep.clone()], Some(Code::Locked)));
    }
}

#[test]
fn with_a_directory_only_what_both_sides_know_is_selected() {
    let gate = selecting(true, &[Aid::EP, Aid::MOHURD]);
    let instance: Aid = INSTANCE.parse().unwrap();
    let (first, mohurd) = (PPSE.to_vec(), Aid::MOHURD.as_bytes().to_vec());
    // The card lists the other first: the terminal's order counts, and the instance's own name.
    let both = listing(&[&mohurd, instance.as_bytes()]);
    let expected = vec![first.clone(), instance.as_bytes().to_vec(), mohurd.clone()];
    assert_eq!(selected(&gate, &[&both, &[0x6A, 0x82], &[0x90, 0x00]]), (expected, None));
    // Nothing in common: no name is tried.
    let cash = listing(&[&[0xA0, 0x00, 0x00, 0x06, 0x32, 0x01, 0x01, 0x06]]);
    assert_eq!(selected(&gate, &[&cash]), (vec![first.clone()], Some(Code::Invalid)));
    // A directory that is refused, or is none, is not looked at.
    for none in [&[0x6A, 0x82][..], &[0x90, 0x00], &listing(&[])] {
        let expected = vec![first.clone(), EP_AID.to_vec(), mohurd.clone()];
        assert_eq!(selected(&gate, &[none, &[0x6A, 0x82], &[0x90, 0x00]]), (expected, None));
    }
}

/// A card whose application has this name.
fn named(name: Aid) -> Card<Stream> {
    let image: Image = card(1).image();
    let contents =
        tunion_issuer::roots::personalise(&roots(), image.info, image.holder, image.management, image.purse);
    let contents = Contents { aid: name.as_bytes().iter().copied().collect(), ..contents };
    Card::new(&contents, Stream::seed_from_u64(1)).unwrap()
}

#[test]
fn a_card_taps_by_whatever_name_both_sides_know() {
    for (directory, name) in [(true, INSTANCE.parse().unwrap()), (false, Aid::MOHURD), (true, Aid::MOHURD)] {
        with_gates(&selecting(directory, &[Aid::EP, Aid::MOHURD]), |[mut entry, mut exit, _]| {
            let mut card = named(name);
            assert_eq!(entry.tap(&mut card, 1, FINE).code(), Code::Ok, "{directory} {name}");
            assert_eq!(exit.tap(&mut card, 20, FINE).code(), Code::Ok, "{directory} {name}");
        });
    }
    with_gates(&selecting(true, &[Aid::EP]), |[mut entry, ..]| {
        assert_eq!(entry.tap(&mut named(Aid::MOHURD), 1, FINE).code(), Code::Invalid);
    });
}

#[test]
fn a_card_whose_mac2_failed_is_kept_or_not_as_the_profile_says() {
    for (mac2_failure, next) in
        [(Mac2Failure::Distrust, Code::Distrusted), (Mac2Failure::Record, Code::ReentryFree)]
    {
        with_gates(&Profile { mac2_failure, ..profile() }, |[mut entry, ..]| {
            let mut card = card(1);
            let tapped = entry.tap(&mut card, 1, Trouble { wrong_mac2: true, ..FINE });
            assert_eq!(tapped.code(), Code::Mac2);
            assert!(tapped.records[0].has(UploadRecord::MAC2_FAILED));
            assert_eq!(entry.tap(&mut card, 2, FINE).code(), next);
        });
    }
}

#[test]
fn a_locked_psam_is_told_as_such_and_not_reset_in_vain() {
    let silent = [Name::ReadBinary, Name::SelectFile];
    let resets = |order: &[Result<Name, Gate>]| {
        let decided = order.iter().position(Result::is_err).unwrap();
        order[decided..].iter().any(|step| step.is_ok_and(|name| silent.contains(&name)))
    };
    with_gates(&profile(), |[mut entry, ..]| {
        // Locked before INIT.
        let asked =
            Trouble { sam_answers: Some((Name::InitSamForPurchase, Sw::PERMANENTLY_BLOCKED)), ..FINE };
        let tapped = entry.tap(&mut card(1), 1, asked);
        assert_eq!(tapped.code(), Code::SamLocked);
        assert!(!tapped.sent(Name::DebitForPurchase) && !resets(&tapped.order));
        // Locked at MAC2: the money has left the card, and the card is not to blame.
        let judged =
            Trouble { sam_answers: Some((Name::CreditSamForPurchase, Sw::PERMANENTLY_BLOCKED)), ..FINE };
        let mut card = card(2);
        let tapped = entry.tap(&mut card, 2, judged);
        assert_eq!(tapped.code(), Code::SamLocked);
        // Its record is kept until the next tap, which it lets through.
        assert!(tapped.records.is_empty() && !resets(&tapped.order));
        // One that has forgotten its application is reset.
        let forgot = Trouble { sam_answers: Some((Name::InitSamForPurchase, Sw::CONDITIONS)), ..FINE };
        let tapped = entry.tap(&mut support::card(3), 4, forgot);
        assert_eq!(tapped.code(), Code::SamFault);
        assert!(resets(&tapped.order));
    });
}

/// A scenario at bus readers and gates of shipped profiles, with these switches and taps.
fn scenario(switches: &str, taps: &str) -> Scenario {
    let text = format!(
        "version = 1\ntitle = \"x\"\nseed = 1\nkeys = \"../keys/lab.toml\"\n\
         [cards.lin]\nfile = \"../cards/ordinary.toml\"\nbalance = \"50.00\"\n\
         [terminals.t]\n{switches}\n{taps}"
    );
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/scenarios/x.toml");
    scenario::parse(&Source::new(path, text), &mut Library::default())
        .unwrap_or_else(|errors| panic!("{errors}"))
}

fn play(scenario: &Scenario) -> (Image, Outcome) {
    let mut world = World::new(scenario);
    scenario.steps.iter().for_each(|step| world.tap(step));
    let image = world.card(0).unwrap().image();
    let outcome = world.finish();
    assert!(outcome.passed(), "{:?}", outcome.failures);
    (image, outcome)
}

fn codes(outcome: &Outcome) -> Vec<Code> {
    outcome.rows.iter().map(|row| row.decision.as_ref().unwrap().code).collect()
}

const BUS: &str =
    "file = \"../terminals/beijing-bus.toml\"\nline = \"331\"\ndirection = 0\nvehicle = \"A1001\"\n";
const RIDE: &str = "[[tap]]\nat = 2026-11-23T08:00:00\ncard = \"lin\"\nterminal = \"t\"\nstop = \"五道口\"\n\
                    [[tap]]\nat = 2026-11-23T08:20:00\ncard = \"lin\"\nterminal = \"t\"\nstop = \"西苑\"\n\
                    expect = { balance = \"49.00\" }\n";

#[test]
fn a_bus_reader_does_not_believe_its_own_tables() {
    // The ride lists 2.00; boarding notes 3.00, to the farther end.
    let outcome = |switches: &str, taps| codes(&play(&scenario(&format!("{BUS}{switches}"), taps)).1);
    assert_eq!(outcome("max-fare = \"3.00\"", RIDE), [Code::Ok, Code::Ok]);
    let one = &RIDE[..RIDE.rfind("[[tap]]").unwrap()];
    let one = format!("{one}expect = {{ gate = \"closed\" }}\n");
    assert_eq!(outcome("max-fare = \"2.99\"", &one), [Code::FareBroken]);
    assert_eq!(outcome("max-balance = \"49.99\"", &one), [Code::BalanceBroken]);
    assert_eq!(outcome("max-balance = \"50.00\"", RIDE), [Code::Ok, Code::Ok]);
}

#[test]
fn a_bus_reader_that_looks_at_the_newest_trip_refuses_an_unknown_one() {
    for (trip_type, expected) in [(0x0A, Code::Ok), (0x0B, Code::BadRecord), (0x12, Code::BadRecord)] {
        let one = &RIDE[..RIDE.rfind("[[tap]]").unwrap()];
        let mut scenario =
            scenario(&format!("{BUS}newest-trip = true"), &format!("{one}expect = {{ list = \"9.00\" }}"));
        scenario.steps[0].expect.list = None;
        let trip = TripRecord { trip_type, ..TripRecord::default() };
        scenario.cards[0].file.image.trips = [trip.encode()].into_iter().collect();
        assert_eq!(codes(&play(&scenario).1), [expected], "{trip_type:02X}");
    }
    // A card that has no trip yet is asked all the same.
    assert_eq!(codes(&play(&scenario(&format!("{BUS}newest-trip = true"), RIDE)).1), [Code::Ok, Code::Ok]);
}

#[test]
fn xian_writes_its_own_forms() {
    let taps = "[[tap]]\nat = 2026-11-23T08:00:00\ncard = \"lin\"\nterminal = \"t\"\nenter = 17\nline = 2\n\
                [[tap]]\nat = 2026-11-23T08:30:00\ncard = \"lin\"\nterminal = \"t\"\nexit = 99\nline = 14\n\
                fare = { list = \"4.00\", charged = \"4.00\" }\nexpect = { balance = \"46.00\" }\n";
    let scenario = scenario("file = \"../terminals/xian-rail.toml\"", taps);
    let mut world = World::new(&scenario);
    world.tap(&scenario.steps[0]);
    let entered = world.card(0).unwrap().rail_record();
    world.tap(&scenario.steps[1]);
    let left = world.card(0).unwrap().rail_record();
    let trips = world.card(0).unwrap().image().trips;
    assert!(world.finish().passed());

    assert_eq!(RailStatus::from_byte(entered.status), RailStatus::Entered);
    assert_eq!(entered.entry_city.0, [0x79, 0x10]);
    assert_eq!(entered.entry_institution.to_string(), "02007910FFFFFFFF");
    assert_eq!(entered.entry_station, [0x44, 0x12, 0x79, 0x10, 0, 0, 0x02, 0x17]);
    assert_eq!(entered.entry_terminal, [0x79, 0x10, 0, 0, 0x02, 0x17, 0x00, 0x01]);
    assert_eq!((entered.entry_line, entered.entry_balance), (2, Fen::from_yuan(50)));
    // Neither serial nor CRC, and its own part of the operator's area is cleared.
    assert_eq!((entered.serial, entered.in_out, entered.reserved, entered.crc), ([0; 8], 0, 0, 0));

    assert_eq!(RailStatus::from_byte(left.status), RailStatus::Exited);
    assert_eq!(left.exit_station, [0x44, 0x12, 0x79, 0x10, 0, 0, 0x14, 0x99]);
    assert_eq!((left.exit_line, left.fare), (14, Fen::from_yuan(4)));
    assert_eq!((left.entry_station, left.serial, left.crc), (entered.entry_station, [0; 8], 0));

    // 1E: the newest first, with the balance before the tap and the institution with its first nibble set.
    let [exit, entry] = [0, 1].map(|trip| TripRecord::decode(&trips[trip]));
    assert_eq!((exit.amount, exit.balance), (Fen::from_yuan(4), Fen::from_yuan(50)));
    assert_eq!((entry.amount, entry.balance), (Fen::ZERO, Fen::from_yuan(50)));
    assert_eq!(exit.terminal, [0x79, 0x10, 0, 0, 0x14, 0x99, 0x00, 0x02]);
    assert_eq!(exit.acquirer.to_string(), "12007910FFFFFFFF");
}

#[test]
fn beijing_writes_the_balance_after_the_tap_and_a_crc() {
    let taps = "[[tap]]\nat = 2026-11-23T08:00:00\ncard = \"lin\"\nterminal = \"t\"\nenter = \"西二旗\"\n\
                [[tap]]\nat = 2026-11-23T08:30:00\ncard = \"lin\"\nterminal = \"t\"\nexit = \"五道口\"\n\
                expect = { balance = \"46.00\" }\n";
    let (image, _) = play(&scenario("file = \"../terminals/beijing-rail.toml\"", taps));
    let exit = TripRecord::decode(&image.trips[0]);
    assert_eq!((exit.amount, exit.balance), (Fen::from_yuan(4), Fen::from_yuan(46)));
    assert_eq!(exit.acquirer, BEIJING);
    assert_eq!(exit.terminal, [0, 0, 0x10, 0, 0, 0x01, 0, 0x02]);
}

#[test]
fn a_controllers_gate_asks_for_the_least_balance_that_its_profile_says() {
    let taps = "[[tap]]\nat = 2026-11-23T08:00:00\ncard = \"lin\"\nterminal = \"t\"\nenter = 17\n\
                expect = { balance = \"2.00\" }\n";
    for (balance, expected) in [(200, Code::Ok), (199, Code::Balance)] {
        let mut scenario = scenario("file = \"../terminals/xian-rail.toml\"", taps);
        scenario.steps[0].expect.balance = None;
        scenario.cards[0].file.image.purse.balance = tunion_data::Fen24::new(Fen::new(balance)).unwrap();
        assert_eq!(codes(&play(&scenario).1), [expected], "{balance}");
    }
}

#[test]
fn a_mac2_that_is_only_recorded_does_not_keep_a_gate_that_asks_late() {
    let late = Profile { mac2: Mac2Policy::AfterDecision, mac2_failure: Mac2Failure::Record, ..profile() };
    with_gates(&late, |[mut entry, ..]| {
        let tapped = entry.tap(&mut card(1), 1, Trouble { wrong_mac2: true, ..FINE });
        assert_eq!((tapped.code(), tapped.decision.as_ref().unwrap().gate), (Code::Ok, Gate::Open));
        assert!(tapped.records[0].has(UploadRecord::MAC2_FAILED));
    });
}
