//! Which device serves a step.

use tunion_files::scenario::{Act, Step, TerminalEntry};
use tunion_terminal::{BusReader, Direction, Place, RailGate};

/// What a device stands for in the scenario: one terminal entry can have a gate at every station.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Spot {
    Gate { terminal: usize, exit: bool, station: u16, line: u8 },
    Other { terminal: usize },
}

impl Spot {
    pub(crate) const fn terminal(self) -> usize {
        match self {
            Self::Gate { terminal, .. } | Self::Other { terminal } => terminal,
        }
    }
}

/// Which device serves the step, and where it stands.
pub(crate) fn spot(step: &Step, entry: &TerminalEntry) -> (Spot, Place) {
    let terminal = step.terminal;
    let gate = |station, line, exit| {
        let direction = if exit { Direction::Exit } else { Direction::Entry };
        (Spot::Gate { terminal, exit, station, line }, Place::Rail(RailGate { direction, line, station }))
    };
    match (step.act, &entry.bus) {
        (Act::Enter { station, line }, _) => gate(station, line, false),
        (Act::Exit { station, line }, _) => gate(station, line, true),
        (Act::Bus { stop }, Some(bus)) => {
            let reader = BusReader { line: bus.line, stop, vehicle: bus.vehicle, rear: bus.rear };
            (Spot::Other { terminal }, Place::Bus(reader))
        }
        (Act::Load(_), _) => (Spot::Other { terminal }, Place::TopUp),
        (Act::Enquire | Act::Bus { .. }, _) => (Spot::Other { terminal }, Place::Enquiry),
    }
}
