//! Upload files cleared: records with the places they stand at, the issuer's keys, and the report.
//!
//! | module | idea |
//! |---|---|
//! | `batch` | the records of many files, and the rows that are none |
//! | `told` | a verdict in words |
//! | `text` | the report for a person |
//! | `json` | the report for a program |
//! | `rejected` | the rejected records as a file |
//!
//! What is checked, and how, is [`tunion_clearing`]'s.

mod batch;
mod json;
mod rejected;
mod text;
mod told;

pub use batch::{BadLine, Batch};
pub use json::json;
pub use rejected::write_rejected;
pub use text::text;

use std::collections::BTreeSet;

use tunion_clearing::tac::TacKeys;
use tunion_crypto::{Algorithm, Key16, Tally};
use tunion_data::IssuerId;
use tunion_issuer::Roots;

/// The TAC keys of the issuers that share these roots.
#[derive(Clone, Debug)]
pub struct IssuerKeys<'r> {
    roots: &'r Roots,
    issuers: Option<BTreeSet<IssuerId>>,
}

impl<'r> IssuerKeys<'r> {
    /// The keys of whatever issuer.
    #[must_use]
    pub const fn of_all(roots: &'r Roots) -> Self {
        Self { roots, issuers: None }
    }

    /// The keys of these issuers and no other.
    #[must_use]
    pub fn of(roots: &'r Roots, issuers: impl IntoIterator<Item = IssuerId>) -> Self {
        Self { roots, issuers: Some(issuers.into_iter().collect()) }
    }

    /// The issuers; nothing when it is all.
    fn issuers(&self) -> Option<impl Iterator<Item = String>> {
        self.issuers.as_ref().map(|issuers| issuers.iter().map(IssuerId::to_string))
    }
}

impl TacKeys for IssuerKeys<'_> {
    fn of_issuer(&self, issuer: IssuerId) -> Option<Key16> {
        let is_ours = self.issuers.as_ref().is_none_or(|ours| ours.contains(&issuer));
        is_ours.then(|| self.roots.tac.diversify(Algorithm::Tdes, issuer.0, &mut Tally::default()))
    }
}

/// What a report is about.
#[derive(Clone, Debug)]
pub struct Head<'a> {
    /// The key set.
    pub keys: String,
    /// Whose TACs are checked.
    pub issuers: &'a IssuerKeys<'a>,
}

#[cfg(test)]
mod tests;
