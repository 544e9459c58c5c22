//! The clauses of a tariff: each is one line that makes or changes an amount.

use core::num::NonZeroU32;

use tunion_data::Fen;

use crate::{CounterId, GroupId, Taps};

/// What a distance is counted in.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Measure {
    /// Metres of the shortest way (rail).
    Metres,
    /// The difference of the printed stop numbers (bus).
    StopNumbers,
}

/// One clause of a tariff.
///
/// Upper ends are inclusive (含), and `grace` is added to them: `docs/spec/fares.md` 1 finds that
/// official rail fares allow 100 m beyond each end.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Clause {
    /// A list price for distances over `over` up to `to`.
    Band {
        /// The end of the band below, 0 for the first.
        over: u32,
        /// The upper end, inclusive; [`u32::MAX`] for a band without one.
        to: u32,
        /// How far beyond the upper end the band still holds.
        grace: u32,
        /// The list price.
        price: Fen,
    },
    /// The open end: beyond `over`, `base` and `add` for each `every` started.
    Beyond {
        /// The end of the last band.
        over: u32,
        /// As in the bands.
        grace: u32,
        /// The price of the last band.
        base: Fen,
        /// The length of a step.
        every: NonZeroU32,
        /// The price of a step.
        add: Fen,
    },
    /// One list price for any distance (单一票制).
    Flat {
        /// The list price.
        price: Fen,
    },
    /// The list price of a ride that lacks a tap.
    Incomplete {
        /// Which taps there are.
        taps: Taps,
        /// What is priced instead.
        instead: Instead,
    },
    /// The rider pays this many hundredths of the amount.
    Share {
        /// What is PAID, not what is taken off.
        percent: u8,
    },
    /// The rider pays this instead of the amount.
    Fixed {
        /// The price for these riders.
        price: Fen,
    },
    /// A tier of a counter.
    Tier {
        /// The counter.
        counter: CounterId,
        /// The least that the counter holds, inclusive.
        from: Level,
        /// What is paid, in hundredths.
        percent: u8,
        /// Whether the ride is cut where the counter passes `from`.
        read: Read,
    },
    /// A surcharge.
    Add {
        /// How much.
        surcharge: Surcharge,
        /// Whether it enters the counters that add up what is paid.
        counted: bool,
    },
    /// A counter; it makes no amount, its tiers do.
    Count {
        /// What it adds up.
        basis: Basis,
    },
    /// A kind of ticket that is sold.
    Sold {
        /// How long it runs from its first use; `None` for a single ride.
        hours: Option<u32>,
        /// What it costs when it is bought; `None` when each ride is paid.
        price: Option<Fen>,
    },
    /// How a ride over two groups of lines is charged.
    Join {
        /// One group.
        a: GroupId,
        /// The other.
        b: GroupId,
        /// What becomes of the two prices.
        join: Join,
    },
}

/// What is priced where a tap is missing.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Instead {
    /// The way to the farther end of the bus line (`docs/spec/fares.md` 2, S16 article 16).
    FartherEnd,
    /// The dearest ride from this station in its group of lines (`docs/spec/fares.md` 1, S4).
    Highest,
    /// The shortest ride.
    Lowest,
}

/// When a counter is read for its tiers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Read {
    /// Before the ride, which is paid whole at the tier found.
    BeforeRide,
    /// All along: the ride is cut where the counter reaches a tier (`docs/spec/fares.md` 4, Guangzhou).
    Split,
}

/// What a counter adds up.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Basis {
    /// What was paid.
    Paid,
    /// The list prices.
    List,
    /// The rides.
    Rides,
}

/// What a counter has reached.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Level {
    /// So much, for [`Basis::Paid`] and [`Basis::List`].
    Amount(Fen),
    /// So many rides, for [`Basis::Rides`].
    Rides(u16),
}

/// How much a surcharge is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Surcharge {
    /// So much.
    Amount(Fen),
    /// The list price of the shortest ordinary ride in the group of lines.
    LowestFare,
}

/// How the prices on two groups of lines come together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Join {
    /// Both are charged: at the gates these are two rides.
    Sum,
    /// The dearer one is charged for both.
    Maximum,
    /// The price on this group is charged for both.
    Replace(GroupId),
}

impl Clause {
    /// The list price of a distance, when this is the clause that gives it. Bands are asked from
    /// the nearest to the farthest.
    pub(crate) fn list(&self, distance: u32) -> Option<Fen> {
        match *self {
            Self::Band { to, grace, price, .. } => (distance <= to.saturating_add(grace)).then_some(price),
            Self::Beyond { over, grace, base, every, add } => {
                let beyond = distance.saturating_sub(over.saturating_add(grace));
                let steps = beyond.div_ceil(every.get());
                Some(base + Fen::new(add.get().saturating_mul(steps)))
            }
            Self::Flat { price } => Some(price),
            _ => None,
        }
    }
}
