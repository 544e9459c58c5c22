//! What is due at a ticket office, how it may be paid, and what becomes of it when something fails
//! (`docs/spec/terminal.md` 1.7, 1.9, 3.5, 4.2).
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::town::{FARE, HIGHEST, at, office, plain, said, settle, status, strict, untouched, with_office};
use support::{
    FINE, LOST_AFTER_DEBIT, LOST_BEFORE_DEBIT, Stand, Trouble, actual, card, card_with, station_code, tariff,
};
use tunion_apdu::Name;
use tunion_data::Fen;
use tunion_data::civil::date;
use tunion_data::file::RailStatus;
use tunion_data::upload::{Payment, RecordKind, Surcharge, UploadRecord};
use tunion_terminal::profile::{ExitMissing, OfficeProfile};
use tunion_terminal::{Area, BlackList, Code, Fares, Note, Office, Place, Profile, Request, Settle, Setup};

#[test]
fn an_over_fare_is_not_paid_from_the_card_unless_the_profile_lets_it() {
    with_office(&strict(), |mut town| {
        let mut card = card_with(1, Fen::new(599));
        town.enter(&mut card, at(8, 0));
        for payment in [Payment::Card, Payment::None] {
            let refused = town.settle(&mut card, at(8, 40), Area::Paid, payment);
            assert_eq!((refused.code(), untouched(&refused)), (Code::PayOtherwise, true));
            assert_eq!(refused.decision.unwrap().list, Some(FARE), "what is due is shown");
        }
    });
    let office = OfficeProfile { over_fare_from_card: true, ..office() };
    with_office(&Profile { office, ..strict() }, |mut town| {
        let mut card = card_with(1, Fen::new(599));
        town.enter(&mut card, at(8, 0));
        let paid = town.settle(&mut card, at(8, 40), Area::Paid, Payment::Card);
        assert_eq!((paid.code(), actual(&card)), (Code::Ok, Fen::new(99)));
        assert_eq!(paid.records[0].amount, FARE);
        // It leaves less than what has to remain, and opens all the same: it is settled.
        assert_eq!(town.leave(&mut card, at(8, 41)).code(), Code::Ok);
        assert_eq!(actual(&card), Fen::new(99));
    });
}

/// What a single ticket costs after a long stay is the tariff's affair where overtime is.
#[test]
fn where_the_tariff_prices_a_long_stay_the_ticket_has_it_in_it() {
    with_office(&plain(), |mut town| {
        let mut card = card_with(1, Fen::new(799));
        town.enter(&mut card, at(8, 0));
        assert_eq!(town.leave(&mut card, at(13, 0)).code(), Code::FareNotCovered);
        let settled = town.settle(&mut card, at(13, 5), Area::Paid, Payment::Cash);
        let [record] = settled.records[..] else { panic!("{:?}", settled.records) };
        assert_eq!((record.surcharge_kind, record.surcharge), (Surcharge::OverFare as u8, Fen::from_yuan(8)));
        assert_eq!(town.leave(&mut card, at(13, 6)).code(), Code::Ok);
    });
}

#[test]
fn overtime_from_the_card_takes_no_more_than_its_balance() {
    let fixed = OfficeProfile { overtime_penalty: Some(Fen::from_yuan(8)), ..office() };
    with_office(&Profile { office: fixed, ..strict() }, |mut town| {
        let (mut poor, mut just) = (card_with(1, Fen::new(799)), card_with(2, Fen::new(800)));
        for card in [&mut poor, &mut just] {
            town.enter(card, at(8, 0));
        }
        assert_eq!(town.settle(&mut poor, at(12, 30), Area::Paid, Payment::Card).code(), Code::PayOtherwise);
        assert_eq!(town.settle(&mut poor, at(12, 31), Area::Paid, Payment::WeChat).code(), Code::Ok);
        assert_eq!(actual(&poor), Fen::new(799));
        assert_eq!(town.settle(&mut just, at(12, 32), Area::Paid, Payment::Card).code(), Code::Ok);
        assert_eq!(actual(&just), Fen::ZERO);
    });
}

