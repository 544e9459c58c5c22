//! The published vector, the work it takes, and every status word that a PSAM answers.

use crate::bench::{
    MASTER, PURCHASE, TestPsam, WRONG, ask, contents, credit, entry, init, mac2, psam, ready,
};
use hex_literal::hex;
use tunion_apdu::{Sw, build};
use tunion_crypto::Tally;
use tunion_data::command::SamInitRequest;
use tunion_psam::{Chip, Contents, SequenceMoves};

const OK: (Sw, Vec<u8>) = (Sw::OK, Vec::new());

#[track_caller]
fn status(psam: &mut TestPsam, command: &[u8], sw: Sw) {
    assert_eq!(ask(psam, command), (sw, vec![]), "{command:02X?}");
}

/// `docs/spec/card.md` 5.4, entry, byte for byte.
#[test]
fn the_published_entry() {
    let mut psam = psam(contents());
    assert_eq!(ask(&mut psam, &hex!("00A40000028011")), OK);
    let init = hex!(
        "8070000024 11223344 0005 00000000 09 20240102030405 01 00 4895199900000003 05212482FFFFFFFF 08"
    );
    assert_eq!(ask(&mut psam, &init), (Sw::OK, hex!("00000001 F533F9FC").to_vec()));
    let mut work = psam.work();
    assert_eq!((work.bytes_in, work.bytes_out, work.page_writes), (42, 10, 2));
    assert_eq!(ask(&mut psam, &hex!("8072000004 BDF825DD")), OK);
    work.crypto += psam.work().crypto;
    assert_eq!(psam.work().page_writes, 4);
    // Nothing is kept between taps: the root is scheduled anew.
    let floor =
        Tally { tdes_blocks: 5, tdes_schedules: 3, des_schedules: 1, des_blocks: 4, ..Tally::default() };
    assert_eq!(work.crypto, floor);
}

#[test]
fn the_second_tap_takes_the_same_work() {
    let mut psam = ready(contents());
    init(&mut psam, &entry()).unwrap();
    let first = psam.work();
    init(&mut psam, &entry()).unwrap();
    assert_eq!(psam.work(), first);
}

#[test]
fn files_of_the_master_file() {
    let mut psam = psam(contents());
    let serial = hex!("0E01 1000000000001234").to_vec();
    assert_eq!(ask(&mut psam, &hex!("00B095000A")), (Sw::OK, serial.clone()));
    assert_eq!(ask(&mut psam, &hex!("00B0950000")), (Sw::OK, serial.clone()));
    assert_eq!(ask(&mut psam, &hex!("00B0950208")), (Sw::OK, serial[2..].to_vec()));
    assert_eq!(ask(&mut psam, &hex!("00B0950900")), (Sw::OK, serial[9..].to_vec()));
    assert_eq!(ask(&mut psam, &hex!("00B0960006")), (Sw::OK, hex!("100000000001").to_vec()));
    status(&mut psam, &hex!("00B096000B"), Sw(0x6C06));
    status(&mut psam, &hex!("00B0960205"), Sw(0x6C04));
    status(&mut psam, &hex!("00B0960600"), Sw::WRONG_OFFSET);
    status(&mut psam, &hex!("00B0960701"), Sw::WRONG_OFFSET);
    status(&mut psam, &hex!("00B09600"), Sw::WRONG_LENGTH);
    status(&mut psam, &hex!("00B0970001"), Sw::FILE_NOT_FOUND);
    status(&mut psam, &hex!("00B0180001"), Sw::WRONG_P1_P2);
}

#[test]
fn files_of_the_purchase_directory() {
    let mut psam = ready(contents());
    let file = hex!("01 01011000FFFFFFFF 01011000FFFFFFFF 20200101 20491231").to_vec();
    assert_eq!(ask(&mut psam, &hex!("00B0970019")), (Sw::OK, file));
    assert_eq!(ask(&mut psam, &hex!("00B0970001")), (Sw::OK, vec![1]));
    status(&mut psam, &hex!("00B0970080"), Sw(0x6C19));
    status(&mut psam, &hex!("00B0960006"), Sw::FILE_NOT_FOUND);
    assert_eq!(ask(&mut psam, &build::select_file(MASTER)), OK);
    status(&mut psam, &hex!("00B0970001"), Sw::FILE_NOT_FOUND);
}

#[test]
fn an_unknown_file_is_not_selected() {
    let mut psam = ready(contents());
    // DF 1001, the MOHURD application, is not in this PSAM.
    status(&mut psam, &build::select_file(0x1001), Sw::FILE_NOT_FOUND);
    assert_eq!(ask(&mut psam, &hex!("00B0970001")), (Sw::OK, vec![1]));
}

