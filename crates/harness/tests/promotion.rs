//! Grey records that are given up to clearing (记录转正, `docs/spec/terminal.md` 4.2): at power-on, when
//! another card comes; and proofs that are too old to be trusted.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use support::{FINE, LOST_AFTER_DEBIT, LOST_BEFORE_DEBIT, Trouble, actual, card, profile, with_gates};
use tunion_apdu::Name;
use tunion_data::Fen;
use tunion_data::upload::UploadRecord;
use tunion_harness::link::Pull;
use tunion_terminal::profile::{Promote, RecoveryProfile};
use tunion_terminal::{Code, Note, Profile};

fn promoting(power_on: bool, other_card: bool) -> Profile {
    let recovery =
        RecoveryProfile { promote: Promote { power_on, other_card }, ..RecoveryProfile::default() };
    Profile { recovery, ..profile() }
}

#[test]
fn at_power_on_what_is_grey_is_uploaded_and_the_card_is_a_new_one() {
    with_gates(&promoting(true, false), |[mut entry, mut exit, _]| {
        let mut card = card(1);
        entry.tap(&mut card, 1, FINE);
        exit.tap(&mut card, 20, LOST_AFTER_DEBIT);
        let paid = actual(&card);
        let [record] = exit.restart().records[..] else { panic!("one record") };
        assert!(record.has(UploadRecord::GREY) && !record.has(UploadRecord::RECOVERED));
        assert!(exit.store.is_empty());
        // Served as any other, which is outside: nothing is asked of it and nothing recorded again.
        let back = exit.tap(&mut card, 21, FINE);
        assert_eq!((back.code(), back.notes()), (Code::NoEntry, &[][..]));
        assert!(!back.sent(Name::GetTransactionProve) && back.records.is_empty());
        assert_eq!(actual(&card), paid);
    });
}

#[test]
fn a_debit_of_nothing_is_given_up_too() {
    with_gates(&promoting(true, true), |[mut entry, ..]| {
        let (mut first, mut second, mut third) = (card(1), card(2), card(3));
        entry.tap(&mut first, 1, LOST_AFTER_DEBIT);
        let [record] = entry.restart().records[..] else { panic!("one record") };
        assert_eq!((record.amount, record.card_seq), (Fen::ZERO, 1));
        assert_eq!(entry.tap(&mut first, 2, FINE).code(), Code::ReentryFree);

        entry.tap(&mut second, 3, LOST_AFTER_DEBIT);
        let other = entry.tap(&mut third, 4, FINE);
        let [grey, own] = other.records[..] else { panic!("{:?}", other.records) };
        assert!(grey.has(UploadRecord::GREY) && grey.pan != own.pan && !own.has(UploadRecord::GREY));
        assert_eq!(entry.tap(&mut second, 5, FINE).code(), Code::ReentryFree);
    });
}

#[test]
fn a_debit_that_was_not_done_is_made_anew_with_the_same_sequence_of_the_card() {
    with_gates(&promoting(false, true), |[mut entry, mut exit, _]| {
        let (mut first, mut other) = (card(1), card(2));
        entry.tap(&mut first, 1, FINE);
        entry.tap(&mut other, 1, FINE);
        exit.tap(&mut first, 20, LOST_BEFORE_DEBIT);
        let [grey, _] = exit.tap(&mut other, 21, FINE).records[..] else { panic!("two records") };
        let back = exit.tap(&mut first, 22, FINE);
        assert_eq!(back.code(), Code::Ok);
        let [record] = back.records[..] else { panic!("{:?}", back.records) };
        // Two records of one sequence, and the one that is sure shows the grey one void.
        assert_eq!(record.card_seq, grey.card_seq);
        assert!(grey.has(UploadRecord::GREY) && !record.has(UploadRecord::GREY));
        assert_ne!(record.terminal_seq, grey.terminal_seq);
    });
}

#[test]
fn the_cards_own_record_is_not_given_up_when_it_comes_back() {
    with_gates(&promoting(false, true), |[mut entry, mut exit, _]| {
        let mut card = card(1);
        entry.tap(&mut card, 1, FINE);
        exit.tap(&mut card, 20, LOST_AFTER_DEBIT);
        // Without power-on in the profile a restart keeps it.
        assert!(exit.restart().records.is_empty());
        assert!(exit.tap(&mut card, 21, FINE).recovered());
    });
}

#[test]
fn a_card_that_has_paid_and_was_not_let_through_is_not_given_up() {
    with_gates(&promoting(true, true), |[mut entry, mut exit, _]| {
        let (mut first, mut other) = (card(1), card(2));
        entry.tap(&mut first, 1, FINE);
        entry.tap(&mut other, 1, FINE);
        // DEBIT was answered, and the PSAM does not judge its MAC2: what became of it is known.
        let silent = Trouble { sam_silent_at: Some(Name::CreditSamForPurchase), ..FINE };
        assert_eq!(exit.tap(&mut first, 20, silent).code(), Code::SamFault);
        assert_eq!(exit.tap(&mut other, 21, FINE).records.len(), 1);
        assert!(exit.restart().records.is_empty());
        let paid = actual(&first);
        let back = exit.tap(&mut first, 21, FINE);
        assert!(back.recovered() && back.code() == Code::Ok);
        assert_eq!(actual(&first), paid);
    });
}

#[test]
fn a_card_that_goes_before_it_is_known_gives_nothing_up() {
    with_gates(&promoting(false, true), |[mut entry, mut exit, _]| {
        let (mut first, mut other) = (card(1), card(2));
        entry.tap(&mut first, 1, FINE);
        exit.tap(&mut first, 20, LOST_AFTER_DEBIT);
        let gone = Trouble { card: Some((Name::ReadBinary, Pull::Before)), ..FINE };
        assert!(exit.tap(&mut other, 21, gone).records.is_empty());
        assert!(exit.tap(&mut first, 22, FINE).recovered());
    });
}

#[test]
fn an_old_proof_is_not_asked_for_and_the_log_decides() {
    let recovery = RecoveryProfile { proof_seconds: Some(120), ..RecoveryProfile::default() };
    with_gates(&Profile { recovery, retap_seconds: 600, ..profile() }, |[mut entry, mut exit, _]| {
        for (number, lost, minutes, proof) in [
            (1, LOST_AFTER_DEBIT, 2, true),
            (2, LOST_AFTER_DEBIT, 3, false),
            (3, LOST_BEFORE_DEBIT, 3, false),
        ] {
            let mut card = card(number);
            entry.tap(&mut card, 1, FINE);
            exit.tap(&mut card, 20, lost);
            let back = exit.tap(&mut card, 20 + minutes, FINE);
            assert_eq!((back.code(), back.sent(Name::GetTransactionProve)), (Code::Ok, proof));
            let [record] = back.records[..] else { panic!("{:?}", back.records) };
            if number == 3 {
                assert_eq!(back.notes(), [Note::NotDone]);
            } else {
                assert!(back.recovered());
                // Without the proof its TAC is not known.
                assert_eq!(record.has(UploadRecord::GREY), !proof);
            }
            assert_eq!(actual(&card), record.balance_after);
        }
    });
}
