//! The keys of one card under the roots, against the published check values (`docs/spec/card.md` 5.1).

use hex_literal::hex;
use tunion_crypto::{Algorithm, Key16};
use tunion_issuer::{Purpose, Roots};

use crate::bench::{ISSUER, PAN, roots};

#[track_caller]
fn check(purpose: Purpose, tdes: ([u8; 16], &str), sm4: ([u8; 16], &str)) {
    let roots = roots();
    for (algorithm, (value, _)) in [(Algorithm::Tdes, tdes), (Algorithm::Sm4, sm4)] {
        assert_eq!(roots.card_key(purpose, algorithm, ISSUER, PAN), Some(Key16::new(value)));
    }
    let found = roots.check_values(ISSUER, PAN).find(|values| values.purpose == purpose).unwrap();
    assert_eq!((found.tdes.to_string().as_str(), found.sm4.to_string().as_str()), (tdes.1, sm4.1));
}

#[test]
fn purchase() {
    check(
        Purpose::Purchase,
        (hex!("26776F5B7AA2A6FDA378DEAC563180DC"), "00F839"),
        (hex!("12A3EA0CFC395605F6E9AAA7ED4D12BE"), "F20B2C"),
    );
}

#[test]
fn tac() {
    check(
        Purpose::Tac,
        (hex!("46E4B1F2E9D7A86779439835D43C5DAD"), "7583D5"),
        (hex!("35040E4833F260A63E55D9BD8846605D"), "9CBED9"),
    );
}

#[test]
fn application_lock_and_unlock() {
    for purpose in [Purpose::AppBlock, Purpose::AppUnblock] {
        check(
            purpose,
            (hex!("715D310F02C60978438386401FAECF3D"), "5060EF"),
            (hex!("FB01D85F7523985144C179CB145A359B"), "B3D447"),
        );
    }
}

/// "Record protection, e-purse", which serves as application maintenance (6a). Its SM4 column is empty
/// in 5.1.
#[test]
fn application_maintenance() {
    let roots = roots();
    let key = roots.card_key(Purpose::AppMaintenance, Algorithm::Tdes, ISSUER, PAN);
    assert_eq!(key, Some(Key16::new(hex!("C640A68848EE05A31230E9CF369C124E"))));
    let mut values = roots.check_values(ISSUER, PAN);
    let found = values.find(|values| values.purpose == Purpose::AppMaintenance).unwrap();
    assert_eq!(found.tdes.to_string(), "CA3B4A");
}

#[test]
fn check_values_are_of_all_keys_that_there_are_in_order() {
    let purposes = |roots: &Roots| roots.check_values(ISSUER, PAN).map(|values| values.purpose).collect();
    let mut all = Purpose::ALL.to_vec();
    let with_all: Vec<_> = purposes(&Roots { internal_auth: Some(Key16::new([7; 16])), ..roots() });
    assert_eq!(with_all, all);
    all.retain(|purpose| !purpose.is_optional());
    let without: Vec<_> = purposes(&roots());
    assert_eq!(without, all);
    assert_eq!(roots().card_key(Purpose::InternalAuth, Algorithm::Tdes, ISSUER, PAN), None);
}

/// Each purpose has a root of its own: no two arms of the list lead to the same one.
#[test]
fn every_purpose_has_its_own_root() {
    let roots =
        Roots { app_unblock: Key16::new([1; 16]), internal_auth: Some(Key16::new([2; 16])), ..roots() };
    let found = Purpose::ALL.map(|purpose| roots.root(purpose).unwrap());
    for (place, root) in found.iter().enumerate() {
        assert!(!found[..place].contains(root), "{}", Purpose::ALL[place]);
    }
}

/// The keys that a card is personalised with are those of their purposes.
#[test]
fn a_card_gets_the_keys_of_its_purposes() {
    let keys = roots().card_keys(ISSUER, PAN);
    let of = |purpose| roots().card_key(purpose, Algorithm::Tdes, ISSUER, PAN).unwrap();
    assert_eq!(keys.purchase, of(Purpose::Purchase));
    assert_eq!(keys.load, [Purpose::Load, Purpose::LoadSecond].map(of));
    assert_eq!(keys.tac, of(Purpose::Tac));
}
