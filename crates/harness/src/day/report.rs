//! A day on one screen.

use super::Day;
use super::books::Flow;
use super::holder::SORTS;
use super::journal::Fate;
use super::kind::KINDS;
use super::trouble::Trouble;
use crate::grid::grid;
use std::collections::BTreeMap;
use std::fmt::Write;
use tunion_clearing::Reason;
use tunion_data::FenSum;
use tunion_terminal::{Code, Gate};

/// The day as a person wants to see it: taps, decisions, troubles and what became of them, the money.
#[must_use]
pub fn screen(day: &Day) -> String {
    let mut out = head(day);
    for (title, lines) in [
        ("taps", taps(day)),
        ("decisions", decisions(day)),
        ("troubles, and what became of debits and loads under way", troubles(day)),
        ("money", money(day)),
    ] {
        let _ = write!(out, "\n{title}\n");
        for line in lines {
            let _ = writeln!(out, "  {line}");
        }
    }
    let _ = write!(out, "\n{}\n", last(day));
    out
}

/// What does not hold, a sentence each; nothing on any day.
#[must_use]
pub fn suspects(day: &Day) -> String {
    let failures = &day.books.failures;
    let shown = failures.iter().take(20).map(|failure| format!("does not hold: {failure}\n"));
    let more = failures.len().saturating_sub(20);
    shown.chain((more > 0).then(|| format!("and {more} more\n"))).collect()
}

fn head(day: &Day) -> String {
    let order = &day.order;
    let mut sorts: Vec<(u32, &str)> = day
        .books
        .holders
        .iter()
        .copied()
        .zip(SORTS.iter().map(|sort| sort.name))
        .filter(|(count, _)| *count > 0)
        .collect();
    sorts.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let shown: Vec<String> =
        sorts.iter().take(3).map(|(count, name)| format!("{} {name}", grouped(*count))).collect();
    let others: u32 = sorts.iter().skip(3).map(|(count, _)| count).sum();
    let terminals: u32 = day.terminals.iter().sum();
    format!(
        "{}  {} cards: {}, {} of {} other kinds; {} terminals; seed {}\n",
        order.date,
        grouped(order.cards),
        shown.join(", "),
        grouped(others),
        sorts.len().saturating_sub(3),
        terminals,
        order.seed
    )
}

fn taps(day: &Day) -> Vec<String> {
    let row = |(kind, terminals): (usize, &u32)| {
        let all = || day.journal.taps.iter().filter(move |tap| tap.kind == kind);
        let opened = all().filter(|tap| matches!(tap.decided, Some((Gate::Open, _)))).count();
        let name = KINDS.get(kind).map_or("", |kind| kind.name);
        let mut moved = Flow::default();
        for tap in all() {
            moved.signed(tap.moved);
        }
        vec![
            name.to_owned(),
            terminals.to_string(),
            grouped(all().count()),
            grouped(opened),
            money_or_dash(moved.debited),
            money_or_dash(moved.loaded),
        ]
    };
    let all = day.journal.taps.len();
    let opened = day.journal.taps.iter().filter(|tap| matches!(tap.decided, Some((Gate::Open, _)))).count();
    let total = vec![
        "all".to_owned(),
        day.terminals.iter().sum::<u32>().to_string(),
        grouped(all),
        grouped(opened),
        day.books.cards.debited.to_string(),
        day.books.cards.loaded.to_string(),
    ];
    let rows = day.terminals.iter().enumerate().map(row).chain([total]);
    grid(Some(&["", "terminals", "taps", "said yes", "debited", "loaded"]), rows, |column| column > 0)
}

/// Codes by how often they came, in two columns.
fn decisions(day: &Day) -> Vec<String> {
    let mut codes: BTreeMap<Option<Code>, usize> = BTreeMap::new();
    for tap in &day.journal.taps {
        *codes.entry(tap.decided.map(|(_, code)| code)).or_default() += 1;
    }
    let mut codes: Vec<(usize, String)> = codes
        .into_iter()
        .map(|(code, count)| {
            (count, code.map_or("unsaid: the terminal lost its power".to_owned(), |code| code.to_string()))
        })
        .collect();
    codes.sort_by_key(|(count, _)| std::cmp::Reverse(*count));
    let half = codes.len().div_ceil(2);
    let cell = |place: usize| {
        codes
            .get(place)
            .map_or([String::new(), String::new()], |(count, text)| [grouped(*count), text.clone()])
    };
    let rows = (0..half).map(|place| [cell(place), cell(place + half)].concat());
    grid(None, rows, |column| column % 2 == 0)
}

/// What a tap under trouble came to, in the order of the columns.
const ENDS: [&str; 6] = ["not begun", "at once", "recovered", "by log", "not done", "grey"];

