//! The applet and the model side by side: the same commands to both, the same answers expected; and a power
//! cut wherever a command writes.
//!
//! A PSAM tells nothing of its memory but by what it answers. After a cut the model is therefore several,
//! one for each state that memory may be in; each further answer has to fit one of them, and those that it
//! does not fit are dropped. A copy of both is asked everything that memory can tell after each cut and at
//! the end.
//!
//! | module | idea |
//! |---|---|
//! | [`act`] | what can be done to a PSAM, made from any bytes |
//! | `setup` | one PSAM, told to both |
//! | `sender`, `table` | the other side: commands with right MACs and with wrong ones |
//! | `ledger` | what has to hold whatever the model says |
//!
//! ```
//! // Any bytes are a case.
//! tunion_psam_model::beside::run(&[7; 300]);
//! ```

pub mod act;
mod ledger;
mod sender;
mod setup;
mod table;

use crate::model::Model;
use act::{Case, CutAt, Step};
use arbitrary::Unstructured;
use ledger::Ledger;
use rand_core::TryRng;
use sender::{Sender, Sent};
use std::collections::BTreeMap;
use std::convert::Infallible;
use tunion_apdu::{Command, Device, Response};
use tunion_psam::{Chip, Cut, Damage, Psam};

/// What a case came to: each answer by command and status word, and the losses of power.
#[derive(Clone, Default, Debug)]
pub struct Seen {
    /// How often a command of the table, or none of it, was answered with this word's family.
    pub answers: BTreeMap<(Option<&'static str>, u16), usize>,
    /// How often the power went in a command, by the commits that were surely made.
    pub losses: BTreeMap<usize, usize>,
}

/// Plays the case that `bytes` are.
///
/// # Panics
/// Where applet and model do not agree, with the whole case.
#[allow(clippy::must_use_candidate, reason = "that it ends is what matters")]
pub fn run(bytes: &[u8]) -> Seen {
    Unstructured::new(bytes).arbitrary().map(|case| play(&case)).unwrap_or_default()
}

/// Plays a case.
///
/// # Panics
/// Where applet and model do not agree, with the whole case.
#[allow(clippy::must_use_candidate, reason = "that it ends is what matters")]
pub fn play(case: &Case) -> Seen {
    let mut pair = Pair::new(case);
    if case.seed % 8 != 7
        && let Err(fault) = pair.send(&sender::SELECT, None)
    {
        panic!("SELECT: {fault}\n{case:#?}");
    }
    for (number, step) in case.steps.iter().enumerate() {
        if let Err(fault) = pair.step(step) {
            panic!("step {number}, {step:?}: {fault}\n{case:#?}");
        }
    }
    if let Err(fault) = pair.ask_everything() {
        panic!("at the end: {fault}\n{case:#?}");
    }
    pair.seen
}

/// Random numbers that both draw: `SplitMix64`, Steele, Lea and Flood 2014.
#[derive(Clone, Debug)]
struct Numbers(u64);

impl Numbers {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            *byte = mixed.to_be_bytes()[0];
        }
    }
}

impl TryRng for Numbers {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.fill(bytes);
        Ok(())
    }
}

/// Both PSAMs, and who sends.
#[derive(Clone)]
struct Pair {
    psam: Psam<Numbers>,
    /// The states that the PSAM can be in, no two the same.
    models: Vec<Model>,
    sender: Sender,
    ledger: Ledger,
    seen: Seen,
}

