//! The MACs against the crates `cbc-mac` and `retail-mac`, which share no code with ours but the
//! cipher, over inputs of every length around the block boundaries; and what keys show of
//! themselves.

use cbc_mac::{CbcMac, KeyInit, Mac};
use des::Des;
use proptest::array::{uniform8, uniform16};
use proptest::collection::vec;
use proptest::prelude::*;
use retail_mac::RetailMac;
use tunion_crypto::{Algorithm, Challenge, DesKey, Key16, Tally, ct_eq};

/// Padding method 2 spelled out, and the IV as what it is: a mask of the first block.
fn padded_from(iv: [u8; 8], input: &[u8]) -> Vec<u8> {
    let mut bytes = input.to_vec();
    bytes.push(0x80);
    while !bytes.len().is_multiple_of(8) {
        bytes.push(0);
    }
    bytes.iter_mut().zip(iv).for_each(|(byte, iv)| *byte ^= iv);
    bytes
}

fn reference<M: Mac + KeyInit>(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    let mut mac = <M as KeyInit>::new_from_slice(key).expect("the key has the cipher's length");
    mac.update(bytes);
    mac.finalize().into_bytes()[..4].to_vec()
}

proptest! {
    #[test]
    fn transaction_mac_is_algorithm_1(key in uniform8(any::<u8>()), input in vec(any::<u8>(), 0..=48)) {
        let mut tally = Tally::default();
        let key_ours = DesKey::new(key, &mut tally);
        prop_assert_eq!(
            key_ours.mac(&input, &mut tally).to_vec(),
            reference::<CbcMac<Des>>(&key, &padded_from([0; 8], &input))
        );
        let des_blocks = input.len() as u64 / 8 + 1;
        prop_assert_eq!(tally, Tally { des_schedules: 1, des_blocks, ..Tally::default() });
    }

    #[test]
    fn command_mac_under_8_bytes_is_algorithm_1_from_the_challenge(
        key in uniform8(any::<u8>()),
        iv in uniform8(any::<u8>()),
        input in vec(any::<u8>(), 0..=48),
    ) {
        let mut tally = Tally::default();
        prop_assert_eq!(
            DesKey::new(key, &mut tally).command_mac(Challenge::from(iv), &input, &mut tally).to_vec(),
            reference::<CbcMac<Des>>(&key, &padded_from(iv, &input))
        );
    }

    #[test]
    fn command_mac_under_16_bytes_is_algorithm_3_from_the_challenge(
        key in uniform16(any::<u8>()),
        iv in uniform8(any::<u8>()),
        input in vec(any::<u8>(), 0..=48),
    ) {
        let mut tally = Tally::default();
        prop_assert_eq!(
            Key16::new(key).tdes(&mut tally).command_mac(Challenge::from(iv), &input, &mut tally).to_vec(),
            reference::<RetailMac<Des>>(&key, &padded_from(iv, &input))
        );
        let des_blocks = input.len() as u64 / 8;
        prop_assert_eq!(tally, Tally { tdes_schedules: 1, des_blocks, tdes_blocks: 1, ..Tally::default() });
    }

    #[test]
    fn keys_and_macs_are_equal_when_their_bytes_are(
        bytes in uniform16(any::<u8>()),
        place in 0..16_usize,
        flip in 1..=u8::MAX,
    ) {
        let mut other = bytes;
        other[place] ^= flip;
        prop_assert_eq!(Key16::new(bytes), Key16::new(bytes));
        prop_assert_ne!(Key16::new(bytes), Key16::new(other));
        prop_assert!(ct_eq(&bytes, &bytes));
        prop_assert!(!ct_eq(&bytes, &other));
    }
}

#[test]
fn keys_print_their_check_value_or_nothing() {
    let mut tally = Tally::default();
    let key = Key16::new([0; 16]);
    let tdes = key.tdes(&mut tally);
    assert_eq!(format!("{key:?}"), "Key16(KCV 8CA64D)");
    assert_eq!(format!("{tdes:?}"), "TdesKey(KCV 8CA64D)");
    assert_eq!(format!("{:?}", key.sm4(&mut tally)), "Sm4Key(KCV 9F1F7B)");
    assert_eq!(format!("{:?}", tdes.session_key([0; 8], &mut tally)), "SessionKey(DesKey { .. })");
    assert_eq!(key.kcv(Algorithm::Tdes, &mut tally).to_string(), "8CA64D");
}
