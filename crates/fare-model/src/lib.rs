//! A reference model of Beijing's fares: `docs/spec/fares.md` sections 1 and 2 written down a second time,
//! plainly and without a look at the fare engine, so that the two can be held against each other.
//!
//! Slow and obvious on purpose: the rules are Rust code and so are their figures. Only the networks and the
//! holidays come from data. Amounts are whole fen (分), distances whole metres, times those of Beijing
//! (UTC+8). Every function names the section it reads; where the text leaves room, a comment begins with
//! "Our reading:".
//!
//! Of the card's side nothing is here: neither balance, overdraft nor expiry.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test may panic"))]

mod bus;
mod calendar;
mod csv;
mod model;
mod month;
mod network;
mod price;
mod rail;
mod rider;

pub use bus::{BusLine, BusRide, Class};
pub use calendar::{Holiday, Moment};
pub use model::Model;
pub use month::Month;
pub use network::Group;
pub use price::{Price, Refused};
pub use rail::{RailRide, Ticket};
pub use rider::{Medium, Product};
