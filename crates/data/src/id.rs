//! The identifiers of cards, issuers, terminals and cities.

use core::fmt;
use core::str::FromStr;

/// The text is not the identifier it should be; the message says what would be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ParseIdError(&'static str);

impl ParseIdError {
    /// `wanted` says what would be right.
    pub(crate) const fn new(wanted: &'static str) -> Self {
        Self(wanted)
    }
}

impl fmt::Display for ParseIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl core::error::Error for ParseIdError {}

/// Parses exactly `2 * N` digits of a base, 10 or 16; two digits are a byte either way.
fn from_digits<const N: usize>(text: &str, base: u32, wanted: &'static str) -> Result<[u8; N], ParseIdError> {
    let digits = text.as_bytes();
    if digits.len() != 2 * N {
        return Err(ParseIdError(wanted));
    }
    let mut out = [0; N];
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        let nibble = |b: u8| char::from(b).to_digit(base).and_then(|d| u8::try_from(d).ok());
        let (Some(high), Some(low)) = (nibble(pair[0]), nibble(pair[1])) else {
            return Err(ParseIdError(wanted));
        };
        *byte = (high << 4) | low;
    }
    Ok(out)
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $len:literal of base $base:literal, $wanted:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub [u8; $len]);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|b| write!(f, "{b:02X}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{self}")
            }
        }

        impl FromStr for $name {
            type Err = ParseIdError;
            fn from_str(text: &str) -> Result<Self, ParseIdError> {
                from_digits(text, $base, $wanted).map(Self)
            }
        }
    };
}

id! {
    /// An institution (发卡机构 / 收单机构): 4 BCD bytes and `FFFFFFFF`. Bytes 0–1 name the
    /// institution, bytes 2–3 its city. First-level factor of every card key
    /// (`docs/spec/card.md` 2.1, 4.2).
    IssuerId, 8 of base 16, "an institution is 16 hexadecimal digits, such as \"01011000FFFFFFFF\""
}
id! {
    /// The terminal number (终端机编号) that the PSAM holds in its file 16
    /// (`docs/spec/terminal.md` 2.1).
    TerminalId, 6 of base 16, "a terminal number is 12 hexadecimal digits, such as \"100000000001\""
}
id! {
    /// A four-digit region code (城市代码), BCD: 1000 Beijing, 2900 Shanghai
    /// (`docs/spec/card.md` 2.3).
    CityCode, 2 of base 10, "a city code is 4 digits, such as \"1000\" for Beijing"
}

impl IssuerId {
    /// The issuer's city, bytes 2–3.
    #[must_use]
    pub const fn city(self) -> CityCode {
        CityCode([self.0[2], self.0[3]])
    }
}

impl CityCode {
    /// 北京.
    pub const BEIJING: Self = Self([0x10, 0x00]);
}

/// A card number (应用序列号): 19 digits, stored as 10 BCD bytes with a leading zero nibble
/// (`docs/spec/card.md` 2.1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Pan([u8; 10]);

impl Pan {
    /// Takes the 10 bytes as the card has them.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 10]) -> Self {
        Self(bytes)
    }

    /// The 10 bytes as the card has them.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 10] {
        self.0
    }

    /// The last 8 bytes (EF 15 offsets 12..19): second-level factor of every card key, and the card
    /// identity that the PSAM is given (`docs/spec/card.md` 2.1, 4.9).
    #[must_use]
    pub const fn last8(self) -> [u8; 8] {
        let [_, _, tail @ ..] = self.0;
        tail
    }
}

impl fmt::Display for Pan {
    /// The 19 digits as printed on the card: the leading nibble is left out.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:X}", self.0[0] & 0x0F)?;
        self.0[1..].iter().try_for_each(|b| write!(f, "{b:02X}"))
    }
}

impl fmt::Debug for Pan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Pan {
    type Err = ParseIdError;

    fn from_str(text: &str) -> Result<Self, ParseIdError> {
        const WANTED: &str = "a card number is 19 digits, such as \"3104895199900000003\"";
        let digits = text.as_bytes();
        if digits.len() != 19 || !digits.iter().all(u8::is_ascii_digit) {
            return Err(ParseIdError(WANTED));
        }
        let mut bytes = [digits[0] - b'0'; 10];
        for (byte, pair) in bytes[1..].iter_mut().zip(digits[1..].chunks_exact(2)) {
            *byte = ((pair[0] - b'0') << 4) | (pair[1] - b'0');
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn a_card_number_prints_as_it_was_typed() {
        let pan: Pan = "3104895199900000003".parse().unwrap();
        assert_eq!(pan.to_bytes(), [0x03, 0x10, 0x48, 0x95, 0x19, 0x99, 0x00, 0x00, 0x00, 0x03]);
        assert_eq!(pan.last8(), [0x48, 0x95, 0x19, 0x99, 0x00, 0x00, 0x00, 0x03]);
        assert_eq!(pan.to_string(), "3104895199900000003");
    }

    #[test]
    fn what_is_no_identifier_is_refused() {
        assert!("310489519990000000".parse::<Pan>().is_err());
        assert!("310489519990000000A".parse::<Pan>().is_err());
        assert!("0101100".parse::<IssuerId>().is_err());
        assert!("0101 000FFFFFFFF".parse::<IssuerId>().is_err());
        for city in ["100", "10000", "29A0", "FFFF", "１０", "+100", ""] {
            assert!(city.parse::<CityCode>().is_err(), "{city}");
        }
        assert_eq!("2900".parse::<CityCode>().unwrap(), CityCode([0x29, 0x00]));
        assert_eq!("05212482ffffffff".parse::<IssuerId>().unwrap().city(), CityCode([0x24, 0x82]));
    }
}
