//! `tunion pull`: taps disturbed at every moment, and what comes after.

use crate::number::whole;
use crate::output::{closed_pipe, refuse};
use crate::toml_files::{Search, find};
use anyhow::Result;
use clap::Args;
use std::io::{self, Write};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;
use tunion_files::diag::Diagnostics;
use tunion_files::keys;
use tunion_files::library::Library;
use tunion_harness::pull::{self, Case, FLOWS, Finely, Flow, Profile, Report, Settings};

/// A rule was broken.
const BROKEN: u8 = 1;

/// Where the sound profiles of the repository lie.
const PROFILES: [&str; 2] = ["fixtures/terminals", "fixtures/terminals/variants"];

#[derive(Args)]
pub(crate) struct Pull {
    /// Only the flow of this name in the table, or those with this in their names.
    #[arg(long, value_name = "NAME")]
    flow: Option<String>,

    /// A terminal profile, or a folder of them; may be given more than once. Without it fixtures/terminals and
    /// fixtures/terminals/variants.
    #[arg(long, value_name = "FILE")]
    profile: Vec<PathBuf>,

    /// The key set; without it that of fixtures/keys/lab.toml, which is built in.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,

    /// Only this case, told command by command. It wants one profile and one flow.
    #[arg(long, value_name = "CASE", requires = "flow", requires = "profile", conflicts_with_all = ["json", "stride"])]
    case: Option<Case>,

    /// Of faults that differ in their bytes alone make each so-manieth; without it every one.
    #[arg(long, value_name = "N", default_value_t = NonZeroU32::MIN, value_parser = whole::<NonZeroU32>(61))]
    stride: NonZeroU32,

    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

impl Pull {
    pub(crate) fn main(&self) -> ExitCode {
        match self.pull() {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::from(BROKEN),
            Err(error) => refuse(&error),
        }
    }

    /// Whether every rule held.
    fn pull(&self) -> Result<bool> {
        let keys = self.keys.as_ref().map_or_else(keys::lab, keys::load)?;
        let profiles = self.profiles()?;
        let flows = self.flows()?;
        let mut out = io::stdout().lock();
        if let Some(case) = &self.case {
            let ([profile], [flow]) = (&profiles[..], &flows[..]) else {
                anyhow::bail!(
                    "--case wants one profile and one flow, and there are {} and {}: name a profile's file, and \
                     with --flow a flow as the table does",
                    profiles.len(),
                    flows.len()
                );
            };
            let story = pull::play(profile, flow, &keys, case).map_err(anyhow::Error::msg)?;
            out.write_all(story.text().as_bytes()).and_then(|()| out.flush()).or_else(closed_pipe)?;
            return Ok(story.held());
        }
        let finely = Finely { bytes: self.stride.get(), ..Finely::ALL };
        let from = Instant::now();
        let swept = pull::sweep(&profiles, &keys, &Settings { flows, finely });
        let took = from.elapsed();
        let keys = self.keys.as_ref().map(|path| path.display().to_string());
        let report = Report { profiles: &profiles, swept: &swept, keys: keys.as_deref() };
        anyhow::ensure!(!report.is_empty(), "none of the profiles serves a flow that is asked for");
        let shown = if self.json { report.json()? + "\n" } else { report.table() };
        out.write_all(shown.as_bytes()).and_then(|()| out.flush()).or_else(closed_pipe)?;
        let _ = writeln!(io::stderr(), "{}.{:03} s", took.as_secs(), took.subsec_millis());
        let _ = write!(io::stderr(), "{}", report.failures());
        Ok(report.held())
    }

    fn flows(&self) -> Result<Vec<&'static Flow>> {
        let Some(name) = &self.flow else { return Ok(FLOWS.iter().collect()) };
        let flows = pull::named(name);
        anyhow::ensure!(
            !flows.is_empty(),
            "no flow has `{name}` in its name; there are:\n{}",
            FLOWS.iter().map(|flow| format!("  {}", flow.name)).collect::<Vec<_>>().join("\n")
        );
        Ok(flows)
    }

    fn profiles(&self) -> Result<Vec<Profile>> {
        let catalogue = PROFILES.map(PathBuf::from);
        let paths = if self.profile.is_empty() { &catalogue[..] } else { &self.profile };
        let files = find(paths, Search::Folder, "terminal profile")?;
        let mut library = Library::default();
        let mut errors = Diagnostics::default();
        let profile = |path: PathBuf| {
            let file = errors.keep(library.terminal(&path))?;
            Some(Profile { path: path.display().to_string(), file })
        };
        let profiles: Vec<Profile> = files.into_iter().filter_map(profile).collect();
        Ok(errors.or(profiles)?)
    }
}
