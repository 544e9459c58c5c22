//! A line of CSV as cells. A line with no quote is split at its commas; any other is `csv-core`'s.

use csv_core::ReadRecordResult;

use super::column::{Cells, Columns};

/// The cells of the line that was split last.
#[derive(Debug)]
pub(super) struct Split<const N: usize> {
    /// Ends of the cells: in the line, or in `unquoted`.
    ends: [usize; N],
    len: usize,
    is_quoted: bool,
    unquoted: Vec<u8>,
}

impl<const N: usize> Default for Split<N> {
    fn default() -> Self {
        Self { ends: [0; N], len: 0, is_quoted: false, unquoted: Vec::new() }
    }
}

/// A quote that no other closes.
#[derive(Debug)]
pub(super) struct OpenQuote;

impl<const N: usize> Split<N> {
    /// Splits a line; the number of its cells, those beyond the last column counted and not kept.
    #[inline]
    pub(super) fn split(&mut self, line: &[u8]) -> Result<usize, OpenQuote> {
        let (mut len, mut quoted) = (0, false);
        for (at, byte) in line.iter().enumerate() {
            if *byte == b',' {
                if let Some(end) = self.ends.get_mut(len) {
                    *end = at;
                }
                len += 1;
            }
            quoted |= *byte == b'"';
        }
        if quoted {
            return self.unquote(line);
        }
        if let Some(end) = self.ends.get_mut(len) {
            *end = line.len();
        }
        (self.len, self.is_quoted) = (len + 1, false);
        Ok(self.len)
    }

    fn unquote(&mut self, line: &[u8]) -> Result<usize, OpenQuote> {
        let most = memchr::memchr_iter(b',', line).count() + 1;
        let mut ends = vec![0; most];
        self.unquoted.resize(line.len() + 1, 0);
        let mut reader = csv_core::Reader::new();
        let (mut written, mut cells) = (0, 0);
        let mut is_whole = false;
        for input in [line, &b"\n"[..]] {
            let (found, _, wrote, ended) =
                reader.read_record(input, &mut self.unquoted[written..], &mut ends[cells..]);
            written += wrote;
            cells += ended;
            is_whole = found == ReadRecordResult::Record;
        }
        if !is_whole {
            return Err(OpenQuote);
        }
        for (end, found) in self.ends.iter_mut().zip(&ends) {
            *end = *found;
        }
        (self.len, self.is_quoted) = (cells, true);
        Ok(cells)
    }

    /// The cell at a place of the line that was split last.
    #[inline]
    pub(super) fn cell<'a>(&'a self, line: &'a [u8], place: usize) -> &'a [u8] {
        let Some(&end) = self.ends.get(place).filter(|_| place < self.len) else { return &[] };
        let before = place.checked_sub(1).map(|before| self.ends[before]);
        if self.is_quoted {
            &self.unquoted[before.unwrap_or(0)..end]
        } else {
            &line[before.map_or(0, |before| before + 1)..end]
        }
    }
}

/// A place that no cell has.
const NOWHERE: usize = usize::MAX;

/// Where each column stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Places<const N: usize> {
    places: [usize; N],
    /// The number of columns.
    pub(super) len: usize,
}

impl<const N: usize> Places<N> {
    pub(super) fn new(columns: &[impl Columns]) -> Self {
        let mut places = [NOWHERE; N];
        for (place, column) in columns.iter().enumerate() {
            places[column.place()] = place;
        }
        Self { places, len: columns.len() }
    }
}

/// A row of CSV.
pub(super) struct Record<'a, const N: usize> {
    pub(super) line: &'a [u8],
    pub(super) split: &'a Split<N>,
    pub(super) places: &'a Places<N>,
}

impl<C: Columns, const N: usize> Cells<C> for Record<'_, N> {
    #[inline]
    fn cell(&self, column: C) -> &[u8] {
        self.split.cell(self.line, self.places.places[column.place()])
    }

    #[inline]
    fn has(&self, column: C) -> bool {
        self.places.places[column.place()] != NOWHERE
    }
}
