//! What a terminal knows of its PSAM (`docs/spec/terminal.md` 2.1).

use tunion_data::TerminalId;
use tunion_data::command::{SamApplication, SamSerial};

/// Read once, when the terminal is switched on.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Sam {
    pub(crate) terminal: TerminalId,
    pub(crate) serial: SamSerial,
    pub(crate) application: SamApplication,
}
