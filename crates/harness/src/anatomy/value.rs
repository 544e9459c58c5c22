//! A tap laid open: the values. As JSON they are what `docs/tap.md` lists, key by key.

mod exchange;

pub use exchange::{Checked, Exchange, Field, Key, Made, Sum, Value};

use serde::Serialize;

/// What one tap came to, exchange by exchange. [`Anatomy::text`], [`Anatomy::brief`] and [`Anatomy::json`]
/// print it.
#[derive(Serialize, Debug)]
pub struct Anatomy {
    /// Version of the JSON form.
    pub version: u32,
    /// The seed of all randomness.
    pub seed: u64,
    /// The card as it was before.
    pub card: CardHead,
    /// The terminal.
    pub terminal: TerminalHead,
    /// Taps that were played before, not shown.
    pub before: Vec<Earlier>,
    /// The tap, and the one that follows it, if there is one.
    pub taps: Vec<Tap>,
    /// What the terminals still keep.
    pub kept: Vec<Kept>,
}

/// Which card it is.
#[derive(Serialize, Debug)]
pub struct CardHead {
    /// The name in its file.
    pub name: String,
    /// Its number.
    pub pan: String,
    /// Its issuer.
    pub issuer: String,
    /// The kind of card.
    #[serde(rename = "type")]
    pub card_type: String,
    /// First day of validity.
    pub valid_from: String,
    /// Last day of validity.
    pub valid_to: String,
    /// Actual balance in fen.
    pub balance_fen: u32,
    /// Whether its keys are those that the issuer's roots give its number.
    pub keys_as_issued: bool,
}

/// Which terminal it is.
#[derive(Serialize, Debug)]
pub struct TerminalHead {
    /// The name of its profile.
    pub name: String,
    /// What kind of terminal.
    pub kind: String,
    /// Its city.
    pub city: String,
    /// Its number.
    pub number: String,
    /// The bus that a reader is on.
    pub bus: Option<String>,
    /// The serial number of its PSAM.
    pub psam: String,
    /// The institution that it works for.
    pub acquirer: String,
    /// Index of the purchase key.
    pub key_index: u8,
    /// Version of the purchase key.
    pub key_version: u8,
    /// Whether its PSAM has the issuer's roots.
    pub keys_as_issued: bool,
}

/// A tap that was played before.
#[derive(Serialize, Debug)]
pub struct Earlier {
    /// When.
    pub at: String,
    /// Where and what.
    pub place: String,
    /// What came of it.
    pub outcome: Option<Outcome>,
}

/// What came of a tap.
#[derive(Serialize, Debug)]
pub struct Outcome {
    /// Whether the gate opened, or what was asked for was done.
    pub done: bool,
    /// open or closed; of what is no ride done or refused.
    pub result: &'static str,
    /// Why, by its name.
    pub code: String,
    /// Why, in a few words.
    pub says: String,
    /// The number on the display.
    pub code_number: u8,
    /// What the holder hears and reads, by its name.
    pub prompt: String,
    /// What is said.
    pub voice: String,
    /// What is written.
    pub text: String,
    /// The lamp.
    pub light: String,
    /// List fare in fen.
    pub list_fen: Option<u32>,
    /// What was debited, in fen; nothing at a load and an enquiry.
    pub charged_fen: Option<u32>,
    /// What was loaded, in fen.
    pub loaded_fen: Option<u32>,
    /// Actual balance afterwards in fen, as far as the terminal knows it.
    pub balance_fen: Option<u32>,
    /// What else the operator should know, one sentence each.
    pub notes: Vec<String>,
}

/// One tap.
#[derive(Serialize, Debug)]
pub struct Tap {
    /// When, UTC+8.
    pub at: String,
    /// Whether no time was asked for, so that this is the default.
    pub at_is_default: bool,
    /// Where and what.
    pub place: String,
    /// How the card was pulled, in a sentence, or why it was not.
    pub pull: Option<String>,
    /// Whether it was; not, when the command was never sent.
    pub pulled: bool,
    /// What the terminal did when it was switched on for this tap.
    pub bring_up: Vec<Exchange>,
    /// What happened, in order.
    pub steps: Vec<Step>,
    /// What came of it; nothing only when the terminal never decided.
    pub outcome: Option<Outcome>,
    /// What the tap changed on the card.
    pub changes: Vec<Change>,
    /// What it took.
    pub totals: Totals,
}

