//! Whatever card, PSAM, host and store answer, at whatever step: a terminal comes to an end, opens only by what the
//! card did, sends nothing that moves money or locks without a record kept, and loses none of these records.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use proptest::prelude::*;
use rand_core::{Rng, SeedableRng};
use std::collections::BTreeSet;
use std::sync::LazyLock;
use support::desk::{Asked, BY_HOST, BY_SAM, Came, Desk, Meddle, OFFICE, Told, refunds};
use support::{card, made_of, profile, tariff};
use tunion_apdu::{Name, Response};
use tunion_card::Chip;
use tunion_data::Fen;
use tunion_data::host::{LoadApproval, LoadRefusal, SignOn, SignOnRefusal};
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_fare::Tariff;
use tunion_harness::random::Stream;
use tunion_terminal::{BlackList, Direction, Event, Fares, Gate, Place, Profile, RailGate, Request, SlotId};

/// Commands whose record has to be kept first.
const MOVING: [Name; 4] =
    [Name::DebitForPurchase, Name::CreditForLoad, Name::ApplicationBlock, Name::SecureUpdateBinary];

/// Words that a card or PSAM may answer, right and wrong.
const WORDS: [u16; 18] = [
    0x9000, 0x9000, 0x9000, 0x6100, 0x6104, 0x6108, 0x6C04, 0x6C1E, 0x6283, 0x6A81, 0x6A82, 0x6985, 0x6988,
    0x9302, 0x9303, 0x9401, 0x9406, 0x0000,
];

/// A hand that now and then answers for somebody.
struct Hand {
    random: Stream,
    /// How many answers in 16 are its own.
    often: usize,
    /// Commands of this tap that move something, sent and not refused for certain.
    moved: Vec<Name>,
    /// Records that the store said to have kept since the last of them.
    kept: usize,
    /// Whether a command was sent before its record was kept.
    unkept: bool,
    /// Those that were told as done.
    done: Vec<Name>,
}

impl Hand {
    fn pick(&mut self, below: usize) -> usize {
        self.random.next_u32() as usize % below
    }

    fn byte(&mut self) -> u8 {
        let [byte, ..] = self.random.next_u32().to_be_bytes();
        byte
    }

    fn bytes(&mut self) -> Vec<u8> {
        let length = [0, 1, 2, 4, 8, 15, 16, 23, 30, 48, 60, 128][self.pick(12)];
        let mut bytes: Vec<u8> = (0..length).map(|_| self.byte()).collect();
        if self.pick(8) > 0 {
            bytes.extend(WORDS[self.pick(WORDS.len())].to_be_bytes());
        }
        bytes
    }

    fn told(&mut self, asked: Asked) -> Told {
        // Now and then an answer to something else.
        let asked = if self.pick(12) == 0 {
            [
                Asked::Card(Name::ReadBinary),
                Asked::Sam(Name::ReadBinary),
                Asked::Host,
                Asked::SignOn,
                Asked::Store,
            ][self.pick(5)]
        } else {
            asked
        };
        match asked {
            Asked::Card(_) if self.pick(3) == 0 => Told::CardGone,
            Asked::Card(_) => Told::Card(self.bytes()),
            Asked::Sam(_) if self.pick(3) == 0 => Told::SamGone,
            Asked::Sam(_) => Told::Sam(self.bytes()),
            Asked::Host => match self.pick(4) {
                0 => Told::HostGone,
                1 => Told::Host(Err(LoadRefusal::ProofNeeded {
                    seq: u16::from_be_bytes([self.byte(), self.byte()]),
                })),
                2 => Told::Host(Err(LoadRefusal::UnknownCard)),
                _ => Told::Host(Ok(LoadApproval {
                    date: tunion_data::BcdDate(self.random.next_u32().to_be_bytes()),
                    time: tunion_data::BcdTime([self.byte(); 3]),
                    mac2: self.random.next_u32().to_be_bytes(),
                })),
            },
            Asked::SignOn => match self.pick(3) {
                0 => Told::HostGone,
                1 => Told::SignOn(Err(SignOnRefusal::UnknownSam)),
                _ => Told::SignOn(Ok(SignOn {
                    authenticator: self.random.next_u64().to_be_bytes(),
                    quota: Fen::new(self.random.next_u32()),
                    expiry: tunion_data::BcdDateTime([self.byte(); 7]),
                    batch: self.random.next_u32(),
                    settled: tunion_data::BcdDate([0; 4]),
                })),
            },
            Asked::Store => Told::StoreFailed(SlotId(u16::from(self.byte() % 3))),
        }
    }

