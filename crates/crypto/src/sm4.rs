//! SM4.

use core::fmt;

use ::sm4::Sm4;
use cipher::{BlockCipherEncrypt, KeyInit};

use crate::{Kcv, Key16, Tally};

/// A prepared SM4 key.
///
/// `Debug` prints its key check value.
#[derive(Clone)]
pub struct Sm4Key(Sm4);

impl Sm4Key {
    /// Prepares `key`: 1 SM4 schedule.
    #[must_use]
    pub fn new(key: &Key16, tally: &mut Tally) -> Self {
        tally.sm4_schedules += 1;
        Self(Sm4::new(key.bytes().into()))
    }

    /// Enciphers one block (ECB): 1 SM4 block.
    #[must_use]
    pub fn encrypt(&self, block: [u8; 16], tally: &mut Tally) -> [u8; 16] {
        tally.sm4_blocks += 1;
        let mut block = block.into();
        self.0.encrypt_block(&mut block);
        block.into()
    }

    /// The key check value, see [`Key16::kcv`]: 1 SM4 block.
    #[must_use]
    pub fn kcv(&self, tally: &mut Tally) -> Kcv {
        let [a, b, c, ..] = self.encrypt([0; 16], tally);
        Kcv([a, b, c])
    }
}

impl fmt::Debug for Sm4Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sm4Key(KCV {})", self.kcv(&mut Tally::default()))
    }
}
