//! The outcome as JSON. Amounts are fen; times are ISO 8601 in UTC+8 without zone.

use super::named;
use crate::outcome::{CardEnd, Outcome, Row};
use crate::trace::hex;
use crate::words::kind;
use serde::Serialize;
use tunion_data::Fen;
use tunion_data::command::Transaction;
use tunion_data::file::TripType;
use tunion_data::upload::{Payment, RecordKind, Surcharge, UploadRecord};
use tunion_files::scenario::kebab;
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
    cards: Vec<Card<'a>>,
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
    prompt: Option<String>,
    voice: &'a str,
    text: &'a str,
    light: String,
    code: Option<String>,
    code_number: Option<u8>,
    list_fen: Option<u32>,
    charged_fen: Option<u32>,
    loaded_fen: Option<u32>,
    balance_fen: u32,
    overdraft_used_fen: u32,
    month_fen: Option<u32>,
    apdus: usize,
    reasons: &'a [String],
    note_kinds: Vec<String>,
    notes: &'a [String],
}

/// The flags of a record by their names.
pub(crate) const FLAGS: [(u8, &str); 4] = [
    (UploadRecord::GREY, "grey"),
    (UploadRecord::RECOVERED, "recovered"),
    (UploadRecord::MAC2_FAILED, "mac2-failed"),
    (UploadRecord::MAC2_UNCHECKED, "mac2-unchecked"),
];

#[derive(Serialize)]
struct Record {
    kind: &'static str,
    pan: String,
    terminal: String,
    terminal_seq: u32,
    card_seq: u16,
    trip_type: String,
    transaction: String,
    amount_fen: u32,
    surcharge: &'static str,
    surcharge_fen: u32,
    payment: &'static str,
    at: String,
    tac: String,
    flags: Vec<&'static str>,
}

#[derive(Serialize)]
struct Card<'a> {
    name: &'a str,
    charged_fen: u32,
    loaded_fen: u32,
    balance_fen: u32,
    overdraft_used_fen: u32,
    month_fen: Option<u32>,
    month_rides: Option<u16>,
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
        cards: outcome.cards.iter().map(card).collect(),
        failures: outcome.failures.iter().map(failed).collect(),
    }
}

fn card(end: &CardEnd) -> Card<'_> {
    let (paid, rides) = end.month.unzip();
    Card {
        name: &end.name,
        charged_fen: end.charged.get(),
        loaded_fen: end.loaded.get(),
        balance_fen: end.balance.get(),
        overdraft_used_fen: end.overdraft_used.get(),
        month_fen: paid.map(Fen::get),
        month_rides: rides,
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
        prompt: decision.map(|d| kebab(d.prompt)),
        voice: &row.words.voice,
        text: &row.words.text,
        light: kebab(row.words.light),
        code: decision.map(|d| kebab(d.code)),
        code_number: row.number,
        list_fen: decision.and_then(|d| d.list).map(Fen::get),
        charged_fen: decision.filter(|_| !row.is_load).map(|d| d.charged.get()),
        loaded_fen: decision.filter(|_| row.is_load).map(|d| d.charged.get()),
        balance_fen: row.balance.get(),
        overdraft_used_fen: row.overdraft_used.get(),
        month_fen: row.month.map(Fen::get),
        apdus: row.exchanges.len(),
        reasons: &row.reasons,
        note_kinds: decision.iter().flat_map(|d| &d.notes).copied().filter_map(kind).map(kebab).collect(),
        notes: &row.notes,
    }
}

fn record(record: &UploadRecord) -> Record {
    Record {
        kind: RecordKind::from_byte(record.kind).map_or("other", RecordKind::name),
        pan: record.pan.to_string(),
        terminal: record.terminal.to_string(),
        terminal_seq: record.terminal_seq,
        card_seq: record.card_seq,
        trip_type: named(TripType::from_byte(record.trip_type), record.trip_type),
        transaction: named(Transaction::from_byte(record.transaction), record.transaction),
        amount_fen: record.amount.get(),
        surcharge: Surcharge::from_byte(record.surcharge_kind).map_or("other", Surcharge::name),
        surcharge_fen: record.surcharge.get(),
        payment: Payment::from_byte(record.payment).map_or("other", Payment::name),
        at: record.at.datetime().map_or_else(|| record.at.to_string(), |at| at.to_string()),
        tac: hex(&record.tac),
        flags: FLAGS.iter().filter(|(flag, _)| record.has(*flag)).map(|(_, name)| *name).collect(),
    }
}
