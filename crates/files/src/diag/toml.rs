//! TOML by serde, with its errors turned into diagnostics.

use std::ops::Range;

use serde::de::DeserializeOwned;

use super::text::{day_of, near};
use super::{Diagnostic, Diagnostics, Place, Source};

impl Source {
    /// Reads the file as TOML. Every struct of a schema is `#[serde(deny_unknown_fields)]`.
    ///
    /// # Errors
    /// A syntax error, an unknown or missing field, a value of a wrong type or form.
    pub fn toml<T: DeserializeOwned>(&self) -> Result<T, Diagnostics> {
        ::toml::from_str(self.text()).map_err(|error| self.toml_error(&error).into())
    }

    /// The key of a value; the place itself when it is no value of a key.
    #[must_use]
    pub fn key(&self, value: impl Into<Place>) -> Place {
        let place = value.into();
        let before = self.text().get(..place.0.start).unwrap_or_default();
        let Some(before) = before.trim_end().strip_suffix('=').map(str::trim_end) else { return place };
        let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '"' | '.');
        let start = before.trim_end_matches(name).len();
        Place(start..before.len())
    }

    /// The line with which a table begins, for an error that is the whole table's.
    #[must_use]
    pub fn head(&self, table: impl Into<Place>) -> Place {
        Place(self.first_line_of(table.into().0))
    }

    fn toml_error(&self, error: &::toml::de::Error) -> Diagnostic {
        let span = error.span();
        let written = span.clone().and_then(|span| self.text().get(span)).unwrap_or_default();
        let Told { message, mut help } = Told::of(error.message(), written);
        // The keys of no table stand before the first one.
        if span.as_ref().is_some_and(|span| span.start == 0) && message.starts_with("missing field") {
            help = help
                .into_iter()
                .map(|help| help.replace("to this table", "at the top of the file"))
                .collect();
        }
        let diagnostic = match span {
            Some(span) if message == "duplicate key" => self.duplicate(span),
            Some(span) => self.error(self.first_line_of(span), message),
            None => self.whole(message),
        };
        help.into_iter().fold(diagnostic, Diagnostic::help)
    }

    /// A key or a table that is given twice, with the first place where that can be told: a head like this one, or
    /// a line with the same key under the same head.
    fn duplicate(&self, second: Range<usize>) -> Diagnostic {
        let text = self.text();
        let start = text.get(..second.start).map_or(0, |before| before.rfind('\n').map_or(0, |end| end + 1));
        let line = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let name = stem(line.trim());
        let is_head = name.starts_with('[');
        // In the middle of a line it is a key of an inline table, whose first place is not looked for.
        let leads = text.get(start..second.start).is_some_and(|before| before.trim().is_empty());
        let mut first = None;
        let mut at = 0;
        for earlier in text.get(..start).unwrap_or_default().split_inclusive('\n') {
            let said = earlier.trim();
            if !is_head && said.starts_with('[') {
                first = None;
            } else if first.is_none() && !name.is_empty() && stem(said) == name && (is_head || leads) {
                let begin = at + earlier.len() - earlier.trim_start().len();
                first = Some(begin..begin + name.len());
            }
            at += earlier.len();
        }
        let error = self.error(second, "duplicate key").help("leave one of the two");
        match first {
            Some(first) => error.label("the second time").also(first, "the first time"),
            None => error,
        }
    }

    /// A missing field is reported on its whole table; the table's first line is enough.
    fn first_line_of(&self, span: std::ops::Range<usize>) -> std::ops::Range<usize> {
        let text = self.text().get(span.clone()).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default().len();
        span.start..span.start + line
    }
}

/// What a line names: the head of a table, or the key before a value.
fn stem(line: &str) -> &str {
    let end = if line.starts_with('[') { line.rfind(']').map(|end| end + 1) } else { line.find('=') };
    end.and_then(|end| line.get(..end)).map_or("", str::trim_end)
}

/// serde's message in words that name no type of Rust, and what would be right.
struct Told {
    message: String,
    help: Vec<String>,
}

