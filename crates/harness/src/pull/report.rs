//! What came of pulling: a table, JSON, and the line that repeats a case.

use super::explore::{Broken, Counts};
use super::flow::Flow;
use super::rule::Invariant;
use super::sweep::{Outcome, Profile, Swept};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde::Serialize;
use std::fmt::Write as _;

/// What was pulled and what came of it.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The profiles.
    pub profiles: &'a [Profile],
    /// What came of each flow at each of them.
    pub swept: &'a [Swept],
    /// The key set, as it was named.
    pub keys: Option<&'a str>,
}

const HEADER: [&str; 8] = ["flow", "profile", "moments", "faults", "cases", "held", "broken", "result"];

/// Columns that hold numbers.
const NUMBERS: std::ops::Range<usize> = 2..7;

impl Report<'_> {
    /// Days in all.
    #[must_use]
    pub fn cases(&self) -> u64 {
        self.pulled().map(|(_, counts)| counts.cases).sum()
    }

    /// Whether every rule held, and every flow was played that a profile serves.
    #[must_use]
    pub fn held(&self) -> bool {
        self.swept.iter().all(|swept| match &swept.outcome {
            Outcome::NotServed => true,
            Outcome::Pulled(counts) => counts.broken.is_empty(),
            Outcome::Failed(_) => false,
        })
    }

    /// Whether a flow was played at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.swept.iter().all(|swept| matches!(swept.outcome, Outcome::NotServed))
    }

    fn pulled(&self) -> impl Iterator<Item = (&Swept, &Counts)> {
        self.swept.iter().filter_map(|swept| match &swept.outcome {
            Outcome::Pulled(counts) => Some((swept, counts)),
            Outcome::NotServed | Outcome::Failed(_) => None,
        })
    }

    fn broken(&self) -> impl Iterator<Item = (&Swept, &Invariant, &Broken)> {
        self.pulled().flat_map(|(swept, counts)| {
            counts.broken.iter().map(move |(invariant, broken)| (swept, invariant, broken))
        })
    }

    fn profile(&self, swept: &Swept) -> &str {
        self.profiles.get(swept.profile).map_or("", |profile| profile.file.name.as_str())
    }

    /// The table: a line for each flow and profile that serves it, and what was counted in all.
    #[must_use]
    pub fn table(&self) -> String {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(HEADER);
        for swept in self.swept {
            let (counts, result) = match &swept.outcome {
                Outcome::NotServed => continue,
                Outcome::Pulled(counts) => (counts.clone(), result(counts)),
                Outcome::Failed(reason) => (Counts::default(), format!("FAILED: {reason}")),
            };
            let Counts { moments, faults, cases, held, .. } = counts;
            let numbers = [moments, faults, cases, held, cases - held].map(|number| number.to_string());
            let [flow, profile] = [swept.flow.name, self.profile(swept)].map(str::to_owned);
            table.add_row([flow, profile].into_iter().chain(numbers).chain([result]));
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
        let _ = writeln!(text, "\n{}", self.summary());
        text
    }

    /// The last line of the table.
    fn summary(&self) -> String {
        let flows: std::collections::BTreeSet<_> = self.pulled().map(|(swept, _)| swept.flow.name).collect();
        let profiles: std::collections::BTreeSet<_> = self.pulled().map(|(swept, _)| swept.profile).collect();
        let faults = self.pulled().map(|(_, counts)| counts.faults).sum();
        let of = |number: u64, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
        let [flows, profiles] =
            [flows.len(), profiles.len()].map(|count| u64::try_from(count).unwrap_or(u64::MAX));
        let rules: std::collections::BTreeSet<_> = self.broken().map(|(_, invariant, _)| invariant).collect();
        let found = if self.held() {
            "every rule held".to_owned()
        } else {
            let rules: Vec<String> = rules.into_iter().map(Invariant::to_string).collect();
            format!("BROKEN: {}", if rules.is_empty() { "a flow fails".to_owned() } else { rules.join(", ") })
        };
        format!(
            "{}, {}, {}, {}: {found}",
            of(flows, "flow"),
            of(profiles, "profile"),
            of(faults, "fault"),
            of(self.cases(), "case")
        )
    }

    /// For each flow and profile and rule that was broken: the rule and what was found in the first case, and
    /// below it the line that repeats the case.
    #[must_use]
    pub fn failures(&self) -> String {
        let mut text = String::new();
        for (swept, invariant, broken) in self.broken() {
            let _ = writeln!(
                text,
                "BROKEN  {}, {}: {invariant} ({}): {}",
                swept.flow.name,
                self.profile(swept),
                invariant.text,
                broken.found
            );
            let _ = writeln!(text, "  {}", self.repeat(swept, broken));
        }
        for swept in self.swept {
            if let Outcome::Failed(reason) = &swept.outcome {
                let _ = writeln!(text, "FAILED  {}, {}: {reason}", swept.flow.name, self.profile(swept));
            }
        }
        text
    }

    /// The command that repeats exactly this case.
    fn repeat(&self, swept: &Swept, broken: &Broken) -> String {
        let path = self.profiles.get(swept.profile).map_or("", |profile| profile.path.as_str());
        let keys = self.keys.map_or_else(String::new, |keys| format!(" --keys {}", quoted(keys)));
        let Flow { name, .. } = swept.flow;
        format!("tunion pull --profile {}{keys} --flow \"{name}\" --case {}", quoted(path), broken.first)
    }

    /// The outcome as JSON.
    ///
    /// # Errors
    /// None: there is nothing in it that JSON does not have.
    pub fn json(&self) -> serde_json::Result<String> {
        let pulled = self.pulled().map(|(swept, counts)| Pulled {
            flow: swept.flow.name,
            profile: self.profile(swept),
            moments: counts.moments,
            faults: counts.faults,
            cases: counts.cases,
            held: counts.held,
            rules: Invariant::all().map(|invariant| self.rule(swept, counts, invariant)),
        });
        let failed = self.swept.iter().filter_map(|swept| match &swept.outcome {
            Outcome::Failed(reason) => {
                Some(Failed { flow: swept.flow.name, profile: self.profile(swept), reason })
            }
            _ => None,
        });
        let document = Document {
            version: 1,
            cases: self.cases(),
            held: self.held(),
            pulled: pulled.collect(),
            failed: failed.collect(),
        };
        serde_json::to_string_pretty(&document)
    }

    fn rule<'b>(&self, swept: &Swept, counts: &'b Counts, invariant: Invariant) -> RuleCount<'b> {
        let broken = counts.broken.get(&invariant);
        let cases = broken.map_or(0, |broken| broken.cases);
        RuleCount {
            number: invariant.number,
            name: invariant.name,
            held: counts.cases - cases,
            broken: cases,
            found: broken.map(|broken| broken.found.as_str()),
            repeat: broken.map(|broken| self.repeat(swept, broken)),
        }
    }
}

/// What the table says of a flow at a profile.
fn result(counts: &Counts) -> String {
    if counts.broken.is_empty() {
        return "held".to_owned();
    }
    let one = |(invariant, broken): (&Invariant, &Broken)| format!("{invariant} ×{}", broken.cases);
    format!("BROKEN {}", counts.broken.iter().map(one).collect::<Vec<_>>().join(", "))
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    cases: u64,
    held: bool,
    pulled: Vec<Pulled<'a>>,
    failed: Vec<Failed<'a>>,
}

#[derive(Serialize)]
struct Pulled<'a> {
    flow: &'static str,
    profile: &'a str,
    moments: u64,
    faults: u64,
    cases: u64,
    held: u64,
    rules: [RuleCount<'a>; 9],
}

#[derive(Serialize)]
struct RuleCount<'a> {
    number: u8,
    name: &'static str,
    held: u64,
    broken: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    found: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repeat: Option<String>,
}

#[derive(Serialize)]
struct Failed<'a> {
    flow: &'static str,
    profile: &'a str,
    reason: &'a str,
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
