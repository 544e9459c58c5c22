//! `tunion tear`: every command that writes, torn at every byte.

use crate::number::{any_base, whole};
use crate::output::refuse;
use crate::toml_files::{Search, find};
use anyhow::Result;
use clap::Args;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tunion_card::{Cut, Damage};
use tunion_files::card;
use tunion_files::diag::Diagnostics;
use tunion_files::keys::{self, KeySet};
use tunion_harness::tear::{self, Case, DEEDS, Report, Settings, Specimen};

/// A rule was broken.
const BROKEN: u8 = 1;

/// Where the catalogue of the repository lies.
const CATALOGUE: &str = "fixtures/cards";

#[derive(Args)]
pub(crate) struct Tear {
    /// Card profiles, or folders of them. Without any: fixtures/cards, or, where that is not there, two
    /// built-in cards, a plain one and an odd one.
    #[arg(value_name = "CARD")]
    cards: Vec<PathBuf>,

    /// Tear the built-in card of this name.
    #[arg(long, value_name = "NAME", conflicts_with = "cards", value_parser = ["plain", "odd"])]
    built_in: Option<String>,

    /// The key set; without it that of fixtures/keys/lab.toml, which is built in.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,

    /// Where random numbers and noise begin.
    #[arg(long, default_value_t = 1, value_parser = whole::<u64>(1))]
    seed: u64,

    /// At least so many cut points in all, by more rounds, each with the next seed. Without it every byte is
    /// cut once with what was written so far and once with noise.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = whole::<u64>(100_000))]
    points: u64,

    /// Only the command of this name in the table, or those with this in their names.
    #[arg(long, value_name = "NAME")]
    command: Option<String>,

    /// Only this cut: after so many bytes. It wants one card and one command.
    #[arg(long, value_name = "BYTES", requires = "command", conflicts_with = "points", value_parser = whole::<u32>(317))]
    cut: Option<u32>,

    /// The page under the pen is noise, made from this seed; without it the bytes so far are new and the rest
    /// is old.
    #[arg(long, value_name = "SEED", requires = "cut", value_parser = any_base)]
    noise: Option<u64>,

    /// And then this cut, of the command's repetition.
    #[arg(long, value_name = "BYTES", requires = "cut", value_parser = whole::<u32>(64))]
    again: Option<u32>,

    /// Noise at the second cut.
    #[arg(long, value_name = "SEED", requires = "again", value_parser = any_base)]
    again_noise: Option<u64>,

    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

impl Tear {
    pub(crate) fn main(&self) -> ExitCode {
        match self.tear() {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::from(BROKEN),
            Err(error) => refuse(&error),
        }
    }

    /// Whether every rule held.
    fn tear(&self) -> Result<bool> {
        let specimens = self.specimens()?;
        let deeds = match &self.command {
            None => DEEDS.iter().collect(),
            Some(name) => tear::named(name),
        };
        anyhow::ensure!(
            !deeds.is_empty(),
            "no command that writes has `{}` in its name; there are:\n{}",
            self.command.as_deref().unwrap_or_default(),
            DEEDS.iter().map(|deed| format!("  {}", deed.name)).collect::<Vec<_>>().join("\n")
        );
        let case = self.case();
        anyhow::ensure!(
            case.is_none() || specimens.len() == 1 && deeds.len() == 1,
            "--cut wants one card and one command, and there are {} and {}: name a card's file, and with \
             --command a command as the table does",
            specimens.len(),
            deeds.len()
        );
        let settings = Settings { seed: self.seed, points: self.points, deeds, case };
        let from = Instant::now();
        let swept = tear::sweep(&specimens, &settings)
            .map_err(|(card, rule)| anyhow::anyhow!("card {card} cannot be made: {rule}"))?;
        let took = from.elapsed();
        let keys = self.keys.as_ref().map(|path| path.display().to_string());
        let report = Report { specimens: &specimens, swept: &swept, keys: keys.as_deref() };
        let shown = if self.json { report.json()? + "\n" } else { report.table() };
        let mut out = io::stdout().lock();
        match out.write_all(shown.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error.into()),
            _ => {}
        }
        let _ = writeln!(io::stderr(), "{}", pace(report.points(), took));
        let _ = write!(io::stderr(), "{}", report.failures());
        Ok(report.kept())
    }

    /// The one case that is asked for.
    fn case(&self) -> Option<Case> {
        let cut = |after: Option<u32>, noise: Option<u64>| {
            after.map(|after| Cut { after, damage: noise.map_or(Damage::Prefix, Damage::Noise) })
        };
        let first = cut(self.cut, self.noise);
        first.map(|first| Case { cut: Some(first), again: cut(self.again, self.again_noise) })
    }

    fn specimens(&self) -> Result<Vec<Specimen>> {
        let keys = self.keys.as_ref().map_or_else(keys::lab, keys::load)?;
        let catalogue = [PathBuf::from(CATALOGUE)];
        let paths = match (&self.cards[..], &self.built_in) {
            ([], None) if Path::new(CATALOGUE).is_dir() => &catalogue[..],
            ([], name) => {
                let mut specimens = tear::built_in(&keys)?;
                specimens.retain(|specimen| name.as_ref().is_none_or(|name| *name == specimen.name));
                return Ok(specimens);
            }
            (paths, _) => paths,
        };
        load(paths, &keys)
    }
}

/// How long it took, and the rate, where there are points enough for one.
fn pace(points: u64, took: Duration) -> String {
    const FEW: u64 = 1000;
    let time = format!("{}.{:03} s", took.as_secs(), took.subsec_millis());
    if points < FEW {
        return time;
    }
    let rate = u128::from(points) * 1000 / took.as_millis().max(1);
    format!("{time}, {rate} cut points a second")
}

/// The cards of these files and folders.
fn load(paths: &[PathBuf], keys: &KeySet) -> Result<Vec<Specimen>> {
    let files = find(paths, Search::Folder, "card")?;
    let mut errors = Diagnostics::default();
    let specimen = |file: PathBuf| {
        let loaded = errors.keep(card::load(&file))?;
        let contents = loaded.contents(&keys.roots);
        Some(Specimen { name: loaded.name, path: Some(file.display().to_string()), contents })
    };
    let specimens: Vec<Specimen> = files.into_iter().filter_map(specimen).collect();
    Ok(errors.or(specimens)?)
}
