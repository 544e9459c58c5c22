#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::OnceLock;

use insta::assert_snapshot;
use proptest::prelude::*;
use tunion_data::Fen;
use tunion_data::civil::{DateTime, date};
use tunion_fare::pair::Act;
use tunion_fare::{Medium, Product, StopId};

use super::{BadRow, Names, Reader, Row};
use crate::city::{self, City};
use crate::diag::Diagnostics;
use crate::rows::Clock;

fn beijing() -> &'static City {
    static CITY: OnceLock<City> = OnceLock::new();
    CITY.get_or_init(|| city::built_in("beijing").unwrap())
}

fn read(path: &str, file: &[u8]) -> Result<Vec<Result<Row, BadRow>>, Diagnostics> {
    let names = Names::new(beijing());
    let mut reader = Reader::new(path, file, &names)?;
    Ok(std::iter::from_fn(|| reader.next_row().unwrap()).collect())
}

/// The faults of a file, each on its line.
fn faults(path: &str, file: &str) -> String {
    let rows = read(path, file.as_bytes()).unwrap();
    let faults = rows.iter().filter_map(|row| row.as_ref().err());
    faults.map(|bad| format!("{}: {bad}", bad.line)).collect::<Vec<_>>().join("\n")
}

fn header_fault(file: &str) -> String {
    read("taps.csv", file.as_bytes()).unwrap_err().to_string()
}

const RAIL: &str = "time,card,tap,station,line,charged_fen\n";
const BUS: &str = "time,card,tap,line,direction,stop\n";

/// The example of the module's documentation.
#[test]
fn the_example() {
    let docs = include_str!("../taps.rs").lines().filter_map(|line| line.strip_prefix("//!"));
    let example = docs.skip_while(|line| *line != " ```csv").skip(1).take_while(|line| *line != " ```");
    let example: String = example.flat_map(|line| [line.trim(), "\n"]).collect();
    let rows: Vec<Row> =
        read("taps.csv", example.as_bytes()).unwrap().into_iter().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[1].at, date(2026, 11, 23).at(8, 40, 0, 0));
    assert_eq!((rows[1].line, rows[1].charged), (3, Some(Fen::new(400))));
    assert_eq!((rows[0].who.product, rows[0].who.medium), (Product::Student, Medium::Card));
    assert!(matches!(rows[2].act, Act::On { stop: StopId(2), .. }));
    assert!(rows.iter().all(|row| row.card == rows[0].card));
}

/// Both forms, columns in another order, quotes, CRLF, a byte order mark, empty lines, no last line end.
#[test]
fn forms() {
    let plain = read("taps.csv", format!("{RAIL}2026-11-23T08:00:00,7,entry,五道口,,\n").as_bytes()).unwrap();
    let other = "\u{feff}\r\n\"station\",tap,card,time\r\n\r\n\"五道口\",entry,7,2026-11-23T08:00:00";
    let json = "{\"time\":\"2026-11-23T00:00:00Z\",\"card\":7,\"tap\":\"entry\",\"station\":\"五道口\",\"stop\":null}\n";
    let places = |rows: Vec<Result<Row, BadRow>>| -> Vec<(DateTime, Act)> {
        rows.into_iter().map(|row| row.map(|row| (row.at, row.act)).unwrap()).collect()
    };
    let plain = places(plain);
    assert_eq!(plain.len(), 1);
    assert_eq!(places(read("taps.csv", other.as_bytes()).unwrap()), plain);
    assert_eq!(places(read("taps.jsonl", json.as_bytes()).unwrap()), plain);
    assert_eq!(places(read("stdin", json.as_bytes()).unwrap()), plain);
}

#[test]
fn headers() {
    assert_snapshot!(header_fault("time,card,tap,statoin\n"));
    assert_snapshot!(header_fault("\ntime,tap,time\n"));
    assert_snapshot!(header_fault(""));
    assert_snapshot!(header_fault("2026-11-23T08:00:00,7,entry,五道口\n"));
}

#[test]
fn bad_rows() {
    let rows = [
        "2026-11-23T08:00:00,7,entry,五道囗,,",
        "2026-11-31T08:00:00,7,entry,五道口,,",
        "2026-11-23 08:00:00,7,entry,五道口,,",
        "2026-11-23T24:00:00,7,entry,五道口,,",
        "2026-11-23T08:00:00,,entry,五道口,,",
        "2026-11-23T08:00:00,0123456789012345678901234567890123,entry,五道口,,",
        "2026-11-23T08:00:00,7,enter,五道口,,",
        "2026-11-23T08:00:00,7,entry,,,",
        "2026-11-23T08:00:00,7,entry,五道口,13号,",
        "2026-11-23T08:00:00,7,entry,五道口,首都机场线,",
        "2026-11-23T08:00:00,7,exit,五道口,,3.00",
        "2026-11-23T08:00:00,7,exit,五道口,,99999999999",
        "2026-11-23T08:00:00,7,exit,五道口",
        "2026-11-23T08:00:00,\"7,exit,五道口,,300",
        "2026-11-23T08:00:00,7,on,五道口,331,",
    ];
    assert_snapshot!(faults("taps.csv", &format!("{RAIL}{}\n", rows.join("\n"))));
}

#[test]
fn bad_bus_rows() {
    let rows = [
        "2026-11-23T08:00:00,7,on,332,0,#1",
        "2026-11-23T08:00:00,7,on,331,,#1",
        "2026-11-23T08:00:00,7,on,1,1,#1",
        "2026-11-23T08:00:00,7,on,331,2,#1",
        "2026-11-23T08:00:00,7,on,331,0,#99",
        "2026-11-23T08:00:00,7,on,331,0,#0",
        "2026-11-23T08:00:00,7,on,1,,老山公交场",
        "2026-11-23T08:00:00,7,entry,331,0,#1",
    ];
    assert_snapshot!(faults("taps.csv", &format!("{BUS}{}\n", rows.join("\n"))));
}

