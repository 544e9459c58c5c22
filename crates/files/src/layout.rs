//! The bytes of the card's files in words, and the names of their fields as files write them.
//!
//! A [`Layout`] is the list of fields of one file or record, as `tunion-data` declares it, with the names
//! that some values have. What `tunion card show` prints, what a card profile writes in `[rail]` or `[[trip]]`
//! and what an image holds are the same names: those of the layouts, with `-` for `_`.
//!
//! ```
//! use tunion_data::file::Sfi;
//! use tunion_files::layout::Layout;
//!
//! let rail = Layout::of(Sfi::INDUSTRY, 1);
//! let status = rail.field("status").unwrap();
//! assert_eq!((status.offset, rail.meaning(status, &[1]).as_str()), (14, "entered"));
//! ```

use std::fmt::Write as _;

use encoding_rs::GBK;
use tunion_data::command::{Proof, ProveRequest};
use tunion_data::file::{self, INDUSTRY_LEN, INDUSTRY_PREFIX, Sfi};
use tunion_data::upload::{Payment, RecordKind, Surcharge, UploadRecord};
use tunion_data::{BcdDate, BcdDateTime, BcdTime, FieldInfo, Kind, Pan, record};

/// Values of a field that have a name.
pub type Names = &'static [(&'static str, u8)];

/// The fields of a file, a record or a proof, in their order.
#[derive(Clone, Debug)]
pub struct Layout {
    /// What it is: "rail record 2701".
    pub title: String,
    /// Its fields.
    pub fields: Vec<FieldInfo>,
    names: fn(&str) -> Names,
}

record! {
    /// A record of EF 1A whose layout is not public, 128 bytes (`docs/spec/card.md` 6a).
    OtherIndustry, OtherIndustryView: 128 {
        /// Record identifier, 2703 to 2712.
        0 record_id: u16 as Hex,
        /// Length of what follows: 7D.
        2 length: u8,
        /// What follows.
        3 data: [u8; 125],
    }
}

impl Layout {
    /// The layout of a file, or of its record `id` (the low byte of an industry record's identifier,
    /// ignored elsewhere).
    #[must_use]
    pub fn of(file: Sfi, id: u8) -> Self {
        let fields = file::fields(file, id).unwrap_or(OtherIndustry::FIELDS).to_vec();
        let (title, names): (_, fn(&str) -> Names) = match (file, id) {
            (Sfi::INFO, _) => ("public application information".to_owned(), info_names),
            (Sfi::HOLDER, _) => ("holder".to_owned(), holder_names),
            (Sfi::MANAGEMENT, _) => ("management".to_owned(), management_names),
            (Sfi::LOG, _) => ("transaction log".to_owned(), log_names),
            (Sfi::TRIP, _) => ("trip record".to_owned(), trip_names),
            (Sfi::INDUSTRY, 1) => ("rail record 2701".to_owned(), rail_names),
            (Sfi::INDUSTRY, 2) => ("bus record 2702".to_owned(), bus_names),
            _ => (format!("record {INDUSTRY_PREFIX:02X}{id:02X}"), no_names),
        };
        Self { title, fields, names }
    }

    /// A record of EF 18 with the proof of its transaction behind it, 31 bytes.
    #[must_use]
    pub fn log_entry() -> Self {
        Self::of(Sfi::LOG, 0).then(Proof::FIELDS)
    }

    /// A kept proof: sequence, MAC2 and TAC, 10 bytes.
    #[must_use]
    pub fn proof() -> Self {
        let sequence = ProveRequest::FIELDS.to_vec();
        Self { title: "proof".to_owned(), fields: sequence, names: no_names }.then(Proof::FIELDS)
    }

    /// The data of a command or of an answer, as the table of commands has them.
    #[must_use]
    pub fn message(fields: &[FieldInfo]) -> Self {
        Self { title: "message".to_owned(), fields: fields.to_vec(), names: message_names }
    }

    /// What a terminal keeps and uploads of a debit, a load or a lock.
    #[must_use]
    pub fn upload() -> Self {
        Self { title: "record".to_owned(), fields: UploadRecord::FIELDS.to_vec(), names: upload_names }
    }

    fn then(mut self, more: &[FieldInfo]) -> Self {
        let behind = self.len();
        self.fields.extend(more.iter().map(|field| FieldInfo { offset: field.offset + behind, ..*field }));
        self
    }

