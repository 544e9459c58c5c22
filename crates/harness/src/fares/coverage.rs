//! The rules of a city's tariffs and the edges of them that no case tries.

use crate::fares::check::{Cities, FileOutcome, Verdict};
use std::collections::HashSet;
use std::fmt::Write as _;
use tunion_fare::{Edge, Tariff};
use tunion_files::city::{City, Mode};
use tunion_files::fare_cases::Checked;

/// How far the cases try a tariff.
pub struct TariffCoverage {
    /// The tariff's name.
    pub name: String,
    /// Its file.
    pub file: String,
    /// How many points it has.
    pub points: usize,
    /// Those that no case stands on, in the order of its rules.
    pub untouched: Vec<Untouched>,
}

/// A point that no case stands on.
pub struct Untouched {
    /// The line of the tariff file on which the clause stands.
    pub line: u32,
    /// The rule's name; of the tariff's own dates the tariff's.
    pub rule: String,
    /// Whether no case stands on any point of the rule.
    pub whole_rule: bool,
    /// The point in words.
    pub words: String,
}

/// What of each tariff of each city no case that held tries.
#[must_use]
pub fn coverage(cities: &Cities, outcomes: &[FileOutcome<'_>]) -> Vec<TariffCoverage> {
    cities.iter().flat_map(|city| of_city(city, outcomes)).collect()
}

fn of_city(city: &City, outcomes: &[FileOutcome<'_>]) -> Vec<TariffCoverage> {
    let cases = outcomes.iter().flat_map(|outcome| &outcome.cases);
    let held =
        cases.filter(|(case, _)| case.city() == Some(city.name())).filter_map(|(_, verdict)| match verdict {
            Verdict::Held(checked) => Some(checked),
            _ => None,
        });
    let held: Vec<&Checked<'_>> = held.collect();
    let mut covered = Vec::new();
    for mode in Mode::ALL {
        let held: Vec<&Checked<'_>> = held.iter().copied().filter(|checked| checked.mode == mode).collect();
        covered.extend(city.tariffs(mode).iter().map(|tariff| of_tariff(tariff, &held)));
    }
    covered
}

fn of_tariff(tariff: &Tariff, held: &[&Checked<'_>]) -> TariffCoverage {
    let mut touched: HashSet<Edge> = HashSet::new();
    for checked in held {
        touched.extend(tariff.touched_by_day(checked.day));
        for ride in checked.rides.iter().filter(|ride| std::ptr::eq(ride.tariff, tariff)) {
            touched.extend(tariff.touched(&ride.journey, &ride.before));
        }
    }
    let edges = tariff.edges();
    let known: HashSet<&str> = touched.iter().map(|edge| rule(tariff, *edge)).collect();
    let untouched = edges.iter().filter(|edge| !touched.contains(edge)).map(|edge| Untouched {
        line: edge.rule.and_then(|id| tariff.rule(id)).map_or(1, |rule| rule.line),
        rule: rule(tariff, *edge).to_owned(),
        whole_rule: !known.contains(rule(tariff, *edge)),
        words: tariff.edge_in_words(edge).to_string(),
    });
    let untouched = untouched.collect();
    let head = tariff.head();
    TariffCoverage {
        name: head.name.to_string(),
        file: head.file.to_string(),
        points: edges.len(),
        untouched,
    }
}

fn rule(tariff: &Tariff, edge: Edge) -> &str {
    edge.rule.and_then(|id| tariff.rule(id)).map_or(&tariff.head().name, |rule| &rule.name)
}

/// The untouched points of a tariff, one a line; a rule that no case touches at all is one line.
#[must_use]
pub fn list(tariff: &TariffCoverage) -> String {
    let mut text = String::new();
    let mut told: HashSet<&str> = HashSet::new();
    for Untouched { line, rule, whole_rule, words } in &tariff.untouched {
        if !whole_rule {
            let _ = writeln!(text, "untouched: {}:{line}  {rule}: {words}", tariff.file);
        } else if told.insert(rule) {
            let points = tariff.untouched.iter().filter(|other| other.rule == *rule).count();
            let _ = writeln!(text, "untouched: {}:{line}  {rule}: no case ({points} points)", tariff.file);
        }
    }
    text
}

/// How much of a tariff is touched, and all that is not.
#[must_use]
pub fn table(tariff: &TariffCoverage) -> String {
    let TariffCoverage { name, points, untouched, .. } = tariff;
    let touched = points - untouched.len();
    format!("coverage: {name}  {touched} of {points} points touched\n{}", list(tariff))
}
