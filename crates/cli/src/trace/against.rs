//! The card that a trace is played against.

use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use tunion_files::diag::Diagnostics;
use tunion_files::library::Library;
use tunion_files::{card, keys, terminal};
use tunion_harness::trace::{Bench, File};

/// A card, a PSAM, their keys.
#[derive(Args)]
pub(crate) struct Against {
    /// The key set that card and PSAM are made with; without it that of fixtures/keys/lab.toml, which is built in.
    #[arg(long, value_name = "FILE", requires = "card")]
    keys: Option<PathBuf>,

    /// Ask this terminal's PSAM too, a terminal profile; without it exchanges with a PSAM are left out.
    #[arg(long, value_name = "PROFILE", requires = "card")]
    terminal: Option<PathBuf>,

    /// Where random numbers begin. [default: as the trace says, or 1]
    #[arg(long, requires = "card")]
    seed: Option<u64>,
}

impl Against {
    /// A card of this file.
    pub(super) fn bench(&self, card_file: &PathBuf, file: &File) -> Result<Bench> {
        let mut errors = Diagnostics::default();
        let keys = errors.keep(self.keys.as_ref().map_or_else(keys::lab, keys::load));
        let card = errors.keep(card::load(card_file));
        let terminal = match &self.terminal {
            Some(path) => errors.keep(terminal::load(path, &mut Library::default())).map(Some),
            None => Some(None),
        };
        let (Some(keys), Some(card), Some(terminal)) = (keys, card, terminal) else {
            return Err(errors.into());
        };
        let seed = self.seed.or(file.header.seed).unwrap_or(1);
        Ok(Bench::new(&card, terminal.as_ref(), &keys, seed)?)
    }
}