impl Told {
    /// `written` is what stands at the place of the error.
    fn of(message: &str, written: &str) -> Self {
        // A `Deserialize` of ours puts what would be right on the lines after the first.
        let mut lines = message.lines();
        let first = lines.next().unwrap_or_default();
        if let Some(choice) = Choice::of(first) {
            return Self { message: choice.message(), help: vec![choice.help()] };
        }
        if let Some(field) = first.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`')) {
            return Self {
                message: first.to_owned(),
                help: vec![format!("add `{field} = …` to this table")],
            };
        }
        if let Some((found, expected)) = mismatch(first) {
            let (expected, hint) = expectation(expected, &found);
            return Self { message: format!("{found} is not {expected}"), help: hint.into_iter().collect() };
        }
        if let Some(help) = day_of(written) {
            let day = written.get(..10).unwrap_or(written);
            return Self { message: format!("there is no day {day}"), help: vec![help] };
        }
        if first.starts_with("invalid time") {
            let help = "a time is written with two digits each, from 00:00:00 to 23:59:59";
            return Self { message: first.to_owned(), help: vec![help.to_owned()] };
        }
        Self { message: first.to_owned(), help: lines.map(str::to_owned).collect() }
    }
}

/// serde's ``invalid value: integer `7`, expected u8`` taken apart: what was found, what was expected.
fn mismatch(message: &str) -> Option<(String, &str)> {
    let rest = message.strip_prefix("invalid type: ").or_else(|| message.strip_prefix("invalid value: "))?;
    let (found, expected) = rest.rsplit_once(", expected ")?;
    let quoted = found.split_once('`').map(|(_, rest)| rest.trim_end_matches('`'));
    let found = match (found.split(' ').next(), quoted) {
        (Some("string"), _) => found.strip_prefix("string ").unwrap_or("text").to_owned(),
        (Some("map"), _) => "a table".to_owned(),
        (Some("sequence"), _) => "a list".to_owned(),
        (_, Some(quoted)) => quoted.to_owned(),
        (_, None) => found.to_owned(),
    };
    Some((found, expected))
}

/// What serde expected, in words, and what to write.
fn expectation(expected: &str, found: &str) -> (String, Option<String>) {
    const NUMBER: &str =
        "write a whole number without quotes and without unit: the unit is in the key's name";
    let number = |range: &str| (format!("a whole number {range}"), Some(NUMBER.to_owned()));
    match expected {
        "u8" => number("from 0 to 255"),
        "u16" => number("from 0 to 65535"),
        "u32" => number("from 0 to 4294967295"),
        "u64" => number("from 0 up"),
        "a nonzero u32" => number("from 1 to 4294967295"),
        "a string" => ("text in quotes".to_owned(), Some("write it in quotes".to_owned())),
        "a boolean" => ("true or false".to_owned(), Some("write true or false, without quotes".to_owned())),
        "a sequence" if found == "a table" => (
            "a list of tables".to_owned(),
            Some("each is headed by its name in two brackets, such as [[tap]]".to_owned()),
        ),
        "a sequence" => ("a list".to_owned(), Some(format!("write [{found}]"))),
        "a map" => ("a table".to_owned(), Some(TABLE.to_owned())),
        _ if expected.starts_with("struct ") => ("a table".to_owned(), Some(TABLE.to_owned())),
        _ => (expected.to_owned(), None),
    }
}

const TABLE: &str = "write { key = value, … }";

/// serde's ``unknown field `x`, expected one of `a`, `b` `` taken apart.
struct Choice<'a> {
    kind: &'a str,
    found: &'a str,
    allowed: Vec<&'a str>,
}

impl<'a> Choice<'a> {
    fn of(message: &'a str) -> Option<Self> {
        let kind = ["field", "variant"]
            .into_iter()
            .find(|kind| message.strip_prefix("unknown ").is_some_and(|rest| rest.starts_with(kind)))?;
        let mut quoted = message.split('`').skip(1).step_by(2);
        Some(Self { kind, found: quoted.next()?, allowed: quoted.collect() })
    }

    fn message(&self) -> String {
        let kind = if self.kind == "variant" { "value" } else { self.kind };
        format!("unknown {kind} `{}`", self.found)
    }

    fn help(&self) -> String {
        let nearest = near(self.found, self.allowed.iter().copied(), 1);
        let nearest = nearest.first().map(|name| format!("did you mean `{name}`? ")).unwrap_or_default();
        format!("{nearest}allowed here: {}", self.allowed.join(", "))
    }
}
