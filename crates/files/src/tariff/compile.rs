//! From the file to the compiled tariff, rule by rule.

use std::collections::HashMap;
use std::num::NonZeroU32;

use toml::Spanned;
use tunion_data::Fen;
use tunion_fare::{
    Clause, GroupId, Head, Issuer, Measure, Medium, Member, Places, Product, Rule, Set, Tariff,
    TariffBuilder, When,
};

use super::check;
use super::schema::{
    AccumulationTable, BandRow, Basis, BeyondTable, Charge, ConcessionTable, MonthOf, NoTapOffTable,
    OvertimeTable, PriceTable, Read, Reset, TariffFile, WhenTable,
};
use crate::diag::{Diagnostic, Diagnostics, Place, Source, Text};

pub(super) fn tariff(source: &Source, file: &TariffFile, places: &Places) -> Result<Tariff, Diagnostics> {
    let mut errors = Diagnostics::default();
    errors.keep(head(source, file, places));
    let compiler = Compiler { source, places };
    let head = Head {
        name: file.name.as_str().into(),
        file: source.path().into(),
        valid_from: file.valid_from.0,
        entry_balance: file.entry.balance.get_ref().0,
    };
    let mut builder = TariffBuilder::new(head, places.clone());
    let mut lists = Vec::new();
    for table in &file.price {
        if let Some((groups, rules)) = errors.keep(compiler.price(table)) {
            lists.push(check::List::new(groups, table));
            builder.price(groups, rules);
        }
    }
    let mut concessions = Vec::new();
    for table in &file.concession {
        if let Some((when, rule)) = errors.keep(compiler.concession(table)) {
            concessions.push((when, table));
            builder.concession(when, rule);
        }
    }
    let mut total = None;
    if let Some(table) = &file.accumulation
        && let Some((when, tiers)) = errors.keep(compiler.accumulation(table))
    {
        total = Some((when, table));
        builder.accumulation(when, table.count_surcharge, tiers);
    }
    if let Some(table) = &file.no_tap_off
        && let Some((when, rule)) = errors.keep(compiler.no_tap_off(table))
    {
        builder.no_tap_off(when, rule);
    }
    if let Some(table) = &file.overtime
        && let Some((when, rule)) = errors.keep(compiler.overtime(table))
    {
        builder.overtime(when, rule);
    }
    errors.keep(check::names(source, file));
    errors.keep(check::priced_once(source, places, &file.price));
    errors.keep(check::whole_fen(source, &lists, &concessions, total));
    errors.or(builder.build())
}

fn head(source: &Source, file: &TariffFile, places: &Places) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    errors.keep(source.version(&file.version, 1));
    errors.keep(source.said(&file.provenance, "provenance"));
    errors.keep(source.said(&file.entry.source, "source"));
    if file.city.get_ref().0 != places.city() {
        let message = format!("the places this tariff prices are in city {}", places.city());
        errors.push(source.error(&file.city, message));
    }
    errors.or(())
}

struct Compiler<'a> {
    source: &'a Source,
    places: &'a Places,
}

