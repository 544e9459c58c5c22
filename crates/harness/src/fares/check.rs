//! Conformance cases: each is priced by its city's tariffs and held against what it expects.

use crate::fares::coverage::{self, TariffCoverage};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use tunion_files::city::{self, City};
use tunion_files::diag::{Diagnostic, Diagnostics};
use tunion_files::fare_cases::{Checked, FareCase};

/// The cases of one file.
pub struct CaseFile {
    /// The file as it was given.
    pub path: String,
    /// Its cases.
    pub cases: Vec<FareCase>,
}

/// What became of the cases of one file.
pub struct FileOutcome<'c> {
    /// The file as it was given.
    pub path: &'c str,
    /// Its cases with their outcomes.
    pub cases: Vec<(&'c FareCase, Verdict<'c>)>,
}

/// What became of a case.
pub enum Verdict<'c> {
    /// It costs what it is expected to.
    Held(Checked<'c>),
    /// It does not.
    Failed(Diagnostic),
    /// No tariff is there for it, for this reason.
    NotCovered(String),
}

/// The cities whose cases are checked.
pub struct Cities(BTreeMap<String, City>);

impl Cities {
    /// One city: cases of others are not covered.
    #[must_use]
    pub fn one(city: City) -> Self {
        Self([(city.name().to_owned(), city)].into())
    }

    /// The cities that the files name, each of those that are built in.
    ///
    /// # Errors
    /// A file names another one.
    pub fn named_in(files: &[CaseFile]) -> Result<Self, Diagnostics> {
        let mut cities = BTreeMap::new();
        let mut errors = Diagnostics::default();
        for case in files.iter().flat_map(|file| &file.cases).filter(|case| case.uncovered().is_none()) {
            let Some(name) = case.city().filter(|name| !cities.contains_key(*name)) else { continue };
            if let Ok(city) = city::built_in(name) {
                cities.insert(name.to_owned(), city);
            } else {
                let error = case.wrong_city(&format!("no city `{name}` is built in"));
                errors.push(error.help("give the path of its file as `--city`"));
            }
        }
        errors.or(Self(cities))
    }

    /// Every one.
    pub fn iter(&self) -> impl Iterator<Item = &City> {
        self.0.values()
    }
}

/// Checks every case of every file, in their order.
#[must_use]
pub fn check<'c>(files: &'c [CaseFile], cities: &'c Cities) -> Vec<FileOutcome<'c>> {
    let verdict = |case: &FareCase| {
        if let Some(reason) = case.uncovered() {
            return Verdict::NotCovered(reason.to_owned());
        }
        let name = case.city().unwrap_or_default();
        match cities.0.get(name).map(|city| case.check(city)) {
            Some(Ok(checked)) => Verdict::Held(checked),
            Some(Err(error)) => Verdict::Failed(error),
            None => Verdict::NotCovered(format!("of the city {name}, which is not checked")),
        }
    };
    let file = |file: &'c CaseFile| FileOutcome {
        path: &file.path,
        cases: file.cases.iter().map(|case| (case, verdict(case))).collect(),
    };
    files.iter().map(file).collect()
}

/// A file's cases, counted.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct Count {
    /// Those that hold.
    pub held: usize,
    /// Those that do not.
    pub failed: usize,
    /// Those for which there is no tariff.
    pub not_covered: usize,
}

impl FileOutcome<'_> {
    /// Its cases, counted.
    #[must_use]
    pub fn count(&self) -> Count {
        let mut count = Count::default();
        for (_, verdict) in &self.cases {
            match verdict {
                Verdict::Held(_) => count.held += 1,
                Verdict::Failed(_) => count.failed += 1,
                Verdict::NotCovered(_) => count.not_covered += 1,
            }
        }
        count
    }

    /// The cases that do not hold.
    pub fn failures(&self) -> impl Iterator<Item = &Diagnostic> {
        self.cases.iter().filter_map(|(_, verdict)| match verdict {
            Verdict::Failed(error) => Some(error),
            _ => None,
        })
    }
}

/// The cases of all files, counted.
#[must_use]
pub fn total(outcomes: &[FileOutcome<'_>]) -> Count {
    outcomes.iter().map(FileOutcome::count).fold(Count::default(), |sum, one| Count {
        held: sum.held + one.held,
        failed: sum.failed + one.failed,
        not_covered: sum.not_covered + one.not_covered,
    })
}

/// A line for each file, and below them why cases are not covered.
#[must_use]
pub fn table(outcomes: &[FileOutcome<'_>]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["file", "cases", "held", "failed", "not covered"]);
    for outcome in outcomes {
        let Count { held, failed, not_covered } = outcome.count();
        let numbers = [outcome.cases.len(), held, failed, not_covered].map(|number| number.to_string());
        table.add_row(std::iter::once(outcome.path.to_owned()).chain(numbers));
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        if index > 0 {
            column.set_cell_alignment(CellAlignment::Right);
        }
        column.set_padding((0, 2));
    }
    let mut text = String::new();
    for line in table.lines() {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, verdict) in outcomes.iter().flat_map(|outcome| &outcome.cases) {
        if let Verdict::NotCovered(reason) = verdict {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    for (reason, number) in reasons {
        let _ = writeln!(text, "not covered: {number}  {reason}");
    }
    text
}

/// The last line.
#[must_use]
pub fn summary(outcomes: &[FileOutcome<'_>], coverage: Option<&[TariffCoverage]>) -> String {
    let Count { held, failed, not_covered } = total(outcomes);
    let mut text = format!("{held} held, {failed} failed, {not_covered} not covered");
    if let Some(coverage) = coverage {
        let points: usize = coverage.iter().map(|tariff| tariff.points).sum();
        let untouched: usize = coverage.iter().map(|tariff| tariff.untouched.len()).sum();
        let _ = write!(text, "; {untouched} of {points} points untouched");
    }
    text
}

/// A suite for each file and a case for each case; for a city's coverage a suite with a case for each tariff.
///
/// # Errors
/// None that these values can cause.
pub fn junit(
    outcomes: &[FileOutcome<'_>],
    coverage: Option<&[TariffCoverage]>,
) -> Result<String, SerializeError> {
    let mut report = Report::new("tunion");
    report.add_test_suites(outcomes.iter().map(suite));
    if let Some(coverage) = coverage {
        let mut suite = TestSuite::new("coverage");
        suite.add_test_cases(coverage.iter().map(|tariff| {
            let mut status = TestCaseStatus::success();
            if !tariff.untouched.is_empty() {
                status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                let message = format!("{} of {} points untouched", tariff.untouched.len(), tariff.points);
                status.set_message(message).set_description(coverage::list(tariff));
            }
            let mut case = TestCase::new(&*tariff.name, status);
            case.set_classname("coverage");
            case
        }));
        report.add_test_suite(suite);
    }
    report.to_string()
}

fn suite(outcome: &FileOutcome<'_>) -> TestSuite {
    let mut suite = TestSuite::new(outcome.path);
    for (case, verdict) in &outcome.cases {
        let mut status = TestCaseStatus::success();
        match verdict {
            Verdict::Held(_) => {}
            Verdict::Failed(error) => {
                status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                status.set_message(error.message()).set_description(error.to_string());
            }
            Verdict::NotCovered(reason) => {
                status = TestCaseStatus::skipped();
                status.set_message(reason.as_str());
            }
        }
        let mut told = TestCase::new(format!("{} {}", case.id(), case.what()), status);
        told.set_classname(outcome.path);
        suite.add_test_case(told);
    }
    suite
}
