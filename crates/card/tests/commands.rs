//! What each command answers, and what the session does.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use hex_literal::hex;
use support::{
    DATE, TERMINAL, card, card_with, credit, debit, fen24, init, init_load, init_purchase, ok, send,
};
use tunion_apdu::{Sw, build};
use tunion_card::{Chip, PurseContents};
use tunion_crypto::Tally;
use tunion_data::Fen;
use tunion_data::command::{Balances, PurchaseInit, Transaction};
use tunion_data::fci::{EP_AID, PPSE};
use tunion_data::file::{BusRecord, LogRecord, RailRecord, Sfi, TripRecord};

/// Commands that answer a status word and change nothing, on a fresh selected card.
#[test]
fn every_status_word_of_the_reading_commands() {
    let cases: &[(&[u8], u16, &str)] = &[
        (&hex!("00B0950000"), 0x9000, "EF 15 to its end"),
        (&hex!("00B097000B"), 0x9000, "the first 11 bytes of EF 17, as Xi'an asks"),
        (&hex!("00B0950020"), 0x6C1E, "two bytes more than EF 15 has"),
        (&hex!("00B0951D02"), 0x6C01, "one byte more than is left"),
        (&hex!("00B0951E01"), 0x6B00, "an offset at the end"),
        (&hex!("00B095FF01"), 0x6B00, "an offset far beyond"),
        (&hex!("00B09500"), 0x6700, "no Le"),
        (&hex!("00B0980017"), 0x6981, "READ BINARY of a cyclic file"),
        (&hex!("00B0990000"), 0x6A82, "a file that is not there"),
        (&hex!("00B0150000"), 0x6A86, "P1 without the short file identifier"),
        (&hex!("00B201C417"), 0x9000, "the newest log record, though nothing was logged"),
        (&hex!("00B20AC400"), 0x9000, "the oldest log record"),
        (&hex!("00B20BC400"), 0x6A83, "an eleventh"),
        (&hex!("00B200C400"), 0x6A83, "record 0"),
        (&hex!("00B201C410"), 0x6C17, "a log record with a short Le"),
        (&hex!("00B201C4"), 0x6700, "READ RECORD without Le"),
        (&hex!("00B201C000"), 0x6A81, "a log record by identifier"),
        (&hex!("00B201D480"), 0x9000, "2701 by number"),
        (&hex!("00B202D080"), 0x9000, "2702 by identifier"),
        (&hex!("00B212D400"), 0x9000, "2712"),
        (&hex!("00B213D400"), 0x6A83, "2713"),
        (&hex!("00B21EF430"), 0x9000, "the oldest trip record"),
        (&hex!("00B21FF430"), 0x6A83, "a thirty-first"),
        (&hex!("00B201AC00"), 0x6981, "READ RECORD of EF 15"),
        (&hex!("00B2018400"), 0x6A82, "READ RECORD of a file that is not there"),
        (&hex!("00B201D100"), 0x6A86, "P2 of another form"),
        (&hex!("805C000204"), 0x9000, "available balance"),
        (&hex!("805C000200"), 0x9000, "Le 00"),
        (&hex!("805C0002"), 0x9000, "Le absent"),
        (&hex!("805C000210"), 0x6700, "a longer Le"),
        (&hex!("805C050210"), 0x9000, "all balances"),
        (&hex!("805C050204"), 0x6700, "all balances with Le 04"),
        (&hex!("805C060204"), 0x6A86, "the second purse, which this card has not"),
        (&hex!("805C000104"), 0x6A86, "the electronic deposit, which T-Union has not"),
        (&hex!("0084000004"), 0x9000, "a challenge"),
        (&hex!("0084000008"), 0x9000, "a long challenge"),
        (&hex!("0084000005"), 0x6700, "a challenge of five"),
        (&hex!("805A000902000608"), 0x9406, "no proof yet"),
        (&hex!("805A000302000108"), 0x9406, "proof of an unload"),
        (&hex!("805A000502000108"), 0x6A86, "proof of an unknown type"),
        (&hex!("00A4040008A000000003869807 01"), 0x6A82, "the MOHURD application"),
        (&hex!("00A40000023F01"), 0x6A82, "SELECT by file identifier"),
        (&hex!("8072000004 00000000"), 0x6D00, "a PSAM's command"),
    ];
    for (command, sw, what) in cases {
        assert_eq!(send(&mut card(), command).sw(), Sw(*sw), "{what}");
    }
}

