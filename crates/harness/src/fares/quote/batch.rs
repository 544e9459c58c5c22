//! Rides as JSON lines, answered line by line.
//!
//! A line is an [`Ask`]; its answer is a line too, in the same order:
//! `{"id", "list_fen", "charged_fen", "gate_rides" (where the ride is several at the gates), "reasons": [{"rule", "at", "before_fen", "after_fen", "words"}]}`, or
//! `{"id", "error", "line"}` for a ride that is not priced, with the number of its line in the file. Of a ride over
//! several groups of lines each reason has its `leg` too, and of one without times the answer has `entered`, the time
//! at which it was taken to begin. Blank lines have no answer.
//!
//! One line is held at a time, and each city is loaded once.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};

use serde::Serialize;
use serde_json::Value;
use tunion_data::civil::DateTime;
use tunion_files::city::{self, City};
use tunion_files::diag::{Diagnostics, unknown};

use super::ask::{FLAGS, TEXTS, keys};
use super::json::Reasons;
use super::{Answer, Ask, Refusal, find, price};

/// The longest line that is read.
const LONGEST: usize = 1 << 16;

/// What a batch came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Total {
    /// Rides that were priced.
    pub priced: u64,
    /// Lines that were answered with an error.
    pub refused: u64,
}

/// Why a batch stopped.
#[derive(Debug)]
pub enum Stopped {
    /// It could not be read on.
    Reading(io::Error),
    /// The answers could not be written.
    Writing(io::Error),
}

/// Answers the rides of a file. What a line does not say of city, mode and rider is taken from `defaults`, and a ride
/// without times begins `now`, UTC+8.
///
/// Answers are written out before the next line is waited for, so that a program can ask and listen by turns.
///
/// # Errors
/// The file cannot be read, or the answers not be written. A bad line is no such error: it is answered.
pub fn batch(
    rides: impl Read,
    mut answers: impl Write,
    defaults: &Ask,
    now: DateTime,
) -> Result<Total, Stopped> {
    let mut rides = BufReader::with_capacity(1 << 18, rides);
    let mut cities = Cities::default();
    let (mut line, mut number, mut total) = (Vec::new(), 0, Total::default());
    loop {
        if rides.buffer().is_empty() {
            answers.flush().map_err(Stopped::Writing)?;
        }
        line.clear();
        let whole = read(&mut rides, &mut line).map_err(Stopped::Reading)?;
        let Some(whole) = whole else { break };
        number += 1;
        let text = if number == 1 { line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&line) } else { &line };
        let text = text.trim_ascii();
        if text.is_empty() {
            continue;
        }
        let asked = if whole { understood(text) } else { Err((None, too_long())) };
        let answered = asked.and_then(|ask| {
            let ask = ask.or(defaults);
            let city = cities.get(ask.city.as_deref()).map_err(|refusal| (ask.id.clone(), refusal))?;
            let question = find(&ask, city, now);
            match question.and_then(|question| price(&question)) {
                Ok(answer) => Ok(write(&mut answers, &Priced::new(&ask, &answer))),
                Err(refusal) => Err((ask.id, refusal)),
            }
        });
        let written = match answered {
            Ok(written) => {
                total.priced += 1;
                written
            }
            Err((id, refusal)) => {
                total.refused += 1;
                write(&mut answers, &Refused { id, error: refusal.to_string(), line: number })
            }
        };
        written.map_err(Stopped::Writing)?;
    }
    answers.flush().map_err(Stopped::Writing)?;
    Ok(total)
}

/// Reads a line; nothing at the end, false when it is too long and its rest was passed over.
fn read(rides: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Option<bool>> {
    let most = u64::try_from(LONGEST).unwrap_or(u64::MAX);
    if rides.by_ref().take(most).read_until(b'\n', line)? == 0 {
        return Ok(None);
    }
    if line.len() < LONGEST || line.ends_with(b"\n") {
        return Ok(Some(true));
    }
    loop {
        let held = rides.fill_buf()?;
        let (end, length) = match held.iter().position(|byte| *byte == b'\n') {
            Some(place) => (true, place + 1),
            None => (held.is_empty(), held.len()),
        };
        rides.consume(length);
        if end {
            return Ok(Some(false));
        }
    }
}

fn too_long() -> Refusal {
    Refusal::new(format!("this line is longer than {LONGEST} bytes")).help("write one ride a line")
}

fn write(answers: &mut impl Write, answer: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *answers, answer)?;
    answers.write_all(b"\n")
}

