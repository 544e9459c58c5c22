//! `tunion`: the command line. It reads arguments, prints, and ends with an exit code; everything
//! else is done below.

mod run;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// An offline simulator of the T-Union (交通联合) transit card, its terminals and fares.
#[derive(Parser)]
#[command(version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Play scenarios and check what they expect.
    ///
    /// Ends with 0 when every expectation held, 1 when one failed, 2 on bad input or when no scenario
    /// was found; on bad input nothing is played.
    Run(run::Run),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Run(run) => run.main(),
    }
}
