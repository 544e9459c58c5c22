//! Bringing up the PSAM (`docs/spec/terminal.md` 2.1): terminal number, serial number, DF 8011, key
//! index and acquirer. A PSAM that does not answer is reset and asked again, three times in all.

use super::{Answer, Stage, Terminal};
use crate::action::Action;
use crate::sam::Sam;
use tunion_apdu::build;
use tunion_data::TerminalId;
use tunion_data::command::{SamApplication, SamSerial};
use tunion_data::file::Sfi;

/// The T-Union application of a PSAM (`docs/spec/terminal.md` 2.1).
const DF_TUNION: u16 = 0x8011;

/// Resets before a terminal gives up.
const TRIES: u8 = 3;

/// A PSAM that is being brought up.
#[derive(Clone, Copy, Debug)]
pub(super) struct BringUp {
    asked: Asked,
    tries_left: u8,
}

/// What was asked for last.
#[derive(Clone, Copy, Debug)]
enum Asked {
    Terminal,
    Serial,
    Select,
    Application,
}

impl Terminal<'_> {
    pub(super) fn start(&mut self) -> Stage {
        self.reset_sam(TRIES - 1)
    }

    /// The PSAM did not answer, or not as a PSAM does.
    pub(super) fn start_again(&mut self, bring_up: BringUp) -> Stage {
        bring_up.tries_left.checked_sub(1).map_or(Stage::Off, |left| self.reset_sam(left))
    }

    fn reset_sam(&mut self, tries_left: u8) -> Stage {
        self.sam_suspect = false;
        self.sam_open = None;
        self.sam = Sam::default();
        self.want(Action::ResetSam);
        self.ask_sam(build::read_binary(Sfi::HOLDER, 6));
        Stage::Starting(BringUp { asked: Asked::Terminal, tries_left })
    }

    pub(super) fn bring_up(&mut self, bring_up: BringUp, bytes: &[u8]) -> Stage {
        self.took(bring_up, bytes).unwrap_or_else(|| self.start_again(bring_up))
    }

    fn took(&mut self, bring_up: BringUp, bytes: &[u8]) -> Option<Stage> {
        let data = Answer::of(bytes).filter(|answer| answer.sw.is_ok())?.data;
        let (asked, command) = match bring_up.asked {
            Asked::Terminal => {
                self.sam.terminal = TerminalId(data.try_into().ok()?);
                (Asked::Serial, build::read_binary(Sfi::INFO, 10))
            }
            Asked::Serial => {
                self.sam.serial = SamSerial::try_from(data).ok()?;
                (Asked::Select, build::select_file(DF_TUNION))
            }
            Asked::Select => (Asked::Application, build::read_binary(Sfi::MANAGEMENT, 25)),
            Asked::Application => {
                self.sam.application = SamApplication::try_from(data).ok()?;
                return Some(self.brought_up(bring_up));
            }
        };
        self.ask_sam(command);
        Some(Stage::Starting(BringUp { asked, ..bring_up }))
    }
}
