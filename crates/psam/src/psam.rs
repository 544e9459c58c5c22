//! The PSAM as a value: what it is made of, and which command does what.

use rand_core::Rng;
use tunion_apdu::{Command, Device, Name, Response, Sw};
use tunion_crypto::Challenge;
use tunion_device::{Applet, Core, Fault, Interface};

use crate::contents::Contents;
use crate::counters::Counters;
use crate::descrypt::Crypt;
use crate::purchase::Session;
use crate::state::{self, PsamStore, State};

/// The directory that is selected.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Directory {
    /// The MF, 3F00, after every reset.
    #[default]
    Master,
    /// DF 8011, the T-Union purchase application.
    Purchase,
}

/// What INIT SAM FOR PURCHASE or INIT FOR DESCRYPT has opened. There is one place for the two: either
/// closes what the other opened (our reading, `docs/spec/terminal.md` 2.3).
#[derive(Clone, Default, Debug)]
pub(crate) enum Open {
    /// Nothing.
    #[default]
    Nothing,
    /// A purchase, whose MAC2 CREDIT SAM FOR PURCHASE will check.
    Purchase(Session),
    /// A card's key, for DES CRYPT.
    Crypt(Crypt),
}

/// A terminal's PSAM.
///
/// `R` is the source of its random numbers; power does not rewind it.
#[derive(Clone, Debug)]
pub struct Psam<R> {
    pub(crate) core: Core<R, PsamStore>,
    pub(crate) contents: Contents,
    pub(crate) current: Directory,
    pub(crate) open: Open,
    pub(crate) challenge: Option<Challenge>,
    /// Whether EXTERNAL AUTHENTICATE was right and its write of the quota is still to come.
    pub(crate) authenticated: bool,
}

impl<R: Rng> Psam<R> {
    /// A personalised PSAM, powered, with the MF selected.
    #[must_use]
    pub fn new(contents: Contents, random: R) -> Self {
        let core = Core::new(state::format(&contents), random);
        let (current, open) = (Directory::default(), Open::default());
        Self { core, contents, current, open, challenge: None, authenticated: false }
    }

    /// The counters in memory.
    pub(crate) fn counters(&mut self) -> Counters<'_> {
        Counters::new(&mut self.core.store, &self.contents)
    }

    pub(crate) fn state(&self) -> State {
        State::read(&self.core.store)
    }

    pub(crate) fn put_state(&mut self, state: &State) -> Result<(), Fault> {
        state.commit(&mut self.core.store)
    }

    /// The commands of DF 8011 want it selected; which status word says so is our reading.
    pub(crate) fn require(&self, directory: Directory) -> Result<(), Sw> {
        if self.current == directory { Ok(()) } else { Err(Sw::CONDITIONS) }
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

    fn interface(&self) -> Interface {
        self.contents.transport.into()
    }

    fn end_transaction(&mut self) {
        self.open = Open::Nothing;
    }

    fn deselect(&mut self) {
        self.current = Directory::default();
        self.challenge = None;
        self.authenticated = false;
    }

    fn dispatch(&mut self, name: Name, command: &Command<'_>, response: &mut Response) -> Result<(), Fault> {
        match name {
            Name::SelectFile => self.select_file(command),
            Name::ReadBinary => self.read_binary(command, response),
            Name::UpdateBinary => self.update_binary(command),
            Name::GetChallenge => self.get_challenge(command, response),
            Name::ExternalAuthenticate => self.external_authenticate(command),
            Name::ApplicationUnblock => self.application_unblock(command),
            Name::InitSamForPurchase => self.init_for_purchase(command, response),
            Name::CreditSamForPurchase => self.credit_for_purchase(command),
            Name::InitForDescrypt => self.init_for_descrypt(command),
            Name::DesCrypt => self.des_crypt(command, response),
            // The card's commands are never found for a PSAM.
            _ => Err(Sw::UNKNOWN_INSTRUCTION.into()),
        }
    }
}
