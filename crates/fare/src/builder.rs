//! How a tariff is put together, clause by clause, in the order of its file.

use alloc::vec::Vec;
use core::ops::Range;

use tunion_data::Fen;

use crate::tariff::{Accumulation, Price};
use crate::{Clause, GroupId, Head, Places, Rule, RuleId, Set, Tariff, When};

/// Collects the rules of a [`Tariff`].
///
/// It takes them as they are: that bands rise, that every factor is exact in fen and that no rule
/// names a group twice is checked by whoever reads the file, where the line is known. A tariff that
/// breaks this answers a [`FareError`](crate::FareError) and never a wrong amount.
#[derive(Clone, Debug)]
pub struct TariffBuilder(Tariff);

impl TariffBuilder {
    /// A tariff without rules.
    #[must_use]
    pub fn new(head: Head, places: Places) -> Self {
        Self(Tariff {
            head,
            places,
            rules: Vec::new(),
            prices: Vec::new(),
            concessions: Vec::new(),
            accumulation: None,
            no_tap_off: None,
            overtime: None,
        })
    }

    /// List prices for these groups: [`Clause::Band`]s from the nearest, [`Clause::Beyond`], or one
    /// [`Clause::Flat`].
    pub fn price(&mut self, groups: Set<GroupId>, rules: impl IntoIterator<Item = Rule>) {
        let clauses = self.add_all(rules);
        self.0.prices.push(Price { groups, clauses });
    }

    /// A [`Clause::Share`] or [`Clause::Fixed`]. Of several that match, the first holds.
    pub fn concession(&mut self, when: When, rule: Rule) {
        let id = self.add(rule);
        self.0.concessions.push((when, id));
    }

    /// The monthly total with its [`Clause::Tier`]s from the lowest.
    pub fn accumulation(
        &mut self,
        when: When,
        counts_surcharge: bool,
        tiers: impl IntoIterator<Item = Rule>,
    ) {
        let tiers = self.add_all(tiers);
        self.0.accumulation = Some(Accumulation { when, tiers, counts_surcharge });
    }

    /// What becomes of the concession when there was no tap-off: a [`Clause::FartherEnd`].
    pub fn no_tap_off(&mut self, when: When, rule: Rule) {
        self.0.no_tap_off = Some((when, self.add(rule)));
    }

    /// The surcharge for a long stay: a [`Clause::Overtime`].
    pub fn overtime(&mut self, when: When, rule: Rule) {
        self.0.overtime = Some((when, self.add(rule)));
    }

    /// The tariff.
    #[must_use]
    pub fn build(self) -> Tariff {
        self.0
    }

    fn add(&mut self, rule: Rule) -> RuleId {
        let id = RuleId(u16::try_from(self.0.rules.len()).unwrap_or(u16::MAX));
        self.0.rules.push(rule);
        id
    }

    fn add_all(&mut self, rules: impl IntoIterator<Item = Rule>) -> Range<usize> {
        let start = self.0.rules.len();
        self.0.rules.extend(rules);
        start..self.0.rules.len()
    }
}

impl Clause {
    /// The bands of a table of upper ends and prices, each band beginning where the one before
    /// ended.
    pub fn bands(grace: u32, ends: impl IntoIterator<Item = (u32, Fen)>) -> impl Iterator<Item = Self> {
        ends.into_iter().scan(0, move |below, (to, price)| {
            let over = core::mem::replace(below, to);
            Some(Self::Band { over, to, grace, price })
        })
    }
}