#[test]
fn bad_names() {
    let header = "time,card,tap,product,medium,issuer,ticket,activated\n";
    let rows = [
        "2026-11-23T08:00:00,7,cover,studnet,card,local,,",
        "2026-11-23T08:00:00,7,cover,student,Card,local,,",
        "2026-11-23T08:00:00,7,cover,student,card,moon,,",
        "2026-11-23T08:00:00,7,cover,student,card,local,pass-72,",
        "2026-11-23T08:00:00,7,cover,student,card,local,pass-72h,yesterday",
        "2026-11-23T08:00:00,7,cover,student,card,local,pass-72h,2026-11-22T08:00:00",
    ];
    assert_snapshot!(faults("taps.csv", &format!("{header}{}\n", rows.join("\n"))));
}

#[test]
fn bad_json() {
    let rows = [
        "{\"time\":\"2026-11-23T08:00:00\",\"card\":\"7\",\"tap\":\"entry\",\"statoin\":\"五道口\"}",
        "{\"time\":\"2026-11-23T08:00:00\",\"card\":\"7\",\"tap\":\"entry\",",
        "{\"time\":\"2026-11-23T08:00:00\",\"time\":\"2026-11-23T08:00:00\"}",
        "{\"time\":\"2026-11-23T08:00:00\",\"card\":\"7\",\"tap\":\"exit\",\"station\":\"五道口\",\"charged_fen\":-3}",
        "{\"time\":\"2026-11-23T08:00:00\",\"card\":\"7\",\"tap\":\"exit\",\"station\":\"五道口\",\"charged_fen\":3.5}",
        "[1, 2]",
        "{\"time\":[]}",
        "{}",
    ];
    assert_snapshot!(faults("taps.jsonl", &rows.join("\n")));
}

/// A line that is too long costs itself alone.
#[test]
fn a_long_line() {
    let good = "2026-11-23T08:00:00,7,entry,五道口,,";
    for length in [70_000, 300_000, 1_000_000] {
        let file = format!("{RAIL}{good}\n{}\n{good}\n{}", "x".repeat(length), "y".repeat(length));
        let rows = read("taps.csv", file.as_bytes()).unwrap();
        let lines: Vec<(u64, bool)> = rows
            .iter()
            .map(|row| row.as_ref().map_or_else(|bad| (bad.line, false), |row| (row.line, true)))
            .collect();
        assert_eq!(lines, [(2, true), (3, false), (4, true), (5, false)]);
    }
}

/// One stop has its name twice on this line, so that a name alone says too little.
#[test]
fn stops_that_share_a_name() {
    let lines = beijing().bus_lines().unwrap();
    for (_, line) in lines.lines() {
        for (place, stop) in line.stops.iter().enumerate() {
            let row =
                format!("{BUS}2026-11-23T08:00:00,7,on,{},{},{}\n", line.name, line.direction, stop.name);
            let same = line.stops.iter().filter(|other| other.name == stop.name);
            let prices: std::collections::BTreeSet<u16> = same.map(|stop| stop.number).collect();
            match &read("taps.csv", row.as_bytes()).unwrap()[0] {
                Ok(read) => {
                    let Act::On { stop: id, .. } = read.act else { panic!("{read:?}") };
                    assert_eq!((prices.len(), line.stop(id).unwrap().number), (1, stop.number));
                }
                Err(bad) => {
                    assert!(prices.len() > 1, "{bad}");
                    assert!(bad.to_string().contains(&format!("`#{}`", place + 1)), "{bad}");
                }
            }
        }
    }
}

proptest! {
    /// Any bytes give rows or faults, one for each line that is not empty.
    #[test]
    fn any_bytes(lines in proptest::collection::vec("[ -~五道口\"]{0,40}", 0..20), raw in any::<Vec<u8>>()) {
        let file = format!("{RAIL}{}", lines.join("\n"));
        let rows = read("taps.csv", file.as_bytes()).unwrap();
        prop_assert_eq!(rows.len(), lines.iter().filter(|line| !line.trim().is_empty()).count());
        let _ = read("taps.csv", &[RAIL.as_bytes(), &raw].concat());
        let _ = read("taps.csv", &raw);
        let _ = read("taps.jsonl", &raw);
    }

    /// Every real time is read as itself, at every offset.
    #[test]
    fn times(seconds in 0..4_000_000_000_u64, minutes in -1439..1440_i32) {
        let at = date(1990, 1, 1).at(0, 0, 0, 0) + core::time::Duration::from_secs(seconds);
        let mut clock = Clock::default();
        prop_assert_eq!(clock.read(at.to_string().as_bytes()), Some(at));
        prop_assert_eq!(clock.read(format!("{at}+08:00").as_bytes()), Some(at));
        let ahead = core::time::Duration::from_secs(u64::from(minutes.unsigned_abs()) * 60);
        let eight = core::time::Duration::from_secs(8 * 60 * 60);
        let utc = at - eight;
        let (sign, there) = if minutes < 0 { ('-', utc - ahead) } else { ('+', utc + ahead) };
        let (hours, rest) = (minutes.abs() / 60, minutes.abs() % 60);
        let text = format!("{there}{sign}{hours:02}:{rest:02}");
        prop_assert_eq!(clock.read(text.as_bytes()), Some(at), "{}", text);
    }
}
