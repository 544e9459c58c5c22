//! PIN, authentication, tries, secure messaging.

use tunion_card_model::{Blocked, Settings, crypto};

use crate::bench::{Bench, bytes, fixed, keys, spoilt, text};

fn with_pin() -> Settings {
    Settings { pin: Some(b"1234".to_vec()), ..Settings::default() }
}

#[test]
fn verify_pin() {
    let mut bench = Bench::selected(Settings::default());
    bench.expect("0020000002 3132", "6A88");
    let mut bench = Bench::selected(with_pin());
    bench.expect("0020000003 3132FF", "63C2");
    bench.expect("0020000003 313241", "6A80");
    bench.expect("0020000003 FF3132", "6A80");
    bench.expect("0020000006 31323334FFFF", "9000");
    assert_eq!(bench.model.memory.pin_tries, 3);
    for answer in ["63C2", "63C1", "63C0", "6983"] {
        bench.expect("0020000004 31323335", answer);
    }
    bench.expect("0020000004 31323334", "6983");
}

#[test]
fn load_wants_a_verified_pin() {
    let mut bench = Bench::selected(Settings { load_wants_pin: true, ..with_pin() });
    let load = "805000020B 03 00000000 000000000001";
    bench.expect(load, "6985");
    bench.expect("0020000004 31323334", "9000");
    bench.expect(load, "9403");
    bench.expect("0020000004 31323335", "63C2");
    bench.expect(load, "6985");
    bench.expect("0020000004 31323334", "9000");
    let credit = bench.load(100);
    assert!(bench.send(&credit).ends_with("9000"));
    // A transaction that was done ends the security status.
    bench.expect(load, "6985");
}

#[test]
fn change_pin() {
    let mut bench = Bench::selected(Settings::default());
    bench.expect("805E010005 3132FF3334", "6985");
    let mut bench = Bench::selected(with_pin());
    bench.expect("805E010005 31323334FF", "6A80");
    bench.expect("805E010006 31FF32333435", "6A80");
    bench.expect("805E010009 31323335FF35363738", "63C2");
    bench.expect("805E01000B 31323334FF35363738FFFF", "9000");
    assert_eq!(bench.model.memory.pin.as_deref(), Some(&b"5678"[..]));
    assert_eq!(bench.model.memory.pin_tries, 3);
    bench.model.memory.pin_tries = 0;
    bench.expect("805E010005 0000000000", "6983");
}

#[test]
fn reload_pin() {
    let mut bench = Bench::selected(with_pin());
    bench.model.memory.pin_tries = 0;
    let mac = text(&crypto::mac(crypto::fold(keys().pin_reload), b"4321\xFF\xFF"));
    let reload = format!("805E00000A 34333231FFFF {mac}");
    bench.expect("805E000006 3132 00000000", "6988");
    bench.expect("805E000006 3141 00000000", "6A80");
    assert_eq!(bench.model.memory.message_tries, 2);
    bench.expect(&reload, "9000");
    assert_eq!(bench.model.memory.pin.as_deref(), Some(&b"4321"[..]));
    assert_eq!((bench.model.memory.pin_tries, bench.model.memory.message_tries), (3, 3));
}

#[test]
fn pin_unblock() {
    let mut bench = Bench::selected(with_pin());
    let key = keys().pin_unblock;
    bench.expect("84240000", "6985");
    bench.model.memory.pin_tries = 0;
    bench.expect("84240100", "6A81");
    bench.expect("84240000", "6987");
    bench.expect("8424000005 0000000000", "6700");
    bench.expect("842400000C 000000000000000000000000", "6984");
    let sealed = |block: &str| text(&crypto::triple(key, fixed(block)));
    for wrong in ["01 31 800000000000", "02 3132 8000000001", "07 31323334353637", "02 3132 0000000000"] {
        let wrong = bench.secured(key, "84240000", &sealed(wrong));
        bench.expect(&wrong, "6A80");
        assert_eq!((bench.model.memory.pin_tries, bench.model.memory.message_tries), (0, 3));
    }
    let unblock = bench.secured(key, "84240000", &sealed("06 313233343536 80"));
    bench.expect(&unblock, "9000");
    assert_eq!(bench.model.memory.pin.as_deref(), Some(&b"123456"[..]));
    bench.model.memory.pin_tries = 0;
    let unblock = bench.secured(key, "84240000", "");
    bench.expect(&unblock, "9000");
    assert_eq!(bench.model.memory.pin_tries, 3);
}

#[test]
fn external_authenticate() {
    let mut bench = Bench::selected(Settings::default());
    bench.expect("0082000209 000000000000000000", "6A88");
    bench.expect("0082000009 000000000000000000", "6700");
    bench.expect("0082000008 0000000000000000", "6984");
    for answer in ["63C2", "63C1", "63C0"] {
        bench.expect("0084000004", "112233449000");
        bench.expect("0082000008 0000000000000000", answer);
        bench.expect("0082000108 0000000000000000", "6984");
    }
    bench.expect("0082000008 0000000000000000", "6983");
    assert_eq!(bench.model.memory.external_tries, [0, 3]);
}

#[test]
fn secure_messaging_runs_out() {
    let mut bench = Bench::selected(Settings::default());
    for answer in ["6988", "6988", "9303"] {
        let block = spoilt(&bench.secured(keys().app_block, "841E0000", ""));
        bench.expect(&block, answer);
    }
    assert_eq!(bench.model.blocked(), Blocked::Permanently);
    assert_eq!(bench.model.memory.blocked, Blocked::None);
    bench.expect("805C000204", "9303");

    let mut bench = Bench::selected(Settings { message_tries: 0, ..Settings::default() });
    for _ in 0..20 {
        let block = spoilt(&bench.secured(keys().app_block, "841E0000", ""));
        bench.expect(&block, "6988");
    }
}

#[test]
fn application_block_and_unblock() {
    let mut bench = Bench::selected(Settings { transaction_tries: 1, ..Settings::default() });
    bench.expect("841E010004 00000000", "6A81");
    bench.expect("841E000003 000000", "6987");
    bench.expect("841E0000", "6987");
    bench.expect("84180000", "6985");
    let debit = spoilt(&bench.purchase("01", 0));
    bench.expect(&debit, "9302");
    assert_eq!(bench.model.blocked(), Blocked::Temporarily);
    bench.expect("805001020B 01 00000000 000000000001", "6985");
    let unblock = bench.secured(keys().app_unblock, "84180000", "");
    bench.expect(&unblock, "9000");
    assert_eq!(bench.model.memory.transaction_tries, 1);
    let block = bench.secured(keys().app_block, "841E0001", "");
    bench.expect(&block, "9000");
    bench.expect("84180000", "9303");
}

#[test]
fn card_block() {
    let mut bench = Bench::selected(Settings::default());
    bench.expect("84160000", "6987");
    let block = bench.secured(keys().card_control, "84160000", "");
    bench.expect(&block, "9000");
    bench.model.reset();
    bench.expect("0084000004", "6A81");
    assert_eq!(bytes(&block).len(), 9);
}
