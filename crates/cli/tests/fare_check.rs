//! `tunion fare check` as a user meets it: exit codes, what is printed, and what is said on bad input.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const CASES: &str = "fixtures/conformance/fares";
const CITY: &str = "fixtures/cities/beijing.toml";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn check(arguments: &[&str]) -> Output {
    let all = ["fare", "check"].iter().chain(arguments);
    Command::new(env!("CARGO_BIN_EXE_tunion")).args(all).current_dir(root()).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A file of its own for one test, in a folder that is gone when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let file = self.0.join(name);
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const HEAD: &str = "version = 1\nprovenance = \"made up\"\ncity = \"beijing\"\n\n[[case]]\nid = \"A\"\n\
                    what = \"x\"\nsource = \"s\"\nconfidence = \"high\"\nkind = \"derived\"\nmode = \"rail\"\n";

#[test]
fn every_case_holds_and_nothing_is_untouched() {
    for city in [CITY, "beijing"] {
        let output = check(&[CASES, "--coverage", "--city", city]);
        let printed = text(&output.stdout);
        assert_eq!(output.status.code(), Some(0), "{printed}{}", text(&output.stderr));
        let last = printed.lines().last().unwrap();
        assert!(last.contains(" held, 0 failed, ") && last.contains("; 0 of "), "{last}");
        assert!(printed.contains("fixtures/conformance/fares/beijing.toml"), "{printed}");
        assert!(printed.contains("not covered: 21  a tariff of another city"), "{printed}");
    }
    let quiet = text(&check(&[CASES, "--quiet"]).stdout);
    assert_eq!(quiet.lines().count(), 1, "{quiet}");
}

#[test]
fn what_no_case_touches_ends_with_1() {
    let one = "fixtures/conformance/fares/beijing-2007.toml";
    assert_eq!(check(&[one]).status.code(), Some(0));
    let output = check(&[one, "--coverage", "--quiet", "--city", CITY]);
    assert_eq!(output.status.code(), Some(1));
    let printed = text(&output.stdout);
    let untouched = "untouched: fixtures/cities/../tariffs/beijing-rail.toml:";
    assert!(
        printed.contains(untouched) || printed.contains("untouched: fixtures/tariffs/beijing-rail.toml:"),
        "{printed}"
    );
    assert!(!printed.contains("beijing-rail-2007.toml"), "{printed}");
}

#[test]
fn a_case_that_does_not_hold_ends_with_1_and_tells_the_reasons() {
    let scratch = Scratch::new("fare-check-fails");
    let ride = "ride = { group = \"network\", metres = 6101 }\n";
    let file = scratch.file("cases.toml", &format!("{HEAD}{ride}expect = \"3.00\"\n"));
    let junit = scratch.0.join("report.xml").display().to_string();
    let output = check(&[&file, "--junit", &junit]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
    let printed = text(&output.stdout);
    assert!(printed.contains("error: case `A`: the charge is 4.00"), "{printed}");
    assert!(printed.contains("over 6 km up to 12 km (and 100 m grace), distance 6,101 m"), "{printed}");
    assert_eq!(printed.lines().last(), Some("0 held, 1 failed, 0 not covered"));
    let report = std::fs::read_to_string(&junit).unwrap();
    assert!(report.contains("tests=\"1\" skipped=\"0\" failures=\"1\""), "{report}");
}

#[test]
fn bad_input_ends_with_2_and_checks_nothing() {
    let scratch = Scratch::new("fare-check-bad");
    let said = |arguments: &[&str], what: &str| {
        let output = check(arguments);
        let told = text(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{told}");
        assert!(told.contains(what), "{told}");
        assert_eq!(text(&output.stdout), "");
    };
    let ride = "ride = { from = \"五道口\", to = \"西直门\" }\n";
    said(&["nowhere.toml"], "cannot read nowhere.toml");
    said(&[&scratch.0.display().to_string()], "no case found");
    let junit = scratch.0.join("report.xml").display().to_string();
    let no_amount = scratch.file("no-amount.toml", &format!("{HEAD}{ride}"));
    said(&[&no_amount, "--junit", &junit], "case `A` has no `expect`, `expect-total` or `refused`");
    assert!(std::fs::read_to_string(&junit).unwrap().contains("errors=\"1\""));
    let good = format!("{HEAD}{ride}expect = \"3.00\"\n");
    let elsewhere = scratch.file("elsewhere.toml", &good.replace("\"beijing\"", "\"nowhere\""));
    said(&[&elsewhere], "no city `nowhere` is built in");
    said(&[&elsewhere, "--city", "beijing"], "no case is of the city beijing");
    let good = scratch.file("good.toml", &good);
    said(&[&good, "--city", "nowhere"], "no city `nowhere` is built in");
    said(
        &[&good, "--city", "fixtures/tariffs/beijing-rail.toml"],
        "this looks like a tariff; a city is wanted",
    );
    said(&[&good, "--junit", &good], "is no JUnit report");
    // A name that the city does not have is the case's fault, not the file's form.
    let station = std::fs::read_to_string(&good).unwrap().replace("五道口", "五道囗");
    let station = scratch.file("station.toml", &station);
    let output = check(&[&station]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stdout).contains("the nearest is `五道口`"), "{}", text(&output.stdout));
}
