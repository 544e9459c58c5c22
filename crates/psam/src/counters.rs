//! The terminal sequence and the tries at MAC2: all that a PSAM changes in its memory.

use tunion_apdu::Sw;
use tunion_data::{IssuerId, record};
use tunion_device::Fault;
use tunion_nvm::{SPARE, Store};

use crate::contents::{Contents, SequenceMoves};

/// One page holds it all, and a commit is that page and a root.
pub(crate) type PsamStore = Store<1, { 1 + SPARE + 2 }>;

/// A purchase as far as a terminal sequence is bound to it. A card does one DEBIT for each of its
/// offline sequences in its life, so a terminal sequence that was answered for one of these cannot
/// come into two accepted records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Purchase {
    /// The card's issuer.
    pub(crate) issuer: IssuerId,
    /// Last 8 bytes of the card number.
    pub(crate) asn: [u8; 8],
    /// The card's offline sequence.
    pub(crate) seq: u16,
}

record! {
    /// The page, as far as it is used.
    State, StateView: 24 {
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
    }
}

impl State {
    fn lent_to(&self) -> Option<Purchase> {
        (self.lent == 1).then_some(Purchase { issuer: self.issuer, asn: self.asn, seq: self.seq })
    }

    fn lend(&mut self, to: Purchase) {
        let Purchase { issuer, asn, seq } = to;
        *self = Self { lent: 1, issuer, asn, seq, ..*self };
    }

    /// Gives the number up for good. `FFFFFFFF` is the end, and stays.
    fn advance(&mut self) {
        *self = Self { next: self.next.saturating_add(1), tries: self.tries, ..Self::default() };
    }
}

/// The counters in memory, with the rules by which they move.
#[derive(Debug)]
pub(crate) struct Counters<'p> {
    store: &'p mut PsamStore,
    moves: SequenceMoves,
    limit: u8,
}

impl<'p> Counters<'p> {
    pub(crate) const fn new(store: &'p mut PsamStore, contents: &Contents) -> Self {
        Self { store, moves: contents.sequence_moves, limit: contents.mac_failure_limit }
    }

    /// A memory that holds the counters as they are at personalisation.
    pub(crate) fn format(contents: &Contents) -> PsamStore {
        let mut store = PsamStore::format();
        let mut counters = Counters::new(&mut store, contents);
        // A factory does not lose power.
        let _ = counters.commit(State {
            next: contents.sequence,
            tries: contents.mac_failure_limit,
            ..State::default()
        });
        store
    }

    fn state(&self) -> State {
        self.store.page(0).first_chunk().map(State::decode).unwrap_or_default()
    }

    fn commit(&mut self, state: State) -> Result<(), Fault> {
        let mut tx = self.store.begin();
        let page = tx.page_mut(0)?;
        page.iter_mut().zip(state.encode()).for_each(|(to, from)| *to = from);
        Ok(tx.commit()?)
    }

    /// The terminal sequence for a purchase that is about to be opened, committed as used.
    ///
    /// # Errors
    /// [`Sw::COUNTER_AT_MAXIMUM`] when the numbers have run out.
    pub(crate) fn draw(&mut self, purchase: Purchase) -> Result<u32, Fault> {
        let mut state = self.state();
        if state.lent_to().is_some_and(|other| other != purchase) {
            state.advance();
        }
        let number = state.next;
        if number == u32::MAX {
            return Err(Sw::COUNTER_AT_MAXIMUM.into());
        }
        match self.moves {
            SequenceMoves::AtInit => state.advance(),
            SequenceMoves::AtCredit => state.lend(purchase),
        }
        if state != self.state() {
            self.commit(state)?;
        }
        Ok(number)
    }

    /// Refuses once too many MAC2 were wrong. That the lock shows as 9303 on both purchase commands,
    /// while files stay readable, is our reading of `docs/spec/terminal.md` 2.3.
    pub(crate) fn require_unlocked(&self) -> Result<(), Fault> {
        if self.state().tries == 0 { Err(Sw::PERMANENTLY_BLOCKED.into()) } else { Ok(()) }
    }

    /// Commits one try at MAC2 as spent.
    pub(crate) fn spend_try(&mut self) -> Result<(), Fault> {
        self.require_unlocked()?;
        let state = self.state();
        self.commit(State { tries: state.tries.saturating_sub(1), ..state })
    }

    /// MAC2 was right: every try is given back, for the limit counts failures in a row (our reading),
    /// and a sequence that moves at CREDIT moves, all in one commit.
    pub(crate) fn settle(&mut self) -> Result<(), Fault> {
        let mut state = self.state();
        state.tries = self.limit;
        if self.moves == SequenceMoves::AtCredit {
            state.advance();
        }
        self.commit(state)
    }
}
