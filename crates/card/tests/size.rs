//! What a card takes in RAM: a fork is a copy, and thousands of cards are kept at a time.

use tunion_card::Card;

/// 50 pages of 128 bytes, keys with their schedules, an answer that waits, the cached records; and room
/// for a source of randomness, which is whatever the user has.
#[test]
fn a_card_has_at_most_16_kib_and_its_own_part_at_most_10() {
    let own = size_of::<Card<()>>();
    assert!(own <= 10 * 1024, "{own} bytes");
    let with_a_large_source = size_of::<Card<[u8; 6 * 1024]>>();
    assert!(with_a_large_source <= 16 * 1024, "{with_a_large_source} bytes");
}
