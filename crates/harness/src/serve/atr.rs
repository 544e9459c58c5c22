//! What a reader says of the card in it: the answer to reset.

/// The answer to reset of a contactless card, as PC/SC readers make it: 13 bytes.
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
/// Source: ISO/IEC 7816-3 for the form, part 3 of the PC/SC specification for contactless cards.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Atr([u8; 13]);

impl Atr {
    /// The ATR with these historical bytes.
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
        Self(bytes)
    }

    /// Its 13 bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
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
}
