//! The outcome as a person reads it, and as programs do.

mod json;
mod junit;
mod table;

pub(crate) use json::FLAGS;
pub use json::json;
pub use junit::{junit, junit_error};
pub use table::{Detail, summary, table};

/// A type by its name, or its number when it has none.
fn named(known: Option<impl std::fmt::Debug>, byte: u8) -> String {
    known.map_or_else(|| format!("type {byte:02X}"), |known| format!("{known:?}").to_lowercase())
}
