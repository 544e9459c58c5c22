//! SELECT and GET RESPONSE.

use crate::frame::{Answer, Command, Verdict, judge_le, judge_le_of_response};
use crate::memory::Blocked;
use crate::model::Model;
use crate::settings::BlockedSelect;
use crate::template;

impl Model {
    /// 8.5, SELECT by name.
    pub(crate) fn select_by_name(&mut self, command: &Command) -> Verdict {
        let name = command.data.as_slice();
        if name == template::PPSE {
            let warns = self.settings.blocked_directory_warns && self.blocked() != Blocked::None;
            let sw = if warns { 0x6283 } else { 0x9000 };
            return self.selected(command, false, Answer { data: template::directory(&self.settings), sw });
        }
        if name == template::PSE && self.settings.old_directory {
            return self.selected(command, false, Answer::data(template::old_directory()));
        }
        if self.settings.aid.starts_with(name) {
            return self.select_purse(command);
        }
        Err(0x6A82)
    }

    /// 8.5, SELECT by id.
    pub(crate) fn select_by_id(&mut self, command: &Command) -> Verdict {
        let id = u16::from_be_bytes([command.data[0], command.data[1]]);
        if self.settings.purse_id == Some(id) {
            return self.select_purse(command);
        }
        match id {
            0x0015 | 0x0016 | 0x0017 | 0x0018 | 0x001A | 0x001E => {
                if !self.settings.files_by_id {
                    return Err(0x6A86);
                }
                if !self.ram.purse {
                    return Err(0x6A82);
                }
                judge_le(self.settings.le, command.le, 0)?;
                Ok(Answer::done())
            }
            _ => Err(0x6A82),
        }
    }

    /// The purse, by its name or its id.
    fn select_purse(&mut self, command: &Command) -> Verdict {
        let sw = match (self.blocked(), self.settings.blocked_select) {
            (Blocked::Permanently, _) => return Err(0x9303),
            (Blocked::Temporarily, BlockedSelect::NotSupported) => 0x6A81,
            (Blocked::Temporarily, BlockedSelect::Invalidated) => 0x6283,
            (Blocked::None, _) => 0x9000,
        };
        self.selected(command, true, Answer { data: template::fci(&self.settings, &self.memory.info), sw })
    }

    /// Le first; then the selection changes, and challenge and security status go (8.4).
    fn selected(&mut self, command: &Command, purse: bool, answer: Answer) -> Verdict {
        judge_le(self.settings.le, command.le, answer.data.len())?;
        self.ram.purse = purse;
        self.ram.challenge = None;
        self.ram.verified = false;
        self.ram.authenticated = false;
        Ok(answer)
    }

    /// 8.5, GET RESPONSE.
    pub(crate) fn get_response(&mut self, command: &Command) -> Verdict {
        let waiting = self.ram.waiting.clone().ok_or(0x6985_u16)?;
        judge_le_of_response(command.le, waiting.data.len())?;
        self.ram.waiting = None;
        Ok(waiting)
    }
}
