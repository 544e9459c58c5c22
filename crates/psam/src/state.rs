//! All that a PSAM keeps without power: one page, changed by whole commits.

use tunion_data::{BcdDate, BcdDateTime, BcdTime, Fen, IssuerId, record};
use tunion_device::Fault;
use tunion_nvm::{SPARE, Store};

use crate::contents::{Contents, KEY_TRIES};

/// One page holds it all, and a commit is that page and a root.
pub(crate) type PsamStore = Store<1, { 1 + SPARE + 2 }>;

record! {
    /// The page, as far as it is used.
    State, StateView: 69 {
        /// The terminal sequence that the next new purchase is answered.
        0 next: u32,
        /// Tries at MAC2 that are left.
        4 tries: u8,
        /// 01 if `next` has been answered already, for the purchase that follows.
        5 lent: u8,
        /// That purchase's issuer.
        6 issuer: IssuerId,
        /// Its card.
        14 asn: [u8; 8],
        /// Its offline sequence.
        22 seq: u16,
        /// Tries at the MAC of APPLICATION UNBLOCK that are left.
        24 unblock_tries: u8,
        /// Tries at EXTERNAL AUTHENTICATE that are left.
        25 authenticate_tries: u8,
        /// What may still be loaded.
        26 quota: Fen,
        /// Until when.
        30 expiry: BcdDateTime,
        /// Batch number of the quota.
        37 batch: u32,
        /// 01 if the load that follows has been taken from the quota.
        41 spent: u8,
        /// Its card.
        42 spent_asn: [u8; 8],
        /// What its session key was made from.
        50 spent_block: [u8; 8],
        /// Its amount.
        58 spent_amount: Fen,
        /// Its date.
        62 spent_date: BcdDate,
        /// Its time.
        66 spent_time: BcdTime,
    }
}

impl State {
    /// As at personalisation. A quota there is none before a host gave one.
    fn new(contents: &Contents) -> Self {
        Self {
            next: contents.sequence,
            tries: contents.mac_failure_limit,
            unblock_tries: KEY_TRIES,
            authenticate_tries: KEY_TRIES,
            ..Self::default()
        }
    }

    /// What the memory holds.
    pub(crate) fn read(store: &PsamStore) -> Self {
        store.page(0).first_chunk().map(Self::decode).unwrap_or_default()
    }

    /// Makes it what the memory holds.
    pub(crate) fn commit(&self, store: &mut PsamStore) -> Result<(), Fault> {
        let mut tx = store.begin();
        let page = tx.page_mut(0)?;
        page.iter_mut().zip(self.encode()).for_each(|(to, from)| *to = from);
        Ok(tx.commit()?)
    }
}

/// A memory as it is at personalisation.
pub(crate) fn format(contents: &Contents) -> PsamStore {
    let mut store = PsamStore::format();
    // A factory does not lose power.
    let _ = State::new(contents).commit(&mut store);
    store
}
