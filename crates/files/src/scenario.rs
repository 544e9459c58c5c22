//! Scenarios: cards that tap at terminals, and what is expected of it.
//!
//! ```toml
//! version = 1
//! title = "A student's morning"
//! seed = 7                                # of all randomness
//! keys = "../keys/lab.toml"               # every path is relative to this file
//! black-list = ["lost"]                   # cards of this scenario, or 19-digit card numbers
//!
//! [sign-on]                               # optional: what the host gives a load SAM, each of it optional
//! quota = "2000.00"                       # at one sign-on
//! per-day = "20000.00"                    # on one day in all
//! hours = 24                              # for how long
//!
//! [cards.lin]
//! file = "../cards/student.toml"          # a card profile
//! pan = "3105170010000000011"             # what differs from it
//! balance = "20.00"
//!
//! [cards.lost]
//! file = "../cards/ordinary.toml"
//!
//! [terminals.rail]                        # the gates of all stations
//! file = "../terminals/beijing-rail.toml" # a terminal profile
//! expired-student = "as-ordinary"         # what differs from it
//!
//! [terminals.bus-331]                     # the reader on one bus
//! file = "../terminals/beijing-bus.toml"
//! line = "331"
//! direction = 0                           # where the line has two
//! vehicle = "A1001"                       # ASCII, at most 8
//!
//! [terminals.kiosk]
//! file = "../terminals/beijing-load-sam.toml"
//!
//! [[tap]]
//! at = 2026-11-23T07:20:00                # without quotes and zone: all clocks are in UTC+8
//! card = "lin"
//! terminal = "kiosk"
//! load = "50.00"
//!
//! [[tap]]
//! at = 2026-11-23T07:40:00
//! card = "lin"
//! terminal = "rail"
//! enter = "西二旗"
//! line = 13                               # number of the line in 1A and 1E, default 0
//! expect = { gate = "open", charged = "0.00" }
//!
//! [[tap]]
//! at = 2026-11-23T08:10:00
//! card = "lin"
//! terminal = "rail"
//! exit = "五道口"
//! fault = { command = "DEBIT FOR PURCHASE", when = "after" }
//! expect = { gate = "closed", code = "moved" }
//!
//! [[tap]]
//! at = 2026-11-23T08:10:04
//! card = "lin"
//! terminal = "rail"
//! exit = "五道口"
//! expect = { list = "4.00", charged = "4.00", balance = "66.00", month = "4.00", notes = ["recovered"] }
//!
//! [[tap]]
//! at = 2026-11-23T09:00:00
//! card = "lost"
//! terminal = "bus-331"
//! stop = "五道口"
//! repeat = { times = 5, every-days = 1 }  # on five mornings
//! expect = { gate = "closed", code = "black-listed", prompt = "black-listed" }
//!
//! [totals.lin]                            # at the end of the scenario
//! charged = "4.00"
//! ```
//!
//! A card can differ from its profile in `pan`, `issuer`, `type`, `enabled`, `interoperable`,
//! `valid-from`, `valid-to`, `balance`, `ceiling`, `overdraft-limit`, `overdraft-used`, `offline-seq` and
//! `online-seq`; a terminal in `mac2`, `mac2-failure`, `accepted`, `known`, `expired-student`, `white-list`,
//! `select`, `trip-balance`, `top-up-below`, `grey-slots`, `retap-seconds`, `recovery`, `lock-black-listed`, `open-elsewhere`,
//! `free-reentry-minutes`, `overtime-minutes`, `remaining`, `exit-minutes`, `passback-seconds`, `ask-back`,
//! `max-minutes`, `max-balance`, `max-fare`, `newest-trip` and `repeat`. A bus reader can be at the rear:
//! `door = "rear"`. A ticket office, and an enquiry terminal that is to tell what is due, stands at a `station`,
//! here or in its taps.
//!
//! A tap is exactly one of these, and the terminal has to be of its kind:
//!
//! | key | where | what |
//! |---|---|---|
//! | `enter`, `exit` | rail gates | a station's name; at gates whose controller names the fare, its number |
//! | `stop` | bus readers | where the bus is, a stop of its line |
//! | `load` | top-up terminals | the amount |
//! | `buy` | shops | the amount |
//! | `settle` | ticket offices | `area` of the passenger, `payment`, and where one without an entry `entered` |
//! | `enquire = true` | enquiry terminals, ticket offices | |
//! | `refund = true` | ticket offices | the card is given back, at the office's station or at the tap's `station` |
//! | `lock = true` | ticket offices | the card is locked |
//!
//! Such as `settle = { area = "paid", payment = "cash", entered = "五道口" }`.
//!
//! An exit at a gate whose controller names the fare says it, and so does what an office settles by it:
//! `fare = { list = "4.00", charged = "4.00" }`. A `fault` takes the card out of the field at the first such command of the tap: `before`
//! it arrives, `after` the card has done it but before the answer arrives, or `during` its writing, when
//! `bytes` have reached memory; with a seed as `noise` the page under way becomes noise. A fault at a
//! command to the PSAM silences the PSAM, and a `garbled` command arrives with another MAC. `cards = 2`
//! holds two cards to the terminal at once, of which `card` is one. `repeat` makes
//! `times` taps of one, the first at its own time. With `host = "down"` the issuer's host is not reached during
//! the tap of a top-up terminal. All taps are played in the order of their times.
//!
//! What can be expected of a tap: `gate` (open, closed), `code`, `prompt`, `list`, `charged` (what was
//! debited, loaded or paid out in this tap), `balance` (actual, on the card), `overdraft-used` (on the card),
//! `month` (the total on the card) and `notes`; of an enquiry `free-area`, `paid-area` (the codes that gates
//! would show) and `due`. Codes, prompts and notes are named as their variants in `tunion-terminal`, in kebab-case:
//! `fare-not-covered`, `top-up-soon`, `total-overwritten`. What can be expected of a card in the end:
//! `charged`, `loaded`, `balance`, `overdraft-used`, `month`, `rides` of that total, and the `records` of
//! debits emitted, those of nothing included. An `expect` that says nothing is refused, and so is a
//! scenario that expects nothing at all.

