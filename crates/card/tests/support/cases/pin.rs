//! The PIN.

use super::{Case, Contents, Host, blocked, case, elsewhere, plain, raw};
use crate::support::PIN_UNBLOCK;
use crate::support::host::{
    change_pin as change, enciphered, reload_pin as reload, spoiled, verify_pin as verify,
};
use hex_literal::hex;
use tunion_apdu::CommandBuf;
use tunion_apdu::Name as N;
use tunion_card::TriesLeft;
use tunion_card::profile::Tries;

fn no_pin(contents: &mut Contents) {
    contents.image.security.pin = None;
}

fn no_tries(contents: &mut Contents) {
    contents.image.security.left = Some(TriesLeft { pin: 0, ..TriesLeft::from(Tries::default()) });
}

fn unblocking(host: &mut Host, data: &[u8]) -> CommandBuf {
    host.signed(N::UnblockPin, [0x00, 0x00], data, PIN_UNBLOCK)
}

pub(super) fn cases() -> Vec<Case> {
    [verifying(), changing(), reloading(), unblock()].concat()
}

fn verifying() -> Vec<Case> {
    const N: N = N::VerifyPin;
    vec![
        case(N, 0x9000, "right", plain, |_| verify(b"123456")),
        case(N, 0x63C0, "wrong", plain, |_| verify(b"123457")),
        case(N, 0x63C0, "a part of it", plain, |_| verify(b"12345")),
        case(N, 0x6983, "no tries", no_tries, |_| verify(b"123456")),
        case(N, 0x6983, "no tries, before the data is looked at", no_tries, |_| verify(b"no")),
        case(N, 0x6985, "blocked for a time", blocked, |_| verify(b"123456")),
        case(N, 0x6A80, "no digits", plain, |_| verify(b"12345A")),
        case(N, 0x6A80, "one digit", plain, |_| verify(b"1\xFF\xFF")),
        case(N, 0x6A88, "a card without PIN", no_pin, |_| verify(b"123456")),
        case(N, 0x6A88, "of no purse", plain, |host| elsewhere(host, &verify(b"123456"))),
    ]
}

fn changing() -> Vec<Case> {
    const N: N = N::ChangePin;
    vec![
        case(N, 0x9000, "to a short one", plain, |_| change(b"123456\xFF78")),
        case(N, 0x9000, "to one that is padded", plain, |_| change(b"123456\xFF7890\xFF\xFF")),
        case(N, 0x63C0, "the old one wrong", plain, |_| change(b"123455\xFF7890")),
        case(N, 0x6983, "no tries", no_tries, |_| change(b"123456\xFF7890")),
        case(N, 0x6985, "a card without PIN", no_pin, |_| change(b"123456\xFF7890")),
        case(N, 0x6985, "blocked for a time", blocked, |_| change(b"123456\xFF7890")),
        case(N, 0x6A80, "nothing between", plain, |_| change(b"1234567890")),
        case(N, 0x6A80, "the old one padded", plain, |_| change(b"1234\xFF\xFF\xFF7890")),
        case(N, 0x6A80, "a new one of one digit", plain, |_| change(b"123456\xFF7")),
    ]
}

fn reloading() -> Vec<Case> {
    const N: N = N::ReloadPin;
    vec![
        case(N, 0x9000, "padded", plain, |_| reload(b"4321\xFF\xFF")),
        case(N, 0x9000, "when no tries are left", no_tries, |_| reload(b"43")),
        case(N, 0x6985, "blocked for a time", blocked, |_| reload(b"4321")),
        case(N, 0x6985, "of no purse", plain, |host| elsewhere(host, &reload(b"4321"))),
        case(N, 0x6988, "a wrong MAC", plain, |_| spoiled(reload(b"4321"))),
        case(N, 0x6A80, "no digits", plain, |_| reload(b"four")),
        case(N, 0x6A88, "a card without PIN", no_pin, |_| reload(b"4321")),
    ]
}

fn unblock() -> Vec<Case> {
    const N: N = N::UnblockPin;
    vec![
        case(N, 0x9000, "the tries alone", no_tries, |host| unblocking(host, &[])),
        case(N, 0x9000, "with another PIN", no_tries, |host| {
            unblocking(host, &enciphered(hex!("04 34333231 800000")))
        }),
        case(N, 0x6984, "no challenge", no_tries, |_| raw(&hex!("8424000004 00000000"))),
        case(N, 0x6985, "tries are left", plain, |host| unblocking(host, &[])),
        case(N, 0x6985, "a card without PIN", no_pin, |host| unblocking(host, &[])),
        case(N, 0x6987, "no MAC", no_tries, |_| raw(&hex!("84240000"))),
        case(N, 0x6988, "a wrong MAC", no_tries, |host| spoiled(unblocking(host, &[]))),
        case(N, 0x6A80, "nothing after the PIN", no_tries, |host| {
            unblocking(host, &enciphered(hex!("04 34333231 000000")))
        }),
        case(N, 0x6A80, "no digits", no_tries, |host| {
            unblocking(host, &enciphered(hex!("03 343341 80000000")))
        }),
        case(N, 0x6A81, "under SM4", no_tries, |_| raw(&hex!("8424010004 00000000"))),
        case(N, 0x6700, "half a PIN", no_tries, |host| unblocking(host, &[0; 4])),
    ]
}
