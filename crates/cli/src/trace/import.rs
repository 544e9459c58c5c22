//! `tunion trace import`: a log as a trace.

use super::write::put;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use tunion_files::diag::Source;
use tunion_harness::trace::{File, Style};

#[derive(Args)]
pub(crate) struct Import {
    /// The log.
    #[arg(value_name = "LOG")]
    log: PathBuf,

    /// Who wrote it. [default: the first of which the log has a command]
    #[arg(long, value_parser = ["plain", "gp", "pcscd"])]
    style: Option<String>,

    /// Where the trace goes.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Have card numbers and secrets in it, which a replay needs; without this they are hidden.
    #[arg(long)]
    unmasked: bool,
}

impl Import {
    pub(super) fn run(&self) -> Result<()> {
        let style = Style::ALL.into_iter().find(|style| self.style.as_deref() == Some(style.name()));
        let file = File::import(&Source::read(&self.log)?, style)?;
        put(&self.output, &if self.unmasked { file } else { file.masked() })
    }
}
