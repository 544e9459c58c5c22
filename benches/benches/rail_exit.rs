//! One composite rail exit: card, PSAM, terminal, fare and record, beside the bare DES work of the same
//! tap (`benches/src/exit.rs`).
#![allow(missing_docs, reason = "the items are macros'")]
#![allow(clippy::print_stdout, reason = "the table of ratios is what this is for")]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use tunion_benches::exit::{Bare, Exit, scenario};
use tunion_benches::ratio::{Line, compare};

/// Taps in a batch that is timed: as many as the caches hold.
const BATCH: u32 = 16;
/// What a tap is to stay below, in thousandths of its bare work.
const BOUND: u128 = 1350;

fn rail_exit(criterion: &mut Criterion) {
    let scenario = scenario();
    let start = Exit::prepare(&scenario);
    let bare = Bare::default();
    let mut group = criterion.benchmark_group("rail_exit");
    group.bench_function("whole_tap", |bencher| {
        bencher.iter_batched_ref(|| start.clone(), |exit| assert!(exit.leave()), BatchSize::SmallInput);
    });
    group.bench_function("bare_des", |bencher| bencher.iter(|| black_box(&bare).run()));
    group.finish();
}

fn ratios(_: &mut Criterion) {
    let scenario = scenario();
    let start = Exit::prepare(&scenario);
    let bare = Bare::default();
    let ratio = compare(
        || vec![start.clone(); BATCH as usize],
        |exits| exits.iter_mut().for_each(|exit| assert!(exit.leave())),
        || (),
        |()| {
            (0..BATCH).for_each(|_| {
                black_box(black_box(&bare).run());
            });
        },
    );
    let line = Line { name: "rail_exit", against: "bare DES", ratio, batch: BATCH, bound: Some(BOUND) };
    println!("\n{line}");
}

criterion_group!(benches, rail_exit, ratios);
criterion_main!(benches);
