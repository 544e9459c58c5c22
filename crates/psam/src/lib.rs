//! The terminal's PSAM (消费安全存取模块): a secure access module that is a value.
//!
//! A [`Psam`] is made from [`Contents`], answers the commands of `docs/spec/terminal.md` 2 as its section 2.6
//! says ([`Chip::process`]), and can lose power at any byte it writes. After [`PowerLost`] every call fails
//! until [`Chip::power_on`].
//!
//! It holds roots, of purchases (GMPK), application lock and application maintenance, and derives a card's
//! key from what the terminal read off that card. A load SAM (ISAM) has a load root beside them, and a quota.
//! It knows nothing of the card's inside, no tariff, no clock: dates come in commands, and its random numbers
//! from the source handed in. Nothing here allocates.
//!
//! # Invariants
//! 1. A terminal sequence is answered for one card's offline sequence and for no other, whatever
//!    becomes of the power, so a (terminal, sequence) pair never repeats among accepted records
//!    (`docs/spec/terminal.md` 2.2). It is committed before it is answered, and never goes back.
//! 2. A try, at MAC2, at the MAC of APPLICATION UNBLOCK or at EXTERNAL AUTHENTICATE, is committed as spent
//!    before anything is compared, so no cut gives a free one.
//! 3. A purchase that was opened is closed once: by CREDIT, by another `80 70`, by `80 1A` or a SELECT,
//!    answered or refused, or by the loss of power.
//! 4. The loads whose MAC2 a load SAM has answered never come to more than the quotas that its host has
//!    written, whatever becomes of the power: an amount is committed as taken before its MAC2 is computed.
//!    The load that was answered last can be asked for again and is the same load; of one quota nothing is
//!    answered after its time.
//! 5. No quota is written without an EXTERNAL AUTHENTICATE of its own, in the same stretch of power.
//! 6. A load key makes MACs of loads and nothing else: no answer gives away what it enciphers.
//!
//! # Example
//! ```
//! use tunion_apdu::{Response, Sw, build};
//! use tunion_crypto::Key16;
//! use tunion_data::command::{SamApplication, SamInitAnswer, SamInitRequest, SamSerial};
//! use tunion_data::TerminalId;
//! use tunion_psam::{Chip, Contents, Psam, SequenceMoves, Transport};
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
//!     block_root: Key16::new(*b"another, of lock"),
//!     maintenance_root: Key16::new(*b"one for EF15 too"),
//!     control_key: Key16::new(*b"the PSAM's alone"),
//!     load: None,
//!     transport: Transport::Direct,
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
//! | `transport` | answers at once or by GET RESPONSE, and the rate of the bytes |
//! | `purchase` | INIT SAM FOR PURCHASE and CREDIT SAM FOR PURCHASE |
//! | `descrypt` | INIT FOR DESCRYPT and DES CRYPT: the lock's MAC, and others under a card's key |
//! | `quota` | a load SAM's quota and the MACs of a load |
//! | `authenticate` | GET CHALLENGE and EXTERNAL AUTHENTICATE |
//! | `unblock` | APPLICATION UNBLOCK |
//! | `counters` | terminal sequence and MAC2 tries, each committed before it is used |
//! | `state` | the page of memory that all of this is kept in |
#![no_std]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may panic"))]

#[cfg(test)]
extern crate std;

mod authenticate;
pub mod contents;
mod counters;
mod descrypt;
mod files;
mod psam;
mod purchase;
mod quota;
mod state;
mod transport;
mod unblock;

pub use contents::{Contents, KEY_TRIES, LoadSam, Rate, SequenceMoves, Transport};
pub use psam::Psam;
pub use tunion_device::{Chip, Work};
pub use tunion_nvm::{Corrupt, Cut, Damage, PowerLost};
