//! Scenarios.

use std::path::PathBuf;
use std::sync::Arc;

use tunion_apdu::table::Name;
use tunion_data::Fen;
use tunion_data::civil::DateTime;
use tunion_fare::{LineId, StopId};
use tunion_terminal::{BlackList, Charge, Code, Gate, Prompt};

use crate::card::CardFile;
use crate::keys::KeySet;
use crate::terminal::TerminalFile;

/// A scenario.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its file.
    pub path: PathBuf,
    /// The file's name without `.toml`.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// The seed of all randomness.
    pub seed: u64,
    /// The keys.
    pub keys: KeySet,
    /// The cards.
    pub cards: Vec<CardEntry>,
    /// The terminals.
    pub terminals: Vec<TerminalEntry>,
    /// Card numbers that may not be used.
    pub black_list: BlackList,
    /// The taps in the order of time.
    pub steps: Vec<Step>,
    /// What is expected of each card at the end.
    pub totals: Vec<Totals>,
}

/// A card of a scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardEntry {
    /// Its name in the scenario.
    pub name: String,
    /// The card profile with the scenario's overrides.
    pub file: CardFile,
}

/// A terminal of a scenario.
#[derive(Clone, PartialEq, Debug)]
pub struct TerminalEntry {
    /// Its name in the scenario.
    pub name: String,
    /// The terminal profile with the scenario's overrides.
    pub file: Arc<TerminalFile>,
    /// Which bus it is on; `Some` exactly for bus readers.
    pub bus: Option<BusPlace>,
}

/// The bus that a reader is on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BusPlace {
    /// The line in its direction.
    pub line: LineId,
    /// The vehicle, ASCII, padded with spaces.
    pub vehicle: [u8; 8],
}

/// A tap.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// When, UTC+8.
    pub at: DateTime,
    /// Index of the card.
    pub card: usize,
    /// Index of the terminal.
    pub terminal: usize,
    /// What the holder does.
    pub act: Act,
    /// The controller's fare; `Some` exactly for exits at gates whose controller names it.
    pub charge: Option<Charge>,
    /// What goes wrong.
    pub fault: Option<Fault>,
    /// What is expected.
    pub expect: Expect,
    /// The line of the `[[tap]]` in the file.
    pub line: u32,
}

/// What a card holder does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// Enters the paid area.
    Enter {
        /// Code of the station.
        station: u16,
        /// Number of the line for 1A and 1E.
        line: u8,
    },
    /// Leaves the paid area.
    Exit {
        /// Code of the station.
        station: u16,
        /// Number of the line for 1A and 1E.
        line: u8,
    },
    /// Taps on a bus.
    Bus {
        /// Where the bus is.
        stop: StopId,
    },
    /// Tops up by this amount.
    Load(Fen),
    /// Asks for balance and history.
    Enquire,
}

/// The card leaves the field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fault {
    /// At the first command of this name in the tap.
    pub command: Name,
    /// When, as seen from that command.
    pub when: When,
}

/// When a card leaves the field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// Before the command arrives.
    Before,
    /// After the card did its work, but before its answer arrives.
    After,
    /// While it writes.
    During {
        /// Bytes that reached memory.
        bytes: u32,
        /// What the page under way becomes: seed of the noise, or `None` for a clean cut.
        noise: Option<u64>,
    },
}

/// What is expected of a tap; what is `None` is not looked at.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Expect {
    /// Open or closed.
    pub gate: Option<Gate>,
    /// Why.
    pub code: Option<Code>,
    /// What the passenger hears or reads.
    pub prompt: Option<Prompt>,
    /// List fare.
    pub list: Option<Fen>,
    /// What was debited in this tap (for a load: credited).
    pub charged: Option<Fen>,
    /// Actual balance on the card after the tap.
    pub balance: Option<Fen>,
    /// The month's total on the card after the tap.
    pub month: Option<Fen>,
    /// The notes of the decision, all of them in their order; status words are not compared.
    pub notes: Option<Vec<NoteKind>>,
}

/// A kind of [`Note`](tunion_terminal::Note).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NoteKind {
    /// The monthly total is another city's.
    TotalOverwritten,
    /// The monthly total cannot be trusted.
    TotalUnreadable,
    /// An old journey was settled.
    Covered,
    /// An old journey of another city was given up.
    GivenUp,
    /// An earlier debit was found done.
    Recovered,
    /// An earlier debit was found not done.
    NotDone,
    /// A grey record was emitted.
    GreyEmitted,
    /// The issuer's host refused.
    HostRefused,
}

/// What is expected of a card at the end; what is `None` is not looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Totals {
    /// Index of the card.
    pub card: usize,
    /// All that was debited.
    pub charged: Option<Fen>,
    /// All that was loaded.
    pub loaded: Option<Fen>,
    /// Actual balance.
    pub balance: Option<Fen>,
    /// The month's total on the card.
    pub month: Option<Fen>,
    /// The rides of that total.
    pub rides: Option<u16>,
    /// Debit records emitted.
    pub records: Option<u32>,
    /// The line of the table in the file.
    pub line: u32,
}
