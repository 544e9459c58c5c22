//! The validity of a card that was loaded (延期; `docs/spec/terminal.md` 1.6 step 6): EF 15 gets a later last
//! day under secure messaging, which `secure` carries out. Whatever becomes of it, the money is on the card.

use super::secure::{Job, Outcome};
use super::{Step, Tap, Terminal};
use crate::action::Note;
use crate::codes::{Code, Gate};
use tunion_data::BcdDate;

impl Terminal<'_> {
    /// The load is done and recorded: extend the card's validity where that is due, then say yes.
    pub(super) fn loaded(&mut self, tap: &mut Tap) -> Option<Step> {
        match self.setup.profile.load.extended(&tap.facts.info, tap.at.date()) {
            Some(to) if tap.gone => self.extension_ended(tap, to, Outcome::NotDone(None)),
            Some(to) => return Some(self.secure(tap, Job::Extend(to))),
            None => self.accept(tap),
        }
        None
    }

    /// The extension came to an end; the load was done in any case.
    pub(super) fn extension_ended(&mut self, tap: &mut Tap, to: BcdDate, outcome: Outcome) {
        match outcome {
            Outcome::Done => {
                tap.notes.push(Note::Extended { to });
                return self.accept(tap);
            }
            Outcome::NotDone(note) => tap.notes.extend(note),
            Outcome::Open => tap.notes.push(Note::ExtensionOpen),
        }
        self.decide(tap, Gate::Open, Code::ExtensionFailed);
    }
}
