//! `tunion run`: the main job.

use crate::output::{closed_pipe, refuse_before};
use crate::toml_files::{Search, find};
use crate::trace;
use anyhow::{Context, Result};
use clap::{ArgAction, Args, ValueEnum};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tunion_files::diag::Diagnostics;
use tunion_files::library::Library;
use tunion_files::scenario::Scenario;
use tunion_harness::report::{self, Detail};
use tunion_harness::trace::{Script, record};
use tunion_harness::{Outcome, play};

/// An expectation failed.
const FAILED: u8 = 1;

#[derive(Args)]
pub(crate) struct Run {
    /// Scenario files, or folders that are searched for `*.toml`.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Tell the reasons of each fare; twice: every APDU too, decoded.
    #[arg(short, long, action = ArgAction::Count)]
    verbose: u8,

    /// Print the tables of the scenarios that failed, and the last line.
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,

    /// What is printed.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,

    /// Also write a JUnit report to this file.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,

    #[command(flatten)]
    trace: trace::Write,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// A table for each scenario, and `N passed, M failed`.
    Table,
    /// One JSON document.
    Json,
}

impl Run {
    pub(crate) fn main(&self) -> ExitCode {
        match self.play() {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::from(FAILED),
            Err(error) => refuse_before(&error, "nothing was played"),
        }
    }

    /// Whether every expectation held. Everything is loaded before anything is played.
    fn play(&self) -> Result<bool> {
        if let Some(file) = &self.junit {
            may_write(file)?;
        }
        let scenarios = match self.load() {
            Ok(scenarios) => scenarios,
            Err(error) => {
                // A report of an earlier run must not stand for this one.
                self.report(&report::junit_error(&format!("{error:#}"))?)?;
                return Err(error);
            }
        };
        let outcomes = match &scenarios[..] {
            [scenario] if self.trace.is_wanted() => vec![self.traced(scenario)?],
            _ => scenarios.iter().map(play).collect(),
        };
        self.report(&report::junit(&outcomes)?)?;
        self.print(&outcomes).or_else(closed_pipe)?;
        Ok(outcomes.iter().all(Outcome::passed))
    }

    /// Plays a scenario and writes its trace.
    fn traced(&self, scenario: &Scenario) -> Result<Outcome> {
        let script = Script::of(scenario);
        let header = script.header("run", vec![scenario.path.display().to_string()]);
        let (outcome, file) = record(&script, header)?;
        self.trace.write(&file)?;
        Ok(outcome)
    }

    /// Writes the JUnit report, if one was asked for.
    fn report(&self, document: &str) -> Result<()> {
        let Some(file) = &self.junit else { return Ok(()) };
        fs::write(file, document).with_context(|| format!("cannot write {}", file.display()))
    }

    fn load(&self) -> Result<Vec<Scenario>> {
        let files = find(&self.paths, Search::Below, "scenario")?;
        let many = self.trace.is_wanted() && files.len() > 1;
        anyhow::ensure!(!many, "--trace: a trace is of one scenario, and here are {}: name one", files.len());
        let mut library = Library::default();
        let mut errors = Diagnostics::default();
        let loaded: Vec<Scenario> =
            files.iter().filter_map(|file| errors.keep(library.scenario(file))).collect();
        Ok(errors.or(loaded)?)
    }

    fn print(&self, outcomes: &[Outcome]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        match self.format {
            Format::Json => writeln!(out, "{}", report::json(outcomes)?),
            Format::Table => {
                let detail = match self.verbose {
                    0 => Detail::Taps,
                    1 => Detail::Reasons,
                    _ => Detail::Apdus,
                };
                for outcome in outcomes.iter().filter(|outcome| !self.quiet || !outcome.passed()) {
                    writeln!(out, "{}", report::table(outcome, detail))?;
                }
                writeln!(out, "{}", report::summary(outcomes))
            }
        }
    }
}

/// Whether the report can be written to `file`: it is new, or a report already.
pub(crate) fn may_write(file: &Path) -> Result<()> {
    let shown = file.display();
    match fs::read(file) {
        Ok(old) if !old.is_empty() && !old.starts_with(b"<?xml") => {
            anyhow::bail!("{shown} is there already and is no JUnit report: give --junit another name")
        }
        Ok(_) => fs::OpenOptions::new()
            .append(true)
            .open(file)
            .map(drop)
            .with_context(|| format!("cannot write {shown}")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::write(file, "").with_context(|| format!("cannot write {shown}"))
        }
        Err(error) => Err(error).with_context(|| format!("cannot read {shown}")),
    }
}
