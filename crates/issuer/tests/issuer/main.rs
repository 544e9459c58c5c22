//! The issuer's host against a real card, by APDUs.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bench;
mod conserve;
mod loads;
mod refusals;
