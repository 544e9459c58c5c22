//! What the keys of a purse are for.

use std::fmt;

/// What a root, and the card's key under it, is for (`docs/spec/card.md` 4.1).
///
/// ```
/// use tunion_issuer::Purpose;
/// assert_eq!(Purpose::LoadSecond.to_string(), "load-second");
/// assert_eq!(Purpose::ALL.iter().filter(|purpose| purpose.is_optional()).count(), 1);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Purpose {
    /// DPK, of purchases (消费).
    Purchase,
    /// DTK, of the TAC (交易验证码).
    Tac,
    /// DLK, of loads (圈存) with key index 01.
    Load,
    /// The second load key, of loads with key index 02 (`docs/spec/card.md` 6a, our reading).
    LoadSecond,
    /// DULK, of unloads (圈提).
    Unload,
    /// DUK, of changes of the overdraft limit (修改透支限额).
    Overdraft,
    /// Application lock (应用锁定).
    AppBlock,
    /// Application unlock (应用解锁).
    AppUnblock,
    /// DAMK, application maintenance (应用维护): secure messaging that writes files.
    AppMaintenance,
    /// DPUK, of a PIN that is unblocked (解锁).
    PinUnblock,
    /// DRPK, of a PIN that is reloaded (重装).
    PinReload,
    /// Card master (主控).
    CardControl,
    /// Application master (应用主控).
    AppControl,
    /// External authentication (外部认证).
    ExternalAuth,
    /// Internal authentication (内部认证), which a purse may be without (`docs/spec/card.md` 3).
    InternalAuth,
}

impl Purpose {
    /// All of them, in the order in which they are listed.
    pub const ALL: [Self; 15] = [
        Self::Purchase,
        Self::Tac,
        Self::Load,
        Self::LoadSecond,
        Self::Unload,
        Self::Overdraft,
        Self::AppBlock,
        Self::AppUnblock,
        Self::AppMaintenance,
        Self::PinUnblock,
        Self::PinReload,
        Self::CardControl,
        Self::AppControl,
        Self::ExternalAuth,
        Self::InternalAuth,
    ];

    /// The name in key files and listings.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::Tac => "tac",
            Self::Load => "load",
            Self::LoadSecond => "load-second",
            Self::Unload => "unload",
            Self::Overdraft => "overdraft",
            Self::AppBlock => "app-block",
            Self::AppUnblock => "app-unblock",
            Self::AppMaintenance => "app-maintenance",
            Self::PinUnblock => "pin-unblock",
            Self::PinReload => "pin-reload",
            Self::CardControl => "card-control",
            Self::AppControl => "app-control",
            Self::ExternalAuth => "external-auth",
            Self::InternalAuth => "internal-auth",
        }
    }

    /// What it is for, in a few words for someone who has to provide it.
    #[must_use]
    pub const fn about(self) -> &'static str {
        match self {
            Self::Purchase => "DPK: purchases, also in every PSAM",
            Self::Tac => "DTK: the TAC of every transaction",
            Self::Load => "DLK: loads with key index 01",
            Self::LoadSecond => "the second load key: loads with key index 02",
            Self::Unload => "DULK: unloads",
            Self::Overdraft => "DUK: changes of the overdraft limit",
            Self::AppBlock => "APPLICATION BLOCK",
            Self::AppUnblock => "APPLICATION UNBLOCK",
            Self::AppMaintenance => "DAMK: secure messaging that writes files",
            Self::PinUnblock => "DPUK: PIN UNBLOCK",
            Self::PinReload => "DRPK: RELOAD PIN",
            Self::CardControl => "the card master key",
            Self::AppControl => "the application master key",
            Self::ExternalAuth => "EXTERNAL AUTHENTICATE",
            Self::InternalAuth => "INTERNAL AUTHENTICATE",
        }
    }

    /// Whether an issuer may have no such root: its cards then have no such key.
    #[must_use]
    pub const fn is_optional(self) -> bool {
        matches!(self, Self::InternalAuth)
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