    fn meddle(&mut self, asked: Asked, _: &Response) -> Meddle {
        if self.pick(16) >= self.often {
            return Meddle::Let;
        }
        let told = self.told(asked);
        if self.pick(2) == 0 { Meddle::Instead(told) } else { Meddle::After(told) }
    }

    /// Watches what is asked and what is told.
    fn watch(&mut self, asked: Asked, meddle: &Meddle, answer: &Response) {
        match (asked, meddle) {
            (Asked::Store, Meddle::Let) => self.kept += 1,
            (Asked::Card(name), _) if MOVING.contains(&name) => {
                self.unkept |= self.kept == 0;
                self.kept = 0;
                let told = match meddle {
                    Meddle::Let => Some(answer.bytes().to_vec()),
                    Meddle::Instead(Told::Card(bytes)) | Meddle::After(Told::Card(bytes)) => {
                        Some(bytes.clone())
                    }
                    _ => None,
                };
                let word = told.as_ref().and_then(|told| told.last_chunk::<2>());
                if word.is_none_or(|word| *word == [0x90, 0x00]) {
                    self.moved.push(name);
                }
                if word == Some(&[0x90, 0x00]) {
                    self.done.push(name);
                }
            }
            _ => {}
        }
    }
}

/// The kinds of record that a command may have.
fn kinds(name: Name) -> &'static [RecordKind] {
    match name {
        Name::DebitForPurchase => &[
            RecordKind::Entry,
            RecordKind::Exit,
            RecordKind::Single,
            RecordKind::Surcharge,
            RecordKind::Refund,
        ],
        Name::CreditForLoad => &[RecordKind::Load],
        Name::ApplicationBlock => &[RecordKind::Lock],
        _ => &[RecordKind::Extension],
    }
}

/// What may open a gate, or let an office say yes.
fn opens(name: Name, request: Request) -> bool {
    match request {
        Request::Ride => name == Name::DebitForPurchase,
        Request::Load(_) => name == Name::CreditForLoad,
        _ => name == Name::ApplicationBlock,
    }
}

