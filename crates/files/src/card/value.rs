//! One field of a layout as a TOML value, and back: the mechanism behind `[rail]`, `[bus]`, `[[log]]` and
//! `[[trip]]`.
//!
//! | kind | written as |
//! |---|---|
//! | number | a whole number, or the name of the value: `status = "entered"` |
//! | money | yuan with two decimals in quotes |
//! | date, time, date and time | `2026-11-23`, `08:05:00`, `2026-11-23T08:05:00`, without quotes |
//! | card number | 19 digits in quotes |
//! | text | text in quotes; GBK on the card, padded with spaces |
//! | bytes | two hexadecimal digits each, in quotes |
//!
//! Any field may be written as its bare bytes: `"hex:FFFFFFFF"`.

use encoding_rs::GBK;
use serde::Deserialize;
use toml::Value;
use tunion_data::{BcdDate, BcdDateTime, BcdTime, Fen, FieldInfo, Kind, Pan};

use crate::diag::{Day, FromText, Moment, refuse};
use crate::layout::{self, Names};

/// What begins the bare bytes of a field.
pub(super) const BARE: &str = "hex:";

/// Why a value is none of the field: what is wrong, what would be right.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Unfit {
    pub(super) message: String,
    pub(super) help: String,
}

impl Unfit {
    fn new(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), help: help.into() }
    }
}

/// The bytes of a field of `kind` and `len`.
pub(super) fn bytes(field: &FieldInfo, names: Names, value: &Value) -> Result<Vec<u8>, Unfit> {
    let len = field.len;
    if let Value::String(text) = value
        && let Some(digits) = text.strip_prefix(BARE)
    {
        return digits_of(digits, len);
    }
    match (field.kind, value) {
        (Kind::Number, Value::String(name)) if !names.is_empty() => named(names, name, len),
        (Kind::Number, Value::Integer(number)) => whole(*number, len),
        (Kind::Number, other) => Err(not_whole(other, len)),
        (Kind::Money, value) => money(value, len),
        (Kind::Date, Value::Datetime(_)) => read::<Day>(value).map(|Day(day)| BcdDate::from(day).0.to_vec()),
        (Kind::Date, other) => Err(unfit(other, "a date", "such as 2026-11-23, without quotes")),
        (Kind::Time, value) => time(value),
        (Kind::DateTime, Value::Datetime(_)) => {
            read::<Moment>(value).map(|Moment(at)| BcdDateTime::from(at).0.to_vec())
        }
        (Kind::DateTime, other) => {
            Err(unfit(other, "a date with a time", "such as 2026-11-23T08:05:00, without quotes"))
        }
        (Kind::Pan, value) => parsed::<Pan>(value).map(|pan| pan.to_bytes().to_vec()),
        (Kind::Text, Value::String(text)) => gbk(text, len),
        (Kind::Hex, Value::String(digits)) => digits_of(digits, len),
        (Kind::Text | Kind::Hex, other) => Err(unfit(other, "text in quotes", "in quotes")),
    }
}

/// The value that stands for `bytes`: in words where words say it, else the bare bytes.
pub(super) fn value(field: &FieldInfo, names: Names, bytes: &[u8]) -> Value {
    let candidate = match field.kind {
        Kind::Number => number_value(names, bytes),
        Kind::Date | Kind::Time | Kind::DateTime => {
            layout::show(field.kind, bytes).replace(' ', "T").parse().ok().map(Value::Datetime)
        }
        kind => Some(Value::String(layout::show(kind, bytes))),
    };
    let bare = || Value::String(format!("{BARE}{}", layout::hex(bytes)));
    let right = |value: &Value| self::bytes(field, names, value).is_ok_and(|written| written == bytes);
    candidate.filter(right).unwrap_or_else(bare)
}

fn number_value(names: Names, bytes: &[u8]) -> Option<Value> {
    let number = bytes.iter().try_fold(0i64, |n, byte| n.checked_mul(256)?.checked_add(i64::from(*byte)))?;
    let named = names.iter().find(|(_, value)| i64::from(*value) == number);
    Some(named.map_or(Value::Integer(number), |(name, _)| Value::String((*name).to_owned())))
}

