//! The MACs against the crates `cbc-mac` and `retail-mac`, which share no code with ours but the
//! cipher, and CMAC against RFC 4493 written out, over inputs of every length around the block
//! boundaries; what was enciphered deciphers to itself; and what keys show of themselves.

#![allow(clippy::unwrap_used, reason = "tests")]

use cbc_mac::{CbcMac, KeyInit, Mac};
use des::Des;
use proptest::array::{uniform8, uniform16};
use proptest::collection::vec;
use proptest::prelude::*;
use retail_mac::RetailMac;
use tunion_crypto::scp03::StaticKeys;
use tunion_crypto::{AesKey, Algorithm, Challenge, DesKey, Key16, PinReloadKey, Tally, TooLong, ct_eq};

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

/// CMAC by the steps of RFC 4493, over nothing but the block cipher.
fn cmac(key: &AesKey, input: &[u8]) -> [u8; 16] {
    let encrypt = |block: u128| u128::from_be_bytes(key.encrypt(block.to_be_bytes(), &mut Tally::default()));
    let double = |value: u128| (value << 1) ^ if value >> 127 == 1 { 0x87 } else { 0 };
    let whole = double(encrypt(0));
    let (last, before, subkey) = match input.len() {
        0 => (vec![], input, double(whole)),
        len if len.is_multiple_of(16) => (input[len - 16..].to_vec(), &input[..len - 16], whole),
        len => (input[len / 16 * 16..].to_vec(), &input[..len / 16 * 16], double(whole)),
    };
    let block = |bytes: &[u8]| {
        let mut block = [0; 16];
        block[..bytes.len()].copy_from_slice(bytes);
        if let Some(padding) = block.get_mut(bytes.len()) {
            *padding = 0x80;
        }
        u128::from_be_bytes(block)
    };
    let state = before.chunks(16).fold(0, |state, bytes| encrypt(state ^ block(bytes)));
    encrypt(state ^ block(&last) ^ subkey).to_be_bytes()
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
    fn a_command_mac_in_pieces_is_the_command_mac(
        key in uniform16(any::<u8>()),
        iv in uniform8(any::<u8>()),
        input in vec(any::<u8>(), 0..=48),
        cut in 0..8_usize,
    ) {
        let mut tally = Tally::default();
        let key = Key16::new(key).tdes(&mut tally);
        let whole = key.command_mac(Challenge::from(iv), &input, &mut tally);
        let mut padded = [&input[..], &[0x80]].concat();
        padded.resize(padded.len().next_multiple_of(8), 0);
        let (blocks, _) = padded.as_chunks();
        let (last, before) = blocks.split_last().unwrap();
        let (first, rest) = before.split_at(cut.min(before.len()));
        let mut tally = Tally::default();
        let state = key.chain_blocks(iv, first, &mut tally);
        let state = key.chain_blocks(state, rest, &mut tally);
        prop_assert_eq!(key.chain_end(state, *last, &mut tally), whole);
        prop_assert_eq!(tally, Tally { des_blocks: before.len() as u64, tdes_blocks: 1, ..Tally::default() });
    }

    #[test]
    fn cmac_is_rfc_4493(key in uniform16(any::<u8>()), input in vec(any::<u8>(), 0..=80)) {
        let mut tally = Tally::default();
        let key = Key16::new(key).aes(&mut tally);
        prop_assert_eq!(key.cmac(&input, &mut tally), cmac(&key, &input));
        let aes_blocks = input.len().div_ceil(16).max(1) as u64 + 1;
        prop_assert_eq!(tally, Tally { aes_schedules: 1, aes_blocks, ..Tally::default() });
    }

    #[test]
    fn blocks_decipher_to_themselves(
        key in uniform16(any::<u8>()),
        block in uniform8(any::<u8>()),
        long in uniform16(any::<u8>()),
    ) {
        let tally = &mut Tally::default();
        let key = Key16::new(key);
        let (tdes, aes) = (key.tdes(tally), key.aes(tally));
        prop_assert_eq!(tdes.decrypt(tdes.encrypt(block, tally), tally), block);
        prop_assert_eq!(tdes.encrypt(tdes.decrypt(block, tally), tally), block);
        prop_assert_eq!(aes.decrypt(aes.encrypt(long, tally), tally), long);
    }

    #[test]
    fn enciphered_data_deciphers_to_itself(
        key in uniform16(any::<u8>()),
        plain in vec(any::<u8>(), 0..=255),
        spare in 0..20_usize,
    ) {
        let mut tally = Tally::default();
        let key = Key16::new(key).tdes(&mut tally);
        let len = (plain.len() / 8 + 1) * 8;
        let mut short = vec![0x5A; len - 1];
        prop_assert_eq!(key.encipher_data(&plain, &mut short, &mut tally), Err(TooLong));
        prop_assert_eq!(short, vec![0x5A; len - 1]);

        let mut buffer = vec![0x5A; len + spare];
        prop_assert_eq!(key.encipher_data(&plain, &mut buffer, &mut tally).map(<[u8]>::len), Ok(len));
        prop_assert_eq!(&buffer[len..], &vec![0x5A; spare][..]);
        let tdes_blocks = plain.len() as u64 / 8 + 1;
        prop_assert_eq!(tally, Tally { tdes_schedules: 1, tdes_blocks, ..Tally::default() });
        prop_assert_eq!(key.decipher_data(&mut buffer[..len], &mut tally), Ok(&plain[..]));
        prop_assert_eq!(tally.tdes_blocks, 2 * tdes_blocks);
    }

    /// Deciphering looks at no more than it was given, whatever comes out.
    #[test]
    fn noise_deciphers_to_data_that_enciphers_to_it_or_to_nothing(
        key in uniform16(any::<u8>()),
        noise in vec(any::<u8>(), 0..=32),
    ) {
        let tally = &mut Tally::default();
        let key = Key16::new(key).tdes(tally);
        let mut data = noise.clone();
        if let Ok(plain) = key.decipher_data(&mut data, tally) {
            let mut buffer = [0; 64];
            prop_assert_eq!(key.encipher_data(plain, &mut buffer, tally), Ok(&noise[..]));
        }
    }

    #[test]
    fn a_pin_is_proven_under_the_folded_key(
        key in uniform16(any::<u8>()),
        pin in vec(any::<u8>(), 2..=6),
    ) {
        let tally = &mut Tally::default();
        let (halves, _) = key.as_chunks::<8>();
        let folded = std::array::from_fn(|i| halves[0][i] ^ halves[1][i]);
        let mac = PinReloadKey::new(&Key16::new(key), tally).mac(&pin, tally);
        prop_assert_eq!(mac, DesKey::new(folded, tally).mac(&pin, tally));
    }

    /// Commands of any length, in any order, enciphered or only proven: both ends stay together.
    #[test]
    fn both_ends_of_a_channel_agree(
        keys in uniform16(any::<u8>()),
        host in uniform8(any::<u8>()),
        card in uniform8(any::<u8>()),
        commands in vec((vec(any::<u8>(), 0..=223), any::<bool>()), 1..6),
    ) {
        let tally = &mut Tally::default();
        let keys = StaticKeys::new(&Key16::new(keys), &Key16::new(keys.map(|byte| !byte)), tally);
        let (mut at_host, mut at_card) = (keys.session(host, card, tally), keys.session(host, card, tally));
        for (plain, enciphered) in commands {
            let mut buffer = [0; 255];
            let sent = if enciphered {
                at_host.encipher(&plain, &mut buffer, tally).unwrap()
            } else {
                &plain[..]
            };
            let header = [0x84, 0xE2, 0x00, 0x00];
            let mac = at_host.command_mac(header, sent, tally).unwrap();
            let mut received = sent.to_vec();
            prop_assert_eq!(at_card.command_mac([0x80, 0xE2, 0x00, 0x00], &received, tally), Ok(mac));
            if enciphered {
                prop_assert_eq!(at_card.decipher(&mut received, tally), Ok(&plain[..]));
            }
            prop_assert_eq!(
                at_card.response_mac(&plain, 0x9000, tally),
                at_host.response_mac(&plain, 0x9000, tally)
            );
        }
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
    assert_eq!(format!("{:?}", key.aes(&mut tally)), "AesKey(KCV E14D5D)");
    assert_eq!(format!("{:?}", PinReloadKey::new(&key, &mut tally)), "PinReloadKey(DesKey { .. })");
    let session = StaticKeys::new(&key, &key, &mut tally).session([0; 8], [0; 8], &mut tally);
    assert_eq!(format!("{session:?}"), "Session { commands: 0, .. }");
    assert_eq!(format!("{:?}", tdes.session_key([0; 8], &mut tally)), "SessionKey(DesKey { .. })");
    assert_eq!(key.kcv(Algorithm::Tdes, &mut tally).to_string(), "8CA64D");
}
