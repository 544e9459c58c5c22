//! What a ticket office writes, in every byte of 1A and 1E (`docs/spec/terminal.md` 1.3, 1.9).
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::town::{
    FARE, HIGHEST, INIT, OFFICE, UPDATE_1A, UPDATE_1E, at, bcd, expected, field, plain, said, status, strict,
    trip, with_office,
};
use support::{BEIJING, FINE, actual, card, card_with};
use tunion_apdu::Name;
use tunion_data::file::RailStatus;
use tunion_data::upload::{Payment, RecordKind, Surcharge};
use tunion_data::{Fen, IssuerId};
use tunion_terminal::profile::{RailProfile, RailTail};
use tunion_terminal::{Area, Code, Note, Profile, Request, Settle};

#[test]
fn an_over_fare_is_marked_in_every_byte_and_lets_out_here() {
    with_office(&plain(), |mut town| {
        let mut card = card_with(1, Fen::new(300));
        town.enter(&mut card, at(8, 0));
        let before = card.rail_record();
        let settled = town.settle(&mut card, at(8, 40), Area::Paid, Payment::Cash);
        assert_eq!(settled.code(), Code::Ok);
        let reads = [
            Name::SelectName,
            Name::ReadBinary,
            Name::ReadBinary,
            Name::ReadRecord,
            Name::GetBalance,
            Name::GetBalance,
        ];
        assert_eq!(settled.order[..6], reads.map(Ok));
        assert_eq!(settled.data_of(INIT)[1..5], [0, 0, 0, 0], "nothing from the card");

        let written = settled.data_of(UPDATE_1A);
        let changes: &[(usize, &[u8])] = &[
            (6, &[0, 0, 0, 0, 0, 0, 0, 0x01]), // serial: the PSAM's sequence
            (14, &[0x04]),                     // out by update
            (17, &[0x10, 0x00]),               // exit city
            (27, &BEIJING.0),                  // exit institution
            (43, &field(town.here)),           // exit station
            (59, &OFFICE),                     // exit terminal
            (74, &bcd(0x08, 0x40)),            // exit time
            (86, &[10]),                       // exit line
            (95, &[0, 0, 0, 0]),               // fare: the card paid nothing
            (99, &bcd(0x08, 0x40)),            // last transaction
            (122, &[0x04]),                    // settled here
        ];
        assert_eq!(written, expected(&before, changes));
        assert_eq!(settled.data_of(UPDATE_1E), trip(town.here, 0, 300, bcd(0x08, 0x40)));

        let [record] = settled.records[..] else { panic!("{:?}", settled.records) };
        let surcharge =
            (RecordKind::Surcharge as u8, 0x08, Surcharge::OverFare, FARE, Payment::Cash, Fen::ZERO);
        assert_eq!(said(&record), surcharge);
        assert_eq!((record.staff, record.transaction, record.industry), ([0, 1, 7], 0x09, 1));
        assert_eq!((record.line, record.station), (10, town.here));
        assert_eq!((record.entry_line, record.entry_station), (2, town.there));
        assert_eq!(record.entry_at.datetime(), Some(at(8, 0)));
        assert_eq!(
            (record.list, record.discount, record.balance_after),
            (Fen::ZERO, Fen::ZERO, Fen::new(300))
        );

        let out = town.leave(&mut card, at(9, 0));
        assert_eq!((out.code(), out.notes()), (Code::Ok, &[Note::SettledBefore][..]));
        assert_eq!((actual(&card), status(&card)), (Fen::new(300), RailStatus::Exited));
        // The mark is gone with the exit.
        assert_eq!(card.rail_record().in_out, 0);
        assert_eq!(town.leave(&mut card, at(9, 1)).code(), Code::NoEntry);
    });
}

#[test]
fn an_over_fare_in_shanghais_area_keeps_the_marker_inside() {
    let rail = RailProfile { tail: RailTail::Shanghai, ..plain().rail };
    with_office(&Profile { rail, ..plain() }, |mut town| {
        let mut card = card_with(1, Fen::new(300));
        town.enter(&mut card, at(8, 0));
        let before = card.rail_record();
        assert_eq!((before.in_out, before.entry_flag), (0x55, 0x41));
        let settled = town.settle(&mut card, at(8, 40), Area::Paid, Payment::Cash);
        let line = IssuerId([0, 0, 0, 0, 0, 0, 0, 10]);
        let changes: &[(usize, &[u8])] = &[
            (6, &[0, 0, 0, 0, 0, 0, 0, 0x01]),
            (14, &[0x04]),
            (17, &[0x10, 0x00]),
            (27, &line.0),
            (43, &field(town.here)),
            (59, &OFFICE),
            (74, &bcd(0x08, 0x40)),
            (86, &[0]),
            (99, &bcd(0x08, 0x40)),
            (106, &OFFICE[4..]),
            (120, &[0x41, 0x00, 0x55]),
        ];
        assert_eq!(settled.data_of(UPDATE_1A), expected(&before, changes));
        let out = town.leave(&mut card, at(8, 50));
        assert_eq!((out.code(), actual(&card)), (Code::Ok, Fen::new(300)));
        assert_eq!(card.rail_record().in_out, 0x66);
    });
}

