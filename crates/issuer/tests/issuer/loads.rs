//! Loads that come through, and loads that are torn.

use tunion_apdu::{Response, Sw};
use tunion_card::{Chip, Cut, Damage};
use tunion_data::civil::DateTime;
use tunion_data::host::{LoadApproval, LoadRefusal, LoadRequest};
use tunion_data::{BcdDateTime, Fen};
use tunion_issuer::Evidence;

use crate::bench::{Bench, NOON, credit};

#[test]
fn a_load_with_either_key() {
    for key_index in [1, 2] {
        let mut bench = Bench::new();
        let request = bench.init(50, key_index);
        let approval = bench.load(request).unwrap();
        assert_eq!((approval.date, approval.time), BcdDateTime::from(NOON).split());
        assert_eq!(bench.account().booked, []);
        let tac = bench.credit(approval).unwrap();
        assert_eq!(bench.balance(), Fen::from_yuan(50));
        bench.confirm(0, tac).unwrap();
        let account = bench.account();
        assert_eq!((account.online_seq, account.loaded()), (1, Fen::from_yuan(50)));
        assert_eq!(account.open, []);
        assert_eq!(account.booked[0].evidence, Evidence::Tac);
    }
}

#[test]
fn one_load_after_another() {
    let mut bench = Bench::new();
    for _ in 0..4 {
        bench.top_up(100);
    }
    assert_eq!(bench.balance(), Fen::from_yuan(400));
    assert_eq!(bench.account().loaded(), Fen::from_yuan(400));
}

#[test]
fn the_same_request_again_gets_the_same_approval() {
    let mut bench = Bench::new();
    let request = bench.init(50, 1);
    let approval = bench.load(request).unwrap();
    let account = bench.account();
    // A terminal that repeats itself may stamp the request anew.
    let again = LoadRequest { at: DateTime::constant(2024, 1, 2, 12, 0, 9, 0), ..request };
    assert_eq!(bench.load(again), Ok(approval));
    assert_eq!(bench.account(), account);
}

#[test]
fn the_same_confirmation_again_is_booked_once() {
    let mut bench = Bench::new();
    let request = bench.init(50, 1);
    let approval = bench.load(request).unwrap();
    let tac = bench.credit(approval).unwrap();
    for _ in 0..3 {
        bench.confirm(0, tac).unwrap();
    }
    let proof = bench.proof(0).unwrap();
    bench.prove(0, proof).unwrap();
    assert_eq!(bench.account().booked.len(), 1);
    // And the request, sent again, is old.
    assert_eq!(bench.load(request), Err(LoadRefusal::SequenceUsed));
}

#[test]
fn a_card_pulled_before_the_credit_is_loaded_by_a_second_init() {
    let mut bench = Bench::new();
    let request = bench.init(50, 1);
    let first = bench.load(request).unwrap();
    bench.select();
    // Another random number, the same sequence: another approval, even for another amount.
    let request = bench.init(100, 1);
    let second = bench.load(request).unwrap();
    assert_ne!(first.mac2, second.mac2);
    let tac = bench.credit(second).unwrap();
    bench.confirm(0, tac).unwrap();
    assert_eq!(bench.account().loaded(), Fen::from_yuan(100));
    assert_eq!(bench.balance(), Fen::from_yuan(100));
}

#[test]
fn an_approval_serves_its_own_session_only() {
    let mut bench = Bench::new();
    let request = bench.init(50, 1);
    let first = bench.load(request).unwrap();
    bench.init(50, 1);
    assert_eq!(bench.credit(first), Err(Sw::WRONG_MAC));
    assert_eq!(bench.balance(), Fen::ZERO);
}

/// A load whose CREDIT was done and whose answer was lost.
fn lost(bench: &mut Bench, yuan: u32) {
    let request = bench.init(yuan, 1);
    let approval = bench.load(request).unwrap();
    bench.credit(approval).unwrap();
    bench.select();
}

