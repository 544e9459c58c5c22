//! What personalisation puts into a PSAM.

use tunion_crypto::Key16;
use tunion_data::TerminalId;
use tunion_data::command::{SamApplication, SamSerial};

pub use crate::transport::{Rate, Transport};

/// Everything that makes one PSAM differ from another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Contents {
    /// File 15: the PSAM's serial number.
    pub serial: SamSerial,
    /// File 16: the terminal number (终端机编号).
    pub terminal: TerminalId,
    /// File 17 of DF 8011: key index, issuer, acquirer, validity.
    pub application: SamApplication,
    /// The purchase root (消费主密钥, GMPK), from which every card's purchase key is derived.
    pub purchase_root: Key16,
    /// The root's version. A card whose INIT answer names another is refused with 9403
    /// (our reading: one version in one PSAM).
    pub key_version: u8,
    /// The terminal sequence that the first INIT SAM FOR PURCHASE answers. `FFFFFFFF` is never
    /// answered: a PSAM that has come there answers 9402.
    pub sequence: u32,
    /// When the sequence moves on.
    pub sequence_moves: SequenceMoves,
    /// How many MAC2 in a row may be wrong before the application locks. The limit is not public,
    /// typically 3 to 15 (`docs/spec/terminal.md` 2.3); 0 makes a PSAM that is locked already.
    pub mac_failure_limit: u8,
    /// The root of the cards' application lock (应用锁定): [`SamKey::BLOCK`](tunion_data::command::SamKey::BLOCK).
    pub block_root: Key16,
    /// The root of the cards' application maintenance (应用维护, DAMK):
    /// [`SamKey::MAINTENANCE`](tunion_data::command::SamKey::MAINTENANCE).
    pub maintenance_root: Key16,
    /// The PSAM's own key of APPLICATION UNBLOCK, as it is.
    pub control_key: Key16,
    /// What makes it a load SAM (ISAM) beside all else; a gate's PSAM has none.
    pub load: Option<LoadSam>,
    /// How it gives an answer that has data.
    pub transport: Transport,
}

/// What a load SAM has that others have not (`docs/spec/terminal.md` 1.6). It begins without a quota.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LoadSam {
    /// The load root, diversified by the issuer whose cards it loads (our reading: the command brings the
    /// card's factor alone). [`SamKey::LOAD`](tunion_data::command::SamKey::LOAD).
    pub root: Key16,
    /// The key of EXTERNAL AUTHENTICATE, which its host has too.
    pub authenticate: Key16,
}

/// How many wrong MACs of APPLICATION UNBLOCK, and how many wrong cryptograms of EXTERNAL AUTHENTICATE, a
/// PSAM takes in a row before it listens to no more of them: our reading, after the card's default.
pub const KEY_TRIES: u8 = 3;

/// When the terminal sequence moves on (`docs/spec/terminal.md` 2.2, 9.8).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum SequenceMoves {
    /// At INIT SAM FOR PURCHASE, as in most products: each answer has a number of its own, and an
    /// abandoned tap uses one up.
    #[default]
    AtInit,
    /// At CREDIT SAM FOR PURCHASE, by PBOC's text: the number of a tap that was abandoned before
    /// CREDIT is answered again when the same purchase is asked for again. For another card, or the
    /// same card with another offline sequence, the number moves on all the same, because the
    /// abandoned DEBIT may have been done (our reading: the text alone would let a number repeat).
    AtCredit,
}
