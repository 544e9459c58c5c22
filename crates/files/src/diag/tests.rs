#![allow(clippy::unwrap_used, reason = "tests")]

use ::toml::Spanned;
use insta::assert_snapshot;
use serde::Deserialize;
use tunion_data::Fen;

use super::{Day, Diagnostics, Source, Text};

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
#[expect(dead_code, reason = "only its errors are looked at")]
struct Fare {
    price: Spanned<Text<Fen>>,
    metres: u32,
    valid_from: Option<Day>,
    mode: Option<Mode>,
}

#[derive(Deserialize, Debug)]
#[serde(rename_all = "kebab-case")]
enum Mode {
    Rail,
    Bus,
}

fn fault(text: &str) -> Diagnostics {
    Source::new("fare.toml", text).toml::<Fare>().unwrap_err()
}

#[test]
fn syntax() {
    assert_snapshot!(fault("price = \"5.00\"\nmetres = = 1\n"));
}

/// Both places are shown, as far as the first can be told.
#[test]
fn given_twice() {
    let twice = |text: &str| Source::new("twice.toml", text).toml::<::toml::Table>().unwrap_err();
    assert_snapshot!(twice("[a.b] # one\nc = 1\n\n[d]\nc = 2\n\n[a.b]\nc = 3\n"));
    assert_snapshot!(twice("c = 1\n[a]\nb = 1\n  c  = 2\nc= 3\n"));
    assert_snapshot!(twice("b = 1\na = { b = 1, b = 2 }\n"));
}

#[test]
fn unknown_field_lists_the_allowed() {
    assert_snapshot!(fault("price = \"5.00\"\nmeters = 1\n"));
}

#[test]
fn unknown_value_lists_the_allowed() {
    assert_snapshot!(fault("price = \"5.00\"\nmetres = 1\nmode = \"buss\"\n"));
}

#[test]
fn missing_field() {
    assert_snapshot!(fault("price = \"5.00\"\n"));
}

#[test]
fn money_as_a_bare_number() {
    assert_snapshot!(fault("price = 500\nmetres = 1\n"));
    assert_snapshot!(fault("price = 5.0\nmetres = 1\n"));
}

#[test]
fn money_in_another_form() {
    assert_snapshot!(fault("metres = 1\nprice = \"5\"\n"));
    assert_snapshot!(fault("metres = 1\nprice = \"500 fen\"\n"));
    assert_snapshot!(fault("metres = 1\nprice = \"five\"\n"));
    assert_snapshot!(fault("metres = 1\nprice = \"50000000.00\"\n"));
}

#[test]
fn wrong_type() {
    assert_snapshot!(fault("price = \"5.00\"\nmetres = \"6 km\"\n"));
    assert_snapshot!(fault("price = \"5.00\"\nmetres = -6\n"));
    assert_snapshot!(fault("price = \"5.00\"\nmetres = 5000000000\n"));
    assert_snapshot!(fault("price = \"5.00\"\nmetres = [6]\n"));
}

#[test]
fn a_date_in_quotes() {
    assert_snapshot!(fault("price = \"5.00\"\nmetres = 1\nvalid-from = \"2014-12-28\"\n"));
    assert_snapshot!(fault("price = \"5.00\"\nmetres = 1\nvalid-from = 2014-12-28T00:00:00\n"));
}

#[test]
fn table_with_other_columns() {
    let source = Source::new("edges.csv", "# ours\nfrom,to,meters\n");
    assert_snapshot!(source.table(["from", "to", "metres"]).unwrap_err());
}

#[test]
fn table_without_provenance_and_a_short_row() {
    let source = Source::new("edges.csv", "from,to,metres\nA,B,1\n# note\nA,C\n");
    assert_snapshot!(source.table(["from", "to", "metres"]).unwrap_err());
}

#[test]
fn cells_know_their_places() {
    let source = Source::new("edges.csv", "# ours\r\nfrom,to\r\n\r\n# 注\r\n五道口,知春路\r\n\"a,b\",c\r\n");
    let rows = source.table(["from", "to"]).unwrap();
    let place = |row: usize, cell: usize| source.text()[rows[row][cell].span()].to_owned();
    assert_eq!(place(0, 0), "五道口");
    assert_eq!(place(0, 1), "知春路");
    assert_eq!(rows[1][0].get_ref(), "a,b");
    assert_eq!(place(1, 1), "\"a,b\",c");
    assert_eq!(source.line(&rows[0][0]), 5);
}

#[test]
fn a_name_that_is_not_there() {
    let source = Source::new("edges.csv", "# ours\nfrom,to\n五道囗,清河\n");
    let rows = source.table(["from", "to"]).unwrap();
    let stations = || ["五道口", "知春路", "清河站"].map(|name| (name, ()));
    let mut faults = Diagnostics::default();
    faults.keep(source.choose(&rows[0][0], "station", stations()));
    faults.keep(source.choose(&rows[0][1], "station", [("昌平", ())]));
    assert_snapshot!(faults);
}

#[test]
fn a_file_that_cannot_be_read() {
    let error = Source::read("nowhere/at/all.toml").unwrap_err().to_string();
    assert_eq!(error, "error: there is no such file\n--> nowhere/at/all.toml");
}

#[test]
fn a_file_that_is_not_utf_8() {
    let path = std::env::temp_dir().join(format!("tunion-gbk-{}.toml", std::process::id()));
    std::fs::write(&path, b"version = 1\nname = \"\xC1\xD6\"\n").unwrap();
    let error = Source::read(&path).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    assert_snapshot!(error.to_string().replace(&path.display().to_string(), "FILE"));
    let error = Source::read(std::env::temp_dir()).unwrap_err().to_string();
    assert!(error.contains("is a directory where a file is wanted"), "{error}");
}

#[test]
fn many_are_cut_short() {
    let source = Source::new("many.toml", "x = 1\n");
    let mut many = Diagnostics::default();
    for number in (0..25).chain(0..25) {
        many.push(source.whole(format!("fault {number}")));
    }
    assert_eq!(many.iter().count(), 25);
    let text = many.to_string();
    assert!(text.contains("fault 19\n") && !text.contains("fault 20"), "{text}");
    assert!(text.ends_with("\n\nand 5 more"), "{text}");
}

#[test]
fn colour_only_when_asked() {
    let fault = fault("price = 500\nmetres = 1\n");
    assert!(!fault.render(false).contains('\u{1b}'));
    assert!(fault.render(true).contains('\u{1b}'));
}
