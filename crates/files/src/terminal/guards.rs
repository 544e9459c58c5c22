//! What a bus reader guards against, and what rail adds where no tariff is.

use serde::Deserialize;
use toml::Spanned;
use tunion_data::Fen;
use tunion_fare::Tariff;
use tunion_terminal::RepeatRule;
use tunion_terminal::profile::RailTail;

use super::compile;
use super::schema::{Name, Names, RailTable};
use crate::diag::{Diagnostic, Diagnostics, Source, Text};

/// Who may not ride twice, as it is written.
#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct RepeatTable {
    minutes: Spanned<u16>,
    types: Names,
}

pub(super) fn repeat(source: &Source, table: &RepeatTable) -> Result<RepeatRule, Diagnostics> {
    let mut errors = Diagnostics::default();
    let minutes = *table.minutes.get_ref();
    if minutes == 0 {
        let error = source.error(&table.minutes, "a limit of 0 minutes refuses nobody");
        errors.push(error.help("leave `repeat` out"));
    }
    if table.types.get_ref().is_empty() {
        let error = source.error(&table.types, "no kind of card is named, so nobody is refused");
        errors.push(error.help("such as types = [\"senior\"], or leave `repeat` out"));
    }
    let types = errors.keep(compile::accepted(source, &table.types)).unwrap_or_default();
    errors.or(RepeatRule { minutes, types })
}

/// The least balance for entry, where no tariff has one.
pub(super) fn entry_minimum(
    source: &Source,
    given: Option<&Spanned<Text<Fen>>>,
    tariff: Option<&Tariff>,
) -> Result<Fen, Diagnostic> {
    match (given, tariff) {
        (Some(given), Some(_)) => Err(source
            .error(given, "the least balance for entry is the tariff's")
            .help("it belongs to gates with `fare = \"controller\"`")),
        (given, _) => Ok(given.map_or(Fen::ZERO, |given| given.get_ref().0)),
    }
}

/// The largest number of a line or station in Xi'an's forms: two digits (`docs/spec/terminal.md` 1.3).
pub(crate) const XIAN_MOST: u16 = 99;

/// What Xi'an's records have room for.
pub(super) fn fits_xian(
    source: &Source,
    tail: &Name,
    table: &RailTable,
    tariff: Option<&Tariff>,
) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    if let Some(ledger) = &table.ledger {
        let error = source.error(ledger, "Xi'an's records have no CRC, and a total without one never counts");
        errors.push(error.also(tail, "the records' form").help("take the ledger out"));
    }
    let network = tariff.and_then(Tariff::network);
    let beyond = network.and_then(|network| network.stations().find(|(_, station)| station.code > XIAN_MOST));
    if let Some((_, station)) = beyond {
        let message = format!("Xi'an's records cannot hold station {}, {}", station.code, station.name);
        let help = format!("their form has two digits: stations up to {XIAN_MOST}");
        errors.push(source.error(tail, message).help(help));
    }
    errors.or(())
}

/// Whether a gate of this form can write line and station.
pub(crate) fn fits(tail: RailTail, line: u8, station: u16) -> bool {
    tail != RailTail::Xian || u16::from(line).max(station) <= XIAN_MOST
}
