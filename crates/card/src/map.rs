//! Where each file lies in the store's pages.
//!
//! | pages | content |
//! |---|---|
//! | 0 | EF 15 at 0, EF 17 at 32 |
//! | 1 | EF 16 |
//! | 2 | the purse: [`PurseState`] |
//! | 3–5 | EF 18, four records a page, 32 bytes apart, each with its proof: [`LogSlot`] |
//! | 6–20 | EF 1E, two records a page, 64 bytes apart |
//! | 21–38 | EF 1A, one record a page |
//! | 39 | PIN, blocks, tries: [`SecurityState`](crate::state::SecurityState) |
//!
//! A composite purchase changes most of them in one commit: [`LONGEST_COMMAND`].

use crate::session::CACHED_RECORDS;
use crate::state::SecurityState;
use tunion_data::command::Transaction;
use tunion_data::file::{AppInfo, Holder, INDUSTRY_LEN, INDUSTRY_RECORDS, Management, TripRecord};
use tunion_data::file::{LOG_RECORDS, Sfi, TRIP_RECORDS};
use tunion_data::{Fen24, record};
use tunion_nvm::{PAGE, SPARE, Store, Tx, TxFull};

/// Pages of the store.
pub(crate) const PAGES: usize = 40;
const PHYSICAL: usize = PAGES + SPARE + 2;

pub(crate) type CardStore = Store<PAGES, PHYSICAL>;
pub(crate) type CardTx<'s> = Tx<'s, PAGES, PHYSICAL>;

/// The most bytes that a command writes, a composite purchase's: a try that is spent, with its root; then the
/// purse, one log record, one trip record and the industry records, a page each, and the root. A power cut
/// that lies farther ahead never comes.
pub const LONGEST_COMMAND: usize = (1 + 1) * PAGE + (1 + 1 + 1 + CACHED_RECORDS + 1) * PAGE;

record! {
    /// The purse as it lies in memory, 75 bytes.
    PurseState, PurseStateView: 75 {
        /// Actual balance.
        0 actual: Fen24,
        /// Ceiling of the actual balance.
        3 ceiling: Fen24,
        /// Overdraft limit.
        6 overdraft_limit: Fen24,
        /// Overdraft used.
        9 overdraft_used: Fen24,
        /// Offline transaction sequence.
        12 offline_seq: u16,
        /// Online transaction sequence.
        14 online_seq: u16,
        /// Slot of the newest log record.
        16 log_newest: u8,
        /// Slot of the newest trip record.
        17 trip_newest: u8,
        /// Tries left of transaction MACs.
        18 transaction_tries: u8,
        /// Type of the card's last transaction, 00 when there was none.
        19 last: u8,
        /// Proof of the last load: a [`StoredProof`].
        20 load_proof: [u8; 11],
        /// Proof of the last unload.
        31 unload_proof: [u8; 11],
        /// Proof of the last single purchase.
        42 purchase_proof: [u8; 11],
        /// Proof of the last limit update.
        53 limit_proof: [u8; 11],
        /// Proof of the last composite purchase.
        64 capp_proof: [u8; 11],
    }
}

impl PurseState {
    /// The last proof of a type.
    pub(crate) fn proof(&self, transaction: Transaction) -> StoredProof {
        StoredProof::decode(match transaction {
            Transaction::Load => &self.load_proof,
            Transaction::Unload => &self.unload_proof,
            Transaction::Purchase => &self.purchase_proof,
            Transaction::LimitUpdate => &self.limit_proof,
            Transaction::Capp => &self.capp_proof,
        })
    }

    /// Keeps a proof as the last of its type and of the card.
    pub(crate) fn keep(&mut self, transaction: Transaction, proof: StoredProof) {
        self.last = transaction as u8;
        *match transaction {
            Transaction::Load => &mut self.load_proof,
            Transaction::Unload => &mut self.unload_proof,
            Transaction::Purchase => &mut self.purchase_proof,
            Transaction::LimitUpdate => &mut self.limit_proof,
            Transaction::Capp => &mut self.capp_proof,
        } = proof.encode();
    }
}

record! {
    /// What GET TRANSACTION PROVE answers from, 11 bytes.
    StoredProof, StoredProofView: 11 {
        /// 01 once there is a proof.
        0 valid: u8,
        /// The sequence after the transaction.
        1 seq: u16,
        /// MAC2.
        3 mac2: [u8; 4],
        /// TAC.
        7 tac: [u8; 4],
    }
}

