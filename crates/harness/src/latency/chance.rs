//! What differs from tap to tap. Each tap has dice of its own, and of them a set for each thing that is drawn: what
//! becomes of a frame does not hang on how many prices were drawn before it.

use crate::radio::Fate;
use crate::random::{Stream, stream};
use rand_core::Rng;
use tunion_files::costs::{Losses, TerminalCosts};

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
    /// Frames of 2^32 that go wrong.
    wrong: u64,
    /// And those of them that arrive with an error.
    damaged: u64,
}

impl Chance {
    /// No chance at all: every price is what its profile says, polling takes half a round, and no frame is lost.
    #[must_use]
    pub const fn none() -> Self {
        Self { dice: None, wrong: 0, damaged: 0 }
    }

    /// The dice of the `tap`-th tap; `more_ppm` frames of a million go wrong beyond those that do in
    /// the terminal's field.
    #[must_use]
    pub fn new(seed: u64, tap: u64, terminal: &TerminalCosts, more_ppm: u32) -> Self {
        let of_tap = stream(seed, "latency", tap);
        let mut dice = [0, 1, 2, 3, 4].map(|number| {
            let mut dice = of_tap.clone();
            dice.set_stream(number);
            dice
        });
        let [arrival, ..] = &mut dice;
        let Losses { edge_permille, near_ppm, edge_ppm, damaged_permille } = terminal.losses;
        let at_edge = arrival.next_u32() % 1_000 < u32::from(edge_permille);
        let ppm = (if at_edge { edge_ppm } else { near_ppm }).saturating_add(more_ppm);
        let wrong = (u64::from(ppm) << 32) / 1_000_000;
        Self { dice: Some(dice), wrong, damaged: wrong * u64::from(damaged_permille) / 1_000 }
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

    /// What becomes of a frame.
    pub fn fate(&mut self) -> Fate {
        let (wrong, damaged) = (self.wrong, self.damaged);
        match self.dice(Of::Frames).map(|dice| u64::from(dice.next_u32())) {
            Some(drawn) if drawn < damaged => Fate::Damaged,
            Some(drawn) if drawn < wrong => Fate::Lost,
            _ => Fate::Whole,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_chance_a_price_is_what_it_says() {
        let mut chance = Chance::none();
        assert_eq!(
            (chance.around(Of::Card, 1_000, 20), chance.part_of(Of::Arrival, 100), chance.fate()),
            (1_000, 50, Fate::Whole)
        );
    }

    #[test]
    fn prices_stay_within_their_reach() {
        let costs = tunion_files::costs::built_in("terminal").unwrap();
        let tunion_files::costs::Of::Terminal(terminal) = costs.of else { panic!("no terminal") };
        let (mut least, mut most, mut lost, mut damaged) = (u64::MAX, 0, 0, 0);
        for tap in 0..3_000 {
            let mut chance = Chance::new(1, tap, &terminal, 100_000);
            let ns = chance.around(Of::Card, 10_000, 20);
            (least, most) = (least.min(ns), most.max(ns));
            let fate = chance.fate();
            lost += u32::from(fate == Fate::Lost);
            damaged += u32::from(fate == Fate::Damaged);
        }
        assert!((8_000..8_100).contains(&least) && (11_900..=12_000).contains(&most), "{least} {most}");
        // A tenth, and the edge's two hundredths of a tenth of taps; half of them arrive.
        assert!((110..200).contains(&lost) && (110..200).contains(&damaged), "{lost} {damaged}");
    }
}
