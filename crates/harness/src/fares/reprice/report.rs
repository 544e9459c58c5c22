//! The report of a run: totals, and the first findings of each kind.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use tunion_data::Fen;
use tunion_data::civil::Date;
use tunion_fare::{BusLines, Network};

use super::finding::{Finding, Kind, Said};
use super::prices::Book;
use super::totals::{Counts, Total};
use crate::grid::grid;

/// What a report is about.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Head {
    /// The tap file.
    pub file: String,
    /// The city.
    pub city: String,
    /// The SHA-256 of every text that its prices come from, in hexadecimal digits.
    pub tariffs_sha256: String,
    /// How many days a day was held back.
    pub hold_days: u8,
}

/// A total with its name.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Named {
    /// The rule, line or day.
    pub name: String,
    /// Of a rule, its tariff file and line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// What it comes to.
    #[serde(flatten)]
    pub total: Total,
}

/// What a run came to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Report {
    /// What became of the rows.
    pub counts: Counts,
    /// By the rule that changed the amount last.
    pub by_rule: Vec<Named>,
    /// By group of rail lines, then by bus line.
    pub by_line: Vec<Named>,
    /// By the day on which rides ended.
    pub by_day: Vec<Named>,
    /// What was found, by its kind.
    #[serde(skip)]
    pub found: BTreeMap<Kind, Kept>,
}

/// The first findings of a kind.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Kept {
    /// How many there are in all.
    pub all: u64,
    /// The first of them.
    pub first: Vec<Finding>,
}

impl Report {
    pub(super) fn new(
        counts: Counts,
        book: &Book<'_>,
        by_day: &BTreeMap<Date, Total>,
        found: BTreeMap<Kind, Kept>,
    ) -> Self {
        let city = book.city();
        let by_rule = book.prices.iter().flat_map(|prices| {
            let tariff = &prices.tariff;
            tariff.rules().zip(&prices.by_rule).map(|((_, rule), total)| Named {
                name: rule.name.to_string(),
                at: Some(format!("{}:{}", tariff.head().file, rule.line)),
                total: *total,
            })
        });
        let groups = city.network().into_iter().flat_map(Network::groups);
        let groups = groups.zip(&book.by_group).map(|((_, group), total)| named(group.name(), *total));
        let mut by_line: Vec<Named> = groups.collect();
        let rail = by_line.len();
        let lines = city.bus_lines().into_iter().flat_map(BusLines::lines);
        for ((_, line), total) in lines.zip(&book.by_line) {
            // Both directions of a line are one.
            match by_line[rail..].iter_mut().find(|known| known.name == *line.name) {
                Some(known) => known.total += *total,
                None => by_line.push(named(&line.name, *total)),
            }
        }
        let is_used = |named: &Named| named.total.rides > 0;
        Self {
            counts,
            by_rule: by_rule.filter(is_used).collect(),
            by_line: by_line.into_iter().filter(is_used).collect(),
            by_day: by_day.iter().map(|(day, total)| named(&day.to_string(), *total)).collect(),
            found,
        }
    }
}

fn named(name: &str, total: Total) -> Named {
    Named { name: name.to_owned(), at: None, total }
}

/// A report as a person reads it.
#[must_use]
pub fn text(head: &Head, report: &Report) -> String {
    let counts = &report.counts;
    let mut text = String::new();
    let Head { file, city, tariffs_sha256, .. } = head;
    let _ = writeln!(text, "{file}  priced by the tariffs of {city}\ntariffs  sha256 {tariffs_sha256}\n");
    let lines = [
        ("rows", counts.rows, ""),
        ("cards", counts.cards, ""),
        ("rides", counts.rides, ""),
        ("without entry", counts.without_entry, "of these: an exit and no entry before it"),
        ("without tap-off", counts.covered, "of these: collected at the next use"),
        ("not collected", counts.uncollected, "of these: no tap-off, and the next use did not collect"),
        ("not priced", counts.unpriced, "of these: the tariffs do not cover them"),
        ("unpaired", counts.unpaired, "taps that belong to no ride"),
        ("open", counts.open_at_end, "taps that wait for a partner where the file ends"),
        ("duplicates", counts.duplicates, "rows that say what another one says; not priced again"),
        ("contradicting", counts.contradicting, "of these: they say another charge"),
        ("too late", counts.too_late, "rows whose day was closed; not priced"),
        ("bad rows", counts.bad_rows, "rows that are no tap"),
        ("without charge", counts.without_charge, "rides whose row says no charge; not compared"),
        ("differing", counts.differing, "rides charged otherwise than they should be"),
        ("undue", counts.undue, "charges where nothing was due"),
    ];
    let rows =
        lines.iter().filter(|(name, count, _)| *count > 0 || ["rows", "cards", "rides"].contains(name));
    let rows =
        rows.map(|(name, count, what)| vec![(*name).to_owned(), count.to_string(), (*what).to_owned()]);
    below(&mut text, &grid(None, rows, |column| column == 1));
    for kind in Kind::ALL {
        findings(&mut text, report, kind);
    }
    totals(&mut text, "by rule", &report.by_rule);
    totals(&mut text, "by line", &report.by_line);
    totals(&mut text, "by day", &report.by_day);
    let _ = writeln!(text, "\n{}", verdict(counts));
    text
}

