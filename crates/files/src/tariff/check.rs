//! What no single rule shows: names given twice, rides priced twice, things that nothing uses, amounts that
//! are no whole fen.

use std::collections::{HashMap, HashSet};

use toml::Spanned;
use tunion_data::Fen;
use tunion_fare::{Rounding, When};

use super::schema::{Money, Name, Names, PriceTable, ReadWord, RuleTable, TariffFile, WhenTable};
use super::step::amount;
use crate::diag::{Diagnostic, Diagnostics, Place, Source};

/// Every rule has a name of its own and a source.
pub(super) fn names(source: &Source, file: &TariffFile) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut seen: HashMap<&str, &Name> = HashMap::new();
    let rules = file
        .price
        .iter()
        .map(|rule| (&rule.name, &rule.source))
        .chain(file.region.iter().map(|rule| (&rule.name, &rule.source)))
        .chain(file.station_set.iter().map(|rule| (&rule.name, &rule.source)))
        .chain(file.ticket.iter().map(|rule| (&rule.name, &rule.source)))
        .chain(file.incomplete.iter().map(|rule| (&rule.name, &rule.source)))
        .chain(file.counter.iter().map(|rule| (&rule.name, &rule.source)))
        .chain(file.step.iter().flat_map(|step| &step.rule).map(|rule| (&rule.name, &rule.source)))
        .chain(file.join.iter().map(|rule| (&rule.name, &rule.source)));
    for (name, origin) in rules {
        errors.keep(source.said(name, "name"));
        errors.keep(source.said(origin, "source"));
        if let Some(first) = seen.insert(name.get_ref(), name) {
            errors.push(source.twice("rule", name, first));
        }
    }
    errors.or(())
}

/// A counter is read by some tiers, and a station set is named in some rule.
pub(super) fn used(source: &Source, file: &TariffFile) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    let rules = || file.step.iter().flat_map(|step| &step.rule);
    let read: HashSet<&str> =
        rules().filter_map(|rule| Some(rule.counter.as_ref()?.get_ref().as_str())).collect();
    for counter in file.counter.iter().filter(|counter| !read.contains(counter.name.get_ref().as_str())) {
        let message = format!("nothing reads the counter `{}`", counter.name.get_ref());
        let error = source.error(&counter.name, message);
        errors.push(error.help("add a rule with `counter` and `tiers`, or remove the counter"));
    }
    let whens = rules()
        .map(|rule| &rule.when)
        .chain(file.price.iter().map(|price| &price.when))
        .chain(file.counter.iter().map(|counter| &counter.when))
        .chain(file.incomplete.iter().map(|incomplete| &incomplete.when));
    let whens: Vec<&WhenTable> = whens.collect();
    let named: HashSet<&str> = whens.iter().flat_map(|when| when.station_sets()).collect();
    for set in file.station_set.iter().filter(|set| !named.contains(set.name.get_ref().as_str())) {
        let message = format!("nothing uses the station set `{}`", set.name.get_ref());
        let error = source.error(&set.name, message);
        errors.push(error.help("name it in a rule's `entered-at` or `exited-at`, or remove it"));
    }
    for (name, what, key, lists) in [
        (
            file.ticket.iter().map(|table| &table.name).collect::<Vec<_>>(),
            "ticket",
            "tickets",
            tickets as Lists,
        ),
        (file.region.iter().map(|table| &table.name).collect(), "region", "issuers", issuers),
    ] {
        let named: HashSet<&str> = whens
            .iter()
            .filter_map(|when| lists(when))
            .flat_map(Spanned::get_ref)
            .map(|name| name.get_ref().as_str())
            .collect();
        for name in name.into_iter().filter(|name| !named.contains(name.get_ref().as_str())) {
            let error = source.error(name, format!("no rule asks for the {what} `{}`", name.get_ref()));
            errors.push(error.help(format!("name it in a rule's `{key}`, or remove it")));
        }
    }
    errors.or(())
}

type Lists = fn(&WhenTable) -> Option<&Names>;

fn tickets(when: &WhenTable) -> Option<&Names> {
    when.tickets.as_ref()
}

fn issuers(when: &WhenTable) -> Option<&Names> {
    when.issuers.as_ref()
}

