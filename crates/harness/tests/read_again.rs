//! After every tap of every scenario, every record of the card is read a second time (`again`) and held against
//! what the tap was; at the end against what was uploaded.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod again;

use again::{Deed, Done, Fares, Kind, Pages, Tap, judge};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;
use tunion_apdu::{Command, Device, Name};
use tunion_data::upload::UploadRecord;
use tunion_files::library::Library;
use tunion_files::scenario::{Act, Scenario, Step, TerminalEntry};
use tunion_harness::trace::Exchange;
use tunion_harness::world::World;
use tunion_terminal::profile::RailTail;
use tunion_terminal::{Decision, Note};

static FARES: LazyLock<Fares> = LazyLock::new(Fares::beijing);

/// A tap with all that it was looked at with, to be judged more than once.
struct Seen<'s> {
    entry: &'s TerminalEntry,
    step: &'s Step,
    number: [u8; 6],
    before: Pages,
    after: Pages,
    charged: Option<u32>,
    serials: Vec<u32>,
    sent: Vec<Vec<u8>>,
}

impl Seen<'_> {
    fn tap<'a>(&'a self, after: &'a Pages) -> Tap<'a> {
        Tap {
            file: &self.entry.file,
            number: self.number,
            deed: deed(self.step, self.entry),
            at: self.step.at,
            before: &self.before,
            after,
            named: self.step.charge.map(|charge| charge.charged.get()),
            charged: self.charged,
            serials: &self.serials,
            sent: &self.sent,
        }
    }
}

fn deed(step: &Step, entry: &TerminalEntry) -> Deed {
    match step.act {
        Act::Enter { station, line } => Deed::Enter { line, station },
        Act::Exit { station, line } => Deed::Exit { line, station },
        Act::Bus { stop } => {
            let bus = entry.bus.unwrap();
            Deed::Bus { line: bus.line, stop, vehicle: bus.vehicle }
        }
        Act::Load(amount) => Deed::Load { fen: amount.get() },
        Act::Enquire(_) => Deed::Enquire,
        Act::Settle(..) | Act::Buy(_) | Act::Refund(_) | Act::Lock(_) => {
            unreachable!("left out: is_read_again")
        }
    }
}

/// Terminals get their numbers in the order in which they are first used, counted upwards from the first of their
/// profile: each gate is one terminal.
#[derive(Default)]
struct Numbers(BTreeMap<[u8; 6], Vec<String>>);

impl Numbers {
    fn of(&mut self, step: &Step, entry: &TerminalEntry) -> [u8; 6] {
        let mut number = entry.file.psam.first_terminal.0;
        let spots = self.0.entry(number).or_default();
        let spot = match step.act {
            Act::Enter { .. } | Act::Exit { .. } => format!("{} {:?}", entry.name, step.act),
            _ => entry.name.clone(),
        };
        let place = spots.iter().position(|known| *known == spot).unwrap_or_else(|| {
            spots.push(spot);
            spots.len() - 1
        });
        let tail =
            u32::from_be_bytes([number[2], number[3], number[4], number[5]]) + u32::try_from(place).unwrap();
        number[2..].copy_from_slice(&tail.to_be_bytes());
        number
    }
}

/// What the terminal says that this tap moved; what it found done of an earlier one is not of this.
fn charged(decision: Option<&Decision>) -> Option<u32> {
    let decision = decision.filter(|decision| decision.gate == tunion_terminal::Gate::Open)?;
    let earlier = |note: &Note| match note {
        Note::Recovered { amount, .. } => amount.get(),
        _ => 0,
    };
    Some(decision.charged.get() - decision.notes.iter().map(earlier).sum::<u32>())
}

/// The data of the commands of this name, in order.
fn data(sent: &[Exchange], name: Name) -> impl Iterator<Item = &[u8]> {
    let of = move |exchange: &&Exchange| exchange.device == Device::Card && exchange.name() == Some(name);
    sent.iter().filter(of).map(|exchange| Command::parse(&exchange.command).unwrap().data)
}

/// Plays a scenario and judges every tap; what was done is handed back with the taps and the uploads.
fn play(scenario: &Scenario) -> (Vec<Seen<'_>>, Vec<Done>, Vec<UploadRecord>) {
    let (mut world, mut numbers) = (World::new(scenario), Numbers::default());
    let (mut taps, mut done) = (Vec::new(), Vec::new());
    for step in &scenario.steps {
        let entry = &scenario.terminals[step.terminal];
        let before = Pages::of(world.card(step.card).unwrap());
        world.tap(step);
        let after = Pages::of(world.card(step.card).unwrap());
        let row = world.rows().last().unwrap();
        let sent = world.trace().part(row.exchanges.clone());
        let seen = Seen {
            entry,
            step,
            number: numbers.of(step, entry),
            before,
            charged: charged(row.decision.as_ref()),
            serials: data(sent, Name::DebitForPurchase)
                .map(|data| u32::from_be_bytes(*data.first_chunk().unwrap()))
                .collect(),
            sent: data(sent, Name::UpdateCappDataCache)
                .filter(|data| data.len() == 128)
                .map(<[u8]>::to_vec)
                .collect(),
            after,
        };
        match judge(&seen.tap(&seen.after), &FARES) {
            Ok(new) => done.extend(new),
            Err(wrong) => {
                panic!("{}, line {}, {}: {}", scenario.name, step.line, row.place, wrong.join("\n"))
            }
        }
        taps.push(seen);
    }
    (taps, done, world.finish().records)
}

