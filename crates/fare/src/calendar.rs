//! Working days and days off.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use tunion_data::civil::{Date, Weekday};

use crate::Member;

/// What kind of day it is, by the State Council's notice of the year (`docs/spec/fares.md` 1, S7).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum DayClass {
    /// A day of work (工作日), on a weekend too when the notice says so.
    Working,
    /// A Saturday or Sunday of which the notice says nothing.
    Weekend,
    /// A day off that the notice names (法定节假日), whatever its day of the week.
    Holiday,
}

impl DayClass {
    /// Every one, in order.
    pub const ALL: &[Self] = &[Self::Working, Self::Weekend, Self::Holiday];

    /// The name that files use.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Working => "working",
            Self::Weekend => "weekend",
            Self::Holiday => "holiday",
        }
    }
}

impl Member for DayClass {
    fn index(self) -> u32 {
        self as u32
    }
}

/// The days on which a notice departs from the week. A year without a notice has no working days: it is
/// not known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Calendar {
    /// By year; in each the days that depart, sorted.
    years: BTreeMap<i16, Vec<(Date, DayClass)>>,
}

impl Calendar {
    /// A calendar of these exceptions; a year is known when it has one.
    #[must_use]
    pub fn new(exceptions: impl IntoIterator<Item = (Date, DayClass)>) -> Self {
        let mut years: BTreeMap<i16, Vec<_>> = BTreeMap::new();
        for (day, class) in exceptions {
            years.entry(day.year()).or_default().push((day, class));
        }
        for days in years.values_mut() {
            days.sort_unstable();
        }
        Self { years }
    }

    /// The class of a day; `None` in a year of which no notice is known.
    #[must_use]
    pub fn class(&self, day: Date) -> Option<DayClass> {
        let exceptions = self.years.get(&day.year())?;
        let found = exceptions.binary_search_by_key(&day, |(day, _)| *day).ok();
        let week = match day.weekday() {
            Weekday::Saturday | Weekday::Sunday => DayClass::Weekend,
            _ => DayClass::Working,
        };
        Some(found.and_then(|at| exceptions.get(at)).map_or(week, |(_, class)| *class))
    }

    /// The years that are known.
    pub fn years(&self) -> impl Iterator<Item = i16> {
        self.years.keys().copied()
    }
}
