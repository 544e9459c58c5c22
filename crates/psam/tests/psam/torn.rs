//! The power goes at every byte that sign-on, quota, load and unblocking write.

use crate::bench::{
    CONTROL, HOST, TestPsam, WRONG, ask, contents, credit, descrypt, entry, init, load_sam, ready, sign_on,
};
use crate::power::{COMMIT, PAGE, damages, torn};
use hex_literal::hex;
use tunion_apdu::{CommandBuf, Sw, build};
use tunion_crypto::{Challenge, Key16, Tally, load_block};
use tunion_data::command::{SamInitRequest, SamKey, SamQuota};
use tunion_data::file::Sfi;
use tunion_data::mac::TransactionMac;
use tunion_data::{BcdDate, BcdDateTime, BcdTime, Fen, TerminalId};
use tunion_psam::{Contents, KEY_TRIES};

const ASN: [u8; 8] = hex!("4895199900000003");
const OLD: SamQuota =
    SamQuota { quota: Fen::new(1000), expiry: BcdDateTime(hex!("20261231235959")), batch: 7 };
const NEW: SamQuota =
    SamQuota { quota: Fen::new(5000), expiry: BcdDateTime(hex!("20271231235959")), batch: 8 };

/// A load SAM with the old quota.
fn signed_on() -> TestPsam {
    let mut psam = ready(load_sam());
    sign_on(&mut psam, &OLD);
    psam
}

fn left(psam: &mut TestPsam) -> SamQuota {
    SamQuota::try_from(&ask(psam, &build::read_binary(Sfi::QUOTA, 15)).1[..]).unwrap()
}

fn load(seq: u16, amount: u32) -> CommandBuf {
    let message = TransactionMac {
        amount: Fen::new(amount),
        transaction: 0x02,
        terminal: TerminalId(hex!("100000000001")),
        date: BcdDate(hex!("20261123")),
        time: BcdTime(hex!("080000")),
    };
    let block = load_block([1, 2, 3, 4], seq);
    build::des_crypt(0x01, &[&block[..], &message.encode(), &hex!("800000000000")].concat())
}

/// EXTERNAL AUTHENTICATE of a new challenge under `key`.
fn proof(psam: &mut TestPsam, key: [u8; 16]) -> CommandBuf {
    let (_, random) = ask(psam, &build::sam_challenge());
    let challenge = Challenge::from(<[u8; 8]>::try_from(&random[..]).unwrap());
    let tally = &mut Tally::default();
    build::authenticate_sam(Key16::new(key).tdes(tally).authenticate(challenge, tally))
}

/// APPLICATION UNBLOCK of a new challenge under `key`.
fn unblock(psam: &mut TestPsam, key: [u8; 16]) -> Vec<u8> {
    let (_, random) = ask(psam, &build::get_challenge(4));
    let challenge = Challenge::from(<[u8; 4]>::try_from(&random[..]).unwrap());
    let tally = &mut Tally::default();
    let mac = Key16::new(key).tdes(tally).command_mac(challenge, &hex!("8418000004"), tally);
    [&hex!("8418000004")[..], &mac].concat()
}

/// Whatever the cut, a load is taken once, and the terminal that asks again has its MAC2.
#[test]
fn a_load_that_was_taken_but_not_answered_is_answered_later() {
    let mut psam = signed_on();
    descrypt(&mut psam, SamKey::LOAD, &[ASN]);
    let whole = ask(&mut psam.clone(), &load(5, 600));
    assert_eq!(whole.0, Sw::OK);
    for after in 0..=COMMIT {
        for damage in damages(after) {
            let Some(mut psam) = torn(&psam, &load(5, 600), after, damage) else {
                assert_eq!(after, COMMIT);
                continue;
            };
            let now = left(&mut psam).quota;
            assert!(now == Fen::new(1000) || (now == Fen::new(400) && after > PAGE), "{now} after {after}");
            descrypt(&mut psam, SamKey::LOAD, &[ASN]);
            // Another load in between takes what is left, and no more.
            let mut other = psam.clone();
            let expected = if now == Fen::new(1000) { Sw::OK } else { Sw::INSUFFICIENT };
            assert_eq!(ask(&mut other, &load(6, 600)).0, expected);
            assert_eq!(ask(&mut psam, &load(5, 600)), whole);
            assert_eq!(left(&mut psam).quota, Fen::new(400));
            assert_eq!(ask(&mut psam, &load(6, 401)).0, Sw::INSUFFICIENT);
        }
    }
}

