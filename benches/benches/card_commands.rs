//! SELECT and READ BINARY of a card, beside two echoes: one behind the same trait, which the ratio is to
//! stay within three times of, and one that does nothing but to take the command apart and to answer.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench may panic, and its items are macros'")]
#![allow(clippy::print_stdout, reason = "the table of ratios is what this is for")]

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use tunion_apdu::Response;
use tunion_benches::card::{Answers, ask};
use tunion_benches::commands;
use tunion_benches::ratio::{Line, compare};

/// Commands in a batch that is timed.
const BATCH: u32 = 1000;
/// What a card's command is to stay below, in thousandths of the echo behind the same trait.
const BOUND: u128 = 3000;

fn many(device: &mut impl Answers, command: &[u8], response: &mut Response) {
    for _ in 0..BATCH {
        assert!(ask(device, black_box(command), response));
    }
}

fn card_commands(criterion: &mut Criterion) {
    let mut response = Response::new();
    for mut asked in commands::all() {
        let mut group = criterion.benchmark_group(asked.name);
        let command = &asked.command;
        let card = &mut asked.card;
        group.bench_function("card", |bencher| {
            bencher.iter(|| ask(card, black_box(command), &mut response));
        });
        let echo = &mut asked.echo;
        group.bench_function("echo", |bencher| {
            bencher.iter(|| ask(echo, black_box(command), &mut response));
        });
        let bare_echo = &mut asked.bare_echo;
        group.bench_function("bare_echo", |bencher| {
            bencher.iter(|| ask(bare_echo, black_box(command), &mut response));
        });
        group.finish();
    }
}

fn ratios(_: &mut Criterion) {
    println!();
    for mut asked in commands::all() {
        let (name, command) = (asked.name, &asked.command);
        let (card, echo, bare_echo) = (&mut asked.card, &mut asked.echo, &mut asked.bare_echo);
        let ratio = compare(
            Response::new,
            |response| many(card, command, response),
            Response::new,
            |response| many(echo, command, response),
        );
        println!("{}", Line { name, against: "echo", ratio, batch: BATCH, bound: Some(BOUND) });
        let ratio = compare(
            Response::new,
            |response| many(card, command, response),
            Response::new,
            |response| many(bare_echo, command, response),
        );
        println!("{}", Line { name, against: "bare echo", ratio, batch: BATCH, bound: None });
    }
}

criterion_group!(benches, card_commands, ratios);
criterion_main!(benches);
