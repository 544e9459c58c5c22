//! Days and moments as numbers that compare as they do.

use tunion_data::civil::{Date, DateTime, Time};

/// The bits of the day and of the month in a [`DayNumber`].
pub(crate) const DAY_BITS: u32 = 5;
pub(crate) const MONTH_BITS: u32 = 4;

/// A day: the year, the month in four bits, the day in five. There is no year below 0 on a card; one counts
/// as 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct DayNumber(pub(crate) u32);

impl From<Date> for DayNumber {
    #[inline]
    fn from(date: Date) -> Self {
        let year = u32::from(date.year().max(0).cast_unsigned());
        // Neither is ever below 1.
        let [month, day] = [date.month(), date.day()].map(i8::cast_unsigned).map(u32::from);
        Self((year << MONTH_BITS | month) << DAY_BITS | day)
    }
}

/// The second of a day; parts of one are dropped, as cards and records know none.
#[inline]
pub(crate) fn second(time: Time) -> u32 {
    let [hour, minute, second] =
        [time.hour(), time.minute(), time.second()].map(i8::cast_unsigned).map(u32::from);
    (hour * 60 + minute) * 60 + second
}

/// A day and a second of it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Moment {
    pub(crate) day: DayNumber,
    pub(crate) second: u32,
}

impl From<DateTime> for Moment {
    #[inline]
    fn from(at: DateTime) -> Self {
        Self { day: at.date().into(), second: second(at.time()) }
    }
}
