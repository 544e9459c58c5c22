//! `tunion trace shrink`: what a failure needs.

use super::against::Against;
use super::write::put;
use crate::card::print;
use anyhow::Result;
use clap::{ArgGroup, Args};
use std::path::PathBuf;
use tunion_harness::trace::{Failure, File, Raw, Shrunk, Sw, shrink};

#[derive(Args)]
#[command(group = ArgGroup::new("failure").args(["until_sw", "until_difference"]).required(true))]
pub(crate) struct Shrink {
    /// The trace, written with --unmasked.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The card that its commands are sent to: a card file or an image.
    #[arg(long, value_name = "FILE")]
    card: PathBuf,

    #[command(flatten)]
    against: Against,

    /// The failure: the first command that is answered by this status word, such as 9302.
    #[arg(long, value_name = "SW", value_parser = status_word)]
    until_sw: Option<Sw>,

    /// The failure: the first command that is answered otherwise than recorded.
    #[arg(long)]
    until_difference: bool,

    /// Where the smallest trace goes.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,

    /// Have card numbers and secrets in it, which a replay needs; without this they are hidden.
    #[arg(long)]
    unmasked: bool,
}

impl Shrink {
    pub(super) fn run(&self) -> Result<()> {
        let file = File::load(&self.file)?;
        let bench = self.against.bench(&self.card, &file)?;
        let failure = self.until_sw.map_or(Failure::Difference, Failure::Sw);
        let Shrunk { file, before, after, played } = shrink(&file, &bench, failure)?;
        put(&self.output, &if self.unmasked { file } else { file.masked() })?;
        let output = self.output.display();
        print(&format!("{after} of {before} commands are left, after {played} playings: {output}\n"))
    }
}

fn status_word(text: &str) -> Result<Sw, String> {
    let raw = Raw::parse(text).ok().filter(|raw| !raw.is_masked());
    let word = raw.and_then(|raw| raw.bytes().try_into().ok()).map(u16::from_be_bytes);
    word.map(Sw)
        .ok_or_else(|| format!("`{text}` is no status word: write four hexadecimal digits, such as 9302"))
}
