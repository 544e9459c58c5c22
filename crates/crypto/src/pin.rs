//! The key under RELOAD PIN (重装密码).

use crate::{DesKey, Key16, Tally};

/// The key that proves a new PIN: left half XOR right half of the card's PIN reload key, DRPK
/// (`docs/spec/card.md` 4.1, 4.7).
///
/// ```
/// use tunion_crypto::{Key16, PinReloadKey, Tally};
/// let mut tally = Tally::default();
/// let drpk = PinReloadKey::new(&Key16::new(*b"a key for tests."), &mut tally);
/// let mac = drpk.mac(&[0x12, 0x34, 0x56], &mut tally);
/// assert_eq!(tally, Tally { des_schedules: 1, des_blocks: 1, ..Tally::default() });
/// # let _ = mac;
/// ```
#[derive(Clone, Debug)]
pub struct PinReloadKey(DesKey);

impl PinReloadKey {
    /// Folds and prepares the card's DRPK, see [`DesKey::folded`]: 1 DES schedule.
    #[must_use]
    pub fn new(drpk: &Key16, tally: &mut Tally) -> Self {
        Self(DesKey::folded(drpk, tally))
    }

    /// The MAC over the new PIN, as it stands in the command: IV zero and no challenge, see
    /// [`DesKey::mac`]. A PIN of 2 to 6 bytes takes 1 DES block.
    #[must_use]
    pub fn mac(&self, pin: &[u8], tally: &mut Tally) -> [u8; 4] {
        self.0.mac(pin, tally)
    }
}