mod air;
mod cast;
mod expect;
mod fault;
mod office;
mod refund;
pub mod rejections;
mod schema;
mod taps;

pub use expect::kebab;
pub(crate) use expect::variant;

use std::path::PathBuf;
use std::sync::Arc;

use tunion_apdu::table::{Device, Name};
use tunion_data::Fen;
use tunion_data::civil::DateTime;
use tunion_fare::{LineId, StopId};
use tunion_issuer::QuotaRules;
use tunion_terminal::{BlackList, Charge, Code, Gate, Office, Prompt, Settle};

use crate::card::CardFile;
use crate::diag::{Diagnostics, Source};
use crate::keys::KeySet;
use crate::kind::Kind;
use crate::library::Library;
use crate::terminal::TerminalFile;

/// A scenario, resolved: every name is looked up, every tap is a step of its own.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// Its file.
    pub path: PathBuf,
    /// The file's name without `.toml`.
    pub name: String,
    /// What it shows.
    pub title: String,
    /// The seed of all randomness.
    pub seed: u64,
    /// The keys.
    pub keys: KeySet,
    /// The cards, in the order of the file.
    pub cards: Vec<CardEntry>,
    /// The terminals, in the order of the file.
    pub terminals: Vec<TerminalEntry>,
    /// Card numbers that may not be used.
    pub black_list: BlackList,
    /// What the host gives load SAMs.
    pub sign_on: QuotaRules,
    /// The taps in the order of time.
    pub steps: Vec<Step>,
    /// What is expected of each card at the end.
    pub totals: Vec<Totals>,
}

/// A card of a scenario.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardEntry {
    /// Its name in the scenario.
    pub name: String,
    /// The card profile with the scenario's overrides.
    pub file: CardFile,
}

/// A terminal of a scenario.
#[derive(Clone, PartialEq, Debug)]
pub struct TerminalEntry {
    /// Its name in the scenario.
    pub name: String,
    /// The terminal profile with the scenario's overrides.
    pub file: Arc<TerminalFile>,
    /// Which bus it is on; `Some` exactly for bus readers.
    pub bus: Option<BusPlace>,
    /// Code of the station that a ticket office or an enquiry terminal stands at, where its taps do not
    /// name another.
    pub station: Option<u16>,
}

