//! The files 18, 1A and 1E: journeys and logs by the names of their fields, or as bare bytes; and back.

use std::collections::BTreeMap;

use heapless::Vec as Bounded;
use toml::Spanned;
use tunion_card::{Industry, LogEntry};
use tunion_data::command::Proof;
use tunion_data::file::{
    BusRecord, INDUSTRY_LEN, INDUSTRY_PREFIX, INDUSTRY_RECORDS, LOG_RECORDS, LogRecord, RailRecord, Sfi,
    TRIP_RECORDS, TripRecord,
};

use super::fill::{self, Fields};
use super::page::Page;
use crate::diag::{Diagnostics, Source};
use crate::layout::Layout;

/// EF 18.
pub(super) type Log = Bounded<LogEntry, { LOG_RECORDS as usize }>;
/// Bytes of a log record with its proof behind it.
const ENTRY: usize = LogRecord::LEN + Proof::LEN;
/// EF 1E.
pub(super) type Trips = Bounded<[u8; TripRecord::LEN], { TRIP_RECORDS as usize }>;
/// Records of EF 1A as bare bytes, by their identifiers.
pub(super) type BareIndustry = BTreeMap<Spanned<String>, Spanned<Fields>>;

/// A reader of one table into bytes: in words, or bare.
type Read = fn(&Source, &Layout, &Spanned<Fields>) -> Result<Vec<u8>, Diagnostics>;

/// In words; what is left out is zero.
pub(super) fn in_words(
    source: &Source,
    layout: &Layout,
    table: &Spanned<Fields>,
) -> Result<Vec<u8>, Diagnostics> {
    let mut bytes = vec![0; layout.len()];
    fill::words(source, layout, table.get_ref(), &mut bytes)?;
    Ok(bytes)
}

/// EF 18, the newest first.
pub(super) fn log(source: &Source, tables: &[Spanned<Fields>], read: Read) -> Result<Log, Diagnostics> {
    let mut log = Log::new();
    for bytes in cyclic::<ENTRY>(source, tables, &Layout::log_entry(), LOG_RECORDS, read)? {
        let (record, proof) = bytes.split_at(LogRecord::LEN);
        let entry = LogEntry {
            record: LogRecord::try_from(record).unwrap_or_default(),
            proof: Proof::try_from(proof).unwrap_or_default(),
        };
        let _ = log.push(entry);
    }
    Ok(log)
}

/// EF 1E, the newest first.
pub(super) fn trips(source: &Source, tables: &[Spanned<Fields>], read: Read) -> Result<Trips, Diagnostics> {
    Ok(cyclic(source, tables, &Layout::of(Sfi::TRIP, 0), TRIP_RECORDS, read)?.into_iter().collect())
}

fn cyclic<const N: usize>(
    source: &Source,
    tables: &[Spanned<Fields>],
    layout: &Layout,
    most: u8,
    read: Read,
) -> Result<Vec<[u8; N]>, Diagnostics> {
    let mut errors = Diagnostics::default();
    if let Some(beyond) = tables.get(usize::from(most)) {
        let message = format!("more than the {most} records that this file has");
        errors.push(source.error(source.head(beyond), message).help("take the oldest out: they come last"));
    }
    let mut records = Vec::new();
    for table in tables {
        let bytes = errors.keep(read(source, layout, table));
        records.extend(bytes.and_then(|bytes| <[u8; N]>::try_from(bytes).ok()));
    }
    errors.or(records)
}

/// EF 1A: `[rail]` and `[bus]` in words, any record as bare bytes.
pub(super) fn industry(
    source: &Source,
    rail: Option<&Fields>,
    bus: Option<&Fields>,
    bare: &BareIndustry,
) -> Result<Industry, Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut industry = Industry::default();
    for (id, table) in [(RailRecord::ID, rail), (BusRecord::ID, bus)] {
        let (Some(table), Some(record)) = (table, industry.get_mut(id)) else { continue };
        errors.keep(fill::words(source, &Layout::of(Sfi::INDUSTRY, id), table, record));
        // A sum that the file gives stands, be it wrong.
        let sums_itself = table.keys().any(|name| name.get_ref() == "crc");
        if id == RailRecord::ID && !sums_itself {
            *record = RailRecord::decode(record).sealed();
        }
    }
    for (name, table) in fill::in_order(bare) {
        let ids: Vec<_> = (1..=INDUSTRY_RECORDS).map(|id| (identifier(id), id)).collect();
        let ids = ids.iter().map(|(name, id)| (name.as_str(), *id));
        let Some(id) = errors.keep(source.choose(name, "record of EF 1A", ids)) else { continue };
        let words = [(RailRecord::ID, rail), (BusRecord::ID, bus)];
        if words.iter().any(|(known, table)| *known == id && table.is_some()) {
            let message = format!("record {} is given in words too", name.get_ref());
            errors.push(source.error(name, message).help("take one of the two out"));
        }
        let bytes = errors.keep(fill::bare(source, &Layout::of(Sfi::INDUSTRY, id), table));
        if let (Some(bytes), Some(record)) = (bytes, industry.get_mut(id)) {
            record.iter_mut().zip(bytes).for_each(|(to, from)| *to = from);
        }
    }
    errors.or(industry)
}

