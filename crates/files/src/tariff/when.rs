//! The conditions of a rule.

use std::collections::HashMap;

use toml::Spanned;
use toml::value::Datetime;
use tunion_data::civil::{Date, Time};
use tunion_fare::{
    DayClass, GroupId, Hours, Measure, Medium, Member, Product, Set, StationSetId, Taps, When,
};

use super::compile::Compiler;
use super::schema::{Name, Names, WhenTable};
use crate::diag::{Day, Diagnostic, Diagnostics};

impl Compiler<'_> {
    pub(super) fn when(&self, table: &WhenTable) -> Result<When, Diagnostics> {
        let mut errors = Diagnostics::default();
        let groups = errors.keep(self.groups(table.groups.as_ref(), table.classes.as_ref())).flatten();
        let products = self.set(table.products.as_ref(), "product", || {
            Product::ALL.iter().map(|product| (product.name(), *product))
        });
        let issuers = self.set(table.issuers.as_ref(), "issuer", || self.issuers());
        let media = self.set(table.media.as_ref(), "medium", || Medium::ALL.iter().map(|m| (m.name(), *m)));
        let tickets = self.set(table.tickets.as_ref(), "ticket", || self.tickets());
        let taps = self.set(table.taps.as_ref(), "kind of taps", || Taps::ALL.iter().map(|t| (t.name(), *t)));
        let days =
            self.set(table.days.as_ref(), "day class", || DayClass::ALL.iter().map(|d| (d.name(), *d)));
        if let (Some(days), false) = (&table.days, self.has_calendar) {
            let error = self.source.error(days, "no calendar says which days these are");
            errors.push(error.help("add `calendar = \"…\"` at the top of the file"));
        }
        let dates = errors.keep(self.dates(table));
        let entered = errors.keep(self.hours(table.entered_from.as_ref(), table.entered_until.as_ref()));
        let exited = errors.keep(self.hours(table.exited_from.as_ref(), table.exited_until.as_ref()));
        let entered_at = table.entered_at.as_ref().map(|name| errors.keep(self.station_set(name)));
        let exited_at = table.exited_at.as_ref().map(|name| errors.keep(self.station_set(name)));
        let when = When {
            groups: groups.unwrap_or(Set::ALL),
            products: errors.keep(products).flatten().unwrap_or(Set::ALL),
            issuers: errors.keep(issuers).flatten().unwrap_or(Set::ALL),
            media: errors.keep(media).flatten().unwrap_or(Set::ALL),
            tickets: errors.keep(tickets).flatten().unwrap_or(Set::ALL),
            taps: errors.keep(taps).flatten().unwrap_or(Set::ALL),
            days: errors.keep(days).flatten().unwrap_or(Set::ALL),
            first_day: dates.map_or(Date::MIN, |(first, _)| first),
            last_day: dates.map_or(Date::MAX, |(_, last)| last),
            entered: entered.unwrap_or(Hours::ALL),
            exited: exited.unwrap_or(Hours::ALL),
            entered_at: entered_at.flatten(),
            exited_at: exited_at.flatten(),
            over_minutes: table.stay_over_minutes,
        };
        errors.or(when)
    }

    /// The days of a rule, which lie within those of the tariff.
    fn dates(&self, table: &WhenTable) -> Result<(Date, Date), Diagnostics> {
        let (from, until) = (table.valid_from.as_ref(), table.valid_until.as_ref());
        let day = |day: &Spanned<Day>| day.get_ref().0;
        if let (Some(from), Some(until)) = (from, until)
            && day(until) < day(from)
        {
            let error = self.source.error(until, "the rule ends before it begins");
            return Err(error.also(from, "it begins here").into());
        }
        let (first, last) = self.valid;
        for given in [from, until].into_iter().flatten() {
            if day(given) < first || last.is_some_and(|last| last < day(given)) {
                let error = self.source.error(given, "not a day on which this tariff is in force");
                return Err(error
                    .help("leave it out, or change `valid-from` or `valid-until` at the top of the file")
                    .into());
            }
        }
        Ok((from.map_or(Date::MIN, day), until.map_or(Date::MAX, day)))
    }

    fn hours(
        &self,
        from: Option<&Spanned<Datetime>>,
        until: Option<&Spanned<Datetime>>,
    ) -> Result<Hours, Diagnostic> {
        let time = |at: Option<&Spanned<Datetime>>| at.map(|at| self.time(at)).transpose();
        let hours =
            Hours { from: time(from)?.unwrap_or(Time::MIN), until: time(until)?.unwrap_or(Time::MAX) };
        match (from, until) {
            (Some(from), Some(until)) if hours.until < hours.from => {
                let error =
                    self.source.error(until, "the window ends before it starts").also(from, "it starts here");
                Err(error
                    .help("a window over midnight is two rules, one up to 23:59:59 and one from 00:00:00"))
            }
            _ => Ok(hours),
        }
    }

    pub(super) fn time(&self, at: &Spanned<Datetime>) -> Result<Time, Diagnostic> {
        let found = match at.get_ref() {
            Datetime { date: None, time: Some(time), offset: None } if time.nanosecond.unwrap_or(0) == 0 => {
                let second = time.second.unwrap_or(0);
                Time::new(time.hour.cast_signed(), time.minute.cast_signed(), second.cast_signed(), 0).ok()
            }
            _ => None,
        };
        found.ok_or_else(|| {
            let error = self.source.error(at, "this is not a time of the day");
            error.help("a time is written without quotes, such as 07:00:00")
        })
    }

    fn station_set(&self, name: &Name) -> Result<StationSetId, Diagnostic> {
        let sets = self.station_sets.iter().map(|(name, id)| (*name, *id));
        self.source.choose(name, "station set", sets)
    }

    /// The groups or line classes of a rule; `None` when it names none.
    pub(super) fn groups(
        &self,
        groups: Option<&Names>,
        classes: Option<&Names>,
    ) -> Result<Option<Set<GroupId>>, Diagnostics> {
        let (right, wrong, what, key) = match self.places.measure() {
            Measure::Metres => (groups, classes, "group", "groups"),
            Measure::StopNumbers => (classes, groups, "line class", "classes"),
        };
        if let Some(wrong) = wrong {
            let message =
                format!("this tariff has no {}", if key == "groups" { "classes" } else { "groups" });
            return Err(self.source.error(wrong, message).help(format!("name them as `{key}`")).into());
        }
        self.set(right, what, || self.places.groups().map(|(id, name)| (name, id)))
    }

    pub(super) fn set<'n, T: Member, I: Iterator<Item = (&'n str, T)>>(
        &self,
        names: Option<&Names>,
        what: &str,
        options: impl Fn() -> I,
    ) -> Result<Option<Set<T>>, Diagnostics> {
        let Some(names) = names else { return Ok(None) };
        let mut errors = Diagnostics::default();
        let mut seen = HashMap::new();
        let mut members = Vec::new();
        for name in names.get_ref() {
            if let Some(first) = seen.insert(name.get_ref(), name) {
                errors.push(self.source.twice(what, name, first));
            }
            members.extend(errors.keep(self.source.choose(name, what, options())));
        }
        if names.get_ref().is_empty() {
            errors.push(
                self.source.error(names, "an empty list matches nothing").help("leave it out to match all"),
            );
        }
        errors.or(Some(members.into_iter().collect()))
    }
}