/// The bus that a reader is on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BusPlace {
    /// The line in its direction.
    pub line: LineId,
    /// The vehicle, ASCII, padded with spaces.
    pub vehicle: [u8; 8],
    /// Whether it is the reader at the rear door.
    pub rear: bool,
}

/// A tap.
#[derive(Clone, PartialEq, Debug)]
pub struct Step {
    /// When, UTC+8.
    pub at: DateTime,
    /// Index of the card.
    pub card: usize,
    /// How many cards are in the field at once; of more than one none is spoken to.
    pub cards: u8,
    /// Index of the terminal.
    pub terminal: usize,
    /// What the holder does.
    pub act: Act,
    /// The controller's fare; `Some` exactly for exits at gates whose controller names it.
    pub charge: Option<Charge>,
    /// What goes wrong.
    pub fault: Option<Fault>,
    /// That the card is behind the air, and what goes wrong on it; `None`: commands reach it as they are.
    pub air: Option<Air>,
    /// Whether the issuer's host cannot be reached.
    pub host_is_down: bool,
    /// What is expected.
    pub expect: Expect,
    /// The line of the `[[tap]]` in the file.
    pub line: u32,
}

/// The air of a tap (`docs/spec/terminal.md` 5.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Air {
    /// The fastest rate that the reader asks for, in kbit/s.
    pub kbit: u16,
    /// What goes wrong, once.
    pub fault: Option<AirFault>,
    /// Whether it is a mistake of the scenario when it never comes about, as it is of one that was written.
    pub has_to_come: bool,
}

/// What goes wrong on the air.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AirFault {
    /// Something becomes of a frame.
    Frame {
        /// Which, counted from 0 in both directions together, activation included.
        number: u32,
        /// What.
        fate: FrameFate,
    },
    /// The card leaves the field at this time of the tap.
    Leaves {
        /// In microseconds.
        micros: u64,
    },
    /// The card's first answer comes so much later, and it does not ask for time.
    Late {
        /// In microseconds.
        micros: u64,
    },
}

/// What becomes of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FrameFate {
    /// It does not arrive.
    Lost,
    /// It cannot be read.
    Damaged,
    /// Its block number is the other one.
    WrongNumber,
    /// The card leaves the field after so many bytes of it.
    Gone(u16),
    /// The reader switches its field off and on at its end.
    Reset,
}

/// What a card holder does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Act {
    /// Enters the paid area.
    Enter {
        /// Code of the station.
        station: u16,
        /// Number of the line for 1A and 1E.
        line: u8,
    },
    /// Leaves the paid area.
    Exit {
        /// Code of the station.
        station: u16,
        /// Number of the line for 1A and 1E.
        line: u8,
    },
    /// Taps on a bus.
    Bus {
        /// Where the bus is.
        stop: StopId,
    },
    /// Tops up by this amount.
    Load(Fen),
    /// Asks for balance and history, at a station or anywhere.
    Enquire(Option<Office>),
    /// Has the journey put right at the ticket office of a station.
    Settle(Office, Settle),
    /// Buys something for this amount.
    Buy(Fen),
    /// Gives the card back at the ticket office of a station.
    Refund(Office),
    /// Has the card locked there.
    Lock(Office),
}

/// The card leaves the field, the PSAM falls silent, or a command arrives garbled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fault {
    /// At the first command of this name in the tap.
    pub command: Name,
    /// When, as seen from that command.
    pub when: When,
}

impl Fault {
    /// Whether it is the PSAM's link that fails.
    #[must_use]
    pub fn is_of_sam(&self) -> bool {
        self.command.spec().devices == [Device::Sam]
    }
}

/// When a card leaves the field, or the PSAM its socket.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum When {
    /// Before the command arrives.
    Before,
    /// After the card did its work, but before its answer arrives.
    After,
    /// While it writes.
    During {
        /// Bytes that reached memory.
        bytes: u32,
        /// The seed of what the page under way becomes; without one it is half new, half old.
        noise: Option<u64>,
    },
    /// It stays, and a bit of the command's last byte of data, which is a MAC, is turned over on its way.
    Garbled,
}

