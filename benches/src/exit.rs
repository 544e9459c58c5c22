//! One composite rail exit: card, PSAM, terminal, fare and record, beside the bare DES work of the same
//! tap.
//!
//! The bare work is what PBOC asks for and no program can leave out (`docs/spec/card.md` 4.4–4.6,
//! `docs/spec/terminal.md` 2.2):
//!
//! | side | two-key 3DES schedules | two-key 3DES blocks | DES schedules | DES blocks |
//! |---|---|---|---|---|
//! | card, its keys prepared | 0 | 1 | 1 | 7 |
//! | PSAM, nothing kept between taps | 3 | 5 | 1 | 4 |

use des::cipher::{BlockCipherEncrypt, KeyInit};
use des::{Des, TdesEde2};
use std::collections::VecDeque;
use std::hint::black_box;
use std::path::Path;
use tunion_apdu::Response;
use tunion_card::{Card, Chip, Work};
use tunion_crypto::Tally;
use tunion_data::Fen;
use tunion_data::civil::DateTime;
use tunion_data::upload::UploadRecord;
use tunion_files::costs::{self, CardCosts, Of};
use tunion_files::library::Library;
use tunion_files::scenario::{Act, Scenario};
use tunion_harness::device::Device;
use tunion_harness::link::Link;
use tunion_harness::radio::{Medium, Radio};
use tunion_harness::random::{Stream, stream};
use tunion_link::{CardSettings, Rate, ReaderSettings, Ticks};
use tunion_terminal::{Action, Decision, Direction, Event, Gate, Place, RailGate, Request};

/// The scenario whose first entry and exit are taken.
///
/// # Panics
/// When it does not load.
#[must_use]
pub fn scenario() -> Scenario {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/scenarios");
    Library::default().scenario(folder.join("student-weekday.toml")).unwrap()
}

/// A card inside the paid area, and the gate that lets it out.
#[derive(Clone, Debug)]
pub struct Exit<'s> {
    card: Card<Stream>,
    gate: Device<'s>,
    at: DateTime,
}

/// What a tap came to, and what card and PSAM ciphered for it.
#[derive(Default, Debug)]
struct Driven {
    decision: Option<Decision>,
    record: Option<UploadRecord>,
    card: Tally,
    psam: Tally,
}

/// Carries out what a terminal wants until it has nothing more to ask. Nothing is traced.
fn drive(device: &mut Device<'_>, card: &mut impl Link, at: DateTime, event: Event<'_>) -> Driven {
    let mut response = Response::new();
    let mut driven = Driven::default();
    let mut queue = VecDeque::new();
    device.terminal.step_onto(at, event, &mut queue);
    while let Some(action) = queue.pop_front() {
        let event = match action {
            Action::SendCard(command) => {
                card.transmit(&command, &mut response).unwrap();
                driven.card += card.work().crypto;
                Event::CardAnswer(response.bytes())
            }
            Action::SendSam(command) => {
                device.psam.process(&command, &mut response).unwrap();
                driven.psam += Chip::work(&device.psam).crypto;
                Event::SamAnswer(response.bytes())
            }
            Action::Persist(slot, _) => Event::Persisted(slot),
            Action::Decide(made) => {
                driven.decision = Some(*made);
                continue;
            }
            Action::Emit(record) => {
                driven.record = Some(*record);
                continue;
            }
            _ => continue,
        };
        device.terminal.step_onto(at, event, &mut queue);
    }
    driven
}

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

impl<'s> Exit<'s> {
    /// Enters at the first rail tap of the scenario and stands before the gate of the second.
    ///
    /// # Panics
    /// If the exit is not a paid one whose MAC2 the PSAM takes and whose record is whole, or ciphers
    /// anything but the table above.
    #[must_use]
    pub fn prepare(scenario: &'s Scenario) -> Self {
        let start = ready(scenario);
        let Driven { decision, record, card, psam } = start.clone().drive();
        let decision = decision.unwrap();
        assert_eq!(decision.gate, Gate::Open);
        assert!(decision.charged > Fen::ZERO);
        assert_eq!(record.unwrap().flags, 0);
        assert_eq!(card, Tally { tdes_blocks: 1, des_schedules: 1, des_blocks: 7, ..Tally::default() });
        let taken =
            Tally { tdes_schedules: 3, tdes_blocks: 5, des_schedules: 1, des_blocks: 4, ..Tally::default() };
        assert_eq!(psam, taken);
        start
    }

    fn drive(&mut self) -> Driven {
        let Self { card, gate, at } = self;
        drive(gate, card, *at, Event::Card(Request::Ride))
    }

    /// Leaves with the card behind the air: activated, framed, and its work priced. When the tap ended; `None` unless
    /// the gate opened.
    pub fn leave_on_air(&mut self, costs: &CardCosts, rate: Rate) -> Option<Ticks> {
        let Self { card, gate, at } = self;
        let reader = ReaderSettings { fastest: rate, ..ReaderSettings::default() };
        let mut radio = Radio::new(card, Priced(costs), reader, CardSettings::default());
        radio.activate().ok()?;
        let driven = black_box(drive(gate, &mut radio, *at, Event::Card(Request::Ride)));
        let opened = driven.decision.is_some_and(|decision| decision.gate == Gate::Open);
        opened.then(|| radio.now())
    }

    /// Leaves. `false` unless the gate opened.
    pub fn leave(&mut self) -> bool {
        black_box(self.drive()).decision.is_some_and(|decision| decision.gate == Gate::Open)
    }
}

/// A clean air, and a card whose work costs what a profile says.
struct Priced<'c>(&'c CardCosts);

impl Medium for Priced<'_> {
    fn price(&mut self, work: &Work) -> Ticks {
        Ticks::from_nanos(self.0.prices.of(work))
    }
}

/// The costs of a transit card's own chip.
///
/// # Panics
/// When they are not built in.
#[must_use]
pub fn chip_costs() -> CardCosts {
    match costs::built_in("native-transit-chip").unwrap().of {
        Of::Card(costs) => costs,
        other => panic!("{other:?} are no card's"),
    }
}

/// The bare work of the table above, with the des crate alone.
pub struct Bare {
    card: TdesEde2,
    tac: Des,
    psam: [[u8; 16]; 3],
}

impl std::fmt::Debug for Bare {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bare")
    }
}

impl Default for Bare {
    fn default() -> Self {
        let card = TdesEde2::new(&[0x11; 16].into());
        let tac = Des::new(&[0x22; 8].into());
        Self { card, tac, psam: [[0x33; 16], [0x44; 16], [0x55; 16]] }
    }
}

impl Bare {
    /// Once.
    #[must_use]
    pub fn run(&self) -> [u8; 8] {
        let mut block = [0x5Au8; 8].into();
        let des = |key: &Des, count: usize, block: &mut _| (0..count).for_each(|_| key.encrypt_block(block));
        // The card.
        self.card.encrypt_block(&mut block);
        let session = Des::new(&block);
        des(&session, 4, &mut block);
        des(&self.tac, 3, &mut block);
        // The PSAM.
        for (key, blocks) in self.psam.iter().zip([2, 2, 1]) {
            let key = TdesEde2::new(black_box(&(*key).into()));
            (0..blocks).for_each(|_| key.encrypt_block(&mut block));
        }
        let session = Des::new(&block);
        des(&session, 4, &mut block);
        block.into()
    }
}
