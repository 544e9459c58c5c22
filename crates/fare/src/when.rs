//! The rides that a rule is for.
#![allow(clippy::inline_always, reason = "measured: as calls they took a twelfth of a price more")]

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use tunion_data::civil::{Date, DateTime, Time};

use crate::moment::{DayNumber, Moment, second};
use crate::{
    DayClass, FareError, GroupId, Issuer, Journey, Medium, Member, Product, Set, StationId, Taps, Tariff,
    TicketId,
};

/// A set of stations with a name, by its place in the tariff's table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StationSetId(pub u8);

/// The rides a rule applies to. All conditions must hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct When {
    /// On these groups of lines or line classes.
    pub groups: Set<GroupId>,
    /// With these kinds of card.
    pub products: Set<Product>,
    /// Issued here.
    pub issuers: Set<Issuer>,
    /// Of these media.
    pub media: Set<Medium>,
    /// On these tickets.
    pub tickets: Set<TicketId>,
    /// With these taps.
    pub taps: Set<Taps>,
    /// Entered on this day or later.
    pub first_day: Date,
    /// Entered on this day or earlier.
    pub last_day: Date,
    /// Entered on a day of these classes.
    pub days: Set<DayClass>,
    /// Entered within this time of the day.
    pub entered: Hours,
    /// Left within this time of the day.
    pub exited: Hours,
    /// Entered at one of these stations.
    pub entered_at: Option<StationSetId>,
    /// Left at one of these stations.
    pub exited_at: Option<StationSetId>,
    /// Stayed more than so many minutes.
    pub over_minutes: Option<u32>,
}

/// A time of the day, both ends inclusive.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Hours {
    /// From this time on.
    pub from: Time,
    /// Up to this time.
    pub until: Time,
}

impl Hours {
    /// The whole day.
    pub const ALL: Self = Self { from: Time::MIN, until: Time::MAX };

    /// Whether the time of a moment is within.
    #[must_use]
    pub fn contains(self, at: DateTime) -> bool {
        let time = at.time();
        self.from <= time && time <= self.until
    }

    fn overlaps(self, other: Self) -> bool {
        self.from <= other.until && other.from <= self.until
    }
}

impl When {
    /// Every ride.
    pub const ALWAYS: Self = Self {
        groups: Set::ALL,
        products: Set::ALL,
        issuers: Set::ALL,
        media: Set::ALL,
        tickets: Set::ALL,
        taps: Set::ALL,
        first_day: Date::MIN,
        last_day: Date::MAX,
        days: Set::ALL,
        entered: Hours::ALL,
        exited: Hours::ALL,
        entered_at: None,
        exited_at: None,
        over_minutes: None,
    };

    /// Whether some ride may be meant by both. Stations and stays are taken as met.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.groups.intersects(other.groups)
            && self.products.intersects(other.products)
            && self.issuers.intersects(other.issuers)
            && self.media.intersects(other.media)
            && self.tickets.intersects(other.tickets)
            && self.taps.intersects(other.taps)
            && self.days.intersects(other.days)
            && self.first_day <= other.last_day
            && other.first_day <= self.last_day
            && self.entered.overlaps(other.entered)
            && self.exited.overlaps(other.exited)
    }

    /// Whether it asks for more than who rides where and on what.
    pub(crate) fn is_timed(&self) -> bool {
        let Self { groups, products, issuers, media, tickets, taps, .. } = *self;
        *self != Self { groups, products, issuers, media, tickets, taps, ..Self::ALWAYS }
    }
}

/// A condition of a tariff: every price, counter and rule of a step has one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Condition {
    pub(crate) when: When,
    bit: u8,
    timed: Option<Timed>,
}

/// What a condition asks of time and place, in numbers, the dates apart; both ends are inclusive.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Timed {
    entered: (u32, u32),
    exited: (u32, u32),
    over_seconds: Option<u64>,
}

impl Timed {
    fn new(when: &When) -> Option<Self> {
        let hours = |hours: Hours| (second(hours.from), second(hours.until));
        let When { first_day, last_day, .. } = When::ALWAYS;
        (When { first_day, last_day, ..*when }).is_timed().then(|| Self {
            entered: hours(when.entered),
            exited: hours(when.exited),
            over_seconds: when.over_minutes.map(|minutes| u64::from(minutes) * 60),
        })
    }

