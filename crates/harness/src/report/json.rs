//! The outcome as JSON. Amounts are fen; times are ISO 8601 in UTC+8 without zone.

use crate::outcome::{Outcome, Row};
use crate::trace::hex;
use serde::Serialize;
use tunion_data::upload::UploadRecord;
use tunion_terminal::Gate;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    passed: usize,
    failed: usize,
    scenarios: Vec<Played<'a>>,
}

#[derive(Serialize)]
struct Played<'a> {
    name: &'a str,
    path: &'a str,
    title: &'a str,
    passed: bool,
    apdu_sha256: String,
    taps: Vec<Tap<'a>>,
    records: Vec<Record>,
    failures: Vec<Failed<'a>>,
}

#[derive(Serialize)]
struct Tap<'a> {
    at: String,
    line: u32,
    terminal: &'a str,
    place: &'a str,
    card: &'a str,
    gate: Option<&'static str>,
    prompt: Option<&'static str>,
    code: Option<u8>,
    code_text: Option<&'static str>,
    list_fen: Option<u32>,
    charged_fen: Option<u32>,
    loaded_fen: Option<u32>,
    balance_fen: u32,
    overdraft_used_fen: u32,
    month_fen: Option<u32>,
    apdus: usize,
    reasons: &'a [String],
    notes: &'a [String],
}

#[derive(Serialize)]
struct Record {
    pan: String,
    terminal: String,
    terminal_seq: u32,
    card_seq: u16,
    trip_type: u8,
    transaction: u8,
    amount_fen: u32,
    at: String,
    tac: String,
    grey: bool,
    recovered: bool,
    mac2_failed: bool,
}

#[derive(Serialize)]
struct Failed<'a> {
    line: u32,
    tap: Option<usize>,
    what: &'a str,
    expected: &'a str,
    found: &'a str,
}

/// All outcomes as one JSON document.
///
/// # Errors
/// None that these values can cause.
pub fn json(outcomes: &[Outcome]) -> Result<String, serde_json::Error> {
    let passed = outcomes.iter().filter(|outcome| outcome.passed()).count();
    let scenarios = outcomes.iter().map(played).collect();
    serde_json::to_string_pretty(&Report { version: 1, passed, failed: outcomes.len() - passed, scenarios })
}

fn played(outcome: &Outcome) -> Played<'_> {
    Played {
        name: &outcome.name,
        path: &outcome.path,
        title: &outcome.title,
        passed: outcome.passed(),
        apdu_sha256: outcome.trace.hash(),
        taps: outcome.rows.iter().map(tap).collect(),
        records: outcome.records.iter().map(record).collect(),
        failures: outcome.failures.iter().map(failed).collect(),
    }
}

fn failed(failure: &crate::Failure) -> Failed<'_> {
    let crate::Failure { line, row, what, expected, found } = failure;
    Failed { line: *line, tap: *row, what, expected, found }
}

fn tap(row: &Row) -> Tap<'_> {
    let decision = row.decision.as_ref();
    Tap {
        at: row.at.to_string(),
        line: row.line,
        terminal: &row.terminal,
        place: &row.place,
        card: &row.card,
        gate: decision.map(|d| if d.gate == Gate::Open { "open" } else { "closed" }),
        prompt: decision.map(|d| d.prompt.chinese()),
        code: decision.map(|d| d.code.number()),
        code_text: decision.map(|d| d.code.text()),
        list_fen: decision.and_then(|d| d.list).map(tunion_data::Fen::get),
        charged_fen: decision.filter(|_| !row.is_load).map(|d| d.charged.get()),
        loaded_fen: decision.filter(|_| row.is_load).map(|d| d.charged.get()),
        balance_fen: row.balance.get(),
        overdraft_used_fen: row.overdraft_used.get(),
        month_fen: row.month.map(tunion_data::Fen::get),
        apdus: row.exchanges.len(),
        reasons: &row.reasons,
        notes: &row.notes,
    }
}

fn record(record: &UploadRecord) -> Record {
    Record {
        pan: record.pan.to_string(),
        terminal: record.terminal.to_string(),
        terminal_seq: record.terminal_seq,
        card_seq: record.card_seq,
        trip_type: record.trip_type,
        transaction: record.transaction,
        amount_fen: record.amount.get(),
        at: record.at.to_string(),
        tac: hex(&record.tac),
        grey: record.has(UploadRecord::GREY),
        recovered: record.has(UploadRecord::RECOVERED),
        mac2_failed: record.has(UploadRecord::MAC2_FAILED),
    }
}
