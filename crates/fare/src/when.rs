//! The rides that a rule is for.

use alloc::boxed::Box;
use alloc::vec;

use tunion_data::civil::{Date, DateTime, Time};

use crate::{
    Calendar, DayClass, FareError, GroupId, Issuer, Journey, Medium, Product, Set, StationId, Taps, TicketId,
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

    /// The conditions that do not ask for the time.
    pub(crate) fn meets(&self, trip: &Trip<'_>) -> bool {
        let rider = trip.journey.rider;
        self.groups.contains(trip.leg.group)
            && self.products.contains(rider.product)
            && self.media.contains(rider.medium)
            && self.issuers.contains(rider.issuer)
            && self.tickets.contains(trip.journey.ticket.kind)
            && self.taps.contains(trip.leg.taps)
    }

    /// The conditions that do.
    pub(crate) fn meets_time(&self, trip: &Trip<'_>, scene: Scene<'_>) -> Result<bool, FareError> {
        let Journey { entered, exited, .. } = *trip.journey;
        let day = entered.date();
        Ok(self.first_day <= day
            && day <= self.last_day
            && self.entered.contains(entered)
            && self.exited.contains(exited)
            && scene.holds(self.entered_at, trip.leg.from)
            && scene.holds(self.exited_at, trip.leg.to)
            && self.over_minutes.is_none_or(|minutes| trip.seconds() > u64::from(minutes) * 60)
            // Last, since only a ride that all else fits has to know its calendar.
            && (self.days == Set::ALL || self.days.contains(scene.day(day)?)))
    }
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
}

impl Trip<'_> {
    /// The stay.
    pub(crate) fn seconds(&self) -> u64 {
        let Journey { entered, exited, .. } = *self.journey;
        exited.duration_since(entered).as_secs().unsigned_abs()
    }
}

/// What the conditions of time and place are read against.
#[derive(Clone, Copy)]
pub(crate) struct Scene<'a> {
    pub(crate) calendar: &'a Calendar,
    pub(crate) stations: &'a [Stations],
}

impl Scene<'_> {
    pub(crate) fn holds(self, set: Option<StationSetId>, station: Option<StationId>) -> bool {
        let Some(set) = set else { return true };
        let stations = self.stations.get(usize::from(set.0));
        stations.zip(station).is_some_and(|(set, station)| set.contains(station))
    }

    pub(crate) fn day(self, day: Date) -> Result<DayClass, FareError> {
        self.calendar.class(day).ok_or(FareError::NoCalendar { year: day.year() })
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
