//! Bytes of which some digits may be hidden.

use std::fmt;
use std::ops::Range;
use tunion_files::layout::hex;

/// The digit that stands for a hidden one.
const HIDDEN: char = '*';

/// Bytes as a trace has them: hexadecimal digits, of which some may be hidden.
///
/// ```
/// use tunion_harness::trace::Raw;
///
/// let mut raw = Raw::from(vec![0x05, 0x17, 0x99]);
/// raw.hide(1..4);
/// assert_eq!(raw.to_string(), "0***99");
/// assert_eq!(raw.bytes(), [0x00, 0x00, 0x99]);
/// assert_eq!(Raw::parse("0***99"), Ok(raw));
/// ```
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Raw {
    /// A hidden digit is 0 here.
    bytes: Vec<u8>,
    /// For each byte the bits that are hidden, `F0`, `0F`, `FF` or `00`; empty where none is.
    hidden: Vec<u8>,
}

/// Text that is no [`Raw`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoHex {
    /// An odd number of digits.
    Odd,
    /// This character is no hexadecimal digit; its place counts characters from 0.
    Digit(char, usize),
}

impl fmt::Display for NoHex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Odd => f.write_str("an odd number of digits: half a byte is missing"),
            Self::Digit(digit, place) => {
                write!(f, "`{digit}`, character {} of the bytes, is no hexadecimal digit", place + 1)
            }
        }
    }
}

impl From<Vec<u8>> for Raw {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, hidden: Vec::new() }
    }
}

impl From<&[u8]> for Raw {
    fn from(bytes: &[u8]) -> Self {
        Self::from(bytes.to_vec())
    }
}

impl Raw {
    /// Reads hexadecimal digits of either case, `*` for one that is hidden.
    ///
    /// # Errors
    /// [`NoHex`], what is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, NoHex> {
        let mut raw = Self::default();
        let mut half = None;
        for (place, digit) in text.chars().enumerate() {
            let is_hidden = digit == HIDDEN;
            let value = if is_hidden { Some(0) } else { digit.to_digit(16) };
            let value = value.and_then(|value| u8::try_from(value).ok()).ok_or(NoHex::Digit(digit, place))?;
            let mask = if is_hidden { 0x0F } else { 0 };
            match half.take() {
                None => half = Some((value, mask)),
                Some((high, high_mask)) => {
                    raw.bytes.push(high << 4 | value);
                    raw.hidden.push(high_mask << 4 | mask);
                }
            }
        }
        if half.is_some() {
            return Err(NoHex::Odd);
        }
        if raw.hidden.iter().all(|mask| *mask == 0) {
            raw.hidden.clear();
        }
        Ok(raw)
    }

    /// The bytes; a hidden digit is 0.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How many bytes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Whether a digit is hidden.
    #[must_use]
    pub fn is_masked(&self) -> bool {
        !self.hidden.is_empty()
    }

    /// The bits of a byte that are hidden.
    #[must_use]
    pub fn mask(&self, at: usize) -> u8 {
        self.hidden.get(at).copied().unwrap_or_default()
    }

    /// Hides digits, counted from 0, two for each byte; those beyond the end are none.
    pub fn hide(&mut self, digits: Range<usize>) {
        for digit in digits {
            let mask = if digit % 2 == 0 { 0xF0 } else { 0x0F };
            let Some(byte) = self.bytes.get_mut(digit / 2) else { break };
            *byte &= !mask;
            self.hidden.resize(self.bytes.len(), 0);
            if let Some(hidden) = self.hidden.get_mut(digit / 2) {
                *hidden |= mask;
            }
        }
    }

    /// Hides whole bytes.
    pub fn hide_bytes(&mut self, bytes: Range<usize>) {
        self.hide(bytes.start.saturating_mul(2)..bytes.end.min(self.len()).saturating_mul(2));
    }

    /// A stretch of it; what lies beyond the end is left out.
    #[must_use]
    pub fn part(&self, range: Range<usize>) -> Self {
        let end = range.end.min(self.len());
        let range = range.start.min(end)..end;
        let hidden = self.hidden.get(range.clone()).unwrap_or_default();
        let hidden = if hidden.iter().all(|mask| *mask == 0) { &[] } else { hidden };
        Self { bytes: self.bytes.get(range).unwrap_or_default().to_vec(), hidden: hidden.to_vec() }
    }

    /// All but the last `count` bytes, and these.
    #[must_use]
    pub fn split_end(&self, count: usize) -> (Self, Self) {
        let at = self.len().saturating_sub(count);
        (self.part(0..at), self.part(at..self.len()))
    }
}

impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_masked() {
            return f.write_str(&hex(&self.bytes));
        }
        for (place, digit) in hex(&self.bytes).chars().enumerate() {
            let mask = if place % 2 == 0 { 0xF0 } else { 0x0F };
            let shown = if self.mask(place / 2) & mask == 0 { digit } else { HIDDEN };
            write!(f, "{shown}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// What is written reads back, whatever is hidden, and hidden digits are not there any more.
        #[test]
        fn written_and_read(bytes: Vec<u8>, from in 0..40usize, digits in 0..40usize) {
            let mut raw = Raw::from(bytes.clone());
            prop_assert_eq!(Raw::parse(&raw.to_string()), Ok(raw.clone()));
            prop_assert_eq!(raw.bytes(), &bytes);
            raw.hide(from..from + digits);
            prop_assert_eq!(Raw::parse(&raw.to_string()), Ok(raw.clone()));
            let stars = raw.to_string().matches('*').count();
            prop_assert_eq!(stars, (bytes.len() * 2).saturating_sub(from).min(digits));
            let (start, end) = raw.split_end(2);
            prop_assert_eq!(format!("{start}{end}"), raw.to_string());
        }
    }

    #[test]
    fn what_is_no_hex() {
        assert_eq!(Raw::parse("90 00"), Err(NoHex::Digit(' ', 2)));
        assert_eq!(Raw::parse("900"), Err(NoHex::Odd));
        assert_eq!(Raw::parse("9g"), Err(NoHex::Digit('g', 1)));
        assert_eq!(Raw::parse(""), Ok(Raw::default()));
    }
}
