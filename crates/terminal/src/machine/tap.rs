//! A card's stay in the field: what was learned, what is waited for, and how it can end.

use super::enquire::Reading;
use super::load::Loading;
use super::pay::Payment;
use super::recover::Recovery;
use super::secure::Securing;
use crate::action::{Note, Request, SlotId};
use crate::codes::Code;
use crate::facts::Facts;
use alloc::boxed::Box;
use alloc::vec::Vec;
use tunion_apdu::{CommandBuf, Sw};
use tunion_data::civil::DateTime;
use tunion_data::host::LoadConfirmation;
use tunion_data::upload::UploadRecord;
use tunion_data::{Aid, Fen};
use tunion_fare::Quote;

/// A card's stay in the field.
#[derive(Clone, Debug)]
pub(super) struct Tap {
    /// The time of the tap: every record and MAC of it carries this one.
    pub(super) at: DateTime,
    pub(super) request: Request,
    pub(super) facts: Facts,
    /// Whether `facts.actual` was read.
    pub(super) balance_known: bool,
    /// Names of applications that are still to be tried.
    pub(super) names: alloc::vec::IntoIter<Aid>,
    /// The read that is outstanding, for one more try with the right Le.
    pub(super) retry: Option<CommandBuf>,
    /// The card went while another was being asked: that answer ends the tap.
    pub(super) gone: bool,
    /// A grey record of this card that was not proved; INIT's sequence tells.
    pub(super) unproved: Option<SlotId>,
    /// What the decision will show.
    pub(super) list: Option<Fen>,
    pub(super) quote: Option<Quote>,
    pub(super) charged: Fen,
    pub(super) notes: Vec<Note>,
    /// What is uploaded once the passenger was told.
    pub(super) told: Option<Told>,
}

/// A record of what is done, and told before it is uploaded.
#[derive(Clone, Copy, Debug)]
pub(super) struct Told {
    pub(super) slot: SlotId,
    pub(super) record: UploadRecord,
    /// Whether it was kept until now; one that then gave way to another one is uploaded already.
    pub(super) kept: bool,
    /// What the issuer's host is told with it.
    pub(super) confirm: Option<LoadConfirmation>,
}

impl Tap {
    pub(super) fn new(at: DateTime, request: Request) -> Self {
        Self {
            at,
            request,
            facts: Facts::default(),
            balance_known: false,
            names: Vec::new().into_iter(),
            retry: None,
            gone: false,
            unproved: None,
            list: None,
            quote: None,
            charged: Fen::ZERO,
            notes: Vec::new(),
            told: None,
        }
    }
}

/// What the machine is waiting for.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Directory,
    Application,
    Reading(Reading),
    Recovering(Recovery),
    Fare,
    Paying(Box<Payment>),
    Loading(Box<Loading>),
    Securing(Box<Securing>),
}

impl Step {
    /// Whether it is the card that is to answer.
    pub(super) fn asks_card(&self) -> bool {
        match self {
            Self::Directory | Self::Application | Self::Reading(_) => true,
            Self::Fare => false,
            Self::Recovering(recovery) => recovery.asks_card(),
            Self::Paying(payment) => payment.asks_card(),
            Self::Loading(loading) => loading.asks_card(),
            Self::Securing(securing) => securing.asks_card(),
        }
    }

    /// What it means that the card did not answer (`docs/spec/terminal.md` 4.1). While it was being
    /// debited or credited its grey record stays and its next tap tells; before that nothing was
    /// changed.
    pub(super) fn card_gone(&self) -> Code {
        match self {
            Self::Paying(payment) => payment.gone(),
            Self::Loading(loading) => loading.gone(),
            _ => Code::ReadFailed,
        }
    }
}

/// Why a tap ends without success.
#[derive(Clone, Debug)]
pub(super) struct Refusal {
    pub(super) code: Code,
    pub(super) note: Option<Note>,
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self { code, note: None }
    }
}

impl Refusal {
    pub(super) const fn status(code: Code, sw: Sw) -> Self {
        Self { code, note: Some(Note::Status(sw)) }
    }
}

/// The next thing to wait for; `None` when the tap is over and its decision was made.
pub(super) type Turn = Result<Option<Step>, Refusal>;

/// An answer taken apart.
#[derive(Clone, Copy)]
pub(super) struct Answer<'a> {
    pub(super) data: &'a [u8],
    pub(super) sw: Sw,
}

impl<'a> Answer<'a> {
    /// Fewer than two bytes are no answer.
    pub(super) fn of(bytes: &'a [u8]) -> Option<Self> {
        let (data, sw) = bytes.split_last_chunk::<2>()?;
        Some(Self { data, sw: Sw(u16::from_be_bytes(*sw)) })
    }

    /// The data, when the command was done and the data has the layout expected.
    pub(super) fn value<T: TryFrom<&'a [u8]>>(self, code: Code) -> Result<T, Refusal> {
        if !self.sw.is_ok() {
            return Err(Refusal::status(code, self.sw));
        }
        T::try_from(self.data).map_err(|_| code.into())
    }
}
