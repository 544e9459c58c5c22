//! Every TOML and CSV schema of tunion, and what becomes of it: values that the lower floors take.
//!
//! Each schema refuses unknown fields, has a version field, and answers every mistake with a
//! [`diag::Diagnostic`] that shows the line and says what would be right.
//!
//! The crate knows files and schemas. It never knows rules: what a tariff means is `tunion-fare`'s.

pub mod bus;
pub mod card;
pub mod diag;
pub mod fare_cases;
pub mod keys;
pub mod library;
pub mod network;
pub mod scenario;
pub mod tariff;
pub mod terminal;
