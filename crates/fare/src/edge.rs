//! The points at which the answer of a tariff changes, and which of them a ride stands on.
//!
//! [`Tariff::edges`] lists them from the tariff alone: both sides of every end, each thing that a rule
//! names and each condition that turns a ride away by itself. [`Tariff::touched`] says on which of them a ride
//! stands. Cases that touch all that are listed leave no clause and no end of it untried.
//!
//! A near miss counts only when every other condition of the rule holds, and when the rule was asked at all:
//! of the rules of a step of which the first holds, those behind it are not.
//!
//! Left out are the points that no ride can stand on: what earlier rules of a step take away, a ticket on
//! lines where it is not sold, a station on lines where it does not lie, a class of days that no year of the
//! calendar has in the dates of a rule. Whether a certain day is a working day cannot be chosen, so the first
//! and the last day of a rule do not ask for the class of the day.

mod list;
mod touch;
mod words;

#[cfg(test)]
mod tests;

use crate::when::{Scene, Trip};
use crate::{DayClass, GroupId, Issuer, Medium, Product, RuleId, Set, StationId, Tap, Taps, TicketId, When};

/// A point at which the answer of a tariff changes.
///
/// [`Tariff::edge_in_words`](crate::Tariff::edge_in_words) says it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Edge {
    /// The clause, or the first one of a rule with several; `None` for the dates of the tariff as a whole.
    pub rule: Option<RuleId>,
    /// Where.
    pub point: Point,
}

/// Where a ride stands as one clause sees it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Point {
    /// The clause made or changed an amount, counted a ride, joined two, or let a ticket pass.
    Used,
    /// The distance is exactly the end of a band with its grace.
    BandEnd,
    /// One unit beyond.
    BeyondBand,
    /// The distance is exactly the end of a step of the open end.
    StepEnd,
    /// One unit beyond.
    BeyondStep,
    /// The counter stands exactly where a tier begins.
    Tier,
    /// One fen, or one ride, below.
    BelowTier,
    /// The counter holds the total of another period, which counts as nothing.
    Stale,
    /// The ride counts to a period in its first second.
    PeriodOpens,
    /// The ride counts to a period in its last second.
    PeriodCloses,
    /// The ride begins in one period and ends in the next.
    PeriodTurns,
    /// The rule held for this, which it names.
    With(Trait),
    /// The rule did not hold, for this condition alone.
    Without(Aspect),
    /// The rule did not hold, for the class of the day alone.
    OffDay(DayClass),
    /// On the first day.
    FirstDay,
    /// On the day before it.
    DayBefore,
    /// On the last day.
    LastDay,
    /// On the day after it.
    DayAfter,
    /// Tapped in the first second of the hours.
    Opens(Tap),
    /// One second before.
    BeforeOpening(Tap),
    /// Tapped in the last second of the hours.
    Closes(Tap),
    /// One second after.
    AfterClosing(Tap),
    /// Stayed exactly as long as allowed.
    Stay,
    /// One second longer.
    OverStay,
    /// Entered in the second in which the ticket was first used.
    Activated,
    /// One second before, when it was not yet good.
    BeforeActivation,
    /// Entered in the last second of the ticket.
    LastSecond,
    /// One second later, when it was no longer good.
    Expired,
    /// Of several rules of the step that matched, this one left the least to pay.
    Won,
    /// Another one did.
    Lost,
}

/// Something that a rule can name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Trait {
    /// A group of lines or a line class.
    Group(GroupId),
    /// A kind of card.
    Product(Product),
    /// An issuer.
    Issuer(Issuer),
    /// A medium.
    Medium(Medium),
    /// A ticket.
    Ticket(TicketId),
    /// The taps that there are.
    Taps(Taps),
    /// A class of days.
    Day(DayClass),
    /// A station of entry.
    EnteredAt(StationId),
    /// A station of exit.
    ExitedAt(StationId),
}

/// One condition of a [`When`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Aspect {
    /// The group of lines or the line class.
    Group,
    /// The kind of card.
    Product,
    /// The issuer.
    Issuer,
    /// The medium.
    Medium,
    /// The ticket.
    Ticket,
    /// The taps.
    Taps,
    /// The first and the last day.
    Dates,
    /// The class of the day.
    Days,
    /// The hours of entry.
    Entered,
    /// The hours of exit.
    Exited,
    /// The stations of entry.
    EnteredAt,
    /// The stations of exit.
    ExitedAt,
    /// The stay.
    Stay,
}

