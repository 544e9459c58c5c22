//! EF 1A record 2701, the rail journey: 128 bytes (`docs/spec/terminal.md` 1.3, `docs/spec/card.md` 2.6).
//!
//! The first 99 bytes are the same everywhere. What follows is the operator's own: [`BEIJING`],
//! [`SHANGHAI`] and [`XIAN`] are the three readings.

use crate::crc::crc32;
use crate::field::{Field, Kind};

const SOURCE: &str = "docs/spec/terminal.md 1.3, the rail record";
const HEADER: &str = "docs/spec/card.md 2.6";
const AREA_BEIJING: &str = "docs/spec/terminal.md 1.3, Beijing profile (our reading)";
const AREA_SHANGHAI: &str = "docs/spec/terminal.md 1.3, Shanghai's operator area";
const AREA_XIAN: &str = "docs/spec/terminal.md 1.3, Xi'an's operator area";

/// 27 01, its low byte P1 of the command that writes it.
pub const ID: Field = Field::new(0, 2, "record id", Kind::Code, HEADER);
/// What follows: 125.
pub const LENGTH: Field = Field::new(2, 1, "length", Kind::Word(&[(0x7D, "125 bytes follow")]), HEADER);
/// 01.
pub const VALID: Field = Field::new(3, 1, "valid flag", Kind::Word(FLAG), HEADER);
/// 01.
pub const INTEROPERABLE: Field = Field::new(4, 1, "interoperability flag", Kind::Word(FLAG), HEADER);
/// 00 or 01.
pub const LOCK: Field = Field::new(5, 1, "lock flag", Kind::Word(FLAG), HEADER);
/// The terminal's counter.
pub const SERIAL: Field = Field::new(6, 8, "serial", Kind::Digits, SOURCE);
/// In, out, made good.
pub const STATUS: Field = Field::new(14, 1, "status", Kind::Word(STATES), SOURCE);
/// City of entry.
pub const ENTRY_CITY: Field = Field::new(15, 2, "entry city", Kind::Digits, SOURCE);
/// City of exit.
pub const EXIT_CITY: Field = Field::new(17, 2, "exit city", Kind::Digits, SOURCE);
/// Institution at entry.
pub const ENTRY_INSTITUTION: Field = Field::new(19, 8, "entry institution", Kind::Code, SOURCE);
/// Institution at exit.
pub const EXIT_INSTITUTION: Field = Field::new(27, 8, "exit institution", Kind::Code, SOURCE);
/// Station of entry.
pub const ENTRY_STATION: Field = Field::new(35, 8, "entry station", Kind::Code, SOURCE);
/// Station of exit.
pub const EXIT_STATION: Field = Field::new(43, 8, "exit station", Kind::Code, SOURCE);
/// Gate of entry.
pub const ENTRY_TERMINAL: Field = Field::new(51, 8, "entry terminal", Kind::Code, SOURCE);
/// Gate of exit.
pub const EXIT_TERMINAL: Field = Field::new(59, 8, "exit terminal", Kind::Code, SOURCE);
/// When the gate was entered.
pub const ENTRY_TIME: Field = Field::new(67, 7, "entry time", Kind::Time, SOURCE);
/// When it was left.
pub const EXIT_TIME: Field = Field::new(74, 7, "exit time", Kind::Time, SOURCE);
/// Annotated or maximum amount.
pub const MAXIMUM: Field = Field::new(81, 4, "maximum amount", Kind::Fen, SOURCE);
/// Line of entry.
pub const ENTRY_LINE: Field = Field::new(85, 1, "entry line", Kind::Number, SOURCE);
/// Line of exit.
pub const EXIT_LINE: Field = Field::new(86, 1, "exit line", Kind::Number, SOURCE);
/// What entry charged: nothing.
pub const ENTRY_AMOUNT: Field = Field::new(87, 4, "entry amount", Kind::Fen, SOURCE);
/// The balance at entry.
pub const ENTRY_BALANCE: Field = Field::new(91, 4, "balance at entry", Kind::Fen, SOURCE);
/// The fare.
pub const FARE: Field = Field::new(95, 4, "actual fare", Kind::Fen, SOURCE);

