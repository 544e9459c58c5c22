//! `tunion fare`: what rides cost.

mod check;
mod month;
mod output;
mod reprice;
mod synth;

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

    /// Price the rides of a tap file again, and tell each that was charged otherwise.
    ///
    /// The file is CSV or JSON lines, of any length. Ends with 0 when all is as it should be, 1 when a charge
    /// differs, a row is bad or too late, or a ride has no price, 2 on bad input.
    Reprice(reprice::Reprice),

    /// Make up a month of taps, with planted faults where asked.
    ///
    /// The same arguments give the same file. Ends with 0, or with 2 on bad input.
    Synth(synth::Synth),
}

impl Fare {
    pub(crate) fn main(&self) -> ExitCode {
        match &self.command {
            Command::Check(check) => check.main(),
            Command::Month(month) => month.main(),
            Command::Reprice(reprice) => reprice.main(),
            Command::Synth(synth) => synth.main(),
        }
    }
}
