//! The order in which a command is judged (8.3), SELECT and the links.

use tunion_card_model::{Algorithm, Algorithms, Blocked, BlockedSelect, Le, Link, Settings};

use crate::bench::{Bench, keys, secured};

const SELECT: &str = "00A4040008 A000000632010105";

#[test]
fn framing_and_table() {
    let mut bench = Bench::new(Settings::default());
    for (command, answer) in [
        ("00A404", "6700"),
        ("00B095000000", "6700"),
        ("00A4040002A0", "6700"),
        ("00A4040001A00000", "6700"),
        ("00B5 9B00 00 0000", "6700"),
        ("FFCA000000", "6E00"),
        ("FFCA00", "6700"),
        ("FFCA0000 00 00", "6E00"),
        ("9050000000", "6E00"),
        ("00500000", "6D00"),
        ("80CA000009", "6D00"),
        ("0018000004 00000000", "6D00"),
        ("00A4040C08 A000000632010105", "6A86"),
        ("00A4040007 A0000006320101", "6700"),
        ("805C060204", "6A86"),
        ("805C000204", "6985"),
        ("805010020B 01 00000000 000000000001", "6A86"),
        ("805002010B 01 00000000 000000000001", "6A86"),
        ("80DC01C430", "6A86"),
        ("80DC1CD001 00", "6A86"),
        ("805A000102 0001", "6A86"),
        ("80CD0101", "6A86"),
        ("805E010004 31FF32FF", "6700"),
        ("841E000005 0000000000", "6700"),
        // Le of one fixed length comes before everything else; of others, later.
        ("805000020B 01 00000000 000000000001 0F", "6700"),
        ("805000020B 01 00000000 000000000001 10", "6985"),
        ("805C050204", "6985"),
        ("0084000005", "6700"),
        ("00840000", "6700"),
        ("0084000000", "6700"),
    ] {
        bench.expect(command, answer);
    }
    assert_eq!(bench.asked, 0);
}

#[test]
fn nothing_selected() {
    let mut bench = Bench::new(Settings::default());
    bench.send("00A404000E325041592E5359532E4444463031");
    for (command, answer) in [
        ("00B095001E", "6986"),
        ("00D6950001 00", "6986"),
        ("00DC01F401 00", "6986"),
        ("04E200F001 00", "6986"),
        ("00B201C417", "6A82"),
        ("0020000002 3132", "6A88"),
        ("80DC00F001 00", "6901"),
        ("805200000B 0000000000000000000000", "6901"),
        ("805401000F 000000000000000000000000000000", "6901"),
        ("805403000B 0000000000000000000000", "6901"),
        ("805800000E 0000000000000000000000000000", "6901"),
        ("805A0009020001", "6985"),
        ("841E0000", "6985"),
        ("0082000008 0000000000000000", "6985"),
        ("80CD000001", "6985"),
        ("0084000004", "112233449000"),
        ("00C0000000", "6985"),
    ] {
        bench.expect(command, answer);
    }
}

#[test]
fn le_in_its_three_settings() {
    // Commands, and what strict, correcting and lenient answer.
    let cases = [
        // One fixed length, of one byte and of none.
        ("80CD000002", ["6700", "6C01", "009000"]),
        ("80CD010005", ["6700", "6C00", "9000"]),
        ("80CD010000", ["9000", "9000", "9000"]),
        // A length that is known later.
        ("805C030205", ["6700", "6C04", "000000009000"]),
        ("805C0302", ["000000009000", "000000009000", "000000009000"]),
        // READ BINARY: two bytes are left.
        ("00B0951C", ["6700", "6700", "00009000"]),
        ("00B0951C00", ["00009000", "00009000", "00009000"]),
        ("00B0951C01", ["009000", "009000", "009000"]),
        ("00B0951C03", ["6C02", "6C02", "00009000"]),
        // READ RECORD.
        ("00B201C4", ["6700", "6700", &format!("{} 9000", "00".repeat(23))]),
        ("00B201C401", ["6C17", "6C17", &format!("{} 9000", "00".repeat(23))]),
        // GET CHALLENGE always wants it.
        ("0084000000", ["6700", "6700", "6700"]),
    ];
    for (place, le) in [Le::Strict, Le::Correcting, Le::Lenient].into_iter().enumerate() {
        let mut bench = Bench::selected(Settings { le, ..Settings::default() });
        for (command, answers) in &cases {
            bench.expect(command, answers[place]);
        }
    }
}

#[test]
fn internal_authenticate_judges_le_in_its_row() {
    let mut bench = Bench::selected(Settings::default());
    bench.expect("0088000004 00000000 05", "6700");
    assert!(bench.send("0088000008 0000000000000000 08").ends_with("9000"));
    bench.model.keys.internal = None;
    bench.expect("0088000008 0000000000000000 05", "6A88");
}

