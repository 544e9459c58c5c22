//! What a reader says of the device in it: the answer to reset.

use tunion_psam::Rate;

/// The most bytes that an answer to reset has (ISO/IEC 7816-3).
const LONGEST: usize = 33;

/// An answer to reset.
///
/// That of a contactless card is as PC/SC readers make it, 13 bytes:
///
/// | offset | length | what |
/// |---|---|---|
/// | 0 | 1 | `3B`: TS, direct convention |
/// | 1 | 1 | `88`: T0, TD1 follows, 8 historical bytes |
/// | 2 | 1 | `80`: TD1, TD2 follows, T=0 |
/// | 3 | 1 | `01`: TD2, T=1 |
/// | 4 | 8 | historical bytes |
/// | 12 | 1 | TCK: the exclusive or of bytes 1 to 11 |
///
/// That of a PSAM (`docs/spec/terminal.md` 2.1, 2.6) is a contact card's, T=0 alone and so without TCK. In
/// production, 18 bytes:
///
/// | offset | length | what |
/// |---|---|---|
/// | 0 | 1 | `3B`: TS, direct convention |
/// | 1 | 1 | `9D`: T0, TA1 and TD1 follow, 13 historical bytes |
/// | 2 | 1 | `13`: TA1, 372 clocks by 4 |
/// | 3 | 1 | `10`: TD1, TA2 follows, T=0 |
/// | 4 | 1 | `80`: TA2, specific mode, which cannot be changed: T=0 at TA1's rate from the start |
/// | 5 | 13 | historical bytes |
///
/// A test PSAM has `1D` for T0, `11` for TA1, and the historical bytes after it: 16 bytes.
///
/// Source: ISO/IEC 7816-3 for the form, part 3 of the PC/SC specification for contactless cards.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Atr {
    bytes: [u8; LONGEST],
    length: usize,
}

impl Atr {
    /// That of a contactless card with these historical bytes.
    ///
    /// ```
    /// use tunion_harness::serve::Atr;
    /// let atr = Atr::new(*b"\x80\x56tunion");
    /// assert_eq!(atr.bytes()[..4], [0x3B, 0x88, 0x80, 0x01]);
    /// assert_eq!(atr.bytes()[1..].iter().fold(0, |sum, byte| sum ^ byte), 0);
    /// ```
    #[must_use]
    pub fn new(historical: [u8; 8]) -> Self {
        let mut bytes = [0x3B, 0x88, 0x80, 0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        bytes[4..12].copy_from_slice(&historical);
        bytes[12] = bytes[1..12].iter().fold(0, |sum, byte| sum ^ byte);
        Self::of(&[&bytes])
    }

    /// That of a PSAM. What PSAMs of the field say is not public, apart from their rate: our reading.
    ///
    /// ```
    /// use tunion_harness::serve::Atr;
    /// use tunion_psam::Rate;
    /// assert_eq!(Atr::psam(Rate::Production).bytes()[..5], [0x3B, 0x9D, 0x13, 0x10, 0x80]);
    /// assert_eq!(Atr::psam(Rate::Test).bytes()[..3], [0x3B, 0x1D, 0x11]);
    /// ```
    #[must_use]
    pub fn psam(rate: Rate) -> Self {
        let head: &[u8] = match rate {
            Rate::Production => &[0x3B, 0x9D, 0x13, 0x10, 0x80],
            Rate::Test => &[0x3B, 0x1D, 0x11],
        };
        Self::of(&[head, b"\x80\x5Btunion-psam"])
    }

    fn of(parts: &[&[u8]]) -> Self {
        let (mut bytes, mut length) = ([0; LONGEST], 0);
        for (place, byte) in bytes.iter_mut().zip(parts.iter().copied().flatten()) {
            *place = *byte;
            length += 1;
        }
        Self { bytes, length }
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl Default for Atr {
    /// What cards of this project say: `80 56`, which by ISO/IEC 7816-4 announces six bytes of the issuer's
    /// own, then `tunion`. What T-Union cards say here was not found, and no terminal looks: our reading.
    fn default() -> Self {
        Self::new(*b"\x80\x56tunion")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_byte_by_byte() {
        let atr = [0x3B, 0x88, 0x80, 0x01, 0x80, 0x56, 0x74, 0x75, 0x6E, 0x69, 0x6F, 0x6E, 0xD8];
        assert_eq!(Atr::default().bytes(), atr, "{:02X?}", Atr::default().bytes());
    }

    /// Read by ISO/IEC 7816-3: which interface bytes follow, how many historical ones, and the clocks of an
    /// etu by the tables of Fi and Di.
    #[test]
    fn a_psam_s_says_its_rate() {
        for rate in [Rate::Production, Rate::Test] {
            let atr = Atr::psam(rate);
            let [0x3B, t0, ta1, rest @ ..] = atr.bytes() else { panic!("{atr:02X?}") };
            assert_eq!(t0 & 0x70, 0x10, "TA1 alone before TD1");
            let rest = if t0 & 0x80 == 0 {
                rest
            } else {
                // TD1: T=0, and of its kind TA2 alone; it says "this rate and no other".
                let [0x10, 0x80, rest @ ..] = rest else { panic!("{atr:02X?}") };
                rest
            };
            assert_eq!(rest.len(), usize::from(t0 & 0x0F));
            assert_eq!(ta1 >> 4, 1, "F is 372");
            let divisor = match ta1 & 0x0F {
                1 => 1,
                3 => 4,
                other => panic!("D of {other}"),
            };
            assert_eq!(u32::from(rate.clocks()) * divisor, 372);
            assert_eq!(rest[..2], [0x80, 0x50 | 0x0B], "11 bytes of the issuer's own");
        }
    }
}
