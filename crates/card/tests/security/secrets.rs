//! No answer has anything of a key in it.

use crate::support::cases::all;
use crate::support::host::{Host, rich};
use crate::support::{EVERY_KEY, holds_key};

#[test]
fn no_answer_of_any_case_has_eight_bytes_of_a_key() {
    assert!(holds_key(&[&[1, 2, 3], &crate::support::DPK[3..11]].concat()));
    for case in all() {
        let mut host = Host::new(case.set);
        let command = (case.ready)(&mut host);
        let response = host.send(&command);
        assert!(!holds_key(response.bytes()), "{:?} {}", case.name, case.what);
    }
}

/// Nor has what is printed of a card and of what it is made of.
#[test]
fn nothing_that_is_printed_has_one() {
    let printed = format!("{:?} {:?}", rich(), Host::of(&rich()).card);
    for key in EVERY_KEY {
        let shown = format!("{:?}", &key[..8]);
        assert!(!printed.contains(shown.trim_matches(['[', ']'])), "{shown}");
    }
}

/// Nor does any file, whatever is asked for it.
#[test]
fn no_file_and_no_record_has_one() {
    let mut host = Host::new(|_| {});
    for p2 in 0..=0xFF {
        for p1 in 0..=0xFF {
            for ins in [0xB0, 0xB2] {
                let response = host.send(&[0x00, ins, p1, p2, 0x00]);
                assert!(!holds_key(response.bytes()), "{ins:02X} {p1:02X} {p2:02X}");
            }
        }
    }
}
