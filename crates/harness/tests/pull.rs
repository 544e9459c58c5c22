//! Every flow at every profile of `fixtures/terminals` is a test of its own name: whatever disturbs the tap, no
//! rule of `docs/spec/terminal.md` 4.3 is broken. Every profile of `fixtures/terminals/faulty` is one too: its
//! defect breaks the rules that it is known to break, and is seen to.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tunion_files::keys::{self, KeySet};
use tunion_files::library::Library;
use tunion_harness::pull::{self, FLOWS, Flow, Outcome, Profile, Settings};

/// So many faults that differ in their bytes alone are left out between two that are made here; the whole is
/// for `tunion pull`.
const STRIDE: u32 = 61;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/terminals")
}

fn profiles(folder: &Path, library: &mut Library) -> Vec<Profile> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let load = |file: PathBuf| {
        let path = file.file_stem().unwrap().to_string_lossy().into_owned();
        Profile { path, file: library.terminal(&file).unwrap_or_else(|errors| panic!("{errors}")) }
    };
    files.into_iter().map(load).collect()
}

fn main() {
    let mut library = Library::default();
    let keys = Arc::new(keys::lab().unwrap());
    let sound = profiles(&folder(), &mut library);
    let mut trials = Vec::new();
    for profile in &sound {
        for flow in FLOWS {
            let (profile, keys) = (profile.clone(), Arc::clone(&keys));
            let swept = move || outcome(&profile, flow, &keys);
            trials
                .push(Trial::test(format!("{} at {}", flow.name, sound_name(&trials, &sound)), move || {
                    held(swept())
                }));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn sound_name(trials: &[Trial], sound: &[Profile]) -> String {
    sound[trials.len() / FLOWS.len()].path.clone()
}

fn outcome(profile: &Profile, flow: &'static Flow, keys: &KeySet) -> Outcome {
    let settings = Settings { flows: vec![flow], stride: STRIDE };
    let swept = pull::sweep(std::slice::from_ref(profile), keys, &settings);
    swept.into_iter().next().unwrap().outcome
}

fn held(outcome: Outcome) -> Result<(), Failed> {
    match outcome {
        Outcome::NotServed => Ok(()),
        Outcome::Failed(reason) => Err(reason.into()),
        Outcome::Pulled(counts) if counts.broken.is_empty() => {
            eprintln!("{counts:?}");
            Ok(())
        }
        Outcome::Pulled(counts) => Err(format!("{counts:#?}").into()),
    }
}
