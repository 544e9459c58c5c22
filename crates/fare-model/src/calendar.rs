//! Time in Beijing, and which days are worked.

/// Year, month, day. Tuples compare in the order of time.
pub(crate) type Date = (u16, u8, u8);

/// A second on a clock in Beijing (UTC+8), from year 1 on. It has to exist; nothing is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment {
    /// Year, for instance 2026.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
    /// Hour, 0 to 23.
    pub hour: u8,
    /// Minute, 0 to 59.
    pub minute: u8,
    /// Second, 0 to 59.
    pub second: u8,
}

impl Moment {
    /// The moment of these six numbers.
    #[must_use]
    pub const fn new(year: u16, month: u8, day: u8, hour: u8, minute: u8, second: u8) -> Self {
        Self { year, month, day, hour, minute, second }
    }

    /// Its day.
    pub(crate) fn date(self) -> Date {
        (self.year, self.month, self.day)
    }

    /// Hour, minute, second. Tuples compare in the order of time.
    pub(crate) fn time(self) -> (u8, u8, u8) {
        (self.hour, self.minute, self.second)
    }

    /// Seconds since the beginning of 0000-12-31.
    pub(crate) fn seconds(self) -> u64 {
        u64::from(day_number(self.date())) * 86_400
            + u64::from(self.hour) * 3600
            + u64::from(self.minute) * 60
            + u64::from(self.second)
    }
}

fn is_leap(year: u32) -> bool {
    (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400)
}

fn month_length(year: u32, month: u8) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Counts the days; 0001-01-01, a Monday, is day 1.
fn day_number((year, month, day): Date) -> u32 {
    let year = u32::from(year);
    let before = year - 1;
    let mut days = before * 365 + before / 4 - before / 100 + before / 400;
    for earlier in 1..month {
        days += month_length(year, earlier);
    }
    days + u32::from(day)
}

fn is_weekend(date: Date) -> bool {
    // Day 1 is a Monday: 6 leaves Saturday, 0 leaves Sunday.
    matches!(day_number(date) % 7, 6 | 0)
}

/// A day that the State Council's notice names (`docs/spec/fares.md` section 1, low-peak).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holiday {
    /// Year, for instance 2026.
    pub year: u16,
    /// Month, 1 to 12.
    pub month: u8,
    /// Day of the month, 1 to 31.
    pub day: u8,
    /// True: a Saturday or Sunday that is worked. False: a day off.
    pub working: bool,
}

/// Is `date` worked? None: no row of that year is known.
///
/// Our reading: one row within a year is enough to know the year.
pub(crate) fn is_working_day(holidays: &[Holiday], date: Date) -> Option<bool> {
    if !holidays.iter().any(|holiday| holiday.year == date.0) {
        return None;
    }
    for holiday in holidays {
        if (holiday.year, holiday.month, holiday.day) == date {
            return Some(holiday.working);
        }
    }
    Some(!is_weekend(date))
}

#[cfg(test)]
mod tests {
    use super::{Holiday, Moment, day_number, is_weekend, is_working_day};

    #[test]
    fn days_are_counted() {
        assert_eq!(day_number((1, 1, 1)), 1);
        // 1970-01-01 is day 719163 of this count, a Thursday.
        assert_eq!(day_number((1970, 1, 1)), 719_163);
        assert_eq!(day_number((2000, 3, 1)) - day_number((2000, 2, 28)), 2);
        assert_eq!(day_number((2100, 3, 1)) - day_number((2100, 2, 28)), 1);
        assert_eq!(day_number((2024, 12, 31)) - day_number((2023, 12, 31)), 366);
        assert_eq!(day_number((2027, 1, 1)) - day_number((2026, 1, 1)), 365);
    }

    #[test]
    fn seconds_are_counted() {
        let last = Moment::new(2024, 2, 29, 23, 59, 59);
        let first = Moment::new(2024, 3, 1, 0, 0, 0);
        assert_eq!(first.seconds() - last.seconds(), 1);
        assert_eq!(Moment::new(2024, 3, 1, 4, 0, 1).seconds() - first.seconds(), 14_401);
        assert!(last < first);
    }

    #[test]
    fn weekends() {
        // 2014-12-28, the first day of the distance tariff, was a Sunday; 2015-12-28 was a Monday.
        assert!(is_weekend((2014, 12, 28)));
        assert!(is_weekend((2014, 12, 27)));
        assert!(!is_weekend((2015, 12, 28)));
        assert!(!is_weekend((2014, 12, 26)));
    }

    #[test]
    fn holidays_go_before_weekdays() {
        let holidays = [
            Holiday { year: 2019, month: 5, day: 1, working: false },
            Holiday { year: 2019, month: 5, day: 5, working: true },
        ];
        // A Wednesday off, a Sunday worked, a plain Monday, a plain Saturday.
        assert_eq!(is_working_day(&holidays, (2019, 5, 1)), Some(false));
        assert_eq!(is_working_day(&holidays, (2019, 5, 5)), Some(true));
        assert_eq!(is_working_day(&holidays, (2019, 5, 6)), Some(true));
        assert_eq!(is_working_day(&holidays, (2019, 5, 11)), Some(false));
        assert_eq!(is_working_day(&holidays, (2020, 5, 6)), None);
    }
}
