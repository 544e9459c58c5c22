//! The rules of a tariff, applied to a ride one after another.
#![allow(clippy::inline_always, reason = "measured: as calls they took a twelfth of a price more")]

use tunion_data::Fen;

use crate::ledger::service_day;
use crate::reason::Witness;
use crate::tariff::{Count, Effect, Price, Rung, Step, rule_id};
use crate::tiers::Tiers;
use crate::when::{Condition, Leg, NoYear, Trip, bits};
use crate::{
    Basis, Choose, Clause, Counter, CounterId, Fact, FareError, GroupId, Journey, Ledger, Level, Period,
    Read, Reason, RuleId, Surcharge, Tap, Taps, Tariff, Ticket,
};

/// The amount so far, and who is told of each change.
pub(crate) struct Chain<'w, W> {
    pub(crate) amount: Fen,
    pub(crate) surcharge: Fen,
    /// What of the surcharge no counter takes.
    uncounted: Fen,
    witness: &'w mut W,
}

/// What one rule makes of the amount.
#[derive(Clone, Copy)]
pub(crate) struct Change {
    pub(crate) rule: RuleId,
    pub(crate) after: Fen,
}

/// Why a rule can make nothing of the amount: a few of the [`FareError`]s, small enough for a register.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    NoYear(NoYear),
    Inexact(RuleId),
    NotCovered(GroupId),
    BeyondLastBand(u32),
}

impl From<NoYear> for Fault {
    fn from(year: NoYear) -> Self {
        Self::NoYear(year)
    }
}

impl From<Fault> for FareError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::NoYear(year) => year.into(),
            Fault::Inexact(rule) => Self::Inexact(rule),
            Fault::NotCovered(group) => Self::NotCovered(group),
            Fault::BeyondLastBand(distance) => Self::BeyondLastBand { distance },
        }
    }
}

impl<'w, W: Witness> Chain<'w, W> {
    pub(crate) fn new(witness: &'w mut W) -> Self {
        Self { amount: Fen::ZERO, surcharge: Fen::ZERO, uncounted: Fen::ZERO, witness }
    }

    /// What counters of what was paid take.
    pub(crate) fn counted(&self) -> Fen {
        self.amount.saturating_sub(self.uncounted)
    }

    #[inline(always)]
    fn step(&mut self, Change { rule, after }: Change, fact: impl FnOnce() -> Fact) {
        let before = self.amount;
        self.witness.step(rule, (before, after), || Reason { rule, before, after, fact: fact() });
        self.amount = after;
    }
}

impl Tariff {
    /// Begins a chain with the list price.
    #[inline(always)]
    pub(crate) fn list<W: Witness>(
        &self,
        chain: &mut Chain<'_, W>,
        trip: &Trip<'_>,
    ) -> Result<Fen, FareError> {
        let listed = self.list_price(trip)?;
        chain.step(listed, || Fact::Distance(trip.leg.distance));
        if trip.leg.taps != Taps::Both
            && let Some((rule, _)) = self.incomplete(trip)?
        {
            chain.step(Change { rule, ..listed }, || Fact::Amount);
        }
        Ok(listed.after)
    }

    #[inline(always)]
    fn list_price(&self, trip: &Trip<'_>) -> Result<Change, Fault> {
        let distance = trip.leg.distance;
        for price in bits(trip.met & self.prices_mask).filter_map(|bit| self.price_of(bit)) {
            if price.condition.holds_in_time(trip, self.scene())? {
                return self.priced(price, distance).ok_or(Fault::BeyondLastBand(distance));
            }
        }
        Err(Fault::NotCovered(trip.leg.group))
    }

    #[inline(always)]
    fn priced(&self, Price { clauses, bands, .. }: &Price, distance: u32) -> Option<Change> {
        let band = bands.iter().position(|(reach, _)| distance <= *reach);
        if let Some((at, (_, after))) = band.and_then(|at| Some((at, *bands.get(at)?))) {
            return Some(Change { rule: rule_id(clauses.start + at), after });
        }
        // What comes after the bands: an open end or a flat price.
        let (rule, clause) = self.run(&(clauses.start + bands.len()..clauses.end)).next()?;
        Some(Change { rule, after: clause.list(distance)? })
    }

    /// Takes the rule of a step that holds, if one does.
    #[inline(always)]
    pub(crate) fn take<W: Witness>(
        &self,
        chain: &mut Chain<'_, W>,
        step: &Step,
        trip: &Trip<'_>,
        ledger: &Ledger,
    ) -> Result<(), Fault> {
        let mut best: Option<(&Effect, Change)> = None;
        for effect in bits(trip.met & step.mask).filter_map(|bit| self.effect_of(bit)) {
            if !effect.condition.holds_in_time(trip, self.scene())? {
                continue;
            }
            let Some(change) = self.change(effect, chain.amount, trip, ledger)? else { continue };
            if best.is_none_or(|(_, best)| change.after < best.after) {
                best = Some((effect, change));
            }
            if step.choose == Choose::First {
                break;
            }
        }
        let Some((effect, change)) = best else { return Ok(()) };
        if let Some(&Clause::Add { counted, .. }) = self.clause(change.rule) {
            let added = change.after.saturating_sub(chain.amount);
            chain.surcharge += added;
            if !counted {
                chain.uncounted += added;
            }
        }
        chain.step(change, || self.fact(effect, trip, ledger));
        Ok(())
    }

    #[inline(always)]
    fn effect_of(&self, bit: usize) -> Option<&Effect> {
        self.effects.get(usize::from(*self.of_bit.get(bit)?))
    }

    #[inline(always)]
    fn price_of(&self, bit: usize) -> Option<&Price> {
        self.prices.get(usize::from(*self.of_bit.get(bit)?))
    }

