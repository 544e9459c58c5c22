//! The card as a value: what it is made of, and which command does what.

use crate::contents::{Contents, Image, Inconsistent, LogEntry, PurseContents};
use crate::keys::PreparedKeys;
use crate::map::{self, CardStore, CardTx, LOG, LogSlot, PURSE, PurseState, SECURITY, StoredProof, TRIP};
use crate::profile::Profile;
use crate::session::Session;
use crate::state::{Access, SecurityState};
use heapless::Vec;
use rand_core::Rng;
use tunion_apdu::{Command, Device, LeRule, Name, Response, Sw};
use tunion_data::command::{Balances, Proof, Transaction};
use tunion_data::fci::MAX_AID;
use tunion_data::file::{
    INDUSTRY_RECORDS, LOG_RECORDS, LogRecord, RailRecord, Sfi, TRIP_RECORDS, TripRecord,
};
use tunion_device::{Applet, Core, Fault, Interface};

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

/// A T-Union card with its e-purse application.
///
/// `R` is the source of the card's random numbers; power does not rewind it.
#[derive(Clone, Debug)]
pub struct Card<R> {
    pub(crate) core: Core<R, CardStore>,
    pub(crate) keys: PreparedKeys,
    pub(crate) aid: Vec<u8, MAX_AID>,
    pub(crate) profile: Profile,
    pub(crate) selected: Selected,
    pub(crate) session: Session,
    pub(crate) access: Access,
}

impl<R: Rng> Card<R> {
    /// A personalised card, in the field and powered.
    ///
    /// # Errors
    /// [`Inconsistent`], the rule that the contents break; see [`Contents::check`].
    pub fn new(contents: &Contents, random: R) -> Result<Self, Inconsistent> {
        contents.check()?;
        let mut store = CardStore::format();
        personalise(&mut store, contents);
        Ok(Self {
            core: Core::new(store, random),
            keys: PreparedKeys::from(&contents.keys),
            aid: contents.aid.clone(),
            profile: contents.profile.clone(),
            selected: Selected::default(),
            session: Session::default(),
            access: Access::default(),
        })
    }

    /// How the card behaves.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The application's full name.
    #[must_use]
    pub fn aid(&self) -> &[u8] {
        &self.aid
    }

