//! `tunion fare`: what rides cost.

mod month;

use clap::{Args, Subcommand};
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use tunion_files::diag::Diagnostics;

/// The input was bad, or a file could not be written.
const BAD_INPUT: u8 = 2;

#[derive(Args)]
pub(crate) struct Fare {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Draw a month: what was paid against the list prices, ride by ride, with the tiers of a counter.
    ///
    /// Without a ride, two of 10.00 yuan every day: the price bureau's own example. Prints an SVG. Ends with 0,
    /// or with 2 on bad input.
    Month(month::Month),
}

impl Fare {
    pub(crate) fn main(&self) -> ExitCode {
        let done = match &self.command {
            Command::Month(month) => month.run(),
        };
        let Err(error) = done else { return ExitCode::SUCCESS };
        let _ = match error.downcast_ref::<Diagnostics>() {
            Some(found) => writeln!(io::stderr(), "{}", found.render(io::stderr().is_terminal())),
            None => writeln!(io::stderr(), "error: {error:#}"),
        };
        ExitCode::from(BAD_INPUT)
    }
}
