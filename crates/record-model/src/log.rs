//! EF 18, the card's own log: 23 bytes a record (`docs/spec/card.md` 2.4).

use crate::field::{Field, Kind};

const SOURCE: &str = "docs/spec/card.md 2.4";

/// The sequence after the increment: offline for purchases, online for loads.
pub const SEQUENCE: Field = Field::new(0, 2, "sequence", Kind::Number, SOURCE);
/// The overdraft limit.
pub const OVERDRAFT: Field = Field::new(2, 3, "overdraft limit", Kind::Fen, SOURCE);
/// The amount.
pub const AMOUNT: Field = Field::new(5, 4, "amount", Kind::Fen, SOURCE);
/// The type of the transaction.
pub const TYPE: Field = Field::new(9, 1, "type", Kind::Word(TYPES), SOURCE);
/// The terminal, as its PSAM has it.
pub const TERMINAL: Field = Field::new(10, 6, "terminal", Kind::Code, SOURCE);
/// Date and time, which the table lists as 4 and 3 bytes.
pub const TIME: Field = Field::new(16, 7, "time", Kind::Time, SOURCE);

/// The whole record.
pub const TABLE: &[Field] = &[SEQUENCE, OVERDRAFT, AMOUNT, TYPE, TERMINAL, TIME];

/// The types.
pub const TYPES: &[(u8, &str)] = &[
    (0x00, "unused"),
    (0x01, "ED load"),
    (0x02, "load"),
    (0x03, "unload"),
    (0x04, "cash withdrawal"),
    (0x05, "ED purchase"),
    (0x06, "purchase"),
    (0x07, "overdraft limit"),
    (0x08, "credit"),
    (0x09, "composite purchase"),
];
