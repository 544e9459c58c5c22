//! `tunion fare`: what rides cost.

mod check;

use clap::{Args, Subcommand};
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Fare {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Hold a city's tariffs against cases with known fares.
    ///
    /// Ends with 0 when every case holds, 1 when one does not, or --coverage finds something untouched, 2 on bad
    /// input or when no case was found.
    Check(check::Check),
}

impl Fare {
    pub(crate) fn main(&self) -> ExitCode {
        match &self.command {
            Command::Check(check) => check.main(),
        }
    }
}
