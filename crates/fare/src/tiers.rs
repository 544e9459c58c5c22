//! The tiers of a counter.

use tunion_data::Fen;

use crate::tariff::Rung;
use crate::{Basis, Rounding, RuleId};

/// How a ride is cut at the tiers that it passes.
pub(crate) struct Tiers {
    pub(crate) basis: Basis,
    pub(crate) rounding: Rounding,
}

/// A number of fen that need not be whole.
#[derive(Clone, Copy)]
struct Ratio {
    numerator: u128,
    denominator: u128,
}

impl Tiers {
    /// What is paid of `amount` when each part of it is paid at the tier in which it lies; the rule of the
    /// last tier. The result is exact until it is rounded once, at the end.
    ///
    /// # Errors
    /// The rule whose part is no whole number of fen, or too large to be reckoned.
    pub(crate) fn split(&self, ladder: &[Rung], before: Fen, amount: Fen) -> Result<(RuleId, Fen), RuleId> {
        let mut held = before;
        // What is left to price, what was paid, in hundredths of a fen.
        let mut rest = Ratio { numerator: amount.get().into(), denominator: 1 };
        let mut paid: u128 = 0;
        let Some((&Rung { mut rule, mut percent, .. }, higher)) = ladder.split_first() else {
            return Err(RuleId(u16::MAX));
        };
        for rung in higher {
            let from = Fen::new(rung.from);
            if held < from {
                let room = u128::from(from.saturating_sub(held).get());
                let (grown, used, by) = self.growth(rest, room, percent).ok_or(rule)?;
                let Some(left) = grown.checked_sub(used).filter(|left| *left > 0) else { break };
                paid += match self.basis {
                    Basis::Paid => room * 100,
                    Basis::List | Basis::Rides => room * u128::from(percent),
                };
                let denominator = rest.denominator.checked_mul(by).ok_or(rule)?;
                (rest, held) = (Ratio { numerator: left, denominator }, from);
            }
            (rule, percent) = (rung.rule, rung.percent);
        }
        let last = rest.numerator.checked_mul(percent.into());
        let all =
            paid.checked_mul(rest.denominator).zip(last).and_then(|(paid, last)| paid.checked_add(last));
        let hundredths = rest.denominator.checked_mul(100);
        let fen = all.zip(hundredths).and_then(|(all, by)| self.rounding.ratio(all, by));
        fen.map(|fen| (rule, fen)).ok_or(rule)
    }

    /// By how much the counter would grow with all of `rest`, what of it the `room` takes, and by what the
    /// rest of both is to be divided; `None` beyond reckoning.
    fn growth(&self, rest: Ratio, room: u128, percent: u8) -> Option<(u128, u128, u128)> {
        let Ratio { numerator, denominator } = rest;
        match self.basis {
            // The counter grows by a share of what is priced.
            Basis::Paid => {
                let grown = numerator.checked_mul(percent.into())?;
                Some((grown, room.checked_mul(100)?.checked_mul(denominator)?, percent.into()))
            }
            Basis::List | Basis::Rides => Some((numerator, room.checked_mul(denominator)?, 1)),
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    fn split(basis: Basis, steps: &[(u32, u8)], before: u32, amount: u32) -> Option<u32> {
        let how = Tiers { basis, rounding: Rounding::Exact };
        let rung = |(n, &(from, percent)): (usize, &(u32, u8))| Rung {
            from,
            percent,
            rule: crate::tariff::rule_id(n),
        };
        let ladder: std::vec::Vec<Rung> = steps.iter().enumerate().map(rung).collect();
        how.split(&ladder, Fen::new(before), Fen::new(amount)).ok().map(|(_, fen)| fen.get())
    }

    const BEIJING: &[(u32, u8)] = &[(0, 100), (10_000, 80), (15_000, 50), (40_000, 100)];
    const GUANGZHOU: &[(u32, u8)] = &[(0, 100), (8_000, 80), (20_000, 50)];

    /// `docs/spec/fares.md` 1: the trial of readings has 368.75 for a counter of what was paid that splits
    /// the ride.
    #[test]
    fn the_month_of_the_reading_that_splits() {
        let paid = (0..60).fold(0, |paid, _| paid + split(Basis::Paid, BEIJING, paid, 1_000).unwrap());
        assert_eq!(paid, 36_875);
    }

    #[test]
    fn a_ride_over_a_threshold_is_paid_in_parts() {
        // Full up to 80.00, the rest at 80 %.
        assert_eq!(split(Basis::List, GUANGZHOU, 7_800, 500), Some(200 + 240));
        assert_eq!(split(Basis::Paid, GUANGZHOU, 7_800, 500), Some(200 + 240));
        assert_eq!(split(Basis::List, GUANGZHOU, 8_000, 500), Some(400));
        assert_eq!(split(Basis::List, GUANGZHOU, 7_500, 500), Some(500));
        // Over two thresholds at once.
        assert_eq!(split(Basis::List, GUANGZHOU, 0, 30_000), Some(8_000 + 9_600 + 5_000));
        assert_eq!(split(Basis::Paid, GUANGZHOU, 0, 30_000), Some(8_000 + 12_000 + 3_500));
    }

    #[test]
    fn a_free_tier_never_fills_a_counter_of_what_was_paid() {
        let free = &[(0, 100), (1_000, 0), (2_000, 50)];
        assert_eq!(split(Basis::Paid, free, 900, 50_000), Some(100));
        assert_eq!(split(Basis::List, free, 900, 5_000), Some(100 + 1_950));
    }

    #[test]
    fn a_part_of_a_fen_names_its_rule() {
        assert_eq!(split(Basis::Paid, &[(0, 70), (1_000, 50)], 995, 100), None);
        assert_eq!(split(Basis::List, &[], 0, 100), None);
    }
}