#[test]
fn challenges_are_four_or_eight_bytes_and_differ() {
    let mut psam = psam(contents());
    let (sw, four) = ask(&mut psam, &hex!("0084000004"));
    assert_eq!((sw, four.len()), (Sw::OK, 4));
    let (sw, eight) = ask(&mut psam, &hex!("0084000008"));
    assert_eq!((sw, eight.len()), (Sw::OK, 8));
    assert_ne!(four[..], eight[..4]);
    for le in [&[0x05][..], &[0x00], &[]] {
        status(&mut psam, &[&[0x00, 0x84, 0x00, 0x00], le].concat(), Sw::WRONG_LENGTH);
    }
}

#[test]
fn randomness_is_not_rewound_by_power() {
    let mut psam = psam(contents());
    let before = ask(&mut psam, &hex!("0084000008"));
    psam.power_off();
    psam.power_on().unwrap();
    assert_ne!(ask(&mut psam, &hex!("0084000008")), before);
}

#[test]
fn general_faults_come_from_the_table() {
    let mut psam = ready(contents());
    status(&mut psam, &hex!("90700000"), Sw::UNKNOWN_CLASS);
    status(&mut psam, &hex!("80740000"), Sw::UNKNOWN_INSTRUCTION);
    // A card's command.
    status(&mut psam, &hex!("805C000204"), Sw::UNKNOWN_INSTRUCTION);
    status(&mut psam, &hex!("8070000104 00000000"), Sw::WRONG_P1_P2);
    status(&mut psam, &hex!("8070000004 00000000"), Sw::WRONG_LENGTH);
    status(&mut psam, &hex!("8072000003 000000"), Sw::WRONG_LENGTH);
    let mut command = build::init_sam(&entry());
    *command.last_mut().unwrap() = 0x10;
    status(&mut psam, &command, Sw::WRONG_LENGTH);
    status(&mut psam, &[], Sw::WRONG_LENGTH);
}

#[test]
fn init_wants_the_purchase_directory() {
    let mut psam = psam(contents());
    assert_eq!(init(&mut psam, &entry()), Err(Sw::CONDITIONS));
    ask(&mut psam, &build::select_file(PURCHASE));
    assert_eq!(init(&mut psam, &entry()).unwrap().terminal_seq, 1);
}

#[test]
fn init_refuses_what_it_cannot_serve_and_uses_no_number_up() {
    let mut psam = ready(contents());
    for transaction in [0x00, 0x02, 0x07, 0xFF] {
        assert_eq!(init(&mut psam, &SamInitRequest { transaction, ..entry() }), Err(Sw::WRONG_DATA));
    }
    assert_eq!(init(&mut psam, &SamInitRequest { algorithm: 1, ..entry() }), Err(Sw::WRONG_DATA));
    assert_eq!(init(&mut psam, &SamInitRequest { key_version: 2, ..entry() }), Err(Sw::NO_SUCH_KEY));
    assert_eq!(psam.work().page_writes, 0);
    assert_eq!(init(&mut psam, &SamInitRequest { transaction: 0x06, ..entry() }).unwrap().terminal_seq, 1);
}

#[test]
fn credit_without_a_purchase_is_out_of_order() {
    let mut psam = ready(contents());
    assert_eq!(credit(&mut psam, WRONG), Sw::INVALID_STATE);
    let answer = init(&mut psam, &entry()).unwrap();
    let right = mac2(&entry(), answer.terminal_seq);
    assert_eq!(credit(&mut psam, right), Sw::OK);
    assert_eq!(credit(&mut psam, right), Sw::INVALID_STATE);
}

#[test]
fn what_closes_an_open_purchase() {
    let closes: [fn(&mut TestPsam); 9] = [
        |psam| {
            let refused = SamInitRequest { transaction: 0x02, ..entry() };
            assert_eq!(init(psam, &refused), Err(Sw::WRONG_DATA));
        },
        |psam| status(psam, &hex!("8070000004 00000000"), Sw::WRONG_LENGTH),
        |psam| status(psam, &hex!("8070010024"), Sw::WRONG_P1_P2),
        |psam| status(psam, &build::select_file(PURCHASE), Sw::OK),
        |psam| status(psam, &build::select_file(0x1001), Sw::FILE_NOT_FOUND),
        |psam| status(psam, &hex!("00A4000002 80"), Sw::WRONG_LENGTH),
        |psam| status(psam, &hex!("00A40C0002 8011"), Sw::WRONG_P1_P2),
        |psam| {
            psam.power_off();
            psam.power_on().unwrap();
        },
        |psam| assert_eq!(credit(psam, WRONG), Sw::WRONG_MAC),
    ];
    for close in closes {
        let mut psam = ready(contents());
        let answer = init(&mut psam, &entry()).unwrap();
        close(&mut psam);
        assert_eq!(credit(&mut psam, mac2(&entry(), answer.terminal_seq)), Sw::INVALID_STATE);
    }
    let keeps: [&[u8]; 5] = [
        &hex!("0084000004"),
        &hex!("00B0970001"),
        &hex!("8072000003 000000"),
        // The card's INITIALIZE, which a PSAM does not know.
        &hex!("805003020B 01 00000000 100000000001 0F"),
        &hex!("90700000"),
    ];
    for kept in keeps {
        let mut psam = ready(contents());
        let answer = init(&mut psam, &entry()).unwrap();
        ask(&mut psam, kept);
        assert_eq!(credit(&mut psam, mac2(&entry(), answer.terminal_seq)), Sw::OK);
    }
}