impl Compiler<'_> {
    fn rule(
        &self,
        name: &Spanned<String>,
        origin: &Spanned<String>,
        at: impl Into<Place>,
        clause: Clause,
    ) -> Rule {
        Rule {
            name: name.get_ref().as_str().into(),
            source: origin.get_ref().as_str().into(),
            line: self.source.line(at),
            clause,
        }
    }

    fn price(&self, table: &PriceTable) -> Result<(Set<GroupId>, Vec<Rule>), Diagnostics> {
        let mut errors = Diagnostics::default();
        let groups = errors.keep(self.groups(table.groups.as_ref(), table.classes.as_ref())).flatten();
        let rules = match (&table.bands, &table.flat) {
            (Some(bands), None) => errors.keep(self.bands(table, bands)),
            (None, Some(flat)) => {
                if let Some(beyond) = &table.beyond {
                    errors.push(self.source.error(&beyond.add, "a flat price has nothing beyond it"));
                }
                let clause = Clause::Flat { price: flat.get_ref().0 };
                Some(vec![self.rule(&table.name, &table.source, flat, clause)])
            }
            _ => {
                let message = format!("price `{}` needs either `bands` or `flat`", table.name.get_ref());
                errors.push(self.source.error(&table.name, message));
                None
            }
        };
        let (Some(groups), Some(rules)) = (groups, rules) else {
            if errors.iter().next().is_none() {
                let message = format!("price `{}` does not say what it prices", table.name.get_ref());
                errors.push(self.source.error(&table.name, message).help(match self.places.measure() {
                    Measure::Metres => "add `groups = [\"…\"]`",
                    Measure::StopNumbers => "add `classes = [\"…\"]`",
                }));
            }
            return Err(errors);
        };
        errors.or(())?;
        self.reaches(table, groups, &rules)?;
        Ok((groups, rules))
    }

    fn bands(&self, table: &PriceTable, bands: &Spanned<Vec<BandRow>>) -> Result<Vec<Rule>, Diagnostics> {
        let mut errors = Diagnostics::default();
        let measure = self.places.measure();
        let grace = match (&table.grace_metres, measure) {
            (Some(grace), Measure::StopNumbers) => {
                errors.push(self.source.error(grace, "stop numbers have no metres of grace"));
                0
            }
            (grace, _) => grace.as_ref().map_or(0, |grace| *grace.get_ref()),
        };
        let mut ends = Vec::new();
        for row in bands.get_ref() {
            let end = self.unit(&row.price, "to", row.to_metres.as_ref(), row.to_stop_numbers.as_ref());
            let Some(end) = errors.keep(end) else { continue };
            errors.keep(self.rises(ends.last(), end, row));
            ends.push((end, row));
        }
        let Some(&(last, row)) = ends.last() else {
            errors.push(self.source.error(bands, "there is no band"));
            return Err(errors);
        };
        let pairs = ends.iter().map(|(end, row)| (*end.get_ref(), row.price.get_ref().0));
        let clauses = Clause::bands(grace, pairs).zip(&ends);
        let mut rules: Vec<Rule> = clauses
            .map(|(clause, (_, row))| self.rule(&table.name, &table.source, &row.price, clause))
            .collect();
        if let Some(beyond) = &table.beyond {
            let clause = self.beyond(beyond, *last.get_ref(), grace, row.price.get_ref().0);
            let clause = errors.keep(clause);
            rules.extend(clause.map(|clause| self.rule(&table.name, &table.source, &beyond.add, clause)));
        }
        errors.or(rules)
    }

    /// A band ends farther out than the one before and is not cheaper.
    fn rises(
        &self,
        below: Option<&(&Spanned<u32>, &BandRow)>,
        end: &Spanned<u32>,
        row: &BandRow,
    ) -> Result<(), Diagnostic> {
        let Some((last, last_row)) = below else { return Ok(()) };
        if end.get_ref() <= last.get_ref() {
            let message = format!("this band ends at {}, not beyond {}", end.get_ref(), last.get_ref());
            let error = self.source.error(end, message).also(*last, "the band before ends here");
            return Err(error.help("bands are given from the nearest to the farthest, each by its upper end"));
        }
        if row.price.get_ref().0 < last_row.price.get_ref().0 {
            let message = "this band is cheaper than the nearer one before it";
            return Err(self.source.error(&row.price, message).also(&last_row.price, "the nearer band"));
        }
        Ok(())
    }

    fn beyond(&self, table: &BeyondTable, over: u32, grace: u32, base: Fen) -> Result<Clause, Diagnostic> {
        let every =
            self.unit(&table.add, "every", table.every_metres.as_ref(), table.every_stop_numbers.as_ref())?;
        let step = NonZeroU32::new(*every.get_ref())
            .ok_or_else(|| self.source.error(every, "a step has to be longer than nothing"))?;
        Ok(Clause::Beyond { over, grace, base, every: step, add: table.add.get_ref().0 })
    }

    /// The one of two keys that counts in what this tariff counts in.
    fn unit<'k>(
        &self,
        beside: &Spanned<Text<Fen>>,
        key: &str,
        metres: Option<&'k Spanned<u32>>,
        numbers: Option<&'k Spanned<u32>>,
    ) -> Result<&'k Spanned<u32>, Diagnostic> {
        let (right, wrong, unit) = match self.places.measure() {
            Measure::Metres => (metres, numbers, "metres"),
            Measure::StopNumbers => (numbers, metres, "stop-numbers"),
        };
        let help = format!("give `{key}-{unit}`");
        match (right, wrong) {
            (Some(value), None) => Ok(value),
            (_, Some(wrong)) => {
                Err(self.source.error(wrong, "this tariff counts in another unit").help(help))
            }
            (None, None) => Err(self.source.error(beside, "a distance is missing here").help(help)),
        }
    }

    /// Bands without an open end have to reach as far as one can ride.
    fn reaches(&self, table: &PriceTable, groups: Set<GroupId>, rules: &[Rule]) -> Result<(), Diagnostic> {
        let Some(Rule { clause: Clause::Band { to, grace, .. }, .. }) = rules.last() else { return Ok(()) };
        let reach = to.saturating_add(*grace);
        let far = self.places.groups().filter(|(id, _)| groups.contains(*id));
        let far = far.filter_map(|(id, name)| Some((name, self.places.longest(id)?)));
        match far.into_iter().find(|(_, longest)| *longest > reach) {
            Some((name, longest)) => {
                let message = format!("the bands of `{}` end too early", table.name.get_ref());
                let unit = match self.places.measure() {
                    Measure::Metres => "m",
                    Measure::StopNumbers => "stop numbers",
                };
                Err(self
                    .source
                    .error(&table.name, message)
                    .label(format!(
                        "they reach {reach} {unit}, the longest ride of `{name}` is {longest} {unit}"
                    ))
                    .help("add a band, or an open end with `beyond`"))
            }
            None => Ok(()),
        }
    }

    fn concession(&self, table: &ConcessionTable) -> Result<(When, Rule), Diagnostics> {
        let mut errors = Diagnostics::default();
        let when = errors.keep(self.when(&table.when));
        let rule = match (&table.pay_percent, &table.pay) {
            (Some(percent), None) => errors.keep(self.percent(percent)).map(|share| {
                self.rule(&table.name, &table.source, percent, Clause::Share { percent: share })
            }),
            (None, Some(pay)) => {
                let clause = Clause::Fixed { price: pay.get_ref().0 };
                Some(self.rule(&table.name, &table.source, pay, clause))
            }
            _ => {
                let message =
                    format!("concession `{}` needs either `pay-percent` or `pay`", table.name.get_ref());
                errors.push(self.source.error(&table.name, message));
                None
            }
        };
        match (when, rule) {
            (Some(when), Some(rule)) => errors.or((when, rule)),
            _ => Err(errors),
        }
    }

    fn accumulation(&self, table: &AccumulationTable) -> Result<(When, Vec<Rule>), Diagnostics> {
        // The one way that is known of each; another would be an arm of its own.
        let AccumulationTable {
            basis: Basis::Paid,
            read: Read::BeforeRide,
            reset: Reset::CalendarMonth,
            month_of: MonthOf::Exit,
            ..
        } = table;
        let mut errors = Diagnostics::default();
        let when = errors.keep(self.when(&table.when));
        let mut rules = Vec::new();
        let rule = |at: Place, clause| self.rule(&table.name, &table.source, at, clause);
        let tiers = table.tiers.get_ref();
        if tiers.first().is_none_or(|tier| !tier.from.get_ref().0.is_zero()) {
            let below = Clause::Tier { from: Fen::ZERO, percent: 100 };
            rules.push(rule(Place::from(&table.name), below));
        }
        for (i, tier) in tiers.iter().enumerate() {
            let before = i.checked_sub(1).and_then(|i| tiers.get(i));
            if let Some(before) = before.filter(|before| tier.from.get_ref().0 <= before.from.get_ref().0) {
                let message = format!("this tier does not begin above {}", before.from.get_ref().0);
                let error = self.source.error(&tier.from, message).also(&before.from, "the tier before");
                errors.push(error.help("tiers are given from the lowest"));
            }
            if let Some(percent) = errors.keep(self.percent(&tier.pay_percent)) {
                let clause = Clause::Tier { from: tier.from.get_ref().0, percent };
                rules.push(rule(Place::from(&tier.from), clause));
            }
        }
        match when {
            Some(when) => errors.or((when, rules)),
            None => Err(errors),
        }
    }

    fn no_tap_off(&self, table: &NoTapOffTable) -> Result<(When, Rule), Diagnostics> {
        let NoTapOffTable { charge: Charge::ListToFartherEnd, .. } = table;
        let when = self.when(&table.when)?;
        if self.places.measure() == Measure::Metres {
            return Err(self.source.error(&table.name, "only a bus ride can lack its tap-off").into());
        }
        Ok((when, self.rule(&table.name, &table.source, &table.name, Clause::FartherEnd)))
    }

    fn overtime(&self, table: &OvertimeTable) -> Result<(When, Rule), Diagnostics> {
        let surcharge = table.surcharge.get_ref().0;
        let clause = Clause::Overtime { limit_minutes: table.limit_minutes, surcharge };
        Ok((self.when(&table.when)?, self.rule(&table.name, &table.source, &table.surcharge, clause)))
    }

    fn percent(&self, percent: &Spanned<u32>) -> Result<u8, Diagnostic> {
        u8::try_from(*percent.get_ref()).ok().filter(|share| *share <= 100).ok_or_else(|| {
            let message = format!("{} % is more than the list price", percent.get_ref());
            self.source.error(percent, message).help("a percentage says what is paid, from 0 to 100")
        })
    }

    fn when(&self, table: &WhenTable) -> Result<When, Diagnostics> {
        let mut errors = Diagnostics::default();
        let groups = errors.keep(self.groups(table.groups.as_ref(), table.classes.as_ref())).flatten();
        let products =
            self.set(table.products.as_ref(), "product", || Product::ALL.iter().map(|p| (p.name(), *p)));
        let issuers =
            self.set(table.issuers.as_ref(), "issuer", || Issuer::ALL.iter().map(|i| (i.name(), *i)));
        let media = self.set(table.media.as_ref(), "medium", || Medium::ALL.iter().map(|m| (m.name(), *m)));
        let when = When {
            groups: groups.unwrap_or(Set::ALL),
            products: errors.keep(products).flatten().unwrap_or(Set::ALL),
            issuers: errors.keep(issuers).flatten().unwrap_or(Set::ALL),
            media: errors.keep(media).flatten().unwrap_or(Set::ALL),
        };
        errors.or(when)
    }

    /// `groups` of a rail tariff, `classes` of a bus tariff; `None` when neither is given.
    fn groups(
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

    fn set<'n, T: Member, I: Iterator<Item = (&'n str, T)>>(
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

type Names = Spanned<Vec<Spanned<String>>>;
