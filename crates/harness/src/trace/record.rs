//! A run that is written down.

use super::Trace;
use super::file::{Dir, File, Header, Line, State, Went, Wire};
use super::raw::Raw;
use crate::outcome::Outcome;
use crate::world::World;
use sha2::{Digest, Sha256};
use tunion_apdu::Device;
use tunion_card::{Chip, Contents, Inconsistent};
use tunion_crypto::{Algorithm, Tally};
use tunion_files::scenario::{Scenario, Step};

/// A frame that went over the air, for a link that has air to tell.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frame {
    /// Virtual time in ns since the tap's beginning, at which the frame begins.
    pub t_ns: u64,
    /// Whether it went from the reader to the card.
    pub to_card: bool,
    /// Its bytes as on the air, with their CRC where they have one.
    pub bytes: Vec<u8>,
    /// Whether it was lost.
    pub lost: bool,
}

impl State {
    /// What is in a device's memory: its pages as committed, in their order.
    #[must_use]
    pub fn of<C: Chip>(device: &C) -> Self {
        let mut hash = Sha256::new();
        for page in (0..).map_while(|number| device.committed(number)) {
            hash.update(page);
        }
        let digest: [u8; 32] = hash.finalize().into();
        Self(digest.first_chunk().copied().unwrap_or_default())
    }
}

impl Trace {
    /// A trace from which a file can be made.
    #[must_use]
    pub fn recording() -> Self {
        Self { lines: Some(Vec::new()), ..Self::default() }
    }

    /// Whether a file is to be made of it; if not, nobody needs to tell states and frames.
    #[must_use]
    pub fn is_recording(&self) -> bool {
        self.lines.is_some()
    }

    /// The lines so far.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        self.lines.as_deref().unwrap_or_default()
    }

    /// Writes down what is no exchange.
    pub(crate) fn note(&mut self, line: impl FnOnce() -> Line) {
        if let Some(lines) = &mut self.lines {
            lines.push(line());
        }
    }

    /// Writes down a command.
    pub(crate) fn sent(&mut self, t: u64, device: Device, command: &[u8]) {
        self.note(|| went(t, device.into(), Dir::To, command, None));
    }

    /// Writes down an answer, or that none came.
    pub(crate) fn answered(&mut self, t: u64, device: Device, answer: Option<&[u8]>, state: Option<State>) {
        let dir = if answer.is_some() { Dir::From } else { Dir::Lost };
        self.note(|| went(t, device.into(), dir, answer.unwrap_or_default(), state));
    }

    /// Writes down a frame. Frames come in the order of their times, after the command that they carry and before
    /// its answer.
    pub fn frame(&mut self, frame: &Frame) {
        let dir = match frame {
            Frame { lost: true, .. } => Dir::Lost,
            Frame { to_card: true, .. } => Dir::To,
            Frame { to_card: false, .. } => Dir::From,
        };
        self.note(|| went(frame.t_ns, Wire::Air, dir, &frame.bytes, None));
    }
}

fn went(t: u64, link: Wire, dir: Dir, bytes: &[u8], state: Option<State>) -> Line {
    Line::Went(Went { t, link, dir, bytes: Raw::from(bytes), state })
}

/// What is played: a scenario, and what a tap that was asked for by arguments has beside it.
#[derive(Clone, Debug)]
pub struct Script<'s> {
    /// Cards, terminals, seed, the issuer's keys.
    pub scenario: &'s Scenario,
    /// Whose keys the PSAMs have.
    pub sams: &'s Scenario,
    /// What is on the first card, where that is not what its file and the issuer's keys say.
    pub card: Option<Contents>,
    /// The taps.
    pub steps: Vec<&'s Step>,
}

impl<'s> Script<'s> {
    /// A scenario as its file says.
    #[must_use]
    pub fn of(scenario: &'s Scenario) -> Self {
        Self { scenario, sams: scenario, card: None, steps: scenario.steps.iter().collect() }
    }

    /// The world before its first tap, written down from then on.
    pub(super) fn world(&self) -> Result<World<'s>, Inconsistent> {
        let mut world = World::new(self.scenario);
        if let Some(card) = &self.card {
            world.give(card, self.sams)?;
        }
        world.record();
        Ok(world)
    }

    /// The header of a trace of it.
    #[must_use]
    pub fn header(&self, made: &str, arguments: Vec<String>) -> Header {
        let Scenario { seed, cards, terminals, keys, .. } = self.scenario;
        let kcv = keys.roots.purchase.kcv(Algorithm::Tdes, &mut Tally::default());
        Header {
            made: made.to_owned(),
            arguments,
            seed: Some(*seed),
            cards: cards.iter().map(|card| card.name.clone()).collect(),
            terminals: terminals.iter().map(|terminal| terminal.name.clone()).collect(),
            keys: Some(kcv.to_string()),
            masked: false,
        }
    }
}

/// Plays, and writes down everything that goes over the links. Nothing is hidden in it.
///
/// ```
/// use tunion_files::library::Library;
/// use tunion_harness::trace::{Script, record};
///
/// let scenario = Library::default().scenario("../../fixtures/scenarios/low-balance-entry.toml")?;
/// let script = Script::of(&scenario);
/// let (outcome, file) = record(&script, script.header("run", Vec::new()))?;
/// assert!(outcome.passed());
/// assert!(file.text().lines().nth(1).is_some_and(|line| line.starts_with("{\"up\":")));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The first of the card's rules that a card of the script breaks; one that was loaded from a file breaks none.
pub fn record(script: &Script<'_>, header: Header) -> Result<(Outcome, File), Inconsistent> {
    let mut world = script.world()?;
    for step in &script.steps {
        world.tap(step);
    }
    let lines = world.trace().lines().to_vec();
    Ok((world.finish(), File { header, lines }))
}
