//! The figures of 1.2, 1.3 and 5.1 to 5.4.

use tunion_card_model::{Memory, Model, Settings, crypto};

use crate::bench::{Bench, bytes, fixed, keys, text};

const DPK: &str = "26776F5B7AA2A6FDA378DEAC563180DC";
const DTK: &str = "46E4B1F2E9D7A86779439835D43C5DAD";
const LOCK: &str = "715D310F02C60978438386401FAECF3D";

#[test]
fn card_keys_of_5_1() {
    let derive = |root: &str| {
        let issuer = crypto::diversify(fixed(root), fixed("05212482FFFFFFFF"));
        crypto::diversify(issuer, fixed("4895199900000003"))
    };
    for (root, key, check) in [
        ("25EC312F61B9687CE3316101E60DB60B", DPK, "00F839"),
        ("75944675E96E549E52157A23E361BF98", DTK, "7583D5"),
        ("515E61C2469BB5F14A809E51252F9B97", LOCK, "5060EF"),
        ("5B207F7AC85102D5CD38A1DCFE686E7A", "C640A68848EE05A31230E9CF369C124E", "CA3B4A"),
        ("D5647C757F94EC4398E07FC4CE5BFB6B", "CF10BC6936FFF37C45AF44CAC94926B7", "28BE42"),
    ] {
        let derived = derive(root);
        assert_eq!(text(&derived), key);
        assert_eq!(text(&crypto::triple(derived, [0; 8])[..3]), check);
        assert_eq!(crypto::triple_back(derived, crypto::triple(derived, [7; 8])), [7; 8]);
    }
}

#[test]
fn a_load_and_a_composite_purchase_of_5_2() {
    let mut bench = Bench::selected(Settings::default());
    bench.model.keys.load[0] = fixed("374598B5C0B0EAE1E1D06609AC5BB369");
    bench.model.keys.purchase = fixed("A338D92A10C8285411E761445C831C22");
    bench.model.keys.tac = fixed("CAA6025290114BFCC3C9043F70F7A07A");
    assert_eq!(text(&crypto::fold(bench.model.keys.tac)), "096F066DE0E6EB86");

    bench.random = bytes("CDEF4F20");
    bench.expect("805000020B 01 00001C37 000001000050", "00000000 0000 01 00 CDEF4F20 06B1BEF5 9000");
    bench.expect("805200000B 20140825103100 0641DCD8", "ED0F8755 9000");
    bench.expect("805C030204", "00001C37 9000");
    bench.expect("00B201C417", "0001 000000 00001C37 02 000001000050 20140825103100 9000");

    bench.random = bytes("9AC87503");
    bench.expect("805003020B 01 00001C37 000000000001", "00001C37 0000 000000 01 00 9AC87503 9000");
    // 303D735D is over the CJ/T suffix; without it, as here:
    bench.expect("805401000F 00000001 20110919204812 CD573164", "44A8E04A 350AC480 9000");
    bench.expect("805C000204", "00000000 9000");
}

#[test]
fn authentication_and_blocking_of_5_2() {
    let mut bench = Bench::selected(Settings::default());
    bench.model.keys.external[0] = [0xFF; 16];
    bench.model.keys.app_block = fixed("6474215EF549707831BB8DB9895FD48A");
    bench.model.keys.app_unblock = fixed("A2F237922142D1605DDD33113E617823");

    bench.random = bytes("DCE8F511");
    bench.expect("0084000004", "DCE8F5119000");
    bench.expect("0082000008 CB1693339A342336", "9000");
    bench.random = bytes("1EA2B2E6");
    bench.expect("0084000004", "1EA2B2E69000");
    bench.expect("841E000004 A86CC6A8", "9000");
    let answer = bench.send("00A4040008 A000000632010105");
    assert!(answer.starts_with("6F31") && answer.ends_with("6A81"), "{answer}");
    bench.random = bytes("DBCF515E");
    bench.expect("0084000004", "DBCF515E9000");
    bench.expect("8418000004 2BDCFB5E", "9000");
}

