//! A world in which one side is recorded: a tape in the place of the cards, or recorded commands in the place of the
//! terminals.

use super::aired::{Reached, usual_costs};
use super::{World, pull, reset, scene};
use crate::link::{Faulty, Link, Traced};
use crate::spot::spot;
use crate::trace::{Dir, Line, Tap, Tape, Trace, Wire};
use tunion_apdu::{Device, Response};
use tunion_card::Chip;
use tunion_files::scenario::Step;

impl World<'_> {
    /// Writes down what goes over the links from now on.
    pub(crate) fn record(&mut self) {
        self.trace = Trace::recording();
    }

    /// Has a recorded card answer in the place of every card.
    pub(crate) fn play_tape(&mut self, tape: Tape) {
        self.tape = Some(tape);
    }

    /// Whether the tape still answers: every command so far was the recorded one.
    pub(crate) fn tape_runs(&self) -> bool {
        self.tape.as_ref().is_none_or(Tape::runs)
    }

    /// Sends a PSAM what its terminal asked it when it was switched on.
    pub(crate) fn retell_up(&mut self, step: &Step, lines: &[Line]) {
        let Some(entry) = self.scenario.terminals.get(step.terminal) else { return };
        let (spot, place) = spot(step, entry);
        let mut device = self.devices.remove(&spot).unwrap_or_else(|| self.device(place, entry));
        self.trace.note(|| Line::Up(scene(step, entry)));
        let mut response = Response::new();
        for line in lines {
            match line {
                Line::Reset(Device::Sam) => reset(&mut device, &mut self.trace),
                Line::Went(went) if (went.link, went.dir) == (Wire::Sam, Dir::To) => {
                    let mut sam = Traced::new(&mut device.psam, Device::Sam, &mut self.trace);
                    let _ = sam.transmit(went.bytes.bytes(), &mut response);
                }
                _ => {}
            }
        }
        self.devices.insert(spot, device);
    }

    /// Sends a card and a PSAM what the terminal sent them in a tap, with the tap's fault if it has one.
    pub(crate) fn retell_tap(&mut self, step: &Step, tap: &Tap, lines: &[Line]) {
        let Some(entry) = self.scenario.terminals.get(step.terminal) else { return };
        let (spot, place) = spot(step, entry);
        if !self.devices.contains_key(&spot) {
            let device = self.device(place, entry);
            self.devices.insert(spot, device);
        }
        let (Some(device), Some(holder), Some(card)) = (
            self.devices.get_mut(&spot),
            self.holders.get_mut(step.card),
            self.scenario.cards.get(step.card),
        ) else {
            return;
        };
        holder.come(self.scenario.seed, card, tap.nth);
        let live =
            Tap { number: tap.number, card: card.name.clone(), nth: tap.nth, scene: scene(step, entry) };
        self.trace.note(|| Line::Tap(live));
        let of_card = step.fault.as_ref().filter(|fault| !fault.is_of_sam()).map(pull);
        let of_sam = step.fault.as_ref().filter(|fault| fault.is_of_sam()).map(pull);
        let costs = usual_costs();
        let mut reached = Reached::new(&mut holder.card, step.air, step.cards, costs.as_ref());
        // What came of it the recorded terminal knew.
        let _ = reached.find(&mut self.trace);
        let mut faulty = Faulty::new(reached.link(), of_card);
        let mut of_sam = of_sam;
        let mut response = Response::new();
        for line in lines {
            match line {
                Line::Reset(Device::Sam) => reset(device, &mut self.trace),
                Line::Went(went) if went.dir == Dir::To => match went.link {
                    Wire::Card => {
                        let mut card = Traced::new(&mut faulty, Device::Card, &mut self.trace);
                        let _ = card.transmit(went.bytes.bytes(), &mut response);
                    }
                    Wire::Sam => {
                        let mut psam = Faulty::sam(&mut device.psam, of_sam);
                        let mut sam = Traced::new(&mut psam, Device::Sam, &mut self.trace);
                        let _ = sam.transmit(went.bytes.bytes(), &mut response);
                        of_sam = psam.ahead();
                    }
                    Wire::Air => {}
                },
                _ => {}
            }
        }
        holder.card.set_cut(None);
        holder.card.power_off();
    }
}
