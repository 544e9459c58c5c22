//! The outcome as tables.

use super::named;
use crate::outcome::{Outcome, Row};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use std::fmt::Write as _;
use tunion_data::Fen;
use tunion_data::command::Transaction;
use tunion_data::file::{CardType, LogRecord, TripRecord, TripType};
use tunion_terminal::{Advice, Enquiry, Gate, Words};

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

/// Failures of one scenario that are printed.
const FAILURES: usize = 20;

/// Columns that hold numbers.
const NUMBERS: std::ops::Range<usize> = 5..10;

/// A scenario's taps as a table. What belongs to a tap stands below it; the expectations that did not
/// hold come last.
#[must_use]
pub fn table(outcome: &Outcome, detail: Detail) -> String {
    let mut text = format!("{}  {}\n\n", outcome.name, outcome.title);
    let grid = grid(&outcome.rows);
    let mut lines = grid.lines();
    let mut line = |text: &mut String| {
        if let Some(line) = lines.next() {
            let _ = writeln!(text, "{}", line.trim_end());
        }
    };
    line(&mut text);
    for row in &outcome.rows {
        line(&mut text);
        for below in below(row, outcome, detail) {
            let _ = writeln!(text, "    {below}");
        }
    }
    if !outcome.failures.is_empty() {
        text.push('\n');
    }
    for failure in outcome.failures.iter().take(FAILURES) {
        let _ = writeln!(text, "FAILED  {}", failure.describe(outcome));
    }
    if let more @ 1.. = outcome.failures.len().saturating_sub(FAILURES) {
        let _ = writeln!(
            text,
            "FAILED  and {more} more in this scenario; the JSON and JUnit reports have them all"
        );
    }
    text
}

/// What stands below a tap.
fn below(row: &Row, outcome: &Outcome, detail: Detail) -> Vec<String> {
    let mut lines = Vec::new();
    if detail >= Detail::Reasons {
        lines.extend(row.reasons.iter().map(|reason| format!("fare  {reason}")));
    }
    lines.extend(row.notes.iter().map(|note| format!("note  {note}")));
    lines.extend(row.enquiry.iter().flat_map(|enquiry| show(enquiry)));
    if detail >= Detail::Apdus {
        let exchanges = outcome.trace.part(row.exchanges.clone());
        lines.extend(exchanges.iter().flat_map(crate::trace::Exchange::lines));
    }
    lines
}

/// One line for the header and one for each tap.
fn grid(rows: &[Row]) -> Table {
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
        column.set_padding((0, 2));
    }
    table
}

fn cells(row: &Row) -> [String; 10] {
    let decision = row.decision.as_ref();
    let none = || "-".to_owned();
    // A kiosk has no gate.
    let (yes, no) = if row.is_ride { ("open", "closed") } else { ("done", "refused") };
    let gate = decision.map_or_else(none, |d| if d.gate == Gate::Open { yes } else { no }.to_owned());
    let Words { voice, text, .. } = &row.words;
    let words = if text.is_empty() { voice } else { text };
    let said = decision.zip(row.number);
    let said = said.map_or_else(none, |(d, number)| format!("{words}  {number:02X} {}", d.code));
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
        match (row.is_load, decision) {
            (true, Some(d)) => format!("+{}", d.charged),
            (false, Some(d)) => d.charged.to_string(),
            (_, None) => none(),
        },
        balance,
        row.month.as_ref().map_or_else(none, Fen::to_string),
        row.exchanges.len().to_string(),
    ]
}

/// The answer to an enquiry.
fn show(enquiry: &Enquiry) -> Vec<String> {
    let Enquiry { info, management, balance, log, trips, advice, .. } = enquiry;
    let kind = format!("{:?}", CardType::from_byte(management.card_type)).to_lowercase();
    let mut lines = vec![format!(
        "card  {} of {}, {kind}, valid {} to {}, balance {balance}",
        info.pan, info.issuer, info.valid_from, info.valid_to
    )];
    lines.push(self::advice(*advice));
    lines.extend(log.iter().map(|record| {
        let LogRecord { seq, amount, transaction, terminal, date, time, .. } = record;
        let name = named(Transaction::from_byte(*transaction), *transaction);
        let amount = amount.to_string();
        format!("log   {date} {time}  {name:<8}  {amount:>8}  sequence {seq:>5}  terminal {terminal}")
    }));
    lines.extend(trips.iter().map(|record| {
        let TripRecord { trip_type, industry, amount, balance, at, city, .. } = record;
        let name = named(TripType::from_byte(*trip_type), *trip_type);
        let (amount, balance) = (amount.to_string(), balance.to_string());
        format!(
            "trip  {at}  {name:<8}  {amount:>8}  balance {balance:>8}  industry {industry:02X}  city {city}"
        )
    }));
    lines
}

/// What gates would say, and what is due first.
fn advice(Advice { free_area, paid_area, due, kind }: Advice) -> String {
    let due = if due.is_zero() { String::new() } else { format!(", due {due} ({})", kind.name()) };
    format!("advice  to enter: {free_area}; to leave: {paid_area}{due}")
}

/// The scenarios that failed, if any, and the last line: `N passed, M failed`.
#[must_use]
pub fn summary(outcomes: &[Outcome]) -> String {
    let failed: Vec<&str> = outcomes.iter().filter(|o| !o.passed()).map(|o| o.path.as_str()).collect();
    let mut text = String::new();
    for path in &failed {
        let _ = writeln!(text, "failed: {path}");
    }
    let _ = write!(text, "{} passed, {} failed", outcomes.len() - failed.len(), failed.len());
    text
}