#[test]
fn every_status_word_of_the_initialising_commands() {
    let rich = PurseContents { balance: fen24(10_000), ceiling: fen24(10_500), ..PurseContents::default() };
    let spent = PurseContents { offline_seq: u16::MAX, online_seq: u16::MAX, ..rich };
    let cases: &[(PurseContents, &[u8], u16, &str)] = &[
        (rich, &hex!("805001020B 01 00002710 100000000001 0F"), 0x9000, "the whole balance"),
        (rich, &hex!("805001020B 01 00002711 100000000001 0F"), 0x9401, "a fen more"),
        (rich, &hex!("805003020B 01 00002711 100000000001 0F"), 0x9401, "a fen more, composite"),
        (rich, &hex!("805001020B 02 00000001 100000000001 0F"), 0x9403, "purchase key 2"),
        (rich, &hex!("805001020B 01 00000001 100000000001 10"), 0x6700, "Le 10 for 15 bytes"),
        (rich, &hex!("805001020A 01 00000001 1000000000 0F"), 0x6700, "a short terminal number"),
        (rich, &hex!("805002020B 01 00000001 100000000001 0F"), 0x6A86, "cash withdrawal"),
        (spent, &hex!("805001020B 01 00000000 100000000001 0F"), 0x9402, "offline counter at FFFF"),
        (spent, &hex!("805000020B 01 00000001 100000000001 10"), 0x9402, "online counter at FFFF"),
        (rich, &hex!("805000020B 01 000001F4 100000000001 10"), 0x9000, "up to the ceiling"),
        (rich, &hex!("805000020B 02 000001F4 100000000001"), 0x9000, "with the second load key"),
        (rich, &hex!("805000020B 01 000001F5 100000000001 10"), 0x6985, "a fen beyond the ceiling"),
        (rich, &hex!("805000020B 03 00000001 100000000001 10"), 0x9403, "load key 3"),
        (rich, &hex!("805000020B 00 00000001 100000000001 10"), 0x9403, "load key 0"),
    ];
    for (purse, command, sw, what) in cases {
        assert_eq!(send(&mut card_with(*purse), command).sw(), Sw(*sw), "{what}");
    }
}

#[test]
fn before_a_select_only_the_challenge_is_answered() {
    let cases: &[(&[u8], u16)] = &[
        (&hex!("00B095001E"), 0x6986),
        (&hex!("00B201C417"), 0x6A82),
        (&hex!("805C000204"), 0x6985),
        (&hex!("805A000902000608"), 0x6985),
        (&hex!("805003020B 01 00000000 100000000001 0F"), 0x6985),
        (&hex!("805000020B 01 00000001 100000000001 10"), 0x6985),
        (
            &hex!(
                "80DC00F030 000000000000000000000000000000000000000000000000 000000000000000000000000000000000000000000000000"
            ),
            0x6901,
        ),
        (&hex!("0084000004"), 0x9000),
    ];
    for (command, sw) in cases {
        let mut card = card();
        card.power_off();
        card.power_on().unwrap();
        assert_eq!(send(&mut card, command).sw(), Sw(*sw), "{command:02X?}");
    }
}

#[test]
fn commands_out_of_order_are_6901() {
    let mut card = card();
    let answer = init_purchase(&mut card, Transaction::Capp, 300);
    let debit_capp = debit(Transaction::Capp, 300, &answer, 1);
    // INIT FOR LOAD takes the place of INIT FOR CAPP PURCHASE.
    let load = init_load(&mut card, 1000);
    assert_eq!(send(&mut card, &debit_capp).sw(), Sw::INVALID_STATE);
    // And the wrong command ended that session too.
    assert_eq!(send(&mut card, &credit(1000, &load)).sw(), Sw::INVALID_STATE);
    // A single purchase has no cache.
    init_purchase(&mut card, Transaction::Purchase, 300);
    assert_eq!(send(&mut card, &build::update_capp(Sfi::TRIP, 0, &[0; 48])).sw(), Sw::INVALID_STATE);
    assert_eq!(card.balances().actual, Fen::new(10_000));
}

