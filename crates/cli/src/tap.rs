//! `tunion tap`: one tap laid open.

use crate::card::print;
use crate::number::whole;
use crate::output::refuse;
use crate::save::Save;
use crate::trace;
use anyhow::Result;
use clap::{ArgGroup, Args};
use std::env;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use tunion_data::Fen;
use tunion_data::upload::Payment;
use tunion_files::card::CardFile;
use tunion_files::diag::Diagnostics;
use tunion_files::keys::KeySet;
use tunion_files::library::Library;
use tunion_files::terminal::TerminalFile;
use tunion_files::{card, keys, terminal};
use tunion_harness::anatomy::{self, Area, Ask, Errand, Keys, Scene};
use tunion_harness::trace::record;

/// The gate stayed closed, or what was asked for was refused.
const REFUSED: u8 = 1;

/// What is asked of the terminal: one of these. One that is added here has a row in [`Tap::errand`].
const ERRANDS: [&str; 9] = ["enter", "exit", "stop", "load", "enquire", "settle", "buy", "refund", "lock"];

/// Means of payment, by their names in upload records.
const PAYMENTS: [&str; 5] = ["cash", "card", "alipay", "wechat", "unionpay"];

#[derive(Args)]
#[command(group = ArgGroup::new("errand").args(ERRANDS).required(true))]
#[allow(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Tap {
    /// The card: a card file or an image.
    #[arg(long, value_name = "FILE")]
    card: PathBuf,

    /// The terminal: a terminal profile, such as fixtures/terminals/beijing-rail.toml.
    #[arg(long, value_name = "PROFILE")]
    terminal: PathBuf,

    /// Enter the paid area at this station, by its name; where a controller names the fares, by its number.
    #[arg(long, value_name = "STATION", help_heading = "What")]
    enter: Option<String>,

    /// Leave the paid area at this station.
    #[arg(long, value_name = "STATION", help_heading = "What")]
    exit: Option<String>,

    /// Tap on a bus that is at this stop, by its name or as #7 by its place in the line. The card says whether
    /// that boards or alights.
    #[arg(long, value_name = "NAME", help_heading = "What")]
    stop: Option<String>,

    /// Load this amount, in yuan.
    #[arg(long, value_name = "AMOUNT", value_parser = amount, allow_hyphen_values = true, help_heading = "What")]
    load: Option<Fen>,

    /// Ask for balance and history.
    #[arg(long, help_heading = "What")]
    enquire: bool,

    /// Have the journey put right at a ticket office, standing in the paid area or in the free one.
    #[arg(long, value_name = "paid|free", value_parser = ["paid", "free"], help_heading = "What")]
    settle: Option<String>,

    /// How what is due there is paid.
    #[arg(
        long,
        value_name = "MEANS",
        default_value = "cash",
        value_parser = PAYMENTS,
        help_heading = "What"
    )]
    payment: String,

    /// Buy something for this amount, in yuan.
    #[arg(long, value_name = "AMOUNT", value_parser = amount, allow_hyphen_values = true, help_heading = "What")]
    buy: Option<Fen>,

    /// Give the card back at a ticket office: its balance is paid out, and it is locked.
    #[arg(long, help_heading = "What")]
    refund: bool,

    /// Have the card locked at a ticket office.
    #[arg(long, help_heading = "What")]
    lock: bool,

    /// The station that the ticket office or the enquiry terminal stands at.
    #[arg(long, value_name = "STATION", help_heading = "Where")]
    station: Option<String>,

    /// The bus line; on rail the number of the line that goes into 1A and 1E. [rail default: 0]
    #[arg(long, value_name = "L", help_heading = "Where")]
    line: Option<String>,

    /// The direction of the bus line; if not given, the first that has the stops.
    #[arg(long, value_name = "0|1", value_parser = clap::value_parser!(u8).range(..=1), help_heading = "Where")]
    direction: Option<u8>,

    /// The bus. [default: A1001]
    #[arg(long, value_name = "V", help_heading = "Where")]
    vehicle: Option<String>,

    /// What the controller says at an exit, where it names the fares: LIST, or LIST:CHARGED.
    #[arg(long, value_name = "YUAN", allow_hyphen_values = true, help_heading = "Where")]
    fare: Option<String>,

    /// When, as 2026-11-23T08:10: UTC+8, or with an offset such as +09:00. [default: 2026-11-23T08:10, or the
    /// first day of the card's validity if that day is outside of it, and half an hour after the last transaction
    /// on the card if that is later; with --entered half an hour after that]
    #[arg(long, value_name = "TIME", help_heading = "When")]
    at: Option<String>,

    /// With --exit or --stop: the holder entered at this station, or boarded at this stop. That tap is played
    /// first and not shown. With --settle: where the holder of a card without an entry says to have entered.
    #[arg(long, value_name = "NAME", help_heading = "When")]
    entered: Option<String>,

    /// When that was. [default: 30 minutes before the tap]
    #[arg(long, value_name = "TIME", help_heading = "When")]
    entered_at: Option<String>,

    /// Actual balance of the card before all of it, in yuan.
    #[arg(long, value_name = "YUAN", value_parser = amount, allow_hyphen_values = true, help_heading = "How")]
    balance: Option<Fen>,

    /// The card is on the terminal's black list.
    #[arg(long, help_heading = "How")]
    black_listed: bool,

    /// Take the card out of the field at the first command of this name: before it, after it (so without a moment),
    /// or after so many bytes of what it writes, as in debit-for-purchase:200.
    #[arg(long, value_name = "COMMAND[:before|after|N]", help_heading = "How")]
    pull: Option<String>,

    /// Tap again so many seconds later, without a pull: what a torn tap comes to. [default: 4]
    #[arg(long, value_name = "SECONDS", num_args = 0..=1, default_missing_value = "4", value_parser = whole::<u32>(4), help_heading = "How")]
    again: Option<u32>,

    /// The issuer's key set, by which every MAC is judged; without it that of fixtures/keys/lab.toml, which is built
    /// in.
    #[arg(long, value_name = "FILE", help_heading = "Keys")]
    keys: Option<PathBuf>,

    /// The key set that the card was made with. [default: the issuer's]
    #[arg(long, value_name = "FILE", help_heading = "Keys")]
    card_keys: Option<PathBuf>,

    /// The key set that the terminal's PSAM was made with. [default: the issuer's]
    #[arg(long, value_name = "FILE", help_heading = "Keys")]
    psam_keys: Option<PathBuf>,

    /// Where random numbers begin: the same arguments give the same bytes.
    #[arg(long, default_value_t = 1, value_parser = whole::<u64>(1), help_heading = "Keys")]
    seed: u64,

    /// Write the card's image to this file afterwards. A later --card takes it.
    #[arg(long, value_name = "IMAGE", help_heading = "Output")]
    save: Option<PathBuf>,

    #[command(flatten)]
    trace: trace::Write,

    #[command(flatten)]
    form: Form,
}

