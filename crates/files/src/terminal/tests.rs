#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::{LazyLock, Mutex};

use insta::assert_snapshot;
use tunion_data::{Aid, Fen};
use tunion_psam::{Rate, Transport};
use tunion_terminal::profile::{Bytes, Check, LedgerBinding, RailProfile, RecoveryProfile};
use tunion_terminal::{Code, Defect, Prompt};

use super::words::Switch;
use super::{Library, Source, TerminalFile, TerminalKind, built_in, load, parse};
use crate::scenario::kebab;

pub(super) const TERMINALS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/terminals/");

/// Tariffs take long to compile; all tests share them.
static LIBRARY: LazyLock<Mutex<Library>> = LazyLock::new(Mutex::default);

/// A fixture after one change.
pub(super) fn changed(name: &str, from: &str, to: &str) -> Result<TerminalFile, String> {
    let text = std::fs::read_to_string(format!("{TERMINALS}{name}.toml")).unwrap();
    assert!(text.contains(from), "{from}");
    let source = Source::new(format!("{TERMINALS}x.toml"), text.replacen(from, to, 1));
    parse(&source, &mut LIBRARY.lock().unwrap()).map_err(|errors| errors.to_string().replace(TERMINALS, ""))
}

fn rail(from: &str, to: &str) -> String {
    changed("beijing-rail", from, to).unwrap_err()
}

fn bus(from: &str, to: &str) -> String {
    changed("beijing-bus", from, to).unwrap_err()
}

#[test]
fn a_rail_profile() {
    let file = changed("beijing-rail", "version", "version").unwrap();
    assert_eq!(file.kind, TerminalKind::RailGate);
    assert!(file.tariff.unwrap().counters().count() == 1);
    let rail = file.profile.rail;
    let binding = LedgerBinding {
        paid: Bytes { offset: 110, len: 3 },
        rides: Bytes { offset: 113, len: 2 },
        stamp: 99,
    };
    assert_eq!(rail.ledger, Some(binding));
    assert_eq!((file.profile.checks.len(), file.profile.checks[0]), (10, Check::Enabled));
    // docs/spec/terminal.md 1.3: low byte first in the real record.
    assert_eq!(file.profile.byte_order.bytes(file.profile.operator), [0x30, 0x00]);
    assert_eq!((file.profile.top_up_below, file.profile.grey_slots), (Fen::ZERO, 10));
    assert_eq!(file.psam.first_terminal.to_string(), "100000010001");
}

#[test]
fn the_example_of_the_documentation() {
    let text = crate::doc_example(include_str!("../terminal.rs"));
    // It shows the tables of buses, top-ups and refunds too, which a gate has no use for.
    let others = text.find("[bus]").unwrap()..text.find("[psam]").unwrap();
    let text = text.replace(&text[others], "");
    let source = Source::new(format!("{TERMINALS}example.toml"), text);
    let example = parse(&source, &mut LIBRARY.lock().unwrap()).unwrap();
    assert_eq!(example.name, "beijing-rail");
}

#[test]
fn an_unbound_counter() {
    let text = std::fs::read_to_string(format!("{TERMINALS}beijing-rail.toml")).unwrap();
    let ledger = &text[text.find("[rail.ledger]").unwrap()..text.find("[psam]").unwrap()];
    assert_snapshot!(rail(ledger, ""));
    // A controller's city can keep a total or not.
    let text = std::fs::read_to_string(format!("{TERMINALS}shanghai-rail.toml")).unwrap();
    let ledger = &text[text.find("[rail.ledger]").unwrap()..text.find("[psam]").unwrap()];
    assert_eq!(changed("shanghai-rail", ledger, "").unwrap().profile.rail.ledger, None);
}

#[test]
fn places_of_the_total() {
    assert_snapshot!(rail("paid = { offset = 110, len = 3 }", "paid = { offset = 122, len = 3 }"));
    assert_snapshot!(rail("paid = { offset = 110, len = 3 }", "paid = { offset = 98, len = 3 }"));
    assert_snapshot!(rail("paid = { offset = 110, len = 3 }", "paid = { offset = 112, len = 3 }"));
    assert_snapshot!(rail("paid = { offset = 110, len = 3 }", "paid = { offset = 110, len = 0 }"));
    assert_snapshot!(rail("rides = { offset = 113, len = 2 }", "rides = { offset = 113, len = 3 }"));
    assert_snapshot!(rail("rides = { offset = 113, len = 2 }", "rides = { offset = 104, len = 2 }"));
    assert_snapshot!(rail("stamp = 99", "stamp = 110"));
    assert_snapshot!(rail("record = \"2701\"", "record = \"2702\""));
    // Free in Beijing's area, the last device in Shanghai's.
    let moved = ("rides = { offset = 113, len = 2 }", "rides = { offset = 106, len = 2 }");
    changed("beijing-rail", moved.0, moved.1).unwrap();
    assert_snapshot!(changed("shanghai-rail", moved.0, moved.1).unwrap_err());
}

