//! `tunion card list`.

use anyhow::{Context, Result};
use clap::Args;
use std::ffi::OsStr;
use std::fs;
use std::io::{self, Write};
use std::path::PathBuf;
use tunion_files::card;
use tunion_files::diag::{Diagnostic, Diagnostics};
use tunion_harness::inspect::{Listed, listed, table};

#[derive(Args)]
pub(super) struct List {
    /// The folder.
    #[arg(value_name = "DIR", default_value = "fixtures/cards")]
    folder: PathBuf,

    /// Print a JSON document.
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) fn run(&self) -> Result<()> {
        let (cards, others) = self.load()?;
        for other in others.iter() {
            let _ = writeln!(io::stderr(), "not listed: {}: {}", other.path(), other.message());
        }
        let text = if self.json { serde_json::to_string_pretty(&cards)? } else { table(&cards) };
        super::print(&format!("{text}\n"))
    }

    /// The cards of the folder by the names of their files, and which of its files are none; or all that is wrong
    /// in any of them. Where there is no card, that is wrong too.
    fn load(&self) -> Result<(Vec<Listed>, Diagnostics)> {
        let folder = self.folder.display();
        let entries = fs::read_dir(&self.folder).with_context(|| format!("cannot read {folder}"))?;
        let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<io::Result<Vec<_>>>()?;
        paths.retain(|path| path.extension() == Some(OsStr::new("toml")));
        paths.sort();
        anyhow::ensure!(!paths.is_empty(), "no card found: no *.toml in {folder}");
        let mut errors = Diagnostics::default();
        let cards = paths.iter().filter_map(|path| errors.keep(card::load(path)));
        let cards: Vec<Listed> = cards.map(|card| listed(&card)).collect();
        if cards.is_empty() || !errors.iter().all(Diagnostic::is_foreign) {
            return Err(errors.into());
        }
        Ok((cards, errors))
    }
}
