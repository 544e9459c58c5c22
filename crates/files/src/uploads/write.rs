//! Writing upload files.

use std::io::{self, Write};
use std::path::Path;

use tunion_data::upload::UploadRecord;

use super::column::{Column, texts};
use crate::rows::is_json;

/// The version of the form.
pub(super) const VERSION: &str = "1";

/// How records are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// CSV with a line of columns.
    Csv,
    /// JSON lines.
    JsonLines,
}

impl Form {
    /// The form of the files with this name: `.csv`, or `.jsonl`, `.ndjson`, `.json`.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()? {
            "csv" => Some(Self::Csv),
            _ if is_json(path.to_str()?) => Some(Self::JsonLines),
            _ => None,
        }
    }

    /// How every file with notes begins ([`Writer::begin_noted`]), and no other.
    #[must_use]
    pub const fn begins_noted(self) -> &'static str {
        match self {
            Self::Csv => "reason,source,finding,version,",
            Self::JsonLines => "{\"reason\":\"",
        }
    }
}

/// What is noted of a record that was rejected.
#[derive(Clone, Copy, Debug)]
pub struct Note<'a> {
    /// The code of the reason.
    pub reason: &'a str,
    /// Where the record stood: file and line.
    pub source: &'a str,
    /// What is wrong with it, and what would be right.
    pub finding: &'a str,
}

/// Writes records, every field of each.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    form: Form,
    line: Vec<u8>,
    text: Vec<u8>,
}

impl<W: Write> Writer<W> {
    /// Begins a file of records.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin(out: W, form: Form) -> io::Result<Self> {
        Self::header(out, form, Column::Version)
    }

    /// Begins a file of records with a note beside each; see [`write_noted`](Self::write_noted).
    ///
    /// # Errors
    /// It cannot be written.
    pub fn begin_noted(out: W, form: Form) -> io::Result<Self> {
        Self::header(out, form, Column::Reason)
    }

    fn header(mut out: W, form: Form, first: Column) -> io::Result<Self> {
        if form == Form::Csv {
            let columns = Column::ALL.iter().skip_while(|column| **column != first);
            let names: Vec<&str> = columns.map(|column| column.name()).collect();
            writeln!(out, "{}", names.join(","))?;
        }
        Ok(Self { out, form, line: Vec::new(), text: Vec::new() })
    }

    /// Writes a record.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write(&mut self, record: &UploadRecord) -> io::Result<()> {
        self.line.clear();
        self.put_record(record)
    }

    /// Writes a record with its note.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn write_noted(&mut self, record: &UploadRecord, note: Note<'_>) -> io::Result<()> {
        self.line.clear();
        let Note { reason, source, finding } = note;
        for (column, text) in [(Column::Reason, reason), (Column::Source, source), (Column::Finding, finding)]
        {
            let text: String = text.chars().filter(|c| !c.is_control()).collect();
            let text = match self.form {
                Form::JsonLines => serde_json::to_string(&text)?,
                Form::Csv if text.contains([',', '"']) => format!("\"{}\"", text.replace('"', "\"\"")),
                Form::Csv => text,
            };
            put(&mut self.line, self.form, column, true, text.as_bytes());
        }
        self.put_record(record)
    }

    fn put_record(&mut self, record: &UploadRecord) -> io::Result<()> {
        let Self { out, form, line, text } = self;
        put(line, *form, Column::Version, true, VERSION.as_bytes());
        texts(record, text, &mut |column, is_number, text| put(line, *form, column, is_number, text));
        if *form == Form::JsonLines {
            line.push(b'}');
        }
        line.push(b'\n');
        out.write_all(line)
    }

    /// Writes what is left, and gives back where it went.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn end(mut self) -> io::Result<W> {
        self.out.flush()?;
        Ok(self.out)
    }
}

/// Puts a cell behind a line. What is `bare` needs no quotes in JSON, or has them.
fn put(line: &mut Vec<u8>, form: Form, column: Column, bare: bool, text: &[u8]) {
    match form {
        Form::Csv => {
            // Only the first cell of a line has none before it, and no first cell is empty.
            if !line.is_empty() {
                line.push(b',');
            }
            line.extend(text);
        }
        Form::JsonLines => {
            line.extend(if line.is_empty() { b"{\"" } else { b",\"" });
            line.extend(column.name().as_bytes());
            line.extend(b"\":");
            if bare {
                line.extend(text);
            } else {
                line.push(b'"');
                line.extend(text);
                line.push(b'"');
            }
        }
    }
}
