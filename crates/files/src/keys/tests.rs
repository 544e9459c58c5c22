#![allow(clippy::unwrap_used, reason = "tests")]

use insta::assert_snapshot;
use tunion_crypto::Key16;
use tunion_issuer::{CheckValues, Purpose};

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
    let (issuer, pan) = ("05212482FFFFFFFF".parse().unwrap(), "3104895199900000003".parse().unwrap());
    let values = roots
        .check_values(issuer, pan)
        .map(|CheckValues { purpose, tdes, sm4 }| format!("{purpose:<16}{tdes} {sm4}\n"));
    assert_snapshot!(values.collect::<String>());
}

#[test]
fn each_name_leads_to_its_own_root() {
    let bytes = || Purpose::ALL.into_iter().zip(1..);
    let lines =
        bytes().map(|(purpose, byte)| format!("{purpose} = \"{}\"\n", format!("{byte:02X}").repeat(16)));
    let table = lines.collect::<Vec<_>>().concat();
    let text = format!("version = 1\nprovenance = \"test\"\nkey-version = 1\n[roots]\n{table}");
    let roots = parse(&Source::new("keys.toml", text)).unwrap().roots;
    for (purpose, byte) in bytes() {
        assert_eq!(roots.root(purpose), Some(&Key16::new([byte; 16])), "{purpose}");
    }
}

/// The PSAMs' root is no card's, and may be left out.
#[test]
fn the_root_of_psam_control() {
    let psam_control = |text| parse(&Source::new("lab.toml", text)).unwrap().roots.psam_control;
    assert_eq!(
        psam_control(LAB.into()),
        Key16::new(0x58B0_FD07_C1FD_266D_6819_3726_45CD_67AE_u128.to_be_bytes())
    );
    let without = LAB.replace("psam-control =", "# psam-control =");
    let app_control = parse(&Source::new("lab.toml", LAB)).unwrap().roots.app_control;
    assert_eq!(psam_control(without), app_control);
}

/// The page has the keys of the form, and of the roots all in their order and no other.
#[test]
fn the_page_has_every_key() {
    let page = include_str!("../../../../docs/cards.md");
    let (_, section) = page.split_once("\n## Key sets\n").unwrap();
    let (form, roots) = section.split_once("| root |").unwrap();
    let names = |table: &'static str| {
        table.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect::<Vec<_>>()
    };
    assert_eq!(names(form), ["version", "provenance", "key-version", "[roots]"]);
    assert_eq!(names(roots), Purpose::ALL.map(Purpose::name));
    for purpose in Purpose::ALL {
        let row = roots.lines().find(|line| line.starts_with(&format!("| `{purpose}` |"))).unwrap();
        assert_eq!(row.contains("Optional"), purpose.is_optional(), "{purpose}");
    }
}

#[test]
fn faults() {
    assert_snapshot!(fault("\"25EC312F61B9687CE3316101E60DB60B\"", "\"25EC312F61B9687CE3316101E60DB6\""));
    assert_snapshot!(fault("\"25EC312F61B9687CE3316101E60DB60B\"", "25"));
    assert_snapshot!(fault("load-second", "load2"));
    assert_snapshot!(fault("unload = ", "# unload = "));
    // A key set from before the card had secure messaging.
    let (purchase_and_tac, _) = LAB.split_once("app-block =").unwrap();
    let load = "00".repeat(16);
    let old = format!("{purchase_and_tac}load = \"{load}\"\nload-second = \"{load}\"\n");
    assert_snapshot!(parse(&Source::new("old.toml", old)).unwrap_err());
    assert_snapshot!(fault("key-version = 1", "key-version = 256"));
    assert_snapshot!(fault("version = 1\n", "version = 2\n"));
}
