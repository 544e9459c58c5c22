//! The terminal's PSAM (消费安全存取模块): a secure access module that is a value.
//!
//! A [`Psam`] is made from [`Contents`], answers the commands of `docs/spec/terminal.md` 2
//! ([`Chip::process`]), and can lose power at any byte it writes. After [`PowerLost`] every call fails
//! until [`Chip::power_on`].
//!
//! It holds the purchase root (GMPK) and derives a card's key from what the terminal read off that
//! card. It knows nothing of the card's inside, no tariff, no clock: dates come in commands, and its
//! random numbers from the source handed in. Nothing here allocates.
//!
//! # Invariants
//! 1. A terminal sequence is answered for one card's offline sequence and for no other, whatever
//!    becomes of the power, so a (terminal, sequence) pair never repeats among accepted records
//!    (`docs/spec/terminal.md` 2.2). It is committed before it is answered, and never goes back.
//! 2. A try at MAC2 is committed as spent before the MAC is computed, so no cut gives a free one.
//! 3. A purchase that was opened is closed once: by CREDIT, by another `80 70` or a SELECT, answered or
//!    refused, or by the loss of power.
//!
//! # Example
//! ```
//! use tunion_apdu::{Response, Sw, build};
//! use tunion_crypto::Key16;
//! use tunion_data::command::{SamApplication, SamInitAnswer, SamInitRequest, SamSerial};
//! use tunion_data::TerminalId;
//! use tunion_psam::{Chip, Contents, Psam, SequenceMoves};
//! # use rand_chacha::{ChaCha8Rng, rand_core::SeedableRng};
//!
//! let contents = Contents {
//!     serial: SamSerial { kind: 0x0E, version: 1, number: [0; 8] },
//!     terminal: TerminalId([0x10, 0, 0, 0, 0, 1]),
//!     application: SamApplication { key_index: 1, ..SamApplication::default() },
//!     purchase_root: Key16::new(*b"a root for tests"),
//!     key_version: 1,
//!     sequence: 7,
//!     sequence_moves: SequenceMoves::AtInit,
//!     mac_failure_limit: 3,
//! };
//! let mut psam = Psam::new(contents, ChaCha8Rng::seed_from_u64(1));
//! let mut response = Response::new();
//! psam.process(&build::select_file(0x8011), &mut response)?;
//! let request = SamInitRequest { transaction: 0x09, key_version: 1, ..SamInitRequest::default() };
//! psam.process(&build::init_sam(&request), &mut response)?;
//! assert_eq!(response.sw(), Sw::OK);
//! assert_eq!(SamInitAnswer::try_from(response.data()).unwrap().terminal_seq, 7);
//! # Ok::<(), tunion_psam::PowerLost>(())
//! ```
//!
//! | module | idea |
//! |---|---|
//! | [`contents`] | what personalisation puts into a PSAM |
//! | `psam` | the value: what it is made of, and which command does what |
//! | `files` | SELECT and READ BINARY |
//! | `purchase` | INIT SAM FOR PURCHASE and CREDIT SAM FOR PURCHASE |
//! | `counters` | terminal sequence and MAC tries, each committed before it is used |
#![no_std]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may panic"))]

#[cfg(test)]
extern crate std;

pub mod contents;
mod counters;
mod files;
mod psam;
mod purchase;

pub use contents::{Contents, SequenceMoves};
pub use psam::Psam;
pub use tunion_device::{Chip, Work};
pub use tunion_nvm::{Corrupt, Cut, Damage, PowerLost};
