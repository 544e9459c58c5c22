//! A second reading of every record that a tap leaves on a card: decoded by `tunion-record-model`, priced by
//! `tunion-fare-model`, and held against what the tap was. Neither knows the terminals, their layouts or the fare
//! engine; what a tap has to leave is put together here, field by field, from `docs/spec/terminal.md` 1.2 and 1.3.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part of a shared module")]

mod bus;
mod done;
mod fares;
mod pages;
mod rail;

pub use done::{Done, Kind};
pub use fares::Fares;
pub use pages::{Pages, added};

use std::fmt::Display;
use tunion_data::civil::DateTime;
use tunion_fare::{LineId, StopId};
use tunion_files::terminal::TerminalFile;
use tunion_record_model::{Field, Moment, Record, Value, Wrong, log, story, trip};
use tunion_terminal::profile::ByteOrder;

/// What a holder did at a terminal.
#[derive(Clone, Copy, Debug)]
pub enum Deed {
    Enter { line: u8, station: u16 },
    Exit { line: u8, station: u16 },
    Bus { line: LineId, stop: StopId, vehicle: [u8; 8] },
    Load { fen: u32 },
    Enquire,
}

/// A tap, as whoever looks on sees it.
#[derive(Clone, Debug)]
pub struct Tap<'a> {
    pub file: &'a TerminalFile,
    /// The number in the terminal's PSAM.
    pub number: [u8; 6],
    pub deed: Deed,
    pub at: DateTime,
    pub before: &'a Pages,
    pub after: &'a Pages,
    /// The fare that a gate's controller named.
    pub named: Option<u32>,
    /// What the terminal says it has debited or loaded in this tap; none if it does not know.
    pub charged: Option<u32>,
    /// The PSAM's sequences of the DEBITs of this tap, in order.
    pub serials: &'a [u32],
    /// The records of 1A that were sent to the card, in order.
    pub sent: &'a [Vec<u8>],
}

/// What a tap has done, or everything that is not as it should be.
pub type Judged = Result<Vec<Done>, Vec<String>>;

/// Holds what a tap left on its card against what it was.
pub fn judge(tap: &Tap<'_>, fares: &Fares) -> Judged {
    let mut wrong = Vec::new();
    let done = match (added(&tap.before.log, &tap.after.log), tap.deed) {
        (Some(0), _) => {
            let same = tap.before.is_left_by(tap.after);
            expect(
                &mut wrong,
                "a card without a new record in its log",
                &"as it was",
                same.then_some("as it was"),
            );
            Vec::new()
        }
        (Some(count), deed) if count <= 2 => match deed {
            Deed::Enter { .. } | Deed::Exit { .. } => rail::done(tap, fares, &mut wrong),
            Deed::Bus { line, stop, vehicle } => {
                bus::done(tap, fares, (line, stop, vehicle), count, &mut wrong)
            }
            Deed::Load { fen } => vec![Done::load(tap, fen)],
            Deed::Enquire => Vec::new(),
        },
        (found, _) => {
            wrong.push(format!("{found:?} new records in the log, of a tap that makes two at most"));
            return Err(wrong);
        }
    };
    let count = added(&tap.before.log, &tap.after.log).unwrap_or_default();
    if count != done.len() {
        wrong.push(format!("{count} new records in the log, and {} things to do", done.len()));
        return Err(wrong);
    }
    money(tap, &done, &mut wrong);
    logs(tap, &done, &mut wrong);
    trips(tap, &done, &mut wrong);
    industry(tap, &done, &mut wrong);
    if wrong.is_empty() {
        return Ok(done);
    }
    wrong.extend(told(tap, done.len()));
    Err(wrong)
}

