//! Key sets: the roots that the cards and the PSAMs of a test share.
//!
//! | key | what |
//! |---|---|
//! | `version` | 1 |
//! | `provenance` | where the keys come from: published test keys, or random ones |
//! | `key-version` | the version of all roots, which cards answer to INITIALIZE |
//! | `[roots]` | the roots by their names: 16 bytes each, 32 hexadecimal digits |
//!
//! | root | of |
//! |---|---|
//! | `purchase`, `tac` | DPK, DTK |
//! | `load`, `load-second` | DLK, indexes 01 and 02 |
//! | `unload`, `overdraft` | DULK, DUK |
//! | `app-block`, `app-unblock`, `app-maintenance` | application lock, unlock, maintenance |
//! | `pin-unblock`, `pin-reload` | DPUK, DRPK |
//! | `card-control` | CARD BLOCK |
//! | `external-auth`, `app-control` | EXTERNAL AUTHENTICATE, key ids 00 and 01 |
//! | `internal-auth` | INTERNAL AUTHENTICATE; may be left out, and then cards have no such key |
//!
//! The keys are `docs/spec/card.md` 4.1's. A key set is for tests: no production key belongs in a file.

use std::path::Path;

use serde::Deserialize;
use toml::Spanned;
use tunion_crypto::Key16;
use tunion_issuer::Roots;

use crate::diag::{Diagnostics, Hex, Source, Text};
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
    roots: RootTable,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RootTable {
    purchase: Text<Hex<16>>,
    tac: Text<Hex<16>>,
    load: Text<Hex<16>>,
    load_second: Text<Hex<16>>,
    unload: Text<Hex<16>>,
    overdraft: Text<Hex<16>>,
    app_block: Text<Hex<16>>,
    app_unblock: Text<Hex<16>>,
    app_maintenance: Text<Hex<16>>,
    pin_unblock: Text<Hex<16>>,
    pin_reload: Text<Hex<16>>,
    card_control: Text<Hex<16>>,
    app_control: Text<Hex<16>>,
    external_auth: Text<Hex<16>>,
    internal_auth: Option<Text<Hex<16>>>,
}

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
    let key = |Text(Hex(bytes))| Key16::new(bytes);
    let roots = Roots {
        purchase: key(roots.purchase),
        tac: key(roots.tac),
        load: key(roots.load),
        load_second: key(roots.load_second),
        unload: key(roots.unload),
        overdraft: key(roots.overdraft),
        app_block: key(roots.app_block),
        app_unblock: key(roots.app_unblock),
        app_maintenance: key(roots.app_maintenance),
        pin_unblock: key(roots.pin_unblock),
        pin_reload: key(roots.pin_reload),
        card_control: key(roots.card_control),
        app_control: key(roots.app_control),
        external_auth: key(roots.external_auth),
        internal_auth: roots.internal_auth.map(key),
        version: key_version,
    };
    errors.or(KeySet { roots })
}

#[cfg(test)]
mod tests;
