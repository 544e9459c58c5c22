//! The power goes at every byte that a purchase writes.

use crate::bench::{PURCHASE, TestPsam, WRONG, ask, contents, credit, entry, init, mac2, ready};
use tunion_apdu::{Response, Sw, build};
use tunion_data::command::SamInitRequest;
use tunion_psam::{Chip, Contents, Cut, Damage, PowerLost, SequenceMoves};

pub(crate) const PAGE: u32 = 128;
/// A commit is a page and a root; CREDIT has two.
pub(crate) const COMMIT: u32 = 2 * PAGE;
const MOVES: [SequenceMoves; 2] = [SequenceMoves::AtInit, SequenceMoves::AtCredit];

/// What becomes of `psam` when the power goes `after` bytes into `command`, and comes back.
/// `None` when the answer came first.
pub(crate) fn torn(psam: &TestPsam, command: &[u8], after: u32, damage: Damage) -> Option<TestPsam> {
    let mut psam = psam.clone();
    let mut response = Response::new();
    psam.set_cut(Some(Cut { after, damage }));
    if psam.process(command, &mut response).is_ok() {
        return None;
    }
    assert!(response.bytes().is_empty());
    assert_eq!(psam.process(command, &mut response), Err(PowerLost), "no answer without power");
    psam.set_cut(None);
    psam.power_on().unwrap();
    ask(&mut psam, &build::select_file(PURCHASE));
    Some(psam)
}

pub(crate) fn damages(after: u32) -> [Damage; 2] {
    [Damage::Prefix, Damage::Noise(u64::from(after))]
}

#[test]
fn a_number_that_was_committed_but_not_answered_is_used_up_or_not() {
    let other = SamInitRequest { seq: 6, ..entry() };
    for sequence_moves in MOVES {
        let psam = ready(Contents { sequence_moves, ..contents() });
        for after in 0..=COMMIT {
            for damage in damages(after) {
                let Some(mut psam) = torn(&psam, &build::init_sam(&entry()), after, damage) else {
                    assert_eq!(after, COMMIT);
                    continue;
                };
                assert_eq!(credit(&mut psam, mac2(&entry(), 1)), Sw::INVALID_STATE);
                let number = init(&mut psam, &other).unwrap().terminal_seq;
                // The root's last bytes are unused: a torn root can be whole.
                assert!(number == 1 || (number == 2 && after > PAGE), "{number} after {after} bytes");
            }
        }
    }
}

#[test]
fn a_cut_credit_costs_at_most_its_own_try_and_loses_no_number() {
    for sequence_moves in MOVES {
        let mut psam = ready(Contents { sequence_moves, mac_failure_limit: 2, ..contents() });
        let answer = init(&mut psam, &entry()).unwrap();
        let command = build::credit_sam(mac2(&entry(), answer.terminal_seq));
        for after in 0..=2 * COMMIT {
            for damage in damages(after) {
                let Some(mut psam) = torn(&psam, &command, after, damage) else {
                    assert_eq!(after, 2 * COMMIT);
                    continue;
                };
                // The card has been debited: its number must not go to another purchase.
                let other = SamInitRequest { seq: 6, ..entry() };
                assert_eq!(init(&mut psam, &other).unwrap().terminal_seq, 2);
                assert_eq!(credit(&mut psam, WRONG), Sw::WRONG_MAC);
                // One try of two was spent by the cut at most, so here is the lock, or one more.
                let spent = init(&mut psam, &other).is_err();
                assert!(!spent || after > PAGE, "cut before the try was written, after {after}");
            }
        }
    }
}

/// A guesser who pulls the PSAM out before it can count, and a second later, and a second later.
#[test]
fn no_cut_gives_a_free_try() {
    let guess = build::credit_sam(WRONG);
    for after in 0..=2 * COMMIT {
        for damage in damages(after) {
            let mut psam = ready(contents());
            let mut told = 0;
            for _ in 0..10 {
                if init(&mut psam, &entry()).is_err() {
                    break;
                }
                if let Some(pulled) = torn(&psam, &guess, after, damage) {
                    psam = pulled;
                } else {
                    told += 1;
                    assert_eq!(credit(&mut psam, WRONG), Sw::WRONG_MAC);
                }
            }
            // Three guesses are told wrong, the whole allowance, or the power went before any was.
            assert_eq!(told, if after < COMMIT { 0 } else { 3 }, "cuts after {after} bytes");
        }
    }
}

#[test]
fn without_power_nothing_is_answered() {
    let mut psam = ready(contents());
    assert!(psam.is_powered());
    psam.power_off();
    assert!(!psam.is_powered());
    let mut response = Response::new();
    assert_eq!(psam.process(&build::select_file(PURCHASE), &mut response), Err(PowerLost));
    psam.power_on().unwrap();
    // A reset goes back to the MF.
    assert_eq!(init(&mut psam, &entry()), Err(Sw::CONDITIONS));
}

#[test]
fn worn_memory_is_answered_6581_and_no_number_is_given_out() {
    for sequence_moves in MOVES {
        let mut psam = ready(Contents { sequence_moves, ..contents() });
        psam.set_worn(true);
        assert_eq!(init(&mut psam, &entry()), Err(Sw::MEMORY_FAILURE));
        assert_eq!(credit(&mut psam, mac2(&entry(), 1)), Sw::INVALID_STATE);
        psam.set_worn(false);
        assert_eq!(init(&mut psam, &entry()).unwrap().terminal_seq, 1);
        // Nor is a MAC2 judged that the memory cannot count.
        psam.set_worn(true);
        assert_eq!(credit(&mut psam, mac2(&entry(), 1)), Sw::MEMORY_FAILURE);
    }
}
