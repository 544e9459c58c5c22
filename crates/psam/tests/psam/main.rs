//! The PSAM from outside, by APDUs.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod answers;
mod anything;
mod bench;
mod descrypt;
mod power;
mod quota;
mod torn;
mod transport;
mod unblock;
