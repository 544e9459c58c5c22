//! What was measured, as tables and as CSV.

use super::population::{Measured, Population};
use super::setting::{Setting, WhatIf};
use super::target::TARGETS;
use super::timeline::{Part, Span, Timeline};
use crate::grid::grid;
use std::fmt::Write as _;
use tunion_link::Ticks;

/// One line: a setting, what it took, and what it would take.
#[derive(Clone, Debug)]
pub struct Line {
    /// What was measured.
    pub setting: Setting,
    /// What it took.
    pub measured: Measured,
    /// What it would take with the changes that were asked for.
    pub changed: Option<Measured>,
}

/// Milliseconds with one decimal.
pub(super) fn ms(micros: u64) -> String {
    let tenths = (micros + 50) / 100;
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn percent(permille: u64) -> String {
    format!("{}.{}%", permille / 10, permille % 10)
}

/// The tables of all flows, and under them whose the targets are.
#[must_use]
pub fn table(lines: &[Line], population: Population, change: WhatIf) -> String {
    let mut text = String::new();
    let taps = population.taps;
    if let Some(Line { setting, .. }) = lines.first() {
        let _ = writeln!(
            text,
            "{taps} taps of each, seed {}; SAM {}, terminal {}; milliseconds from the card's coming to the decision",
            population.seed, setting.sam.0, setting.terminal.0
        );
    }
    let mut rest = lines;
    while let Some(first) = rest.first() {
        let same = |line: &&Line| {
            line.setting.flow.name == first.setting.flow.name && line.setting.profile == first.setting.profile
        };
        let count = rest.iter().take_while(same).count();
        let (flow, after) = rest.split_at(count);
        rest = after;
        let _ = writeln!(text, "\n{}, {}", first.setting.flow.name, first.setting.profile);
        let rows = if change.is_any() { compared(flow) } else { rows(flow) };
        for line in rows {
            let _ = writeln!(text, "  {line}");
        }
    }
    if change.is_any() {
        let _ = writeln!(text, "\nwith: {change}");
    } else {
        let _ = writeln!(text, "\nwithin, of all taps:");
        for target in TARGETS {
            let _ = writeln!(text, "  {} ms  {}", target.ms, target.whose);
        }
    }
    text
}

fn rows(lines: &[Line]) -> Vec<String> {
    let within = TARGETS.map(|target| format!("<= {}", target.ms));
    let header: Vec<&str> = ["card", "kbit/s", "p50", "p95", "p99"]
        .into_iter()
        .chain(Part::ALL.map(Part::name))
        .chain(within.iter().map(String::as_str))
        .chain(["lost"])
        .collect();
    let row = |Line { setting, measured, .. }: &Line| {
        let mut row = vec![setting.card.0.clone(), setting.agreed().kbit().to_string()];
        row.extend([50, 95, 99].map(|p| ms(measured.percentile(p).into())));
        row.extend(measured.means().map(|share| if share == 0 { "-".to_owned() } else { ms(share) }));
        row.extend(measured.within().map(percent));
        row.push(measured.failed.to_string());
        row
    };
    grid(Some(&header), lines.iter().map(row), |column| column > 0)
}

fn compared(lines: &[Line]) -> Vec<String> {
    let header = ["card", "kbit/s", "p50", "then", "buys", "p95", "then", "buys", "p99", "then", "buys"];
    let row = |Line { setting, measured, changed }: &Line| {
        let mut row = vec![setting.card.0.clone(), setting.agreed().kbit().to_string()];
        for p in [50, 95, 99] {
            let now = measured.percentile(p);
            let then = changed.as_ref().map_or(now, |changed| changed.percentile(p));
            let buys = ms(now.abs_diff(then).into());
            let sign = if then > now && buys != "0.0" { "-" } else { "" };
            row.extend([ms(now.into()), ms(then.into()), format!("{sign}{buys}")]);
        }
        row
    };
    grid(Some(&header), lines.iter().map(row), |column| column > 0)
}

/// One tap without chance, command by command.
#[must_use]
pub fn by_command(setting: &Setting, timeline: &Timeline) -> String {
    let mut text = format!(
        "{}, {}: card {}, {} kbit/s, SAM {}; one tap without chance, milliseconds\n",
        setting.flow.name,
        setting.profile,
        setting.card.0,
        setting.agreed().kbit(),
        setting.sam.0
    );
    let header: Vec<&str> =
        ["at", "what"].into_iter().chain(Part::ALL.map(Part::name)).chain(["in all"]).collect();
    let mut rows: Vec<(Ticks, &str, [Ticks; 6], Ticks)> = Vec::new();
    for Span { part, what, from, to } in &timeline.spans {
        let same = rows.last().filter(|(_, known, _, end)| known == what && *end == *from);
        if same.is_none() {
            rows.push((*from, what, [Ticks::ZERO; 6], *to));
        }
        let Some((_, _, row, end)) = rows.last_mut() else { continue };
        if let Some(share) = row.get_mut(*part as usize) {
            *share += *to - *from;
        }
        *end = *to;
    }
    let decided = timeline.decided.unwrap_or_default();
    let cells = rows.iter().map(|(at, what, parts, end)| {
        let late = if *at >= decided { " (after the decision)" } else { "" };
        let mut row = vec![ms(at.micros()), format!("{what}{late}")];
        row.extend(parts.map(|share| if share == Ticks::ZERO { String::new() } else { ms(share.micros()) }));
        row.push(ms((*end - *at).micros()));
        row
    });
    let shares = timeline.shares();
    let mut total = vec![ms(decided.micros()), "decided".to_owned()];
    total.extend(shares.map(|share| ms(share.micros())));
    total.push(ms(decided.micros()));
    for line in grid(Some(&header), cells.chain([total]), |column| column != 1) {
        let _ = writeln!(text, "  {line}");
    }
    text
}

/// A row for each setting, in microseconds, and behind it one for what it would take with the change.
///
/// # Errors
/// None: it is written to memory.
pub fn csv(lines: &[Line], population: Population, change: WhatIf) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    let header = ["flow", "profile", "card", "sam", "terminal", "kbit_s", "change", "seed", "taps", "lost"];
    let measures = ["p50_us", "p95_us", "p99_us"];
    let shares = Part::ALL.map(|part| format!("{}_mean_us", part.name().to_lowercase()));
    let within = TARGETS.map(|target| format!("within_{}_permille", target.ms));
    writer.write_record(
        header
            .into_iter()
            .chain(measures)
            .chain(shares.iter().map(String::as_str))
            .chain(within.iter().map(String::as_str)),
    )?;
    let change = &change;
    let rows = lines.iter().flat_map(|Line { setting, measured, changed }| {
        let changed = changed.iter().map(move |changed| (setting, changed, change.to_string()));
        [(setting, measured, String::new())].into_iter().chain(changed)
    });
    for (setting, measured, change) in rows {
        let mut row = vec![
            setting.flow.name.to_owned(),
            setting.profile.clone(),
            setting.card.0.clone(),
            setting.sam.0.clone(),
            setting.terminal.0.clone(),
            setting.agreed().kbit().to_string(),
            change,
            population.seed.to_string(),
            population.taps.to_string(),
            measured.failed.to_string(),
        ];
        row.extend([50, 95, 99].map(|p| measured.percentile(p).to_string()));
        row.extend(measured.means().map(|share| share.to_string()));
        row.extend(measured.within().map(|share| share.to_string()));
        writer.write_record(row)?;
    }
    let bytes = writer.into_inner().unwrap_or_default();
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