#[test]
fn who_settled_and_stays_has_stayed_too_long() {
    with_office(&plain(), |mut town| {
        let mut card = card_with(1, Fen::new(300));
        town.enter(&mut card, at(8, 0));
        town.settle(&mut card, at(8, 40), Area::Paid, Payment::Cash);
        let refused = town.leave(&mut card, date(2026, 11, 23).at(9, 0, 1, 0));
        assert_eq!((refused.code(), untouched(&refused)), (Code::Overtime, true));
        let again = town.settle(&mut card, at(9, 5), Area::Paid, Payment::Alipay);
        assert_eq!(Surcharge::from_byte(again.records[0].surcharge_kind), Some(Surcharge::Overtime));
        assert_eq!(card.rail_record().entry_at.datetime(), Some(at(8, 0)));
        let settled = town.settle(&mut card, at(9, 6), Area::Paid, Payment::Cash);
        assert_eq!((settled.code(), untouched(&settled)), (Code::NothingToSettle, true));
        assert_eq!(town.leave(&mut card, at(9, 25)).code(), Code::Ok);
        assert_eq!(actual(&card), Fen::new(300));
    });
}

#[test]
fn a_station_that_is_none_is_not_made_good() {
    with_office(&plain(), |mut town| {
        let mut card = card(1);
        let entered = Some((0, 0xFFFF));
        let request = Request::Settle(Settle { area: Area::Paid, payment: Payment::None, entered });
        let refused = town.office.ask(&mut card, at(8, 40), request, FINE);
        assert_eq!((refused.code(), untouched(&refused)), (Code::NoFare, true));
        assert_eq!(status(&card), RailStatus::Initial);
    });
}

#[test]
fn an_exit_made_good_by_a_single_ticket_says_nothing_of_the_stay() {
    let office = OfficeProfile { exit_missing: ExitMissing::SingleTicket, ..office() };
    with_office(&Profile { office, ..plain() }, |mut town| {
        let mut card = card(1);
        town.enter(&mut card, at(8, 0));
        // A day later: the ride from 西二旗 to here, without overtime.
        let next = date(2026, 11, 24).at(9, 0, 0, 0);
        let made = town.settle(&mut card, next, Area::Free, Payment::Cash);
        assert_eq!((made.code(), made.records[0].surcharge), (Code::Ok, FARE));
        assert_eq!(made.decision.unwrap().quote.unwrap().charged, FARE);
    });
}

#[test]
fn a_young_entry_is_corrected_free_of_charge_at_its_station_only() {
    with_office(&plain(), |mut town| {
        let [mut young, mut old, mut away] = [1, 2, 3].map(card);
        for card in [&mut young, &mut old, &mut away] {
            town.enter(card, at(8, 0));
        }
        let elsewhere = town.settle(&mut away, at(8, 19), Area::Free, Payment::Cash);
        assert_eq!(elsewhere.records[0].surcharge, Fen::from_yuan(3));
        let there = town.there;
        town.office.terminal.set_place(Place::Office(Office { line: 2, station: there }));
        let free = town.settle(&mut young, at(8, 19), Area::Free, Payment::None);
        assert_eq!((free.code(), free.records[0].surcharge), (Code::Ok, Fen::ZERO));
        assert_eq!(free.decision.unwrap().list, None);
        let paid = town.settle(&mut old, at(8, 20), Area::Free, Payment::None);
        assert_eq!(paid.code(), Code::PayOtherwise);
        town.enter(&mut young, at(8, 21));
    });
}

#[test]
fn nothing_is_settled_where_nothing_is_wrong() {
    with_office(&strict(), |mut town| {
        let mut card = card(1);
        assert_eq!(town.settle(&mut card, at(7, 0), Area::Free, Payment::Cash).code(), Code::NothingToSettle);
        town.enter(&mut card, at(8, 0));
        let inside = town.settle(&mut card, at(12, 0), Area::Paid, Payment::Cash);
        assert_eq!((inside.code(), untouched(&inside)), (Code::NothingToSettle, true));
    });
}

