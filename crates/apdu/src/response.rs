//! The buffer that an answer is written into.

use crate::Sw;
use heapless::Vec;

/// An answer: up to 256 bytes of data and a status word, in one buffer that is used again and again.
///
/// A status word other than 9000 may follow data: a blocked card sends its whole FCI with 6A81
/// (`docs/spec/card.md` 1.3).
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Response {
    bytes: Vec<u8, 258>,
}

impl Response {
    /// The most data that a short answer carries.
    pub const MAX_DATA: usize = 256;

    /// An empty buffer.
    #[must_use]
    pub const fn new() -> Self {
        Self { bytes: Vec::new() }
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }

    /// Appends data.
    ///
    /// # Errors
    /// [`Sw::INTERNAL`] when the answer would be longer than 256 bytes; no command of the table
    /// answers that much.
    pub fn push(&mut self, data: &[u8]) -> Result<(), Sw> {
        if self.bytes.len() + data.len() > Self::MAX_DATA {
            return Err(Sw::INTERNAL);
        }
        self.bytes.extend_from_slice(data).map_err(|_| Sw::INTERNAL)
    }

    /// Ends the answer with its status word. Nothing may be pushed after it.
    pub fn finish(&mut self, sw: Sw) {
        // 256 bytes of data at most leave room for two more.
        let _ = self.bytes.extend_from_slice(&sw.0.to_be_bytes());
    }

    /// Takes a whole answer, as it came from elsewhere.
    ///
    /// # Errors
    /// Gives `bytes` back when they are no answer: shorter than a status word or longer than 258.
    pub fn set<'a>(&mut self, bytes: &'a [u8]) -> Result<(), &'a [u8]> {
        self.clear();
        if bytes.len() < 2 {
            return Err(bytes);
        }
        self.bytes.extend_from_slice(bytes).map_err(|_| bytes)
    }

    /// Data and status word, as they go over the air; empty before [`finish`](Self::finish).
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The data alone.
    #[must_use]
    pub fn data(&self) -> &[u8] {
        self.bytes.split_last_chunk::<2>().map_or(&[], |(data, _)| data)
    }

    /// The status word; [`Sw::INTERNAL`] while there is none.
    #[must_use]
    pub fn sw(&self) -> Sw {
        self.bytes.last_chunk::<2>().map_or(Sw::INTERNAL, |sw| Sw(u16::from_be_bytes(*sw)))
    }
}
