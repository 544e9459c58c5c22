//! Why a ride cannot be priced.

use core::fmt;

use tunion_data::civil::Date;

use crate::{GroupId, LineId, RuleId, StationId, StopId};

/// A ride that the tariff does not price. [`Tariff::describe`](crate::Tariff::describe) says it
/// with names in place of numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum FareError {
    /// The ride ended before the tariff came into force.
    NotYetValid {
        /// The first day.
        from: Date,
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
    /// Both stations are covered, but no single group of lines holds both.
    NoCommonGroup(StationId, StationId),
    /// The tariff ends before this distance.
    BeyondLastBand {
        /// Metres, or difference of stop numbers.
        distance: u32,
    },
    /// The rider did not tap off, and the tariff has no rule for that.
    NoTapOff,
    /// The clause would give a part of a fen. A tariff that was loaded from a file is checked for
    /// this; one that was built by hand may not be.
    Inexact(RuleId),
}

impl fmt::Display for FareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotYetValid { from } => write!(f, "the tariff is valid from {from}"),
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
            Self::NoCommonGroup(..) => {
                f.write_str("not covered by this tariff: no group of lines holds both stations")
            }
            Self::BeyondLastBand { distance } => write!(f, "the tariff's last band ends before {distance}"),
            Self::NoTapOff => f.write_str("no tap-off, and the tariff has no rule for that"),
            Self::Inexact(_) => f.write_str("the amount is no whole number of fen"),
        }
    }
}

impl core::error::Error for FareError {}
