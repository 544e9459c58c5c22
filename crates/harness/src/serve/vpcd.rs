//! What vpcd asks for: the virtual reader of the vsmartcard project.
//!
//! vpcd is a driver of pcscd. It listens, by default on port 35963, and a card program connects to it: the
//! connection is the card in the slot. Bodies of frames from the reader are:
//!
//! | body | what | answer |
//! |---|---|---|
//! | `00` | power off | none |
//! | `01` | power on | none |
//! | `02` | reset | none |
//! | `04` | give the ATR; asked again and again, to see whether the card is still there | the ATR |
//! | any other single byte | unknown | none |
//! | none at all | nothing | none |
//! | two bytes or more | a command | the card's answer |
//!
//! That the two rows before the last are passed over is our reading, after what vpcd's own card programs do.
//! An answer that is not expected would be taken for that to the next question.
//!
//! Source: the protocol as vpcd in Debian's package `vsmartcard-vpcd` speaks it.

/// The port on which vpcd's first slot listens; each further slot has the next.
pub const PORT: u16 = 35_963;

/// What one body asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Message<'b> {
    /// Take the power away.
    Off,
    /// Give power.
    On,
    /// Take the power away and give it again.
    Reset,
    /// Say the ATR.
    Atr,
    /// Answer a command, from a body of any length.
    Apdu(&'b [u8]),
    /// Nothing that is known.
    Unknown,
}

impl<'b> Message<'b> {
    /// What `body` asks for; every body is something.
    ///
    /// ```
    /// use tunion_harness::serve::vpcd::Message;
    /// assert_eq!(Message::of(&[0x04]), Message::Atr);
    /// assert_eq!(Message::of(&[0x03]), Message::Unknown);
    /// assert_eq!(Message::of(&[0x00, 0xA4]), Message::Apdu(&[0x00, 0xA4]));
    /// ```
    #[must_use]
    pub fn of(body: &'b [u8]) -> Self {
        match body {
            [0x00] => Self::Off,
            [0x01] => Self::On,
            [0x02] => Self::Reset,
            [0x04] => Self::Atr,
            [] | [_] => Self::Unknown,
            command => Self::Apdu(command),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_single_bytes_four_are_known() {
        let known = (0..=u8::MAX).filter(|byte| Message::of(&[*byte]) != Message::Unknown);
        assert_eq!(known.collect::<Vec<_>>(), [0, 1, 2, 4]);
        assert_eq!(Message::of(&[]), Message::Unknown);
        assert_eq!(Message::of(&[0, 0]), Message::Apdu(&[0, 0]));
    }
}