    /// Its length in bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields.last().map_or(0, |last| last.offset + last.len)
    }

    /// Whether it has no field; none is so.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The field of this name, as files write it.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&FieldInfo> {
        self.fields.iter().find(|field| key(field) == name)
    }

    /// The values of a field that have a name.
    #[must_use]
    pub fn names(&self, field: &FieldInfo) -> Names {
        (self.names)(field.name)
    }

    /// A field's value in words: the name of the value, if it has one, else as its kind is read.
    #[must_use]
    pub fn meaning(&self, field: &FieldInfo, bytes: &[u8]) -> String {
        let number = number(bytes);
        let named = self.names(field).iter().find(|(_, value)| u64::from(*value) == number);
        named.map_or_else(|| show(field.kind, bytes), |(name, _)| (*name).to_owned())
    }

    /// The bytes of a field.
    #[must_use]
    pub fn part<'a>(&self, field: &FieldInfo, bytes: &'a [u8]) -> &'a [u8] {
        bytes.get(field.offset..field.offset + field.len).unwrap_or_default()
    }
}

/// The field's name as files write it.
#[must_use]
pub fn key(field: &FieldInfo) -> String {
    field.name.replace('_', "-")
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

/// A field's value as its kind is read; text is GBK (`docs/spec/card.md` 2.2).
#[must_use]
pub fn show(kind: Kind, bytes: &[u8]) -> String {
    let number = || number(bytes);
    match kind {
        Kind::Number => number().to_string(),
        Kind::Money => format!("{}.{:02}", number() / 100, number() % 100),
        Kind::Date => bytes.try_into().map_or_else(|_| hex(bytes), |b| BcdDate(b).to_string()),
        Kind::Time => bytes.try_into().map_or_else(|_| hex(bytes), |b| BcdTime(b).to_string()),
        Kind::DateTime => bytes.try_into().map_or_else(|_| hex(bytes), |b| BcdDateTime(b).to_string()),
        Kind::Pan => bytes.try_into().map_or_else(|_| hex(bytes), |b| Pan::from_bytes(b).to_string()),
        Kind::Text => text(bytes).unwrap_or_else(|| hex(bytes)),
        Kind::Hex => hex(bytes),
    }
}

/// Text in GBK without the spaces or zeros behind it; `None` when it is no text.
fn text(bytes: &[u8]) -> Option<String> {
    let end = bytes.iter().rposition(|byte| !matches!(byte, b' ' | 0)).map_or(0, |last| last + 1);
    let text = GBK.decode_without_bom_handling_and_without_replacement(bytes.get(..end)?)?;
    (!text.chars().any(char::is_control)).then(|| text.into_owned())
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The length of every record of EF 1A, also of those whose layout is not public.
const _: () = assert!(OtherIndustry::LEN == INDUSTRY_LEN);

fn no_names(_: &str) -> Names {
    &[]
}

/// `docs/spec/terminal.md` 1.0.
fn info_names(field: &str) -> Names {
    match field {
        "enabled" => &[("not-enabled", 0), ("enabled", 1), ("disabled", 2)],
        _ => &[],
    }
}

/// `docs/spec/card.md` 2.2.
fn holder_names(field: &str) -> Names {
    match field {
        "id_type" => ID_TYPES,
        _ => &[],
    }
}

/// `docs/spec/card.md` 2.2.
pub(crate) const ID_TYPES: Names = &[
    ("identity-card", 0x00),
    ("officer", 0x01),
    ("passport", 0x02),
    ("entry-permit", 0x03),
    ("temporary-identity-card", 0x04),
    ("other", 0x05),
];

/// Kinds of cards by their names in files (`docs/spec/card.md` 2.3).
pub const CARD_TYPES: Names = &[("ordinary", 1), ("student", 2), ("senior", 3), ("test", 4), ("military", 5)];

/// `docs/spec/card.md` 2.3.
fn management_names(field: &str) -> Names {
    match field {
        "interoperable" => &[("not-interoperable", 0), ("interoperable", 1)],
        "card_type" => CARD_TYPES,
        _ => &[],
    }
}

/// Transactions by their names in files (`docs/spec/card.md` 2.4).
pub const TRANSACTIONS: Names =
    &[("load", 0x02), ("unload", 0x03), ("purchase", 0x06), ("limit-update", 0x07), ("capp", 0x09)];

fn log_names(field: &str) -> Names {
    match field {
        "transaction" => TRANSACTIONS,
        _ => &[],
    }
}

/// `docs/spec/terminal.md` 1.3.
fn rail_names(field: &str) -> Names {
    match field {
        "status" => &[("initial", 0), ("entered", 1), ("exited", 2), ("entry-added", 3), ("exit-added", 4)],
        _ => &[],
    }
}

/// `docs/spec/terminal.md` 1.2.
fn bus_names(field: &str) -> Names {
    match field {
        "state" => &[("initial", 0), ("on", 1), ("off", 2)],
        _ => &[],
    }
}

/// `docs/spec/terminal.md` 1.3.
fn trip_names(field: &str) -> Names {
    match field {
        "trip_type" => &[("entry", 0x03), ("exit", 0x04), ("single", 0x06), ("cover", 0x08), ("load", 0x0A)],
        "industry" => &[("rail", 0x01), ("bus", 0x02)],
        _ => &[],
    }
}

/// `docs/spec/card.md` 4.8.
const ALGORITHMS: Names = &[("des", 0x00), ("sm4", 0x01)];

/// `docs/spec/terminal.md` 2.1.
fn message_names(field: &str) -> Names {
    match field {
        "transaction" => TRANSACTIONS,
        "algorithm" => ALGORITHMS,
        "kind" => &[("psam", 0x0E), ("isam", 0x0F)],
        _ => &[],
    }
}

/// The names of a set of values, each with its byte.
macro_rules! named {
    ($type:ty) => {{
        const NAMES: [(&str, u8); <$type>::ALL.len()] = {
            let mut names = [("", 0); <$type>::ALL.len()];
            let mut at = 0;
            while at < names.len() {
                let value = <$type>::ALL[at];
                names[at] = (value.name(), value as u8);
                at += 1;
            }
            names
        };
        &NAMES
    }};
}

/// `docs/spec/terminal.md` 6.1.
fn upload_names(field: &str) -> Names {
    match field {
        "kind" => named!(RecordKind),
        "surcharge_kind" => named!(Surcharge),
        "payment" => named!(Payment),
        "origin" => &[("local", UploadRecord::LOCAL), ("foreign", UploadRecord::FOREIGN)],
        "transaction" | "previous_transaction" => TRANSACTIONS,
        "algorithm" => ALGORITHMS,
        "card_type" => CARD_TYPES,
        "trip_type" | "industry" => trip_names(field),
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_as_their_kind_is_read() {
        let cases: [(Kind, &[u8], &str); 9] = [
            (Kind::Number, &[1, 0], "256"),
            (Kind::Money, &[0, 0x13, 0x88], "50.00"),
            (Kind::Date, &[0x20, 0x26, 0x11, 0x23], "2026-11-23"),
            (Kind::Date, &[0xFF; 4], "FFFFFFFF"),
            (Kind::Time, &[8, 5, 0], "08:05:00"),
            (Kind::Text, b"\xC1\xD6\xD0\xA1\xBA\xCC  ", "林小禾"),
            (Kind::Text, b"A1001\0\0", "A1001"),
            (Kind::Text, &[0xFF, 0x20], "FF20"),
            (Kind::Hex, &[0xAB], "AB"),
        ];
        for (kind, bytes, shown) in cases {
            assert_eq!(show(kind, bytes), shown);
        }
    }

    #[test]
    fn messages_and_records_have_names() {
        let meaning = |layout: &Layout, name: &str, byte: u8| {
            let field = layout.field(name);
            field.map_or_else(String::new, |field| layout.meaning(field, &[byte]))
        };
        let record = Layout::upload();
        let seen = ["kind", "surcharge-kind", "payment", "origin", "transaction", "trip-type"]
            .map(|name| meaning(&record, name, if name == "kind" { 0x0D } else { 0x0B }));
        assert_eq!(seen, ["exit", "11", "card", "11", "11", "11"]);
        assert_eq!(meaning(&record, "origin", 0x22), "local");
        assert_eq!(meaning(&record, "surcharge-kind", 0x02), "overtime");
        let init = Layout::message(tunion_data::command::SamInitRequest::FIELDS);
        assert_eq!(
            (meaning(&init, "transaction", 9), meaning(&init, "algorithm", 0)),
            ("capp".into(), "des".into())
        );
    }

    #[test]
    fn every_file_has_a_layout_without_a_hole() {
        let all = [(Sfi::INFO, 0), (Sfi::HOLDER, 0), (Sfi::MANAGEMENT, 0), (Sfi::TRIP, 0)];
        let industry = (1..=18).map(|id| (Sfi::INDUSTRY, id));
        let layouts = all.into_iter().chain(industry).map(|(file, id)| Layout::of(file, id));
        for layout in layouts.chain([Layout::log_entry(), Layout::proof(), Layout::upload()]) {
            let mut at = 0;
            for field in &layout.fields {
                assert_eq!(field.offset, at, "{} {}", layout.title, field.name);
                at += field.len;
            }
            assert_eq!(at, layout.len());
        }
        assert_eq!((Layout::log_entry().len(), Layout::proof().len()), (31, 10));
    }
}
