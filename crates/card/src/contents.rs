//! What personalisation puts on a card.

use crate::keys::CardKeys;
use crate::pin::Pin;
use crate::profile::{OutOfRange, Profile, Tries};
use core::fmt;
use heapless::Vec;
use tunion_data::Fen24;
use tunion_data::command::{Proof, Transaction};
use tunion_data::fci::{EP_AID, MAX_AID};
use tunion_data::file::{
    AppInfo, BusRecord, Holder, INDUSTRY_BODY, INDUSTRY_LEN, INDUSTRY_PREFIX, INDUSTRY_RECORDS, LOG_RECORDS,
    LogRecord, Management, RailRecord, TRIP_RECORDS, TripRecord,
};

/// Everything that makes one card differ from another. The issuer fills it in; the card takes it and
/// never gives a key back.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contents {
    /// The application's full name: the e-purse's 8 bytes, or an instance's up to 16
    /// (`docs/spec/card.md` 1.1).
    pub aid: Vec<u8, MAX_AID>,
    /// How the card behaves.
    pub profile: Profile,
    /// What is in its memory.
    pub image: Image,
    /// The card's own keys, derived from the issuer's roots.
    pub keys: CardKeys,
}

impl Contents {
    /// Whether a card can be made of this.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn check(&self) -> Result<(), Inconsistent> {
        let name = (EP_AID.len()..=MAX_AID).contains(&self.aid.len());
        let own = (!name).then_some(Inconsistent::AidLength);
        let profile = self.profile.broken().map(Inconsistent::Profile);
        own.into_iter()
            .chain(profile)
            .chain(self.image.purse.broken())
            .chain(self.image.security.broken(self.profile.tries))
            .next()
            .map_or(Ok(()), Err)
    }

    /// A card with an empty purse, no journeys, no PIN, and zeros in its files 15 to 17.
    #[must_use]
    pub fn blank(keys: CardKeys) -> Self {
        Self { aid: Vec::from_iter(EP_AID), profile: Profile::default(), image: Image::default(), keys }
    }
}

/// What a card keeps without power (`docs/spec/card.md` 8.2). [`Card::image`](crate::Card::image) gives
/// it back, and a card made of it goes on where the other stopped.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Image {
    /// EF 15.
    pub info: AppInfo,
    /// EF 16.
    pub holder: Holder,
    /// EF 17.
    pub management: Management,
    /// The purse.
    pub purse: PurseContents,
    /// EF 18, the newest first; what is left out was never written.
    pub log: Vec<LogEntry, { LOG_RECORDS as usize }>,
    /// EF 1A, records 2701 to 2712.
    pub industry: Industry,
    /// EF 1E, the newest first, as bytes; what is left out was never written.
    pub trips: Vec<[u8; TripRecord::LEN], { TRIP_RECORDS as usize }>,
    /// PIN, blocks and tries.
    pub security: SecurityContents,
    /// What GET TRANSACTION PROVE answers from.
    pub proofs: Proofs,
}

/// A record of EF 18, and the proof of its transaction.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct LogEntry {
    /// The record.
    pub record: LogRecord,
    /// The proof; zeros where there is none.
    pub proof: Proof,
}

/// The last proof of each type.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Proofs {
    /// Type, sequence after the transaction, and proof; a type at most once.
    pub kept: Vec<(Transaction, u16, Proof), { Transaction::ALL.len() }>,
    /// The type of the card's last transaction.
    pub last: Option<Transaction>,
}

/// EF 1A: records 2701 to 2712, 128 bytes each (`docs/spec/card.md` 2, 6a).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Industry([[u8; INDUSTRY_LEN]; INDUSTRY_RECORDS as usize]);

impl Industry {
    /// Record `id`, the low byte of its identifier: 1 to 18.
    #[must_use]
    pub fn get(&self, id: u8) -> Option<&[u8; INDUSTRY_LEN]> {
        self.0.get(usize::from(id).checked_sub(1)?)
    }

    /// Record `id`, to be changed.
    pub fn get_mut(&mut self, id: u8) -> Option<&mut [u8; INDUSTRY_LEN]> {
        self.0.get_mut(usize::from(id).checked_sub(1)?)
    }

    /// All records, 2701 first, with the low bytes of their identifiers.
    pub fn iter(&self) -> impl Iterator<Item = (u8, &[u8; INDUSTRY_LEN])> {
        (1..=INDUSTRY_RECORDS).zip(&self.0)
    }
}