/// What the card tells of this tap, in sentences.
fn told(tap: &Tap<'_>, done: usize) -> Vec<String> {
    let Pages { log, trips, industry, .. } = tap.after;
    let says = |what: &str, bytes: &[u8], table, story: fn(&Record) -> String| {
        let read =
            Record::read(table, bytes).map_or_else(|_| "cannot be read".to_owned(), |record| story(&record));
        format!("{what}: {read}")
    };
    let log = log.iter().take(done).map(|bytes| says("18", bytes, log::TABLE, story::log));
    let trips = trips.iter().take(done).map(|bytes| says("1E", bytes, trip_table(tap), story::trip));
    let journeys = industry.iter().zip([
        ("2701", rail::table(tap), story::rail as fn(&Record) -> String),
        ("2702", tunion_record_model::bus::TABLE, story::bus),
    ]);
    let journeys = journeys.map(|(bytes, (what, table, story))| says(what, bytes, table, story));
    log.chain(trips).chain(journeys).collect()
}

/// Line, station and operator have the byte order of the profile (`docs/spec/terminal.md` 1.3).
fn trip_table(tap: &Tap<'_>) -> &'static [Field] {
    match tap.file.profile.byte_order {
        ByteOrder::Little => trip::LITTLE,
        ByteOrder::Big => trip::TABLE,
    }
}

/// The money that moved is the sum of what was done, and what the terminal says.
fn money(tap: &Tap<'_>, done: &[Done], wrong: &mut Vec<String>) {
    let sum: i64 = done.iter().map(Done::signed).sum();
    let moved = i64::from(tap.after.available()) - i64::from(tap.before.available());
    expect(wrong, "fen that moved on the card", &sum, Some(moved));
    if let (Some(charged), false) = (tap.charged, done.is_empty()) {
        expect(wrong, "fen that the terminal says it moved", &sum.abs(), Some(i64::from(charged)));
    }
    let (before, after) = (tap.before, tap.after);
    let same = (&before.info, &before.management) == (&after.info, &after.management);
    expect(wrong, "EF 15 and EF 17", &"as they were", same.then_some("as they were"));
}

/// EF 18 (`docs/spec/card.md` 2.4): one record for each thing done, the newest first.
fn logs(tap: &Tap<'_>, done: &[Done], wrong: &mut Vec<String>) {
    for (bytes, done) in tap.after.log.iter().zip(done.iter().rev()) {
        let Some(record) = read(log::TABLE, bytes, wrong) else { continue };
        let want = record
            .clone()
            .with(log::SEQUENCE, Value::Number(u64::from(done.sequence)))
            .with(log::OVERDRAFT, Value::Fen(u64::from(tap.before.money[1])))
            .with(log::AMOUNT, Value::Fen(u64::from(done.amount)))
            .with(
                log::TYPE,
                if done.kind == Kind::Load {
                    Value::Word(2, "load")
                } else {
                    Value::Word(9, "composite purchase")
                },
            )
            .with(log::TERMINAL, Value::Code(tap.number.to_vec()))
            .with(log::TIME, Value::Time(Some(moment(tap.at))));
        differences("18", &want, &record, wrong);
    }
}

/// EF 1E (`docs/spec/terminal.md` 1.3): one record for each debit, none for a load.
fn trips(tap: &Tap<'_>, done: &[Done], wrong: &mut Vec<String>) {
    let made = done.iter().filter(|done| done.trip.is_some()).count();
    expect(wrong, "new records in 1E", &made, added(&tap.before.trips, &tap.after.trips));
    for (bytes, done) in tap.after.trips.iter().zip(done.iter().rev().filter(|done| done.trip.is_some())) {
        let (Some(record), Some(there)) = (read(trip_table(tap), bytes, wrong), done.trip) else { continue };
        let number = |n| Value::Number(n);
        let mut terminal = vec![0, 0];
        terminal.extend(tap.number);
        let want = record
            .clone()
            .with(trip::TYPE, word(trip::TYPES, done.kind.trip_type()))
            .with(trip::TERMINAL, Value::Code(terminal))
            .with(trip::INDUSTRY, word(trip::INDUSTRIES, there.industry))
            .with(trip::LINE, number(u64::from(there.line)))
            .with(trip::STATION, number(u64::from(there.station)))
            .with(trip::OPERATOR, number(u64::from(tap.file.profile.operator)))
            .with(trip::UNDEFINED, Value::Code(vec![0]))
            .with(trip::AMOUNT, Value::Fen(u64::from(done.amount)))
            .with(trip::BALANCE, Value::Fen(u64::from(done.balance)))
            .with(trip::TIME, Value::Time(Some(moment(tap.at))))
            .with(trip::CITY, number(city(tap)))
            .with(trip::ACQUIRER, Value::Code(tap.file.psam.acquirer.0.to_vec()))
            .with(trip::MAXIMUM, Value::Fen(u64::from(there.maximum.0)))
            .with(trip::MINUTES, number(u64::from(there.maximum.1)));
        differences("1E", &want, &record, wrong);
    }
}

/// EF 1A: every record of it is what the last thing done left there, or as it was.
fn industry(tap: &Tap<'_>, done: &[Done], wrong: &mut Vec<String>) {
    for id in 1..=18 {
        let last = done.iter().rev().find_map(|done| done.industry.as_ref().filter(|(of, _)| *of == id));
        match last {
            Some((_, want)) => compare(want, tap.after.record(id), wrong),
            None if tap.before.record(id) != tap.after.record(id) => {
                wrong.push(format!("27{id:02X} was changed"));
            }
            None => {}
        }
    }
    // What one debit of a tap wrote and the next one wrote over was sent all the same.
    for ((_, want), sent) in done.iter().filter_map(|done| done.industry.as_ref()).zip(tap.sent) {
        compare(want, sent, wrong);
    }
}

fn compare(want: &done::Wanted, bytes: &[u8], wrong: &mut Vec<String>) {
    if let Some(record) = read(want.table, bytes, wrong) {
        differences("1A", &want.record, &record, wrong);
        if want.table == tunion_record_model::rail::BEIJING
            || want.table == tunion_record_model::rail::SHANGHAI
        {
            expect(wrong, "the CRC of 2701", &true, Some(tunion_record_model::rail::crc_right(bytes)));
        }
    }
}

fn read(table: &[Field], bytes: &[u8], wrong: &mut Vec<String>) -> Option<Record> {
    Record::read(table, bytes).map_err(|found| wrong.extend(found.iter().map(Wrong::to_string))).ok()
}

fn differences(what: &str, want: &Record, found: &Record, wrong: &mut Vec<String>) {
    for (field, want, found) in want.differences(found) {
        let Field { name, at, source, .. } = field;
        wrong.push(format!("{what}, {name} (offset {at}, {source}): expected {want}, found {found}"));
    }
}

fn expect<T: Display + PartialEq>(wrong: &mut Vec<String>, what: &str, want: &T, found: Option<T>) {
    match found {
        Some(found) if found == *want => {}
        Some(found) => wrong.push(format!("{what}: expected {want}, found {found}")),
        None => wrong.push(format!("{what}: expected {want}")),
    }
}

fn word(list: &[(u8, &'static str)], byte: u8) -> Value {
    list.iter()
        .find(|(value, _)| *value == byte)
        .map_or(Value::Number(0), |(byte, word)| Value::Word(*byte, word))
}

fn moment(at: DateTime) -> Moment {
    let [month, day, hour, minute, second] =
        [at.month(), at.day(), at.hour(), at.minute(), at.second()].map(i8::unsigned_abs);
    Moment { year: at.year().unsigned_abs(), month, day, hour, minute, second }
}

fn city(tap: &Tap<'_>) -> u64 {
    digits(&tap.file.profile.city.0)
}

fn digits(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |sum, byte| sum * 100 + u64::from(byte >> 4) * 10 + u64::from(byte & 15))
}
