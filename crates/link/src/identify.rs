//! The card before its first block: ISO/IEC 14443-3 6.

use crate::activation::{HLTA, NVB_ALL, REQA, SAK_CASCADE, SAK_PART_4, SEL, Uid, WUPA};
use crate::frame::{Frame, Received};

/// What the card has said of itself.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Standing {
    /// Waits for REQA or WUPA.
    #[default]
    Idle,
    /// Waits for WUPA.
    Halted,
    /// Tells its UID, from this cascade level on. `halted` is where a frame that is not for it leads back to.
    Ready { level: usize, halted: bool },
    /// Selected; RATS may come.
    Active { halted: bool },
}

/// What a frame comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Told {
    Nothing,
    Send,
    /// It is for the next layer.
    Part4,
}

impl Standing {
    const fn back(halted: bool) -> Self {
        if halted { Self::Halted } else { Self::Idle }
    }

    /// Takes a frame; an answer is put into `out`.
    pub(crate) fn hear(&mut self, uid: &Uid, part_4: bool, received: Received<'_>, out: &mut Frame) -> Told {
        let frame = received.frame;
        if received.damaged {
            return self.lose();
        }
        if frame.bits() == 7 {
            return self.wake(uid, frame.bytes().first().copied(), out);
        }
        match *self {
            Self::Idle | Self::Halted => Told::Nothing,
            Self::Ready { level, halted } => self.select(uid, part_4, received, (level, halted), out),
            Self::Active { halted } => match received.checked() {
                Some(bytes) if bytes == HLTA => {
                    *self = Self::Halted;
                    Told::Nothing
                }
                // What follows is the next layer's; one that does not speak it goes back.
                Some(_) if part_4 => Told::Part4,
                _ => {
                    *self = Self::back(halted);
                    Told::Nothing
                }
            },
        }
    }

    fn wake(&mut self, uid: &Uid, byte: Option<u8>, out: &mut Frame) -> Told {
        let halted = *self == Self::Halted;
        match (*self, byte) {
            (Self::Idle, Some(REQA | WUPA)) | (Self::Halted, Some(WUPA)) => {
                *self = Self::Ready { level: 0, halted };
                out.set_plain(&uid.atqa());
                Told::Send
            }
            _ => self.lose(),
        }
    }

    /// A frame that is not for it: whoever was awake goes back to where it came from.
    fn lose(&mut self) -> Told {
        if let Self::Ready { halted, .. } | Self::Active { halted } = *self {
            *self = Self::back(halted);
        }
        Told::Nothing
    }

    fn select(
        &mut self,
        uid: &Uid,
        part_4: bool,
        received: Received<'_>,
        (level, halted): (usize, bool),
        out: &mut Frame,
    ) -> Told {
        let own = uid.level(level);
        let bytes = received.frame.bytes();
        let [sel, nvb, known @ ..] = bytes else { return self.lose() };
        if SEL.get(level) != Some(sel) {
            return self.lose();
        }
        if *nvb == NVB_ALL {
            if received.checked().and_then(|all| all.get(2..)) != Some(&own) {
                return self.lose();
            }
            let more = level + 1 < uid.levels();
            *self = if more { Self::Ready { level: level + 1, halted } } else { Self::Active { halted } };
            let kind = if part_4 { SAK_PART_4 } else { 0 };
            out.clear();
            out.extend(&[if more { SAK_CASCADE | kind } else { kind }]);
            out.close();
            return Told::Send;
        }
        // NVB counts bytes from SEL on in its high half, and bits beyond them in its low half.
        let valid = (u16::from(nvb >> 4) * 8 + u16::from(nvb & 0x0F)).saturating_sub(16);
        let sent = received.frame.bits().saturating_sub(16);
        if valid != sent || valid >= 40 || !begins_with(own, known, valid) {
            // Another card is meant; this one waits for the next round (ISO/IEC 14443-3 6.5.3).
            return if valid == sent && valid < 40 { Told::Nothing } else { self.lose() };
        }
        *out = Frame::after_bits(&own, valid);
        Told::Send
    }
}

/// Whether the first `bits` of the five bytes are those that are known.
fn begins_with(own: [u8; 5], known: &[u8], bits: u16) -> bool {
    (0..bits).all(|bit| bit_of(&own, bit) == bit_of(known, bit))
}

/// A bit, the lowest of a byte first.
pub(crate) fn bit_of(bytes: &[u8], bit: u16) -> bool {
    bytes.get(usize::from(bit / 8)).is_some_and(|byte| byte >> (bit % 8) & 1 == 1)
}
