//! The one CBC chain under every MAC, and the comparison of MACs.
//!
//! ISO/IEC 9797-1 algorithms 1 and 3 differ in the last block only: algorithm 1 enciphers it with
//! the key of the chain, algorithm 3 (the retail MAC) with two-key 3DES, whose left half is the key
//! of the chain. So [`chain`] stops before the last block and leaves it to its caller.
//!
//! The crates `cbc-mac` and `retail-mac` are the second opinion in the tests rather than used here:
//! both pad with zeros (method 1) and start from IV zero, where PBOC wants method 2 and starts
//! secure messaging from the challenge, and `retail-mac` schedules both its keys anew for each MAC.

use subtle::ConstantTimeEq;

use crate::{DesKey, Tally};

/// Whether two MACs (or cryptograms) are the same, in constant time.
///
/// ```
/// use tunion_crypto::ct_eq;
/// assert!(ct_eq(&[1, 2, 3, 4], &[1, 2, 3, 4]));
/// assert!(!ct_eq(&[1, 2, 3, 4], &[1, 2, 3, 5]));
/// ```
#[must_use]
pub fn ct_eq<const N: usize>(ours: &[u8; N], theirs: &[u8; N]) -> bool {
    ours.as_slice().ct_eq(theirs.as_slice()).into()
}

/// Pads `input` by method 2 (one byte 80, then 00 up to a whole block, so at least the 80 is always
/// added), chains all blocks but the last from `iv`, and returns the last one, joined to the
/// chain and ready for its cipher. `input.len() / 8` DES blocks.
pub(crate) fn chain(key: &DesKey, iv: [u8; 8], input: &[u8], tally: &mut Tally) -> [u8; 8] {
    let (whole, rest) = input.as_chunks();
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    last[rest.len()] = 0x80;
    let chained = whole.iter().fold(iv, |state, block| key.encrypt(xor(state, *block), tally));
    xor(chained, last)
}

/// The first 4 bytes of the last block.
pub(crate) fn truncate([a, b, c, d, ..]: [u8; 8]) -> [u8; 4] {
    [a, b, c, d]
}

pub(crate) fn xor(a: [u8; 8], b: [u8; 8]) -> [u8; 8] {
    (u64::from_ne_bytes(a) ^ u64::from_ne_bytes(b)).to_ne_bytes()
}
