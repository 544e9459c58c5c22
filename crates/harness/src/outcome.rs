//! What came of a scenario.

use crate::trace::Trace;
use std::ops::Range;
use tunion_data::Fen;
use tunion_data::civil::DateTime;
use tunion_data::upload::UploadRecord;
use tunion_terminal::{Decision, Enquiry, Words};

/// What came of a scenario.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The scenario's file stem.
    pub name: String,
    /// The path of its file.
    pub path: String,
    /// Its title.
    pub title: String,
    /// The taps in their order.
    pub rows: Vec<Row>,
    /// How each card ended, in the order of the file.
    pub cards: Vec<CardEnd>,
    /// The expectations that did not hold. None: the scenario passed.
    pub failures: Vec<Failure>,
    /// What the terminals uploaded, in order.
    pub records: Vec<UploadRecord>,
    /// Everything that went over the links.
    pub trace: Trace,
}

impl Outcome {
    /// Whether every expectation held.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// How a card ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardEnd {
    /// Its name in the scenario.
    pub name: String,
    /// What its taps debited.
    pub charged: Fen,
    /// What its taps loaded.
    pub loaded: Fen,
    /// Actual balance.
    pub balance: Fen,
    /// Overdraft used.
    pub overdraft_used: Fen,
    /// The monthly rail total and its rides, as in [`Row::month`].
    pub month: Option<(Fen, u16)>,
}

/// One tap.
#[derive(Clone, Debug)]
pub struct Row {
    /// Virtual time, UTC+8.
    pub at: DateTime,
    /// The line of the scenario file that asks for the tap.
    pub line: u32,
    /// Name of the terminal.
    pub terminal: String,
    /// Where the terminal stands and what the tap is: `in 西二旗`.
    pub place: String,
    /// Name of the card.
    pub card: String,
    /// Whether it is a ride, not a top-up, a purchase, an enquiry or a visit to the ticket office.
    pub is_ride: bool,
    /// Whether it is a top-up: then the decision's amount was credited, not debited.
    pub is_load: bool,
    /// The number on the display.
    pub number: Option<u8>,
    /// What the passenger hears and reads.
    pub words: Words,
    /// What the terminal decided; `None` only when the harness itself failed.
    pub decision: Option<Decision>,
    /// How the fare came about, one sentence each.
    pub reasons: Vec<String>,
    /// What else the operator should know, one sentence each.
    pub notes: Vec<String>,
    /// What an enquiry showed.
    pub enquiry: Option<Box<Enquiry>>,
    /// Actual balance on the card after the tap.
    pub balance: Fen,
    /// Overdraft used after the tap.
    pub overdraft_used: Fen,
    /// The monthly rail total on the card after the tap, if the card's own city wrote it last.
    pub month: Option<Fen>,
    /// The exchanges of this tap in the trace.
    pub exchanges: Range<usize>,
}

/// An expectation that did not hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// The line of the scenario file; 0 for what must hold in every scenario.
    pub line: u32,
    /// The tap's place in [`Outcome::rows`], if it belongs to one.
    pub row: Option<usize>,
    /// What was looked at.
    pub what: String,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
}

impl Failure {
    /// In one line: the file and its line, the tap, and what was found in place of what was expected.
    #[must_use]
    pub fn describe(&self, outcome: &Outcome) -> String {
        let Self { line, row, what, expected, found } = self;
        let place = if *line == 0 { outcome.path.clone() } else { format!("{}:{line}", outcome.path) };
        let tap = row.and_then(|row| outcome.rows.get(row)).map_or_else(String::new, |row| {
            format!("  {} {}  {} {}:", row.at.date(), row.at.time(), row.card, row.place)
        });
        format!("{place}:{tap} {what}: expected {expected}, found {found}")
    }
}