#[derive(Serialize)]
struct Priced<'a> {
    id: Option<&'a Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    entered: Option<String>,
    list_fen: u32,
    charged_fen: u32,
    /// At the gates the ride is so many, where it is more than one.
    #[serde(skip_serializing_if = "Option::is_none")]
    gate_rides: Option<usize>,
    reasons: Reasons<'a>,
}

impl<'a> Priced<'a> {
    fn new(ask: &'a Ask, answer: &'a Answer<'_>) -> Self {
        Self {
            id: ask.id.as_ref(),
            entered: answer.is_now.then(|| answer.journey.entered.to_string()),
            list_fen: answer.list.get(),
            charged_fen: answer.charged.get(),
            gate_rides: Some(answer.rides()).filter(|rides| *rides > 1),
            reasons: Reasons(answer),
        }
    }
}

#[derive(Serialize)]
struct Refused {
    id: Option<Value>,
    error: String,
    line: u64,
}

/// The cities that were asked for.
#[derive(Default)]
struct Cities(HashMap<String, City>);

impl Cities {
    fn get(&mut self, name: Option<&str>) -> Result<&City, Refusal> {
        let name = name.unwrap_or(city::DEFAULT);
        if !self.0.contains_key(name) {
            let city = city::named(name).map_err(|errors| told(&errors))?;
            self.0.insert(name.to_owned(), city);
        }
        self.0.get(name).ok_or_else(|| Refusal::new("no such city"))
    }
}

/// The first of the errors of a city in one line.
fn told(errors: &Diagnostics) -> Refusal {
    let Some(first) = errors.iter().next() else { return Refusal::new("the city cannot be loaded") };
    let refusal = Refusal::new(first.message()).at(match first.path() {
        "--city" => "city".to_owned(),
        path => format!("city: {path}:{}", first.line()),
    });
    match first.helps().next() {
        Some(help) => refusal.help(help),
        None => refusal,
    }
}

/// The ride of a line; what is wrong with it, and its id if that can be read.
fn understood(line: &[u8]) -> Result<Ask, (Option<Value>, Refusal)> {
    serde_json::from_slice(line).map_err(|error| misunderstood(line, &error))
}

/// Looks again at a line that is no ride, to tell it better.
fn misunderstood(line: &[u8], error: &serde_json::Error) -> (Option<Value>, Refusal) {
    let example =
        r#"write a ride as {"id": 1, "from": "西二旗", "to": "五道口", "entered": "2026-11-23T07:40"}"#;
    // Each line is a text of its own to the parser, so its "at line 1" would mislead.
    let text = error.to_string();
    let text = text.split(" at line ").next().unwrap_or_default();
    let object = match serde_json::from_slice(line) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return (None, Refusal::new("this is no JSON object").help(example)),
        Err(_) => {
            let message = format!("this is no JSON: {text}, at column {}", error.column());
            return (None, Refusal::new(message).help(example));
        }
    };
    let id = object.get("id").cloned();
    if let Some(key) = object.keys().find(|key| keys().all(|known| known != *key)) {
        return (id, unknown("key", key, keys()).into());
    }
    let wrong = |keys: &[&'static str], right: fn(&Value) -> bool| {
        let value = |key: &&'static str| Some((*key, object.get(*key)?));
        keys.iter().filter_map(value).find(|(_, value)| !right(value))
    };
    if let Some((key, value)) = wrong(&TEXTS, |value| value.is_string() || value.is_null()) {
        let help =
            if value.is_number() { format!("write \"{value}\"") } else { "write it in quotes".to_owned() };
        return (id, Refusal::new(format!("{value} is no text")).at(key).help(help));
    }
    if let Some((key, value)) = wrong(&FLAGS, Value::is_boolean) {
        return (id, Refusal::new(format!("{value} is neither true nor false")).at(key));
    }
    let text = match text.strip_prefix("duplicate field ") {
        Some(key) => format!("key {key} is given twice"),
        None => text.to_owned(),
    };
    (id, Refusal::new(text))
}
