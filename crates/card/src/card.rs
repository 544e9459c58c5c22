//! The card as a value: power, session, dispatch.

use crate::contents::Contents;
use crate::map::{self, CardStore, CardTx, Full, PURSE, PurseState};
use crate::session::Session;
use heapless::Vec;
use rand_core::Rng;
use tunion_apdu::{Command, Device, Name, Response, Sw, table};
use tunion_crypto::{TacKey, Tally, TdesKey};
use tunion_data::command::Balances;
use tunion_data::fci::MAX_AID;
use tunion_data::file::{BusRecord, INDUSTRY_LEN, INDUSTRY_PREFIX, INDUSTRY_RECORDS, RailRecord, Sfi};
use tunion_nvm::{Corrupt, Cut, PowerLost};

/// What the card did for one command, for a latency model to price.
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

/// Which application answers.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Selected {
    /// None since power-on.
    #[default]
    Nothing,
    /// The directory.
    Directory,
    /// The e-purse.
    Purse,
}

/// Keys with their schedules ready, so that a tap schedules only its session key.
#[derive(Clone, Debug)]
pub(crate) struct PreparedKeys {
    pub(crate) purchase: TdesKey,
    pub(crate) load: [TdesKey; 2],
    pub(crate) tac: TacKey,
    pub(crate) version: u8,
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

impl From<Full> for Fault {
    fn from(full: Full) -> Self {
        Self::Status(full.into())
    }
}

impl From<PowerLost> for Fault {
    fn from(_: PowerLost) -> Self {
        Self::Power
    }
}

/// A T-Union card with its e-purse application.
///
/// `R` is the source of the card's random numbers; power does not rewind it.
#[derive(Clone, Debug)]
pub struct Card<R> {
    pub(crate) store: CardStore,
    pub(crate) keys: PreparedKeys,
    pub(crate) aid: Vec<u8, MAX_AID>,
    pub(crate) version: Vec<u8, 2>,
    pub(crate) selected: Selected,
    pub(crate) session: Session,
    pub(crate) random: R,
    pub(crate) work: Work,
}

impl<R: Rng> Card<R> {
    /// A personalised card, in the field and powered.
    #[must_use]
    pub fn new(contents: &Contents, random: R) -> Self {
        let mut unpriced = Tally::default();
        let keys = PreparedKeys {
            purchase: contents.keys.purchase.tdes(&mut unpriced),
            load: contents.keys.load.each_ref().map(|key| key.tdes(&mut unpriced)),
            tac: TacKey::new(&contents.keys.tac, &mut unpriced),
            version: contents.keys.version,
        };
        let mut store = CardStore::format();
        personalise(&mut store, contents);
        Self {
            store,
            keys,
            aid: contents.aid.clone(),
            version: contents.version.clone(),
            selected: Selected::default(),
            session: Session::default(),
            random,
            work: Work::default(),
        }
    }

    /// Answers one command.
    ///
    /// # Errors
    /// [`PowerLost`] when the power went while the command was under way, or before; `response` is
    /// then empty. Every other fault is a status word in `response`.
    pub fn process(&mut self, command: &[u8], response: &mut Response) -> Result<(), PowerLost> {
        response.clear();
        if !self.store.is_powered() {
            return Err(PowerLost);
        }
        let written = self.store.page_writes();
        self.work = Work { bytes_in: length(command), ..Work::default() };
        if table::ends_transaction(Device::Card, command) {
            self.session = Session::Idle;
        }
        let outcome = Command::parse(command)
            .map_err(Fault::from)
            .and_then(|command| self.dispatch(&command, response));
        self.work.page_writes = self.store.page_writes().wrapping_sub(written);
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
        match table::find(Device::Card, command)?.name {
            Name::SelectName => self.select_name(command, response),
            // The purse of this profile is reached by name only; file identifiers are issuer's own
            // (docs/spec/card.md 1.1).
            Name::SelectFile => Err(Sw::FILE_NOT_FOUND.into()),
            Name::ReadBinary => self.read_binary(command, response),
            Name::ReadRecord => self.read_record(command, response),
            Name::GetChallenge => self.get_challenge(command, response),
            Name::GetBalance => self.get_balance(command, response),
            Name::GetTransactionProve => self.get_transaction_prove(command, response),
            Name::InitForPurchase => self.init_for_purchase(command, response),
            Name::InitForCappPurchase => self.init_for_capp_purchase(command, response),
            Name::UpdateCappDataCache => self.update_capp_data_cache(command),
            Name::DebitForPurchase => self.debit_for_purchase(command, response),
            Name::InitForLoad => self.init_for_load(command, response),
            Name::CreditForLoad => self.credit_for_load(command, response),
            // The PSAM's commands are never found for a card.
            Name::InitSamForPurchase | Name::CreditSamForPurchase => Err(Sw::UNKNOWN_INSTRUCTION.into()),
        }
    }

