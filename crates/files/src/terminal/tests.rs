#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::{LazyLock, Mutex};

use insta::assert_snapshot;
use tunion_data::Fen;
use tunion_terminal::profile::{Bytes, Check, LedgerBinding};

use super::{Library, Source, TerminalFile, TerminalKind, built_in, load, parse};

const TERMINALS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/terminals/");

/// Tariffs take long to compile; all tests share them.
static LIBRARY: LazyLock<Mutex<Library>> = LazyLock::new(Mutex::default);

/// A fixture after one change.
fn changed(name: &str, from: &str, to: &str) -> Result<TerminalFile, String> {
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
    // It shows the table of buses too, which a gate has no use for.
    let bus = text.find("[bus]").unwrap()..text.find("[psam]").unwrap();
    let text = text.replace(&text[bus], "");
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