#[test]
fn only_the_last_init_can_be_credited() {
    let mut psam = ready(contents());
    let first = init(&mut psam, &entry()).unwrap();
    let second = init(&mut psam, &entry()).unwrap();
    assert_eq!((first.terminal_seq, second.terminal_seq), (1, 2));
    let mut other = psam.clone();
    assert_eq!(credit(&mut psam, mac2(&entry(), first.terminal_seq)), Sw::WRONG_MAC);
    assert_eq!(credit(&mut other, mac2(&entry(), second.terminal_seq)), Sw::OK);
}

/// One wrong MAC2.
fn fail(psam: &mut TestPsam) -> Sw {
    init(psam, &entry()).unwrap();
    credit(psam, WRONG)
}

#[test]
fn failures_in_a_row_lock_the_application_for_good() {
    let mut psam = ready(contents());
    for _ in 0..3 {
        assert_eq!(fail(&mut psam), Sw::WRONG_MAC);
    }
    for _ in 0..2 {
        assert_eq!(init(&mut psam, &entry()), Err(Sw::PERMANENTLY_BLOCKED));
        assert_eq!(credit(&mut psam, WRONG), Sw::PERMANENTLY_BLOCKED);
        psam.power_off();
        psam.power_on().unwrap();
        ask(&mut psam, &build::select_file(PURCHASE));
    }
    // Its files can still be read.
    assert_eq!(ask(&mut psam, &hex!("00B0970001")), (Sw::OK, vec![1]));
}

#[test]
fn a_success_gives_every_try_back() {
    let mut psam = ready(contents());
    for _ in 0..3 {
        assert_eq!(fail(&mut psam), Sw::WRONG_MAC);
        assert_eq!(fail(&mut psam), Sw::WRONG_MAC);
        let answer = init(&mut psam, &entry()).unwrap();
        assert_eq!(credit(&mut psam, mac2(&entry(), answer.terminal_seq)), Sw::OK);
    }
}

#[test]
fn a_limit_of_none_is_a_lock_from_the_start() {
    let mut psam = ready(Contents { mac_failure_limit: 0, ..contents() });
    assert_eq!(init(&mut psam, &entry()), Err(Sw::PERMANENTLY_BLOCKED));
}

#[test]
fn the_counter_ends_and_does_not_wrap() {
    for sequence_moves in [SequenceMoves::AtInit, SequenceMoves::AtCredit] {
        let mut psam = ready(Contents { sequence: 0xFFFF_FFFE, sequence_moves, ..contents() });
        let last = init(&mut psam, &entry()).unwrap();
        assert_eq!(last.terminal_seq, 0xFFFF_FFFE);
        assert_eq!(credit(&mut psam, mac2(&entry(), last.terminal_seq)), Sw::OK);
        for seq in 6..9 {
            assert_eq!(init(&mut psam, &SamInitRequest { seq, ..entry() }), Err(Sw::COUNTER_AT_MAXIMUM));
        }
    }
}

#[test]
fn a_sequence_that_moves_at_credit() {
    let mut psam = ready(Contents { sequence_moves: SequenceMoves::AtCredit, ..contents() });
    let other = SamInitRequest { seq: 6, ..entry() };
    // Abandoned and asked for again, with another random number of the same card: the same number,
    // and nothing to commit.
    assert_eq!(init(&mut psam, &entry()).unwrap().terminal_seq, 1);
    assert_eq!(init(&mut psam, &SamInitRequest { random: [9; 4], ..entry() }).unwrap().terminal_seq, 1);
    assert_eq!(psam.work().page_writes, 0);
    // Another purchase: the DEBIT of the first may have been done.
    assert_eq!(init(&mut psam, &other).unwrap().terminal_seq, 2);
    // A wrong MAC2 is no CREDIT.
    assert_eq!(credit(&mut psam, WRONG), Sw::WRONG_MAC);
    assert_eq!(init(&mut psam, &other).unwrap().terminal_seq, 2);
    assert_eq!(credit(&mut psam, mac2(&other, 2)), Sw::OK);
    assert_eq!(init(&mut psam, &other).unwrap().terminal_seq, 3);
}
