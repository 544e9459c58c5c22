//! `tunion day`: a city's day by chance.

use anyhow::{Context, Result};
use clap::Args;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use tunion_data::upload::UploadRecord;
use tunion_files::keys;
use tunion_files::uploads::{Form, Writer};
use tunion_harness::day::{self, Nobody, Order, plant};

use crate::number::whole;
use crate::output;

/// Something that must hold on every day did not.
const BROKEN: u8 = 1;

#[derive(Args)]
pub(crate) struct Day {
    /// How many cards.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    cards: u32,

    /// So many taps a card, about.
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=1000))]
    taps: u32,

    /// What everything random comes from.
    #[arg(long, value_name = "SEED", default_value_t = 1, value_parser = whole::<u64>(1))]
    seed: u64,

    /// So many of a thousand taps meet trouble: the card pulled, the PSAM silent, no power.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(u32).range(..=1000))]
    troubled: u32,

    /// The key set. [default: fixtures/keys/lab.toml, which is built in]
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,

    /// Write what the terminals uploaded to this file, as CSV or JSON lines by its name, for `tunion clear`.
    #[arg(long, value_name = "FILE")]
    uploads: Option<PathBuf>,

    /// Put so many of each fault into the file, and say where, for `tunion clear` to find.
    #[arg(long, value_name = "N", default_value_t = 0, requires = "uploads")]
    plant: usize,
}

impl Day {
    pub(crate) fn main(&self) -> ExitCode {
        match self.run() {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::from(BROKEN),
            Err(error) => output::refuse(&error),
        }
    }

    /// Whether everything holds that must.
    fn run(&self) -> Result<bool> {
        let keys = self.keys.as_ref().map_or_else(keys::lab, keys::load)?;
        let uploads = match &self.uploads {
            None => None,
            Some(path) => Some((path, create(path, form(path)?)?)),
        };
        let order = Order { troubled: self.troubled, ..Order::new(self.cards, self.taps, self.seed) };
        let start = Instant::now();
        let played = day::play(order, &keys, &mut Nobody)?;
        let took = start.elapsed();
        let mut shown = day::screen(&played);
        if let Some((path, mut writer)) = uploads {
            let planting = plant::plant(&played.records, self.plant, self.seed);
            write_all(&mut writer, &planting.records)
                .and_then(|()| writer.end())
                .with_context(|| format!("cannot write {}", path.display()))?;
            shown +=
                &plant::told(&planting, &path.display().to_string(), usize::from(form(path)? == Form::Csv));
        }
        io::stdout().lock().write_all(shown.as_bytes()).or_else(output::closed_pipe)?;
        let taps = played.journal.taps.len();
        let rate = u128::try_from(taps).unwrap_or(0) * 1000 / took.as_millis().max(1);
        let _ =
            writeln!(io::stderr(), "{}.{:03} s, {rate} taps a second", took.as_secs(), took.subsec_millis());
        let _ = write!(io::stderr(), "{}", day::suspects(&played));
        Ok(played.books.hold())
    }
}

fn form(path: &Path) -> Result<Form> {
    let shown = path.display();
    Form::of(path).with_context(|| {
        format!("--uploads {shown}: name it *.csv or *.jsonl, which is the form it will have")
    })
}

fn create(path: &Path, form: Form) -> Result<Writer<BufWriter<File>>> {
    let begins = match form {
        Form::Csv => "version,",
        Form::JsonLines => "{\"version\":",
    };
    let out = output::create(path, begins, "upload file")?;
    Writer::begin(out, form).with_context(|| format!("cannot write {}", path.display()))
}

fn write_all<W: Write>(writer: &mut Writer<W>, records: &[UploadRecord]) -> io::Result<()> {
    records.iter().try_for_each(|record| writer.write(record))
}
