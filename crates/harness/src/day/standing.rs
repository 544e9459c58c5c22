//! A terminal of the day: it is switched on, told things, and begins again when it has lost its power.

use super::field::Happened;
use crate::device::Device;
use std::collections::{BTreeSet, VecDeque};
use tunion_apdu::Response;
use tunion_card::Chip;
use tunion_data::civil::DateTime;
use tunion_data::upload::UploadRecord;
use tunion_files::terminal::TerminalFile;
use tunion_terminal::{Action, Event, Setup, SlotId, Terminal};

/// A terminal, and what it needs to begin again without power.
pub(super) struct Standing<'t> {
    /// Its row of [`super::kind::KINDS`].
    pub(super) kind: usize,
    pub(super) file: &'t TerminalFile,
    pub(super) device: Device<'t>,
    pub(super) setup: Setup<'t>,
    /// The number of its next record.
    next_record: u32,
}

impl<'t> Standing<'t> {
    pub(super) fn new(kind: usize, file: &'t TerminalFile, device: Device<'t>, setup: Setup<'t>) -> Self {
        Self { kind, file, device, setup, next_record: 1 }
    }

    /// Switches it on for the first time, or tells it that the day is over.
    pub(super) fn tell(&mut self, at: DateTime, event: Event<'_>) -> Vec<Happened> {
        let mut happened = Vec::new();
        let mut queue = VecDeque::from(self.device.terminal.step(at, event));
        let mut response = Response::new();
        while let Some(action) = queue.pop_front() {
            match action {
                Action::SendSam(command) => {
                    let event = match self.device.psam.process(&command, &mut response) {
                        Ok(()) => Event::SamAnswer(response.bytes()),
                        Err(_) => Event::SamGone,
                    };
                    self.device.terminal.step_onto(at, event, &mut queue);
                }
                other => self.keep(other, &mut happened),
            }
        }
        happened
    }

    /// Loses its power and begins again with what its store holds; a record that was uploaded has no place there.
    pub(super) fn restart(&mut self, at: DateTime, happened: &mut Vec<Happened>) {
        let uploaded: BTreeSet<u32> = happened
            .iter()
            .filter_map(|happened| match happened {
                Happened::Uploaded(record) => Some(record.local_seq),
                _ => None,
            })
            .collect();
        self.device.store.retain(|_, bytes| !uploaded.contains(&UploadRecord::decode(bytes).local_seq));
        let kept: Vec<_> = self.device.store.iter().map(|(slot, bytes)| (*slot, *bytes)).collect();
        self.device.terminal = Terminal::restored(self.setup, &kept, self.next_record);
        self.reset_sam();
        happened.extend(self.tell(at, Event::Started));
    }

    fn reset_sam(&mut self) {
        self.device.psam.power_off();
        // Only memory that was changed by other means does not come back.
        let _ = self.device.psam.power_on();
    }

    /// Does what needs no answer.
    pub(super) fn keep(&mut self, action: Action, happened: &mut Vec<Happened>) {
        match action {
            Action::ResetSam => self.reset_sam(),
            Action::Forget(slot) => {
                let Some(bytes) = self.device.store.remove(&slot) else { return };
                let number = UploadRecord::decode(&bytes).local_seq;
                let uploaded =
                    |happened: &Happened| matches!(happened, Happened::Uploaded(r) if r.local_seq == number);
                if !happened.iter().any(uploaded) {
                    happened.push(Happened::GivenUp(number));
                }
            }
            Action::Emit(record) => {
                self.next_record = self.next_record.max(record.local_seq.wrapping_add(1));
                happened.push(Happened::Uploaded(*record));
            }
            _ => {}
        }
    }

    /// Stores a record.
    pub(super) fn store(&mut self, slot: SlotId, bytes: [u8; UploadRecord::LEN]) -> Happened {
        let record = UploadRecord::decode(&bytes);
        self.device.store.insert(slot, bytes);
        self.next_record = self.next_record.max(record.local_seq.wrapping_add(1));
        Happened::Kept(record)
    }
}