#[test]
fn a_quota_is_the_old_one_or_the_new_one_and_its_proof_is_gone() {
    let mut psam = signed_on();
    let right = proof(&mut psam, HOST);
    assert_eq!(ask(&mut psam, &right).0, Sw::OK);
    let write = build::write_quota(&NEW);
    for after in 0..=COMMIT {
        for damage in damages(after) {
            let Some(mut psam) = torn(&psam, &write, after, damage) else {
                assert_eq!(after, COMMIT);
                continue;
            };
            let now = left(&mut psam);
            assert!(now == OLD || (now == NEW && after > PAGE), "{now:?} after {after} bytes");
            assert_eq!(ask(&mut psam, &write).0, Sw::SECURITY_STATUS);
        }
    }
}

#[test]
fn a_cut_proof_costs_at_most_its_own_try_and_proves_nothing() {
    let mut psam = signed_on();
    let right = proof(&mut psam, HOST);
    for after in 0..=2 * COMMIT {
        for damage in damages(after) {
            let Some(mut psam) = torn(&psam, &right, after, damage) else {
                assert_eq!(after, 2 * COMMIT);
                continue;
            };
            assert_eq!(ask(&mut psam, &build::write_quota(&NEW)).0, Sw::SECURITY_STATUS);
            assert_eq!(ask(&mut psam, &right).0, Sw::NO_CHALLENGE);
            let wrong = proof(&mut psam, CONTROL);
            let spent = ask(&mut psam, &wrong).0 == Sw::tries_left(KEY_TRIES - 2);
            assert!(!spent || after > PAGE, "cut before the try was written, after {after}");
        }
    }
}

/// A guesser who pulls the SAM out before it can count: `guess` makes the command, and `told_wrong` knows the
/// answer to a wrong one.
fn no_free_try(start: &TestPsam, guess: fn(&mut TestPsam) -> Vec<u8>, told_wrong: fn(Sw) -> bool) {
    for after in 0..=COMMIT {
        for damage in damages(after) {
            let (mut psam, mut told) = (start.clone(), 0);
            for _ in 0..10 {
                let command = guess(&mut psam);
                if let Some(pulled) = torn(&psam, &command, after, damage) {
                    psam = pulled;
                } else if told_wrong(ask(&mut psam, &command).0) {
                    told += 1;
                } else {
                    break;
                }
            }
            // All guesses are told wrong, the whole allowance, or the power went before any was.
            assert_eq!(told, if after < COMMIT { 0 } else { KEY_TRIES }, "cuts after {after} bytes");
        }
    }
}

#[test]
fn no_cut_gives_a_free_try_at_a_proof() {
    let guess = |psam: &mut TestPsam| proof(psam, CONTROL).to_vec();
    no_free_try(&signed_on(), guess, |sw| sw.family() == Sw(0x63C0));
}

/// Locked from the start.
fn locked() -> TestPsam {
    ready(Contents { mac_failure_limit: 0, ..contents() })
}

#[test]
fn no_cut_gives_a_free_try_at_unblocking() {
    no_free_try(&locked(), |psam| unblock(psam, HOST), |sw| sw == Sw::WRONG_MESSAGE_MAC);
}

#[test]
fn a_cut_unblocking_costs_at_most_its_own_try_or_is_done() {
    let mut psam = ready(contents());
    for seq in 5..8 {
        init(&mut psam, &SamInitRequest { seq, ..entry() }).unwrap();
        assert_eq!(credit(&mut psam, WRONG), Sw::WRONG_MAC);
    }
    let right = unblock(&mut psam, CONTROL);
    for after in 0..=2 * COMMIT {
        for damage in damages(after) {
            let Some(mut psam) = torn(&psam, &right, after, damage) else {
                assert_eq!(after, 2 * COMMIT);
                continue;
            };
            let open = init(&mut psam, &entry());
            if let Ok(answer) = open {
                assert!(after > COMMIT + PAGE, "open after {after} bytes");
                assert_eq!(answer.terminal_seq, 4, "the sequence goes on");
                continue;
            }
            assert_eq!(open, Err(Sw::PERMANENTLY_BLOCKED));
            // What is left of three tries: at least two, and all of them before the try was written.
            for _ in 0..if after > PAGE { 1 } else { 2 } {
                let wrong = unblock(&mut psam, HOST);
                assert_eq!(ask(&mut psam, &wrong).0, Sw::WRONG_MESSAGE_MAC);
            }
            let right = unblock(&mut psam, CONTROL);
            assert_eq!(ask(&mut psam, &right).0, Sw::OK);
        }
    }
}
