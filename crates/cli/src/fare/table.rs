//! `tunion fare table`.

use super::quote::said;
use super::ride::now;
use crate::card::Output;
use anyhow::Result;
use clap::Args;
use std::io::{self, Write};
use std::process::ExitCode;
use tunion_data::civil::Date;
use tunion_files::city::{self, Mode};
use tunion_files::diag::unknown;
use tunion_harness::fares::matrix::{self, Written};
use tunion_harness::fares::quote::{self, Refusal};

#[derive(Args)]
pub(super) struct Table {
    /// A built-in city, or the path of a city file.
    #[arg(value_name = "CITY|PATH")]
    city: String,

    /// rail or bus.
    #[arg(long, default_value = "rail", value_name = "MODE")]
    mode: String,

    /// The day on which the prices hold. [default: today]
    #[arg(long, value_name = "DATE", value_parser = quote::day)]
    on: Option<Date>,

    #[command(flatten)]
    output: Output,
}

impl Table {
    pub(super) fn main(&self) -> ExitCode {
        match self.write() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => said(&error),
        }
    }

    fn write(&self) -> Result<()> {
        let city = city::named(&self.city)?;
        let mode = Mode::ALL.into_iter().find(|mode| mode.name() == self.mode);
        let mode =
            mode.ok_or_else(|| Refusal::from(unknown("mode", &self.mode, Mode::ALL.map(Mode::name))))?;
        let day = self.on.unwrap_or_else(|| now().date());
        let tariff = city.tariff(mode, day).ok_or_else(|| Refusal::new(city.no_tariff(mode, day)))?;
        let mut table = Vec::new();
        let Written { rows, unpriced } = matrix::matrix(tariff, day, &mut table)?;
        self.output.put(&String::from_utf8(table)?)?;
        let name = &tariff.head().name;
        let without =
            if unpriced == 0 { String::new() } else { format!(", {unpriced} of them without a price") };
        let _ = writeln!(io::stderr(), "{rows} rows{without}: {name} on {day}");
        Ok(())
    }
}
