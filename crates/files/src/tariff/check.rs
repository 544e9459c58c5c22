//! What no single rule shows: names given twice, groups priced twice, amounts that are no whole fen.

use std::collections::HashMap;

use toml::Spanned;
use tunion_data::Fen;
use tunion_fare::{GroupId, Places, Set, When};

use super::schema::{AccumulationTable, ConcessionTable, PriceTable, TariffFile};
use crate::diag::{Diagnostic, Diagnostics, Source, Text};

/// Every rule has a name of its own and a source.
pub(super) fn names(source: &Source, file: &TariffFile) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut seen: HashMap<&str, &Spanned<String>> = HashMap::new();
    let rules = file
        .price
        .iter()
        .map(|rule| (&rule.name, &rule.source))
        .chain(file.concession.iter().map(|rule| (&rule.name, &rule.source)))
        .chain(file.accumulation.iter().map(|rule| (&rule.name, &rule.source)))
        .chain(file.no_tap_off.iter().map(|rule| (&rule.name, &rule.source)))
        .chain(file.overtime.iter().map(|rule| (&rule.name, &rule.source)));
    for (name, origin) in rules {
        errors.keep(source.said(name, "name"));
        errors.keep(source.said(origin, "source"));
        if let Some(first) = seen.insert(name.get_ref(), name) {
            errors.push(source.twice("rule", name, first));
        }
    }
    errors.or(())
}

/// A group or a line class has one list price.
pub(super) fn priced_once(
    source: &Source,
    places: &Places,
    prices: &[PriceTable],
) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut seen: HashMap<&str, &Spanned<String>> = HashMap::new();
    let known = |name: &Spanned<String>| places.groups().any(|(_, known)| known == name.get_ref());
    for table in prices {
        let names = table.groups.iter().chain(&table.classes).flat_map(Spanned::get_ref);
        for name in names.filter(|name| known(name)) {
            if let Some(first) = seen.insert(name.get_ref(), name) {
                let message = format!("`{}` is priced twice", name.get_ref());
                errors.push(
                    source.error(name, message).label("the second price").also(first, "the first price"),
                );
            }
        }
    }
    errors.or(())
}

/// The amounts that the list prices of some groups are made of: every list price is one of them, or
/// one of them and a multiple of another. So a percentage that is exact for each is exact for all.
pub(super) struct List<'a> {
    groups: Set<GroupId>,
    amounts: Vec<(Fen, &'a Spanned<Text<Fen>>)>,
    least: Fen,
}

impl<'a> List<'a> {
    pub(super) fn new(groups: Set<GroupId>, table: &'a PriceTable) -> Self {
        let bands = table.bands.iter().flat_map(Spanned::get_ref).map(|band| &band.price);
        let prices: Vec<_> = bands.chain(&table.flat).map(|price| (price.get_ref().0, price)).collect();
        let least = prices.iter().map(|(price, _)| *price).min().unwrap_or_default();
        let step = table.beyond.iter().map(|beyond| (beyond.add.get_ref().0, &beyond.add));
        Self { groups, least, amounts: prices.into_iter().chain(step).collect() }
    }
}

/// Every price that a rider can be asked is a whole number of fen, and no concession is dearer than
/// the list price. Two concessions that match the same rider are both tried, though only the first
/// ever holds.
pub(super) fn whole_fen(
    source: &Source,
    lists: &[List<'_>],
    concessions: &[(When, &ConcessionTable)],
    total: Option<(When, &AccumulationTable)>,
) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    for list in lists {
        let here = When { groups: list.groups, ..When::ALWAYS };
        errors.keep(tiers(source, &here, &list.amounts, total));
        for (when, concession) in concessions.iter().filter(|(when, _)| when.groups.intersects(list.groups)) {
            let when = When { groups: when.groups.intersection(list.groups), ..*when };
            let left = if let Some(percent) = &concession.pay_percent {
                errors.keep(shares(source, &list.amounts, percent))
            } else if let Some(pay) = &concession.pay {
                errors.keep(cheaper(source, list, pay)).map(|()| vec![(pay.get_ref().0, pay)])
            } else {
                None
            };
            if let Some(left) = left {
                errors.keep(tiers(source, &when, &left, total));
            }
        }
    }
    errors.or(())
}

type Amounts<'a> = Vec<(Fen, &'a Spanned<Text<Fen>>)>;

fn shares<'a>(
    source: &Source,
    amounts: &Amounts<'a>,
    percent: &Spanned<u32>,
) -> Result<Amounts<'a>, Diagnostic> {
    let share = |(amount, origin): &(Fen, &'a Spanned<Text<Fen>>)| {
        let left = amount.percent_exact(*percent.get_ref()).ok_or_else(|| {
            let message = format!("{} % of {amount} yuan is no whole number of fen", percent.get_ref());
            source
                .error(percent, message)
                .also(*origin, "the price it comes from")
                .help("nothing is rounded: choose a price or a percentage that goes into whole fen")
        })?;
        Ok((left, *origin))
    };
    amounts.iter().map(share).collect()
}

fn tiers(
    source: &Source,
    when: &When,
    amounts: &Amounts<'_>,
    total: Option<(When, &AccumulationTable)>,
) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    let total = total.filter(|(counted, _)| counted.overlaps(when));
    for tier in total.iter().flat_map(|(_, table)| table.tiers.get_ref()) {
        errors.keep(shares(source, amounts, &tier.pay_percent));
    }
    errors.or(())
}

fn cheaper(source: &Source, list: &List<'_>, pay: &Spanned<Text<Fen>>) -> Result<(), Diagnostic> {
    if pay.get_ref().0 <= list.least {
        return Ok(());
    }
    let message = format!("this concession is dearer than the list price {}", list.least);
    let error = source.error(pay, message);
    let least = list.amounts.iter().find(|(price, _)| *price == list.least);
    Err(match least {
        Some((_, origin)) => error.also(*origin, "the list price"),
        None => error,
    })
}
