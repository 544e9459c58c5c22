//! What personalisation puts on a card.

use core::fmt;
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
    /// Whether a card can be made of this.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self) -> Result<(), Inconsistent> {
        let name = (EP_AID.len()..=MAX_AID).contains(&self.aid.len());
        let version = !self.version.is_empty();
        let own = [(name, Inconsistent::AidLength), (version, Inconsistent::VersionLength)];
        let own = own.into_iter().filter_map(|(holds, rule)| (!holds).then_some(rule));
        own.chain(self.purse.broken()).next().map_or(Ok(()), Err)
    }

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

/// The purse at personalisation. Its amounts have rules among each other, see [`PurseContents::broken`].
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
    /// Every rule that the four amounts break; none, as a rule.
    pub fn broken(&self) -> impl Iterator<Item = Inconsistent> {
        let sum = self.ceiling.fen() + self.overdraft_limit.fen();
        [
            (self.balance <= self.ceiling, Inconsistent::BalanceAboveCeiling),
            (self.overdraft_used <= self.overdraft_limit, Inconsistent::OverdrawnAboveLimit),
            (sum <= Fen24::MAX.fen(), Inconsistent::CeilingAndLimit),
        ]
        .into_iter()
        .filter_map(|(holds, rule)| (!holds).then_some(rule))
    }
}

/// A rule that a card's contents have to keep, and do not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inconsistent {
    /// The application's name has 8 to 16 bytes (`docs/spec/card.md` 1.1).
    AidLength,
    /// Its version has one byte or two (`docs/spec/card.md` 1.3).
    VersionLength,
    /// The actual balance is at most the ceiling (`docs/spec/card.md` 6).
    BalanceAboveCeiling,
    /// The overdraft used is at most its limit (`docs/spec/card.md` 6).
    OverdrawnAboveLimit,
    /// Ceiling and overdraft limit together are at most FFFFFF fen (`docs/spec/card.md` 6).
    CeilingAndLimit,
}

impl fmt::Display for Inconsistent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AidLength => "the application's name does not have 8 to 16 bytes",
            Self::VersionLength => "the application's version does not have one byte or two",
            Self::BalanceAboveCeiling => "the balance passes its ceiling",
            Self::OverdrawnAboveLimit => "more is overdrawn than the limit allows",
            Self::CeilingAndLimit => "ceiling and overdraft limit together pass the purse's 24 bits",
        })
    }
}

impl core::error::Error for Inconsistent {}

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

#[cfg(test)]
mod tests {
    use super::*;
    use std::vec::Vec as Several;
    use tunion_data::Fen;

    fn purse([balance, ceiling, limit, used]: [u32; 4]) -> PurseContents {
        let amount = |fen| Fen24::new(Fen::new(fen)).unwrap();
        PurseContents {
            balance: amount(balance),
            ceiling: amount(ceiling),
            overdraft_limit: amount(limit),
            overdraft_used: amount(used),
            ..PurseContents::default()
        }
    }

    fn contents() -> Contents {
        let key = || Key16::new([1; 16]);
        Contents::blank(CardKeys { purchase: key(), load: [key(), key()], tac: key(), version: 1 })
    }

    #[test]
    fn each_rule_of_the_purse_to_the_fen() {
        use Inconsistent::{BalanceAboveCeiling, CeilingAndLimit, OverdrawnAboveLimit};
        const ALL: u32 = 0x00FF_FFFF;
        let cases: [([u32; 4], &[Inconsistent]); 7] = [
            ([100, 100, 20, 20], &[]),
            ([101, 100, 20, 20], &[BalanceAboveCeiling]),
            ([100, 100, 20, 21], &[OverdrawnAboveLimit]),
            ([0, ALL - 20, 20, 0], &[]),
            ([0, ALL - 19, 20, 0], &[CeilingAndLimit]),
            ([0, ALL, ALL, 0], &[CeilingAndLimit]),
            ([1, 0, 0, 1], &[BalanceAboveCeiling, OverdrawnAboveLimit]),
        ];
        for (amounts, broken) in cases {
            let purse = purse(amounts);
            assert_eq!(purse.broken().collect::<Several<_>>(), broken, "{amounts:?}");
            let contents = Contents { purse, ..contents() };
            assert_eq!(contents.check(), broken.first().map_or(Ok(()), |rule| Err(*rule)));
        }
    }

    #[test]
    fn names_and_versions_have_their_lengths() {
        for length in 0..=MAX_AID {
            let aid = core::iter::repeat_n(0xA0, length).collect();
            let whole = (8..=16).contains(&length);
            let expected = if whole { Ok(()) } else { Err(Inconsistent::AidLength) };
            assert_eq!(Contents { aid, ..contents() }.check(), expected, "{length}");
        }
        for length in 0..=2 {
            let version = core::iter::repeat_n(0x02, length).collect();
            let expected = if length == 0 { Err(Inconsistent::VersionLength) } else { Ok(()) };
            assert_eq!(Contents { version, ..contents() }.check(), expected, "{length}");
        }
    }
}
