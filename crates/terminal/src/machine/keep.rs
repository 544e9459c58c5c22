//! What a terminal keeps beyond a tap: grey records, and cards that it distrusts.

use super::tap::Told;
use super::{Tap, Terminal};
use crate::action::{Action, Note, SlotId};
use crate::profile::Mac2Failure;
use alloc::boxed::Box;
use tunion_data::Pan;
use tunion_data::command::Transaction;
use tunion_data::host::LoadConfirmation;
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_fare::Quote;

/// Cards that are remembered after their MAC2 failed; the oldest is forgotten first (our reading: no
/// source says how many).
const DISTRUSTED: usize = 32;

/// The TAC of a record as long as it is not known.
const UNKNOWN_TAC: [u8; 4] = [0xFF; 4];

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
        self.upload(slot, record);
    }

    /// Uploads a record when the passenger was told of it, which comes at the end of the tap: power that goes in
    /// between may let a card through once more, the other way round it would be charged once more.
    pub(super) fn settle_when_told(
        &mut self,
        tap: &mut Tap,
        slot: SlotId,
        record: UploadRecord,
        confirm: Option<LoadConfirmation>,
    ) {
        // Should it have to give way to another one before, it is known.
        let kept = self.grey.learn(slot, &record);
        tap.told = Some(Told { slot, record, kept, confirm });
    }

    /// The passenger was told.
    pub(super) fn settle_told(&mut self, tap: &mut Tap) {
        let Some(Told { slot, record, kept, confirm }) = tap.told.take() else { return };
        if !kept || self.grey.has(slot, &record) {
            self.settle(slot, record);
        }
        self.actions.extend(confirm.map(Action::Confirm));
    }

    /// Uploads a record that is no longer kept, and lets the store forget it.
    pub(super) fn upload(&mut self, slot: SlotId, record: UploadRecord) {
        self.recent.note(&record);
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
            self.upload(evicted.slot, as_known(evicted.record));
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

    /// Uploads what is still kept.
    pub(super) fn flush(&mut self) {
        self.promote(|_| true);
    }

    /// Keeps what has become known of a record; nothing waits for the store, and the slot was there.
    pub(super) fn learn(&mut self, slot: SlotId, record: &UploadRecord) {
        if self.grey.learn(slot, record) {
            self.actions.push_back(Action::Persist(slot, record.encode()));
        }
    }

    /// The terminal is switched on: the records of cards that it had let through are uploaded, and what is
    /// grey if the profile says so.
    pub(super) fn powered_on(&mut self) {
        self.promote(|record| !record.has(UploadRecord::GREY));
        if self.setup.profile.recovery.promote.power_on {
            self.promote(is_unknown);
        }
    }

    /// A card came: what is grey of others is uploaded, if the profile says so.
    pub(super) fn card_came(&mut self, pan: Pan) {
        if self.setup.profile.recovery.promote.other_card {
            self.promote(|record| record.pan != pan && is_unknown(record));
        }
    }

    /// Uploads records as they are (记录转正).
    fn promote(&mut self, which: impl Fn(&UploadRecord) -> bool) {
        for grey in self.grey.drain_if(which) {
            self.upload(grey.slot, as_known(grey.record));
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
            self.settle(slot, as_known(grey.record));
            tap.notes.push(Note::GreyEmitted);
        }
    }
}

/// Whether the outcome is not known. A grey record with a TAC is of a card that has paid and was not let through
/// yet; one of a kind that never has a TAC is grey until the outcome is known.
fn is_unknown(record: &UploadRecord) -> bool {
    let has_tac = RecordKind::from_byte(record.kind).is_none_or(RecordKind::has_tac);
    record.has(UploadRecord::GREY) && !(has_tac && record.tac != UNKNOWN_TAC)
}

/// A record whose TAC is known is of what was done, and grey no longer.
pub(super) fn as_known(mut record: UploadRecord) -> UploadRecord {
    if !is_unknown(&record) {
        record.flags &= !UploadRecord::GREY;
    }
    record
}
