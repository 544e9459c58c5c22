//! The work of a tap, counted. These are the floors that the latency models price; a change that
//! adds a block or a schedule fails here.

use hex_literal::hex;
use tunion_crypto::scp03::StaticKeys;
use tunion_crypto::{Algorithm, Challenge, Key16, PinReloadKey, TacKey, Tally, load_block, purchase_block};

const KEY: [u8; 16] = hex!("25EC312F61B9687CE3316101E60DB60B");
const ISSUER: [u8; 8] = hex!("05212482FFFFFFFF");
const ASN: [u8; 8] = hex!("4895199900000003");
const RANDOM: [u8; 4] = hex!("11223344");
/// amount ‖ type ‖ terminal ‖ date ‖ time
const MAC1_INPUT: [u8; 18] = hex!("00000000 09 100000000001 20240102 030405");
const MAC2_INPUT: [u8; 4] = hex!("00000000");
/// amount ‖ type ‖ terminal ‖ terminal sequence ‖ date ‖ time
const TAC_INPUT: [u8; 22] = hex!("00000000 09 100000000001 00000001 20240102 030405");

/// Runs `work` against a fresh tally and returns it.
fn count<T>(work: impl FnOnce(&mut Tally) -> T) -> Tally {
    let mut tally = Tally::default();
    let _ = work(&mut tally);
    tally
}

#[test]
fn a_composite_purchase_on_a_card_with_prepared_keys() {
    let mut once = Tally::default();
    let dpk = Key16::new(KEY).tdes(&mut once);
    let dtk = TacKey::new(&Key16::new(KEY), &mut once);
    assert_eq!(once, Tally { tdes_schedules: 1, des_schedules: 1, ..Tally::default() });

    let debit = count(|tally| {
        let session = dpk.session_key(purchase_block(RANDOM, 5, 1), tally);
        let macs = (session.mac(&MAC1_INPUT, tally), session.mac(&MAC2_INPUT, tally));
        (macs, dtk.mac(&TAC_INPUT, tally))
    });
    assert_eq!(debit, Tally { tdes_blocks: 1, des_schedules: 1, des_blocks: 7, ..Tally::default() });
}

#[test]
fn a_purchase_in_a_psam_that_keeps_nothing_between_taps() {
    let root = Key16::new(KEY);
    let tap = count(|tally| {
        let card_key = root.card_key(Algorithm::Tdes, ISSUER, ASN, tally).tdes(tally);
        let session = card_key.session_key(purchase_block(RANDOM, 5, 1), tally);
        (session.mac(&MAC1_INPUT, tally), session.mac(&MAC2_INPUT, tally))
    });
    let floor =
        Tally { tdes_blocks: 5, tdes_schedules: 3, des_schedules: 1, des_blocks: 4, ..Tally::default() };
    assert_eq!(tap, floor);
}

#[test]
fn a_psam_that_prepares_its_root_at_power_on_saves_one_schedule() {
    let root = Key16::new(KEY).tdes(&mut Tally::default());
    let diversified =
        count(|tally| root.diversify(ISSUER, tally).diversify(Algorithm::Tdes, ASN, tally).tdes(tally));
    assert_eq!(diversified, Tally { tdes_blocks: 4, tdes_schedules: 2, ..Tally::default() });
}

#[test]
fn a_load_on_a_card_with_prepared_keys() {
    let dlk = Key16::new(KEY).tdes(&mut Tally::default());
    let dtk = TacKey::new(&Key16::new(KEY), &mut Tally::default());
    let load = count(|tally| {
        let session = dlk.session_key(load_block(RANDOM, 0), tally);
        // MAC1 over 15 bytes, MAC2 over 18, TAC over 24, which padding takes to four blocks.
        let macs = (session.mac(&[0; 15], tally), session.mac(&[0; 18], tally));
        (macs, dtk.mac(&[0; 24], tally))
    });
    assert_eq!(load, Tally { tdes_blocks: 1, des_schedules: 1, des_blocks: 9, ..Tally::default() });
}

