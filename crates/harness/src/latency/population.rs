//! Many taps, and their percentiles.

use super::chance::Chance;
use super::play::{Played, play};
use super::setting::{Scene, Setting};
use super::target::TARGETS;
use super::timeline::Timeline;
use std::num::NonZeroUsize;
use std::thread;

/// How many taps, and what chance they meet.
#[derive(Clone, Copy, Debug)]
pub struct Population {
    /// Taps of each setting.
    pub taps: u32,
    /// Where chance begins. Tap by tap it is the same in every setting, so that what a change buys is not chance.
    pub seed: u64,
    /// Threads that play. They change nothing but how long it takes.
    pub threads: NonZeroUsize,
    /// Frames of a million that go wrong beyond those that do in the terminal's field.
    pub loss_ppm: u32,
}

/// What a population took, in microseconds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Measured {
    /// The taps that came to their decision at once, the shortest first.
    pub sorted: Vec<u32>,
    /// The others: lost beyond what the link mends.
    pub failed: u32,
    /// What each [`Part`](super::Part) took of those, all taps together.
    pub shares: [u64; 6],
}

impl Measured {
    /// The time that so many percent of the taps stay within; 0 when there is none.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> u32 {
        let rank = (self.sorted.len() * percent).div_ceil(100).max(1);
        self.sorted.get(rank - 1).copied().unwrap_or(0)
    }

    /// The mean share of each part.
    #[must_use]
    pub fn means(&self) -> [u64; 6] {
        let taps = (self.sorted.len() as u64).max(1);
        self.shares.map(|share| share / taps)
    }

    /// How many of a thousand taps, of all that were made, stay within each of the [`TARGETS`].
    #[must_use]
    pub fn within(&self) -> [u64; TARGETS.len()] {
        let all = (self.sorted.len() as u64 + u64::from(self.failed)).max(1);
        TARGETS.map(|target| {
            let limit = target.ms * 1_000;
            let met = self.sorted.partition_point(|took| u64::from(*took) <= limit);
            met as u64 * 1_000 / all
        })
    }
}

/// Plays a population.
#[must_use]
pub fn measure(scene: &Scene<'_>, setting: &Setting, population: Population) -> Measured {
    let threads = population.threads.get();
    let part = |thread: usize| {
        let first = u32::try_from(thread).unwrap_or(0);
        let taps = (first..population.taps).step_by(threads);
        let mut measured = Measured { sorted: Vec::new(), failed: 0, shares: [0; 6] };
        for tap in taps {
            let chance = Chance::new(population.seed, tap.into(), &setting.terminal.2, population.loss_ppm);
            let Played { timeline, opened } = play(scene, setting, chance, tap.into());
            let took = timeline.decided.filter(|_| opened);
            let Some(took) = took else {
                measured.failed += 1;
                continue;
            };
            measured.sorted.push(u32::try_from(took.micros()).unwrap_or(u32::MAX));
            for (sum, share) in measured.shares.iter_mut().zip(timeline.shares()) {
                *sum += share.micros();
            }
        }
        measured
    };
    let parts: Vec<Measured> = if threads == 1 {
        vec![part(0)]
    } else {
        thread::scope(|scope| {
            let part = &part;
            let running: Vec<_> = (0..threads).map(|thread| scope.spawn(move || part(thread))).collect();
            // A thread that panicked took its taps with it: so does this one.
            running
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        })
    };
    let mut all = Measured { sorted: Vec::new(), failed: 0, shares: [0; 6] };
    for Measured { sorted, failed, shares } in parts {
        all.sorted.extend(sorted);
        all.failed += failed;
        for (sum, share) in all.shares.iter_mut().zip(shares) {
            *sum += share;
        }
    }
    all.sorted.sort_unstable();
    all
}

/// One tap without chance: every price as its profile says, half a round of polling, nothing lost.
#[must_use]
pub fn plain(scene: &Scene<'_>, setting: &Setting) -> Timeline {
    play(scene, setting, Chance::none(), 0).timeline
}
