//! What a gate does when its PSAM, its store or the card fails it, step by step: no debit without a
//! grey record, no record with another terminal's TAC, no debit twice.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::{
    FINE, LOST_AFTER_DEBIT, LOST_BEFORE_DEBIT, Stand, Trouble, actual, card, now, profile, with_gates,
};
use tunion_apdu::{Name, Response};
use tunion_card::{Card, Chip};
use tunion_data::Fen;
use tunion_data::file::RailStatus;
use tunion_data::upload::UploadRecord;
use tunion_harness::link::Pull;
use tunion_harness::random::Stream;
use tunion_terminal::profile::Mac2Policy;
use tunion_terminal::{Action, Code, Event, Gate, Note, Profile, Request, SlotId};

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
        assert_eq!((again.code(), again.recovered()), (Code::Ok, true));
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
fn the_psam_judges_a_proved_mac2_while_it_has_that_purchase_open() {
    with_gates(&profile(), |[mut entry, mut exit, _]| {
        let mut first = card(1);
        entry.tap(&mut first, 1, FINE);
        exit.tap(&mut first, 20, LOST_AFTER_DEBIT);
        let again = exit.tap(&mut first, 21, FINE);
        assert!(again.recovered() && again.sent(Name::CreditSamForPurchase));
        assert!(!again.records[0].has(UploadRecord::MAC2_UNCHECKED | UploadRecord::MAC2_FAILED));

        // Another card's purchase takes its place.
        let (mut lost, mut other) = (card(2), card(3));
        entry.tap(&mut lost, 1, FINE);
        entry.tap(&mut other, 1, FINE);
        exit.tap(&mut lost, 30, LOST_AFTER_DEBIT);
        exit.tap(&mut other, 30, FINE);
        let again = exit.tap(&mut lost, 31, FINE);
        assert!(again.recovered() && !again.sent(Name::CreditSamForPurchase));
        assert!(again.records[0].has(UploadRecord::MAC2_UNCHECKED));
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
fn a_debit_whose_proof_is_gone_is_found_in_the_log() {
    with_gates(&profile(), |[mut entry, mut exit, _]| {
        let mut card = card(1);
        entry.tap(&mut card, 1, FINE);
        exit.tap(&mut card, 20, LOST_AFTER_DEBIT);
        // The next journey takes the proof's place.
        assert_eq!(entry.tap(&mut card, 30, FINE).code(), Code::Ok);
        let back = exit.tap(&mut card, 50, FINE);
        assert_eq!((back.code(), back.recovered()), (Code::Ok, true));
        let [old, new] = back.records[..] else { panic!("{:?}", back.records) };
        assert!(old.has(UploadRecord::RECOVERED) && old.has(UploadRecord::GREY), "its TAC is not known");
        assert_eq!((old.tac, new.card_seq), ([0xFF; 4], old.card_seq + 2));
        assert_eq!(actual(&card), Fen::new(5000 - old.amount.get() - new.amount.get()));
        assert!(exit.store.is_empty());
    });
}

#[test]
fn a_debit_that_the_log_no_longer_shows_goes_to_clearing_as_grey() {
    with_gates(&profile(), |[mut entry, mut exit, mut other]| {
        let mut card = card(1);
        entry.tap(&mut card, 1, FINE);
        exit.tap(&mut card, 20, LOST_AFTER_DEBIT);
        // Ten debits later neither the proof nor the log knows of it.
        for minute in [21, 23, 25, 27, 29] {
            assert_eq!(entry.tap(&mut card, minute, FINE).code(), Code::Ok);
            assert_eq!(other.tap(&mut card, minute + 1, FINE).code(), Code::Ok);
        }
        assert_eq!(entry.tap(&mut card, 40, FINE).code(), Code::Ok);
        let back = exit.tap(&mut card, 50, FINE);
        assert_eq!((back.code(), back.notes()), (Code::Ok, &[Note::GreyEmitted][..]));
        let [grey, _] = back.records[..] else { panic!("{:?}", back.records) };
        assert!(grey.has(UploadRecord::GREY) && !grey.has(UploadRecord::RECOVERED));
        assert!(exit.store.is_empty());
    });
}

#[test]
fn a_recovered_debit_does_not_pay_for_a_later_tap() {
    with_gates(&profile(), |[mut entry, ..]| {
        let mut card = card(1);
        assert_eq!(entry.tap(&mut card, 1, LOST_AFTER_DEBIT).code(), Code::Moved);
        // Half an hour later this is no second try at the same tap.
        let later = entry.tap(&mut card, 31, FINE);
        assert_eq!((later.code(), later.recovered()), (Code::ReentryPaid, true));
        assert_eq!(later.records.len(), 1);
        assert!(entry.store.is_empty());
    });
}

#[test]
fn a_recovered_exit_does_not_let_out_a_card_that_entered_again() {
    with_gates(&profile(), |[mut entry, mut exit, _]| {
        let mut card = card(1);
        entry.tap(&mut card, 1, FINE);
        exit.tap(&mut card, 20, LOST_AFTER_DEBIT);
        assert_eq!(entry.tap(&mut card, 21, FINE).code(), Code::Ok);
        let before = actual(&card);
        // Two minutes after the lost debit, but for a ride of its own: paid of its own.
        let out = exit.tap(&mut card, 22, FINE);
        assert!(out.recovered() && out.code() == Code::Ok);
        assert_eq!(out.records.len(), 2);
        assert!(actual(&card) < before);
        assert_eq!(RailStatus::from_byte(card.rail_record().status), RailStatus::Exited);
    });
}

#[test]
fn a_proved_mac2_that_the_psam_refuses_keeps_the_gate_closed() {
    for (mac2, gate) in [(Mac2Policy::BeforeDecision, Gate::Closed), (Mac2Policy::AfterDecision, Gate::Open)]
    {
        with_gates(&Profile { mac2, ..profile() }, |[mut entry, mut exit, _]| {
            let mut card = card(1);
            entry.tap(&mut card, 1, FINE);
            exit.tap(&mut card, 20, LOST_AFTER_DEBIT);
            let again = exit.tap(&mut card, 21, Trouble { wrong_mac2: true, ..FINE });
            assert_eq!(again.decision.as_ref().unwrap().gate, gate);
            assert!(again.records[0].has(UploadRecord::MAC2_FAILED));
            assert_eq!(exit.tap(&mut card, 22, FINE).code(), Code::Distrusted);
        });
    }
}

#[test]
fn a_card_that_goes_while_a_proved_mac2_is_judged_leaves_the_gate_ready() {
    with_gates(&profile(), |[mut entry, mut exit, _]| {
        let mut card = card(1);
        entry.tap(&mut card, 1, FINE);
        exit.tap(&mut card, 20, LOST_AFTER_DEBIT);
        // Long after: recovered, but no longer the same tap.
        card.power_on().unwrap();
        let mut response = Response::new();
        let mut actions = exit.terminal.step(now(40), Event::Card(Request::Ride));
        while let [Action::SendCard(command)] = &actions[..] {
            card.process(command, &mut response).unwrap();
            actions = exit.terminal.step(now(40), Event::CardAnswer(response.bytes()));
        }
        assert!(matches!(&actions[..], [Action::SendSam(_)]), "{actions:?}");
        assert_eq!(exit.terminal.step(now(40), Event::CardGone), []);
        let ended = exit.terminal.step(now(40), Event::SamAnswer(&[0x90, 0x00]));
        let [Action::Emit(_), Action::Forget(_), Action::Decide(_), Action::Done] = &ended[..] else {
            panic!("{ended:?}")
        };
        assert!(exit.terminal.is_ready());
    });
}

#[test]
fn an_answer_too_short_to_be_one_is_none() {
    with_gates(&profile(), |[mut entry, ..]| {
        let mut card = card(1);
        let mut answer = until_mac1(&mut entry, &mut card);
        let mut event = Event::SamAnswer(&answer);
        let mut response = Response::new();
        loop {
            match &entry.terminal.step(now(1), event)[..] {
                [Action::SendCard(command)] if command[1] == 0x54 => break,
                [Action::SendCard(command)] => {
                    card.process(command, &mut response).unwrap();
                    answer = response.bytes().to_vec();
                    event = Event::CardAnswer(&answer);
                }
                [Action::Persist(slot, _)] => event = Event::Persisted(*slot),
                other => panic!("{other:?}"),
            }
        }
        let lost = entry.terminal.step(now(1), Event::CardAnswer(&[0x90]));
        let [Action::Decide(decision), Action::Done] = &lost[..] else { panic!("{lost:?}") };
        assert_eq!(decision.code, Code::Moved);
    });
}

#[test]
fn the_oldest_record_gives_way_after_a_restart_too() {
    with_gates(&Profile { grey_slots: 2, ..profile() }, |[mut entry, mut exit, _]| {
        let mut cards = [1, 2, 3, 4].map(card);
        for card in &mut cards {
            entry.tap(card, 1, FINE);
        }
        let [first, second, third, fourth] = &mut cards;
        exit.tap(first, 10, LOST_AFTER_DEBIT);
        exit.tap(second, 11, LOST_AFTER_DEBIT);
        assert!(exit.tap(first, 12, FINE).recovered());
        // The freed first slot now holds a newer record than the second.
        exit.tap(third, 13, LOST_AFTER_DEBIT);
        exit.restart();
        let evicted = exit.tap(fourth, 14, LOST_AFTER_DEBIT).records;
        assert_eq!(evicted.iter().map(|record| record.at.datetime()).collect::<Vec<_>>(), [Some(now(11))]);
    });
}

#[test]
fn a_day_that_ends_during_a_tap_is_ended_with_it() {
    with_gates(&profile(), |[mut entry, mut exit, _]| {
        let (mut lost, mut other) = (card(1), card(2));
        entry.tap(&mut lost, 1, FINE);
        exit.tap(&mut lost, 20, LOST_AFTER_DEBIT);
        entry.tap(&mut other, 1, FINE);
        let mac1 = until_mac1(&mut exit, &mut other);
        assert_eq!(exit.terminal.step(now(21), Event::Flush), []);
        other.power_off();
        exit.terminal.step(now(21), Event::CardGone);
        let ended = exit.terminal.step(now(21), Event::SamAnswer(&mac1));
        let [Action::Decide(_), Action::Emit(record), Action::Forget(_), Action::Done] = &ended[..] else {
            panic!("{ended:?}")
        };
        assert!(record.has(UploadRecord::GREY));
    });
}

#[test]
fn what_is_grey_at_the_end_of_the_day_is_uploaded() {
    with_gates(&profile(), |[mut entry, mut exit, _]| {
        let mut card = card(1);
        entry.tap(&mut card, 1, FINE);
        exit.tap(&mut card, 20, LOST_AFTER_DEBIT);
        let flushed = exit.drive(&mut card, now(59), Event::Flush, FINE);
        assert_eq!(flushed.records.len(), 1);
        assert!(flushed.records[0].has(UploadRecord::GREY));
        assert!(exit.store.is_empty());
        assert!(exit.drive(&mut card, now(59), Event::Flush, FINE).records.is_empty());
    });
}

#[test]
fn a_psam_that_forgot_its_application_is_reset_after_the_tap() {
    with_gates(&profile(), |[mut entry, ..]| {
        entry.psam.power_off();
        entry.psam.power_on().unwrap();
        let tapped = entry.tap(&mut card(1), 1, FINE);
        assert_eq!(tapped.code(), Code::SamFault);
        assert!(!tapped.sent(Name::DebitForPurchase));
        assert_eq!(entry.tap(&mut card(1), 2, FINE).code(), Code::Ok);
    });
}

#[test]
fn a_psam_that_is_silent_about_mac2_is_not_the_cards_fault() {
    with_gates(&profile(), |[mut entry, mut exit, _]| {
        let mut card = card(1);
        entry.tap(&mut card, 1, FINE);
        let silent = Trouble { sam_silent_at: Some(Name::CreditSamForPurchase), ..FINE };
        let tapped = exit.tap(&mut card, 20, silent);
        assert_eq!(tapped.code(), Code::SamFault);
        assert!(tapped.records.is_empty() && exit.store.len() == 1);
        let paid = actual(&card);
        assert!(paid < Fen::from_yuan(50));
        // The card is not distrusted: it has paid, and is let out by that.
        let again = exit.tap(&mut card, 21, FINE);
        assert_eq!((again.code(), again.recovered()), (Code::Ok, true));
        let [record] = again.records[..] else { panic!("{:?}", again.records) };
        assert!(record.has(UploadRecord::MAC2_UNCHECKED) && !record.has(UploadRecord::GREY));
        assert_eq!((actual(&card), record.balance_after), (paid, paid));
        assert!(exit.store.is_empty());
    });
}

#[test]
fn a_debit_whose_mac2_was_not_judged_keeps_its_tac_until_the_day_ends() {
    with_gates(&profile(), |[mut entry, mut exit, _]| {
        let mut card = card(1);
        entry.tap(&mut card, 1, FINE);
        let silent = Trouble { sam_silent_at: Some(Name::CreditSamForPurchase), ..FINE };
        exit.tap(&mut card, 20, silent);
        exit.restart();
        let flushed = exit.drive(&mut card, now(59), Event::Flush, FINE);
        let [record] = flushed.records[..] else { panic!("{:?}", flushed.records) };
        assert!(record.has(UploadRecord::MAC2_UNCHECKED) && !record.has(UploadRecord::GREY));
        assert_ne!(record.tac, [0xFF; 4]);
    });
}

#[test]
fn a_gate_that_lost_its_power_after_it_opened_does_not_open_for_the_same_debit() {
    with_gates(&Profile { mac2: Mac2Policy::AfterDecision, ..profile() }, |[mut entry, ..]| {
        let mut card = card(1);
        let opened =
            entry.tap(&mut card, 1, Trouble { sam_silent_at: Some(Name::CreditSamForPurchase), ..FINE });
        assert_eq!((opened.code(), opened.records.len()), (Code::Ok, 1));
        // The same up to the PSAM's answer, which never comes.
        let mut second = support::card(2);
        let lost = entry.until_mac2(&mut second, 2);
        assert_eq!(lost.decision.as_ref().unwrap().gate, Gate::Open);
        let started = entry.restart();
        let [record] = started.records[..] else { panic!("{:?}", started.records) };
        assert!(record.has(UploadRecord::MAC2_UNCHECKED) && !record.has(UploadRecord::GREY));
        assert_eq!(entry.tap(&mut second, 3, FINE).code(), Code::ReentryFree);
    });
}

/// Sends the card's commands until the gate asks its PSAM for MAC1 and the answer is on its way.
fn until_mac1(entry: &mut Stand<'_>, card: &mut Card<Stream>) -> Vec<u8> {
    card.power_on().unwrap();
    let mut response = Response::new();
    let mut actions = entry.terminal.step(now(1), Event::Card(Request::Ride));
    loop {
        let [action] = &actions[..] else { panic!("{actions:?}") };
        match action {
            Action::SendCard(command) => {
                card.process(command, &mut response).unwrap();
                actions = entry.terminal.step(now(1), Event::CardAnswer(response.bytes()));
            }
            Action::SendSam(command) => {
                entry.psam.process(command, &mut response).unwrap();
                return response.bytes().to_vec();
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn an_answer_that_comes_after_the_card_went_reaches_no_other_card() {
    with_gates(&profile(), |[mut entry, ..]| {
        let mut gone = card(1);
        let mac1 = until_mac1(&mut entry, &mut gone);
        gone.power_off();
        assert_eq!(entry.terminal.step(now(1), Event::CardGone), []);
        // The tap is not over: another card has to wait.
        assert!(!entry.terminal.is_ready());
        assert_eq!(entry.terminal.step(now(1), Event::Card(Request::Ride)), []);
        // An answer to nothing is ignored, the right one ends the tap, and nothing is sent to a card.
        assert_eq!(entry.terminal.step(now(1), Event::Persisted(SlotId(0))), []);
        let ended = entry.terminal.step(now(1), Event::SamAnswer(&mac1));
        assert!(matches!(&ended[..], [Action::Decide(_), Action::Done]), "{ended:?}");
        assert_eq!(entry.tap(&mut card(2), 2, FINE).code(), Code::Ok);
    });
}

#[test]
fn a_write_is_never_sent_twice_whatever_the_card_answers() {
    with_gates(&profile(), |[mut entry, ..]| {
        let mut card = card(1);
        let mac1 = until_mac1(&mut entry, &mut card);
        let update = entry.terminal.step(now(1), Event::SamAnswer(&mac1));
        assert!(matches!(&update[..], [Action::SendCard(_)]));
        let refused = entry.terminal.step(now(1), Event::CardAnswer(&[0x6C, 0x30]));
        assert!(matches!(&refused[..], [Action::Decide(_), Action::Done]), "{refused:?}");
    });
}

#[test]
fn a_read_is_sent_once_more_with_the_length_that_the_card_names() {
    with_gates(&profile(), |[mut entry, ..]| {
        let mut response = Response::new();
        let mut card = card(1);
        card.power_on().unwrap();
        let select = entry.terminal.step(now(1), Event::Card(Request::Ride));
        let [Action::SendCard(command)] = &select[..] else { panic!("{select:?}") };
        card.process(command, &mut response).unwrap();
        entry.terminal.step(now(1), Event::CardAnswer(response.bytes()));
        let again = entry.terminal.step(now(1), Event::CardAnswer(&[0x6C, 0x20]));
        let [Action::SendCard(command)] = &again[..] else { panic!("{again:?}") };
        assert_eq!(command[..], [0x00, 0xB0, 0x95, 0x00, 0x20]);
        let refused = entry.terminal.step(now(1), Event::CardAnswer(&[0x6C, 0x21]));
        assert!(matches!(&refused[..], [Action::Decide(_), Action::Done]), "{refused:?}");
    });
}

#[test]
fn a_gate_serves_no_top_up_and_no_enquiry() {
    with_gates(&profile(), |[mut entry, ..]| {
        assert_eq!(entry.terminal.step(now(1), Event::Card(Request::Load(Fen::from_yuan(50)))), []);
        assert_eq!(entry.terminal.step(now(1), Event::Card(Request::Enquire)), []);
        assert!(entry.terminal.is_ready());
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
        assert!(exit.tap(&mut second, 22, FINE).recovered());
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
        assert!(exit.tap(&mut card, 22, FINE).recovered());
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
