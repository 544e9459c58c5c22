//! Days by chance: the money is right, every sequence has its record, clearing finds what was planted and no more.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use tunion_files::keys;
use tunion_harness::day::{self, Nobody, Order};

#[test]
fn first() {
    let keys = keys::lab().unwrap();
    let day = day::play(Order::new(200, 14, 1), &keys, &mut Nobody).unwrap();
    println!("{}", day::screen(&day));
    println!("{}", day::suspects(&day));
}

#[test]
fn stress() {
    let keys = keys::lab().unwrap();
    let from: u64 = std::env::var("SEED").unwrap_or_default().parse().unwrap_or(1);
    for seed in from..from + 40 {
        let order = Order { troubled: 300, ..Order::new(60, 30, seed) };
        let day = day::play(order, &keys, &mut Nobody).unwrap();
        if seed == from || !day.books.hold() {
            println!("{}", day::screen(&day));
            println!("{}", day::suspects(&day));
        }
        let planting = day::plant::plant(&day.records, 1, seed);
        let wrong = planting.unfound(&day.books.cleared, &keys.roots);
        if !wrong.is_empty() {
            println!("seed {seed}: {:?} {wrong:#?}", planting.planted);
        }
    }
}
