//! Kinds of terminals: where they stand, how often one goes there, and what one does there.
//!
//! To add a kind, add a row.

use super::dice::Dice;
use super::outing::{self, Call};
use tunion_fare::{StopId, Tariff};
use tunion_files::terminal::TerminalFile;
use tunion_terminal::{BusReader, Direction, Place, RailGate};

/// A kind of terminal.
#[derive(Clone, Copy)]
pub struct Kind {
    /// What they are, as the report says it.
    pub name: &'static str,
    /// The profile, of those that are built in.
    pub profile: &'static str,
    /// How often one goes there: a share of all outings.
    pub share: u32,
    /// Whether one goes there when money is short.
    pub(super) gives_money: bool,
    /// Where they stand, one place for each terminal.
    pub(super) places: fn(&TerminalFile) -> Vec<Place>,
    /// What a holder does there: the taps, the first at once.
    pub(super) outing: fn(&Fleet<'_>, &mut Dice) -> Vec<Call>,
}

/// All terminals of a kind.
pub(super) struct Fleet<'a> {
    pub(super) file: &'a TerminalFile,
    pub(super) places: &'a [Place],
}

/// The kinds.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "rail gates, Beijing",
        profile: "beijing-rail",
        share: 46,
        gives_money: false,
        places: gates_of_the_network,
        outing: outing::rail,
    },
    Kind {
        name: "buses, Beijing",
        profile: "beijing-bus",
        share: 38,
        gives_money: false,
        places: one_bus_a_line,
        outing: outing::bus,
    },
    Kind {
        name: "top-up machines, Beijing",
        profile: "beijing-top-up",
        share: 5,
        gives_money: true,
        places: |_| vec![Place::TopUp; 6],
        outing: outing::top_up,
    },
    Kind {
        name: "enquiry machines, Beijing",
        profile: "beijing-enquiry",
        share: 4,
        gives_money: false,
        places: |_| vec![Place::Enquiry(None); 2],
        outing: outing::enquiry,
    },
    Kind {
        name: "rail gates, Shanghai",
        profile: "shanghai-rail",
        share: 5,
        gives_money: false,
        places: numbered_gates,
        outing: outing::rail,
    },
];

impl std::fmt::Debug for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Kind")
            .field("name", &self.name)
            .field("profile", &self.profile)
            .finish_non_exhaustive()
    }
}

/// Stations with gates.
const STATIONS: usize = 8;

/// At each station two gates in and two out, so that a holder can go to the one beside.
fn gates(stations: impl Iterator<Item = (u8, u16)>) -> Vec<Place> {
    let gate = |line, station, direction| Place::Rail(RailGate { direction, line, station });
    let at = |(line, station): (u8, u16)| {
        let two = |direction| [gate(line, station, direction); 2];
        [two(Direction::Entry), two(Direction::Exit)].concat()
    };
    stations.flat_map(at).collect()
}

/// Gates at stations all over the network, and at both ends of a group of lines that is priced by itself.
fn gates_of_the_network(file: &TerminalFile) -> Vec<Place> {
    let Some(network) = file.tariff.as_deref().and_then(Tariff::network) else { return Vec::new() };
    let mut groups = network.groups().map(|(_, group)| group);
    let members = groups.next().map(tunion_fare::Group::members).unwrap_or_default();
    let apart = (members.len() / STATIONS).max(1);
    let mut stations: Vec<_> = members.iter().step_by(apart).take(STATIONS).copied().collect();
    stations.extend(
        groups
            .next()
            .and_then(tunion_fare::Group::longest)
            .into_iter()
            .flat_map(|(one, other, _)| [one, other]),
    );
    stations.sort_unstable();
    stations.dedup();
    let codes = stations.iter().filter_map(|id| network.station(*id)).map(|station| station.code);
    gates((1..=u8::MAX).zip(codes))
}

/// Gates at stations that only their controller knows, by numbers.
fn numbered_gates(_: &TerminalFile) -> Vec<Place> {
    gates([(1, 11), (1, 24), (2, 38)].into_iter())
}

/// A bus on each line in each direction, at its first stop.
fn one_bus_a_line(file: &TerminalFile) -> Vec<Place> {
    let lines = file.tariff.as_deref().and_then(Tariff::bus_lines);
    let lines = lines.into_iter().flat_map(tunion_fare::BusLines::lines);
    lines
        .map(|(line, _)| {
            let mut vehicle = *b"B0000   ";
            let [_, hundreds, tens, ones, ..] = &mut vehicle;
            for (digit, value) in [(hundreds, line.0 / 100), (tens, line.0 / 10), (ones, line.0)] {
                *digit += u8::try_from(value % 10).unwrap_or(0);
            }
            Place::Bus(BusReader { line, stop: StopId(0), vehicle, rear: false })
        })
        .collect()
}
