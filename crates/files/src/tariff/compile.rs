//! From the file to the compiled tariff, rule by rule.

use std::num::NonZeroU32;

use toml::Spanned;
use tunion_data::civil::Date;
use tunion_fare::{
    Calendar, Choose, Clause, Entry, GroupId, Head, How, Issuer, MAX_CONDITIONS, MAX_STEPS, Measure, Network,
    Places, Rounding, Rule, Set, StationId, StationSetId, Tariff, TariffBuilder, TicketId,
};

use super::check::{self, Exact};
use super::schema::{ChooseWord, Name, RoundingWord, TariffFile, TicketTable, WhenTable};
use super::step::{Does, Known, amount};
use crate::diag::{Diagnostic, Diagnostics, Place, Source};

pub(super) fn tariff(
    source: &Source,
    file: &TariffFile,
    places: &Places,
    calendar: Calendar,
) -> Result<Tariff, Diagnostics> {
    let mut errors = Diagnostics::default();
    errors.keep(head(source, file, places));
    let rounding = errors.keep(rounding(source, file)).unwrap_or(Rounding::Exact);
    let head = Head {
        name: file.name.as_str().into(),
        file: source.path().into(),
        valid_from: file.valid_from.get_ref().0,
        valid_until: file.valid_until.as_ref().map(|day| day.get_ref().0),
        entry: Entry { balance: amount(&file.entry.balance), overdraft: file.entry.overdraft },
        rounding,
    };
    let mut compiler = Compiler {
        source,
        places,
        valid: (head.valid_from, head.valid_until),
        has_calendar: file.calendar.is_some(),
        station_sets: Vec::new(),
        regions: Vec::new(),
        tickets: vec![("ordinary", TicketId::ORDINARY)],
    };
    let mut builder = TariffBuilder::new(head, places.clone());
    builder.calendar(calendar);
    compiler.name_things(file, &mut builder, &mut errors);
    let exact = compiler.rules(file, &mut builder, rounding, &mut errors);
    errors.keep(check::names(source, file));
    errors.keep(check::used(source, file));
    errors.keep(exact.check(source));
    errors.or(builder.build())
}

fn head(source: &Source, file: &TariffFile, places: &Places) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    errors.keep(source.version(&file.version, 2));
    errors.keep(source.said(&file.provenance, "provenance"));
    errors.keep(source.said(&file.entry.source, "source"));
    if file.city.get_ref().0 != places.city() {
        let message = format!("the places this tariff prices are in city {}", places.city());
        errors.push(source.error(&file.city, message));
    }
    if let Some(until) = file.valid_until.as_ref().filter(|day| day.get_ref().0 < file.valid_from.get_ref().0)
    {
        let error = source.error(until, "the tariff ends before it begins");
        errors.push(error.also(&file.valid_from, "it begins here"));
    }
    errors.or(())
}

fn rounding(source: &Source, file: &TariffFile) -> Result<Rounding, Diagnostic> {
    let how = match file.rounding.get_ref() {
        RoundingWord::Exact => {
            return match &file.rounded_to {
                None => Ok(Rounding::Exact),
                Some(unit) => Err(source.error(unit, "nothing is rounded here").help("remove `rounded-to`")),
            };
        }
        RoundingWord::Down => How::Down,
        RoundingWord::Up => How::Up,
        RoundingWord::HalfUp => How::HalfUp,
    };
    let Some(unit) = &file.rounded_to else {
        let error = source.error(&file.rounding, "rounded to what?");
        return Err(error.help("add `rounded-to = \"0.01\"` for whole fen"));
    };
    match NonZeroU32::new(amount(unit).get()) {
        Some(unit) => Ok(Rounding::To { unit, how }),
        None => Err(source.error(unit, "a unit has to be more than nothing")),
    }
}

