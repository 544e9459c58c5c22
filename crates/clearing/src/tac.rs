//! The TAC of a record (`docs/spec/card.md` 4.6), and whose keys it is made with.

use std::collections::HashMap;
use std::fmt;

use rustc_hash::FxBuildHasher;
use tunion_crypto::{Key16, TacKey, Tally, TdesKey};
use tunion_data::mac::{LoadTac, PurchaseTac};
use tunion_data::upload::UploadRecord;
use tunion_data::{IssuerId, Pan};

use crate::is_load;

/// Whom clearing asks for keys: the issuer, or the issuers whose roots it has.
pub trait TacKeys {
    /// The key between the TAC root and the cards of `issuer`, which is the root diversified by the issuer id
    /// (`docs/spec/card.md` 4.2); `None` for an issuer whose keys are not at hand.
    fn of_issuer(&self, issuer: IssuerId) -> Option<Key16>;
}

/// The TAC that a card with this key makes for a record.
///
/// A debit's covers amount, type, terminal, terminal sequence, date and time; a load's the available balance that
/// it left, the online sequence before it moved on, amount, type, terminal, date and time.
#[must_use]
#[inline]
pub fn tac(record: &UploadRecord, key: &TacKey) -> [u8; 4] {
    let tally = &mut Tally::default();
    let (date, time) = record.at.split();
    let UploadRecord { amount, transaction, terminal, terminal_seq, .. } = *record;
    if is_load(record) {
        let balance = record.available_before + amount;
        let seq = record.card_seq.wrapping_sub(1);
        key.mac(&LoadTac { balance, seq, amount, transaction, terminal, date, time }.encode(), tally)
    } else {
        key.mac(&PurchaseTac { amount, transaction, terminal, terminal_seq, date, time }.encode(), tally)
    }
}

/// The keys that were needed so far: of each issuer the one that its cards' are derived from, prepared, and of the
/// last card its own. So records that come card by card take one derivation a card: two 3DES blocks and a DES
/// schedule.
pub struct Book<'k, K> {
    keys: &'k K,
    issuers: HashMap<IssuerId, Option<TdesKey>, FxBuildHasher>,
    card: Option<(IssuerId, Pan, TacKey)>,
}

impl<'k, K: TacKeys> Book<'k, K> {
    /// A book that asks `keys`.
    #[must_use]
    pub fn new(keys: &'k K) -> Self {
        Self { keys, issuers: HashMap::default(), card: None }
    }

    /// The TAC that the record's card makes for it; `None` when its issuer's keys are not at hand.
    #[must_use]
    #[inline]
    pub fn expected(&mut self, record: &UploadRecord) -> Option<[u8; 4]> {
        self.of_card(record.issuer, record.pan).map(|key| tac(record, key))
    }

    /// The TAC key of one card.
    #[inline]
    fn of_card(&mut self, issuer: IssuerId, pan: Pan) -> Option<&TacKey> {
        let is_last = matches!(&self.card, Some((of, card, _)) if (*of, *card) == (issuer, pan));
        if !is_last {
            let tally = &mut Tally::default();
            let prepare = || self.keys.of_issuer(issuer).map(|key| key.tdes(&mut Tally::default()));
            let issuer_key = self.issuers.entry(issuer).or_insert_with(prepare).as_ref()?;
            let key = TacKey::new(&issuer_key.diversify(pan.last8(), tally), tally);
            self.card = Some((issuer, pan, key));
        }
        self.card.as_ref().map(|(_, _, key)| key)
    }
}

impl<K> fmt::Debug for Book<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Book").field("issuers", &self.issuers.keys()).finish_non_exhaustive()
    }
}
