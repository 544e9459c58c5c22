//! The conformance cases of `fixtures/conformance/fares`, each a test of its own name. Cases that no
//! tariff covers yet are listed as ignored.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};
use tunion_files::city::{self, City};
use tunion_files::diag::Diagnostics;
use tunion_files::fare_cases::{self, FareCase};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

fn trials() -> Result<Vec<Trial>, Diagnostics> {
    let beijing = Arc::new(city::load(fixtures().join("cities/beijing.toml"))?);
    let mut trials = Vec::new();
    for file in ["beijing", "our-readings", "other-cities"] {
        for case in fare_cases::load(fixtures().join(format!("conformance/fares/{file}.toml")))? {
            trials.push(trial(file, case, &beijing));
        }
    }
    Ok(trials)
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
