//! On which points a ride stands: the way of a price once more, looking at every condition on it.

use alloc::vec::Vec;
use core::time::Duration;

use tunion_data::Fen;
use tunion_data::civil::{Date, DateTime, Time};

use super::{Aspect, Edge, Point, seconds, trait_of};
use crate::tariff::{Count, Effect, Price, Step, rule_id};
use crate::when::Trip;
use crate::{
    Choose, Clause, CounterId, FareError, Hours, Journey, Ledger, Level, Ride, RuleId, Tap, Taps, Tariff,
    Ticket, When,
};

const SECOND: Duration = Duration::from_secs(1);

impl Tariff {
    /// The points on which a ride stands, whether it is priced or refused. Of a ride over several groups of
    /// lines, those of each leg.
    #[must_use]
    pub fn touched(&self, journey: &Journey, ledger: &Ledger) -> Vec<Edge> {
        let mut look = Look { tariff: self, edges: Vec::new() };
        // A ride that is refused stands on the points that it passed until then.
        let _: Result<(), FareError> = match self.enquire(journey, ledger) {
            Ok(enquiry) if enquiry.legs.len() > 1 => {
                let mut before = *ledger;
                enquiry.legs.iter().try_for_each(|leg| {
                    look.edges.extend(leg.joined.map(|rule| Edge { rule: Some(rule), point: Point::Used }));
                    let ride = Ride::Rail { from: leg.from, to: leg.to, group: Some(leg.group) };
                    let journey = Journey { ride, exited: journey.entered, ..*journey };
                    let here = core::mem::replace(&mut before, leg.quote.ledger);
                    look.ride(&journey, &here)
                })
            }
            _ => look.ride(journey, ledger),
        };
        look.edges
    }

    /// The points of the tariff's own dates on which a ride stands that begins on a day, whoever prices it.
    pub fn touched_by_day(&self, day: Date) -> impl Iterator<Item = Edge> {
        let head = &self.head;
        let points = dates(day, Some(head.valid_from), head.valid_until);
        points.into_iter().flatten().map(|point| Edge { rule: None, point })
    }
}

/// What has been seen of a ride so far.
struct Look<'t> {
    tariff: &'t Tariff,
    edges: Vec<Edge>,
}

