//! Which device serves a step.

use tunion_files::scenario::{Act, Step, TerminalEntry};
use tunion_files::terminal::TerminalKind;
use tunion_terminal::{BusReader, Direction, Office, Place, RailGate};

/// What a device stands for in the scenario: one terminal entry can have a gate at every station.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Spot {
    Gate { terminal: usize, exit: bool, station: u16, line: u8 },
    Office { terminal: usize, station: u16, line: u8 },
    Other { terminal: usize },
}

impl Spot {
    pub(crate) const fn terminal(self) -> usize {
        match self {
            Self::Gate { terminal, .. } | Self::Office { terminal, .. } | Self::Other { terminal } => {
                terminal
            }
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
    let desk = |office: Office| {
        let Office { line, station } = office;
        (Spot::Office { terminal, station, line }, Place::Office(office))
    };
    match (step.act, &entry.bus) {
        (Act::Enter { station, line }, _) => gate(station, line, false),
        (Act::Exit { station, line }, _) => gate(station, line, true),
        (Act::Bus { stop }, Some(bus)) => {
            let reader = BusReader { line: bus.line, stop, vehicle: bus.vehicle, rear: bus.rear };
            (Spot::Other { terminal }, Place::Bus(reader))
        }
        (Act::Load(_), _) => (Spot::Other { terminal }, Place::TopUp),
        (Act::Buy(_), _) => (Spot::Other { terminal }, Place::Pos),
        (Act::Settle(office, _) | Act::Refund(office) | Act::Lock(office), _) => desk(office),
        (Act::Enquire(Some(office)), _) if entry.file.kind == TerminalKind::TicketOffice => desk(office),
        (Act::Enquire(at), _) => (Spot::Other { terminal }, Place::Enquiry(at)),
        (Act::Bus { .. }, None) => (Spot::Other { terminal }, Place::Enquiry(None)),
    }
}