/// What is printed.
#[derive(Args)]
struct Form {
    /// Print a line for each exchange, with running totals of commands, bytes, cipher blocks and pages written.
    #[arg(long, conflicts_with = "json", help_heading = "Output")]
    brief: bool,

    /// Show too how the terminal was switched on: what it asked its PSAM.
    #[arg(long, conflicts_with_all = ["brief", "json"], help_heading = "Output")]
    bring_up: bool,

    /// Print one JSON document.
    #[arg(long, help_heading = "Output")]
    json: bool,
}

impl Tap {
    pub(crate) fn main(&self) -> ExitCode {
        match self.tap() {
            Ok(true) => ExitCode::SUCCESS,
            Ok(false) => ExitCode::from(REFUSED),
            Err(error) => refuse(&error),
        }
    }

    /// Whether the last tap was done.
    fn tap(&self) -> Result<bool> {
        let (card, terminal, keys) = self.load()?;
        let (anatomy, after) = anatomy::dissect(&card, &terminal, &keys, &self.ask())?;
        if self.trace.is_wanted() {
            let scene = Scene::new(&card, &terminal, &keys, &self.ask())?;
            let script = scene.script();
            let (_, file) = record(&script, script.header("tap", arguments()))?;
            self.trace.write(&file)?;
        }
        if let Some(path) = &self.save {
            Save::new(path.clone(), card)?.write(after)?;
        }
        print(&match self.form {
            Form { json: true, .. } => anatomy.json() + "\n",
            Form { brief: true, .. } => anatomy.brief(),
            Form { bring_up, .. } => anatomy.text(bring_up),
        })?;
        Ok(anatomy.done())
    }

