//! Cost profiles that load, and what is wrong with others.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use super::*;
use insta::assert_snapshot;

fn changed(name: &str, from: &str, to: &str) -> Result<Costs, String> {
    let path = format!("{}/../../fixtures/costs/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains(from), "{from}");
    parse(&Source::new("x.toml", text.replacen(from, to, 1))).map_err(|errors| errors.to_string())
}

/// Every file of the folder is built in, and every figure says where it comes from.
#[test]
fn what_is_built_in() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/costs");
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned());
    let (mut files, mut known): (Vec<String>, Vec<String>) =
        (files.collect(), names().map(str::to_owned).collect());
    files.sort();
    known.sort();
    assert_eq!(files, known);
    for name in known {
        let costs = built_in(&name).unwrap();
        assert_eq!(costs.name, name);
        assert!(costs.figures.len() >= 5);
    }
    let said = built_in("abacus").unwrap_err().to_string();
    assert!(said.contains("native-transit-chip, "), "{said}");
}

/// `docs/spec/terminal.md` 5.4: 3DES 10 to 100 µs a block in hardware, a page 1 to 5 ms.
#[test]
fn figures_that_have_a_source_lie_in_its_range() {
    let mut sourced = 0;
    for name in names() {
        for figure in built_in(name).unwrap().figures {
            if figure.from != Origin::Source("docs/spec/terminal.md 5.4".to_owned()) {
                continue;
            }
            sourced += 1;
            let range = if figure.key == "page-write" { 1_000_000..=5_000_000 } else { 10_000..=100_000 };
            assert!(range.contains(&figure.ns), "{name}: {figure:?}");
        }
    }
    assert!(sourced > 15, "{sourced}");
}

#[test]
fn bad_profiles() {
    let card = |from, to| changed("native-transit-chip", from, to).unwrap_err();
    assert_snapshot!(card("kind = \"card\"", "kind = \"bus\""));
    assert_snapshot!(card("fsc = 64", "fsc = 65"));
    assert_snapshot!(card("fastest = 424", "fastest = 400"));
    assert_snapshot!(card("fwi = 8", "fwi = 15"));
    assert_snapshot!(card("percent = 10", "percent = 100"));
    assert_snapshot!(card("byte = {", "bytes = {"));
    assert_snapshot!(card("assumption = \"from the field to the first answer\"", "source = \" \""));
    assert_snapshot!(card(", assumption = \"from the field to the first answer\"", ""));
    assert_snapshot!(card("[air]", "baud = 9600\n[air]"));
    assert_snapshot!(changed("sam-9600", "baud = 9600", "baud = 96").unwrap_err());
    assert_snapshot!(changed("sam-9600", "baud = 9600\n", "").unwrap_err());
    assert_snapshot!(changed("terminal", "fsd = 256", "fsd = 255").unwrap_err());
    for (from, to) in [
        ("edge-permille = 100", "edge-permille = 1_001"),
        ("near-ppm = 200", "near-ppm = 500_001"),
        ("edge-ppm = 20_000", "edge-ppm = 500_001"),
        ("damaged-permille = 500", "damaged-permille = 1_001"),
    ] {
        let said = changed("terminal", from, to).unwrap_err();
        let key = from.split_once(' ').unwrap().0;
        assert!(said.contains(&format!("{key} is ")) && said.contains("it is from 0 to "), "{said}");
    }
    for (name, why) in [
        ("terminal", "assumption = \"nobody has published any; measure your own gate\"\n"),
        ("terminal", ", assumption = \"a small processor that does other things too\""),
        ("native-transit-chip", "assumption = \"FSC 64 as in the examples of docs/spec/terminal.md 5.2\"\n"),
    ] {
        let said = changed(name, why, "").unwrap_err();
        assert!(said.contains("a figure has a `source` or an `assumption`, and one of them"), "{said}");
    }
    assert_snapshot!(
        changed("terminal", "poll = { ns = 60_000_000", "poll = { ns = 60_000_000_001").unwrap_err()
    );
}

#[test]
fn prices_add_up() {
    let Of::Card(card) = built_in("native-transit-chip").unwrap().of else { panic!("no card") };
    let crypto = Tally { tdes_blocks: 1, des_schedules: 1, des_blocks: 7, ..Tally::default() };
    let work = Work { crypto, page_writes: 5, bytes_in: 19, bytes_out: 10 };
    assert_eq!(card.prices.of(&work), 400_000 + 29 * 400 + 5 * 1_500_000 + 20_000 + 4_000 + 7 * 10_000);
}
