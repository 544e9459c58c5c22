//! What goes over the air in one go.

use crate::crc;
use crate::time::{Rate, Ticks, bits, frame};
use heapless::Vec;

/// The longest frame, CRC included: FSD and FSC of 256 (`docs/spec/terminal.md` 5.2).
pub const LONGEST: usize = 256;

/// A frame: whole bytes, of which the last may have fewer than eight bits, and the first one too, when it is the
/// second part of a byte that anticollision split (ISO/IEC 14443-3 6.2.3.2). That part is kept where it stands in
/// its byte, with nothing in the place of the bits that were sent before.
///
/// Parity bits are not kept; a frame whose parity is wrong is [`Received::damaged`].
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Frame {
    bytes: Vec<u8, LONGEST>,
    /// Bits of the last byte that are not sent.
    missing: u8,
    /// Bits of the first byte that are not sent.
    skipped: u8,
}

impl Frame {
    /// Whole bytes as they are, without a CRC. What does not fit is left out.
    #[must_use]
    pub fn plain(bytes: &[u8]) -> Self {
        let mut frame = Self::default();
        frame.set_plain(bytes);
        frame
    }

    /// Bytes and their CRC. What does not fit is left out.
    #[must_use]
    pub fn with_crc(bytes: &[u8]) -> Self {
        let mut frame = Self::default();
        frame.extend(bytes);
        frame.close();
        frame
    }

    /// The short frame of seven bits.
    #[must_use]
    pub fn short(byte: u8) -> Self {
        Self::of_bits(&[byte & 0x7F], 7)
    }

    /// The first `bits` bits of `bytes`, lowest bit first.
    #[must_use]
    pub fn of_bits(bytes: &[u8], bits: u16) -> Self {
        let whole = usize::from(bits.div_ceil(8)).min(bytes.len()).min(LONGEST);
        let mut frame = Self::plain(bytes.get(..whole).unwrap_or_default());
        frame.missing = u8::try_from((8 - bits % 8) % 8).unwrap_or(0);
        if let Some(last) = frame.bytes.last_mut() {
            *last &= 0xFF >> frame.missing;
        }
        frame
    }

    /// What follows the first `bits` bits of `bytes`; the byte that they split keeps its place.
    #[must_use]
    pub fn after_bits(bytes: &[u8], bits: u16) -> Self {
        let mut frame = Self::plain(bytes.get(usize::from(bits / 8)..).unwrap_or_default());
        frame.skipped = u8::try_from(bits % 8).unwrap_or(0);
        if let Some(first) = frame.bytes.first_mut() {
            *first &= 0xFF << frame.skipped;
        }
        frame
    }

    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
        (self.missing, self.skipped) = (0, 0);
    }

    pub(crate) fn set_plain(&mut self, bytes: &[u8]) {
        self.clear();
        self.extend(bytes);
    }

    /// Puts bytes behind those that are there; leaves room for no CRC.
    pub(crate) fn extend(&mut self, bytes: &[u8]) {
        let room = LONGEST - self.bytes.len();
        let fits = bytes.get(..bytes.len().min(room)).unwrap_or_default();
        // It fits by the line above.
        let _ = self.bytes.extend_from_slice(fits);
    }

    /// Puts the CRC behind.
    pub(crate) fn close(&mut self) {
        let crc = crc::of(&self.bytes);
        self.extend(&crc);
    }

    /// The bytes, CRC included.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many bits it has, without parity.
    #[must_use]
    pub fn bits(&self) -> u16 {
        let whole = u16::try_from(self.bytes.len()).unwrap_or(0);
        (whole * 8).saturating_sub(u16::from(self.missing) + u16::from(self.skipped))
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Bits of the first byte that were sent before.
    #[must_use]
    pub const fn skipped(&self) -> u8 {
        self.skipped
    }

    /// How long it takes, start and end bit included: each byte that ends in it has a parity bit.
    #[must_use]
    pub fn time(&self, rate: Rate) -> Ticks {
        if self.skipped != 0 {
            bits(rate, 9 * self.bytes.len() as u64 - u64::from(self.skipped))
        } else if self.missing == 0 {
            frame(rate, self.bytes.len())
        } else {
            let whole = self.bytes.len().saturating_sub(1) as u64;
            bits(rate, 9 * whole + u64::from(8 - self.missing))
        }
    }

    /// Whether no byte is split.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.missing == 0 && self.skipped == 0
    }

    /// The frame with a bit turned over on its way; bits are counted as they are sent, from 0, without parity.
    #[must_use]
    pub fn with_bit_turned(&self, bit: u16) -> Self {
        let mut frame = self.clone();
        if let Some(byte) = frame.bytes.get_mut(usize::from(bit / 8)) {
            *byte ^= 1 << (bit % 8);
        }
        frame
    }
}

/// A frame as it was received.
#[derive(Clone, Copy, Debug)]
pub struct Received<'f> {
    /// The frame.
    pub frame: &'f Frame,
    /// A parity bit is wrong, or something else without which bytes cannot be trusted.
    pub damaged: bool,
    /// The first bit in which several cards differed; it and what follows are not known.
    pub collision: Option<u16>,
}

impl<'f> Received<'f> {
    /// A frame that came as it was sent, from one sender.
    #[must_use]
    pub const fn whole(frame: &'f Frame) -> Self {
        Self { frame, damaged: false, collision: None }
    }

    /// What stands before the CRC, if all is well.
    pub(crate) fn checked(&self) -> Option<&'f [u8]> {
        if self.damaged || self.collision.is_some() || !self.frame.is_whole() {
            return None;
        }
        crc::check(self.frame.bytes())
    }
}
