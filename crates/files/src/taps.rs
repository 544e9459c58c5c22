//! Tap files: what readers recorded, one tap a row, as CSV or JSON lines, of any length.
//!
//! ```csv
//! time,card,tap,station,line,direction,stop,product,charged_fen
//! 2026-11-23T08:00:00,3104895199900000003,entry,五道口,,,,student,
//! 2026-11-23T08:40:00,3104895199900000003,exit,复兴门,,,,student,400
//! 2026-11-23T09:00:00,3104895199900000003,on,,331,0,#3,student,
//! ```
//!
//! A CSV file begins with a line that names its columns, in any order. JSON lines have the same names, one
//! object a line; a file has them when its name ends in `.jsonl`, `.ndjson` or `.json`, or when it begins with
//! `{`. A row is one line in either, so that one bad row costs no other.
//!
//! | column | what | without it |
//! |---|---|---|
//! | `time` | `2026-11-23T08:00:00`, UTC+8; with `Z` or an offset it is converted | refused |
//! | `card` | any text of up to 32 bytes | refused |
//! | `tap` | `entry`, `exit`, `on`, `off`, `single` (a bus ride of one tap), `cover` (the amount of a missing tap-off, collected at the next use) | refused |
//! | `station` | of an entry or exit | refused there |
//! | `line` | the bus line; on rail the line of the gate, which selects its group | refused on buses |
//! | `direction` | 0 or 1 | the only one |
//! | `stop` | its name, or `#7` for the seventh stop of the line | refused on buses |
//! | `product`, `medium` | as in tariffs | `ordinary`, `card` |
//! | `issuer` | `local`, `other` or a region of the tariffs | `local` |
//! | `ticket`, `activated` | a ticket of the tariffs; of a pass the time of its first use | `ordinary` |
//! | `charged_fen` | what the reader charged, in fen | not compared |
//! | `id` | any text; it comes back in reports | |
//!
//! An empty cell, and a JSON `null`, are as good as none. A name that is not known, a column among them, is
//! refused with the nearest ones.

mod cards;
mod column;
mod fault;
mod names;
mod read;
mod row;

pub use crate::rows::BadRow;
pub use cards::{CardId, Cards};
pub use column::Column;
pub use names::{IssuerName, Names, TicketName};
pub use read::{Reader, open};
pub use row::{Row, Who};

#[cfg(test)]
mod tests;
