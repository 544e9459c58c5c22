//! `tunion fare`: what rides cost.

mod check;
mod month;
mod quote;
mod reprice;
mod ride;
mod synth;
mod table;

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

    /// Price a ride, and give the reasons; or a file of rides.
    ///
    /// Over several groups of lines it is what the enquiry answers, part by part. Ends with 0, or with 2 on bad
    /// input; with --batch with 1 when some lines were answered with errors, 2 when the file cannot be read.
    Quote(quote::Quote),

    /// Tell in sentences why a ride costs what it does, with the rules and where they come from.
    ///
    /// Ends with 0, or with 2 on bad input.
    Explain(quote::Explain),

    /// Print the whole matrix of list prices as CSV.
    ///
    /// Rail: `from,to,groups,metres,list_fen`, every station with every one. Bus:
    /// `line,direction,from,to,numbers,list_fen`, every stop with every later one. Ends with 0, or with 2 on bad
    /// input.
    Table(table::Table),

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
            Command::Quote(quote) => quote.main(),
            Command::Explain(explain) => explain.main(),
            Command::Table(table) => table.main(),
            Command::Month(month) => month.main(),
            Command::Reprice(reprice) => reprice.main(),
            Command::Synth(synth) => synth.main(),
        }
    }
}
