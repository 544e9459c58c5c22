//! SELECT and READ BINARY (`docs/spec/terminal.md` 2.1).

use rand_core::Rng;
use tunion_apdu::{Command, LeRule, Response, Sw};
use tunion_data::file::Sfi;
use tunion_device::Fault;

use crate::psam::{Directory, Psam};

/// A file of a PSAM. 15 and 16 lie in the MF, 17 and 18 in DF 8011 (our reading; terminals read them in
/// this order, `docs/spec/terminal.md` 2.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum File {
    /// 15, the serial number.
    Serial,
    /// 16, the terminal number.
    Terminal,
    /// 17, of the application.
    Application,
    /// 18 of a load SAM, its quota (our reading).
    Quota,
}

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

    /// The file that `80 + SFI` names in the directory that is selected.
    pub(crate) fn file(&self, p1: u8) -> Result<File, Sw> {
        Ok(match (self.current, Sfi(p1 & 0x1F)) {
            (Directory::Master, Sfi::INFO) => File::Serial,
            (Directory::Master, Sfi::HOLDER) => File::Terminal,
            (Directory::Purchase, Sfi::MANAGEMENT) => File::Application,
            (Directory::Purchase, Sfi::QUOTA) if self.contents.load.is_some() => File::Quota,
            _ => return Err(Sw::FILE_NOT_FOUND),
        })
    }

    /// READ BINARY: P1 is 80 + SFI, P2 the offset; Le = 00 reads to the end and more than there is
    /// answers `6Cxx`, as on the card.
    pub(crate) fn read_binary(&self, command: &Command<'_>, response: &mut Response) -> Result<(), Fault> {
        let (serial, application, quota);
        let bytes: &[u8] = match self.file(command.p1)? {
            File::Serial => {
                serial = self.contents.serial.encode();
                &serial
            }
            File::Terminal => &self.contents.terminal.0,
            File::Application => {
                application = self.contents.application.encode();
                &application
            }
            File::Quota => {
                quota = self.quota().encode();
                &quota
            }
        };
        Ok(response.push(command.part_of(bytes, LeRule::Strict)?)?)
    }
}
