//! Two works timed in turns, and their ratio.
//!
//! A ratio of two figures from different minutes is a ratio of the machine's moods. Here one batch of
//! each is timed right after the other, many times over, and the ratio told is the median of the pairs'.

use std::fmt;
use std::time::{Duration, Instant};

/// Pairs that are timed.
const PAIRS: usize = 301;

/// A ratio in thousandths, and the two times that it came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ratio {
    /// Thousandths: the median of the pairs.
    pub median: u128,
    /// The quartiles around it.
    pub quartiles: (u128, u128),
    /// Median time of a batch of the first work and of the second.
    pub times: (Duration, Duration),
}

/// Whether this run only has to show that the bench still runs (`cargo bench -- --test`), as CI asks.
#[must_use]
pub fn is_test() -> bool {
    std::env::args().any(|argument| argument == "--test")
}

/// Times a batch of `work` and a batch of `bare` in turns. Each gets its input from its closure
/// beforehand, outside the clock.
pub fn compare<W, B>(
    before_work: impl FnMut() -> W,
    work: impl FnMut(&mut W),
    before_bare: impl FnMut() -> B,
    bare: impl FnMut(&mut B),
) -> Ratio {
    compare_pairs(PAIRS, before_work, work, before_bare, bare)
}

/// As [`compare`], of so many pairs: for batches that take seconds.
pub fn compare_pairs<W, B>(
    pairs: usize,
    mut before_work: impl FnMut() -> W,
    mut work: impl FnMut(&mut W),
    mut before_bare: impl FnMut() -> B,
    mut bare: impl FnMut(&mut B),
) -> Ratio {
    let pairs = if is_test() { 1 } else { pairs };
    let mut timed = Vec::with_capacity(pairs);
    for pair in 0..pairs {
        let (mut input, mut bare_input) = (before_work(), before_bare());
        let mut of_work = || clock(|| work(&mut input));
        let mut of_bare = || clock(|| bare(&mut bare_input));
        // Whichever comes second finds warmer caches and a faster clock.
        timed.push(if pair % 2 == 0 {
            let first = of_work();
            (first, of_bare())
        } else {
            let first = of_bare();
            (of_work(), first)
        });
    }
    let ratio = |(work, bare): &(Duration, Duration)| work.as_nanos() * 1000 / bare.as_nanos().max(1);
    let mut ratios: Vec<u128> = timed.iter().map(ratio).collect();
    let (mut works, mut bares): (Vec<_>, Vec<_>) = timed.into_iter().unzip();
    ratios.sort_unstable();
    works.sort_unstable();
    bares.sort_unstable();
    Ratio {
        median: ratios[pairs / 2],
        quartiles: (ratios[pairs / 4], ratios[pairs * 3 / 4]),
        times: (works[pairs / 2], bares[pairs / 2]),
    }
}

fn clock(work: impl FnOnce()) -> Duration {
    let start = Instant::now();
    work();
    start.elapsed()
}

/// The line of one ratio in the table that a bench ends with; `batch` is how often each work was done
/// in one batch.
#[derive(Clone, Copy, Debug)]
pub struct Line<'a> {
    /// What was measured.
    pub name: &'a str,
    /// What it was measured against.
    pub against: &'a str,
    /// What came out.
    pub ratio: Ratio,
    /// How often each was done in a batch.
    pub batch: u32,
    /// What the ratio is not to pass, in thousandths; `None` where it is told and no more.
    pub bound: Option<u128>,
}

impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Ratio { median, quartiles: (low, high), times: (work, bare) } = self.ratio;
        let thousandths = |n: u128| format!("{}.{:03}", n / 1000, n % 1000);
        let each = |time: Duration| {
            let tenths = time.as_nanos() * 10 / u128::from(self.batch);
            format!("{}.{} ns", tenths / 10, tenths % 10)
        };
        write!(
            f,
            "{:<20} {:>12} / {:<10} {:>12} = {} ({} to {})",
            self.name,
            each(work),
            self.against,
            each(bare),
            thousandths(median),
            thousandths(low),
            thousandths(high),
        )?;
        // A run that only shows that it runs may be of a debug build: it judges nothing.
        let Some(bound) = self.bound.filter(|_| !is_test()) else { return Ok(()) };
        let judged = if median <= bound { "within" } else { "ABOVE" };
        write!(f, ", {judged} {}", thousandths(bound))
    }
}
