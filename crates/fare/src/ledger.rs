//! What a card has spent, and in which month, week or day.
#![allow(clippy::inline_always, reason = "measured: as calls they took a twelfth of a price more")]

use core::fmt;
use core::num::NonZeroU32;

use tunion_data::Fen;
use tunion_data::civil::{Date, DateTime, Time};

use crate::moment::{DAY_BITS, DayNumber, MONTH_BITS};

/// How many counters a city can keep on one card.
pub const COUNTERS: usize = 2;

/// A counter of a tariff, by its place in the tariff's table and in the [`Ledger`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct CounterId(pub u8);

/// How long a counter runs before it begins anew.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Reset {
    /// A calendar month.
    Month,
    /// From Monday to Sunday.
    Week,
    /// A service day.
    Day,
}

/// One month, week or day of a counter.
///
/// ```
/// use tunion_data::civil::date;
/// use tunion_fare::{Period, Reset};
/// let day = date(2026, 11, 26);
/// assert_eq!(Period::of(Reset::Month, day).to_string(), "2026-11");
/// assert_eq!(Period::of(Reset::Week, day).to_string(), "the week from 2026-11-23");
/// assert_eq!(Period::of(Reset::Day, day).to_string(), "2026-11-26");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Period(NonZeroU32);

/// Set in a week's, to tell it from its Monday.
const WEEK: u32 = 1 << 31;

impl Period {
    /// The period that holds a day: the number of the day, without the day of the month in a month's, and of
    /// its Monday in a week's.
    #[must_use]
    #[inline(always)]
    pub fn of(reset: Reset, day: Date) -> Self {
        match reset {
            Reset::Month => Self::of_month(day.into()),
            Reset::Day => Self::numbered(DayNumber::from(day).0),
            Reset::Week => Self::numbered(DayNumber::from(monday(day)).0 | WEEK),
        }
    }

    #[inline(always)]
    pub(crate) fn of_month(DayNumber(day): DayNumber) -> Self {
        Self::numbered(day >> DAY_BITS << DAY_BITS)
    }

    fn numbered(number: u32) -> Self {
        // A month is at least 1, so no number is 0.
        Self(NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN))
    }

    /// The calendar month that holds a day.
    #[must_use]
    pub fn month(day: Date) -> Self {
        Self::of(Reset::Month, day)
    }
}

fn monday(day: Date) -> Date {
    let days = i64::from(day.weekday().to_monday_zero_offset());
    day.saturating_sub(core::time::Duration::from_secs(days.unsigned_abs() * 24 * 60 * 60))
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let packed = self.0.get();
        let day = packed & ((1 << DAY_BITS) - 1);
        let month = packed >> DAY_BITS & ((1 << MONTH_BITS) - 1);
        let year = (packed & !WEEK) >> (DAY_BITS + MONTH_BITS);
        let week = if packed & WEEK == 0 { "" } else { "the week from " };
        write!(f, "{week}{year:04}-{month:02}")?;
        if day == 0 { Ok(()) } else { write!(f, "-{day:02}") }
    }
}

/// The day that a moment is counted to, when days begin at `begins`.
#[inline]
pub(crate) fn service_day(at: DateTime, begins: Time) -> Date {
    if at.time() < begins { at.date().yesterday().unwrap_or(at.date()) } else { at.date() }
}

/// What one counter of one card holds: an amount and a number of rides, and of which period.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Counter {
    /// The period of the total; `None` on a card that has none yet.
    pub period: Option<Period>,
    /// The amount: what was paid, or the list prices, as the tariff has it.
    pub amount: Fen,
    /// The rides.
    pub rides: u16,
}

impl Counter {
    /// The counter as it counts in `period`: the total of any other one is zero.
    #[must_use]
    #[inline(always)]
    pub fn in_period(self, period: Period) -> Self {
        if self.period == Some(period) { self } else { Self { period: Some(period), ..Self::default() } }
    }

    /// The counter after one more ride.
    #[must_use]
    #[inline(always)]
    pub fn after(self, counted: Fen) -> Self {
        Self { amount: self.amount + counted, rides: self.rides.saturating_add(1), ..self }
    }
}

/// The counters of one card (`docs/spec/fares.md` 1, cumulative discount).
///
/// Where they are kept, on the card or in an account, is the terminal's affair.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Ledger([Counter; COUNTERS]);

impl Ledger {
    /// What a counter holds; nothing when no ledger has so many.
    #[must_use]
    #[inline(always)]
    pub fn get(&self, id: CounterId) -> Counter {
        self.0.get(usize::from(id.0)).copied().unwrap_or_default()
    }

    /// The ledger with another value of one counter.
    #[must_use]
    #[inline(always)]
    pub fn with(mut self, id: CounterId, counter: Counter) -> Self {
        if let Some(place) = self.0.get_mut(usize::from(id.0)) {
            *place = counter;
        }
        self
    }

    /// What the first counter holds: the only one of a tariff with one counter.
    #[must_use]
    pub fn first(&self) -> Counter {
        self.get(CounterId(0))
    }
}

impl From<Counter> for Ledger {
    /// A ledger whose first counter holds this.
    fn from(counter: Counter) -> Self {
        Self::default().with(CounterId(0), counter)
    }
}
