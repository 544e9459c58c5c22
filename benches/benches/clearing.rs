//! Upload records cleared on one core, from memory and from files: beside the bare DES work of their TACs.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may panic, and its items are macros'")]
#![allow(clippy::print_stdout, reason = "the table of ratios is what this is for")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use tunion_benches::clearing::{bare, by_card, check, day, keys, strangers};
use tunion_benches::ratio::{Line, Ratio, compare_pairs, is_test};
use tunion_clearing::clear;
use tunion_clearing::sample::Keys;
use tunion_data::upload::UploadRecord;
use tunion_files::uploads::{Form, Reader, Writer};
use tunion_harness::clearing::Batch;

/// Records of a batch.
const RECORDS: u32 = 400_000;
/// Pairs that are timed: each of them takes a second.
const PAIRS: usize = 11;
/// The goal of a record from memory, in nanoseconds: ten million a minute.
const FROM_MEMORY: u128 = 6_000;
/// The goal of a record from a file: three million a minute.
const FROM_FILE: u128 = 20_000;

fn file(records: &[UploadRecord], form: Form) -> Vec<u8> {
    let mut writer = Writer::begin(Vec::new(), form).unwrap();
    for record in records {
        writer.write(record).unwrap();
    }
    writer.end().unwrap()
}

fn read(path: &str, file: &[u8]) -> Batch {
    let mut batch = Batch::default();
    batch.read(path, &mut Reader::new(path, file).unwrap()).unwrap();
    batch
}

fn cleared(keys: &Keys, records: &[UploadRecord]) -> usize {
    records.len() - clear(records, keys).rejected().count()
}

fn whole(keys: &Keys, path: &str, file: &[u8]) -> usize {
    cleared(keys, read(path, file).records())
}

fn batches(criterion: &mut Criterion) {
    let count = if is_test() { 400 } else { RECORDS };
    let keys = keys();
    let (day, strangers) = (day(count / 4), strangers(count));
    let (day_by_card, strangers_by_card) = (by_card(&day), by_card(&strangers));
    let (csv, json) = (file(&day, Form::Csv), file(&day, Form::JsonLines));
    let all = day.len();
    let right = [&day_by_card, &strangers_by_card].map(|records| (check(&keys, records), bare(records)));
    assert_eq!((right, strangers.len()), ([(all, all); 2], all));
    let ends = [cleared(&keys, &day), whole(&keys, "day.csv", &csv), whole(&keys, "day.jsonl", &json)];
    assert_eq!(ends, [all; 3]);

    let mut group = criterion.benchmark_group("clearing");
    group.sample_size(10).throughput(Throughput::Elements(count.into()));
    group.bench_function("tacs", |bencher| bencher.iter(|| check(&keys, black_box(&day_by_card))));
    group.bench_function("tacs_of_strangers", |bencher| {
        bencher.iter(|| check(&keys, black_box(&strangers_by_card)));
    });
    group.bench_function("whole", |bencher| bencher.iter(|| cleared(&keys, black_box(&day))));
    group.bench_function("from_csv", |bencher| bencher.iter(|| whole(&keys, "day.csv", black_box(&csv))));
    group.bench_function("from_json", |bencher| bencher.iter(|| whole(&keys, "day.jsonl", black_box(&json))));
    group.bench_function("read_csv", |bencher| bencher.iter(|| read("day.csv", black_box(&csv))));
    group.bench_function("read_json", |bencher| bencher.iter(|| read("day.jsonl", black_box(&json))));
    group.bench_function("bare_des", |bencher| bencher.iter(|| bare(black_box(&day_by_card))));
    group.finish();

    println!();
    let line = |name: &'static str, goal: u128, work: &dyn Fn() -> usize, records: &[UploadRecord]| {
        let work = |(): &mut ()| {
            black_box(work());
        };
        let bare = |(): &mut ()| {
            black_box(bare(black_box(records)));
        };
        let ratio: Ratio = compare_pairs(PAIRS, || (), work, || (), bare);
        let each = ratio.times.0.as_nanos() / u128::from(count);
        let judged = if each <= goal { "within" } else { "ABOVE" };
        let minute = 60_000_000_000 / each.max(1);
        println!(
            "{}\n    {minute} a minute, {judged} the goal",
            Line { name, against: "bare DES", ratio, batch: count, bound: None }
        );
    };
    line("TACs, 4 a card", FROM_MEMORY, &|| check(&keys, &day_by_card), &day_by_card);
    line("TACs, a card each", FROM_MEMORY, &|| check(&keys, &strangers_by_card), &strangers_by_card);
    line("clear, 4 a card", FROM_MEMORY, &|| cleared(&keys, &day), &day_by_card);
    line("clear, a card each", FROM_MEMORY, &|| cleared(&keys, &strangers), &strangers_by_card);
    line("clear, from CSV", FROM_FILE, &|| whole(&keys, "day.csv", &csv), &day_by_card);
    line("clear, from JSON", FROM_FILE, &|| whole(&keys, "day.jsonl", &json), &day_by_card);
}

criterion_group!(benches, batches);
criterion_main!(benches);
