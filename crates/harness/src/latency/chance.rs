//! What differs from tap to tap. Each tap has dice of its own, and of them a set for each thing that is drawn: what
//! becomes of a frame does not hang on how many prices were drawn before it.

use crate::random::{Stream, stream};
use rand_core::Rng;
use tunion_files::costs::TerminalCosts;

/// What is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Of {
    /// The moment at which the card comes, and where it is held.
    Arrival,
    /// What the card's work costs.
    Card,
    /// What the SAM's work costs.
    Sam,
    /// What the terminal's work costs.
    Terminal,
    /// What becomes of frames.
    Frames,
}

/// The dice of one tap.
#[derive(Debug)]
pub struct Chance {
    dice: Option<[Stream; 5]>,
    /// Frames of 2^32 that are lost.
    loss: u64,
}

/// How many of 2^32 a millionth is, as good as.
const MILLIONTH: u64 = (1 << 32) / 1_000_000;

impl Chance {
    /// No chance at all: every price is what its profile says, polling takes half a round, and no frame is lost.
    #[must_use]
    pub const fn none() -> Self {
        Self { dice: None, loss: 0 }
    }

    /// The dice of the `tap`-th tap; `more_ppm` frames of a million are lost beyond what the terminal's field loses.
    #[must_use]
    pub fn new(seed: u64, tap: u64, terminal: &TerminalCosts, more_ppm: u32) -> Self {
        let of_tap = stream(seed, "latency", tap);
        let mut dice = [0, 1, 2, 3, 4].map(|number| {
            let mut dice = of_tap.clone();
            dice.set_stream(number);
            dice
        });
        let [arrival, ..] = &mut dice;
        let at_edge = arrival.next_u32() % 1_000 < u32::from(terminal.edge_permille);
        let ppm = if at_edge { terminal.edge_ppm } else { terminal.near_ppm };
        Self { dice: Some(dice), loss: u64::from(ppm + more_ppm) * MILLIONTH }
    }

    /// Any of `whole` parts: half of them without chance.
    pub fn part_of(&mut self, of: Of, whole: u64) -> u64 {
        match self.dice(of) {
            Some(dice) => whole.saturating_mul(u64::from(dice.next_u32())) >> 32,
            None => whole / 2,
        }
    }

    /// A price, so many percent higher or lower at most.
    pub fn around(&mut self, of: Of, ns: u64, percent: u8) -> u64 {
        let reach = ns / 100 * u64::from(percent);
        ns - reach + self.part_of(of, 2 * reach)
    }

    fn dice(&mut self, of: Of) -> Option<&mut Stream> {
        self.dice.as_mut().and_then(|dice| dice.get_mut(of as usize))
    }

    /// Whether a frame is lost.
    pub fn loses(&mut self) -> bool {
        let loss = self.loss;
        loss > 0 && self.dice(Of::Frames).is_some_and(|dice| u64::from(dice.next_u32()) < loss)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_chance_a_price_is_what_it_says() {
        let mut chance = Chance::none();
        assert_eq!(
            (chance.around(Of::Card, 1_000, 20), chance.part_of(Of::Arrival, 100), chance.loses()),
            (1_000, 50, false)
        );
    }

    #[test]
    fn prices_stay_within_their_reach() {
        let costs = tunion_files::costs::built_in("terminal").unwrap();
        let tunion_files::costs::Of::Terminal(terminal) = costs.of else { panic!("no terminal") };
        let (mut least, mut most, mut lost) = (u64::MAX, 0, 0);
        for tap in 0..3_000 {
            let mut chance = Chance::new(1, tap, &terminal, 100_000);
            let ns = chance.around(Of::Card, 10_000, 20);
            (least, most) = (least.min(ns), most.max(ns));
            lost += u32::from(chance.loses());
        }
        assert!((8_000..8_100).contains(&least) && (11_900..=12_000).contains(&most), "{least} {most}");
        // A tenth, and the edge's two hundredths of a tenth of taps.
        assert!((240..380).contains(&lost), "{lost}");
    }
}
