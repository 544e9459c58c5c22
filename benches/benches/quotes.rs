//! Rides on Beijing's rail network, 100,000 cards, beside the look-up of a price in a table of all pairs; and
//! what it takes to compile the network with all its pairs.
#![allow(missing_docs, reason = "its items are macros'")]
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench may panic, and the table is what it is for"
)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::path::Path;
use tunion_benches::fares::{RIDES, Rides, bureau_month};
use tunion_benches::ratio::{Line, compare};
use tunion_data::Fen;
use tunion_files::diag::Source;
use tunion_files::{calendar, network, tariff};

fn quotes(criterion: &mut Criterion) {
    assert_eq!(bureau_month(), Fen::new(37_100));
    let rides = Rides::prepare();
    let mut group = criterion.benchmark_group("beijing_rail");
    group.throughput(Throughput::Elements(RIDES as u64)).sample_size(20);
    let (mut ledgers, mut sums) = (rides.ledgers(), rides.sums());
    group.bench_function("price", |bencher| bencher.iter(|| rides.price(&mut ledgers, RIDES)));
    group.bench_function("quote_with_reasons", |bencher| bencher.iter(|| rides.quote(&mut ledgers, RIDES)));
    group.bench_function("look_up", |bencher| bencher.iter(|| rides.look_up(&mut sums, RIDES)));
    group.finish();
}

fn fixture(path: &str) -> Source {
    Source::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures").join(path)).unwrap()
}

fn compiling(criterion: &mut Criterion) {
    let network = || {
        ["network.toml", "stations.csv", "edges.csv"]
            .map(|name| fixture(&format!("networks/beijing-rail-2026/{name}")))
    };
    let [head, stations, edges] = network();
    let (text, days) = (fixture("tariffs/beijing-rail.toml"), fixture("calendars/china.csv"));
    let mut group = criterion.benchmark_group("compile");
    group.sample_size(20);
    group.bench_function("network_and_all_pairs", |bencher| {
        bencher.iter(|| network::compile(black_box(&head), &stations, &edges).unwrap());
    });
    let places = tunion_fare::Places::Rail(network::compile(&head, &stations, &edges).unwrap());
    let days = calendar::parse(&days).unwrap();
    group.bench_function("tariff", |bencher| {
        bencher.iter(|| tariff::compile(black_box(&text), &places, days.clone()).unwrap());
    });
    group.finish();
}

fn ratios(_: &mut Criterion) {
    let rides = Rides::prepare();
    let batch = u32::try_from(RIDES).unwrap();
    let bare = || rides.sums();
    let look_up = |sums: &mut Vec<u32>| {
        black_box(rides.look_up(sums, RIDES));
    };
    let line = |name, ratio| println!("{}", Line { name, against: "look-up", ratio, batch, bound: None });
    println!();
    line(
        "price",
        compare(|| rides.ledgers(), |ledgers| _ = black_box(rides.price(ledgers, RIDES)), bare, look_up),
    );
    line(
        "quote with reasons",
        compare(|| rides.ledgers(), |ledgers| _ = black_box(rides.quote(ledgers, RIDES)), bare, look_up),
    );
}

criterion_group!(benches, quotes, compiling, ratios);
criterion_main!(benches);
