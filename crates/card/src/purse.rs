//! The arithmetic of the purse (`docs/spec/card.md` 6).
//!
//! available = actual + (limit − used). A debit takes the actual balance first and then the
//! overdraft; a load repays the overdraft first (our reading from GET BALANCE).

use crate::contents::PurseContents;
use crate::map::PurseState;
use tunion_data::command::Balances;
use tunion_data::{Fen, Fen24};

impl PurseState {
    /// Actual balance and unused overdraft together: what GET BALANCE P1 = 00 and INITIALIZE answer
    /// (`docs/spec/card.md` 6a, our reading).
    pub(crate) fn available(&self) -> Fen {
        let unused = self.overdraft_limit.fen().saturating_sub(self.overdraft_used.fen());
        self.actual.fen() + unused
    }

    /// The purse after a debit of `amount`, or `None` if that is not available.
    pub(crate) fn debited(mut self, amount: Fen) -> Option<Self> {
        if amount > self.available() {
            return None;
        }
        let from_overdraft = amount.saturating_sub(self.actual.fen());
        self.actual = Fen24::new(self.actual.fen().saturating_sub(amount))?;
        self.overdraft_used = Fen24::new(self.overdraft_used.fen() + from_overdraft)?;
        Some(self)
    }

    /// The purse after a load of `amount`, or `None` beyond its ceiling.
    pub(crate) fn loaded(mut self, amount: Fen) -> Option<Self> {
        let to_actual = amount.saturating_sub(self.overdraft_used.fen());
        self.overdraft_used = Fen24::new(self.overdraft_used.fen().saturating_sub(amount))?;
        self.actual = Fen24::new(self.actual.fen() + to_actual)?;
        (self.actual <= self.ceiling).then_some(self)
    }

    /// The purse after an unload of `amount`, or `None` beyond the actual balance: what is owed cannot
    /// be taken out (our reading, `docs/spec/card.md` 8.5).
    pub(crate) fn unloaded(mut self, amount: Fen) -> Option<Self> {
        self.actual = Fen24::new(self.actual.fen().checked_sub(amount)?)?;
        Some(self)
    }

    /// The purse with another overdraft limit, or `None` when less than what is used, or when ceiling and
    /// limit would pass the purse's 24 bits (`docs/spec/card.md` 6).
    pub(crate) fn with_limit(mut self, limit: Fen24) -> Option<Self> {
        self.overdraft_limit = limit;
        let fits = self.ceiling.fen() + limit.fen() <= Fen24::MAX.fen();
        (fits && self.overdraft_used <= limit).then_some(self)
    }

    /// The four amounts that GET BALANCE P1 = 05 answers.
    pub(crate) fn balances(&self) -> Balances {
        Balances {
            actual: self.actual.fen(),
            ceiling: self.ceiling.fen(),
            overdraft_limit: self.overdraft_limit.fen(),
            overdraft_used: self.overdraft_used.fen(),
        }
    }
}

impl From<PurseContents> for PurseState {
    fn from(contents: PurseContents) -> Self {
        Self {
            actual: contents.balance,
            ceiling: contents.ceiling,
            overdraft_limit: contents.overdraft_limit,
            overdraft_used: contents.overdraft_used,
            offline_seq: contents.offline_seq,
            online_seq: contents.online_seq,
            ..Self::default()
        }
    }
}

impl From<&PurseState> for PurseContents {
    fn from(state: &PurseState) -> Self {
        Self {
            balance: state.actual,
            ceiling: state.ceiling,
            overdraft_limit: state.overdraft_limit,
            overdraft_used: state.overdraft_used,
            offline_seq: state.offline_seq,
            online_seq: state.online_seq,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn any_purse() -> impl Strategy<Value = PurseState> {
        (0u32..=0x00FF_FFFF, 0u32..=0x00FF_FFFF, any::<prop::sample::Index>(), any::<prop::sample::Index>())
            .prop_map(|(ceiling, limit, actual, used)| {
                let limit = limit.min(0x00FF_FFFF - ceiling);
                let amount = |n: usize| Fen24::new(Fen::new(u32::try_from(n).unwrap())).unwrap();
                PurseState {
                    ceiling: amount(ceiling as usize),
                    overdraft_limit: amount(limit as usize),
                    actual: amount(actual.index(ceiling as usize + 1)),
                    overdraft_used: amount(used.index(limit as usize + 1)),
                    ..PurseState::default()
                }
            })
    }

    /// What the holder owns: the balance less what was overdrawn. It may be negative.
    fn worth(purse: &PurseState) -> i64 {
        i64::from(purse.actual.fen().get()) - i64::from(purse.overdraft_used.fen().get())
    }

    fn holds(purse: &PurseState) -> bool {
        purse.actual <= purse.ceiling && purse.overdraft_used <= purse.overdraft_limit
    }

    proptest! {
        #[test]
        fn a_debit_takes_exactly_its_amount_or_nothing(purse in any_purse(), amount in 0u32..0x0200_0000) {
            match purse.debited(Fen::new(amount)) {
                Some(after) => {
                    prop_assert_eq!(worth(&purse) - worth(&after), i64::from(amount));
                    prop_assert!(holds(&after));
                }
                None => prop_assert!(Fen::new(amount) > purse.available()),
            }
        }

        #[test]
        fn a_load_gives_exactly_its_amount_or_nothing(purse in any_purse(), amount in 0u32..0x0200_0000) {
            if let Some(after) = purse.loaded(Fen::new(amount)) {
                prop_assert_eq!(worth(&after) - worth(&purse), i64::from(amount));
                prop_assert!(holds(&after));
            } else {
                let room = purse.ceiling.fen().get() - purse.actual.fen().get() + purse.overdraft_used.fen().get();
                prop_assert!(amount > room);
            }
        }

        #[test]
        fn an_unload_takes_exactly_its_amount_of_what_is_there(purse in any_purse(), amount in 0u32..0x0200_0000) {
            match purse.unloaded(Fen::new(amount)) {
                Some(after) => {
                    prop_assert_eq!(worth(&purse) - worth(&after), i64::from(amount));
                    prop_assert_eq!(after.overdraft_used, purse.overdraft_used);
                    prop_assert!(holds(&after));
                }
                None => prop_assert!(Fen::new(amount) > purse.actual.fen()),
            }
        }

        #[test]
        fn another_limit_changes_nothing_else(purse in any_purse(), limit in 0u32..=0x00FF_FFFF) {
            let limit = Fen24::new(Fen::new(limit)).unwrap();
            match purse.with_limit(limit) {
                Some(after) => {
                    prop_assert_eq!(after, PurseState { overdraft_limit: limit, ..purse });
                    prop_assert!(holds(&after));
                }
                None => prop_assert!(
                    limit < purse.overdraft_used || purse.ceiling.fen() + limit.fen() > Fen24::MAX.fen()
                ),
            }
        }

        /// The overdraft is touched last and repaid first, as long as a purse starts with money or with
        /// debt but not both.
        #[test]
        fn money_and_debt_do_not_meet(
            start in any_purse(),
            steps in prop::collection::vec((any::<bool>(), 0u32..100_000), 0..30),
        ) {
            let mut purse = PurseState { overdraft_used: Fen24::ZERO, ..start };
            for (load, amount) in steps {
                let next = if load { purse.loaded(Fen::new(amount)) } else { purse.debited(Fen::new(amount)) };
                purse = next.unwrap_or(purse);
                prop_assert!(purse.actual == Fen24::ZERO || purse.overdraft_used == Fen24::ZERO);
            }
        }
    }
}
