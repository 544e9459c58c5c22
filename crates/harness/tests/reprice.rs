//! A made-up month, priced again: what was planted is found, and nothing else.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use tunion_data::civil::date;
use tunion_files::city::{self, City};
use tunion_files::taps::{Names, Reader};
use tunion_harness::fares::reprice::{self, Finding, Head, Options, Report};
use tunion_harness::fares::synth::{self, Fault, Made, Order};

fn beijing() -> City {
    city::built_in("beijing").unwrap()
}

fn made(city: &City, order: &Order) -> (Vec<u8>, Made) {
    let mut file = Vec::new();
    let made = synth::synthesize(city, order, &mut file).unwrap();
    (file, made)
}

fn repriced(city: &City, file: &[u8]) -> (Report, Vec<Finding>) {
    let names = Names::new(city);
    let mut reader = Reader::new("taps.csv", file, &names).unwrap();
    let mut found = Vec::new();
    let mut tell = |finding: &Finding| {
        found.push(finding.clone());
        Ok(())
    };
    let report = reprice::reprice(&mut reader, Options::default(), &mut tell).unwrap();
    (report, found)
}

fn rows(of: impl Iterator<Item = u64>) -> BTreeSet<u64> {
    of.collect()
}

fn conserved(report: &Report) {
    let counts = report.counts;
    let taps = counts.rows - counts.bad_rows - counts.too_late - counts.duplicates;
    let of_one = counts.without_entry + counts.single + counts.uncollected;
    let alone = of_one + counts.unpaired + counts.open_at_end;
    assert_eq!(taps, 2 * (counts.rides - of_one) + alone, "{counts:?}");
}

/// Every charge of the month is what the tariffs say, to the last one.
#[test]
fn a_month_without_faults_is_clean() {
    let city = beijing();
    let order = Order { passes: true, ..Order::new(1_000, date(2026, 11, 1), 4) };
    let (file, made) = made(&city, &order);
    let (report, found) = repriced(&city, &file);
    conserved(&report);
    assert_eq!(report.counts.rows, made.rows);
    assert!(report.counts.is_clean(), "{found:#?}");
    assert!(made.planted.is_empty());
    // What waits for its cover in December, and nothing else.
    assert!(
        found
            .iter()
            .all(|finding| matches!(finding, Finding::Unpaired { said, .. } if said.tap.starts_with("on ")))
    );
    assert!(report.counts.covered > 50 && report.counts.single > 5, "{:?}", report.counts);
    let names: Vec<&str> = report.by_rule.iter().map(|rule| rule.name.as_str()).collect();
    for rule in ["distance", "monthly-discount", "low-peak-2017", "pass", "student", "senior-free"] {
        assert!(names.contains(&rule), "{rule} is in {names:?}");
    }
}

#[test]
fn what_was_planted_is_found() {
    let city = beijing();
    let order = Order {
        passes: true,
        wrong: 57,
        duplicates: 43,
        late: 31,
        missing_exits: 29,
        ..Order::new(2_500, date(2026, 11, 1), 11)
    };
    let (file, made) = made(&city, &order);
    let (report, found) = repriced(&city, &file);
    conserved(&report);
    let planted = |faults: &[Fault]| {
        rows(made.planted.iter().filter(|planted| faults.contains(&planted.fault)).map(|planted| planted.row))
    };
    let wrong: BTreeSet<(u64, u32, Option<u32>)> = found
        .iter()
        .filter_map(|finding| match finding {
            Finding::Difference { said, expected_fen, charged_fen, .. } => {
                Some((said.row, *expected_fen, *charged_fen))
            }
            _ => None,
        })
        .collect();
    let expected = made.planted.iter().filter(|planted| planted.fault == Fault::Wrong);
    let expected: BTreeSet<_> = expected.map(|p| (p.row, p.expected_fen.unwrap(), p.charged_fen)).collect();
    assert_eq!(expected.len(), 57);
    assert_eq!(wrong, expected);

    let twice = rows(found.iter().filter_map(|finding| match finding {
        Finding::Duplicate { said, .. } => Some(said.row),
        _ => None,
    }));
    assert_eq!(twice.len(), 43);
    assert_eq!(twice, planted(&[Fault::Duplicate, Fault::Contradiction]));
    let contradicting = rows(found.iter().filter_map(|finding| match finding {
        Finding::Duplicate { said, contradicts: true, .. } => Some(said.row),
        _ => None,
    }));
    assert!(!contradicting.is_empty());
    assert_eq!(contradicting, planted(&[Fault::Contradiction]));

    let late = rows(found.iter().filter_map(|finding| match finding {
        Finding::TooLate { said, .. } => Some(said.row),
        _ => None,
    }));
    assert_eq!(late.len(), 62);
    assert_eq!(late, planted(&[Fault::Late]));

    let alone = rows(found.iter().filter_map(|finding| match finding {
        Finding::Unpaired { said, .. } if said.tap.starts_with("entry ") => Some(said.row),
        _ => None,
    }));
    assert_eq!(alone.len(), 29);
    assert_eq!(alone, planted(&[Fault::MissingExit]));

    let counts = report.counts;
    assert_eq!(
        [counts.bad_rows, counts.unpriced, counts.undue, counts.without_entry, counts.uncollected],
        [0; 5]
    );
}

/// The order of rows within a day changes nothing but the order in which cards are first met.
#[test]
fn the_order_within_a_day_does_not_matter() {
    let city = beijing();
    let (file, _) = made(&city, &Order { wrong: 5, ..Order::new(300, date(2026, 6, 1), 2) });
    let text = String::from_utf8(file).unwrap();
    let (header, body) = text.split_once('\n').unwrap();
    let mut lines: Vec<&str> = body.lines().collect();
    // By day alone, and backwards within it.
    lines.sort_by(|a, b| a[..10].cmp(&b[..10]).then(b.cmp(a)));
    let turned = format!("{header}\n{}\n", lines.join("\n"));
    let (report, _) = repriced(&city, text.as_bytes());
    let (other, _) = repriced(&city, turned.as_bytes());
    assert_eq!(report.counts, other.counts);
    assert_eq!((report.by_rule, report.by_line, report.by_day), (other.by_rule, other.by_line, other.by_day));
}

#[test]
fn the_same_order_gives_the_same_bytes() {
    let city = beijing();
    let order = Order { wrong: 7, late: 3, ..Order::new(200, date(2026, 2, 1), 9) };
    let (file, first) = made(&city, &order);
    assert_eq!((file.clone(), first), made(&city, &order));
    let text = |file: &[u8]| {
        let head =
            Head { file: "f".into(), city: "beijing".into(), tariffs_sha256: "0".into(), hold_days: 1 };
        reprice::text(&head, &repriced(&city, file).0)
    };
    assert_eq!(text(&file), text(&file));
}

/// One card more changes no other card.
#[test]
fn cards_do_not_disturb_each_other() {
    let city = beijing();
    let of_card = |cards| {
        let (file, _) = made(&city, &Order::new(cards, date(2026, 11, 1), 5));
        let text = String::from_utf8(file).unwrap();
        let lines = text.lines().filter(|line| line.contains("3104895199000000007"));
        let without_id = lines.map(|line| line.rsplit_once(',').unwrap().0.to_owned());
        let mut lines: Vec<String> = without_id.collect();
        lines.sort();
        lines
    };
    assert_eq!(of_card(20), of_card(40));
}
