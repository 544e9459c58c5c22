//! Selecting the card's application (`docs/spec/terminal.md` 1.0, 8.2).

use super::enquire::Reading;
use super::{Answer, Refusal, Step, Tap, Terminal, Turn};
use crate::codes::Code;
use tunion_apdu::{Sw, build};
use tunion_data::Aid;
use tunion_data::fci::PPSE;
use tunion_data::file::Sfi;

impl Terminal<'_> {
    pub(super) fn select(&mut self, tap: &mut Tap) -> Step {
        let select = &self.setup.profile.select;
        if select.directory {
            self.ask(tap, build::select_name(PPSE));
            return Step::Directory;
        }
        let mut names = select.names().into_iter();
        // A terminal always knows one name.
        let first = names.next().unwrap_or(Aid::EP);
        tap.names = names;
        self.select_application(tap, first)
    }

    /// The directory answered: what both sides have is selected. One that was refused, or lists nothing, is
    /// as none.
    pub(super) fn directory(&mut self, tap: &mut Tap, answer: Answer<'_>) -> Turn {
        let select = &self.setup.profile.select;
        let common = if answer.sw.is_ok() { select.common(answer.data) } else { None };
        tap.names = common.unwrap_or_else(|| select.names()).into_iter();
        let first = tap.names.next().ok_or(Code::Invalid)?;
        Ok(Some(self.select_application(tap, first)))
    }

    fn select_application(&mut self, tap: &mut Tap, name: Aid) -> Step {
        self.ask(tap, build::select_application(&name));
        Step::Application
    }

    /// The application answered. One that is blocked ends the tap, one that is not there gives way to the
    /// next name.
    pub(super) fn selected(&mut self, tap: &mut Tap, answer: Answer<'_>) -> Turn {
        match (answer.sw, tap.names.as_slice().is_empty()) {
            (Sw::OK, _) => {}
            // docs/spec/terminal.md 1.0: blocked for a time or for good.
            (Sw::SELECTED_INVALIDATED | Sw::PERMANENTLY_BLOCKED | Sw::NOT_SUPPORTED | Sw(0x6284), _) => {
                return self.blocked(tap, answer.sw);
            }
            (sw, true) => return Err(Refusal::status(Code::Invalid, sw)),
            (_, false) => {
                let next = tap.names.next().ok_or(Code::Invalid)?;
                return Ok(Some(self.select_application(tap, next)));
            }
        }
        self.ask(tap, build::read_binary(Sfi::INFO, 0x1E));
        Ok(Some(Step::Reading(Reading::Info)))
    }
}
