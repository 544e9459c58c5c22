//! Values that a file writes as text, and names that a file refers to.

use std::fmt;
use std::marker::PhantomData;
use std::num::NonZeroU32;
use std::str::FromStr;

use ::toml::Spanned;
use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use tunion_data::civil::{Date, DateTime};
use tunion_data::{Aid, Bin, CityCode, Fen, IssuerId, Pan, TerminalId};

use super::{Diagnostic, Source};

/// A value written as text, with the words an error needs.
pub trait FromText: FromStr {
    /// What it is: "an amount of money".
    const WHAT: &'static str;
    /// How it is written: "yuan with two decimals, such as \"12.50\"".
    const FORM: &'static str;

    /// What the writer of `text`, which is none, may have meant.
    #[must_use]
    fn guess(_text: &str) -> Option<String> {
        None
    }

    /// The largest one, when `text` is written right and is larger.
    #[must_use]
    fn beyond(_text: &str) -> Option<String> {
        None
    }
}

macro_rules! from_text {
    ($($type:ty: $what:literal, $form:literal;)*) => {
        $(impl FromText for $type {
            const WHAT: &'static str = $what;
            const FORM: &'static str = $form;
        })*
    };
}

from_text! {
    u8: "a whole number up to 255", "digits only";
    u16: "a whole number up to 65535", "digits only";
    u32: "a whole number", "digits only";
    NonZeroU32: "a positive whole number", "digits only, at least 1";
    Aid: "the name of an application", "10 to 32 hexadecimal digits, such as \"A000000632010105\"";
    Bin: "the beginning of card numbers", "1 to 10 digits, such as \"31052280\"";
    CityCode: "a city code", "4 digits, such as \"1000\" for Beijing";
    IssuerId: "an institution", "16 hexadecimal digits, such as \"01011000FFFFFFFF\"";
    TerminalId: "a terminal number", "12 hexadecimal digits, such as \"100000000001\"";
    Pan: "a card number", "19 digits, such as \"3104895199900000003\"";
}

/// `N` bytes, written as `2 N` hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Hex<const N: usize>(pub [u8; N]);

impl<const N: usize> FromStr for Hex<N> {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let digits = text.as_bytes();
        if digits.len() != 2 * N {
            return Err(());
        }
        let mut bytes = [0; N];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let [high, low] = [pair[0], pair[1]].map(|digit| char::from(digit).to_digit(16));
            *byte = u8::try_from(high.ok_or(())? << 4 | low.ok_or(())?).map_err(drop)?;
        }
        Ok(Self(bytes))
    }
}

from_text! {
    Hex<2>: "two bytes", "4 hexadecimal digits, such as \"0114\"";
    Hex<3>: "three bytes", "6 hexadecimal digits, such as \"0007A1\"";
    Hex<4>: "four bytes", "8 hexadecimal digits, such as \"00000156\"";
    Hex<10>: "ten bytes", "20 hexadecimal digits, such as \"03105170010000000002\"";
    Hex<16>: "a 16-byte key", "32 hexadecimal digits";
}

impl FromText for Fen {
    const WHAT: &'static str = "an amount of money";
    const FORM: &'static str = "yuan with two decimals in quotes, such as \"12.50\"";

    fn guess(text: &str) -> Option<String> {
        let digits = text.chars().take_while(char::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let number: u32 = number.parse().ok()?;
        let (fen, yuan) = (Self::new(number), number.checked_mul(100).map(Self::new)?);
        match unit.trim() {
            "" => Some(format!("write \"{yuan}\" for {number} yuan, or \"{fen}\" for {number} fen")),
            "fen" | "分" => Some(format!("write \"{fen}\"")),
            "yuan" | "元" => Some(format!("write \"{yuan}\"")),
            _ => None,
        }
    }

    fn beyond(text: &str) -> Option<String> {
        let (yuan, fen) = text.split_once('.')?;
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let written = digits(yuan) && digits(fen) && fen.len() == 2 && !yuan.starts_with('0');
        written.then(|| format!("\"{}\"", Self::new(u32::MAX)))
    }
}

/// What is wrong with `text` as a `T`, and what would be right.
pub(crate) fn refuse<T: FromText>(found: &str, text: &str) -> (String, String) {
    if let Some(largest) = T::beyond(text) {
        return (format!("{found} is too large"), format!("the largest is {largest}"));
    }
    let help = T::guess(text).unwrap_or_else(|| format!("{} is written as {}", T::WHAT, T::FORM));
    (format!("{found} is not {}", T::WHAT), help)
}

/// A value that a TOML file writes as text in quotes: an amount, a card number, a city code.
///
/// A bare number is refused, so that no file mixes yuan and fen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Text<T>(pub T);

impl<'de, T: FromText> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<T>(PhantomData<T>);

