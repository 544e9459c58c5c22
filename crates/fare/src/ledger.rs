//! What a card has paid this month.

use core::fmt;

use tunion_data::Fen;
use tunion_data::civil::Date;

/// A calendar month.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct YearMonth {
    year: i16,
    month: i8,
}

impl From<Date> for YearMonth {
    fn from(date: Date) -> Self {
        Self { year: date.year(), month: date.month() }
    }
}

impl fmt::Display for YearMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// The monthly total of one card: what it paid for rides that count, and how many they were
/// (`docs/spec/fares.md` 1, cumulative discount).
///
/// Where it is kept, on the card or in an account, is the terminal's affair.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Ledger {
    /// The month of the total; `None` on a card that has none yet.
    pub month: Option<YearMonth>,
    /// What was paid in that month.
    pub paid: Fen,
    /// The rides it was paid for.
    pub rides: u16,
}

impl Ledger {
    /// The ledger as it counts in `month`: the total of any other month is zero.
    #[must_use]
    pub fn in_month(self, month: YearMonth) -> Self {
        if self.month == Some(month) { self } else { Self { month: Some(month), paid: Fen::ZERO, rides: 0 } }
    }

    /// The ledger after one more ride.
    #[must_use]
    pub fn after(self, counted: Fen) -> Self {
        Self { paid: self.paid + counted, rides: self.rides.saturating_add(1), ..self }
    }
}