#[test]
fn switches() {
    assert_snapshot!(rail("byte-order = \"little\"", "byte-order = \"middle\""));
    assert_snapshot!(rail("\"not-expired\"", "\"expired\""));
    assert_snapshot!(rail("\"not-expired\"", "\"started\""));
    assert_snapshot!(rail("\"senior\"", "\"elder\""));
    assert_snapshot!(rail("expired-student = \"refuse\"", "expired-student = \"refused\""));
    assert_snapshot!(rail("mac2 = \"after-decision\"", "mac2 = \"never\""));
    assert_snapshot!(rail("open-elsewhere = \"refuse\"", "open-elsewhere = \"open\""));
    assert_snapshot!(rail("sequence-moves = \"at-init\"", "sequence-moves = \"at-end\""));
    assert_snapshot!(rail("kind = \"rail-gate\"", "kind = \"gate\""));
    assert_snapshot!(rail("city =", "town ="));
}

#[test]
fn fields_have_a_use_and_none_is_missing() {
    assert_snapshot!(rail("kind = \"rail-gate\"", "kind = \"enquiry\""));
    assert_snapshot!(rail("mac2 = \"after-decision\"\n", ""));
    assert_snapshot!(rail("[psam]", "[bus]\nmax-minutes = 240\n\n[psam]"));
    assert_snapshot!(bus("kind = \"bus-reader\"", "kind = \"rail-gate\""));
    assert_snapshot!(changed("beijing-top-up", "kind = \"top-up\"", "kind = \"bus-reader\"").unwrap_err());
}

#[test]
fn tariffs() {
    assert_snapshot!(rail("tariff = \"../tariffs/beijing-rail.toml\"\n", ""));
    assert_snapshot!(rail("mac2 =", "fare = \"controller\"\nmac2 ="));
    assert_snapshot!(rail("tariff = \"../tariffs/beijing-rail.toml\"", "fare = \"driver\""));
    assert_snapshot!(rail("beijing-rail.toml\"", "beijing-tram.toml\""));
    assert_snapshot!(rail("tariffs/beijing-rail.toml", "tariffs/beijing-bus.toml"));
    assert_snapshot!(bus("tariffs/beijing-bus.toml", "tariffs/beijing-rail.toml"));
    assert_snapshot!(rail("city = \"1000\"", "city = \"2900\""));
    assert_snapshot!(bus("\"sightseeing\"]", "\"sight-seeing\"]"));
}

#[test]
fn psams() {
    assert_snapshot!(rail("valid-to = 2040-12-31", "valid-to = 2019-12-31"));
    assert_snapshot!(rail("first-terminal = \"100000010001\"", "first-terminal = \"10000001\""));
    assert_snapshot!(rail(
        "mac-failure-limit = 10",
        "mac-failure-limit = 10\ntransport = \"t0\"\nrate = \"fast\""
    ));
    let plain = changed("beijing-rail", "version", "version").unwrap().psam;
    assert_eq!((plain.transport, plain.rate, plain.load_sam), (Transport::Direct, Rate::Production, false));
    let other = "mac-failure-limit = 10\ntransport = \"get-response\"\nrate = \"test\"\nload-sam = true";
    let psam = changed("beijing-top-up", "mac-failure-limit = 10", other).unwrap().psam;
    assert_eq!((psam.transport, psam.rate, psam.load_sam), (Transport::GetResponse, Rate::Test, true));
}

/// A profile based on another one.
fn based(text: &str) -> Result<TerminalFile, String> {
    let head = "version = 1\nname = \"x\"\nprovenance = \"y\"\n";
    let source = Source::new(format!("{TERMINALS}x.toml"), format!("{head}{text}"));
    parse(&source, &mut LIBRARY.lock().unwrap()).map_err(|errors| errors.to_string().replace(TERMINALS, ""))
}

