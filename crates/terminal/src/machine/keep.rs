//! What a terminal keeps beyond a tap: grey records, and cards that it distrusts.

use super::{Tap, Terminal};
use crate::action::{Action, Note, SlotId};
use crate::profile::Mac2Failure;
use alloc::boxed::Box;
use tunion_data::Pan;
use tunion_data::command::Transaction;
use tunion_data::upload::UploadRecord;
use tunion_fare::Quote;

/// Cards that are remembered after their MAC2 failed; the oldest is forgotten first (our reading: no
/// source says how many).
const DISTRUSTED: usize = 32;

impl Terminal<'_> {
    /// Remembers a card whose MAC2 failed, if the profile says so.
    pub(super) fn distrust(&mut self, pan: Pan) {
        if self.setup.profile.mac2_failure == Mac2Failure::Record {
            return;
        }
        if self.distrusted.len() >= DISTRUSTED {
            self.distrusted.remove(0);
        }
        self.distrusted.push(pan);
    }

    /// Uploads a record whose outcome is known, and frees its slot.
    pub(super) fn settle(&mut self, slot: SlotId, record: UploadRecord) {
        self.grey.take(slot);
        self.recent.note(&record);
        self.upload(slot, record);
    }

    /// Uploads a record that is no longer kept, and lets the store forget it.
    pub(super) fn upload(&mut self, slot: SlotId, record: UploadRecord) {
        self.actions.push_back(Action::Emit(Box::new(record)));
        self.forget(slot);
    }

    /// Lets the store forget a record that is no longer kept; the PSAM's purchase was its, if any.
    fn forget(&mut self, slot: SlotId) {
        self.sam_open.take_if(|open| *open == slot);
        self.actions.push_back(Action::Forget(slot));
    }

    /// Frees a slot whose transaction was not done.
    pub(super) fn drop_grey(&mut self, slot: SlotId) {
        self.grey.take(slot);
        self.forget(slot);
    }

    /// Numbers a record, and keeps it grey; the transaction goes on when it is persisted.
    pub(super) fn keep_grey(&mut self, record: &mut UploadRecord, quote: Option<&Quote>) -> SlotId {
        record.local_seq = self.number();
        let (slot, evicted) = self.grey.put(*record, quote, self.setup.profile.grey_slots);
        for evicted in evicted {
            self.upload(evicted.slot, evicted.record);
        }
        self.actions.push_back(Action::Persist(slot, record.encode()));
        slot
    }

    /// The next record's number (终端本地流水号).
    pub(super) fn number(&mut self) -> u32 {
        let number = self.next_record;
        self.next_record = number.wrapping_add(1);
        number
    }

    /// Uploads what is still grey.
    pub(super) fn flush(&mut self) {
        for grey in self.grey.drain() {
            self.upload(grey.slot, grey.record);
        }
    }

    /// Judges a grey record that neither proof nor log decided, by the sequence that INIT answered:
    /// unmoved, the transaction was not done; moved, the clearing house has to judge
    /// (`docs/spec/terminal.md` 4.3).
    pub(super) fn judge_unproved(&mut self, tap: &mut Tap, transaction: Transaction, seq: u16) {
        let Some(slot) = tap.unproved.take() else { return };
        let Some(grey) = self.grey.of(tap.facts.info.pan).cloned() else { return };
        if grey.record.transaction == transaction as u8 && seq.checked_add(1) == Some(grey.record.card_seq) {
            self.drop_grey(slot);
            tap.notes.push(Note::NotDone);
        } else {
            self.settle(slot, grey.record);
            tap.notes.push(Note::GreyEmitted);
        }
    }
}
