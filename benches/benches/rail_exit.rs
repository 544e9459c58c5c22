//! One composite rail exit: card, PSAM, terminal and fare, beside the bare DES work of the same tap.
//!
//! The bare work is what PBOC asks for and no program can leave out (`docs/spec/card.md` 4.4–4.6,
//! `docs/spec/terminal.md` 2.2):
//!
//! | side | two-key 3DES schedules | two-key 3DES blocks | DES schedules | DES blocks |
//! |---|---|---|---|---|
//! | card, its keys prepared | 0 | 1 | 1 | 7 |
//! | PSAM, nothing kept between taps | 3 | 5 | 1 | 4 |
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may panic, and its items are macros'")]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use des::cipher::{BlockCipherEncrypt, KeyInit};
use des::{Des, TdesEde2};
use std::collections::VecDeque;
use std::hint::black_box;
use std::path::Path;
use tunion_apdu::Response;
use tunion_card::{Card, Chip};
use tunion_crypto::Tally;
use tunion_data::Fen;
use tunion_data::civil::DateTime;
use tunion_files::library::Library;
use tunion_files::scenario::{Act, Scenario};
use tunion_harness::device::Device;
use tunion_harness::random::{Stream, stream};
use tunion_terminal::{Action, Decision, Direction, Event, Gate, Place, RailGate, Request};

/// A card inside the paid area, and the gate that lets it out.
#[derive(Clone)]
struct Exit<'s> {
    card: Card<Stream>,
    gate: Device<'s>,
    at: DateTime,
}

/// What a tap came to, and what card and PSAM ciphered for it.
#[derive(Default)]
struct Driven {
    decision: Option<Decision>,
    card: Tally,
    psam: Tally,
}

/// Carries out what a terminal wants until it has nothing more to ask. Nothing is traced.
fn drive(device: &mut Device<'_>, card: &mut Card<Stream>, at: DateTime, event: Event<'_>) -> Driven {
    let mut response = Response::new();
    let mut driven = Driven::default();
    let mut queue = VecDeque::from(device.terminal.step(at, event));
    while let Some(action) = queue.pop_front() {
        let event = match action {
            Action::SendCard(command) => {
                card.process(&command, &mut response).unwrap();
                driven.card += card.work().crypto;
                Event::CardAnswer(response.bytes())
            }
            Action::SendSam(command) => {
                device.psam.process(&command, &mut response).unwrap();
                driven.psam += device.psam.work().crypto;
                Event::SamAnswer(response.bytes())
            }
            Action::Persist(slot, _) => Event::Persisted(slot),
            Action::Decide(made) => {
                driven.decision = Some(*made);
                continue;
            }
            _ => continue,
        };
        queue.extend(device.terminal.step(at, event));
    }
    driven
}

/// Enters at the first rail tap of the scenario and stands before the gate of the second.
fn ready(scenario: &Scenario) -> Exit<'_> {
    let steps: Vec<_> = scenario
        .steps
        .iter()
        .filter(|step| matches!(step.act, Act::Enter { .. } | Act::Exit { .. }))
        .take(2)
        .collect();
    let file = &scenario.cards[steps[0].card].file;
    let mut contents = file.contents(&scenario.keys.roots);
    contents.image.purse.balance = tunion_data::Fen24::new(Fen::from_yuan(50)).unwrap();
    let mut card = Card::new(&contents, stream(scenario.seed, "card", 0)).unwrap();
    let mut gates = steps.iter().zip(0u32..).map(|(step, index)| {
        let (direction, station, line) = match step.act {
            Act::Enter { station, line } => (Direction::Entry, station, line),
            Act::Exit { station, line } => (Direction::Exit, station, line),
            other => panic!("{other:?} is no gate"),
        };
        let place = Place::Rail(RailGate { direction, line, station });
        let terminal = &scenario.terminals[step.terminal].file;
        let mut gate = Device::new(scenario, terminal, &scenario.black_list, place, index);
        drive(&mut gate, &mut card, step.at, Event::Started);
        assert!(gate.terminal.is_ready());
        gate
    });
    let (mut entry, gate) = (gates.next().unwrap(), gates.next().unwrap());
    drop(gates);
    let entered = drive(&mut entry, &mut card, steps[0].at, Event::Card(Request::Ride)).decision.unwrap();
    assert_eq!(entered.gate, Gate::Open, "{entered:?}");
    Exit { card, gate, at: steps[1].at }
}

fn leave(Exit { card, gate, at }: &mut Exit<'_>) -> Driven {
    drive(gate, card, *at, Event::Card(Request::Ride))
}

/// The bare work of the table above, with the des crate alone.
fn bare(card_key: &TdesEde2, tac_key: &Des, keys: &[[u8; 16]; 3]) -> [u8; 8] {
    let mut block = [0x5Au8; 8].into();
    let des = |key: &Des, count: usize, block: &mut _| (0..count).for_each(|_| key.encrypt_block(block));
    // The card.
    card_key.encrypt_block(&mut block);
    let session = Des::new(&block);
    des(&session, 4, &mut block);
    des(tac_key, 3, &mut block);
    // The PSAM.
    for (key, blocks) in keys.iter().zip([2, 2, 1]) {
        let key = TdesEde2::new(black_box(&(*key).into()));
        (0..blocks).for_each(|_| key.encrypt_block(&mut block));
    }
    let session = Des::new(&block);
    des(&session, 4, &mut block);
    block.into()
}

fn rail_exit(criterion: &mut Criterion) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/scenarios");
    let scenario = Library::default().scenario(folder.join("student-weekday.toml")).unwrap();
    let start = ready(&scenario);
    // What is timed is a paid exit whose MAC2 the PSAM took, and ciphers what the table above says.
    let Driven { decision, card, psam } = leave(&mut start.clone());
    let decision = decision.unwrap();
    assert_eq!(decision.gate, Gate::Open);
    assert!(decision.charged > Fen::ZERO);
    assert_eq!(card, Tally { tdes_blocks: 1, des_schedules: 1, des_blocks: 7, ..Tally::default() });
    let taken =
        Tally { tdes_schedules: 3, tdes_blocks: 5, des_schedules: 1, des_blocks: 4, ..Tally::default() };
    assert_eq!(psam, taken);

    let mut group = criterion.benchmark_group("rail_exit");
    group.bench_function("whole_tap", |bencher| {
        bencher.iter_batched_ref(|| start.clone(), leave, BatchSize::SmallInput);
    });
    let card_key = TdesEde2::new(&[0x11; 16].into());
    let tac_key = Des::new(&[0x22; 8].into());
    let keys = [[0x33; 16], [0x44; 16], [0x55; 16]];
    group.bench_function("bare_des", |bencher| {
        bencher.iter(|| bare(black_box(&card_key), black_box(&tac_key), black_box(&keys)));
    });
    group.finish();
}

criterion_group!(benches, rail_exit);
criterion_main!(benches);
