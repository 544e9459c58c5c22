//! Cost profiles: how long card, SAM and terminal take for what they do, so that the work which devices tell can be
//! priced. All of a figure's weight lies in where it comes from, so each has its source or says why it is assumed.
//!
//! | key | kinds | what |
//! |---|---|---|
//! | `version`, `name`, `provenance` | all | 1; its name; where its figures come from |
//! | `kind` | all | `"card"`, `"sam"` or `"terminal"` |
//! | `jitter` | all | each time it works it is so many `percent` faster or slower at most; all in between are as likely |
//! | `[air]` | card | `fsc` in bytes, `fastest` in kbit/s, `fwi`, `sfgi` |
//! | `baud` | sam | bits a second of its T=0 bus |
//! | `[reader]` | terminal | `fsd`, its frames in bytes; `fastest`, the fastest rate that it asks for, in kbit/s |
//! | `[losses]` | terminal | `edge-permille`, taps of a thousand that are made at the field's edge; `near-ppm`, `edge-ppm`, frames of a million that go wrong near and there; `damaged-permille`, of a thousand that go wrong those that arrive with an error |
//! | `[prices]` | card, sam | `command`, `byte`, `page-write`, and a `-block` and a `-schedule` of `des`, `tdes`, `sm4`, `aes`; of a card `start-up` too |
//! | `[prices]` | terminal | `poll`, `step`, `fare`, `store`, `host` |
//!
//! A price is `{ ns = 20_000, source = "docs/spec/terminal.md 5.4" }` or has an `assumption` in place of the source;
//! so have `jitter`, `[air]`, `[reader]` and `[losses]`. The sources are `docs/spec/terminal.md` 5.

use std::path::Path;

use tunion_card::Work;
use tunion_crypto::Tally;

use crate::built_in;
use crate::diag::{Diagnostics, Source};

mod schema;

/// A cost profile.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Costs {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub of: Of,
    /// By how much a price is higher or lower at most, in percent.
    pub jitter_percent: u8,
    /// Each figure that is no price of work, and where every figure comes from.
    pub figures: Vec<Figure>,
}

/// A figure with its origin.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Figure {
    /// Its key.
    pub key: String,
    /// In nanoseconds.
    pub ns: u64,
    /// Where it comes from.
    pub from: Origin,
}

/// Where a figure comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Origin {
    /// A source.
    Source(String),
    /// Nowhere: why it is assumed.
    Assumption(String),
}

/// Whose costs they are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Of {
    /// A card.
    Card(CardCosts),
    /// A SAM.
    Sam(SamCosts),
    /// A terminal.
    Terminal(TerminalCosts),
}

/// What a chip's work costs, in nanoseconds each.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Prices {
    /// A command, whatever it does.
    pub command: u64,
    /// A byte of a command or an answer.
    pub byte: u64,
    /// A page written to memory.
    pub page_write: u64,
    /// Cipher blocks and key schedules, as the tally names them.
    pub cipher: Tally,
}

impl Prices {
    /// What a command costs that took this.
    ///
    /// ```
    /// use tunion_card::Work;
    /// use tunion_crypto::Tally;
    /// use tunion_files::costs::Prices;
    /// let prices = Prices { command: 400, page_write: 1_000, cipher: Tally { tdes_blocks: 20, ..Tally::default() }, ..Prices::default() };
    /// let crypto = Tally { tdes_blocks: 3, ..Tally::default() };
    /// let work = Work { crypto, page_writes: 2, ..Work::default() };
    /// assert_eq!(prices.of(&work), 400 + 3 * 20 + 2 * 1_000);
    /// ```
    #[must_use]
    pub fn of(&self, work: &Work) -> u64 {
        let Tally {
            des_blocks,
            des_schedules,
            tdes_blocks,
            tdes_schedules,
            sm4_blocks,
            sm4_schedules,
            aes_blocks,
            aes_schedules,
        } = self.cipher;
        let bytes = u64::from(work.bytes_in) + u64::from(work.bytes_out);
        let pages = u64::from(work.page_writes);
        let work = &work.crypto;
        self.command
            + bytes * self.byte
            + pages * self.page_write
            + work.des_blocks * des_blocks
            + work.des_schedules * des_schedules
            + work.tdes_blocks * tdes_blocks
            + work.tdes_schedules * tdes_schedules
            + work.sm4_blocks * sm4_blocks
            + work.sm4_schedules * sm4_schedules
            + work.aes_blocks * aes_blocks
            + work.aes_schedules * aes_schedules
    }
}

/// A card's costs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardCosts {
    /// The longest frame that it takes, in bytes.
    pub fsc: u16,
    /// The fastest rate that it offers, in kbit/s.
    pub fastest: u16,
    /// Frame waiting time, as FWI.
    pub fwi: u8,
    /// Start-up frame guard time, as SFGI.
    pub sfgi: u8,
    /// From the field to its first answer, in ns.
    pub start_up: u64,
    /// What its work costs.
    pub prices: Prices,
}

/// A SAM's costs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SamCosts {
    /// Bits a second of its bus.
    pub baud: u32,
    /// What its work costs.
    pub prices: Prices,
}

/// What goes wrong in a terminal's field.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Losses {
    /// Taps of a thousand that are made at the edge of the field.
    pub edge_permille: u16,
    /// Frames of a million that go wrong, near.
    pub near_ppm: u32,
    /// And at the edge.
    pub edge_ppm: u32,
    /// Of a thousand that go wrong, those that arrive with an error: a reader asks for them again at once, while it
    /// waits for what does not arrive as long as the card may take.
    pub damaged_permille: u16,
}

/// A terminal's costs, in ns each.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TerminalCosts {
    /// The longest frame that it takes, in bytes.
    pub fsd: u16,
    /// The fastest rate that it asks for, in kbit/s.
    pub fastest: u16,
    /// What goes wrong in its field.
    pub losses: Losses,
    /// One round of its polling loop.
    pub poll: u64,
    /// Between an answer and what comes of it.
    pub step: u64,
    /// A fare, and the records of its debit.
    pub fare: u64,
    /// A record stored.
    pub store: u64,
    /// The host asked.
    pub host: u64,
}

/// The profiles that are built in.
pub fn names() -> impl Iterator<Item = &'static str> {
    built_in::costs()
}

/// A profile that is built in.
///
/// # Errors
/// None of that name; the message lists those that there are.
pub fn built_in(name: &str) -> Result<Costs, Diagnostics> {
    if names().any(|known| known == name) {
        return load(built_in::cost(name));
    }
    let known = names().collect::<Vec<_>>().join(", ");
    let source = Source::new(format!("{name}.toml"), "");
    Err(source.whole(format!("no costs `{name}` are built in")).help(format!("there are: {known}")).into())
}

/// Loads a profile.
///
/// # Errors
/// Every mistake found, with its line.
pub fn load(path: impl AsRef<Path>) -> Result<Costs, Diagnostics> {
    parse(&Source::read(path)?)
}

/// Reads the text of a profile.
///
/// # Errors
/// As [`load`].
pub fn parse(source: &Source) -> Result<Costs, Diagnostics> {
    schema::parse(source)
}

#[cfg(test)]
mod tests;
