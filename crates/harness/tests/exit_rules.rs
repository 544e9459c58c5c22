//! Exit gates that refuse what the ticket office settles (`docs/spec/terminal.md` 3.1, rows 12 to 16).
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::town::{FARE, at, plain, settle, strict, untouched, with_office};
use support::{FINE, Stand, actual, card, card_with};
use tunion_apdu::Sw;
use tunion_data::Fen;
use tunion_data::civil::date;
use tunion_data::upload::Payment;
use tunion_terminal::profile::{RailProfile, RailTail};
use tunion_terminal::{
    Area, BlackList, Charge, Code, Direction, Event, Fares, Note, Office, Place, Profile, RailGate, Request,
    Setup,
};

#[test]
fn row_12_an_entry_that_finds_an_entry_is_refused_whoever_made_it() {
    with_office(&plain(), |mut town| {
        let [mut entered, mut added] = [1, 2].map(card);
        town.enter(&mut entered, at(8, 0));
        town.settle(&mut added, at(8, 0), Area::Paid, Payment::None);
        for card in [&mut entered, &mut added] {
            let mut again = |minute| town.entry.ask(card, at(8, minute), Request::Ride, FINE);
            let (free, paid) = (again(19), again(20));
            assert_eq!((free.code(), paid.code()), (Code::ReentryFree, Code::ReentryPaid));
            assert!(untouched(&free) && untouched(&paid));
        }
    });
}

#[test]
fn row_13_an_exit_that_finds_no_entry_is_refused_whoever_made_the_exit() {
    with_office(&plain(), |mut town| {
        let [mut new, mut left, mut added] = [1, 2, 3].map(card);
        town.enter(&mut left, at(8, 0));
        town.leave(&mut left, at(8, 40));
        town.enter(&mut added, at(8, 0));
        town.settle(&mut added, at(8, 40), Area::Free, Payment::Cash);
        for card in [&mut new, &mut left, &mut added] {
            let refused = town.leave(card, at(8, 41));
            assert_eq!((refused.code(), untouched(&refused)), (Code::NoEntry, true));
        }
    });
}

#[test]
fn row_14_an_exit_after_the_longest_journey_is_refused() {
    with_office(&strict(), |mut town| {
        let mut card = card(1);
        town.enter(&mut card, at(8, 0));
        let late = town.leave(&mut card, date(2026, 11, 23).at(12, 0, 1, 0));
        assert_eq!(late.code(), Code::Overtime);
        assert!(untouched(&late));
        // What it would cost is shown, without what the tariff has for a long stay.
        assert_eq!(late.decision.as_ref().unwrap().list, Some(FARE));
        assert_eq!(late.decision.as_ref().unwrap().quote.unwrap().charged, FARE);
        // The limit itself is inside it.
        assert_eq!(town.leave(&mut card, at(12, 0)).code(), Code::Ok);
        assert_eq!(actual(&card), Fen::from_yuan(45));
    });
}

#[test]
fn row_14_where_the_tariff_prices_a_long_stay_it_is_no_reason_to_refuse() {
    with_office(&plain(), |mut town| {
        let mut card = card(1);
        town.enter(&mut card, at(8, 0));
        assert_eq!(town.leave(&mut card, at(13, 0)).code(), Code::Ok);
        assert_eq!(actual(&card), Fen::from_yuan(42));
    });
}

#[test]
fn row_15_what_has_to_remain_is_asked_for_before_anything_is_sent() {
    with_office(&strict(), |mut town| {
        let (mut short, mut enough) = (card_with(1, Fen::new(599)), card_with(2, Fen::new(600)));
        for card in [&mut short, &mut enough] {
            town.enter(card, at(8, 0));
        }
        let refused = town.leave(&mut short, at(8, 40));
        assert_eq!(
            (refused.code(), refused.decision.as_ref().unwrap().list),
            (Code::FareNotCovered, Some(FARE))
        );
        assert!(untouched(&refused));
        assert_eq!(town.leave(&mut enough, at(8, 40)).code(), Code::Ok);
        assert_eq!(actual(&enough), Fen::from_yuan(1));
    });
}

