//! What personalisation puts on a card.

use heapless::Vec;
use tunion_crypto::Key16;
use tunion_data::Fen24;
use tunion_data::fci::{EP_AID, MAX_AID};
use tunion_data::file::{AppInfo, BusRecord, Holder, INDUSTRY_LEN, Management, RailRecord};

/// Everything that makes one card differ from another. The issuer fills it in; the card takes it and
/// never gives a key back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contents {
    /// The application's full name: the e-purse's 8 bytes, or an instance's up to 16
    /// (`docs/spec/card.md` 1.1).
    pub aid: Vec<u8, MAX_AID>,
    /// Application version in the FCI, one byte on most cards, two on some
    /// (`docs/spec/card.md` 1.3).
    pub version: Vec<u8, 2>,
    /// EF 15.
    pub info: AppInfo,
    /// EF 16.
    pub holder: Holder,
    /// EF 17.
    pub management: Management,
    /// The purse.
    pub purse: PurseContents,
    /// The card's own keys, derived from the issuer's roots.
    pub keys: CardKeys,
    /// Record 2701 of EF 1A.
    pub rail: [u8; INDUSTRY_LEN],
    /// Record 2702 of EF 1A.
    pub bus: [u8; INDUSTRY_LEN],
}

impl Contents {
    /// A card with an empty purse, no journeys, and zeros in its files 15 to 17.
    #[must_use]
    pub fn blank(keys: CardKeys) -> Self {
        Self {
            aid: Vec::from_iter(EP_AID),
            version: Vec::from_iter([0x02]),
            info: AppInfo::default(),
            holder: Holder::default(),
            management: Management::default(),
            purse: PurseContents::default(),
            keys,
            rail: RailRecord::blank().sealed(),
            bus: BusRecord::blank().encode(),
        }
    }
}

/// The purse at personalisation (`docs/spec/card.md` 6): actual balance up to the ceiling, overdraft
/// used up to its limit, ceiling and limit together at most 24 bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PurseContents {
    /// Actual balance.
    pub balance: Fen24,
    /// Ceiling of the actual balance.
    pub ceiling: Fen24,
    /// Overdraft limit (透支限额).
    pub overdraft_limit: Fen24,
    /// Overdraft used (已透支).
    pub overdraft_used: Fen24,
    /// Offline transaction sequence: purchases.
    pub offline_seq: u16,
    /// Online transaction sequence: loads.
    pub online_seq: u16,
}

impl Default for PurseContents {
    /// Empty, with the ceiling of a real Beijing card, 5000.00 yuan (`docs/spec/card.md` 6), and no
    /// overdraft.
    fn default() -> Self {
        Self {
            balance: Fen24::ZERO,
            ceiling: Fen24::from_be_bytes([0x07, 0xA1, 0x20]),
            overdraft_limit: Fen24::ZERO,
            overdraft_used: Fen24::ZERO,
            offline_seq: 0,
            online_seq: 0,
        }
    }
}

impl PurseContents {
    /// Whether the four amounts agree with each other: balance ≤ ceiling, used ≤ limit,
    /// ceiling + limit ≤ FFFFFF (`docs/spec/card.md` 6).
    #[must_use]
    pub fn is_consistent(&self) -> bool {
        let sum = self.ceiling.fen() + self.overdraft_limit.fen();
        self.balance <= self.ceiling && self.overdraft_used <= self.overdraft_limit && sum <= Fen24::MAX.fen()
    }
}

/// The keys that a card of this project uses (`docs/spec/card.md` 4.1).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardKeys {
    /// DPK, index 01.
    pub purchase: Key16,
    /// DLK, indexes 01 and 02 (`docs/spec/card.md` 6a, our reading).
    pub load: [Key16; 2],
    /// DTK.
    pub tac: Key16,
    /// The version that INITIALIZE answers.
    pub version: u8,
}
