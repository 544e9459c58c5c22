//! Loss of power, and memory that is worn out.

use tunion_card_model::{Memory, Settings};

use crate::bench::{Bench, bytes, keys, spoilt};

fn torn(bench: &Bench, command: &str) -> Vec<Memory> {
    let states = bench.model.torn(&bytes(command), &mut |slice: &mut [u8]| slice.fill(0));
    let mut copy = bench.model.clone();
    copy.transmit(&bytes(command), &mut |slice: &mut [u8]| slice.fill(0));
    assert_eq!(states.first(), Some(&bench.model.memory));
    assert_eq!(states.last(), Some(&copy.memory));
    states
}

#[test]
fn commits() {
    let settings = Settings { pin: Some(b"1234".to_vec()), transaction_tries: 2, ..Settings::default() };
    let mut bench = Bench::selected(settings);
    assert_eq!(torn(&bench, "805C000204").len(), 1);
    assert_eq!(torn(&bench, "0084000004").len(), 1);
    assert_eq!(torn(&bench, "0020000004 31323335").len(), 2);
    let right = torn(&bench, "0020000004 31323334");
    assert_eq!(right.iter().map(|memory| memory.pin_tries).collect::<Vec<_>>(), [3, 2, 3]);
    let block = bench.secured(keys().app_block, "841E0000", "");
    let right = torn(&bench, &block);
    assert_eq!(right.iter().map(|memory| memory.message_tries).collect::<Vec<_>>(), [3, 2, 3]);
    assert_eq!(right[0].blocked, right[1].blocked);
    assert_eq!(torn(&bench, &spoilt(&block)).len(), 2);
    let credit = bench.load(100);
    let right = torn(&bench, &credit);
    assert_eq!(right.iter().map(|memory| memory.transaction_tries).collect::<Vec<_>>(), [2, 1, 2]);
    assert_eq!(right.iter().map(|memory| memory.actual).collect::<Vec<_>>(), [0, 0, 100]);
    bench.model.settings.transaction_tries = 0;
    assert_eq!(torn(&bench, &credit).len(), 2);
    assert_eq!(torn(&bench, &spoilt(&credit)).len(), 1);
}

#[test]
fn worn_out() {
    let settings = Settings { pin: Some(b"1234".to_vec()), ..Settings::default() };
    let mut bench = Bench::selected(settings);
    let before = bench.model.memory.clone();
    let credit = bench.load(100);
    bench.model.set_worn(true);
    bench.expect(&credit, "6581");
    bench.expect(&credit, "6901");
    bench.expect("0020000004 31323334", "6581");
    let block = bench.secured(keys().app_block, "841E0000", "");
    bench.expect(&block, "6581");
    assert_eq!(bench.model.memory, before);
    bench.model.set_worn(false);
    bench.expect(&block, "9000");
}

#[test]
fn a_reset_keeps_memory_and_nothing_else() {
    let mut bench = Bench::selected(Settings::default());
    let credit = bench.load(100);
    bench.expect("0084000004", "112233449000");
    bench.model.reset();
    bench.expect("805C000204", "6985");
    bench.select();
    bench.expect(&credit, "6901");
    bench.expect("841E000004 00000000", "6984");
}