record! {
    /// A record of EF 18 with its proof behind it, for a PROVE that reaches further back, 31 bytes.
    LogSlot, LogSlotView: 31 {
        /// The record.
        0 record: [u8; 23],
        /// MAC2.
        23 mac2: [u8; 4],
        /// TAC.
        27 tac: [u8; 4],
    }
}

/// A stretch of bytes inside one page.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    page: usize,
    offset: usize,
    len: usize,
}

impl Place {
    const fn new(page: usize, offset: usize, len: usize) -> Self {
        Self { page, offset, len }
    }

    /// Its length in bytes.
    pub(crate) const fn len(self) -> usize {
        self.len
    }

    /// A stretch of it, if it lies inside.
    pub(crate) fn part(self, offset: usize, len: usize) -> Option<Self> {
        let inside = offset.checked_add(len)? <= self.len;
        inside.then_some(Self { page: self.page, offset: self.offset + offset, len })
    }

    /// The committed bytes.
    pub(crate) fn read(self, store: &CardStore) -> &[u8] {
        store.page(self.page).get(self.offset..self.offset + self.len).unwrap_or_default()
    }

    /// Puts `bytes` here, as part of a transaction.
    pub(crate) fn write(self, tx: &mut CardTx<'_>, bytes: &[u8]) -> Result<(), TxFull> {
        let page = tx.page_mut(self.page)?;
        let place = page.get_mut(self.offset..self.offset + self.len).ok_or(TxFull)?;
        place.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Ok(())
    }
}

pub(crate) const PURSE: Place = Place::new(2, 0, PurseState::LEN);
pub(crate) const SECURITY: Place = Place::new(PAGES - 1, 0, SecurityState::LEN);

/// The whole of a transparent file.
pub(crate) const fn transparent(file: Sfi) -> Option<Place> {
    Some(match file {
        Sfi::INFO => Place::new(0, 0, AppInfo::LEN),
        Sfi::MANAGEMENT => Place::new(0, 32, Management::LEN),
        Sfi::HOLDER => Place::new(1, 0, Holder::LEN),
        _ => return None,
    })
}

/// A cyclic file: `count` records of `len` bytes, newest first.
#[derive(Clone, Copy)]
pub(crate) struct Cyclic {
    first_page: usize,
    per_page: usize,
    len: usize,
    count: u8,
}

/// EF 18, its records in [`LogSlot`]s.
pub(crate) const LOG: Cyclic = Cyclic { first_page: 3, per_page: 4, len: LogSlot::LEN, count: LOG_RECORDS };
/// EF 1E.
pub(crate) const TRIP: Cyclic =
    Cyclic { first_page: 6, per_page: 2, len: TripRecord::LEN, count: TRIP_RECORDS };

impl Cyclic {
    fn slot(self, slot: u8) -> Place {
        let slot = usize::from(slot);
        // Never 0 and without a panic for it, also where the compiler does not see which file it is.
        let per_page = self.per_page.max(1);
        let stride = PAGE / per_page;
        Place::new(self.first_page + slot / per_page, slot % per_page * stride, self.len)
    }

    /// The slot that comes after `newest`.
    pub(crate) const fn next(self, newest: u8) -> u8 {
        if newest + 1 < self.count { newest + 1 } else { 0 }
    }

    /// Record `number`, 1 the newest, when `newest` is the newest's slot.
    pub(crate) fn record(self, newest: u8, number: u8) -> Option<Place> {
        let back = number.checked_sub(1).filter(|back| *back < self.count)?;
        let slot = if back <= newest { newest - back } else { newest + self.count - back };
        Some(self.slot(slot))
    }

    /// Puts a new record after `newest` and gives its slot.
    pub(crate) fn append(self, newest: u8, tx: &mut CardTx<'_>, bytes: &[u8]) -> Result<u8, TxFull> {
        let slot = self.next(newest);
        self.slot(slot).write(tx, bytes)?;
        Ok(slot)
    }
}

const INDUSTRY_PAGE: usize = 21;
const _: () = assert!(INDUSTRY_PAGE + INDUSTRY_RECORDS as usize == PAGES - 1 && INDUSTRY_LEN == PAGE);

/// Record `id` (low byte of 27xx) of EF 1A.
pub(crate) fn industry(id: u8) -> Option<Place> {
    let index = id.checked_sub(1).filter(|index| *index < INDUSTRY_RECORDS)?;
    Some(Place::new(INDUSTRY_PAGE + usize::from(index), 0, INDUSTRY_LEN))
}

/// The purse as committed.
pub(crate) fn purse(store: &CardStore) -> PurseState {
    PurseState::try_from(PURSE.read(store)).unwrap_or_default()
}
