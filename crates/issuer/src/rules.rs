//! How much may be loaded.

use tunion_data::Fen;
use tunion_data::civil::Date;
use tunion_data::host::{LoadRefusal, LoadRequest};

use crate::account::{Account, Standing};

/// The operator's rules for loads. They are the issuer's; a card has a ceiling of its own beside them
/// (`docs/spec/fares.md` 3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LoadRules {
    /// Amounts are multiples of this.
    pub multiple_of: Fen,
    /// The most that a purse may hold.
    pub ceiling: Fen,
    /// The least that the first load of a card may be.
    pub first_minimum: Fen,
    /// Whether a card whose validity is over can be loaded.
    pub load_expired: bool,
}

impl Default for LoadRules {
    /// Beijing's: multiples of 10.00 yuan, at most 1000.00 yuan in the purse, at least 20.00 yuan at
    /// first (`docs/spec/fares.md` 3, source S21). That an expired card is refused is our reading.
    fn default() -> Self {
        Self {
            multiple_of: Fen::from_yuan(10),
            ceiling: Fen::from_yuan(1000),
            first_minimum: Fen::from_yuan(20),
            load_expired: false,
        }
    }
}

impl LoadRules {
    /// Whether the account's card may be loaded as asked. The request is the card's own: its MAC1 has
    /// been verified.
    ///
    /// # Errors
    /// The first rule that speaks against it.
    pub fn check(&self, account: &Account, request: &LoadRequest) -> Result<(), LoadRefusal> {
        self.check_card(account, request.at.date())?;
        self.check_amount(account, request)
    }

    fn check_card(&self, account: &Account, today: Date) -> Result<(), LoadRefusal> {
        match account.standing {
            Standing::Normal => {}
            Standing::ReportedLost => return Err(LoadRefusal::ReportedLost),
            Standing::Blacklisted => return Err(LoadRefusal::Blacklisted),
            Standing::Superseded => return Err(LoadRefusal::Superseded),
            Standing::Returned => return Err(LoadRefusal::Returned),
        }
        // The last day is still a day of validity (docs/spec/terminal.md 1.0).
        let valid = account.valid_to.date().is_some_and(|last| today <= last);
        if valid || self.load_expired { Ok(()) } else { Err(LoadRefusal::Expired) }
    }

    fn check_amount(&self, account: &Account, request: &LoadRequest) -> Result<(), LoadRefusal> {
        let LoadRequest { amount, init, .. } = request;
        let multiple = amount.get().checked_rem(self.multiple_of.get()) == Some(0);
        if amount.is_zero() || !multiple {
            return Err(LoadRefusal::NotMultipleOf(self.multiple_of));
        }
        // A sequence of 0 says that the card was never loaded (docs/spec/card.md 2.4).
        if init.seq == 0 && *amount < self.first_minimum {
            return Err(LoadRefusal::FirstLoadBelow(self.first_minimum));
        }
        let available = init.balance.saturating_add(*amount);
        if available.saturating_sub(account.overdraft_limit) > self.ceiling {
            return Err(LoadRefusal::BalanceAbove(self.ceiling));
        }
        Ok(())
    }
}
