//! `tunion fare`: what rides cost.

mod check;
mod month;

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

    /// Draw a month: what was paid against the list prices, ride by ride, with the tiers of a counter.
    ///
    /// Without a ride, two of 10.00 yuan every day: the price bureau's own example. Prints an SVG. Ends with 0,
    /// or with 2 on bad input.
    Month(month::Month),
}

impl Fare {
    pub(crate) fn main(&self) -> ExitCode {
        match &self.command {
            Command::Check(check) => check.main(),
            Command::Month(month) => month.main(),
        }
    }
}
