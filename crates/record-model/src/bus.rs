//! EF 1A record 2702, the bus ride by distance: 128 bytes (`docs/spec/terminal.md` 1.2). The source counts its
//! positions from 1, this table from 0.

use crate::field::{Field, Kind};

const SOURCE: &str = "docs/spec/terminal.md 1.2, the bus record";
const TAIL: &str = "docs/spec/terminal.md 1.2, the vendor's use of the tail";

/// 27 02, its low byte P1 of the command that writes it.
pub const ID: Field = Field::new(0, 2, "record id", Kind::Code, SOURCE);
/// What follows: 125.
pub const LENGTH: Field = Field::new(2, 1, "length", Kind::Word(&[(0x7D, "125 bytes follow")]), SOURCE);
/// 01.
pub const VALID: Field = Field::new(3, 1, "valid flag", Kind::Word(&[(0, "no"), (1, "yes")]), SOURCE);
/// 1 by distance, 2 with pre-authorisation.
pub const TRANSACTION: Field = Field::new(4, 1, "transaction flag", Kind::Word(TRANSACTIONS), SOURCE);
/// 00 or 01.
pub const LOCK: Field = Field::new(5, 1, "lock flag", Kind::Word(&[(0, "no"), (1, "yes")]), SOURCE);
/// The PSAM's sequence.
pub const SERIAL: Field = Field::new(6, 8, "serial", Kind::Digits, SOURCE);
/// On or off.
pub const STATE: Field = Field::new(14, 1, "state", Kind::Word(STATES), SOURCE);
/// City of boarding.
pub const ON_CITY: Field = Field::new(15, 2, "boarding city", Kind::Digits, SOURCE);
/// Institution of boarding.
pub const ON_INSTITUTION: Field = Field::new(17, 8, "boarding institution", Kind::Code, SOURCE);
/// Operator of boarding.
pub const ON_OPERATOR: Field = Field::new(25, 2, "boarding operator", Kind::Code, SOURCE);
/// Line of boarding.
pub const ON_LINE: Field = Field::new(27, 2, "boarding line", Kind::Code, SOURCE);
/// Stop of boarding.
pub const ON_STOP: Field = Field::new(29, 1, "boarding stop", Kind::Number, SOURCE);
/// Vehicle boarded.
pub const ON_VEHICLE: Field = Field::new(30, 8, "boarding vehicle", Kind::Text, SOURCE);
/// Reader of boarding: 00 00 and the 6 bytes of its PSAM.
pub const ON_TERMINAL: Field = Field::new(38, 8, "boarding terminal", Kind::Code, SOURCE);
/// When.
pub const ON_TIME: Field = Field::new(46, 7, "boarding time", Kind::Time, SOURCE);
/// What a ride to the far terminus costs (标注金额), while the card is on board.
pub const ANNOTATED: Field = Field::new(53, 4, "annotated amount", Kind::Fen, SOURCE);
/// Direction of the vehicle.
pub const DIRECTION: Field = Field::new(57, 1, "direction", Kind::Number, SOURCE);
/// City of alighting.
pub const OFF_CITY: Field = Field::new(58, 2, "alighting city", Kind::Digits, SOURCE);
/// Institution of alighting.
pub const OFF_INSTITUTION: Field = Field::new(60, 8, "alighting institution", Kind::Code, SOURCE);
/// Operator of alighting.
pub const OFF_OPERATOR: Field = Field::new(68, 2, "alighting operator", Kind::Code, SOURCE);
/// Line of alighting.
pub const OFF_LINE: Field = Field::new(70, 2, "alighting line", Kind::Code, SOURCE);
/// Stop of alighting.
pub const OFF_STOP: Field = Field::new(72, 1, "alighting stop", Kind::Number, SOURCE);
/// Vehicle left.
pub const OFF_VEHICLE: Field = Field::new(73, 8, "alighting vehicle", Kind::Text, SOURCE);
/// Reader of alighting.
pub const OFF_TERMINAL: Field = Field::new(81, 8, "alighting terminal", Kind::Code, SOURCE);
/// When.
pub const OFF_TIME: Field = Field::new(89, 7, "alighting time", Kind::Time, SOURCE);
/// What was charged.
pub const AMOUNT: Field = Field::new(96, 4, "amount", Kind::Fen, SOURCE);
/// The distance ridden.
pub const DISTANCE: Field = Field::new(100, 2, "distance", Kind::Number, SOURCE);
/// City.
pub const TAIL_CITY: Field = Field::new(102, 2, "city in the tail", Kind::Digits, TAIL);
/// Not explained.
pub const UNEXPLAINED: Field = Field::new(104, 1, "not explained", Kind::Code, TAIL);
/// Driver.
pub const DRIVER: Field = Field::new(105, 4, "driver", Kind::Code, TAIL);
/// Conductor.
pub const CONDUCTOR: Field = Field::new(109, 4, "conductor", Kind::Code, TAIL);
/// Number of the run.
pub const RUN: Field = Field::new(113, 2, "run number", Kind::Number, TAIL);
/// How long a trip may last.
pub const MINUTES: Field = Field::new(115, 2, "maximum minutes", Kind::Number, TAIL);
/// Not explained.
pub const UNEXPLAINED_TOO: Field = Field::new(117, 1, "not explained", Kind::Code, TAIL);
/// Name of the stop, in a coding that no source tells.
pub const STOP_NAME: Field = Field::new(118, 10, "stop name", Kind::Code, TAIL);

/// The whole record.
pub const TABLE: &[Field] = &[
    ID,
    LENGTH,
    VALID,
    TRANSACTION,
    LOCK,
    SERIAL,
    STATE,
    ON_CITY,
    ON_INSTITUTION,
    ON_OPERATOR,
    ON_LINE,
    ON_STOP,
    ON_VEHICLE,
    ON_TERMINAL,
    ON_TIME,
    ANNOTATED,
    DIRECTION,
    OFF_CITY,
    OFF_INSTITUTION,
    OFF_OPERATOR,
    OFF_LINE,
    OFF_STOP,
    OFF_VEHICLE,
    OFF_TERMINAL,
    OFF_TIME,
    AMOUNT,
    DISTANCE,
    TAIL_CITY,
    UNEXPLAINED,
    DRIVER,
    CONDUCTOR,
    RUN,
    MINUTES,
    UNEXPLAINED_TOO,
    STOP_NAME,
];

const TRANSACTIONS: &[(u8, &str)] = &[(0, "none"), (1, "by distance"), (2, "pre-authorised")];

/// Where a card stands.
pub const STATES: &[(u8, &str)] = &[(0, "initial"), (1, "on board"), (2, "off")];
