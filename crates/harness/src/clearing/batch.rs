//! The records of many files, each with its place.

use std::io::{self, Read};

use tunion_clearing::Place;
use tunion_data::upload::UploadRecord;
use tunion_files::uploads::{BadRow, Reader};

/// Records of one or more files, in their order. A batch is in memory as a whole, some 300 bytes a record while it is
/// cleared, since a duplicate of the first record may be the last.
#[derive(Clone, Default, Debug)]
pub struct Batch {
    files: Vec<String>,
    records: Vec<UploadRecord>,
    /// File and line of each record.
    lines: Vec<(u32, u64)>,
    bad: Vec<BadLine>,
    bad_count: u64,
}

/// A row that is no record.
#[derive(Clone, Debug)]
pub struct BadLine {
    file: u32,
    /// What is wrong with it.
    pub row: BadRow,
}

impl Batch {
    /// So many bad rows are kept; any more are counted.
    const KEPT: usize = 10_000;

    /// Adds the records of a file that is known as `path`. A bad row is kept, and the rest goes on.
    ///
    /// # Errors
    /// The file cannot be read any further.
    pub fn read<R: Read>(&mut self, path: &str, reader: &mut Reader<R>) -> io::Result<()> {
        let file = u32::try_from(self.files.len()).unwrap_or(u32::MAX);
        self.files.push(path.to_owned());
        while let Some(row) = reader.next_record()? {
            match row {
                Ok((line, record)) => {
                    self.records.push(record);
                    self.lines.push((file, line));
                }
                Err(row) => {
                    self.bad_count += 1;
                    if self.bad.len() < Self::KEPT {
                        self.bad.push(BadLine { file, row });
                    }
                }
            }
        }
        Ok(())
    }

    /// The files.
    #[must_use]
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// The records.
    #[must_use]
    pub fn records(&self) -> &[UploadRecord] {
        &self.records
    }

    /// The first rows that are none.
    #[must_use]
    pub fn bad(&self) -> &[BadLine] {
        &self.bad
    }

    /// How many rows are none.
    #[must_use]
    pub fn bad_count(&self) -> u64 {
        self.bad_count
    }

    /// The file that a bad row stands in.
    pub(super) fn file_of(&self, bad: &BadLine) -> &str {
        self.file(bad.file)
    }

    /// File and line of a record.
    pub(super) fn file_and_line(&self, place: Place) -> (&str, u64) {
        let (file, line) = self.lines.get(place.index()).copied().unwrap_or_default();
        (self.file(file), line)
    }

    /// Where a record stands: `uploads.csv:7`.
    pub(super) fn place(&self, place: Place) -> String {
        let (file, line) = self.file_and_line(place);
        format!("{file}:{line}")
    }

    pub(super) fn record(&self, place: Place) -> UploadRecord {
        self.records.get(place.index()).copied().unwrap_or_default()
    }

    fn file(&self, file: u32) -> &str {
        let file = usize::try_from(file).ok().and_then(|file| self.files.get(file));
        file.map_or("", String::as_str)
    }
}
