//! `tunion trace`: what went over the links, read, compared, played again.

mod against;
mod diff;
mod import;
mod pcap;
mod replay;
mod show;
mod shrink;
mod write;

pub(crate) use write::Write;

use crate::output::refuse;
use anyhow::Result;
use clap::{Args, Subcommand};
use std::process::ExitCode;

/// Two traces differ, or what is played differs from what was recorded.
const DIFFERS: u8 = 1;

#[derive(Args)]
pub(crate) struct Trace {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Show a trace in words: every command and answer with its fields, and where memory changed.
    ///
    /// In colour on a terminal, unless `NO_COLOR` is set. Ends with 0, or with 2 on bad input.
    Show(show::Show),

    /// Compare two traces, and explain the first difference: which byte of which field it is.
    ///
    /// Ends with 0 when they are the same, with 1 when they differ, with 2 on bad input.
    Diff(diff::Diff),

    /// Play a trace again: as the card against live terminals, and as the terminals against live cards and PSAMs.
    ///
    /// With what made it, which its header names, every byte has to be as recorded. With --card its commands are sent
    /// to a card file, whoever recorded them. Ends with 0 when nothing differs, with 1 when something does, with 2 on
    /// bad input.
    Replay(replay::Replay),

    /// Leave out of a trace what a failure does not need.
    ///
    /// Ends with 0, or with 2 on bad input, or when the failure does not show.
    Shrink(shrink::Shrink),

    /// Write a trace as a packet capture (link type ISO 14443), for Wireshark and tshark.
    ///
    /// Ends with 0, or with 2 on bad input.
    Pcap(pcap::Pcap),

    /// Make a trace of another program's log: plain `>>` and `<<`, GlobalPlatformPro, PC/SC daemon.
    ///
    /// Ends with 0, or with 2 on bad input.
    Import(import::Import),
}

impl Trace {
    pub(crate) fn main(&self) -> ExitCode {
        match self.run() {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::from(DIFFERS),
            Err(error) => refuse(&error),
        }
    }

    /// Whether nothing differs.
    fn run(&self) -> Result<bool> {
        match &self.command {
            Command::Show(show) => show.run(),
            Command::Diff(diff) => diff.run(),
            Command::Replay(replay) => replay.run(),
            Command::Shrink(shrink) => shrink.run().map(|()| true),
            Command::Pcap(pcap) => pcap.run().map(|()| true),
            Command::Import(import) => import.run().map(|()| true),
        }
    }
}

/// Whether what is printed is to be in colour: on a terminal, unless `NO_COLOR` is set.
fn in_colour() -> bool {
    anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
}
