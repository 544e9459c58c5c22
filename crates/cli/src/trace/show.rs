//! `tunion trace show`: a trace for a person.

use super::in_colour;
use crate::card::print;
use anyhow::{Result, ensure};
use clap::Args;
use std::path::PathBuf;
use tunion_harness::trace::{self, File, Line};

#[derive(Args)]
pub(crate) struct Show {
    /// The trace.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Show this tap alone, by its number.
    #[arg(long, value_name = "N")]
    tap: Option<u32>,

    /// Show card numbers and secrets, if the trace has them.
    #[arg(long)]
    unmasked: bool,
}

impl Show {
    pub(super) fn run(&self) -> Result<bool> {
        let file = File::load(&self.file)?;
        if let Some(number) = self.tap {
            let taps = file.lines.iter().filter(|line| matches!(line, Line::Tap(_))).count();
            let there = file.lines.iter().any(|line| matches!(line, Line::Tap(tap) if tap.number == number));
            ensure!(there, "--tap: there is no tap {number} in {}: it has {taps}", self.file.display());
        }
        let file = if self.unmasked { file } else { file.masked() };
        print(&file.show(trace::Show { colour: in_colour(), tap: self.tap }))?;
        Ok(true)
    }
}
