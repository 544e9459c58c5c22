//! Which points a tariff has.

use alloc::vec::Vec;

use tunion_data::civil::{Date, Time};

use super::touch::second_after;
use super::{Aspect, Edge, Point, Trait, trait_of};
use crate::tariff::{Effect, rule_id};
use crate::when::{Leg, Trip};
use crate::{
    Choose, Clause, DayClass, GroupId, Journey, Level, Medium, Places, Product, Ride, Rider, RuleId,
    StationId, StationSetId, Tap, Taps, Tariff, Ticket, TicketId, When,
};

impl Tariff {
    /// Every point on which a ride can stand, in the order of the tariff's rules; see [`Edge`].
    ///
    /// A clause's own use is listed even when no ride can reach it: it is a fault of the tariff.
    #[must_use]
    pub fn edges(&self) -> Vec<Edge> {
        let mut list = List { tariff: self, edges: Vec::new() };
        list.dates();
        list.tickets();
        list.prices();
        list.incomplete();
        list.counters();
        list.steps();
        list.joins();
        list.edges
    }

    /// Every kind of ride: who, on which lines, on what ticket, with which taps.
    fn kinds(&self) -> Vec<Kind> {
        let incomplete = self.incomplete.iter().filter_map(|single| match self.clause(single.rule)? {
            Clause::Incomplete { taps, .. } => Some(*taps),
            _ => None,
        });
        let mut all_taps = alloc::vec![Taps::Both];
        for taps in incomplete {
            if !all_taps.contains(&taps) {
                all_taps.push(taps);
            }
        }
        let mut kinds = Vec::new();
        for group in self.places.groups().map(|(id, _)| id).filter(|id| self.is_priced(*id)) {
            for (kind, _) in self.tickets() {
                for rider in self.riders() {
                    kinds.extend(all_taps.iter().map(|taps| Kind::new(group, rider, kind, *taps)));
                }
            }
        }
        kinds
    }

    fn riders(&self) -> impl Iterator<Item = Rider> {
        let who = |product, issuer| move |medium: &Medium| Rider { product, issuer, medium: *medium };
        Product::ALL.iter().flat_map(move |product| {
            self.issuers().flat_map(move |(issuer, _)| Medium::ALL.iter().map(who(*product, issuer)))
        })
    }
}

/// A kind of ride, made at no certain time and between no certain stations.
struct Kind {
    leg: Leg,
    journey: Journey,
}

impl Kind {
    fn new(group: GroupId, rider: Rider, kind: TicketId, taps: Taps) -> Self {
        let ride = Ride::Distance { group, distance: 0, taps };
        let some_day = Date::constant(2000, 1, 1).at(0, 0, 0, 0);
        let ticket = Ticket { kind, activated: None };
        Self {
            leg: Leg { group, distance: 0, taps, from: None, to: None },
            journey: Journey { ride, rider, ticket, entered: some_day, exited: some_day },
        }
    }

    fn trip(&self) -> Trip<'_> {
        // The bits are for the engine, which is not asked here.
        Trip::new(self.leg, &self.journey, 0)
    }

    /// The one of the conditions that do not ask when and where that does not hold; `Err` with several.
    fn misses(&self, when: &When, tariff: &Tariff) -> Result<Option<Aspect>, ()> {
        let trip = self.trip();
        let mut missed = Aspect::WHO.into_iter().filter(|who| !when.holds(*who, &trip, tariff.scene()));
        match (missed.next(), missed.next()) {
            (one, None) => Ok(one),
            _ => Err(()),
        }
    }
}

struct List<'t> {
    tariff: &'t Tariff,
    edges: Vec<Edge>,
}