    /// The tap before it is played.
    pub(crate) fn scene(&self) -> Result<Scene> {
        let (card, terminal, keys) = self.load()?;
        Ok(Scene::new(&card, &terminal, &keys, &self.ask())?)
    }

    /// Card, terminal and keys; all files that are wrong are told at once.
    fn load(&self) -> Result<(CardFile, Arc<TerminalFile>, Keys)> {
        let mut errors = Diagnostics::default();
        let issuer = errors.keep(self.keys.as_ref().map_or_else(keys::lab, keys::load));
        let mut others = |path: &Option<PathBuf>| -> Option<Option<KeySet>> {
            path.as_ref().map_or(Some(None), |path| errors.keep(keys::load(path)).map(Some))
        };
        let (of_card, of_psam) = (others(&self.card_keys), others(&self.psam_keys));
        let card = errors.keep(card::load(&self.card));
        let terminal = errors.keep(terminal::load(&self.terminal, &mut Library::default()));
        let (Some(issuer), Some(of_card), Some(of_psam), Some(card), Some(terminal)) =
            (issuer, of_card, of_psam, card, terminal)
        else {
            return Err(errors.into());
        };
        let keys = Keys {
            card: of_card.unwrap_or_else(|| issuer.clone()),
            psam: of_psam.unwrap_or_else(|| issuer.clone()),
            issuer,
        };
        Ok((card, Arc::new(terminal), keys))
    }

    fn ask(&self) -> Ask {
        Ask {
            station: self.station.clone(),
            line: self.line.clone(),
            direction: self.direction,
            vehicle: self.vehicle.clone(),
            fare: self.fare.clone(),
            at: self.at.clone(),
            entered: self.entered.clone(),
            entered_at: self.entered_at.clone(),
            balance: self.balance,
            black_listed: self.black_listed,
            pull: self.pull.clone(),
            again: self.again,
            seed: self.seed,
            ..Ask::of(self.errand())
        }
    }

    fn errand(&self) -> Errand {
        let given = [
            self.enter.clone().map(Errand::Enter),
            self.exit.clone().map(Errand::Exit),
            self.stop.clone().map(Errand::Stop),
            self.load.map(Errand::Load),
            self.settle.as_deref().map(|area| {
                let area = if area == "paid" { Area::Paid } else { Area::Free };
                let means = Payment::ALL.into_iter().find(|means| means.name() == self.payment);
                Errand::Settle(area, means.unwrap_or_default())
            }),
            self.buy.map(Errand::Buy),
            self.refund.then_some(Errand::Refund),
            self.lock.then_some(Errand::Lock),
        ];
        given.into_iter().flatten().next().unwrap_or(Errand::Enquire)
    }
}

/// The arguments of this tap, but for those that say what becomes of it: by these it can be played again.
fn arguments() -> Vec<String> {
    let mut kept = Vec::new();
    let mut words = env::args_os().skip(2).map(|word| word.to_string_lossy().into_owned());
    while let Some(word) = words.next() {
        match word.split('=').next().unwrap_or_default() {
            "--brief" | "--json" | "--bring-up" | "--unmasked" => {}
            "--trace" | "--save" if word.contains('=') => {}
            "--trace" | "--save" => drop(words.next()),
            _ => kept.push(word),
        }
    }
    kept
}

fn amount(text: &str) -> Result<Fen, String> {
    text.parse().map_err(|_| format!("`{text}` is no amount: write yuan with two decimals, as in 12.50"))
}
