//! Card and PSAM asked side by side: whoever answers first, the tap comes to the same, and it ends with the answer of
//! both, so that none reaches the next tap.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::VecDeque;
use std::path::Path;
use tunion_apdu::Response;
use tunion_card::{Card, Chip};
use tunion_data::upload::UploadRecord;
use tunion_files::library::Library;
use tunion_files::scenario::{Act, Scenario};
use tunion_files::terminal::TerminalFile;
use tunion_harness::device::Device;
use tunion_harness::random::{Stream, stream};
use tunion_terminal::{Action, BlackList, Code, Decision, Direction, Event, Gate, Place, RailGate, Request};

/// Who of the two answers first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum First {
    Card,
    Sam,
}

/// What goes wrong with one of the two.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Wrong {
    Nothing,
    CardGone,
    CardRefuses,
    SamGone,
    SamRefuses,
    BothGone,
}

/// Who was asked, and what came.
#[derive(Clone, Debug)]
enum Told {
    Card(Option<Vec<u8>>),
    Sam(Option<Vec<u8>>),
    Other(Box<Action>),
}

struct Tapped {
    decision: Decision,
    records: Vec<UploadRecord>,
    /// How often both were asked at the same time.
    beside: u32,
}

/// A tap in which everything that is asked at the same time is answered in the order of `first`.
fn tap(
    device: &mut Device<'_>,
    card: &mut Card<Stream>,
    at: tunion_data::civil::DateTime,
    (first, wrong): (First, Wrong),
) -> Tapped {
    let mut response = Response::new();
    let (mut decision, mut records, mut beside, mut done) = (None, Vec::new(), 0, false);
    let mut wanted = VecDeque::from(device.terminal.step(at, Event::Card(Request::Ride)));
    while !wanted.is_empty() {
        let both = wanted.iter().any(|action| matches!(action, Action::SendCard(_)))
            && wanted.iter().any(|action| matches!(action, Action::SendSam(_)));
        beside += u32::from(both);
        let fails = |of| both && (wrong == of || wrong == Wrong::BothGone);
        let mut told: Vec<Told> = Vec::new();
        for action in wanted.drain(..) {
            // After the tap it may look after its PSAM.
            assert!(!done || matches!(action, Action::ResetSam | Action::SendSam(_)), "{action:?}");
            told.push(match action {
                Action::SendCard(_) if fails(Wrong::CardGone) => Told::Card(None),
                Action::SendCard(command) => {
                    card.process(&command, &mut response).unwrap();
                    let refused = both && wrong == Wrong::CardRefuses;
                    Told::Card(Some(if refused { vec![0x65, 0x81] } else { response.bytes().to_vec() }))
                }
                Action::SendSam(_) if fails(Wrong::SamGone) => Told::Sam(None),
                Action::SendSam(command) => {
                    device.psam.process(&command, &mut response).unwrap();
                    let refused = both && wrong == Wrong::SamRefuses;
                    Told::Sam(Some(if refused { vec![0x69, 0x85] } else { response.bytes().to_vec() }))
                }
                Action::ResetSam => {
                    device.psam.power_off();
                    device.psam.power_on().unwrap();
                    continue;
                }
                other => {
                    done |= other == Action::Done;
                    Told::Other(Box::new(other))
                }
            });
        }
        if both && first == First::Card {
            told.sort_by_key(|told| matches!(told, Told::Sam(_)));
        }
        for told in told {
            let event = match &told {
                Told::Card(Some(bytes)) => Event::CardAnswer(bytes),
                Told::Card(None) => Event::CardGone,
                Told::Sam(Some(bytes)) => Event::SamAnswer(bytes),
                Told::Sam(None) => Event::SamGone,
                Told::Other(action) => match &**action {
                    Action::Persist(slot, _) => Event::Persisted(*slot),
                    Action::Decide(made) => {
                        decision = Some((**made).clone());
                        continue;
                    }
                    Action::Emit(record) => {
                        records.push(**record);
                        continue;
                    }
                    _ => continue,
                },
            };
            wanted.extend(device.terminal.step(at, event));
        }
    }
    Tapped { decision: decision.unwrap(), records, beside }
}

fn scenario() -> Scenario {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/scenarios");
    Library::default().scenario(folder.join("student-weekday.toml")).unwrap()
}

fn gate<'s>(
    scenario: &'s Scenario,
    file: &'s TerminalFile,
    none: &'s BlackList,
) -> (Device<'s>, Card<Stream>) {
    let step = scenario.steps.iter().find(|step| matches!(step.act, Act::Enter { .. })).unwrap();
    let Act::Enter { station, line } = step.act else { panic!("no entry") };
    let place = Place::Rail(RailGate { direction: Direction::Entry, line, station });
    let mut device = Device::new(scenario, file, none, place, 0);
    let mut response = Response::new();
    let mut wanted = VecDeque::from(device.terminal.step(step.at, Event::Started));
    while let Some(action) = wanted.pop_front() {
        if let Action::SendSam(command) = action {
            device.psam.process(&command, &mut response).unwrap();
            wanted.extend(device.terminal.step(step.at, Event::SamAnswer(response.bytes())));
        }
    }
    let mut contents = scenario.cards[step.card].file.contents(&scenario.keys.roots);
    contents.image.purse.balance = tunion_data::Fen24::new(tunion_data::Fen::from_yuan(50)).unwrap();
    let mut card = Card::new(&contents, stream(1, "card", 0)).unwrap();
    card.power_on().unwrap();
    (device, card)
}

#[test]
fn either_may_answer_first() {
    let scenario = scenario();
    let terminals = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/terminals/variants");
    let file = Library::default().terminal(terminals.join("beside-rail.toml")).unwrap();
    let none = BlackList::default();
    let at = scenario.steps[0].at;
    for (wrong, code) in [
        (Wrong::Nothing, Code::Ok),
        (Wrong::CardGone, Code::MovedEarly),
        (Wrong::CardRefuses, Code::WriteFailed),
        (Wrong::SamGone, Code::SamFault),
        (Wrong::SamRefuses, Code::SamFault),
    ] {
        for first in [First::Card, First::Sam] {
            let (mut device, mut card) = gate(&scenario, &file, &none);
            let tapped = tap(&mut device, &mut card, at, (first, wrong));
            assert_eq!((tapped.beside, tapped.decision.code), (1, code), "{wrong:?}, {first:?}");
            assert_eq!(tapped.records.len(), usize::from(wrong == Wrong::Nothing));
            assert!(device.terminal.is_ready(), "{wrong:?}, {first:?}");
            // The next tap is as if nothing had been.
            card.power_off();
            card.power_on().unwrap();
            let again = tap(&mut device, &mut card, at, (first, Wrong::Nothing));
            let open = again.decision.gate == Gate::Open;
            assert_eq!(open, wrong != Wrong::Nothing, "{wrong:?}, {first:?}: {:?}", again.decision);
        }
    }
    // When both fail, one of the two is told.
    for first in [First::Card, First::Sam] {
        let (mut device, mut card) = gate(&scenario, &file, &none);
        let tapped = tap(&mut device, &mut card, at, (first, Wrong::BothGone));
        assert!([Code::MovedEarly, Code::SamFault].contains(&tapped.decision.code), "{:?}", tapped.decision);
        assert!(device.terminal.is_ready());
    }
}
