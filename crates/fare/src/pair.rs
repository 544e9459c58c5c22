//! From the taps of one card to its rides.
//!
//! [`Open::take`] is given a card's taps one after another, in the order of their times. What it keeps of them
//! is at most one entry and one boarding, so a card costs the same however long it is followed. Rail and bus
//! do not disturb each other: neither's readers know of the other's open ride.
//!
//! Every tap ends in exactly one of these: it began a ride, it ended one, it is the whole of one, or it is
//! alone. A tap that waits is still in [`Open`], and [`Open::rest`] hands it out when no more are to come.
//!
//! | taps | what becomes of them |
//! |---|---|
//! | entry, exit | a rail ride |
//! | exit with no entry before it | a ride without entry, [`Ride::NoEntry`] |
//! | entry, entry | the first is alone: [`Alone::NeverLeft`] |
//! | entry at one group's gate, exit at another's | the entry is alone: [`Alone::LeftElsewhere`]; the exit has none |
//! | on, off on the same line and direction | a bus ride |
//! | on, off at an earlier stop | both are alone: [`Alone::Backwards`] |
//! | off with no boarding before it, or one on another line | the off is alone; the boarding goes on |
//! | on, cover | a bus ride without tap-off, collected here (`docs/spec/fares.md` 2, S16 article 16) |
//! | on, then on or single | a bus ride without tap-off that nobody collected: [`Taken::uncollected`] |
//! | single | a bus ride of one tap |
//! | cover with no boarding before it | alone: [`Alone::NothingToCover`] |
//!
//! ```
//! use tunion_data::civil::date;
//! use tunion_fare::pair::{Act, Now, Open, Tap};
//! use tunion_fare::{Ride, StationId};
//!
//! let (station, group) = (StationId(4), None);
//! let day = date(2026, 11, 23);
//! let mut card = Open::default();
//! let enter = Tap { at: day.at(8, 0, 0, 0), act: Act::Entry { station, group }, mark: "row 1" };
//! assert_eq!(card.take(&enter).now, Now::Opened);
//! let leave = Tap { at: day.at(8, 40, 0, 0), act: Act::Exit { station: StationId(9), group }, mark: "row 2" };
//! let Now::Ended(trip) = card.take(&leave).now else { panic!("the ride ends here") };
//! assert_eq!(trip.ride, Ride::Rail { from: station, to: StationId(9), group });
//! assert_eq!(trip.began.map(|tap| tap.mark), Some("row 1"));
//! ```
//!
//! The module knows the order of taps. It never knows what a ride costs.

use tunion_data::civil::DateTime;

use crate::{GroupId, LineId, Ride, StationId, StopId};

/// What a rider does at a reader.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Act {
    /// Enters the paid area of a station (进站).
    Entry {
        /// The station.
        station: StationId,
        /// The group of lines of the gate; `None` when the tap does not say.
        group: Option<GroupId>,
    },
    /// Leaves the paid area (出站).
    Exit {
        /// The station.
        station: StationId,
        /// As at the entry.
        group: Option<GroupId>,
    },
    /// Boards a bus (上车刷卡).
    On {
        /// The line in its direction.
        line: LineId,
        /// The stop.
        stop: StopId,
    },
    /// Leaves a bus (下车刷卡).
    Off {
        /// The line in its direction.
        line: LineId,
        /// The stop.
        stop: StopId,
    },
    /// Boards a bus on which one taps once.
    Single {
        /// The line in its direction.
        line: LineId,
        /// The stop.
        stop: StopId,
    },
    /// Is charged at a bus reader for the tap-off that is missing from the ride before (补票).
    Cover,
}

impl Act {
    /// The name that files use.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Entry { .. } => "entry",
            Self::Exit { .. } => "exit",
            Self::On { .. } => "on",
            Self::Off { .. } => "off",
            Self::Single { .. } => "single",
            Self::Cover => "cover",
        }
    }

    /// Which of several taps in the same second is taken first: what ends a ride before what begins one.
    /// Clocks count seconds, and a reader collects for a missing tap-off in that of the next boarding.
    #[must_use]
    pub const fn rank(&self) -> u8 {
        match self {
            Self::Cover => 0,
            Self::Off { .. } => 1,
            Self::Exit { .. } => 2,
            Self::Single { .. } => 3,
            Self::On { .. } => 4,
            Self::Entry { .. } => 5,
        }
    }
}

/// One tap, with whatever its owner wants back with it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Tap<M> {
    /// When, UTC+8.
    pub at: DateTime,
    /// What.
    pub act: Act,
    /// The owner's mark: the row of a file, say.
    pub mark: M,
}

/// A ride with its taps.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Trip<M> {
    /// From where to where.
    pub ride: Ride,
    /// When it began, UTC+8; with no entry, the time of the exit.
    pub entered: DateTime,
    /// The tap that began it, when that is another one than the tap that ended it.
    pub began: Option<Tap<M>>,
}

/// Why a tap belongs to no ride.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Alone {
    /// An entry that another entry follows.
    NeverLeft,
    /// An entry after which the rider left through a gate of another group of lines.
    LeftElsewhere,
    /// A boarding and a tap-off at a stop that the bus had passed before.
    Backwards,
    /// A tap-off with no boarding before it.
    NeverBoarded,
    /// A tap-off on another line, or in another direction, than the boarding before it.
    OtherLine,
    /// A cover with no boarding before it that lacks its tap-off.
    NothingToCover,
}

