//! UPDATE BINARY, UPDATE RECORD, APPEND RECORD.

use super::{Case, Host, blocked, case, elsewhere, plain, raw};
use crate::support::APP_MAINTENANCE;
use crate::support::host::{bytes, spoiled};
use hex_literal::hex;
use tunion_apdu::CommandBuf;
use tunion_apdu::Name as N;

/// A record of EF 1A with this header.
fn industry(header: [u8; 2]) -> [u8; 128] {
    let mut record = [0x33; 128];
    record[..2].copy_from_slice(&header);
    record
}

/// Under the application maintenance key.
fn signed(host: &mut Host, name: N, p1: u8, p2: u8, data: &[u8]) -> CommandBuf {
    host.signed(name, [p1, p2], data, APP_MAINTENANCE)
}

/// After an external authentication.
fn allowed(host: &mut Host, command: &[u8]) -> CommandBuf {
    let authentication = host.authentication(0);
    host.ok(&authentication);
    raw(command)
}

/// APPEND RECORD with its enciphered key, whatever that is.
fn appended(host: &mut Host, p2: u8, record: &[u8]) -> CommandBuf {
    signed(host, N::AppendRecord, 0x00, p2, &[&[0xA5; 16], record].concat())
}

/// With a MAC that was made of nothing.
fn unchallenged(header: [u8; 4], data: &[u8]) -> CommandBuf {
    let [.., lc] = (data.len() + 4).to_be_bytes();
    bytes(&[&header, &[lc], data, &[0; 4]])
}

pub(super) fn cases() -> Vec<Case> {
    [binary(), secure_binary(), record(), secure_record(), append()].concat()
}

fn binary() -> Vec<Case> {
    const N: N = N::UpdateBinary;
    vec![
        case(N, 0x9000, "the end of EF 16", plain, |host| allowed(host, &hex!("00D6963601 05"))),
        case(N, 0x6981, "EF 1A", plain, |host| allowed(host, &hex!("00D69A0001 05"))),
        case(N, 0x6982, "before any authentication", plain, |_| raw(&hex!("00D6963601 05"))),
        case(N, 0x6986, "of no purse", plain, |host| elsewhere(host, &hex!("00D6963601 05"))),
        case(N, 0x6A81, "blocked for a time", blocked, |_| raw(&hex!("00D6963601 05"))),
        case(N, 0x6A82, "EF 19", plain, |host| allowed(host, &hex!("00D6990001 05"))),
        case(N, 0x6B00, "behind the end", plain, |host| allowed(host, &hex!("00D6963701 05"))),
        case(N, 0x6700, "beyond the end", plain, |host| allowed(host, &hex!("00D6963602 0505"))),
    ]
}

fn secure_binary() -> Vec<Case> {
    const N: N = N::SecureUpdateBinary;
    const INFO: [u8; 4] = hex!("04D69509");
    vec![
        case(N, 0x9000, "a byte of EF 15", plain, |host| host.update_info(9, 0x02)),
        case(N, 0x9000, "all of EF 17, by the long challenge", plain, |host| {
            host.signed_long(N, [0x97, 0x00], &[0x20; 60], APP_MAINTENANCE)
        }),
        case(N, 0x6981, "EF 1E", plain, |host| signed(host, N, 0x9E, 0x00, &[0x00])),
        case(N, 0x6984, "no challenge", plain, |_| unchallenged(INFO, &[0x02])),
        case(N, 0x6986, "of no purse", plain, |host| elsewhere(host, &unchallenged(INFO, &[0x02]))),
        case(N, 0x6987, "nothing but a MAC", plain, |host| signed(host, N, 0x95, 0x09, &[])),
        case(N, 0x6987, "no room for a MAC", plain, |_| raw(&hex!("04D6950903 020000"))),
        case(N, 0x6988, "a wrong MAC", plain, |host| spoiled(host.update_info(9, 0x02))),
        case(N, 0x6A81, "blocked for a time", blocked, |host| host.update_info(9, 0x02)),
        case(N, 0x6A82, "EF 19", plain, |host| signed(host, N, 0x99, 0x00, &[0x00])),
        case(N, 0x6B00, "behind the end", plain, |host| host.update_info(0x1E, 0x00)),
        case(N, 0x6700, "beyond the end", plain, |host| signed(host, N, 0x95, 0x1D, &[0x00, 0x00])),
    ]
}

