//! Every flow at every profile of `fixtures/terminals` is a test of its own name: whatever disturbs the tap, no
//! rule of `docs/spec/terminal.md` 4.3 is broken. Every profile of `fixtures/terminals/faulty` is one too: its
//! defect is seen to break the rules that `docs/pull.md` says, and no other.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tunion_files::keys::{self, KeySet};
use tunion_files::library::Library;
use tunion_harness::pull::{self, FLOWS, Finely, Flow, Outcome, Profile, Settings};

/// Of the faults that differ in their bytes alone one in so many is made here, and of the second faults one in so
/// many; all of them are for `tunion pull`.
const SAMPLED: Finely = Finely { bytes: 61, second: 17 };
/// A defect may show at one second fault alone.
const THOROUGH: Finely = Finely { second: 1, ..SAMPLED };

/// Each faulty profile with a flow in which its defect shows, and the rules that it breaks there.
const FAULTY: [(&str, &str, &[u8]); 9] = [
    ("balance-compare-recovery", "bus boarding", &[2, 3]),
    ("load-mac1-ignored", "load by SAM", &[8]),
    ("lock-without-mac", "rail entry, black-listed", &[8]),
    ("mac2-failure-drops-record", "bus, one tap", &[2, 3, 7]),
    ("no-grey-record-before-debit", "bus, one tap", &[2, 3, 7]),
    ("recent-record-0-skipped", "bus, one tap, senior", &[2]),
    ("rf-failure-is-not-done", "bus, one tap", &[2, 3, 7]),
    ("surcharge-kind-lost", "rail exit, overtime", &[7]),
    ("update-trip-type", "office, exit missing", &[4, 6]),
];

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
    for flow in FLOWS {
        let serving: Vec<&Profile> =
            sound.iter().filter(|profile| pull::serves(profile, flow, &keys)).collect();
        assert!(!serving.is_empty(), "no profile serves {}", flow.name);
        for profile in serving {
            let (name, profile, keys) =
                (format!("{}::{}", profile.path, flow.name), profile.clone(), Arc::clone(&keys));
            trials.push(Trial::test(name, move || held(&pulled(&profile, flow, &keys, SAMPLED))));
        }
    }
    let faulty = profiles(&folder().join("faulty"), &mut library);
    assert_eq!(faulty.len(), FAULTY.len(), "each faulty profile stands in the table");
    for (name, flow, rules) in FAULTY {
        let keys = Arc::clone(&keys);
        let profile = faulty.iter().find(|profile| profile.path == name).unwrap().clone();
        let [flow] = pull::named(flow)[..] else { panic!("one flow") };
        trials.push(Trial::test(format!("{name} is caught"), move || {
            caught(&pulled(&profile, flow, &keys, THOROUGH), name, flow, rules)
        }));
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

fn pulled(profile: &Profile, flow: &'static Flow, keys: &KeySet, finely: Finely) -> Outcome {
    let settings = Settings { flows: vec![flow], finely };
    let swept = pull::sweep(std::slice::from_ref(profile), keys, &settings);
    swept.into_iter().next().unwrap().outcome
}

fn held(outcome: &Outcome) -> Result<(), Failed> {
    match outcome {
        Outcome::Pulled(counts) if counts.broken.is_empty() => Ok(()),
        Outcome::Pulled(counts) => Err(format!("{counts:#?}").into()),
        Outcome::Failed(reason) => Err(reason.clone().into()),
        Outcome::NotServed => Err("it is not served".into()),
    }
}

/// The rules that are broken are those that are expected, and the page says the same.
fn caught(outcome: &Outcome, name: &str, flow: &Flow, rules: &[u8]) -> Result<(), Failed> {
    let Outcome::Pulled(counts) = outcome else { return Err(format!("{outcome:?}").into()) };
    let broken: Vec<u8> = counts.broken.keys().map(|invariant| invariant.number).collect();
    if broken != rules {
        return Err(format!("{rules:?} are expected to break, and {:#?} do", counts.broken).into());
    }
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/pull.md");
    let page = std::fs::read_to_string(page).unwrap();
    let numbers = rules.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
    let row = |line: &str| {
        let begins = line.starts_with(&format!("| `{name}` |"));
        begins && line.ends_with(&format!("| {} | {numbers} |", flow.name))
    };
    if page.lines().any(row) {
        return Ok(());
    }
    Err(format!("docs/pull.md has no row `| `{name}` | … | {} | {numbers} |`", flow.name).into())
}