#[test]
fn a_lost_answer_is_made_good_by_the_proof() {
    let mut bench = Bench::new();
    lost(&mut bench, 50);
    assert_eq!(bench.account().booked, []);
    let proof = bench.proof(0).unwrap();
    bench.prove(0, proof).unwrap();
    assert_eq!(bench.account().booked[0].evidence, Evidence::Proof);
    assert_eq!(bench.account().loaded(), bench.balance());
}

#[test]
fn a_lost_answer_is_made_good_by_the_next_init() {
    let mut bench = Bench::new();
    lost(&mut bench, 50);
    bench.top_up(30);
    let account = bench.account();
    assert_eq!(
        account.booked.iter().map(|b| b.evidence).collect::<Vec<_>>(),
        [Evidence::Sequence, Evidence::Tac]
    );
    assert_eq!(account.loaded(), bench.balance());
}

#[test]
fn a_proof_that_comes_late_replaces_the_weaker_evidence() {
    let mut bench = Bench::new();
    lost(&mut bench, 50);
    let proof = bench.proof(0).unwrap();
    let request = bench.init(30, 1);
    bench.load(request).unwrap();
    assert_eq!(bench.account().booked[0].evidence, Evidence::Sequence);
    bench.prove(0, proof).unwrap();
    assert_eq!(bench.account().booked[0].evidence, Evidence::Proof);
    assert_eq!(bench.account().loaded(), Fen::from_yuan(50));
    // The approval that was open meanwhile still is.
    assert_eq!(bench.account().open.len(), 1);
}

#[test]
fn two_open_approvals_need_a_proof() {
    let mut bench = Bench::new();
    let request = bench.init(50, 1);
    bench.load(request).unwrap();
    bench.select();
    lost(&mut bench, 100);
    // The card has moved on; with which of the two?
    let request = bench.init(30, 1);
    assert_eq!(bench.load(request), Err(LoadRefusal::ProofNeeded { seq: 0 }));
    assert_eq!(bench.account().booked, []);
    let proof = bench.proof(0).unwrap();
    bench.prove(0, proof).unwrap();
    assert_eq!(bench.account().loaded(), Fen::from_yuan(100));
    bench.load(request).unwrap();
}

#[test]
fn requests_that_overtake_each_other_are_told_apart_by_the_tac() {
    let mut bench = Bench::new();
    let delayed = bench.init(50, 1);
    bench.select();
    let request = bench.init(100, 1);
    let approval = bench.load(request).unwrap();
    bench.load(delayed).unwrap();
    let tac = bench.credit(approval).unwrap();
    bench.confirm(0, tac).unwrap();
    assert_eq!(bench.account().loaded(), Fen::from_yuan(100));
    assert_eq!(bench.load(delayed), Err(LoadRefusal::SequenceUsed));
}

/// The card loses power at every byte that CREDIT FOR LOAD writes.
#[test]
fn a_cut_at_every_byte_of_the_credit_is_booked_if_and_only_if_it_was_done() {
    let mut fresh = Bench::new();
    let request = fresh.init(50, 1);
    let approval = fresh.load(request).unwrap();
    let command = credit(approval);
    let (mut done, mut undone) = (0, 0);
    for after in 0.. {
        let mut bench = Bench { card: fresh.card.clone(), host: fresh.host.clone() };
        bench.card.set_cut(Some(Cut { after, damage: Damage::Prefix }));
        let answered = bench.card.process(&command, &mut Response::new()).is_ok();
        bench.card.set_cut(None);
        bench.select();
        // The next terminal loads 30 yuan, whatever has been.
        bench.top_up(30);
        let account = bench.account();
        assert_eq!(account.loaded(), bench.balance(), "cut after {after} bytes");
        if account.booked.len() == 2 {
            done += 1;
        } else {
            undone += 1;
        }
        if answered {
            break;
        }
    }
    assert!(done > 0 && undone > 0);
}

#[test]
fn a_forged_approval_is_not_taken_by_the_card() {
    let mut bench = Bench::new();
    bench.init(50, 1);
    let (date, time) = BcdDateTime::from(NOON).split();
    assert_eq!(bench.credit(LoadApproval { date, time, mac2: [0; 4] }), Err(Sw::WRONG_MAC));
}
