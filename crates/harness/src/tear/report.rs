//! What came of tearing: a table, JSON, and the line that repeats a case.

use super::sweep::{Case, Counts, Outcome, Specimen, Swept};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;
use std::fmt::Write as _;
use tunion_card::{Cut, Damage};

/// What was torn and what came of it.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The cards.
    pub specimens: &'a [Specimen],
    /// What came of each command on each of them.
    pub swept: &'a [Swept],
    /// The key set, as it was named.
    pub keys: Option<&'a str>,
}

const HEADER: [&str; 9] =
    ["command", "answer", "pages", "cut points", "twice", "before", "spent", "after", "result"];

/// Columns that hold numbers.
const NUMBERS: std::ops::Range<usize> = 2..8;

/// Lines of the table that are alike, put together.
struct Line {
    command: &'static str,
    answer: String,
    pages: Option<u32>,
    result: String,
    counts: [u64; 5],
    cards: Vec<usize>,
}

impl Report<'_> {
    /// Cut points in all, those of repetitions included.
    #[must_use]
    pub fn points(&self) -> u64 {
        self.swept.iter().filter_map(kept).map(Counts::points).sum()
    }

    /// Whether every rule held.
    #[must_use]
    pub fn kept(&self) -> bool {
        self.broken().next().is_none()
    }

    /// The table. Cards of which one line says the same share it.
    #[must_use]
    pub fn table(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        let header = HEADER.into_iter().chain((self.specimens.len() > 1).then_some("cards"));
        table.set_header(header);
        let rounds: u64 = self.rounds();
        for line in self.lines() {
            let [once, twice, before, spent, after] = line.counts;
            let number = |number: u64| if line.pages.is_some() { number.to_string() } else { "-".to_owned() };
            let mut cells = vec![
                line.command.to_owned(),
                line.answer,
                line.pages.map_or("-".to_owned(), |pages| pages.to_string()),
                number(once + twice),
                number(twice),
                number(before),
                number(spent),
                number(after),
                line.result,
            ];
            if self.specimens.len() > 1 {
                cells.push(self.cards(&line.cards));
            }
            table.add_row(cells);
        }
        for column in table.column_iter_mut() {
            column.set_padding((0, 2));
        }
        for index in NUMBERS {
            if let Some(column) = table.column_mut(index) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let mut text = String::new();
        for line in table.lines() {
            let _ = writeln!(text, "{}", line.trim_end());
        }
        let _ = writeln!(text, "\n{}", self.summary(rounds));
        text
    }

    /// The last line of the table: how much was torn, and whether all was kept.
    fn summary(&self, rounds: u64) -> String {
        let cards = self.specimens.len();
        let commands =
            self.swept.iter().map(|swept| swept.deed.name).collect::<std::collections::BTreeSet<_>>();
        let rounds = if rounds > 1 { format!(" in {rounds} rounds") } else { String::new() };
        let found = match self.broken().count() {
            0 => "all kept".to_owned(),
            broken => format!("{broken} BROKEN"),
        };
        let of = |number: u64, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
        let [commands, cards] = [commands.len(), cards].map(|count| u64::try_from(count).unwrap_or(u64::MAX));
        format!(
            "{}, {}, {}{rounds}: {found}",
            of(commands, "command"),
            of(cards, "card"),
            of(self.points(), "cut point")
        )
    }

    fn rounds(&self) -> u64 {
        let seeds = self.swept.iter().map(|swept| swept.seed);
        seeds.clone().max().zip(seeds.min()).map_or(0, |(last, first)| last - first + 1)
    }

    fn lines(&self) -> Vec<Line> {
        let mut lines: Vec<Line> = Vec::new();
        for swept in self.swept {
            let (answer, pages, result, counts) = match &swept.outcome {
                Outcome::Kept(counts) => {
                    let Counts { answer, pages, once, twice, before, spent, after } = *counts;
                    (
                        format!("{:04X}", answer.0),
                        Some(pages),
                        "kept".to_owned(),
                        [once, twice, before, spent, after],
                    )
                }
                Outcome::Refused(sw) => {
                    (format!("{:04X}", sw.0), None, format!("refused {:04X}", sw.0), [0; 5])
                }
                Outcome::Broken(_, broken) => {
                    ("-".to_owned(), None, format!("BROKEN {}", broken.rule.name()), [0; 5])
                }
            };
            let alike = |line: &&mut Line| {
                line.command == swept.deed.name
                    && line.answer == answer
                    && line.pages == pages
                    && line.result == result
            };
            if let Some(line) = lines.iter_mut().find(alike) {
                line.counts.iter_mut().zip(counts).for_each(|(sum, more)| *sum += more);
                if !line.cards.contains(&swept.card) {
                    line.cards.push(swept.card);
                }
            } else {
                let cards = vec![swept.card];
                lines.push(Line { command: swept.deed.name, answer, pages, result, counts, cards });
            }
        }
        // In the order of the commands, whichever card came to a line first.
        let order = |line: &Line| super::DEEDS.iter().position(|deed| deed.name == line.command);
        lines.sort_by_key(order);
        lines
    }

    /// These cards by name, or all but the others, whichever is fewer words.
    fn cards(&self, cards: &[usize]) -> String {
        let names = |there: bool| -> Vec<&str> {
            let all = self.specimens.iter().enumerate();
            all.filter(|(card, _)| cards.contains(card) == there).map(|(_, one)| one.name.as_str()).collect()
        };
        let (these, others) = (names(true), names(false));
        if others.is_empty() {
            "all".to_owned()
        } else if others.len() < these.len() {
            format!("all but {}", others.join(", "))
        } else {
            these.join(", ")
        }
    }

    fn broken(&self) -> impl Iterator<Item = (&Swept, &Case, &super::Broken)> {
        self.swept.iter().filter_map(|swept| match &swept.outcome {
            Outcome::Broken(case, broken) => Some((swept, case, broken)),
            Outcome::Kept(_) | Outcome::Refused(_) => None,
        })
    }

    /// For each rule that was broken: the rule and what was found, and below it the line that repeats the
    /// case.
    #[must_use]
    pub fn failures(&self) -> String {
        let mut text = String::new();
        for (swept, case, broken) in self.broken() {
            let name = self.specimens.get(swept.card).map_or("", |specimen| specimen.name.as_str());
            let _ = writeln!(text, "BROKEN  {name}, {}: {broken}", swept.deed.name);
            let _ = writeln!(text, "  {}", self.repeat(swept, case));
        }
        text
    }

    /// The command that repeats exactly this case.
    fn repeat(&self, swept: &Swept, case: &Case) -> String {
        let mut line = "tunion tear".to_owned();
        let specimen = self.specimens.get(swept.card);
        if let Some(path) = specimen.and_then(|specimen| specimen.path.as_ref()) {
            let _ = write!(line, " {}", quoted(path));
        } else if let Some(specimen) = specimen {
            let _ = write!(line, " --built-in {}", specimen.name);
        }
        if let Some(keys) = self.keys {
            let _ = write!(line, " --keys {}", quoted(keys));
        }
        let _ = write!(line, " --command \"{}\" --seed {}", swept.deed.name, swept.seed);
        for (cut, at, noise) in [(case.cut, "cut", "noise"), (case.again, "again", "again-noise")] {
            let Some(Cut { after, damage }) = cut else { break };
            let _ = write!(line, " --{at} {after}");
            if let Damage::Noise(seed) = damage {
                let _ = write!(line, " --{noise} {seed:#x}");
            }
        }
        line
    }

    /// The outcome as JSON. Rounds stand each for itself.
    ///
    /// # Errors
    /// None: there is nothing in it that JSON does not have.
    pub fn json(&self) -> serde_json::Result<String> {
        let torn = self.swept.iter().map(|swept| {
            let (result, sw) = match &swept.outcome {
                Outcome::Kept(counts) => ("kept", Some(counts.answer)),
                Outcome::Refused(sw) => ("refused", Some(*sw)),
                Outcome::Broken(..) => ("broken", None),
            };
            let broken = match &swept.outcome {
                Outcome::Broken(case, broken) => Some(Failure {
                    rule: broken.rule.name(),
                    asks: broken.rule.text(),
                    found: &broken.found,
                    repeat: self.repeat(swept, case),
                }),
                Outcome::Kept(_) | Outcome::Refused(_) => None,
            };
            let counts = kept(swept);
            Torn {
                card: self.specimens.get(swept.card).map_or("", |specimen| specimen.name.as_str()),
                command: swept.deed.name,
                seed: swept.seed,
                result,
                answer: sw.map(|sw| format!("{:04X}", sw.0)),
                pages: counts.map(|counts| counts.pages),
                cut_points: counts.map_or(0, Counts::points),
                twice: counts.map_or(0, |counts| counts.twice),
                before: counts.map_or(0, |counts| counts.before),
                spent: counts.map_or(0, |counts| counts.spent),
                after: counts.map_or(0, |counts| counts.after),
                broken,
            }
        });
        let document =
            Document { version: 1, cut_points: self.points(), kept: self.kept(), torn: torn.collect() };
        serde_json::to_string_pretty(&document)
    }
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    cut_points: u64,
    kept: bool,
    torn: Vec<Torn<'a>>,
}

#[derive(Serialize)]
struct Torn<'a> {
    card: &'a str,
    command: &'static str,
    seed: u64,
    result: &'static str,
    answer: Option<String>,
    pages: Option<u32>,
    cut_points: u64,
    twice: u64,
    before: u64,
    spent: u64,
    after: u64,
    broken: Option<Failure<'a>>,
}

#[derive(Serialize)]
struct Failure<'a> {
    rule: &'static str,
    asks: &'static str,
    found: &'a str,
    repeat: String,
}

fn kept(swept: &Swept) -> Option<&Counts> {
    match &swept.outcome {
        Outcome::Kept(counts) => Some(counts),
        Outcome::Refused(_) | Outcome::Broken(..) => None,
    }
}

/// An argument as a shell takes it.
fn quoted(argument: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    if !argument.is_empty() && argument.bytes().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}
