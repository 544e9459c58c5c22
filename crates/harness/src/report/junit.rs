//! The outcome as JUnit: a suite for each scenario, a case for each tap, and one for what must hold
//! of the whole.

use crate::outcome::{Failure, Outcome};
use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

/// All outcomes as one JUnit document. It carries no wall time, so that the same scenarios give the
/// same document.
///
/// # Errors
/// None that these values can cause.
pub fn junit(outcomes: &[Outcome]) -> Result<String, SerializeError> {
    let mut report = Report::new("tunion");
    report.add_test_suites(outcomes.iter().map(suite));
    report.to_string()
}

/// The document of a run that found its input wrong and played nothing.
///
/// # Errors
/// None that these values can cause.
pub fn junit_error(message: &str) -> Result<String, SerializeError> {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
    status.set_message(message.lines().next().unwrap_or_default()).set_description(message);
    let mut suite = TestSuite::new("input");
    suite.add_test_case(TestCase::new("input", status));
    let mut report = Report::new("tunion");
    report.add_test_suite(suite);
    report.to_string()
}

fn suite(outcome: &Outcome) -> TestSuite {
    let mut suite = TestSuite::new(&outcome.name);
    let failed = |row: Option<usize>| outcome.failures.iter().filter(move |failure| failure.row == row);
    for (index, row) in outcome.rows.iter().enumerate() {
        let name = format!("{} {} {}", row.at, row.card, row.place);
        suite.add_test_case(case(name, outcome, failed(Some(index))));
    }
    suite.add_test_case(case("the whole".to_owned(), outcome, failed(None)));
    suite
}

fn case<'f>(name: String, outcome: &Outcome, failures: impl Iterator<Item = &'f Failure>) -> TestCase {
    let said: Vec<String> = failures.map(|failure| failure.describe(outcome)).collect();
    let mut status = TestCaseStatus::success();
    if let Some(first) = said.first() {
        status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(first.clone()).set_description(said.join("\n"));
    }
    let mut case = TestCase::new(name, status);
    case.set_classname(&outcome.name);
    case
}
