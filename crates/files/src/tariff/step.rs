//! The steps of a price and their rules, the counters they read, and joins.

use std::str::FromStr;

use toml::Spanned;
use tunion_data::Fen;
use tunion_data::civil::Time;
use tunion_fare::{
    Basis, Clause, CounterId, Join, Level, Read, Reset, Rule, StationId, Surcharge, Tap, When,
};

use super::compile::Compiler;
use super::schema::{
    BasisWord, ChargeWord, CounterTable, JoinTable, ReadWord, ResetWord, RuleTable, TapWord, TierRow,
};
use crate::diag::{Diagnostic, Diagnostics, Place, Text};

/// A counter that rules can read.
pub(super) struct Known<'a> {
    pub(super) table: &'a CounterTable,
    pub(super) id: CounterId,
    pub(super) when: When,
}

/// What a rule of a step does.
pub(super) enum Does {
    One(Rule),
    Tiers(CounterId, Read, Vec<Rule>),
}

/// A counter as it is compiled.
pub(super) struct Counting {
    pub(super) when: When,
    pub(super) rule: Rule,
    pub(super) reset: Reset,
    pub(super) begins: Time,
    pub(super) of: Tap,
}

impl Compiler<'_> {
    pub(super) fn counter(&self, table: &CounterTable) -> Result<Counting, Diagnostics> {
        let when = self.when(&table.when)?;
        let basis = match table.basis {
            BasisWord::Paid => Basis::Paid,
            BasisWord::List => Basis::List,
            BasisWord::Rides => Basis::Rides,
        };
        let reset = match table.reset {
            ResetWord::CalendarMonth => Reset::Month,
            ResetWord::Week => Reset::Week,
            ResetWord::Day => Reset::Day,
        };
        let begins = table.day_begins.as_ref().map(|at| self.time(at)).transpose()?;
        let of = match table.period_of {
            TapWord::Entry => Tap::Entry,
            TapWord::Exit => Tap::Exit,
        };
        let rule = self.rule(&table.name, &table.source, &table.name, Clause::Count { basis });
        Ok(Counting { when, rule, reset, begins: begins.unwrap_or(Time::MIN), of })
    }

    pub(super) fn step_rule(
        &self,
        table: &RuleTable,
        counters: &[Known<'_>],
    ) -> Result<(When, Does), Diagnostics> {
        let mut errors = Diagnostics::default();
        let does = match table {
            RuleTable { pay_percent: Some(percent), pay: None, add: None, tiers: None, .. } => {
                let share = errors.keep(self.percent(percent));
                share.map(|percent| (&table.pay_percent, percent)).map(|(at, percent)| {
                    let at = at.as_ref().map_or_else(|| Place::from(&table.name), Place::from);
                    Does::One(self.rule(&table.name, &table.source, at, Clause::Share { percent }))
                })
            }
            RuleTable { pay_percent: None, pay: Some(pay), add: None, tiers: None, .. } => {
                let clause = Clause::Fixed { price: pay.get_ref().0 };
                Some(Does::One(self.rule(&table.name, &table.source, pay, clause)))
            }
            RuleTable { pay_percent: None, pay: None, add: Some(add), tiers: None, .. } => {
                errors.keep(self.add(table, add)).map(Does::One)
            }
            RuleTable { pay_percent: None, pay: None, add: None, tiers: Some(tiers), .. } => {
                errors.keep(self.tiers(table, tiers, counters))
            }
            _ => {
                let message = format!("rule `{}` does not say what it does", table.name.get_ref());
                let error = self.source.error(&table.name, message);
                errors.push(error.help("give one of `pay-percent`, `pay`, `add` and `tiers`"));
                None
            }
        };
        for misplaced in self.misplaced(table) {
            errors.push(misplaced);
        }
        let Some(when) = errors.keep(self.when(&table.when)) else { return Err(errors) };
        let when = match (&does, table.has_conditions()) {
            // A discount by a counter is for the rides that count, unless the rule says otherwise.
            (Some(Does::Tiers(id, ..)), false) => {
                counters.iter().find(|known| known.id == *id).map_or(when, |known| known.when)
            }
            _ => when,
        };
        match does {
            Some(does) => errors.or((when, does)),
            None => Err(errors),
        }
    }

    /// Keys that say something of an effect that the rule does not have.
    fn misplaced(&self, table: &RuleTable) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        if let (Some(counted), None) = (&table.counted, &table.add) {
            found.push(self.source.error(counted, "`counted` is for surcharges").help("leave it out"));
        }
        if table.tiers.is_none() {
            if let Some(counter) = &table.counter {
                found.push(self.source.error(counter, "a rule without `tiers` reads no counter"));
            }
            if let Some(read) = &table.read {
                found.push(self.source.error(read, "a rule without `tiers` reads no counter"));
            }
        }
        found
    }

    fn add(&self, table: &RuleTable, add: &Spanned<String>) -> Result<Rule, Diagnostic> {
        let surcharge = if add.get_ref() == "lowest-fare" {
            Surcharge::LowestFare
        } else {
            let amount = Fen::from_str(add.get_ref()).map_err(|_| {
                let error = self.source.error(add, format!("{:?} is not a surcharge", add.get_ref()));
                error.help("give an amount such as \"3.00\", or \"lowest-fare\"")
            })?;
            Surcharge::Amount(amount)
        };
        let counted = table.counted.as_ref().ok_or_else(|| {
            let error = self.source.error(add, "this does not say whether counters take the surcharge");
            error.help("add `counted = true` or `counted = false`")
        })?;
        let clause = Clause::Add { surcharge, counted: *counted.get_ref() };
        Ok(self.rule(&table.name, &table.source, add, clause))
    }

    fn tiers(
        &self,
        table: &RuleTable,
        tiers: &Spanned<Vec<TierRow>>,
        counters: &[Known<'_>],
    ) -> Result<Does, Diagnostics> {
        let mut errors = Diagnostics::default();
        let known = errors.keep(self.counter_of(table, counters));
        let read = errors.keep(self.read_of(table));
        let (Some(known), Some(read)) = (known, read) else { return Err(errors) };
        let rides = matches!(known.table.basis, BasisWord::Rides);
        if let (Some(at), Read::Split, true) = (&table.read, read, rides) {
            errors.push(
                self.source.error(at, "a counter of rides cannot cut a ride").help("write \"before-ride\""),
            );
        }
        let mut rules: Vec<Rule> = Vec::new();
        let mut last: Option<(Level, Place)> = None;
        let rule = |at: Place, from, percent| {
            let clause = Clause::Tier { counter: known.id, from, percent, read };
            self.rule(&table.name, &table.source, at, clause)
        };
        for tier in tiers.get_ref() {
            let Some((from, at)) = errors.keep(self.level(tier, rides)) else { continue };
            let zero = if rides { Level::Rides(0) } else { Level::Amount(Fen::ZERO) };
            if last.is_none() && from != zero {
                rules.push(rule(Place::from(&table.name), zero, 100));
            }
            if let Some((_, before)) = last.as_ref().filter(|(before, _)| from <= *before) {
                let error = self.source.error(at.clone(), "this tier does not begin above the one before it");
                errors.push(
                    error.also(before.clone(), "the tier before").help("tiers are given from the lowest"),
                );
            }
            if let Some(percent) = errors.keep(self.percent(&tier.pay_percent)) {
                rules.push(rule(at.clone(), from, percent));
            }
            last = Some((from, at));
        }
        if tiers.get_ref().is_empty() {
            errors.push(self.source.error(tiers, "there is no tier"));
        }
        errors.or(Does::Tiers(known.id, read, rules))
    }

    fn counter_of<'k, 'c>(
        &self,
        table: &RuleTable,
        counters: &'k [Known<'c>],
    ) -> Result<&'k Known<'c>, Diagnostic> {
        let name = table.counter.as_ref().ok_or_else(|| {
            let error = self.source.error(&table.name, "tiers of which counter?");
            error.help("add `counter = \"…\"`")
        })?;
        let options = counters.iter().map(|known| (known.table.name.get_ref().as_str(), known));
        self.source.choose(name, "counter", options)
    }

    fn read_of(&self, table: &RuleTable) -> Result<Read, Diagnostic> {
        let read = table.read.as_ref().ok_or_else(|| {
            let error = self.source.error(&table.name, "when is the counter read?");
            error.help("add `read = \"before-ride\"` or `read = \"split\"`")
        })?;
        Ok(match read.get_ref() {
            ReadWord::BeforeRide => Read::BeforeRide,
            ReadWord::Split => Read::Split,
        })
    }

    fn level(&self, tier: &TierRow, rides: bool) -> Result<(Level, Place), Diagnostic> {
        match (&tier.from, &tier.from_rides, rides) {
            (Some(from), None, false) => Ok((Level::Amount(from.get_ref().0), Place::from(from))),
            (None, Some(from), true) => Ok((Level::Rides(*from.get_ref()), Place::from(from))),
            (.., true) => {
                let error = self.source.error(&tier.pay_percent, "this counter counts rides");
                Err(error.help("give `from-rides = …`"))
            }
            (.., false) => {
                let error = self.source.error(&tier.pay_percent, "this counter counts money");
                Err(error.help("give `from = \"…\"`"))
            }
        }
    }

    pub(super) fn percent(&self, percent: &Spanned<u32>) -> Result<u8, Diagnostic> {
        u8::try_from(*percent.get_ref()).ok().filter(|share| *share <= 100).ok_or_else(|| {
            let message = format!("{} % is more than the list price", percent.get_ref());
            self.source.error(percent, message).help("a percentage says what is paid, from 0 to 100")
        })
    }

    pub(super) fn join(&self, table: &JoinTable) -> Result<(Vec<StationId>, Rule), Diagnostics> {
        let mut errors = Diagnostics::default();
        let Some(network) = self.network() else {
            let error = self.source.error(&table.name, "bus lines are not joined");
            return Err(error.help("remove this table").into());
        };
        let group =
            |name| self.source.choose(name, "group", self.places.groups().map(|(id, name)| (name, id)));
        let groups: Vec<_> =
            table.groups.get_ref().iter().filter_map(|name| errors.keep(group(name))).collect();
        let by = table.by.as_ref().map(|name| errors.keep(group(name)).map(|id| (name, id)));
        let mut at = Vec::new();
        for name in table.at.get_ref() {
            let station = self.station(name);
            at.extend(errors.keep(station).map(|station| (name, station)));
        }
        if table.at.get_ref().is_empty() {
            errors.push(self.source.error(&table.at, "nowhere to change").help("name the stations"));
        }
        let (a, b) = match groups[..] {
            [a, b] if a != b => (a, b),
            _ => {
                if table.groups.get_ref().len() == groups.len() {
                    errors.push(self.source.error(&table.groups, "a join is of two groups"));
                }
                return Err(errors);
            }
        };
        for (name, station) in &at {
            for id in [a, b] {
                let group = network.group(id).filter(|group| !group.contains(*station));
                if let Some(group) = group {
                    let message = format!("`{}` is no station of `{}`", name.get_ref(), group.name());
                    errors.push(self.source.error(*name, message));
                }
            }
        }
        let join = match (table.charge.get_ref(), by) {
            (ChargeWord::Sum, None) => Join::Sum,
            (ChargeWord::Maximum, None) => Join::Maximum,
            (ChargeWord::Replace, Some(Some((_, id)))) if id == a || id == b => Join::Replace(id),
            (ChargeWord::Replace, Some(Some((name, _)))) => {
                errors.push(self.source.error(name, "this is neither of the two groups"));
                Join::Sum
            }
            (ChargeWord::Replace, _) => {
                let error = self.source.error(&table.charge, "the price of which group is charged?");
                errors.push(error.help("add `by = \"…\"`"));
                Join::Sum
            }
            (_, Some(_)) => {
                let error = self.source.error(&table.charge, "only `replace` goes by the price of one group");
                errors.push(error.help("remove `by`"));
                Join::Sum
            }
        };
        let clause = Clause::Join { a, b, join };
        let rule = self.rule(&table.name, &table.source, &table.charge, clause);
        errors.or((at.into_iter().map(|(_, station)| station).collect(), rule))
    }
}

impl RuleTable {
    fn has_conditions(&self) -> bool {
        !self.when.is_empty()
    }
}

/// The amount that a text in yuan says.
pub(super) fn amount(text: &Spanned<Text<Fen>>) -> Fen {
    text.get_ref().0
}
