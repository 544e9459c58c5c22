//! A row as a tap.

use tunion_data::Fen;
use tunion_data::civil::DateTime;
use tunion_fare::pair::Act;
use tunion_fare::{GroupId, LineId, Medium, Product, StationId, StopId};

use super::cards::{CardId, Cards};
use super::column::Column;
use super::fault::{Fault, What};
use super::names::{IssuerName, Names, TicketName};
use crate::rows::{Cells, Clock};

/// Who taps, as the row says it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Who {
    /// The kind of card.
    pub product: Product,
    /// What it is.
    pub medium: Medium,
    /// Where it was issued.
    pub issuer: IssuerName,
    /// The ticket.
    pub ticket: TicketName,
    /// When a pass was first used.
    pub activated: Option<DateTime>,
}

/// One tap of a file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Row {
    /// Its line in the file, from 1.
    pub line: u64,
    /// When, UTC+8.
    pub at: DateTime,
    /// Whose card.
    pub card: CardId,
    /// What the rider did.
    pub act: Act,
    /// Who.
    pub who: Who,
    /// What the reader charged, where the file says it.
    pub charged: Option<Fen>,
}

/// What reading needs beside the row.
#[derive(Default, Debug)]
pub(super) struct Context {
    pub(super) clock: Clock,
    pub(super) cards: Cards,
}

/// Reads a row.
#[inline]
pub(super) fn row(
    cells: &impl Cells<Column>,
    names: &Names<'_>,
    context: &mut Context,
    line: u64,
) -> Result<Row, Fault> {
    let time = needed(cells, Column::Time)?;
    let at = context.clock.read(time).ok_or(What::Form.of(Column::Time))?;
    let act = act(cells, names)?;
    let who = who(cells, names, &mut context.clock)?;
    let charged = match cells.cell(Column::Charged) {
        b"" => None,
        digits => Some(fen(digits).ok_or(What::Form.of(Column::Charged))?),
    };
    // Last, so that a card is counted only when it has a row.
    let card = context.cards.id(needed(cells, Column::Card)?).ok_or(What::Form.of(Column::Card))?;
    Ok(Row { line, at, card, act, who, charged })
}

#[inline]
fn needed(cells: &impl Cells<Column>, column: Column) -> Result<&[u8], Fault> {
    let cell = cells.cell(column);
    if cell.is_empty() { Err(What::Missing.of(column)) } else { Ok(cell) }
}

#[inline]
fn act(cells: &impl Cells<Column>, names: &Names<'_>) -> Result<Act, Fault> {
    Ok(match needed(cells, Column::Tap)? {
        b"entry" => gate(cells, names).map(|(station, group)| Act::Entry { station, group })?,
        b"exit" => gate(cells, names).map(|(station, group)| Act::Exit { station, group })?,
        b"on" => bus(cells, names).map(|(line, stop)| Act::On { line, stop })?,
        b"off" => bus(cells, names).map(|(line, stop)| Act::Off { line, stop })?,
        b"single" => bus(cells, names).map(|(line, stop)| Act::Single { line, stop })?,
        // Where it was collected does not matter.
        b"cover" => Act::Cover,
        _ => return Err(What::Unknown.of(Column::Tap)),
    })
}

#[inline]
fn gate(cells: &impl Cells<Column>, names: &Names<'_>) -> Result<(StationId, Option<GroupId>), Fault> {
    let station = needed(cells, Column::Station)?;
    let station = names.station_named(station).ok_or(What::Unknown.of(Column::Station))?;
    unwanted(cells, [Column::Direction, Column::Stop])?;
    let group = match cells.cell(Column::Line) {
        b"" => return Ok((station, None)),
        line => names.group_named(line).ok_or(What::Unknown.of(Column::Line))?,
    };
    if names.is_on(station, group) {
        Ok((station, Some(group)))
    } else {
        Err(What::NotOnLine.of(Column::Line))
    }
}

#[inline]
fn bus(cells: &impl Cells<Column>, names: &Names<'_>) -> Result<(LineId, StopId), Fault> {
    let line = needed(cells, Column::Line)?;
    let line =
        names.line_named(line, cells.cell(Column::Direction)).map_err(|(column, what)| what.of(column))?;
    let stop = names.stop_named(line, needed(cells, Column::Stop)?).map_err(|what| what.of(Column::Stop))?;
    unwanted(cells, [Column::Station])?;
    Ok((line, stop))
}

fn unwanted<const N: usize>(cells: &impl Cells<Column>, columns: [Column; N]) -> Result<(), Fault> {
    let given = columns.into_iter().find(|column| !cells.cell(*column).is_empty());
    given.map_or(Ok(()), |column| Err(What::Unwanted.of(column)))
}

#[inline]
fn who(cells: &impl Cells<Column>, names: &Names<'_>, clock: &mut Clock) -> Result<Who, Fault> {
    /// The first of `all` when the cell is empty.
    fn known<T: Copy>(cell: &[u8], all: &[T], name: impl Fn(T) -> &'static str) -> Option<T> {
        let mut all = all.iter().copied();
        if cell.is_empty() { all.next() } else { all.find(|one| name(*one).as_bytes() == cell) }
    }
    let product = known(cells.cell(Column::Product), Product::ALL, Product::name);
    let medium = known(cells.cell(Column::Medium), Medium::ALL, Medium::name);
    let issuer = match cells.cell(Column::Issuer) {
        b"" => Some(IssuerName(0)),
        name => names.issuer_named(name),
    };
    let ticket = match cells.cell(Column::Ticket) {
        b"" => Some(TicketName::ORDINARY),
        name => names.ticket_named(name),
    };
    let activated = match cells.cell(Column::Activated) {
        b"" => None,
        // Of another day than the row, as a rule: not by the clock that remembers the row's.
        time => Some(clock.clone().read(time).ok_or(What::Form.of(Column::Activated))?),
    };
    Ok(Who {
        product: product.ok_or(What::Unknown.of(Column::Product))?,
        medium: medium.ok_or(What::Unknown.of(Column::Medium))?,
        issuer: issuer.ok_or(What::Unknown.of(Column::Issuer))?,
        ticket: ticket.ok_or(What::Unknown.of(Column::Ticket))?,
        activated,
    })
}

/// Digits as an amount.
#[inline]
fn fen(digits: &[u8]) -> Option<Fen> {
    let add = |sum: u32, digit: &u8| {
        let digit = digit.wrapping_sub(b'0');
        if digit < 10 { sum.checked_mul(10)?.checked_add(digit.into()) } else { None }
    };
    digits.iter().try_fold(0, add).map(Fen::new)
}
