//! `tunion clear`: upload files cleared.

use anyhow::{Context, Result, ensure};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::fs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use tunion_clearing::clear;
use tunion_data::IssuerId;
use tunion_files::diag::Diagnostics;
use tunion_files::keys;
use tunion_files::uploads::{self, Form, Reader};
use tunion_harness::clearing::{Batch, Head, IssuerKeys, json, text, write_rejected};

use crate::output;

/// A record was rejected, or a row was none.
const REJECTED: u8 = 1;

/// So much of each list is printed.
const MOST: usize = 20;

#[derive(Args)]
pub(crate) struct Clear {
    /// Upload files: CSV with a header, or JSON lines (`*.jsonl`). All of them are one batch.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,

    /// The key set of the cards' issuer. [default: fixtures/keys/lab.toml, which is built in]
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,

    /// An issuer whose cards have these keys; may be repeated. What is another's is forwarded. [default: every
    /// issuer]
    #[arg(long = "issuer", value_name = "ID")]
    issuers: Vec<IssuerId>,

    /// Print one JSON document with everything that was found.
    #[arg(long)]
    json: bool,

    /// Also write the rejected records to this file, as CSV or JSON lines by its name, each with its reason.
    #[arg(long, value_name = "FILE")]
    rejected: Option<PathBuf>,

    /// List everything, not the first 20 of each kind.
    #[arg(long, conflicts_with = "json")]
    all: bool,

    /// Show no progress; nor is any shown when stderr is no terminal.
    #[arg(long)]
    no_progress: bool,
}

impl Clear {
    pub(crate) fn main(&self) -> ExitCode {
        match self.run() {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::from(REJECTED),
            Err(error) => output::refuse_before(&error, "nothing was cleared"),
        }
    }

    /// Whether nothing was rejected. Every file is read before anything is cleared, and written to.
    fn run(&self) -> Result<bool> {
        let (name, keys) = match &self.keys {
            None => ("fixtures/keys/lab.toml".to_owned(), keys::lab()?),
            Some(path) => (path.display().to_string(), keys::load(path)?),
        };
        let issuers = match self.issuers.as_slice() {
            [] => IssuerKeys::of_all(&keys.roots),
            issuers => IssuerKeys::of(&keys.roots, issuers.iter().copied()),
        };
        let rejected = self.form_of_rejected()?;
        let start = Instant::now();
        let batch = self.read()?;
        let cleared = clear(batch.records(), &issuers);
        let took = start.elapsed();
        if let Some((path, form)) = rejected {
            let out = output::create(path, form.begins_noted(), "file of rejected records")?;
            let written = write_rejected(out, form, &batch, &cleared);
            written.with_context(|| format!("cannot write {}", path.display()))?;
        }
        let head = Head { keys: name, issuers: &issuers };
        let mut out = BufWriter::new(io::stdout().lock());
        let printed = if self.json {
            json(&mut out, &head, &batch, &cleared)
        } else {
            let most = if self.all { usize::MAX } else { MOST };
            write!(out, "{}", text(&head, &batch, &cleared, most)).and_then(|()| out.flush())
        };
        printed.or_else(output::closed_pipe)?;
        let records = batch.records().len();
        let rate =
            u128::try_from(records).unwrap_or(u128::MAX).saturating_mul(1_000_000) / took.as_micros().max(1);
        let _ = writeln!(io::stderr(), "{records} records in {} ms, {rate} a second", took.as_millis());
        Ok(cleared.rejected().next().is_none() && batch.bad_count() == 0)
    }

    /// Opens all files, then reads them.
    fn read(&self) -> Result<Batch> {
        let mut errors = Diagnostics::default();
        let bar = self.progress();
        let open = |path: &PathBuf| {
            let file = uploads::open(path)?;
            let bytes = file.metadata().map_or(0, |data| data.len());
            bar.inc_length(bytes);
            Reader::new(&path.display().to_string(), bar.wrap_read(file))
        };
        let readers: Vec<_> = self.files.iter().filter_map(|path| errors.keep(open(path))).collect();
        let readers = errors.or(readers)?;
        let mut batch = Batch::default();
        for (path, mut reader) in self.files.iter().zip(readers) {
            let shown = path.display().to_string();
            batch
                .read(&shown, &mut reader)
                .with_context(|| format!("{shown}: cannot be read any further"))?;
        }
        bar.finish_and_clear();
        Ok(batch)
    }

    /// The form of the file of rejected records, if one is wanted. It is none of those that are read.
    fn form_of_rejected(&self) -> Result<Option<(&Path, Form)>> {
        let Some(path) = self.rejected.as_deref() else { return Ok(None) };
        let shown = path.display();
        let form = Form::of(path).with_context(|| {
            format!("--rejected {shown}: name it *.csv or *.jsonl, which is the form it will have")
        })?;
        let place = fs::canonicalize(path).ok();
        let is_read = place.is_some() && self.files.iter().any(|file| fs::canonicalize(file).ok() == place);
        ensure!(!is_read, "--rejected {shown} is one of the files that are cleared: give it another name");
        Ok(Some((path, form)))
    }

    fn progress(&self) -> ProgressBar {
        if self.no_progress || !io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new(0);
        let style = "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} to go";
        ProgressStyle::with_template(style).map_or(bar.clone(), |style| bar.with_style(style))
    }
}
