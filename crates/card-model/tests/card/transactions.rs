//! Transactions and their reports.

use tunion_card_model::{Settings, crypto};

use crate::bench::{Bench, DATE, bytes, keys, spoilt, text};

const INIT_LIMIT: &str = "8050040207 01 000000000001";

/// Opens a limit update and gives the command that ends it.
fn limit(bench: &mut Bench, limit: &str) -> String {
    assert!(bench.send(INIT_LIMIT).ends_with("9000"));
    let mac = bench.online_mac(keys().overdraft, &format!("{limit} 07 000000000001"));
    format!("805800000E {limit} {DATE} {mac}")
}

fn unload(bench: &mut Bench, amount: u32) -> String {
    assert!(bench.send(&format!("805005020B 01 {amount:08X} 000000000001")).ends_with("9000"));
    let mac = bench.online_mac(keys().unload, &format!("{amount:08X} 03 000000000001"));
    format!("805403000B {DATE} {mac}")
}

#[test]
fn initialize_in_its_order() {
    let mut bench = Bench::selected(Settings::default());
    bench.model.memory.online = 0xFFFF;
    bench.model.memory.offline = 0xFFFF;
    for (command, answer) in [
        ("805000020B 03 FFFFFFFF 000000000001", "9403"),
        ("805000020B 02 FFFFFFFF 000000000001", "9402"),
        ("805005020B 02 FFFFFFFF 000000000001", "9403"),
        ("805005020B 01 FFFFFFFF 000000000001", "9402"),
        ("8050040107 02 000000000001", "9403"),
        ("8050040107 01 000000000001", "9402"),
        ("805001020B 02 FFFFFFFF 000000000001", "9403"),
        ("805003020B 01 FFFFFFFF 000000000001", "9402"),
    ] {
        bench.expect(command, answer);
    }
    bench.model.memory.online = 0xFFFE;
    bench.model.memory.offline = 0xFFFE;
    bench.expect("805000020B 01 FFFFFFFF 000000000001", "6985");
    bench.expect("805000020B 01 0007A121 000000000001", "6985");
    bench.expect("805005020B 01 00000001 000000000001", "9401");
    bench.expect("805003020B 01 00000001 000000000001", "9401");
    assert_eq!(bench.asked, 0);
    let debit = bench.purchase("01", 0);
    assert!(bench.send(&debit).ends_with("9000"));
    bench.expect("805003020B 01 00000000 000000000001", "9402");
}

#[test]
fn overdraft_is_used_last_and_paid_back_first() {
    let mut bench = Bench::selected(Settings::default());
    let update = limit(&mut bench, "000320");
    let tac = crypto::mac(
        crypto::fold(keys().tac),
        &bytes(&format!("00000320 0000 000320 07 000000000001 {DATE}")),
    );
    bench.expect(&update, &format!("{} 9000", text(&tac)));
    bench.expect("00B201C417", &format!("0001 000320 00000000 07 000000000001 {DATE} 9000"));
    bench.expect("805C000204", "000003209000");
    let credit = bench.load(100);
    assert!(bench.send(&credit).ends_with("9000"));
    bench.expect("805001020B 01 00000385 000000000001", "9401");
    let debit = bench.purchase("01", 300);
    assert!(bench.send(&debit).ends_with("9000"));
    bench.expect("805C050200", "00000000 0007A120 00000320 000000C8 9000");
    bench.expect("805C000204", "00000258 9000");
    // Less than is used; then beyond 24 bits.
    let update = limit(&mut bench, "0000C7");
    bench.expect(&update, "6985");
    bench.expect(&update, "6901");
    let update = limit(&mut bench, "F85EE0");
    bench.expect(&update, "6985");
    let update = limit(&mut bench, "F85EDF");
    assert!(bench.send(&update).ends_with("9000"));
    let update = limit(&mut bench, "0000C8");
    assert!(bench.send(&update).ends_with("9000"));
    // The ceiling is for what is left after paying back.
    let credit = bench.load(500_200);
    assert!(bench.send(&credit).ends_with("9000"));
    bench.expect("805C050200", "0007A120 0007A120 000000C8 00000000 9000");
}

#[test]
fn unload_takes_from_the_actual_balance() {
    let mut bench = Bench::selected(Settings::default());
    bench.model.memory.actual = 500;
    bench.model.memory.limit = 100;
    bench.expect("805005020B 01 000001F5 000000000001", "9401");
    let debit = unload(&mut bench, 500);
    let session = crypto::load_session(keys().unload, [0x11, 0x22, 0x33, 0x44], 0);
    let mac3 = crypto::mac(session, &bytes(&format!("00000064 0000 000001F4 03 000000000001 {DATE}")));
    let mac2 = debit[debit.len() - 8..].to_owned();
    bench.expect(&debit, &format!("{} 9000", text(&mac3)));
    bench.expect("805A0003020001", &format!("{mac2} {} 9000", text(&mac3)));
    assert_eq!((bench.model.memory.actual, bench.model.memory.used), (0, 0));
    assert_eq!((bench.model.memory.online, bench.model.memory.offline), (1, 0));
}

