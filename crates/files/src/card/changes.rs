//! What of a card is changed to make another one of it.

use std::fmt;

use tunion_card::PurseContents;
use tunion_data::civil::Date;
use tunion_data::file::{CardType, Holder};
use tunion_data::{CityCode, Fen, Fen24, IssuerId, Pan};

use super::CardFile;

/// What is to be different; what is `None` stays.
///
/// ```
/// use tunion_files::card::{self, Changes};
/// let mut card = card::load("../../fixtures/cards/student.toml")?;
/// let changes = Changes { balance: Some(tunion_data::Fen::from_yuan(50)), ..Changes::default() };
/// changes.apply(&mut card)?;
/// assert_eq!(card.image.purse.balance.fen().to_string(), "50.00");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default, Debug)]
pub struct Changes {
    /// The name in the file.
    pub name: Option<String>,
    /// What is special about it: the comment at the file's beginning.
    pub about: Option<String>,
    /// Where the card comes from.
    pub provenance: Option<String>,
    /// The card's number. The keys are derived for it.
    pub pan: Option<Pan>,
    /// The issuer. The keys are derived for it.
    pub issuer: Option<IssuerId>,
    /// The city in EF 17, and its province.
    pub city: Option<CityCode>,
    /// The kind of card.
    pub card_type: Option<CardType>,
    /// First day of validity.
    pub valid_from: Option<Date>,
    /// Last day of validity.
    pub valid_to: Option<Date>,
    /// The holder's name; with it the identity document of the other holder goes.
    pub holder: Option<String>,
    /// Limits of the purse and what is in it, both sequences apart.
    pub limits: Option<PurseContents>,
    /// The actual balance.
    pub balance: Option<Fen>,
}

/// Why a card cannot be changed so.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unsuitable(String);

impl fmt::Display for Unsuitable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unsuitable {}

impl Changes {
    /// Makes the changes.
    ///
    /// # Errors
    /// The first rule that the card would break; then some changes are made and others not.
    pub fn apply(&self, card: &mut CardFile) -> Result<(), Unsuitable> {
        let Self { name, provenance, pan, issuer, city, card_type, valid_from, valid_to, .. } = self;
        if let Some(name) = name {
            card.name.clone_from(name);
        }
        if let Some(about) = &self.about {
            card.about.clone_from(about);
        }
        if let Some(provenance) = provenance {
            card.provenance.clone_from(provenance);
        }
        let info = &mut card.image.info;
        info.pan = pan.unwrap_or(info.pan);
        info.issuer = issuer.unwrap_or(info.issuer);
        info.valid_from = valid_from.map_or(info.valid_from, Into::into);
        info.valid_to = valid_to.map_or(info.valid_to, Into::into);
        if let (Some(first), Some(last)) = (info.valid_from.date(), info.valid_to.date())
            && first > last
        {
            return Err(Unsuitable(format!("the validity from {first} to {last} has no day")));
        }
        if pan.is_some() || issuer.is_some() {
            card.keys = None;
        }
        if let Some(city) = city {
            (card.image.management.city, card.image.management.province) = (*city, *city);
        }
        if let Some(card_type) = card_type {
            card.image.management.card_type = card_type.to_byte();
        }
        if let Some(name) = &self.holder {
            card.image.holder = holder(name)?;
        }
        self.apply_purse(&mut card.image.purse)
    }

    fn apply_purse(&self, purse: &mut PurseContents) -> Result<(), Unsuitable> {
        if let Some(limits) = self.limits {
            let PurseContents { offline_seq, online_seq, .. } = *purse;
            *purse = PurseContents { offline_seq, online_seq, ..limits };
        }
        if let Some(balance) = self.balance {
            purse.balance = Fen24::try_from(balance).map_err(|error| Unsuitable(error.to_string()))?;
        }
        purse.broken().next().map_or(Ok(()), |rule| {
            let [balance, ceiling, limit, used] =
                [purse.balance, purse.ceiling, purse.overdraft_limit, purse.overdraft_used].map(Fen24::fen);
            let amounts =
                format!("balance {balance}, ceiling {ceiling}, overdraft limit {limit}, used {used}");
            Err(Unsuitable(format!("{rule}: {amounts}")))
        })
    }
}

/// A holder of whom only the name is known.
fn holder(name: &str) -> Result<Holder, Unsuitable> {
    let text = format!("[holder]\nname = {}\n", super::page::quoted(name));
    super::fields::holder_says(&text)
        .ok_or_else(|| Unsuitable(format!("{name:?} is no name of a holder: it has at most 20 bytes in GBK")))
}