fn play(profile: &Profile, place: Place, request: Request, fares: Fares<'_>, seed: u64, often: usize) {
    // Card 1 may not be used, card 2 may.
    let black_list = BlackList::from([made_of(1).0.pan]);
    let mut desk = Desk::new(profile, place, fares, &black_list);
    desk.issue(1);
    desk.issue(2);
    let mut cards: Vec<_> = [1, 2].into_iter().map(card).collect();
    let mut hand = Hand {
        random: Stream::seed_from_u64(seed),
        often,
        moved: Vec::new(),
        kept: 0,
        unkept: false,
        done: Vec::new(),
    };
    let mut emitted: Vec<UploadRecord> = Vec::new();
    for minute in 0..6 {
        if !desk.terminal.is_ready() {
            desk.happens(None, minute, Event::Started, |asked, answer| hand.meddle(asked, answer));
            if !desk.terminal.is_ready() {
                desk.restart();
            }
        }
        let card = &mut cards[hand.pick(2)];
        card.power_on().unwrap();
        (hand.kept, hand.moved, hand.done) = (0, Vec::new(), Vec::new());
        let mut came = desk.happens(Some(card), minute, Event::Card(request), |asked, answer| {
            let meddle = hand.meddle(asked, answer);
            hand.watch(asked, &meddle, answer);
            meddle
        });
        // Left waiting by an answer to something else: the card goes, and nobody else answers either.
        if came.decision.is_none() {
            let rest = end_of(&mut desk, minute);
            came.records.extend(rest.records);
            came.decision = rest.decision;
        }
        card.power_off();
        assert!(came.decision.is_some(), "undecided after {:?}", came.asked);
        let stored: Vec<UploadRecord> = desk.store.values().map(UploadRecord::decode).collect();
        for name in &hand.moved {
            let mut records = came.records.iter().chain(&stored);
            let has_one = records.any(|record| kinds(*name).iter().any(|kind| record.kind == *kind as u8));
            assert!(has_one, "no record of {name:?}: {:?}", came.asked);
        }
        if came.gate() == Gate::Open {
            let done = hand.done.iter().any(|name| opens(*name, request));
            let found = came.records.iter().any(|record| record.has(UploadRecord::RECOVERED));
            assert!(done || found, "it opened by nothing: {:?} {:?}", came.asked, came.decision);
        }
        emitted.extend(&came.records);
    }
    assert!(!hand.unkept, "sent before its record was kept");
    let flushed = desk.happens(None, 30, Event::Flush, |_, _| Meddle::Let);
    emitted.extend(&flushed.records);
    assert!(desk.store.is_empty(), "left in the store: {:?}", desk.store.keys());
    // A record has a number of its own.
    let numbers: BTreeSet<u32> = emitted.iter().map(|record| record.local_seq).collect();
    assert_eq!(numbers.len(), emitted.len(), "a record went out twice");
}

/// Nobody answers any more.
fn end_of(desk: &mut Desk<'_>, minute: i8) -> Came {
    let mut came = Came::default();
    for told in [
        Told::CardGone,
        Told::SamGone,
        Told::HostGone,
        Told::StoreFailed(SlotId(0)),
        Told::StoreFailed(SlotId(1)),
        Told::StoreFailed(SlotId(2)),
        Told::SamGone,
        Told::CardGone,
    ] {
        for action in desk.tell(minute, &told) {
            match action {
                tunion_terminal::Action::Emit(record) => came.records.push(*record),
                tunion_terminal::Action::Decide(decision) => came.decision = Some(*decision),
                tunion_terminal::Action::Forget(slot) => drop(desk.store.remove(&slot)),
                _ => {}
            }
        }
        if came.decision.is_some() {
            break;
        }
    }
    came
}

/// Tariffs take long to compile; all cases share it.
static TARIFF: LazyLock<Tariff> = LazyLock::new(tariff);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(768))]

    #[test]
    fn at_a_gate_that_locks(seed: u64, often in 1usize..8) {
        let profile = Profile { lock_black_listed: true, ..profile() };
        let network = TARIFF.network().unwrap();
        let station = network.station(network.station_named("西直门").unwrap()).unwrap().code;
        let place = Place::Rail(RailGate { direction: Direction::Entry, line: 2, station });
        play(&profile, place, Request::Ride, Fares::Tariff(&TARIFF), seed, often);
    }

    #[test]
    fn at_a_top_up_terminal_with_a_load_sam(seed: u64, often in 1usize..8) {
        let profile = Profile { load: BY_SAM, ..profile() };
        play(&profile, Place::TopUp, Request::Load(Fen::from_yuan(30)), Fares::Controller, seed, often);
    }

    #[test]
    fn at_a_top_up_terminal_against_the_host(seed: u64, often in 1usize..8) {
        let profile = Profile { load: BY_HOST, ..profile() };
        play(&profile, Place::TopUp, Request::Load(Fen::from_yuan(30)), Fares::Controller, seed, often);
    }

    #[test]
    fn at_a_desk_that_gives_back(seed: u64, often in 1usize..8) {
        play(&refunds(), OFFICE, Request::Refund, Fares::Controller, seed, often);
    }

    #[test]
    fn at_a_desk_that_locks(seed: u64, often in 1usize..8) {
        play(&refunds(), OFFICE, Request::Lock, Fares::Controller, seed, often);
    }
}