#[test]
fn a_card_that_gates_refuse_is_refused_at_the_office() {
    let black_list = BlackList::from([card(1).image().info.pan]);
    let (tariff, profile) = (tariff(), plain());
    let place = Place::Office(Office { line: 10, station: station_code(&tariff, "西单") });
    let setup = Setup { profile: &profile, place, fares: Fares::Tariff(&tariff), black_list: &black_list };
    let mut office = Stand::at(setup, 3);
    let refused = office.ask(&mut card(1), at(8, 0), settle(Area::Paid, Payment::Cash), FINE);
    assert_eq!((refused.code(), untouched(&refused)), (Code::BlackListed, true));
}

// ---- When something fails there ----

#[test]
fn a_settlement_whose_answer_is_lost_is_settled_once() {
    with_office(&strict(), |mut town| {
        let mut card = card(1);
        town.enter(&mut card, at(8, 0));
        let request = settle(Area::Paid, Payment::Card);
        let lost = town.office.ask(&mut card, at(12, 30), request, LOST_AFTER_DEBIT);
        assert_eq!((lost.code(), lost.records.len()), (Code::Moved, 0));
        town.office.restart();
        let again = town.office.ask(&mut card, at(12, 31), request, FINE);
        assert_eq!((again.code(), again.recovered()), (Code::Ok, true));
        assert_eq!(again.decision.as_ref().unwrap().list, Some(HIGHEST), "what was due");
        let [record] = again.records[..] else { panic!("{:?}", again.records) };
        assert_eq!(
            said(&record),
            (RecordKind::Surcharge as u8, 0x08, Surcharge::Overtime, HIGHEST, Payment::Card, HIGHEST)
        );
        assert_eq!((record.staff, actual(&card)), ([0, 1, 7], Fen::from_yuan(40)));
        assert!(town.office.store.is_empty());
        // Later it is a visit of its own.
        let later = town.office.ask(&mut card, at(12, 40), request, FINE);
        assert_eq!(later.code(), Code::NothingToSettle);
    });
}

#[test]
fn a_settlement_paid_in_cash_is_recovered_too() {
    with_office(&plain(), |mut town| {
        let mut card = card_with(1, Fen::new(300));
        town.enter(&mut card, at(8, 0));
        let request = settle(Area::Paid, Payment::Cash);
        town.office.ask(&mut card, at(8, 40), request, LOST_AFTER_DEBIT);
        let again = town.office.ask(&mut card, at(8, 41), request, FINE);
        assert_eq!((again.code(), again.recovered()), (Code::Ok, true));
        assert_eq!(again.decision.unwrap().list, Some(FARE));
        assert_eq!(again.records[0].surcharge, FARE);
        assert_eq!(town.leave(&mut card, at(8, 42)).code(), Code::Ok);
    });
}

#[test]
fn a_settlement_that_was_not_done_is_done_at_the_next_tap() {
    with_office(&plain(), |mut town| {
        let mut card = card_with(1, Fen::new(300));
        town.enter(&mut card, at(8, 0));
        let request = settle(Area::Paid, Payment::Cash);
        assert_eq!(town.office.ask(&mut card, at(8, 40), request, LOST_BEFORE_DEBIT).code(), Code::Moved);
        assert_eq!(status(&card), RailStatus::Entered);
        let again = town.office.ask(&mut card, at(8, 41), request, FINE);
        assert_eq!((again.code(), again.notes()), (Code::Ok, &[Note::NotDone][..]));
        assert_eq!(again.records.len(), 1);
    });
}