/// The names of all that has a `when`.
fn conditions(file: &TariffFile) -> Vec<&Name> {
    let prices = file.price.iter().map(|table| &table.name);
    let incomplete = file.incomplete.iter().map(|table| &table.name);
    let counters = file.counter.iter().map(|table| &table.name);
    let rules = file.step.iter().flat_map(|step| &step.rule).map(|table| &table.name);
    prices.chain(incomplete).chain(counters).chain(rules).collect()
}

/// What the rules of one file are read against.
pub(super) struct Compiler<'a> {
    pub(super) source: &'a Source,
    pub(super) places: &'a Places,
    /// The tariff's first and last day.
    pub(super) valid: (Date, Option<Date>),
    pub(super) has_calendar: bool,
    pub(super) station_sets: Vec<(&'a str, StationSetId)>,
    regions: Vec<(&'a str, Issuer)>,
    tickets: Vec<(&'a str, TicketId)>,
}

impl<'a> Compiler<'a> {
    /// Regions, station sets and tickets: the names that conditions use.
    fn name_things(&mut self, file: &'a TariffFile, builder: &mut TariffBuilder, errors: &mut Diagnostics) {
        for table in &file.region {
            let cities = table.cities.get_ref().iter().map(|city| city.get_ref().0);
            self.regions.push((table.name.get_ref(), builder.region(table.name.get_ref(), cities)));
        }
        for table in &file.station_set {
            let names = table.stations.get_ref();
            let mut seen = std::collections::HashMap::new();
            let mut stations = Vec::new();
            for name in names {
                if let Some(first) = seen.insert(name.get_ref(), name) {
                    errors.push(self.source.twice("station", name, first));
                }
                stations.extend(errors.keep(self.station(name)));
            }
            let id = builder.station_set(table.name.get_ref(), stations);
            self.station_sets.push((table.name.get_ref(), id));
        }
        for table in &file.ticket {
            if let Some((groups, rule)) = errors.keep(self.ticket(table)) {
                self.tickets.push((table.name.get_ref(), builder.ticket(groups, rule)));
            }
        }
        for (tables, most, what) in [
            (file.region.iter().map(|table| &table.name).collect::<Vec<_>>(), 30, "regions"),
            (file.station_set.iter().map(|table| &table.name).collect(), 256, "station sets"),
            (file.ticket.iter().map(|table| &table.name).collect(), 31, "tickets"),
            (file.counter.iter().map(|table| &table.name).collect(), tunion_fare::COUNTERS, "counters"),
            (file.step.iter().map(|table| &table.name).collect(), MAX_STEPS, "steps"),
            (conditions(file), MAX_CONDITIONS, "prices, counters and rules together"),
        ] {
            if let Some(name) = tables.get(most) {
                errors.push(self.source.error(*name, format!("more than {most} {what}")));
            }
        }
    }

    /// Prices, counters, steps and joins; what has to be seen of them all for whole fen.
    fn rules<'f>(
        &self,
        file: &'f TariffFile,
        builder: &mut TariffBuilder,
        rounding: Rounding,
        errors: &mut Diagnostics,
    ) -> Exact<'f> {
        let mut exact = Exact::new(rounding);
        for table in &file.price {
            if let Some((when, rules)) = errors.keep(self.price(table)) {
                errors.keep(exact.price(self.source, when, table));
                builder.price(when, rules);
            }
        }
        for table in &file.incomplete {
            if let Some((when, rule)) = errors.keep(self.incomplete(table)) {
                builder.incomplete(when, rule);
            }
        }
        let mut counters = Vec::new();
        for table in &file.counter {
            if let Some(counting) = errors.keep(self.counter(table)) {
                let when = counting.when;
                let id = builder.counter(when, counting.rule, counting.reset, counting.begins, counting.of);
                counters.push(Known { table, id, when });
            }
        }
        for step in &file.step {
            errors.keep(self.source.said(&step.name, "name"));
            if step.rule.is_empty() {
                let error = self.source.error(&step.name, "this step has no rule");
                errors.push(error.help("add a `[[step.rule]]` below it"));
            }
            let choose = match step.choose {
                ChooseWord::First => Choose::First,
                ChooseWord::Lowest => Choose::Lowest,
            };
            builder.step(step.name.get_ref(), choose);
            exact.step();
            for table in &step.rule {
                let Some((when, does)) = errors.keep(self.step_rule(table, &counters)) else { continue };
                errors.keep(exact.rule(self.source, when, table));
                match does {
                    Does::One(rule) => builder.rule(when, rule),
                    Does::Tiers(counter, read, rules) => builder.tiers(when, counter, read, rules),
                }
            }
        }
        for table in &file.join {
            if let Some((at, rule)) = errors.keep(self.join(table)) {
                builder.join(at, rule);
            }
        }
        exact
    }

    fn ticket(&self, table: &TicketTable) -> Result<(Set<GroupId>, Rule), Diagnostics> {
        let mut errors = Diagnostics::default();
        if table.name.get_ref() == "ordinary" {
            let error = self.source.error(&table.name, "`ordinary` is the single ride that every tariff has");
            errors.push(error.help("give this ticket another name"));
        }
        if let Some(hours) = table.hours.as_ref().filter(|hours| *hours.get_ref() == 0) {
            errors.push(self.source.error(hours, "a pass runs for an hour at least"));
        }
        let groups = errors.keep(self.groups(table.groups.as_ref(), table.classes.as_ref())).flatten();
        let Some(groups) = groups else {
            let key = if self.places.measure() == Measure::Metres { "groups" } else { "classes" };
            if errors.iter().next().is_none() {
                let error = self.source.error(&table.name, "where is this ticket good?");
                errors.push(error.help(format!("add `{key} = [\"…\"]`")));
            }
            return Err(errors);
        };
        let clause = Clause::Sold {
            hours: table.hours.as_ref().map(|hours| *hours.get_ref()),
            price: table.price.as_ref().map(amount),
        };
        errors.or((groups, self.rule(&table.name, &table.source, &table.name, clause)))
    }

    pub(super) fn rule(&self, name: &Name, origin: &Name, at: impl Into<Place>, clause: Clause) -> Rule {
        Rule {
            name: name.get_ref().as_str().into(),
            source: origin.get_ref().as_str().into(),
            line: self.source.line(at),
            clause,
        }
    }

    pub(super) fn network(&self) -> Option<&Network> {
        match self.places {
            Places::Rail(network) => Some(network),
            Places::Bus(_) => None,
        }
    }

    pub(super) fn station(&self, name: &Spanned<String>) -> Result<StationId, Diagnostic> {
        let network = self.network().ok_or_else(|| {
            self.source.error(name, "bus lines have no stations").help("remove what speaks of stations")
        })?;
        if let Some(id) = network.station_named(name.get_ref()) {
            return Ok(id);
        }
        let stations = network.stations().map(|(id, station)| (&*station.name, id));
        self.source.choose(name, "station", stations)
    }

    pub(super) fn issuers(&self) -> impl Iterator<Item = (&str, Issuer)> {
        let known = [("local", Issuer::LOCAL), ("other", Issuer::OTHER)];
        known.into_iter().chain(self.regions.iter().copied())
    }

    pub(super) fn tickets(&self) -> impl Iterator<Item = (&str, TicketId)> {
        self.tickets.iter().copied()
    }
}

impl WhenTable {
    /// Whether it asks for nothing.
    pub(super) fn is_empty(&self) -> bool {
        let Self {
            groups,
            classes,
            products,
            issuers,
            media,
            tickets,
            taps,
            days,
            valid_from,
            valid_until,
            entered_from,
            entered_until,
            exited_from,
            exited_until,
            entered_at,
            exited_at,
            stay_over_minutes,
        } = self;
        let lists = [groups, classes, products, issuers, media, tickets, taps, days];
        let times = [entered_from, entered_until, exited_from, exited_until];
        lists.iter().all(|list| list.is_none())
            && times.iter().all(|time| time.is_none())
            && [valid_from, valid_until].iter().all(|day| day.is_none())
            && [entered_at, exited_at].iter().all(|set| set.is_none())
            && stay_over_minutes.is_none()
    }
}
