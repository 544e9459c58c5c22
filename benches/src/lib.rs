//! What the benches time and what `instructions` counts: the same work, once.
//!
//! | module | idea |
//! |---|---|
//! | [`card`] | a card, and how it and its echo are asked |
//! | [`clearing`] | upload records, beside the bare DES work of their TACs |
//! | [`commands`] | SELECT and READ BINARY, beside an echo of the same length |
//! | [`exit`] | a rail exit, whole, beside its bare DES work |
//! | [`fares`] | rides on Beijing's rail network, beside a table of all pairs |
//! | [`purchase`] | a composite purchase on the card's side, beside its bare DES work |
//! | [`ratio`] | two works timed in turns, and their ratio |
//!
//! `docs/benchmarks.md` says what each figure is measured against.
#![allow(clippy::missing_panics_doc, clippy::unwrap_used, reason = "a bench may panic")]

pub mod card;
pub mod clearing;
pub mod commands;
pub mod exit;
pub mod fares;
pub mod purchase;
pub mod ratio;
