//! What a gate does when its PSAM, its store or the card fails it, step by step: no debit without a
//! grey record, no record with another terminal's TAC, no debit twice.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::{FINE, LOST_AFTER_DEBIT, LOST_BEFORE_DEBIT, Trouble, actual, card, now, profile, with_gates};
use tunion_apdu::Name;
use tunion_data::Fen;
use tunion_data::file::RailStatus;
use tunion_data::upload::UploadRecord;
use tunion_harness::link::Pull;
use tunion_terminal::profile::Mac2Policy;
use tunion_terminal::{Code, Gate, Note, Profile};

#[test]
fn a_store_that_fails_stops_the_debit() {
    with_gates(&profile(), |[mut entry, ..]| {
        let mut card = card(1);
        let tapped = entry.tap(&mut card, 1, Trouble { store_fails: true, ..FINE });
        assert_eq!(tapped.code(), Code::StoreFailed);
        assert!(!tapped.sent(Name::DebitForPurchase) && tapped.records.is_empty());
        assert_eq!(entry.tap(&mut card, 2, FINE).code(), Code::Ok);
    });
}

#[test]
fn a_silent_psam_stops_the_debit() {
    with_gates(&profile(), |[mut entry, ..]| {
        let mut card = card(1);
        let silent = Trouble { sam_silent_at: Some(Name::InitSamForPurchase), ..FINE };
        let tapped = entry.tap(&mut card, 1, silent);
        assert_eq!(tapped.code(), Code::SamFault);
        assert!(!tapped.sent(Name::DebitForPurchase) && entry.store.is_empty());
    });
}

#[test]
fn a_refused_mac2_keeps_the_record_and_refuses_the_next_tap() {
    with_gates(&profile(), |[mut entry, mut exit, _]| {
        let mut card = card(1);
        entry.tap(&mut card, 1, FINE);
        let tapped = exit.tap(&mut card, 20, Trouble { wrong_mac2: true, ..FINE });
        assert_eq!((tapped.code(), tapped.decision.as_ref().unwrap().gate), (Code::Mac2, Gate::Closed));
        let [record] = tapped.records[..] else { panic!("{:?}", tapped.records) };
        assert!(record.has(UploadRecord::MAC2_FAILED) && !record.has(UploadRecord::GREY));
        assert_eq!(actual(&card), record.balance_after);
        assert_eq!(exit.tap(&mut card, 21, FINE).code(), Code::Distrusted);
        assert_eq!(exit.tap(&mut card, 22, FINE).code(), Code::NoEntry);
    });
}

#[test]
fn mac2_is_checked_before_or_after_the_decision_as_the_profile_says() {
    for (mac2, last) in [
        (Mac2Policy::BeforeDecision, [Ok(Name::CreditSamForPurchase), Err(Gate::Open)]),
        (Mac2Policy::AfterDecision, [Err(Gate::Open), Ok(Name::CreditSamForPurchase)]),
    ] {
        with_gates(&Profile { mac2, ..profile() }, |[mut entry, ..]| {
            let tapped = entry.tap(&mut card(1), 1, FINE);
            assert_eq!(tapped.order[tapped.order.len() - 2..], last);
            assert_eq!(tapped.records.len(), 1);
        });
    }
}

#[test]
fn a_debit_without_an_answer_is_recovered_with_its_own_record() {
    with_gates(&profile(), |[mut entry, mut exit, _]| {
        let mut card = card(1);
        entry.tap(&mut card, 1, FINE);
        let lost = exit.tap(&mut card, 20, LOST_AFTER_DEBIT);
        assert_eq!((lost.code(), lost.records.len()), (Code::Moved, 0));
        let paid = actual(&card);
        assert!(paid < Fen::from_yuan(50));

        exit.restart();
        let again = exit.tap(&mut card, 22, FINE);
        assert_eq!((again.code(), again.notes()), (Code::Ok, &[Note::Recovered][..]));
        let [record] = again.records[..] else { panic!("{:?}", again.records) };
        assert!(record.has(UploadRecord::RECOVERED));
        assert_eq!(record.at.datetime(), Some(now(20)), "the original time");
        assert_eq!(actual(&card), paid, "not debited again");
        assert!(exit.store.is_empty());
        // The log was asked, so that the proof is known to be ours.
        assert!(again.sent(Name::GetTransactionProve) && again.sent(Name::ReadRecord));
    });
}

