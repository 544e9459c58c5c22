//! Reading a tap file row by row.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use super::cards::Cards;
use super::column::{COLUMNS, Column};
use super::fault::Words;
use super::names::Names;
use super::row::{Context, Row, row};
use crate::diag::Diagnostics;
use crate::rows::{self, BadRow, Cells, ReadRow, Rows};

/// Opens a tap file.
///
/// # Errors
/// There is no such file, or it cannot be read.
pub fn open(path: impl AsRef<Path>) -> Result<File, Diagnostics> {
    rows::open::<Column>(path.as_ref())
}

/// The rows of a tap file.
#[derive(Debug)]
pub struct Reader<'n, R> {
    rows: Rows<R, Column, COLUMNS>,
    taps: Taps<'n>,
}

impl<'n, R: Read> Reader<'n, R> {
    /// Begins to read the file that a reader knows as `path`.
    ///
    /// # Errors
    /// It is empty, has no header or one with other columns, or cannot be read.
    pub fn new(path: &str, input: R, names: &'n Names<'n>) -> Result<Self, Diagnostics> {
        let (id, context, words) = (Vec::new(), Context::default(), Words::default());
        let taps = Taps { names, id, context, words, has_charges: false };
        Ok(Self { rows: Rows::new(path, input)?, taps })
    }

    /// The next row; a bad one is told, and the one after it is the next.
    ///
    /// # Errors
    /// The file cannot be read any further.
    #[inline]
    pub fn next_row(&mut self) -> io::Result<Option<Result<Row, BadRow>>> {
        self.rows.next(&mut self.taps)
    }

    /// The `id` of the row that was read last; empty when it has none.
    #[must_use]
    pub fn id(&self) -> &[u8] {
        &self.taps.id
    }

    /// The cards that were met so far.
    #[must_use]
    pub fn cards(&self) -> &Cards {
        &self.taps.context.cards
    }

    /// The names that rows use.
    #[must_use]
    pub fn names(&self) -> &'n Names<'n> {
        self.taps.names
    }

    /// Whether the file says what was charged: a row that was read so far has the column, or the key.
    #[must_use]
    pub fn has_charges(&self) -> bool {
        self.taps.has_charges
    }
}

/// What reading taps needs and keeps.
#[derive(Debug)]
struct Taps<'n> {
    names: &'n Names<'n>,
    id: Vec<u8>,
    context: Context,
    words: Words,
    has_charges: bool,
}

impl ReadRow<Column> for Taps<'_> {
    type Row = Row;

    #[inline]
    fn read(&mut self, cells: &impl Cells<Column>, line: u64) -> Result<Row, BadRow> {
        let Self { names, id, context, words, has_charges } = self;
        *has_charges |= cells.has(Column::Charged);
        let row = row(cells, names, context, line).map_err(|fault| words.say(fault, cells, names, line))?;
        id.clear();
        id.extend_from_slice(cells.cell(Column::Id));
        Ok(row)
    }
}
