#![allow(clippy::unwrap_used, reason = "tests")]

use insta::assert_snapshot;
use proptest::prelude::*;
use tunion_card::profile::{ById, FciShape, Tries};
use tunion_card::{Pin, Profile, PurseContents, SecurityContents, TriesLeft};
use tunion_data::command::Transaction;
use tunion_data::fci::EP_AID;
use tunion_data::file::RailRecord;
use tunion_data::{CityCode, Fen, Fen24};

use crate::diag::Hex;

use super::{PurseTable, Source, parse, purse};

mod round;
mod settings;

const CARD: &str = r#"version = 1
name = "lin"
provenance = "made up"

[info]
issuer = "01011000FFFFFFFF"
pan = "3105170010000000002"
valid-from = 2026-10-01
valid-to = 2027-09-30

[holder]
name = "林小禾"
id-number = "000000200601010000"
id-type = "passport"

[management]
city = "1000"
interoperable = true
type = "student"

[purse]
balance = "10.00"
ceiling = "5000.00"
overdraft-limit = "10.00"
"#;

fn fault(from: &str, to: &str) -> String {
    assert!(CARD.contains(from), "{from}");
    parse(&Source::new("lin.toml", CARD.replace(from, to))).unwrap_err().to_string()
}

#[test]
fn the_files_of_the_card() {
    let card = parse(&Source::new("lin.toml", CARD)).unwrap();
    // docs/spec/card.md 1.3: the Beijing sample, with other dates and number.
    let info: Hex<30> = "01011000FFFFFFFF02010310517001000000000220261001202709300000".parse().unwrap();
    assert_eq!(card.image.info.encode(), info.0);
    // GBK, padded with spaces (docs/spec/card.md 2.2).
    let name: Hex<20> = "C1D6D0A1BACC2020202020202020202020202020".parse().unwrap();
    assert_eq!(card.image.holder.name, name.0);
    assert_eq!(&card.image.holder.id_number[..20], b"000000200601010000  ");
    assert_eq!(
        (card.image.holder.id_type, card.image.holder.staff_flag, card.image.holder.card_flag),
        (2, 0, 0)
    );
    // docs/spec/card.md 2.3.
    let management: Hex<11> = "0000015610001000000102".parse().unwrap();
    assert_eq!(card.image.management.encode()[..11], management.0);
    assert!(card.image.management.reserved.iter().all(|byte| *byte == 0x20));
    assert_eq!(card.image.purse.balance.fen(), Fen::from_yuan(10));
}

#[test]
fn the_example_of_the_documentation() {
    let text = crate::doc_example(include_str!("../card.rs"));
    let card = parse(&Source::new("example.toml", text)).unwrap();
    // What is shown as a default is one.
    assert_eq!(card.image.purse, PurseContents::default());
    let (mut fci, mut by_id) = (FciShape::default(), ById::default());
    (fci.priority, by_id.purse) = (Some(1), Some(0x3F01));
    assert_eq!(card.profile, Profile { fci, by_id, ..Profile::default() });
    assert_eq!(card.aid, EP_AID);
    assert_eq!(card.keys, None);
    let SecurityContents { pin, left, .. } = &card.image.security;
    assert_eq!((pin, left), (&Pin::new(b"123456"), &Some(TriesLeft::from(Tries::default()))));
    let rail = RailRecord::decode(card.image.industry.get(1).unwrap());
    assert_eq!((rail.status, rail.entry_city, rail.sealed()), (1, CityCode::BEIJING, rail.encode()));
    assert_eq!(card.image.log[0].record.transaction, 9);
    assert_eq!(card.image.proofs.kept[0], (Transaction::Capp, 1, card.image.log[0].proof));
    assert_eq!(card.image.proofs.last, Some(Transaction::Capp));
}

