//! The purse's cryptography a second time, from single DES blocks, to hold the card against
//! (`docs/spec/card.md` 4.4 to 4.6).

use cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use des::Des;

fn single(key: &[u8], block: [u8; 8]) -> [u8; 8] {
    let mut block = block.into();
    Des::new_from_slice(key).unwrap().encrypt_block(&mut block);
    block.into()
}

/// Two-key 3DES of a block.
pub fn triple(key: [u8; 16], block: [u8; 8]) -> [u8; 8] {
    let (left, right) = key.split_at(8);
    let mut middle = single(left, block).into();
    Des::new_from_slice(right).unwrap().decrypt_block(&mut middle);
    single(left, middle.into())
}

/// DES-CBC from IV 0 over the padded input, its first four bytes.
pub fn mac(key: [u8; 8], input: &[u8]) -> [u8; 4] {
    let mut padded = [input, &[0x80]].concat();
    padded.resize(padded.len().next_multiple_of(8), 0x00);
    let last = padded
        .chunks(8)
        .fold([0; 8], |state: [u8; 8], block| single(&key, std::array::from_fn(|at| state[at] ^ block[at])));
    [last[0], last[1], last[2], last[3]]
}

/// The session key of a load, an unload or a limit update.
pub fn online_key(key: [u8; 16], random: [u8; 4], seq: u16) -> [u8; 8] {
    triple(key, [&random[..], &seq.to_be_bytes(), &[0x80, 0x00]].concat().try_into().unwrap())
}

/// The TAC key.
pub fn folded(key: [u8; 16]) -> [u8; 8] {
    std::array::from_fn(|at| key[at] ^ key[at + 8])
}
