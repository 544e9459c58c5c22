//! How a tariff is put together, rule by rule.

use alloc::vec::Vec;
use core::ops::Range;

use tunion_data::civil::{Date, Time};
use tunion_data::{CityCode, Fen};

use crate::tariff::{Count, Effect, Joined, Price, Region, Rung, Single, Sold, Step, rule_id};
use crate::when::{Conditions, Stations};
use crate::{
    Basis, Calendar, Choose, Clause, CounterId, GroupId, Head, Issuer, Join, Level, MAX_CONDITIONS, Places,
    Read, Reset, Rule, RuleId, Set, StationId, StationSetId, Tap, Tariff, TicketId, When,
};

/// Collects the rules of a [`Tariff`].
///
/// It takes them as they are: that bands rise, that every factor is exact in fen, that no ride has two
/// list prices and that there are no more steps than [`MAX_STEPS`](crate::MAX_STEPS) and conditions than
/// [`MAX_CONDITIONS`](crate::MAX_CONDITIONS) is checked by whoever reads the file, where the line is known.
/// A tariff that breaks this answers a [`FareError`](crate::FareError) and never a wrong amount.
#[derive(Clone, Debug)]
pub struct TariffBuilder(Tariff);

impl TariffBuilder {
    /// A tariff without rules.
    #[must_use]
    pub fn new(head: Head, places: Places) -> Self {
        let valid = (head.valid_from.into(), head.valid_until.unwrap_or(Date::MAX).into());
        Self(Tariff {
            valid,
            head,
            places,
            calendar: Calendar::default(),
            rules: Vec::new(),
            clauses: Vec::new(),
            conditions: Conditions::default(),
            of_bit: [u8::MAX; MAX_CONDITIONS],
            prices_mask: 0,
            priced: Set::NONE,
            prices: Vec::new(),
            incomplete: Vec::new(),
            steps: Vec::new(),
            effects: Vec::new(),
            counters: Vec::new(),
            tickets: Vec::new(),
            joins: Vec::new(),
            stations: Vec::new(),
            station_sets: Vec::new(),
            regions: Vec::new(),
        })
    }

    /// The working days.
    pub fn calendar(&mut self, calendar: Calendar) {
        self.0.calendar = calendar;
    }

    /// A set of stations with a name.
    pub fn station_set(&mut self, name: &str, stations: impl IntoIterator<Item = StationId>) -> StationSetId {
        self.0.stations.push(Stations::new(stations));
        self.0.station_sets.push(name.into());
        StationSetId(last(self.0.stations.len()))
    }

    /// A region whose cards are told apart.
    pub fn region(&mut self, name: &str, cities: impl IntoIterator<Item = CityCode>) -> Issuer {
        self.0.regions.push(Region { name: name.into(), cities: cities.into_iter().collect() });
        Issuer::region(last(self.0.regions.len()))
    }

    /// A kind of ticket, a [`Clause::Sold`], and the groups on which it is good.
    pub fn ticket(&mut self, groups: Set<GroupId>, rule: Rule) -> TicketId {
        let hours = match rule.clause {
            Clause::Sold { hours, .. } => hours,
            _ => None,
        };
        let rule = self.add(rule);
        self.0.tickets.push(Sold { rule, groups, hours });
        TicketId(last(self.0.tickets.len()).saturating_add(1))
    }

    /// List prices for these rides: [`Clause::Band`]s from the nearest, [`Clause::Beyond`], or one
    /// [`Clause::Flat`].
    pub fn price(&mut self, when: When, rules: impl IntoIterator<Item = Rule>) {
        let clauses = self.add_all(rules);
        self.0.priced = self.0.priced.union(when.groups);
        let condition = self.0.conditions.add(when);
        self.0.prices_mask |= condition.mask();
        let bands = self.0.run(&clauses).map_while(|(_, clause)| band(clause)).collect();
        self.0.prices.push(Price { condition, clauses, bands });
        let of = last(self.0.prices.len());
        self.of_bit(of);
    }

    /// A [`Clause::Incomplete`]: what is priced in place of a ride that lacks a tap. Of several that match,
    /// the first holds.
    pub fn incomplete(&mut self, when: When, rule: Rule) {
        let rule = self.add(rule);
        let condition = self.0.conditions.add(when);
        self.0.incomplete.push(Single { condition, rule });
    }

