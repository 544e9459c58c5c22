//! SELECT: the directory and the application (`docs/spec/card.md` 1).

use crate::card::{Card, Selected};
use crate::map;
use rand_core::Rng;
use tunion_apdu::{Command, Response, Sw};
use tunion_data::fci::{Directory, EP_LABEL, Fci, PPSE};
use tunion_data::file::Sfi;
use tunion_device::Fault;

/// Room for the longest FCI: a 16-byte name and a 2-byte version make 60.
const FCI_MAX: usize = 96;

impl<R: Rng> Card<R> {
    /// SELECT by name. A name that the application's name begins with selects it too (partial name,
    /// `docs/spec/card.md` 1.1). A SELECT that is refused leaves the selection as it was (ISO/IEC
    /// 7816-4).
    pub(crate) fn select_name(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        let mut template = [0; FCI_MAX];
        let (selected, length) = if command.data == PPSE {
            let directory = Directory { aid: &self.aid, label: EP_LABEL, priority: 1 };
            (Selected::Directory, directory.encode(&mut template))
        } else if self.aid.starts_with(command.data) {
            (Selected::Purse, self.fci(&mut template))
        } else {
            return Err(Sw::FILE_NOT_FOUND.into());
        };
        let template = length.and_then(|length| template.get(..length)).ok_or(Sw::INTERNAL)?;
        command.expect(template.len())?;
        response.push(template)?;
        self.selected = selected;
        Ok(())
    }

    fn fci(&self, out: &mut [u8]) -> Option<usize> {
        let info = map::transparent(Sfi::INFO)?.read(&self.core.store).try_into().ok()?;
        Fci { df_name: &self.aid, version: &self.version, info }.encode(out)
    }
}
