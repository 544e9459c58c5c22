//! A card's files, field by field.

use serde::Serialize;
use tunion_card::{Image, Industry, LogEntry};
use tunion_data::file::{RailRecord, RailRecordView, Sfi};
use tunion_files::layout::{Layout, hex, key};

/// A file of the purse.
#[derive(Serialize, Debug)]
pub struct FileView {
    /// Its number: "15".
    pub file: String,
    /// What it is.
    pub title: &'static str,
    /// How many records it has; 1 for a transparent file.
    pub records: usize,
    /// Those that are written; of EF 18 and EF 1E the newest is record 1.
    pub written: Vec<Record>,
}

/// A record, or the whole of a transparent file.
#[derive(Serialize, Debug)]
pub struct Record {
    /// Its number, in EF 1A its identifier; empty for a transparent file.
    pub number: String,
    /// Its fields.
    pub fields: Vec<Field>,
    /// Something that the fields do not say.
    pub note: Option<&'static str>,
}

/// A field.
#[derive(Serialize, Debug)]
pub struct Field {
    /// Its name, as in card profiles.
    pub name: String,
    /// Offset of its first byte.
    pub offset: usize,
    /// Length in bytes.
    pub length: usize,
    /// The bytes in hexadecimal.
    pub bytes: String,
    /// What they say.
    pub meaning: String,
}

/// The files 15 to 18, 1A and 1E.
pub(super) fn all(image: &Image) -> Vec<FileView> {
    let Image { info, holder, management, log, trips, industry, .. } = image;
    vec![
        whole("15", "public application information", Sfi::INFO, &info.encode()),
        whole("16", "holder", Sfi::HOLDER, &holder.encode()),
        whole("17", "management", Sfi::MANAGEMENT, &management.encode()),
        FileView {
            file: "18".to_owned(),
            title: "transaction log, each record with its proof",
            records: log.len(),
            written: (1..).zip(log).filter_map(|(number, entry)| logged(number, entry)).collect(),
        },
        FileView {
            file: "1A".to_owned(),
            title: "journeys",
            records: industry.iter().count(),
            written: journeys(industry),
        },
        FileView {
            file: "1E".to_owned(),
            title: "trips",
            records: trips.len(),
            written: (1..)
                .zip(trips)
                .filter(|(_, trip)| trip.iter().any(|byte| *byte != 0))
                .map(|(number, trip): (usize, _)| record(number.to_string(), &Layout::of(Sfi::TRIP, 0), trip))
                .collect(),
        },
    ]
}

/// A transaction by its name in card profiles.
pub(super) fn transaction_name(byte: u8) -> String {
    let layout = Layout::of(Sfi::LOG, 0);
    layout.field("transaction").map_or_else(String::new, |field| layout.meaning(field, &[byte]))
}

fn whole(number: &str, title: &'static str, file: Sfi, bytes: &[u8]) -> FileView {
    let written = vec![record(String::new(), &Layout::of(file, 0), bytes)];
    FileView { file: number.to_owned(), title, records: 1, written }
}

fn record(number: String, layout: &Layout, bytes: &[u8]) -> Record {
    let field = |field| {
        let part = layout.part(field, bytes);
        Field {
            name: key(field),
            offset: field.offset,
            length: field.len,
            bytes: hex(part),
            meaning: layout.meaning(field, part),
        }
    };
    Record { number, fields: layout.fields.iter().map(field).collect(), note: None }
}

fn logged(number: usize, entry: &LogEntry) -> Option<Record> {
    let bytes = [&entry.record.encode()[..], &entry.proof.encode()].concat();
    let written = bytes.iter().any(|byte| *byte != 0);
    written.then(|| record(number.to_string(), &Layout::log_entry(), &bytes))
}

/// The records of EF 1A that differ from a new card's.
fn journeys(industry: &Industry) -> Vec<Record> {
    let new = Industry::default();
    let changed = industry.iter().filter(|(id, bytes)| new.get(*id) != Some(*bytes));
    let journey = |(id, bytes): (u8, &[u8; 128])| {
        let mut record = record(format!("27{id:02X}"), &Layout::of(Sfi::INDUSTRY, id), bytes);
        if id == RailRecord::ID {
            let holds = RailRecordView::new(bytes).is_ok_and(RailRecordView::crc_holds);
            record.note = Some(if holds { "its CRC holds" } else { "its CRC fails" });
        }
        record
    };
    changed.map(journey).collect()
}