    /// What a rule makes of an amount; nothing when it has tiers and none is reached.
    #[inline(always)]
    pub(crate) fn change(
        &self,
        effect: &Effect,
        amount: Fen,
        trip: &Trip<'_>,
        ledger: &Ledger,
    ) -> Result<Option<Change>, Fault> {
        if let Some((counter, read)) = effect.tiers {
            return self.tier(effect, (counter, read), amount, trip, ledger);
        }
        let rule = rule_id(effect.clauses.start);
        let Some(clause) = self.clause(rule) else { return Ok(None) };
        let after = match *clause {
            Clause::Share { percent } => self.percent(rule, amount, percent)?,
            Clause::Fixed { price } => price,
            Clause::Add { surcharge: Surcharge::Amount(surcharge), .. } => amount + surcharge,
            Clause::Add { surcharge: Surcharge::LowestFare, .. } => amount + self.lowest(trip)?,
            _ => amount,
        };
        Ok(Some(Change { rule, after }))
    }

    /// The list price of the shortest ordinary ride here.
    fn lowest(&self, trip: &Trip<'_>) -> Result<Fen, Fault> {
        let journey = Journey { ticket: Ticket::ORDINARY, ..*trip.journey };
        let leg = Leg { distance: 0, taps: Taps::Both, ..trip.leg };
        let met = self.conditions.met(&leg, &journey, trip.entered.day);
        Ok(self.list_price(&Trip { leg, journey: &journey, met, ..*trip })?.after)
    }

    #[inline(always)]
    fn tier(
        &self,
        effect: &Effect,
        (id, read): (CounterId, Read),
        amount: Fen,
        trip: &Trip<'_>,
        ledger: &Ledger,
    ) -> Result<Option<Change>, Fault> {
        let Some(count) = self.counters.get(usize::from(id.0)) else { return Ok(None) };
        let before = ledger.get(id).in_period(count.period(trip));
        let level = match count.basis {
            Basis::Paid | Basis::List => before.amount.get(),
            Basis::Rides => before.rides.into(),
        };
        let Some(&Rung { percent, rule, .. }) = effect.ladder.iter().rev().find(|rung| rung.from <= level)
        else {
            return Ok(None);
        };
        if read == Read::Split {
            return self.split(effect, count, before.amount, amount).map(Some);
        }
        let after = self.percent(rule, amount, percent)?;
        Ok(Some(Change { rule, after }))
    }

    #[cold]
    fn split(&self, effect: &Effect, count: &Count, before: Fen, amount: Fen) -> Result<Change, Fault> {
        let tiers = Tiers { basis: count.basis, rounding: self.head.rounding };
        let (rule, after) = tiers.split(&effect.ladder, before, amount).map_err(Fault::Inexact)?;
        Ok(Change { rule, after })
    }

    /// What a rule looked at.
    fn fact(&self, effect: &Effect, trip: &Trip<'_>, ledger: &Ledger) -> Fact {
        let Some((id, count)) =
            effect.tiers.and_then(|(id, _)| Some((id, self.counters.get(usize::from(id.0))?)))
        else {
            return of_time(&effect.condition, trip);
        };
        let held = ledger.get(id);
        let period = count.period(trip);
        let before = held.in_period(period);
        match count.basis {
            Basis::Rides => Fact::Ridden { period, rides: before.rides },
            Basis::Paid | Basis::List => Fact::Counted {
                period,
                amount: before.amount,
                stale: held.period.filter(|stale| *stale != period),
            },
        }
    }

    /// The ledger after a ride.
    #[inline(always)]
    pub(crate) fn count(
        &self,
        trip: &Trip<'_>,
        ledger: &Ledger,
        list: Fen,
        paid: Fen,
    ) -> Result<Ledger, Fault> {
        let mut after = *ledger;
        for count in &self.counters {
            if count.condition.holds(trip, self.scene())? {
                let counted = match count.basis {
                    Basis::Paid => paid,
                    Basis::List => list,
                    Basis::Rides => Fen::ZERO,
                };
                let before = ledger.get(count.id).in_period(count.period(trip));
                after = after.with(count.id, before.after(counted));
            }
        }
        Ok(after)
    }

    #[inline(always)]
    fn percent(&self, rule: RuleId, amount: Fen, percent: u8) -> Result<Fen, Fault> {
        self.head.rounding.percent(amount, percent.into()).ok_or(Fault::Inexact(rule))
    }
}

impl Count {
    /// The period that a ride counts to.
    #[inline(always)]
    pub(crate) fn period(&self, trip: &Trip<'_>) -> Period {
        if self.by_month {
            return Period::of_month(match self.of {
                Tap::Entry => trip.entered.day,
                Tap::Exit => trip.exited.day,
            });
        }
        self.period_of(trip.journey)
    }

    /// The same by the journey alone.
    pub(crate) fn period_of(&self, journey: &Journey) -> Period {
        let at = match self.of {
            Tap::Entry => journey.entered,
            Tap::Exit => journey.exited,
        };
        Period::of(self.reset, service_day(at, self.begins))
    }

    pub(crate) fn level(&self, counter: Counter) -> Level {
        match self.basis {
            Basis::Paid | Basis::List => Level::Amount(counter.amount),
            Basis::Rides => Level::Rides(counter.rides),
        }
    }
}

/// What a rule with these conditions looked at.
fn of_time(condition: &Condition, trip: &Trip<'_>) -> Fact {
    if condition.when.over_minutes.is_some() {
        return Fact::Minutes(u32::try_from(trip.seconds().div_ceil(60)).unwrap_or(u32::MAX));
    }
    if condition.is_timed() { Fact::Entered(trip.journey.entered) } else { Fact::Amount }
}
