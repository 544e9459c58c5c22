//! Power, as every [`Store`](crate::Store) has and loses it, whatever its size; and the wear of its cells.

use crate::PAGE;
use crate::memory::Cut;
use core::fmt;

/// Neither root is valid, or both are and neither follows the other. No loss of power leads here; the
/// memory was changed by other means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Corrupt;

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the memory holds no root that can be told to be the newest")
    }
}

impl core::error::Error for Corrupt {}

/// Memory that has power or has not, and a loss of power that may lie ahead.
pub trait Power {
    /// Gives power and finds the last commit. Nothing is written.
    ///
    /// # Errors
    /// [`Corrupt`] when the memory does not say which root is the newest; it then stays without power.
    fn power_on(&mut self) -> Result<(), Corrupt>;

    /// Takes the power away.
    fn power_off(&mut self);

    /// Whether there is power.
    fn is_powered(&self) -> bool;

    /// Lays a loss of power ahead, or takes it away.
    fn set_cut(&mut self, cut: Option<Cut>);

    /// The loss of power that still lies ahead.
    fn cut(&self) -> Option<Cut>;

    /// Wears the memory out, or makes it new. A worn memory is read as ever, and refuses every change
    /// before a byte of it is written ([`CommitError::Worn`](crate::CommitError::Worn)): cells that
    /// withstand a limited number of erasures, and a chip that tests them before it writes. Power makes
    /// no difference to it, and a cut stays ahead.
    fn set_worn(&mut self, worn: bool);

    /// Whether the memory is worn out.
    fn is_worn(&self) -> bool;

    /// Pages written completely since the memory was made.
    fn page_writes(&self) -> u32;

    /// A page as it was last committed, with power and without; `None` beyond the last one.
    fn committed(&self, number: usize) -> Option<&[u8; PAGE]>;
}
