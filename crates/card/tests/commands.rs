//! What commands do that no table says: `answers`, `states`, `purse` and `security` have the tables.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use hex_literal::hex;
use support::{DATE, TERMINAL, card, credit, debit, init, init_load, init_purchase, ok, send};
use tunion_apdu::{Sw, build};
use tunion_card::{Chip, PurseContents};
use tunion_crypto::Tally;
use tunion_data::Fen;
use tunion_data::command::Transaction;
use tunion_data::fci::{EP_AID, PPSE};
use tunion_data::file::{LogRecord, RailRecord, Sfi, TripRecord};

/// Commands that answer a status word and change nothing, on a fresh selected card.
/// `docs/spec/card.md` 3.1, 6a.
/// `docs/spec/card.md` 7.2.
/// `docs/spec/card.md` 7.3.
#[test]
fn a_select_that_is_refused_leaves_the_selection_as_it_was() {
    let refused: [&[u8]; 4] = [
        &hex!("00A4040008 A000000632010106 00"),
        &hex!("00A4040008 A000000632010105 10"),
        &hex!("00A404000E 325041592E5359532E4444463031 01"),
        &hex!("00A40000023F01"),
    ];
    for command in refused {
        let mut card = card();
        assert_ne!(send(&mut card, command).sw(), Sw::OK);
        ok(&mut card, &build::read_binary(Sfi::INFO, 0x1E));
        // Nor does it select what was not.
        ok(&mut card, &build::select_name(PPSE));
        assert_ne!(send(&mut card, command).sw(), Sw::OK);
        assert_eq!(send(&mut card, &build::read_binary(Sfi::INFO, 0x1E)).sw(), Sw::NO_CURRENT_FILE);
    }
}

#[test]
fn a_composite_purchase_commits_all_it_was_given() {
    let mut card = card();
    let rail = RailRecord { status: 1, ..RailRecord::blank() }.sealed();
    let trip = TripRecord { trip_type: 3, amount: Fen::new(300), ..TripRecord::default() }.encode();
    let answer = init_purchase(&mut card, Transaction::Capp, 300);
    ok(&mut card, &build::update_capp(Sfi::INDUSTRY, 1, &rail));
    ok(&mut card, &build::update_capp(Sfi::TRIP, 0, &trip));
    assert_eq!(ok(&mut card, &build::read_record(Sfi::TRIP, 1, 0x30)), [0; 48], "only a cache so far");
    let done = ok(&mut card, &debit(Transaction::Capp, 300, &answer, 0x0001_0002));

    assert_eq!(ok(&mut card, &build::read_record(Sfi::INDUSTRY, 1, 0x80)), rail);
    assert_eq!(ok(&mut card, &build::read_record(Sfi::TRIP, 1, 0x30)), trip);
    assert_eq!(ok(&mut card, &build::get_balance(build::Asked::Actual)), 9_700u32.to_be_bytes());
    let log = LogRecord::try_from(&ok(&mut card, &build::read_record(Sfi::LOG, 1, 0x17))[..]).unwrap();
    assert_eq!((log.seq, log.amount, log.transaction), (6, Fen::new(300), 0x09));
    assert_eq!((log.terminal, log.date), (TERMINAL, DATE));
    let proof = ok(&mut card, &build::prove(Transaction::Capp, 6));
    assert_eq!((&proof[..4], &proof[4..]), (&done[4..], &done[..4]), "MAC2 first, then TAC");
}

#[test]
fn a_composite_purchase_does_its_bare_cryptography_and_no_more() {
    let mut card = card();
    let answer = init_purchase(&mut card, Transaction::Capp, 0);
    ok(&mut card, &debit(Transaction::Capp, 0, &answer, 1));
    let work = card.work();
    assert_eq!((work.crypto.tdes_blocks, work.crypto.des_schedules, work.crypto.des_blocks), (1, 1, 7));
    assert_eq!(work.crypto.tdes_schedules, 0);
    assert_eq!(work.page_writes, 3, "log, purse and root");
}

#[test]
fn a_load_does_its_bare_cryptography_and_no_more() {
    let mut card = card();
    let answer = init_load(&mut card, 1000);
    let mut crypto = card.work().crypto;
    ok(&mut card, &credit(1000, &answer));
    crypto += card.work().crypto;
    // MAC1 over 15 bytes, MAC2 over 18, TAC over 24, which padding takes to four blocks.
    let bare = Tally { tdes_blocks: 1, des_schedules: 1, des_blocks: 2 + 3 + 4, ..Tally::default() };
    assert_eq!(crypto, bare);
    assert_eq!(card.work().page_writes, 3, "log, purse and root");
}

#[test]
fn the_logs_keep_the_newest_and_drop_the_oldest() {
    let mut card = card();
    for n in 1..=35u8 {
        let answer = init_purchase(&mut card, Transaction::Capp, u32::from(n));
        ok(&mut card, &build::update_capp(Sfi::TRIP, 0, &[n; 48]));
        ok(&mut card, &debit(Transaction::Capp, u32::from(n), &answer, u32::from(n)));
    }
    for number in 1..=10u8 {
        let log =
            LogRecord::try_from(&ok(&mut card, &build::read_record(Sfi::LOG, number, 0x17))[..]).unwrap();
        assert_eq!(log.amount, Fen::new(u32::from(36 - number)));
        assert_eq!(log.seq, 5 + 36 - u16::from(number));
    }
    for number in 1..=30u8 {
        assert_eq!(ok(&mut card, &build::read_record(Sfi::TRIP, number, 0x30)), [36 - number; 48]);
    }
}

#[test]
fn an_instance_is_selected_by_its_full_or_partial_name() {
    let mut contents = support::contents(PurseContents::default());
    contents.aid.extend_from_slice(&hex!("10009156000014A1")).unwrap();
    let mut card = tunion_card::Card::new(&contents, support::Fixed([0; 4])).unwrap();
    let fci = ok(&mut card, &build::select_name(&EP_AID));
    assert_eq!(fci[..20], hex!("6F39 8410 A000000632010105 10009156000014A1"));
    ok(&mut card, &build::select_name::<16>(contents.aid[..].try_into().unwrap()));
    let other = hex!("A000000632010105 53004755414E4758");
    assert_eq!(send(&mut card, &build::select_name(&other)).sw(), Sw::FILE_NOT_FOUND);
}

#[test]
fn init_leaves_no_trace() {
    let mut card = card();
    for _ in 0..3 {
        assert_eq!(init_purchase(&mut card, Transaction::Capp, 100).seq, 5);
        assert_eq!(send(&mut card, &init(Transaction::Load, 100)).sw(), Sw::OK);
        assert_eq!(card.work().page_writes, 0);
    }
}
