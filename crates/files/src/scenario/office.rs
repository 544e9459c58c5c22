//! Where a ticket office stands.

use toml::Spanned;
use tunion_terminal::Office;

use super::TerminalEntry;
use super::schema::{Station, TapTable};
use super::taps::station;
use crate::diag::{Diagnostic, Diagnostics, Source};
use crate::terminal::TerminalFile;
use crate::terminal::TerminalKind::TicketOffice;
use crate::terminal::fit::{self, Field};

/// The station that a terminal stands at.
pub(super) fn stands_at(
    source: &Source,
    at: Option<&Spanned<Station>>,
    file: &TerminalFile,
) -> Result<Option<u16>, Diagnostics> {
    fit::unused(source, file.kind, &[Field::new("station", at, &[TicketOffice])], None)?;
    Ok(at.map(|at| station(source, at, file)).transpose()?)
}

/// Where the tap is made: at the tap's station, or at the terminal's.
pub(super) fn place(
    source: &Source,
    tap: &TapTable,
    entry: &TerminalEntry,
) -> Result<Option<Office>, Diagnostic> {
    let named = tap.station.as_ref().map(|at| station(source, at, &entry.file)).transpose()?;
    let line = tap.line.as_ref().map_or(0, |line| *line.get_ref());
    match named.or(entry.station) {
        Some(station) => Ok(Some(Office { line, station })),
        None if entry.file.kind == TicketOffice => Err(source
            .error(&tap.terminal, "at which station does this office stand?")
            .help("add `station` to the tap or to the terminal, such as: station = \"西二旗\"")),
        None => Ok(None),
    }
}
