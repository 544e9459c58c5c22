//! SELECT and READ BINARY (`docs/spec/terminal.md` 2.1).

use rand_core::Rng;
use tunion_apdu::{Command, LeRule, Response, Sw};
use tunion_device::Fault;

use crate::psam::{Directory, Psam};

impl<R: Rng> Psam<R> {
    /// SELECT by file identifier: the MF or DF 8011, without an answer. One that finds nothing leaves
    /// the selection as it was (ISO/IEC 7816-4).
    pub(crate) fn select_file(&mut self, command: &Command<'_>) -> Result<(), Fault> {
        self.current = match *command.data {
            [0x3F, 0x00] => Directory::Master,
            [0x80, 0x11] => Directory::Purchase,
            _ => return Err(Sw::FILE_NOT_FOUND.into()),
        };
        Ok(())
    }

    /// READ BINARY: P1 is 80 + SFI, P2 the offset; Le = 00 reads to the end and more than there is
    /// answers `6Cxx`, as on the card. An SFI names a file of the directory that is selected: 15 and
    /// 16 lie in the MF, 17 in DF 8011 (our reading; terminals read them in this order,
    /// `docs/spec/terminal.md` 2.1).
    pub(crate) fn read_binary(&self, command: &Command<'_>, response: &mut Response) -> Result<(), Fault> {
        let (serial, application) = (self.contents.serial.encode(), self.contents.application.encode());
        let file: &[u8] = match (self.current, command.p1 & 0x1F) {
            (Directory::Master, 0x15) => &serial,
            (Directory::Master, 0x16) => &self.contents.terminal.0,
            (Directory::Purchase, 0x17) => &application,
            _ => return Err(Sw::FILE_NOT_FOUND.into()),
        };
        Ok(response.push(command.part_of(file, LeRule::Strict)?)?)
    }
}
