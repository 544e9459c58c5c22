//! The answer for a person.

use std::fmt::{self, Write as _};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use tunion_data::civil::{DateTime, Time};
use tunion_fare::{Medium, Ride, Taps};
use tunion_files::city::Mode;

use super::steps::Step;
use super::{Answer, Leg};

/// A time of day; its seconds where there are any.
pub(super) struct Clock(pub(super) Time);

impl fmt::Display for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(time) = self;
        write!(f, "{:02}:{:02}", time.hour(), time.minute())?;
        if time.second() == 0 { Ok(()) } else { write!(f, ":{:02}", time.second()) }
    }
}

/// 18742 as 18,742.
pub(super) struct Thousands(pub(super) u32);

impl fmt::Display for Thousands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            small @ ..1000 => write!(f, "{small}"),
            large => write!(f, "{},{:03}", Self(large / 1000), large % 1000),
        }
    }
}

/// The answer on a few lines: the ride, the reasons, what is charged, what the card has paid then.
#[must_use]
pub fn text(answer: &Answer<'_>) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}   {}, {}", title(answer), answer.city.name(), answer.mode.name());
    let _ = writeln!(text, "{}   {}", times(answer), answer.rider());
    if answer.is_now {
        text.push_str("no --entered was given: the ride begins now\n");
    }
    let steps: Vec<Step<'_>> = answer.steps().collect();
    let grid = grid(&steps);
    let mut lines = grid.lines();
    for (number, leg) in answer.legs.iter().enumerate() {
        text.push('\n');
        match answer.legs.len() {
            1 => {}
            _ => {
                let _ = write!(text, "{}. {}   ", number + 1, leg_title(leg));
            }
        }
        let _ =
            writeln!(text, "{}, {} {}", Distance(answer.mode, leg.distance), kind(answer.mode), leg.group);
        for line in lines.by_ref().take(steps.iter().filter(|step| step.leg == number).count()) {
            let _ = writeln!(text, "    {}", line.trim_end());
        }
    }
    text.push('\n');
    text.push_str(&summary(answer));
    text
}

/// From where to where.
pub(super) fn title(answer: &Answer<'_>) -> String {
    let (from, to) = ends(answer);
    match (answer.journey.ride, answer.line) {
        (Ride::Distance { taps, .. }, _) => {
            let taps = if taps == Taps::NoExit { ", no tap-off" } else { "" };
            format!(
                "a ride of {}{taps}",
                Distance(answer.mode, answer.legs.first().map_or(0, |leg| leg.distance))
            )
        }
        (Ride::NoEntry { .. }, _) => format!("out at {to}, no entry"),
        (Ride::Bus { off: None, .. }, Some(line)) => format!("{} from {from}, no tap-off", line.name),
        (_, Some(line)) => format!("{} {from} → {to}", line.name),
        _ => format!("{from} → {to}"),
    }
}

/// Where the ride begins and ends.
pub(super) fn ends<'a>(answer: &Answer<'a>) -> (&'a str, &'a str) {
    let from = answer.legs.first().and_then(|leg| leg.from);
    let to = answer.legs.last().and_then(|leg| leg.to);
    (from.unwrap_or("?"), to.unwrap_or("?"))
}

fn leg_title(leg: &Leg<'_>) -> String {
    format!("{} → {}", leg.from.unwrap_or("?"), leg.to.unwrap_or("?"))
}

/// What lines are priced together by.
pub(super) fn kind(mode: Mode) -> &'static str {
    match mode {
        Mode::Rail => "group",
        Mode::Bus => "class",
    }
}

/// A distance in the mode's measure.
pub(super) struct Distance(pub(super) Mode, pub(super) u32);

impl fmt::Display for Distance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self(Mode::Rail, metres) => write!(f, "{} m", Thousands(metres)),
            Self(Mode::Bus, 1) => f.write_str("1 stop number"),
            Self(Mode::Bus, difference) => write!(f, "{difference} stop numbers"),
        }
    }
}

fn times(answer: &Answer<'_>) -> String {
    let day = |at: DateTime| format!("{:.3} {}", format!("{:?}", at.weekday()), at.date());
    let (entered, left) = (answer.entered(), answer.left());
    let mut text = entered.or(left).map_or_else(String::new, day);
    if let Some(entered) = entered {
        let _ = write!(text, ", in {}", Clock(entered.time()));
    }
    if let Some(left) = left {
        let another = entered.is_some_and(|entered| entered.date() != left.date());
        let on = if another { format!("{} ", day(left)) } else { String::new() };
        let _ = write!(text, ", out {on}{}", Clock(left.time()));
    }
    text
}

/// One line for each step.
fn grid(steps: &[Step<'_>]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    for step in steps {
        table.add_row([
            step.before.to_string(),
            "→".to_owned(),
            step.after.to_string(),
            step.words().to_string(),
            step.rule.name.to_string(),
            step.at().to_string(),
        ]);
    }
    for (index, column) in table.column_iter_mut().enumerate() {
        let amount = matches!(index, 0 | 2);
        column.set_cell_alignment(if amount { CellAlignment::Right } else { CellAlignment::Left });
        column.set_padding((0, if index < 2 { 1 } else { 2 }));
    }
    table
}

fn summary(answer: &Answer<'_>) -> String {
    let mut rows = vec![("list", answer.list.to_string()), ("charged", charged(answer))];
    // Cash has no account.
    for counter in answer.counters().filter(|_| answer.journey.rider.medium != Medium::Cash) {
        let period = counter.after.period.map_or_else(String::new, |period| format!(" in {period}"));
        let (before, after) = (counter.before.amount, counter.after.amount);
        let told = if counter.counts() {
            format!("{after} paid{period} after this ride, {before} before")
        } else {
            format!("{after} paid{period}; this ride does not count")
        };
        rows.push((counter.name, told));
    }
    if let Some(balance) = answer.entry_balance() {
        let told = if balance.is_zero() {
            "any balance".to_owned()
        } else {
            format!("{balance} at least on the card")
        };
        rows.push(("to enter", told));
    }
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default() + 3;
    rows.iter().fold(String::new(), |mut text, (name, told)| {
        let _ = writeln!(text, "{name:width$}{told}");
        text
    })
}

fn charged(answer: &Answer<'_>) -> String {
    let parts: Vec<String> =
        answer.legs.iter().filter(|leg| leg.charged).map(|leg| leg.quote.charged.to_string()).collect();
    match parts.len() {
        1 => answer.charged.to_string(),
        rides => format!(
            "{} = {}: at the gates these are {} taps in and out",
            answer.charged,
            parts.join(" + "),
            number(rides)
        ),
    }
}

/// A small number in a word.
pub(super) fn number(number: usize) -> String {
    match number {
        2 => "two".to_owned(),
        3 => "three".to_owned(),
        4 => "four".to_owned(),
        other => other.to_string(),
    }
}