#[test]
fn a_debit_that_was_not_done_is_done_once_at_the_next_tap() {
    with_gates(&profile(), |[mut entry, mut exit, _]| {
        let mut card = card(1);
        entry.tap(&mut card, 1, FINE);
        assert_eq!(exit.tap(&mut card, 20, LOST_BEFORE_DEBIT).code(), Code::Moved);
        assert_eq!(actual(&card), Fen::from_yuan(50));
        let again = exit.tap(&mut card, 21, FINE);
        assert_eq!((again.code(), again.notes()), (Code::Ok, &[Note::NotDone][..]));
        assert_eq!(again.records.len(), 1);
        assert!(exit.store.is_empty());
    });
}

#[test]
fn a_sequence_that_another_gate_used_is_not_taken_for_ours() {
    with_gates(&profile(), |[mut entry, mut exit, mut other]| {
        let mut card = card(1);
        entry.tap(&mut card, 1, FINE);
        // Not done here; the same sequence and amount are debited next door.
        exit.tap(&mut card, 20, LOST_BEFORE_DEBIT);
        assert_eq!(other.tap(&mut card, 21, FINE).records.len(), 1);
        let paid = actual(&card);
        let back = exit.tap(&mut card, 22, FINE);
        assert_eq!((back.code(), back.notes()), (Code::NoEntry, &[Note::NotDone][..]));
        assert!(back.records.is_empty() && exit.store.is_empty());
        assert_eq!(actual(&card), paid);
    });
}

#[test]
fn a_debit_that_can_no_longer_be_proved_goes_to_clearing_as_grey() {
    with_gates(&profile(), |[mut entry, mut exit, _]| {
        let mut card = card(1);
        entry.tap(&mut card, 1, FINE);
        exit.tap(&mut card, 20, LOST_AFTER_DEBIT);
        // The next journey takes the proof's place.
        assert_eq!(entry.tap(&mut card, 30, FINE).code(), Code::Ok);
        let back = exit.tap(&mut card, 50, FINE);
        assert_eq!((back.code(), back.notes()), (Code::Ok, &[Note::GreyEmitted][..]));
        let [grey, new] = back.records[..] else { panic!("{:?}", back.records) };
        assert!(grey.has(UploadRecord::GREY) && grey.tac == [0xFF; 4]);
        assert_eq!(new.card_seq, grey.card_seq + 2);
        assert_eq!(actual(&card), Fen::new(5000 - grey.amount.get() - new.amount.get()));
        assert!(exit.store.is_empty());
    });
}

#[test]
fn a_full_store_gives_way_without_losing_a_record() {
    with_gates(&Profile { grey_slots: 1, ..profile() }, |[mut entry, mut exit, _]| {
        let (mut first, mut second) = (card(1), card(2));
        entry.tap(&mut first, 1, FINE);
        entry.tap(&mut second, 2, FINE);
        assert!(exit.tap(&mut first, 20, LOST_AFTER_DEBIT).records.is_empty());
        let evicted = exit.tap(&mut second, 21, LOST_AFTER_DEBIT).records;
        assert_eq!(evicted.len(), 1);
        assert!(evicted[0].has(UploadRecord::GREY));
        assert_eq!(evicted[0].at.datetime(), Some(now(20)));
        assert_eq!(exit.store.len(), 1);
        // The second is still recovered.
        assert_eq!(exit.tap(&mut second, 22, FINE).notes(), [Note::Recovered]);
        assert!(exit.store.is_empty());
    });
}

#[test]
fn a_card_that_goes_during_recovery_is_recovered_later() {
    with_gates(&profile(), |[mut entry, mut exit, _]| {
        let mut card = card(1);
        entry.tap(&mut card, 1, FINE);
        exit.tap(&mut card, 20, LOST_AFTER_DEBIT);
        let paid = actual(&card);
        for name in [Name::GetTransactionProve, Name::ReadRecord] {
            for pull in [Pull::Before, Pull::After] {
                let gone = exit.tap(&mut card, 21, Trouble { card: Some((name, pull)), ..FINE });
                assert_eq!(gone.code(), Code::ReadFailed);
                assert!(gone.records.is_empty() && exit.store.len() == 1);
            }
        }
        assert_eq!(exit.tap(&mut card, 22, FINE).notes(), [Note::Recovered]);
        assert_eq!(actual(&card), paid);
    });
}

#[test]
fn entering_twice_is_told_apart_by_the_minutes_between() {
    with_gates(&profile(), |[mut entry, ..]| {
        let mut card = card(1);
        entry.tap(&mut card, 1, FINE);
        assert_eq!(entry.tap(&mut card, 20, FINE).code(), Code::ReentryFree);
        assert_eq!(entry.tap(&mut card, 21, FINE).code(), Code::ReentryPaid);
        assert_eq!(RailStatus::from_byte(card.rail_record().status), RailStatus::Entered);
    });
}
