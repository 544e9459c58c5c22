//! Two-key 3DES.
//!
//! It is put together from its two single-DES keys instead of `des::TdesEde2`, because the retail
//! MAC (`sm`) chains with the left key alone and ends with the whole: one pair of schedules serves
//! session keys, diversification and secure messaging, at the same price per block.

use core::fmt;

use crate::{DesKey, Kcv, Key16, Tally};

/// A prepared two-key 3DES key (encrypt left, decrypt right, encrypt left).
///
/// `Debug` prints its key check value.
#[derive(Clone)]
pub struct TdesKey {
    pub(crate) left: DesKey,
    right: DesKey,
}

impl TdesKey {
    /// Prepares `key`: 1 two-key 3DES schedule.
    #[must_use]
    pub fn new(key: &Key16, tally: &mut Tally) -> Self {
        tally.tdes_schedules += 1;
        let [left, right] = key.halves().map(|half| DesKey::schedule(&half));
        Self { left, right }
    }

    /// Enciphers one block (ECB): 1 two-key 3DES block.
    #[must_use]
    pub fn encrypt(&self, block: [u8; 8], tally: &mut Tally) -> [u8; 8] {
        tally.tdes_blocks += 1;
        self.left.forward(self.right.backward(self.left.forward(block)))
    }

    /// Deciphers one block (ECB): 1 two-key 3DES block.
    #[must_use]
    pub fn decrypt(&self, block: [u8; 8], tally: &mut Tally) -> [u8; 8] {
        tally.tdes_blocks += 1;
        self.left.backward(self.right.forward(self.left.backward(block)))
    }

    /// The key check value, see [`Key16::kcv`]: 1 two-key 3DES block.
    #[must_use]
    pub fn kcv(&self, tally: &mut Tally) -> Kcv {
        let [a, b, c, ..] = self.encrypt([0; 8], tally);
        Kcv([a, b, c])
    }
}

impl fmt::Debug for TdesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TdesKey(KCV {})", self.kcv(&mut Tally::default()))
    }
}
