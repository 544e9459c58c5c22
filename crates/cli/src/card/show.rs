//! `tunion card show`.

use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use tunion_files::diag::Diagnostics;
use tunion_files::{card, keys};
use tunion_harness::inspect::Inspection;

#[derive(Args)]
pub(super) struct Show {
    /// The card: a card file or an image.
    #[arg(value_name = "FILE")]
    card: PathBuf,

    /// The key set; without it that of fixtures/keys/lab.toml, which is built in.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,

    /// Print a JSON document.
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(super) fn run(&self) -> Result<()> {
        let mut errors = Diagnostics::default();
        let keys = errors.keep(self.keys.as_ref().map_or_else(keys::lab, keys::load));
        let file = errors.keep(card::load(&self.card));
        let Some((keys, file)) = keys.zip(file) else { return Err(errors.into()) };
        let seen = Inspection::of(&file, &keys)?;
        super::print(&if self.json { format!("{}\n", seen.json()) } else { seen.text() })
    }
}