/// A record's identifier as it is written: 2701.
pub(super) fn identifier(id: u8) -> String {
    format!("{INDUSTRY_PREFIX:02X}{id:02X}")
}

/// The tables `[rail]`, `[bus]` and `[ef-1a.…]` of what differs from a new card's.
pub(super) fn write_industry(page: &mut Page, industry: &Industry) {
    for (id, blank, bytes) in changed(industry) {
        let layout = Layout::of(Sfi::INDUSTRY, id);
        match id {
            RailRecord::ID => {
                page.head("[rail]");
                fill::write_words(page, &layout, &sealed_like(&blank, bytes), bytes);
            }
            BusRecord::ID => {
                page.head("[bus]");
                fill::write_words(page, &layout, &blank, bytes);
            }
            _ => write_bare(page, &layout, id, bytes),
        }
    }
}

/// What a profile's `[rail]` begins as, beside a record: its CRC is the record's where that fits, so that it
/// need not be written, and another one where it does not.
fn sealed_like(blank: &[u8; INDUSTRY_LEN], bytes: &[u8; INDUSTRY_LEN]) -> [u8; INDUSTRY_LEN] {
    let record = RailRecord::decode(bytes);
    let fits = record.sealed() == *bytes;
    let crc = if fits { record.crc } else { !record.crc };
    RailRecord { crc, ..RailRecord::decode(blank) }.encode()
}

/// All records of EF 1A that differ from a new card's, as bare bytes.
pub(super) fn write_bare_industry(page: &mut Page, industry: &Industry) {
    for (id, _, bytes) in changed(industry) {
        write_bare(page, &Layout::of(Sfi::INDUSTRY, id), id, bytes);
    }
}

fn write_bare(page: &mut Page, layout: &Layout, id: u8, bytes: &[u8]) {
    page.head(&format!("[ef-1a.{}]", identifier(id)));
    fill::write_bare(page, layout, bytes);
}

/// The records that differ from a new card's: identifier, the new card's, the record.
fn changed(industry: &Industry) -> impl Iterator<Item = (u8, [u8; INDUSTRY_LEN], &[u8; INDUSTRY_LEN])> {
    let new = Industry::default();
    industry.iter().filter_map(move |(id, bytes)| {
        let blank = new.get(id).filter(|blank| *blank != bytes)?;
        Some((id, *blank, bytes))
    })
}

/// The bytes of the log entries, each with its proof.
pub(super) fn entries(log: &[LogEntry]) -> Vec<[u8; ENTRY]> {
    let bytes = |entry: &LogEntry| {
        let mut bytes = [0; ENTRY];
        let parts = entry.record.encode().into_iter().chain(entry.proof.encode());
        bytes.iter_mut().zip(parts).for_each(|(to, from)| *to = from);
        bytes
    };
    log.iter().map(bytes).collect()
}

/// `[[log]]` and `[[trip]]` in words.
pub(super) fn write_cyclic(page: &mut Page, log: &[LogEntry], trips: &[[u8; TripRecord::LEN]]) {
    let mut table = |title: &str, layout: &Layout, bytes: &[u8]| {
        page.head(title);
        fill::write_words(page, layout, &vec![0; bytes.len()], bytes);
    };
    let (entry, trip) = (Layout::log_entry(), Layout::of(Sfi::TRIP, 0));
    for bytes in written(&entries(log)) {
        table("[[log]]", &entry, bytes);
    }
    for bytes in written(trips) {
        table("[[trip]]", &trip, bytes);
    }
}

/// EF 18 and EF 1E as bare bytes, a record to a line.
pub(super) fn write_bare_cyclic(page: &mut Page, log: &[LogEntry], trips: &[[u8; TripRecord::LEN]]) {
    let (entry, trip) = (Layout::log_entry(), Layout::of(Sfi::TRIP, 0));
    page.head("[ef-18]");
    page.line("records = [");
    for bytes in written(&entries(log)) {
        fill::write_item(page, &entry, bytes);
    }
    page.line("]");
    page.head("[ef-1e]");
    page.line("records = [");
    for bytes in written(trips) {
        fill::write_item(page, &trip, bytes);
    }
    page.line("]");
}

/// The records without those at the end that were never written.
fn written<const N: usize>(records: &[[u8; N]]) -> &[[u8; N]] {
    let end = records.iter().rposition(|record| *record != [0; N]).map_or(0, |last| last + 1);
    records.get(..end).unwrap_or_default()
}
