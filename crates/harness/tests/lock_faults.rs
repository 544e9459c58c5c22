//! Locks and refunds when PSAM, store or card fail them, step by step: a card is locked once and has one record of
//! it, and its money is paid out once.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::desk::{Asked, Came, Desk, Meddle, OFFICE, Told, refunds};
use support::{actual, card, made_of, profile, tariff};
use tunion_apdu::{Name, Response};
use tunion_card::{Block, Card, Chip};
use tunion_data::Fen;
use tunion_data::command::Transaction;
use tunion_data::file::{Industry, TripRecord, TripType};
use tunion_data::upload::{Payment, RecordKind, UploadRecord};
use tunion_harness::random::Stream;
use tunion_terminal::{
    BlackList, Code, Direction, Event, Fares, Gate, Note, Place, Profile, RailGate, Request,
};

const SENT: Asked = Asked::Card(Name::ApplicationBlock);

fn locking() -> Profile {
    Profile { lock_black_listed: true, ..profile() }
}

/// An entry gate at which card 1 is on the black list.
fn at_gate(profile: &Profile, play: impl FnOnce(Desk<'_>, Card<Stream>)) {
    let (tariff, black_list) = (tariff(), BlackList::from([made_of(1).0.pan]));
    let network = tariff.network().unwrap();
    let station = network.station(network.station_named("西直门").unwrap()).unwrap().code;
    let place = Place::Rail(RailGate { direction: Direction::Entry, line: 2, station });
    let mut desk = Desk::new(profile, place, Fares::Tariff(&tariff), &black_list);
    desk.switch_on();
    play(desk, card(1));
}

fn at_office(profile: &Profile, play: impl FnOnce(Desk<'_>, Card<Stream>)) {
    let black_list = BlackList::from([made_of(9).0.pan]);
    let mut desk = Desk::new(profile, OFFICE, Fares::Controller, &black_list);
    desk.switch_on();
    play(desk, card(1));
}

/// Meddles at one question, and nowhere else.
fn at(place: Asked, told: Told) -> impl FnMut(Asked, &Response) -> Meddle {
    move |asked, _| if asked == place { Meddle::Instead(told.clone()) } else { Meddle::Let }
}

/// The question arrives, and the answer is lost.
fn after(place: Asked, told: Told) -> impl FnMut(Asked, &Response) -> Meddle {
    move |asked, _| if asked == place { Meddle::After(told.clone()) } else { Meddle::Let }
}

fn sw(word: u16) -> Vec<u8> {
    word.to_be_bytes().to_vec()
}

fn is_blocked(card: &Card<Stream>) -> bool {
    card.image().security.blocked != Block::None
}

/// Whatever keeps a lock from being sent, or makes the card refuse it.
fn failures() -> Vec<(Asked, Told)> {
    let [challenge, init, crypt] =
        [Asked::Card(Name::GetChallenge), Asked::Sam(Name::InitForDescrypt), Asked::Sam(Name::DesCrypt)];
    vec![
        (challenge, Told::Card(sw(0x6A81))),
        (challenge, Told::Card(vec![1, 2, 3, 0x90, 0x00])),
        (challenge, Told::Card(vec![0x90])),
        (challenge, Told::CardGone),
        (init, Told::SamGone),
        (init, Told::Sam(sw(0x9403))),
        (init, Told::Sam(sw(0x6985))),
        (init, Told::Sam(vec![])),
        (crypt, Told::SamGone),
        (crypt, Told::Sam(sw(0x6901))),
        (crypt, Told::Sam(vec![1, 2, 3, 0x90, 0x00])),
        (crypt, Told::Sam(vec![1, 2, 3, 4, 5, 0x90, 0x00])),
        (SENT, Told::Card(sw(0x6988))),
        (SENT, Told::Card(sw(0x6985))),
    ]
}

#[test]
fn a_card_on_the_black_list_is_locked_as_published() {
    at_gate(&locking(), |mut gate, mut card| {
        let came = gate.tap(&mut card, 1, Request::Ride);
        assert_eq!((came.code(), came.gate()), (Code::BlackListed, Gate::Closed));
        assert_eq!(came.notes(), [Note::Locked]);
        let end = &came.asked[came.asked.len() - 6..];
        let [sam, card_] = [Asked::Sam, Asked::Card];
        let order = [
            card_(Name::GetChallenge),
            sam(Name::InitForDescrypt),
            sam(Name::DesCrypt),
            // The PSAM's answer waits for it.
            sam(Name::GetResponse),
            Asked::Store,
            SENT,
        ];
        assert_eq!(end, order);
        let [init, crypt, _] = &came.to_sam[..] else { panic!("{:?}", came.to_sam) };
        // docs/spec/terminal.md 3.3.
        let (info, _) = made_of(1);
        assert_eq!(
            init[..],
            [&[0x80, 0x1A, 0x45, 0x02, 0x10][..], &info.pan.last8(), &info.issuer.0].concat()
        );
        assert_eq!(crypt[..5], [0x80, 0xFA, 0x05, 0x00, 0x10]);
        assert_eq!(crypt[9..21], [0, 0, 0, 0, 0x84, 0x1E, 0, 0, 4, 0x80, 0, 0]);
        let [record] = came.records[..] else { panic!("{:?}", came.records) };
        assert_eq!((record.kind, record.trip_type), (RecordKind::Lock as u8, TripType::Refund as u8));
        assert_eq!((record.tac, record.terminal_seq, record.amount), ([0; 4], 0, Fen::ZERO));
        assert_eq!((record.pan, record.flags), (info.pan, 0));
        assert!(is_blocked(&card) && gate.store.is_empty());
        assert_eq!(actual(&card), Fen::from_yuan(50));
        assert_eq!(gate.tap(&mut card, 2, Request::Ride).code(), Code::Locked);
    });
}

#[test]
fn a_terminal_that_does_not_lock_refuses_and_no_more() {
    at_gate(&profile(), |mut gate, mut card| {
        let came = gate.tap(&mut card, 1, Request::Ride);
        assert_eq!((came.code(), came.notes()), (Code::BlackListed, &[][..]));
        assert!(!came.sent(Name::GetChallenge) && !is_blocked(&card));
    });
}

#[test]
fn a_lock_that_fails_has_no_record_and_is_tried_again_at_the_next_tap() {
    for (place, told) in failures() {
        at_gate(&locking(), |mut gate, mut card| {
            let what = format!("{place:?} {told:?}");
            let came = gate.meddled(&mut card, 1, Request::Ride, at(place, told.clone()));
            assert_eq!((came.code(), came.gate()), (Code::BlackListed, Gate::Closed), "{what}");
            assert_eq!(came.notes()[0], Note::NotLocked, "{what}");
            assert!(came.records.is_empty() && gate.store.is_empty(), "{what}");
            assert!(!is_blocked(&card), "{what}");
            let again = gate.tap(&mut card, 2, Request::Ride);
            assert_eq!((again.notes(), again.of(RecordKind::Lock).len()), (&[Note::Locked][..], 1), "{what}");
        });
    }
}

#[test]
fn a_store_that_fails_stops_the_lock() {
    at_gate(&locking(), |mut gate, mut card| {
        let mut slot = None;
        let came = gate.meddled(&mut card, 1, Request::Ride, |asked, _| match asked {
            Asked::Store => {
                slot = Some(());
                Meddle::Instead(Told::StoreFailed(tunion_terminal::SlotId(0)))
            }
            _ => Meddle::Let,
        });
        assert!(slot.is_some() && !came.sent(Name::ApplicationBlock));
        assert_eq!((came.code(), came.notes()), (Code::BlackListed, &[Note::NotLocked][..]));
        assert!(came.records.is_empty() && !is_blocked(&card));
    });
}

#[test]
fn a_lock_whose_answer_was_lost_is_told_by_the_next_select_once() {
    at_gate(&locking(), |mut gate, mut card| {
        let lost = gate.meddled(&mut card, 1, Request::Ride, after(SENT, Told::CardGone));
        assert_eq!((lost.code(), lost.notes()), (Code::BlackListed, &[Note::LockOpen][..]));
        assert!(lost.records.is_empty() && is_blocked(&card));
        gate.restart();
        let told = gate.tap(&mut card, 20, Request::Ride);
        assert_eq!((told.code(), told.notes()[0]), (Code::Locked, Note::Locked));
        let [record] = told.of(RecordKind::Lock)[..] else { panic!("{:?}", told.records) };
        assert_eq!(record.flags, UploadRecord::RECOVERED);
        assert_eq!(record.at.datetime(), Some(support::now(1)), "the time of the lock");
        assert!(gate.store.is_empty());
        let known = gate.tap(&mut card, 21, Request::Ride);
        assert!(known.records.is_empty() && !known.sent(Name::ReadBinary), "it is known");
    });
}

#[test]
fn a_lock_that_was_not_done_is_done_at_the_next_tap() {
    at_gate(&locking(), |mut gate, mut card| {
        let lost = gate.meddled(&mut card, 1, Request::Ride, at(SENT, Told::CardGone));
        assert!(lost.notes() == [Note::LockOpen] && !is_blocked(&card));
        let again = gate.tap(&mut card, 2, Request::Ride);
        assert_eq!(again.notes(), [Note::NotDone, Note::Locked]);
        assert!(again.records.len() == 1 && gate.store.is_empty() && is_blocked(&card));
    });
}

#[test]
fn a_lock_that_no_tap_tells_goes_to_clearing_as_grey() {
    at_gate(&locking(), |mut gate, mut card| {
        gate.meddled(&mut card, 1, Request::Ride, after(SENT, Told::Card(vec![0x90])));
        // Another blocked card is not taken for it.
        let mut other = support::card(2);
        assert_eq!(gate.tap(&mut other, 2, Request::Ride).code(), Code::Ok);
        let select = Asked::Card(Name::SelectName);
        let blocked = gate.meddled(&mut other, 3, Request::Ride, after(select, Told::Card(sw(0x6283))));
        assert_eq!((blocked.code(), blocked.records.len()), (Code::Locked, 0));
        // A card that is blocked for good shows nothing.
        let dead = gate.meddled(&mut card, 4, Request::Ride, at(select, Told::Card(sw(0x9303))));
        assert_eq!((dead.code(), dead.records.len()), (Code::Locked, 0));
        let flushed = gate.happens(None, 59, Event::Flush, |_, _| Meddle::Let);
        let [record] = flushed.of(RecordKind::Lock)[..] else { panic!("{:?}", flushed.records) };
        assert!(record.has(UploadRecord::GREY) && record.tac == [0; 4] && gate.store.is_empty());
    });
}

#[test]
fn a_grey_debit_and_a_grey_lock_of_one_card_are_kept_apart() {
    let (tariff, mut black_list) = (tariff(), BlackList::new());
    let network = tariff.network().unwrap();
    let station = network.station(network.station_named("西直门").unwrap()).unwrap().code;
    let place = Place::Rail(RailGate { direction: Direction::Entry, line: 2, station });
    let (profile, mut card) = (locking(), card(1));
    let stored = {
        let mut gate = Desk::new(&profile, place, Fares::Tariff(&tariff), &black_list);
        gate.switch_on();
        let debit = Asked::Card(Name::DebitForPurchase);
        assert_eq!(
            gate.meddled(&mut card, 1, Request::Ride, after(debit, Told::CardGone)).code(),
            Code::Moved
        );
        gate.store
    };
    black_list.insert(made_of(1).0.pan);
    let mut gate = Desk::new(&profile, place, Fares::Tariff(&tariff), &black_list);
    gate.store = stored;
    gate.restart();
    // The log cannot be read: the debit stays open, and the lock is lost too.
    let came = gate.meddled(&mut card, 40, Request::Ride, |asked, _| match asked {
        Asked::Card(Name::GetTransactionProve) => Meddle::Instead(Told::Card(sw(0x9406))),
        SENT => Meddle::After(Told::CardGone),
        _ => Meddle::Let,
    });
    // The log shows it all the same.
    assert_eq!(came.of(RecordKind::Entry).len(), 1);
    assert_eq!(gate.store.len(), 1);
    let told = gate.tap(&mut card, 41, Request::Ride);
    assert_eq!(told.of(RecordKind::Lock).len(), 1);
    assert!(gate.store.is_empty());
}

#[test]
fn the_operators_lock_takes_no_money() {
    at_office(&profile(), |mut office, mut card| {
        let came = office.tap(&mut card, 1, Request::Lock);
        assert_eq!((came.code(), came.gate()), (Code::Ok, Gate::Open));
        assert!(is_blocked(&card) && !came.sent(Name::InitForCappPurchase));
        assert_eq!((actual(&card), came.records.len()), (Fen::from_yuan(50), 1));
        assert_eq!(office.tap(&mut card, 2, Request::Lock).code(), Code::Locked);
    });
    for (place, told) in failures() {
        at_office(&profile(), |mut office, mut card| {
            let came = office.meddled(&mut card, 1, Request::Lock, at(place, told));
            assert_eq!((came.code(), came.gate()), (Code::LockFailed, Gate::Closed));
            assert!(came.records.is_empty() && !is_blocked(&card));
        });
    }
}

fn refunded(came: &Came) -> &UploadRecord {
    let [record] = came.of(RecordKind::Refund)[..] else { panic!("{:?}", came.records) };
    record
}

#[test]
fn a_refund_empties_the_purse_and_locks() {
    at_office(&refunds(), |mut office, mut card| {
        let came = office.tap(&mut card, 1, Request::Refund);
        assert_eq!((came.code(), came.gate(), came.notes()), (Code::Ok, Gate::Open, &[Note::Locked][..]));
        // All but the fee of 1.00 is paid out.
        assert_eq!(came.decision.as_ref().unwrap().charged, Fen::from_yuan(49));
        assert_eq!((actual(&card), is_blocked(&card)), (Fen::ZERO, true));
        let record = refunded(&came);
        assert_eq!((record.amount, record.balance_after), (Fen::from_yuan(50), Fen::ZERO));
        assert_eq!((record.surcharge, record.payment), (Fen::from_yuan(1), Payment::Cash as u8));
        assert_eq!((record.transaction, record.trip_type), (Transaction::Capp as u8, 0x12));
        assert_eq!((record.terminal_seq, record.card_seq, record.flags), (1, 1, 0));
        assert_eq!((record.line, record.station, record.previous_transaction), (2, 77, 0));
        // docs/spec/terminal.md 1.8: type 12, with 0 both as amount and as balance.
        let trip = TripRecord::decode(&card.image().trips[0]);
        assert_eq!((trip.trip_type, trip.amount, trip.balance), (0x12, Fen::ZERO, Fen::ZERO));
        assert_eq!(trip.industry, Industry::Rail as u8);
        // The money's record goes out before the lock's.
        assert_eq!(
            came.records.iter().map(|r| r.kind).collect::<Vec<_>>(),
            [RecordKind::Refund as u8, RecordKind::Lock as u8]
        );
    });
}

#[test]
fn a_lock_that_fails_after_a_refund_keeps_the_record_and_is_made_good() {
    for (place, told) in failures() {
        at_office(&refunds(), |mut office, mut card| {
            let what = format!("{place:?} {told:?}");
            let came = office.meddled(&mut card, 1, Request::Refund, at(place, told));
            assert_eq!((came.code(), came.gate()), (Code::LockFailed, Gate::Closed), "{what}");
            assert_eq!(refunded(&came).amount, Fen::from_yuan(50), "{what}");
            assert!(!is_blocked(&card) && office.store.is_empty(), "{what}");
            let again = office.tap(&mut card, 10, Request::Refund);
            assert_eq!((again.code(), again.notes()), (Code::Ok, &[Note::Locked][..]), "{what}");
            assert!(again.of(RecordKind::Refund).is_empty() && is_blocked(&card), "{what}");
            assert_eq!(again.decision.unwrap().charged, Fen::ZERO, "{what}");
            assert_eq!(card.sequences(), (1, 0), "{what}");
        });
    }
}

#[test]
fn a_refund_whose_debit_was_lost_goes_on_from_its_proof() {
    let debit = Asked::Card(Name::DebitForPurchase);
    at_office(&refunds(), |mut office, mut card| {
        let lost = office.meddled(&mut card, 1, Request::Refund, after(debit, Told::CardGone));
        assert_eq!((lost.code(), lost.records.len(), actual(&card)), (Code::Moved, 0, Fen::ZERO));
        office.restart();
        // However late.
        let again = office.tap(&mut card, 50, Request::Refund);
        assert_eq!((again.code(), again.gate()), (Code::Ok, Gate::Open));
        assert!(matches!(again.notes(), [Note::Recovered { load: false, .. }, Note::Locked]));
        assert!(refunded(&again).has(UploadRecord::RECOVERED) && is_blocked(&card));
        assert_eq!(again.decision.as_ref().unwrap().charged, Fen::from_yuan(49));
        assert_eq!(again.of(RecordKind::Lock).len(), 1);
        assert!(!again.sent(Name::InitForCappPurchase));
    });
    at_office(&refunds(), |mut office, mut card| {
        let lost = office.meddled(&mut card, 1, Request::Refund, at(debit, Told::CardGone));
        assert_eq!((lost.code(), actual(&card)), (Code::Moved, Fen::from_yuan(50)));
        let again = office.tap(&mut card, 2, Request::Refund);
        assert_eq!((again.code(), again.notes()), (Code::Ok, &[Note::NotDone, Note::Locked][..]));
        assert_eq!((again.of(RecordKind::Refund).len(), actual(&card)), (1, Fen::ZERO));
    });
    // Not asked for again, the lost debit is recovered and no more.
    at_office(&refunds(), |mut office, mut card| {
        office.meddled(&mut card, 1, Request::Refund, after(debit, Told::CardGone));
        let lock = office.tap(&mut card, 2, Request::Lock);
        assert_eq!((lock.code(), lock.records.len()), (Code::Ok, 2));
    });
}

#[test]
fn a_refund_whose_mac2_is_refused_is_neither_locked_nor_forgotten() {
    let credit = Asked::Sam(Name::CreditSamForPurchase);
    at_office(&refunds(), |mut office, mut card| {
        let came = office.meddled(&mut card, 1, Request::Refund, at(credit, Told::Sam(sw(0x9302))));
        assert_eq!((came.code(), came.gate()), (Code::Mac2, Gate::Closed));
        assert!(refunded(&came).has(UploadRecord::MAC2_FAILED) && !is_blocked(&card));
        assert_eq!(office.tap(&mut card, 2, Request::Refund).code(), Code::Distrusted);
    });
}

#[test]
fn what_is_not_given_back() {
    let plain = profile();
    at_office(&plain, |mut office, mut card| {
        assert_eq!(office.tap(&mut card, 1, Request::Refund).code(), Code::NotRefundable);
    });
    at_office(&refunds(), |mut office, _| {
        let mut listed = support::card(9);
        assert_eq!(office.tap(&mut listed, 1, Request::Refund).code(), Code::BlackListed);
        assert!(!is_blocked(&listed));
    });
    let foreign = Profile { local_issuers: Vec::new(), ..refunds() };
    at_office(&foreign, |mut office, mut card| {
        assert_eq!(office.tap(&mut card, 1, Request::Refund).code(), Code::NotRefundable);
        assert_eq!(actual(&card), Fen::from_yuan(50));
    });
    // At a gate nothing is given back or locked by request.
    at_gate(&refunds(), |mut gate, mut card| {
        card.power_on().unwrap();
        for request in [Request::Refund, Request::Lock] {
            assert_eq!(gate.terminal.step(support::now(1), Event::Card(request)), []);
        }
    });
}

#[test]
fn a_fee_is_at_most_what_there_is() {
    let mut profile = refunds();
    profile.refund.as_mut().unwrap().fee = Fen::from_yuan(80);
    at_office(&profile, |mut office, mut card| {
        let came = office.tap(&mut card, 1, Request::Refund);
        assert_eq!(came.decision.as_ref().unwrap().charged, Fen::ZERO);
        assert_eq!(
            (refunded(&came).amount, refunded(&came).surcharge),
            (Fen::from_yuan(50), Fen::from_yuan(50))
        );
    });
}

#[test]
fn a_lock_takes_the_psam_from_a_purchase_that_was_open() {
    let debit = Asked::Card(Name::DebitForPurchase);
    at_office(&refunds(), |mut office, mut card| {
        office.meddled(&mut card, 1, Request::Refund, after(debit, Told::CardGone));
        let mut other = support::card(2);
        assert_eq!(office.tap(&mut other, 2, Request::Lock).code(), Code::Ok);
        let again = office.tap(&mut card, 3, Request::Refund);
        assert!(refunded(&again).has(UploadRecord::MAC2_UNCHECKED));
        assert!(!again.sent(Name::CreditSamForPurchase) && again.code() == Code::Ok);
    });
}