/// `docs/spec/card.md` 3.1, 6a.
#[test]
fn what_ends_a_transaction_and_what_keeps_it() {
    let ends: &[(&[u8], u16, &str)] = &[
        (&hex!("00A4040008 A000000632010105 00"), 0x9000, "SELECT"),
        (&hex!("00A4040008 A000000632010105 10"), 0x6700, "SELECT with a wrong Le"),
        (&hex!("00A4040008 A000000632010106 00"), 0x6A82, "SELECT of what is not there"),
        (&hex!("00A4040010 A000000632010105"), 0x6700, "SELECT with less than its Lc"),
        (&hex!("00A4020008 A000000632010105 00"), 0x6A86, "SELECT with another P1"),
        (&hex!("00A40000023F01"), 0x6A82, "SELECT by file identifier"),
        (&hex!("805001020B 01 00000000 100000000001 0F"), 0x9000, "another INITIALIZE"),
        (&hex!("805003020B 01 7FFFFFFF 100000000001 0F"), 0x9401, "INITIALIZE beyond the balance"),
        (&hex!("805003020B 01 00000000 100000000001 0E"), 0x6700, "INITIALIZE with a wrong Le"),
        (&hex!("805005020B 01 00000000 100000000001 10"), 0x9000, "INITIALIZE FOR UNLOAD"),
        (&hex!("8050"), 0x6700, "INITIALIZE cut short"),
    ];
    for (command, sw, what) in ends {
        let mut card = card();
        let answer = init_purchase(&mut card, Transaction::Capp, 300);
        assert_eq!(send(&mut card, command).sw(), Sw(*sw), "{what}");
        let debit = debit(Transaction::Capp, 300, &answer, 1);
        assert_ne!(send(&mut card, &debit).sw(), Sw::OK, "{what}");
        assert_eq!(
            send(&mut card, &build::update_capp(Sfi::TRIP, 0, &[1; 48])).sw(),
            Sw::INVALID_STATE,
            "{what}"
        );
        assert_eq!(card.balances().actual, Fen::new(10_000), "{what}");
    }
    let keeps: &[(&[u8], u16, &str)] = &[
        (&hex!("00B095001E"), 0x9000, "READ BINARY"),
        (&hex!("00B201C417"), 0x9000, "READ RECORD"),
        (&hex!("805C030204"), 0x9000, "GET BALANCE"),
        (&hex!("805A000902000608"), 0x9406, "GET TRANSACTION PROVE"),
        (&hex!("0084000004"), 0x9000, "GET CHALLENGE"),
        (&hex!("80DC00F003 010203"), 0x6A80, "a refused UPDATE CAPP DATA CACHE"),
        (&hex!("805401000E 0000000120240102030405F533F9"), 0x6700, "DEBIT with a wrong length"),
        (&hex!("8070000000"), 0x6D00, "the PSAM's INITIALIZE"),
        (&hex!("90A40000"), 0x6E00, "another class"),
    ];
    for (command, sw, what) in keeps {
        let mut card = card();
        let answer = init_purchase(&mut card, Transaction::Capp, 300);
        assert_eq!(send(&mut card, command).sw(), Sw(*sw), "{what}");
        ok(&mut card, &debit(Transaction::Capp, 300, &answer, 1));
    }
}

/// `docs/spec/card.md` 7.2.
#[test]
fn p1_of_debit_is_01_and_for_a_single_purchase_02_too() {
    let with_p1 = |p1, transaction, answer: &_| {
        let mut command = debit(transaction, 300, answer, 1);
        command[2] = p1;
        command
    };
    for p1 in [0x01, 0x02] {
        let mut card = card();
        assert_eq!(
            send(&mut card, &with_p1(p1, Transaction::Purchase, &PurchaseInit::default())).sw(),
            Sw::INVALID_STATE
        );
        let answer = init_purchase(&mut card, Transaction::Purchase, 300);
        ok(&mut card, &with_p1(p1, Transaction::Purchase, &answer));
        assert_eq!(card.balances().actual, Fen::new(9_700));
    }
    let mut card = card();
    let answer = init_purchase(&mut card, Transaction::Capp, 300);
    assert_eq!(send(&mut card, &with_p1(0x02, Transaction::Capp, &answer)).sw(), Sw::WRONG_P1_P2);
    assert_eq!(
        send(&mut card, &with_p1(0x03, Transaction::Capp, &answer)).sw(),
        Sw::WRONG_LENGTH,
        "an unload's"
    );
    ok(&mut card, &with_p1(0x01, Transaction::Capp, &answer));
}

/// `docs/spec/card.md` 7.3.
#[test]
fn p2_of_credit_is_00_or_02() {
    for p2 in [0x00, 0x02] {
        let mut card = card();
        let answer = init_load(&mut card, 1000);
        let mut command = credit(1000, &answer);
        command[3] = 0x01;
        assert_eq!(send(&mut card, &command).sw(), Sw::WRONG_P1_P2);
        command[3] = p2;
        ok(&mut card, &command);
        assert_eq!(card.balances().actual, Fen::new(11_000));
    }
}

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
fn a_wrong_mac_ends_the_session_and_changes_nothing() {
    let mut card = card();
    let answer = init_purchase(&mut card, Transaction::Purchase, 300);
    let good = debit(Transaction::Purchase, 300, &answer, 1);
    let mut bad = good.clone();
    bad[19] ^= 0x01;
    assert_eq!(send(&mut card, &bad).sw(), Sw::WRONG_MAC);
    assert_eq!(send(&mut card, &good).sw(), Sw::INVALID_STATE);
    assert_eq!(card.balances().actual, Fen::new(10_000));
    assert_eq!(init_purchase(&mut card, Transaction::Purchase, 300).seq, 5);

    let answer = init_load(&mut card, 1000);
    let mut bad = credit(1000, &answer);
    bad[12] ^= 0x80;
    assert_eq!(send(&mut card, &bad).sw(), Sw::WRONG_MAC);
    assert_eq!(init_load(&mut card, 1000).seq, 0);
}

