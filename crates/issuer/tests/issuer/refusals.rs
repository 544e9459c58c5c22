//! Everything that the host refuses, and that a refusal costs nothing.

use hex_literal::hex;
use tunion_apdu::build;
use tunion_data::command::{InitRequest, LoadInit, Transaction};
use tunion_data::host::{LoadRefusal, LoadRequest};
use tunion_data::{BcdDate, Fen, IssuerId, Pan};
use tunion_issuer::{Account, CardRegistry, LoadHost, LoadRules, Standing};

use crate::bench::{Bench, ISSUER, NOON, PAN, contents, roots, terminal};

/// A request for 50 yuan, changed on its way, is answered with `refusal` and leaves nothing behind.
#[track_caller]
fn refused(change: fn(&mut LoadRequest), refusal: LoadRefusal) {
    let mut bench = Bench::new();
    let before = bench.account();
    let mut request = bench.init(50, 1);
    change(&mut request);
    assert_eq!(bench.load(request), Err(refusal));
    assert_eq!(bench.account(), before);
}

#[test]
fn a_request_that_was_changed_on_its_way() {
    refused(|r| r.init.mac1[3] ^= 1, LoadRefusal::WrongMac1);
    refused(|r| r.amount = Fen::from_yuan(60), LoadRefusal::WrongMac1);
    refused(|r| r.terminal = terminal(9), LoadRefusal::WrongMac1);
    refused(|r| r.init.balance = Fen::new(1), LoadRefusal::WrongMac1);
    refused(|r| r.init.seq = 1, LoadRefusal::WrongMac1);
    refused(|r| r.init.random[0] ^= 1, LoadRefusal::WrongMac1);
    refused(|r| r.key_index = 2, LoadRefusal::WrongMac1);
    refused(|r| r.key_index = 3, LoadRefusal::NoSuchKey);
    refused(|r| r.init.key_version = 7, LoadRefusal::NoSuchKey);
    refused(|r| r.init.algorithm = 4, LoadRefusal::NoSuchKey);
    refused(|r| r.issuer = IssuerId(hex!("01011000FFFFFFFF")), LoadRefusal::UnknownCard);
    refused(|r| r.pan = Pan::default(), LoadRefusal::UnknownCard);
}

#[test]
fn a_card_in_bad_standing() {
    for (standing, refusal) in [
        (Standing::ReportedLost, LoadRefusal::ReportedLost),
        (Standing::Blacklisted, LoadRefusal::Blacklisted),
        (Standing::Superseded, LoadRefusal::Superseded),
        (Standing::Returned, LoadRefusal::Returned),
    ] {
        let mut bench = Bench::new();
        bench.account_mut().standing = standing;
        let request = bench.init(50, 1);
        assert_eq!(bench.load(request), Err(refusal));
        bench.account_mut().standing = Standing::Normal;
        bench.load(request).unwrap();
    }
}

#[test]
fn a_card_is_loaded_on_its_last_day_and_not_after() {
    let on = |valid_to: BcdDate, load_expired: bool| {
        let mut contents = contents();
        contents.image.info.valid_to = valid_to;
        let mut bench = Bench::of(&contents, LoadRules { load_expired, ..LoadRules::default() });
        let request = bench.init(50, 1);
        bench.load(request).map(|approval| approval.date)
    };
    let (today, yesterday, none) = (hex!("20240102"), hex!("20240101"), hex!("00000000"));
    assert_eq!(on(BcdDate(today), false), Ok(BcdDate(today)));
    for gone in [yesterday, none].map(BcdDate) {
        assert_eq!(on(gone, false), Err(LoadRefusal::Expired));
        assert_eq!(on(gone, true), Ok(BcdDate(today)));
    }
}

/// The outcome of asking for `fen`, on a card that has been loaded with `before` yuan.
fn ask(before: u32, fen: u32, rules: LoadRules) -> Result<(), LoadRefusal> {
    let mut bench = Bench::of(&contents(), rules);
    for _ in 0..before / 100 {
        bench.top_up(100);
    }
    if !before.is_multiple_of(100) {
        bench.top_up(before % 100);
    }
    let (amount, terminal) = (Fen::new(fen), terminal(1));
    let (_, data) =
        bench.ask(&build::init(Transaction::Load, &InitRequest { key_index: 1, amount, terminal }));
    let init = LoadInit::try_from(&data[..]).unwrap();
    let request = LoadRequest { issuer: ISSUER, pan: PAN, terminal, key_index: 1, amount, init, at: NOON };
    bench.load(request).map(|_| ())
}

