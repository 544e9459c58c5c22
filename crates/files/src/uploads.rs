//! Upload files: what terminals upload, one record a row, as CSV or JSON lines, of any length.
//!
//! ```csv
//! version,kind,transaction,terminal,terminal-seq,issuer,pan,card-seq,amount,balance-before,balance-after,available-before,at,tac
//! 1,exit,09,100000010001,7,01011000FFFFFFFF,3105170010000000002,12,3.00,50.00,47.00,50.00,2026-11-23T08:40:00,5B1C02E7
//! ```
//!
//! Every field of [`UploadRecord`](tunion_data::upload::UploadRecord) has a column of its name, with `-` for `_`,
//! and the columns are written in the order of its layout. They may be read in any order, and all but those above
//! may be left out. An empty cell, a JSON `null` and a column that is left out stand for zero bytes.
//!
//! | what | how |
//! |---|---|
//! | `version` | 1, in every row: so files can be cut and put together, and a line says what it is |
//! | money | yuan with two decimals: `3.00` |
//! | times, dates | `2026-11-23T08:00:00`, UTC+8; with `Z` or an offset it is converted. `2026-11-23`. Nothing for zeros |
//! | `kind`, `surcharge-kind`, `payment` | the words of [`RecordKind`](tunion_data::upload::RecordKind), [`Surcharge`](tunion_data::upload::Surcharge) and [`Payment`](tunion_data::upload::Payment) |
//! | `flags` | the words `grey`, `recovered`, `mac2-failed`, `mac2-unchecked`, with a space between; bits without a word as a byte behind them |
//! | `pan` | 19 digits |
//! | sequences, lines, stations, operator, batch | whole numbers |
//! | all others | two hexadecimal digits a byte |
//!
//! What has no word, and what is no date or card number, is written in hexadecimal digits and read as such: any
//! 168 bytes come back as they were.
//!
//! Files of rejected records have three more columns in front: `reason`, `source` and `finding`. They are passed
//! over when such a file is read.

mod column;
mod form;
mod read;
mod write;

pub use crate::rows::BadRow;
pub use column::Column;
pub use read::{Reader, open};
pub use write::{Form, Note, Writer};

#[cfg(test)]
mod tests;
