//! Whatever is sent, the card answers a status word that the table of answers has, and keeps its money.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeSet;
use support::{Fixed, card, send};
use tunion_apdu::{Command, CommandBuf, Device, Response, Sw, arbitrary, build, table};
use tunion_card::{Card, Chip, answers};
use tunion_data::command::{CreditRequest, DebitRequest, Transaction};
use tunion_data::fci::{EP_AID, PPSE};
use tunion_data::file::{INDUSTRY_LEN, INDUSTRY_PREFIX, Sfi, TripRecord};

/// SELECT, as it should be.
fn selection() -> impl Strategy<Value = CommandBuf> {
    prop_oneof![2 => Just(build::select_name(&EP_AID)), 1 => Just(build::select_name(PPSE))]
}

/// INITIALIZE for the most that the card has, a little more, or anything.
fn init() -> impl Strategy<Value = CommandBuf> {
    let kinds = select(vec![Transaction::Load, Transaction::Purchase, Transaction::Capp]);
    (kinds, prop_oneof![0u32..=10_001, any::<u32>()])
        .prop_map(|(transaction, amount)| support::init(transaction, amount))
}

/// UPDATE CAPP DATA CACHE of records that there are and are not; one in six has another's header.
fn update() -> impl Strategy<Value = CommandBuf> {
    let industry = (0u8..=0x13, prop::option::weighted(0.15, 0u8..=0x13), any::<u8>());
    prop_oneof![
        3 => industry.prop_map(|(id, header, byte)| {
            let mut record = [byte; INDUSTRY_LEN];
            record[..2].copy_from_slice(&[INDUSTRY_PREFIX, header.unwrap_or(id)]);
            build::update_capp(Sfi::INDUSTRY, id, &record)
        }),
        1 => any::<u8>().prop_map(|byte| build::update_capp(Sfi::TRIP, 0, &[byte; TripRecord::LEN])),
    ]
}

/// DEBIT and CREDIT, right but for their MACs.
fn end() -> impl Strategy<Value = CommandBuf> {
    prop_oneof![
        any::<[u8; 15]>().prop_map(|bytes| build::debit(&DebitRequest::decode(&bytes))),
        any::<[u8; 11]>().prop_map(|bytes| build::credit(&CreditRequest::decode(&bytes))),
    ]
}

/// Commands, each `None` a reset.
fn session() -> impl Strategy<Value = Vec<Option<Vec<u8>>>> {
    let sent = |command: CommandBuf| vec![Some(command.to_vec())];
    let transaction = (init(), vec(update(), 0..6), end()).prop_map(|(init, updates, end)| {
        [init].into_iter().chain(updates).chain([end]).map(|command| Some(command.to_vec())).collect()
    });
    let some = prop_oneof![
        16 => arbitrary::command(Device::Card).prop_map(|command| vec![Some(command)]),
        4 => transaction,
        4 => prop_oneof![selection(), init(), update(), end()].prop_map(sent),
        1 => vec(any::<u8>(), 0..300).prop_map(|command| vec![Some(command)]),
        1 => Just(vec![None]),
    ];
    vec(some, 0..40).prop_map(|some| some.concat())
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
        judge(&command, &response);
        answered.push(response.sw());
    }
    answered
}

/// The table of answers has the word, and data comes with no word but 9000 and those of a blocked
/// application.
fn judge(command: &[u8], response: &Response) {
    let sw = response.sw();
    let found = Command::parse(command).and_then(|command| table::find(Device::Card, &command));
    assert!(response.bytes().len() >= 2, "{command:02X?}");
    assert!(answers::admits(found.ok().map(|spec| spec.name), sw), "{command:02X?} {sw}");
    assert!(!support::holds_key(response.bytes()), "{command:02X?}");
    let with_data = [Sw::OK, Sw::NOT_SUPPORTED, Sw::SELECTED_INVALIDATED];
    assert!(with_data.contains(&sw) || response.data().is_empty(), "{command:02X?} {sw}");
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
        0x6700, 0x6901, 0x6981, 0x6982, 0x6984, 0x6985, 0x6986, 0x6987, 0x6988, 0x6A80, 0x6A81, 0x6A82,
        0x6A83, 0x6A86, 0x6A88, 0x6B00, 0x6C00, 0x6D00, 0x6E00, 0x9000, 0x9302, 0x9401, 0x9403, 0x9406,
    ];
    assert!(seen.iter().eq(&all), "{seen:04X?}");
}

/// Every P1 and P2 of every command: each file, record number and offset there is and is not.
#[test]
fn every_p1_and_p2_is_answered() {
    let mut card = card();
    let mut response = Response::new();
    for spec in table::COMMANDS.iter().filter(|spec| spec.devices.contains(&Device::Card)) {
        let (lc, _) = spec.lc;
        let data = [&[lc][..], &vec![0; usize::from(lc)]].concat();
        let data = if lc == 0 { &[][..] } else { &data };
        for tail in [&[][..], &[0x00], &[0x17]] {
            let mut command = [&[spec.cla, spec.ins, 0, 0], data, tail].concat();
            for (p1, p2) in (0..=u8::MAX).flat_map(|p1| (0..=u8::MAX).map(move |p2| (p1, p2))) {
                command[2..4].copy_from_slice(&[p1, p2]);
                card.process(&command, &mut response).unwrap();
                judge(&command, &response);
            }
        }
    }
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
