//! `tunion card dump`.

use super::Output;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use tunion_files::card;

#[derive(Args)]
pub(super) struct Dump {
    /// The card: a card file, or an image, which is written anew.
    #[arg(value_name = "FILE")]
    card: PathBuf,

    #[command(flatten)]
    output: Output,
}

impl Dump {
    pub(super) fn run(&self) -> Result<()> {
        self.output.put(&card::load(&self.card)?.to_image())
    }
}
