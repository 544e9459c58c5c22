//! Forks of cards, which are clones, beside copies of as many bytes.
//!
//! Sixteen cards in turn, and forks at sixteen places of the stack: of one alone, what is measured is how
//! it and its fork lie to each other. A copy takes up to three times as long where their addresses differ
//! by little more than a multiple of 4096.
#![allow(missing_docs, reason = "its items are macros'")]
#![allow(clippy::print_stdout, reason = "the table of ratios is what this is for")]

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use tunion_benches::card::{Bytes, below, card, fork_each};
use tunion_benches::ratio::{Line, compare};

/// Forks in a batch that is timed.
const BATCH: u32 = 1008;
/// What a fork is not to pass, in thousandths of the copy.
const BOUND: u128 = 1500;
/// Cards that are forked in turn.
const CARDS: usize = 16;

fn forks(criterion: &mut Criterion) {
    let (cards, bytes) = (vec![card(); CARDS], vec![Bytes::filled(0x5A); CARDS]);
    let mut group = criterion.benchmark_group("fork_16");
    group.bench_function("card", |bencher| bencher.iter(|| fork_each(&cards)));
    group.bench_function("memcpy", |bencher| bencher.iter(|| fork_each(&bytes)));
    group.bench_function("card_and_its_end", |bencher| {
        bencher.iter(|| cards.iter().for_each(|card| drop(black_box(black_box(card).clone()))));
    });
    group.finish();
}

fn ratios(_: &mut Criterion) {
    let (cards, bytes) = (vec![card(); CARDS], vec![Bytes::filled(0x5A); CARDS]);
    let rounds = BATCH as usize / CARDS;
    // Through a page of the stack, a step at each batch.
    let steps = || (0..16).cycle();
    let (mut for_cards, mut for_bytes) = (steps(), steps());
    let ratio = compare(
        || for_cards.next().unwrap_or_default(),
        |step| below(*step, &mut || (0..rounds).for_each(|_| fork_each(&cards))),
        || for_bytes.next().unwrap_or_default(),
        |step| below(*step, &mut || (0..rounds).for_each(|_| fork_each(&bytes))),
    );
    println!("\n{}", Line { name: "fork", against: "memcpy", ratio, batch: BATCH, bound: Some(BOUND) });
    println!("a card has {} bytes", size_of_val(&cards[0]));
}

criterion_group!(benches, forks, ratios);
criterion_main!(benches);
