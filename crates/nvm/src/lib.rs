//! Memory that can lose power at any byte, and a store whose commits are all-or-nothing.
//!
//! # Specification
//! A [`Store`] holds numbered pages of [`PAGE`] bytes. A [`Tx`] changes up to [`SPARE`] of them; its
//! [`commit`](Tx::commit) makes all the changes or none, whatever becomes of the power. Where the power
//! went, `commit` says [`CommitError::PowerLost`] and not which of the two it was: the memory tells, by
//! [`Store::page`], at once and after [`Power::power_on`] alike. A memory that is worn out
//! ([`Power::set_worn`]) refuses every change with [`CommitError::Worn`] and keeps its power.
//!
//! # How
//! The journal is the memory itself (shadow paging). A commit writes the new pages where no page is
//! in use, then one *root* page that says where each page now is, with a generation and a CRC-32. Two
//! places for the root take turns, so the last root is never under the pen. Power-on takes the valid
//! root with the highest generation and writes nothing, so a cut during recovery cannot do harm. A
//! redo journal would write every page twice and has to be replayed; this one writes each page once
//! and one root.
//!
//! # Invariants
//! 1. The pages that the valid root names are never written.
//! 2. Map and free list of a root name each physical page exactly once.
//! 3. A root is written only after every page it names.
//! 4. Whatever is left of a page that was being written (a prefix, or noise) is not named by the newest
//!    valid root; or it is a root, and then it is whole (the cut fell into its unused last bytes: the
//!    commit is done) or its CRC fails. A CRC-32 takes a torn root for a whole one once in 2³².
//! 5. A worn memory is not written at all.
//! 6. The root in RAM is the newest valid root in memory, with power and without.
//!
//! # Size
//! The checksum of a root uses tables of 16 KiB, or of 1 KiB with the feature `small`. The two make the
//! same roots.
//!
//! The crate knows nothing of what is stored. The card and the PSAM use it.
#![no_std]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may panic"))]

#[cfg(test)]
extern crate std;

mod memory;
mod power;
mod store;

pub use memory::{CommitError, Cut, Damage, Memory, PowerLost};
pub use power::{Corrupt, Power};
pub use store::{MAX_PAGES, Store, Tx, TxFull};

/// Bytes that are written at once, and torn at once.
pub const PAGE: usize = 128;

/// Pages beyond those in use: as many can change in one commit.
pub const SPARE: usize = 8;
