//! What a gate has to leave (`docs/spec/terminal.md` 1.3).

use super::done::{Done, Kind, There, Wanted};
use super::{Deed, Fares, Tap, city, moment, word};
use tunion_data::civil::{DateTime, date};
use tunion_fare_model::Month;
use tunion_record_model::{Field, Moment, Record, Value, crc, rail};
use tunion_terminal::profile::RailTail;

/// The rail record, 2701.
const ID: u8 = 0x01;

/// The one debit of a gate.
pub fn done(tap: &Tap<'_>, fares: &Fares, wrong: &mut Vec<String>) -> Vec<Done> {
    let (line, station, exits) = match tap.deed {
        Deed::Enter { line, station } => (line, station, false),
        Deed::Exit { line, station } => (line, station, true),
        _ => return Vec::new(),
    };
    let old = Old::of(tap);
    let Some(base) = super::read(old.table, &old.bytes, wrong) else { return Vec::new() };
    // Nobody is let in twice by one city, and nobody pays twice for one journey (`docs/spec/terminal.md` 3.1, rows
    // 12 and 13).
    let inside = matches!(base.number(rail::STATUS), 1 | 3);
    let fits = if exits { inside } else { !inside || base.number(rail::ENTRY_CITY) != city(tap) };
    super::expect(wrong, "that the card stands on the other side of the gate", &true, Some(fits));
    let here = Here { line, station };
    let mut done = if exits { exit(tap, fares, &old, base, &here) } else { enter(tap, &old, base, &here) };
    done.trip = Some(There { industry: 0x01, line: u16::from(line), station, maximum: (0, 0) });
    vec![done]
}

