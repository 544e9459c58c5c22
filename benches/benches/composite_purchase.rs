//! A composite purchase on the card's side (INITIALIZE, UPDATE of 1A and of 1E, DEBIT), beside its bare
//! DES work: one two-key 3DES block, one DES schedule and seven DES blocks. Framing, checks, the commit of
//! five pages and its checksum are in; `Purchases::prepare` asserts tally and pages.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may panic, and its items are macros'")]
#![allow(clippy::print_stdout, reason = "the table of ratios is what this is for")]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use tunion_apdu::Response;
use tunion_benches::purchase::{Bare, Purchases};
use tunion_benches::ratio::{Line, compare};

/// Purchases in a batch that is timed.
const BATCH: u32 = 100;
/// What a purchase is to stay below, in thousandths of its bare work.
const BOUND: u128 = 1250;

fn composite_purchase(criterion: &mut Criterion) {
    let one = Purchases::prepare(1);
    let bare = Bare::new();
    let mut response = Response::new();
    let mut group = criterion.benchmark_group("composite_purchase");
    group.bench_function("card", |bencher| {
        bencher.iter_batched_ref(
            || one.start.clone(),
            |card| assert!(one.run(card, &mut response, 1)),
            BatchSize::SmallInput,
        );
    });
    group.bench_function("bare_des", |bencher| {
        let mut block = [0x5A; 8];
        bencher.iter(|| block = black_box(&bare).once(black_box(block)));
    });
    group.finish();
}

fn ratios(_: &mut Criterion) {
    let purchases = Purchases::prepare(BATCH);
    let bare = Bare::new();
    let ratio = compare(
        || (purchases.start.clone(), Response::new()),
        |(card, response)| assert!(purchases.run(card, response, BATCH as usize)),
        || (),
        |()| {
            black_box(bare.run(BATCH as usize));
        },
    );
    let line =
        Line { name: "composite_purchase", against: "bare DES", ratio, batch: BATCH, bound: Some(BOUND) };
    println!("\n{line}");
}

criterion_group!(benches, composite_purchase, ratios);
criterion_main!(benches);
