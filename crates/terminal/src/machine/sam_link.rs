//! The way to the PSAM and back: an answer that waits for GET RESPONSE is fetched
//! (`docs/spec/terminal.md` 2.1, 2.2).

use super::Terminal;
use crate::action::{Action, Event};
use tunion_apdu::{CommandBuf, build};

/// What of the PSAM is outstanding.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) enum SamLink {
    /// Nothing, or an answer that is taken as it comes.
    #[default]
    Plain,
    /// The answer to a command, which may be that it waits.
    Asked,
}

impl Terminal<'_> {
    /// Sends the PSAM a command.
    pub(super) fn ask_sam(&mut self, command: CommandBuf) {
        self.sam_link = SamLink::Asked;
        self.want(Action::SendSam(command));
    }

    /// Whether the event says that the PSAM's answer waits: then it is fetched, and that is the answer. What is
    /// fetched does not wait once more, so this comes to an end.
    pub(super) fn fetches(&mut self, event: Event<'_>) -> bool {
        if !matches!(event, Event::SamAnswer(_) | Event::SamGone) {
            return false;
        }
        match (core::mem::take(&mut self.sam_link), event) {
            (SamLink::Asked, Event::SamAnswer([0x61, waiting])) => {
                self.want(Action::SendSam(build::get_response(*waiting)));
                true
            }
            _ => false,
        }
    }
}
