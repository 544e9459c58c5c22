//! EF 1E, the journeys: 48 bytes a record (`docs/spec/terminal.md` 1.3, `docs/spec/card.md` 2.5).

use crate::field::{Field, Kind};

const SOURCE: &str = "docs/spec/terminal.md 1.3, the 1E record";

/// What was done.
pub const TYPE: Field = Field::new(0, 1, "type", Kind::Word(TYPES), SOURCE);
/// The terminal: 00 00 and the 6 bytes of its PSAM.
pub const TERMINAL: Field = Field::new(1, 8, "terminal", Kind::Code, SOURCE);
/// The industry (行业代码).
pub const INDUSTRY: Field = Field::new(9, 1, "industry", Kind::Word(INDUSTRIES), SOURCE);
/// The line.
pub const LINE: Field = Field::new(10, 2, "line", Kind::Number, SOURCE);
/// The station.
pub const STATION: Field = Field::new(12, 2, "station", Kind::Number, SOURCE);
/// The operator (运营代码).
pub const OPERATOR: Field = Field::new(14, 2, "operator", Kind::Number, SOURCE);
/// Not defined; 15 has been seen.
pub const UNDEFINED: Field = Field::new(16, 1, "RFU", Kind::Code, SOURCE);
/// The amount.
pub const AMOUNT: Field = Field::new(17, 4, "amount", Kind::Fen, SOURCE);
/// The balance after the transaction (9, item 1: what this project writes).
pub const BALANCE: Field = Field::new(21, 4, "balance after", Kind::Fen, SOURCE);
/// When.
pub const TIME: Field = Field::new(25, 7, "time", Kind::Time, SOURCE);
/// The city of acceptance.
pub const CITY: Field = Field::new(32, 2, "city", Kind::Digits, SOURCE);
/// The institution that accepted.
pub const ACQUIRER: Field = Field::new(34, 8, "acceptor institution", Kind::Code, SOURCE);
/// Bus: the maximum amount if the trip stays incomplete; rail leaves it zero (`card.md` 6a).
pub const MAXIMUM: Field = Field::new(42, 4, "maximum amount", Kind::Fen, SOURCE);
/// Bus: the maximum minutes; rail leaves them zero.
pub const MINUTES: Field = Field::new(46, 2, "maximum minutes", Kind::Number, SOURCE);

/// The whole record where line, station and operator have their highest byte first.
pub const TABLE: &[Field] = &[
    TYPE, TERMINAL, INDUSTRY, LINE, STATION, OPERATOR, UNDEFINED, AMOUNT, BALANCE, TIME, CITY, ACQUIRER,
    MAXIMUM, MINUTES,
];

/// The whole record as the one real record of Beijing has it: line, station and operator with their lowest
/// byte first (`docs/spec/terminal.md` 1.3, the profile of Beijing, our reading).
pub const LITTLE: &[Field] = &[
    TYPE,
    TERMINAL,
    INDUSTRY,
    little(LINE),
    little(STATION),
    little(OPERATOR),
    UNDEFINED,
    AMOUNT,
    BALANCE,
    TIME,
    CITY,
    ACQUIRER,
    MAXIMUM,
    MINUTES,
];

const fn little(field: Field) -> Field {
    Field::new(field.at, field.len, field.name, Kind::Little, field.source)
}

/// The types, of the e-purse and of e-cash.
pub const TYPES: &[(u8, &str)] = &[
    (0x00, "initial"),
    (0x01, "EC in"),
    (0x02, "EC out"),
    (0x03, "in"),
    (0x04, "out"),
    (0x05, "EC single"),
    (0x06, "single"),
    (0x07, "EC cover"),
    (0x08, "cover"),
    (0x09, "EC load"),
    (0x0A, "load"),
    (0x12, "lock or refund"),
];

/// The industries; 00 is that of a record never written.
pub const INDUSTRIES: &[(u8, &str)] = &[
    (0x00, "none"),
    (0x01, "metro"),
    (0x02, "bus"),
    (0x03, "ferry within a city"),
    (0x04, "taxi"),
    (0x05, "rental car"),
    (0x06, "public bicycle"),
    (0x07, "parking"),
    (0x08, "coach"),
    (0x09, "ferry"),
    (0x0A, "inter-city rail"),
    (0x0B, "air"),
    (0x0C, "toll"),
    (0x0E, "suburban rail"),
];
