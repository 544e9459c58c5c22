//! `tunion trace replay`: a trace played again.

use super::against::Against;
use super::diff::told;
use crate::card::print;
use crate::tap::Tap;
use anyhow::{Context, Result, bail};
use clap::{Args, Parser, ValueEnum};
use std::path::PathBuf;
use tunion_files::library::Library;
use tunion_harness::trace::{self, Compared, Dir, File, Line, Script, Side, Wire, differences};

#[derive(Args)]
pub(crate) struct Replay {
    /// The trace, written with --unmasked.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Play this side alone. [default: the one, then the other]
    #[arg(long = "as", value_name = "SIDE", value_enum, conflicts_with = "card")]
    side: Option<As>,

    /// The scenario that made the trace. [default: the one that its header names]
    #[arg(long, value_name = "FILE", conflicts_with = "card")]
    scenario: Option<PathBuf>,

    /// Send the commands of the trace to this card instead, a card file or an image, and tell every difference.
    #[arg(long, value_name = "FILE")]
    card: Option<PathBuf>,

    #[command(flatten)]
    against: Against,

    /// Show card numbers and secrets in what is told.
    #[arg(long)]
    unmasked: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum As {
    /// The recorded card answers live terminals.
    Card,
    /// The recorded terminals ask live cards and PSAMs.
    Terminal,
}

/// The arguments of `tunion tap`, as a header keeps them.
#[derive(Parser)]
#[command(no_binary_name = true)]
struct TapLine {
    #[command(flatten)]
    tap: Tap,
}

impl Replay {
    /// Whether everything is as it was recorded.
    pub(super) fn run(&self) -> Result<bool> {
        let file = File::load(&self.file)?;
        if let Some(card) = &self.card {
            let bench = self.against.bench(card, &file)?;
            let live = bench.play(&file)?;
            return self.compare("against this card", &file, &live, bench.compared(), usize::MAX);
        }
        let header = &file.header;
        match (&self.scenario, header.made.as_str(), &header.arguments[..]) {
            (Some(path), ..) => self.scenario(&file, path),
            (None, "run", [path]) => self.scenario(&file, &PathBuf::from(path)),
            (None, "tap", arguments) => {
                let TapLine { tap } = TapLine::try_parse_from(arguments)
                    .with_context(|| format!("{}: the header's arguments of tap", self.file.display()))?;
                self.sides(&file, &tap.scene()?.script())
            }
            (None, made, _) => bail!(
                "{}: a trace made by `{made}` does not say what it is to be played with: give --card FILE, or --scenario \
                 FILE",
                self.file.display()
            ),
        }
    }

    fn scenario(&self, file: &File, path: &PathBuf) -> Result<bool> {
        let scenario = Library::default().scenario(path)?;
        self.sides(file, &Script::of(&scenario))
    }

    fn sides(&self, file: &File, script: &Script<'_>) -> Result<bool> {
        let sides = match self.side {
            None => vec![Side::Card, Side::Terminal],
            Some(As::Card) => vec![Side::Card],
            Some(As::Terminal) => vec![Side::Terminal],
        };
        for side in sides {
            let live = trace::replay(file, script, side)?;
            let name = if side == Side::Card { "as card" } else { "as terminal" };
            if !self.compare(name, file, &live, Compared::REPLAY, 1)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Tells the first differences of what was recorded and what was played.
    fn compare(&self, how: &str, file: &File, live: &File, what: Compared, most: usize) -> Result<bool> {
        let mut found = differences(file, live, what);
        let count = found.len();
        found.truncate(most);
        let played = live.lines.iter().filter_map(Line::went);
        let commands = played.filter(|went| went.link != Wire::Air && went.dir == Dir::To).count();
        let outcome = match (count, most) {
            (0, _) => "everything as recorded".to_owned(),
            (_, 1) => "not as recorded, here first".to_owned(),
            (1, _) => "1 difference".to_owned(),
            (count, _) => format!("{count} differences"),
        };
        print(&format!("{how}: {commands} commands, {outcome}\n"))?;
        print(&told(file, live, ("recorded", "live"), &found, self.unmasked, false))?;
        Ok(count == 0)
    }
}
