//! The PSAM as a value: power, dispatch, work done.

use rand_core::Rng;
use tunion_apdu::{Command, Device, Name, Response, Sw, table};
use tunion_crypto::Tally;
use tunion_nvm::{Corrupt, Cut, PowerLost};

use crate::contents::Contents;
use crate::counters::Counters;
use crate::purchase::Session;

/// What the PSAM did for one command, for a latency model to price.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Work {
    /// Cipher blocks and key schedules.
    pub crypto: Tally,
    /// Pages written to memory.
    pub page_writes: u32,
    /// Bytes of the command.
    pub bytes_in: u16,
    /// Bytes of the answer, status word included.
    pub bytes_out: u16,
}

/// The directory that is selected.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Directory {
    /// The MF, 3F00, after every reset.
    #[default]
    Master,
    /// DF 8011, the T-Union purchase application.
    Purchase,
}

/// Why a command was not done.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    /// Answered with this status word and no data.
    Status(Sw),
    /// Not answered at all.
    Power,
}

impl From<Sw> for Fault {
    fn from(sw: Sw) -> Self {
        Self::Status(sw)
    }
}

impl From<PowerLost> for Fault {
    fn from(_: PowerLost) -> Self {
        Self::Power
    }
}

/// A terminal's PSAM.
///
/// `R` is the source of its random numbers; power does not rewind it.
#[derive(Clone, Debug)]
pub struct Psam<R> {
    pub(crate) contents: Contents,
    pub(crate) counters: Counters,
    pub(crate) current: Directory,
    pub(crate) session: Option<Session>,
    pub(crate) random: R,
    pub(crate) work: Work,
}

impl<R: Rng> Psam<R> {
    /// A personalised PSAM, powered, with the MF selected.
    #[must_use]
    pub fn new(contents: Contents, random: R) -> Self {
        Self {
            counters: Counters::new(&contents),
            contents,
            current: Directory::default(),
            session: None,
            random,
            work: Work::default(),
        }
    }

    /// Answers one command.
    ///
    /// Answers come at once, as after `61xx` and GET RESPONSE: those belong to the T=0 link
    /// (`docs/spec/card.md` 3).
    ///
    /// # Errors
    /// [`PowerLost`] when the power went while the command was under way, or before; `response` is
    /// then empty. Every other fault is a status word in `response`.
    pub fn process(&mut self, command: &[u8], response: &mut Response) -> Result<(), PowerLost> {
        response.clear();
        if !self.is_powered() {
            return Err(PowerLost);
        }
        let written = self.counters.store.page_writes();
        self.work = Work { bytes_in: length(command), ..Work::default() };
        if table::ends_transaction(Device::Sam, command) {
            self.session = None;
        }
        let outcome = Command::parse(command)
            .map_err(Fault::from)
            .and_then(|command| self.dispatch(&command, response));
        self.work.page_writes = self.counters.store.page_writes().wrapping_sub(written);
        match outcome {
            Ok(()) => response.finish(Sw::OK),
            Err(Fault::Status(sw)) => {
                response.clear();
                response.finish(sw);
            }
            Err(Fault::Power) => {
                response.clear();
                self.power_off();
                return Err(PowerLost);
            }
        }
        self.work.bytes_out = length(response.bytes());
        Ok(())
    }

    fn dispatch(&mut self, command: &Command<'_>, response: &mut Response) -> Result<(), Fault> {
        match table::find(Device::Sam, command)?.name {
            Name::SelectFile => self.select_file(command),
            Name::ReadBinary => self.read_binary(command, response),
            Name::GetChallenge => self.get_challenge(command, response),
            Name::InitSamForPurchase => self.init_for_purchase(command, response),
            Name::CreditSamForPurchase => self.credit_for_purchase(command),
            // The card's commands are never found for a PSAM.
            _ => Err(Sw::UNKNOWN_INSTRUCTION.into()),
        }
    }

    /// Gives power and finds the last commit: a reset, with the MF selected.
    ///
    /// # Errors
    /// [`Corrupt`], never by loss of power.
    pub fn power_on(&mut self) -> Result<(), Corrupt> {
        self.forget();
        self.counters.store.power_on()
    }

    /// Takes the power away; a purchase that was open is gone.
    pub fn power_off(&mut self) {
        self.forget();
        self.counters.store.power_off();
    }

    fn forget(&mut self) {
        self.current = Directory::default();
        self.session = None;
    }

    /// Whether the PSAM has power.
    #[must_use]
    pub fn is_powered(&self) -> bool {
        self.counters.store.is_powered()
    }

    /// Lays a loss of power ahead, counted in bytes written to memory, or takes it away.
    pub fn set_cut(&mut self, cut: Option<Cut>) {
        self.counters.store.set_cut(cut);
    }

    /// The loss of power that still lies ahead.
    #[must_use]
    pub fn cut(&self) -> Option<Cut> {
        self.counters.store.cut()
    }

    /// What the last command took.
    #[must_use]
    pub fn work(&self) -> Work {
        self.work
    }

    /// The source of random numbers, to be replaced between taps.
    pub fn random_mut(&mut self) -> &mut R {
        &mut self.random
    }
}

fn length(bytes: &[u8]) -> u16 {
    u16::try_from(bytes.len()).unwrap_or(u16::MAX)
}
