#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;

use insta::assert_snapshot;
use proptest::prelude::*;
use tunion_data::Fen;
use tunion_data::civil::date;
use tunion_data::upload::{Payment, RecordKind, Surcharge, UploadRecord};

use super::{BadRow, Column, Form, Note, Reader, Writer};
use crate::diag::Diagnostics;
use crate::layout::key;

type Read = Vec<Result<(u64, UploadRecord), BadRow>>;

fn read(path: &str, file: &[u8]) -> Result<Read, Diagnostics> {
    let mut reader = Reader::new(path, file)?;
    Ok(std::iter::from_fn(|| reader.next_record().unwrap()).collect())
}

fn written(records: &[UploadRecord], form: Form) -> Vec<u8> {
    let mut writer = Writer::begin(Vec::new(), form).unwrap();
    for record in records {
        writer.write(record).unwrap();
    }
    writer.end().unwrap()
}

/// A record as a gate would make it.
fn exit() -> UploadRecord {
    UploadRecord {
        trip_type: 0x04,
        transaction: 0x09,
        flags: UploadRecord::RECOVERED | UploadRecord::MAC2_UNCHECKED,
        terminal: "100000010001".parse().unwrap(),
        terminal_seq: 7,
        psam_serial: [0x10, 0x00, 0, 0, 0, 0, 0, 0, 0x00, 0x01],
        issuer: "01011000FFFFFFFF".parse().unwrap(),
        pan: "3105170010000000002".parse().unwrap(),
        card_type: 0x03,
        card_seq: 12,
        amount: Fen::new(300),
        list: Fen::new(300),
        balance_before: Fen::new(5000),
        balance_after: Fen::new(4700),
        at: date(2026, 11, 23).at(8, 40, 0, 0).into(),
        key_index: 1,
        key_version: 1,
        tac: [0x5B, 0x1C, 0x02, 0xE7],
        city: "1000".parse().unwrap(),
        acquirer: "01011000FFFFFFFF".parse().unwrap(),
        operator: 30,
        industry: 0x02,
        line: 13,
        station: 1305,
        entry_line: 2,
        entry_station: 211,
        entry_at: date(2026, 11, 23).at(8, 5, 9, 0).into(),
        surcharge: Fen::new(300),
        surcharge_kind: Surcharge::Overtime as u8,
        available_before: Fen::new(5000),
        kind: RecordKind::Exit as u8,
        origin: UploadRecord::LOCAL,
        local_seq: 4_000_000_000,
        payment: Payment::Card as u8,
        valid_from: date(2020, 1, 15).into(),
        valid_to: date(2040, 12, 31).into(),
        merchant_type: [0x41, 0x11],
        ..UploadRecord::default()
    }
}

/// The columns are the layout's, by name and in order.
#[test]
fn every_field_has_a_column() {
    let fields: Vec<String> = UploadRecord::FIELDS.iter().map(key).collect();
    let columns: Vec<&str> = Column::ALL.iter().map(|column| column.name()).collect();
    assert_eq!(columns[..4], ["reason", "source", "finding", "version"]);
    assert_eq!(columns[4..], fields);
}

#[test]
fn a_record_as_it_is_written() {
    let blank = UploadRecord::default();
    let mut odd = UploadRecord { flags: 0xF1, kind: 0x7F, surcharge_kind: 0x99, payment: 0xFF, ..exit() };
    odd.pan = tunion_data::Pan::from_bytes([0xFF; 10]);
    odd.at.0 = [0xFF; 7];
    odd.valid_to.0 = [0x20, 0x26, 0x02, 0x30];
    for form in [Form::Csv, Form::JsonLines] {
        assert_snapshot!(String::from_utf8(written(&[exit(), odd, blank], form)).unwrap());
    }
}

/// The example of the module's documentation.
#[test]
fn the_example() {
    let docs = include_str!("../uploads.rs").lines().filter_map(|line| line.strip_prefix("//!"));
    let example = docs.skip_while(|line| *line != " ```csv").skip(1).take_while(|line| *line != " ```");
    let example: String = example.flat_map(|line| [line.trim(), "\n"]).collect();
    let rows = read("uploads.csv", example.as_bytes()).unwrap();
    let (line, record) = *rows[0].as_ref().unwrap();
    assert_eq!((rows.len(), line, record.kind, record.card_seq), (1, 2, RecordKind::Exit as u8, 12));
    // The columns are those without which there is no upload file.
    assert_eq!(example.lines().next().unwrap().split(',').count(), 14);
}