#[test]
fn what_ends_and_what_leaves_open() {
    let mut bench =
        Bench::selected(Settings { credit_p2_02: false, debit_p1_02: true, ..Settings::default() });
    let credit = bench.load(100);
    bench.expect(&credit.replacen("80520000", "80520002", 1), "6A86");
    bench.expect("0084000004", "112233449000");
    bench.expect("00B098001E", "6981");
    bench.expect("805A0002020001", "9406");
    assert!(bench.send(&credit).ends_with("9000"));
    bench.expect(&credit, "6901");

    let credit = bench.load(100);
    bench.expect(&spoilt(&credit), "9302");
    bench.expect(&credit, "6901");

    let debit = bench.purchase("03", 10);
    bench.expect(&debit.replacen("80540100", "80540200", 1), "6A86");
    assert!(bench.send(&debit).ends_with("9000"));
    let debit = bench.purchase("01", 10);
    assert!(bench.send(&debit.replacen("80540100", "80540200", 1)).ends_with("9000"));

    // A purchase is no load, and then it is no purchase any more.
    let debit = bench.purchase("01", 10);
    bench.expect("805200000B 0000000000000000000000", "6901");
    bench.expect(&debit, "6901");
}

#[test]
fn update_capp() {
    let trip = format!("80DC00F030 {}", "5A".repeat(48));
    let industry = |p1: &str, head: &str| format!("80DC{p1}D080 {head} {}", "5A".repeat(126));
    let mut bench = Bench::selected(Settings { composite_without_update: false, ..Settings::default() });
    bench.expect(&trip, "6901");
    bench.purchase("01", 0);
    bench.expect(&trip, "6901");
    let debit = bench.purchase("03", 0);
    bench.expect(&debit, "6A80");
    for (command, answer) in [
        ("80DC01F030".to_owned() + &"5A".repeat(48), "6A86"),
        ("80DC00F001 00".to_owned(), "6A80"),
        ("80DC01D030".to_owned() + &"5A".repeat(48), "6A80"),
        (industry("01", "2801"), "6A80"),
        (industry("01", "2702"), "6A80"),
        (industry("00", "2713"), "6A83"),
        (industry("00", "2700"), "6A83"),
        ("80DC00C801 00".to_owned(), "6A82"),
        (trip, "9000"),
        (industry("01", "2701"), "9000"),
        (industry("00", "2712"), "9000"),
        (industry("12", "2712"), "9000"),
        (industry("02", "2702"), "6985"),
    ] {
        bench.expect(&command, answer);
    }
    let before = bench.model.memory.clone();
    assert_eq!(bench.model.torn(&bytes(&debit), &mut |_: &mut [u8]| ()).len(), 2);
    assert!(bench.send(&debit).ends_with("9000"));
    let after = &bench.model.memory;
    assert_eq!(after.trips[0], [0x5A; 48]);
    assert_eq!(after.trips[1..], before.trips[..29]);
    assert_eq!((after.industry[0][2], after.industry[1][2], after.industry[17][2]), (0x5A, 0x7D, 0x5A));
    assert_eq!(after.log[0][..10], bytes("0001 000000 00000000 09"));
}

#[test]
fn writing_ends_the_transaction() {
    let settings = Settings { pin: Some(b"1234".to_vec()), ..Settings::default() };
    let mut bench = Bench::selected(settings);
    let credit = bench.load(100);
    bench.expect("0020000004 31323335", "63C2");
    bench.expect(&credit, "6901");
    let credit = bench.load(100);
    bench.expect("0020000004 31323334", "9000");
    bench.expect(&credit, "6901");
    let credit = bench.load(100);
    bench.expect("80CD0100", "9000");
    bench.expect(&credit, "6901");
}

#[test]
fn depth_of_prove() {
    for (depth, load, first, second, third) in
        [(0, false, false, false, true), (1, true, false, false, true), (2, true, false, true, true)]
    {
        let mut bench = Bench::selected(Settings { prove_depth: depth, ..Settings::default() });
        let credit = bench.load(100);
        assert!(bench.send(&credit).ends_with("9000"));
        for _ in 0..3 {
            let debit = bench.purchase("03", 1);
            assert!(bench.send(&debit).ends_with("9000"));
        }
        let mut kept = |kind: &str, sequence: u16| {
            bench.send(&format!("805A00{kind}02{sequence:04X}08")).ends_with("9000")
        };
        assert_eq!(
            [kept("02", 1), kept("09", 1), kept("09", 2), kept("09", 3)],
            [load, first, second, third]
        );
        assert!(!kept("06", 3));
        bench.model.settings.prove_while_open = false;
        bench.purchase("01", 0);
        bench.expect("805A0009020003", "9406");
    }
}
