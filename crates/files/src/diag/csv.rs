//! CSV tables with a fixed set of columns, each cell with its place.

use std::ops::Range;

use ::toml::Spanned;

use super::{Diagnostic, Diagnostics, Source};

impl Source {
    /// Reads a CSV table whose first line names exactly `columns`. Lines that begin with `#` are
    /// comments; the first line of the file must be one, and says where the figures come from.
    ///
    /// # Errors
    /// Missing provenance, other columns than these, or a row with more or fewer cells.
    pub fn table<const N: usize>(
        &self,
        columns: [&str; N],
    ) -> Result<Vec<[Spanned<String>; N]>, Diagnostics> {
        let mut errors = Diagnostics::default();
        if !self.text().starts_with('#') {
            let first = self.record_range(0, self.text().find('\n').unwrap_or(self.text().len()));
            errors.push(
                self.error(first, "no provenance")
                    .help("begin the file with a `#` line that says where its figures come from"),
            );
        }
        let wanted = columns.join(",");
        let mut rows = self.rows(&mut errors).into_iter();
        match rows.next() {
            Some((_, header)) if header.iter().map(|cell| cell.get_ref().as_str()).eq(columns) => {}
            Some((range, _)) => {
                return Err(self
                    .error(range, "these are not the columns of this table")
                    .help(format!("the columns are: {wanted}"))
                    .into());
            }
            None => {
                return Err(self
                    .whole("the table is empty")
                    .help(format!("its columns are: {wanted}"))
                    .into());
            }
        }
        let mut table = Vec::new();
        for (range, cells) in rows {
            let found = cells.len();
            match <[Spanned<String>; N]>::try_from(cells) {
                Ok(cells) => table.push(cells),
                Err(_) => errors.push(
                    self.error(range, format!("{found} cells in a table of {N} columns"))
                        .help(format!("the columns are: {wanted}")),
                ),
            }
        }
        errors.or(table)
    }

    fn rows(&self, errors: &mut Diagnostics) -> Vec<(Range<usize>, Vec<Spanned<String>>)> {
        let mut reader = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .comment(Some(b'#'))
            .from_reader(self.text().as_bytes());
        let mut rows = Vec::new();
        let mut record = ::csv::StringRecord::new();
        loop {
            let start = offset(reader.position());
            match reader.read_record(&mut record) {
                Ok(true) => {
                    let range = self.record_range(start, offset(reader.position()));
                    rows.push((range.clone(), cells(&record, &range)));
                }
                Ok(false) => return rows,
                Err(error) => {
                    errors.push(self.csv_error(start, &error));
                    return rows;
                }
            }
        }
    }

    fn csv_error(&self, start: usize, error: &::csv::Error) -> Diagnostic {
        let range = self.record_range(start, self.text().len());
        self.error(range, format!("this is not CSV: {error}"))
    }

    /// The record between two reader positions, without the comments before and the line end after.
    fn record_range(&self, start: usize, end: usize) -> Range<usize> {
        let text = &self.text()[start..end];
        let skipped: usize = text
            .split_inclusive('\n')
            .take_while(|line| line.starts_with('#') || line.trim().is_empty())
            .map(str::len)
            .sum();
        let record = text[skipped..].trim_end_matches(['\r', '\n']);
        start + skipped..start + skipped + record.len()
    }
}

fn offset(position: &::csv::Position) -> usize {
    usize::try_from(position.byte()).unwrap_or(usize::MAX)
}

/// The cells with their places; in a record with quotes every cell stands for the whole line.
fn cells(record: &::csv::StringRecord, range: &Range<usize>) -> Vec<Spanned<String>> {
    let plain = record.as_slice().len() + record.len().saturating_sub(1) == range.len();
    let mut start = range.start;
    record
        .iter()
        .map(|cell| {
            let place = if plain { start..start + cell.len() } else { range.clone() };
            start += cell.len() + 1;
            Spanned::new(place, cell.to_owned())
        })
        .collect()
}
