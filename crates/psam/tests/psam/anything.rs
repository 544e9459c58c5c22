//! Whatever is sent, the PSAM answers a status word and never gives a number twice.

use crate::bench::{MASTER, PURCHASE, TestPsam, contents, entry, psam};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeSet;
use tunion_apdu::{Device, Response, Sw, arbitrary, build};
use tunion_data::command::{SamInitAnswer, SamInitRequest};
use tunion_psam::Chip;

/// A command that opens a purchase or ends it, right but for its MAC.
fn purchase() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        4 => Just(build::select_file(PURCHASE)),
        1 => select(vec![MASTER, 0x1001]).prop_map(build::select_file),
        4 => (any::<[u8; SamInitRequest::LEN]>(), prop::bool::weighted(0.8)).prop_map(|(bytes, served)| {
            let request = SamInitRequest::decode(&bytes);
            let SamInitRequest { transaction, key_version, algorithm, .. } = entry();
            let request =
                if served { SamInitRequest { transaction, key_version, algorithm, ..request } } else { request };
            build::init_sam(&request)
        }),
        1 => any::<u8>().prop_map(|key_version| build::init_sam(&SamInitRequest { key_version, ..entry() })),
        1 => any::<[u8; 4]>().prop_map(build::credit_sam),
    ]
    .prop_map(|command| command.to_vec())
}

/// Commands, each `None` a reset.
fn session() -> impl Strategy<Value = Vec<Option<Vec<u8>>>> {
    let command = prop_oneof![
        8 => arbitrary::command(Device::Sam),
        8 => purchase(),
        1 => vec(any::<u8>(), 0..300),
    ];
    vec(prop::option::weighted(0.98, command), 0..60)
}

/// Sends it all and gives the status words that came.
fn play(psam: &mut TestPsam, session: Vec<Option<Vec<u8>>>) -> Vec<Sw> {
    let (mut answered, mut highest) = (Vec::new(), 0);
    let mut response = Response::new();
    for command in session {
        let Some(command) = command else {
            psam.power_off();
            psam.power_on().unwrap();
            continue;
        };
        psam.process(&command, &mut response).unwrap();
        assert!(response.bytes().len() >= 2, "{command:02X?}");
        assert!(response.sw().is_ok() || response.data().is_empty(), "{command:02X?}");
        if command.starts_with(&[0x80, 0x70]) && response.sw().is_ok() {
            let number = SamInitAnswer::try_from(response.data()).unwrap().terminal_seq;
            assert!(number > highest, "{command:02X?}");
            highest = number;
        }
        answered.push(response.sw());
    }
    answered
}

/// The sessions go deep enough: every status word of the PSAM is among the answers, but 9402, which
/// takes four thousand million purchases.
#[test]
fn every_status_word_is_reached() {
    let mut runner = TestRunner::deterministic();
    let strategy = session();
    let mut seen = BTreeSet::new();
    for _ in 0..400 {
        let session = strategy.new_tree(&mut runner).unwrap().current();
        seen.extend(play(&mut psam(contents()), session).iter().map(|sw| match sw.0 {
            0x6C00..=0x6CFF => 0x6C00,
            other => other,
        }));
    }
    let all = [
        0x6700, 0x6901, 0x6982, 0x6985, 0x6A80, 0x6A81, 0x6A82, 0x6A86, 0x6A88, 0x6B00, 0x6C00, 0x6D00,
        0x6E00, 0x9000, 0x9302, 0x9303, 0x9403,
    ];
    assert!(seen.iter().eq(&all), "{seen:04X?}");
}

proptest! {
    #[test]
    fn nothing_makes_the_psam_panic_or_repeat_itself(session in session()) {
        play(&mut psam(contents()), session);
    }
}
