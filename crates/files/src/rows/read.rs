//! Reading a file row by row.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::Path;

use super::BadRow;
use super::column::{Cells, Columns};
use super::csv::{Places, Record, Split};
use super::header::{begins, header, whole};
use super::json::Object;
use super::lines::{LONGEST, Line, Lines};
use crate::diag::Diagnostics;

/// Opens a file of rows of the kind `C`.
///
/// # Errors
/// There is no such file, or it cannot be read.
pub(crate) fn open<C: Columns>(path: &Path) -> Result<File, Diagnostics> {
    let wrong = |message: String| Diagnostics::from(whole(&path.display().to_string(), message));
    if path.is_dir() {
        return Err(wrong(format!("this is a directory where {} {} is wanted", C::ARTICLE, C::FILE)));
    }
    File::open(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => wrong("there is no such file".to_owned()),
        _ => wrong(format!("this file cannot be read: {error}")),
    })
}

/// Whether the name is that of a file of JSON lines.
pub(crate) fn is_json(path: &str) -> bool {
    let extension = Path::new(path).extension().and_then(|extension| extension.to_str());
    matches!(extension, Some("jsonl" | "ndjson" | "json"))
}

/// What becomes of the cells of a row.
pub(crate) trait ReadRow<C> {
    /// The row.
    type Row;

    /// Reads the row on this line.
    ///
    /// # Errors
    /// What is wrong with it.
    fn read(&mut self, cells: &impl Cells<C>, line: u64) -> Result<Self::Row, BadRow>;
}

/// The rows of a file with columns `C`, of which there are `N`.
#[derive(Debug)]
pub(crate) struct Rows<R, C, const N: usize> {
    lines: Lines<R>,
    form: Form<C, N>,
    split: Split<N>,
    /// The first line of a JSON file, which told that it is one.
    first: Option<Line>,
}

/// How rows are written.
#[derive(Clone, Copy, Debug)]
enum Form<C, const N: usize> {
    Csv(Places<N>),
    Json(std::marker::PhantomData<C>),
}

impl<R: Read, C: Columns, const N: usize> Rows<R, C, N> {
    /// Begins to read the file that a reader knows as `path`.
    ///
    /// # Errors
    /// It is empty, has no header or one with other columns, or cannot be read.
    pub(crate) fn new(path: &str, input: R) -> Result<Self, Diagnostics> {
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
                    let message = format!("this is no {}: its first line is too long", C::FILE);
                    return Err(whole(path, message).into());
                }
                None => return Err(whole(path, "the file is empty").help(begins::<C>()).into()),
            }
        }
        let Some(Line::At(range)) = &first else { return Err(whole(path, "the file is empty").into()) };
        let line = lines.bytes(range.clone());
        let mut split = Split::default();
        let form = if is_json(path) || line.starts_with(b"{") {
            Form::Json(std::marker::PhantomData)
        } else {
            Form::Csv(header::<C, N>(path, line, lines.number(), &mut split)?)
        };
        let first = first.filter(|_| matches!(form, Form::Json(_)));
        Ok(Self { lines, form, split, first })
    }

    /// Hands the next row to `reader`; a bad one is told, and the one after it is the next.
    ///
    /// # Errors
    /// The file cannot be read any further.
    #[inline]
    pub(crate) fn next<T: ReadRow<C>>(
        &mut self,
        reader: &mut T,
    ) -> io::Result<Option<Result<T::Row, BadRow>>> {
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
            let split = &mut self.split;
            let read = match &self.form {
                Form::Csv(places) => match split.split(line) {
                    Ok(cells) if cells == places.len => reader.read(&Record { line, split, places }, number),
                    Ok(cells) => {
                        let message = format!("{cells} cells in a file of {} columns", places.len);
                        Err(BadRow { line: number, message, help: None })
                    }
                    Err(_) => {
                        let help = Some("a row is one line; a quote in a cell is written twice".to_owned());
                        Err(BadRow { line: number, message: "a quote that is not closed".to_owned(), help })
                    }
                },
                Form::Json(_) => match serde_json::from_slice::<Object<'_, C, N>>(line) {
                    Ok(object) => reader.read(&object, number),
                    Err(error) => Err(BadRow { line: number, message: no_json(&error), help: None }),
                },
            };
            return Ok(Some(read));
        }
    }
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