fn troubles(day: &Day) -> Vec<String> {
    let mut rows = vec![[0_usize; ENDS.len()]; Trouble::NAMES.len()];
    for tap in &day.journal.taps {
        let Some(trouble) = tap.trouble else { continue };
        let fate = tap.doubt.and_then(|id| day.journal.doubts.get(&id)).map(|doubt| doubt.fate);
        let column = match fate {
            None => 0,
            Some(Fate::AtOnce) => 1,
            Some(Fate::Recovered) => 2,
            Some(Fate::Logged) => 3,
            Some(Fate::NotDone) => 4,
            Some(Fate::Grey | Fate::Open) => 5,
        };
        if let Some(count) = rows.get_mut(trouble.row()).and_then(|row| row.get_mut(column)) {
            *count += 1;
        }
    }
    let line = |(name, row): (&str, &[usize; ENDS.len()])| {
        let sum: usize = row.iter().sum();
        let counts = row.iter().map(|count| if *count == 0 { "-".to_owned() } else { grouped(*count) });
        [name.to_owned(), grouped(sum)].into_iter().chain(counts).collect()
    };
    let header: Vec<&str> = ["", "taps"].into_iter().chain(ENDS).collect();
    let all = (0..ENDS.len())
        .map(|column| rows.iter().filter_map(|row| row.get(column)).sum())
        .collect::<Vec<usize>>();
    let all = all.try_into().unwrap_or([0; ENDS.len()]);
    grid(Some(&header), Trouble::NAMES.into_iter().zip(&rows).chain([("all", &all)]).map(line), |column| {
        column > 0
    })
}

fn money(day: &Day) -> Vec<String> {
    let books = &day.books;
    let row =
        |name: &str, flow: Flow| vec![name.to_owned(), flow.debited.to_string(), flow.loaded.to_string()];
    let mut rows = vec![
        row("on the cards", books.cards),
        row("in the upload records", books.uploads),
        row("  of these grey", books.grey),
        row("said by terminals", books.said),
        row("  and said by none", books.unsaid),
        vec!["booked by the host".to_owned(), String::new(), books.booked.to_string()],
        vec!["  and not known to it".to_owned(), String::new(), books.unbooked.to_string()],
    ];
    rows.retain(|row| !row.iter().all(|cell| cell.starts_with(' ') || cell == "0.00" || cell.is_empty()));
    let mut lines = grid(Some(&["", "debited", "loaded"]), rows.into_iter(), |column| column > 0);
    let sign = if books.end < 0 { "-" } else { "" };
    lines.push(format!(
        "in the morning {} + loaded {} - debited {} = in the evening {sign}{}",
        yuan(books.start),
        books.cards.loaded,
        books.cards.debited,
        yuan(books.end)
    ));
    lines
}

fn last(day: &Day) -> String {
    let greys = day.books.greys;
    let reasons =
        |reason: Reason| day.cleared.verdicts.iter().filter(|verdict| verdict.reason() == reason).count();
    let accepted = reasons(Reason::Accepted) + reasons(Reason::Forwarded);
    let told = greys.done + greys.not_done + greys.unknown_done + greys.unknown_not_done;
    // A record that was found in a card's log has lost its TAC, and is grey to clearing too.
    let logged = reasons(Reason::Grey).saturating_sub(usize::try_from(told).unwrap_or(0));
    let mut out =
        format!("{} upload records: {} accepted by clearing", grouped(day.records.len()), grouped(accepted));
    if logged > 0 {
        let _ = write!(out, ", {} done without a TAC", grouped(logged));
    }
    if told > 0 {
        let _ = write!(out, ", {} grey", grouped(told));
        let unknown = greys.unknown_done + greys.unknown_not_done;
        let parts = [("done", greys.done), ("not done", greys.not_done), ("not to be told", unknown)];
        let parts = parts.iter().filter(|(_, count)| *count > 0);
        let parts: Vec<String> = parts.map(|(what, count)| format!("{what} {}", grouped(*count))).collect();
        let _ = write!(out, " ({})", parts.join(", "));
    }
    let holds = match day.books.failures.len() {
        0 => "everything holds".to_owned(),
        count => format!("{} THINGS DO NOT HOLD", grouped(count)),
    };
    format!("{out}\n{holds}")
}

fn yuan(fen: i64) -> FenSum {
    let mut sum = FenSum::default();
    let mut left = fen.unsigned_abs();
    while left > 0 {
        let part = u32::try_from(left).unwrap_or(u32::MAX);
        sum += tunion_data::Fen::new(part);
        left -= u64::from(part);
    }
    sum
}

fn money_or_dash(sum: FenSum) -> String {
    if sum.is_zero() { "-".to_owned() } else { sum.to_string() }
}

/// A count with a comma before each three digits.
fn grouped(count: impl TryInto<u64>) -> String {
    let digits = count.try_into().unwrap_or(u64::MAX).to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
