//! The issuer's host against a real card, by APDUs, and its keys against published check values.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod bench;
mod conserve;
mod keys;
mod loads;
mod refusals;
mod sign_on;
