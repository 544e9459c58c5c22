//! A reference model of the card: `docs/spec/card.md` section 8 written down a second time, plainly and
//! without a look at the applet, so that the two can be driven side by side.
//!
//! Slow and obvious on purpose. The model knows nothing of the applet; [`beside`] alone drives both, and is
//! what the random tests and the fuzz target call.
//!
//! Every function that answers a command names its row of 8.5; the rules that
//! several commands share (8.4) stand once, in [`mod@model`] and `security`. Where the text leaves room, a
//! comment begins with "Choice:".

pub mod beside;
mod files;
mod frame;
mod initialize;
mod maintenance;
mod pin;
mod report;
mod security;
mod select;
mod table;
mod template;
mod transact;

pub mod crypto;
pub mod memory;
pub mod model;
pub mod settings;

pub use memory::{Algorithm, Blocked, Memory, Proof};
pub use model::Model;
pub use settings::{Algorithms, BlockedSelect, Keys, Le, Link, Settings};
