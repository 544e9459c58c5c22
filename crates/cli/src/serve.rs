//! `tunion serve`: a card, or a terminal's PSAM, within reach of any program.

use crate::number::whole;
use crate::output::{BAD_INPUT, tell};
use crate::save::Save;
use anyhow::{Context, Result};
use clap::{ArgGroup, Args};
use std::convert::Infallible;
use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use tunion_card::{Card, Chip};
use tunion_files::card::CardFile;
use tunion_files::diag::Diagnostics;
use tunion_files::keys::KeySet;
use tunion_files::library::Library;
use tunion_files::terminal::TerminalFile;
use tunion_files::{card, keys, terminal};
use tunion_harness::issue;
use tunion_harness::random::{Stream, stream};
use tunion_harness::serve::{self, Address, Atr, Event};

/// The reader or the port: not there, not free, or gone. Or the card could not be saved.
const NOT_SERVED: u8 = 1;

#[derive(Args)]
#[command(group = ArgGroup::new("device").required(true).args(["card", "psam"]))]
pub(crate) struct Serve {
    /// The card: a card file such as fixtures/cards/student.toml, or an image.
    #[arg(long, value_name = "FILE")]
    card: Option<PathBuf>,

    /// Instead of a card, the PSAM of a terminal: a terminal profile such as
    /// fixtures/terminals/beijing-rail.toml, whose psam table says what is in it. It is the first terminal's.
    #[arg(long, value_name = "FILE", conflicts_with = "save")]
    psam: Option<PathBuf>,

    /// Put the card or PSAM into the slot of the vpcd reader that listens here. This is what happens without --tcp.
    #[arg(
        long,
        value_name = "HOST:PORT",
        num_args = 0..=1,
        default_value_t = Address::local_reader(),
        default_missing_value = "127.0.0.1:35963",
        conflicts_with = "tcp"
    )]
    vpcd: Address,

    /// Listen here for programs that send commands as a length of two bytes, big-endian, and as many bytes,
    /// and get answers likewise. Each connection is one stay of the card in the field, or of the PSAM in its slot. Port 0 is any free one.
    #[arg(long, value_name = "HOST:PORT")]
    tcp: Option<Address>,

    /// The key set; without it that of fixtures/keys/lab.toml, which is built in.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,

    /// Write the card's image to this file when it is served no more: after Ctrl-C, or when the reader goes
    /// away. A later --card takes it.
    #[arg(long, value_name = "IMAGE")]
    save: Option<PathBuf>,

    /// Where the device's random numbers begin: the same seed and the same commands give the same answers.
    #[arg(long, default_value_t = 1, value_parser = whole::<u64>(1))]
    seed: u64,

    /// Write every command, decoded, to standard error.
    #[arg(short = 'v', long)]
    trace: bool,
}

impl Serve {
    pub(crate) fn main(&self) -> ExitCode {
        let Err(error) = self.serve();
        tell(&error);
        let served = error.is::<serve::Error>() || error.is::<NotSaved>();
        ExitCode::from(if served { NOT_SERVED } else { BAD_INPUT })
    }

    /// Serves until it cannot.
    fn serve(&self) -> Result<Infallible> {
        let mut errors = Diagnostics::default();
        let keys = errors.keep(self.keys.as_ref().map_or_else(keys::lab, keys::load));
        match (&self.card, &self.psam) {
            (Some(path), _) => {
                let file = errors.keep(card::load(path));
                let Some((keys, file)) = keys.zip(file) else { return Err(errors.into()) };
                self.card(&keys, file)
            }
            (None, Some(path)) => {
                let file = errors.keep(terminal::load(path, &mut Library::default()));
                let Some((keys, file)) = keys.zip(file) else { return Err(errors.into()) };
                self.psam(&keys, &file)
            }
            (None, None) => anyhow::bail!("nothing to serve: name a card with --card or a PSAM with --psam"),
        }
    }

    fn card(&self, keys: &KeySet, file: CardFile) -> Result<Infallible> {
        let card = issue::card(&file, keys, stream(self.seed, &format!("card {}", file.name), 0))?;
        let what = format!("card {} ({})", file.image.info.pan, file.name);
        let save = self.save.clone().map(|path| Save::new(path, file)).transpose()?;
        let card = Arc::new(Mutex::new(card));
        let kept = save.clone();
        end_when_told(&card, move |card| keep(card, kept.as_ref()))?;
        let ended = self.at(&what, Atr::default(), &card);
        keep(&serve::held(&card), save.as_ref())?;
        Err(ended.into())
    }

    fn psam(&self, keys: &KeySet, file: &TerminalFile) -> Result<Infallible> {
        let number = file.psam.first_terminal;
        let psam = issue::psam(&file.psam, keys, 0, stream(self.seed, &format!("psam {number}"), 0));
        let psam = Arc::new(Mutex::new(psam));
        end_when_told(&psam, |_| Ok(()))?;
        Err(self.at(&format!("psam {number} ({})", file.name), Atr::psam(file.psam.rate), &psam).into())
    }

    /// Serves any device, until it cannot.
    fn at<C: Chip>(&self, what: &str, atr: Atr, chip: &Mutex<C>) -> serve::Error {
        let mut watch = |event: Event<'_>| {
            if self.trace || matches!(event, Event::Quiet { .. }) {
                // Whoever does not read the trace still wants the device.
                let _ = writeln!(io::stderr(), "{}", event.lines(C::DEVICE).join("\n"));
            }
        };
        let Some(address) = &self.tcp else {
            return match serve::connect(&self.vpcd) {
                Ok(reader) => {
                    say(&format!("{what} is in the reader at {}", self.vpcd));
                    serve::at_reader(reader, atr, chip, &mut watch)
                }
                Err(error) => error,
            };
        };
        match serve::bind(address) {
            Ok(listener) => {
                say(&format!("{what} listens on {}", listener.address()));
                serve::on_listener(&listener, chip, &mut watch)
            }
            Err(error) => error,
        }
    }
}

/// Has Ctrl-C end the program. Between two commands: what is kept of the device is kept as it is then.
fn end_when_told<C: Send + 'static>(
    chip: &Arc<Mutex<C>>,
    keep: impl Fn(&C) -> Result<()> + Send + 'static,
) -> Result<()> {
    let chip = Arc::clone(chip);
    let end = move || {
        // Held until the end, so that no command comes after what was kept.
        let chip = serve::held(&chip);
        let kept = keep(&chip);
        if let Err(error) = &kept {
            tell(error);
        }
        std::process::exit(if kept.is_ok() { 0 } else { NOT_SERVED.into() })
    };
    ctrlc::set_handler(end).context("cannot listen for Ctrl-C")
}

/// Writes the card's image, if it is to be kept.
fn keep(card: &Card<Stream>, save: Option<&Save>) -> Result<()> {
    save.map_or(Ok(()), |save| save.write(card.image()).context(NotSaved))
}

/// What became of the card is lost.
#[derive(Debug)]
struct NotSaved;

impl fmt::Display for NotSaved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the card is not saved")
    }
}

/// Says that the device is there, so that a script can wait for it.
fn say(what: &str) {
    let mut out = io::stdout().lock();
    // Nobody has to read it.
    let _ = writeln!(out, "{what}; Ctrl-C ends").and_then(|()| out.flush());
}
