//! The applet and the model side by side: the same commands to both, the same answers expected, the same
//! memory after each; and a power cut wherever a command writes.
//!
//! | module | idea |
//! |---|---|
//! | [`act`] | what can be done to a card, made from any bytes |
//! | `setup` | one card, told to both |
//! | `sender` | the other side: commands with right MACs and with wrong ones |
//!
//! ```
//! // Any bytes are a case.
//! tunion_card_model::beside::run(&[7; 300]);
//! ```

pub mod act;
mod sender;
mod setup;

use crate::memory::Memory;
use crate::model::Model;
use act::{Case, Step};
use arbitrary::Unstructured;
use rand_core::TryRng;
use sender::Sender;
use std::collections::BTreeMap;
use std::convert::Infallible;
use tunion_apdu::{Command, Device, Response, table};
use tunion_card::{Card, Chip, Cut, Damage, answers};

/// What a case came to: each answer by command and status word, and the losses of power.
#[derive(Clone, Default, Debug)]
pub struct Seen {
    /// How often a command of the table, or none of it, was answered with this word's family.
    pub answers: BTreeMap<(Option<&'static str>, u16), usize>,
    /// How often the power went in a command, by where memory was found: before it, or after how many
    /// commits.
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
        && let Err(fault) = pair.select()
    {
        panic!("SELECT: {fault}\n{case:#?}");
    }
    for (number, step) in case.steps.iter().enumerate() {
        if let Err(fault) = pair.step(step) {
            panic!("step {number}, {step:?}: {fault}\n{case:#?}");
        }
    }
    if let Err(fault) = pair.compare_proofs() {
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

/// Both cards, and who sends.
struct Pair {
    card: Card<Numbers>,
    model: Model,
    random: Numbers,
    sender: Sender,
    seen: Seen,
}

impl Pair {
    fn new(case: &Case) -> Self {
        let (contents, model) = setup::both(&case.setup);
        let random = Numbers(case.seed.into());
        let Ok(card) = Card::new(&contents, random.clone()) else {
            unreachable!("a setup is consistent: {contents:?}")
        };
        Self { card, model, random, sender: Sender::default(), seen: Seen::default() }
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        if let Some(first) = self.sender.before(&step.act, &self.model) {
            self.send(&first, None)?;
        }
        match self.sender.command(&step.act, &self.model) {
            sender::Sent::Command(bytes) => self.send(&bytes, step.cut.as_ref())?,
            sender::Sent::Reset => {
                self.card.power_off();
                self.card.power_on().map_err(|fault| fault.to_string())?;
                self.model.reset();
                self.select()?;
            }
            sender::Sent::Worn(worn) => {
                self.card.set_worn(worn);
                self.model.set_worn(worn);
            }
            sender::Sent::Nothing => {}
        }
        setup::same_memory(&self.card.image(), &self.model.memory)
    }

    fn send(&mut self, command: &[u8], cut: Option<&act::CutAt>) -> Result<(), String> {
        self.card.set_cut(cut.map(|cut| {
            let damage = cut.noise.map_or(Damage::Prefix, |seed| Damage::Noise(seed.into()));
            Cut { after: cut.after.into(), damage }
        }));
        let mut response = Response::new();
        let outcome = self.card.process(command, &mut response);
        self.card.set_cut(None);
        if outcome.is_err() {
            return self.after_power_loss(command);
        }
        let expected = self.model.transmit(command, &mut |bytes| self.random.fill(bytes));
        if response.bytes() != expected {
            return Err(format!("the card answered {:02X?}, the model {expected:02X?}", response.bytes()));
        }
        let name = Command::parse(command).and_then(|command| table::find(Device::Card, &command)).ok();
        if !answers::admits(name.map(|spec| spec.name), response.sw()) {
            return Err(format!("{} is not in the table of answers", response.sw()));
        }
        *self.seen.answers.entry((name.map(|spec| spec.title), response.sw().family().0)).or_default() += 1;
        self.sender.heard(command, &expected);
        Ok(())
    }

    /// The card's memory is one of those that the model knows, and the card goes on from it.
    fn after_power_loss(&mut self, command: &[u8]) -> Result<(), String> {
        let mut random = self.random.clone();
        let states = self.model.torn(command, &mut |bytes| random.fill(bytes));
        let spends = states.len() > 2;
        self.card.power_on().map_err(|fault| fault.to_string())?;
        let image = self.card.image();
        // From the last: a try given back leaves memory as it was before it was spent.
        let mut states: Vec<(usize, Memory)> = states.into_iter().enumerate().collect();
        states.reverse();
        let found = states.into_iter().find(|(_, memory)| setup::same_memory(&image, memory).is_ok());
        let (commits, memory) = found.ok_or("after the loss of power memory is none that could be")?;
        // A try that is spent is two pages, its own and the root: once they are written, it stays spent.
        if spends && commits == 0 && self.card.work().page_writes >= 2 {
            return Err("a try that was written as spent is there again".to_owned());
        }
        *self.seen.losses.entry(commits).or_default() += 1;
        self.model.memory = memory;
        self.model.reset();
        self.compare_proofs()?;
        self.select()
    }

    /// Most of what is worth trying wants the purse selected.
    fn select(&mut self) -> Result<(), String> {
        let select = [&[0x00, 0xA4, 0x04, 0x00, 0x08][..], &self.model.settings.aid[..8]].concat();
        self.send(&select, None)
    }

    /// Asks copies of both for the proofs of the last transactions.
    fn compare_proofs(&self) -> Result<(), String> {
        let mut copy = Self {
            card: self.card.clone(),
            model: self.model.clone(),
            random: self.random.clone(),
            sender: Sender::default(),
            seen: Seen::default(),
        };
        copy.select()?;
        let (offline, online) = (self.model.memory.offline, self.model.memory.online);
        for kind in [0x02, 0x03, 0x06, 0x07, 0x09] {
            for back in 0..4 {
                for sequence in [offline, online] {
                    let [high, low] = sequence.wrapping_sub(back).to_be_bytes();
                    copy.send(&[0x80, 0x5A, 0x00, kind, 0x02, high, low], None)?;
                }
            }
        }
        Ok(())
    }
}
