//! The air: a rail exit with every frame of it on a virtual clock beside the same exit without; one command beside
//! itself; taps of a population on one thread and on all.
#![allow(missing_docs, reason = "the items are macros'")]
#![allow(clippy::print_stdout, reason = "the table of ratios is what this is for")]
#![allow(clippy::unwrap_used, reason = "a bench may panic")]

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;
use std::num::NonZeroUsize;
use tunion_benches::exit::{Exit, chip_costs, scenario};
use tunion_benches::ratio::{Line, compare};
use tunion_files::library::Library;
use tunion_files::{costs, keys, terminal};
use tunion_harness::latency::population::measure;
use tunion_harness::latency::setting::with_scene;
use tunion_harness::latency::{Population, Setting};
use tunion_harness::pull;
use tunion_link::time::frame;
use tunion_link::{Frame, Rate, crc};

/// Taps in a batch that is timed: as many as the caches hold.
const BATCH: u32 = 16;
/// What a tap on the air is to stay below, in thousandths of the same tap without.
const BOUND: u128 = 3_000;

fn on_air(criterion: &mut Criterion) {
    let (scenario, costs) = (scenario(), chip_costs());
    let start = Exit::prepare(&scenario);
    let mut group = criterion.benchmark_group("rail_exit_on_air");
    for rate in Rate::ALL {
        group.bench_function(rate.kbit().to_string(), |bencher| {
            bencher.iter_batched_ref(
                || start.clone(),
                |exit| exit.leave_on_air(&costs, rate).unwrap(),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

fn framing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("framing");
    for size in [8_usize, 64, 254] {
        let bytes = vec![0x5A; size];
        group.throughput(Throughput::Bytes(size as u64));
        group.bench_function(format!("frame_{size}"), |bencher| {
            bencher.iter(|| Frame::with_crc(black_box(&bytes)));
        });
        let whole = Frame::with_crc(&bytes);
        group.bench_function(format!("check_{size}"), |bencher| {
            bencher.iter(|| crc::check(black_box(whole.bytes())).is_some());
        });
    }
    group
        .bench_function("frame_time", |bencher| bencher.iter(|| frame(black_box(Rate::R424), black_box(64))));
    group.finish();
}

/// A thousand taps of a population, chance and all.
fn population(criterion: &mut Criterion) {
    let mut library = Library::default();
    let file = terminal::built_in("beijing-rail", &mut library).unwrap();
    let flow = pull::named("rail exit, student with discount")[0];
    let [card, sam, terminal] =
        ["native-transit-chip", "sam-38400", "terminal"].map(|name| costs::built_in(name).unwrap());
    let setting = Setting::new(flow, "beijing-rail", [&card, &sam, &terminal], Rate::R106).unwrap();
    let mut group = criterion.benchmark_group("population");
    group.sample_size(10);
    let all = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    with_scene(&file, flow, &keys::lab().unwrap(), |scene| {
        for threads in 1..=all.get() {
            let population = Population {
                taps: 1_000,
                seed: 1,
                threads: NonZeroUsize::new(threads).unwrap(),
                loss_ppm: 0,
            };
            group.throughput(Throughput::Elements(population.taps.into()));
            group.bench_function(format!("{threads}_threads"), |bencher| {
                bencher.iter(|| measure(scene, &setting, population));
            });
        }
    })
    .unwrap();
    group.finish();
}

fn ratios(_: &mut Criterion) {
    let (scenario, costs) = (scenario(), chip_costs());
    let start = Exit::prepare(&scenario);
    println!();
    for (name, rate) in [("rail_exit 106 kbit/s", Rate::R106), ("rail_exit 848 kbit/s", Rate::R848)] {
        let ratio = compare(
            || vec![start.clone(); BATCH as usize],
            |exits| exits.iter_mut().for_each(|exit| assert!(exit.leave_on_air(&costs, rate).is_some())),
            || vec![start.clone(); BATCH as usize],
            |exits| exits.iter_mut().for_each(|exit| assert!(exit.leave())),
        );
        println!("{}", Line { name, against: "no air", ratio, batch: BATCH, bound: Some(BOUND) });
    }
}

criterion_group!(benches, on_air, framing, population, ratios);
criterion_main!(benches);
