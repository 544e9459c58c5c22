//! Why a ride cannot be priced.

use core::fmt;

use tunion_data::civil::{Date, DateTime};

use crate::{GroupId, LineId, RuleId, StationId, StopId, Taps, TicketId};

/// A ride that the tariff does not price. [`Tariff::describe`](crate::Tariff::describe) says it
/// with names in place of numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum FareError {
    /// The ride began before the tariff came into force, or after its last day.
    OutOfDate {
        /// The first day.
        from: Date,
        /// The last day, if it has one.
        until: Option<Date>,
    },
    /// The rider left before entering.
    EndsBeforeItBegins,
    /// A rail ride on a bus tariff, or a bus ride on a rail tariff.
    OtherMode,
    /// There is no such station in the network.
    UnknownStation(StationId),
    /// There is no such line.
    UnknownLine(LineId),
    /// There is no such stop on the line.
    UnknownStop(LineId, StopId),
    /// Not covered by this tariff: it has no price for this group of lines or line class.
    NotCovered(GroupId),
    /// Not covered by this tariff: the station lies on none of the groups that it prices.
    StationNotCovered(StationId),
    /// The station does not lie on the group of lines that was named.
    NotOnGroup(StationId, GroupId),
    /// Both stations are covered, but no single group of lines holds both.
    NoCommonGroup(StationId, StationId),
    /// The tariff ends before this distance.
    BeyondLastBand {
        /// Metres, or difference of stop numbers.
        distance: u32,
    },
    /// A tap is missing, and the tariff has no rule for that.
    Incomplete(Taps),
    /// The ticket is not sold on this group of lines.
    NotSold(TicketId, GroupId),
    /// The pass was not in use yet, or not any more, when the rider entered.
    PassOver {
        /// Its first use.
        from: DateTime,
        /// The end of its time.
        until: DateTime,
    },
    /// A pass was given without the time of its first use.
    NotActivated(TicketId),
    /// Whether this was a working day decides the price, and the calendar does not have the year.
    NoCalendar {
        /// The year.
        year: i16,
    },
    /// The clause would give a part of a fen. A tariff that was loaded from a file is checked for
    /// this; one that was built by hand may not be.
    Inexact(RuleId),
}

impl fmt::Display for FareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::OutOfDate { from, until: None } => write!(f, "the tariff is valid from {from}"),
            Self::OutOfDate { from, until: Some(until) } => {
                write!(f, "the tariff is valid from {from} to {until}")
            }
            Self::EndsBeforeItBegins => f.write_str("the ride ends before it begins"),
            Self::OtherMode => f.write_str("the tariff is for another mode of transport"),
            Self::UnknownStation(StationId(id)) => write!(f, "the network has no station with id {id}"),
            Self::UnknownLine(LineId(id)) => write!(f, "there is no line with id {id}"),
            Self::UnknownStop(LineId(line), StopId(stop)) => {
                write!(f, "line with id {line} has no stop {stop}")
            }
            Self::NotCovered(_) => {
                f.write_str("not covered by this tariff: no price for this group of lines")
            }
            Self::StationNotCovered(_) => {
                f.write_str("not covered by this tariff: a station outside its groups of lines")
            }
            Self::NotOnGroup(..) => f.write_str("the station does not lie on this group of lines"),
            Self::NoCommonGroup(..) => {
                f.write_str("not covered by this tariff: no group of lines holds both stations")
            }
            Self::BeyondLastBand { distance } => write!(f, "the tariff's last band ends before {distance}"),
            Self::Incomplete(Taps::NoEntry) => f.write_str("no entry, and the tariff has no rule for that"),
            Self::Incomplete(_) => f.write_str("no tap-off, and the tariff has no rule for that"),
            Self::NotSold(..) => f.write_str("this ticket is not sold on this group of lines"),
            Self::PassOver { from, until } => {
                write!(f, "the pass is good for rides that begin from {from} to before {until}")
            }
            Self::NotActivated(_) => f.write_str("a pass needs the time of its first use"),
            Self::NoCalendar { year } => {
                write!(f, "whether it was a working day decides, and the calendar does not have {year}")
            }
            Self::Inexact(_) => f.write_str("the amount is no whole number of fen"),
        }
    }
}

impl core::error::Error for FareError {}