    /// What is in the card's memory, as committed: for reports, dumps and tests. No key is in it. A
    /// terminal reads by commands.
    #[must_use]
    pub fn image(&self) -> Image {
        let store = &self.core.store;
        let purse = map::purse(store);
        let state = self.state();
        let mut image = Image {
            info: transparent(store, Sfi::INFO),
            holder: transparent(store, Sfi::HOLDER),
            management: transparent(store, Sfi::MANAGEMENT),
            purse: PurseContents::from(&purse),
            security: state.contents(purse.transaction_tries),
            ..Image::default()
        };
        for number in 1..=LOG_RECORDS {
            let slot = LOG.record(purse.log_newest, number).map(|place| place.read(store));
            let LogSlot { record, mac2, tac } =
                slot.and_then(|slot| LogSlot::try_from(slot).ok()).unwrap_or_default();
            let record = LogRecord::decode(&record);
            let _ = image.log.push(LogEntry { record, proof: Proof { mac2, tac } });
        }
        for number in 1..=TRIP_RECORDS {
            let record = TRIP.record(purse.trip_newest, number).map(|place| place.read(store));
            let _ = image
                .trips
                .push(record.and_then(|bytes| bytes.try_into().ok()).unwrap_or([0; TripRecord::LEN]));
        }
        for id in 1..=INDUSTRY_RECORDS {
            let bytes = map::industry(id).and_then(|place| place.read(store).try_into().ok());
            if let (Some(to), Some(from)) = (image.industry.get_mut(id), bytes) {
                *to = from;
            }
        }
        for transaction in Transaction::ALL {
            let StoredProof { valid, seq, mac2, tac } = purse.proof(transaction);
            if valid != 0 {
                let _ = image.proofs.kept.push((transaction, seq, Proof { mac2, tac }));
            }
        }
        image.proofs.last = Transaction::from_byte(purse.last);
        image
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
}

/// The layout of a transparent file, as committed.
fn transparent<T: for<'a> TryFrom<&'a [u8]> + Default>(store: &CardStore, file: Sfi) -> T {
    map::transparent(file).and_then(|place| T::try_from(place.read(store)).ok()).unwrap_or_default()
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

    fn le_rule(&self) -> LeRule {
        self.profile.le
    }

    fn interface(&self) -> Interface {
        self.profile.interface
    }

    fn admit(&self, name: Name) -> Result<(), Sw> {
        self.admitted(name)
    }

    fn end_transaction(&mut self) {
        self.session = Session::default();
    }

    fn deselect(&mut self) {
        self.selected = Selected::default();
        self.access = Access::default();
    }

    fn dispatch(&mut self, name: Name, command: &Command<'_>, response: &mut Response) -> Result<(), Fault> {
        match name {
            Name::SelectName => self.select_name(command, response),
            Name::SelectFile => self.select_file(command, response),
            Name::ReadBinary => self.read_binary(command, response),
            Name::ReadRecord => self.read_record(command, response),
            Name::UpdateBinary | Name::SecureUpdateBinary => self.update_binary(command),
            Name::UpdateRecord | Name::SecureUpdateRecord => self.update_record(command),
            Name::AppendRecord => self.append_record(command),
            Name::GetChallenge => self.get_challenge(command, response),
            Name::ExternalAuthenticate => self.external_authenticate(command),
            Name::InternalAuthenticate => self.internal_authenticate(command, response),
            Name::VerifyPin => self.verify_pin(command),
            Name::ChangePin => self.change_pin(command),
            Name::ReloadPin => self.reload_pin(command),
            Name::UnblockPin => self.unblock_pin(command),
            Name::ApplicationBlock => self.application_block(command),
            Name::ApplicationUnblock => self.application_unblock(command),
            Name::CardBlock => self.card_block(command),
            Name::GetAlgorithm => self.get_algorithm(response),
            Name::ChangeAlgorithm => self.change_algorithm(command),
            Name::BlockAlgorithm => self.block_algorithm(command),
            Name::GetBalance => self.get_balance(command, response),
            Name::GetTransactionProve => self.get_transaction_prove(command, response),
            Name::InitForPurchase => self.init_for_purchase(command, response),
            Name::InitForCappPurchase => self.init_for_capp_purchase(command, response),
            Name::UpdateCappDataCache => self.update_capp_data_cache(command),
            Name::DebitForPurchase => self.debit_for_purchase(command, response),
            Name::InitForLoad => self.init_for_load(command, response),
            Name::CreditForLoad => self.credit_for_load(command, response),
            Name::InitForUnload => self.init_for_unload(command, response),
            Name::DebitForUnload => self.debit_for_unload(command, response),
            Name::InitForUpdate => self.init_for_update(command, response),
            Name::UpdateOverdrawLimit => self.update_overdraw_limit(command, response),
            // Answered below the applet.
            Name::GetResponse => Err(Sw::CONDITIONS.into()),
            // The PSAM's commands are never found for a card.
            Name::InitSamForPurchase
            | Name::CreditSamForPurchase
            | Name::InitForDescrypt
            | Name::DesCrypt => Err(Sw::UNKNOWN_INSTRUCTION.into()),
        }
    }
}

/// Fills a fresh store. Commits are kept small enough to never be full.
fn personalise(store: &mut CardStore, contents: &Contents) {
    let Image { info, holder, management, purse, log, industry, trips, security, proofs } = &contents.image;
    let tries = contents.profile.tries.transactions;
    let newest = |count: usize| u8::try_from(count.saturating_sub(1)).unwrap_or_default();
    let mut state = PurseState::from(*purse);
    for (transaction, seq, Proof { mac2, tac }) in &proofs.kept {
        state.keep(*transaction, StoredProof { valid: 1, seq: *seq, mac2: *mac2, tac: *tac });
    }
    state.last = proofs.last.map_or(0, |transaction| transaction as u8);
    state.log_newest = newest(log.len());
    state.trip_newest = newest(trips.len());
    state.transaction_tries = security.left.map_or(tries, |left| left.transactions);
    let files = [
        (map::transparent(Sfi::INFO), &info.encode()[..]),
        (map::transparent(Sfi::HOLDER), &holder.encode()),
        (map::transparent(Sfi::MANAGEMENT), &management.encode()),
        (Some(PURSE), &state.encode()),
        (Some(SECURITY), &SecurityState::new(security, &contents.profile).encode()),
    ];
    for (place, bytes) in files {
        put(store, place, bytes);
    }
    for (id, record) in industry.iter() {
        put(store, map::industry(id), record);
    }
    for (number, LogEntry { record, proof: Proof { mac2, tac } }) in (1..).zip(log) {
        let slot = LogSlot { record: record.encode(), mac2: *mac2, tac: *tac };
        put(store, LOG.record(state.log_newest, number), &slot.encode());
    }
    for (number, record) in (1..).zip(trips) {
        put(store, TRIP.record(state.trip_newest, number), record);
    }
}

fn put(store: &mut CardStore, place: Option<map::Place>, bytes: &[u8]) {
    let mut tx: CardTx<'_> = store.begin();
    let written = place.is_some_and(|place| place.write(&mut tx, bytes).is_ok()) && tx.commit().is_ok();
    debug_assert!(written, "every file has its place in one page, and a factory does not lose power");
}