#[test]
fn amounts_by_the_rules_of_beijing() {
    let rules = LoadRules::default();
    let wrong = Err(LoadRefusal::NotMultipleOf(Fen::new(1000)));
    assert_eq!(ask(0, 0, rules), wrong);
    assert_eq!(ask(0, 2001, rules), wrong);
    assert_eq!(ask(0, 2500, rules), wrong);
    assert_eq!(ask(0, 1000, rules), Err(LoadRefusal::FirstLoadBelow(Fen::new(2000))));
    assert_eq!(ask(0, 2000, rules), Ok(()));
    assert_eq!(ask(20, 1000, rules), Ok(()));
    // The card's overdraft limit of 10 yuan is in its answer, and is no balance.
    assert_eq!(ask(0, 100_000, rules), Ok(()));
    assert_eq!(ask(960, 4000, rules), Ok(()));
    let above = Err(LoadRefusal::BalanceAbove(Fen::new(100_000)));
    assert_eq!(ask(0, 101_000, rules), above);
    assert_eq!(ask(960, 5000, rules), above);
}

#[test]
fn amounts_by_other_rules() {
    let rules = LoadRules {
        multiple_of: Fen::new(250),
        ceiling: Fen::new(5000),
        first_minimum: Fen::ZERO,
        load_expired: false,
    };
    assert_eq!(ask(0, 250, rules), Ok(()));
    assert_eq!(ask(0, 5000, rules), Ok(()));
    assert_eq!(ask(0, 1000 + 1, rules), Err(LoadRefusal::NotMultipleOf(Fen::new(250))));
    // A multiple of nothing is nothing: such rules load no card, and do not divide by zero.
    let rules = LoadRules { multiple_of: Fen::ZERO, ..rules };
    assert_eq!(ask(0, 250, rules), Err(LoadRefusal::NotMultipleOf(Fen::ZERO)));
}

#[test]
fn a_confirmation_without_an_approval() {
    let mut bench = Bench::new();
    assert_eq!(bench.confirm(0, [1; 4]), Err(LoadRefusal::NotApproved));
    let request = bench.init(50, 1);
    let approval = bench.load(request).unwrap();
    let tac = bench.credit(approval).unwrap();
    assert_eq!(bench.confirm(1, tac), Err(LoadRefusal::NotApproved));
    assert_eq!(bench.confirm(0, [1; 4]), Err(LoadRefusal::WrongProof));
    assert_eq!(bench.account().booked, []);
    bench.confirm(0, tac).unwrap();
    assert_eq!(bench.confirm(0, [1; 4]), Err(LoadRefusal::WrongProof));
}

#[test]
fn a_proof_needs_both_its_halves() {
    let mut bench = Bench::new();
    let request = bench.init(50, 1);
    let approval = bench.load(request).unwrap();
    bench.credit(approval).unwrap();
    let proof = bench.proof(0).unwrap();
    for at in 0..8 {
        let mut wrong = proof;
        if at < 4 {
            wrong.mac2[at] ^= 1;
        } else {
            wrong.tac[at - 4] ^= 1;
        }
        assert_eq!(bench.prove(0, wrong), Err(LoadRefusal::WrongProof));
    }
    bench.prove(0, proof).unwrap();
}

#[test]
fn a_store_that_fails_books_and_approves_nothing() {
    struct Broken(Account);
    impl CardRegistry for Broken {
        type Error = &'static str;
        fn account(&self, _: Pan) -> Result<Option<Account>, &'static str> {
            Ok(Some(self.0.clone()))
        }
        fn put(&mut self, _: Pan, _: Account) -> Result<(), &'static str> {
            Err("disk full")
        }
    }
    let mut bench = Bench::new();
    let request = bench.init(50, 1);
    let mut broken = LoadHost::new(roots(), LoadRules::default(), Broken(bench.account()));
    assert_eq!(broken.approve(&request), Err("disk full"));
    // What changes nothing needs no store.
    broken.registry_mut().0.standing = Standing::Blacklisted;
    assert_eq!(broken.approve(&request), Ok(Err(LoadRefusal::Blacklisted)));
}
