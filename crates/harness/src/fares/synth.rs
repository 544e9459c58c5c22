//! A synthetic month of taps: riders with habits, priced by a city's tariffs, written day by day.
//!
//! Every card has a random stream of its own for each day, derived from the seed and its number, so that the
//! same order gives the same file and one more card changes no other. Riders are made up; how many there are
//! of each kind, when they ride and how far is synthetic and stands for no city's statistics.
//!
//! The rows of a day lie in the order in which terminals upload them, and a few of them come a day late, as
//! they do in the field. What is planted on top is told, row by row, so that one can see whether
//! [`reprice`](super::reprice) finds exactly that.

mod day;
mod faults;
mod habit;
mod write;

pub use faults::{Fault, Planted};

use std::io::{self, Write};

use tunion_data::civil::Date;
use tunion_files::city::City;

use day::Riders;
use faults::Faults;
use write::Rows;

/// What is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// How many cards.
    pub cards: u32,
    /// Any day of the month.
    pub month: Date,
    /// What everything random comes from.
    pub seed: u64,
    /// Whether some riders travel on passes.
    pub passes: bool,
    /// How many rows say a wrong charge.
    pub wrong: u32,
    /// How many rows are written twice. Every fourth of the second ones says another charge, where it says one.
    pub duplicates: u32,
    /// How many bus rides come [`LATE_DAYS`] days late, both of their rows.
    pub late: u32,
    /// How many rail rides lack their exit.
    pub missing_exits: u32,
}

/// How many days late the planted late rows come: too late where a day is held back for one.
pub const LATE_DAYS: usize = 3;

impl Order {
    /// A month without planted faults.
    #[must_use]
    pub const fn new(cards: u32, month: Date, seed: u64) -> Self {
        Self { cards, month, seed, passes: false, wrong: 0, duplicates: 0, late: 0, missing_exits: 0 }
    }
}

/// What was made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Made {
    /// Rows, the header not counted.
    pub rows: u64,
    /// What was planted, in the order of its lines.
    pub planted: Vec<Planted>,
}

/// How every file begins.
pub const BEGINS: &str = "time,card,tap,station,line";

/// Makes up a month of taps and writes it as CSV.
///
/// # Errors
/// It cannot be written.
pub fn synthesize(city: &City, order: &Order, out: impl Write) -> io::Result<Made> {
    let mut rows = Rows::begin(city, out)?;
    let mut riders = Riders::new(city, order);
    let first = order.month.first_of_month();
    let days: Vec<Date> = std::iter::successors(Some(first), |day| day.tomorrow().ok())
        .take_while(|day| day.month() == first.month())
        .collect();
    let mut faults = Faults::new(order, days.len());
    for (number, day) in days.iter().enumerate() {
        riders.plan_missing_exits(faults.missing_exits(number));
        rows.day(faults.plant(number, riders.day(*day)))?;
    }
    rows.day(faults.number(riders.after_midnight()).into())?;
    rows.end()
}
