//! `tunion fare quote` and `tunion fare explain`.

use super::ride::{Ride, now, refuse};
use crate::card::print;
use crate::output::{self, BAD_INPUT};
use anyhow::{Context, Result};
use clap::Args;
use std::fs::File;
use std::io::{self, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tunion_harness::fares::quote::batch::{self, Stopped, Total};
use tunion_harness::fares::quote::{self, Refusal};

/// Lines of a batch were answered with errors.
const REFUSED: u8 = 1;

/// The arguments of one ride that lines of a batch have for themselves.
const OWN: [&str; 12] = [
    "from",
    "to",
    "line",
    "direction",
    "distance",
    "no_entry",
    "no_tap_off",
    "ticket",
    "activated",
    "entered",
    "exited",
    "month_paid",
];

#[derive(Args)]
pub(super) struct Quote {
    #[command(flatten)]
    ride: Ride,

    /// Print one JSON object. The answers of a batch are JSON anyway.
    #[arg(long)]
    json: bool,

    /// Price the rides of a file of JSON lines, or of the standard input if it is `-`, and print an answer a line.
    ///
    /// Keys: `id`, `city`, `mode`, `from`, `to`, `line`, `direction`, `product`, `medium`, `issuer`, `ticket`,
    /// `activated`, `entered`, `exited`, `month_paid_fen`, `distance_m`, `distance_stops`, `no_entry`, `no_tap_off`.
    /// What a line does not say of city, mode, product, medium and issuer is taken from the arguments.
    #[arg(long, value_name = "FILE", conflicts_with_all = OWN)]
    batch: Option<PathBuf>,
}

#[derive(Args)]
pub(super) struct Explain {
    #[command(flatten)]
    ride: Ride,
}

impl Quote {
    pub(super) fn main(&self) -> ExitCode {
        let done = match &self.batch {
            Some(file) => self.batch(file),
            None => self.one().map(|()| ExitCode::SUCCESS),
        };
        done.unwrap_or_else(|error| said(&error))
    }

    fn one(&self) -> Result<()> {
        let city = self.ride.city()?;
        let answer = self.ride.price(&city)?;
        print(&if self.json { quote::json(&answer)? + "\n" } else { quote::text(&answer) })
    }

    fn batch(&self, file: &Path) -> Result<ExitCode> {
        let shown = file.display();
        let rides: Box<dyn Read> = if file == Path::new("-") {
            Box::new(io::stdin().lock())
        } else {
            anyhow::ensure!(!file.is_dir(), "{shown} is a directory: give a file of JSON lines");
            Box::new(File::open(file).with_context(|| format!("cannot read {shown}"))?)
        };
        let answers = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        match batch::batch(rides, answers, &self.ride.ask(), now()) {
            Ok(Total { refused: 0, .. }) => Ok(ExitCode::SUCCESS),
            Ok(Total { priced, refused }) => {
                let lines = priced + refused;
                let _ = writeln!(io::stderr(), "{refused} of {lines} lines were answered with an error");
                Ok(ExitCode::from(REFUSED))
            }
            Err(Stopped::Reading(error)) => Err(error).with_context(|| format!("cannot read {shown}")),
            // A reader that closes its pipe, such as `head`, is no error.
            Err(Stopped::Writing(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(ExitCode::SUCCESS),
            Err(Stopped::Writing(error)) => Err(error).context("cannot print"),
        }
    }
}

impl Explain {
    pub(super) fn main(&self) -> ExitCode {
        match self.explain() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => said(&error),
        }
    }

    fn explain(&self) -> Result<()> {
        let city = self.ride.city()?;
        let answer = self.ride.price(&city)?;
        print(&quote::prose(&answer))
    }
}

/// Says what was wrong.
pub(super) fn said(error: &anyhow::Error) -> ExitCode {
    match error.downcast_ref::<Refusal>() {
        Some(refusal) => refuse(refusal),
        None => output::tell(error),
    }
    ExitCode::from(BAD_INPUT)
}