/// When the last transaction took place (Beijing and Shanghai).
pub const LAST_TIME: Field = Field::new(99, 7, "time of the last transaction", Kind::Time, AREA_SHANGHAI);
/// The last device (Shanghai; Beijing states nothing).
pub const LAST_DEVICE: Field = Field::new(106, 4, "last device", Kind::Code, AREA_SHANGHAI);
/// The month's total (Beijing: what was PAID).
pub const MONTH_PAID: Field = Field::new(110, 3, "amount this month", Kind::Fen, AREA_SHANGHAI);
/// The month's rides.
pub const MONTH_RIDES: Field = Field::new(113, 2, "rides this month", Kind::Number, AREA_SHANGHAI);
/// Shanghai: transfer information.
pub const TRANSFER: Field = Field::new(115, 5, "transfer information", Kind::Code, AREA_SHANGHAI);
/// Shanghai: 41 the normal entry.
pub const ENTRY_FLAG: Field = Field::new(120, 1, "entry flag", Kind::Code, AREA_SHANGHAI);
/// Shanghai: 81 the normal exit.
pub const EXIT_FLAG: Field = Field::new(121, 1, "exit flag", Kind::Code, AREA_SHANGHAI);
/// Shanghai: 55 in, 66 out.
pub const MARKER: Field = Field::new(122, 1, "in / out marker", Kind::Code, AREA_SHANGHAI);
/// Shanghai: not defined.
pub const UNDEFINED: Field = Field::new(123, 1, "RFU", Kind::Code, AREA_SHANGHAI);
/// The check over bytes 6 to 123 (Beijing and Shanghai).
pub const CRC: Field = Field::new(124, 4, "CRC-32", Kind::Number, AREA_SHANGHAI);

/// Beijing: 115 to 123, which its reading does not state.
pub const BEIJING_REST: Field = Field::new(115, 9, "not stated", Kind::Code, AREA_BEIJING);

/// Xi'an: 99 to 121, which no source explains.
pub const XIAN_REST: Field = Field::new(99, 23, "not stated", Kind::Code, AREA_XIAN);
/// Xi'an: code of rejection or update.
pub const XIAN_CODE: Field = Field::new(122, 1, "code of rejection or update", Kind::Code, AREA_XIAN);
/// Xi'an: update flag.
pub const XIAN_UPDATE: Field = Field::new(123, 1, "update flag", Kind::Code, AREA_XIAN);
/// Xi'an: time of the rejection, in a form that no source tells.
pub const XIAN_TIME: Field = Field::new(124, 4, "time of rejection", Kind::Code, AREA_XIAN);

const FLAG: &[(u8, &str)] = &[(0x00, "no"), (0x01, "yes")];

/// Where a card stands.
pub const STATES: &[(u8, &str)] =
    &[(0x00, "initial"), (0x01, "in"), (0x02, "out"), (0x03, "entry made good"), (0x04, "exit made good")];

macro_rules! table {
    ($($area:ident),*) => {
        &[
            ID, LENGTH, VALID, INTEROPERABLE, LOCK, SERIAL, STATUS, ENTRY_CITY, EXIT_CITY, ENTRY_INSTITUTION,
            EXIT_INSTITUTION, ENTRY_STATION, EXIT_STATION, ENTRY_TERMINAL, EXIT_TERMINAL, ENTRY_TIME, EXIT_TIME, MAXIMUM,
            ENTRY_LINE, EXIT_LINE, ENTRY_AMOUNT, ENTRY_BALANCE, FARE, $($area),*
        ]
    };
}

/// The record with Beijing's area.
pub const BEIJING: &[Field] = table!(LAST_TIME, LAST_DEVICE, MONTH_PAID, MONTH_RIDES, BEIJING_REST, CRC);
/// The record with Shanghai's area.
pub const SHANGHAI: &[Field] = table!(
    LAST_TIME,
    LAST_DEVICE,
    MONTH_PAID,
    MONTH_RIDES,
    TRANSFER,
    ENTRY_FLAG,
    EXIT_FLAG,
    MARKER,
    UNDEFINED,
    CRC
);
/// The record with Xi'an's area, which has no CRC.
pub const XIAN: &[Field] = table!(XIAN_REST, XIAN_CODE, XIAN_UPDATE, XIAN_TIME);

/// Whether the CRC that a record of Beijing or Shanghai ends with is that of its bytes 6 to 123.
#[must_use]
pub fn crc_right(bytes: &[u8]) -> bool {
    match (bytes.get(6..124), bytes.get(124..128)) {
        (Some(covered), Some(sum)) => crc32(covered).to_be_bytes() == sum,
        _ => false,
    }
}