        impl<T: FromText> Reader<T> {
            fn refuse<E: de::Error>(found: &str, text: &str) -> E {
                let (message, help) = refuse::<T>(found, text);
                E::custom(format!("{message}\n{help}"))
            }
        }

        impl<T: FromText> Visitor<'_> for Reader<T> {
            type Value = Text<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}: {}", T::WHAT, T::FORM)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text<T>, E> {
                text.parse().map(Text).map_err(|_| Self::refuse(&format!("{text:?}"), text))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Text<T>, E> {
                Err(Self::refuse(&format!("the number {number}"), &number.to_string()))
            }

            // Only so that the error can name it: no number becomes a value here.
            fn visit_f64<E: de::Error>(self, number: f64) -> Result<Text<T>, E> {
                Err(Self::refuse(&format!("the number {number}"), &number.to_string()))
            }
        }

        deserializer.deserialize_any(Reader(PhantomData))
    }
}

/// What would be right for a text that begins like a date, when there is no such day.
pub(crate) fn day_of(text: &str) -> Option<String> {
    let number = |range| text.get(range).and_then(|digits: &str| digits.parse::<i8>().ok());
    let year: i16 = text.get(..4)?.parse().ok()?;
    if text.get(4..5)? != "-" || text.get(7..8)? != "-" {
        return None;
    }
    let (month, day) = (number(5..7)?, number(8..10)?);
    let Ok(first) = Date::new(year, month, 1) else {
        return Some("months are 01 to 12: write a date that exists, such as 2026-11-23".to_owned());
    };
    let last = first.last_of_month().day();
    let wrong = !(1..=last).contains(&day);
    wrong.then(|| format!("{year:04}-{month:02} has the days 01 to {last}"))
}

/// A TOML local date, such as `2014-12-28`, without quotes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Day(pub Date);

impl<'de> Deserialize<'de> for Day {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let wrong =
            || de::Error::custom("this is not a date\na date is written without quotes, such as 2014-12-28");
        let stamp = ::toml::value::Datetime::deserialize(deserializer).map_err(|_| wrong())?;
        let (Some(date), None, None) = (stamp.date, stamp.time, stamp.offset) else {
            return Err(wrong());
        };
        let year = i16::try_from(date.year).map_err(|_| wrong())?;
        Date::new(year, date.month.cast_signed(), date.day.cast_signed()).map(Self).map_err(|_| wrong())
    }
}

/// A TOML local date and time, such as `2026-11-23T07:40:00`, without quotes and without zone: all
/// clocks are in UTC+8.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment(pub DateTime);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        const FORM: &str = "write 2026-11-23T07:40:00, without quotes and without zone";
        let wrong = |what: &str| de::Error::custom(format!("{what}\n{FORM}"));
        let none = || wrong("this is not a local date and time");
        let stamp = ::toml::value::Datetime::deserialize(deserializer).map_err(|_| none())?;
        let (Some(date), Some(time)) = (stamp.date, stamp.time) else { return Err(none()) };
        if stamp.offset.is_some() {
            return Err(wrong("this time has a zone, but all times are in UTC+8"));
        }
        if time.nanosecond.unwrap_or(0) != 0 {
            return Err(wrong("cards and records know whole seconds only"));
        }
        let year = i16::try_from(date.year).map_err(|_| none())?;
        let [month, day] = [date.month, date.day].map(u8::cast_signed);
        let [hour, minute, second] = [time.hour, time.minute, time.second.unwrap_or(0)].map(u8::cast_signed);
        DateTime::new(year, month, day, hour, minute, second, 0).map(Self).map_err(|_| none())
    }
}

