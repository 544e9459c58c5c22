//! Findings as files, written as they are found.

use std::io::{self, Write};

use super::finding::Finding;
use super::report::{Head, Report};

/// A run as one JSON document: `head`, `findings` in the order they were found, `report`.
#[derive(Debug)]
pub struct Document<W> {
    out: W,
    is_first: bool,
}

impl<W: Write> Document<W> {
    /// How every such document begins.
    pub const BEGINS: &'static str = "{\"version\":1,\"head\":";

    /// Begins the document.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(mut out: W, head: &Head) -> io::Result<Self> {
        out.write_all(Self::BEGINS.as_bytes())?;
        serde_json::to_writer(&mut out, head)?;
        out.write_all(b",\n\"findings\":[")?;
        Ok(Self { out, is_first: true })
    }

    /// Writes one finding.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        self.out.write_all(if self.is_first { b"\n" } else { b",\n" })?;
        self.is_first = false;
        Ok(serde_json::to_writer(&mut self.out, finding)?)
    }

    /// Ends the document.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn end(mut self, report: &Report) -> io::Result<()> {
        self.out.write_all(b"],\n\"report\":")?;
        serde_json::to_writer(&mut self.out, report)?;
        self.out.write_all(b"}\n")?;
        self.out.flush()
    }
}

/// All differences as CSV. A charge where nothing was due is one, with an empty rule.
#[derive(Debug)]
pub struct Differences<W: Write>(csv::Writer<W>);

/// The columns of the differences.
const COLUMNS: [&str; 11] = [
    "row",
    "id",
    "card",
    "time",
    "ride",
    "rule",
    "rule_at",
    "list_fen",
    "expected_fen",
    "charged_fen",
    "reasons",
];

impl<W: Write> Differences<W> {
    /// How every such file begins.
    pub const BEGINS: &'static str = "row,id,card,time,ride,rule";

    /// Writes the header.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(out: W) -> io::Result<Self> {
        let mut out = csv::Writer::from_writer(out);
        out.write_record(COLUMNS)?;
        Ok(Self(out))
    }

    /// Writes a finding if it is a difference.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn finding(&mut self, finding: &Finding) -> io::Result<()> {
        match finding {
            Finding::Difference {
                said,
                id,
                ride,
                rule,
                rule_at,
                list_fen,
                expected_fen,
                charged_fen,
                reasons,
            } => {
                let [row, list, expected] =
                    [said.row.to_string(), list_fen.to_string(), expected_fen.to_string()];
                let charged = charged_fen.map_or_else(String::new, |fen| fen.to_string());
                let reasons = reasons.join("; ");
                self.0.write_record([
                    &row, id, &said.card, &said.time, ride, rule, rule_at, &list, &expected, &charged,
                    &reasons,
                ])?;
            }
            Finding::Undue { said, id, charged_fen, why } => {
                let [row, charged] = [said.row.to_string(), charged_fen.to_string()];
                let record = [&*row, id, &said.card, &said.time, &said.tap, "", "", "0", "0", &charged, why];
                self.0.write_record(record)?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Writes what is left.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn end(mut self) -> io::Result<()> {
        self.0.flush()
    }
}
