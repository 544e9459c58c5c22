//! Key diversification (密钥分散): from a root to the key of one card.
//!
//! One step derives 16 bytes from a key and an 8-byte factor X, where ~X is X with every bit
//! flipped (`docs/spec/card.md` 4.2, 4.3):
//!
//! - 3DES: `3DES_K(X) ‖ 3DES_K(~X)`
//! - SM4: `SM4_K(X ‖ ~X)`

use crate::key::Half;
use crate::{Algorithm, Key16, Sm4Key, Tally, TdesKey};

impl Key16 {
    /// One diversification step under `algorithm`: a schedule, and two 3DES blocks or one SM4 block.
    ///
    /// A PSAM that is handed one to three factors applies this once for each
    /// (`docs/spec/terminal.md` 2.2).
    #[must_use]
    pub fn diversify(&self, algorithm: Algorithm, factor: [u8; 8], tally: &mut Tally) -> Self {
        match algorithm {
            Algorithm::Tdes => self.tdes(tally).diversify(factor, tally),
            Algorithm::Sm4 => self.sm4(tally).diversify(factor, tally),
        }
    }

    /// The card key under this root by T-Union's two levels: first the issuer (EF 15 bytes 0–7),
    /// then the last 8 bytes of the card number (EF 15 bytes 12–19).
    #[must_use]
    pub fn card_key(&self, algorithm: Algorithm, issuer: [u8; 8], asn: [u8; 8], tally: &mut Tally) -> Self {
        self.diversify(algorithm, issuer, tally).diversify(algorithm, asn, tally)
    }
}

impl TdesKey {
    /// One diversification step: 2 two-key 3DES blocks.
    #[must_use]
    pub fn diversify(&self, factor: [u8; 8], tally: &mut Tally) -> Key16 {
        let left = Half::new(self.encrypt(factor, tally));
        let right = Half::new(self.encrypt(factor.map(|b| !b), tally));
        Key16::join(&left, &right)
    }
}

impl Sm4Key {
    /// One diversification step: 1 SM4 block.
    #[must_use]
    pub fn diversify(&self, factor: [u8; 8], tally: &mut Tally) -> Key16 {
        // The factor is no secret; the block that comes of it is the key.
        let mut block = [0; 16];
        block[..8].copy_from_slice(&factor);
        block[8..].copy_from_slice(&factor.map(|b| !b));
        Key16::new(self.encrypt(block, tally))
    }
}
