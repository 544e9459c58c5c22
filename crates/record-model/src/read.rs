//! From bytes to values, by a table of fields.

use std::fmt;

use crate::field::{Field, Kind};

/// What a field says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Bytes that stand for themselves.
    Code(Vec<u8>),
    /// A number, the decimal digits of a field of digits among them.
    Number(u64),
    /// An amount in fen.
    Fen(u64),
    /// A moment, or none yet.
    Time(Option<Moment>),
    /// Characters, bytes of 00 included.
    Text(String),
    /// A byte from a list, with its meaning.
    Word(u8, &'static str),
}

/// A moment as a record has it, in local time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// The year, four digits.
    pub year: u16,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
}

/// A field that cannot be what the table says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wrong {
    /// The row of the table.
    pub field: Field,
    /// What lies there.
    pub found: Vec<u8>,
    /// What would be right.
    pub want: &'static str,
}

/// A record that was read: every field of its table with its value, in the order of the bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub(crate) told: Vec<(Field, Value)>,
}

impl Record {
    /// Reads `bytes` by `table`, whose rows follow each other without a hole.
    ///
    /// # Errors
    ///
    /// Every field that is not what its row says, not only the first; a record of another length is one
    /// fault of the row at its end.
    pub fn read(table: &[Field], bytes: &[u8]) -> Result<Self, Vec<Wrong>> {
        let mut told = Vec::new();
        let mut wrong = Vec::new();
        for field in table {
            let value = bytes
                .get(field.at..field.at + field.len)
                .ok_or("a record that is long enough")
                .and_then(|found| value(field.kind, found));
            match value {
                Ok(value) => told.push((*field, value)),
                Err(want) => wrong.push(Wrong {
                    field: *field,
                    found: bytes.iter().skip(field.at).take(field.len).copied().collect(),
                    want,
                }),
            }
        }
        if let Some(last) = table.last().filter(|last| last.at + last.len < bytes.len()) {
            wrong.push(Wrong {
                field: *last,
                found: bytes.iter().skip(last.at).copied().collect(),
                want: "the end of the record",
            });
        }
        if wrong.is_empty() { Ok(Self { told }) } else { Err(wrong) }
    }

    /// What a field says, if the record's table has it.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<&Value> {
        self.told.iter().find(|(f, _)| *f == field).map(|(_, value)| value)
    }

    /// The number in a field, of any of the kinds that are numbers; 0 for a field of another kind.
    #[must_use]
    pub fn number(&self, field: Field) -> u64 {
        match self.get(field) {
            Some(Value::Number(n) | Value::Fen(n)) => *n,
            Some(Value::Word(n, _)) => u64::from(*n),
            _ => 0,
        }
    }

    /// The moment in a field.
    #[must_use]
    pub fn time(&self, field: Field) -> Option<Moment> {
        match self.get(field) {
            Some(Value::Time(time)) => *time,
            _ => None,
        }
    }

    /// This record with another value in one field: how a reader says what a tap has to change.
    #[must_use]
    pub fn with(mut self, field: Field, value: Value) -> Self {
        for (at, told) in &mut self.told {
            if *at == field {
                *told = value;
                break;
            }
        }
        self
    }

    /// The fields in which another record of the same table differs: the row, what this one says, what that
    /// one says.
    #[must_use]
    pub fn differences<'a>(&'a self, other: &'a Self) -> Vec<(Field, &'a Value, &'a Value)> {
        (self.told.iter().zip(&other.told))
            .filter(|((_, ours), (_, theirs))| ours != theirs)
            .map(|((field, ours), (_, theirs))| (*field, ours, theirs))
            .collect()
    }

    /// Every field with its value.
    pub fn fields(&self) -> impl Iterator<Item = (Field, &Value)> {
        self.told.iter().map(|(field, value)| (*field, value))
    }
}

fn value(kind: Kind, bytes: &[u8]) -> Result<Value, &'static str> {
    Ok(match kind {
        Kind::Code => Value::Code(bytes.to_vec()),
        Kind::Number => Value::Number(number(bytes)),
        Kind::Little => Value::Number(number(&bytes.iter().rev().copied().collect::<Vec<_>>())),
        Kind::Fen => Value::Fen(number(bytes)),
        Kind::Digits => Value::Number(digits(bytes).ok_or("decimal digits, two to a byte")?),
        Kind::Time => Value::Time(time(bytes)?),
        Kind::Text => Value::Text(text(bytes)?),
        Kind::Word(words) => {
            let [byte] = bytes else {
                return Err("one byte");
            };
            let (byte, word) =
                (words.iter()).find(|(value, _)| value == byte).ok_or("a value that the table lists")?;
            Value::Word(*byte, word)
        }
    })
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

fn digits(bytes: &[u8]) -> Option<u64> {
    bytes.iter().try_fold(0, |sum: u64, byte| {
        let (high, low) = (byte >> 4, byte & 15);
        (high < 10 && low < 10).then(|| sum * 100 + u64::from(high * 10 + low))
    })
}

fn time(bytes: &[u8]) -> Result<Option<Moment>, &'static str> {
    const WANT: &str = "YYYYMMDDhhmmss in decimal digits, or zeros";
    if bytes.iter().all(|byte| *byte == 0) {
        return Ok(None);
    }
    let [century, year, month, day, hour, minute, second] = bytes else {
        return Err(WANT);
    };
    let two = |byte: u8| digits(&[byte]).and_then(|n| u8::try_from(n).ok()).ok_or(WANT);
    let moment = Moment {
        year: u16::from(two(*century)?) * 100 + u16::from(two(*year)?),
        month: two(*month)?,
        day: two(*day)?,
        hour: two(*hour)?,
        minute: two(*minute)?,
        second: two(*second)?,
    };
    let real = (1..=12).contains(&moment.month)
        && (1..=31).contains(&moment.day)
        && moment.hour < 24
        && moment.minute < 60
        && moment.second < 60;
    if real { Ok(Some(moment)) } else { Err(WANT) }
}

fn text(bytes: &[u8]) -> Result<String, &'static str> {
    bytes
        .iter()
        .map(|byte| match byte {
            0 | b' '..=b'~' => Ok(char::from(*byte)),
            _ => Err("printable ASCII, or zeros"),
        })
        .collect()
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}-{:02} {:02}:{:02}:{:02}",
            self.year, self.month, self.day, self.hour, self.minute, self.second
        )
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code(bytes) => bytes.iter().try_for_each(|byte| write!(f, "{byte:02X}")),
            Self::Number(n) => write!(f, "{n}"),
            Self::Fen(n) => write!(f, "{}.{:02}", n / 100, n % 100),
            Self::Time(Some(time)) => write!(f, "{time}"),
            Self::Time(None) => f.write_str("no time"),
            Self::Text(text) => write!(f, "\"{}\"", text.escape_default()),
            Self::Word(byte, word) => write!(f, "{byte:02X} ({word})"),
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (offset {}, {}) is ", self.field.name, self.field.at, self.field.source)?;
        self.found.iter().try_for_each(|byte| write!(f, "{byte:02X}"))?;
        write!(f, ", and should be {}", self.want)
    }
}

impl std::error::Error for Wrong {}
