//! What goes into a terminal and what comes out.

use crate::codes::{Code, Gate, Prompt};
use alloc::boxed::Box;
use alloc::vec::Vec;
use tunion_apdu::CommandBuf;
use tunion_data::file::{AppInfo, LogRecord, Management, RailRecord, TripRecord};
use tunion_data::host::{
    LoadAnswer, LoadConfirmation, LoadProof, LoadRequest, SignOnAnswer, SignOnRefusal, SignOnRequest,
};
use tunion_data::upload::{Payment, Surcharge, UploadRecord};
use tunion_data::{BcdDate, BcdDateTime, CityCode, Fen};
use tunion_fare::Quote;

/// What happens to a terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Event<'a> {
    /// The terminal is switched on: it brings up its PSAM. Records of what it had done and told are uploaded
    /// at once, those that are grey if the profile says so.
    Started,
    /// The day ends, or the terminal is to be switched off: what is still grey is uploaded as it is
    /// (记录转正, `docs/spec/terminal.md` 4.2). A tap under way ends first.
    Flush,
    /// A card came into the field.
    Card(Request),
    /// More than one card is in the field.
    Cards,
    /// The card answered the command that is outstanding.
    CardAnswer(&'a [u8]),
    /// The card did not answer: it left the field, or lost power.
    CardGone,
    /// The PSAM answered.
    SamAnswer(&'a [u8]),
    /// The PSAM did not answer.
    SamGone,
    /// The issuer's host answered.
    HostAnswer(&'a LoadAnswer),
    /// The issuer's host answered the sign-on of the load SAM.
    SignedOn(&'a SignOnAnswer),
    /// The issuer's host could not be reached.
    HostGone,
    /// The gate controller named the fare.
    Fare(Charge),
    /// The record is safely stored.
    Persisted(SlotId),
    /// The record could not be stored.
    StoreFailed(SlotId),
}

/// What the holder wants of the terminal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Request {
    /// To ride: what a gate or bus reader does.
    Ride,
    /// To load this amount: what a top-up terminal does.
    Load(Fen),
    /// To know balance and history.
    Enquire,
    /// To have the journey put right: what a ticket office does (补票).
    Settle(Settle),
    /// To buy something for this amount: what a shop's terminal does.
    Buy(Fen),
    /// To give the card back and have its balance paid out (退卡).
    Refund,
    /// The operator's wish: to lock the application (锁卡).
    Lock,
}

/// How a journey is to be put right (`docs/spec/terminal.md` 1.9).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Settle {
    /// Where the passenger stands.
    pub area: Area,
    /// How a surcharge is paid.
    pub payment: Payment,
    /// Where the passenger says to have entered, when the card has no entry: line and station code.
    pub entered: Option<(u8, u16)>,
}

/// Which side of the gates.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Area {
    /// Inside the gates (付费区).
    Paid,
    /// Outside the gates (非付费区).
    Free,
}

/// A fare that a controller outside the reader made (`docs/spec/terminal.md` 1.4, Shanghai).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Charge {
    /// List fare.
    pub list: Fen,
    /// What is to be debited.
    pub charged: Fen,
}

/// A place in the terminal's store for one grey record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SlotId(pub u16);

/// What a terminal wants done.
#[derive(Clone, PartialEq, Debug)]
pub enum Action {
    /// Send this to the card and bring back its answer.
    SendCard(CommandBuf),
    /// Reset the PSAM. Nothing is waited for.
    ResetSam,
    /// Send this to the PSAM and bring back its answer.
    SendSam(CommandBuf),
    /// Ask the issuer's host for a load.
    SendHost(Box<LoadRequest>),
    /// Ask the issuer's host for a quota of the load SAM.
    SignOn(Box<SignOnRequest>),
    /// Tell the issuer's host that a load was done. Nothing is waited for.
    Confirm(LoadConfirmation),
    /// Tell the issuer's host that a load whose answer was lost is proved to be done. Nothing is
    /// waited for.
    Prove(LoadProof),
    /// Ask the gate controller for the fare of this journey.
    AskFare(FareQuestion),
    /// Store these bytes in place of what the slot holds, so that they survive a loss of power, and say so.
    Persist(SlotId, [u8; UploadRecord::LEN]),
    /// The stored bytes are no longer needed.
    Forget(SlotId),
    /// Let the passenger pass or not.
    Decide(Box<Decision>),
    /// Upload this record. It is as safe as a stored one from here on: power that goes before the
    /// [`Forget`](Action::Forget) behind it does not make two of it, see
    /// [`Terminal::restored`](crate::Terminal::restored).
    Emit(Box<UploadRecord>),
    /// Show the answer to an enquiry.
    Show(Box<Enquiry>),
    /// The tap is over. The terminal is ready for the next card, unless it resets its PSAM first; see
    /// [`Terminal::is_ready`](crate::Terminal::is_ready).
    Done,
}

