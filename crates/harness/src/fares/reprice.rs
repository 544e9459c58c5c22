//! A tap file priced again: rows are paired into rides, rides are priced by the city's tariffs, and what differs
//! from the charge in the file is told.
//!
//! Rows come day by day, those of one day in any order. A day is held back until a row comes of a day that is
//! more than [`Options::hold_days`] later, so that records which a terminal uploads late still find their place;
//! then its rows are put in order, card by card, and priced. A row that comes after its day was closed is told
//! and not priced.
//!
//! Of a card are kept what is open on it and its counters, and its text. The counters take what should have
//! been charged, so that one wrong charge is one difference and not many.
//!
//! What is found is handed out as it is found ([`Finding`]); a report holds no more than the first of each kind
//! and the totals. The same file gives the same findings in the same order.

mod finding;
mod hold;
mod out;
mod prices;
mod report;
mod state;
mod totals;

pub use finding::{Finding, Kind, Said};
pub use out::{Differences, Document};
pub use report::{Head, Kept, Named, Report, text};
pub use totals::{Counts, Total};

use std::io::{self, Read};

use tunion_files::taps::Reader;

use hold::{Hold, Placed};
use state::Run;

/// How a file is priced.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many days after its own a row still finds its place.
    pub hold_days: u8,
    /// How many findings of each kind the report keeps.
    pub sample: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { hold_days: 1, sample: 20 }
    }
}

/// Prices a tap file; `tell` is handed every finding.
///
/// # Errors
/// The file cannot be read any further, or a finding cannot be written.
pub fn reprice<R: Read>(
    reader: &mut Reader<'_, R>,
    options: Options,
    tell: &mut dyn FnMut(&Finding) -> io::Result<()>,
) -> io::Result<Report> {
    let mut run = Run::new(reader.names(), options.sample, tell);
    let mut hold = Hold::new(options.hold_days);
    while let Some(row) = reader.next_row()? {
        run.counts.rows += 1;
        match row {
            Err(bad) => run.bad(&bad)?,
            Ok(row) => match hold.place(&row, reader.id()) {
                Placed::Held => {}
                Placed::TooLate(newest) => run.too_late(&row, newest, reader.cards())?,
                Placed::Opens => {
                    for day in hold.due() {
                        run.day(&day, reader.cards(), reader.has_charges())?;
                        hold.give_back(day);
                    }
                }
            },
        }
    }
    for day in hold.all() {
        run.day(&day, reader.cards(), reader.has_charges())?;
    }
    run.end(reader.cards())
}
