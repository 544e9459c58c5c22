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
//! | [`contents`] | what personalisation puts on a card |
//! | `card` | the value: what it is made of, and which command does what |
//! | `map` | where each file lies in the store's pages |
//! | `purse` | the arithmetic of balance and overdraft |
//! | `select`, `read`, `enquire` | commands that change nothing |
//! | `session`, `purchase`, `load` | the transactions |
#![no_std]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may panic"))]

#[cfg(test)]
extern crate std;

mod card;
pub mod contents;
mod enquire;
mod load;
mod map;
mod purchase;
mod purse;
mod read;
mod select;
mod session;

pub use card::Card;
pub use contents::{CardKeys, Contents, Inconsistent, PurseContents};
pub use map::LONGEST_COMMIT;
pub use tunion_device::{Chip, Work};
pub use tunion_nvm::{Corrupt, Cut, Damage, PowerLost};
