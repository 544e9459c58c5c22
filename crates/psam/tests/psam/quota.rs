//! A load SAM: sign-on, its quota, and the MACs of a load.

use crate::bench::{HOST, LOAD, TestPsam, ask, contents, descrypt, load_sam, ready, sign_on};
use hex_literal::hex;
use tunion_apdu::{Sw, build};
use tunion_crypto::{Algorithm, Challenge, Key16, Tally, load_block};
use tunion_data::command::{SamKey, SamQuota};
use tunion_data::file::Sfi;
use tunion_data::mac::{LoadMac1, TransactionMac};
use tunion_data::{BcdDate, BcdDateTime, BcdTime, Fen, TerminalId};
use tunion_psam::{Chip, KEY_TRIES};

const ASN: [u8; 8] = hex!("4895199900000003");
const TERMINAL: TerminalId = TerminalId(hex!("100000000001"));
const QUOTA: SamQuota =
    SamQuota { quota: Fen::from_yuan(100), expiry: BcdDateTime(hex!("20261231235959")), batch: 7 };

fn load(amount: u32) -> TransactionMac {
    TransactionMac {
        amount: Fen::new(amount),
        transaction: 0x02,
        terminal: TERMINAL,
        date: BcdDate(hex!("20261123")),
        time: BcdTime(hex!("080000")),
    }
}

/// P1 01 with a session block and MAC2's message.
fn crypt2(block: [u8; 8], load: &TransactionMac) -> tunion_apdu::CommandBuf {
    build::des_crypt(0x01, &[&block[..], &load.encode(), &hex!("800000000000")].concat())
}

fn mac2(psam: &mut TestPsam, seq: u16, load: &TransactionMac) -> (Sw, Vec<u8>) {
    ask(psam, &crypt2(load_block([1, 2, 3, 4], seq), load))
}

/// What the card works with.
fn session(seq: u16) -> tunion_crypto::SessionKey {
    let tally = &mut Tally::default();
    let key = Key16::new(LOAD).diversify(Algorithm::Tdes, ASN, tally).tdes(tally);
    key.session_key(load_block([1, 2, 3, 4], seq), tally)
}

fn left(psam: &mut TestPsam) -> SamQuota {
    let (sw, data) = ask(psam, &build::read_binary(Sfi::QUOTA, 15));
    assert_eq!(sw, Sw::OK);
    SamQuota::try_from(&data[..]).unwrap()
}

/// Signed on, and the card's load key ready.
fn loading() -> TestPsam {
    let mut psam = ready(load_sam());
    sign_on(&mut psam, &QUOTA);
    descrypt(&mut psam, SamKey::LOAD, &[ASN]);
    psam
}

#[test]
fn it_begins_without_a_quota() {
    let mut psam = ready(load_sam());
    assert_eq!(left(&mut psam), SamQuota::default());
    descrypt(&mut psam, SamKey::LOAD, &[ASN]);
    assert_eq!(mac2(&mut psam, 5, &load(1)).0, Sw::CONDITIONS, "its time is over before it begins");
    assert_eq!(ask(&mut ready(contents()), &build::read_binary(Sfi::QUOTA, 15)).0, Sw::FILE_NOT_FOUND);
    assert_eq!(ask(&mut ready(contents()), &build::write_quota(&QUOTA)).0, Sw::FILE_NOT_FOUND);
}

#[test]
fn the_macs_of_a_load_are_the_card_s() {
    let mut psam = loading();
    assert_eq!(left(&mut psam), QUOTA);
    let tally = &mut Tally::default();
    let card = LoadMac1 { balance: Fen::new(12), amount: Fen::new(5000), transaction: 2, terminal: TERMINAL };
    let mac1 = session(5).mac(&card.encode(), tally);
    let asked = [&load_block([1, 2, 3, 4], 5)[..], &card.encode(), &[0x80]].concat();
    // As in Xi'an, Lc 18.
    assert_eq!(build::des_crypt(0x01, &asked)[4], 0x18);
    for _ in 0..2 {
        assert_eq!(ask(&mut psam, &build::des_crypt(0x01, &asked)), (Sw::OK, mac1.to_vec()));
        assert_eq!(psam.work().page_writes, 0);
    }
    let expected = session(5).mac(&load(5000).encode(), tally);
    assert_eq!(mac2(&mut psam, 5, &load(5000)), (Sw::OK, expected.to_vec()));
    assert_eq!(left(&mut psam), SamQuota { quota: Fen::new(5000), ..QUOTA });
}

