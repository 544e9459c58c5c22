//! The applet beside the model, over random cases.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tunion_psam_model::beside::{self, Seen};

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 200..1500)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn the_psam_does_what_the_model_does(bytes in bytes()) {
        beside::run(&bytes);
    }
}

/// Every status word of `docs/spec/terminal.md` 2.6 beside its command; those of form stand in the first
/// row, for whichever command.
const ANSWERS: &[(&str, &[u16])] = &[
    ("SELECT FILE", &[0x9000, 0x6A82]),
    ("READ BINARY", &[0x9000, 0x6700, 0x6A82, 0x6B00, 0x6C00]),
    ("UPDATE BINARY", &[0x9000, 0x6581, 0x6700, 0x6982, 0x6A82, 0x6B00]),
    ("GET CHALLENGE", &[0x9000, 0x6700]),
    ("GET RESPONSE", &[0x9000, 0x6985, 0x6C00]),
    ("EXTERNAL AUTHENTICATE", &[0x9000, 0x63C0, 0x6581, 0x6700, 0x6983, 0x6984, 0x6985, 0x6A88]),
    ("APPLICATION UNBLOCK", &[0x9000, 0x6581, 0x6983, 0x6984, 0x6985, 0x6987, 0x6988, 0x6A81]),
    ("INIT SAM FOR PURCHASE", &[0x9000, 0x6100, 0x6581, 0x6985, 0x6A80, 0x9303, 0x9402, 0x9403]),
    ("CREDIT SAM FOR PURCHASE", &[0x9000, 0x6581, 0x6901, 0x9302, 0x9303]),
    ("INIT FOR DESCRYPT", &[0x9000, 0x6700, 0x6985, 0x9303, 0x9403]),
    ("DES CRYPT", &[0x9000, 0x6100, 0x6581, 0x6700, 0x6901, 0x6985, 0x6A80, 0x9303, 0x9401]),
];
const FORM: &[u16] = &[0x6700, 0x6A86, 0x6D00, 0x6E00];

/// The cases go deep: every answer is among them, and losses of power before a commit, between two and in
/// the last.
#[test]
fn the_cases_reach_every_answer() {
    let mut runner = TestRunner::deterministic();
    let strategy = bytes();
    let mut all = Seen::default();
    for _ in 0..800 {
        let seen = beside::run(&strategy.new_tree(&mut runner).unwrap().current());
        for (row, count) in seen.answers {
            *all.answers.entry(row).or_default() += count;
        }
        for (commits, count) in seen.losses {
            *all.losses.entry(commits).or_default() += count;
        }
    }
    let rows = ANSWERS.iter().flat_map(|(title, words)| words.iter().map(|sw| (Some(*title), *sw)));
    let missed: Vec<_> = rows
        .chain(FORM.iter().map(|sw| (None, *sw)))
        .filter(|row| !all.answers.contains_key(row))
        .map(|(title, sw)| format!("{} {sw:04X}", title.unwrap_or("unknown")))
        .collect();
    assert!(missed.is_empty(), "{missed:?} in {:#06X?}", all.answers);
    assert!((0..=1).all(|commits| all.losses.contains_key(&commits)), "{:?}", all.losses);
}
