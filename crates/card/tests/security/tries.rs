//! The tries of PIN, external authentication and transactions.

use crate::support::PIN_UNBLOCK;
use crate::support::host::{Host, change_pin, enciphered, reload_pin, spoiled, verify_pin};
use hex_literal::hex;
use tunion_apdu::{Name, build};
use tunion_card::Contents;
use tunion_data::command::Transaction as T;
use tunion_data::fci::EP_AID;

fn card(set: fn(&mut Contents)) -> Host {
    Host::new(set)
}

#[test]
fn three_wrong_pins_and_no_other_is_looked_at() {
    let mut host = card(|_| {});
    for sw in [0x63C2, 0x63C1, 0x63C0, 0x6983] {
        assert_eq!(host.sw(&verify_pin(b"000000")), sw);
    }
    host.again();
    assert_eq!(host.sw(&verify_pin(b"123456")), 0x6983);
    assert_eq!(host.sw(&change_pin(b"123456\xFF1234")), 0x6983);
    // The purse goes on.
    host.transact(T::Load, 100);
    // Only the issuer gives the tries back.
    let unblock = host.signed(Name::UnblockPin, [0x00, 0x00], &[], PIN_UNBLOCK);
    host.ok(&unblock);
    host.ok(&verify_pin(b"123456"));
    for _ in 0..3 {
        host.sw(&verify_pin(b"000000"));
    }
    host.ok(&reload_pin(b"98"));
    host.ok(&verify_pin(b"98"));
    for _ in 0..3 {
        host.sw(&verify_pin(b"000000"));
    }
    let unblock =
        host.signed(Name::UnblockPin, [0x00, 0x00], &enciphered(hex!("06 363534333231 80")), PIN_UNBLOCK);
    host.ok(&unblock);
    assert_eq!(host.sw(&verify_pin(b"98")), 0x63C2);
    host.ok(&verify_pin(b"654321"));
}

#[test]
fn a_right_pin_gives_the_tries_back_and_change_pin_spends_the_same() {
    let mut host = card(|_| {});
    assert_eq!(host.sw(&verify_pin(b"000000")), 0x63C2);
    assert_eq!(host.sw(&change_pin(b"000000\xFF1234")), 0x63C1);
    host.ok(&verify_pin(b"123456"));
    assert_eq!(host.sw(&verify_pin(b"000000")), 0x63C2);
    host.ok(&change_pin(b"123456\xFF1234"));
    assert_eq!(host.sw(&verify_pin(b"123456")), 0x63C2);
    // It is compared as digits.
    host.ok(&verify_pin(b"1234"));
    host.ok(&verify_pin(b"1234\xFF\xFF"));
    host.ok(&change_pin(b"1234\xFF56\xFF"));
    host.ok(&verify_pin(b"56"));
    assert_eq!(host.sw(&verify_pin(b"560")), 0x63C2);
}

#[test]
fn other_numbers_of_tries() {
    let mut host = card(|contents| contents.profile.tries.pin = 15);
    for left in (0..15).rev() {
        assert_eq!(host.sw(&verify_pin(b"000000")), 0x63C0 | left);
    }
    assert_eq!(host.sw(&verify_pin(b"123456")), 0x6983);
    let mut host = card(|contents| contents.profile.tries.pin = 1);
    assert_eq!(host.sw(&verify_pin(b"000000")), 0x63C0);
    assert_eq!(host.sw(&verify_pin(b"123456")), 0x6983);
}

#[test]
fn a_load_can_want_the_pin() {
    let mut host = card(|contents| contents.profile.load_wants_pin = true);
    for kind in [T::Load, T::Unload] {
        let init = crate::support::init(kind, 100);
        assert_eq!(host.sw(&init), 0x6985);
        host.ok(&verify_pin(b"123456"));
        host.transact(kind, 100);
        assert_eq!(host.sw(&init), 0x6985, "{kind:?}: the security status ended with the transaction");
        host.ok(&verify_pin(b"123456"));
        host.sw(&verify_pin(b"000000"));
        assert_eq!(host.sw(&init), 0x6985, "{kind:?}: a wrong PIN");
        host.ok(&verify_pin(b"123456"));
        host.ok(&build::select_name(&EP_AID));
        assert_eq!(host.sw(&init), 0x6985, "{kind:?}: SELECT");
    }
    // Purchases and limit updates do not.
    for kind in [T::Purchase, T::Capp, T::LimitUpdate] {
        host.transact(kind, 100);
    }
}

#[test]
fn each_external_key_has_its_own_tries() {
    let mut host = card(|_| {});
    for sw in [0x63C2, 0x63C1] {
        let wrong = spoiled(host.authentication(0));
        assert_eq!(host.sw(&wrong), sw);
    }
    let right = host.authentication(0);
    host.ok(&right);
    assert_eq!(host.sw(&right), 0x6984, "the challenge was used up");
    for sw in [0x63C2, 0x63C1, 0x63C0, 0x6983] {
        let wrong = spoiled(host.authentication(0));
        assert_eq!(host.sw(&wrong), sw);
    }
    let right = host.authentication(0);
    assert_eq!(host.sw(&right), 0x6983);
    // The challenge was not used, and the other key has its tries.
    let right = host.authentication(1);
    host.ok(&right);
    // No command of secure messaging gives them back.
    let update = host.update_info(9, 1);
    host.ok(&update);
    assert_eq!(host.card.image().security.left.unwrap().external, [0, 3]);
}

/// Wrong transaction MACs of whichever transaction count together where they are limited.
#[test]
fn the_last_wrong_transaction_mac_blocks_for_a_time() {
    for last in T::ALL {
        let mut host = card(|contents| contents.profile.tries.transactions = 3);
        let fail = |host: &mut Host, kind| {
            host.open(kind, 100);
            let end = spoiled(host.end());
            assert_eq!(host.sw(&end), 0x9302);
        };
        fail(&mut host, T::Load);
        fail(&mut host, T::Capp);
        // A right one gives them all back.
        host.transact(last, 100);
        assert_eq!(host.card.image().security.left.unwrap().transactions, 3);
        fail(&mut host, T::Purchase);
        fail(&mut host, T::Unload);
        host.ok(&build::get_balance(build::Asked::Actual));
        fail(&mut host, last);
        assert_eq!(host.sw(&crate::support::init(T::Capp, 0)), 0x6985);
        let response = host.send(&build::select_name(&EP_AID));
        assert_eq!((response.sw().0, response.data().len()), (0x6A81, 51));
        let unblock = host.app_unblock();
        host.ok(&unblock);
        assert_eq!(host.card.image().security.left.unwrap().transactions, 3);
        host.transact(last, 100);
    }
}

#[test]
fn without_a_limit_no_wrong_transaction_mac_blocks() {
    let mut host = card(|_| {});
    let before = host.card.image();
    for kind in T::ALL.into_iter().cycle().take(40) {
        host.open(kind, 100);
        let end = spoiled(host.end());
        assert_eq!(host.sw(&end), 0x9302);
    }
    assert_eq!(host.card.image(), before);
}
