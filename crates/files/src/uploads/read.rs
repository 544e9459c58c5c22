//! Reading an upload file record by record.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use tunion_data::upload::UploadRecord;

use super::column::{COLUMNS, Column, Fault, record};
use super::write::VERSION;
use crate::diag::Diagnostics;
use crate::rows::{self, BadRow, Cells, Clock, Columns as _, ReadRow, Rows, short};

/// Opens an upload file.
///
/// # Errors
/// There is no such file, or it cannot be read.
pub fn open(path: impl AsRef<Path>) -> Result<File, Diagnostics> {
    rows::open::<Column>(path.as_ref())
}

/// The records of an upload file, each with its line, from 1.
#[derive(Debug)]
pub struct Reader<R> {
    rows: Rows<R, Column, COLUMNS>,
    uploads: Uploads,
}

impl<R: Read> Reader<R> {
    /// Begins to read the file that a reader knows as `path`.
    ///
    /// # Errors
    /// It is empty, has no header or one with other columns, or cannot be read.
    pub fn new(path: &str, input: R) -> Result<Self, Diagnostics> {
        Ok(Self { rows: Rows::new(path, input)?, uploads: Uploads::default() })
    }

    /// The next record; a bad row is told, and the one after it is the next.
    ///
    /// # Errors
    /// The file cannot be read any further.
    pub fn next_record(&mut self) -> io::Result<Option<Result<(u64, UploadRecord), BadRow>>> {
        self.rows.next(&mut self.uploads)
    }
}

/// What reading records needs.
#[derive(Default, Debug)]
struct Uploads {
    clock: Clock,
}

impl ReadRow<Column> for Uploads {
    type Row = (u64, UploadRecord);

    fn read(&mut self, cells: &impl Cells<Column>, line: u64) -> Result<Self::Row, BadRow> {
        // A JSON object has no header that was looked at.
        if let Some(missing) = Column::REQUIRED.iter().find(|column| !cells.has(**column)) {
            let message = format!("no `{}` is given", missing.name());
            let help = Some("write it, though it be empty, which stands for zeros".to_owned());
            return Err(BadRow { line, message, help });
        }
        let version = cells.cell(Column::Version);
        if version != VERSION.as_bytes() {
            let message = match &*String::from_utf8_lossy(version) {
                "" => "`version`: none is given".to_owned(),
                other => format!("`version`: {} is not known", short(other)),
            };
            return Err(BadRow {
                line,
                message,
                help: Some(format!("this program reads version {VERSION}")),
            });
        }
        match record(cells, &mut self.clock) {
            Ok(record) => Ok((line, record)),
            Err(Fault { column, refuse }) => {
                let (message, help) = refuse(&String::from_utf8_lossy(cells.cell(column)));
                Err(BadRow { line, message: format!("`{}`: {message}", column.name()), help })
            }
        }
    }
}
