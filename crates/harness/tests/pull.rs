//! Every flow at every profile of `fixtures/terminals` is a test of its own name: whatever disturbs the tap, no
//! rule of `docs/spec/terminal.md` 4.3 is broken. Every profile of `fixtures/terminals/faulty` is one too: its
//! defect is seen to break a rule.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tunion_files::keys::{self, KeySet};
use tunion_files::library::Library;
use tunion_harness::pull::{self, FLOWS, Finely, Flow, Outcome, Profile, Settings};

/// Of the faults that differ in their bytes alone one in so many is made here; all of them are for `tunion pull`.
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
    let mut trials = Vec::new();
    let sound = [folder(), folder().join("variants")].map(|folder| profiles(&folder, &mut library)).concat();
    for (profile, flow) in sound.iter().flat_map(|profile| FLOWS.iter().map(move |flow| (profile, flow))) {
        let (name, profile, keys) =
            (format!("{}::{}", profile.path, flow.name), profile.clone(), Arc::clone(&keys));
        if matches!(
            pulled(&profile, vec![flow], &keys, Finely { bytes: u32::MAX, ..Finely::ALL })[..],
            [Outcome::NotServed]
        ) {
            continue;
        }
        trials.push(Trial::test(name, move || held(&pulled(&profile, vec![flow], &keys, finely()))));
    }
    for profile in profiles(&folder().join("faulty"), &mut library) {
        let keys = Arc::clone(&keys);
        let name = format!("{} is caught", profile.path);
        trials.push(Trial::test(name, move || {
            caught(&pulled(&profile, FLOWS.iter().collect(), &keys, finely()))
        }));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

const fn finely() -> Finely {
    Finely { bytes: STRIDE, ..Finely::ALL }
}

fn pulled(profile: &Profile, flows: Vec<&'static Flow>, keys: &KeySet, finely: Finely) -> Vec<Outcome> {
    let swept = pull::sweep(std::slice::from_ref(profile), keys, &Settings { flows, finely });
    swept.into_iter().map(|swept| swept.outcome).collect()
}

fn held(outcomes: &[Outcome]) -> Result<(), Failed> {
    outcomes.iter().try_for_each(|outcome| match outcome {
        Outcome::NotServed => Ok(()),
        Outcome::Failed(reason) => Err(reason.clone().into()),
        Outcome::Pulled(counts) if counts.broken.is_empty() => Ok(()),
        Outcome::Pulled(counts) => Err(format!("{counts:#?}").into()),
    })
}

fn caught(outcomes: &[Outcome]) -> Result<(), Failed> {
    let broken = outcomes.iter().any(|outcome| match outcome {
        Outcome::Pulled(counts) => !counts.broken.is_empty(),
        _ => false,
    });
    if broken { Ok(()) } else { Err("no rule was seen to break".into()) }
}