fn record() -> Vec<Case> {
    const N: N = N::UpdateRecord;
    const NEWEST: [u8; 5] = hex!("00DC01F430");
    vec![
        case(N, 0x9000, "the newest of EF 1E", plain, |host| allowed(host, &bytes(&[&NEWEST, &[0x11; 48]]))),
        case(N, 0x6981, "EF 17", plain, |host| allowed(host, &hex!("00DC01BC01 00"))),
        case(N, 0x6982, "before any authentication", plain, |_| bytes(&[&NEWEST, &[0x11; 48]])),
        case(N, 0x6982, "EF 18, which the card alone writes", plain, |host| {
            allowed(host, &bytes(&[&hex!("00DC01C417"), &[0; 23]]))
        }),
        case(N, 0x6986, "of no purse", plain, |host| elsewhere(host, &hex!("00DC01F401 00"))),
        case(N, 0x6A80, "2702 with another header", plain, |host| {
            allowed(host, &bytes(&[&hex!("00DC02D480"), &industry([0x27, 0x01])]))
        }),
        case(N, 0x6A81, "blocked for a time", blocked, |_| raw(&hex!("00DC01F401 00"))),
        case(N, 0x6A82, "EF 19", plain, |host| allowed(host, &hex!("00DC01CC01 00"))),
        case(N, 0x6A83, "2713", plain, |host| {
            allowed(host, &bytes(&[&hex!("00DC13D480"), &industry([0x27, 0x13])]))
        }),
        case(N, 0x6A83, "a shorter record", plain, |host| {
            allowed(host, &bytes(&[&hex!("00DC01F42F"), &[0x11; 47]]))
        }),
    ]
}

fn secure_record() -> Vec<Case> {
    const N: N = N::SecureUpdateRecord;
    const NEWEST: [u8; 4] = hex!("04DC01F4");
    vec![
        case(N, 0x9000, "2703", plain, |host| signed(host, N, 0x03, 0xD4, &industry([0x27, 0x03]))),
        case(N, 0x9000, "the oldest of EF 1E", plain, |host| signed(host, N, 0x1E, 0xF4, &[0x22; 48])),
        case(N, 0x6981, "EF 15", plain, |host| signed(host, N, 0x01, 0xAC, &[0x00])),
        case(N, 0x6982, "EF 18, which the card alone writes", plain, |host| {
            signed(host, N, 0x01, 0xC4, &[0; 23])
        }),
        case(N, 0x6984, "no challenge", plain, |_| unchallenged(NEWEST, &[0x22; 48])),
        case(N, 0x6986, "of no purse", plain, |host| elsewhere(host, &unchallenged(NEWEST, &[0x22; 48]))),
        case(N, 0x6987, "nothing but a MAC", plain, |host| signed(host, N, 0x01, 0xF4, &[])),
        case(N, 0x6988, "a wrong MAC", plain, |host| spoiled(signed(host, N, 0x01, 0xF4, &[0x22; 48]))),
        case(N, 0x6A80, "2702 with another header", plain, |host| {
            signed(host, N, 0x02, 0xD4, &industry([0x28, 0x02]))
        }),
        case(N, 0x6A81, "blocked for a time", blocked, |host| signed(host, N, 0x01, 0xF4, &[0x22; 48])),
        case(N, 0x6A82, "EF 19", plain, |host| signed(host, N, 0x01, 0xCC, &[0x00])),
        case(N, 0x6A83, "the thirty-first of EF 1E", plain, |host| signed(host, N, 0x1F, 0xF4, &[0x22; 48])),
        case(N, 0x6A83, "a longer record", plain, |host| signed(host, N, 0x01, 0xF4, &[0x22; 49])),
    ]
}

fn append() -> Vec<Case> {
    const N: N = N::AppendRecord;
    const TRIP: [u8; 4] = hex!("04E200F0");
    vec![
        case(N, 0x9000, "to EF 1E", plain, |host| appended(host, 0xF0, &[0x44; 48])),
        case(N, 0x6981, "to EF 15", plain, |host| appended(host, 0xA8, &[0x44; 30])),
        case(N, 0x6984, "no challenge", plain, |_| unchallenged(TRIP, &[0x44; 64])),
        case(N, 0x6986, "of no purse", plain, |host| elsewhere(host, &unchallenged(TRIP, &[0x44; 64]))),
        case(N, 0x6987, "nothing but a MAC", plain, |_| unchallenged(TRIP, &[])),
        case(N, 0x6988, "a wrong MAC", plain, |host| spoiled(appended(host, 0xF0, &[0x44; 48]))),
        case(N, 0x6A80, "to EF 1A with another header", plain, |host| {
            appended(host, 0xD0, &industry([0x26, 0x01]))
        }),
        case(N, 0x6A81, "under SM4", plain, |host| signed(host, N, 0x01, 0xF0, &[0x44; 64])),
        case(N, 0x6A81, "to EF 18, which the card alone writes", plain, |host| {
            appended(host, 0xC0, &[0x44; 23])
        }),
        case(N, 0x6A82, "to EF 19", plain, |host| appended(host, 0xC8, &[0x44; 48])),
        case(N, 0x6A83, "2713", plain, |host| appended(host, 0xD0, &industry([0x27, 0x13]))),
        case(N, 0x6A84, "2701, which is there", plain, |host| appended(host, 0xD0, &industry([0x27, 0x01]))),
        case(N, 0x6700, "a shorter record", plain, |host| appended(host, 0xF0, &[0x44; 47])),
        case(N, 0x9407, "blocked for a time", blocked, |host| appended(host, 0xF0, &[0x44; 48])),
    ]
}
