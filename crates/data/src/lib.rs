//! Every byte layout of the T-Union (交通联合) card world, written down once.
//!
//! A layout is one [`record!`] table: it gives the typed VALUE (a struct that can be encoded), the
//! borrowed VIEW over bytes (which reads one field without decoding the rest) and the list of
//! [`FieldInfo`]s that a tracer or a `card show` prints. `encode(decode(x)) == x` holds for every
//! `x` of the right length, because each field type keeps every bit it was given: a date that is no
//! date stays the four bytes it was ([`BcdDate`]) and says so when asked.
//!
//! The crate knows bytes, money and civil dates. It never knows commands, keys or files on disk.
//!
//! Sources are cited as `docs/spec/<file>.md` and section.
#![no_std]
#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may panic"))]

#[cfg(test)]
extern crate std;

mod bcd;
mod fen;
mod id;
mod layout;

pub mod command;
pub mod fci;
pub mod file;
pub mod host;
pub mod mac;
pub mod tlv;
pub mod upload;

pub use bcd::{BcdDate, BcdDateTime, BcdTime, NotBcd};
pub use fen::{Fen, Fen24, FenSum, ParseFenError, TooLarge};
pub use id::{CityCode, IssuerId, Pan, ParseIdError, TerminalId};
pub use layout::{Field, FieldInfo, Kind, WrongLength};

/// Civil dates and times in UTC+8, the clock of every Chinese terminal. No zone is ever attached.
pub use jiff::civil;
