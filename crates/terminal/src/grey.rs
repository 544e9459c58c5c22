//! Grey records (灰记录): debits, loads, locks and extensions whose outcome is not known
//! (`docs/spec/terminal.md` 4.2).

use crate::action::SlotId;
use alloc::vec::Vec;
use tunion_data::Pan;
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_fare::Quote;

/// One record whose outcome is not known.
#[derive(Clone, Debug)]
pub(crate) struct Grey {
    pub(crate) slot: SlotId,
    pub(crate) record: UploadRecord,
    /// How its fare came about; lost when the terminal is switched off.
    pub(crate) quote: Option<Quote>,
}

/// The records that are kept, a copy of what the terminal's store holds.
#[derive(Clone, Default, Debug)]
pub(crate) struct GreyStore {
    /// Oldest first.
    greys: Vec<Grey>,
}

impl GreyStore {
    /// The records that survived a restart, oldest first.
    pub(crate) fn restored(records: &[(SlotId, [u8; UploadRecord::LEN])]) -> Self {
        let grey = |(slot, bytes): &(SlotId, [u8; UploadRecord::LEN])| Grey {
            slot: *slot,
            record: UploadRecord::decode(bytes),
            quote: None,
        };
        let mut greys: Vec<Grey> = records.iter().map(grey).collect();
        greys.sort_by_key(|grey| grey.record.at.0);
        Self { greys }
    }

    /// The record of this card's debit or load.
    pub(crate) fn of(&self, pan: Pan) -> Option<&Grey> {
        let mut of_card = self.greys.iter().filter(|grey| grey.record.pan == pan);
        of_card.find(|grey| RecordKind::from_byte(grey.record.kind).is_none_or(RecordKind::has_tac))
    }

    /// The record of this card's lock or extension, of which the purse knows nothing.
    pub(crate) fn aside(&self, pan: Pan, kind: RecordKind) -> Option<&Grey> {
        self.greys.iter().find(|grey| (grey.record.pan, grey.record.kind) == (pan, kind as u8))
    }

    /// Whether there is a record of this kind.
    pub(crate) fn any(&self, kind: RecordKind) -> bool {
        self.greys.iter().any(|grey| grey.record.kind == kind as u8)
    }

    /// The record that was kept last.
    pub(crate) fn newest(&self) -> Option<&UploadRecord> {
        self.greys.last().map(|grey| &grey.record)
    }

    /// Puts what has become known into a record that is kept; whether it is.
    pub(crate) fn learn(&mut self, slot: SlotId, record: &UploadRecord) -> bool {
        let kept = self.greys.iter_mut().find(|grey| grey.slot == slot);
        kept.map(|grey| grey.record = *record).is_some()
    }

    /// Whether this record is still kept there.
    pub(crate) fn has(&self, slot: SlotId, record: &UploadRecord) -> bool {
        self.greys.iter().any(|grey| grey.slot == slot && grey.record.local_seq == record.local_seq)
    }

    /// Takes a record out.
    pub(crate) fn take(&mut self, slot: SlotId) -> Option<Grey> {
        let at = self.greys.iter().position(|grey| grey.slot == slot)?;
        Some(self.greys.remove(at))
    }

    /// Keeps a record in a free slot. Where all `capacity` slots are taken the oldest give way and are
    /// handed back to be uploaded, so that no record is lost.
    pub(crate) fn put(
        &mut self,
        record: UploadRecord,
        quote: Option<&Quote>,
        capacity: usize,
    ) -> (SlotId, Vec<Grey>) {
        let too_many = (self.greys.len() + 1).saturating_sub(capacity.max(1));
        let evicted = self.greys.drain(..too_many).collect();
        let free = |slot: &SlotId| self.greys.iter().all(|grey| grey.slot != *slot);
        let slot = (0..=u16::MAX).map(SlotId).find(free).unwrap_or(SlotId(0));
        self.greys.push(Grey { slot, record, quote: quote.copied() });
        (slot, evicted)
    }

    /// Takes the records out of which this holds, oldest first.
    pub(crate) fn drain_if(&mut self, which: impl Fn(&UploadRecord) -> bool) -> Vec<Grey> {
        let (out, kept) = core::mem::take(&mut self.greys).into_iter().partition(|grey| which(&grey.record));
        self.greys = kept;
        out
    }
}