/// What a controller needs to know to name a fare.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct FareQuestion {
    /// Line of the entry.
    pub entry_line: u8,
    /// Code of the station of the entry.
    pub entry_station: u16,
    /// Time of the entry.
    pub entered: BcdDateTime,
    /// Kind of card, EF 17.
    pub card_type: u8,
}

/// The outcome of a tap, for the passenger and the report.
#[derive(Clone, PartialEq, Debug)]
pub struct Decision {
    /// Open or closed.
    pub gate: Gate,
    /// What the passenger hears and reads; its words are the profile's.
    pub prompt: Prompt,
    /// Why; its number is the profile's.
    pub code: Code,
    /// List fare, when a fare was made.
    pub list: Option<Fen>,
    /// What was debited (for a load: credited) in this tap, or was found in it to have been before: see
    /// [`Note::Recovered`]. For a refund: what is paid out of it, the fee taken off.
    pub charged: Fen,
    /// Actual balance after the tap, as far as the terminal knows it.
    pub balance: Option<Fen>,
    /// How the fare came about.
    pub quote: Option<Quote>,
    /// What else the operator should know.
    pub notes: Vec<Note>,
}

/// What else the operator should know of a tap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Note {
    /// The monthly total on the card is not ours: this city wrote 2701 last. It counts as zero.
    TotalOverwritten {
        /// The city.
        by: CityCode,
    },
    /// The monthly total on the card cannot be trusted, since the record's CRC does not hold. It
    /// counts as zero.
    TotalUnreadable,
    /// A journey that was never ended was settled first.
    Covered {
        /// What was debited for it.
        amount: Fen,
    },
    /// An open journey of another city was given up.
    GivenUp {
        /// The city.
        city: CityCode,
    },
    /// The debit or load of an earlier tap was found done; its own record was emitted.
    Recovered {
        /// What was debited or loaded then.
        amount: Fen,
        /// When.
        at: BcdDateTime,
        /// Whether it was a load.
        load: bool,
    },
    /// The debit, load or lock of an earlier tap was found not done.
    NotDone,
    /// The over-fare was settled at this station's ticket office; the exit is free.
    SettledBefore,
    /// What became of the debit or load of an earlier tap can no longer be known; its grey record was
    /// emitted for the clearing house to judge.
    GreyEmitted,
    /// The issuer's host refused the load for this reason.
    HostRefused(tunion_data::host::LoadRefusal),
    /// The application was locked, in this tap or in an earlier one whose answer was lost.
    Locked,
    /// The application was not locked.
    NotLocked,
    /// The card went before it answered the lock; its next SELECT tells.
    LockOpen,
    /// The last day of validity was moved, in this tap or in an earlier one whose answer was lost.
    Extended {
        /// The new one.
        to: BcdDate,
    },
    /// The card went before it answered the extension; its next tap here shows the date.
    ExtensionOpen,
    /// The issuer's host gave the load SAM no quota, for this reason.
    SignOnRefused(SignOnRefusal),
    /// The overdraft has to be settled first.
    OverdraftOpen {
        /// How much is used.
        amount: Fen,
    },
    /// The card answered a command with this status word.
    Status(tunion_apdu::Sw),
}

impl Note {
    /// Whether it tells of the monthly total, which is known before anything is done.
    pub(crate) const fn is_about_total(&self) -> bool {
        matches!(self, Self::TotalOverwritten { .. } | Self::TotalUnreadable)
    }
}

/// What an enquiry shows (`docs/spec/terminal.md` 1.7).
#[derive(Clone, PartialEq, Debug)]
pub struct Enquiry {
    /// EF 15.
    pub info: AppInfo,
    /// EF 17.
    pub management: Management,
    /// Actual balance.
    pub balance: Fen,
    /// The rail journey.
    pub rail: RailRecord,
    /// The transaction log, newest first, unused records left out.
    pub log: Vec<LogRecord>,
    /// The trips, newest first, unused records left out.
    pub trips: Vec<TripRecord>,
    /// What gates would say of the card.
    pub advice: Advice,
}

/// What gates and the ticket office would say of a card, told without refusing it
/// (`docs/spec/terminal.md` 1.7, Xi'an). A terminal that stands at no station, or knows no tariff, gives
/// what can be told without.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Advice {
    /// If the holder stands outside the gates: what an entry would come to.
    pub free_area: Code,
    /// If the holder stands inside: what an exit here would come to.
    pub paid_area: Code,
    /// What is due at the ticket office before that exit.
    pub due: Fen,
    /// What it is due for.
    pub kind: Surcharge,
}
