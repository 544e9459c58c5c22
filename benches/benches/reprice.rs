//! A month of taps priced again, from memory, on one core: beside the bare reading of the same bytes by the
//! csv crate, and beside bare table look-ups, one for each ride.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may panic, and its items are macros'")]
#![allow(clippy::print_stdout, reason = "the table of ratios is what this is for")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use tunion_benches::ratio::{Line, compare_pairs, is_test};
use tunion_data::civil::date;
use tunion_fare::{GroupId, Network, StationId};
use tunion_files::city::{self, City};
use tunion_files::taps::{Names, Reader};
use tunion_harness::fares::reprice::{self, Counts, Options};
use tunion_harness::fares::synth::{self, Order};

const CARDS: u32 = 100_000;
/// Pairs that are timed: each of them takes seconds.
const PAIRS: usize = 7;
/// The goal of a row, in nanoseconds: two million a second.
const GOAL: u128 = 500;

fn month(city: &City) -> Vec<u8> {
    let cards = if is_test() { 300 } else { CARDS };
    let mut file = Vec::new();
    let order = Order { passes: true, ..Order::new(cards, date(2026, 11, 1), 1) };
    synth::synthesize(city, &order, &mut file).unwrap();
    file
}

fn whole(names: &Names<'_>, file: &[u8]) -> Counts {
    let mut reader = Reader::new("taps.csv", file, names).unwrap();
    reprice::reprice(&mut reader, Options::default(), &mut |_| Ok(())).unwrap().counts
}

/// Rows read, and no more.
fn read(names: &Names<'_>, file: &[u8]) -> usize {
    let mut reader = Reader::new("taps.csv", file, names).unwrap();
    std::iter::from_fn(|| reader.next_row().unwrap()).flatten().count()
}

/// The same bytes through the csv crate: records are split and dropped.
fn bare(file: &[u8]) -> usize {
    let mut reader = csv::Reader::from_reader(file);
    let mut record = csv::ByteRecord::new();
    let mut cells = 0;
    while reader.read_byte_record(&mut record).unwrap() {
        cells += black_box(&record).len();
    }
    cells
}

/// The distance of so many rides, out of the compiled table, at places far from each other.
fn look_up(network: &Network, rides: u64) -> u64 {
    let group = network.group(GroupId(0)).unwrap();
    let members = group.members();
    let place = |number: u64| members[usize::try_from(number % members.len() as u64).unwrap()];
    let metres = |(from, to): (StationId, StationId)| u64::from(group.metres(from, to).unwrap_or(0));
    (0..rides).map(|ride| metres(black_box((place(ride * 7919), place(ride * 104_729))))).sum()
}

fn months(criterion: &mut Criterion) {
    let city = city::built_in("beijing").unwrap();
    let names = Names::new(&city);
    let file = month(&city);
    let counts = whole(&names, &file);
    assert!(counts.is_clean(), "{counts:?}");

    let mut group = criterion.benchmark_group("reprice");
    group.sample_size(10).throughput(Throughput::Elements(counts.rows));
    group.bench_function("whole", |bencher| bencher.iter(|| whole(&names, black_box(&file))));
    group.bench_function("read", |bencher| bencher.iter(|| read(&names, black_box(&file))));
    group.bench_function("bare_csv", |bencher| bencher.iter(|| bare(black_box(&file))));
    let network = city.network().unwrap();
    group.bench_function("bare_look_up", |bencher| bencher.iter(|| look_up(network, counts.rides)));
    group.finish();

    let batch = u32::try_from(counts.rows).unwrap();
    let line = |against, bare: &dyn Fn()| {
        let priced = |(): &mut ()| {
            black_box(whole(&names, &file));
        };
        let ratio = compare_pairs(PAIRS, || (), priced, || (), |(): &mut ()| bare());
        Line { name: "reprice, a row", against, ratio, batch, bound: None }
    };
    let csv = line("bare csv", &|| {
        black_box(bare(&file));
    });
    let look_up = line("look-ups", &|| {
        black_box(look_up(network, counts.rides));
    });
    let each = csv.ratio.times.0.as_nanos() / u128::from(batch);
    let judged = if each <= GOAL { "within" } else { "ABOVE" };
    println!("\n{csv}\n{look_up}");
    println!("{} rows a second of {} cards, {judged} the goal", 1_000_000_000 / each.max(1), counts.cards);
}

criterion_group!(benches, months);
criterion_main!(benches);
