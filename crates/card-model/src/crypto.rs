//! The cryptography of section 4, from single DES blocks up.

use cipher::{Block, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use des::Des;

/// One DES block, enciphered.
#[must_use]
pub fn des(key: [u8; 8], block: [u8; 8]) -> [u8; 8] {
    let mut block = Block::<Des>::from(block);
    Des::new(&key.into()).encrypt_block(&mut block);
    block.into()
}

/// One DES block, deciphered.
#[must_use]
pub fn des_back(key: [u8; 8], block: [u8; 8]) -> [u8; 8] {
    let mut block = Block::<Des>::from(block);
    Des::new(&key.into()).decrypt_block(&mut block);
    block.into()
}

/// The left and the right half of a two-key key.
fn halves(key: [u8; 16]) -> ([u8; 8], [u8; 8]) {
    (std::array::from_fn(|i| key[i]), std::array::from_fn(|i| key[8 + i]))
}

fn xor(a: [u8; 8], b: [u8; 8]) -> [u8; 8] {
    std::array::from_fn(|i| a[i] ^ b[i])
}

/// One 3DES block, two-key EDE, enciphered.
#[must_use]
pub fn triple(key: [u8; 16], block: [u8; 8]) -> [u8; 8] {
    let (left, right) = halves(key);
    des(left, des_back(right, des(left, block)))
}

/// One 3DES block, deciphered.
#[must_use]
pub fn triple_back(key: [u8; 16], block: [u8; 8]) -> [u8; 8] {
    let (left, right) = halves(key);
    des_back(left, des(right, des_back(left, block)))
}

/// One step of diversification (4.2): `3DES(X) ‖ 3DES(~X)`.
#[must_use]
pub fn diversify(key: [u8; 16], factor: [u8; 8]) -> [u8; 16] {
    let left = triple(key, factor);
    let right = triple(key, factor.map(|byte| !byte));
    std::array::from_fn(|i| if i < 8 { left[i] } else { right[i - 8] })
}

/// Left half XOR right half: the key of a TAC (4.6) and of RELOAD PIN (4.7).
#[must_use]
pub fn fold(key: [u8; 16]) -> [u8; 8] {
    let (left, right) = halves(key);
    xor(left, right)
}

/// Session key of a purchase (4.4).
#[must_use]
pub fn purchase_session(
    key: [u8; 16],
    random: [u8; 4],
    sequence: u16,
    terminal_sequence: [u8; 4],
) -> [u8; 8] {
    let [r0, r1, r2, r3] = random;
    let [s0, s1] = sequence.to_be_bytes();
    triple(key, [r0, r1, r2, r3, s0, s1, terminal_sequence[2], terminal_sequence[3]])
}

/// Session key of a load, unload or limit update (4.4).
#[must_use]
pub fn load_session(key: [u8; 16], random: [u8; 4], sequence: u16) -> [u8; 8] {
    let [r0, r1, r2, r3] = random;
    let [s0, s1] = sequence.to_be_bytes();
    triple(key, [r0, r1, r2, r3, s0, s1, 0x80, 0x00])
}

/// DES-CBC over the input padded with 80 00…, from an IV; the last block.
fn chain(key: [u8; 8], iv: [u8; 8], input: &[u8]) -> [u8; 8] {
    let mut padded = input.to_vec();
    padded.push(0x80);
    while !padded.len().is_multiple_of(8) {
        padded.push(0);
    }
    let mut state = iv;
    for block in padded.chunks(8) {
        state = des(key, std::array::from_fn(|i| state[i] ^ block[i]));
    }
    state
}

fn first_four(block: [u8; 8]) -> [u8; 4] {
    std::array::from_fn(|i| block[i])
}

/// MAC of a transaction, TAC, and RELOAD PIN (4.5): IV 0.
#[must_use]
pub fn mac(key: [u8; 8], input: &[u8]) -> [u8; 4] {
    first_four(chain(key, [0; 8], input))
}

/// MAC of secure messaging (4.7): CBC under the left half, the last block also back under the right half and
/// forth under the left.
#[must_use]
pub fn retail_mac(key: [u8; 16], iv: [u8; 8], input: &[u8]) -> [u8; 4] {
    let (left, right) = halves(key);
    first_four(des(left, des_back(right, chain(left, iv, input))))
}

/// A challenge as IV or as the block of a cryptogram: 8 bytes, or 4 and zeros.
#[must_use]
pub fn challenge_block(challenge: &[u8]) -> [u8; 8] {
    std::array::from_fn(|i| challenge.get(i).copied().unwrap_or(0))
}
