//! The conformance cases of `fixtures/conformance/fares`, each a test of its own name. Cases that no
//! tariff covers yet are listed as ignored.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Trial};
use tunion_fare::Tariff;
use tunion_files::diag::Diagnostics;
use tunion_files::fare_cases::FareCase;
use tunion_files::{fare_cases, tariff};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

fn trials() -> Result<Vec<Trial>, Diagnostics> {
    let mut tariffs = BTreeMap::new();
    for name in ["beijing-rail", "beijing-bus"] {
        tariffs.insert(name, Arc::new(tariff::load(fixtures().join(format!("tariffs/{name}.toml")))?));
    }
    let mut trials = Vec::new();
    for file in ["beijing", "our-readings", "other-cities"] {
        for case in fare_cases::load(fixtures().join(format!("conformance/fares/{file}.toml")))? {
            let tariff = case.tariff().and_then(|name| tariffs.get(name)).cloned();
            trials.push(trial(file, case, tariff));
        }
    }
    Ok(trials)
}

fn trial(file: &str, case: FareCase, tariff: Option<Arc<Tariff>>) -> Trial {
    let name = format!("{file}::{} {}", case.id(), case.what());
    let uncovered = case.uncovered().is_some();
    Trial::test(name, move || {
        let tariff =
            tariff.ok_or_else(|| case.uncovered().unwrap_or("there is no such tariff").to_owned())?;
        case.check(&tariff).map(drop).map_err(|error| error.to_string().into())
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
