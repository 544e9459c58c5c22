//! Key sets: the roots that the cards and the PSAMs of a test share.
//!
//! | key | what |
//! |---|---|
//! | `version` | 1 |
//! | `provenance` | where the keys come from: published test keys, or random ones |
//! | `key-version` | the version of all roots, which cards answer to INITIALIZE |
//! | `[roots]` | the root for each [`Purpose`] by its name: 16 bytes, 32 hexadecimal digits. Only `internal-auth` may be left out. Beside them `psam-control`, of the PSAMs' own control keys; without it `app-control` stands in for it (our reading) |
//!
//! The keys are `docs/spec/card.md` 4.1's. A key set is for tests: no production key belongs in a file.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use tunion_crypto::Key16;
use tunion_issuer::{Purpose, Roots};

use crate::diag::{Diagnostic, Diagnostics, Hex, Source, Text};
use crate::kind::Kind;

/// A key set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeySet {
    /// The issuer's roots. That of purchases is in every PSAM too.
    pub roots: Roots,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    version: Spanned<u32>,
    provenance: Spanned<String>,
    key_version: u8,
    roots: Spanned<RootTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RootTable {
    purchase: Option<Root>,
    tac: Option<Root>,
    load: Option<Root>,
    load_second: Option<Root>,
    unload: Option<Root>,
    overdraft: Option<Root>,
    app_block: Option<Root>,
    app_unblock: Option<Root>,
    app_maintenance: Option<Root>,
    pin_unblock: Option<Root>,
    pin_reload: Option<Root>,
    card_control: Option<Root>,
    app_control: Option<Root>,
    external_auth: Option<Root>,
    internal_auth: Option<Root>,
    psam_control: Option<Root>,
}

type Root = Text<Hex<16>>;

/// The key set `fixtures/keys/lab.toml`, as it was when this was built: the laboratory's published test roots,
/// and load roots of this project. So a program needs no file to serve a card that scenarios know.
///
/// # Errors
/// As [`parse`]; none as long as the file that was built in is right.
pub fn lab() -> Result<KeySet, Diagnostics> {
    parse(&Source::new("fixtures/keys/lab.toml", include_str!("../../../fixtures/keys/lab.toml")))
}

/// Loads a key set.
///
/// # Errors
/// Every mistake found, with its line.
pub fn load(path: impl AsRef<Path>) -> Result<KeySet, Diagnostics> {
    parse(&Source::read(path)?)
}

/// Reads the text of a key set.
///
/// # Errors
/// As [`load`].
pub fn parse(source: &Source) -> Result<KeySet, Diagnostics> {
    let File { version, provenance, key_version, roots } = Kind::Keys.read(source)?;
    let mut errors = Diagnostics::default();
    errors.keep(source.version(&version, 1));
    errors.keep(source.said(&provenance, "provenance"));
    let head = source.head(&roots);
    let (roots, missing) = roots.into_inner().with_version(key_version);
    if !missing.is_empty() {
        let names = missing.iter().map(Purpose::to_string).collect::<Vec<_>>();
        let error = source.error(head, format!("no root for {}", names.join(", ")));
        errors.push(missing.into_iter().map(remedy).fold(error, Diagnostic::help));
    }
    errors.or(KeySet { roots })
}

impl RootTable {
    /// The roots, and what has none though it has to. There a key of zeros stands, which no one gets
    /// to see.
    fn with_version(self, version: u8) -> (Roots, Vec<Purpose>) {
        let mut missing = Vec::new();
        let key = |Text(Hex(bytes)): Root| Key16::new(bytes);
        let mut required = |purpose, root: Option<Root>| {
            root.map_or_else(
                || {
                    missing.push(purpose);
                    Key16::new([0; 16])
                },
                key,
            )
        };
        let roots = Roots {
            purchase: required(Purpose::Purchase, self.purchase),
            tac: required(Purpose::Tac, self.tac),
            load: required(Purpose::Load, self.load),
            load_second: required(Purpose::LoadSecond, self.load_second),
            unload: required(Purpose::Unload, self.unload),
            overdraft: required(Purpose::Overdraft, self.overdraft),
            app_block: required(Purpose::AppBlock, self.app_block),
            app_unblock: required(Purpose::AppUnblock, self.app_unblock),
            app_maintenance: required(Purpose::AppMaintenance, self.app_maintenance),
            pin_unblock: required(Purpose::PinUnblock, self.pin_unblock),
            pin_reload: required(Purpose::PinReload, self.pin_reload),
            card_control: required(Purpose::CardControl, self.card_control),
            app_control: required(Purpose::AppControl, self.app_control),
            external_auth: required(Purpose::ExternalAuth, self.external_auth),
            internal_auth: self.internal_auth.map(key),
            psam_control: Key16::new([0; 16]),
            version,
        };
        let psam_control = self.psam_control.map_or_else(|| roots.app_control.clone(), key);
        let roots = Roots { psam_control, ..roots };
        (roots, missing)
    }
}

fn remedy(purpose: Purpose) -> String {
    format!("add `{purpose} = \"…\"`, 32 hexadecimal digits: {}", purpose.about())
}

#[cfg(test)]
mod tests;
