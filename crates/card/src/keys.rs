//! The keys of one card (`docs/spec/card.md` 4.1, 8.1).

use tunion_crypto::{Key16, TacKey, Tally, TdesKey};

/// Ids of the external-authentication keys: 00 and 01 (`docs/spec/card.md` 8.1, our reading).
pub(crate) const EXTERNAL_KEYS: usize = 2;

/// The keys that a card of this project uses, each derived from its root by two levels
/// (`docs/spec/card.md` 4.2). No command returns one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardKeys {
    /// DPK, index 01.
    pub purchase: Key16,
    /// DLK, indexes 01 and 02 (`docs/spec/card.md` 6a, our reading).
    pub load: [Key16; 2],
    /// DULK, index 01.
    pub unload: Key16,
    /// DUK, of the overdraft limit, index 01.
    pub overdraft: Key16,
    /// DTK.
    pub tac: Key16,
    /// Application block (应用锁定).
    pub app_block: Key16,
    /// Application unblock (应用解锁).
    pub app_unblock: Key16,
    /// DAMK, application maintenance (应用维护).
    pub app_maintenance: Key16,
    /// Card control: CARD BLOCK.
    pub card_control: Key16,
    /// DPUK, PIN unblock.
    pub pin_unblock: Key16,
    /// DRPK, PIN reload.
    pub pin_reload: Key16,
    /// External authentication: key id 00, and 01 the application control key.
    pub external: [Key16; EXTERNAL_KEYS],
    /// Internal authentication; most cards have none.
    pub internal: Option<Key16>,
    /// The version that INITIALIZE answers.
    pub version: u8,
}

/// The keys as the card holds them: those that a tap uses with their schedules ready, so that it
/// schedules only its session key; the others as they are.
#[derive(Clone, Debug)]
pub(crate) struct PreparedKeys {
    pub(crate) purchase: TdesKey,
    pub(crate) load: [TdesKey; 2],
    pub(crate) tac: TacKey,
    pub(crate) unload: Key16,
    pub(crate) overdraft: Key16,
    pub(crate) app_block: Key16,
    pub(crate) app_unblock: Key16,
    pub(crate) app_maintenance: Key16,
    pub(crate) card_control: Key16,
    pub(crate) pin_unblock: Key16,
    pub(crate) pin_reload: Key16,
    pub(crate) external: [Key16; EXTERNAL_KEYS],
    pub(crate) internal: Option<Key16>,
    pub(crate) version: u8,
}

impl From<&CardKeys> for PreparedKeys {
    fn from(keys: &CardKeys) -> Self {
        // Personalisation is not what is measured.
        let mut unpriced = Tally::default();
        let keys = keys.clone();
        Self {
            purchase: keys.purchase.tdes(&mut unpriced),
            load: keys.load.map(|key| key.tdes(&mut unpriced)),
            tac: TacKey::new(&keys.tac, &mut unpriced),
            unload: keys.unload,
            overdraft: keys.overdraft,
            app_block: keys.app_block,
            app_unblock: keys.app_unblock,
            app_maintenance: keys.app_maintenance,
            card_control: keys.card_control,
            pin_unblock: keys.pin_unblock,
            pin_reload: keys.pin_reload,
            external: keys.external,
            internal: keys.internal,
            version: keys.version,
        }
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use super::*;

    /// A key of its own for each use.
    pub(crate) fn keys() -> CardKeys {
        let mut numbers = 1..;
        let mut next = || Key16::new([numbers.next().unwrap(); 16]);
        CardKeys {
            purchase: next(),
            load: [next(), next()],
            unload: next(),
            overdraft: next(),
            tac: next(),
            app_block: next(),
            app_unblock: next(),
            app_maintenance: next(),
            card_control: next(),
            pin_unblock: next(),
            pin_reload: next(),
            external: [next(), next()],
            internal: Some(next()),
            version: 1,
        }
    }
}