#[test]
fn the_quota_is_spent_and_the_same_load_is_spent_once() {
    let mut psam = loading();
    let first = mac2(&mut psam, 5, &load(6000));
    assert_eq!(first.0, Sw::OK);
    for _ in 0..3 {
        assert_eq!(mac2(&mut psam, 5, &load(6000)), first, "the same load");
        assert_eq!(psam.work().page_writes, 0);
    }
    assert_eq!(left(&mut psam).quota, Fen::new(4000));
    // Each of these is another load.
    assert_eq!(mac2(&mut psam, 6, &load(6000)).0, Sw::INSUFFICIENT);
    assert_eq!(mac2(&mut psam, 5, &load(6001)).0, Sw::INSUFFICIENT);
    let later = TransactionMac { time: BcdTime(hex!("080001")), ..load(6000) };
    assert_eq!(mac2(&mut psam, 5, &later).0, Sw::INSUFFICIENT);
    descrypt(&mut psam, SamKey::LOAD, &[[9; 8]]);
    assert_eq!(mac2(&mut psam, 5, &load(6000)).0, Sw::INSUFFICIENT);
    assert_eq!(mac2(&mut psam, 5, &load(4000)).0, Sw::OK);
    assert_eq!(mac2(&mut psam, 6, &load(1)).0, Sw::INSUFFICIENT);
    assert_eq!(mac2(&mut psam, 6, &load(0)).0, Sw::OK, "nothing costs nothing");
    // The one before the last is not remembered.
    descrypt(&mut psam, SamKey::LOAD, &[ASN]);
    assert_eq!(mac2(&mut psam, 5, &load(6000)).0, Sw::INSUFFICIENT);
}

#[test]
fn a_reset_keeps_the_quota_and_the_last_load() {
    let mut psam = loading();
    let first = mac2(&mut psam, 5, &load(6000));
    psam.power_off();
    psam.power_on().unwrap();
    ask(&mut psam, &build::select_file(crate::bench::PURCHASE));
    descrypt(&mut psam, SamKey::LOAD, &[ASN]);
    assert_eq!(mac2(&mut psam, 5, &load(6000)), first);
    assert_eq!(left(&mut psam).quota, Fen::new(4000));
}

#[test]
fn nothing_is_loaded_after_the_quota_s_time() {
    let mut psam = loading();
    let at = |date, time| TransactionMac { date: BcdDate(date), time: BcdTime(time), ..load(1) };
    assert_eq!(mac2(&mut psam, 5, &at(hex!("20261231"), hex!("235959"))).0, Sw::OK);
    assert_eq!(mac2(&mut psam, 6, &at(hex!("20270101"), hex!("000000"))).0, Sw::CONDITIONS);
    assert_eq!(mac2(&mut psam, 6, &at(hex!("20261231"), hex!("23595A"))).0, Sw::CONDITIONS);
    assert_eq!(left(&mut psam).quota, Fen::new(9999));
}

#[test]
fn it_loads_for_its_own_terminal_and_nothing_but_loads() {
    let mut psam = loading();
    let elsewhere = TransactionMac { terminal: TerminalId([9; 6]), ..load(1) };
    let unload = TransactionMac { transaction: 0x03, ..load(1) };
    for message in [elsewhere, unload] {
        assert_eq!(mac2(&mut psam, 5, &message).0, Sw::WRONG_DATA);
    }
    // The session block of a purchase.
    assert_eq!(ask(&mut psam, &crypt2([1, 2, 3, 4, 0, 5, 0, 1], &load(1))).0, Sw::WRONG_DATA);
    let block = load_block([1, 2, 3, 4], 5);
    let elsewhere = LoadMac1 { terminal: TerminalId([9; 6]), transaction: 2, ..LoadMac1::default() };
    let messages: [&[u8]; 6] = [
        &[&elsewhere.encode()[..], &[0x80]].concat(),
        // No padding, and padding that is not zeros after the 80.
        &[&load(1).encode()[..], &[0; 6]].concat(),
        &[&load(1).encode()[..], &hex!("800000000001")].concat(),
        &[0x80; 8],
        &[0x80; 32],
        &[],
    ];
    for message in messages {
        let asked = [&block[..], message].concat();
        assert_eq!(ask(&mut psam, &build::des_crypt(0x01, &asked)).0, Sw::WRONG_DATA, "{message:02X?}");
    }
    // Under another P1 the key would tell what it enciphers.
    for p1 in [0x00, 0x02, 0x03, 0x05, 0x07] {
        assert_eq!(ask(&mut psam, &build::des_crypt(p1, &[0; 16])).0, Sw::CONDITIONS);
    }
    assert_eq!(left(&mut psam), QUOTA);
    // Le is judged before anything is taken.
    let mut command = crypt2(block, &load(1));
    *command.last_mut().unwrap() = 0x05;
    assert_eq!(ask(&mut psam, &command).0, Sw::WRONG_LENGTH);
    assert_eq!(left(&mut psam), QUOTA);
}