    /// A counter. Its id is its place in the [`Ledger`](crate::Ledger).
    pub fn counter(&mut self, when: When, rule: Rule, reset: Reset, begins: Time, of: Tap) -> CounterId {
        let basis = match rule.clause {
            Clause::Count { basis } => basis,
            _ => Basis::Paid,
        };
        let rule = self.add(rule);
        let condition = self.0.conditions.add(when);
        let by_month = reset == Reset::Month && begins == Time::MIN;
        let id = CounterId(u8::try_from(self.0.counters.len()).unwrap_or(u8::MAX));
        self.0.counters.push(Count { id, condition, rule, basis, reset, begins, by_month, of });
        id
    }

    /// The next step. Its rules follow.
    pub fn step(&mut self, name: &str, choose: Choose) {
        let here = self.0.effects.len();
        self.0.steps.push(Step { name: name.into(), choose, effects: here..here, mask: 0 });
    }

    /// A rule of the last step: a [`Clause::Share`], [`Clause::Fixed`] or [`Clause::Add`].
    pub fn rule(&mut self, when: When, rule: Rule) {
        let clauses = self.add_all([rule]);
        let condition = self.0.conditions.add(when);
        self.effect(Effect { condition, clauses, tiers: None, ladder: Vec::new() });
    }

    /// A rule of the last step: [`Clause::Tier`]s of a counter from the lowest.
    pub fn tiers(
        &mut self,
        when: When,
        counter: CounterId,
        read: Read,
        rules: impl IntoIterator<Item = Rule>,
    ) {
        let clauses = self.add_all(rules);
        let condition = self.0.conditions.add(when);
        let ladder = self.0.run(&clauses).filter_map(rung).collect();
        self.effect(Effect { condition, clauses, tiers: Some((counter, read)), ladder });
    }

    /// How a ride over two groups is charged, and the stations where it changes.
    pub fn join(&mut self, at: impl IntoIterator<Item = StationId>, rule: Rule) {
        let (groups, join) = match rule.clause {
            Clause::Join { a, b, join } => ((a, b), join),
            _ => ((GroupId(0), GroupId(0)), Join::Sum),
        };
        let rule = self.add(rule);
        self.0.joins.push(Joined { rule, groups, at: at.into_iter().collect(), join });
    }

    /// The tariff.
    #[must_use]
    pub fn build(self) -> Tariff {
        self.0
    }

    fn effect(&mut self, effect: Effect) {
        if self.0.steps.is_empty() {
            self.step("", Choose::First);
        }
        let mask = effect.condition.mask();
        self.0.effects.push(effect);
        let end = self.0.effects.len();
        if let Some(step) = self.0.steps.last_mut() {
            step.effects.end = end;
            step.mask |= mask;
        }
        self.of_bit(last(end));
    }

    /// Notes what the last condition is of.
    fn of_bit(&mut self, of: u8) {
        let place = self.0.conditions.len().checked_sub(1);
        if let Some(place) = place.and_then(|place| self.0.of_bit.get_mut(place)) {
            *place = of;
        }
    }

    fn add(&mut self, rule: Rule) -> RuleId {
        let id = rule_id(self.0.rules.len());
        self.0.clauses.push(rule.clause);
        self.0.rules.push(rule);
        id
    }

    fn add_all(&mut self, rules: impl IntoIterator<Item = Rule>) -> Range<usize> {
        let start = self.0.rules.len();
        rules.into_iter().for_each(|rule| {
            self.add(rule);
        });
        start..self.0.rules.len()
    }
}

fn band(clause: &Clause) -> Option<(u32, Fen)> {
    let Clause::Band { to, grace, price, .. } = *clause else { return None };
    Some((to.saturating_add(grace), price))
}

fn rung((rule, clause): (RuleId, &Clause)) -> Option<Rung> {
    let Clause::Tier { from, percent, .. } = *clause else { return None };
    let from = match from {
        Level::Amount(from) => from.get(),
        Level::Rides(from) => from.into(),
    };
    Some(Rung { from, percent, rule })
}

/// The id of the last of so many.
fn last(len: usize) -> u8 {
    u8::try_from(len.saturating_sub(1)).unwrap_or(u8::MAX)
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
