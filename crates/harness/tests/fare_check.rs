//! Conformance cases checked together: what is told of them, and that those of the fixtures leave nothing of
//! Beijing untouched.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use insta::assert_snapshot;
use std::path::{Path, PathBuf};
use tunion_files::diag::Source;
use tunion_files::{city, fare_cases};
use tunion_harness::fares::check::{self, CaseFile, Cities, Count};
use tunion_harness::fares::coverage::{self, TariffCoverage};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

fn published() -> Vec<CaseFile> {
    let entries = std::fs::read_dir(fixtures().join("conformance/fares")).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let file = |path: &PathBuf| CaseFile {
        path: path.file_name().unwrap().to_str().unwrap().into(),
        cases: fare_cases::load(path).unwrap(),
    };
    paths.iter().map(file).collect()
}

fn beijing() -> Cities {
    Cities::one(city::built_in("beijing").unwrap())
}

fn untouched(coverage: &[TariffCoverage]) -> String {
    coverage.iter().map(coverage::list).collect()
}

#[test]
fn the_cases_of_the_fixtures_hold_and_leave_nothing_of_beijing_untouched() {
    let (files, cities) = (published(), beijing());
    let outcomes = check::check(&files, &cities);
    assert_eq!(check::total(&outcomes).failed, 0);
    let coverage = coverage::coverage(&cities, &outcomes);
    assert_eq!(coverage.len(), 3);
    assert_eq!(untouched(&coverage), "");
}

/// Without any one of our own files something is untouched: none of them is there for nothing.
#[test]
fn every_file_of_edges_is_needed() {
    let cities = beijing();
    for name in ["2007", "bus-edges", "low-peak", "low-peak-stations", "month-edges", "passes", "rail-edges"]
    {
        let mut files = published();
        let before = files.len();
        files.retain(|file| file.path != format!("beijing-{name}.toml"));
        assert_eq!(files.len(), before - 1, "{name}");
        let coverage = coverage::coverage(&cities, &check::check(&files, &cities));
        assert_ne!(untouched(&coverage), "", "{name}");
    }
}

/// The lines of tariff files are not what is tested here.
fn without_lines(text: &str) -> String {
    let mut parts = text.split(".toml:");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| text + ".toml" + part.trim_start_matches(|c: char| c.is_ascii_digit()))
}

const SMALL: &str = r#"version = 1
provenance = "made up"
city = "beijing"

[[case]]
id = "A"
what = "holds"
source = "s"
confidence = "high"
kind = "derived"
mode = "rail"
ride = { group = "network", metres = 6100 }
expect = "3.00"

[[case]]
id = "B"
what = "does not hold"
source = "s"
confidence = "high"
kind = "derived"
mode = "rail"
ride = { group = "network", metres = 6101 }
before = { on = 2026-11-10, paid = "100.00" }
expect = "3.00"

[[case]]
id = "C"
what = "is for later"
source = "s"
confidence = "high"
kind = "derived"
covered = false
reason = "a bus of another city"
expect = "3.00"
"#;

fn small() -> Vec<CaseFile> {
    let cases = fare_cases::parse(&Source::new("small.toml", SMALL)).unwrap();
    vec![CaseFile { path: "small.toml".into(), cases }]
}

#[test]
fn what_is_told() {
    let (files, cities) = (small(), beijing());
    let outcomes = check::check(&files, &cities);
    assert_eq!(check::total(&outcomes), Count { held: 1, failed: 1, not_covered: 1 });
    let coverage = coverage::coverage(&cities, &outcomes);
    let failures: Vec<String> = outcomes[0].failures().map(ToString::to_string).collect();
    let told = [check::table(&outcomes), failures.join("\n"), check::summary(&outcomes, Some(&coverage))];
    assert_snapshot!(without_lines(&told.join("\n")));
    assert_snapshot!(without_lines(&check::junit(&outcomes, None).unwrap()));
    let untouched = without_lines(&untouched(&coverage));
    let told = |line: &str| assert!(untouched.contains(&format!("toml  {line}\n")), "{line}: {untouched}");
    told("distance: up to 6 km (and 100 m grace): 6,101 m");
    told("distance: over 6 km up to 12 km (and 100 m grace): exactly 12,100 m");
    told("monthly-discount: 80 % are paid from 100.00 yuan on: 99.99 yuan before the ride");
    told("month: turned away only by the medium");
    told("airport-daxing: on 2019-09-25, the day before the rule");
    told("overtime: no case (10 points)");
    let junit = check::junit(&outcomes, Some(&coverage)).unwrap();
    assert!(junit.contains("<testsuite name=\"coverage\" tests=\"3\""), "{junit}");
    assert_eq!(junit.matches("points untouched\">").count(), 3, "{junit}");
}

#[test]
fn a_city_that_is_not_there() {
    let cases =
        fare_cases::parse(&Source::new("small.toml", SMALL.replace("\"beijing\"", "\"nowhere\""))).unwrap();
    let files = vec![CaseFile { path: "small.toml".into(), cases }];
    assert_snapshot!(Cities::named_in(&files).err().unwrap());
    // Where one city is checked, cases of others are not covered.
    let cities = beijing();
    let outcomes = check::check(&files, &cities);
    assert_eq!(check::total(&outcomes), Count { held: 0, failed: 0, not_covered: 3 });
}