/// Columns in another order, some left out, quotes, CRLF, a byte order mark, lower case, times with an offset.
#[test]
fn forms_that_are_read() {
    let wanted = UploadRecord { flags: 0, ..record_of_few() };
    let header = "tac,at,kind,transaction,version,terminal,terminal-seq,issuer,pan,card-seq,amount,balance-before,balance-after,available-before";
    let rows = [
        "5b1c02e7,2026-11-23T08:40:00+08:00,\"exit\",09,1,100000010001,7,01011000ffffffff,3105170010000000002,12,3.00,50.00,47.00,50.00",
        "5B1C02E7,20261123084000,0d,09,1,100000010001,7,01011000FFFFFFFF,03105170010000000002,0012,3.00,50.00,47.00,50.00",
        "5B1C02E7,2026-11-23T00:40:00Z,exit,09,1,100000010001,7,01011000FFFFFFFF,3105170010000000002,12,3.00,50.00,47.00,50.00",
    ];
    let file = format!("\u{feff}{header}\r\n\r\n{}", rows.join("\r\n"));
    let read_rows = read("uploads.csv", file.as_bytes()).unwrap();
    assert_eq!(read_rows, [3, 4, 5].map(|line| Ok((line, wanted))));
    let json = "{\"version\":\"1\",\"kind\":\"exit\",\"transaction\":\"09\",\"terminal\":\"100000010001\",\"terminal-seq\":\"7\",\
                \"issuer\":\"01011000FFFFFFFF\",\"pan\":3105170010000000002,\"card-seq\":12,\"amount\":\"3.00\",\
                \"balance-before\":\"50.00\",\"balance-after\":\"47.00\",\"available-before\":\"50.00\",\
                \"at\":\"2026-11-23T08:40:00\",\"tac\":\"5B1C02E7\",\"line\":null,\"reason\":\"01\"}";
    assert_eq!(read("stdin", json.as_bytes()).unwrap(), [Ok((1, wanted))]);
}

/// What the example's columns say of [`exit`].
fn record_of_few() -> UploadRecord {
    let UploadRecord {
        transaction,
        terminal,
        terminal_seq,
        issuer,
        pan,
        card_seq,
        amount,
        balance_before,
        balance_after,
        at,
        tac,
        available_before,
        kind,
        ..
    } = exit();
    UploadRecord {
        transaction,
        terminal,
        terminal_seq,
        issuer,
        pan,
        card_seq,
        amount,
        balance_before,
        balance_after,
        at,
        tac,
        available_before,
        kind,
        ..UploadRecord::default()
    }
}

#[test]
fn files_that_are_no_upload_files() {
    let header = |file: &str| read("uploads.csv", file.as_bytes()).unwrap_err().to_string();
    assert_snapshot!(header("version,kind,transaction,terminal,terminal-seq,isuer\n"));
    assert_snapshot!(header("time,card,tap\n"));
    assert_snapshot!(header(""));
}

/// One cell of a good record wrong, each on a line of its own; the good ones between are read.
#[test]
fn bad_rows_cost_no_other() {
    let good = String::from_utf8(written(&[exit()], Form::Csv)).unwrap();
    let (header, row) = good.trim_end().split_once('\n').unwrap();
    let wrong = [
        ("version", "2"),
        ("version", ""),
        ("kind", "exti"),
        ("flags", "grey gray"),
        ("terminal", "10000001"),
        ("terminal-seq", "4294967296"),
        ("pan", "310517001000000002"),
        ("card-seq", "65536"),
        ("amount", "3"),
        ("amount", "300分"),
        ("amount", "42949672.96"),
        ("at", "2026-02-30T08:00:00"),
        ("at", "yesterday"),
        ("valid-to", "2026-13-01"),
        ("valid-to", "2026/11/23"),
        ("tac", "5B1C02"),
        ("card-type", "x1"),
        ("surcharge-kind", "late"),
        ("payment", "coupon"),
    ];
    let mut lines = vec![header.to_owned()];
    for (name, text) in wrong {
        let place = header.split(',').position(|column| column == name).unwrap();
        let cells = row.split(',').enumerate().map(|(at, cell)| if at == place { text } else { cell });
        lines.push(cells.collect::<Vec<_>>().join(","));
        lines.push(row.to_owned());
    }
    let rows = read("uploads.csv", lines.join("\n").as_bytes()).unwrap();
    let read_right = rows.iter().filter(|row| row.as_ref().is_ok_and(|(_, record)| *record == exit()));
    assert_eq!(read_right.count(), wrong.len());
    assert_snapshot!(faults(&rows));
}

#[test]
fn bad_json() {
    let good = String::from_utf8(written(&[exit()], Form::JsonLines)).unwrap();
    let rows = [
        good.replace("\"kind\"", "\"kinds\""),
        good.replace("\"tac\":\"5B1C02E7\",", ""),
        good.replace("\"amount\":\"3.00\"", "\"amount\":300"),
        good.replace("\"amount\":\"3.00\"", "\"amount\":3.00"),
        good.replace("\"station\":1305", "\"station\":-1"),
        good.replace("\"version\":1", "\"version\":2"),
        "[]".to_owned(),
        "{\"version\":1".to_owned(),
    ];
    let file: String = rows.iter().flat_map(|row| [row.trim_end(), "\n", good.trim_end(), "\n"]).collect();
    let rows = read("uploads.jsonl", file.as_bytes()).unwrap();
    assert_snapshot!(faults(&rows));
    assert_eq!(rows.iter().filter(|row| row.as_ref().is_ok_and(|(_, record)| *record == exit())).count(), 8);
}

