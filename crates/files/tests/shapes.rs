//! The shapes of other cities' rules that the tariff language states today, on small networks of our own in
//! `shapes/`. Each city has the cases of `shapes/cases/` by its name.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Failed, Trial};
use tunion_files::city::{self, City};
use tunion_files::fare_cases::{self, FareCase};

fn shapes() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/shapes")
}

fn trials(cases: &Path) -> Result<Vec<Trial>, Failed> {
    let name = cases.file_name().map(Path::new).ok_or("a case file has a name")?;
    let city = Arc::new(city::load(shapes().join(name)).map_err(|error| error.to_string())?);
    let cases = fare_cases::load(cases).map_err(|error| error.to_string())?;
    Ok(cases.into_iter().map(|case| trial(case, &city)).collect())
}

fn trial(case: FareCase, city: &Arc<City>) -> Trial {
    let city = Arc::clone(city);
    let name = format!("{}::{} {}", city.name(), case.id(), case.what());
    Trial::test(name, move || {
        if case.city() != Some(city.name()) {
            return Err("the case is of another city than its file".into());
        }
        case.check(&city).map(drop).map_err(|error| error.to_string().into())
    })
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let files = std::fs::read_dir(shapes().join("cases")).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = files.map(|entry| entry.path()).collect();
    files.sort();
    let mut all = vec![Trial::test("there are shapes", {
        let found = files.len();
        move || if found > 0 { Ok(()) } else { Err("no file in shapes/cases".into()) }
    })];
    for file in &files {
        match trials(file) {
            Ok(trials) => all.extend(trials),
            Err(why) => all.push(Trial::test(file.display().to_string(), || Err(why))),
        }
    }
    libtest_mimic::run(&arguments, all).exit_code()
}
