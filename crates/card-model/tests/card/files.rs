//! Files and records.

use tunion_card_model::{Settings, crypto};

use crate::bench::{Bench, bytes, keys, spoilt, text};

#[test]
fn reading() {
    let mut bench = Bench::selected(Settings::default());
    for (command, answer) in [
        ("00B098001E", "6981"),
        ("00B0990001", "6A82"),
        ("00B0951E01", "6B00"),
        ("00B0955001", "6B00"),
        ("00B015001E", "6A86"),
        ("00B201AC1E", "6981"),
        ("00B201A81E", "6981"),
        ("00B201CC1E", "6A82"),
        ("00B201C017", "6A81"),
        ("00B201F030", "6A81"),
        ("00B200C417", "6A83"),
        ("00B20BC417", "6A83"),
        ("00B21FF430", "6A83"),
        ("00B213D480", "6A83"),
        ("00B213D080", "6A83"),
        ("00B201C517", "6A86"),
    ] {
        bench.expect(command, answer);
    }
    assert!(bench.send("00B212D080").starts_with("27127D00"));
    assert!(bench.send("00B202D400").starts_with("27027D00"));
}

#[test]
fn update_binary() {
    let mut bench = Bench::selected(Settings::default());
    for (command, answer) in [
        ("00D6980001 00", "6981"),
        ("00D6990001 00", "6A82"),
        ("04D6951E04 00000000", "6987"),
        ("04D6951E05 0000000000", "6B00"),
        ("00D6951D02 0000", "6700"),
        ("04D6951D06 000000000000", "6700"),
        ("04D6951D05 0000000000", "6984"),
        ("00D6951D01 00", "6982"),
    ] {
        bench.expect(command, answer);
    }
    let update = bench.secured(keys().app_maintenance, "04D6971E", "AABB");
    bench.expect(&update, "9000");
    assert_eq!(bench.model.memory.management[0x1E..0x20], [0xAA, 0xBB]);
    // The challenge is used up, right or wrong.
    bench.expect(&update, "6984");

    let key = keys().external[1];
    bench.expect("0084000008", "11223344556677889000");
    let cryptogram = crypto::triple(key, [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88]);
    bench.expect(&format!("0082000108 {}", text(&cryptogram)), "9000");
    bench.expect("00D6951D01 77", "9000");
    assert_eq!(bench.model.memory.info[29], 0x77);
}

#[test]
fn update_record() {
    let mut bench = Bench::selected(Settings::default());
    let industry = |head: &str| format!("{head}{}", "00".repeat(126));
    for (command, answer) in [
        ("00DC01AC01 00".to_owned(), "6981"),
        ("00DC01C401 00".to_owned(), "6982"),
        ("00DC01CC01 00".to_owned(), "6A82"),
        ("04DC1FF401 00".to_owned(), "6A83"),
        ("04DC01F404 00000000".to_owned(), "6987"),
        ("00DC01F401 00".to_owned(), "6A83"),
        (format!("00DC02D480 {}", industry("2701")), "6A80"),
        (format!("00DC02D480 {}", industry("2702")), "6982"),
    ] {
        bench.expect(&command, answer);
    }
    let update = bench.secured(keys().app_maintenance, "04DC02D4", &industry("2702"));
    bench.expect(&update, "9000");
    assert_eq!(bench.model.memory.industry[1][..3], [0x27, 0x02, 0x00]);
    let update = bench.secured(keys().app_maintenance, "04DC01F4", &"5A".repeat(48));
    bench.expect(&update, "9000");
    assert_eq!(bench.model.memory.trips[0], [0x5A; 48]);
}

#[test]
fn append_record() {
    let mut bench = Bench::selected(Settings::default());
    let industry =
        |head: &str| format!("04E200D094 {} {head} {} 00000000", "00".repeat(16), "00".repeat(126));
    for (command, answer) in [
        ("04E201F001 00".to_owned(), "6A81"),
        ("04E200A801 00".to_owned(), "6981"),
        ("04E200C001 00".to_owned(), "6A81"),
        ("04E200C801 00".to_owned(), "6A82"),
        ("04E200F004 00000000".to_owned(), "6987"),
        ("04E200F005 0000000000".to_owned(), "6700"),
        (industry("2801"), "6A80"),
        (industry("2713"), "6A83"),
        (industry("2712"), "6A84"),
    ] {
        bench.expect(&command, answer);
    }
    let data = format!("{}{}", "EE".repeat(16), "5A".repeat(48));
    let append = bench.secured(keys().app_maintenance, "04E200F0", &data);
    let wrong = spoilt(&append);
    bench.expect(&wrong, "6988");
    bench.expect(&append, "6984");
    let append = bench.secured(keys().app_maintenance, "04E200F0", &data);
    bench.expect(&append, "9000");
    assert_eq!(bench.model.memory.trips[0], [0x5A; 48]);
    assert_eq!(bench.model.memory.trips.len(), 30);
    assert_eq!(bench.model.memory.message_tries, 3);
    assert_eq!(bytes(&append).len(), 5 + 0x44);
}