    #[inline(always)]
    fn holds(&self, when: &When, trip: &Trip<'_>, scene: Scene<'_>) -> Result<bool, NoYear> {
        let within = |value: u32, (from, until): (u32, u32)| from <= value && value <= until;
        Ok(within(trip.entered.second, self.entered)
            && within(trip.exited.second, self.exited)
            && self.over_seconds.is_none_or(|limit| trip.seconds() > limit)
            && scene.holds(when.entered_at, trip.leg.from)
            && scene.holds(when.exited_at, trip.leg.to)
            // Last, since only a ride that all else fits has to know its calendar.
            && (when.days == Set::ALL || when.days.contains(scene.day(trip.journey.entered.date())?)))
    }
}

/// The most conditions that a tariff can have.
pub const MAX_CONDITIONS: usize = 64;

/// For everything that a condition can name, the conditions that let it pass, one bit each: what all of a
/// ride's own let pass are the conditions that it meets, those of time and place apart.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Conditions {
    groups: [u64; 32],
    products: [u64; 32],
    issuers: [u64; 32],
    media: [u64; 32],
    tickets: [u64; 32],
    taps: [u64; 32],
    /// From which day on which conditions are in force, by their dates: sorted, the first from the first day.
    dates: Vec<(DayNumber, u64)>,
    len: u8,
}

impl Conditions {
    /// A new condition. One too many is met by nothing.
    pub(crate) fn add(&mut self, when: When) -> Condition {
        let bit = self.len;
        let mask = 1u64.checked_shl(bit.into()).unwrap_or(0);
        self.len = bit.saturating_add(1);
        mark(&mut self.groups, when.groups, mask);
        mark(&mut self.products, when.products, mask);
        mark(&mut self.issuers, when.issuers, mask);
        mark(&mut self.media, when.media, mask);
        mark(&mut self.tickets, when.tickets, mask);
        mark(&mut self.taps, when.taps, mask);
        self.date(&when, mask);
        Condition { when, bit, timed: Timed::new(&when) }
    }

    /// Lets a condition be in force between its dates.
    fn date(&mut self, when: &When, mask: u64) {
        let first = DayNumber::from(when.first_day);
        let after = when.last_day.tomorrow().map_or(DayNumber(u32::MAX), DayNumber::from);
        for day in [DayNumber(0), first, after] {
            let Err(place) = self.dates.binary_search_by_key(&day, |(day, _)| *day) else { continue };
            let before = place.checked_sub(1).and_then(|place| self.dates.get(place));
            let mask = before.map_or(0, |(_, mask)| *mask);
            self.dates.insert(place, (day, mask));
        }
        for (_, conditions) in self.dates.iter_mut().filter(|(day, _)| first <= *day && *day < after) {
            *conditions |= mask;
        }
    }

    fn in_force(&self, day: DayNumber) -> u64 {
        self.dates.iter().rev().find(|(from, _)| *from <= day).map_or(0, |(_, mask)| *mask)
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.len.into()
    }

    /// The conditions that a ride meets, those of the time of the day and of place apart.
    #[inline(always)]
    pub(crate) fn met(&self, leg: &Leg, journey: &Journey, day: DayNumber) -> u64 {
        let rider = journey.rider;
        self.in_force(day)
            & at(&self.groups, leg.group)
            & at(&self.products, rider.product)
            & at(&self.issuers, rider.issuer)
            & at(&self.media, rider.medium)
            & at(&self.tickets, journey.ticket.kind)
            & at(&self.taps, leg.taps)
    }
}

fn mark<T: Member>(table: &mut [u64; 32], set: Set<T>, mask: u64) {
    for (member, conditions) in (0..).zip(table) {
        if set.has(member) {
            *conditions |= mask;
        }
    }
}

fn at(table: &[u64; 32], member: impl Member) -> u64 {
    usize::try_from(member.index()).ok().and_then(|index| table.get(index)).copied().unwrap_or(0)
}

