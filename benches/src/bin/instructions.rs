//! Does one work so many times, for callgrind to count its instructions: `instructions WORK TIMES`.
//!
//! Everything is prepared for the same number of times whatever TIMES is, so the difference between two
//! runs is the work alone. `scripts/instructions.sh` takes that difference.
#![allow(clippy::unwrap_used, reason = "a bench may panic")]

use std::hint::black_box;
use std::process::ExitCode;
use tunion_apdu::Response;
use tunion_benches::card::{Answers, Bytes, ask, card, fork_each};
use tunion_benches::commands;
use tunion_benches::exit::{self, Exit};
use tunion_benches::fares::Rides;
use tunion_benches::purchase::{Bare, Purchases};
use tunion_link::Rate;

/// The most TIMES.
const MOST: u32 = 400;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [work, times] = &arguments[..] else { return ExitCode::from(2) };
    let Some(times) = times.parse().ok().filter(|times| *times <= MOST as usize) else {
        return ExitCode::from(2);
    };
    if run(work, times) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn run(work: &str, times: usize) -> bool {
    let mut response = Response::new();
    match work {
        "composite_purchase" => {
            let purchases = Purchases::prepare(MOST);
            let mut card = purchases.start.clone();
            purchases.run(&mut card, &mut response, times)
        }
        "bare_des" => {
            black_box(Bare::new().run(times));
            true
        }
        "rail_exit" => {
            let scenario = exit::scenario();
            let mut exits = vec![Exit::prepare(&scenario); MOST as usize];
            exits.iter_mut().take(times).all(Exit::leave)
        }
        "rail_exit_on_air" => {
            let (scenario, costs) = (exit::scenario(), exit::chip_costs());
            let mut exits = vec![Exit::prepare(&scenario); MOST as usize];
            exits.iter_mut().take(times).all(|exit| exit.leave_on_air(&costs, Rate::R106).is_some())
        }
        "bare_exit" => {
            let bare = exit::Bare::default();
            (0..times).for_each(|_| {
                black_box(black_box(&bare).run());
            });
            true
        }
        "price_1000" | "quote_1000" | "look_up_1000" => {
            let rides = Rides::prepare();
            let (mut ledgers, mut sums, times) = (rides.ledgers(), rides.sums(), times * 1000);
            let paid = match work {
                "price_1000" => rides.price(&mut ledgers, times),
                "quote_1000" => rides.quote(&mut ledgers, times),
                _ => rides.look_up(&mut sums, times),
            };
            black_box(paid) > 0 || times == 0
        }
        "fork" => forks(card(), times),
        "memcpy" => forks(Bytes::filled(0x5A), times),
        _ => {
            let (name, device) = work.split_once('/').unwrap_or((work, "card"));
            let mut asked = commands::all().into_iter().filter(|asked| asked.name == name);
            let Some(mut asked) = asked.next() else { return false };
            let command = &asked.command;
            match device {
                "card" => repeat(&mut asked.card, command, &mut response, times),
                "echo" => repeat(&mut asked.echo, command, &mut response, times),
                "bare-echo" => repeat(&mut asked.bare_echo, command, &mut response, times),
                _ => false,
            }
        }
    }
}

fn repeat(device: &mut impl Answers, command: &[u8], response: &mut Response, times: usize) -> bool {
    (0..times).all(|_| ask(device, black_box(command), response))
}

fn forks<T: Clone>(value: T, times: usize) -> bool {
    let values = [value];
    (0..times).for_each(|_| fork_each(&values));
    true
}
