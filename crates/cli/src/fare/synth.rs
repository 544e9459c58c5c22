//! `tunion fare synth`: a made-up month of taps.

use anyhow::Result;
use clap::Args;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use tunion_data::civil::Date;
use tunion_harness::fares::synth::{self, Made, Order};

use crate::output;
use tunion_files::city;

#[derive(Args)]
pub(crate) struct Synth {
    /// How many cards.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    cards: u32,

    /// The month, such as 2026-11.
    #[arg(long, value_name = "MONTH", value_parser = month)]
    month: Date,

    /// What everything random comes from.
    #[arg(long, value_name = "SEED", default_value_t = 1)]
    seed: u64,

    /// A city that is built in, or the path of a city file.
    #[arg(long, value_name = "NAME", default_value = city::DEFAULT)]
    city: String,

    /// Let some riders travel on passes.
    #[arg(long)]
    passes: bool,

    /// Plant so many wrong charges.
    #[arg(long, value_name = "N", default_value_t = 0)]
    wrong: u32,

    /// Plant so many duplicates; every fourth contradicts the first, where that has a charge.
    #[arg(long, value_name = "N", default_value_t = 0)]
    duplicates: u32,

    /// Plant so many bus rides whose two rows come three days late.
    #[arg(long, value_name = "N", default_value_t = 0)]
    late: u32,

    /// Plant so many entries without exit.
    #[arg(long, value_name = "N", default_value_t = 0)]
    missing_exits: u32,

    /// Write the list of what was planted to this file, as JSON lines.
    #[arg(long, value_name = "FILE")]
    planted: Option<PathBuf>,

    /// Where the taps go; without, to stdout.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Synth {
    pub(crate) fn main(&self) -> ExitCode {
        match self.run() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => output::refuse(&error),
        }
    }

    fn run(&self) -> Result<()> {
        let city = city::named(&self.city)?;
        let order = Order {
            passes: self.passes,
            wrong: self.wrong,
            duplicates: self.duplicates,
            late: self.late,
            missing_exits: self.missing_exits,
            ..Order::new(self.cards, self.month, self.seed)
        };
        let planted = match &self.planted {
            Some(path) => Some(output::create(path, "{\"row\":", "list of planted faults")?),
            None => None,
        };
        let made = match &self.output {
            Some(path) => {
                let out = output::create(path, synth::BEGINS, "tap file")?;
                Some(synth::synthesize(&city, &order, out)?)
            }
            None => match synth::synthesize(&city, &order, io::stdout().lock()) {
                Ok(made) => Some(made),
                Err(error) => output::closed_pipe(error).map(|()| None)?,
            },
        };
        let Some(Made { rows, planted: faults }) = made else { return Ok(()) };
        if let Some(mut out) = planted {
            for fault in &faults {
                serde_json::to_writer(&mut out, fault)?;
                out.write_all(b"\n")?;
            }
            out.flush()?;
        }
        let _ = writeln!(io::stderr(), "{rows} taps, {} of them planted", faults.len());
        Ok(())
    }
}

/// The first day of a month, written as 2026-11.
fn month(text: &str) -> Result<Date, String> {
    let wrong = || "a month is written as 2026-11".to_owned();
    let (year, month) =
        text.split_once('-').filter(|(year, month)| year.len() == 4 && month.len() == 2).ok_or_else(wrong)?;
    let (year, month) = (year.parse().map_err(|_| wrong())?, month.parse().map_err(|_| wrong())?);
    Date::new(year, month, 1).map_err(|_| wrong())
}
