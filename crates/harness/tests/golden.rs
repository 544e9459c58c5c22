//! What the scenarios print, as reviewed snapshots: each table, and one day with every APDU.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::Path;
use tunion_files::library::Library;
use tunion_harness::play;
use tunion_harness::report::{Detail, table};

/// One test in this binary, because it moves to the repository's root: the tables name files relative
/// to it.
#[test]
fn the_scenarios_print_as_reviewed() {
    std::env::set_current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap();
    let mut files: Vec<_> =
        std::fs::read_dir("fixtures/scenarios").unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut library = Library::default();
    for file in files {
        let outcome = play(&library.scenario(&file).unwrap());
        // Long months are alike day by day: their ends tell.
        let detail = if outcome.rows.len() > 40 { Detail::Taps } else { Detail::Reasons };
        let printed =
            format!("{}\nSHA-256 of all APDUs: {}\n", table(&outcome, detail), outcome.trace.hash());
        insta::assert_snapshot!(outcome.name.clone(), printed);
        if outcome.name == "student-weekday" {
            insta::assert_snapshot!("student-weekday-apdus", table(&outcome, Detail::Apdus));
        }
    }
}
