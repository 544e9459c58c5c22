//! The chain of reasons over all legs of a ride.

use std::fmt;

use tunion_data::Fen;
use tunion_fare::{Reason, Rule, Tariff};

use super::Answer;

/// One step from nothing to the price.
#[derive(Clone, Copy)]
pub(super) struct Step<'a> {
    /// The leg, from 0.
    pub(super) leg: usize,
    pub(super) rule: &'a Rule,
    pub(super) before: Fen,
    pub(super) after: Fen,
    tariff: &'a Tariff,
    /// Nothing where a rule joins two legs.
    pub(super) reason: Option<&'a Reason>,
}

impl Step<'_> {
    /// Where the rule stands: the name of the file, without its folders, and the line.
    pub(super) fn at(&self) -> impl fmt::Display {
        let file = &*self.tariff.head().file;
        At(file.rsplit(['/', '\\']).next().unwrap_or(file), self.rule.line)
    }

    /// What the rule did, in words.
    pub(super) fn words(&self) -> impl fmt::Display {
        Words(*self)
    }
}

struct At<'a>(&'a str, u32);

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.0, self.1)
    }
}

struct Words<'a>(Step<'a>);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Step { tariff, rule, reason, .. } = self.0;
        match reason {
            Some(reason) => tariff.explain(reason).fmt(f),
            None => tariff.clause_in_words(&rule.clause).fmt(f),
        }
    }
}

impl Answer<'_> {
    /// The steps of all legs: each leg's begin at zero and end at its price, and the rule that joins it to those
    /// before turns their price into the price of all. The last ends at the amount charged.
    pub(super) fn steps(&self) -> impl Iterator<Item = Step<'_>> {
        self.legs.iter().enumerate().flat_map(move |(number, leg)| {
            let own = leg.quote.reasons.iter().filter_map(move |reason| {
                let (before, after) = (reason.before, reason.after);
                let rule = self.tariff.rule(reason.rule)?;
                Some(Step { leg: number, rule, before, after, tariff: self.tariff, reason: Some(reason) })
            });
            let joined = leg.joined.and_then(|id| self.tariff.rule(id)).map(|rule| {
                let (before, after) = (self.up_to(number), self.up_to(number + 1));
                Step { leg: number, rule, before, after, tariff: self.tariff, reason: None }
            });
            own.chain(joined)
        })
    }

    /// What the first legs come to.
    fn up_to(&self, legs: usize) -> Fen {
        let paid = self.legs.iter().take(legs).filter(|leg| leg.charged);
        paid.map(|leg| leg.quote.charged).sum()
    }
}
