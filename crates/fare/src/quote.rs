//! The price of a ride.

use tunion_data::Fen;

use crate::ledger::service_day;
use crate::moment::Moment;
use crate::reason::{Last, Witness};
use crate::tariff::{Count, Effect, Price, Rung, Single, Step};
use crate::tiers::Tiers;
use crate::when::{Condition, Leg, Trip, bits};
use crate::{
    Basis, Choose, Clause, Counter, CounterId, Fact, FareError, GroupId, Instead, Journey, Ledger, Network,
    Period, Place, Places, Read, Reason, Reasons, Ride, Rider, RuleId, StationId, Surcharge, Tap, Taps,
    Tariff, Ticket, When,
};

/// What a ride costs, with the reasons.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Quote {
    /// The list price of the distance.
    pub list: Fen,
    /// What the rider pays.
    pub charged: Fen,
    /// What of it is a surcharge.
    pub surcharge: Fen,
    /// The card's ledger after the ride; as it was when the ride does not count.
    pub ledger: Ledger,
    /// How the amount came about.
    pub reasons: Reasons,
}

/// What a ride costs, without the reasons.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Priced {
    /// The list price of the distance.
    pub list: Fen,
    /// What the rider pays.
    pub charged: Fen,
    /// What of it is a surcharge.
    pub surcharge: Fen,
    /// The card's ledger after the ride; as it was when the ride does not count.
    pub ledger: Ledger,
    /// The last clause that changed the amount.
    pub rule: RuleId,
}

/// The amount so far, and who is told of each change.
struct Chain<'w, W> {
    amount: Fen,
    surcharge: Fen,
    /// What of the surcharge no counter takes.
    uncounted: Fen,
    witness: &'w mut W,
}

/// What one rule makes of the amount.
#[derive(Clone, Copy)]
pub(crate) struct Change {
    pub(crate) rule: RuleId,
    fact: Fact,
    pub(crate) after: Fen,
}

impl<W: Witness> Chain<'_, W> {
    fn step(&mut self, Change { rule, fact, after }: Change) {
        self.witness.step(Reason { rule, before: self.amount, after, fact });
        self.amount = after;
    }
}

impl Tariff {
    /// Prices one ride of a card whose counters are in `ledger`.
    ///
    /// The list price of the distance comes first, then the tariff's steps in their order: each takes the
    /// amount that the one before left. It allocates nothing and gives the same answer for the same
    /// arguments.
    ///
    /// # Errors
    /// The ride is not covered by this tariff, or makes no sense; see [`FareError`].
    pub fn quote(&self, journey: &Journey, ledger: &Ledger) -> Result<Quote, FareError> {
        let mut reasons = Reasons::default();
        let (list, charged, surcharge, ledger) = self.go(journey, ledger, &mut reasons)?;
        Ok(Quote { list, charged, surcharge, ledger, reasons })
    }

    /// The same price without the reasons, for those who price millions of rides.
    ///
    /// # Errors
    /// As [`Tariff::quote`].
    pub fn price(&self, journey: &Journey, ledger: &Ledger) -> Result<Priced, FareError> {
        let mut last = Last::default();
        let (list, charged, surcharge, ledger) = self.go(journey, ledger, &mut last)?;
        Ok(Priced { list, charged, surcharge, ledger, rule: last.0 })
    }

    #[inline]
    fn go<W: Witness>(
        &self,
        journey: &Journey,
        ledger: &Ledger,
        witness: &mut W,
    ) -> Result<(Fen, Fen, Fen, Ledger), FareError> {
        let (entered, exited) = (Moment::from(journey.entered), Moment::from(journey.exited));
        if exited < entered {
            return Err(FareError::EndsBeforeItBegins);
        }
        if entered.day < self.valid.0 || self.valid.1 < entered.day {
            return Err(FareError::OutOfDate { from: self.head.valid_from, until: self.head.valid_until });
        }
        let trip = &self.trip(journey)?;
        self.ticket(trip)?;
        let mut chain = Chain { amount: Fen::ZERO, surcharge: Fen::ZERO, uncounted: Fen::ZERO, witness };
        let list = self.list(&mut chain, trip)?;
        for step in &self.steps {
            if trip.met & step.mask != 0 {
                self.take(&mut chain, step, trip, ledger)?;
            }
        }
        let after = self.count(trip, ledger, list, chain.amount.saturating_sub(chain.uncounted))?;
        Ok((list, chain.amount, chain.surcharge, after))
    }