/// The bytes that hexadecimal digits stand for, `len` of them.
fn digits_of(digits: &str, len: usize) -> Result<Vec<u8>, Unfit> {
    let wrong = || {
        let bytes = if len == 1 { "1 byte".to_owned() } else { format!("{len} bytes") };
        let message = no_digit(digits).unwrap_or_else(|| format!("{digits:?} is not {bytes}"));
        Unfit::new(message, format!("write {} hexadecimal digits", 2 * len))
    };
    let bytes = hex_bytes(digits).ok_or_else(wrong)?;
    if bytes.len() == len { Ok(bytes) } else { Err(wrong()) }
}

/// What of a text that is to be hexadecimal digits is none, as an error says it.
pub(super) fn no_digit(text: &str) -> Option<String> {
    let stranger = text.chars().find(|c| !c.is_ascii_hexdigit())?;
    Some(format!("`{stranger}` is no hexadecimal digit"))
}

/// The bytes that hexadecimal digits stand for.
pub(super) fn hex_bytes(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| {
            let [high, low] = pair else { return None };
            let nibble = |digit: &u8| char::from(*digit).to_digit(16);
            u8::try_from(nibble(high)? << 4 | nibble(low)?).ok()
        })
        .collect()
}

fn named(names: Names, name: &str, len: usize) -> Result<Vec<u8>, Unfit> {
    let value = names.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
    value.map(|value| at_end(&[value], len)).ok_or_else(|| {
        let all: Vec<_> = names.iter().map(|(name, _)| format!("`{name}`")).collect();
        Unfit::new(
            format!("there is no value `{name}` here"),
            format!("there are: {}, and any whole number", all.join(", ")),
        )
    })
}

fn whole(number: i64, len: usize) -> Result<Vec<u8>, Unfit> {
    let bytes = number.to_be_bytes();
    let (front, back) = bytes.split_at(bytes.len().saturating_sub(len));
    if front.iter().all(|byte| *byte == 0) {
        Ok(at_end(back, len))
    } else {
        Err(not_whole(&Value::Integer(number), len))
    }
}

/// `bytes` with zeros before them.
fn at_end(bytes: &[u8], len: usize) -> Vec<u8> {
    let mut whole = vec![0; len.saturating_sub(bytes.len())];
    whole.extend(bytes);
    whole
}

fn not_whole(value: &Value, len: usize) -> Unfit {
    let largest = u64::MAX.checked_shr(64u32.saturating_sub(8 * u32::try_from(len).unwrap_or(8)));
    let what = format!("a whole number from 0 to {}", largest.unwrap_or_default());
    unfit(value, &what, "without quotes and without unit")
}

fn money(value: &Value, len: usize) -> Result<Vec<u8>, Unfit> {
    let amount = parsed::<Fen>(value)?;
    let bytes = amount.to_be_bytes();
    let (front, back) = bytes.split_at(bytes.len().saturating_sub(len));
    if front.iter().all(|byte| *byte == 0) {
        return Ok(back.to_vec());
    }
    Err(Unfit::new(
        format!("{amount} yuan is more than this field can hold"),
        "its 3 bytes hold at most 167772.15",
    ))
}

fn time(value: &Value) -> Result<Vec<u8>, Unfit> {
    let wrong = || unfit(value, "a time", "such as 08:05:00, without quotes");
    let Value::Datetime(stamp) = value else { return Err(wrong()) };
    let (None, Some(time), None) = (stamp.date, stamp.time, stamp.offset) else { return Err(wrong()) };
    if time.nanosecond.unwrap_or(0) != 0 {
        return Err(wrong());
    }
    let [hour, minute, second] = [time.hour, time.minute, time.second.unwrap_or(0)].map(u8::cast_signed);
    let time = tunion_data::civil::Time::new(hour, minute, second, 0).map_err(|_| wrong())?;
    Ok(BcdTime::from(time).0.to_vec())
}