    /// Gives power and finds the last commit; no application is selected.
    ///
    /// # Errors
    /// [`Corrupt`], never by loss of power.
    pub fn power_on(&mut self) -> Result<(), Corrupt> {
        self.forget();
        self.store.power_on()
    }

    /// Takes the power away: the card leaves the field.
    pub fn power_off(&mut self) {
        self.forget();
        self.store.power_off();
    }

    fn forget(&mut self) {
        self.selected = Selected::default();
        self.session = Session::default();
    }

    /// Whether the card has power.
    #[must_use]
    pub fn is_powered(&self) -> bool {
        self.store.is_powered()
    }

    /// Lays a loss of power ahead, counted in bytes written to memory, or takes it away.
    pub fn set_cut(&mut self, cut: Option<Cut>) {
        self.store.set_cut(cut);
    }

    /// The loss of power that still lies ahead.
    #[must_use]
    pub fn cut(&self) -> Option<Cut> {
        self.store.cut()
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

    /// The purse as committed, for reports; a terminal asks by GET BALANCE.
    #[must_use]
    pub fn balances(&self) -> Balances {
        map::purse(&self.store).balances()
    }

    /// The rail journey as committed, for reports; a terminal asks by READ RECORD.
    #[must_use]
    pub fn rail_record(&self) -> RailRecord {
        let bytes = map::industry(RailRecord::ID).map(|place| place.read(&self.store)).unwrap_or_default();
        RailRecord::try_from(bytes).unwrap_or_default()
    }

    /// Refuses unless the e-purse is selected. A transaction before that is 6985 (our reading).
    pub(crate) fn require_purse(&self, otherwise: Sw) -> Result<(), Fault> {
        if self.selected == Selected::Purse { Ok(()) } else { Err(otherwise.into()) }
    }

    /// `N` random bytes.
    pub(crate) fn draw<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill_bytes(&mut bytes);
        bytes
    }
}

fn length(bytes: &[u8]) -> u16 {
    u16::try_from(bytes.len()).unwrap_or(u16::MAX)
}

/// Fills a fresh store. Commits are kept small enough to never be full.
fn personalise(store: &mut CardStore, contents: &Contents) {
    let Contents { info, holder, management, purse, rail, bus, .. } = contents;
    let purse = PurseState::from(*purse);
    let files = [
        (map::transparent(Sfi::INFO), &info.encode()[..]),
        (map::transparent(Sfi::HOLDER), &holder.encode()),
        (map::transparent(Sfi::MANAGEMENT), &management.encode()),
        (Some(PURSE), &purse.encode()),
        (map::industry(RailRecord::ID), rail),
        (map::industry(BusRecord::ID), bus),
    ];
    for (place, bytes) in files {
        put(store, place, bytes);
    }
    for id in BusRecord::ID + 1..=INDUSTRY_RECORDS {
        put(store, map::industry(id), &blank_industry(id));
    }
}

fn put(store: &mut CardStore, place: Option<map::Place>, bytes: &[u8]) {
    let mut tx: CardTx<'_> = store.begin();
    // One page in one transaction, in a factory that does not lose power.
    if place.is_some_and(|place| place.write(&mut tx, bytes).is_ok()) {
        let _ = tx.commit();
    }
}

/// Records 2703..2712, whose layouts are not public: the header and zeros (`docs/spec/card.md` 6a).
fn blank_industry(id: u8) -> [u8; INDUSTRY_LEN] {
    let mut record = [0; INDUSTRY_LEN];
    let header = [INDUSTRY_PREFIX, id, 0x7D];
    record.iter_mut().zip(header).for_each(|(to, from)| *to = from);
    record
}
