//! The laboratory's calibration cards for K1: one card, with 54 different limits of its purse.
//!
//! The table is a CSV file whose first line is a comment with its provenance; its columns are `profiles` (a
//! number, or the first and the last as `106-154`), `ceiling`, `balance`, `overdraft-limit` and
//! `overdraft-used`, each amount as the 3 bytes that the card has, in hexadecimal: fen
//! (`docs/spec/terminal.md` 8.5).

use std::collections::BTreeMap;
use std::path::Path;

use tunion_card::PurseContents;
use tunion_data::Fen24;

use crate::diag::{Diagnostics, Hex, Source};

const COLUMNS: [&str; 5] = ["profiles", "ceiling", "balance", "overdraft-limit", "overdraft-used"];

/// The limits of the purse by the number of the laboratory's profile. Both sequences are zero.
pub type Limits = BTreeMap<u16, PurseContents>;

/// The table `fixtures/cards/k1-limits.csv`, as it was when this was built.
///
/// ```
/// let limits = tunion_files::card::limits::k1()?;
/// assert_eq!(limits.len(), 54);
/// assert_eq!(limits[&103].overdraft_limit.fen().get(), 0x77);
/// # Ok::<(), tunion_files::diag::Diagnostics>(())
/// ```
///
/// # Errors
/// As [`parse`]; none as long as the file that was built in is right.
pub fn k1() -> Result<Limits, Diagnostics> {
    let text = include_str!("../../../../fixtures/cards/k1-limits.csv");
    parse(&Source::new("fixtures/cards/k1-limits.csv", text))
}

/// Loads such a table.
///
/// # Errors
/// Every mistake found, with its line.
pub fn load(path: impl AsRef<Path>) -> Result<Limits, Diagnostics> {
    parse(&Source::read(path)?)
}

/// Reads the text of such a table.
///
/// # Errors
/// As [`load`]; among them a profile that is there twice, and limits that no card can have.
pub fn parse(source: &Source) -> Result<Limits, Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut limits = Limits::new();
    for [profiles, ceiling, balance, limit, used] in source.table(COLUMNS)? {
        let text = profiles.get_ref();
        let (first, last) = text.split_once('-').unwrap_or((text, text));
        let (Ok(first), Ok(last)) = (first.parse::<u16>(), last.parse::<u16>()) else {
            let error = source.error(&profiles, format!("`{text}` is no number of a profile"));
            errors.push(error.help("write a number, or the first and the last as 106-154"));
            continue;
        };
        let mut amount = |cell| {
            let bytes = errors.keep(source.parse::<Hex<3>>(cell));
            bytes.map(|Hex(bytes)| Fen24::from_be_bytes(bytes))
        };
        let amounts = (amount(&ceiling), amount(&balance), amount(&limit), amount(&used));
        let (Some(ceiling), Some(balance), Some(overdraft_limit), Some(overdraft_used)) = amounts else {
            continue;
        };
        let purse =
            PurseContents { balance, ceiling, overdraft_limit, overdraft_used, ..PurseContents::default() };
        for rule in purse.broken() {
            errors.push(source.error(&profiles, rule.to_string()));
        }
        for number in first..=last {
            if limits.insert(number, purse).is_some() {
                errors.push(source.error(&profiles, format!("profile {number} is there twice")));
            }
        }
    }
    errors.or(limits)
}
