//! How the fields of a record are written.

use std::io::Write as _;
use std::marker::PhantomData;

use tunion_data::upload::{Payment, RecordKind, Surcharge, UploadRecord};
use tunion_data::{BcdDate, BcdDateTime, Fen, Field};

use crate::diag::{day_of, nearest, refuse};
use crate::rows::{Clock, day, short};

/// A form in which a `T` is written. What it writes it reads back as the same; zeros may be nothing at all.
pub(super) trait Written<T> {
    /// Whether JSON has it as a number.
    const IS_NUMBER: bool = false;

    /// What the text says; it is not empty.
    fn read(text: &[u8], clock: &mut Clock) -> Option<T>;

    /// Writes it behind `out`.
    fn write(value: T, out: &mut Vec<u8>);

    /// What is wrong with a text, and what would be right.
    fn refuse(text: &str) -> (String, Option<String>);
}

/// Two hexadecimal digits a byte.
pub(super) struct Hex;

impl<T: Field> Written<T> for Hex {
    #[inline]
    fn read(text: &[u8], _: &mut Clock) -> Option<T> {
        bytes(text)
    }

    fn write(value: T, out: &mut Vec<u8>) {
        digits(value, out);
    }

    fn refuse(text: &str) -> (String, Option<String>) {
        let (count, plural) = (T::LEN, if T::LEN == 1 { "" } else { "s" });
        let help = format!("write {} hexadecimal digits", 2 * count);
        (format!("{} is not {count} byte{plural}", short(text)), Some(help))
    }
}

/// The longest field, in bytes.
const LONGEST: usize = 10;

#[inline]
fn bytes<T: Field>(text: &[u8]) -> Option<T> {
    let mut bytes = [0; LONGEST];
    let bytes = bytes.get_mut(..T::LEN)?;
    if text.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(T::read(bytes))
}

#[inline]
fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

fn digits<T: Field>(value: T, out: &mut Vec<u8>) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut bytes = [0; LONGEST];
    let Some(bytes) = bytes.get_mut(..T::LEN) else { return };
    value.write(bytes);
    out.extend(bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]).map(|n| DIGITS[usize::from(n)]));
}

/// A whole number.
pub(super) struct Number;

macro_rules! number {
    ($($type:ty),*) => {$(
        impl Written<$type> for Number {
            const IS_NUMBER: bool = true;

            #[inline]
            fn read(text: &[u8], _: &mut Clock) -> Option<$type> {
                text.iter().try_fold(0, |sum: $type, digit| {
                    let digit = digit.wrapping_sub(b'0');
                    if digit < 10 { sum.checked_mul(10)?.checked_add(digit.into()) } else { None }
                })
            }

            fn write(value: $type, out: &mut Vec<u8>) {
                let _ = write!(out, "{value}");
            }

            fn refuse(text: &str) -> (String, Option<String>) {
                let help = format!("write digits only, at most {}", <$type>::MAX);
                (format!("{} is not a whole number up to {}", short(text), <$type>::MAX), Some(help))
            }
        }
    )*};
}

number!(u16, u32);

/// Yuan with two decimals.
pub(super) struct Money;

impl Written<Fen> for Money {
    #[inline]
    fn read(text: &[u8], _: &mut Clock) -> Option<Fen> {
        std::str::from_utf8(text).ok()?.parse().ok()
    }

    fn write(value: Fen, out: &mut Vec<u8>) {
        let _ = write!(out, "{value}");
    }

    fn refuse(text: &str) -> (String, Option<String>) {
        let (message, help) = refuse::<Fen>(&short(text), text);
        (message, Some(help.replace(" in quotes", "")))
    }
}

/// 19 digits.
pub(super) struct Pan;

impl Written<tunion_data::Pan> for Pan {
    #[inline]
    fn read(text: &[u8], _: &mut Clock) -> Option<tunion_data::Pan> {
        match text.len() {
            19 => std::str::from_utf8(text).ok()?.parse().ok(),
            _ => bytes(text),
        }
    }

    fn write(value: tunion_data::Pan, out: &mut Vec<u8>) {
        let start = out.len();
        digits(value, out);
        let written = &out[start..];
        if written.starts_with(b"0") && written.iter().all(u8::is_ascii_digit) {
            out.remove(start);
        }
    }

    fn refuse(text: &str) -> (String, Option<String>) {
        let help = "write 19 digits, such as 3104895199900000003; or the 10 bytes as 20 hexadecimal digits";
        (format!("{} is not a card number", short(text)), Some(help.to_owned()))
    }
}

/// `2026-11-23`; nothing for zeros.
pub(super) struct Date;

impl Written<BcdDate> for Date {
    #[inline]
    fn read(text: &[u8], _: &mut Clock) -> Option<BcdDate> {
        match text.try_into() {
            Ok(text) => day(text).map(BcdDate::from),
            Err(_) => bytes(text),
        }
    }

