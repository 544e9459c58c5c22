//! The chain of reasons that leads from nothing to the amount charged.

use tunion_data::Fen;

use crate::{RuleId, YearMonth};

/// The steps of a quote, in order. Each is taken at most once.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Step {
    /// The list price.
    List,
    /// The concession, or its loss for want of a tap-off.
    Concession,
    /// The monthly total.
    Accumulation,
    /// The surcharge for a long stay.
    Overtime,
}

const STEPS: usize = Step::Overtime as usize + 1;

/// What the clause looked at.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fact {
    /// Nothing but the amount before.
    Amount,
    /// The distance, in the tariff's measure.
    Distance(u32),
    /// The monthly total before this ride.
    Paid {
        /// The month of the ride.
        month: YearMonth,
        /// What was paid in it before.
        paid: Fen,
        /// The month that the ledger's total belonged to, when it was another one and so counted as
        /// zero.
        stale: Option<YearMonth>,
    },
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
pub struct Reasons([Option<Reason>; STEPS]);

impl Reasons {
    /// The reasons in order.
    pub fn iter(&self) -> impl Iterator<Item = &Reason> {
        self.0.iter().flatten()
    }

    /// The reason of one step, if it was taken.
    #[must_use]
    pub fn at(&self, step: Step) -> Option<&Reason> {
        self.0[step as usize].as_ref()
    }

    pub(crate) fn set(&mut self, step: Step, reason: Reason) {
        self.0[step as usize] = Some(reason);
    }
}
