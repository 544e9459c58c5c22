//! `tunion latency`: how long taps take, and what a change would buy.

use anyhow::{Context, Result, ensure};
use clap::{ArgAction, Args};
use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;
use tunion_files::costs::{self, Costs, Of};
use tunion_files::diag::Diagnostics;
use tunion_files::keys::{self, KeySet};
use tunion_files::library::Library;
use tunion_files::terminal::{self, TerminalFile};
use tunion_harness::latency::population::{measure, plain};
use tunion_harness::latency::report::{self, Line};
use tunion_harness::latency::setting::with_scene;
use tunion_harness::latency::{Population, Setting, WhatIf, picture};
use tunion_harness::pull::{self, Flow};
use tunion_link::Rate;
use tunion_link::activation::{FRAME_SIZES, frame_size_index};

use crate::number::whole;
use crate::output::{closed_pipe, refuse};

/// Profiles that are measured when none is named.
const PROFILES: [&str; 5] =
    ["beijing-rail", "beijing-bus", "beijing-top-up", "beijing-pos", "beijing-enquiry"];
/// Flows that are measured when none is named.
const FLOWS: [&str; 9] = [
    "rail entry",
    "rail exit",
    "rail exit, student with discount",
    "bus, one tap",
    "bus boarding",
    "bus alighting",
    "load online",
    "shop",
    "enquiry",
];

#[derive(Args)]
pub(crate) struct Latency {
    /// Only flows of this name, or with this in their names; may be given more than once. Without it the taps of every
    /// day.
    #[arg(long, value_name = "NAME")]
    flow: Vec<String>,

    /// A terminal profile, by its file or by the name of one that is built in; may be given more than once. Without it
    /// those of Beijing.
    #[arg(long, value_name = "NAME|FILE")]
    profile: Vec<String>,

    /// The costs of a card, by their file or by the name of ones that are built in; may be given more than once. Without
    /// it all that are built in.
    #[arg(long, value_name = "NAME|FILE")]
    card: Vec<String>,

    /// The costs of the SAM.
    #[arg(long, value_name = "NAME|FILE", default_value = "sam-38400")]
    sam: String,

    /// The costs of the terminal.
    #[arg(long, value_name = "NAME|FILE", default_value = "terminal")]
    terminal: String,

    /// The fastest rate that the reader asks for: 106, 212, 424 or 848; may be given more than once. Without it 106 and
    /// the fastest of the terminal's costs.
    #[arg(long, value_name = "KBIT/S", value_parser = rate)]
    bitrate: Vec<Rate>,

    /// How many taps of each.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=100_000_000))]
    taps: u32,

    /// What chance comes from.
    #[arg(long, value_name = "SEED", default_value_t = 1, value_parser = whole::<u64>(1))]
    seed: u64,

    /// Frames of a million that go wrong beyond what the terminal's costs say.
    #[arg(long, value_name = "N", default_value_t = 0, value_parser = clap::value_parser!(u32).range(..=500_000))]
    loss_ppm: u32,

    /// How many threads play; without it as many as there are. They change no figure.
    #[arg(long, value_name = "N", value_parser = whole::<NonZeroUsize>(2))]
    threads: Option<NonZeroUsize>,

    /// What it would buy to select the application without asking PPSE for it.
    #[arg(long, action = ArgAction::SetTrue)]
    skip_ppse: bool,

    /// What it would buy to have MAC1 made while the card takes 1E.
    #[arg(long, action = ArgAction::SetTrue)]
    parallel_sam: bool,

    /// What it would buy if the reader took frames of so many bytes.
    #[arg(long, value_name = "BYTES", value_parser = frame)]
    fsd: Option<u16>,

    /// What it would buy if the SAM's bus had so many bits a second.
    #[arg(long, value_name = "BAUD", value_parser = clap::value_parser!(u32).range(1200..=1_000_000))]
    baud: Option<u32>,

    /// Print one tap without chance, command by command, in place of the table.
    #[arg(long, conflicts_with = "csv")]
    by_command: bool,

    /// Write what was measured to this file too, in microseconds.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,

    /// Draw each flow into this folder: a waterfall of one tap, a distribution, where the time goes.
    #[arg(long, value_name = "FOLDER")]
    svg: Option<PathBuf>,

    /// The key set; without it that of fixtures/keys/lab.toml, which is built in.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
}