impl Condition {
    /// Whether a ride meets it.
    #[inline(always)]
    pub(crate) fn holds(&self, trip: &Trip<'_>, scene: Scene<'_>) -> Result<bool, NoYear> {
        if trip.met & self.mask() == 0 {
            return Ok(false);
        }
        self.holds_in_time(trip, scene)
    }

    /// Whether a ride meets it that meets all but time and place.
    #[inline(always)]
    pub(crate) fn holds_in_time(&self, trip: &Trip<'_>, scene: Scene<'_>) -> Result<bool, NoYear> {
        match &self.timed {
            Some(timed) => timed.holds(&self.when, trip, scene),
            None => Ok(true),
        }
    }

    /// Whether it asks for more than who rides where and on what.
    pub(crate) fn is_timed(&self) -> bool {
        self.when.is_timed()
    }

    /// Its bit, alone.
    pub(crate) fn mask(&self) -> u64 {
        1u64.checked_shl(self.bit.into()).unwrap_or(0)
    }
}

/// The numbers of the bits of a mask, from the lowest.
#[inline]
pub(crate) fn bits(mask: u64) -> impl Iterator<Item = usize> {
    let mut left = mask;
    core::iter::from_fn(move || {
        let bit = left.trailing_zeros();
        left &= left.wrapping_sub(1);
        // At most 64, which is a usize everywhere.
        (bit < u64::BITS).then_some(bit as usize)
    })
}

/// A ride as the rules see it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leg {
    pub(crate) group: GroupId,
    pub(crate) distance: u32,
    pub(crate) taps: Taps,
    pub(crate) from: Option<StationId>,
    pub(crate) to: Option<StationId>,
}

/// A ride with who makes it and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Trip<'a> {
    pub(crate) leg: Leg,
    pub(crate) journey: &'a Journey,
    pub(crate) entered: Moment,
    pub(crate) exited: Moment,
    /// The conditions that it meets, those of time and place apart.
    pub(crate) met: u64,
}

impl<'a> Trip<'a> {
    #[inline(always)]
    pub(crate) fn new(leg: Leg, journey: &'a Journey, met: u64) -> Self {
        Self { leg, journey, entered: journey.entered.into(), exited: journey.exited.into(), met }
    }

    /// The stay.
    #[inline(always)]
    pub(crate) fn seconds(&self) -> u64 {
        if self.entered.day == self.exited.day {
            return self.exited.second.saturating_sub(self.entered.second).into();
        }
        let Journey { entered, exited, .. } = *self.journey;
        exited.duration_since(entered).as_secs().unsigned_abs()
    }
}

/// What the conditions of time and place are read against: the tariff's calendar and its sets of stations.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a>(pub(crate) &'a Tariff);

impl Scene<'_> {
    pub(crate) fn holds(self, set: Option<StationSetId>, station: Option<StationId>) -> bool {
        let Some(set) = set else { return true };
        let stations = self.0.stations.get(usize::from(set.0));
        stations.zip(station).is_some_and(|(set, station)| set.contains(station))
    }

    pub(crate) fn day(self, day: Date) -> Result<DayClass, NoYear> {
        self.0.calendar.class(day).ok_or(NoYear(day.year()))
    }
}

/// The calendar does not have a year that a condition asks for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NoYear(i16);

impl From<NoYear> for FareError {
    fn from(NoYear(year): NoYear) -> Self {
        Self::NoCalendar { year }
    }
}

/// A set of any stations of a network, one bit each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Stations(Box<[u64]>);

impl Stations {
    pub(crate) fn new(members: impl IntoIterator<Item = StationId>) -> Self {
        let mut bits = vec![0; usize::from(u16::MAX) / 64 + 1];
        for StationId(id) in members {
            bits[usize::from(id / 64)] |= 1 << (id % 64);
        }
        let used = bits.iter().rposition(|word| *word != 0).map_or(0, |last| last + 1);
        bits.truncate(used);
        Self(bits.into())
    }

    pub(crate) fn contains(&self, StationId(id): StationId) -> bool {
        self.0.get(usize::from(id / 64)).is_some_and(|word| word >> (id % 64) & 1 == 1)
    }
}
