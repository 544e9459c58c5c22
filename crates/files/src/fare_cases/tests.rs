#![allow(clippy::unwrap_used, reason = "tests")]

use insta::assert_snapshot;

use super::{Checked, Source, parse};
use crate::city;

fn case(body: &str) -> String {
    let text = format!(
        "version = 1\nprovenance = \"made up\"\ncity = \"beijing\"\n\n[[case]]\nid = \"X\"\nwhat = \"x\"\nsource = \"s\"\n\
         confidence = \"high\"\nkind = \"derived\"\n{body}\n"
    );
    match parse(&Source::new("cases.toml", text)) {
        Err(errors) => errors.to_string(),
        Ok(cases) => {
            let beijing = city::built_in("beijing").unwrap();
            let charged = |found: Checked<'_>| found.charged.map_or("refused".into(), |fen| fen.to_string());
            cases[0].check(&beijing).map_or_else(|error| error.to_string(), charged)
        }
    }
}

#[test]
fn a_case_that_holds() {
    let body = "mode = \"rail\"\nride = { from = \"五道口\", to = \"西直门\" }\nexpect = \"3.00\"";
    assert_eq!(case(body), "3.00");
}

#[test]
fn a_case_that_does_not_hold_gives_the_reasons() {
    assert_snapshot!(case(
        "mode = \"rail\"\nride = { group = \"network\", metres = 18742 }\n\
         before = { on = 2026-11-01, paid = \"104.50\" }\nexpect = \"5.00\""
    ));
}

#[test]
fn rides_over_groups_and_on_tickets() {
    let rail = |rest: &str| case(&format!("mode = \"rail\"\n{rest}"));
    assert_eq!(rail("ride = { from = \"西单\", to = \"3号航站楼\" }\nexpect = \"30.00\""), "30.00");
    let airport = "ride = { from = \"草桥\", to = \"大兴机场\" }";
    assert_eq!(rail(&format!("{airport}\nticket = \"business\"\nexpect = \"50.00\"")), "50.00");
    assert_eq!(rail(&format!("{airport}\nticket = \"pass-24h\"\nrefused = \"not sold\"")), "refused");
    let network = "ride = { group = \"network\", metres = 9000 }";
    let pass = format!("{network}\nticket = \"pass-24h\"\nactivated = 2026-11-10T08:00:00");
    assert_eq!(rail(&format!("{pass}\nlist = \"4.00\"\nexpect = \"0.00\"")), "0.00");
    assert_eq!(rail("ride = { to = \"五道口\", no-entry = true }\nexpect = \"8.00\""), "8.00");
    let early = "entered = 2007-10-06T12:00:00\nrefused = \"outside the tariffs\"";
    assert_eq!(rail(&format!("{network}\n{early}")), "refused");
}

#[test]
fn faults() {
    assert_snapshot!(case("mode = \"rail\"\nride = { from = \"五道囗\", to = \"西单\" }\nexpect = \"3.00\""));
    assert_snapshot!(case("mode = \"rail\"\nride = { from = \"西单\" }\nexpect = \"3.00\""));
    assert_snapshot!(case("mode = \"bus\"\nride = { line = \"332\", on = \"五道口\" }\nexpect = \"3.00\""));
    assert_snapshot!(case("expect = \"3.00\""));
    assert_snapshot!(case("covered = false\nexpect = \"3.00\""));
    let network = "mode = \"rail\"\nride = { group = \"network\", metres = 9000 }";
    assert_snapshot!(case(&format!("{network}\nrefused = \"not sold\"")));
    assert_snapshot!(case(&format!("{network}\nticket = \"pass-24h\"\nrefused = \"not sold\"")));
    assert_snapshot!(case(&format!("{network}\nticket = \"pass-24\"\nexpect = \"0.00\"")));
    assert_snapshot!(case(&format!("{network}\nrefused = \"x\"\nexpect = \"0.00\"")));
}

#[test]
fn what_one_enters_with_and_what_a_ticket_is_sold_at() {
    let ride = "mode = \"rail\"\nride = { from = \"五道口\", to = \"西直门\" }\n";
    let pass = "ticket = \"pass-24h\"\nactivated = 2026-11-10T12:00:00\n";
    assert_eq!(case(&format!("{ride}entry-balance = \"3.00\"")), "3.00");
    assert_eq!(case(&format!("{ride}{pass}sold-at = \"20.00\"")), "0.00");
    let wrong = [
        format!("{ride}entry-balance = \"2.00\""),
        format!("{ride}{pass}sold-at = \"25.00\""),
        format!("{ride}sold-at = \"3.00\""),
        "mode = \"rail\"\nride = { group = \"network\", metres = 1 }\nentry-balance = \"3.00\"".to_owned(),
    ];
    assert_snapshot!(wrong.map(|body| case(&body)).join("\n\n"));
}
