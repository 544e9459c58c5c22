//! Conformance cases of fares: a TOML file of rides and what they cost.
//!
//! A case says its mode, and the file its city: the tariff of the day of entry prices it.
//! [`FareCase::check`] does, and answers with a diagnostic at the case's own line when the amount is another
//! one, giving the tariff's reasons. A case with `covered = false` says for what reason no tariff covers it
//! yet.

mod check;

pub use check::{CaseRide, Checked};

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use tunion_data::Fen;

use crate::diag::{Day, Diagnostic, Diagnostics, Moment, Source, Text};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Spanned<u32>,
    provenance: Spanned<String>,
    city: Option<Spanned<String>>,
    case: Vec<CaseTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct CaseTable {
    id: Spanned<String>,
    what: String,
    source: Spanned<String>,
    confidence: String,
    kind: Kind,
    note: Option<String>,
    #[serde(default = "yes")]
    covered: bool,
    reason: Option<Spanned<String>>,
    mode: Option<Spanned<String>>,
    ride: Option<Spanned<RideTable>>,
    #[serde(default)]
    rider: RiderTable,
    ticket: Option<Spanned<String>>,
    activated: Option<Spanned<Moment>>,
    before: Option<BeforeTable>,
    #[serde(default = "once")]
    repeat: u32,
    entered: Option<Spanned<Moment>>,
    exited: Option<Spanned<Moment>>,
    list: Option<Spanned<Text<Fen>>>,
    expect: Option<Spanned<Text<Fen>>>,
    expect_total: Option<Spanned<Text<Fen>>>,
    entry_balance: Option<Spanned<Text<Fen>>>,
    sold_at: Option<Spanned<Text<Fen>>>,
    refused: Option<Spanned<String>>,
}

fn yes() -> bool {
    true
}

fn once() -> u32 {
    1
}

/// How sure a case is.
#[derive(Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The amount was published.
    Published,
    /// The amount follows from a published rule.
    Derived,
    /// The amount follows from a reading of ours.
    OurReading,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RideTable {
    from: Option<Spanned<String>>,
    to: Option<Spanned<String>>,
    group: Option<Spanned<String>>,
    metres: Option<u32>,
    #[serde(default)]
    no_entry: bool,
    line: Option<Spanned<String>>,
    #[serde(default)]
    direction: u8,
    on: Option<Spanned<String>>,
    off: Option<Spanned<String>>,
    class: Option<Spanned<String>>,
    stop_numbers: Option<u32>,
    #[serde(default)]
    no_tap_off: bool,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct RiderTable {
    product: Option<Spanned<String>>,
    issuer: Option<Spanned<String>>,
    medium: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BeforeTable {
    on: Day,
    paid: Text<Fen>,
}

/// One case.
pub struct FareCase {
    source: Source,
    city: Option<Spanned<String>>,
    table: CaseTable,
}

impl FareCase {
    /// Its id, such as `A03`.
    #[must_use]
    pub fn id(&self) -> &str {
        self.table.id.get_ref()
    }

    /// What it is about.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.table.what
    }

    /// Where the amount comes from.
    #[must_use]
    pub fn source(&self) -> &str {
        self.table.source.get_ref()
    }

    /// How far its source is to be trusted, in the source list's own words.
    #[must_use]
    pub fn confidence(&self) -> &str {
        &self.table.confidence
    }

    /// What kind of amount it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.table.kind
    }

    /// A remark.
    #[must_use]
    pub fn note(&self) -> Option<&str> {
        self.table.note.as_deref()
    }

    /// The name of the city whose tariffs price it.
    #[must_use]
    pub fn city(&self) -> Option<&str> {
        self.city.as_ref().map(|city| city.get_ref().as_str())
    }

    /// That the city it names is wrong, where the file names it.
    #[must_use]
    pub fn wrong_city(&self, message: &str) -> Diagnostic {
        let place = self.city.as_ref().unwrap_or(&self.table.id);
        self.source.error(place, message)
    }

    /// The path of its file, as it was given.
    #[must_use]
    pub fn path(&self) -> &str {
        self.source.path()
    }

    /// The reason for which no tariff covers it yet.
    #[must_use]
    pub fn uncovered(&self) -> Option<&str> {
        let reason = self.table.reason.as_ref().map_or("", |reason| reason.get_ref().as_str());
        (!self.table.covered).then_some(reason)
    }
}

/// Loads the cases of one file.
///
/// # Errors
/// Every mistake of form, with its line. Names of stations, lines and groups are looked up when a
/// case is checked.
pub fn load(path: impl AsRef<Path>) -> Result<Vec<FareCase>, Diagnostics> {
    parse(&Source::read(path)?)
}

/// Reads the cases of a text.
///
/// # Errors
/// As [`load`].
pub fn parse(source: &Source) -> Result<Vec<FareCase>, Diagnostics> {
    let file: File = crate::kind::Kind::FareCases.read(source)?;
    let mut errors = Diagnostics::default();
    errors.keep(source.version(&file.version, 1));
    errors.keep(source.said(&file.provenance, "provenance"));
    let case = |table| FareCase { source: source.clone(), city: file.city.clone(), table };
    let cases: Vec<_> = file.case.into_iter().map(case).collect();
    let mut seen = std::collections::HashMap::new();
    for case in &cases {
        if let Some(first) = seen.insert(case.id(), &case.table.id) {
            errors.push(source.twice("case", &case.table.id, first));
        }
        errors.keep(source.said(&case.table.source, "source"));
        errors.keep(case.complete());
    }
    errors.or(cases)
}

#[cfg(test)]
mod tests;