fn rate(text: &str) -> Result<Rate, String> {
    let kbit = text.parse().ok();
    kbit.and_then(Rate::from_kbit).ok_or_else(|| "write 106, 212, 424 or 848".to_owned())
}

fn frame(text: &str) -> Result<u16, String> {
    let sizes = FRAME_SIZES.map(|size| size.to_string()).join(", ");
    let size = text.parse().ok().filter(|size| frame_size_index(*size).is_some());
    size.ok_or_else(|| format!("write a frame size: {sizes}"))
}

/// Everything that was asked for, loaded.
struct Wanted {
    profiles: Vec<(String, TerminalFile)>,
    flows: Vec<&'static Flow>,
    cards: Vec<Costs>,
    sam: Costs,
    terminal: Costs,
    keys: KeySet,
}

impl Wanted {
    /// The fastest rate that the terminal asks for. What is no terminal is told when it is put to use.
    fn fastest(&self) -> Rate {
        match &self.terminal.of {
            Of::Terminal(costs) => Rate::from_kbit(costs.fastest).unwrap_or_default(),
            Of::Card(_) | Of::Sam(_) => Rate::R106,
        }
    }
}

impl Latency {
    pub(crate) fn main(&self) -> ExitCode {
        match self.run() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => refuse(&error),
        }
    }

    const fn change(&self) -> WhatIf {
        WhatIf { skip_ppse: self.skip_ppse, parallel_sam: self.parallel_sam, fsd: self.fsd, baud: self.baud }
    }

    fn run(&self) -> Result<()> {
        let wanted = self.wanted()?;
        let threads = self.threads.or_else(|| std::thread::available_parallelism().ok());
        let population = Population {
            taps: self.taps,
            seed: self.seed,
            threads: threads.unwrap_or(NonZeroUsize::MIN),
            loss_ppm: self.loss_ppm,
        };
        let from = Instant::now();
        let (mut lines, mut text) = (Vec::new(), String::new());
        for flow in &wanted.flows {
            for (name, file) in &wanted.profiles {
                self.measure((flow, name, file), &wanted, population, (&mut lines, &mut text))?;
            }
        }
        let took = from.elapsed();
        ensure!(
            !lines.is_empty() || !text.is_empty(),
            "none of the profiles serves a flow that is asked for"
        );
        if !self.by_command {
            text = report::table(&lines, population, self.change());
        }
        let mut out = io::stdout().lock();
        out.write_all(text.as_bytes()).and_then(|()| out.flush()).or_else(closed_pipe)?;
        if let Some(path) = &self.csv {
            let rows = report::csv(&lines, population, self.change())?;
            fs::write(path, rows).with_context(|| format!("cannot write {}", path.display()))?;
        }
        if !lines.is_empty() {
            let played = lines.iter().map(|line| 1 + u128::from(line.changed.is_some())).sum::<u128>()
                * u128::from(self.taps);
            let rate = played * 1_000 / took.as_millis().max(1);
            let _ = writeln!(
                io::stderr(),
                "{played} taps in {}.{:03} s, {rate} a second",
                took.as_secs(),
                took.subsec_millis()
            );
        }
        Ok(())
    }

    /// Measures a flow at a profile, with every card at every rate.
    fn measure(
        &self,
        (flow, name, file): (&'static Flow, &str, &TerminalFile),
        wanted: &Wanted,
        population: Population,
        (lines, text): (&mut Vec<Line>, &mut String),
    ) -> Result<()> {
        let settings = self.settings(flow, name, wanted)?;
        let change = self.change();
        let first = lines.len();
        let plays = with_scene(file, flow, &wanted.keys, |scene| {
            if self.by_command {
                for setting in &settings {
                    let setting = change.setting(setting);
                    if !change.skip_ppse && !change.parallel_sam {
                        text.push_str(&report::by_command(&setting, &plain(scene, &setting)));
                        text.push('\n');
                    }
                }
            } else {
                for setting in &settings {
                    let measured = measure(scene, setting, population);
                    lines.push(Line { setting: setting.clone(), measured, changed: None });
                }
            }
            settings.first().map(|setting| (setting.clone(), plain(scene, setting)))
        });
        let Some(plain_tap) = plays.map_err(anyhow::Error::msg)? else { return Ok(()) };
        if change.is_any() {
            let changed = change.profile(file);
            with_scene(&changed, flow, &wanted.keys, |scene| {
                if self.by_command {
                    if change.skip_ppse || change.parallel_sam {
                        for setting in &settings {
                            let setting = change.setting(setting);
                            text.push_str(&report::by_command(&setting, &plain(scene, &setting)));
                            text.push('\n');
                        }
                    }
                    return;
                }
                for line in lines.iter_mut().skip(first) {
                    line.changed = Some(measure(scene, &change.setting(&line.setting), population));
                }
            })
            .map_err(anyhow::Error::msg)?;
        }
        if let (Some(folder), Some((setting, timeline))) = (&self.svg, plain_tap) {
            let drawn = lines.get(first..).unwrap_or_default();
            let slug = format!("{} {name}", flow.name).replace(", ", "-").replace(' ', "-");
            draw(folder, &format!("{slug}-waterfall.svg"), &picture::waterfall(&setting, &timeline))?;
            if !drawn.is_empty() {
                draw(folder, &format!("{slug}-distribution.svg"), &picture::distribution(drawn))?;
                draw(folder, &format!("{slug}-budget.svg"), &picture::budget(drawn))?;
            }
        }
        Ok(())
    }

    /// Each card at each rate that it and the reader agree on, once.
    fn settings(&self, flow: &'static Flow, name: &str, wanted: &Wanted) -> Result<Vec<Setting>> {
        let usual = [Rate::R106, wanted.fastest()];
        let rates = if self.bitrate.is_empty() { &usual[..] } else { &self.bitrate };
        let mut settings = Vec::new();
        for card in &wanted.cards {
            let mut agreed = BTreeSet::new();
            for rate in rates {
                let setting = Setting::new(flow, name, [card, &wanted.sam, &wanted.terminal], *rate);
                let setting = setting.map_err(anyhow::Error::msg)?;
                if agreed.insert(setting.agreed()) {
                    settings.push(setting);
                }
            }
        }
        Ok(settings)
    }

    fn wanted(&self) -> Result<Wanted> {
        let mut flows: Vec<&'static Flow> = Vec::new();
        for name in
            self.flow.iter().map(String::as_str).chain(FLOWS.into_iter().filter(|_| self.flow.is_empty()))
        {
            let found = pull::named(name);
            ensure!(
                !found.is_empty(),
                "no flow has `{name}` in its name; there are:\n{}",
                pull::FLOWS.iter().map(|flow| format!("  {}", flow.name)).collect::<Vec<_>>().join("\n")
            );
            flows.extend(found);
        }
        let mut seen = BTreeSet::new();
        flows.retain(|flow| seen.insert(flow.name));
        let mut errors = Diagnostics::default();
        let mut library = Library::default();
        let names =
            if self.profile.is_empty() { PROFILES.map(str::to_owned).to_vec() } else { self.profile.clone() };
        let profiles: Vec<_> = names
            .into_iter()
            .filter_map(|name| {
                let file = if is_file(&name) {
                    library.terminal(Path::new(&name)).map(|file| TerminalFile::clone(&file))
                } else {
                    terminal::built_in(&name, &mut library)
                };
                Some((name, errors.keep(file)?))
            })
            .collect();
        let built_in: Vec<String> = costs::names().map(str::to_owned).collect();
        let cards = if self.card.is_empty() { &built_in } else { &self.card };
        let cards: Vec<Costs> = cards.iter().filter_map(|name| errors.keep(cost(name))).collect();
        let cards = cards
            .into_iter()
            .filter(|costs| !self.card.is_empty() || matches!(costs.of, Of::Card(_)))
            .collect();
        let (sam, terminal) = (errors.keep(cost(&self.sam)), errors.keep(cost(&self.terminal)));
        let keys = errors.keep(self.keys.as_ref().map_or_else(keys::lab, keys::load));
        let (Some(sam), Some(terminal), Some(keys)) = (sam, terminal, keys) else {
            return Err(errors.into());
        };
        Ok(errors.or(Wanted { profiles, flows, cards, sam, terminal, keys })?)
    }
}

fn is_file(name: &str) -> bool {
    name.contains(['/', '\\']) || Path::new(name).extension().is_some()
}

fn cost(name: &str) -> Result<Costs, Diagnostics> {
    if is_file(name) { costs::load(name) } else { costs::built_in(name) }
}

fn draw(folder: &Path, name: &str, picture: &str) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
    let path = folder.join(name);
    fs::write(&path, picture).with_context(|| format!("cannot write {}", path.display()))
}
