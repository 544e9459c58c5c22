//! A card looked into: everything it has in its memory and what it answers to SELECT, in words.
//!
//! | module | idea |
//! |---|---|
//! | `answer` | SELECT, and its answer as a tree |
//! | `file` | the files, field by field |
//! | `text` | all of it for a person |
//! | `list` | a catalogue in one table |
//!
//! No key and no PIN is shown: of a key its check values, of a PIN whether there is one.

mod answer;
mod file;
mod list;
mod text;

pub(crate) use answer::objects;
pub use answer::{Answer, Object};
pub use file::{Field, FileView, Record};
pub use list::{Listed, listed, table};
pub(crate) use text::shortened;

use crate::issue;
use crate::random::stream;
use serde::Serialize;
use tunion_card::profile::Algorithms;
use tunion_card::{Block, Image, Inconsistent, PurseContents};
use tunion_data::command::Transaction;
use tunion_files::card::CardFile;
use tunion_files::keys::KeySet;
use tunion_files::layout::hex;

/// What there is to see of a card. [`Inspection::text`] and [`Inspection::json`] print it.
///
/// ```
/// use tunion_harness::inspect::Inspection;
///
/// let file = tunion_files::card::load("../../fixtures/cards/student.toml")?;
/// let seen = Inspection::of(&file, &tunion_files::keys::lab()?)?;
/// assert!(seen.text().contains("pan"));
/// assert!(!seen.json().contains("25EC312F"), "no root is in it");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Serialize, Debug)]
pub struct Inspection {
    version: u32,
    name: String,
    about: String,
    provenance: String,
    aid: String,
    /// Settings that are not the default, by their keys in a card profile.
    settings: Vec<(String, String)>,
    select: Vec<Answer>,
    purse: Purse,
    security: Security,
    proofs: Vec<Proven>,
    files: Vec<FileView>,
    keys: Keys,
}

/// The purse; amounts in fen.
#[derive(Serialize, Debug)]
struct Purse {
    balance_fen: u32,
    ceiling_fen: u32,
    overdraft_limit_fen: u32,
    overdraft_used_fen: u32,
    offline_seq: u16,
    online_seq: u16,
}

#[derive(Serialize, Debug)]
struct Security {
    pin: bool,
    blocked: &'static str,
    card_blocked: bool,
    algorithm: &'static str,
    blocked_algorithms: Vec<&'static str>,
    tries: Vec<Tries>,
}

/// How often something may still be wrong; of 0 in all there is no limit.
#[derive(Serialize, Debug)]
struct Tries {
    of: &'static str,
    left: u8,
    all: u8,
}

#[derive(Serialize, Debug)]
struct Proven {
    transaction: String,
    seq: u16,
    mac2: String,
    tac: String,
    last: bool,
}

#[derive(Serialize, Debug)]
struct Keys {
    issuer: String,
    number: String,
    version: u8,
    check_values: Vec<CheckValue>,
}

#[derive(Serialize, Debug)]
struct CheckValue {
    key: &'static str,
    tdes: String,
    /// Of cards that have SM4.
    sm4: Option<String>,
}

impl Inspection {
    /// Looks into a card of this file, under these keys.
    ///
    /// # Errors
    /// The first of the card's rules that the file breaks. One that was loaded breaks none.
    pub fn of(file: &CardFile, keys: &KeySet) -> Result<Self, Inconsistent> {
        let mut card = issue::card(file, keys, stream(1, "card", 0))?;
        let image = card.image();
        Ok(Self {
            version: 1,
            name: file.name.clone(),
            about: file.about.clone(),
            provenance: file.provenance.clone(),
            aid: hex(&file.aid),
            settings: file.settings(),
            select: answer::all(&mut card),
            purse: purse(&image.purse),
            security: security(file, &image),
            proofs: proofs(&image),
            files: file::all(&image),
            keys: check_values(file, keys),
        })
    }

    /// All of it as a JSON document.
    #[must_use]
    pub fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

fn purse(purse: &PurseContents) -> Purse {
    Purse {
        balance_fen: purse.balance.fen().get(),
        ceiling_fen: purse.ceiling.fen().get(),
        overdraft_limit_fen: purse.overdraft_limit.fen().get(),
        overdraft_used_fen: purse.overdraft_used.fen().get(),
        offline_seq: purse.offline_seq,
        online_seq: purse.online_seq,
    }
}

fn security(file: &CardFile, image: &Image) -> Security {
    let security = &image.security;
    let all = file.profile.tries;
    let left = security.left.unwrap_or(all.into());
    Security {
        pin: security.pin.is_some(),
        blocked: match security.blocked {
            Block::None => "none",
            Block::Temporary => "temporary",
            Block::Permanent => "permanent",
        },
        card_blocked: security.card_blocked,
        algorithm: if security.sm4_in_use { "sm4" } else { "des" },
        blocked_algorithms: [("des", security.des_blocked), ("sm4", security.sm4_blocked)]
            .into_iter()
            .filter_map(|(name, blocked)| blocked.then_some(name))
            .collect(),
        tries: [
            ("pin", left.pin, all.pin),
            ("messages", left.messages, all.messages),
            ("transactions", left.transactions, all.transactions),
            ("external-auth", left.external[0], all.external),
            ("app-control", left.external[1], all.external),
        ]
        .map(|(of, left, all)| Tries { of, left, all })
        .into(),
    }
}

fn proofs(image: &Image) -> Vec<Proven> {
    let name = |transaction: Transaction| file::transaction_name(transaction as u8);
    let proven = |(transaction, seq, proof): &(Transaction, u16, tunion_data::command::Proof)| Proven {
        transaction: name(*transaction),
        seq: *seq,
        mac2: hex(&proof.mac2),
        tac: hex(&proof.tac),
        last: image.proofs.last == Some(*transaction),
    };
    image.proofs.kept.iter().map(proven).collect()
}

fn check_values(file: &CardFile, keys: &KeySet) -> Keys {
    let (issuer, pan) = file.derived_for();
    let has_sm4 = file.profile.algorithms != Algorithms::Des;
    let values = keys.roots.check_values(issuer, pan);
    Keys {
        issuer: issuer.to_string(),
        number: pan.to_string(),
        version: keys.roots.version,
        check_values: values
            .map(|values| CheckValue {
                key: values.purpose.name(),
                tdes: values.tdes.to_string(),
                sm4: has_sm4.then(|| values.sm4.to_string()),
            })
            .collect(),
    }
}