/// The faults of a file, each on its line.
fn faults(rows: &Read) -> String {
    let faults = rows.iter().filter_map(|row| row.as_ref().err());
    faults.map(|bad| format!("{}: {bad}", bad.line)).collect::<Vec<_>>().join("\n")
}

/// What was rejected can be read again, its notes passed over.
#[test]
fn notes_are_written_and_passed_over() {
    let note = Note { reason: "01", source: "a,\"b\".csv:3", finding: "TAC 00000000, expected 5B1C02E7" };
    for form in [Form::Csv, Form::JsonLines] {
        let mut writer = Writer::begin_noted(Vec::new(), form).unwrap();
        writer.write_noted(&exit(), note).unwrap();
        let file = writer.end().unwrap();
        assert!(file.starts_with(form.begins_noted().as_bytes()));
        assert!(!written(&[exit()], form).starts_with(form.begins_noted().as_bytes()));
        let line = if form == Form::Csv { 2 } else { 1 };
        assert_eq!(read("rejected", &file).unwrap(), [Ok((line, exit()))]);
        let text = String::from_utf8(file).unwrap();
        let begin = text.lines().last().unwrap().split("04,09").next().unwrap().split("1,\"trip").next();
        assert_snapshot!(begin.unwrap());
    }
}

#[test]
fn a_form_by_its_name() {
    let form = |name: &str| Form::of(Path::new(name));
    assert_eq!(form("a/uploads.csv"), Some(Form::Csv));
    assert_eq!(["x.jsonl", "x.ndjson", "x.json"].map(form), [Some(Form::JsonLines); 3]);
    assert_eq!(["x.toml", "csv", ".jsonl"].map(form), [None; 3]);
}

/// Bytes as records have them, and any others.
fn record_bytes() -> impl Strategy<Value = [u8; UploadRecord::LEN]> {
    let any_bytes = proptest::array::uniform::<_, { UploadRecord::LEN }>(any::<u8>());
    let changed = proptest::collection::vec((0..UploadRecord::LEN, any::<u8>()), 0..6).prop_map(|changes| {
        let mut bytes = exit().encode();
        for (at, byte) in changes {
            bytes[at] = byte;
        }
        bytes
    });
    prop_oneof![any_bytes, changed]
}

proptest! {
    /// Any 168 bytes come back from either form.
    #[test]
    fn every_record_comes_back(records in proptest::collection::vec(record_bytes(), 1..4)) {
        let records: Vec<UploadRecord> = records.iter().map(UploadRecord::decode).collect();
        for form in [Form::Csv, Form::JsonLines] {
            let file = written(&records, form);
            let rows = read("uploads", &file).unwrap();
            let back: Vec<_> = rows.into_iter().map(|row| row.unwrap().1).collect();
            prop_assert_eq!(&back, &records, "{}", String::from_utf8_lossy(&file));
        }
    }

    /// Any bytes give records or faults, one for each line that is not empty.
    #[test]
    fn any_bytes(lines in proptest::collection::vec("[ -~“”\"]{0,60}", 0..20), raw in any::<Vec<u8>>()) {
        let header = String::from_utf8(written(&[], Form::Csv)).unwrap();
        let rows = read("uploads.csv", format!("{header}{}", lines.join("\n")).as_bytes()).unwrap();
        prop_assert_eq!(rows.len(), lines.iter().filter(|line| !line.trim().is_empty()).count());
        let _ = read("uploads.csv", &[header.as_bytes(), &raw].concat());
        let _ = read("uploads.csv", &raw);
        let _ = read("uploads.jsonl", &raw);
    }

    /// Any text in any cell is read or refused with words, and the row after it is read.
    #[test]
    fn any_cell(place in 0usize..54, text in "[0-9A-Fa-f :.T-]{0,24}|[a-z2 -]{0,20}") {
        let good = String::from_utf8(written(&[exit(), exit()], Form::Csv)).unwrap();
        let mut lines: Vec<String> = good.lines().map(str::to_owned).collect();
        let mut cells: Vec<String> = lines[1].split(',').map(str::to_owned).collect();
        let place = place.min(cells.len() - 1);
        cells[place].clone_from(&text);
        lines[1] = cells.join(",");
        let rows = read("uploads.csv", lines.join("\n").as_bytes()).unwrap();
        prop_assert_eq!(rows.len(), 2);
        prop_assert_eq!(rows[1].as_ref().unwrap().1, exit());
        match &rows[0] {
            Err(bad) => {
                let column = format!("`{}`", lines[0].split(',').nth(place).unwrap());
                prop_assert!(bad.message.starts_with(&column), "{}", bad.message);
                prop_assert!(bad.help.is_some());
            }
            // What was read is written so that it reads as the same.
            Ok((_, record)) => {
                let again = read("uploads.csv", &written(&[*record], Form::Csv)).unwrap();
                prop_assert_eq!(again, [Ok((2, *record))]);
            }
        }
    }
}
