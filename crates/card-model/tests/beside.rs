//! The applet beside the model, over random cases.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use tunion_card::answers::ANSWERS;
use tunion_card_model::beside::{self, Seen};

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 200..1500)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, ..ProptestConfig::default() })]

    #[test]
    fn the_card_does_what_the_model_does(bytes in bytes()) {
        beside::run(&bytes);
    }
}

/// Rows that the cases do not come to: the card that is driven has every key, and few cases block a PIN and
/// then forget the MAC that unblocks it. The card's `tests/answers/` has them.
const OUT_OF_REACH: &[(&str, u16)] = &[("INTERNAL AUTHENTICATE", 0x6A88), ("PIN UNBLOCK", 0x6987)];

/// The cases go deep: all but a few rows of the table of answers are among them, and losses of power
/// before a commit, between two and after the last.
#[test]
fn the_cases_reach_almost_every_answer() {
    let mut runner = TestRunner::deterministic();
    let strategy = bytes();
    let mut all = Seen::default();
    for _ in 0..1200 {
        let seen = beside::run(&strategy.new_tree(&mut runner).unwrap().current());
        for (row, count) in seen.answers {
            *all.answers.entry(row).or_default() += count;
        }
        for (commits, count) in seen.losses {
            *all.losses.entry(commits).or_default() += count;
        }
    }
    let rows =
        ANSWERS.iter().flat_map(|answers| answers.rows.iter().map(|row| (answers.name.spec().title, row)));
    let missed: Vec<(&str, u16)> = rows
        .filter(|(title, row)| row.answered && !all.answers.contains_key(&(Some(*title), row.sw)))
        .map(|(title, row)| (title, row.sw))
        .collect();
    assert_eq!(missed, OUT_OF_REACH);
    assert!((0..=2).all(|commits| all.losses.contains_key(&commits)), "{:?}", all.losses);
}
