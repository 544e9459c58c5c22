//! What commands write, and what they all say when they cannot go on.

use anyhow::{Context, Result};
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use tunion_files::diag::Diagnostics;
use tunion_harness::fares::quote::Refusal;

/// How a command ends when the input was bad, or a file could not be written.
pub(crate) const BAD_INPUT: u8 = 2;

/// Opens `path`, which is new, or empty, or a file that begins as such a file does.
pub(crate) fn create(path: &Path, begins: &str, what: &str) -> Result<BufWriter<File>> {
    let shown = path.display();
    let open = || OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path);
    let mut file = open().with_context(|| format!("cannot write {shown}"))?;
    let mut start = Vec::new();
    let length = u64::try_from(begins.len()).unwrap_or(u64::MAX);
    (&mut file).take(length).read_to_end(&mut start).with_context(|| format!("cannot read {shown}"))?;
    if !start.is_empty() && start != begins.as_bytes() {
        anyhow::bail!("{shown} is there already and is no {what}: give it another name");
    }
    file.set_len(0).with_context(|| format!("cannot write {shown}"))?;
    Ok(BufWriter::new(File::create(path).with_context(|| format!("cannot write {shown}"))?))
}

/// Says what was wrong, and ends as on bad input.
pub(crate) fn refuse(error: &anyhow::Error) -> ExitCode {
    tell(error);
    ExitCode::from(BAD_INPUT)
}

/// Says what was wrong: mistakes in files with their lines.
pub(crate) fn tell(error: &anyhow::Error) {
    let _ = writeln!(io::stderr(), "{}", told(error));
}

/// As [`refuse`], and says what was therefore not done; for the command line alone there is no need to.
pub(crate) fn refuse_before(error: &anyhow::Error, undone: &str) -> ExitCode {
    let undone = if error.is::<Diagnostics>() { format!("\n\n{undone}") } else { String::new() };
    let _ = writeln!(io::stderr(), "{}{undone}", told(error));
    ExitCode::from(BAD_INPUT)
}

fn told(error: &anyhow::Error) -> String {
    match error.downcast_ref::<Diagnostics>() {
        Some(found) => found.render(io::stderr().is_terminal()),
        None => error.downcast_ref::<Refusal>().map_or_else(|| format!("error: {error:#}"), refused),
    }
}

/// What is wrong with an argument, and below it what would be right.
fn refused(refusal: &Refusal) -> String {
    let help = refusal.remedy().map_or_else(String::new, |remedy| format!("\n  help: {remedy}"));
    format!("error: {}{help}", refusal.fault())
}

/// A reader that closes its pipe, such as `head`, is no error.
pub(crate) fn closed_pipe(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}