#[test]
fn update_capp_refuses_what_it_cannot_commit() {
    let rail = RailRecord::blank().sealed();
    let bus = BusRecord::blank().encode();
    let mut third = rail;
    third[1] = 0x03;
    let mut beyond = rail;
    beyond[1] = 0x13;
    let mut foreign = rail;
    foreign[0] = 0x28;
    let mut card = card();
    init_purchase(&mut card, Transaction::Capp, 0);
    let short = rail.first_chunk::<127>().unwrap();
    let mut sw = |command: &[u8]| send(&mut card, command).sw();
    assert_eq!(sw(&build::update_capp(Sfi::INDUSTRY, 1, &rail)), Sw::OK);
    assert_eq!(sw(&build::update_capp(Sfi::INDUSTRY, 0, &bus)), Sw::OK, "P1 00: the header names the record");
    assert_eq!(sw(&build::update_capp(Sfi::INDUSTRY, 1, &rail)), Sw::OK, "again the same record");
    assert_eq!(sw(&build::update_capp(Sfi::INDUSTRY, 3, &third)), Sw::CONDITIONS, "a third record");
    assert_eq!(sw(&build::update_capp(Sfi::INDUSTRY, 2, &rail)), Sw::WRONG_DATA, "P1 and header disagree");
    assert_eq!(sw(&build::update_capp(Sfi::INDUSTRY, 1, short)), Sw::WRONG_DATA);
    assert_eq!(sw(&build::update_capp(Sfi::INDUSTRY, 0, &foreign)), Sw::WRONG_DATA);
    assert_eq!(sw(&build::update_capp(Sfi::INDUSTRY, 0, &beyond)), Sw::RECORD_NOT_FOUND);
    assert_eq!(sw(&build::update_capp(Sfi::TRIP, 0, &[1; 48])), Sw::OK);
    assert_eq!(sw(&build::update_capp(Sfi::TRIP, 0, &[1; 47])), Sw::WRONG_DATA);
    assert_eq!(sw(&build::update_capp(Sfi::TRIP, 1, &[1; 48])), Sw::WRONG_P1_P2);
    assert_eq!(sw(&build::update_capp(Sfi::LOG, 0, &[1; 23])), Sw::FILE_NOT_FOUND);
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
fn a_proof_is_kept_for_each_type_and_answers_its_own_sequence_only() {
    let mut card = card();
    let load = init_load(&mut card, 1000);
    ok(&mut card, &credit(1000, &load));
    let answer = init_purchase(&mut card, Transaction::Purchase, 100);
    ok(&mut card, &debit(Transaction::Purchase, 100, &answer, 1));
    let answer = init_purchase(&mut card, Transaction::Capp, 200);
    ok(&mut card, &debit(Transaction::Capp, 200, &answer, 2));
    // A later INIT does not take a proof away.
    init_purchase(&mut card, Transaction::Capp, 0);
    ok(&mut card, &build::prove(Transaction::Load, 1));
    ok(&mut card, &build::prove(Transaction::Purchase, 6));
    ok(&mut card, &build::prove(Transaction::Capp, 7));
    for (transaction, seq) in [(Transaction::Capp, 6), (Transaction::Purchase, 7), (Transaction::Load, 2)] {
        assert_eq!(send(&mut card, &build::prove(transaction, seq)).sw(), Sw::NO_PROOF);
    }
}

#[test]
fn the_overdraft_is_spent_last_and_repaid_first() {
    let purse =
        PurseContents { balance: fen24(200), overdraft_limit: fen24(800), ..PurseContents::default() };
    let mut card = card_with(purse);
    let answer = init_purchase(&mut card, Transaction::Purchase, 500);
    assert_eq!((answer.balance, answer.overdraft_limit), (Fen::new(1000), fen24(800)));
    ok(&mut card, &debit(Transaction::Purchase, 500, &answer, 1));
    let all = Balances::try_from(&ok(&mut card, &build::get_balance(build::Asked::All))[..]).unwrap();
    assert_eq!((all.actual, all.overdraft_used), (Fen::ZERO, Fen::new(300)));
    assert_eq!(ok(&mut card, &build::get_balance(build::Asked::Available)), 500u32.to_be_bytes());

    let load = init_load(&mut card, 1000);
    ok(&mut card, &credit(1000, &load));
    let all = card.balances();
    assert_eq!((all.actual, all.overdraft_used), (Fen::new(700), Fen::ZERO));
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
