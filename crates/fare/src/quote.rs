//! The price of a ride.

use tunion_data::Fen;

use crate::{
    Clause, Fact, FareError, GroupId, Journey, Ledger, Place, Places, Reason, Reasons, Ride, Rider, RuleId,
    StationId, Step, Tariff, YearMonth,
};

/// What a ride costs.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Quote {
    /// The list price of the distance.
    pub list: Fen,
    /// What the rider pays.
    pub charged: Fen,
    /// The card's ledger after the ride; as it was when the ride does not count.
    pub ledger: Ledger,
    /// How the amount came about.
    pub reasons: Reasons,
}

/// A ride as the price rules see it.
#[derive(Clone, Copy)]
struct Leg {
    group: GroupId,
    distance: u32,
    tapped_off: bool,
}

/// The amount so far and the reasons for it.
#[derive(Default)]
struct Chain {
    amount: Fen,
    reasons: Reasons,
}

impl Chain {
    fn step(&mut self, step: Step, rule: RuleId, fact: Fact, after: Fen) {
        self.reasons.set(step, Reason { rule, before: self.amount, after, fact });
        self.amount = after;
    }
}

impl Tariff {
    /// Prices one ride of a card whose monthly total is `ledger`.
    ///
    /// The list price of the distance comes first, then the concession of the rider, then the tier
    /// of the monthly total, then a surcharge for a long stay (`docs/spec/fares.md` 1 and 2). It
    /// allocates nothing and gives the same answer for the same arguments.
    ///
    /// # Errors
    /// The ride is not covered by this tariff, or makes no sense; see [`FareError`].
    pub fn quote(&self, journey: &Journey, ledger: &Ledger) -> Result<Quote, FareError> {
        if journey.exited < journey.entered {
            return Err(FareError::EndsBeforeItBegins);
        }
        if journey.exited.date() < self.head.valid_from {
            return Err(FareError::NotYetValid { from: self.head.valid_from });
        }
        let leg = self.leg(journey.ride)?;
        let rider = journey.rider;
        let mut chain = Chain::default();

        let (rule, list) = self.list(leg)?;
        chain.step(Step::List, rule, Fact::Distance(leg.distance), list);
        self.concede(&mut chain, leg, rider)?;
        let month = YearMonth::from(journey.exited.date());
        let before = self.accumulate(&mut chain, leg.group, rider, month, ledger)?;
        let fare = chain.amount;
        self.surcharge(&mut chain, leg.group, journey);

        let ledger = match (&self.accumulation, before) {
            (Some(total), Some(before)) => {
                before.after(if total.counts_surcharge { chain.amount } else { fare })
            }
            _ => *ledger,
        };
        Ok(Quote { list, charged: chain.amount, ledger, reasons: chain.reasons })
    }

    /// The least balance with which a rider may enter here: nothing for one who travels free (our
    /// reading; `docs/spec/fares.md` 1 and 2 state the amount for cards that pay).
    ///
    /// # Errors
    /// The place is not covered by this tariff.
    pub fn entry_balance(&self, place: Place, rider: Rider) -> Result<Fen, FareError> {
        let group = match (&self.places, place) {
            (Places::Rail(_), Place::Station(station)) => self.group_at(station)?,
            (Places::Bus(lines), Place::Line(line)) => {
                let group = lines.line(line).ok_or(FareError::UnknownLine(line))?.class;
                self.price_of(group)?;
                group
            }
            _ => return Err(FareError::OtherMode),
        };
        let free = self
            .concession(group, rider)
            .and_then(|rule| self.clause(rule))
            .is_some_and(|clause| matches!(clause, Clause::Share { percent: 0 }));
        Ok(if free { Fen::ZERO } else { self.head.entry_balance })
    }

    fn leg(&self, ride: Ride) -> Result<Leg, FareError> {
        match (&self.places, ride) {
            (Places::Rail(_), Ride::Rail { from, to }) => {
                let (group, distance) = self.between(from, to)?;
                Ok(Leg { group, distance, tapped_off: true })
            }
            (Places::Bus(lines), Ride::Bus { line: id, on, off }) => {
                let line = lines.line(id).ok_or(FareError::UnknownLine(id))?;
                let distance = match off {
                    Some(off) => line.difference(on, off).ok_or(FareError::UnknownStop(id, off)),
                    None => line.farther_end(on).ok_or(FareError::UnknownStop(id, on)),
                }?;
                Ok(Leg { group: line.class, distance: distance.into(), tapped_off: off.is_some() })
            }
            (_, Ride::Distance { group, distance, tapped_off }) => Ok(Leg { group, distance, tapped_off }),
            _ => Err(FareError::OtherMode),
        }
    }

