//! `tunion card`: cards as files.

mod dump;
mod list;
mod new;
mod restore;
mod show;

use crate::output::refuse;
use anyhow::{Context, Result};
use clap::{Args, Subcommand};
use std::fs::OpenOptions;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub(crate) struct Card {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the cards of a folder: name, type, city, balance, what is special.
    List(list::List),

    /// Show a card: every file field by field, purse, proofs, tries, FCI and directory, key check values.
    ///
    /// Keys and PIN are never shown.
    Show(show::Show),

    /// Make a card file of another one.
    New(new::New),

    /// Write a card's whole memory as an image, a text to be compared line by line.
    ///
    /// An image can stand wherever a card file can. The keys are not in it; whom they are derived for is. A
    /// PIN is.
    Dump(dump::Dump),

    /// Write an image as a card file again: what is not the default, in words.
    Restore(restore::Restore),
}

impl Card {
    pub(crate) fn main(&self) -> ExitCode {
        let done = match &self.command {
            Command::List(list) => list.run(),
            Command::Show(show) => show.run(),
            Command::New(new) => new.run(),
            Command::Dump(dump) => dump.run(),
            Command::Restore(restore) => restore.run(),
        };
        let Err(error) = done else { return ExitCode::SUCCESS };
        refuse(&error)
    }
}

/// Where a text is to go.
#[derive(Args)]
pub(crate) struct Output {
    /// Write it to this file instead of printing it.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Write it even if the file is there already.
    #[arg(long, requires = "output")]
    pub(crate) force: bool,
}

impl Output {
    pub(crate) fn put(&self, text: &str) -> Result<()> {
        let Some(file) = &self.output else { return print(text) };
        write(file, text, self.force)
    }
}

/// Prints; a reader that closes its pipe, such as `head`, is no error.
pub(crate) fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(error).context("cannot print"),
        _ => Ok(()),
    }
}

pub(crate) fn write(file: &Path, text: &str, force: bool) -> Result<()> {
    let shown = file.display();
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true);
    } else {
        options.create_new(true);
    }
    let opened = options.open(file).map_err(|error| {
        if error.kind() == ErrorKind::AlreadyExists {
            anyhow::anyhow!("{shown} is there already: give another name, or --force to write over it")
        } else {
            anyhow::Error::new(error).context(format!("cannot write {shown}"))
        }
    });
    opened?.write_all(text.as_bytes()).with_context(|| format!("cannot write {shown}"))
}
