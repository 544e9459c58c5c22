//! TOML by serde, with its errors turned into diagnostics.

use serde::de::DeserializeOwned;

use super::text::near;
use super::{Diagnostic, Diagnostics, Source};

impl Source {
    /// Reads the file as TOML. Every struct of a schema is `#[serde(deny_unknown_fields)]`.
    ///
    /// # Errors
    /// A syntax error, an unknown or missing field, a value of a wrong type or form.
    pub fn toml<T: DeserializeOwned>(&self) -> Result<T, Diagnostics> {
        ::toml::from_str(self.text()).map_err(|error| self.toml_error(&error).into())
    }

    fn toml_error(&self, error: &::toml::de::Error) -> Diagnostic {
        // A `Deserialize` of ours puts what would be right on the lines after the first.
        let mut lines = error.message().lines();
        let message = lines.next().unwrap_or_default();
        let (message, help) = match Choice::of(message) {
            Some(choice) => (choice.message(), vec![choice.help()]),
            None => (message.to_owned(), lines.chain(hint(message)).map(str::to_owned).collect()),
        };
        let diagnostic = match error.span() {
            Some(span) => self.error(self.first_line_of(span), message),
            None => self.whole(message),
        };
        help.into_iter().fold(diagnostic, Diagnostic::help)
    }

    /// A missing field is reported on its whole table; the table's first line is enough.
    fn first_line_of(&self, span: std::ops::Range<usize>) -> std::ops::Range<usize> {
        let text = self.text().get(span.clone()).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default().len();
        span.start..span.start + line
    }
}

/// What serde's words for a wrong type leave unsaid.
fn hint(message: &str) -> Option<&'static str> {
    let (_, expected) = message.split_once(", expected ")?;
    match expected {
        "u8" | "u16" | "u32" | "u64" | "a nonzero u32" => {
            Some("write a whole number without quotes and without unit: the unit is in the key's name")
        }
        "a string" => Some("write it in quotes"),
        "a boolean" => Some("write true or false, without quotes"),
        _ => None,
    }
}

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
