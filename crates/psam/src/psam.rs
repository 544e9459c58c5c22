//! The PSAM as a value: what it is made of, and which command does what.

use rand_core::Rng;
use tunion_apdu::{Command, Device, Name, Response, Sw};
use tunion_device::{Applet, Core, Fault};

use crate::contents::Contents;
use crate::counters::{Counters, PsamStore};
use crate::purchase::Session;

/// The directory that is selected.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Directory {
    /// The MF, 3F00, after every reset.
    #[default]
    Master,
    /// DF 8011, the T-Union purchase application.
    Purchase,
}

/// A terminal's PSAM.
///
/// `R` is the source of its random numbers; power does not rewind it.
#[derive(Clone, Debug)]
pub struct Psam<R> {
    pub(crate) core: Core<R, PsamStore>,
    pub(crate) contents: Contents,
    pub(crate) current: Directory,
    pub(crate) session: Option<Session>,
}

impl<R: Rng> Psam<R> {
    /// A personalised PSAM, powered, with the MF selected.
    #[must_use]
    pub fn new(contents: Contents, random: R) -> Self {
        let core = Core::new(Counters::format(&contents), random);
        Self { core, contents, current: Directory::default(), session: None }
    }

    /// The counters in memory.
    pub(crate) fn counters(&mut self) -> Counters<'_> {
        Counters::new(&mut self.core.store, &self.contents)
    }
}

impl<R: Rng> Applet for Psam<R> {
    const DEVICE: Device = Device::Sam;
    type Random = R;
    type Store = PsamStore;

    fn core(&self) -> &Core<R, PsamStore> {
        &self.core
    }

    fn core_mut(&mut self) -> &mut Core<R, PsamStore> {
        &mut self.core
    }

    fn end_transaction(&mut self) {
        self.session = None;
    }

    fn deselect(&mut self) {
        self.current = Directory::default();
    }

    fn dispatch(&mut self, name: Name, command: &Command<'_>, response: &mut Response) -> Result<(), Fault> {
        match name {
            Name::SelectFile => self.select_file(command),
            Name::ReadBinary => self.read_binary(command, response),
            Name::GetChallenge => self.core.get_challenge(command, response),
            Name::InitSamForPurchase => self.init_for_purchase(command, response),
            Name::CreditSamForPurchase => self.credit_for_purchase(command),
            // The card's commands are never found for a PSAM.
            _ => Err(Sw::UNKNOWN_INSTRUCTION.into()),
        }
    }
}
