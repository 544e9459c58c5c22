//! Tariffs: one TOML file each, compiled together with the network or the bus lines it prices.
//!
//! | key | what |
//! |---|---|
//! | `version` | 1 |
//! | `name`, `city`, `valid-from`, `provenance` | what the tariff says of itself |
//! | `network` or `bus-lines` | the directory it prices, relative to the tariff file |
//! | `[entry]` | `source`, `balance`: the least balance to enter with |
//! | `[[price]]` | list prices of some `groups` (or `classes`): `bands` and `beyond`, or `flat` |
//! | `[[concession]]` | what riders `when` pay: `pay-percent` of the list price, or `pay`; the first that matches holds |
//! | `[accumulation]` | the monthly total and its `tiers` |
//! | `[no-tap-off]` | who loses the concession without a tap-off |
//! | `[overtime]` | `limit-minutes` and the `surcharge` beyond |
//!
//! Every rule has a `name` and a `source`. A `when` is a table of `groups` (or `classes`), `products`,
//! `issuers` and `media`; what is left out holds for all. Amounts are yuan in quotes, percentages say
//! what is PAID. Files are refused whose prices would not be whole fen at every step: nothing is ever
//! rounded.

mod check;
mod compile;
mod schema;

use std::path::Path;

use toml::Spanned;
use tunion_fare::{Places, Tariff};

use crate::diag::{Diagnostic, Diagnostics, Source};
use crate::kind::Kind;
use crate::{bus, network};

/// Loads a tariff with the places it prices.
///
/// # Errors
/// Every mistake found in the tariff, or in the files of its network, with its line.
pub fn load(path: impl AsRef<Path>) -> Result<Tariff, Diagnostics> {
    let path = path.as_ref();
    let source = Source::read(path)?;
    let file: schema::TariffFile = Kind::Tariff.read(&source)?;
    let places = match (&file.network, &file.bus_lines) {
        (Some(name), None) => network::load(source.directory(name)?)
            .map(Places::Rail)
            .map_err(|errors| errors.named_at(&source, name))?,
        (None, Some(name)) => bus::load(source.directory(name)?)
            .map(Places::Bus)
            .map_err(|errors| errors.named_at(&source, name))?,
        (network, lines) => return Err(one_of_two(&source, network.as_ref().or(lines.as_ref())).into()),
    };
    compile::tariff(&source, &file, &places)
}

/// Compiles the text of a tariff with places that are loaded already.
///
/// # Errors
/// Every mistake found in the tariff, with its line.
pub fn compile(source: &Source, places: &Places) -> Result<Tariff, Diagnostics> {
    compile::tariff(source, &Kind::Tariff.read(source)?, places)
}

fn one_of_two(source: &Source, second: Option<&Spanned<String>>) -> Diagnostic {
    let error = match second {
        Some(name) => source.error(name, "a tariff prices a network or bus lines, not both"),
        None => source.whole("the tariff does not say what it prices"),
    };
    error.help("give `network` for rail or `bus-lines` for buses")
}

#[cfg(test)]
mod tests;
