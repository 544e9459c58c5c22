#![allow(clippy::unwrap_used, reason = "tests")]

use insta::assert_snapshot;

use super::{Source, parse};
use crate::tariff;

fn case(body: &str) -> String {
    let text = format!(
        "version = 1\nprovenance = \"made up\"\n\n[[case]]\nid = \"X\"\nwhat = \"x\"\nsource = \"s\"\n\
         confidence = \"high\"\nkind = \"derived\"\n{body}\n"
    );
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/tariffs/");
    match parse(&Source::new("cases.toml", text)) {
        Err(errors) => errors.to_string(),
        Ok(cases) => {
            let tariff = tariff::load(format!("{root}{}.toml", cases[0].tariff().unwrap())).unwrap();
            cases[0]
                .check(&tariff)
                .map_or_else(|e| e.to_string().replace(root, ""), |q| q.charged.to_string())
        }
    }
}

#[test]
fn a_case_that_holds() {
    let body = "tariff = \"beijing-rail\"\nride = { from = \"五道口\", to = \"西直门\" }\nexpect = \"3.00\"";
    assert_eq!(case(body), "3.00");
}

#[test]
fn a_case_that_does_not_hold_gives_the_reasons() {
    assert_snapshot!(case(
        "tariff = \"beijing-rail\"\nride = { group = \"network\", metres = 18742 }\n\
         before = { on = 2026-11-01, paid = \"104.50\" }\nexpect = \"5.00\""
    ));
}

#[test]
fn a_ride_that_is_not_covered() {
    assert_snapshot!(case(
        "tariff = \"beijing-rail\"\nride = { from = \"西单\", to = \"3号航站楼\" }\nexpect = \"30.00\""
    ));
}

#[test]
fn faults() {
    assert_snapshot!(case(
        "tariff = \"beijing-rail\"\nride = { from = \"五道囗\", to = \"西单\" }\nexpect = \"3.00\""
    ));
    assert_snapshot!(case("tariff = \"beijing-rail\"\nride = { from = \"西单\" }\nexpect = \"3.00\""));
    assert_snapshot!(case(
        "tariff = \"beijing-bus\"\nride = { line = \"332\", on = \"五道口\" }\nexpect = \"3.00\""
    ));
    assert_snapshot!(case("expect = \"3.00\""));
    assert_snapshot!(case("covered = false\nexpect = \"3.00\""));
}
