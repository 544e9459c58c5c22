//! The one diagnostics facility: every error in a TOML or CSV file says what is wrong, where (file,
//! line, column, the line itself with a marker) and what would be right.
//!
//! A [`Source`] is a file's text with its path. It hands out values that remember where they stood
//! ([`::toml::Spanned`]), so that an error found long after parsing still points at its line:
//!
//! ```
//! use tunion_files::diag::Source;
//!
//! #[derive(serde::Deserialize)]
//! #[serde(deny_unknown_fields)]
//! struct Gate { station: toml::Spanned<String> }
//!
//! let source = Source::new("gate.toml", "station = \"五道囗\"\n");
//! let gate: Gate = source.toml().unwrap();
//! let stations = [("五道口", 1), ("知春路", 2)];
//! let error = source.choose(&gate.station, "station", stations).unwrap_err();
//! assert_eq!((error.line(), error.column()), (1, 11));
//! assert!(error.to_string().contains("help: the nearest is `五道口`"));
//! ```
//!
//! The module knows text and places in it. It never knows what a file means.

mod csv;
mod path;
mod repeats;
mod text;
mod toml;

use std::fmt;
use std::io::ErrorKind;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

pub(crate) use repeats::Repeats;
pub use text::{Day, FromText, Hex, Moment, Text, Unknown, unknown};
pub(crate) use text::{day_of, nearest, refuse};

/// The text of one file, with the path a reader knows it by. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Source(Arc<File>);

#[derive(Debug)]
struct File {
    path: String,
    text: String,
}

impl Source {
    /// Text that came from `path`; a byte order mark is dropped.
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        let mut text = text.into();
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
        }
        Self(Arc::new(File { path: path.into(), text }))
    }

    /// Reads the file at `path`.
    ///
    /// # Errors
    /// The file cannot be read, or is not UTF-8 from some line on.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, Diagnostics> {
        let path = path.as_ref();
        let shown = path.display().to_string();
        if let Some(text) = crate::built_in::text(path) {
            return Ok(Self::new(shown, text));
        }
        if path.is_dir() {
            return Err(Self::new(shown, "").whole("this is a directory where a file is wanted").into());
        }
        let bytes = std::fs::read(path).map_err(|error| {
            // The path stands below the message, as of every error.
            let message = match error.kind() {
                ErrorKind::NotFound => "there is no such file".to_owned(),
                _ => format!("this file cannot be read: {error}"),
            };
            Self::new(&*shown, "").whole(message)
        })?;
        String::from_utf8(bytes).map(|text| Self::new(&*shown, text)).map_err(|error| {
            let (bytes, valid) = (error.as_bytes(), error.utf8_error().valid_up_to());
            let lossy = String::from_utf8_lossy(bytes);
            let source = Self::new(&*shown, &*lossy);
            let start = valid - (lossy.len() - source.text().len());
            let message = format!("this is not UTF-8: byte {:02X} begins no character", bytes[valid]);
            let error = source.error(start..start + '\u{fffd}'.len_utf8(), message);
            error.help("save the file as UTF-8").into()
        })
    }

    /// The path as it is shown in diagnostics.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.0.path
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// The line, from 1, at which `place` begins.
    #[must_use]
    pub fn line(&self, place: impl Into<Place>) -> u32 {
        self.line_column(place.into().0.start).0
    }

    /// An error at a place in this file.
    pub fn error(&self, place: impl Into<Place>, message: impl Into<String>) -> Diagnostic {
        self.diagnostic(Some(place.into().0), message.into())
    }

    /// An error of the file as a whole, such as a missing table.
    pub fn whole(&self, message: impl Into<String>) -> Diagnostic {
        self.diagnostic(None, message.into())
    }

    fn diagnostic(&self, span: Option<Range<usize>>, message: String) -> Diagnostic {
        Diagnostic(Box::new(Report {
            source: self.clone(),
            span,
            message,
            label: String::new(),
            also: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            foreign: false,
        }))
    }

    /// Line and column, both from 1, the column in characters.
    fn line_column(&self, offset: usize) -> (u32, u32) {
        let before = self.text().get(..offset).unwrap_or(self.text());
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        (u32::try_from(line).unwrap_or(u32::MAX), u32::try_from(column).unwrap_or(u32::MAX))
    }
}

/// A range of bytes in a [`Source`]: a byte range, or anything that was read with its place.
#[derive(Clone, Debug)]
pub struct Place(Range<usize>);

impl From<Range<usize>> for Place {
    fn from(range: Range<usize>) -> Self {
        Self(range)
    }
}

impl<T> From<&::toml::Spanned<T>> for Place {
    fn from(value: &::toml::Spanned<T>) -> Self {
        Self(value.span())
    }
}

/// One error in a file.
///
/// It displays as the line with a marker, without colour; [`render`](Diagnostic::render) adds
/// colour when asked.
#[derive(Clone, Debug)]
pub struct Diagnostic(Box<Report>);

