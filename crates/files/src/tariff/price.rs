//! List prices: bands, an open end, flat prices, and what is priced where a tap is missing.

use std::num::NonZeroU32;

use toml::Spanned;
use tunion_data::Fen;
use tunion_fare::{Clause, GroupId, Instead, Measure, Rule, Set, Taps, When};

use super::compile::Compiler;
use super::schema::{BandRow, BeyondTable, IncompleteTable, InsteadWord, Missing, Money, PriceTable};
use crate::diag::{Diagnostic, Diagnostics};

impl Compiler<'_> {
    pub(super) fn price(&self, table: &PriceTable) -> Result<(When, Vec<Rule>), Diagnostics> {
        let mut errors = Diagnostics::default();
        let when = errors.keep(self.when(&table.when));
        if table.when.groups.is_none() && table.when.classes.is_none() {
            let message = format!("price `{}` does not say what it prices", table.name.get_ref());
            errors.push(self.source.error(&table.name, message).help(match self.places.measure() {
                Measure::Metres => "add `when = { groups = [\"…\"] }`",
                Measure::StopNumbers => "add `when = { classes = [\"…\"] }`",
            }));
        }
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
        let (Some(when), Some(rules)) = (when, rules) else { return Err(errors) };
        errors.keep(self.reaches(table, when.groups, &rules));
        errors.or((when, rules))
    }

    fn bands(&self, table: &PriceTable, bands: &Spanned<Vec<BandRow>>) -> Result<Vec<Rule>, Diagnostics> {
        let mut errors = Diagnostics::default();
        let grace = match (&table.grace_metres, self.places.measure()) {
            (Some(grace), Measure::StopNumbers) => {
                errors.push(self.source.error(grace, "stop numbers have no metres of grace"));
                0
            }
            (grace, _) => grace.as_ref().map_or(0, |grace| *grace.get_ref()),
        };
        let mut ends: Vec<(&Spanned<u32>, &BandRow)> = Vec::new();
        let mut open = None;
        for row in bands.get_ref() {
            if errors.keep(self.is_open(table, bands.get_ref(), row)) == Some(true) {
                errors.keep(self.begins(ends.last().map(|(end, _)| *end), row));
                errors.keep(self.dearer(ends.last().map(|(_, row)| *row), row));
                open = Some(row);
                continue;
            }
            let end = self.unit(&row.price, "to", row.to_metres.as_ref(), row.to_stop_numbers.as_ref());
            let Some(end) = errors.keep(end) else { continue };
            errors.keep(self.begins(ends.last().map(|(end, _)| *end), row));
            errors.keep(self.rises(ends.last(), end, row));
            ends.push((end, row));
        }
        if ends.is_empty() && open.is_none() {
            errors.push(self.source.error(bands, "there is no band"));
            return Err(errors);
        }
        let rows = ends.iter().map(|(_, row)| *row).chain(open);
        let pairs = ends.iter().map(|(end, row)| (*end.get_ref(), row.price.get_ref().0));
        let endless = open.map(|row| (u32::MAX, row.price.get_ref().0));
        let clauses = Clause::bands(grace, pairs.chain(endless)).zip(rows);
        let mut rules: Vec<Rule> =
            clauses.map(|(clause, row)| self.rule(&table.name, &table.source, &row.price, clause)).collect();
        if let (Some(beyond), Some((last, row))) = (&table.beyond, ends.last()) {
            let clause = self.beyond(beyond, *last.get_ref(), grace, row.price.get_ref().0);
            let clause = errors.keep(clause);
            rules.extend(clause.map(|clause| self.rule(&table.name, &table.source, &beyond.add, clause)));
        }
        errors.or(rules)
    }

    /// Whether a band has no end: the last one may.
    fn is_open(&self, table: &PriceTable, bands: &[BandRow], row: &BandRow) -> Result<bool, Diagnostic> {
        if row.to_metres.is_some() || row.to_stop_numbers.is_some() {
            return Ok(false);
        }
        let last = bands.last().is_some_and(|last| std::ptr::eq(last, row));
        match &table.beyond {
            None => Ok(last),
            Some(beyond) if last => {
                let error =
                    self.source.error(&beyond.add, "the last band has no end, so nothing is beyond it");
                Err(error.also(&row.price, "the last band").help("end it with `to-…`, or remove `beyond`"))
            }
            Some(_) => Ok(false),
        }
    }

    /// A band that says where it begins does so where the one before ends.
    fn begins(&self, below: Option<&Spanned<u32>>, row: &BandRow) -> Result<(), Diagnostic> {
        let (metres, numbers) = (row.over_metres.as_ref(), row.over_stop_numbers.as_ref());
        if metres.is_none() && numbers.is_none() {
            return Ok(());
        }
        let begin = self.unit(&row.price, "over", metres, numbers)?;
        let end = below.map_or(0, |end| *end.get_ref());
        let message = match begin.get_ref().cmp(&end) {
            std::cmp::Ordering::Equal => return Ok(()),
            std::cmp::Ordering::Less => format!("this band overlaps the one before, which ends at {end}"),
            std::cmp::Ordering::Greater => {
                format!("nothing is priced between {end} and {}", begin.get_ref())
            }
        };
        let error = self.source.error(begin, message);
        let error = match below {
            Some(below) => error.also(below, "the band before ends here"),
            None => error,
        };
        Err(error.help(format!("write {end}, or leave it out: a band begins where the one before ends")))
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
        self.dearer(Some(last_row), row)
    }

    /// A band is not cheaper than the one before it.
    fn dearer(&self, before: Option<&BandRow>, row: &BandRow) -> Result<(), Diagnostic> {
        match before {
            Some(before) if row.price.get_ref().0 < before.price.get_ref().0 => {
                let message = "this band is cheaper than the nearer one before it";
                Err(self.source.error(&row.price, message).also(&before.price, "the nearer band"))
            }
            _ => Ok(()),
        }
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
        beside: &Money,
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

    pub(super) fn incomplete(&self, table: &IncompleteTable) -> Result<(When, Rule), Diagnostics> {
        let when = self.when(&table.when)?;
        let bus = self.places.measure() == Measure::StopNumbers;
        let refuse = |what: &str, help: &str| {
            Err(Diagnostics::from(self.source.error(&table.missing, what).help(help)))
        };
        let taps = match (table.missing.get_ref(), bus) {
            (Missing::Exit, true) => Taps::NoExit,
            (Missing::Entry, false) => Taps::NoEntry,
            (Missing::Exit, false) => {
                return refuse("a rail ride ends at a gate", "give `missing = \"entry\"`");
            }
            (Missing::Entry, true) => {
                return refuse("a bus ride begins with a tap", "give `missing = \"exit\"`");
            }
        };
        let instead = match (table.price.get_ref(), bus) {
            (InsteadWord::FartherEnd, true) => Instead::FartherEnd,
            (InsteadWord::HighestFare, false) => Instead::Highest,
            (InsteadWord::LowestFare, _) => Instead::Lowest,
            (InsteadWord::FartherEnd, false) => {
                let error = self.source.error(&table.price, "only a bus line has ends");
                return Err(error.help("give `highest-fare` or `lowest-fare`").into());
            }
            (InsteadWord::HighestFare, true) => {
                let error = self.source.error(&table.price, "the highest fare is that to the farther end");
                return Err(error.help("give `price = \"farther-end\"`").into());
            }
        };
        let clause = Clause::Incomplete { taps, instead };
        Ok((when, self.rule(&table.name, &table.source, &table.price, clause)))
    }
}
