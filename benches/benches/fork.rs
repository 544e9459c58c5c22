//! A fork of a card, which is a clone, beside a copy of as many bytes.
#![allow(missing_docs, reason = "its items are macros'")]
#![allow(clippy::print_stdout, reason = "the table of ratios is what this is for")]

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use std::mem::ManuallyDrop;
use tunion_benches::card::{Bytes, card, fork};
use tunion_benches::ratio::{Line, compare};

/// Forks in a batch that is timed.
const BATCH: u32 = 1000;
/// What a fork is to stay below, in thousandths of the copy.
const BOUND: u128 = 1500;

/// The end of a fork wipes its keys, and is no part of making it.
fn many<T: Clone>(value: &T, times: u32) {
    for _ in 0..times {
        black_box(&ManuallyDrop::new(fork(black_box(value))));
    }
}

fn forks(criterion: &mut Criterion) {
    let (card, bytes) = (card(), Bytes::filled(0x5A));
    let mut group = criterion.benchmark_group("fork");
    group.bench_function("card_100", |bencher| bencher.iter(|| many(&card, 100)));
    group.bench_function("memcpy_100", |bencher| bencher.iter(|| many(&bytes, 100)));
    group.bench_function("card_and_its_end", |bencher| {
        bencher.iter(|| drop(black_box(fork(black_box(&card)))));
    });
    group.finish();
}

fn ratios(_: &mut Criterion) {
    let (card, bytes) = (card(), Bytes::filled(0x5A));
    let ratio = compare(|| (), |()| many(&card, BATCH), || (), |()| many(&bytes, BATCH));
    println!("\n{}", Line { name: "fork", against: "memcpy", ratio, batch: BATCH, bound: Some(BOUND) });
    println!("a card has {} bytes", size_of_val(&card));
}

criterion_group!(benches, forks, ratios);
criterion_main!(benches);