    /// The first priced group that holds both stations, and the metres in it.
    fn between(&self, from: StationId, to: StationId) -> Result<(GroupId, u32), FareError> {
        let groups = self.network().into_iter().flat_map(crate::Network::groups);
        let mut priced = groups.filter(|(id, _)| self.price_of(*id).is_ok());
        if let Some(found) = priced.find_map(|(id, group)| Some((id, group.metres(from, to)?))) {
            return Ok(found);
        }
        self.group_at(from)?;
        self.group_at(to)?;
        Err(FareError::NoCommonGroup(from, to))
    }

    /// The first priced group that a station lies on.
    fn group_at(&self, station: StationId) -> Result<GroupId, FareError> {
        let network = self.network().ok_or(FareError::OtherMode)?;
        network.station(station).ok_or(FareError::UnknownStation(station))?;
        let mut groups = network.groups_at(station);
        groups.find(|group| self.price_of(*group).is_ok()).ok_or(FareError::StationNotCovered(station))
    }

    fn price_of(&self, group: GroupId) -> Result<&crate::tariff::Price, FareError> {
        self.prices.iter().find(|price| price.groups.contains(group)).ok_or(FareError::NotCovered(group))
    }

    fn clause(&self, id: RuleId) -> Option<&Clause> {
        self.rule(id).map(|rule| &rule.clause)
    }

    /// The clauses of a run, with their ids.
    fn run(&self, range: &core::ops::Range<usize>) -> impl DoubleEndedIterator<Item = (RuleId, &Clause)> {
        let first = u16::try_from(range.start).unwrap_or(u16::MAX);
        let rules = self.rules.get(range.clone()).unwrap_or_default();
        let ids =
            (0..u16::try_from(rules.len()).unwrap_or(u16::MAX)).map(move |i| RuleId(first.saturating_add(i)));
        ids.zip(rules.iter().map(|rule| &rule.clause))
    }

    fn list(&self, leg: Leg) -> Result<(RuleId, Fen), FareError> {
        let price = self.price_of(leg.group)?;
        self.run(&price.clauses)
            .find_map(|(id, clause)| Some((id, clause.list(leg.distance)?)))
            .ok_or(FareError::BeyondLastBand { distance: leg.distance })
    }

    fn concession(&self, group: GroupId, rider: Rider) -> Option<RuleId> {
        self.concessions.iter().find(|(when, _)| when.matches(group, rider)).map(|(_, rule)| *rule)
    }

    fn concede(&self, chain: &mut Chain, leg: Leg, rider: Rider) -> Result<(), FareError> {
        if !leg.tapped_off {
            let (when, rule) = self.no_tap_off.ok_or(FareError::NoTapOff)?;
            if when.matches(leg.group, rider) {
                chain.step(Step::Concession, rule, Fact::Amount, chain.amount);
                return Ok(());
            }
        }
        if let Some(rule) = self.concession(leg.group, rider) {
            let after = self.pay(rule, chain.amount)?;
            chain.step(Step::Concession, rule, Fact::Amount, after);
        }
        Ok(())
    }

    /// Applies the tier of the monthly total; the ledger before the ride, if the ride counts.
    fn accumulate(
        &self,
        chain: &mut Chain,
        group: GroupId,
        rider: Rider,
        month: YearMonth,
        ledger: &Ledger,
    ) -> Result<Option<Ledger>, FareError> {
        let Some(total) = self.accumulation.as_ref().filter(|total| total.when.matches(group, rider)) else {
            return Ok(None);
        };
        let before = ledger.in_month(month);
        let reached = |clause: &Clause| matches!(clause, Clause::Tier { from, .. } if *from <= before.paid);
        if let Some((rule, _)) = self.run(&total.tiers).rfind(|(_, clause)| reached(clause)) {
            let stale = ledger.month.filter(|stale| *stale != month);
            let after = self.pay(rule, chain.amount)?;
            chain.step(Step::Accumulation, rule, Fact::Paid { month, paid: before.paid, stale }, after);
        }
        Ok(Some(before))
    }

    fn surcharge(&self, chain: &mut Chain, group: GroupId, journey: &Journey) {
        let Some((when, rule)) = self.overtime else { return };
        let Some(&Clause::Overtime { limit_minutes, surcharge }) = self.clause(rule) else { return };
        let seconds = journey.exited.duration_since(journey.entered).as_secs().unsigned_abs();
        let minutes = u32::try_from(seconds.div_ceil(60)).unwrap_or(u32::MAX);
        if minutes > limit_minutes && when.matches(group, journey.rider) {
            chain.step(Step::Overtime, rule, Fact::Minutes(minutes), chain.amount + surcharge);
        }
    }

    fn pay(&self, rule: RuleId, amount: Fen) -> Result<Fen, FareError> {
        self.clause(rule).and_then(|clause| clause.pay(amount)).ok_or(FareError::Inexact(rule))
    }
}
