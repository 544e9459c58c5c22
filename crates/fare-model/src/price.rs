//! What the model answers.

/// What a ride costs, in fen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// The fare before anything is taken off (`docs/spec/fares.md` sections 1 and 2), in fen.
    ///
    /// Our reading: the surcharge for overtime is no part of it.
    pub list: u32,
    /// What the rider pays, in fen, overtime included.
    pub charged: u32,
}

/// Why a ride has no price.
///
/// Our reading: where several reasons hold, the first in this order is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A station, a line, a direction or a stop that the networks do not have.
    UnknownPlace,
    /// No group of lines holds both stations, or the group asked for does not.
    NoCommonGroup,
    /// The exit is earlier than the entry.
    EndsBeforeItBegins,
    /// The day is earlier than the first tariff known (`docs/spec/fares.md` section 1, history), or than the
    /// line.
    BeforeTheTariff,
    /// The ticket is not sold for this group of lines (`docs/spec/fares.md` section 1).
    NotSold,
    /// The entry lies outside the pass's hours (`docs/spec/fares.md` section 1, electronic passes).
    PassOver,
    /// Low-peak turns on the day's class, and no holidays of that year are known.
    NoCalendar,
}

/// `percent` of `fen`. Whole fen suffice for Beijing (`docs/spec/fares.md`, point 5).
pub(crate) const fn percent(fen: u32, percent: u32) -> u32 {
    fen * percent / 100
}
