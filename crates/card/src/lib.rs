//! The T-Union e-purse applet: a card that is a value.
//!
//! A [`Card`] is made from [`Contents`], answers commands ([`Chip::process`]), and can lose power at any
//! byte it writes.
//! What a command changes is one commit of the store ([`tunion_nvm`]), made before the answer: money,
//! sequence, log, proof, 1A and 1E are all old or all new. After [`PowerLost`] every call fails until
//! [`Chip::power_on`].
//!
//! The card knows its own derived keys and never a root. It knows no terminal, no tariff and no
//! clock; dates come in commands. Randomness is handed in and is not rewound when power returns.
//! Nothing here allocates.
//!
//! | module | idea |
//! |---|---|
//! | [`contents`], [`profile`], `keys` | what personalisation puts on a card, and how it behaves |
//! | [`answers`] | every status word of every command, to be held against the specification |
//! | `card` | the value: what it is made of, and which command does what |
//! | `map` | where each file lies in the store's pages |
//! | `state` | blocks, tries, who has shown what; what they say to a command |
//! | `purse` | the arithmetic of balance and overdraft |
//! | `select`, `read`, `enquire` | commands that change nothing |
//! | `session`, `transaction`, `purchase`, `online` | the transactions |
//! | `secure`, `update` | secure messaging, and the files that are changed with it |
//! | `pin`, `authenticate`, `block`, `algorithm` | the rest of the security |
#![no_std]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may panic"))]

#[cfg(test)]
extern crate std;

mod algorithm;
pub mod answers;
mod authenticate;
mod block;
mod card;
pub mod contents;
mod enquire;
mod keys;
mod map;
mod online;
mod pin;
pub mod profile;
mod purchase;
mod purse;
mod read;
mod secure;
mod select;
mod session;
mod state;
mod transaction;
mod update;

pub use card::Card;
pub use contents::{
    Block, Contents, Image, Inconsistent, Industry, LogEntry, Proofs, PurseContents, SecurityContents,
    TriesLeft,
};
pub use keys::CardKeys;
pub use map::LONGEST_COMMAND;
pub use pin::Pin;
pub use profile::Profile;
pub use tunion_device::{Chip, Interface, Work};
pub use tunion_nvm::{Corrupt, Cut, Damage, PowerLost};
