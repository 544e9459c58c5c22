//! The text of a TOML file, line by line.

use std::fmt::{Display, Write as _};

/// A file being written. A table's head is written with its first line, so that no table is empty.
#[derive(Default)]
pub(super) struct Page {
    text: String,
    head: Option<String>,
}

impl Page {
    /// Opens the table `[name]`, if anything comes to stand in it.
    pub(super) fn table(&mut self, name: &str) {
        self.head = Some(format!("[{name}]"));
    }

    /// Opens a table whose head stands there whatever comes; it is written with its brackets.
    pub(super) fn head(&mut self, head: &str) {
        let _ = writeln!(self.text, "\n{head}");
        self.head = None;
    }

    /// A line.
    pub(super) fn line(&mut self, line: impl Display) {
        if let Some(head) = self.head.take() {
            self.head(&head);
        }
        let _ = writeln!(self.text, "{line}");
    }

    /// A key and its value, which is TOML.
    pub(super) fn key(&mut self, key: &str, value: impl Display) {
        self.line(format_args!("{key} = {value}"));
    }

    /// A key and its value, unless that is the default.
    pub(super) fn unless<T: PartialEq + Display>(&mut self, default: &T, key: &str, value: &T) {
        if value != default {
            self.key(key, value);
        }
    }

    /// A comment, line by line.
    pub(super) fn comment(&mut self, comment: &str) {
        for line in comment.lines() {
            self.line(format_args!("# {line}"));
        }
    }

    /// All of it.
    pub(super) fn finish(self) -> String {
        self.text
    }
}

/// A text in quotes.
pub(super) fn quoted(text: impl Into<String>) -> toml::Value {
    toml::Value::String(text.into())
}
