//! Everything that was said to card and PSAM and what they answered, as one SHA-256 and the list of status
//! words. The same card gives the same on every machine.

use heapless::Vec;
use sha2::{Digest, Sha256};
use tunion_apdu::{Response, Sw};

/// Who was spoken to, as a byte of the transcript.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(crate) enum Who {
    Card = 0xCA,
    Psam = 0x5A,
}

/// Status words that a run can have at most; the card's documents have fewer than forty.
const MAX_WORDS: usize = 64;

/// What was said so far.
#[derive(Clone)]
pub(crate) struct Transcript {
    hash: Sha256,
    exchanges: u32,
    words: Vec<u16, MAX_WORDS>,
}

impl Transcript {
    pub(crate) fn new() -> Self {
        Self { hash: Sha256::new(), exchanges: 0, words: Vec::new() }
    }

    /// A command and its answer, which is empty when the power went.
    pub(crate) fn note(&mut self, who: Who, command: &[u8], answer: &Response) {
        self.hash.update([who as u8]);
        for part in [command, answer.bytes()] {
            self.hash.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            self.hash.update(part);
        }
        self.exchanges += 1;
        if !answer.bytes().is_empty() {
            self.saw(kind(answer.sw()));
        }
    }

    /// Takes in what a copy heard since it was made.
    pub(crate) fn join(&mut self, copy: Self) {
        self.hash.update(copy.hash.finalize());
        self.exchanges += copy.exchanges;
        copy.words.iter().for_each(|word| self.saw(*word));
    }

    fn saw(&mut self, word: u16) {
        if !self.words.contains(&word) {
            // A word too many is missing in the list and not in the hash.
            let _ = self.words.push(word);
            self.words.sort_unstable();
        }
    }

    /// Forgets the exchanges: what a copy hears from here is its own.
    pub(crate) fn restart(&mut self) {
        *self = Self::new();
    }

    /// Gives `line` the transcript piece by piece: the hash, how many exchanges, the status words.
    pub(crate) fn tell(&self, mut line: impl FnMut(&[u8])) {
        line(b"transcript ");
        self.hash.clone().finalize().iter().for_each(|byte| line(&hex(u32::from(*byte), [4, 0])));
        line(b"\nexchanges  ");
        line(&hex(self.exchanges, [28, 24, 20, 16, 12, 8, 4, 0]));
        line(b"\nanswers   ");
        for word in &self.words {
            line(b" ");
            line(&hex(u32::from(*word), [12, 8, 4, 0]));
        }
        line(b"\n");
    }
}

/// A status word without what some carry in their low byte or digit.
fn kind(Sw(word): Sw) -> u16 {
    match word {
        0x6C00..=0x6CFF | 0x6100..=0x61FF => word & 0xFF00,
        0x63C0..=0x63CF => 0x63C0,
        _ => word,
    }
}

/// The digits of `number` that lie at these bits.
pub(crate) fn hex<const N: usize>(number: u32, bits: [u8; N]) -> [u8; N] {
    bits.map(|bit| b"0123456789ABCDEF"[(number >> bit & 0xF) as usize])
}
