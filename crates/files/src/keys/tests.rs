#![allow(clippy::unwrap_used, reason = "tests")]

use insta::assert_snapshot;

use super::{Source, load, parse};

const LAB: &str = include_str!("../../../../fixtures/keys/lab.toml");

fn fault(from: &str, to: &str) -> String {
    assert!(LAB.contains(from), "{from}");
    parse(&Source::new("lab.toml", LAB.replace(from, to))).unwrap_err().to_string()
}

#[test]
fn the_laboratory_s_roots_lead_to_the_published_card_keys() {
    let roots = load(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/keys/lab.toml")).unwrap().roots;
    // docs/spec/card.md 5.1.
    let keys = roots.card_keys("05212482FFFFFFFF".parse().unwrap(), "3104895199900000003".parse().unwrap());
    assert_eq!(format!("{:?} {:?}", keys.purchase, keys.tac), "Key16(KCV 00F839) Key16(KCV 7583D5)");
    assert_ne!(roots.load, roots.load_second);
}

#[test]
fn the_laboratory_s_check_values_are_the_published_ones() {
    let roots = super::lab().unwrap().roots;
    let (issuer, pan) = ("05212482FFFFFFFF".parse().unwrap(), "3104895199900000003".parse().unwrap());
    let values = roots.check_values(issuer, pan);
    // docs/spec/card.md 5.1.
    for (key, tdes, sm4) in [
        ("purchase", "00F839", Some("F20B2C")),
        ("tac", "7583D5", Some("9CBED9")),
        ("app-block", "5060EF", Some("B3D447")),
        ("app-unblock", "5060EF", Some("B3D447")),
        ("app-maintenance", "CA3B4A", None),
    ] {
        let found = values.iter().find(|values| values.key == key).unwrap();
        assert_eq!(found.tdes.to_string(), tdes, "{key}");
        assert!(sm4.is_none_or(|sm4| found.sm4.to_string() == sm4), "{key}: {}", found.sm4);
    }
}

#[test]
fn faults() {
    assert_snapshot!(fault("\"25EC312F61B9687CE3316101E60DB60B\"", "\"25EC312F61B9687CE3316101E60DB6\""));
    assert_snapshot!(fault("\"25EC312F61B9687CE3316101E60DB60B\"", "25"));
    assert_snapshot!(fault("load-second", "load2"));
    assert_snapshot!(fault("key-version = 1", "key-version = 256"));
    assert_snapshot!(fault("version = 1\n", "version = 2\n"));
}