#[test]
fn a_store_that_fails_settles_nothing() {
    with_office(&plain(), |mut town| {
        let mut card = card_with(1, Fen::new(300));
        town.enter(&mut card, at(8, 0));
        let trouble = Trouble { store_fails: true, ..FINE };
        let failed = town.office.ask(&mut card, at(8, 40), settle(Area::Paid, Payment::Cash), trouble);
        assert_eq!((failed.code(), status(&card)), (Code::StoreFailed, RailStatus::Entered));
        assert!(!failed.sent(Name::DebitForPurchase));
    });
}

#[test]
fn a_refused_mac2_keeps_the_record_of_a_settlement() {
    with_office(&plain(), |mut town| {
        let mut card = card_with(1, Fen::new(300));
        town.enter(&mut card, at(8, 0));
        let trouble = Trouble { wrong_mac2: true, ..FINE };
        let failed = town.office.ask(&mut card, at(8, 40), settle(Area::Paid, Payment::Cash), trouble);
        assert_eq!((failed.code(), failed.records.len()), (Code::Mac2, 1));
        assert!(failed.records[0].has(UploadRecord::MAC2_FAILED));
        let next = town.settle(&mut card, at(8, 41), Area::Paid, Payment::Cash);
        assert_eq!(next.code(), Code::Distrusted);
    });
}

// ---- Advice ----

#[test]
fn an_enquiry_at_the_office_sends_nothing_that_writes_and_asks_no_psam() {
    with_office(&strict(), |mut town| {
        let mut card = card_with(1, Fen::new(599));
        town.enter(&mut card, at(8, 0));
        let before = card.image();
        let told = town.office.ask(&mut card, at(12, 30), Request::Enquire, FINE);
        let advice = told.enquiry.as_ref().unwrap().advice;
        assert_eq!((advice.free_area, advice.paid_area), (Code::ReentryPaid, Code::OvertimeNotCovered));
        assert_eq!((advice.kind, advice.due), (Surcharge::Both, HIGHEST + FARE));
        assert_eq!(card.image(), before);
        let reads = [Name::SelectName, Name::ReadBinary, Name::ReadRecord, Name::GetBalance];
        assert!(
            told.order.iter().all(|sent| sent.is_err() || reads.map(Ok).contains(sent)),
            "{:?}",
            told.order
        );
    });
}

#[test]
fn advice_is_what_the_gates_then_do() {
    for profile in [strict(), plain()] {
        holds_for_every_card(&profile);
    }
}

fn holds_for_every_card(profile: &Profile) {
    with_office(profile, |mut town| {
        let mut numbers = 1..;
        // Balances, with and without an entry at 8.
        for balance in [0, 299, 300, 599, 600, 5000] {
            for (entered, now) in [
                (false, at(8, 0)),
                (true, at(8, 19)),
                (true, at(8, 20)),
                (true, at(12, 0)),
                (true, at(12, 1)),
            ] {
                let mut card = card_with(numbers.next().unwrap(), Fen::new(balance));
                if entered && balance >= 300 {
                    town.enter(&mut card, at(8, 0));
                }
                let told = town.office.ask(&mut card, now, Request::Enquire, FINE).enquiry.unwrap().advice;
                let what = format!("{balance} fen, {now}: {told:?}");
                assert_eq!(
                    town.exit.ask(&mut card.clone(), now, Request::Ride, FINE).code(),
                    told.paid_area,
                    "{what}"
                );
                let entry = town.entry.ask(&mut card.clone(), now, Request::Ride, FINE).code();
                // Of an entry elsewhere the advice says that its correction is paid.
                let entry = if entry == Code::ReentryFree { Code::ReentryPaid } else { entry };
                assert_eq!(entry, told.free_area, "{what}");
                let settled = town.settle(&mut card, now, Area::Paid, Payment::Cash);
                match settled.records.first() {
                    Some(record) => assert_eq!(
                        (record.surcharge, record.surcharge_kind),
                        (told.due, told.kind as u8),
                        "{what}"
                    ),
                    None => assert_eq!(
                        (settled.code(), told.kind),
                        (Code::NothingToSettle, Surcharge::None),
                        "{what}"
                    ),
                }
            }
        }
    });
}
