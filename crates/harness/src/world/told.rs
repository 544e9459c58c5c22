//! A world that is looked into while it plays.

use super::World;
use crate::journal::Happened;
use crate::outcome::Row;
use crate::random::stream;
use crate::spot::spot;
use crate::trace::Trace;
use tunion_card::{Card, Chip, Contents, Image, Inconsistent};
use tunion_data::TerminalId;
use tunion_data::upload::UploadRecord;
use tunion_files::scenario::{Scenario, Step};
use tunion_terminal::SlotId;

impl<'s> World<'s> {
    /// Gives a holder another card than the scenario says, and every PSAM the keys of another scenario.
    ///
    /// # Errors
    /// The first of the card's rules that the contents break.
    pub(crate) fn give(&mut self, contents: &Contents, sams: &'s Scenario) -> Result<(), Inconsistent> {
        self.sams = sams;
        if let (Some(holder), Some(entry)) = (self.holders.first_mut(), self.scenario.cards.first()) {
            let random = stream(self.scenario.seed, &format!("card {}", entry.name), 0);
            holder.card = Card::new(contents, random)?;
            holder.card.power_off();
        }
        Ok(())
    }

    /// What is in the memory of the first card.
    pub(crate) fn image(&self) -> Image {
        self.holders.first().map(|holder| holder.card.image()).unwrap_or_default()
    }

    /// Has what happens kept from now on, for [`World::heard`].
    pub(crate) fn listen(&mut self) {
        self.journal.open();
    }

    /// What happened since the last time.
    pub(crate) fn heard(&mut self) -> Vec<Happened> {
        self.journal.take()
    }

    /// The taps so far.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// What went over the links so far.
    #[must_use]
    pub const fn trace(&self) -> &Trace {
        &self.trace
    }

    /// The number of the terminal that serves a step, if it was brought up.
    pub(crate) fn number(&self, step: &Step) -> Option<TerminalId> {
        let (spot, _) = spot(step, self.scenario.terminals.get(step.terminal)?);
        self.devices.get(&spot).map(|device| device.number)
    }

    /// What the terminals still keep: whose it is, in which slot, and the record.
    pub(crate) fn kept(&self) -> impl Iterator<Item = (TerminalId, SlotId, UploadRecord)> {
        self.devices.values().flat_map(|device| {
            let record = |(slot, bytes): (&SlotId, &_)| (device.number, *slot, UploadRecord::decode(bytes));
            device.store.iter().map(record)
        })
    }
}