/// A text in GBK, with spaces behind.
fn gbk(text: &str, len: usize) -> Result<Vec<u8>, Unfit> {
    let (bytes, _, unmappable) = GBK.encode(text);
    if unmappable {
        return Err(Unfit::new("this cannot be written in GBK", "text on a card is GBK"));
    }
    if bytes.len() > len {
        let message = format!("{} bytes where the card has {len}", bytes.len());
        return Err(Unfit::new(message, "a Chinese character takes two bytes"));
    }
    let mut field = vec![b' '; len];
    field.iter_mut().zip(&*bytes).for_each(|(to, from)| *to = *from);
    Ok(field)
}

/// A value that is written as text.
fn parsed<T: FromText>(value: &Value) -> Result<T, Unfit> {
    let (found, text) = match value {
        Value::String(text) => match text.parse() {
            Ok(parsed) => return Ok(parsed),
            Err(_) => (format!("{text:?}"), text.clone()),
        },
        other => (format!("the value {other}"), other.to_string()),
    };
    let (message, help) = refuse::<T>(&found, &text);
    Err(Unfit::new(message, help))
}

/// A value that reads itself from TOML, its remedies on the lines after the first.
fn read<T: for<'de> Deserialize<'de>>(value: &Value) -> Result<T, Unfit> {
    T::deserialize(value.clone()).map_err(|error| {
        let mut lines = error.message().lines();
        let message = lines.next().unwrap_or_default().to_owned();
        Unfit { message, help: lines.collect::<Vec<_>>().join("\n") }
    })
}

fn unfit(value: &Value, what: &str, form: &str) -> Unfit {
    Unfit::new(format!("{value} is not {what}"), format!("write it {form}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tunion_data::file::Sfi;

    use crate::layout::Layout;

    #[test]
    fn words_stand_for_bytes() {
        let cases: [(Sfi, u8, &str, &str, &str); 9] = [
            (Sfi::INDUSTRY, 1, "status", "'entered'", "01"),
            (Sfi::INDUSTRY, 1, "status", "9", "09"),
            (Sfi::INDUSTRY, 1, "entry-city", "'1000'", "1000"),
            (Sfi::INDUSTRY, 1, "entry-at", "2026-11-23T08:05:00", "20261123080500"),
            (Sfi::INDUSTRY, 1, "entry-at", "'hex:FFFFFFFFFFFFFF'", "FFFFFFFFFFFFFF"),
            (Sfi::INDUSTRY, 1, "month-paid", "'12.50'", "0004E2"),
            (Sfi::INDUSTRY, 2, "board-vehicle", "'A1001'", "4131303031202020"),
            (Sfi::LOG, 0, "time", "08:05:00", "080500"),
            (Sfi::INFO, 0, "pan", "'3105170010000000002'", "03105170010000000002"),
        ];
        for (file, id, name, text, digits) in cases {
            let layout = Layout::of(file, id);
            let field = layout.field(name).unwrap();
            let value = toml::from_str::<toml::Table>(&format!("x = {text}")).unwrap()["x"].clone();
            let written = bytes(field, layout.names(field), &value).unwrap();
            assert_eq!(layout::hex(&written), digits, "{name}");
            assert_eq!(super::value(field, layout.names(field), &written), value);
        }
    }

    proptest! {
        /// Whatever the bytes, the value that is written for them is read as the same bytes.
        #[test]
        fn every_byte_can_be_written(bytes: [u8; 128], blank in 0u8..4) {
            let bytes = match blank { 0 => [0; 128], 1 => [b' '; 128], 2 => [0x11; 128], _ => bytes };
            let files = [(Sfi::INFO, 0), (Sfi::HOLDER, 0), (Sfi::MANAGEMENT, 0), (Sfi::TRIP, 0)];
            for (file, id) in files.into_iter().chain((1..=3).map(|id| (Sfi::INDUSTRY, id))) {
                let layout = Layout::of(file, id);
                for field in &layout.fields {
                    let (names, part) = (layout.names(field), layout.part(field, &bytes));
                    let text = format!("x = {}", value(field, names, part));
                    let read = toml::from_str::<toml::Table>(&text).unwrap()["x"].clone();
                    prop_assert_eq!(super::bytes(field, names, &read), Ok(part.to_vec()), "{}", text);
                }
            }
        }
    }
}
