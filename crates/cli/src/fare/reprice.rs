//! `tunion fare reprice`: a tap file priced again.

use anyhow::{Context, Result};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;
use tunion_files::taps::{self, Names, Reader};
use tunion_harness::fares::reprice::{self, Differences, Document, Finding, Head, Options, Report};

use crate::output;
use tunion_files::city;

/// A charge differs, or something could not be priced.
const DIFFERS: u8 = 1;

#[derive(Args)]
pub(crate) struct Reprice {
    /// The tap file: CSV with a header, or JSON lines (`*.jsonl`).
    file: PathBuf,

    /// A city that is built in, or the path of a city file.
    #[arg(long, value_name = "NAME", default_value = city::DEFAULT)]
    city: String,

    /// How many days after its own a late row still finds its place.
    #[arg(long, value_name = "DAYS", default_value_t = 1, value_parser = clap::value_parser!(u8).range(..=31))]
    hold_days: u8,

    /// Also write everything that was found, and the totals, to this file.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,

    /// Also write every difference to this file, as CSV.
    #[arg(long, value_name = "FILE")]
    differences: Option<PathBuf>,

    /// Show no progress; nor is any shown when stderr is no terminal.
    #[arg(long)]
    no_progress: bool,
}

impl Reprice {
    pub(crate) fn main(&self) -> ExitCode {
        match self.run() {
            Ok(report) if report.counts.is_clean() => ExitCode::SUCCESS,
            Ok(_) => ExitCode::from(DIFFERS),
            Err(error) => output::refuse(&error),
        }
    }

    fn run(&self) -> Result<Report> {
        let city = city::named(&self.city)?;
        let names = Names::new(&city);
        let shown = self.file.display().to_string();
        let file = taps::open(&self.file)?;
        let bar = self.progress(file.metadata().map_or(0, |data| data.len()));
        let mut reader = Reader::new(&shown, bar.wrap_read(file), &names)?;
        let head = Head {
            file: shown.clone(),
            city: city.name().to_owned(),
            tariffs_sha256: city.hash().to_string(),
            hold_days: self.hold_days,
        };
        let mut json = match &self.json {
            Some(path) => {
                let out = output::create(path, Document::<Vec<u8>>::BEGINS, "report of this command")?;
                Some(Document::begin(out, &head)?)
            }
            None => None,
        };
        let mut differences = match &self.differences {
            Some(path) => {
                let out = output::create(path, Differences::<Vec<u8>>::BEGINS, "list of differences")?;
                Some(Differences::begin(out)?)
            }
            None => None,
        };
        let mut tell = |finding: &Finding| {
            json.as_mut().map_or(Ok(()), |json| json.finding(finding))?;
            differences.as_mut().map_or(Ok(()), |differences| differences.finding(finding))
        };
        let options = Options { hold_days: self.hold_days, ..Options::default() };
        let start = Instant::now();
        let report = reprice::reprice(&mut reader, options, &mut tell).with_context(|| shown.clone())?;
        let took = start.elapsed();
        bar.finish_and_clear();
        json.map_or(Ok(()), |json| json.end(&report))?;
        differences.map_or(Ok(()), Differences::end)?;
        write!(io::stdout(), "{}", reprice::text(&head, &report)).or_else(output::closed_pipe)?;
        let rows = u128::from(report.counts.rows);
        let rate = rows * 1_000_000 / took.as_micros().max(1);
        let _ = writeln!(io::stderr(), "{rows} taps in {} ms, {rate} a second", took.as_millis());
        Ok(report)
    }

    fn progress(&self, bytes: u64) -> ProgressBar {
        if self.no_progress || !io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new(bytes);
        let style = "{bar:40} {bytes} of {total_bytes}, {bytes_per_sec}, {eta} to go";
        ProgressStyle::with_template(style).map_or(bar.clone(), |style| bar.with_style(style))
    }
}
