//! The records that a tap leaves on a card, read a second time: 1A (rail 2701, bus 2702), 1E and 18, written
//! down from `docs/spec/terminal.md` 1.2 and 1.3 and `docs/spec/card.md` 2.4 to 2.6 without a look at the layouts
//! that cards and terminals use, so that what a terminal writes can be held against it.
//!
//! Bytes in, plain values out: numbers, times, codes as they lie. Each file is a table of the specification
//! and nothing else; [`read`](Record::read) is the one way through all of them. Nothing that is read loses a
//! bit, so two records that read alike are alike, and every byte that is moved shows.
//!
//! It knows neither cards nor terminals, nor which tap wrote what: that is for whoever compares.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may panic"))]

pub mod bus;
pub mod crc;
pub mod field;
pub mod log;
pub mod rail;
pub mod read;
pub mod story;
pub mod trip;

pub use field::{Field, Kind};
pub use read::{Moment, Record, Value, Wrong};
