//! Authentication, blocks and algorithms.

use super::{Case, Contents, Host, blocked, case, elsewhere, plain, raw};
use crate::support::APP_MAINTENANCE;
use crate::support::host::spoiled;
use hex_literal::hex;
use tunion_apdu::CommandBuf;
use tunion_apdu::Name as N;
use tunion_card::TriesLeft;
use tunion_card::profile::{Algorithms, Tries};

fn both(contents: &mut Contents) {
    contents.profile.algorithms = Algorithms::Both;
}

fn both_with_sm4_blocked(contents: &mut Contents) {
    both(contents);
    contents.image.security.sm4_blocked = true;
}

fn both_and_blocked(contents: &mut Contents) {
    both(contents);
    blocked(contents);
}

fn no_tries(contents: &mut Contents) {
    let left = TriesLeft::from(Tries::default());
    contents.image.security.left = Some(TriesLeft { external: [0, 3], ..left });
}

fn block_algorithm(host: &mut Host, p2: u8) -> CommandBuf {
    host.signed(N::BlockAlgorithm, [0x03, p2], &[], APP_MAINTENANCE)
}

pub(super) fn cases() -> Vec<Case> {
    [authenticate(), block(), unblock(), card_block(), algorithm()].concat()
}

fn authenticate() -> Vec<Case> {
    const N: N = N::ExternalAuthenticate;
    const ANY: [u8; 13] = hex!("0082000008 0102030405060708");
    vec![
        case(N, 0x9000, "key 00", plain, |host| host.authentication(0)),
        case(N, 0x9000, "key 01, application control", plain, |host| host.authentication(1)),
        case(N, 0x9000, "blocked for a time", blocked, |host| host.authentication(0)),
        case(N, 0x63C0, "wrong", plain, |host| spoiled(host.authentication(0))),
        case(N, 0x6983, "no tries", no_tries, |host| host.authentication(0)),
        case(N, 0x6984, "no challenge", plain, |_| raw(&ANY)),
        case(N, 0x6985, "of no purse", plain, |host| elsewhere(host, &ANY)),
        case(N, 0x6A88, "key 02", plain, |_| raw(&hex!("0082000208 0102030405060708"))),
        case(N, 0x6700, "nine bytes", plain, |_| raw(&hex!("0082000009 010203040506070809"))),
    ]
}

fn block() -> Vec<Case> {
    const N: N = N::ApplicationBlock;
    const ANY: [u8; 9] = hex!("841E000004 00000000");
    vec![
        case(N, 0x9000, "for a time", plain, |host| host.app_block(0x00)),
        case(N, 0x9000, "for good, when it is blocked for a time", blocked, |host| host.app_block(0x01)),
        case(N, 0x6984, "no challenge", plain, |_| raw(&ANY)),
        case(N, 0x6985, "of no purse", plain, |host| elsewhere(host, &ANY)),
        case(N, 0x6987, "no MAC", plain, |_| raw(&hex!("841E0000"))),
        case(N, 0x6988, "a wrong MAC", plain, |host| spoiled(host.app_block(0x00))),
        case(N, 0x6A81, "under SM4", plain, |_| raw(&hex!("841E010004 00000000"))),
    ]
}

fn unblock() -> Vec<Case> {
    const N: N = N::ApplicationUnblock;
    vec![
        case(N, 0x9000, "blocked for a time", blocked, Host::app_unblock),
        case(N, 0x6984, "no challenge", blocked, |_| raw(&hex!("8418000004 00000000"))),
        case(N, 0x6985, "not blocked", plain, Host::app_unblock),
        case(N, 0x6987, "no MAC", blocked, |_| raw(&hex!("8418000003 000000"))),
        case(N, 0x6988, "a wrong MAC", blocked, |host| spoiled(host.app_unblock())),
        case(N, 0x6A81, "under SM4", blocked, |_| raw(&hex!("8418010004 00000000"))),
    ]
}

fn card_block() -> Vec<Case> {
    const N: N = N::CardBlock;
    const ANY: [u8; 9] = hex!("8416000004 00000000");
    vec![
        case(N, 0x9000, "at all", plain, Host::card_block),
        case(N, 0x9000, "when the purse is blocked for a time", blocked, Host::card_block),
        case(N, 0x6984, "no challenge", plain, |_| raw(&ANY)),
        case(N, 0x6985, "of no purse", plain, |host| elsewhere(host, &ANY)),
        case(N, 0x6987, "no MAC", plain, |_| raw(&hex!("8416000003 000000"))),
        case(N, 0x6988, "a wrong MAC", plain, |host| spoiled(host.card_block())),
    ]
}

fn algorithm() -> Vec<Case> {
    const CHANGE: N = N::ChangeAlgorithm;
    const BLOCK: N = N::BlockAlgorithm;
    const TO_SM4: [u8; 4] = hex!("80CD0200");
    vec![
        case(CHANGE, 0x9000, "to SM4", both, |_| raw(&TO_SM4)),
        case(CHANGE, 0x9000, "to DES, which is in use", plain, |_| raw(&hex!("80CD0103"))),
        case(CHANGE, 0x6985, "to one that the card has not", plain, |_| raw(&TO_SM4)),
        case(CHANGE, 0x6985, "to one that is blocked", both_with_sm4_blocked, |_| raw(&TO_SM4)),
        case(CHANGE, 0x6985, "blocked for a time", both_and_blocked, |_| raw(&TO_SM4)),
        case(BLOCK, 0x9000, "SM4", both, |host| block_algorithm(host, 0x03)),
        case(BLOCK, 0x9000, "DES", both, |host| block_algorithm(host, 0x01)),
        case(BLOCK, 0x6984, "no challenge", both, |_| raw(&hex!("80CD030304 00000000"))),
        case(BLOCK, 0x6985, "the only one", plain, |host| block_algorithm(host, 0x01)),
        case(BLOCK, 0x6985, "the one that is left", both_with_sm4_blocked, |host| {
            block_algorithm(host, 0x01)
        }),
        case(BLOCK, 0x6987, "no MAC", both, |_| raw(&hex!("80CD0303"))),
        case(BLOCK, 0x6988, "a wrong MAC", both, |host| spoiled(block_algorithm(host, 0x03))),
    ]
}
