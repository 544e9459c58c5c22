//! A scenario whose every tap meets something on the air, drawn from a seed: frames lost, damaged or miscounted, the card
//! gone in the middle of a byte or of its work, an answer that comes late, the reader's field reset.
//!
//! A tap that was not let through is made again, undisturbed, twenty seconds later. In the end the day has cost what it
//! costs without all that, with one record for each debit, load, lock and extension.

use crate::outcome::Outcome;
use crate::random::{Stream, stream};
use crate::world::{World, play};
use rand_core::Rng;
use std::fmt::Write as _;
use std::time::Duration;
use tunion_files::scenario::{Air, AirFault, Expect, FrameFate, Scenario, Step};
use tunion_terminal::Gate;

/// What came of a disturbed day.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Disturbed {
    /// Taps that were made, those that were made again counted.
    pub taps: u32,
    /// Taps of these that were made again.
    pub again: u32,
    /// What is not as it should be; nothing if all held.
    pub wrong: Vec<String>,
}

/// The scenario as the days that are compared play it: nothing expected, nothing torn.
#[must_use]
pub fn bare(scenario: &Scenario) -> Scenario {
    let mut bare = scenario.clone();
    for step in &mut bare.steps {
        (step.expect, step.fault, step.air) = (Expect::default(), None, None);
    }
    bare.totals.clear();
    bare
}

/// The whole day, by which disturbed ones are judged.
#[must_use]
pub fn whole(bare: &Scenario) -> Outcome {
    play(bare)
}

/// Plays a [`bare`] scenario with everything that the seed draws.
#[must_use]
pub fn disturb(bare: &Scenario, whole: &Outcome, seed: u64) -> Disturbed {
    let mut world = World::new(bare);
    let mut disturbed = Disturbed::default();
    let mut taps: Vec<String> = Vec::new();
    for (step, number) in bare.steps.iter().zip(0..) {
        let air = draw(&mut stream(seed, "air", number));
        world.tap(&Step { air: Some(air), ..step.clone() });
        disturbed.taps += 1;
        taps.push(format!("tap {}, line {}: {}", number + 1, step.line, told(air)));
        let decision = world.rows().last().and_then(|row| row.decision.as_ref());
        if decision.is_none_or(|decision| decision.gate == Gate::Closed) {
            let at = step.at.saturating_add(Duration::from_secs(20));
            world.tap(&Step { at, ..step.clone() });
            disturbed.taps += 1;
            disturbed.again += 1;
        }
    }
    let outcome = world.finish();
    let mut wrong: Vec<String> = outcome.failures.iter().map(|failure| failure.describe(&outcome)).collect();
    for (now, then) in outcome.cards.iter().zip(&whole.cards).filter(|(now, then)| now != then) {
        wrong.push(format!("card {}: {now:?}, undisturbed {then:?}", now.name));
    }
    if outcome.records.len() != whole.records.len() {
        wrong.push(format!("{} records, undisturbed {}", outcome.records.len(), whole.records.len()));
    }
    if !wrong.is_empty() {
        wrong.extend(taps);
    }
    disturbed.wrong = wrong;
    disturbed
}

/// Something that goes wrong. Half of the faults strike a frame, the others a time.
fn draw(dice: &mut Stream) -> Air {
    let mut below = |end: u32| dice.next_u32() % end;
    let kbit = [106, 212, 424, 848].into_iter().nth(below(4) as usize).unwrap_or(106);
    // A tap has some 45 frames, and takes some 110 ms at 106 kbit/s.
    let number = below(50);
    let fault = match below(10) {
        0 => AirFault::Frame { number, fate: FrameFate::Lost },
        1 => AirFault::Frame { number, fate: FrameFate::Damaged },
        2 => AirFault::Frame { number, fate: FrameFate::WrongNumber },
        3 | 4 => AirFault::Frame { number, fate: FrameFate::Gone(u16::try_from(below(64)).unwrap_or(0)) },
        5 => AirFault::Frame { number, fate: FrameFate::Reset },
        6 => AirFault::Late { micros: u64::from(below(300_000)) },
        _ => AirFault::Leaves { micros: u64::from(below(120_000)) },
    };
    Air { kbit, fault: Some(fault), has_to_come: false }
}

fn told(air: Air) -> String {
    let mut text = format!("{} kbit/s, ", air.kbit);
    let _ = match air.fault {
        None => write!(text, "nothing"),
        Some(AirFault::Frame { number, fate }) => write!(text, "frame {number} {fate:?}"),
        Some(AirFault::Leaves { micros }) => write!(text, "the card leaves after {micros} µs"),
        Some(AirFault::Late { micros }) => write!(text, "the first answer {micros} µs late"),
    };
    text
}
