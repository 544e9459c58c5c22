//! Reading a tap file row by row.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use super::cards::Cards;
use super::column::{Cells, Column};
use super::csv::{Places, Record, Split};
use super::fault::{BadRow, Words};
use super::json::Object;
use super::lines::{LONGEST, Line, Lines};
use super::names::Names;
use super::row::{Context, Row, row};
use crate::diag::{Diagnostic, Diagnostics, Source, nearest};

/// Opens a tap file.
///
/// # Errors
/// There is no such file, or it cannot be read.
pub fn open(path: impl AsRef<Path>) -> Result<File, Diagnostics> {
    let path = path.as_ref();
    let wrong = |message: String| Diagnostics::from(whole(&path.display().to_string(), message));
    if path.is_dir() {
        return Err(wrong("this is a directory where a tap file is wanted".to_owned()));
    }
    File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => wrong("there is no such file".to_owned()),
        _ => wrong(format!("this file cannot be read: {error}")),
    })
}

fn whole(path: &str, message: impl Into<String>) -> Diagnostic {
    Source::new(path, "").whole(message)
}

/// The rows of a tap file.
#[derive(Debug)]
pub struct Reader<'n, R> {
    lines: Lines<R>,
    names: &'n Names<'n>,
    form: Form,
    split: Split,
    id: Vec<u8>,
    context: Context,
    words: Words,
    has_charges: bool,
    /// The first line of a JSON file, which told that it is one.
    first: Option<Line>,
}

/// How rows are written.
#[derive(Clone, Copy, Debug)]
enum Form {
    Csv(Places),
    Json,
}

impl<'n, R: Read> Reader<'n, R> {
    /// Begins to read the file that a reader knows as `path`.
    ///
    /// # Errors
    /// It is empty, has no header or one with other columns, or cannot be read.
    pub fn new(path: &str, input: R, names: &'n Names<'n>) -> Result<Self, Diagnostics> {
        let mut lines = Lines::new(input);
        let unreadable = |error: io::Error| whole(path, format!("this file cannot be read: {error}"));
        let mut first;
        loop {
            first = lines.advance().map_err(unreadable)?;
            match &mut first {
                Some(Line::At(range)) => {
                    if lines.number() == 1 && lines.bytes(range.clone()).starts_with("\u{feff}".as_bytes()) {
                        range.start += '\u{feff}'.len_utf8();
                    }
                    if !lines.bytes(range.clone()).trim_ascii().is_empty() {
                        break;
                    }
                }
                Some(Line::TooLong) => {
                    return Err(whole(path, "this is no tap file: its first line is too long").into());
                }
                None => {
                    let help = format!("a tap file begins with a line of columns: {}", all_columns());
                    return Err(whole(path, "the file is empty").help(help).into());
                }
            }
        }
        let Some(Line::At(range)) = &first else { return Err(whole(path, "the file is empty").into()) };
        let line = lines.bytes(range.clone());
        let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
        let is_json = matches!(extension, Some("jsonl" | "ndjson" | "json")) || line.starts_with(b"{");
        let mut split = Split::default();
        let form =
            if is_json { Form::Json } else { Form::Csv(header(path, line, lines.number(), &mut split)?) };
        let has_charges = match &form {
            Form::Json => false,
            Form::Csv(places) => places.has(Column::Charged),
        };
        let first = first.filter(|_| is_json);
        let (id, context, words) = (Vec::new(), Context::default(), Words::default());
        Ok(Self { lines, names, form, split, id, context, words, has_charges, first })
    }

