//! A tap laid open: the values. As JSON they are what `docs/tap.md` lists, key by key.

use crate::inspect::Object;
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

/// A question of the terminal's and its answer.
#[derive(Serialize, Debug)]
pub struct Exchange {
    /// Who is asked: card, psam, host or controller.
    pub to: &'static str,
    /// The command's name.
    pub title: String,
    /// What it is about.
    pub about: String,
    /// The command's bytes in hexadecimal; nothing where how it travels is not public.
    pub command: Option<String>,
    /// The fields of its data.
    pub request: Vec<Field>,
    /// The answer's data in hexadecimal; nothing when no answer came.
    pub answer: Option<String>,
    /// The status word in hexadecimal.
    pub sw: Option<String>,
    /// What came, in words.
    pub says: String,
    /// When a status word that is not 9000 is answered, where that is known.
    pub why: Option<&'static str>,
    /// The data objects of an answer to SELECT.
    pub objects: Vec<Object>,
    /// The fields of the answer.
    pub reply: Vec<Field>,
    /// MACs that the command carries, and what who checks them made of them.
    pub checked: Vec<Checked>,
    /// MACs that were made for the answer.
    pub made: Vec<Made>,
    /// What it took of card or PSAM.
    pub work: Sum,
}

/// A field.
#[derive(Serialize, Clone, Debug)]
pub struct Field {
    /// Its name.
    pub name: String,
    /// Offset of its first byte.
    pub offset: usize,
    /// Length in bytes.
    pub length: usize,
    /// The bytes in hexadecimal.
    pub bytes: String,
    /// What they say.
    pub meaning: String,
    /// What the card has there until now, where it is not the same.
    pub was: Option<String>,
}

/// A named value among those that a MAC is made over or a key is made of.
#[derive(Serialize, Clone, Debug)]
pub struct Value {
    /// Its name.
    pub name: String,
    /// The bytes in hexadecimal.
    pub bytes: String,
    /// What they say.
    pub meaning: String,
}

/// A MAC, or a TAC, that somebody made.
#[derive(Serialize, Debug)]
pub struct Made {
    /// MAC1, MAC2 or TAC.
    pub name: &'static str,
    /// The 4 bytes in hexadecimal.
    pub value: String,
    /// Who made it.
    pub by: &'static str,
    /// Who is to check it.
    pub checked_by: &'static str,
    /// Whether it is what the issuer's roots give; not known when what it is made over was not seen.
    pub right: Option<bool>,
    /// What the issuer's roots give.
    pub expected: Option<String>,
    /// The key it should be made with.
    pub key: Option<Key>,
    /// What it is made over, in order.
    pub over: Vec<Value>,
    /// All of it in a sentence: as expected, or who is wrong.
    pub says: String,
}

/// The key of a MAC: never its bytes.
#[derive(Serialize, Debug)]
pub struct Key {
    /// What the root is for.
    pub root: &'static str,
    /// Its version.
    pub version: u8,
    /// Its index, where one was asked for.
    pub index: Option<u8>,
    /// The issuer, by which the root is diversified first.
    pub issuer: String,
    /// The last 8 bytes of the card number, by which it is diversified then.
    pub number: String,
    /// The check value of the card's key that comes of it.
    pub check_value: String,
    /// What the session key is made of; nothing for a TAC, whose key is the card's, its halves folded.
    pub session: Vec<Value>,
}

/// A MAC that somebody checked.
#[derive(Serialize, Debug)]
pub struct Checked {
    /// MAC1, MAC2 or TAC.
    pub name: &'static str,
    /// The 4 bytes in hexadecimal.
    pub value: String,
    /// Who checks it.
    pub by: &'static str,
    /// accepted, refused, or not told.
    pub verdict: &'static str,
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

/// What commands took of a device.
#[derive(Serialize, Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Sum {
    /// Commands.
    pub apdus: u64,
    /// Bytes of commands.
    pub bytes_in: u64,
    /// Bytes of answers, status words included.
    pub bytes_out: u64,
    /// Two-key 3DES blocks.
    pub tdes_blocks: u64,
    /// Single-DES blocks.
    pub des_blocks: u64,
    /// Pages written to memory.
    pub page_writes: u64,
}
