//! Security: secure messaging, tries, the PIN, blocks, algorithms; and power that goes meanwhile
//! (`docs/spec/card.md` 8.2, 8.4, 8.5).
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod algorithms;
mod blocks;
mod files;
mod messages;
mod secrets;
mod torn;
mod tries;

#[path = "../support/mod.rs"]
mod support;