    /// The next row; a bad one is told, and the one after it is the next.
    ///
    /// # Errors
    /// The file cannot be read any further.
    #[inline]
    pub fn next_row(&mut self) -> io::Result<Option<Result<Row, BadRow>>> {
        loop {
            let next = match self.first.take() {
                None => self.lines.advance()?,
                first => first,
            };
            let number = self.lines.number();
            let line = match next {
                None => return Ok(None),
                Some(Line::TooLong) => {
                    let message = format!("a line of more than {LONGEST} bytes");
                    return Ok(Some(Err(BadRow { line: number, message, help: None })));
                }
                Some(Line::At(range)) => self.lines.bytes(range),
            };
            if line.trim_ascii().is_empty() {
                continue;
            }
            let Self { names, split, id, context, words, .. } = self;
            let read = match &self.form {
                Form::Csv(places) => match split.split(line) {
                    Ok(cells) if cells == places.len => {
                        let record = Record { line, split, places };
                        told(&record, names, context, words, number, id)
                    }
                    Ok(cells) => {
                        let message = format!("{cells} cells in a file of {} columns", places.len);
                        Err(BadRow { line: number, message, help: None })
                    }
                    Err(_) => {
                        let help = Some("a row is one line; a quote in a cell is written twice".to_owned());
                        Err(BadRow { line: number, message: "a quote that is not closed".to_owned(), help })
                    }
                },
                Form::Json => match serde_json::from_slice::<Object<'_>>(line) {
                    Ok(object) => {
                        self.has_charges |= object.has(Column::Charged);
                        told(&object, names, context, words, number, id)
                    }
                    Err(error) => Err(BadRow { line: number, message: no_json(&error), help: None }),
                },
            };
            return Ok(Some(read));
        }
    }

    /// The `id` of the row that was read last; empty when it has none.
    #[must_use]
    pub fn id(&self) -> &[u8] {
        &self.id
    }

    /// The cards that were met so far.
    #[must_use]
    pub fn cards(&self) -> &Cards {
        &self.context.cards
    }

    /// The names that rows use.
    #[must_use]
    pub fn names(&self) -> &'n Names<'n> {
        self.names
    }

    /// Whether the file says what was charged: CSV has the column, or a JSON object had the key so far.
    #[must_use]
    pub fn has_charges(&self) -> bool {
        self.has_charges
    }
}

/// A row, or its fault in words.
#[inline]
fn told(
    cells: &impl Cells,
    names: &Names<'_>,
    context: &mut Context,
    words: &mut Words,
    line: u64,
    id: &mut Vec<u8>,
) -> Result<Row, BadRow> {
    let row = row(cells, names, context, line).map_err(|fault| words.say(fault, cells, names, line))?;
    id.clear();
    id.extend_from_slice(cells.cell(Column::Id));
    Ok(row)
}

fn no_json(error: &serde_json::Error) -> String {
    // A line is a file of its own here, so its line number says nothing.
    let text = error.to_string();
    let text = text.rsplit_once(" at line ").map_or(&*text, |(text, _)| text);
    match error.classify() {
        serde_json::error::Category::Data => text.to_owned(),
        _ => format!("this is not JSON: {text}, column {}", error.column()),
    }
}

fn all_columns() -> String {
    Column::names().collect::<Vec<_>>().join(", ")
}

/// The columns of a CSV file.
fn header(path: &str, line: &[u8], number: u64, split: &mut Split) -> Result<Places, Diagnostics> {
    let shown = String::from_utf8_lossy(line).into_owned();
    // The line stands where it stands in the file.
    let above = "\n".repeat(usize::try_from(number.saturating_sub(1)).unwrap_or(0));
    let source = Source::new(path, format!("{above}{shown}"));
    let at = |cell: &str| {
        let start = shown.find(cell).unwrap_or(0) + above.len();
        start..start + cell.len()
    };
    let whole_line = above.len()..above.len() + shown.len();
    let Ok(cells) = split.split(line) else {
        return Err(source.error(whole_line, "a quote that is not closed").into());
    };
    let names = || (0..cells.min(Column::ALL.len())).map(|place| split.cell(line, place));
    if names().all(|name| Column::named(name).is_none()) {
        let error = source.error(whole_line, "this line names no column of a tap file");
        return Err(error
            .help(format!("a tap file begins with a line of columns: {}", all_columns()))
            .into());
    }
    let (mut columns, mut errors) = (Vec::new(), Diagnostics::default());
    for name in names() {
        let text = String::from_utf8_lossy(name).into_owned();
        match Column::named(name) {
            Some(column) if columns.contains(&column) => {
                let last = shown.rfind(&*text).unwrap_or(0) + above.len();
                let error = source.error(last..last + text.len(), format!("column `{text}` is given twice"));
                errors.push(error);
            }
            Some(column) => columns.push(column),
            None => {
                let mut error = source.error(at(&text), format!("there is no column `{text}`"));
                if let Some(help) = nearest(&text, Column::names()) {
                    error = error.help(help);
                }
                errors.push(error);
            }
        }
    }
    if cells > Column::ALL.len() {
        errors.push(source.error(whole_line.clone(), format!("{cells} columns")).help(all_columns()));
    }
    let missing: Vec<_> = Column::REQUIRED
        .iter()
        .filter(|column| !columns.contains(column))
        .map(|c| format!("`{}`", c.name()))
        .collect();
    if !missing.is_empty() {
        let error = source.error(whole_line, format!("this header lacks {}", missing.join(", ")));
        errors.push(error.help(format!("the columns of a tap file are: {}", all_columns())));
    }
    errors.or(Places::new(&columns))
}
