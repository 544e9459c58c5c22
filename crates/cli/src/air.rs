//! `tunion air`: scenarios disturbed on the air, by chance.

use anyhow::Result;
use clap::Args;
use std::io::{self, Write};
use std::num::NonZeroU64;
use std::path::PathBuf;
use std::process::ExitCode;
use tunion_files::diag::Diagnostics;
use tunion_files::library::Library;
use tunion_files::scenario::Scenario;
use tunion_harness::disturbed::{bare, disturb, whole};

use crate::number::whole as whole_number;
use crate::output::{closed_pipe, refuse_before};
use crate::toml_files::{Search, find};

/// A disturbed day did not come to the same.
const BROKEN: u8 = 1;

#[derive(Args)]
pub(crate) struct Air {
    /// Scenario files, or folders that are searched for `*.toml`.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Where chance begins.
    #[arg(long, value_name = "SEED", default_value_t = 1, value_parser = whole_number::<u64>(1))]
    seed: u64,

    /// How many days of each, each from the next seed.
    #[arg(long, value_name = "N", default_value_t = NonZeroU64::new(100).unwrap_or(NonZeroU64::MIN), value_parser = whole_number::<NonZeroU64>(100))]
    runs: NonZeroU64,
}

impl Air {
    pub(crate) fn main(&self) -> ExitCode {
        match self.play() {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::from(BROKEN),
            Err(error) => refuse_before(&error, "nothing was played"),
        }
    }

    /// Whether every day came to the same.
    fn play(&self) -> Result<bool> {
        let scenarios = self.load()?;
        let mut out = io::stdout().lock();
        let mut held = true;
        for scenario in &scenarios {
            held &= self.days(scenario, &mut out).or_else(|error| closed_pipe(error).map(|()| true))?;
        }
        Ok(held)
    }

    fn days(&self, scenario: &Scenario, out: &mut impl Write) -> io::Result<bool> {
        let bare = bare(scenario);
        let whole = whole(&bare);
        let (mut taps, mut again, mut broken) = (0_u64, 0_u64, 0_u64);
        for seed in (0..self.runs.get()).map(|run| self.seed.wrapping_add(run)) {
            let day = disturb(&bare, &whole, seed);
            taps += u64::from(day.taps);
            again += u64::from(day.again);
            if day.wrong.is_empty() {
                continue;
            }
            broken += 1;
            writeln!(out, "tunion air {} --seed {seed} --runs 1", scenario.path.display())?;
            for line in &day.wrong {
                writeln!(out, "    {line}")?;
            }
        }
        let days = self.runs;
        let said = if broken == 0 { "all held".to_owned() } else { format!("{broken} BROKEN") };
        writeln!(out, "{}: {days} days, {taps} taps, {again} of them made again: {said}", scenario.name)?;
        Ok(broken == 0)
    }

    fn load(&self) -> Result<Vec<Scenario>> {
        let files = find(&self.paths, Search::Below, "scenario")?;
        let mut library = Library::default();
        let mut errors = Diagnostics::default();
        let loaded: Vec<Scenario> =
            files.iter().filter_map(|file| errors.keep(library.scenario(file))).collect();
        Ok(errors.or(loaded)?)
    }
}