    fn write(value: BcdDate, out: &mut Vec<u8>) {
        if value != BcdDate::default() {
            let _ = write!(out, "{value}");
        }
    }

    fn refuse(text: &str) -> (String, Option<String>) {
        let help = || "write 2026-11-23; or the 4 bytes as 8 hexadecimal digits".to_owned();
        (format!("{} is not a date", short(text)), Some(day_of(text).unwrap_or_else(help)))
    }
}

/// `2026-11-23T08:00:00`; nothing for zeros.
pub(super) struct DateTime;

impl Written<BcdDateTime> for DateTime {
    #[inline]
    fn read(text: &[u8], clock: &mut Clock) -> Option<BcdDateTime> {
        clock.read(text).map(BcdDateTime::from).or_else(|| bytes(text))
    }

    fn write(value: BcdDateTime, out: &mut Vec<u8>) {
        match value.datetime() {
            Some(_) => {
                let (date, time) = value.split();
                let _ = write!(out, "{date}T{time}");
            }
            None if value == BcdDateTime::default() => {}
            None => digits(value, out),
        }
    }

    fn refuse(text: &str) -> (String, Option<String>) {
        let help = || {
            "write 2026-11-23T08:00:00, in UTC+8 or with an offset; or the 7 bytes as 14 hexadecimal digits"
                .to_owned()
        };
        (format!("{} is not a time", short(text)), Some(day_of(text).unwrap_or_else(help)))
    }
}

/// Bytes that have words.
pub(super) trait Words: Copy + 'static {
    /// All of them.
    const ALL: &'static [Self];
    /// What they are.
    const WHAT: &'static str;

    /// The one of a byte.
    fn of(byte: u8) -> Option<Self>;
    /// Its byte.
    fn byte(self) -> u8;
    /// Its word.
    fn word(self) -> &'static str;
}

macro_rules! words {
    ($($type:ident, $what:literal;)*) => {
        $(impl Words for $type {
            const ALL: &'static [Self] = &Self::ALL;
            const WHAT: &'static str = $what;

            fn of(byte: u8) -> Option<Self> {
                Self::from_byte(byte)
            }

            fn byte(self) -> u8 {
                self as u8
            }

            fn word(self) -> &'static str {
                self.name()
            }
        })*
    };
}

words! {
    RecordKind, "kind of record";
    Surcharge, "kind of surcharge";
    Payment, "means of payment";
}

/// The word of a byte; the byte itself where there is none.
pub(super) struct Word<W>(PhantomData<W>);

impl<W: Words> Written<u8> for Word<W> {
    #[inline]
    fn read(text: &[u8], _: &mut Clock) -> Option<u8> {
        let known = W::ALL.iter().find(|word| word.word().as_bytes() == text);
        known.map(|word| word.byte()).or_else(|| bytes(text))
    }

    fn write(value: u8, out: &mut Vec<u8>) {
        match W::of(value) {
            Some(word) => out.extend(word.word().as_bytes()),
            None => digits(value, out),
        }
    }

    fn refuse(text: &str) -> (String, Option<String>) {
        let help = nearest(text, W::ALL.iter().map(|word| word.word()));
        (format!("there is no {} {}", W::WHAT, short(text)), help)
    }
}

/// Flags as words with a space between them; bits that have no word as one byte behind them.
pub(super) struct Flags;

const FLAGS: [(&str, u8); 4] = [
    ("grey", UploadRecord::GREY),
    ("recovered", UploadRecord::RECOVERED),
    ("mac2-failed", UploadRecord::MAC2_FAILED),
    ("mac2-unchecked", UploadRecord::MAC2_UNCHECKED),
];

impl Written<u8> for Flags {
    #[inline]
    fn read(text: &[u8], _: &mut Clock) -> Option<u8> {
        text.split(|byte| *byte == b' ').try_fold(0, |flags, part| {
            let known = FLAGS.iter().find(|(word, _)| word.as_bytes() == part);
            Some(flags | known.map(|(_, flag)| *flag).or_else(|| bytes(part))?)
        })
    }

    fn write(value: u8, out: &mut Vec<u8>) {
        let mut rest = value;
        for (word, flag) in FLAGS.iter().filter(|(_, flag)| value & flag != 0) {
            rest &= !flag;
            if !out.is_empty() {
                out.push(b' ');
            }
            out.extend(word.as_bytes());
        }
        if rest != 0 {
            if !out.is_empty() {
                out.push(b' ');
            }
            digits(rest, out);
        }
    }

    fn refuse(text: &str) -> (String, Option<String>) {
        let mut parts =
            text.split(' ').map(|part| (part, Self::read(part.as_bytes(), &mut Clock::default())));
        let wrong = parts.find_map(|(part, flag)| flag.is_none().then_some(part)).unwrap_or(text);
        let help = nearest(wrong, FLAGS.map(|(word, _)| word));
        (format!("there is no flag {}", short(wrong)), help)
    }
}