#[test]
fn row_15_where_nothing_has_to_remain_the_card_decides() {
    with_office(&plain(), |mut town| {
        let mut card = card_with(1, Fen::new(499));
        town.enter(&mut card, at(8, 0));
        let refused = town.leave(&mut card, at(8, 40));
        assert_eq!(refused.code(), Code::FareNotCovered);
        assert_eq!(refused.notes(), [Note::Status(Sw::INSUFFICIENT)]);
    });
}

#[test]
fn row_16_overtime_and_a_fare_that_is_not_covered_have_one_code() {
    with_office(&strict(), |mut town| {
        let mut card = card_with(1, Fen::new(599));
        town.enter(&mut card, at(8, 0));
        let refused = town.leave(&mut card, at(12, 1));
        assert_eq!(refused.code(), Code::OvertimeNotCovered);
        assert!(untouched(&refused));
    });
}

#[test]
fn a_gate_settles_nothing_and_an_office_lets_nobody_ride() {
    with_office(&strict(), |mut town| {
        let asked = |request| Event::Card(request);
        assert_eq!(town.exit.terminal.step(at(8, 0), asked(settle(Area::Paid, Payment::Cash))), []);
        assert_eq!(town.exit.terminal.step(at(8, 0), asked(Request::Buy(FARE))), []);
        assert_eq!(town.office.terminal.step(at(8, 0), asked(Request::Ride)), []);
        assert_eq!(town.office.terminal.step(at(8, 0), asked(Request::Load(FARE))), []);
        assert!(town.exit.terminal.is_ready() && town.office.terminal.is_ready());
    });
}

/// A controller's gate goes by the same rules with the fare that the controller names; what was settled
/// here it is not asked for.
#[test]
fn a_controllers_gate_does_the_same() {
    let profile = Profile { rail: RailProfile { tail: RailTail::Shanghai, ..strict().rail }, ..strict() };
    let black_list = BlackList::new();
    let stand = |number, place| {
        let setup = Setup { profile: &profile, place, fares: Fares::Controller, black_list: &black_list };
        let mut stand = Stand::at(setup, number);
        stand.charge = Charge { list: Fen::new(500), charged: Fen::new(400) };
        stand
    };
    let gate = |direction, station| Place::Rail(RailGate { direction, line: 2, station });
    let mut entry = stand(1, gate(Direction::Entry, 12));
    let mut exit = stand(2, gate(Direction::Exit, 40));
    let mut office = stand(3, Place::Office(Office { line: 2, station: 40 }));
    let (mut short, mut late) = (card_with(1, Fen::new(499)), card(2));
    for card in [&mut short, &mut late] {
        assert_eq!(entry.ask(card, at(8, 0), Request::Ride, FINE).code(), Code::Ok);
    }
    // 4.00 and 1.00 that has to remain.
    let refused = exit.ask(&mut short, at(8, 40), Request::Ride, FINE);
    assert_eq!((refused.code(), untouched(&refused)), (Code::FareNotCovered, true));
    assert_eq!(refused.asked.unwrap().entry_station, 12);
    assert_eq!(exit.ask(&mut late, at(13, 0), Request::Ride, FINE).code(), Code::Overtime);

    let settled = office.ask(&mut short, at(8, 45), settle(Area::Paid, Payment::Cash), FINE);
    assert_eq!((settled.code(), settled.asked.unwrap().entry_station), (Code::Ok, 12));
    assert_eq!(settled.records[0].surcharge, Fen::new(500), "the controller's list fare");
    let out = exit.ask(&mut short, at(8, 50), Request::Ride, FINE);
    assert_eq!((out.code(), out.asked, out.notes()), (Code::Ok, None, &[Note::SettledBefore][..]));
    assert_eq!(actual(&short), Fen::new(499));
}
