//! The terminal sequence and the tries at MAC2, each committed before it is used.

use tunion_apdu::Sw;
use tunion_data::IssuerId;
use tunion_device::Fault;

use crate::contents::{Contents, SequenceMoves};
use crate::state::{PsamStore, State};

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
        self.lend(Purchase { issuer: IssuerId::default(), asn: [0; 8], seq: 0 });
        *self = Self { next: self.next.saturating_add(1), lent: 0, ..*self };
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

    fn state(&self) -> State {
        State::read(self.store)
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
            state.commit(self.store)?;
        }
        Ok(number)
    }

    /// Refuses once too many MAC2 were wrong. That the lock shows as 9303 on every command that works with
    /// a card's key, while files stay readable, is our reading of `docs/spec/terminal.md` 2.3.
    pub(crate) fn require_unlocked(&self) -> Result<(), Fault> {
        if self.state().tries == 0 { Err(Sw::PERMANENTLY_BLOCKED.into()) } else { Ok(()) }
    }

    /// Commits one try at MAC2 as spent.
    pub(crate) fn spend_try(&mut self) -> Result<(), Fault> {
        self.require_unlocked()?;
        let state = self.state();
        State { tries: state.tries.saturating_sub(1), ..state }.commit(self.store)
    }

    /// MAC2 was right: every try is given back, for the limit counts failures in a row (our reading),
    /// and a sequence that moves at CREDIT moves, all in one commit.
    pub(crate) fn settle(&mut self) -> Result<(), Fault> {
        let mut state = self.state();
        state.tries = self.limit;
        if self.moves == SequenceMoves::AtCredit {
            state.advance();
        }
        state.commit(self.store)
    }
}