    /// The least balance with which a rider may enter here: nothing for one who travels free (our
    /// reading; `docs/spec/fares.md` 1 and 2 state the amount for cards that pay).
    ///
    /// # Errors
    /// The place is not covered by this tariff.
    pub fn entry_balance(&self, place: Place, rider: Rider) -> Result<Fen, FareError> {
        let group = match (&self.places, place) {
            (Places::Rail(_), Place::Station(station)) => self.group_at(station, None)?,
            (Places::Bus(lines), Place::Line(line)) => {
                let group = lines.line(line).ok_or(FareError::UnknownLine(line))?.class;
                if !self.is_priced(group) {
                    return Err(FareError::NotCovered(group));
                }
                group
            }
            _ => return Err(FareError::OtherMode),
        };
        let free = self.travels_free(group, rider);
        Ok(if free { Fen::ZERO } else { self.head.entry.balance })
    }

    /// Whether a rule that does not ask for the time makes every ordinary ride here free.
    fn travels_free(&self, group: GroupId, rider: Rider) -> bool {
        let who = |when: &When| {
            when.groups.contains(group)
                && when.products.contains(rider.product)
                && when.issuers.contains(rider.issuer)
                && when.media.contains(rider.medium)
                && when.tickets.contains(Ticket::ORDINARY.kind)
        };
        self.steps.iter().any(|step| {
            let effects = self.effects.get(step.effects.clone()).unwrap_or_default();
            effects
                .iter()
                .find(|effect| !effect.condition.is_timed() && who(&effect.condition.when))
                .is_some_and(|effect| {
                    matches!(self.clauses.get(effect.clauses.start), Some(Clause::Share { percent: 0 }))
                })
        })
    }