#[test]
fn the_textbook_of_5_3() {
    let key = fixed("11223344556677888877665544332211");
    let session = crypto::load_session(key, fixed("11223344"), 0);
    assert_eq!(text(&session), "9B1D924E05595603");
    for (input, mac) in [
        ("00000000 00001000 01 001122334455", "2988AE5A"),
        ("00000000 00001000 02 001122334455", "A5638AA0"),
        ("00001000 01 001122334455 20111221214822", "3A845BF0"),
        ("00001000 02 001122334455 20111221214822", "FDD12AF1"),
    ] {
        assert_eq!(text(&crypto::mac(session, &bytes(input))), mac);
    }
    let session = crypto::purchase_session(key, fixed("11223344"), 0, fixed("00000001"));
    assert_eq!(text(&session), "003238ABC57659DD");
    assert_eq!(text(&crypto::mac(session, &bytes("00001000 06 001122334455 20120229135100"))), "F15CAB75");
    assert_eq!(text(&crypto::mac(session, &bytes("00001000"))), "56988A13");
}

#[test]
fn the_session_of_5_4() {
    let mut bench = Bench::selected(Settings::default());
    bench.model.keys.purchase = fixed(DPK);
    bench.model.keys.tac = fixed(DTK);
    bench.model.keys.app_block = fixed(LOCK);
    bench.model.memory.actual = 10_000;
    bench.model.memory.offline = 5;

    bench.random = bytes("11223344");
    bench.expect("805003020B01000000001000000000010F", "00002710 0005 000000 01 00 11223344 9000");
    bench.expect("805401000F 00000001 20240102030405 F533F9FC 08", "61DF3A4F BDF825DD 9000");
    bench.expect("805A000902000608", "BDF825DD 61DF3A4F 9000");
    bench.random = bytes("01020304");
    bench.expect("0084000004", "010203049000");
    bench.expect("841E000004 3485AFE2", "9000");
}

fn fci(settings: Settings, info: &str) -> String {
    let mut memory = Memory::fresh(&settings);
    memory.info = fixed(info);
    let mut model = Model::new(settings, keys(), memory);
    text(&model.transmit(&bytes("00A4040008A00000063201010500"), &mut |_: &mut [u8]| ()))
}

#[test]
fn the_fcis_of_1_3() {
    let beijing = "01011000FFFFFFFF02010310517001000000000520190806204012310000";
    assert_eq!(
        fci(Settings::default(), beijing),
        format!("6F318408A000000632010105A5259F0801029F0C1E{beijing}9000")
    );
    let long = "02403640FFFFFFFF02010310499158500000000320210726202509308500";
    let settings = Settings {
        label: true,
        priority: Some(2),
        preferred_name: Some(b"CARD IMAGE 0001".to_vec()),
        ..Settings::default()
    };
    assert_eq!(
        fci(settings, long),
        format!(
            "6F508408A000000632010105A54450084D4F545F545F4550870102\
             9F0801029F120F4341524420494D41474520303030319F0C1E{long}9000"
        )
    );
    let shenzhen = "02215840FFFFFFFF02010310487040400000000420241107205411070000";
    let settings = Settings { version: vec![0x00, 0x30], zeros: 4, ..Settings::default() };
    assert_eq!(
        fci(settings, shenzhen),
        format!("6F368408A000000632010105A5269F080200309F0C1E{shenzhen}000000009000")
    );
}

#[test]
fn the_directories_of_1_2() {
    let ppse = "00A404000E325041592E5359532E444446303100";
    let mut bench = Bench::new(Settings { directory_priority: 2, cash_entry: true, ..Settings::default() });
    bench.expect(
        ppse,
        "6F49 840E325041592E5359532E4444463031 A537 BF0C34
         6119 4F08A000000632010106 500A4D4F545F545F43415348 870101
         6117 4F08A000000632010105 50084D4F545F545F4550 870102 9000",
    );
    bench.expect("00A404000E315041592E5359532E4444463031", "6A82");
    let mut bench = Bench::new(Settings { old_directory: true, ..Settings::default() });
    bench.expect(
        ppse,
        "6F2E 840E325041592E5359532E4444463031 A51C BF0C19
         6117 4F08A000000632010105 50084D4F545F545F4550 870101 9000",
    );
    bench.expect(
        "00A404000E315041592E5359532E4444463031",
        "6F15 840E315041592E5359532E4444463031 A503 880101 9000",
    );
}