/// The map with the operator's area of the profile's city.
pub fn table(tap: &Tap<'_>) -> &'static [Field] {
    match tap.file.profile.rail.tail {
        RailTail::Beijing => rail::BEIJING,
        RailTail::Shanghai => rail::SHANGHAI,
        RailTail::Xian => unreachable!("left out: is_read_again"),
    }
}

struct Here {
    line: u8,
    station: u16,
}

/// The record as a gate takes it: of its own city with a wrong CRC as if bytes 6 to 127 were empty
/// (`docs/spec/terminal.md` 1.3, Shanghai), and an operator's area of another city's as if it were.
struct Old {
    table: &'static [Field],
    bytes: Vec<u8>,
    /// The month's total of this city.
    month: Option<(u16, u8, u32, u32)>,
}

impl Old {
    fn of(tap: &Tap<'_>) -> Self {
        let table = table(tap);
        let mut bytes = tap.before.record(ID).to_vec();
        let [entry, exit] = [&bytes[15..17], &bytes[17..19]].map(super::digits);
        // Who is out was let out by the city of the exit.
        let last = if matches!(bytes[14], 2 | 4) { exit } else { entry };
        let ours = last == city(tap);
        let holds = rail::crc_right(&bytes);
        let mut month = None;
        if ours && holds {
            let number = |bytes: &[u8]| bytes.iter().fold(0, |sum: u32, byte| sum << 8 | u32::from(*byte));
            let year = u16::try_from(super::digits(&bytes[99..101])).unwrap();
            let of = u8::try_from(super::digits(&bytes[101..102])).unwrap();
            month = Some((year, of, number(&bytes[110..113]), number(&bytes[113..115])));
        } else if ours {
            bytes[6..].fill(0);
        } else {
            bytes[99..].fill(0);
        }
        Self { table, bytes, month }
    }

    /// The total that counts in the month of this tap; the month that is over counts no more.
    fn total(&self, now: Moment) -> (u32, u32) {
        match self.month {
            Some((year, month, paid, rides)) if (year, month) == (now.year, now.month) => (paid, rides),
            _ => (0, 0),
        }
    }
}

fn enter(tap: &Tap<'_>, old: &Old, base: Record, here: &Here) -> Done {
    let mut done = Done::debit(tap, &[], Kind::Entry, 0);
    let shanghai = tap.file.profile.rail.tail == RailTail::Shanghai;
    let now = moment(tap.at);
    let record = base
        .with(rail::STATUS, word(rail::STATES, 1))
        .with(rail::ENTRY_CITY, Value::Number(city(tap)))
        .with(rail::ENTRY_INSTITUTION, institution(tap, here))
        .with(rail::ENTRY_STATION, station(here))
        .with(rail::ENTRY_TERMINAL, terminal(tap))
        .with(rail::ENTRY_TIME, Value::Time(Some(now)))
        .with(rail::MAXIMUM, Value::Fen(0))
        .with(rail::ENTRY_AMOUNT, Value::Fen(0))
        // "XA line; SH 0", "XA the balance; SH 0".
        .with(rail::ENTRY_LINE, Value::Number(if shanghai { 0 } else { u64::from(here.line) }))
        .with(rail::ENTRY_BALANCE, Value::Fen(if shanghai { 0 } else { u64::from(done.balance_before) }))
        // The table has no figure for an entry; a journey that has only begun has cost nothing (our reading).
        .with(rail::FARE, Value::Fen(0));
    let total = old.total(now);
    done.industry = Some((ID, finish(tap, old.table, record, total, done.serial, false)));
    done
}

fn exit(tap: &Tap<'_>, fares: &Fares, old: &Old, base: Record, here: &Here) -> Done {
    let now = moment(tap.at);
    let entered = base.time(rail::ENTRY_TIME);
    let code = match base.get(rail::ENTRY_STATION) {
        Some(Value::Code(bytes)) => u16::from_be_bytes([bytes[6], bytes[7]]),
        _ => 0,
    };
    let (paid, rides) = old.total(now);
    let (amount, total) = if let Some(named) = tap.named {
        (Some(named), (paid + named, rides + 1))
    } else {
        let mut month = Month { year: now.year, month: now.month, paid, rides };
        let amount = entered.and_then(|at| fares.rail(tap, code, here.station, civil(at), &mut month));
        (amount, (month.paid, month.rides))
    };
    let mut done = Done::debit(tap, &[], Kind::Exit, amount.unwrap_or(u32::MAX));
    let shanghai = tap.file.profile.rail.tail == RailTail::Shanghai;
    let mut at = [0; 7];
    at.copy_from_slice(&old.bytes[67..74]);
    done.entry = Some((u16::try_from(base.number(rail::ENTRY_LINE)).unwrap(), code, at));
    let record = base
        .with(rail::STATUS, word(rail::STATES, 2))
        .with(rail::EXIT_CITY, Value::Number(city(tap)))
        .with(rail::EXIT_INSTITUTION, institution(tap, here))
        .with(rail::EXIT_STATION, station(here))
        .with(rail::EXIT_TERMINAL, terminal(tap))
        .with(rail::EXIT_TIME, Value::Time(Some(now)))
        .with(rail::EXIT_LINE, Value::Number(if shanghai { 0 } else { u64::from(here.line) }))
        .with(rail::FARE, Value::Fen(u64::from(done.amount)));
    done.industry = Some((ID, finish(tap, old.table, record, total, done.serial, true)));
    done
}

/// The operator's area, the serial, and the check over all of it.
fn finish(
    tap: &Tap<'_>,
    table: &'static [Field],
    record: Record,
    (paid, rides): (u32, u32),
    serial: u32,
    exits: bool,
) -> Wanted {
    let mut record = record
        .with(rail::ID, Value::Code(vec![0x27, 0x01]))
        .with(rail::VALID, Value::Word(1, "yes"))
        .with(rail::SERIAL, Value::Number(u64::from(serial)))
        .with(rail::LAST_TIME, Value::Time(Some(moment(tap.at))))
        .with(rail::MONTH_PAID, Value::Fen(u64::from(paid)))
        .with(rail::MONTH_RIDES, Value::Number(u64::from(rides)));
    let flag = |byte: u8| Value::Code(vec![byte]);
    record = match tap.file.profile.rail.tail {
        // What Beijing's reading does not state is zero (our reading).
        RailTail::Beijing => record
            .with(rail::LAST_DEVICE, Value::Code(vec![0; 4]))
            .with(rail::BEIJING_REST, Value::Code(vec![0; 9])),
        RailTail::Shanghai => {
            let record = record
                .with(rail::LAST_DEVICE, Value::Code(tap.number[2..].to_vec()))
                .with(rail::TRANSFER, Value::Code(vec![0; 5]))
                .with(rail::MARKER, flag(if exits { 0x66 } else { 0x55 }))
                .with(rail::EXIT_FLAG, flag(if exits { 0x81 } else { 0x00 }))
                .with(rail::UNDEFINED, flag(0));
            if exits { record } else { record.with(rail::ENTRY_FLAG, flag(0x41)) }
        }
        RailTail::Xian => unreachable!("left out: is_read_again"),
    };
    // The check is over the bytes that these fields are.
    let bytes = encode(&record);
    let sum = u64::from(crc::crc32(&bytes[6..124]));
    Wanted { table, record: record.with(rail::CRC, Value::Number(sum)) }
}

/// The bytes of a record that was put together field by field.
fn encode(record: &Record) -> Vec<u8> {
    let two = |n: u64| u8::try_from(n / 10 * 16 + n % 10).unwrap();
    let digits = |mut n: u64, len: usize| {
        let mut bytes = vec![0; len];
        for byte in bytes.iter_mut().rev() {
            *byte = two(n % 100);
            n /= 100;
        }
        bytes
    };
    let mut bytes = Vec::new();
    for (field, value) in record.fields() {
        bytes.extend(match value {
            Value::Code(code) => code.clone(),
            Value::Number(n) if field.kind == tunion_record_model::Kind::Digits => digits(*n, field.len),
            Value::Number(n) | Value::Fen(n) => n.to_be_bytes()[8 - field.len..].to_vec(),
            Value::Word(byte, _) => vec![*byte],
            Value::Time(None) => vec![0; 7],
            Value::Time(Some(at)) => {
                let mut bytes = digits(u64::from(at.year), 2);
                bytes.extend([at.month, at.day, at.hour, at.minute, at.second].map(|n| two(u64::from(n))));
                bytes
            }
            Value::Text(text) => text.clone().into_bytes(),
        });
    }
    bytes
}

/// "XA its own id; SH 7 × 00 ‖ line"; in Beijing the acquirer is the issuer unchanged.
fn institution(tap: &Tap<'_>, here: &Here) -> Value {
    Value::Code(match tap.file.profile.rail.tail {
        RailTail::Beijing => tap.file.psam.acquirer.0.to_vec(),
        RailTail::Shanghai => vec![0, 0, 0, 0, 0, 0, 0, here.line],
        RailTail::Xian => unreachable!("left out: is_read_again"),
    })
}

/// One code for each station, in the last two bytes (our reading; "SH 7 × 00 ‖ station").
fn station(here: &Here) -> Value {
    let [high, low] = here.station.to_be_bytes();
    Value::Code(vec![0, 0, 0, 0, 0, 0, high, low])
}

/// 00 00 and the PSAM's number, as in 1E (our reading; each city has a form of its own).
fn terminal(tap: &Tap<'_>) -> Value {
    let mut bytes = vec![0, 0];
    bytes.extend(tap.number);
    Value::Code(bytes)
}

fn civil(at: Moment) -> DateTime {
    let [month, day, hour, minute, second] =
        [at.month, at.day, at.hour, at.minute, at.second].map(|n| i8::try_from(n).unwrap());
    date(i16::try_from(at.year).unwrap(), month, day).at(hour, minute, second, 0)
}