/// The page names every key that the example has.
#[test]
fn the_page_has_every_key() {
    let page = include_str!("../../../../docs/cards.md");
    let text = crate::doc_example(include_str!("../card.rs"));
    // The fields of records are those of the layouts, and are not listed.
    let (words, records) = text.split_at(text.find("[rail]").unwrap());
    for line in words.lines().chain(records.lines().filter(|line| line.starts_with('['))) {
        if line.starts_with('[') {
            let table = line.split(['[', ']']).find(|part| !part.is_empty()).unwrap();
            assert!(page.contains(&format!("[{table}]")), "{table}");
        } else if let Some((key, _)) = line.split_once(" = ") {
            assert!(page.contains(&format!("`{key}")) || page.contains(&format!(" {key} = ")), "{key}");
        }
    }
    let first = page.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    parse(&Source::new("mei.toml", first)).unwrap();
}

#[test]
fn what_is_left_out_has_a_default() {
    let purse = CARD.find("[purse]").unwrap();
    let card = parse(&Source::new("lin.toml", &CARD[..purse])).unwrap();
    assert_eq!(card.image.purse, PurseContents::default());
    assert_eq!((card.image.info.app_type, card.image.info.enabled), (2, 1));
}

#[test]
fn faults_of_the_files() {
    assert_snapshot!(fault("3105170010000000002", "310517001000000000"));
    assert_snapshot!(fault("valid-to = 2027-09-30", "valid-to = 2025-09-30"));
    assert_snapshot!(fault("valid-to = 2027-09-30", "valid-to = 2027-02-29"));
    assert_snapshot!(fault("valid-to", "valid-until"));
    assert_snapshot!(fault("\"student\"", "\"studnet\""));
    assert_snapshot!(fault("\"passport\"", "\"diploma\""));
    assert_snapshot!(fault("\"01011000FFFFFFFF\"", "\"0101 1000\""));
    assert_snapshot!(fault("interoperable = true", "interoperable = \"yes\""));
    assert_snapshot!(fault("provenance = \"made up\"", "provenance = \"\""));
}

/// What is no TOML at all is told as that, a slip as a slip.
#[test]
fn a_text_that_is_no_card() {
    let told =
        |text: &str| parse(&Source::new("x", text)).unwrap_err().iter().next().unwrap().message().to_owned();
    for text in ["# Cards\n\n A card is a file.\n", "profiles,ceiling\n101,FF\n", "<?xml?>\n"] {
        assert_eq!(told(text), "this is no TOML; a card profile is wanted", "{text}");
    }
    for text in ["version 1\nname = \"mei\"\n", "# A card.\nversion = = 1\n", "[info\n"] {
        assert!(!told(text).contains("no TOML"), "{text}");
    }
}

#[test]
fn faults_of_the_holder() {
    assert_snapshot!(fault("林小禾", "林小禾林小禾林小禾林小禾"));
    assert_snapshot!(fault("林小禾", "Łukasz"));
    assert_snapshot!(fault("000000200601010000", "编号一"));
}

#[test]
fn faults_of_the_purse() {
    assert_snapshot!(fault("balance = \"10.00\"", "balance = \"5000.01\""));
    assert_snapshot!(fault("balance = \"10.00\"", "overdraft-used = \"10.01\""));
    assert_snapshot!(fault("ceiling = \"5000.00\"", "ceiling = \"167772.15\""));
    assert_snapshot!(fault("ceiling = \"5000.00\"", "ceiling = \"167772.16\""));
    assert_snapshot!(fault("balance = \"10.00\"", "balance = 10"));
    assert_snapshot!(fault("balance = \"10.00\"", "offline-seq = 65536"));
}

proptest! {
    /// The rules that are put into words here are those of the card.
    #[test]
    fn the_card_s_rules_are_kept(amounts: [u32; 4], shift in 0u32..16) {
        let [balance, ceiling, overdraft_limit, overdraft_used] =
            amounts.map(|amount| Fen24::new(Fen::new((amount >> 8) >> shift)).unwrap());
        let contents =
            PurseContents { balance, ceiling, overdraft_limit, overdraft_used, ..PurseContents::default() };
        let checked = purse(&Source::new("x", ""), contents, &PurseTable::default());
        prop_assert_eq!(checked.is_ok(), contents.broken().next().is_none());
    }
}
