//! The report for a program: one JSON document, everything in it.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};
use tunion_clearing::totals::{ByReason, Sum, Uploaded};
use tunion_clearing::{Clearing, Done, Gaps, Reason};
use tunion_data::upload::RecordKind;

use super::Head;
use super::batch::{BadLine, Batch};
use super::told::{kind, remarked, told};

/// Writes a report. Amounts are in fen; records that were accepted are not listed.
///
/// # Errors
/// It cannot be written.
pub fn json<W: Write>(mut out: W, head: &Head<'_>, batch: &Batch, cleared: &Clearing) -> io::Result<()> {
    let totals = &cleared.totals;
    let issuers = head.issuers.issuers().map(Iterator::collect::<Vec<_>>);
    out.write_all(b"{\"version\":1")?;
    field(&mut out, "files", batch.files())?;
    field(&mut out, "keys", &head.keys)?;
    field(&mut out, "issuers", &issuers)?;
    field(&mut out, "records", &batch.records().len())?;
    field(&mut out, "totals", &uploaded(&totals.all))?;
    field(&mut out, "mac2_failed", &sum(totals.mac2_failed))?;
    let greys = totals.greys.iter().zip(Done::ALL).map(|(amount, done)| (word(done), sum(*amount)));
    field(&mut out, "grey", &greys.collect::<serde_json::Map<_, _>>())?;
    list(
        &mut out,
        "by_kind",
        totals
            .by_kind
            .iter()
            .map(|(kind, sums)| json!({"kind": kind.map(RecordKind::name), "sums": by_reason(sums)})),
    )?;
    list(
        &mut out,
        "by_terminal",
        totals
            .by_terminal
            .iter()
            .map(|(terminal, sums)| json!({"terminal": terminal.to_string(), "sums": uploaded(sums)})),
    )?;
    list(
        &mut out,
        "rejected",
        cleared.rejected().map(|(place, verdict)| {
            let record = batch.record(place);
            let (file, line) = batch.file_and_line(place);
            let told = told(batch, &record, verdict);
            json!({
                "file": file,
                "line": line,
                "code": verdict.reason().code(),
                "reason": name(verdict.reason()),
                "card": record.pan.to_string(),
                "card_seq": record.card_seq,
                "terminal": record.terminal.to_string(),
                "terminal_seq": record.terminal_seq,
                "kind": kind(&record),
                "amount_fen": record.amount.get(),
                "time": record.at.datetime().map(|at| at.to_string()),
                "said": told.as_ref().map(|told| &told.said),
                "expected": told.as_ref().map(|told| &told.expected),
            })
        }),
    )?;
    field(&mut out, "bad_lines", &batch.bad_count())?;
    list(
        &mut out,
        "bad",
        batch.bad().iter().map(|bad: &BadLine| {
            let row = &bad.row;
            json!({"file": batch.file_of(bad), "line": row.line, "message": row.message, "help": row.help})
        }),
    )?;
    list(&mut out, "remarks", cleared.remarks.iter().map(|remark| {
        let record = batch.record(remark.place);
        let (file, line) = batch.file_and_line(remark.place);
        let (card, card_seq) = (record.pan.to_string(), record.card_seq);
        json!({"file": file, "line": line, "card": card, "card_seq": card_seq, "said": remarked(batch, remark)})
    }))?;
    list(&mut out, "missing_of_terminals", cleared.missing.terminals.iter().map(gaps))?;
    list(&mut out, "missing_offline", cleared.missing.debits.iter().map(gaps))?;
    list(&mut out, "missing_online", cleared.missing.loads.iter().map(gaps))?;
    out.write_all(b"\n}\n")?;
    out.flush()
}

fn field(out: &mut impl Write, name: &str, value: &(impl Serialize + ?Sized)) -> io::Result<()> {
    write!(out, ",\n\"{name}\":")?;
    Ok(serde_json::to_writer(out, value)?)
}

/// A list that is written item by item.
fn list(out: &mut impl Write, name: &str, items: impl Iterator<Item = Value>) -> io::Result<()> {
    write!(out, ",\n\"{name}\":[")?;
    for (number, item) in items.enumerate() {
        out.write_all(if number == 0 { b"\n" } else { b",\n" })?;
        serde_json::to_writer(&mut *out, &item)?;
    }
    out.write_all(b"]")
}

fn sum(sum: Sum) -> Value {
    json!({"records": sum.records, "fen": sum.money.fen()})
}

/// Reasons that no record has are left out.
fn by_reason(sums: &ByReason) -> Value {
    let there = Reason::ALL.iter().map(|reason| (name(*reason), sums.of(*reason)));
    there.filter(|(_, amount)| amount.records > 0).map(|(name, amount)| (name, sum(amount))).collect()
}

fn uploaded(Uploaded { debits, loads }: &Uploaded) -> Value {
    json!({"debits": by_reason(debits), "loads": by_reason(loads)})
}

fn name(reason: Reason) -> &'static str {
    match reason {
        Reason::Accepted => "accepted",
        Reason::Forwarded => "forwarded",
        Reason::TacWrong => "tac_wrong",
        Reason::Illegal => "illegal",
        Reason::Duplicate => "duplicate",
        Reason::Grey => "grey",
    }
}

fn word(done: Done) -> String {
    match done {
        Done::Yes => "done",
        Done::No => "not_done",
        Done::Unknown => "not_known",
    }
    .to_owned()
}

fn gaps<T: ToString>(gaps: &Gaps<T>) -> Value {
    let missing: Vec<_> = gaps.missing.iter().map(|range| [*range.start(), *range.end()]).collect();
    json!({"of": gaps.of.to_string(), "count": gaps.count(), "missing": missing})
}
