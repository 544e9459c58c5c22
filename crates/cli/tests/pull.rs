//! `tunion pull` as a user meets it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const POS: &str = "fixtures/terminals/beijing-pos.toml";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn pull(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tunion"));
    command.arg("pull").args(arguments).current_dir(root()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A table's lines without the widths of its columns.
fn lines(table: &str) -> Vec<String> {
    table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
}

/// The whole table is held by scripts/table.sh pull, which needs a release build; here a line of it is.
#[test]
fn the_page_has_what_the_program_prints() {
    let page = std::fs::read_to_string(root().join("docs/pull.md")).unwrap();
    let output = pull(&["--flow", "enquiry", "--profile", "fixtures/terminals/beijing-enquiry.toml"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let printed = lines(&text(&output.stdout));
    for line in &printed[..2] {
        assert!(
            lines(&page).contains(line),
            "docs/pull.md has no line `{line}`: scripts/table.sh pull --write"
        );
    }
    assert!(printed.last().unwrap().ends_with("every rule held"));
}

#[test]
fn a_case_that_breaks_a_rule_is_named_and_repeated() {
    let faulty = "fixtures/terminals/faulty/surcharge-kind-lost.toml";
    let flow = ["--flow", "rail exit, overtime", "--profile", faulty];
    let output = pull(&[&flow[..], &["--stride", "500"]].concat());
    assert_eq!(output.status.code(), Some(1));
    let table = text(&output.stdout);
    assert!(table.contains("BROKEN 7 recorded ×"), "{table}");
    let said = text(&output.stderr);
    let repeat = format!("tunion pull --profile {faulty} --flow \"rail exit, overtime\" --case ");
    let case = said.lines().find_map(|line| line.trim().strip_prefix(&repeat)).unwrap().to_owned();

    let output = pull(&[&flow[..], &["--case", &case]].concat());
    assert_eq!(output.status.code(), Some(1));
    let story = text(&output.stdout);
    assert!(story.contains("BROKEN  7 recorded") && story.contains("held    2 once"), "{story}");
    assert!(story.contains("DEBIT FOR PURCHASE") && story.contains("decided  open, ok"), "{story}");
}

/// What the page shows as the line that repeats a case is one.
#[test]
fn the_line_of_the_page() {
    let page = std::fs::read_to_string(root().join("docs/pull.md")).unwrap();
    let line = page.lines().find_map(|line| line.trim().strip_prefix("tunion pull ")).unwrap();
    let (before, rest) = line.split_once('"').unwrap();
    let (flow, after) = rest.split_once('"').unwrap();
    let mut arguments: Vec<&str> = before.split_whitespace().collect();
    arguments.push(flow);
    arguments.extend(after.split_whitespace());
    let output = pull(&arguments);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    assert!(text(&output.stdout).contains("BROKEN  2 once"), "{}", text(&output.stdout));
}

#[test]
fn the_json_counts_every_rule() {
    let output = pull(&["--flow", "shop", "--profile", POS, "--stride", "500", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let shop = &document["pulled"][0];
    assert_eq!((&document["held"], &shop["profile"]), (&true.into(), &"beijing-pos".into()));
    let rules = shop["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 9);
    for (number, rule) in rules.iter().enumerate() {
        assert_eq!((&rule["number"], &rule["held"]), (&number.into(), &shop["cases"]));
        assert_eq!((&rule["broken"], &rule["repeat"]), (&0.into(), &serde_json::Value::Null));
    }
}

#[test]
fn bad_input_ends_with_2_and_says_what_would_be_right() {
    for (arguments, said) in [
        (&["--flow", "tram"][..], "no flow has `tram` in its name; there are:\n  rail entry"),
        (&["--profile", "fixtures/keys/lab.toml"][..], "a terminal profile is wanted"),
        (&["--profile", "nowhere.toml"][..], "cannot read nowhere.toml"),
        (&["--profile", POS, "--flow", "rail entry"][..], "none of the profiles serves a flow"),
        (&["--case", "3:after"][..], "--flow"),
        (
            &["--profile", POS, "--flow", "shop", "--case", "3:later"][..],
            "write a moment and what goes wrong",
        ),
        (
            &["--profile", POS, "--flow", "shop", "--case", "99:after"][..],
            "there is no moment 99: the tap has 13",
        ),
        (&["--profile", POS, "--flow", "rail", "--case", "3:after"][..], "one profile and one flow"),
        (&["--stride", "0"][..], "write a whole number such as 61"),
    ] {
        let output = pull(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", text(&output.stdout));
        let found = text(&output.stderr);
        assert!(found.contains(said), "{arguments:?}: {found}");
    }
}
