//! AES with 128-bit keys, and AES-CMAC.
//!
//! Nothing of the purse works with AES; the secure channel of a secure element does
//! ([`scp03`](crate::scp03)).

use core::fmt;

use ::aes::Aes128;
use cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use cmac::Mac;
use cmac::digest::common::InnerInit;

use crate::{Kcv, Key16, Tally};

/// One block of AES: 16 bytes.
pub(crate) type Block = [u8; 16];

/// A prepared AES-128 key.
///
/// `Debug` prints its key check value.
#[derive(Clone)]
pub struct AesKey(Aes128);

impl AesKey {
    /// Prepares `key`: 1 AES schedule.
    #[must_use]
    pub fn new(key: &Key16, tally: &mut Tally) -> Self {
        tally.aes_schedules += 1;
        Self(Aes128::new(key.bytes().into()))
    }

    /// Enciphers one block (ECB): 1 AES block.
    #[must_use]
    pub fn encrypt(&self, block: [u8; 16], tally: &mut Tally) -> [u8; 16] {
        tally.aes_blocks += 1;
        let mut block = block.into();
        self.0.encrypt_block(&mut block);
        block.into()
    }

    /// Deciphers one block (ECB): 1 AES block.
    #[must_use]
    pub fn decrypt(&self, block: [u8; 16], tally: &mut Tally) -> [u8; 16] {
        tally.aes_blocks += 1;
        let mut block = block.into();
        self.0.decrypt_block(&mut block);
        block.into()
    }

    /// AES-CMAC over `input`, all 16 bytes (NIST SP 800-38B, RFC 4493): an AES block for every 16
    /// bytes begun, at least one, and one more for the subkeys, which are computed anew each time.
    ///
    /// ```
    /// use tunion_crypto::{Key16, Tally};
    /// let mut tally = Tally::default();
    /// let key = Key16::new(0x2B7E_1516_28AE_D2A6_ABF7_1588_09CF_4F3C_u128.to_be_bytes()).aes(&mut tally);
    /// // The example with an empty message.
    /// let mac = u128::from_be_bytes(key.cmac(&[], &mut tally));
    /// assert_eq!(mac, 0xBB1D_6929_E959_3728_7FA3_7D12_9B75_6746);
    /// ```
    #[must_use]
    pub fn cmac(&self, input: &[u8], tally: &mut Tally) -> [u8; 16] {
        self.cmac_of(&[input], tally)
    }

    /// The same over `parts`, one after the other.
    pub(crate) fn cmac_of(&self, parts: &[&[u8]], tally: &mut Tally) -> Block {
        let len: usize = parts.iter().map(|part| part.len()).sum();
        tally.aes_blocks += len.div_ceil(16).max(1) as u64 + 1;
        // Over a reference: the key schedule is not copied.
        let mut mac = cmac::Cmac::<&Aes128>::inner_init(&self.0);
        for part in parts {
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The key check value of GlobalPlatform's AES keys: the first 3 bytes of the enciphered block
    /// of 16 × 01 (`docs/spec/terminal.md` 7). The purse's keys encipher zeros instead, see
    /// [`Key16::kcv`]. 1 AES block.
    #[must_use]
    pub fn kcv(&self, tally: &mut Tally) -> Kcv {
        let [a, b, c, ..] = self.encrypt([0x01; 16], tally);
        Kcv([a, b, c])
    }

    /// Enciphers whole blocks in place, in CBC mode from `iv`: 1 AES block each.
    pub(crate) fn encrypt_cbc(&self, iv: Block, blocks: &mut [Block], tally: &mut Tally) {
        blocks.iter_mut().fold(iv, |state, block| {
            *block = self.encrypt(xor(state, *block), tally);
            *block
        });
    }

    /// Deciphers whole blocks in place, in CBC mode from `iv`: 1 AES block each.
    pub(crate) fn decrypt_cbc(&self, iv: Block, blocks: &mut [Block], tally: &mut Tally) {
        blocks.iter_mut().fold(iv, |state, block| {
            let enciphered = *block;
            *block = xor(state, self.decrypt(enciphered, tally));
            enciphered
        });
    }
}

impl fmt::Debug for AesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AesKey(KCV {})", self.kcv(&mut Tally::default()))
    }
}

fn xor(a: Block, b: Block) -> Block {
    (u128::from_ne_bytes(a) ^ u128::from_ne_bytes(b)).to_ne_bytes()
}