fn proof(psam: &mut TestPsam, key: [u8; 16]) -> [u8; 8] {
    let (_, random) = ask(psam, &build::sam_challenge());
    let random: [u8; 8] = random.try_into().unwrap();
    let tally = &mut Tally::default();
    Key16::new(key).tdes(tally).authenticate(Challenge::from(random), tally)
}

#[test]
fn a_quota_wants_a_proof_of_its_own() {
    let mut psam = ready(load_sam());
    let write = build::write_quota(&QUOTA);
    assert_eq!(ask(&mut psam, &write).0, Sw::SECURITY_STATUS);
    let right = proof(&mut psam, HOST);
    assert_eq!(ask(&mut psam, &build::authenticate_sam(right)).0, Sw::OK);
    // Faults of length and place leave it, as does a SELECT.
    assert_eq!(ask(&mut psam, &hex!("00D698010E 0000000000000000000000000000")).0, Sw::WRONG_OFFSET);
    assert_eq!(ask(&mut psam, &hex!("00D698000E 0000000000000000000000000000")).0, Sw::WRONG_LENGTH);
    assert_eq!(ask(&mut psam, &hex!("00D6970001 00")).0, Sw::SECURITY_STATUS, "file 17 is not written");
    ask(&mut psam, &build::select_file(0x3F00));
    assert_eq!(ask(&mut psam, &hex!("00D6950001 00")).0, Sw::SECURITY_STATUS, "nor 15");
    assert_eq!(ask(&mut psam, &write).0, Sw::FILE_NOT_FOUND);
    ask(&mut psam, &build::select_file(0x8011));
    assert_eq!(ask(&mut psam, &write).0, Sw::OK);
    assert_eq!(left(&mut psam), QUOTA);
    assert_eq!(ask(&mut psam, &write).0, Sw::SECURITY_STATUS, "one proof, one quota");
    // A proof does not outlive the power.
    let right = proof(&mut psam, HOST);
    assert_eq!(ask(&mut psam, &build::authenticate_sam(right)).0, Sw::OK);
    psam.power_off();
    psam.power_on().unwrap();
    ask(&mut psam, &build::select_file(0x8011));
    assert_eq!(ask(&mut psam, &write).0, Sw::SECURITY_STATUS);
}

#[test]
fn a_challenge_is_good_for_one_proof() {
    let mut psam = ready(load_sam());
    assert_eq!(ask(&mut psam, &build::authenticate_sam([0; 8])).0, Sw::NO_CHALLENGE);
    let right = proof(&mut psam, HOST);
    assert_eq!(ask(&mut psam, &build::authenticate_sam(right)).0, Sw::OK);
    assert_eq!(ask(&mut psam, &build::authenticate_sam(right)).0, Sw::NO_CHALLENGE);
    // Another key's id, no load SAM, another directory, another length: no try is lost.
    proof(&mut psam, HOST);
    assert_eq!(ask(&mut psam, &hex!("0082000008 0000000000000000")).0, Sw::REFERENCE_NOT_FOUND);
    assert_eq!(ask(&mut psam, &hex!("0082000109 000000000000000000")).0, Sw::WRONG_LENGTH);
    assert_eq!(ask(&mut ready(contents()), &build::authenticate_sam([0; 8])).0, Sw::REFERENCE_NOT_FOUND);
    ask(&mut psam, &build::select_file(0x3F00));
    assert_eq!(ask(&mut psam, &build::authenticate_sam([0; 8])).0, Sw::CONDITIONS);
    ask(&mut psam, &build::select_file(0x8011));
    assert_eq!(ask(&mut psam, &build::authenticate_sam([0; 8])).0, Sw::tries_left(KEY_TRIES - 1));
}

#[test]
fn wrong_proofs_end_and_a_right_one_gives_the_tries_back() {
    let mut psam = ready(load_sam());
    for _ in 0..2 {
        for left in [2, 1] {
            let wrong = proof(&mut psam, LOAD);
            assert_eq!(ask(&mut psam, &build::authenticate_sam(wrong)).0, Sw::tries_left(left));
        }
        let right = proof(&mut psam, HOST);
        assert_eq!(ask(&mut psam, &build::authenticate_sam(right)).0, Sw::OK);
    }
    for left in [2, 1, 0] {
        let wrong = proof(&mut psam, LOAD);
        assert_eq!(ask(&mut psam, &build::authenticate_sam(wrong)).0, Sw::tries_left(left));
    }
    let right = proof(&mut psam, HOST);
    assert_eq!(ask(&mut psam, &build::authenticate_sam(right)).0, Sw::AUTHENTICATION_BLOCKED);
    // The earlier proof stands.
    assert_eq!(ask(&mut psam, &build::write_quota(&QUOTA)).0, Sw::OK);
}
