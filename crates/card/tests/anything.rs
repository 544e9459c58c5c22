//! Whatever is sent, the card answers a status word, keeps its money and writes nothing.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeSet;
use support::{Fixed, card, send};
use tunion_apdu::{Device, Sw, arbitrary, build};
use tunion_card::Card;
use tunion_data::command::{CreditRequest, DebitRequest, Transaction};
use tunion_data::fci::{EP_AID, PPSE};
use tunion_data::file::{INDUSTRY_LEN, INDUSTRY_PREFIX, Sfi};

/// A command that opens a transaction, carries it on or ends it, right but for its MAC.
fn transaction() -> impl Strategy<Value = Vec<u8>> {
    let kinds = select(vec![Transaction::Load, Transaction::Purchase, Transaction::Capp]);
    prop_oneof![
        2 => Just(build::select_name(&EP_AID)),
        1 => Just(build::select_name(PPSE)),
        6 => (kinds, prop_oneof![0u32..=10_001, any::<u32>()])
            .prop_map(|(transaction, amount)| support::init(transaction, amount)),
        2 => (0u8..=0x13, prop::option::weighted(0.2, 0u8..=0x13), any::<u8>()).prop_map(
            |(id, header, byte)| {
                let mut record = [byte; INDUSTRY_LEN];
                record[..2].copy_from_slice(&[INDUSTRY_PREFIX, header.unwrap_or(id)]);
                build::update_capp(Sfi::INDUSTRY, id, &record)
            },
        ),
        2 => any::<u8>().prop_map(|byte| build::update_capp(Sfi::TRIP, 0, &[byte; 48])),
        2 => any::<[u8; 15]>().prop_map(|bytes| build::debit(&DebitRequest::decode(&bytes))),
        2 => any::<[u8; 11]>().prop_map(|bytes| build::credit(&CreditRequest::decode(&bytes))),
    ]
    .prop_map(|command| command.to_vec())
}

/// Commands, each `None` a reset.
fn session() -> impl Strategy<Value = Vec<Option<Vec<u8>>>> {
    let command = prop_oneof![
        8 => arbitrary::command(Device::Card),
        8 => transaction(),
        1 => vec(any::<u8>(), 0..300),
    ];
    vec(prop::option::weighted(0.98, command), 0..60)
}

/// Sends it all and gives the status words that came.
fn play(card: &mut Card<Fixed>, session: Vec<Option<Vec<u8>>>) -> Vec<Sw> {
    let mut answered = Vec::new();
    for command in session {
        let Some(command) = command else {
            card.power_off();
            card.power_on().unwrap();
            continue;
        };
        let response = send(card, &command);
        assert!(response.bytes().len() >= 2, "{command:02X?}");
        assert!(response.sw().is_ok() || response.data().is_empty(), "{command:02X?}");
        assert_eq!(card.work().page_writes, 0, "{command:02X?}");
        answered.push(response.sw());
    }
    answered
}

/// The sessions go deep enough: every status word of the card is among the answers.
#[test]
fn every_status_word_is_reached() {
    let mut runner = TestRunner::deterministic();
    let strategy = session();
    let mut seen = BTreeSet::new();
    for _ in 0..400 {
        let session = strategy.new_tree(&mut runner).unwrap().current();
        seen.extend(play(&mut card(), session).iter().map(|sw| match sw.0 {
            0x6C00..=0x6CFF => 0x6C00,
            other => other,
        }));
    }
    let all = [
        0x6700, 0x6901, 0x6981, 0x6985, 0x6986, 0x6A80, 0x6A81, 0x6A82, 0x6A83, 0x6A86, 0x6B00, 0x6C00,
        0x6D00, 0x6E00, 0x9000, 0x9302, 0x9401, 0x9403, 0x9406,
    ];
    assert!(seen.iter().eq(&all), "{seen:04X?}");
}

proptest! {
    #[test]
    fn nothing_makes_the_card_panic_or_pay(session in session()) {
        let mut card = card();
        let before = card.balances();
        play(&mut card, session);
        prop_assert_eq!(card.balances(), before);
    }
}
