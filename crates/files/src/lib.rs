//! Every TOML and CSV schema of tunion, and what becomes of it: values that the lower floors take.
//!
//! Each schema refuses unknown fields, has a version field, and answers every mistake with a
//! [`diag::Diagnostic`] that shows the line and says what would be right.
//!
//! | module | files |
//! |---|---|
//! | [`network`], [`bus`], [`calendar`] | rail networks, bus lines, working days |
//! | [`tariff`], [`city`] | what rides cost; all tariffs of a city |
//! | [`keys`], [`card`], [`terminal`] | key sets, card profiles and images, terminal profiles |
//! | [`layout`] | the bytes of the card's files in words |
//! | [`scenario`], [`library`] | cards that tap at terminals; many scenarios that share files |
//! | [`taps`] | what readers recorded, tap by tap |
//! | [`uploads`] | what terminals upload, record by record |
//! | [`fare_cases`] | conformance cases of fares |
//! | [`diag`] | how a mistake is told |
//!
//! The crate knows files and schemas. It never knows rules: what a tariff means is `tunion-fare`'s.

mod built_in;
pub mod bus;
pub mod calendar;
pub mod card;
pub mod city;
pub mod costs;
pub mod diag;
pub mod fare_cases;
pub mod keys;
mod kind;
pub mod layout;
pub mod library;
pub mod network;
mod rows;
pub mod scenario;
pub mod taps;
pub mod tariff;
pub mod terminal;
pub mod uploads;

/// The TOML example in a module's documentation, which its tests load.
#[cfg(test)]
fn doc_example(module: &str) -> String {
    let docs = module.lines().filter_map(|line| line.strip_prefix("//!"));
    let example = docs.skip_while(|line| *line != " ```toml").skip(1).take_while(|line| *line != " ```");
    example.flat_map(|line| [line.strip_prefix(' ').unwrap_or(line), "\n"]).collect()
}
