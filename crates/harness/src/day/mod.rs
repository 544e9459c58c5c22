//! A city's day, made up: thousands of cards tap at terminals of every kind, in the order of time, and things go
//! wrong by chance. In the evening the money is counted three ways, and the counts are the same to the fen.
//!
//! Everything follows from the seed: each holder has dice of its own, so that the same order gives the same day.
//! Who rides when and how far is made up and stands for no city's statistics.
//!
//! | module | idea |
//! |---|---|
//! | [`kind`], [`holder`] | kinds of terminals and of cards: a row each |
//! | `outing` | what a holder does at a kind of terminal |
//! | `trouble` | what goes wrong in a tap, and how often |
//! | `town` | terminals and cards in the morning |
//! | `standing` | a terminal that is switched on, and off |
//! | `field` | carrying out one tap, whatever happens |
//! | `clock` | whose turn it is |
//! | [`journal`] | what is known of taps, and of records whose outcome was in doubt |
//! | [`books`] | the money, counted three ways; what must hold |
//! | [`plant`] | faults put into the day's records, for clearing to find |
//! | `report` | the day on one screen |
//!
//! A kind of terminal or of card that is new is one more row of its table.

pub mod books;
mod clock;
mod dice;
mod field;
pub mod holder;
pub mod journal;
pub mod kind;
mod outing;
pub mod plant;
mod report;
mod standing;
mod town;
mod trouble;

pub use books::Books;
pub use field::Looked;
pub use journal::Journal;
pub use report::{screen, suspects};
pub use trouble::Trouble;

use tunion_card::Card;
use tunion_clearing::Clearing;
use tunion_data::civil::{Date, date};
use tunion_data::upload::UploadRecord;
use tunion_files::diag::Diagnostics;
use tunion_files::keys::KeySet;

use crate::random::Stream;
use clock::Run;
use town::Town;

/// What day is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Order {
    /// How many cards.
    pub cards: u32,
    /// So many taps a card, about.
    pub taps: u32,
    /// What everything random comes from.
    pub seed: u64,
    /// So many of a thousand taps meet trouble.
    pub troubled: u32,
    /// The day.
    pub date: Date,
}

impl Order {
    /// A working day with trouble in every twentieth tap. The month is not yet old: few have reached a tier.
    #[must_use]
    pub const fn new(cards: u32, taps: u32, seed: u64) -> Self {
        Self { cards, taps, seed, troubled: 50, date: date(2026, 11, 23) }
    }
}

/// A day that is over.
#[derive(Clone, Debug)]
pub struct Day {
    /// What was wanted.
    pub order: Order,
    /// What the terminals uploaded, in order.
    pub records: Vec<UploadRecord>,
    /// What is known of the taps.
    pub journal: Journal,
    /// The money.
    pub books: Books,
    /// What clearing makes of the records.
    pub cleared: Clearing,
    /// Terminals by the row of [`kind::KINDS`].
    pub terminals: Vec<u32>,
}

/// Whoever looks on: at a card before a tap, and at the tap and the card after it.
pub trait Watch {
    /// A card is about to tap.
    fn before(&mut self, card: &Card<Stream>);
    /// It has tapped.
    fn after(&mut self, looked: &Looked<'_>, card: &Card<Stream>);
}

/// Nobody looks on.
#[derive(Clone, Copy, Debug)]
pub struct Nobody;

impl Watch for Nobody {
    fn before(&mut self, _: &Card<Stream>) {}
    fn after(&mut self, _: &Looked<'_>, _: &Card<Stream>) {}
}

/// Plays a day from the first tap to the last, and closes the books.
///
/// # Errors
/// None as long as the files that were built in are right.
///
/// # Panics
/// When a row of [`holder::SORTS`] breaks a rule of cards; none does.
pub fn play(order: Order, keys: &KeySet, watch: &mut dyn Watch) -> Result<Day, Diagnostics> {
    let town = Town::build(order, keys)?;
    let mut run = Run::morning(&town);
    run.taps(watch);
    run.evening();
    Ok(run.close())
}