/// What became of the tap that was taken.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Now<M> {
    /// It waits for its partner.
    Opened,
    /// It ends a ride, or is the whole of one.
    Ended(Trip<M>),
    /// It belongs to no ride.
    Alone(Alone),
}

/// What one tap decided.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Taken<M> {
    /// What became of the tap.
    pub now: Now<M>,
    /// An earlier tap that has no partner any more.
    pub alone: Option<(Tap<M>, Alone)>,
    /// A bus ride without tap-off whose fare is due, and which this tap did not collect.
    pub uncollected: Option<Trip<M>>,
}

impl<M> Taken<M> {
    const fn only(now: Now<M>) -> Self {
        Self { now, alone: None, uncollected: None }
    }
}

/// An entry that waits for its exit.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Inside<M> {
    at: DateTime,
    station: StationId,
    group: Option<GroupId>,
    mark: M,
}

/// A boarding that waits for its tap-off.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Aboard<M> {
    at: DateTime,
    line: LineId,
    stop: StopId,
    mark: M,
}

impl<M: Copy> Inside<M> {
    const fn tap(self) -> Tap<M> {
        let Self { at, station, group, mark } = self;
        Tap { at, act: Act::Entry { station, group }, mark }
    }
}

impl<M: Copy> Aboard<M> {
    const fn tap(self) -> Tap<M> {
        let Self { at, line, stop, mark } = self;
        Tap { at, act: Act::On { line, stop }, mark }
    }

    const fn until(self, off: Option<StopId>) -> Trip<M> {
        let ride = Ride::Bus { line: self.line, on: self.stop, off };
        Trip { ride, entered: self.at, began: Some(self.tap()) }
    }
}

/// What is open on one card.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Open<M> {
    rail: Option<Inside<M>>,
    bus: Option<Aboard<M>>,
}

impl<M> Default for Open<M> {
    fn default() -> Self {
        Self { rail: None, bus: None }
    }
}

impl<M: Copy> Open<M> {
    /// Takes the card's next tap.
    pub fn take(&mut self, tap: &Tap<M>) -> Taken<M> {
        let Tap { at, act, mark } = *tap;
        match act {
            Act::Entry { station, group } => {
                let before = self.rail.replace(Inside { at, station, group, mark });
                let alone = before.map(|inside| (inside.tap(), Alone::NeverLeft));
                Taken { alone, ..Taken::only(Now::Opened) }
            }
            Act::Exit { station, group } => self.exit(at, station, group),
            Act::On { line, stop } => {
                let before = self.bus.replace(Aboard { at, line, stop, mark });
                Taken { uncollected: before.map(|aboard| aboard.until(None)), ..Taken::only(Now::Opened) }
            }
            Act::Off { line, stop } => self.off(line, stop),
            Act::Single { line, stop } => {
                let uncollected = self.bus.take().map(|aboard| aboard.until(None));
                let ride = Ride::Bus { line, on: stop, off: Some(stop) };
                let now = Now::Ended(Trip { ride, entered: at, began: None });
                Taken { uncollected, ..Taken::only(now) }
            }
            Act::Cover => Taken::only(match self.bus.take() {
                Some(aboard) => Now::Ended(aboard.until(None)),
                None => Now::Alone(Alone::NothingToCover),
            }),
        }
    }

    fn exit(&mut self, at: DateTime, to: StationId, gate: Option<GroupId>) -> Taken<M> {
        let none = Now::Ended(Trip { ride: Ride::NoEntry { to, group: gate }, entered: at, began: None });
        let Some(inside) = self.rail.take() else { return Taken::only(none) };
        if let (Some(entered), Some(left)) = (inside.group, gate)
            && entered != left
        {
            return Taken { alone: Some((inside.tap(), Alone::LeftElsewhere)), ..Taken::only(none) };
        }
        let ride = Ride::Rail { from: inside.station, to, group: gate.or(inside.group) };
        Taken::only(Now::Ended(Trip { ride, entered: inside.at, began: Some(inside.tap()) }))
    }

    fn off(&mut self, line: LineId, stop: StopId) -> Taken<M> {
        let Some(aboard) = self.bus else { return Taken::only(Now::Alone(Alone::NeverBoarded)) };
        if aboard.line != line {
            return Taken::only(Now::Alone(Alone::OtherLine));
        }
        self.bus = None;
        if stop < aboard.stop {
            let alone = Some((aboard.tap(), Alone::Backwards));
            return Taken { alone, ..Taken::only(Now::Alone(Alone::Backwards)) };
        }
        Taken::only(Now::Ended(aboard.until(Some(stop))))
    }

    /// The taps that still wait for a partner, the earlier first.
    pub fn rest(self) -> impl Iterator<Item = Tap<M>> {
        let (rail, bus) = (self.rail.map(Inside::tap), self.bus.map(Aboard::tap));
        let bus_first = matches!((&rail, &bus), (Some(rail), Some(bus)) if bus.at < rail.at);
        let both = if bus_first { [bus, rail] } else { [rail, bus] };
        both.into_iter().flatten()
    }
}
