//! Names of applications (AID), as terminals select them.

use core::fmt;
use core::str::FromStr;

use crate::fci::{EP_AID, MAX_AID};
use crate::id::ParseIdError;

/// The name of an application: 5 to 16 bytes (ISO/IEC 7816-4, `docs/spec/card.md` 1.1).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Aid {
    bytes: [u8; MAX_AID],
    length: u8,
}

impl Aid {
    /// The e-purse `MOT_T_EP`, 电子钱包.
    pub const EP: Self = Self::padded(EP_AID);
    /// The housing ministry's purse (住建部), which some readers try when there is no T-Union purse
    /// (`docs/spec/terminal.md` 1.0).
    pub const MOHURD: Self = Self::padded([0xA0, 0x00, 0x00, 0x00, 0x03, 0x86, 0x98, 0x07, 0x01]);

    /// Shortest name: the part that an institution was registered under.
    const MIN: usize = 5;

    const fn padded<const N: usize>(name: [u8; N]) -> Self {
        let mut bytes = [0; MAX_AID];
        let mut at = 0;
        while at < N && at < MAX_AID {
            bytes[at] = name[at];
            at += 1;
        }
        let [.., length] = at.to_be_bytes();
        Self { bytes, length }
    }

    /// The name, unless it is too short or too long to be one.
    #[must_use]
    pub fn new(name: &[u8]) -> Option<Self> {
        let length = u8::try_from(name.len()).ok()?;
        let mut bytes = [0; MAX_AID];
        if name.len() < Self::MIN {
            return None;
        }
        bytes.get_mut(..name.len())?.copy_from_slice(name);
        Some(Self { bytes, length })
    }

    /// Its bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// Whether `name` is that of an application which this name selects: it begins with it, as the name of
    /// an instance does (partial name, `docs/spec/card.md` 1.1).
    #[must_use]
    pub fn selects(&self, name: &[u8]) -> bool {
        name.starts_with(self.as_bytes())
    }
}

impl fmt::Display for Aid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for Aid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Aid {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        const WANTED: ParseIdError = ParseIdError::new(
            "the name of an application is 10 to 32 hexadecimal digits, such as \"A000000632010105\"",
        );
        let mut bytes = [0; MAX_AID];
        let digits = text.as_bytes();
        if !digits.len().is_multiple_of(2) {
            return Err(WANTED);
        }
        let place = bytes.get_mut(..digits.len() / 2).ok_or(WANTED)?;
        for (byte, pair) in place.iter_mut().zip(digits.chunks_exact(2)) {
            let nibble = |digit: u8| char::from(digit).to_digit(16).and_then(|d| u8::try_from(d).ok());
            let (Some(high), Some(low)) = (nibble(pair[0]), nibble(pair[1])) else { return Err(WANTED) };
            *byte = high << 4 | low;
        }
        Self::new(place).ok_or(WANTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_name_prints_as_it_was_written() {
        for text in
            ["A000000632010105", "A00000000386980701", "A000000632", "A0000006320101050000000000000001"]
        {
            assert_eq!(text.parse::<Aid>().unwrap().to_string(), text);
        }
        assert_eq!("a000000632010105".parse(), Ok(Aid::EP));
        assert_eq!("A00000000386980701".parse(), Ok(Aid::MOHURD));
    }

    #[test]
    fn what_is_no_name_is_refused() {
        for text in
            ["", "A0000006", "A00000063201010", "A00000063201010G", "A000000632010105000000000000000101"]
        {
            assert!(text.parse::<Aid>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_selects_itself_and_what_begins_with_it() {
        assert!(Aid::EP.selects(&EP_AID));
        assert!(Aid::EP.selects(b"\xA0\x00\x00\x06\x32\x01\x01\x05\x10\x00"));
        assert!(!Aid::EP.selects(&EP_AID[..7]));
        assert!(!Aid::MOHURD.selects(&EP_AID));
    }
}
