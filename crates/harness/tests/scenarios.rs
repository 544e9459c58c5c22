//! Every scenario of `fixtures/scenarios` is a test of its own name: its expectations hold, and a
//! second run sends the same bytes.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use tunion_files::library::Library;
use tunion_harness::play;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/scenarios");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    assert!(files.len() >= 21, "the scenarios that the project ships");
    let trials = files.into_iter().map(|file| {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        Trial::test(name, move || check(&file))
    });
    libtest_mimic::run(&Arguments::from_args(), trials.collect()).exit();
}

fn check(file: &Path) -> Result<(), Failed> {
    let scenario = Library::default().scenario(file).map_err(|errors| errors.to_string())?;
    let first = play(&scenario);
    if !first.passed() {
        let failures: Vec<String> = first.failures.iter().map(|failure| failure.describe(&first)).collect();
        return Err(failures.join("\n").into());
    }
    let second = play(&Library::default().scenario(file).map_err(|errors| errors.to_string())?);
    if first.trace.hash() != second.trace.hash() {
        return Err("the same seed and scenario sent other bytes the second time".into());
    }
    Ok(())
}
