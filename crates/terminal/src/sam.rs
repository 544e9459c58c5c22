//! What a terminal knows of its PSAM (`docs/spec/terminal.md` 2.1).

use tunion_data::TerminalId;
use tunion_data::command::{SamApplication, SamQuota, SamSerial};

/// Read once, when the terminal is switched on.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Sam {
    pub(crate) terminal: TerminalId,
    pub(crate) serial: SamSerial,
    pub(crate) application: SamApplication,
    /// What the load SAM said last of its quota, less what it approved since: for display, and to ask for more
    /// in time. The SAM counts for itself.
    pub(crate) quota: SamQuota,
    /// The SAM did not take the host's authenticator: it is not tried again before the next reset, since it has
    /// few tries.
    pub(crate) barred: bool,
}