fn scenarios() -> Vec<Scenario> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/scenarios");
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut library = Library::default();
    let all = files.iter().map(|file| library.scenario(file).unwrap());
    all.filter(is_read_again).collect()
}

/// Rides and loads of Beijing and Shanghai are read again; offices, shops, Xi'an's own forms and the laboratory have
/// tests of their bytes of their own (`office.rs`, `pos.rs`, `profiles.rs`).
fn is_read_again(scenario: &Scenario) -> bool {
    let read = |step: &Step| {
        let known = matches!(
            step.act,
            Act::Enter { .. } | Act::Exit { .. } | Act::Bus { .. } | Act::Load(_) | Act::Enquire(None)
        );
        known && step.cards == 1
    };
    let ours = |entry: &TerminalEntry| {
        entry.file.profile.load.extend_days == 0
            && entry.file.profile.rail.tail != RailTail::Xian
            && !entry.file.profile.name.starts_with("laboratory")
    };
    scenario.steps.iter().all(read) && scenario.terminals.iter().all(ours)
}

#[test]
fn every_tap_of_every_scenario_leaves_what_it_was() {
    let mut kinds = BTreeSet::new();
    for scenario in &scenarios() {
        let (_, done, records) = play(scenario);
        for done in &done {
            uploaded_once(&scenario.name, done, &records);
        }
        kinds.extend(done.iter().map(|done| (done.city, done.kind)));
    }
    let of = |city, wanted: &[Kind]| wanted.iter().all(|kind| kinds.contains(&(city, *kind)));
    assert!(of([0x10, 0x00], &[Kind::Entry, Kind::Exit, Kind::Single, Kind::Cover, Kind::Load]), "{kinds:?}");
    assert!(of([0x29, 0x00], &[Kind::Entry, Kind::Exit]), "{kinds:?}");
}

/// One upload record, no more, says the same.
fn uploaded_once(name: &str, done: &Done, records: &[UploadRecord]) {
    let load = |record: &UploadRecord| record.transaction == 2;
    let same = |record: &&UploadRecord| {
        record.pan.to_bytes() == done.pan
            && load(record) == (done.kind == Kind::Load)
            && record.card_seq == done.sequence
            && record.terminal.0 == done.terminal
    };
    let found: Vec<&UploadRecord> = records.iter().filter(same).collect();
    let [record] = found[..] else { panic!("{name}: {} records of {done:?}", found.len()) };
    let wrong = done.disagrees(record);
    assert!(wrong.is_empty(), "{name}: {done:?}\n{}", wrong.join("\n"));
}

/// One bit of every byte of every record that a tap wrote is moved, in a copy: the second reading notices each.
/// Of each kind of tap one is taken.
#[test]
fn a_byte_that_is_moved_is_noticed() {
    let mut tried = BTreeSet::new();
    let mut moved = 0;
    for scenario in &scenarios() {
        let (taps, ..) = play(scenario);
        for seen in &taps {
            let done = judge(&seen.tap(&seen.after), &FARES).unwrap();
            let kinds: Vec<Kind> = done.iter().map(|done| done.kind).collect();
            if kinds.is_empty() || !tried.insert((seen.entry.file.name.clone(), kinds)) {
                continue;
            }
            for place in 0..written(&mut seen.after.clone(), done.len()).len() {
                for bit in [0x01, 0x80] {
                    let mut after = seen.after.clone();
                    *written(&mut after, done.len())[place] ^= bit;
                    let what = || format!("{}, line {}, byte {place}", scenario.name, seen.step.line);
                    assert!(judge(&seen.tap(&after), &FARES).is_err(), "{}", what());
                    moved += 1;
                }
            }
        }
    }
    assert!(tried.len() >= 8 && moved > 3000, "{} kinds of taps, {moved} bits", tried.len());
}

/// The bytes that a tap of so many things done may have written: its records in 18 and 1E, and both records of
/// journeys in 1A.
fn written(pages: &mut Pages, done: usize) -> Vec<&mut u8> {
    let Pages { log, trips, industry, .. } = pages;
    let new = log.iter_mut().take(done).chain(trips.iter_mut().take(done)).chain(industry.iter_mut().take(2));
    new.flatten().collect()
}
