//! The card as a value: what it is made of, and which command does what.

use crate::contents::{Contents, Inconsistent};
use crate::map::{self, CardStore, CardTx, PURSE, PurseState};
use crate::session::Session;
use heapless::Vec;
use rand_core::Rng;
use tunion_apdu::{Command, Device, Name, Response, Sw};
use tunion_crypto::{TacKey, Tally, TdesKey};
use tunion_data::command::Balances;
use tunion_data::fci::MAX_AID;
use tunion_data::file::{
    BusRecord, INDUSTRY_BODY, INDUSTRY_LEN, INDUSTRY_PREFIX, INDUSTRY_RECORDS, RailRecord, Sfi,
};
use tunion_device::{Applet, Core, Fault};

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

/// A T-Union card with its e-purse application.
///
/// `R` is the source of the card's random numbers; power does not rewind it.
#[derive(Clone, Debug)]
pub struct Card<R> {
    pub(crate) core: Core<R, CardStore>,
    pub(crate) keys: PreparedKeys,
    pub(crate) aid: Vec<u8, MAX_AID>,
    pub(crate) version: Vec<u8, 2>,
    pub(crate) selected: Selected,
    pub(crate) session: Session,
}

impl<R: Rng> Card<R> {
    /// A personalised card, in the field and powered.
    ///
    /// # Errors
    /// [`Inconsistent`], the rule that the contents break; see [`Contents::check`].
    pub fn new(contents: &Contents, random: R) -> Result<Self, Inconsistent> {
        contents.check()?;
        let mut unpriced = Tally::default();
        let keys = PreparedKeys {
            purchase: contents.keys.purchase.tdes(&mut unpriced),
            load: contents.keys.load.each_ref().map(|key| key.tdes(&mut unpriced)),
            tac: TacKey::new(&contents.keys.tac, &mut unpriced),
            version: contents.keys.version,
        };
        let mut store = CardStore::format();
        personalise(&mut store, contents);
        Ok(Self {
            core: Core::new(store, random),
            keys,
            aid: contents.aid.clone(),
            version: contents.version.clone(),
            selected: Selected::default(),
            session: Session::default(),
        })
    }

    /// The purse as committed, for reports; a terminal asks by GET BALANCE.
    #[must_use]
    pub fn balances(&self) -> Balances {
        map::purse(&self.core.store).balances()
    }

    /// Offline and online sequence as committed, for reports; a terminal learns them from INITIALIZE.
    #[must_use]
    pub fn sequences(&self) -> (u16, u16) {
        let purse = map::purse(&self.core.store);
        (purse.offline_seq, purse.online_seq)
    }

    /// The rail journey as committed, for reports; a terminal asks by READ RECORD.
    #[must_use]
    pub fn rail_record(&self) -> RailRecord {
        let bytes =
            map::industry(RailRecord::ID).map(|place| place.read(&self.core.store)).unwrap_or_default();
        RailRecord::try_from(bytes).unwrap_or_default()
    }

    /// Refuses unless the e-purse is selected. A transaction before that is 6985 (our reading).
    pub(crate) fn require_purse(&self, otherwise: Sw) -> Result<(), Sw> {
        if self.selected == Selected::Purse { Ok(()) } else { Err(otherwise) }
    }
}

impl<R: Rng> Applet for Card<R> {
    const DEVICE: Device = Device::Card;
    type Random = R;
    type Store = CardStore;

    fn core(&self) -> &Core<R, CardStore> {
        &self.core
    }

    fn core_mut(&mut self) -> &mut Core<R, CardStore> {
        &mut self.core
    }

    fn end_transaction(&mut self) {
        self.session = Session::default();
    }

    fn deselect(&mut self) {
        self.selected = Selected::default();
    }

    fn dispatch(&mut self, name: Name, command: &Command<'_>, response: &mut Response) -> Result<(), Fault> {
        match name {
            Name::SelectName => self.select_name(command, response),
            // The purse of this profile is reached by name only; file identifiers are issuer's own
            // (docs/spec/card.md 1.1).
            Name::SelectFile => Err(Sw::FILE_NOT_FOUND.into()),
            Name::ReadBinary => self.read_binary(command, response),
            Name::ReadRecord => self.read_record(command, response),
            Name::GetChallenge => self.core.get_challenge(command, response),
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
    let written = place.is_some_and(|place| place.write(&mut tx, bytes).is_ok()) && tx.commit().is_ok();
    debug_assert!(written, "every file has its place in one page, and a factory does not lose power");
}

/// Records 2703..2712, whose layouts are not public: the header and zeros (`docs/spec/card.md` 6a).
fn blank_industry(id: u8) -> [u8; INDUSTRY_LEN] {
    let mut record = [0; INDUSTRY_LEN];
    let header = [INDUSTRY_PREFIX, id, INDUSTRY_BODY];
    record.iter_mut().zip(header).for_each(|(to, from)| *to = from);
    record
}