impl Default for Industry {
    /// No journey. The layouts of 2703 to 2712 are not public: the header and zeros
    /// (`docs/spec/card.md` 6a).
    fn default() -> Self {
        let mut ids = 1..=INDUSTRY_RECORDS;
        Self(core::array::from_fn(|_| match ids.next().unwrap_or_default() {
            RailRecord::ID => RailRecord::blank().sealed(),
            BusRecord::ID => BusRecord::blank().encode(),
            id => {
                let mut record = [0; INDUSTRY_LEN];
                let header = [INDUSTRY_PREFIX, id, INDUSTRY_BODY];
                record.iter_mut().zip(header).for_each(|(to, from)| *to = from);
                record
            }
        }))
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
    /// Online transaction sequence: loads, unloads, limit updates.
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

/// PIN, blocks and tries (`docs/spec/card.md` 8.2).
#[derive(Clone, PartialEq, Eq, Default, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "one field for each thing of 8.2")]
pub struct SecurityContents {
    /// The PIN, if the card has one.
    pub pin: Option<Pin>,
    /// Whether APPLICATION BLOCK was done.
    pub blocked: Block,
    /// Whether CARD BLOCK was done.
    pub card_blocked: bool,
    /// The tries left; all of the profile's, where it does not say.
    pub left: Option<TriesLeft>,
    /// Whether SM4 is in use on a card that has DES too.
    pub sm4_in_use: bool,
    /// Whether DES is blocked.
    pub des_blocked: bool,
    /// Whether SM4 is blocked.
    pub sm4_blocked: bool,
}

impl SecurityContents {
    fn broken(&self, tries: Tries) -> Option<Inconsistent> {
        let left = self.left?;
        let pairs = [
            (left.pin, tries.pin),
            (left.messages, tries.messages),
            (left.transactions, tries.transactions),
            (left.external[0], tries.external),
            (left.external[1], tries.external),
        ];
        pairs.iter().any(|(left, all)| left > all).then_some(Inconsistent::MoreTriesThanAll)
    }
}

/// The tries that are left.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TriesLeft {
    /// Of the PIN.
    pub pin: u8,
    /// Of the MAC of secure messaging; 0 where there is no limit.
    pub messages: u8,
    /// Of the MAC of transactions; 0 where there is no limit.
    pub transactions: u8,
    /// Of each external-authentication key.
    pub external: [u8; 2],
}

impl From<Tries> for TriesLeft {
    fn from(all: Tries) -> Self {
        Self {
            pin: all.pin,
            messages: all.messages,
            transactions: all.transactions,
            external: [all.external; 2],
        }
    }
}

/// Whether the application was commanded to be blocked (`docs/spec/card.md` 3).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Block {
    /// It was not, or it was unblocked.
    #[default]
    None,
    /// 临时锁定: APPLICATION UNBLOCK ends it.
    Temporary,
    /// 永久锁定.
    Permanent,
}

/// A rule that a card's contents have to keep, and do not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Inconsistent {
    /// The application's name has 8 to 16 bytes (`docs/spec/card.md` 1.1).
    AidLength,
    /// A setting of the profile is outside its range.
    Profile(OutOfRange),
    /// The actual balance is at most the ceiling (`docs/spec/card.md` 6).
    BalanceAboveCeiling,
    /// The overdraft used is at most its limit (`docs/spec/card.md` 6).
    OverdrawnAboveLimit,
    /// Ceiling and overdraft limit together are at most FFFFFF fen (`docs/spec/card.md` 6).
    CeilingAndLimit,
    /// The tries left are at most all that the profile gives.
    MoreTriesThanAll,
}

impl fmt::Display for Inconsistent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AidLength => "the application's name does not have 8 to 16 bytes",
            Self::Profile(setting) => return setting.fmt(f),
            Self::BalanceAboveCeiling => "the balance passes its ceiling",
            Self::OverdrawnAboveLimit => "more is overdrawn than the limit allows",
            Self::CeilingAndLimit => "ceiling and overdraft limit together pass the purse's 24 bits",
            Self::MoreTriesThanAll => "more tries are left than the profile gives",
        })
    }
}

impl core::error::Error for Inconsistent {}

#[cfg(test)]
mod tests;
