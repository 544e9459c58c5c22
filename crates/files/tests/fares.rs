//! The conformance cases of `fixtures/conformance/fares`, each a test of its own name. Cases that no
//! tariff covers yet are listed as ignored.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use tunion_files::city::{self, City};
use tunion_files::fare_cases::{self, FareCase};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

/// Every case of every file, and that no two of a city share an id.
fn trials() -> Result<Vec<Trial>, Box<dyn std::error::Error>> {
    let beijing = Arc::new(city::load(fixtures().join("cities/beijing.toml"))?);
    let files = std::fs::read_dir(fixtures().join("conformance/fares"))?;
    let mut files = files.map(|file| Ok(file?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.retain(|file| file.extension() == Some(OsStr::new("toml")));
    files.sort();
    let (mut trials, mut ids) = (Vec::new(), Vec::new());
    for file in &files {
        let name = file.file_stem().unwrap_or_default().to_string_lossy();
        for case in fare_cases::load(file)? {
            ids.push(case.id().to_owned());
            trials.push(trial(&name, case, &beijing));
        }
    }
    trials.push(Trial::test("every id once", move || once(ids)));
    Ok(trials)
}

fn once(mut ids: Vec<String>) -> Result<(), Failed> {
    ids.sort();
    match ids.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(format!("two cases are `{}`", pair[0]).into()),
        None => Ok(()),
    }
}

fn trial(file: &str, case: FareCase, beijing: &Arc<City>) -> Trial {
    let name = format!("{file}::{} {}", case.id(), case.what());
    let uncovered = case.uncovered().is_some();
    let beijing = Arc::clone(beijing);
    Trial::test(name, move || {
        if case.city() != Some(beijing.name()) {
            return Err(case.uncovered().unwrap_or("there is no such city").into());
        }
        case.check(&beijing).map(drop).map_err(|error| error.to_string().into())
    })
    .with_ignored_flag(uncovered)
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    match trials() {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(errors) => {
            #[expect(clippy::print_stderr, reason = "the only place where a broken fixture can be reported")]
            {
                eprintln!("{errors}");
            }
            ExitCode::FAILURE
        }
    }
}
