//! APPLICATION UNBLOCK: how a locked PSAM is opened again.

use crate::bench::{
    CONTROL, LOAD, TestPsam, WRONG, ask, contents, credit, entry, init, load_sam, mac2, ready,
};
use hex_literal::hex;
use tunion_apdu::{Sw, build};
use tunion_crypto::{Challenge, Key16, Tally};
use tunion_psam::{Chip, KEY_TRIES};

const HEADER: [u8; 5] = hex!("8418000004");

/// APPLICATION UNBLOCK under `key`, over a challenge of so many bytes.
fn unblock(psam: &mut TestPsam, key: [u8; 16], length: u8) -> Sw {
    let (_, random) = ask(psam, &build::get_challenge(length));
    let challenge = match *random {
        [a, b, c, d] => Challenge::from([a, b, c, d]),
        _ => Challenge::from(<[u8; 8]>::try_from(&random[..]).unwrap()),
    };
    let tally = &mut Tally::default();
    let mac = Key16::new(key).tdes(tally).command_mac(challenge, &HEADER, tally);
    ask(psam, &[&HEADER[..], &mac].concat()).0
}

/// Three wrong MAC2.
fn lock(psam: &mut TestPsam) {
    for seq in 5..8 {
        init(psam, &tunion_data::command::SamInitRequest { seq, ..entry() }).unwrap();
        assert_eq!(credit(psam, WRONG), Sw::WRONG_MAC);
    }
    assert_eq!(init(psam, &entry()), Err(Sw::PERMANENTLY_BLOCKED));
}

#[test]
fn it_opens_a_locked_psam_which_goes_on_where_it_was() {
    for length in [4, 8] {
        let mut psam = ready(contents());
        lock(&mut psam);
        assert_eq!(unblock(&mut psam, CONTROL, length), Sw::OK);
        assert_eq!(psam.work().page_writes, 4, "the try, and what it allowed");
        let answer = init(&mut psam, &entry()).unwrap();
        assert_eq!(answer.terminal_seq, 4);
        assert_eq!(credit(&mut psam, mac2(&entry(), 4)), Sw::OK);
        // With all tries.
        for _ in 0..2 {
            init(&mut psam, &entry()).unwrap();
            assert_eq!(credit(&mut psam, WRONG), Sw::WRONG_MAC);
        }
        assert!(init(&mut psam, &entry()).is_ok());
    }
}

#[test]
fn what_is_refused_before_the_mac() {
    let mut psam = ready(contents());
    assert_eq!(unblock(&mut psam, CONTROL, 4), Sw::CONDITIONS, "it is not locked");
    lock(&mut psam);
    ask(&mut psam, &build::get_challenge(4));
    assert_eq!(ask(&mut psam, &hex!("8418010004 00000000")).0, Sw::NOT_SUPPORTED, "SM4");
    assert_eq!(ask(&mut psam, &hex!("8418000003 000000")).0, Sw::MAC_MISSING);
    assert_eq!(ask(&mut psam, &hex!("84180000")).0, Sw::MAC_MISSING);
    assert_eq!(ask(&mut psam, &hex!("8418000005 0000000000")).0, Sw::WRONG_LENGTH);
    assert_eq!(ask(&mut psam, &hex!("8418000104 00000000")).0, Sw::WRONG_P1_P2);
    ask(&mut psam, &build::select_file(0x3F00));
    assert_eq!(ask(&mut psam, &hex!("8418000004 00000000")).0, Sw::CONDITIONS, "of DF 8011");
    psam.power_off();
    psam.power_on().unwrap();
    ask(&mut psam, &build::select_file(0x8011));
    assert_eq!(ask(&mut psam, &hex!("8418000004 00000000")).0, Sw::NO_CHALLENGE);
    // None of it cost a try.
    for _ in 1..KEY_TRIES {
        assert_eq!(unblock(&mut psam, LOAD, 4), Sw::WRONG_MESSAGE_MAC);
    }
    assert_eq!(unblock(&mut psam, CONTROL, 4), Sw::OK);
}

#[test]
fn wrong_macs_end_for_good() {
    let mut psam = ready(contents());
    lock(&mut psam);
    for _ in 0..KEY_TRIES {
        assert_eq!(unblock(&mut psam, LOAD, 4), Sw::WRONG_MESSAGE_MAC);
    }
    for _ in 0..2 {
        assert_eq!(unblock(&mut psam, CONTROL, 4), Sw::AUTHENTICATION_BLOCKED);
        psam.power_off();
        psam.power_on().unwrap();
        ask(&mut psam, &build::select_file(0x8011));
    }
}

/// It opens EXTERNAL AUTHENTICATE as well.
#[test]
fn it_gives_a_load_sam_s_host_its_tries_back() {
    let mut psam = ready(load_sam());
    for left in [2, 1, 0] {
        ask(&mut psam, &build::sam_challenge());
        assert_eq!(ask(&mut psam, &build::authenticate_sam([0; 8])).0, Sw::tries_left(left));
    }
    assert_eq!(unblock(&mut psam, CONTROL, 8), Sw::OK);
    assert_eq!(unblock(&mut psam, CONTROL, 8), Sw::CONDITIONS);
    ask(&mut psam, &build::sam_challenge());
    assert_eq!(ask(&mut psam, &build::authenticate_sam([0; 8])).0, Sw::tries_left(2));
}