impl Pair {
    fn new(case: &Case) -> Self {
        let (contents, model) = setup::both(&case.setup);
        Self {
            psam: Psam::new(contents, Numbers(case.seed.into())),
            models: vec![model],
            sender: Sender::default(),
            ledger: Ledger::default(),
            seen: Seen::default(),
        }
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        for first in sender::before(&step.act) {
            self.send(&first, None)?;
        }
        let Some(model) = self.models.first() else { return Err("no state is left".to_owned()) };
        match self.sender.command(&step.act, model) {
            Sent::Command(bytes) => self.send(&bytes, step.cut.as_ref()),
            Sent::Reset => {
                self.psam.power_off();
                self.psam.power_on().map_err(|fault| fault.to_string())?;
                self.models.iter_mut().for_each(Model::reset);
                self.send(&sender::SELECT, None)
            }
            Sent::Worn(worn) => {
                self.psam.set_worn(worn);
                self.models.iter_mut().for_each(|model| model.set_worn(worn));
                Ok(())
            }
        }
    }

    fn send(&mut self, command: &[u8], cut: Option<&CutAt>) -> Result<(), String> {
        self.psam.set_cut(cut.map(|cut| {
            let damage = cut.noise.map_or(Damage::Prefix, |seed| Damage::Noise(seed.into()));
            Cut { after: cut.after.into(), damage }
        }));
        let random = self.psam.random_mut().clone();
        let mut response = Response::new();
        let outcome = self.psam.process(command, &mut response);
        self.psam.set_cut(None);
        if outcome.is_err() {
            return self.after_power_loss(command, &random);
        }
        let mut left: Vec<Model> = Vec::new();
        let mut expected = Vec::new();
        for mut model in self.models.drain(..) {
            let mut random = random.clone();
            let answer = model.transmit(command, &mut |bytes| random.fill(bytes));
            if answer == response.bytes() && !left.iter().any(|other| other.same_as(&model)) {
                left.push(model);
            }
            expected.push(answer);
        }
        let Some(model) = left.first() else {
            return Err(format!("the PSAM answered {:02X?}, the model {expected:02X?}", response.bytes()));
        };
        self.ledger.note(command, Some(response.bytes()), model)?;
        self.models = left;
        let found =
            Command::parse(command).and_then(|command| tunion_apdu::table::find(Device::Sam, &command));
        let title = found.ok().map(|spec| spec.title);
        *self.seen.answers.entry((title, response.sw().family().0)).or_default() += 1;
        self.sender.heard(command, response.bytes());
        Ok(())
    }

    /// The states that memory may be in, and the PSAM goes on from there. A commit is two pages: those that
    /// were written whole were made, and one more perhaps, if its root was under the pen.
    fn after_power_loss(&mut self, command: &[u8], random: &Numbers) -> Result<(), String> {
        let pages = usize::try_from(self.psam.work().page_writes).unwrap_or(usize::MAX);
        let surely = pages / 2;
        self.psam.power_on().map_err(|fault| fault.to_string())?;
        let mut left: Vec<Model> = Vec::new();
        for model in self.models.drain(..) {
            let mut random = random.clone();
            let states = model.torn(command, &mut |bytes| random.fill(bytes));
            for memory in states.into_iter().skip(surely).take(1 + pages % 2) {
                let mut model = model.clone();
                model.memory = memory;
                model.reset();
                if !left.iter().any(|other| other.same_as(&model)) {
                    left.push(model);
                }
            }
        }
        let Some(model) = left.first() else { return Err(format!("{pages} pages were written")) };
        self.ledger.note(command, None, model)?;
        *self.seen.losses.entry(surely).or_default() += 1;
        self.models = left;
        self.ask_everything()?;
        self.send(&sender::SELECT, None)
    }

    /// Asks a copy of both for all that memory holds, and keeps the states that gave the PSAM's answers.
    fn ask_everything(&mut self) -> Result<(), String> {
        let mut left = Vec::new();
        let mut first = Ok(());
        for model in &self.models {
            let mut copy = Self { models: vec![model.clone()], ..self.clone() };
            let outcome = self.sender.questions().iter().try_for_each(|question| copy.send(question, None));
            match outcome {
                Ok(()) => left.push(model.clone()),
                Err(fault) => first = first.and(Err(fault)),
            }
        }
        if left.is_empty() {
            return first;
        }
        self.models = left;
        Ok(())
    }
}
