//! `tunion trace pcap`: a trace for Wireshark.

use anyhow::{Context, Result, ensure};
use clap::Args;
use std::fs;
use std::path::PathBuf;
use tunion_harness::trace::File;

/// How a capture begins: with times in ns, or in µs, of either byte order.
const MAGIC: [[u8; 4]; 4] =
    [[0xA1, 0xB2, 0x3C, 0x4D], [0x4D, 0x3C, 0xB2, 0xA1], [0xA1, 0xB2, 0xC3, 0xD4], [0xD4, 0xC3, 0xB2, 0xA1]];

#[derive(Args)]
pub(crate) struct Pcap {
    /// The trace.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Where the capture goes.
    #[arg(short, long, value_name = "PCAP")]
    output: PathBuf,

    /// Have card numbers and secrets in it, if the trace has them; without this they are zeros.
    #[arg(long)]
    unmasked: bool,
}

impl Pcap {
    pub(super) fn run(&self) -> Result<()> {
        let file = File::load(&self.file)?;
        let file = if self.unmasked { file } else { file.masked() };
        let capture = file.pcap().with_context(|| format!("{}", self.file.display()))?;
        let shown = self.output.display();
        if let Ok(old) = fs::read(&self.output) {
            let is_capture = old.is_empty() || MAGIC.iter().any(|magic| old.starts_with(magic));
            ensure!(is_capture, "{shown} is there already and is no capture: give --output another name");
        }
        fs::write(&self.output, capture).with_context(|| format!("cannot write {shown}"))
    }
}