    #[inline]
    fn trip<'a>(&self, journey: &'a Journey) -> Result<Trip<'a>, FareError> {
        let trip = self.tapped(journey)?;
        if trip.leg.taps == Taps::Both { Ok(trip) } else { self.instead(trip) }
    }

    /// The trip as it was tapped; one that lacks a tap has no distance to be priced by yet.
    #[inline]
    pub(crate) fn tapped<'a>(&self, journey: &'a Journey) -> Result<Trip<'a>, FareError> {
        let leg = match (&self.places, journey.ride) {
            (Places::Rail(network), Ride::Rail { from, to, group }) => {
                let (group, distance) = self.between(network, from, to, group)?;
                Leg { group, distance, taps: Taps::Both, from: Some(from), to: Some(to) }
            }
            (Places::Rail(_), Ride::NoEntry { to, group }) => {
                let group = self.group_at(to, group)?;
                Leg { group, distance: 0, taps: Taps::NoEntry, from: None, to: Some(to) }
            }
            (Places::Bus(lines), Ride::Bus { line: id, on, off }) => {
                let line = lines.line(id).ok_or(FareError::UnknownLine(id))?;
                let (distance, taps) = if let Some(off) = off {
                    (line.difference(on, off).ok_or(FareError::UnknownStop(id, off))?, Taps::Both)
                } else {
                    (line.farther_end(on).ok_or(FareError::UnknownStop(id, on))?, Taps::NoExit)
                };
                let distance = distance.into();
                Leg { group: line.class, distance, taps, from: None, to: None }
            }
            (_, Ride::Distance { group, distance, taps }) => {
                Leg { group, distance, taps, from: None, to: None }
            }
            _ => return Err(FareError::OtherMode),
        };
        Ok(Trip::new(leg, journey, self.conditions.met(&leg, journey)))
    }

    /// The group and the metres of a ride: of the gate's group, or of the first priced group that holds both
    /// stations.
    #[inline]
    fn between(
        &self,
        network: &Network,
        from: StationId,
        to: StationId,
        group: Option<GroupId>,
    ) -> Result<(GroupId, u32), FareError> {
        if let Some(id) = group {
            if let Some(metres) = network.group(id).and_then(|group| group.metres(from, to)) {
                return Ok((id, metres));
            }
            self.group_at(from, group)?;
            self.group_at(to, group)?;
            return Err(FareError::NoCommonGroup(from, to));
        }
        let mut priced = network.groups().filter(|(id, _)| self.is_priced(*id));
        if let Some(found) = priced.find_map(|(id, group)| Some((id, group.metres(from, to)?))) {
            return Ok(found);
        }
        self.group_at(from, None)?;
        self.group_at(to, None)?;
        Err(FareError::NoCommonGroup(from, to))
    }

    /// The gate's group if the station lies on it, or the first priced group that it lies on.
    pub(crate) fn group_at(&self, station: StationId, group: Option<GroupId>) -> Result<GroupId, FareError> {
        let network = self.network().ok_or(FareError::OtherMode)?;
        network.station(station).ok_or(FareError::UnknownStation(station))?;
        let mut groups = network.groups_at(station);
        match group {
            Some(group) if !self.is_priced(group) => Err(FareError::NotCovered(group)),
            Some(group) if groups.any(|id| id == group) => Ok(group),
            Some(group) => Err(FareError::NotOnGroup(station, group)),
            None => groups.find(|id| self.is_priced(*id)).ok_or(FareError::StationNotCovered(station)),
        }
    }

    pub(crate) fn is_priced(&self, group: GroupId) -> bool {
        self.priced.contains(group)
    }

    /// The trip with the distance that its missing tap is priced by.
    pub(crate) fn instead<'a>(&self, trip: Trip<'a>) -> Result<Trip<'a>, FareError> {
        let Leg { group, taps, to, .. } = trip.leg;
        let (_, instead) = self.incomplete(&trip)?.ok_or(FareError::Incomplete(taps))?;
        let distance = match (instead, to) {
            (Instead::Highest, Some(station)) => {
                let group = self.network().and_then(|network| network.group(group));
                group.and_then(|group| group.farthest(station)).ok_or(FareError::UnknownStation(station))?
            }
            (Instead::Lowest, _) => 0,
            (Instead::FartherEnd | Instead::Highest, _) => trip.leg.distance,
        };
        Ok(Trip { leg: Leg { distance, ..trip.leg }, ..trip })
    }

    fn incomplete(&self, trip: &Trip<'_>) -> Result<Option<(RuleId, Instead)>, FareError> {
        for Single { condition, rule } in &self.incomplete {
            if let Some(&Clause::Incomplete { taps, instead }) = self.clause(*rule)
                && taps == trip.leg.taps
                && condition.holds(trip, self.scene())?
            {
                return Ok(Some((*rule, instead)));
            }
        }
        Ok(None)
    }

    /// Whether the ticket is good here and now.
    pub(crate) fn ticket(&self, trip: &Trip<'_>) -> Result<(), FareError> {
        let Ticket { kind, activated } = trip.journey.ticket;
        if kind == Ticket::ORDINARY.kind {
            return Ok(());
        }
        let sold = self.tickets.get(usize::from(kind.0) - 1);
        let sold = sold.filter(|sold| sold.groups.contains(trip.leg.group));
        let sold = sold.ok_or(FareError::NotSold(kind, trip.leg.group))?;
        let Some(hours) = sold.hours else { return Ok(()) };
        let from = activated.ok_or(FareError::NotActivated(kind))?;
        let length = core::time::Duration::from_secs(u64::from(hours) * 60 * 60);
        let until = from.saturating_add(length);
        let entered = trip.journey.entered;
        if from <= entered && entered < until { Ok(()) } else { Err(FareError::PassOver { from, until }) }
    }

    #[inline]
    fn list<W: Witness>(&self, chain: &mut Chain<'_, W>, trip: &Trip<'_>) -> Result<Fen, FareError> {
        let (rule, list) = self.list_price(trip)?;
        chain.step(Change { rule, fact: Fact::Distance(trip.leg.distance), after: list });
        if trip.leg.taps != Taps::Both
            && let Some((rule, _)) = self.incomplete(trip)?
        {
            chain.step(Change { rule, fact: Fact::Amount, after: list });
        }
        Ok(list)
    }

    #[inline]
    fn list_price(&self, trip: &Trip<'_>) -> Result<(RuleId, Fen), FareError> {
        let distance = trip.leg.distance;
        for Price { condition, clauses } in
            bits(trip.met & self.prices_mask).filter_map(|bit| self.price_of(bit))
        {
            if condition.holds_in_time(trip, self.scene())? {
                let priced = self.run(clauses).find_map(|(id, clause)| Some((id, clause.list(distance)?)));
                return priced.ok_or(FareError::BeyondLastBand { distance });
            }
        }
        Err(FareError::NotCovered(trip.leg.group))
    }

    #[inline]
    fn take<W: Witness>(
        &self,
        chain: &mut Chain<'_, W>,
        step: &Step,
        trip: &Trip<'_>,
        ledger: &Ledger,
    ) -> Result<(), FareError> {
        let mut best: Option<Change> = None;
        for effect in bits(trip.met & step.mask).filter_map(|bit| self.effect_of(bit)) {
            if !effect.condition.holds_in_time(trip, self.scene())? {
                continue;
            }
            let Some(change) = self.change(effect, chain.amount, trip, ledger)? else { continue };
            if best.is_none_or(|best| change.after < best.after) {
                best = Some(change);
            }
            if step.choose == Choose::First {
                break;
            }
        }
        let Some(change) = best else { return Ok(()) };
        if let Some(&Clause::Add { counted, .. }) = self.clause(change.rule) {
            let added = change.after.saturating_sub(chain.amount);
            chain.surcharge += added;
            if !counted {
                chain.uncounted += added;
            }
        }
        chain.step(change);
        Ok(())
    }

    #[inline]
    fn effect_of(&self, bit: usize) -> Option<&Effect> {
        self.effects.get(usize::from(*self.of_bit.get(bit)?))
    }

    #[inline]
    fn price_of(&self, bit: usize) -> Option<&Price> {
        self.prices.get(usize::from(*self.of_bit.get(bit)?))
    }

    /// What a rule makes of an amount; nothing when it has tiers and none is reached.
    #[inline]
    pub(crate) fn change(
        &self,
        effect: &Effect,
        amount: Fen,
        trip: &Trip<'_>,
        ledger: &Ledger,
    ) -> Result<Option<Change>, FareError> {
        if let Some((counter, read)) = effect.tiers {
            return self.tier(effect, (counter, read), amount, trip, ledger);
        }
        let rule = crate::tariff::rule_id(effect.clauses.start);
        let Some(clause) = self.clause(rule) else { return Ok(None) };
        let after = match *clause {
            Clause::Share { percent } => self.percent(rule, amount, percent)?,
            Clause::Fixed { price } => price,
            Clause::Add { surcharge: Surcharge::Amount(surcharge), .. } => amount + surcharge,
            Clause::Add { surcharge: Surcharge::LowestFare, .. } => amount + self.lowest(trip)?,
            _ => amount,
        };
        Ok(Some(Change { rule, fact: fact(&effect.condition, trip), after }))
    }

    /// The list price of the shortest ordinary ride here.
    fn lowest(&self, trip: &Trip<'_>) -> Result<Fen, FareError> {
        let journey = Journey { ticket: Ticket::ORDINARY, ..*trip.journey };
        let leg = Leg { distance: 0, taps: Taps::Both, ..trip.leg };
        let met = self.conditions.met(&leg, &journey);
        Ok(self.list_price(&Trip::new(leg, &journey, met))?.1)
    }

    #[inline]
    fn tier(
        &self,
        effect: &Effect,
        (id, read): (CounterId, Read),
        amount: Fen,
        trip: &Trip<'_>,
        ledger: &Ledger,
    ) -> Result<Option<Change>, FareError> {
        let Some(count) = self.counters.get(usize::from(id.0)) else { return Ok(None) };
        let held = ledger.get(id);
        let period = count.period(trip.journey);
        let before = held.in_period(period);
        let level = match count.basis {
            Basis::Paid | Basis::List => before.amount.get(),
            Basis::Rides => before.rides.into(),
        };
        let Some(&Rung { percent, rule, .. }) = effect.ladder.iter().rev().find(|rung| rung.from <= level)
        else {
            return Ok(None);
        };
        let fact = match count.basis {
            Basis::Rides => Fact::Ridden { period, rides: before.rides },
            Basis::Paid | Basis::List => Fact::Counted {
                period,
                amount: before.amount,
                stale: held.period.filter(|stale| *stale != period),
            },
        };
        match read {
            Read::BeforeRide => {
                let after = self.percent(rule, amount, percent)?;
                Ok(Some(Change { rule, fact, after }))
            }
            Read::Split => {
                let tiers = Tiers { basis: count.basis, rounding: self.head.rounding };
                let split = tiers.split(&effect.ladder, before.amount, amount);
                let (rule, after) = split.map_err(FareError::Inexact)?;
                Ok(Some(Change { rule, fact, after }))
            }
        }
    }

    #[inline]
    fn count(&self, trip: &Trip<'_>, ledger: &Ledger, list: Fen, paid: Fen) -> Result<Ledger, FareError> {
        let mut after = *ledger;
        for (id, count) in (0..=u8::MAX).map(CounterId).zip(&self.counters) {
            if count.condition.holds(trip, self.scene())? {
                let counted = match count.basis {
                    Basis::Paid => paid,
                    Basis::List => list,
                    Basis::Rides => Fen::ZERO,
                };
                let period = count.period(trip.journey);
                after = after.with(id, ledger.get(id).in_period(period).after(counted));
            }
        }
        Ok(after)
    }

    #[inline]
    fn percent(&self, rule: RuleId, amount: Fen, percent: u8) -> Result<Fen, FareError> {
        self.head.rounding.percent(amount, percent.into()).ok_or(FareError::Inexact(rule))
    }
}

impl Count {
    #[inline]
    pub(crate) fn period(&self, journey: &Journey) -> Period {
        let at = match self.of {
            Tap::Entry => journey.entered,
            Tap::Exit => journey.exited,
        };
        Period::of(self.reset, service_day(at, self.begins))
    }

    pub(crate) fn level(&self, counter: Counter) -> crate::Level {
        match self.basis {
            Basis::Paid | Basis::List => crate::Level::Amount(counter.amount),
            Basis::Rides => crate::Level::Rides(counter.rides),
        }
    }
}

/// What a rule with these conditions looked at.
fn fact(condition: &Condition, trip: &Trip<'_>) -> Fact {
    if condition.when.over_minutes.is_some() {
        return Fact::Minutes(u32::try_from(trip.seconds().div_ceil(60)).unwrap_or(u32::MAX));
    }
    if condition.is_timed() { Fact::Entered(trip.journey.entered) } else { Fact::Amount }
}
