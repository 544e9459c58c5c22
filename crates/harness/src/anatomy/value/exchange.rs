//! What one exchange has in it.

use crate::inspect::Object;
use serde::Serialize;

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
