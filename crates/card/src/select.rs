//! SELECT: the directory and the application (`docs/spec/card.md` 1).

use crate::card::{Card, Selected};
use crate::contents::Block;
use crate::map;
use crate::profile::{DirectoryShape, FciShape};
use crate::read::is_record_file;
use crate::state::Access;
use rand_core::Rng;
use tunion_apdu::{Command, Response, Sw};
use tunion_data::fci::{Directory, E_CASH, EP_LABEL, Fci, PPSE, PSE, PSE_ANSWER};
use tunion_data::file::Sfi;
use tunion_device::Fault;

/// Room for the longest answer: an FCI with a 16-byte name, label, priority, 2-byte version, 16-byte
/// preferred name and padding makes 101, a directory of two entries 83.
const TEMPLATE_MAX: usize = 112;

impl<R: Rng> Card<R> {
    /// SELECT by name: a directory, or the application. A name that the application's name begins with
    /// selects it too (partial name, `docs/spec/card.md` 1.1). A SELECT that is refused leaves
    /// everything as it was but the transaction (ISO/IEC 7816-4, `docs/spec/card.md` 8.5).
    pub(crate) fn select_name(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        if command.data == PPSE {
            self.select_directory(command, response)
        } else if command.data == PSE && self.profile.directory.pse {
            command.expect(PSE_ANSWER.len(), self.profile.le)?;
            response.push(PSE_ANSWER)?;
            self.became_selected(Selected::Directory);
            Ok(())
        } else if self.aid.starts_with(command.data) {
            self.select_purse(command, response)
        } else {
            Err(Sw::FILE_NOT_FOUND.into())
        }
    }

    /// SELECT by file identifier: the purse where the issuer gave it one, or a file of the purse
    /// (`docs/spec/card.md` 1.1, 2).
    pub(crate) fn select_file(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        let id: [u8; 2] = command.data.try_into().map_err(|_| Sw::WRONG_LENGTH)?;
        if self.profile.by_id.purse == Some(u16::from_be_bytes(id)) {
            return self.select_purse(command, response);
        }
        let file = match id {
            [0x00, file] => Sfi(file),
            _ => return Err(Sw::FILE_NOT_FOUND.into()),
        };
        if map::transparent(file).is_none() && !is_record_file(file) {
            return Err(Sw::FILE_NOT_FOUND.into());
        }
        if !self.profile.by_id.files {
            return Err(Sw::WRONG_P1_P2.into());
        }
        if self.selected != Selected::Purse {
            return Err(Sw::FILE_NOT_FOUND.into());
        }
        Ok(command.expect(0, self.profile.le)?)
    }

    fn select_directory(&mut self, command: &Command<'_>, response: &mut Response) -> Result<(), Fault> {
        let DirectoryShape { priority, e_cash, .. } = self.profile.directory;
        let entries = [E_CASH, Directory { aid: &self.aid, label: EP_LABEL, priority }];
        let entries = if e_cash { &entries[..] } else { &entries[1..] };
        let mut template = [0; TEMPLATE_MAX];
        self.answer_template(Directory::encode(entries, &mut template), command, response)?;
        self.became_selected(Selected::Directory);
        if self.profile.blocked.directory_warns && self.standing() != Block::None {
            return Err(Fault::Warning(Sw::SELECTED_INVALIDATED));
        }
        Ok(())
    }

    fn select_purse(&mut self, command: &Command<'_>, response: &mut Response) -> Result<(), Fault> {
        let standing = self.standing();
        if standing == Block::Permanent {
            return Err(Sw::PERMANENTLY_BLOCKED.into());
        }
        let mut template = [0; TEMPLATE_MAX];
        self.answer_template(self.fci(&mut template), command, response)?;
        self.became_selected(Selected::Purse);
        match standing {
            Block::None => Ok(()),
            Block::Temporary | Block::Permanent => Err(Fault::Warning(self.profile.blocked.select.sw())),
        }
    }

    fn answer_template(
        &self,
        template: Option<&[u8]>,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        let template = template.ok_or(Sw::INTERNAL)?;
        command.expect(template.len(), self.profile.le)?;
        Ok(response.push(template)?)
    }

    fn became_selected(&mut self, selected: Selected) {
        self.selected = selected;
        self.access = Access::default();
    }

    fn fci<'o>(&self, out: &'o mut [u8]) -> Option<&'o [u8]> {
        let info = map::transparent(Sfi::INFO)?.read(&self.core.store).try_into().ok()?;
        let FciShape { version, priority, preferred_name, padding, .. } = &self.profile.fci;
        let fci = Fci {
            df_name: &self.aid,
            label: self.profile.fci.label(),
            priority: *priority,
            version,
            preferred_name,
            padding: usize::from(*padding),
            info,
        };
        fci.encode(out)
    }
}
