//! `tunion tear` as a user meets it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn tunion_in(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tunion")).args(arguments).current_dir(folder).output().unwrap()
}

fn tear(arguments: &[&str]) -> Output {
    tunion_in(&root(), &[&["tear"], arguments].concat())
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A table's lines without the widths of its columns.
fn lines(table: &str) -> Vec<String> {
    table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// The whole table is held by scripts/table.sh tear, which needs a release build; here some of its lines are.
#[test]
fn the_page_has_what_the_program_prints() {
    let page = std::fs::read_to_string(root().join("docs/tear.md")).unwrap();
    let page = lines(&page);
    let output = tear(&["--command", "change algorithm"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let printed = lines(&text(&output.stdout));
    assert!(printed.len() >= 4);
    let table = printed.iter().take_while(|line| !line.is_empty());
    for line in table {
        assert!(page.contains(line), "docs/tear.md has no line `{line}`: scripts/table.sh tear --write");
    }
    assert!(printed.last().unwrap().ends_with("cut points: all kept"));
    assert!(text(&output.stderr).contains("cut points a second"));
}

/// What the page shows as the line that repeats a case is one.
#[test]
fn one_case_alone() {
    let page = std::fs::read_to_string(root().join("docs/tear.md")).unwrap();
    let line =
        "fixtures/cards/student.toml --command \"DEBIT FOR PURCHASE\" --seed 1 --cut 317 --noise 0x1234";
    assert!(page.contains(line));
    let card = ["fixtures/cards/student.toml", "--command", "DEBIT FOR PURCHASE", "--seed", "1"];
    let output =
        tear(&[&card[..], &["--cut", "317", "--noise", "0x1234", "--again", "64", "--json"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    // Of two points there is no rate.
    let took = text(&output.stderr);
    assert!(took.ends_with(" s\n") && !took.contains("points"), "{took}");
    let torn = &document["torn"][0];
    let number = |name: &str| torn[name].as_u64().unwrap();
    let counted = ["pages", "cut_points", "twice", "before"].map(|name| (name, number(name)));
    let expected = [("pages", 3), ("cut_points", 2), ("twice", 1), ("before", 1)];
    assert_eq!(BTreeMap::from(counted), BTreeMap::from(expected));
    assert_eq!((&document["kept"], &torn["card"]), (&true.into(), &"student".into()));
}

#[test]
fn without_a_catalogue_the_built_in_cards_are_torn() {
    let empty = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("tear-empty");
    std::fs::create_dir_all(&empty).unwrap();
    let output = tunion_in(&empty, &["tear", "--command", "CARD BLOCK, wrong MAC, last try"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("1 command, 2 cards, "), "{}", text(&output.stdout));
}

#[test]
fn bad_input_ends_with_2_and_says_what_would_be_right() {
    for (arguments, said) in [
        (
            &["--command", "DEBIT FOR TEA"][..],
            "no command that writes has `DEBIT FOR TEA` in its name; there are:",
        ),
        (&["--command", "VERIFY PIN", "--cut", "3"], "--cut wants one card and one command"),
        (&["--points", "1e5"], "for '--points <N>': write a whole number such as 100000"),
        (&["README.md"], "this is no TOML; a card profile is wanted"),
        (&["nowhere.toml"], "cannot read nowhere.toml"),
        (&["crates"], "no card found: no *.toml in crates"),
        (&["fixtures/keys/lab.toml"], "lab.toml"),
        (&["--cut", "3"], "--command"),
        (
            &["--command", "VERIFY PIN", "--cut", "3", "--noise", "0xG"],
            "write a whole number such as 4660, or in hexadecimal 0x1234",
        ),
    ] {
        let output = tear(arguments);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
        assert!(error.contains(said), "{arguments:?}: {error}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
}
