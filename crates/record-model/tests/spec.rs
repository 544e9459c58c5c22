//! The tables against themselves and against the records that the specification prints.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use tunion_record_model::{Field, Moment, Record, Value, bus, log, rail, story, trip};

const TABLES: [(&str, &[Field], usize); 7] = [
    ("rail, Beijing", rail::BEIJING, 128),
    ("rail, Shanghai", rail::SHANGHAI, 128),
    ("rail, Xi'an", rail::XIAN, 128),
    ("bus", bus::TABLE, 128),
    ("1E", trip::TABLE, 48),
    ("1E, Beijing", trip::LITTLE, 48),
    ("18", log::TABLE, 23),
];

fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        hex.chars().filter_map(|c| c.to_digit(16)).map(|d| u8::try_from(d).unwrap()).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

fn at(year: u16, (month, day): (u8, u8), (hour, minute, second): (u8, u8, u8)) -> Moment {
    Moment { year, month, day, hour, minute, second }
}

#[test]
fn every_table_names_every_byte_once() {
    for (name, table, length) in TABLES {
        let end = table.iter().fold(0, |end, field| {
            assert_eq!(field.at, end, "{name}: {}", field.name);
            end + field.len
        });
        assert_eq!(end, length, "{name}");
    }
}

#[test]
fn no_bit_is_lost() {
    // A record with something in every field that may hold anything.
    let samples = [
        (
            trip::LITTLE,
            bytes(
                "04 0000300089000340 01 08001900300000 000001F4 00000E01 20241229141740 1000 01011000FFFFFFFF 000000000000",
            ),
        ),
        (log::TABLE, bytes("0001 000000 00001C37 02 000001000050 20140825103100")),
        (
            rail::BEIJING,
            [bytes("2701 7D 01 01 00 0000000000000012 01 1000 1000").as_slice(), &[0; 109]].concat(),
        ),
        (bus::TABLE, [bytes("2702 7D 01 01 00 0000000000000012 01 1000").as_slice(), &[0; 111]].concat()),
    ];
    for (table, sample) in samples {
        let read = Record::read(table, &sample).unwrap();
        for place in 0..sample.len() {
            for bit in 0..8 {
                let mut moved = sample.clone();
                moved[place] ^= 1 << bit;
                if let Ok(other) = Record::read(table, &moved) {
                    assert_eq!(read.differences(&other).len(), 1, "byte {place}, bit {bit}");
                }
            }
        }
    }
}

/// `docs/spec/card.md` 2.5, a journey on a card of Beijing.
#[test]
fn the_journey_of_beijing() {
    let sample = bytes(
        "04 0000300089000340 01 08001900300000 000001F4 00000E01 20241229141740 1000 01011000FFFFFFFF 000000000000",
    );
    let read = Record::read(trip::LITTLE, &sample).unwrap();
    assert_eq!(
        [trip::LINE, trip::STATION, trip::OPERATOR].map(|field| read.number(field)),
        [0x08, 0x19, 0x30],
        "line 8, station 19, operator 30: bytes are hexadecimal there"
    );
    assert_eq!(
        story::trip(&read),
        "metro out at 2024-12-29 14:17:40: city 1000, line 8, station 25, operator 48, terminal 0000300089000340, \
         acceptor 01011000FFFFFFFF; amount 5.00, balance after 35.85"
    );
}

/// `docs/spec/card.md` 2.5, as a terminal of Shenzhen wrote it.
#[test]
fn the_journey_of_shenzhen() {
    let sample = bytes(
        "03 0000000279001102 04 0000 0000 0000 15 00000000 0000224A 20250114142937 5840 12215840FFFFFFFF 000000000000",
    );
    let read = Record::read(trip::TABLE, &sample).unwrap();
    assert_eq!(read.get(trip::TYPE), Some(&Value::Word(3, "in")));
    assert_eq!(read.number(trip::INDUSTRY), 4, "BRT, as that source reads it");
    assert_eq!(read.number(trip::BALANCE), 0x224A);
    assert_eq!(read.time(trip::TIME), Some(at(2025, (1, 14), (14, 29, 37))));
    assert_eq!(read.number(trip::CITY), 5840);
    assert_eq!(read.get(trip::UNDEFINED), Some(&Value::Code(vec![0x15])));
}

/// `docs/spec/card.md` 5.2, the log of a real card after its first load.
#[test]
fn the_log_of_a_load() {
    let read =
        Record::read(log::TABLE, &bytes("0001 000000 00001C37 02 000001000050 20140825103100")).unwrap();
    assert_eq!(
        story::log(&read),
        "load 1 at 2014-08-25 10:31:00: amount 72.23, terminal 000001000050, overdraft limit 0.00"
    );
}

#[test]
fn what_is_no_field_of_its_kind_is_named_with_its_place() {
    let mut sample = bytes("0001 000000 00001C37 02 000001000050 20140825103100");
    sample[9] = 0x0B;
    sample[17] = 0x3A;
    let wrong = Record::read(log::TABLE, &sample).unwrap_err();
    let said: Vec<String> = wrong.iter().map(ToString::to_string).collect();
    assert_eq!(
        said,
        [
            "type (offset 9, docs/spec/card.md 2.4) is 0B, and should be a value that the table lists",
            "time (offset 16, docs/spec/card.md 2.4) is 203A0825103100, and should be YYYYMMDDhhmmss in decimal digits, or zeros",
        ]
    );
    let short = Record::read(log::TABLE, &sample[..22]).unwrap_err();
    assert_eq!(short.last().unwrap().want, "a record that is long enough");
    let long = Record::read(log::TABLE, &[sample.as_slice(), &[0]].concat()).unwrap_err();
    assert_eq!(long.last().unwrap().want, "the end of the record");
}
