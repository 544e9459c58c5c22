//! `tunion fare check`.

use crate::output::{closed_pipe, refuse_before};
use crate::run::may_write;
use crate::toml_files::{Search, listed, search_all};
use anyhow::{Context, Result};
use clap::Args;
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use tunion_files::city;
use tunion_files::diag::Diagnostics;
use tunion_files::fare_cases;
use tunion_harness::fares::check::{self, CaseFile, Cities, FileOutcome};
use tunion_harness::fares::coverage::{self, TariffCoverage};
use tunion_harness::report;

/// A case does not hold, or something is untouched.
const FAILED: u8 = 1;

#[derive(Args)]
pub(super) struct Check {
    /// Files of cases, or folders that are searched for `*.toml`.
    #[arg(required = true, value_name = "CASES")]
    paths: Vec<PathBuf>,

    /// Check this city alone: one that is built in, or the path of its file. Otherwise those that the cases name.
    #[arg(long, value_name = "NAME|PATH")]
    city: Option<String>,

    /// List the rules of the city's tariffs, and the edges of them, that no case touches.
    #[arg(long)]
    coverage: bool,

    /// Also write a JUnit report to this file.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,

    /// Print the cases that fail, what is untouched, and the last line.
    #[arg(short, long)]
    quiet: bool,
}

impl Check {
    pub(super) fn main(&self) -> ExitCode {
        match self.check() {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::from(FAILED),
            Err(error) => refuse_before(&error, "nothing was checked"),
        }
    }

    /// Whether every case holds and nothing that was to be touched is left. Everything is loaded before anything
    /// is checked.
    fn check(&self) -> Result<bool> {
        if let Some(file) = &self.junit {
            may_write(file)?;
        }
        let (files, cities) = match self.load() {
            Ok(loaded) => loaded,
            Err(error) => {
                // A report of an earlier check must not stand for this one.
                self.report(&report::junit_error(&format!("{error:#}"))?)?;
                return Err(error);
            }
        };
        let outcomes = check::check(&files, &cities);
        let coverage = self.coverage.then(|| coverage::coverage(&cities, &outcomes));
        self.report(&check::junit(&outcomes, coverage.as_deref())?)?;
        self.print(&outcomes, coverage.as_deref()).or_else(closed_pipe)?;
        let touched = coverage.iter().flatten().all(|tariff| tariff.untouched.is_empty());
        Ok(check::total(&outcomes).failed == 0 && touched)
    }

    fn load(&self) -> Result<(Vec<CaseFile>, Cities)> {
        let paths = search_all(&self.paths, Search::Below)?;
        let mut errors = Diagnostics::default();
        let load = |path: &PathBuf| {
            let cases = errors.keep(fare_cases::load(path))?;
            Some(CaseFile { path: path.display().to_string(), cases })
        };
        let files: Vec<CaseFile> = paths.iter().filter_map(load).collect();
        let files = errors.or(files)?;
        let found = files.iter().any(|file| !file.cases.is_empty());
        anyhow::ensure!(found, "no case found: no *.toml with a [[case]] below {}", listed(&self.paths));
        let cities = match &self.city {
            None => Cities::named_in(&files)?,
            Some(name) => {
                let city = city::named(name)?;
                let named =
                    files.iter().flat_map(|file| &file.cases).any(|case| case.city() == Some(city.name()));
                anyhow::ensure!(named, "no case is of the city {}", city.name());
                Cities::one(city)
            }
        };
        Ok((files, cities))
    }

    /// Writes the JUnit report, if one was asked for.
    fn report(&self, document: &str) -> Result<()> {
        let Some(file) = &self.junit else { return Ok(()) };
        fs::write(file, document).with_context(|| format!("cannot write {}", file.display()))
    }

    fn print(&self, outcomes: &[FileOutcome<'_>], coverage: Option<&[TariffCoverage]>) -> io::Result<()> {
        let mut out = io::stdout().lock();
        if !self.quiet {
            writeln!(out, "{}", check::table(outcomes))?;
        }
        let colour = io::stdout().is_terminal();
        for failure in outcomes.iter().flat_map(FileOutcome::failures) {
            writeln!(out, "{}\n", failure.render(colour))?;
        }
        for tariff in coverage.into_iter().flatten() {
            if self.quiet {
                write!(out, "{}", coverage::list(tariff))?;
            } else {
                write!(out, "{}", coverage::table(tariff))?;
            }
        }
        if coverage.is_some() && !self.quiet {
            writeln!(out)?;
        }
        writeln!(out, "{}", check::summary(outcomes, coverage))
    }
}