#[test]
fn overtime_begins_the_journey_anew_and_may_be_paid_from_the_card() {
    with_office(&strict(), |mut town| {
        let mut card = card(1);
        town.enter(&mut card, at(8, 0));
        let before = card.rail_record();
        let settled = town.settle(&mut card, at(12, 30), Area::Paid, Payment::Card);
        assert_eq!(settled.data_of(INIT)[1..5], HIGHEST.to_be_bytes());
        let changes: &[(usize, &[u8])] = &[
            (6, &[0, 0, 0, 0, 0, 0, 0, 0x01]),
            (67, &bcd(0x12, 0x30)), // the entry is now
            (99, &bcd(0x12, 0x30)),
        ];
        assert_eq!(settled.data_of(UPDATE_1A), expected(&before, changes));
        assert_eq!(settled.data_of(UPDATE_1E), trip(town.here, 1000, 4000, bcd(0x12, 0x30)));
        let record = settled.records[0];
        assert_eq!(
            said(&record),
            (RecordKind::Surcharge as u8, 0x08, Surcharge::Overtime, HIGHEST, Payment::Card, HIGHEST)
        );
        assert_eq!(record.entry_at.datetime(), Some(at(8, 0)), "the entry that it was");
        // The month's total does not count it, and the fare is still to be paid.
        assert_eq!(card.rail_record().month_paid.fen(), Fen::ZERO);
        assert_eq!(town.leave(&mut card, at(12, 40)).code(), Code::Ok);
        assert_eq!(actual(&card), Fen::from_yuan(35));
        assert_eq!(card.rail_record().month_paid.fen(), FARE);
    });
}

#[test]
fn overtime_and_over_fare_add_and_both_are_written() {
    with_office(&strict(), |mut town| {
        let mut card = card_with(1, Fen::new(599));
        town.enter(&mut card, at(8, 0));
        let before = card.rail_record();
        assert_eq!(town.settle(&mut card, at(12, 30), Area::Paid, Payment::Card).code(), Code::PayOtherwise);
        let settled = town.settle(&mut card, at(12, 30), Area::Paid, Payment::UnionPay);
        let due = HIGHEST + FARE;
        assert_eq!(
            said(&settled.records[0]),
            (RecordKind::Surcharge as u8, 0x08, Surcharge::Both, due, Payment::UnionPay, Fen::ZERO)
        );
        let changes: &[(usize, &[u8])] = &[
            (6, &[0, 0, 0, 0, 0, 0, 0, 0x01]),
            (14, &[0x04]),
            (17, &[0x10, 0x00]),
            (27, &BEIJING.0),
            (43, &field(town.here)),
            (59, &OFFICE),
            (67, &bcd(0x12, 0x30)),
            (74, &bcd(0x12, 0x30)),
            (86, &[10]),
            (99, &bcd(0x12, 0x30)),
            (122, &[0x04]),
        ];
        assert_eq!(settled.data_of(UPDATE_1A), expected(&before, changes));
        assert_eq!(town.leave(&mut card, at(12, 50)).code(), Code::Ok);
        assert_eq!(actual(&card), Fen::new(599));
    });
}

