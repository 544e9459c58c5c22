//! Random choices of one holder.

use crate::random::{Stream, stream};
use rand_core::Rng;

/// The dice of one holder, or of one place.
#[derive(Clone, Debug)]
pub(super) struct Dice(Stream);

impl Dice {
    /// Dice that nobody else has.
    pub(super) fn new(seed: u64, name: &str, number: u64) -> Self {
        Self(stream(seed, name, number))
    }

    /// One of `0..count`; 0 of nothing.
    pub(super) fn below(&mut self, count: u32) -> u32 {
        let wide = u64::from(self.0.next_u32()) * u64::from(count);
        u32::try_from(wide >> 32).unwrap_or(0)
    }

    /// One of `from..=to`.
    pub(super) fn between(&mut self, from: u32, to: u32) -> u32 {
        from + self.below(to.saturating_sub(from).saturating_add(1))
    }

    /// Whether it happens that happens so often in a thousand.
    pub(super) fn permille(&mut self, chance: u32) -> bool {
        self.below(1000) < chance
    }

    /// One of these.
    pub(super) fn pick<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.index(all.len()))
    }

    /// One of `0..len`.
    pub(super) fn index(&mut self, len: usize) -> usize {
        let below = self.below(u32::try_from(len).unwrap_or(u32::MAX));
        usize::try_from(below).unwrap_or(0)
    }

    /// The place of one of these shares, each as likely as it is large.
    pub(super) fn share(&mut self, shares: impl Iterator<Item = u32> + Clone) -> usize {
        let mut left = self.below(shares.clone().sum());
        for (index, share) in shares.enumerate() {
            if left < share {
                return index;
            }
            left -= share;
        }
        0
    }
}
