//! Key values and what may be shown of them.

use core::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{AesKey, Sm4Key, Tally, TdesKey};

/// The ciphers a T-Union card may work with (`docs/spec/card.md` 4.8).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Algorithm {
    /// Two-key 3DES, encrypt–decrypt–encrypt.
    Tdes,
    /// SM4 (国密).
    Sm4,
}

/// 8 bytes of a key, or a key of 8 bytes, zeroised when dropped.
pub(crate) type Half = Zeroizing<[u8; 8]>;

/// A 16-byte key value: a root, a level between, or a card key.
///
/// The same value can serve as a two-key 3DES key and as an SM4 key, as the published test roots do
/// (`docs/spec/card.md` 4.3). It is zeroised when dropped and compares in constant time. There is no
/// way to read the bytes back, and `Debug` prints the 3DES key check value:
///
/// ```
/// use tunion_crypto::Key16;
/// assert_eq!(format!("{:?}", Key16::new([0; 16])), "Key16(KCV 8CA64D)");
/// ```
#[derive(Clone)]
pub struct Key16(Zeroizing<[u8; 16]>);

impl Key16 {
    /// Takes the 16 bytes of the key. Parity bits are kept and ignored.
    #[must_use]
    pub fn new(bytes: [u8; 16]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// Prepares it as a two-key 3DES key.
    #[must_use]
    pub fn tdes(&self, tally: &mut Tally) -> TdesKey {
        TdesKey::new(self, tally)
    }

    /// Prepares it as an SM4 key.
    #[must_use]
    pub fn sm4(&self, tally: &mut Tally) -> Sm4Key {
        Sm4Key::new(self, tally)
    }

    /// Prepares it as an AES-128 key.
    #[must_use]
    pub fn aes(&self, tally: &mut Tally) -> AesKey {
        AesKey::new(self, tally)
    }

    /// The key check value (密钥校验值) under `algorithm`: the first 3 bytes of the enciphered zero
    /// block (`docs/spec/card.md` 4.1).
    #[must_use]
    pub fn kcv(&self, algorithm: Algorithm, tally: &mut Tally) -> Kcv {
        match algorithm {
            Algorithm::Tdes => self.tdes(tally).kcv(tally),
            Algorithm::Sm4 => self.sm4(tally).kcv(tally),
        }
    }

    pub(crate) fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// A key that was computed in two halves.
    pub(crate) fn join(left: &Half, right: &Half) -> Self {
        let mut bytes = Zeroizing::new([0; 16]);
        bytes[..8].copy_from_slice(&**left);
        bytes[8..].copy_from_slice(&**right);
        Self(bytes)
    }

    /// Left and right.
    pub(crate) fn halves(&self) -> [Half; 2] {
        let (halves, _) = self.0.as_chunks();
        [Half::new(halves[0]), Half::new(halves[1])]
    }
}

impl From<Zeroizing<[u8; 16]>> for Key16 {
    fn from(bytes: Zeroizing<[u8; 16]>) -> Self {
        Self(bytes)
    }
}

impl PartialEq for Key16 {
    /// In constant time.
    fn eq(&self, other: &Self) -> bool {
        self.0.as_slice().ct_eq(other.0.as_slice()).into()
    }
}

impl Eq for Key16 {}

impl fmt::Debug for Key16 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key16(KCV {})", self.kcv(Algorithm::Tdes, &mut Tally::default()))
    }
}

/// A key check value: 3 bytes that tell keys apart and give nothing of them away. Prints as six
/// hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Kcv(pub [u8; 3]);

impl fmt::Display for Kcv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02X}"))
    }
}

impl fmt::Debug for Kcv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// The promise to zeroise rests on features of the cipher crates; without them this fails to build.
const _: () = {
    const fn zeroised<T: zeroize::ZeroizeOnDrop>() {}
    zeroised::<Zeroizing<[u8; 16]>>();
    zeroised::<::aes::Aes128>();
    zeroised::<::des::Des>();
    zeroised::<::sm4::Sm4>();
};