#[test]
fn what_becomes_of_grey_records() {
    let given = "[recovery]\npromote = [\"power-on\", \"other-card\"]\nproof-seconds = 120\n\n[psam]";
    let recovery = changed("beijing-bus", "[psam]", given).unwrap().profile.recovery;
    assert_eq!(
        (recovery.promote.power_on, recovery.promote.other_card, recovery.proof_seconds),
        (true, true, Some(120))
    );
    assert_eq!(
        changed("beijing-bus", "[psam]", "[psam]").unwrap().profile.recovery,
        RecoveryProfile::default()
    );
    assert_snapshot!(bus("[psam]", "[recovery]\npromote = [\"power-off\"]\n\n[psam]"));
    assert_snapshot!(bus("[psam]", "[recovery]\npromote = [\"power-on\", \"power-on\"]\n\n[psam]"));
    assert_snapshot!(changed("beijing-enquiry", "[psam]", "[recovery]\n\n[psam]").unwrap_err());
}

#[test]
fn a_profile_with_a_base() {
    let file = based("base = \"beijing-bus.toml\"\nretap-seconds = 7\ndefects = [\"surcharge-kind-lost\"]\n")
        .unwrap();
    let base = changed("beijing-bus", "version", "version").unwrap();
    let defects: Vec<Defect> = file.profile.defects.iter().collect();
    assert_eq!(
        (file.name.as_str(), file.profile.retap_seconds, &defects[..]),
        ("x", 7, &[Defect::SurchargeKindLost][..])
    );
    // All else is the base's.
    let mut profile = base.profile.clone();
    (profile.name, profile.retap_seconds, profile.defects) = ("x".to_owned(), 7, file.profile.defects);
    assert_eq!((file.kind, &file.psam, file.tariff == base.tariff), (base.kind, &base.psam, true));
    assert_eq!(file.profile, profile);
}

#[test]
fn bases_that_are_wrong() {
    assert_snapshot!(based("base = \"beijing-tram.toml\"\n").unwrap_err());
    assert_snapshot!(based("base = \"faulty/surcharge-kind-lost.toml\"\n").unwrap_err());
    assert_snapshot!(based("base = \"beijing-bus.toml\"\ndefects = [\"surcharge-lost\"]\n").unwrap_err());
    assert_snapshot!(based("base = \"beijing-bus.toml\"\nkind = \"bus-reader\"\n").unwrap_err());
    assert_snapshot!(based("base = \"beijing-bus.toml\"\nfree-reentry-minutes = 3\n").unwrap_err());
}

/// Every defect has a profile that shows it.
#[test]
fn every_defect_has_a_profile() {
    for defect in Defect::ALL {
        let text = std::fs::read_to_string(format!("{TERMINALS}faulty/{defect}.toml")).unwrap();
        let source = Source::new(format!("{TERMINALS}faulty/{defect}.toml"), text);
        let file = parse(&source, &mut LIBRARY.lock().unwrap()).unwrap();
        assert_eq!(
            (file.name.as_str(), file.profile.defects.iter().collect()),
            (defect.name(), vec![*defect])
        );
    }
}

const PAGE: &str = include_str!("../../../../docs/terminals.md");

/// The TOML on the page, block by block.
fn blocks() -> Vec<&'static str> {
    PAGE.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

#[test]
fn the_page_has_an_example_that_loads() {
    let source = Source::new(format!("{TERMINALS}nowhere.toml"), blocks()[0]);
    let file = parse(&source, &mut LIBRARY.lock().unwrap()).unwrap();
    let profile = &file.profile;
    assert_eq!((file.kind, file.tariff.is_none()), (TerminalKind::RailGate, true));
    assert_eq!((profile.select.directory, &profile.select.aids[..]), (true, &[Aid::EP, Aid::MOHURD][..]));
    let bins: Vec<_> = profile.white_list.iter().map(|row| row.bin.map(|bin| bin.to_string())).collect();
    assert_eq!(bins, [None, Some("31052280".to_owned())]);
    let RailProfile { entry_minimum, passback_seconds, ask_back, .. } = profile.rail;
    assert_eq!((entry_minimum, passback_seconds, ask_back), (Fen::from_yuan(2), 5, true));
    // A code table with its base beside it.
    let codes = Source::new(format!("{TERMINALS}codes/x.toml"), blocks()[1]);
    let shown = super::codes(&codes, &mut LIBRARY.lock().unwrap()).unwrap();
    assert_eq!(shown.shown(Code::NoEntry).number, 0x44);
    assert_eq!(shown.shown(Code::Expired).number, 0x02);
    // The case is one of the shipped ones.
    let cases = format!("{TERMINALS}../conformance/rejections/xian-rail.toml");
    assert!(std::fs::read_to_string(cases).unwrap().contains(blocks()[2]));
}