/// The last line.
fn verdict(counts: &Counts) -> String {
    let faults = [
        ("differing", counts.differing),
        ("undue", counts.undue),
        ("not priced", counts.unpriced),
        ("contradicting", counts.contradicting),
        ("too late", counts.too_late),
        ("bad rows", counts.bad_rows),
    ];
    let faults = faults.iter().filter(|(_, count)| *count > 0);
    let faults: Vec<_> = faults.map(|(name, count)| format!("{name} {count}")).collect();
    if faults.is_empty() {
        "all as it should be".to_owned()
    } else {
        format!("not as it should be: {}", faults.join(", "))
    }
}

fn findings(text: &mut String, report: &Report, kind: Kind) {
    let Some(Kept { all, first }) = report.found.get(&kind) else { return };
    let title = match kind {
        Kind::Difference => "priced differently",
        Kind::Undue => "charged where nothing was due",
        Kind::Unpriced => "not priced",
        Kind::BadRow => "bad rows",
        Kind::TooLate => "too late",
        Kind::Duplicate => "duplicates",
        Kind::Unpaired => "unpaired",
    };
    let shown = u64::try_from(first.len()).unwrap_or(u64::MAX);
    let more = if *all > shown { format!(", the first {shown} of {all}") } else { String::new() };
    let _ = writeln!(text, "\n{title}{more}");
    for finding in first {
        for (number, line) in lines(finding).into_iter().enumerate() {
            let indent = if number == 0 { "  " } else { "      " };
            let _ = writeln!(text, "{indent}{line}");
        }
    }
}

/// A finding as lines, the first of which names its row.
fn lines(finding: &Finding) -> Vec<String> {
    let row = |said: &Said| format!("row {}  {}  card {}", said.row, said.time.replace('T', " "), said.card);
    let charged =
        |fen: &Option<u32>| fen.map_or_else(|| "nothing".to_owned(), |fen| Fen::new(fen).to_string());
    match finding {
        Finding::Difference { said, id, ride, rule, rule_at, expected_fen, charged_fen, reasons, .. } => {
            let id = if id.is_empty() { String::new() } else { format!("  id {id}") };
            let expected = Fen::new(*expected_fen);
            let said = row(said);
            let head = format!("{said}{id}  {ride}  expected {expected}  charged {}", charged(charged_fen));
            let rule = format!("rule {rule}, {rule_at}");
            [head, rule].into_iter().chain(reasons.iter().cloned()).collect()
        }
        Finding::Undue { said, id: _, charged_fen, why } => {
            vec![format!("{}  {}  charged {}: {why}", row(said), said.tap, Fen::new(*charged_fen))]
        }
        Finding::Unpriced { said, ride, charged_fen, why } => {
            vec![format!("{}  {ride}  charged {}: {why}", row(said), charged(charged_fen))]
        }
        Finding::BadRow { row, message, help } => {
            let help = help.as_ref().map(|help| format!("help: {help}"));
            std::iter::once(format!("row {row}  {message}")).chain(help).collect()
        }
        Finding::TooLate { said, newest, newest_row } => {
            vec![format!("{}  {}  row {newest_row} had opened {newest}", row(said), said.tap)]
        }
        Finding::Duplicate { said, first_row, charged_fen, first_charged_fen, contradicts } => {
            let says = if *contradicts {
                format!(
                    ", which says {} where this says {}",
                    charged(first_charged_fen),
                    charged(charged_fen)
                )
            } else {
                String::new()
            };
            vec![format!("{}  {}  as row {first_row}{says}", row(said), said.tap)]
        }
        Finding::Unpaired { said, why } => vec![format!("{}  {}: {why}", row(said), said.tap)],
    }
}

fn totals(text: &mut String, title: &str, totals: &[Named]) {
    if totals.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n{title}");
    let header = ["", "rides", "list", "expected", "charged", "differing"];
    let rows = totals.iter().map(|Named { name, at, total }| {
        let name = at.as_ref().map_or_else(|| name.clone(), |at| format!("{name}  {at}"));
        let Total { rides, list, expected, charged, differing } = total;
        let numbers = [rides.to_string(), list.to_string(), expected.to_string(), charged.to_string()];
        std::iter::once(name).chain(numbers).chain([differing.to_string()]).collect()
    });
    below(text, &grid(Some(&header), rows, |column| column > 0));
}

fn below(text: &mut String, lines: &[String]) {
    for line in lines {
        let _ = writeln!(text, "  {line}");
    }
}
