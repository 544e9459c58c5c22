//! Dates and times as packed decimal digits (BCD), kept as the bytes they are.

use core::fmt;
use jiff::civil::{Date, DateTime, Time};

/// A byte holds a nibble above 9.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NotBcd;

/// The number that one BCD byte stands for.
pub(crate) const fn digit_pair(byte: u8) -> Result<u8, NotBcd> {
    if byte >> 4 > 9 || byte & 0x0F > 9 { Err(NotBcd) } else { Ok((byte >> 4) * 10 + (byte & 0x0F)) }
}

const fn to_pair(number: u8) -> u8 {
    ((number / 10 % 10) << 4) | (number % 10)
}

macro_rules! bcd_type {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
        pub struct $name(pub [u8; $len]);

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }
    };
}

bcd_type! {
    /// `YYYYMMDD`, 4 BCD bytes. Any four bytes are kept; [`date`](BcdDate::date) says whether they
    /// are a date.
    BcdDate, 4
}
bcd_type! {
    /// `hhmmss`, 3 BCD bytes.
    BcdTime, 3
}
bcd_type! {
    /// `YYYYMMDDhhmmss`, 7 BCD bytes.
    BcdDateTime, 7
}

impl BcdDate {
    /// The civil date, or `None` for `00000000`, `FFFFFFFF` and anything else that is none.
    #[must_use]
    pub fn date(self) -> Option<Date> {
        let [century, year, month, day] = self.0.map(digit_pair);
        let year = i16::from(century.ok()?) * 100 + i16::from(year.ok()?);
        Date::new(year, month.ok()?.cast_signed(), day.ok()?.cast_signed()).ok()
    }
}

impl BcdTime {
    /// The time of day, or `None` if the bytes are none.
    #[must_use]
    pub fn time(self) -> Option<Time> {
        let [hour, minute, second] = self.0.map(digit_pair);
        let part = |p: Result<u8, NotBcd>| p.ok().map(u8::cast_signed);
        Time::new(part(hour)?, part(minute)?, part(second)?, 0).ok()
    }
}

impl BcdDateTime {
    /// The civil date and time, or `None` if the bytes are none.
    #[must_use]
    pub fn datetime(self) -> Option<DateTime> {
        let (date, time) = self.split();
        Some(date.date()?.to_datetime(time.time()?))
    }

    /// Date and time together.
    #[must_use]
    pub const fn join(date: BcdDate, time: BcdTime) -> Self {
        let BcdDate([century, year, month, day]) = date;
        let BcdTime([hour, minute, second]) = time;
        Self([century, year, month, day, hour, minute, second])
    }

    /// The date and the time apart, as commands carry them.
    #[must_use]
    pub const fn split(self) -> (BcdDate, BcdTime) {
        let [date @ .., hour, minute, second] = self.0;
        (BcdDate(date), BcdTime([hour, minute, second]))
    }
}

impl From<Date> for BcdDate {
    fn from(date: Date) -> Self {
        // jiff's years reach -9999; the world of this crate begins in 0.
        let year = date.year().unsigned_abs();
        let [century, year] = [year / 100, year % 100].map(|n| to_pair(u8::try_from(n).unwrap_or(99)));
        Self([century, year, to_pair(date.month().unsigned_abs()), to_pair(date.day().unsigned_abs())])
    }
}

impl From<Time> for BcdTime {
    /// Drops fractions of a second.
    fn from(time: Time) -> Self {
        Self([time.hour(), time.minute(), time.second()].map(|n| to_pair(n.unsigned_abs())))
    }
}

impl From<DateTime> for BcdDateTime {
    fn from(at: DateTime) -> Self {
        Self::join(at.date().into(), at.time().into())
    }
}

fn hex(f: &mut fmt::Formatter<'_>, bytes: &[u8]) -> fmt::Result {
    bytes.iter().try_for_each(|b| write!(f, "{b:02X}"))
}

impl fmt::Display for BcdDate {
    /// ISO 8601, or the bare bytes when they are no date.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.date() {
            Some(date) => write!(f, "{date}"),
            None => hex(f, &self.0),
        }
    }
}

impl fmt::Display for BcdTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.time() {
            Some(time) => write!(f, "{time}"),
            None => hex(f, &self.0),
        }
    }
}

impl fmt::Display for BcdDateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.datetime() {
            Some(at) => write!(f, "{} {}", at.date(), at.time()),
            None => hex(f, &self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_second_survives(days in 0i32..80_000, seconds in 0i32..86_400) {
            use jiff::ToSpan;
            let at = DateTime::constant(1900, 1, 1, 0, 0, 0, 0)
                .checked_add(days.days().seconds(seconds)).unwrap();
            prop_assert_eq!(BcdDateTime::from(at).datetime(), Some(at));
        }

        #[test]
        fn what_reads_as_a_date_is_written_back_the_same(bytes in date_bytes()) {
            let [century, year, month, day] = bytes;
            let date = BcdDate(bytes).date();
            let bcd = bytes.iter().all(|byte| digit_pair(*byte).is_ok());
            let inside = bcd && (1..=0x12).contains(&month) && (1..=0x28).contains(&day);
            prop_assert!(!inside || date.is_some(), "every month has 28 days");
            prop_assert!(bcd || date.is_none());
            if let Some(date) = date {
                prop_assert_eq!(BcdDate::from(date), BcdDate(bytes));
                prop_assert_eq!(std::format!("{date}"), std::format!("{century:02X}{year:02X}-{month:02X}-{day:02X}"));
            }
        }

        #[test]
        fn what_reads_as_a_time_is_written_back_the_same(bytes in time_bytes()) {
            let time = BcdTime(bytes).time();
            let [hour, minute, second] = bytes;
            let inside = bytes.iter().all(|byte| digit_pair(*byte).is_ok())
                && hour < 0x24 && minute < 0x60 && second < 0x60;
            prop_assert_eq!(time.is_some(), inside);
            if let Some(time) = time {
                prop_assert_eq!(BcdTime::from(time), BcdTime(bytes));
            }
        }
    }

    /// One byte in the range, as BCD, or now and then any byte.
    fn pair(numbers: core::ops::RangeInclusive<u8>) -> impl Strategy<Value = u8> {
        prop_oneof![20 => numbers.prop_map(to_pair), 1 => any::<u8>()]
    }

    /// Dates of three centuries, and what lies around them.
    fn date_bytes() -> impl Strategy<Value = [u8; 4]> {
        (pair(19..=21), pair(0..=99), pair(0..=13), pair(0..=32))
            .prop_map(|(century, year, month, day)| [century, year, month, day])
    }

    fn time_bytes() -> impl Strategy<Value = [u8; 3]> {
        (pair(0..=24), pair(0..=60), pair(0..=60)).prop_map(|(hour, minute, second)| [hour, minute, second])
    }

    #[test]
    fn what_is_no_date_says_so() {
        for bytes in
            [[0; 4], [0xFF; 4], [0x20, 0x26, 0x02, 0x29], [0x20, 0x26, 0x13, 0x01], [0x20, 0x2A, 0x01, 0x01]]
        {
            assert_eq!(BcdDate(bytes).date(), None);
        }
        assert_eq!(BcdTime([0x24, 0, 0]).time(), None);
    }
}