impl List<'_> {
    fn add(&mut self, rule: RuleId, point: Point) {
        self.edges.push(Edge { rule: Some(rule), point });
    }

    /// The tariff's own dates.
    fn dates(&mut self) {
        let last = self.tariff.head.valid_until.map(|_| [Point::LastDay, Point::DayAfter]);
        let points = [Point::DayBefore, Point::FirstDay].into_iter().chain(last.into_iter().flatten());
        self.edges.extend(points.map(|point| Edge { rule: None, point }));
    }

    fn tickets(&mut self) {
        let tariff = self.tariff;
        let kinds = self.complete();
        for (id, sold) in (1..=u8::MAX).map(TicketId).zip(&tariff.tickets) {
            self.add(sold.rule, Point::Used);
            let here = When { groups: sold.groups, ..When::ALWAYS };
            let asked: Vec<&Kind> = kinds.iter().filter(|kind| kind.journey.ticket.kind == id).collect();
            self.conditions(sold.rule, &here, &asked);
            if sold.hours.is_some() {
                for point in [Point::BeforeActivation, Point::Activated, Point::LastSecond, Point::Expired] {
                    self.add(sold.rule, point);
                }
            }
        }
    }

    fn prices(&mut self) {
        let tariff = self.tariff;
        let kinds = self.admitted();
        let asked: Vec<&Kind> = kinds.iter().collect();
        for price in &tariff.prices {
            for (rule, clause) in tariff.run(&price.clauses) {
                self.add(rule, Point::Used);
                let points: &[Point] = match clause {
                    // A band without an end has no points.
                    Clause::Band { to: u32::MAX, .. } => &[],
                    Clause::Band { .. } => &[Point::BandEnd, Point::BeyondBand],
                    Clause::Beyond { .. } => &[Point::StepEnd, Point::BeyondStep],
                    _ => &[],
                };
                for point in points {
                    self.add(rule, *point);
                }
            }
            self.conditions(rule_id(price.clauses.start), &price.condition.when, &asked);
        }
    }

    fn incomplete(&mut self) {
        let tariff = self.tariff;
        let kinds = tariff.kinds();
        for (place, single) in tariff.incomplete.iter().enumerate() {
            self.add(single.rule, Point::Used);
            let Some(Clause::Incomplete { taps, .. }) = tariff.clause(single.rule) else { continue };
            let before = tariff.incomplete.get(..place).unwrap_or_default();
            let taken = |kind: &Kind| {
                before.iter().any(|before| {
                    let same = matches!(tariff.clause(before.rule), Some(Clause::Incomplete { taps: t, .. }) if t == taps);
                    same && !before.condition.is_timed() && kind.misses(&before.condition.when, tariff) == Ok(None)
                })
            };
            let asked: Vec<&Kind> =
                kinds.iter().filter(|kind| kind.leg.taps == *taps && !taken(kind)).collect();
            self.conditions(single.rule, &single.condition.when, &asked);
        }
    }

    fn counters(&mut self) {
        let tariff = self.tariff;
        let kinds = self.priced();
        let asked: Vec<&Kind> = kinds.iter().collect();
        for count in &tariff.counters {
            for point in [Point::Used, Point::PeriodOpens, Point::PeriodCloses, Point::PeriodTurns] {
                self.add(count.rule, point);
            }
            self.conditions(count.rule, &count.condition.when, &asked);
        }
    }

    fn steps(&mut self) {
        let tariff = self.tariff;
        let kinds = self.priced();
        for step in &tariff.steps {
            let effects = tariff.effects.get(step.effects.clone()).unwrap_or_default();
            for (place, effect) in effects.iter().enumerate() {
                self.effect(effect);
                if step.choose == Choose::Lowest {
                    let mut others = effects.iter().enumerate().filter(|(other, _)| *other != place);
                    if others.any(|(_, other)| other.condition.when.overlaps(&effect.condition.when)) {
                        self.add(rule_id(effect.clauses.start), Point::Won);
                        self.add(rule_id(effect.clauses.start), Point::Lost);
                    }
                }
                let before = match step.choose {
                    Choose::First => effects.get(..place).unwrap_or_default(),
                    Choose::Lowest => &[],
                };
                let taken = |kind: &Kind| before.iter().any(|before| self.surely_holds(before, kind));
                let asked: Vec<&Kind> = kinds.iter().filter(|kind| !taken(kind)).collect();
                self.conditions(rule_id(effect.clauses.start), &effect.condition.when, &asked);
            }
        }
    }

    fn effect(&mut self, effect: &Effect) {
        for (rule, clause) in self.tariff.run(&effect.clauses) {
            self.add(rule, Point::Used);
            if let Clause::Tier { from, .. } = clause
                && !matches!(from, Level::Rides(0))
                && *from != Level::Amount(tunion_data::Fen::ZERO)
            {
                self.add(rule, Point::BelowTier);
                self.add(rule, Point::Tier);
            }
        }
        if effect.tiers.is_some() {
            self.add(rule_id(effect.clauses.start), Point::Stale);
        }
    }

    /// Whether a rule takes a kind of ride at any time, wherever it goes.
    fn surely_holds(&self, effect: &Effect, kind: &Kind) -> bool {
        let changes = match self.tariff.clauses.get(effect.clauses.start) {
            Some(Clause::Tier { from, .. }) => {
                matches!(from, Level::Rides(0)) || *from == Level::Amount(tunion_data::Fen::ZERO)
            }
            _ => true,
        };
        changes
            && !effect.condition.is_timed()
            && kind.misses(&effect.condition.when, self.tariff) == Ok(None)
    }

    fn joins(&mut self) {
        let tariff = self.tariff;
        for joined in &tariff.joins {
            self.add(joined.rule, Point::Used);
        }
    }

    /// The kinds of rides with both taps, or with a rule for the missing one.
    fn complete(&self) -> Vec<Kind> {
        let mut kinds = self.tariff.kinds();
        kinds.retain(|kind| {
            kind.leg.taps == Taps::Both
                || self.tariff.incomplete.iter().any(|single| {
                    let clause = self.tariff.clause(single.rule);
                    matches!(clause, Some(Clause::Incomplete { taps, .. }) if *taps == kind.leg.taps)
                        && kind.misses(&single.condition.when, self.tariff) == Ok(None)
                })
        });
        kinds
    }

    /// Those on a ticket that is sold there.
    fn admitted(&self) -> Vec<Kind> {
        let mut kinds = self.complete();
        kinds.retain(|kind| {
            let place = usize::from(kind.journey.ticket.kind.0).checked_sub(1);
            place.is_none_or(|place| {
                self.tariff.tickets.get(place).is_some_and(|sold| sold.groups.contains(kind.leg.group))
            })
        });
        kinds
    }

    /// Those that have a list price.
    fn priced(&self) -> Vec<Kind> {
        let mut kinds = self.admitted();
        let priced = |kind: &Kind| {
            self.tariff.prices.iter().any(|price| kind.misses(&price.condition.when, self.tariff) == Ok(None))
        };
        kinds.retain(priced);
        kinds
    }

    /// The points of a rule's conditions that the kinds of rides can stand on for which it is asked.
    fn conditions(&mut self, rule: RuleId, when: &When, asked: &[&Kind]) {
        let scene = self.tariff.scene();
        let near = asked.iter().filter_map(|kind| Some((*kind, kind.misses(when, self.tariff).ok()?)));
        let near: Vec<(&Kind, Option<Aspect>)> = near.collect();
        let there = near.iter().filter(|(kind, _)| self.goes_there(when, kind));
        let there: Vec<&(&Kind, Option<Aspect>)> = there.collect();
        let mut points = Vec::new();
        for who in Aspect::WHO.into_iter().filter(|who| when.names(*who)) {
            for (kind, _) in there.iter().filter(|(_, missed)| missed.is_none()) {
                let point = trait_of(who, &kind.trip(), scene).map(Point::With);
                points.extend(point.filter(|point| !points.contains(point)));
            }
            let without = there.iter().any(|(_, missed)| *missed == Some(who));
            points.extend(without.then_some(Point::Without(who)));
        }
        if there.iter().any(|(_, missed)| missed.is_none()) {
            self.times(when, &mut points);
        }
        let mut lines: Vec<(GroupId, Taps)> = Vec::new();
        for (kind, _) in near.iter().filter(|(_, missed)| missed.is_none()) {
            let here = (kind.leg.group, kind.leg.taps);
            if !lines.contains(&here) {
                lines.push(here);
                let more = self.stations(when, here);
                points.extend(more.into_iter().filter(|point| !points.contains(point)).collect::<Vec<_>>());
            }
        }
        for point in points {
            self.add(rule, point);
        }
    }

    /// The points of days and hours.
    fn times(&self, when: &When, points: &mut Vec<Point>) {
        if when.names(Aspect::Days) {
            for class in DayClass::ALL.iter().filter(|class| self.has_day(when, **class)) {
                let inside = when.days.contains(*class);
                points.push(if inside { Point::With(Trait::Day(*class)) } else { Point::OffDay(*class) });
            }
        }
        let head = &self.tariff.head;
        if when.first_day != When::ALWAYS.first_day {
            points.extend((head.valid_from < when.first_day).then_some(Point::DayBefore));
            points.push(Point::FirstDay);
        }
        if when.last_day != When::ALWAYS.last_day {
            points.push(Point::LastDay);
            let goes_on = head.valid_until.is_none_or(|last| when.last_day < last);
            points.extend(goes_on.then_some(Point::DayAfter));
        }
        for (hours, tap) in [(when.entered, Tap::Entry), (when.exited, Tap::Exit)] {
            if hours.from != Time::MIN {
                points.extend([Point::BeforeOpening(tap), Point::Opens(tap)]);
            }
            if second_after(hours.until).is_some() {
                points.extend([Point::Closes(tap), Point::AfterClosing(tap)]);
            }
        }
        if when.names(Aspect::Stay) {
            points.extend([Point::Stay, Point::OverStay]);
        }
    }

    /// Whether a class of days occurs in the dates of a rule, as far as the calendar goes.
    fn has_day(&self, when: &When, class: DayClass) -> bool {
        let head = &self.tariff.head;
        let first = when.first_day.max(head.valid_from);
        let last = head.valid_until.map_or(when.last_day, |last| last.min(when.last_day));
        self.tariff.calendar.years().any(|year| {
            let days = Date::new(year, 1, 1).ok().into_iter().flat_map(|day| {
                core::iter::successors(Some(day), |day| day.tomorrow().ok())
                    .take_while(|day| day.year() == year)
            });
            let mut days = days.filter(|day| first <= *day && *day <= last);
            days.any(|day| self.tariff.calendar.class(day) == Some(class))
        })
    }

    /// Whether some stations fit a rule and the lines and taps of a kind of ride.
    fn goes_there(&self, when: &When, kind: &Kind) -> bool {
        self.has_stop(when.entered_at, Taps::NoEntry, (kind.leg.group, kind.leg.taps))
            && self.has_stop(when.exited_at, Taps::NoExit, (kind.leg.group, kind.leg.taps))
    }

    fn has_stop(&self, set: Option<StationSetId>, lacking: Taps, (group, taps): (GroupId, Taps)) -> bool {
        set.is_none_or(|set| taps != lacking && self.stops(group, set, true).next().is_some())
    }

    /// The stations of a group that are in a set, or that are not.
    fn stops(
        &self,
        group: GroupId,
        StationSetId(set): StationSetId,
        inside: bool,
    ) -> impl Iterator<Item = StationId> {
        let members = match &self.tariff.places {
            Places::Rail(network) => network.group(group).map_or(&[][..], crate::Group::members),
            Places::Bus(_) => &[],
        };
        let set = self.tariff.stations.get(usize::from(set));
        members.iter().copied().filter(move |id| set.is_some_and(|set| set.contains(*id) == inside))
    }

    /// The points of the sets of stations on some lines with some taps.
    fn stations(&self, when: &When, here: (GroupId, Taps)) -> Vec<Point> {
        let mut points = Vec::new();
        if let Some(set) = when.entered_at
            && here.1 != Taps::NoEntry
            && self.has_stop(when.exited_at, Taps::NoExit, here)
        {
            points.extend(self.stops(here.0, set, true).map(|id| Point::With(Trait::EnteredAt(id))));
            let outside = self.stops(here.0, set, false).next();
            points.extend(outside.map(|_| Point::Without(Aspect::EnteredAt)));
        }
        if let Some(set) = when.exited_at
            && here.1 != Taps::NoExit
            && self.has_stop(when.entered_at, Taps::NoEntry, here)
        {
            points.extend(self.stops(here.0, set, true).map(|id| Point::With(Trait::ExitedAt(id))));
            let outside = self.stops(here.0, set, false).next();
            points.extend(outside.map(|_| Point::Without(Aspect::ExitedAt)));
        }
        points
    }
}
