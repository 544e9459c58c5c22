//! The outcome as a person reads it, and as programs do.

mod json;
mod junit;
mod table;

pub use json::json;
pub use junit::junit;
pub use table::{Detail, summary, table};
