//! Recorded commands sent to any card: what is asked of a trace that came from elsewhere.

use super::Trace;
use super::compare::Compared;
use super::file::{Dir, File, Line, Wire};
use super::replay::may_be_played;
use crate::fares::quote::Refusal;
use crate::issue;
use crate::link::{Link, Traced};
use crate::random::{Stream, stream};
use tunion_apdu::{Device, Response};
use tunion_card::{Card, Chip};
use tunion_files::card::CardFile;
use tunion_files::keys::KeySet;
use tunion_files::terminal::TerminalFile;
use tunion_psam::Psam;

/// A card, and a PSAM if there is one, to which recorded commands are sent.
///
/// Each playing begins with the devices as they were given. A `tap` line gives the card the random numbers that this
/// tap has in a scenario of the same seed.
#[derive(Clone, Debug)]
pub struct Bench {
    card: Card<Stream>,
    psam: Option<Psam<Stream>>,
    name: String,
    seed: u64,
}

impl Bench {
    /// A card as its file says, and the PSAM of a terminal, under the roots of a key set.
    ///
    /// # Errors
    /// The first of the card's rules that it breaks; one that was loaded from a file breaks none.
    pub fn new(
        card: &CardFile,
        terminal: Option<&TerminalFile>,
        keys: &KeySet,
        seed: u64,
    ) -> Result<Self, Refusal> {
        let name = card.name.clone();
        let random = stream(seed, &format!("card {name}"), 0);
        let card = issue::card(card, keys, random).map_err(|broken| Refusal::new(broken.to_string()))?;
        let psam = terminal.map(|terminal| {
            let number = issue::numbered(terminal.psam.first_terminal, 0);
            issue::psam(&terminal.psam, keys, 0, stream(seed, &format!("psam {number}"), 0))
        });
        Ok(Self { card, psam, name, seed })
    }

    /// What can be compared of a trace that was played here: without a PSAM nothing of its link, and an answer that
    /// was lost may be any.
    #[must_use]
    pub const fn compared(&self) -> Compared {
        Compared { sam: self.psam.is_some(), lost_is_open: true, ..Compared::REPLAY }
    }

    /// Sends the commands of a trace, and gives the trace of what came of it.
    ///
    /// # Errors
    /// The trace is masked.
    pub fn play(&self, file: &File) -> Result<File, Refusal> {
        may_be_played(file)?;
        let lines = self.clone().send(&file.lines);
        Ok(File { header: file.header.clone(), lines })
    }

    /// Sends the commands of these lines.
    pub(super) fn send(&mut self, lines: &[Line]) -> Vec<Line> {
        let mut trace = Trace::recording();
        let mut response = Response::new();
        for line in lines {
            match line {
                Line::Up(_) => trace.note(|| line.clone()),
                Line::Tap(tap) => {
                    trace.note(|| line.clone());
                    let of_name = if tap.card.is_empty() { &self.name } else { &tap.card };
                    *self.card.random_mut() = stream(self.seed, &format!("card {of_name}"), tap.nth);
                    reset(&mut self.card);
                }
                Line::Reset(device) => {
                    trace.note(|| line.clone());
                    match (device, &mut self.psam) {
                        (Device::Card, _) => reset(&mut self.card),
                        (Device::Sam, Some(psam)) => reset(psam),
                        (Device::Sam, None) => {}
                    }
                }
                Line::Went(went) if went.dir == Dir::To => match (went.link, &mut self.psam) {
                    (Wire::Card, _) => {
                        let mut link = Traced::new(&mut self.card, Device::Card, &mut trace);
                        let _ = link.transmit(went.bytes.bytes(), &mut response);
                    }
                    (Wire::Sam, Some(psam)) => {
                        let mut link = Traced::new(psam, Device::Sam, &mut trace);
                        let _ = link.transmit(went.bytes.bytes(), &mut response);
                    }
                    (Wire::Sam | Wire::Air, _) => {}
                },
                Line::Went(_) => {}
            }
        }
        trace.lines().to_vec()
    }
}

/// Takes a device's power and gives it again.
fn reset<C: Chip>(device: &mut C) {
    device.power_off();
    // Only memory that was changed by other means does not come back.
    let _ = device.power_on();
}
