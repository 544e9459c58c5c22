//! `tunion card restore`.

use super::Output;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use tunion_files::card;

#[derive(Args)]
pub(super) struct Restore {
    /// The image, or a card file, which is written anew.
    #[arg(value_name = "IMAGE")]
    image: PathBuf,

    #[command(flatten)]
    output: Output,
}

impl Restore {
    pub(super) fn run(&self) -> Result<()> {
        self.output.put(&card::load(&self.image)?.to_toml())
    }
}
