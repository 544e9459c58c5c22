//! Files of rows of any length, as CSV with a line of columns or as JSON lines, which have the same names.
//!
//! A row is one line in either form, so that one bad row costs no other; cells may stand in quotes. JSON is told
//! by the file's name (`.jsonl`, `.ndjson`, `.json`) or by its first byte, `{`. An empty cell, and a JSON `null`,
//! are as good as none. [`Rows`] knows lines and cells, and never what a column means.

mod column;
mod csv;
mod header;
mod json;
mod lines;
mod read;
mod time;

pub(crate) use column::{Cells, Columns, columns};
pub(crate) use read::{ReadRow, Rows, is_json, open};
pub(crate) use time::{Clock, day};

use std::fmt;

/// A row that does not say what it should.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BadRow {
    /// Its line in the file, from 1.
    pub line: u64,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: Option<String>,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "; {help}"))
    }
}

/// A text in quotes, cut short.
pub(crate) fn short(text: &str) -> String {
    const LONG: usize = 64;
    let mut shown: String = text.chars().take(LONG).filter(|c| !c.is_control()).collect();
    if text.chars().nth(LONG).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}
