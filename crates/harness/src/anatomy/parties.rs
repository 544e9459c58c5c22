//! Who takes part in a tap, and who has which keys.

use tunion_card::CardKeys;
use tunion_crypto::{Algorithm, Key16, Tally};
use tunion_data::{IssuerId, Pan};
use tunion_issuer::{Purpose, Roots};

/// Who makes MACs and who checks them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Party {
    Card,
    Psam,
    Host,
    Clearing,
}

impl Party {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Card => "card",
            Self::Psam => "psam",
            Self::Host => "host",
            Self::Clearing => "clearing",
        }
    }

    /// As it stands in a sentence.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Card => "the card",
            Self::Psam => "the PSAM",
            Self::Host => "the host",
            Self::Clearing => "clearing",
        }
    }
}

/// Who has which keys.
pub(super) struct Parties<'a> {
    /// The issuer's: what is right, and what host and clearing work with.
    pub(super) issuer: &'a Roots,
    /// What the PSAMs were made with.
    pub(super) psam: &'a Roots,
    /// The keys that are on the card.
    pub(super) card: CardKeys,
    /// Issuer and card number in EF 15, by which everybody but the card derives its keys.
    pub(super) of: (IssuerId, Pan),
}

impl Parties<'_> {
    /// The card key that a party works with, if it has one for this purpose.
    pub(super) fn key(&self, party: Party, purpose: Purpose) -> Option<Key16> {
        let (issuer, pan) = self.of;
        let roots = match party {
            Party::Card => return self.on_card(purpose),
            Party::Psam => self.psam,
            Party::Host | Party::Clearing => self.issuer,
        };
        roots.card_key(purpose, Algorithm::Tdes, issuer, pan)
    }

    /// The card key that the issuer's roots give.
    pub(super) fn right_key(&self, purpose: Purpose) -> Option<Key16> {
        self.key(Party::Host, purpose)
    }

    fn on_card(&self, purpose: Purpose) -> Option<Key16> {
        let CardKeys { purchase, load: [first, second], tac, .. } = &self.card;
        Some(match purpose {
            Purpose::Purchase => purchase.clone(),
            Purpose::Load => first.clone(),
            Purpose::LoadSecond => second.clone(),
            Purpose::Tac => tac.clone(),
            _ => return None,
        })
    }

    /// Whether the card's keys are those that the issuer's roots give its number.
    pub(super) fn card_as_issued(&self) -> bool {
        let (issuer, pan) = self.of;
        self.card == self.issuer.card_keys(issuer, pan)
    }

    /// Whether the PSAMs have the issuer's root of purchases.
    pub(super) fn psam_as_issued(&self) -> bool {
        (&self.psam.purchase, self.psam.version) == (&self.issuer.purchase, self.issuer.version)
    }
}

/// The check value of a key, all that is ever told of one.
pub(super) fn check_value(key: &Key16) -> String {
    key.kcv(Algorithm::Tdes, &mut Tally::default()).to_string()
}
