//! The chain of reasons that leads from nothing to the amount charged.

use tunion_data::Fen;
use tunion_data::civil::DateTime;

use crate::{Period, RuleId};

/// The longest chain: the list price, what was priced in place of a missing tap, and the steps.
pub(crate) const LONGEST: usize = MAX_STEPS + 2;

/// The most steps that a tariff can have.
pub const MAX_STEPS: usize = 6;

/// What the clause looked at.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fact {
    /// Nothing but the amount before.
    Amount,
    /// The distance, in the tariff's measure.
    Distance(u32),
    /// A counter before this ride.
    Counted {
        /// The period of the ride.
        period: Period,
        /// What the counter held of it before.
        amount: Fen,
        /// The period that the counter's total belonged to, when it was another one and so counted as
        /// zero.
        stale: Option<Period>,
    },
    /// The rides that a counter held before this one.
    Ridden {
        /// The period of the ride.
        period: Period,
        /// How many.
        rides: u16,
    },
    /// The time of entry.
    Entered(DateTime),
    /// The stay, in minutes, a started one counted whole.
    Minutes(u32),
}

/// One step: a clause turned `before` into `after`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Reason {
    /// The clause of the tariff.
    pub rule: RuleId,
    /// The amount before the step.
    pub before: Fen,
    /// The amount after it.
    pub after: Fen,
    /// What the clause looked at.
    pub fact: Fact,
}

/// The reasons of a quote: a chain from zero to the amount charged, each step beginning where the
/// one before ended.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct Reasons {
    chain: [Option<Reason>; LONGEST],
    len: u8,
}

impl Reasons {
    /// The reasons in order.
    pub fn iter(&self) -> impl Iterator<Item = &Reason> {
        self.chain.iter().flatten()
    }

    /// The last, which ends at the amount charged.
    #[must_use]
    pub fn last(&self) -> Option<&Reason> {
        self.iter().last()
    }
}

/// Who is told each step of a chain.
pub(crate) trait Witness {
    /// A rule made one amount of another; the whole reason, for those who want it.
    fn step(&mut self, rule: RuleId, change: (Fen, Fen), reason: impl FnOnce() -> Reason);
}

impl Witness for Reasons {
    #[inline]
    fn step(&mut self, _: RuleId, _: (Fen, Fen), reason: impl FnOnce() -> Reason) {
        if let Some(place) = self.chain.get_mut(usize::from(self.len)) {
            *place = Some(reason());
            self.len += 1;
        }
    }
}

/// Remembers the clause that changed the amount last.
#[derive(Default)]
pub(crate) struct Last(pub(crate) RuleId);

impl Witness for Last {
    #[inline]
    fn step(&mut self, rule: RuleId, (before, after): (Fen, Fen), _: impl FnOnce() -> Reason) {
        if before != after {
            self.0 = rule;
        }
    }
}