/// The keys that a table knows, as an unknown one before `place` is told.
fn known_keys(profile: &str, place: &str) -> Vec<String> {
    let told = changed(profile, place, &format!("nonsense = 1\n{place}")).unwrap_err();
    let (_, list) = told.split_once("allowed here: ").unwrap();
    list.lines().next().unwrap().split(", ").map(str::to_owned).collect()
}

#[test]
fn the_page_has_every_key_and_every_word() {
    let keys = [
        known_keys("beijing-rail", "version"),
        known_keys("beijing-rail", "tail ="),
        known_keys("beijing-rail", "paid ="),
        known_keys("beijing-rail", "acquirer ="),
        known_keys("beijing-bus", "max-minutes ="),
    ]
    .concat();
    assert!(keys.len() > 40, "{keys:?}");
    for key in keys {
        let named = [format!("`{key}`"), format!("[{key}]"), format!(".{key}]")];
        assert!(named.iter().any(|name| PAGE.contains(name)), "{key}");
    }
    let checks = Check::WORDS.iter().map(|(word, _)| (*word).to_owned());
    let codes = Code::ALL.iter().map(kebab).chain(Prompt::ALL.iter().map(kebab));
    for word in checks.chain(codes) {
        assert!(PAGE.contains(&format!("`{word}`")), "{word}");
    }
    for file in std::fs::read_dir(TERMINALS).unwrap() {
        let path = file.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            assert!(PAGE.contains(&format!("`{name}`")), "{name}");
        }
    }
}

#[test]
fn what_does_not_fit_together() {
    let controller = |from, to| changed("xian-rail", from, to).unwrap_err();
    assert_snapshot!(rail(
        "open-elsewhere = \"refuse\"",
        "open-elsewhere = \"refuse\"\nentry-minimum = \"2.00\""
    ));
    assert_snapshot!(rail("tail = \"beijing\"", "tail = \"xian\""));
    assert_snapshot!(controller("tail = \"xian\"", "tail = \"xi'an\""));
    assert_snapshot!(bus("types = [\"senior\", \"military\"]", "types = []"));
    assert_snapshot!(bus("minutes = 10", "minutes = 0"));
    assert_snapshot!(bus("types = [\"senior\", \"military\"]", "kinds = [\"senior\"]"));
    assert_snapshot!(controller("mac2-failure = \"record\"", "mac2-failure = \"ignore\""));
    assert_snapshot!(controller("trip-balance = \"before\"", "trip-balance = \"both\""));
    assert_snapshot!(controller("select = { directory = true,", "select = { ppse = true,"));
    assert_snapshot!(controller("known = [\"ordinary\",", "known = [\"ordinary\", \"ordinary\","));
    assert_snapshot!(
        changed("laboratory", "white-list = \"lists/laboratory.csv\"", "white-list = \"lists/lab.csv\"")
            .unwrap_err()
    );
    assert_snapshot!(
        changed("beijing-top-up", "accepted =", "trip-balance = \"after\"\naccepted =").unwrap_err()
    );
}

/// What is built in is what the files say, and each of it can be had by its name.
#[test]
fn profiles_that_are_built_in() {
    let names: Vec<&str> = crate::built_in::terminals().collect();
    assert!(names.len() >= 5, "{names:?}");
    for name in names {
        let library = &mut Library::default();
        let file = load(format!("{TERMINALS}{name}.toml"), library).unwrap();
        let built_in = built_in(name, library).unwrap();
        // The reasons that a tariff gives name its file.
        let name = |file: &TerminalFile| file.tariff.as_ref().map(|tariff| tariff.head().name.clone());
        assert_eq!(name(&built_in), name(&file));
        assert_eq!(TerminalFile { tariff: None, ..built_in }, TerminalFile { tariff: None, ..file });
    }
    let said = built_in("beijing-tram", &mut Library::default()).unwrap_err().to_string();
    assert!(said.contains("no terminal `beijing-tram` is built in"), "{said}");
    assert!(said.contains("there are: beijing-rail, "), "{said}");
}
