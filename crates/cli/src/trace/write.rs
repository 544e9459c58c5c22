//! `--trace FILE`: what was played, written down.

use crate::output::create;
use anyhow::{Context, Result};
use clap::Args;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use tunion_harness::trace::{FORMAT, File};

/// Where a trace goes.
#[derive(Args)]
pub(crate) struct Write {
    /// Write what goes over the links to this file: JSON lines, which `tunion trace` reads.
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    trace: Option<PathBuf>,

    /// Have card numbers and secrets in it, which a replay needs; without this they are hidden.
    #[arg(long, requires = "trace", help_heading = "Output")]
    unmasked: bool,
}

impl Write {
    /// Whether a trace was asked for.
    pub(crate) const fn is_wanted(&self) -> bool {
        self.trace.is_some()
    }

    /// Writes the trace, if one was asked for.
    pub(crate) fn write(&self, file: &File) -> Result<()> {
        let Some(path) = &self.trace else { return Ok(()) };
        if self.unmasked { put(path, file) } else { put(path, &file.masked()) }
    }
}

/// Writes a trace to a file that is new, or empty, or a trace already.
pub(super) fn put(path: &Path, file: &File) -> Result<()> {
    let begins = format!("{{\"format\":\"{FORMAT}\"");
    let mut out = create(path, &begins, "trace")?;
    let written = out.write_all(file.text().as_bytes()).and_then(|()| out.flush());
    written.with_context(|| format!("cannot write {}", path.display()))
}