#[test]
fn a_protected_command_and_an_external_authentication_schedule_nothing() {
    let key = Key16::new(KEY).tdes(&mut Tally::default());
    let challenge = Challenge::from(RANDOM);
    let block = count(|tally| key.command_mac(challenge, &hex!("841E000004"), tally));
    assert_eq!(block, Tally { tdes_blocks: 1, ..Tally::default() });
    let authentication = count(|tally| key.authenticate(challenge, tally));
    assert_eq!(authentication, Tally { tdes_blocks: 1, ..Tally::default() });
}

#[test]
fn a_pin_in_a_protected_command_takes_its_mac_and_its_block() {
    let key = Key16::new(KEY).tdes(&mut Tally::default());
    let challenge = Challenge::from(RANDOM);
    let unblock = count(|tally| {
        let mac = key.command_mac(challenge, &hex!("842400000C DD5C5A65E7BC7500"), tally);
        let plain = key.decipher_data(&mut hex!("DD5C5A65E7BC7500"), tally).map(<[u8]>::len);
        (mac, plain)
    });
    assert_eq!(unblock, Tally { des_blocks: 1, tdes_blocks: 2, ..Tally::default() });

    let mut once = Tally::default();
    let drpk = PinReloadKey::new(&Key16::new(KEY), &mut once);
    assert_eq!(once, Tally { des_schedules: 1, ..Tally::default() });
    let reload = count(|tally| drpk.mac(&hex!("123456"), tally));
    assert_eq!(reload, Tally { des_blocks: 1, ..Tally::default() });
}

/// Each MAC computes its subkeys anew: a block of the nine, and of the four.
#[test]
fn a_secure_channel_derives_three_keys_and_proves_both_ends() {
    let mut once = Tally::default();
    let keys = StaticKeys::new(&Key16::new(KEY), &Key16::new(KEY), &mut once);
    assert_eq!(once, Tally { aes_schedules: 2, ..Tally::default() });

    let open = count(|tally| keys.session([1; 8], [2; 8], tally));
    assert_eq!(open, Tally { aes_blocks: 9, aes_schedules: 3, ..Tally::default() });
    let long = count(|tally| keys.session([1; 16], [2; 16], tally));
    assert_eq!(long, Tally { aes_blocks: 12, aes_schedules: 3, ..Tally::default() });

    let mut session = keys.session([1; 8], [2; 8], &mut Tally::default());
    let proof = count(|tally| session.card_cryptogram(tally));
    assert_eq!(proof, Tally { aes_blocks: 3, ..Tally::default() });
    let command = count(|tally| {
        let mut buffer = [0; 32];
        let sent = session.encipher(&[0; 20], &mut buffer, tally).map(<[u8]>::len);
        (sent, session.command_mac([0x84, 0xE2, 0, 0], &[0; 32], tally))
    });
    // Two blocks and the IV; chaining value, header and data in four, and the subkeys.
    assert_eq!(command, Tally { aes_blocks: 3 + 5, ..Tally::default() });
}

#[test]
fn an_sm4_card_key_takes_one_block_and_one_schedule_a_level() {
    let derived = count(|tally| Key16::new(KEY).card_key(Algorithm::Sm4, ISSUER, ASN, tally));
    assert_eq!(derived, Tally { sm4_blocks: 2, sm4_schedules: 2, ..Tally::default() });
}

#[test]
fn tallies_add_up_field_by_field() {
    let one = Tally {
        des_blocks: 1,
        des_schedules: 2,
        tdes_blocks: 3,
        tdes_schedules: 4,
        sm4_blocks: 5,
        sm4_schedules: 6,
        aes_blocks: 7,
        aes_schedules: 8,
    };
    let mut sum = one;
    sum += one;
    let twice = Tally {
        des_blocks: 2,
        des_schedules: 4,
        tdes_blocks: 6,
        tdes_schedules: 8,
        sm4_blocks: 10,
        sm4_schedules: 12,
        aes_blocks: 14,
        aes_schedules: 16,
    };
    assert_eq!(sum, twice);
}
