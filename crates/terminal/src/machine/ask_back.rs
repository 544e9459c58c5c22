//! Asking a card back that left during its debit (请把卡放回, `docs/spec/terminal.md` 3.1, row 21, Shanghai).
//!
//! What is waited for is the card of the newest grey record, for as long as the profile gives a holder to
//! tap once more; so it is known after a loss of power too. That another card is refused meanwhile, and
//! served afterwards, is our reading of the source's two codes.

use super::{Step, Terminal};
use crate::codes::Code;
use crate::place::Place;
use tunion_data::Pan;
use tunion_data::civil::DateTime;

impl Terminal<'_> {
    /// Whether this gate asks cards back.
    pub(super) fn asks_back(&self) -> bool {
        self.setup.profile.rail.ask_back && matches!(self.setup.place, Place::Rail(_))
    }

    /// What it means that the card went without an answer in this step.
    pub(super) fn gone(&self, step: &Step) -> Code {
        match step.card_gone() {
            Code::Moved if self.asks_back() => Code::PutBack,
            code => code,
        }
    }

    /// No other card than this one is waited for.
    pub(super) fn may_come(&self, pan: Pan, now: DateTime) -> Result<(), Code> {
        let Some(grey) = self.grey.newest().filter(|grey| self.asks_back() && grey.pan != pan) else {
            return Ok(());
        };
        let limit = i64::from(self.setup.profile.retap_seconds);
        let waits =
            grey.at.datetime().is_some_and(|lost| (0..=limit).contains(&now.duration_since(lost).as_secs()));
        if waits { Err(Code::OtherCard) } else { Ok(()) }
    }
}