impl Source {
    /// The value that a cell of a table holds.
    ///
    /// # Errors
    /// The text is no `T`; the help says how one is written.
    pub fn parse<T: FromText>(&self, cell: &Spanned<String>) -> Result<T, Diagnostic> {
        let text = cell.get_ref();
        text.parse().map_err(|_| {
            let (message, help) = refuse::<T>(&format!("{text:?}"), text);
            self.error(cell, message).help(help)
        })
    }

    /// What a name in this file stands for, out of `options`.
    ///
    /// # Errors
    /// There is no such name; the help gives the nearest ones, or all when they are few.
    pub fn choose<'a, T>(
        &self,
        name: &Spanned<String>,
        what: &str,
        options: impl IntoIterator<Item = (&'a str, T)>,
    ) -> Result<T, Diagnostic> {
        let mut names = Vec::new();
        for (option, value) in options {
            if option == name.get_ref() {
                return Ok(value);
            }
            names.push(option);
        }
        let Unknown { message, help } = unknown(what, name.get_ref(), names);
        let error = self.error(name, message);
        Err(match help {
            Some(help) => error.help(help),
            None => error,
        })
    }
}

/// A name that stands for nothing, in words: for those who have it from elsewhere than a file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unknown {
    /// What is wrong.
    pub message: String,
    /// The nearest names that there are, or all when they are few.
    pub help: Option<String>,
}

/// Says that `name` is no `what`, and which of the `known` names may have been meant.
pub fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Unknown {
    Unknown { message: format!("there is no {what} `{name}`"), help: nearest(name, known) }
}

/// What was meant by `name`, which is none of `names`: the nearest ones, or all when they are few.
pub(crate) fn nearest<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Option<String> {
    const FEW: usize = 32;
    let names: Vec<&str> = names.into_iter().collect();
    let quoted = |names: &[&str]| names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ");
    // The same but for capitals is meant, however many others are like it.
    if let Some(same) = names.iter().find(|option| option.eq_ignore_ascii_case(name)) {
        return Some(format!("did you mean `{same}`?"));
    }
    match near(name, names.iter().copied(), 3).as_slice() {
        [] if names.len() <= FEW => Some(format!("there are: {}", quoted(&names))),
        [] => None,
        [one] => Some(format!("the nearest is `{one}`")),
        many => Some(format!("the nearest are {}", quoted(many))),
    }
}

impl Source {
    /// Checks the `version` field that every schema has.
    ///
    /// # Errors
    /// The file is of another version of its schema.
    pub fn version(&self, found: &Spanned<u32>, known: u32) -> Result<(), Diagnostic> {
        if *found.get_ref() == known {
            return Ok(());
        }
        let message = format!("version {} of this schema is not known", found.get_ref());
        Err(self.error(found, message).help(format!("this program reads version {known}")))
    }

    /// Checks that a text which has to say something does.
    ///
    /// # Errors
    /// It is empty.
    pub fn said(&self, text: &Spanned<String>, what: &str) -> Result<(), Diagnostic> {
        if text.get_ref().trim().is_empty() {
            Err(self.error(text, format!("no {what} is given")))
        } else {
            Ok(())
        }
    }

    /// The error of a name that was already given at `first`.
    pub(crate) fn twice(&self, what: &str, name: &Spanned<String>, first: &Spanned<String>) -> Diagnostic {
        self.error(name, format!("{what} `{}` is given twice", name.get_ref()))
            .label("the second time")
            .also(first, "the first time")
    }
}

/// At most `count` names that are like `name`, the likest first.
pub(super) fn near<'a>(name: &str, names: impl Iterator<Item = &'a str>, count: usize) -> Vec<&'a str> {
    let longer = |other: &str| name.chars().count().max(other.chars().count());
    // Like is what differs in half of its characters at most: in one of three in a station name.
    let mut like: Vec<(usize, usize, &str)> = names
        .map(|other| (strsim::damerau_levenshtein(name, other), longer(other), other))
        .filter(|(edits, length, _)| edits * 2 <= *length)
        .collect();
    // By the share of characters that differ, compared without a division.
    like.sort_by(|a, b| (a.0 * b.1).cmp(&(b.0 * a.1)).then(a.2.cmp(b.2)));
    like.into_iter().take(count).map(|(_, _, name)| name).collect()
}