#[derive(Clone, Debug)]
struct Report {
    source: Source,
    span: Option<Range<usize>>,
    message: String,
    label: String,
    also: Vec<(Range<usize>, String)>,
    notes: Vec<String>,
    help: Vec<String>,
    foreign: bool,
}

impl Diagnostic {
    /// Puts a word beside the marker.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.0.label = label.into();
        self
    }

    /// Marks a second place of the same file, such as the first of two definitions.
    #[must_use]
    pub fn also(mut self, place: impl Into<Place>, label: impl Into<String>) -> Self {
        self.0.also.push((place.into().0, label.into()));
        self
    }

    /// Adds a fact that explains the error.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.0.notes.push(note.into());
        self
    }

    /// Says what would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.0.help.push(help.into());
        self
    }

    /// Says that the file is of another kind than the one that is wanted.
    #[must_use]
    pub(crate) fn foreign(mut self) -> Self {
        self.0.foreign = true;
        self
    }

    /// Whether the file is of another kind than the one that is wanted, so that nothing in it is wrong.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        self.0.foreign
    }

    /// Whether it says what would be right.
    pub(crate) fn is_helped(&self) -> bool {
        !self.0.help.is_empty()
    }

    /// The path of the file.
    #[must_use]
    pub fn path(&self) -> &str {
        self.0.source.path()
    }

    /// The line, from 1; 1 for an error of the whole file.
    #[must_use]
    pub fn line(&self) -> u32 {
        self.0.source.line_column(self.start()).0
    }

    /// The column in characters, from 1; 1 for an error of the whole file.
    #[must_use]
    pub fn column(&self) -> u32 {
        self.0.source.line_column(self.start()).1
    }

    /// What is wrong, in one line.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What would be right, a line each.
    pub fn helps(&self) -> impl Iterator<Item = &str> {
        self.0.help.iter().map(String::as_str)
    }

    /// Whether both tell the same fault, whoever came upon it.
    fn is_same(&self, other: &Self) -> bool {
        let [a, b] = [self, other].map(|one| (one.path(), &one.0.span, one.message()));
        a == b
    }

    fn start(&self) -> usize {
        self.0.span.as_ref().map_or(0, |span| span.start)
    }

    /// The diagnostic as a terminal shows it, with ANSI colour or without.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        let Report { source, span, message, label, also, notes, help, foreign: _ } = &*self.0;
        let title = Level::ERROR.primary_title(message);
        let mut group = match span {
            Some(span) => {
                let label = Some(label.as_str()).filter(|label| !label.is_empty());
                let main = AnnotationKind::Primary.span(span.clone()).label(label);
                let others =
                    also.iter().map(|(span, label)| AnnotationKind::Context.span(span.clone()).label(label));
                let snippet = Snippet::source(source.text()).path(source.path());
                title.element(snippet.annotation(main).annotations(others))
            }
            None => Group::with_title(title).element(annotate_snippets::Origin::path(source.path())),
        };
        group = group.elements(notes.iter().map(|note| Level::NOTE.message(note)));
        group = group.elements(help.iter().map(|help| Level::HELP.message(help)));
        let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&[group])
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl std::error::Error for Diagnostic {}

/// The errors of one load, in the order they were found. As an error it holds at least one.
///
/// The same error is held once: a file that many others name is told once, with the first that named it.
///
/// `Debug` is the same text as `Display`, so that an `unwrap` or a `main` that returns it shows the
/// line as well.
#[derive(Clone, Default)]
pub struct Diagnostics(Vec<Diagnostic>);

impl Diagnostics {
    /// Adds one.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        if !self.0.iter().any(|known| known.is_same(&diagnostic)) {
            self.0.push(diagnostic);
        }
    }

    /// Takes the value out of `result`, or keeps its errors and goes on.
    pub fn keep<T>(&mut self, result: Result<T, impl Into<Self>>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(errors) => {
                errors.into().0.into_iter().for_each(|error| self.push(error));
                None
            }
        }
    }

    /// `value` when nothing was found wrong.
    ///
    /// # Errors
    /// Everything kept so far.
    pub fn or<T>(self, value: T) -> Result<T, Self> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }

    /// Notes in each error where its file is named.
    #[must_use]
    pub(crate) fn named_at(self, source: &Source, name: impl Into<Place>) -> Self {
        let note = format!("named at {}:{}", source.path(), source.line(name));
        Self(self.0.into_iter().map(|error| error.note(&*note)).collect())
    }

    /// The errors in the order they were found.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// The first 20 as a terminal shows them, with an empty line between, and how many more there are.
    #[must_use]
    pub fn render(&self, colour: bool) -> String {
        const SHOWN: usize = 20;
        let more = self.0.len().saturating_sub(SHOWN);
        let more = (more > 0).then(|| format!("and {more} more"));
        let shown = self.0.iter().take(SHOWN).map(|error| error.render(colour));
        shown.chain(more).collect::<Vec<_>>().join("\n\n")
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(one: Diagnostic) -> Self {
        Self(vec![one])
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.render(false))
    }
}

impl fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}\n")
    }
}

impl std::error::Error for Diagnostics {}

#[cfg(test)]
mod tests;
