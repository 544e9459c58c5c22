//! The rejected records as an upload file, each with its reason.

use std::io::{self, Write};

use tunion_clearing::Clearing;
use tunion_files::uploads::{Form, Note, Writer};

use super::batch::Batch;
use super::told::told;

/// Writes every rejected record with its reason, where it stood, and what is wrong with it. What is written can
/// be read as an upload file again.
///
/// # Errors
/// It cannot be written.
pub fn write_rejected<W: Write>(out: W, form: Form, batch: &Batch, cleared: &Clearing) -> io::Result<W> {
    let mut writer = Writer::begin_noted(out, form)?;
    for (place, verdict) in cleared.rejected() {
        let record = batch.record(place);
        let Some(told) = told(batch, &record, verdict) else { continue };
        let note = Note {
            reason: verdict.reason().code().unwrap_or_default(),
            source: &batch.place(place),
            finding: &told.to_string(),
        };
        writer.write_noted(&record, note)?;
    }
    writer.end()
}
