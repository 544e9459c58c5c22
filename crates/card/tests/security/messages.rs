//! Secure messaging: its challenge, its tries.

use crate::support::host::{Host, enciphered, reload_pin, rich, spoiled};
use crate::support::{APP_MAINTENANCE, PIN_UNBLOCK};
use hex_literal::hex;
use tunion_apdu::{CommandBuf, Name, build};
use tunion_card::profile::Algorithms;
use tunion_card::{Block, Contents, TriesLeft};
use tunion_data::fci::EP_AID;

/// A card on which every command of secure messaging is wanted: both algorithms, blocked for a time where
/// that is asked, a PIN without tries.
fn card(blocked: bool, tries: u8) -> Host {
    let mut contents: Contents = rich();
    contents.profile.algorithms = Algorithms::Both;
    contents.profile.tries.messages = tries;
    contents.image.security.left = Some(TriesLeft { pin: 0, ..TriesLeft::from(contents.profile.tries) });
    contents.image.security.blocked = if blocked { Block::Temporary } else { Block::None };
    Host::of(&contents)
}

type Message = (&'static str, fn(&mut Host) -> CommandBuf);

/// Every command of secure messaging, RELOAD PIN included, which has a MAC and no challenge.
const MESSAGES: [Message; 10] = [
    ("UPDATE BINARY", |host| host.update_info(9, 0x02)),
    ("UPDATE RECORD", |host| host.signed(Name::SecureUpdateRecord, [0x01, 0xF4], &[1; 48], APP_MAINTENANCE)),
    ("APPEND RECORD", |host| host.signed(Name::AppendRecord, [0x00, 0xF0], &[1; 64], APP_MAINTENANCE)),
    ("PIN UNBLOCK", |host| host.signed(Name::UnblockPin, [0x00, 0x00], &[], PIN_UNBLOCK)),
    ("PIN UNBLOCK with a PIN", |host| {
        host.signed(Name::UnblockPin, [0x00, 0x00], &enciphered(hex!("023132 8000000000")), PIN_UNBLOCK)
    }),
    ("BLOCK ALGORITHM", |host| host.signed(Name::BlockAlgorithm, [0x03, 0x03], &[], APP_MAINTENANCE)),
    ("RELOAD PIN", |_| reload_pin(b"1234")),
    ("APPLICATION BLOCK", |host| host.app_block(0x00)),
    ("CARD BLOCK", Host::card_block),
    // Of a card that is blocked for a time.
    ("APPLICATION UNBLOCK", Host::app_unblock),
];

fn left(host: &Host) -> u8 {
    host.card.image().security.left.unwrap().messages
}

fn card_for(message: &Message, tries: u8) -> Host {
    card(message.0 == "APPLICATION UNBLOCK", tries)
}

#[test]
fn the_last_wrong_mac_blocks_the_application_for_good() {
    for message in &MESSAGES {
        let what = message.0;
        let mut host = card_for(message, 3);
        for (sw, tries) in [(0x6988, 2), (0x6988, 1), (0x9303, 0)] {
            let wrong = spoiled(message.1(&mut host));
            assert_eq!((host.sw(&wrong), left(&host)), (sw, tries), "{what}");
        }
        assert_eq!(host.sw(&build::select_name(&EP_AID)), 0x9303, "{what}");
        assert_eq!(host.sw(&build::get_balance(build::Asked::Actual)), 0x9303, "{what}");
        assert_eq!(host.sw(&build::get_challenge(4)), 0x9303, "{what}");
        host.again();
        assert_eq!(host.sw(&hex!("8418000004 00000000")), 0x9303, "{what}");
    }
}

/// Tries are of secure messaging as a whole: wrong ones of two commands count together, and a right one of a
/// third gives them all back.
#[test]
fn tries_are_shared_and_a_right_mac_gives_them_back() {
    for message in &MESSAGES {
        let what = message.0;
        let mut host = card_for(message, 3);
        // Both can be tried on a card that is blocked for a time too.
        let wrong = spoiled(host.app_block(0));
        assert_eq!(host.sw(&wrong), 0x6988);
        let wrong = spoiled(host.card_block());
        assert_eq!(host.sw(&wrong), 0x6988);
        assert_eq!(left(&host), 1, "{what}");
        let right = message.1(&mut host);
        host.ok(&right);
        assert_eq!(left(&host), 3, "{what}");
    }
}

#[test]
fn without_a_limit_no_wrong_mac_blocks() {
    for message in &MESSAGES {
        let what = message.0;
        let mut host = card_for(message, 0);
        let before = host.card.image();
        for _ in 0..20 {
            let wrong = spoiled(message.1(&mut host));
            assert_eq!(host.sw(&wrong), 0x6988, "{what}");
        }
        assert_eq!(host.card.image(), before);
        let right = message.1(&mut host);
        host.ok(&right);
    }
}

/// A challenge is good for one check, right or wrong, and for none after a SELECT or a reset.
#[test]
fn a_challenge_is_used_once() {
    for message in MESSAGES.iter().filter(|(what, _)| *what != "RELOAD PIN") {
        let what = message.0;
        let mut host = card_for(message, 3);
        let right = message.1(&mut host);
        let mut copy = host.clone();
        assert_eq!(copy.sw(&spoiled(right.clone())), 0x6988, "{what}");
        assert_eq!(copy.sw(&right), 0x6984, "{what}: used up by a wrong MAC");
        let mut copy = host.clone();
        copy.send(&build::select_name(&EP_AID));
        assert_eq!(copy.sw(&right), 0x6984, "{what}: SELECT");
        let mut copy = host.clone();
        copy.again();
        assert_eq!(copy.sw(&right), 0x6984, "{what}: reset");
        // A refused SELECT, a reading and a command that is refused before its check leave it.
        host.send(&hex!("00A4040008 A000000632010106 00"));
        host.send(&build::get_balance(build::Asked::All));
        host.send(&hex!("04D6951E05 00 00000000"));
        host.send(&hex!("841E0000"));
        host.ok(&right);
        // And the right one has used it up.
        assert!([0x6984, 0x6985, 0x6A81].contains(&host.sw(&right)), "{what}");
    }
}

/// Only a MAC over this very command, this challenge, and under this key is right.
#[test]
fn every_bit_counts() {
    let mut host = card(false, 0);
    let right = host.update_info(9, 0x02);
    for at in 5..right.len() {
        for bit in 0..8 {
            let mut wrong = right.clone();
            wrong[at] ^= 1 << bit;
            let mut copy = host.clone();
            assert_eq!(copy.sw(&wrong), 0x6988, "{at} {bit}");
        }
    }
    // The header: another offset, another file.
    for (at, byte) in [(3, 0x08), (2, 0x96), (2, 0x97)] {
        let mut wrong = right.clone();
        wrong[at] = byte;
        assert_eq!(host.clone().sw(&wrong), 0x6988);
    }
    // Another challenge; the long one whose first half is the same.
    let mut copy = host.clone();
    copy.ok(&build::get_challenge(8));
    assert_eq!(copy.sw(&right), 0x6988);
    // Another key.
    let other = host.signed(Name::SecureUpdateBinary, [0x95, 0x09], &[0x02], PIN_UNBLOCK);
    assert_eq!(host.sw(&other), 0x6988);
}
