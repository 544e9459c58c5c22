//! The outcome as tables.

use crate::outcome::{Outcome, Row};
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, Width, presets};
use std::fmt::Write as _;
use tunion_data::Fen;
use tunion_terminal::{Enquiry, Gate};

/// How much is told of each tap.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Detail {
    /// One line a tap.
    Taps,
    /// The reasons of each fare too.
    Reasons,
    /// Every APDU too, decoded.
    Apdus,
}

const HEADER: [&str; 10] =
    ["time", "place", "card", "gate", "prompt and code", "list", "charged", "balance", "month", "APDUs"];

/// Columns that hold numbers.
const NUMBERS: std::ops::Range<usize> = 5..10;

/// A scenario's taps as a table, with the expectations that did not hold below it.
#[must_use]
pub fn table(outcome: &Outcome, detail: Detail) -> String {
    let mut text = format!("{}  {}\n", outcome.name, outcome.title);
    // Long months are the same day again and again: reasons and APDUs go between the rows.
    if detail == Detail::Taps {
        let _ = writeln!(text, "{}", grid(outcome.rows.iter()));
    } else {
        for row in &outcome.rows {
            let _ = writeln!(text, "{}", grid(std::iter::once(row)));
            for reason in &row.reasons {
                let _ = writeln!(text, "    fare  {reason}");
            }
            if detail == Detail::Apdus {
                let exchanges = outcome.trace.part(row.exchanges.clone());
                for line in exchanges.iter().flat_map(crate::trace::Exchange::lines) {
                    let _ = writeln!(text, "    {line}");
                }
            }
            text.push_str(&tail(row));
        }
    }
    if detail == Detail::Taps {
        outcome.rows.iter().for_each(|row| text.push_str(&tail(row)));
    }
    for failure in &outcome.failures {
        let _ = writeln!(text, "  FAILED  {}", failure.describe(&outcome.path));
    }
    text
}

fn grid<'r>(rows: impl Iterator<Item = &'r Row>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(HEADER);
    for row in rows {
        table.add_row(cells(row));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        if NUMBERS.contains(&index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        column.set_padding((0, 1));
        // The same widths in every table, so that one row reads like the next.
        let least = [19, 22, 8, 6, 30, 6, 7, 8, 7, 5][index];
        column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(least + 1)));
    }
    table
}

fn cells(row: &Row) -> [String; 10] {
    let decision = row.decision.as_ref();
    let none = || "-".to_owned();
    let gate =
        decision.map_or_else(none, |d| if d.gate == Gate::Open { "open" } else { "closed" }.to_owned());
    let said = decision.map_or_else(none, |d| format!("{}  {}", d.prompt.chinese(), d.code));
    let balance = if row.overdraft_used.is_zero() {
        row.balance.to_string()
    } else {
        format!("-{}", row.overdraft_used)
    };
    [
        row.at.to_string().replace('T', " "),
        row.place.clone(),
        row.card.clone(),
        gate,
        said,
        decision.and_then(|d| d.list).as_ref().map_or_else(none, Fen::to_string),
        decision.map_or_else(none, |d| d.charged.to_string()),
        balance,
        row.month.as_ref().map_or_else(none, Fen::to_string),
        row.exchanges.len().to_string(),
    ]
}

/// Notes and the answer to an enquiry.
fn tail(row: &Row) -> String {
    let mut text = String::new();
    for note in &row.notes {
        let _ = writeln!(text, "  note  {} {}: {note}", row.at.time(), row.card);
    }
    if let Some(enquiry) = &row.enquiry {
        text.push_str(&show(enquiry));
    }
    text
}

fn show(enquiry: &Enquiry) -> String {
    let Enquiry { info, management, balance, log, trips, .. } = enquiry;
    let mut text = format!(
        "  card {} of {}, type {:02X}, valid {} to {}, balance {balance}\n",
        info.pan, info.issuer, management.card_type, info.valid_from, info.valid_to
    );
    for record in log {
        let _ = writeln!(
            text,
            "    log   {:>5}  type {:02X}  {:>8}  {} {}  terminal {}",
            record.seq,
            record.transaction,
            record.amount.to_string(),
            record.date,
            record.time,
            record.terminal
        );
    }
    for trip in trips {
        let _ = writeln!(
            text,
            "    trip  type {:02X}  industry {:02X}  {:>8}  balance {:>8}  {}  city {}",
            trip.trip_type,
            trip.industry,
            trip.amount.to_string(),
            trip.balance.to_string(),
            trip.at,
            trip.city
        );
    }
    text
}

/// The last line: `N passed, M failed`.
#[must_use]
pub fn summary(outcomes: &[Outcome]) -> String {
    let passed = outcomes.iter().filter(|outcome| outcome.passed()).count();
    format!("{passed} passed, {} failed", outcomes.len() - passed)
}
