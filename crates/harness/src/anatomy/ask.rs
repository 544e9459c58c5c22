//! A tap as it is asked for: names, times and amounts as text.

use tunion_data::Fen;
use tunion_data::upload::Payment;
use tunion_files::keys::KeySet;
use tunion_files::terminal::TerminalKind::{self, BusReader, Enquiry, Pos, RailGate, TicketOffice, TopUp};
use tunion_terminal::Area;

/// A tap as a person asks for it.
#[derive(Clone, Debug)]
pub struct Ask {
    /// What the holder wants.
    pub errand: Errand,
    /// Where a ticket office or an enquiry terminal stands.
    pub station: Option<String>,
    /// The bus line; on rail the number of the line for 1A and 1E.
    pub line: Option<String>,
    /// The direction of the bus line.
    pub direction: Option<u8>,
    /// The vehicle, ASCII, at most 8.
    pub vehicle: Option<String>,
    /// The fare that the controller names at an exit, `LIST` or `LIST:CHARGED` in yuan.
    pub fare: Option<String>,
    /// When; UTC+8.
    pub at: Option<String>,
    /// Where the holder entered or boarded: that tap is played first.
    pub entered: Option<String>,
    /// When that was.
    pub entered_at: Option<String>,
    /// Actual balance of the card before all of it.
    pub balance: Option<Fen>,
    /// The card is on the terminal's black list.
    pub black_listed: bool,
    /// The card is pulled at a command: its name, and behind a colon `before`, `after` or a number of bytes.
    pub pull: Option<String>,
    /// The card is tapped again so many seconds later.
    pub again: Option<u32>,
    /// The seed of all randomness.
    pub seed: u64,
}

impl Ask {
    /// Nothing but what the holder wants: everything else by default, with seed 1.
    #[must_use]
    pub const fn of(errand: Errand) -> Self {
        Self {
            errand,
            station: None,
            line: None,
            direction: None,
            vehicle: None,
            fare: None,
            at: None,
            entered: None,
            entered_at: None,
            balance: None,
            black_listed: false,
            pull: None,
            again: None,
            seed: 1,
        }
    }
}

/// What the holder of a card wants of a terminal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Errand {
    /// To enter the paid area at this station.
    Enter(String),
    /// To leave it at this station.
    Exit(String),
    /// To ride a bus that is at this stop.
    Stop(String),
    /// To load this amount.
    Load(Fen),
    /// To know balance and history.
    Enquire,
    /// To have the journey put right on this side of the gates, and what is due paid so.
    Settle(Area, Payment),
    /// To buy something for this amount.
    Buy(Fen),
    /// To give the card back.
    Refund,
    /// To have the card locked.
    Lock,
}

impl Errand {
    /// The argument that asks for it, and the kinds of terminal that serve it.
    pub(super) const fn row(&self) -> (&'static str, &'static [TerminalKind]) {
        match self {
            Self::Enter(_) => ("--enter", &[RailGate]),
            Self::Exit(_) => ("--exit", &[RailGate]),
            Self::Stop(_) => ("--stop", &[BusReader]),
            Self::Load(_) => ("--load", &[TopUp]),
            Self::Enquire => ("--enquire", &[Enquiry, TicketOffice]),
            Self::Settle(..) => ("--settle", &[TicketOffice]),
            Self::Buy(_) => ("--buy", &[Pos]),
            Self::Refund => ("--refund", &[TicketOffice]),
            Self::Lock => ("--lock", &[TicketOffice]),
        }
    }
}

/// What a kind of terminal can be asked for.
pub(super) const fn served(kind: TerminalKind) -> &'static str {
    match kind {
        RailGate => "--enter or --exit with a station",
        BusReader => "--stop with a stop, and --line",
        TopUp => "--load with an amount",
        Enquiry => "--enquire",
        TicketOffice => "--settle paid, --settle free, --refund, --lock or --enquire, with --station",
        Pos => "--buy with an amount",
    }
}

/// Whose keys are what.
#[derive(Clone, Debug)]
pub struct Keys {
    /// The issuer's: what is right. Its host has them.
    pub issuer: KeySet,
    /// What the card was made with.
    pub card: KeySet,
    /// What the terminal's PSAM was made with.
    pub psam: KeySet,
}

impl From<KeySet> for Keys {
    /// All of them the same.
    fn from(keys: KeySet) -> Self {
        Self { issuer: keys.clone(), card: keys.clone(), psam: keys }
    }
}
