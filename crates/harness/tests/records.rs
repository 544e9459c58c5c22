//! The records of a rail journey, byte for byte (`docs/spec/terminal.md` 1.3, Beijing profile, our
//! reading). The bytes below are put together by hand from the field table, not by the code under
//! test; only the CRC is computed, over the bytes written here.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use crc::{CRC_32_ISO_HDLC, Crc};
use support::{FINE, card, now, profile, with_gates};
use tunion_apdu::{Response, build};
use tunion_card::{Card, Chip};
use tunion_data::Fen;
use tunion_data::fci::EP_AID;
use tunion_data::file::Sfi;
use tunion_data::upload::UploadRecord;
use tunion_harness::random::Stream;

/// 西直门 has code 363 in fixtures/networks/beijing-rail-2026/stations.csv, 国贸 131; big-endian in the
/// last two bytes of 2701's fields, low byte first in 1E.
const ENTRY_STATION: &str = "000000000000016B";
const EXIT_STATION: &str = "0000000000000083";
const ENTRY_TRIP: &str = "6B01";
const EXIT_TRIP: &str = "8300";

/// The newest record of EF 1E.
fn trip(card: &mut Card<Stream>) -> Vec<u8> {
    card.power_on().unwrap();
    let mut response = Response::new();
    card.process(&build::select_name(&EP_AID), &mut response).unwrap();
    card.process(&build::read_record(Sfi::TRIP, 1, 0x30), &mut response).unwrap();
    card.power_off();
    response.data().to_vec()
}

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> =
        text.chars().filter_map(|c| c.to_digit(16)).map(|d| u8::try_from(d).unwrap()).collect();
    digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// Fields of record 2701 up to the CRC, one line of the table each, and the CRC.
fn rail(fields: &[&str]) -> Vec<u8> {
    let mut bytes = hex(&fields.concat());
    assert_eq!(bytes.len(), 124, "the fields above");
    let crc = Crc::<u32>::new(&CRC_32_ISO_HDLC).checksum(&bytes[6..124]);
    bytes.extend(crc.to_be_bytes());
    bytes
}

#[test]
#[expect(clippy::too_many_lines, reason = "four records, a line for each field")]
fn entry_and_exit_write_2701_and_1e_as_mapped() {
    with_gates(&profile(), |[mut entry, mut exit, _]| {
        let mut card = card(1);
        entry.tap(&mut card, 1, FINE);
        let entered = rail(&[
            "2701",             // 0 record id
            "7D",               // 2 length
            "01 01 00",         // 3 valid, interoperable, lock
            "0000000000000001", // 6 serial: the PSAM's sequence, BCD
            "01",               // 14 status: entered
            "1000 0000",        // 15 entry city, exit city
            "01011000FFFFFFFF", // 19 entry institution
            "0000000000000000", // 27 exit institution
            ENTRY_STATION,      // 35 entry station
            "0000000000000000", // 43 exit station
            "0000100000000001", // 51 entry terminal
            "0000000000000000", // 59 exit terminal
            "20261123080100",   // 67 entry time
            "00000000000000",   // 74 exit time
            "00000000",         // 81 max amount
            "01 00",            // 85 entry line, exit line
            "00000000",         // 87 entry amount
            "00001388",         // 91 balance at entry: 50.00
            "00000000",         // 95 fare
            "20261123080100",   // 99 last transaction
            "00000000",         // 106
            "000000 0000",      // 110 paid this month, rides
            "0000000000",       // 115
            "00 00 00 00",      // 120
        ]);
        assert_eq!(card.rail_record().encode().to_vec(), entered);
        assert_eq!(
            trip(&mut card),
            hex(&[
                "03",               // 0 type: entry
                "0000100000000001", // 1 terminal
                "01",               // 9 industry: rail
                "0100",             // 10 line 1, low byte first
                ENTRY_TRIP,         // 12 station
                "3000",             // 14 operator 30
                "00",               // 16
                "00000000",         // 17 amount
                "00001388",         // 21 balance after
                "20261123080100",   // 25 time
                "1000",             // 32 city
                "01011000FFFFFFFF", // 34 acquirer
                "00000000 0000",    // 42
            ]
            .concat())
        );

        let out = exit.tap(&mut card, 31, FINE);
        // 西直门 to 国贸: 6 to 12 km.
        assert_eq!(out.decision.as_ref().unwrap().list, Some(Fen::from_yuan(4)));
        let left = rail(&[
            "2701",
            "7D",
            "01 01 00",
            "0000000000000001", // 6 the exit gate's own PSAM begins at 1 too
            "02",               // 14 status: exited
            "1000 1000",
            "01011000FFFFFFFF",
            "01011000FFFFFFFF", // 27 exit institution
            ENTRY_STATION,
            EXIT_STATION, // 43 exit station
            "0000100000000001",
            "0000100000000002", // 59 exit terminal
            "20261123080100",
            "20261123083100", // 74 exit time
            "00000000",
            "01 01", // 86 exit line
            "00000000",
            "00001388",
            "00000190",       // 95 fare 4.00
            "20261123083100", // 99 last transaction
            "00000000",
            "000190 0001", // 110 paid this month 4.00, one ride
            "0000000000",
            "00 00 00 00",
        ]);
        assert_eq!(card.rail_record().encode().to_vec(), left);
        assert_eq!(
            trip(&mut card),
            hex(&[
                "04",
                "0000100000000002",
                "01",
                "0100",
                EXIT_TRIP,
                "3000",
                "00",
                "00000190", // 17 amount 4.00
                "000011F8", // 21 balance after: 46.00
                "20261123083100",
                "1000",
                "01011000FFFFFFFF",
                "00000000 0000",
            ]
            .concat())
        );

        let [record] = out.records[..] else { panic!("{:?}", out.records) };
        assert!(!record.has(UploadRecord::GREY));
        assert_eq!((record.balance_before, record.balance_after), (Fen::from_yuan(50), Fen::from_yuan(46)));
        assert_eq!((record.card_seq, record.terminal_seq), (2, 1));
        assert_eq!(record.entry_at.datetime(), Some(now(1)));
        assert_eq!(card.rail_record().month_paid.fen(), Fen::from_yuan(4));
    });
}