impl WhenTable {
    fn station_sets(&self) -> impl Iterator<Item = &str> {
        [&self.entered_at, &self.exited_at].into_iter().flatten().map(|name| name.get_ref().as_str())
    }
}

/// Follows every amount that a rider can be asked through the steps, and finds those that are no whole
/// number of fen. Of the rules of a step that can match a ride every one is tried, though only one holds.
pub(super) struct Exact<'a> {
    rounding: Rounding,
    prices: Vec<(When, &'a PriceTable)>,
    steps: Vec<Vec<(When, &'a RuleTable)>>,
}

/// The amounts of some rides before a step: each is one of `bases`, or the last of them and a multiple of
/// `step`. So a percentage that is exact for each of these is exact for all.
#[derive(Clone)]
struct Amounts {
    when: When,
    bases: Vec<(Fen, Place)>,
    step: Option<(Fen, Place)>,
    least: (Fen, Place),
}

impl<'a> Exact<'a> {
    pub(super) fn new(rounding: Rounding) -> Self {
        Self { rounding, prices: Vec::new(), steps: Vec::new() }
    }

    /// Takes a price, which may not be for rides that another one prices.
    pub(super) fn price(
        &mut self,
        source: &Source,
        when: When,
        table: &'a PriceTable,
    ) -> Result<(), Diagnostic> {
        let other = self.prices.iter().find(|(other, _)| other.overlaps(&when)).map(|(_, other)| *other);
        self.prices.push((when, table));
        let Some(other) = other else { return Ok(()) };
        let names = (table.name.get_ref(), other.name.get_ref());
        let message = format!("`{}` prices rides that `{}` prices already", names.0, names.1);
        let error = source.error(&table.name, message).label("the second price");
        Err(error.also(&other.name, "the first price").help("tell them apart in `when`"))
    }

    /// The rules that follow are of the next step.
    pub(super) fn step(&mut self) {
        self.steps.push(Vec::new());
    }

    /// Takes a rule of the last step.
    pub(super) fn rule(
        &mut self,
        source: &Source,
        when: When,
        table: &'a RuleTable,
    ) -> Result<(), Diagnostic> {
        if let Some(step) = self.steps.last_mut() {
            step.push((when, table));
        }
        match &table.read {
            Some(read) if *read.get_ref() == ReadWord::Split && self.rounding == Rounding::Exact => {
                let error = source.error(read, "the parts of a ride that is cut need not be whole fen");
                Err(error.help("say how they are rounded: `rounding = \"half-up\"`, `rounded-to = \"0.01\"`"))
            }
            _ => Ok(()),
        }
    }

    /// A ride that is cut at its tiers is priced by nothing else: the counter would grow by another amount
    /// than the one that is cut. Surcharges that no counter takes may be added.
    fn cut_alone(&self, source: &Source) -> Result<(), Diagnostics> {
        let mut errors = Diagnostics::default();
        let rules =
            || self.steps.iter().enumerate().flat_map(|(n, step)| step.iter().map(move |rule| (n, rule)));
        let cuts =
            |table: &RuleTable| table.read.as_ref().is_some_and(|read| *read.get_ref() == ReadWord::Split);
        let changes = |table: &RuleTable| {
            let free = table.pay_percent.as_ref().is_some_and(|percent| matches!(percent.get_ref(), 0 | 100));
            let uncounted = table.counted.as_ref().is_some_and(|counted| !counted.get_ref());
            !free && !uncounted
        };
        for (step, (when, table)) in rules().filter(|(_, (_, table))| cuts(table)) {
            let others = rules().filter(|(other, (_, table))| *other != step && changes(table));
            for (_, (_, other)) in others.filter(|(_, (other, _))| other.overlaps(when)) {
                let message = format!(
                    "rides that `{}` cuts are changed by `{}` too",
                    table.name.get_ref(),
                    other.name.get_ref()
                );
                let error = source.error(&table.name, message).also(&other.name, "the other rule");
                errors
                    .push(error.help("tell their rides apart in `when`, or read the counter `before-ride`"));
            }
        }
        errors.or(())
    }

    pub(super) fn check(&self, source: &Source) -> Result<(), Diagnostics> {
        let mut errors = Diagnostics::default();
        errors.keep(self.cut_alone(source));
        for (when, table) in &self.prices {
            let Some(amounts) = Amounts::listed(*when, table) else { continue };
            let mut before = vec![amounts];
            for step in &self.steps {
                let mut after = before.clone();
                for amounts in &before {
                    for (when, table) in step.iter().filter(|(when, _)| when.overlaps(&amounts.when)) {
                        after.extend(
                            errors.keep(self.apply(source, amounts, when, table)).unwrap_or_default(),
                        );
                    }
                }
                before = after;
            }
        }
        errors.or(())
    }

    /// The amounts after a rule; nothing more to follow when it has tiers that leave them as they are.
    fn apply(
        &self,
        source: &Source,
        amounts: &Amounts,
        when: &When,
        table: &RuleTable,
    ) -> Result<Vec<Amounts>, Diagnostics> {
        let mut errors = Diagnostics::default();
        let narrow = amounts.narrowed(when);
        if let Some(percent) = &table.pay_percent {
            return Ok(vec![self.share(source, &narrow, percent)?]);
        }
        if let Some(pay) = &table.pay {
            cheaper(source, amounts, pay)?;
            let pay = (amount(pay), Place::from(pay));
            return Ok(vec![Amounts { bases: vec![pay.clone()], step: None, least: pay, ..narrow }]);
        }
        if let Some(add) = &table.add {
            let more = add.get_ref().parse().unwrap_or(amounts.least.0);
            let bases = narrow.bases.iter().map(|(base, place)| (*base + more, place.clone())).collect();
            return Ok(vec![Amounts { bases, ..narrow }]);
        }
        let tiers = table.tiers.iter().flat_map(Spanned::get_ref);
        let after = tiers.filter_map(|tier| errors.keep(self.share(source, &narrow, &tier.pay_percent)));
        let after = after.collect();
        errors.or(after)
    }

    fn share(
        &self,
        source: &Source,
        amounts: &Amounts,
        percent: &Spanned<u32>,
    ) -> Result<Amounts, Diagnostic> {
        let share = |(amount, origin): &(Fen, Place)| {
            let left = self.rounding.percent(*amount, *percent.get_ref()).ok_or_else(|| {
                let message = format!("{} % of {amount} yuan is no whole number of fen", percent.get_ref());
                source
                    .error(percent, message)
                    .also(origin.clone(), "the price it comes from")
                    .help("choose a price or a percentage that goes into whole fen, or another `rounding`")
            })?;
            Ok((left, origin.clone()))
        };
        Ok(Amounts {
            bases: amounts.bases.iter().map(share).collect::<Result<_, Diagnostic>>()?,
            step: amounts.step.as_ref().map(share).transpose()?,
            ..amounts.clone()
        })
    }
}

impl Amounts {
    fn listed(when: When, table: &PriceTable) -> Option<Self> {
        let bands = table.bands.iter().flat_map(Spanned::get_ref).map(|band| &band.price);
        let price = |price: &Money| (amount(price), Place::from(price));
        let bases: Vec<_> = bands.chain(&table.flat).map(price).collect();
        let least = bases.iter().min_by_key(|(amount, _)| *amount)?.clone();
        Some(Self { when, step: table.beyond.as_ref().map(|beyond| price(&beyond.add)), bases, least })
    }

    /// Those of the rides that a rule is for as well.
    fn narrowed(&self, when: &When) -> Self {
        let mut narrow = self.clone();
        let to = &mut narrow.when;
        to.groups = to.groups.intersection(when.groups);
        to.products = to.products.intersection(when.products);
        to.issuers = to.issuers.intersection(when.issuers);
        to.media = to.media.intersection(when.media);
        to.tickets = to.tickets.intersection(when.tickets);
        to.taps = to.taps.intersection(when.taps);
        to.first_day = to.first_day.max(when.first_day);
        to.last_day = to.last_day.min(when.last_day);
        narrow
    }
}

/// A price of its own is no dearer than the cheapest list price it stands for.
fn cheaper(source: &Source, amounts: &Amounts, pay: &Money) -> Result<(), Diagnostic> {
    let (least, origin) = &amounts.least;
    if amount(pay) <= *least {
        return Ok(());
    }
    let message = format!("this concession is dearer than the list price {least}");
    Err(source.error(pay, message).also(origin.clone(), "the list price"))
}
