//! What a card takes in memory: forks are copies, and thousands of cards are kept at a time.

mod support;

use support::Fixed;
use tunion_card::Card;

#[test]
fn a_card_is_at_most_16_kib() {
    // 50 pages of 128 bytes, keys with their schedules, an answer that waits, the cached records.
    let own = size_of::<Card<Fixed>>() - size_of::<Fixed>();
    assert!(own <= 9 * 1024, "{own} bytes");
    // With any source of randomness that is used here.
    assert!(own + 1024 <= 16 * 1024);
}