#[test]
fn an_entry_made_good_has_status_03_and_the_station_that_is_named() {
    with_office(&plain(), |mut town| {
        let mut card = card(1);
        assert_eq!(town.leave(&mut card, at(8, 30)).code(), Code::NoEntry);
        let before = card.rail_record();
        let entered = Some((2, town.there));
        let request = Request::Settle(Settle { area: Area::Paid, payment: Payment::Cash, entered });
        let made = town.office.ask(&mut card, at(8, 40), request, FINE);
        let changes: &[(usize, &[u8])] = &[
            (6, &[0, 0, 0, 0, 0, 0, 0, 0x01]),
            (14, &[0x03]),             // in by update
            (15, &[0x10, 0x00]),       // entry city
            (19, &BEIJING.0),          // entry institution
            (35, &field(town.there)),  // entry station
            (51, &OFFICE),             // entry terminal
            (67, &bcd(0x08, 0x40)),    // entry time
            (85, &[2]),                // entry line
            (87, &[0, 0, 0, 0]),       // entry amount
            (91, &[0, 0, 0x13, 0x88]), // balance at entry
            (99, &bcd(0x08, 0x40)),
        ];
        assert_eq!(made.data_of(UPDATE_1A), expected(&before, changes));
        assert_eq!(made.data_of(UPDATE_1E), trip(town.here, 0, 5000, bcd(0x08, 0x40)));
        assert_eq!(
            said(&made.records[0]),
            (RecordKind::Surcharge as u8, 0x08, Surcharge::EntryMissing, Fen::ZERO, Payment::None, Fen::ZERO)
        );
        assert_eq!((made.records[0].entry_line, made.records[0].entry_station), (2, town.there));
        // 03 is inside: at an entry, and at an exit, which prices from there.
        assert_eq!(town.entry.ask(&mut card, at(8, 41), Request::Ride, FINE).code(), Code::ReentryFree);
        assert_eq!(town.leave(&mut card, at(8, 45)).code(), Code::Ok);
        assert_eq!((actual(&card), status(&card)), (Fen::from_yuan(45), RailStatus::Exited));
    });
}

#[test]
fn an_entry_made_good_here_when_none_is_named_and_shanghais_marker_is_55() {
    let rail = RailProfile { tail: RailTail::Shanghai, ..plain().rail };
    with_office(&Profile { rail, ..plain() }, |mut town| {
        let mut card = card(1);
        let made = town.settle(&mut card, at(8, 40), Area::Paid, Payment::None);
        assert_eq!(made.code(), Code::Ok);
        let record = card.rail_record();
        assert_eq!((record.status, record.entry_station), (0x03, field(town.here)));
        assert_eq!((record.entry_flag, record.in_out, record.entry_line), (0x41, 0x55, 0));
    });
}

#[test]
fn an_exit_made_good_has_status_04_and_does_not_let_out() {
    with_office(&plain(), |mut town| {
        let mut card = card(1);
        town.enter(&mut card, at(8, 0));
        let before = card.rail_record();
        let made = town.settle(&mut card, at(12, 0), Area::Free, Payment::Card);
        let changes: &[(usize, &[u8])] = &[
            (6, &[0, 0, 0, 0, 0, 0, 0, 0x01]),
            (14, &[0x04]),
            (17, &[0x10, 0x00]),
            (27, &BEIJING.0),
            (43, &field(town.here)),
            (59, &OFFICE),
            (74, &bcd(0x12, 0x00)),
            (86, &[10]),
            (95, &[0, 0, 0x01, 0x2C]), // what the card paid
            (99, &bcd(0x12, 0x00)),
        ];
        assert_eq!(made.data_of(UPDATE_1A), expected(&before, changes));
        assert_eq!(made.data_of(UPDATE_1E), trip(town.here, 300, 4700, bcd(0x12, 0x00)));
        let three = Fen::from_yuan(3);
        assert_eq!(
            said(&made.records[0]),
            (RecordKind::Surcharge as u8, 0x08, Surcharge::ExitMissing, three, Payment::Card, three)
        );
        // Status 04 without the marker of an over-fare opens no exit.
        assert_eq!(town.leave(&mut card, at(12, 1)).code(), Code::NoEntry);
        assert_eq!(
            town.settle(&mut card, at(12, 2), Area::Free, Payment::Cash).code(),
            Code::NothingToSettle
        );
        town.enter(&mut card, at(12, 3));
    });
}

#[test]
fn an_exit_made_good_in_shanghais_area_has_the_marker_66_and_does_not_let_out() {
    let rail = RailProfile { tail: RailTail::Shanghai, ..plain().rail };
    with_office(&Profile { rail, ..plain() }, |mut town| {
        let mut card = card(1);
        town.enter(&mut card, at(8, 0));
        town.settle(&mut card, at(12, 0), Area::Free, Payment::Cash);
        let record = card.rail_record();
        assert_eq!(
            (record.status, record.entry_flag, record.exit_flag, record.in_out),
            (4, 0x41, 0x81, 0x66)
        );
        assert_eq!(town.leave(&mut card, at(12, 1)).code(), Code::NoEntry);
    });
}
