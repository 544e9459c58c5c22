//! Files that the commands of `tunion fare` write, and what they say when they cannot.

use anyhow::{Context, Result};
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::Path;
use std::process::ExitCode;
use tunion_files::diag::Diagnostics;

/// The input was bad, or a file could not be written.
const BAD_INPUT: u8 = 2;

/// Opens `path`, which is new, or empty, or a file that begins as such a file does.
pub(super) fn create(path: &Path, begins: &str, what: &str) -> Result<BufWriter<File>> {
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

/// Says what was wrong.
pub(super) fn refuse(error: &anyhow::Error) -> ExitCode {
    let _ = match error.downcast_ref::<Diagnostics>() {
        Some(found) => writeln!(io::stderr(), "{}", found.render(io::stderr().is_terminal())),
        None => writeln!(io::stderr(), "error: {error:#}"),
    };
    ExitCode::from(BAD_INPUT)
}

/// A reader that closes its pipe, such as `head`, is no error.
pub(super) fn closed_pipe(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }
}