impl Look<'_> {
    fn add(&mut self, rule: RuleId, point: Point) {
        self.edges.push(Edge { rule: Some(rule), point });
    }

    /// Goes the way of [`Tariff::quote`] up to where that ends.
    fn ride(&mut self, journey: &Journey, ledger: &Ledger) -> Result<(), FareError> {
        let tariff = self.tariff;
        self.edges.extend(tariff.touched_by_day(journey.entered.date()));
        if journey.exited < journey.entered || !tariff.is_valid_on(journey.entered.date()) {
            return Ok(());
        }
        let trip = tariff.tapped(journey)?;
        let trip = if trip.leg.taps == Taps::Both { trip } else { self.incomplete(trip)? };
        self.ticket(&trip)?;
        let mut amount = self.prices(&trip)?;
        for step in &tariff.steps {
            amount = self.step(step, amount, &trip, ledger)?;
        }
        for count in &tariff.counters {
            self.conditions(count.rule, &count.condition.when, &trip);
            if count.condition.holds(&trip, tariff.scene())? {
                self.counted(count, journey);
            }
        }
        Ok(())
    }

    fn incomplete<'a>(&mut self, trip: Trip<'a>) -> Result<Trip<'a>, FareError> {
        let tariff = self.tariff;
        for single in &tariff.incomplete {
            let Some(&Clause::Incomplete { taps, .. }) = tariff.clause(single.rule) else { continue };
            if taps == trip.leg.taps {
                self.conditions(single.rule, &single.condition.when, &trip);
                if single.condition.holds(&trip, tariff.scene())? {
                    self.add(single.rule, Point::Used);
                    break;
                }
            }
        }
        tariff.instead(trip)
    }

    fn ticket(&mut self, trip: &Trip<'_>) -> Result<(), FareError> {
        let Ticket { kind, activated } = trip.journey.ticket;
        let place = usize::from(kind.0).checked_sub(1);
        if let Some(sold) = place.and_then(|place| self.tariff.tickets.get(place)) {
            let here = When { groups: sold.groups, ..When::ALWAYS };
            self.conditions(sold.rule, &here, trip);
            if let Some((hours, from)) = sold.hours.zip(activated)
                && sold.groups.contains(trip.leg.group)
            {
                let until = from.saturating_add(Duration::from_secs(u64::from(hours) * 60 * 60));
                let points = [
                    (from, Point::Activated),
                    (from.saturating_sub(SECOND), Point::BeforeActivation),
                    (until.saturating_sub(SECOND), Point::LastSecond),
                    (until, Point::Expired),
                ];
                for (_, point) in points.into_iter().filter(|(at, _)| *at == trip.journey.entered) {
                    self.add(sold.rule, point);
                }
            }
            self.tariff.ticket(trip)?;
            self.add(sold.rule, Point::Used);
            return Ok(());
        }
        self.tariff.ticket(trip)
    }

    /// The list price. As no two prices are for the same ride, each one is asked.
    fn prices(&mut self, trip: &Trip<'_>) -> Result<Fen, FareError> {
        let tariff = self.tariff;
        for Price { condition, clauses, .. } in &tariff.prices {
            self.conditions(rule_id(clauses.start), &condition.when, trip);
        }
        for Price { condition, clauses, .. } in &tariff.prices {
            if !condition.holds(trip, tariff.scene())? {
                continue;
            }
            let distance = trip.leg.distance;
            for (rule, clause) in tariff.run(clauses) {
                self.distance(rule, clause, distance);
            }
            let priced = tariff.run(clauses).find_map(|(rule, clause)| Some((rule, clause.list(distance)?)));
            let (rule, list) = priced.ok_or(FareError::BeyondLastBand { distance })?;
            self.add(rule, Point::Used);
            return Ok(list);
        }
        Err(FareError::NotCovered(trip.leg.group))
    }

    fn distance(&mut self, rule: RuleId, clause: &Clause, distance: u32) {
        match *clause {
            Clause::Band { to, grace, .. } if to < u32::MAX => {
                let end = to.saturating_add(grace);
                if distance == end {
                    self.add(rule, Point::BandEnd);
                } else if distance.checked_sub(1) == Some(end) {
                    self.add(rule, Point::BeyondBand);
                }
            }
            Clause::Beyond { over, grace, every, .. } => {
                let beyond = distance.saturating_sub(over.saturating_add(grace));
                if beyond > 0 && beyond % every == 0 {
                    self.add(rule, Point::StepEnd);
                }
                if beyond > every.get() && (beyond - 1) % every == 0 {
                    self.add(rule, Point::BeyondStep);
                }
            }
            _ => {}
        }
    }

    fn step(&mut self, step: &Step, amount: Fen, trip: &Trip<'_>, ledger: &Ledger) -> Result<Fen, FareError> {
        let tariff = self.tariff;
        let effects = tariff.effects.get(step.effects.clone()).unwrap_or_default();
        let mut best: Option<(RuleId, RuleId, Fen)> = None;
        let mut matched = Vec::new();
        for effect in effects {
            let first = rule_id(effect.clauses.start);
            self.conditions(first, &effect.condition.when, trip);
            if !effect.condition.holds(trip, tariff.scene())? {
                continue;
            }
            self.counter(effect, trip.journey, ledger);
            let Some(change) = tariff.change(effect, amount, trip, ledger)? else { continue };
            matched.push(first);
            if best.is_none_or(|(_, _, least)| change.after < least) {
                best = Some((first, change.rule, change.after));
            }
            if step.choose == Choose::First {
                break;
            }
        }
        let Some((winner, rule, after)) = best else { return Ok(amount) };
        self.add(rule, Point::Used);
        if matched.len() > 1 {
            for rule in matched {
                self.add(rule, if rule == winner { Point::Won } else { Point::Lost });
            }
        }
        Ok(after)
    }

    /// Where the counter stands that a rule reads.
    fn counter(&mut self, effect: &Effect, journey: &Journey, ledger: &Ledger) {
        let Some((id, count)) =
            effect.tiers.and_then(|(id, _)| Some((id, self.tariff.counters.get(usize::from(id.0))?)))
        else {
            return;
        };
        self.stale(effect, id, count, journey, ledger);
        let level = count.level(ledger.get(id).in_period(count.period_of(journey)));
        for (rule, clause) in self.tariff.run(&effect.clauses) {
            let Clause::Tier { from, .. } = *clause else { continue };
            let below = match from {
                Level::Amount(from) => from.get().checked_sub(1).map(|fen| Level::Amount(Fen::new(fen))),
                Level::Rides(from) => from.checked_sub(1).map(Level::Rides),
            };
            match below {
                Some(_) if level == from => self.add(rule, Point::Tier),
                Some(below) if level == below => self.add(rule, Point::BelowTier),
                _ => {}
            }
        }
    }

    fn stale(&mut self, effect: &Effect, id: CounterId, count: &Count, journey: &Journey, ledger: &Ledger) {
        let held = ledger.get(id);
        let other = held.period.is_some_and(|period| period != count.period_of(journey));
        if other && (held.rides > 0 || !held.amount.is_zero()) {
            self.add(rule_id(effect.clauses.start), Point::Stale);
        }
    }

    fn counted(&mut self, count: &Count, journey: &Journey) {
        self.add(count.rule, Point::Used);
        let here = count.period_of(journey);
        let at = |moment: DateTime| count.period_of(&Journey { entered: moment, exited: moment, ..*journey });
        let tap = match count.of {
            Tap::Entry => journey.entered,
            Tap::Exit => journey.exited,
        };
        let points = [
            (at(tap.saturating_sub(SECOND)) != here, Point::PeriodOpens),
            (at(tap.saturating_add(SECOND)) != here, Point::PeriodCloses),
            (at(journey.entered) != at(journey.exited), Point::PeriodTurns),
        ];
        for (_, point) in points.into_iter().filter(|(stands, _)| *stands) {
            self.add(count.rule, point);
        }
    }

    /// The points of a rule's conditions. Those of its dates do not ask for the class of the day.
    fn conditions(&mut self, rule: RuleId, when: &When, trip: &Trip<'_>) {
        let scene = self.tariff.scene();
        let missed: Vec<Aspect> =
            Aspect::all().filter(|condition| !when.holds(*condition, trip, scene)).collect();
        match missed[..] {
            [] => self.held(rule, when, trip),
            [missed] => self.missed(rule, when, missed, trip),
            _ => {}
        }
        let day = trip.journey.entered.date();
        let [first, before, last, after] = dates(
            day,
            Some(when.first_day).filter(|first| *first != When::ALWAYS.first_day),
            Some(when.last_day).filter(|last| *last != When::ALWAYS.last_day),
        );
        let mut but_days = missed.iter().filter(|condition| **condition != Aspect::Days);
        let points = match (but_days.next(), but_days.next()) {
            (None, _) => [first, last],
            (Some(Aspect::Dates), None) => [before, after],
            _ => return,
        };
        for point in points.into_iter().flatten() {
            self.add(rule, point);
        }
    }

    /// All conditions hold.
    fn held(&mut self, rule: RuleId, when: &When, trip: &Trip<'_>) {
        let scene = self.tariff.scene();
        for condition in Aspect::all().filter(|condition| when.names(*condition)) {
            if let Some(named) = trait_of(condition, trip, scene) {
                self.add(rule, Point::With(named));
            }
        }
        for (hours, tap, at) in taps(when, trip.journey) {
            if hours.from != Time::MIN && at == hours.from {
                self.add(rule, Point::Opens(tap));
            }
            if second_after(hours.until).is_some() && at == hours.until {
                self.add(rule, Point::Closes(tap));
            }
        }
        if when.over_minutes.is_some_and(|minutes| trip.seconds() == seconds(minutes) + 1) {
            self.add(rule, Point::OverStay);
        }
    }

    /// One condition does not hold, and all others do.
    fn missed(&mut self, rule: RuleId, when: &When, missed: Aspect, trip: &Trip<'_>) {
        let scene = self.tariff.scene();
        match missed {
            // The dates have points of their own.
            Aspect::Dates => {}
            Aspect::Days => {
                if let Ok(class) = scene.day(trip.journey.entered.date()) {
                    self.add(rule, Point::OffDay(class));
                }
            }
            Aspect::Entered | Aspect::Exited => {
                for (hours, tap, at) in taps(when, trip.journey) {
                    if second_after(at) == Some(hours.from) {
                        self.add(rule, Point::BeforeOpening(tap));
                    }
                    if second_after(hours.until) == Some(at) {
                        self.add(rule, Point::AfterClosing(tap));
                    }
                }
            }
            Aspect::Stay => {
                if when.over_minutes.is_some_and(|minutes| trip.seconds() == seconds(minutes)) {
                    self.add(rule, Point::Stay);
                }
            }
            // A ride of which no station is known misses none.
            Aspect::EnteredAt | Aspect::ExitedAt if trait_of(missed, trip, scene).is_none() => {}
            _ => self.add(rule, Point::Without(missed)),
        }
    }
}

/// The hours of entry and exit and the time of each.
fn taps(when: &When, journey: &Journey) -> [(Hours, Tap, Time); 2] {
    [(when.entered, Tap::Entry, journey.entered.time()), (when.exited, Tap::Exit, journey.exited.time())]
}

/// A second later, on the same day.
pub(super) fn second_after(time: Time) -> Option<Time> {
    time.checked_add(SECOND).ok()
}

/// On which of first day, day before it, last day, day after it a day is.
fn dates(day: Date, first: Option<Date>, last: Option<Date>) -> [Option<Point>; 4] {
    let is = |date: Option<Date>, point| (date == Some(day)).then_some(point);
    [
        is(first, Point::FirstDay),
        is(first.and_then(|day| day.yesterday().ok()), Point::DayBefore),
        is(last, Point::LastDay),
        is(last.and_then(|day| day.tomorrow().ok()), Point::DayAfter),
    ]
}