impl Aspect {
    /// Those that ask who rides, where and on what, and not when.
    const WHO: [Self; 6] = [Self::Group, Self::Product, Self::Issuer, Self::Medium, Self::Ticket, Self::Taps];

    /// The others.
    const WHEN_AND_WHERE: [Self; 7] =
        [Self::Dates, Self::Days, Self::Entered, Self::Exited, Self::EnteredAt, Self::ExitedAt, Self::Stay];

    fn all() -> impl Iterator<Item = Self> {
        Self::WHO.into_iter().chain(Self::WHEN_AND_WHERE)
    }
}

impl When {
    /// Whether the rule names anything here.
    fn names(&self, condition: Aspect) -> bool {
        match condition {
            Aspect::Group => self.groups != Set::ALL,
            Aspect::Product => self.products != Set::ALL,
            Aspect::Issuer => self.issuers != Set::ALL,
            Aspect::Medium => self.media != Set::ALL,
            Aspect::Ticket => self.tickets != Set::ALL,
            Aspect::Taps => self.taps != Set::ALL,
            Aspect::Dates => {
                (self.first_day, self.last_day) != (Self::ALWAYS.first_day, Self::ALWAYS.last_day)
            }
            Aspect::Days => self.days != Set::ALL,
            Aspect::Entered => self.entered != crate::Hours::ALL,
            Aspect::Exited => self.exited != crate::Hours::ALL,
            Aspect::EnteredAt => self.entered_at.is_some(),
            Aspect::ExitedAt => self.exited_at.is_some(),
            Aspect::Stay => self.over_minutes.is_some(),
        }
    }

    /// Whether one condition holds for a ride. A day of which the calendar knows nothing is of no class.
    fn holds(&self, condition: Aspect, trip: &Trip<'_>, scene: Scene<'_>) -> bool {
        let rider = trip.journey.rider;
        let day = trip.journey.entered.date();
        match condition {
            Aspect::Group => self.groups.contains(trip.leg.group),
            Aspect::Product => self.products.contains(rider.product),
            Aspect::Issuer => self.issuers.contains(rider.issuer),
            Aspect::Medium => self.media.contains(rider.medium),
            Aspect::Ticket => self.tickets.contains(trip.journey.ticket.kind),
            Aspect::Taps => self.taps.contains(trip.leg.taps),
            Aspect::Dates => self.first_day <= day && day <= self.last_day,
            Aspect::Days => {
                self.days == Set::ALL || scene.day(day).is_ok_and(|class| self.days.contains(class))
            }
            Aspect::Entered => self.entered.contains(trip.journey.entered),
            Aspect::Exited => self.exited.contains(trip.journey.exited),
            Aspect::EnteredAt => scene.holds(self.entered_at, trip.leg.from),
            Aspect::ExitedAt => scene.holds(self.exited_at, trip.leg.to),
            Aspect::Stay => self.over_minutes.is_none_or(|minutes| trip.seconds() > seconds(minutes)),
        }
    }
}

/// What a rule could name of a ride under a condition.
fn trait_of(condition: Aspect, trip: &Trip<'_>, scene: Scene<'_>) -> Option<Trait> {
    let rider = trip.journey.rider;
    Some(match condition {
        Aspect::Group => Trait::Group(trip.leg.group),
        Aspect::Product => Trait::Product(rider.product),
        Aspect::Issuer => Trait::Issuer(rider.issuer),
        Aspect::Medium => Trait::Medium(rider.medium),
        Aspect::Ticket => Trait::Ticket(trip.journey.ticket.kind),
        Aspect::Taps => Trait::Taps(trip.leg.taps),
        Aspect::Days => Trait::Day(scene.day(trip.journey.entered.date()).ok()?),
        Aspect::EnteredAt => Trait::EnteredAt(trip.leg.from?),
        Aspect::ExitedAt => Trait::ExitedAt(trip.leg.to?),
        Aspect::Dates | Aspect::Entered | Aspect::Exited | Aspect::Stay => return None,
    })
}

fn seconds(minutes: u32) -> u64 {
    u64::from(minutes) * 60
}
