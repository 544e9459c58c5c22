//! The first digits of card numbers (BIN, 卡BIN), by which they are an issuer's.

use core::fmt;
use core::str::FromStr;

use crate::id::{Pan, ParseIdError};

/// The first 1 to 10 digits of a card number (`docs/spec/terminal.md` 10, file 1932: a card BIN has 10
/// places; 8.2: the laboratory's has 8 digits).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Bin {
    /// A digit each, as ASCII.
    digits: [u8; Bin::MAX],
    length: u8,
}

impl Bin {
    /// The most digits.
    pub const MAX: usize = 10;

    /// Its digits.
    fn digits(&self) -> &[u8] {
        self.digits.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// Whether this is how `pan` begins.
    #[must_use]
    pub fn begins(&self, pan: Pan) -> bool {
        let bytes = pan.to_bytes();
        // The first nibble is no digit of the number.
        let number = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]).skip(1);
        self.digits().iter().zip(number).all(|(digit, nibble)| *digit == b'0' + nibble)
    }
}

impl fmt::Display for Bin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.digits().iter().try_for_each(|digit| write!(f, "{}", char::from(*digit)))
    }
}

impl fmt::Debug for Bin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Bin {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        const WANTED: ParseIdError = ParseIdError::new("a BIN is 1 to 10 digits, such as \"31052280\"");
        let mut digits = [0; Self::MAX];
        if text.is_empty() || !text.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(WANTED);
        }
        digits.get_mut(..text.len()).ok_or(WANTED)?.copy_from_slice(text.as_bytes());
        let length = u8::try_from(text.len()).map_err(|_| WANTED)?;
        Ok(Self { digits, length })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_bin_is_how_a_number_begins() {
        let pan: Pan = "3105228010000000001".parse().unwrap();
        for bin in ["3", "31052280", "3105228010"] {
            let parsed: Bin = bin.parse().unwrap();
            assert!(parsed.begins(pan), "{bin}");
            assert_eq!(parsed.to_string(), bin);
        }
        for bin in ["0", "31052281", "3105228011"] {
            assert!(!bin.parse::<Bin>().unwrap().begins(pan), "{bin}");
        }
    }

    #[test]
    fn what_is_no_bin_is_refused() {
        for text in ["", "3105228A", "31052280100", "３１", "-1"] {
            assert!(text.parse::<Bin>().is_err(), "{text}");
        }
    }
}
