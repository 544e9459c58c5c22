//! A ride as it is stated.

use std::fmt;

use serde::Deserialize;
use serde::de::{self, Deserializer, Visitor};
use tunion_data::Fen;

/// A ride as a person or a file states it: names and times as text. What is left out has a default, or must not be
/// left out: [`find`](super::find) knows.
///
/// As JSON it is an object of these keys.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ask {
    /// Who asked, so that answers name an argument or a key.
    #[serde(skip)]
    pub form: Form,
    /// Whatever tells one ask from another; it stands in the answer.
    #[serde(default)]
    pub id: Option<serde_json::Value>,
    /// A built-in city, or the path of a city file; beijing without it.
    pub city: Option<String>,
    /// `rail` or `bus`; rail without it.
    pub mode: Option<String>,
    /// The station of the tap-in, or the stop of the tap-on.
    pub from: Option<String>,
    /// The station of the tap-out, or the stop of the tap-off.
    pub to: Option<String>,
    /// The bus line; on rail the line whose gates were used.
    pub line: Option<String>,
    /// The direction of the bus line, 0 or 1.
    #[serde(default, deserialize_with = "direction")]
    pub direction: Option<u8>,
    /// The kind of card; ordinary without it. `cash` and `bank-card` are ordinary with that medium.
    pub product: Option<String>,
    /// What the rider taps with; card without it.
    pub medium: Option<String>,
    /// Who issued the card, as the tariff tells issuers apart; local without it.
    pub issuer: Option<String>,
    /// The ticket; the ordinary single ride without it.
    pub ticket: Option<String>,
    /// When a pass was first used.
    pub activated: Option<String>,
    /// When the rider entered.
    pub entered: Option<String>,
    /// When the rider left.
    pub exited: Option<String>,
    /// What the card paid in the month of the ride before it, in fen as a key.
    #[serde(default, rename = "month_paid_fen", deserialize_with = "month_paid")]
    pub month_paid: Option<Fen>,
    /// A bare distance on rail, in metres.
    #[serde(default, deserialize_with = "metres")]
    pub distance_m: Option<u32>,
    /// A bare distance on a bus, in stop numbers.
    #[serde(default, deserialize_with = "stops")]
    pub distance_stops: Option<u32>,
    /// The rider leaves without having entered.
    #[serde(default)]
    pub no_entry: bool,
    /// The rider never tapped off the bus.
    #[serde(default)]
    pub no_tap_off: bool,
}

/// How a ride is stated.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Form {
    /// As the keys of a JSON object.
    #[default]
    Keys,
    /// As the arguments of a command.
    Arguments,
}

impl Form {
    /// The name under which a key is given.
    pub(super) fn name(self, key: &str) -> String {
        match (self, key) {
            (Self::Keys, _) => key.to_owned(),
            (Self::Arguments, "distance_m" | "distance_stops") => "--distance".to_owned(),
            (Self::Arguments, "month_paid_fen") => "--month-paid".to_owned(),
            (Self::Arguments, _) => format!("--{}", key.replace('_', "-")),
        }
    }
}

/// The keys whose values are text.
pub(super) const TEXTS: [&str; 12] = [
    "city",
    "mode",
    "from",
    "to",
    "line",
    "product",
    "medium",
    "issuer",
    "ticket",
    "activated",
    "entered",
    "exited",
];
/// The keys whose values are numbers.
const NUMBERS: [&str; 4] = ["direction", "month_paid_fen", "distance_m", "distance_stops"];
/// The keys whose values are true or false.
pub(super) const FLAGS: [&str; 2] = ["no_entry", "no_tap_off"];

/// Every key.
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    ["id"].into_iter().chain(TEXTS).chain(NUMBERS).chain(FLAGS)
}

impl Ask {
    /// The ask with the city, the mode and the rider of another one where it does not say them.
    #[must_use]
    pub(super) fn or(mut self, other: &Self) -> Self {
        let pairs = [
            (&mut self.city, &other.city),
            (&mut self.mode, &other.mode),
            (&mut self.product, &other.product),
            (&mut self.medium, &other.medium),
            (&mut self.issuer, &other.issuer),
        ];
        for (mine, theirs) in pairs {
            if mine.is_none() {
                mine.clone_from(theirs);
            }
        }
        self
    }
}

fn direction<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u8>, D::Error> {
    let number = from.deserialize_any(Whole { key: "direction", what: "0 or 1", most: 1 })?;
    Ok(number.and_then(|number| u8::try_from(number).ok()))
}

fn month_paid<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Fen>, D::Error> {
    let what = "a whole number of fen, such as 10450 for 104.50 yuan";
    Ok(from.deserialize_any(Whole { key: "month_paid_fen", what, most: u32::MAX })?.map(Fen::new))
}

fn metres<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    from.deserialize_any(Whole { key: "distance_m", what: "a whole number of metres", most: u32::MAX })
}

fn stops<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    from.deserialize_any(Whole {
        key: "distance_stops",
        what: "a whole number of stop numbers",
        most: u32::MAX,
    })
}

/// Reads a whole number that is not negative.
struct Whole {
    key: &'static str,
    what: &'static str,
    most: u32,
}

impl Whole {
    fn refuse<T, E: de::Error>(&self, found: fmt::Arguments<'_>) -> Result<T, E> {
        Err(E::custom(format_args!("{}: {found}; give {}", self.key, self.what)))
    }
}

impl Visitor<'_> for Whole {
    type Value = Option<u32>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to be {}", self.key, self.what)
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        match u32::try_from(number) {
            Ok(small) if small <= self.most => Ok(Some(small)),
            _ => self.refuse(format_args!("{number} is too large")),
        }
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        self.refuse(format_args!("{number} is negative"))
    }

    // Only so that the error can name it: no such number becomes a value here.
    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Self::Value, E> {
        self.refuse(format_args!("{number} is no whole number"))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        self.refuse(format_args!("`{text}` is text"))
    }
}
