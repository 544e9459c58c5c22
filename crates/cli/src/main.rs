//! `tunion`: the command line. It reads arguments, prints, and ends with an exit code; everything
//! else is done below.

mod air;
mod card;
mod clear;
mod day;
mod fare;
mod latency;
mod number;
mod output;
mod pull;
mod run;
mod save;
mod serve;
mod tap;
mod tear;
mod toml_files;
mod trace;

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

    /// Lay one tap open: every byte between card, terminal and PSAM, decoded, with who made which MAC.
    ///
    /// Ends with 0 when the gate opened or what was asked for was done, with 1 when it was refused, with 2 on bad
    /// input; with --again the second tap counts.
    Tap(Box<tap::Tap>),

    /// Put a card within reach of other programs, by a virtual PC/SC reader or by TCP.
    ///
    /// The card begins as its file says and lives until Ctrl-C, which ends with 0; --save keeps what became of
    /// it. Ends with 1 when the reader or the port is not there, not free or goes away, or the card cannot be
    /// saved, with 2 on bad input.
    Serve(serve::Serve),

    /// Tear cards: every command that writes, cut before, inside and after every byte that it writes.
    ///
    /// After each cut the card is woken and everything that it has and answers is checked; then the command
    /// is done again and torn again. Prints a table; the same arguments print the same table. Ends with 0
    /// when every rule held, with 1 when one was broken, and then says the line that repeats the case, with
    /// 2 on bad input.
    Tear(tear::Tear),

    /// Pull cards out of the field at every moment of a tap, and hold what comes after against the rules of
    /// recovery.
    ///
    /// No card may be charged twice, no gate open for nothing, no money go without a record, whether the card
    /// is pulled, the PSAM silent, the store full or the terminal without power. Prints a table; the same
    /// arguments print the same table. Ends with 0 when every rule held, with 1 when one was broken, and then
    /// says the line that repeats the case, with 2 on bad input.
    Pull(pull::Pull),

    /// List, show and make cards, and put their memory away.
    ///
    /// Ends with 0, or with 2 on bad input.
    Card(card::Card),

    /// Clear upload files: data, duplicates, TACs, grey records, balances and counters of every card.
    ///
    /// Prints what was accepted, and every record that was rejected with its reason. Ends with 0 when nothing was
    /// rejected; with 1 when a record was, or a row is no record, in which case the rest is cleared all the same;
    /// with 2 when a file, its header or the keys cannot be used at all, and then nothing is cleared.
    Clear(clear::Clear),

    /// Play a city's day by chance, and count its money three ways.
    ///
    /// Thousands of cards tap at terminals of every kind that is built in, some in trouble. Prints the day on one
    /// screen; the same seed gives the same day. Ends with 0 when everything holds that must, with 1 when
    /// something does not, with 2 on bad input.
    Day(day::Day),

    /// Read what went over the links: show it, compare it, play it again.
    Trace(Box<trace::Trace>),

    /// Play scenarios whose every tap meets something on the air: frames lost, cards gone, answers late.
    ///
    /// A tap that was not let through is made again; in the end the day has to cost what it costs undisturbed. Ends
    /// with 0 when it does, with 1 when it does not, and then says the line that plays that day again, with 2 on bad
    /// input.
    Air(air::Air),

    /// How long taps take, from the card's coming to the decision, and what a change would buy.
    ///
    /// Plays many taps of each flow with each kind of card at each bit rate on a virtual clock, with chance, losses and
    /// retries. The same arguments print the same table, however many threads play. Ends with 0, or with 2 on bad input.
    Latency(Box<latency::Latency>),

    /// Price rides, and hold tariffs against what is known of them.
    Fare(fare::Fare),
}

fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Run(run) => run.main(),
        Command::Tap(tap) => tap.main(),
        Command::Serve(serve) => serve.main(),
        Command::Tear(tear) => tear.main(),
        Command::Pull(pull) => pull.main(),
        Command::Card(card) => card.main(),
        Command::Clear(clear) => clear.main(),
        Command::Day(day) => day.main(),
        Command::Air(air) => air.main(),
        Command::Latency(latency) => latency.main(),
        Command::Trace(trace) => trace.main(),
        Command::Fare(fare) => fare.main(),
    }
}
