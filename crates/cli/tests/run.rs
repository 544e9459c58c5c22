//! `tunion run` as a user meets it: exit codes, and what is said on bad input.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn tunion(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tunion")).args(arguments).current_dir(root()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A folder of its own for one test, gone when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// The student's weekday with one text replaced, its paths made absolute.
    fn scenario(&self, name: &str, old: &str, new: &str) -> String {
        let original =
            std::fs::read_to_string(root().join("fixtures/scenarios/student-weekday.toml")).unwrap();
        assert!(original.contains(old), "{old}");
        let fixtures = root().join("fixtures").canonicalize().unwrap();
        let changed = original.replace("\"../", &format!("\"{}/", fixtures.display())).replace(old, new);
        let file = self.0.join(name);
        std::fs::write(&file, changed).unwrap();
        file.display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_main_job_passes_and_says_so() {
    let output = tunion(&["run", "fixtures/scenarios"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    let printed = text(&output.stdout);
    let files = std::fs::read_dir(root().join("fixtures/scenarios")).unwrap().count();
    assert_eq!(printed.lines().last(), Some(format!("{files} passed, 0 failed").as_str()));
    assert!(printed.contains("student-weekday  A student's weekday"));
}

/// What the README shows is what the program prints.
#[test]
fn the_readme_shows_real_output() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let shown = |arguments: &[&str]| text(&tunion(arguments).stdout);
    let weekday = shown(&["run", "fixtures/scenarios/student-weekday.toml", "-v"]);
    let (table, _) = weekday.rsplit_once("\n\n").unwrap();
    assert!(readme.contains(table.trim_end()), "{table}");
    let main_job = shown(&["run", "fixtures/scenarios"]);
    assert!(readme.contains(&format!("`{}`", main_job.lines().last().unwrap())));
    let quote = "fare quote --from 土桥 --to 国贸 --entered 2026-11-23T06:50 --month-paid 160.00";
    assert!(readme.contains(&format!("tunion {quote}\n")));
    let quoted = shown(&quote.split(' ').collect::<Vec<_>>());
    assert!(readme.contains(quoted.trim_end()), "{quoted}");
    let (_, prints) = readme.split_once("## What it prints").unwrap();
    let blocks = prints.split("```text\n").skip(1).map(|block| block.split("```").next().unwrap());
    let torn = shown(&["run", "fixtures/scenarios/torn-exit.toml"]);
    let apdus = shown(&["run", "fixtures/scenarios/student-weekday.toml", "-vv"]);
    for (block, printed) in blocks.skip(1).zip([torn, apdus]) {
        for line in block.lines() {
            assert!(printed.lines().any(|one| one == line), "not printed: {line}");
        }
    }
}

#[test]
fn an_expectation_that_fails_ends_with_1_and_its_line() {
    let scratch = Scratch::new("fails");
    let file = scratch.scenario("wrong.toml", "charged = \"4.00\"", "charged = \"4.10\"");
    let junit = scratch.0.join("report.xml").display().to_string();
    let output = tunion(&["run", &file, "--junit", &junit]);
    assert_eq!(output.status.code(), Some(1));
    let printed = text(&output.stdout);
    assert!(printed.contains("wrong.toml:"), "{printed}");
    assert!(printed.contains("charged: expected 4.10, found 4.00"), "{printed}");
    assert!(printed.contains("2026-11-23 08:05:00  lin out 五道口"), "the tap: {printed}");
    assert!(printed.ends_with("wrong.toml\n0 passed, 1 failed\n"), "{printed}");
    let report = std::fs::read_to_string(junit).unwrap();
    assert!(report.contains("failures=\"1\"") && report.contains("expected 4.10, found 4.00"));
}

#[test]
fn quiet_prints_what_failed() {
    let scratch = Scratch::new("quiet");
    let file = scratch.scenario("wrong.toml", "charged = \"4.00\"", "charged = \"4.10\"");
    let output = tunion(&["run", "-q", "fixtures/scenarios/enquiry.toml", &file]);
    assert_eq!(output.status.code(), Some(1));
    let printed = text(&output.stdout);
    assert!(!printed.contains("enquiry") && printed.contains("wrong  A student's weekday"), "{printed}");
    assert!(printed.ends_with("1 passed, 1 failed\n"));
    let output = tunion(&["run", "-q", "fixtures/scenarios"]);
    assert_eq!(text(&output.stdout).lines().count(), 1);
}

#[test]
fn json_tells_the_same() {
    let output = tunion(&["run", "fixtures/scenarios/student-weekday.toml", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&document["passed"], &document["failed"]), (&1.into(), &0.into()));
    let scenario = &document["scenarios"][0];
    assert_eq!(scenario["apdu_sha256"].as_str().map(str::len), Some(64));
    let charged: u64 =
        scenario["taps"].as_array().unwrap().iter().filter_map(|tap| tap["charged_fen"].as_u64()).sum();
    let recorded =
        scenario["records"].as_array().unwrap().iter().filter(|record| record["transaction"] != "load");
    let recorded: u64 = recorded.filter_map(|record| record["amount_fen"].as_u64()).sum();
    assert_eq!(charged, recorded);
}

/// Whatever is wrong: exit code 2, the line and the remedy, and not a line of any table, also of the
/// scenarios that are right.
#[test]
fn bad_input_ends_with_2_and_plays_nothing() {
    let scratch = Scratch::new("bad");
    let cases = [
        ("enter = \"西二旗\"", "enter = \"西二期\"", "the nearest"),
        ("title", "titel", "titel"),
        ("charged = \"4.00\"", "charged = 4.00", "write \"4.00\" for 4 yuan"),
        ("charged = \"4.00\"", "charged = \"400 fen\"", "write \"4.00\""),
        ("at = 2026-11-23T07:40:00", "at = 2026-02-30T07:40:00", "there is no day 2026-02-30"),
        ("terminal = \"kiosk\"", "terminal = \"kiosc\"", "the nearest is `kiosk`"),
        ("gate = \"open\"", "gate = \"opened\"", "the nearest is `open`"),
    ];
    for (old, new, said) in cases {
        let file = scratch.scenario("bad.toml", old, new);
        let output = tunion(&["run", "fixtures/scenarios/enquiry.toml", &file]);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{new}: {error}");
        assert!(output.stdout.is_empty(), "{new}");
        assert!(error.contains("bad.toml:") && error.contains(said), "{new}: {error}");
        assert!(error.ends_with("nothing was played\n"));
    }
}

#[test]
fn a_report_never_takes_another_files_place_and_never_goes_stale() {
    let scratch = Scratch::new("report");
    let good = scratch.scenario("good.toml", "seed", "seed");
    let output = tunion(&["run", &good, "--junit", &good]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("is no JUnit report"));
    assert!(std::fs::read_to_string(&good).unwrap().contains("version = 1"));

    let report = scratch.0.join("report.xml").display().to_string();
    assert_eq!(tunion(&["run", &good, "--junit", &report]).status.code(), Some(0));
    let bad = scratch.scenario("bad.toml", "title", "titel");
    assert_eq!(tunion(&["run", &bad, "--junit", &report]).status.code(), Some(2));
    assert!(std::fs::read_to_string(&report).unwrap().contains("errors=\"1\""));

    let nowhere = scratch.0.join("no/such/folder.xml").display().to_string();
    let output = tunion(&["run", &good, "--junit", &nowhere]);
    assert_eq!(output.status.code(), Some(2));
    assert!(output.stdout.is_empty(), "nothing was played");
}

#[test]
fn nothing_to_play_ends_with_2() {
    let scratch = Scratch::new("empty");
    let folder = scratch.0.display().to_string();
    for (path, said) in [(folder.as_str(), "no scenario found"), ("nowhere", "cannot read nowhere")] {
        let output = tunion(&["run", path]);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output.stderr).contains(said), "{}", text(&output.stderr));
    }
    assert_eq!(tunion(&["run"]).status.code(), Some(2));
    assert_eq!(tunion(&["fly"]).status.code(), Some(2));
}
