//! What is pulled: one tap, and what comes before it. A flow is a row of [`FLOWS`].

use tunion_data::Fen;

/// A tap under test with its preparation.
#[derive(Debug, PartialEq, Eq)]
pub struct Flow {
    /// Its name in the table.
    pub name: &'static str,
    /// The card that taps.
    pub rider: Rider,
    /// Rides from the entry to the exit made before everything else, to have a monthly total.
    pub rides: u8,
    /// The taps that come before, undisturbed.
    pub before: &'static [Visit],
    /// Minutes from the last of them to the tap.
    pub minutes: u16,
    /// The tap.
    pub tap: Visit,
}

/// Whose card taps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Rider {
    /// An ordinary card of the terminal's city.
    Ordinary,
    /// A student's card of the terminal's city.
    Student,
    /// An ordinary card of another city.
    Roaming,
}

/// A tap at one of the places that a profile has.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Visit {
    /// In through a gate.
    Enter,
    /// Out through a gate of another station.
    Exit,
    /// Onto a bus, at its first stop.
    Board,
    /// Off that bus, at a later stop.
    Alight,
    /// Onto another bus.
    BoardAnother,
    /// A bus of one price, paid by one tap.
    Single,
    /// A load at a top-up terminal.
    Load,
    /// A look at the balance.
    Enquire,
}

/// What is loaded in a flow.
pub(super) const LOADED: Fen = Fen::from_yuan(20);

const fn flow(name: &'static str, rider: Rider, before: &'static [Visit], minutes: u16, tap: Visit) -> Flow {
    Flow { name, rider, rides: 0, before, minutes, tap }
}

use Rider::{Ordinary, Roaming, Student};
use Visit::{Alight, Board, BoardAnother, Enquire, Enter, Exit, Load, Single};

/// Every flow.
pub const FLOWS: &[Flow] = &[
    flow("rail entry", Ordinary, &[], 0, Enter),
    flow("rail entry, card of another city", Roaming, &[], 0, Enter),
    flow("rail exit", Ordinary, &[Enter], 20, Exit),
    Flow { rides: 16, ..flow("rail exit, student with discount", Student, &[Enter], 20, Exit) },
    flow("rail exit, overtime", Ordinary, &[Enter], 250, Exit),
    flow("bus, one tap", Ordinary, &[], 0, Single),
    flow("bus boarding", Ordinary, &[], 0, Board),
    flow("bus alighting", Ordinary, &[Board], 20, Alight),
    flow("bus alighting, student", Student, &[Board], 20, Alight),
    flow("bus cover and boarding", Ordinary, &[Board], 60, BoardAnother),
    flow("load online", Ordinary, &[], 0, Load),
    flow("enquiry", Ordinary, &[], 0, Enquire),
];

/// The flow of that name, or else all with it in their names.
#[must_use]
pub fn named(name: &str) -> Vec<&'static Flow> {
    let exact = FLOWS.iter().find(|flow| flow.name == name);
    exact.map_or_else(|| FLOWS.iter().filter(|flow| flow.name.contains(name)).collect(), |flow| vec![flow])
}