/// One thing that happened in a tap.
#[derive(Serialize, Debug)]
#[serde(tag = "step", rename_all = "kebab-case")]
pub enum Step {
    /// The terminal asked somebody.
    Exchange(Box<Exchange>),
    /// The terminal checked the card and its journey.
    Checks {
        /// The checks in the profile's order.
        checks: Vec<Check>,
    },
    /// The terminal decided what to debit or to load.
    Plan(Plan),
    /// The terminal resets its PSAM.
    Reset,
    /// A grey record goes into the terminal's store, where it outlives a loss of power.
    Persist {
        /// Its place there.
        slot: u16,
        /// The record's fields.
        fields: Vec<Field>,
    },
    /// The store forgets a grey record.
    Forget {
        /// Its place there.
        slot: u16,
    },
    /// The terminal lets pass or not.
    Decision(Box<Outcome>),
    /// A record is to be uploaded.
    Record(Record),
    /// The terminal shows what it read.
    Show {
        /// Actual balance in fen.
        balance_fen: u32,
        /// Records of the log.
        log: usize,
        /// Trips.
        trips: usize,
    },
}

/// A check of the terminal's.
#[derive(Serialize, Debug)]
pub struct Check {
    /// Its name, as in the profile.
    pub name: String,
    /// passed, failed, not reached, or not told.
    pub verdict: &'static str,
    /// What it looked at.
    pub saw: String,
}

/// What the terminal decided to do.
#[derive(Serialize, Debug)]
pub struct Plan {
    /// What it is: entry, exit, single, surcharge, load.
    pub what: String,
    /// The amount in fen.
    pub amount_fen: u32,
    /// List fare in fen, where a fare was made.
    pub list_fen: Option<u32>,
    /// How the fare came about, from nothing to the amount.
    pub reasons: Vec<Reason>,
}

/// One step of a fare.
#[derive(Serialize, Debug)]
pub struct Reason {
    /// The amount before, in fen.
    pub before_fen: u32,
    /// The amount after, in fen.
    pub after_fen: u32,
    /// Why, in words.
    pub says: String,
    /// The rule's name in the tariff.
    pub rule: String,
    /// The tariff's file and the rule's line.
    pub at: String,
}

/// A record to be uploaded.
#[derive(Serialize, Debug)]
pub struct Record {
    /// What is known of it: grey, recovered, mac2-failed, mac2-unchecked.
    pub flags: Vec<&'static str>,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Whether its TAC is what the issuer's roots give; nothing while there is none.
    pub tac_right: Option<bool>,
}

/// A grey record in a terminal's store after the last tap.
#[derive(Serialize, Debug)]
pub struct Kept {
    /// The terminal's number.
    pub terminal: String,
    /// The place in its store.
    pub slot: u16,
    /// The record's fields.
    pub fields: Vec<Field>,
}

/// A file, or a part of the card's memory, that a tap changed.
#[derive(Serialize, Debug)]
pub struct Change {
    /// Which: purse, EF 18, EF 1A, EF 1E, EF 15 to 17, proofs, security.
    pub part: String,
    /// Its record, where it has several.
    pub record: String,
    /// Whether the record is a new one, in front of the others.
    pub is_new: bool,
    /// What changed; of a new record all that is not blank.
    pub fields: Vec<ChangedField>,
}

/// A field that a tap changed.
#[derive(Serialize, Debug)]
pub struct ChangedField {
    /// Its name.
    pub name: String,
    /// What it said before; nothing in a new record.
    pub before: Option<String>,
    /// What it says now.
    pub after: String,
}

/// What a tap took.
#[derive(Serialize, Clone, Copy, Default, Debug)]
pub struct Totals {
    /// Of the card.
    pub card: Sum,
    /// Of the PSAM.
    pub psam: Sum,
}
