//! Blocks: what ISO/IEC 14443-4 puts around an APDU (7.1), as bytes and as a value.
//!
//! ```text
//!        b8 b7 b6 b5    b4  b3   b2 b1
//! I       0  0  0 chain CID NAD  1  number    [CID] [NAD] INF CRC
//! R       1  0  1 nak   CID  0   1  number    [CID]           CRC
//! S       1  1  w w     CID  0   1  0         [CID] [WTXM]    CRC     ww: 00 DESELECT, 11 WTX
//! ```

use crate::crc;
use crate::frame::Frame;

/// A block, without its CRC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Block<'b> {
    /// Which of several cards is meant, 0 to 14, if the block says.
    pub cid: Option<u8>,
    /// What it is.
    pub kind: Kind<'b>,
}

/// What a block is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind<'b> {
    /// A piece of an APDU.
    Information {
        /// The block number, 0 or 1.
        number: u8,
        /// More pieces follow.
        chaining: bool,
        /// The piece.
        inf: &'b [u8],
    },
    /// Heard, R(ACK).
    Acknowledge(u8),
    /// Not heard, R(NAK).
    Repeat(u8),
    /// S(DESELECT): ends the conversation.
    Deselect,
    /// S(WTX): more time is asked for, or given. The multiplier of the frame waiting time, 1 to 59.
    MoreTime(u8),
}

/// The largest multiplier of the frame waiting time (`docs/spec/terminal.md` 5.2).
pub const MOST_TIME: u8 = 59;

const CHAINING: u8 = 0x10;
const CID: u8 = 0x08;
const NAD: u8 = 0x04;

/// Bytes around the INF of an I-block: PCB, the CID if it has one, CRC.
#[must_use]
pub const fn overhead(cid: Option<u8>) -> usize {
    1 + cid.is_some() as usize + crc::LEN
}

impl<'b> Block<'b> {
    /// Reads a block from what stands before its CRC; `None` when it is none by ISO/IEC 14443-4 7.1.
    ///
    /// A node address is skipped: no card here has several.
    ///
    /// ```
    /// use tunion_link::block::{Block, Kind};
    /// let block = Block::parse(&[0x02, 0x90, 0x00]).unwrap();
    /// let wanted = Kind::Information { number: 0, chaining: false, inf: &[0x90, 0x00] };
    /// assert_eq!((block.cid, block.kind), (None, wanted));
    /// assert_eq!(Block::parse(&[0xE0, 0x50]), None);
    /// ```
    #[must_use]
    pub fn parse(bytes: &'b [u8]) -> Option<Self> {
        let (&pcb, mut rest) = bytes.split_first()?;
        let number = pcb & 0x01;
        let mut cid = None;
        if pcb & CID != 0 {
            let (&byte, after) = rest.split_first()?;
            // The high bits are the card's power level.
            cid = Some(byte & 0x0F);
            rest = after;
        }
        let kind = match pcb & 0xE6 {
            0x02 | 0x06 => {
                if pcb & NAD != 0 {
                    rest = rest.split_first()?.1;
                }
                return Some(Self {
                    cid,
                    kind: Kind::Information { number, chaining: pcb & CHAINING != 0, inf: rest },
                });
            }
            0xA2 if rest.is_empty() && pcb & CHAINING == 0 => Kind::Acknowledge(number),
            0xA2 if rest.is_empty() => Kind::Repeat(number),
            0xC2 if rest.is_empty() && pcb & 0x11 == 0 => Kind::Deselect,
            0xE2 if pcb & 0x11 == CHAINING => match rest {
                // The high bits are the card's power level.
                [byte] => match byte & 0x3F {
                    0 => return None,
                    times => Kind::MoreTime(times.min(MOST_TIME)),
                },
                _ => return None,
            },
            _ => return None,
        };
        Some(Self { cid, kind })
    }

    /// Writes the block and its CRC. Of an INF that is too long for a frame the end is left out; whoever cuts it
    /// by FSC or FSD never has one.
    pub fn write(&self, frame: &mut Frame) {
        let pcb = match self.kind {
            Kind::Information { number, chaining, .. } => {
                0x02 | number & 1 | if chaining { CHAINING } else { 0 }
            }
            Kind::Acknowledge(number) => 0xA2 | number & 1,
            Kind::Repeat(number) => 0xB2 | number & 1,
            Kind::Deselect => 0xC2,
            Kind::MoreTime(_) => 0xF2,
        };
        frame.clear();
        match self.cid {
            Some(cid) => frame.extend(&[pcb | CID, cid]),
            None => frame.extend(&[pcb]),
        }
        match self.kind {
            Kind::Information { inf, .. } => frame.extend(inf),
            Kind::MoreTime(times) => frame.extend(&[times]),
            _ => {}
        }
        frame.close();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn written(cid: Option<u8>, kind: Kind<'_>) -> Frame {
        let mut frame = Frame::default();
        Block { cid, kind }.write(&mut frame);
        frame
    }

    /// The bytes by ISO/IEC 14443-4 7.1.1.
    #[test]
    fn the_bytes_of_each_kind() {
        let inf: &[u8] = &[0xAA];
        let cases: [(Option<u8>, Kind<'_>, &[u8]); 9] = [
            (None, Kind::Information { number: 0, chaining: false, inf }, &[0x02, 0xAA]),
            (None, Kind::Information { number: 1, chaining: true, inf }, &[0x13, 0xAA]),
            (Some(3), Kind::Information { number: 0, chaining: true, inf }, &[0x1A, 3, 0xAA]),
            (None, Kind::Acknowledge(0), &[0xA2]),
            (Some(14), Kind::Acknowledge(1), &[0xAB, 14]),
            (None, Kind::Repeat(1), &[0xB3]),
            (None, Kind::Deselect, &[0xC2]),
            (Some(1), Kind::Deselect, &[0xCA, 1]),
            (Some(1), Kind::MoreTime(2), &[0xFA, 1, 2]),
        ];
        for (cid, kind, bytes) in cases {
            let frame = written(cid, kind);
            assert_eq!(crc::check(frame.bytes()), Some(bytes), "{kind:?}");
            assert_eq!(Block::parse(bytes), Some(Block { cid, kind }));
        }
    }

    #[test]
    fn what_is_no_block() {
        // Reserved bits, an R or S block with a tail, no multiplier or one of nothing, a CID that is not there.
        for bytes in
            [&[][..], &[0x00], &[0x22], &[0x42], &[0x62], &[0xA2, 1], &[0xA6], &[0xC2, 1], &[0xD2], &[0xF2]]
        {
            assert_eq!(Block::parse(bytes), None, "{bytes:02X?}");
        }
        assert_eq!(Block::parse(&[0xF2, 0xC0]), None);
        assert_eq!(Block::parse(&[0x0A]), None);
        // A multiplier that is reserved is the largest (`docs/spec/terminal.md` 5.2).
        assert_eq!(Block::parse(&[0xF2, 0xFF]).unwrap().kind, Kind::MoreTime(MOST_TIME));
    }

    proptest! {
        /// What is read is what is written, but for a node address and a power level.
        #[test]
        fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            if let Some(block) = Block::parse(&bytes) {
                let frame = written(block.cid, block.kind);
                let again = Block::parse(crc::check(frame.bytes()).unwrap());
                prop_assert_eq!(again, Some(block));
            }
        }
    }
}
