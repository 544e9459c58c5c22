//! Single DES.

use core::fmt;

use ::des::Des;
use cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

use crate::key::Half;
use crate::{Key16, Tally, mac};

/// A prepared single-DES key.
///
/// [`SessionKey`](crate::SessionKey), [`TacKey`](crate::TacKey) and
/// [`PinReloadKey`](crate::PinReloadKey) are made of it. By itself it is an 8-byte maintenance key of
/// an old card.
#[derive(Clone)]
pub struct DesKey(Des);

impl DesKey {
    /// Prepares the 8-byte key: 1 DES schedule.
    #[must_use]
    pub fn new(key: [u8; 8], tally: &mut Tally) -> Self {
        Self::prepare(&Half::new(key), tally)
    }

    /// The same from a key that stays where it is.
    pub(crate) fn prepare(key: &Half, tally: &mut Tally) -> Self {
        tally.des_schedules += 1;
        Self::schedule(key)
    }

    /// Prepares the left half XOR the right half of `key`: 1 DES schedule.
    ///
    /// So is the TAC key made, and the key for the MAC of RELOAD PIN (`docs/spec/card.md` 4.6, 4.7).
    #[must_use]
    pub fn folded(key: &Key16, tally: &mut Tally) -> Self {
        let [left, right] = key.halves();
        Self::prepare(&Half::new(mac::xor(*left, *right)), tally)
    }

    /// The MAC of purse transactions over `input`: ISO/IEC 9797-1 algorithm 1, IV zero, padding
    /// method 2, first 4 bytes (`docs/spec/card.md` 4.5). `input.len() / 8 + 1` DES blocks.
    #[must_use]
    pub fn mac(&self, input: &[u8], tally: &mut Tally) -> [u8; 4] {
        self.mac_from([0; 8], input, tally)
    }

    /// The same from an initial vector.
    pub(crate) fn mac_from(&self, iv: [u8; 8], input: &[u8], tally: &mut Tally) -> [u8; 4] {
        let last = mac::chain(self, iv, input, tally);
        mac::truncate(self.encrypt(last, tally))
    }

    pub(crate) fn encrypt(&self, block: [u8; 8], tally: &mut Tally) -> [u8; 8] {
        tally.des_blocks += 1;
        self.forward(block)
    }

    /// The schedule, not counted: half of a [`TdesKey`](crate::TdesKey)'s.
    pub(crate) fn schedule(key: &Half) -> Self {
        Self(Des::new((&**key).into()))
    }

    /// One pass, not counted: a third of a 3DES block.
    pub(crate) fn forward(&self, block: [u8; 8]) -> [u8; 8] {
        let mut block = block.into();
        self.0.encrypt_block(&mut block);
        block.into()
    }

    /// One inverse pass, not counted: a third of a 3DES block.
    pub(crate) fn backward(&self, block: [u8; 8]) -> [u8; 8] {
        let mut block = block.into();
        self.0.decrypt_block(&mut block);
        block.into()
    }
}

impl fmt::Debug for DesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DesKey").finish_non_exhaustive()
    }
}
