//! What is pulled: one tap, and what comes before it. A flow is a row of [`FLOWS`].

use tunion_data::Fen;
use tunion_data::upload::Payment;
use tunion_terminal::Code;

/// A tap under test with its preparation.
#[derive(Debug, PartialEq, Eq)]
pub struct Flow {
    /// Its name in the table.
    pub name: &'static str,
    /// The card that taps.
    pub rider: Rider,
    /// What is on it in the morning.
    pub balance: Fen,
    /// Rides from the entry to the exit made before everything else, to have a monthly total.
    pub rides: u8,
    /// The taps that come before, undisturbed.
    pub before: &'static [Visit],
    /// Minutes from the last of them to the tap.
    pub minutes: u16,
    /// The tap.
    pub tap: Visit,
    /// What the terminal says to it when nothing disturbs it.
    pub says: Code,
}

/// Whose card taps.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Rider {
    /// An ordinary card of the terminal's city.
    Ordinary,
    /// A student's card of the terminal's city.
    Student,
    /// A senior's card of the terminal's city.
    Senior,
    /// An ordinary card of another city.
    Roaming,
    /// An ordinary card of the terminal's city that is on the black list.
    BlackListed,
}

/// A tap at one of the places that a profile has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
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
    /// To the ticket office inside the gates of the station of [`Exit`](Self::Exit); what is due is paid like this.
    SettleInside(Payment),
    /// To the ticket office outside of them.
    SettleOutside(Payment),
    /// Given back at the ticket office.
    GiveBack,
    /// Locked at the ticket office.
    Lock,
    /// Something bought at a shop.
    Buy,
    /// A load at a top-up terminal, with the issuer's host.
    Load,
    /// A load at a top-up terminal, with its load SAM.
    LoadBySam,
    /// A look at the balance.
    Enquire,
}

impl Visit {
    /// Whether a transaction of the purse lets the card through, or hands something over.
    pub(super) const fn has_gate(self) -> bool {
        !matches!(self, Self::Enquire | Self::Lock | Self::GiveBack)
    }

    pub(super) const fn is_load(self) -> bool {
        matches!(self, Self::Load | Self::LoadBySam)
    }
}

/// What is loaded in a flow, and what is bought.
pub(super) const LOADED: Fen = Fen::from_yuan(20);
pub(super) const BOUGHT: Fen = Fen::new(1250);

const fn flow(name: &'static str, rider: Rider, before: &'static [Visit], minutes: u16, tap: Visit) -> Flow {
    Flow { name, rider, balance: Fen::from_yuan(500), rides: 0, before, minutes, tap, says: Code::Ok }
}

use Payment::{Card, Cash};
use Rider::{BlackListed, Ordinary, Roaming, Senior, Student};
use Visit::{
    Alight, Board, BoardAnother, Buy, Enquire, Enter, Exit, GiveBack, Load, LoadBySam, Lock, SettleInside,
    SettleOutside, Single,
};

/// Every flow.
pub const FLOWS: &[Flow] = &[
    flow("rail entry", Ordinary, &[], 0, Enter),
    flow("rail entry, card of another city", Roaming, &[], 0, Enter),
    Flow { says: Code::BlackListed, ..flow("rail entry, black-listed", BlackListed, &[], 0, Enter) },
    flow("rail exit", Ordinary, &[Enter], 20, Exit),
    Flow { rides: 16, ..flow("rail exit, student with discount", Student, &[Enter], 20, Exit) },
    flow("rail exit, overtime", Ordinary, &[Enter], 250, Exit),
    flow("bus, one tap", Ordinary, &[], 0, Single),
    flow("bus, one tap, senior", Senior, &[], 0, Single),
    flow("bus boarding", Ordinary, &[], 0, Board),
    flow("bus alighting", Ordinary, &[Board], 20, Alight),
    flow("bus alighting, student", Student, &[Board], 20, Alight),
    flow("bus cover and boarding", Ordinary, &[Board], 60, BoardAnother),
    Flow { says: Code::BlackListed, ..flow("bus boarding, black-listed", BlackListed, &[], 0, Board) },
    Flow {
        balance: Fen::from_yuan(3),
        ..flow("office, over-fare", Ordinary, &[Enter], 20, SettleInside(Cash))
    },
    flow("office, overtime", Ordinary, &[Enter], 250, SettleInside(Card)),
    flow("office, entry missing", Ordinary, &[], 0, SettleInside(Cash)),
    flow("office, exit missing", Ordinary, &[Enter], 60, SettleOutside(Card)),
    flow("office, refund", Ordinary, &[], 0, GiveBack),
    flow("office, lock", Ordinary, &[], 0, Lock),
    flow("shop", Ordinary, &[], 0, Buy),
    flow("load online", Ordinary, &[], 0, Load),
    flow("load by SAM", Ordinary, &[], 0, LoadBySam),
    flow("enquiry", Ordinary, &[], 0, Enquire),
];

/// The flow of that name, or else all with it in their names.
#[must_use]
pub fn named(name: &str) -> Vec<&'static Flow> {
    let exact = FLOWS.iter().find(|flow| flow.name == name);
    exact.map_or_else(|| FLOWS.iter().filter(|flow| flow.name.contains(name)).collect(), |flow| vec![flow])
}
