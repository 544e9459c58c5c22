//! Framing of a command.

use crate::Sw;

/// A command APDU, taken apart. Only the short form is known: no e-purse command but the picture's
/// needs the extended one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Command<'a> {
    /// Class.
    pub cla: u8,
    /// Instruction.
    pub ins: u8,
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
    /// Command data, `Lc` bytes.
    pub data: &'a [u8],
    /// Expected length: `None` when Le is absent, `Some(256)` for Le = 00.
    pub le: Option<u16>,
}

impl<'a> Command<'a> {
    /// Takes `bytes` apart.
    ///
    /// ```
    /// use tunion_apdu::Command;
    /// let read = Command::parse(&[0x00, 0xB0, 0x95, 0x00, 0x1E]).unwrap();
    /// assert_eq!((read.p1, read.le), (0x95, Some(0x1E)));
    /// ```
    ///
    /// # Errors
    /// [`Sw::UNKNOWN_CLASS`] for the class FF, [`Sw::WRONG_LENGTH`] for every fault of length:
    /// fewer than four bytes, an Lc that does not fit, or the extended form.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, Sw> {
        let [cla, ins, p1, p2, ref body @ ..] = *bytes else { return Err(Sw::WRONG_LENGTH) };
        if cla == 0xFF {
            return Err(Sw::UNKNOWN_CLASS);
        }
        let (data, le): (&[u8], _) = match *body {
            [] => (&[], None),
            [le] => (&[], Some(le)),
            // Lc = 00 before more bytes would begin the extended form.
            [0, ..] => return Err(Sw::WRONG_LENGTH),
            [lc, ref rest @ ..] => match rest.split_at_checked(usize::from(lc)) {
                Some((data, [])) => (data, None),
                Some((data, [le])) => (data, Some(*le)),
                _ => return Err(Sw::WRONG_LENGTH),
            },
        };
        let le = le.map(|le| if le == 0 { 256 } else { u16::from(le) });
        Ok(Self { cla, ins, p1, p2, data, le })
    }

    /// The part of a transparent file that READ BINARY asks for: from the offset in P2, as many bytes
    /// as Le says; Le = 00 reads to the end (`docs/spec/card.md` 3, 8.3).
    ///
    /// # Errors
    /// [`Sw::WRONG_OFFSET`] at or beyond the end. Unless `rule` is lenient: [`Sw::WRONG_LENGTH`] without
    /// Le, and `6Cxx` with what is left when Le asks for more.
    pub fn part_of<'f>(&self, file: &'f [u8], rule: LeRule) -> Result<&'f [u8], Sw> {
        let rest = match file.get(usize::from(self.p2)..) {
            Some([]) | None => return Err(Sw::WRONG_OFFSET),
            Some(rest) => rest,
        };
        let lenient = rule == LeRule::Lenient;
        match self.le {
            None if !lenient => Err(Sw::WRONG_LENGTH),
            None | Some(256) => Ok(rest),
            Some(le) => match rest.get(..usize::from(le)) {
                Some(part) => Ok(part),
                None if lenient => Ok(rest),
                None => Err(Sw::wrong_le(rest.len())),
            },
        }
    }

    /// A record, which READ RECORD gives whole: Le has to be 00 or its length.
    ///
    /// # Errors
    /// Unless `rule` is lenient: [`Sw::WRONG_LENGTH`] without Le, and `6Cxx` with the true length for any
    /// other (`docs/spec/card.md` 3, 8.3).
    pub fn whole<'f>(&self, record: &'f [u8], rule: LeRule) -> Result<&'f [u8], Sw> {
        match self.le {
            _ if rule == LeRule::Lenient => Ok(record),
            None => Err(Sw::WRONG_LENGTH),
            Some(256) => Ok(record),
            Some(le) if usize::from(le) == record.len() => Ok(record),
            Some(_) => Err(Sw::wrong_le(record.len())),
        }
    }

    /// Whether an answer of `length` bytes is what the sender expects: Le absent, 00 or exact.
    ///
    /// # Errors
    /// What `rule` answers to any other Le.
    pub fn expect(&self, length: usize, rule: LeRule) -> Result<(), Sw> {
        match self.le {
            None | Some(256) => Ok(()),
            Some(le) if usize::from(le) == length => Ok(()),
            Some(_) => match rule {
                LeRule::Strict => Err(Sw::WRONG_LENGTH),
                LeRule::Correcting => Err(Sw::wrong_le(length)),
                LeRule::Lenient => Ok(()),
            },
        }
    }
}

/// How a device takes a Le that is not the length of its answer (`docs/spec/card.md` 8.1, 8.3).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum LeRule {
    /// 6700; `6Cxx` is for READ BINARY and READ RECORD alone (our reading of `docs/spec/card.md` 3).
    #[default]
    Strict,
    /// `6Cxx` with the length, whatever the command.
    Correcting,
    /// Le is not looked at; where it says how much to read, more than there is reads what there is.
    Lenient,
}

#[cfg(test)]
mod tests {
    use super::*;
    use iso7816::command::{CommandView, FromSliceError};
    use proptest::prelude::*;
    use std::vec::Vec;

    /// The same by the iso7816 crate, which knows the extended form too and slices what it found.
    fn second_opinion(bytes: &[u8]) -> Result<Command<'_>, Sw> {
        let view = CommandView::try_from(bytes).map_err(|fault| match fault {
            FromSliceError::InvalidClass => Sw::UNKNOWN_CLASS,
            _ => Sw::WRONG_LENGTH,
        })?;
        if view.extended {
            return Err(Sw::WRONG_LENGTH);
        }
        let le = u16::try_from(view.expected()).unwrap();
        let (p1, p2) = (view.p1, view.p2);
        Ok(Command { cla: bytes[0], ins: bytes[1], p1, p2, data: view.data(), le: (le > 0).then_some(le) })
    }

    proptest! {
        #[test]
        fn framed_as_iso7816_does(
            header: [u8; 4],
            lc in prop_oneof![Just(0u8), 1..6u8, any::<u8>()],
            tail in prop_oneof![any::<Vec<u8>>(), prop::collection::vec(any::<u8>(), 0..9)],
            cut in 0..12usize,
        ) {
            let bytes = [&header[..], &[lc], &tail].concat();
            for bytes in [&bytes[..], &bytes[..cut.min(bytes.len())]] {
                prop_assert_eq!(Command::parse(bytes), second_opinion(bytes));
            }
        }

        #[test]
        fn an_lc_that_fits_with_le_and_without(header: [u8; 4], data: Vec<u8>, more in 0..3usize) {
            let data = &data[..data.len().min(255)];
            let lc = u8::try_from(data.len()).unwrap();
            let bytes = [&header[..], &[lc], data, &[0x00, 0x07][..more]].concat();
            prop_assert_eq!(Command::parse(&bytes), second_opinion(&bytes));
        }
    }
}