#[test]
fn select_keeps_or_drops() {
    let settings = Settings {
        files_by_id: true,
        purse_id: Some(0x3F01),
        pin: Some(b"123456".to_vec()),
        ..Settings::default()
    };
    let mut bench = Bench::new(settings);
    bench.expect("00A40000020015", "6A82");
    assert!(bench.send("00A40000023F01").starts_with("6F31"));
    bench.expect("0020000006313233343536", "9000");
    bench.load(100);
    bench.expect("0084000004", "112233449000");
    // Nothing of these is answered with data: challenge and PIN stay. The transaction ends with the first.
    bench.expect("00A40000020015", "9000");
    bench.expect("00A4000002001505", "6700");
    bench.expect("00A4040008 A000000632010106", "6A82");
    bench.expect("00A4040008 A00000063201010505", "6700");
    bench.expect("805200000B 0000000000000000000000", "6901");
    let unblocked = secured(keys().app_block, &[0x11, 0x22, 0x33, 0x44], "841E0000", "");
    bench.expect(&unblocked, "9000");

    let mut bench = Bench::selected(Settings::default());
    bench.expect("00A40000020015", "6A86");
    bench.expect("00A40000023F01", "6A82");
    bench.expect("0084000004", "112233449000");
    bench.select();
    bench.expect("841E000004 00000000", "6984");
}

#[test]
fn any_select_or_initialize_ends_the_transaction() {
    for ender in
        ["00A4", "8050", "805000020B", "805001020B 02 00000000 000000000001", "00A4040008 A000000632010199"]
    {
        let mut bench = Bench::selected(Settings::default());
        let credit = bench.load(100);
        bench.expect("805C000204", "000000009000");
        bench.expect("00B201C417", &format!("{} 9000", "00".repeat(23)));
        bench.expect("805200000B 00", "6700");
        bench.expect("805201000B 0000000000000000000000", "6A86");
        bench.send(ender);
        bench.expect(&credit, "6901");
    }
}

#[test]
fn blocked_temporarily_and_permanently() {
    let mut bench = Bench::selected(Settings { files_by_id: true, ..Settings::default() });
    bench.model.memory.blocked = Blocked::Temporarily;
    for (command, answer) in [
        ("04D6950005 0000000000", "6A81"),
        ("00DC01F401 00", "6A81"),
        ("04E200F001 00", "9407"),
        ("0020000002 3132", "6985"),
        ("80DC00F001 00", "6985"),
        ("805200000B 0000000000000000000000", "6985"),
        ("80CD0100", "6985"),
        ("80CD000001", "009000"),
        ("805C000204", "000000009000"),
        ("805A0009020001", "9406"),
        ("841E000004 00000000", "6984"),
        ("8418000004 00000000", "6984"),
        ("00A40000020015", "9000"),
    ] {
        bench.expect(command, answer);
    }
    bench.model.settings.blocked_select = BlockedSelect::Invalidated;
    bench.model.settings.blocked_directory_warns = true;
    assert!(bench.send(SELECT).ends_with("6283"));
    assert!(bench.send("00A404000E325041592E5359532E4444463031").ends_with("6283"));
    bench.select_blocked();
    bench.model.memory.blocked = Blocked::Permanently;
    bench.expect(SELECT, "9303");
    bench.expect("00B095001E", "9303");
    bench.expect("0084000004", "9303");
    bench.expect("00C0000000", "6985");
    assert!(bench.send("00A404000E325041592E5359532E4444463031").ends_with("6283"));
    bench.model.memory.card_blocked = true;
    bench.expect("00C0000000", "6A81");
    bench.expect("00A404000E325041592E5359532E4444463031", "6A81");
    bench.expect("00A4040C", "6A86");
}

impl Bench {
    fn select_blocked(&mut self) {
        assert!(self.send(SELECT).ends_with("6283"));
    }
}

#[test]
fn contact_link() {
    let mut bench = Bench::new(Settings { link: Link::Contact, ..Settings::default() });
    bench.expect(SELECT, "6133");
    bench.expect("00C0000005", "6C33");
    bench.expect("00C0000105", "6A86");
    bench.expect("00C0000033", "6985");
    bench.expect(SELECT, "6133");
    bench.expect("00C0000010", "6C33");
    assert!(bench.send("00C0000033").ends_with("9000"));
    bench.expect("00C0000033", "6985");
    bench.expect("805C000204", "000000009000");
    bench.expect("805001020B 01 00000000 000000000001 0F", "610F");
    bench.model.memory.blocked = Blocked::Temporarily;
    bench.expect(SELECT, "6133");
    assert!(bench.send("00C00000").ends_with("6A81"));
}

#[test]
fn algorithms() {
    let mut bench = Bench::selected(Settings { algorithms: Algorithms::Both, ..Settings::default() });
    bench.expect("80CD000001", "009000");
    bench.expect("80CD0200", "9000");
    bench.expect("80CD000001", "019000");
    bench.expect("805000020B 09 00000000 000000000001", "6985");
    bench.expect("80CD0103", "9000");
    let block = bench.secured(keys().app_maintenance, "80CD0301", "");
    bench.expect("80CD0301", "6987");
    bench.expect(&block, "9000");
    bench.expect("805001020B 01 00000000 000000000001", "6985");
    bench.expect("80CD0100", "6985");
    bench.expect("80CD0303", "6985");
    bench.expect("80CD0200", "9000");
    assert_eq!(bench.model.memory.algorithm, Algorithm::Sm4);

    let mut bench = Bench::selected(Settings { algorithms: Algorithms::Sm4, ..Settings::default() });
    bench.expect("80CD000001", "019000");
    bench.expect("80CD0100", "6985");
}