/// What is expected of a tap; what is `None` is not looked at.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Expect {
    /// Open or closed.
    pub gate: Option<Gate>,
    /// Why.
    pub code: Option<Code>,
    /// What the passenger hears or reads.
    pub prompt: Option<Prompt>,
    /// List fare.
    pub list: Option<Fen>,
    /// What was debited in this tap (for a load: credited).
    pub charged: Option<Fen>,
    /// Actual balance on the card after the tap.
    pub balance: Option<Fen>,
    /// Overdraft used on the card after the tap.
    pub overdraft_used: Option<Fen>,
    /// The month's total on the card after the tap.
    pub month: Option<Fen>,
    /// The notes of the decision, all of them in their order; status words are not compared.
    pub notes: Option<Vec<NoteKind>>,
    /// What an enquiry says of the free area.
    pub free_area: Option<Code>,
    /// What an enquiry says of the paid area.
    pub paid_area: Option<Code>,
    /// What an enquiry says is due there.
    pub due: Option<Fen>,
}

/// A kind of [`Note`](tunion_terminal::Note).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NoteKind {
    /// The monthly total is another city's.
    TotalOverwritten,
    /// The monthly total cannot be trusted.
    TotalUnreadable,
    /// An old journey was settled.
    Covered,
    /// An old journey of another city was given up.
    GivenUp,
    /// An earlier debit was found done.
    Recovered,
    /// An earlier debit was found not done.
    NotDone,
    /// The over-fare was settled at the ticket office before.
    SettledBefore,
    /// A grey record was emitted.
    GreyEmitted,
    /// The issuer's host refused.
    HostRefused,
    /// The application was locked.
    Locked,
    /// The application was not locked.
    NotLocked,
    /// Whether it was locked is not known.
    LockOpen,
    /// The last day of validity was moved.
    Extended,
    /// Whether it was moved is not known.
    ExtensionOpen,
    /// The issuer's host gave the load SAM no quota.
    SignOnRefused,
    /// The overdraft has to be settled first.
    OverdraftOpen,
}

/// What is expected of a card at the end; what is `None` is not looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Totals {
    /// Index of the card.
    pub card: usize,
    /// All that was debited.
    pub charged: Option<Fen>,
    /// All that was loaded.
    pub loaded: Option<Fen>,
    /// Actual balance.
    pub balance: Option<Fen>,
    /// Overdraft used on the card.
    pub overdraft_used: Option<Fen>,
    /// The month's total on the card.
    pub month: Option<Fen>,
    /// The rides of that total.
    pub rides: Option<u16>,
    /// Records of debits emitted, those of nothing, such as a rail entry's, included.
    pub records: Option<u32>,
    /// The line of the table in the file.
    pub line: u32,
}

/// Reads the text of a scenario; what it refers to comes from `library`.
///
/// # Errors
/// Every mistake found, with its line.
pub fn parse(source: &Source, library: &mut Library) -> Result<Scenario, Diagnostics> {
    let file: schema::File = Kind::Scenario.read(source)?;
    let mut errors = Diagnostics::default();
    errors.keep(source.version(&file.version, 1));
    errors.keep(source.said(&file.title, "title"));
    let keys = source
        .file(&file.keys)
        .map_err(Diagnostics::from)
        .and_then(|path| library.keys(path).map_err(|errors| errors.named_at(source, &file.keys)));
    let keys = errors.keep(keys);
    let cast = errors.keep(cast::Cast::new(source, &file, library));
    let (Some(keys), Some(cast)) = (keys, cast) else { return Err(errors) };
    let black_list = errors.keep(cast.black_list(source, &file.black_list));
    let sign_on = errors.keep(refund::sign_on(source, file.sign_on.as_ref(), &cast.terminals));
    let steps = errors.keep(taps::steps(source, &file.tap, &cast));
    errors.keep(cast::all_used(source, &file));
    errors.keep(expect::any(source, &file));
    let totals = errors.keep(expect::totals(source, &file.totals, &cast));
    let (Some(black_list), Some(steps), Some(totals)) = (black_list, steps, totals) else {
        return Err(errors);
    };
    let Some(sign_on) = sign_on else { return Err(errors) };
    let path = PathBuf::from(source.path());
    errors.or(Scenario {
        name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        path,
        title: file.title.into_inner(),
        seed: file.seed,
        keys,
        cards: cast.cards,
        terminals: cast.terminals,
        black_list,
        sign_on,
        steps,
        totals,
    })
}

#[cfg(test)]
mod tests;
