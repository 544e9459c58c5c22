//! What a top-up terminal loads (`docs/spec/terminal.md` 1.6, 10): by whom, how much, and for how long the card
//! is valid afterwards.

use crate::codes::Code;
use crate::facts::Facts;
use core::time::Duration;
use tunion_data::civil::{Date, DateTime};
use tunion_data::command::{LoadInit, SamQuota};
use tunion_data::file::AppInfo;
use tunion_data::{BcdDate, BcdDateTime, Fen};

/// The rules of a top-up terminal. The default one asks the host and has no limits of its own. Which kinds of
/// card may be loaded at all is what the profile accepts.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct LoadProfile {
    /// Who checks the card and makes MAC2.
    pub by: LoadBy,
    /// Amounts are multiples of this (基数).
    pub base: Option<Fen>,
    /// The most that is loaded at once.
    pub max_single: Option<Fen>,
    /// The most that the purse may hold afterwards.
    pub max_balance: Option<Fen>,
    /// The least that a card's first load may be.
    pub min_first: Option<Fen>,
    /// After a load the card is valid for so many days at least (延期); 0 leaves its last day alone.
    pub extend_days: u16,
}

/// Who checks the card of a load and makes MAC2.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum LoadBy {
    /// The issuer's host, load by load, as in Shanghai.
    #[default]
    Host,
    /// The load SAM (ISAM) in the terminal, within a quota that the host gave it, as in Xi'an.
    Sam,
}

impl LoadProfile {
    /// Whether the amount, and the balance that it leads to, are within the limits.
    pub(crate) fn permits(&self, facts: &Facts, amount: Fen) -> Result<(), Code> {
        let is_multiple = |base: Fen| amount.get().checked_rem(base.get()) == Some(0);
        let within = |limit: Option<Fen>, found: Fen| limit.is_none_or(|limit| found <= limit);
        let permitted = !amount.is_zero()
            && self.base.is_none_or(is_multiple)
            && within(self.max_single, amount)
            && within(self.max_balance, facts.after_load(amount));
        if permitted { Ok(()) } else { Err(Code::LoadLimit) }
    }

    /// Whether the amount is enough for a first load, if it is one: an online sequence of 0 says that the card
    /// was never loaded (`docs/spec/card.md` 2.4).
    pub(crate) fn permits_first(&self, init: &LoadInit, amount: Fen) -> Result<(), Code> {
        let enough = init.seq != 0 || self.min_first.is_none_or(|least| amount >= least);
        if enough { Ok(()) } else { Err(Code::LoadLimit) }
    }

    /// The last day that a load now gives the card: so many days from today. `None` when that is no later than
    /// the one it has, which is never moved back (our reading; the source names the days and the command).
    pub(crate) fn extended(&self, info: &AppInfo, today: Date) -> Option<BcdDate> {
        let days = u64::from(self.extend_days);
        let last = today.checked_add(Duration::from_secs(days * 86_400)).ok()?;
        let later = info.valid_to.date().is_none_or(|had| last > had);
        (days > 0 && later).then(|| last.into())
    }
}

/// Whether a quota covers a load now. An expiry that is no time has passed.
pub(crate) fn covers(quota: &SamQuota, amount: Fen, at: DateTime) -> bool {
    // BCD: the digits are in order as the times are.
    amount <= quota.quota && BcdDateTime::from(at).0 <= quota.expiry.0 && quota.expiry.datetime().is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tunion_data::civil::date;

    const RULES: LoadProfile = LoadProfile {
        by: LoadBy::Sam,
        base: Some(Fen::from_yuan(10)),
        max_single: Some(Fen::from_yuan(500)),
        max_balance: Some(Fen::from_yuan(1000)),
        min_first: Some(Fen::from_yuan(20)),
        extend_days: 365,
    };

    #[test]
    fn limits_hold_on_both_sides() {
        let permitted = |actual, used, amount| {
            let [actual, overdraft_used, amount] = [actual, used, amount].map(Fen::from_yuan);
            RULES.permits(&Facts { actual, overdraft_used, ..Facts::default() }, amount).is_ok()
        };
        assert!(permitted(0, 0, 10) && permitted(0, 0, 500));
        assert!(!permitted(0, 0, 0) && !permitted(0, 0, 15) && !permitted(0, 0, 510));
        assert!(permitted(900, 0, 100) && !permitted(900, 0, 110));
        // What repays the overdraft does not stay in the purse.
        assert!(!permitted(990, 0, 20) && permitted(990, 10, 20));
        assert!(LoadProfile::default().permits(&Facts::default(), Fen::MAX).is_ok());
        let none = LoadProfile { base: Some(Fen::ZERO), ..LoadProfile::default() };
        assert_eq!(none.permits(&Facts::default(), Fen::new(1)), Err(Code::LoadLimit));
    }

    #[test]
    fn a_first_load_has_a_least_amount() {
        let first = |seq, yuan| {
            RULES.permits_first(&LoadInit { seq, ..LoadInit::default() }, Fen::from_yuan(yuan)).is_ok()
        };
        assert!(!first(0, 10) && first(0, 20) && first(1, 10));
    }

    #[test]
    fn the_last_day_is_never_moved_back() {
        let today = date(2026, 11, 23);
        let extended = |valid_to: BcdDate| {
            RULES.extended(&AppInfo { valid_to, ..AppInfo::default() }, today).and_then(BcdDate::date)
        };
        assert_eq!(extended(date(2026, 11, 1).into()), Some(date(2027, 11, 23)));
        assert_eq!(extended(date(2027, 11, 22).into()), Some(date(2027, 11, 23)));
        assert_eq!(extended(date(2027, 11, 23).into()), None);
        assert_eq!(extended(date(2040, 1, 1).into()), None);
        assert_eq!(extended(BcdDate([0; 4])), Some(date(2027, 11, 23)));
        let never = LoadProfile { extend_days: 0, ..RULES };
        assert_eq!(never.extended(&AppInfo::default(), today), None);
        let beyond = LoadProfile { extend_days: u16::MAX, ..RULES };
        assert_eq!(beyond.extended(&AppInfo::default(), date(9999, 1, 1)), None);
    }

    #[test]
    fn a_quota_covers_up_to_its_last_second() {
        let at = date(2026, 11, 23).at(20, 0, 0, 0);
        let quota = SamQuota { quota: Fen::from_yuan(50), expiry: at.into(), batch: 1 };
        let later = date(2026, 11, 23).at(20, 0, 1, 0);
        assert!(covers(&quota, Fen::from_yuan(50), at));
        assert!(!covers(&quota, Fen::new(5001), at) && !covers(&quota, Fen::new(1), later));
        let broken = SamQuota { expiry: BcdDateTime([0xFF; 7]), ..quota };
        assert!(!covers(&broken, Fen::new(1), at));
    }
}
