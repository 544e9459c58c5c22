//! Bringing up the PSAM (`docs/spec/terminal.md` 2.1): terminal number, serial number, DF 8011, key
//! index and acquirer.

use super::{Answer, Stage, Terminal};
use crate::action::Action;
use crate::sam::Sam;
use tunion_apdu::build;
use tunion_data::TerminalId;
use tunion_data::command::{SamApplication, SamSerial};
use tunion_data::file::Sfi;

/// The T-Union application of a PSAM.
const DF_TUNION: u16 = 0x8011;

/// What was asked for last.
#[derive(Clone, Copy, Debug)]
pub(super) enum BringUp {
    Terminal,
    Serial,
    Select,
    Application,
}

impl Terminal<'_> {
    pub(super) fn start(&mut self) -> Stage {
        self.sam = Sam::default();
        self.actions.push(Action::SendSam(build::read_binary(Sfi::HOLDER, 6)));
        Stage::Starting(BringUp::Terminal)
    }

    /// A PSAM that answers anything else leaves the terminal switched off.
    pub(super) fn bring_up(&mut self, step: BringUp, bytes: &[u8]) -> Stage {
        self.took(step, bytes).map_or(Stage::Off, |next| next)
    }

    fn took(&mut self, step: BringUp, bytes: &[u8]) -> Option<Stage> {
        let data = Answer::of(bytes).filter(|answer| answer.sw.is_ok())?.data;
        let (next, command) = match step {
            BringUp::Terminal => {
                self.sam.terminal = TerminalId(data.try_into().ok()?);
                (BringUp::Serial, build::read_binary(Sfi::INFO, 10))
            }
            BringUp::Serial => {
                self.sam.serial = SamSerial::try_from(data).ok()?;
                (BringUp::Select, build::select_file(DF_TUNION))
            }
            BringUp::Select => (BringUp::Application, build::read_binary(Sfi::MANAGEMENT, 25)),
            BringUp::Application => {
                self.sam.application = SamApplication::try_from(data).ok()?;
                return Some(Stage::Ready);
            }
        };
        self.actions.push(Action::SendSam(command));
        Some(Stage::Starting(next))
    }
}
