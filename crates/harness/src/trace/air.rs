//! ISO 14443 frames: what they are called, and blocks made of APDUs.
//!
//! Only what a frame says of itself is read; in which state reader and card are is `docs/spec/terminal.md` 5's
//! and the link's business.

use super::file::Dir;
use super::raw::Raw;
use std::ops::Range;
use tunion_link::crc::{self, LEN as CRC_LEN, of as crc_a};

/// Whether the last two bytes are the CRC of those before.
pub(super) fn has_crc(frame: &[u8]) -> bool {
    crc::check(frame).is_some_and(|body| !body.is_empty())
}

/// A frame of which digits may be hidden: these are zeros, under a CRC that holds, since only that of a frame that
/// had a right one is hidden.
pub(super) fn with_crc(frame: &Raw) -> Vec<u8> {
    let mut bytes = frame.bytes().to_vec();
    let body = bytes.len().saturating_sub(CRC_LEN);
    if frame.mask(body) != 0 {
        bytes.truncate(body);
        bytes.extend(crc_a(&bytes));
    }
    bytes
}

/// An I-block that carries a whole APDU, with its CRC: PCB `02` or `03`, no CID, no NAD, no chaining.
pub(super) fn i_block(number: bool, apdu: &[u8]) -> Vec<u8> {
    let mut block = Vec::with_capacity(apdu.len() + 1 + CRC_LEN);
    block.push(0x02 | u8::from(number));
    block.extend_from_slice(apdu);
    block.extend(crc_a(&block));
    block
}

/// Where the part of an APDU lies in a frame; `None` for what is no I-block.
pub(super) fn information(frame: &[u8]) -> Option<Range<usize>> {
    let pcb = *frame.first().filter(|_| has_crc(frame))?;
    // 000c in1n: an I-block, with CID and NAD if their bits are set.
    if pcb & 0xE2 != 0x02 {
        return None;
    }
    let prologue = 1 + usize::from(pcb & 0x08 != 0) + usize::from(pcb & 0x04 != 0);
    let end = frame.len() - CRC_LEN;
    (prologue <= end).then_some(prologue..end)
}

/// What a frame is called. A frame from the card before a block was exchanged says nothing of what it is: it is
/// named by its length.
pub(super) fn say(dir: Dir, frame: &[u8]) -> String {
    let to_card = dir == Dir::To;
    let name = match (dir, frame) {
        (Dir::Lost, []) => "lost",
        (_, []) => "an empty frame",
        (_, [0x26]) => "REQA",
        (_, [0x52]) => "WUPA",
        (_, [0x93 | 0x95 | 0x97, 0x20]) => "ANTICOLLISION",
        (_, [0x93 | 0x95 | 0x97, 0x70, ..]) => "SELECT UID",
        (_, [0x50, 0x00, ..]) if has_crc(frame) => "HLTA",
        (_, [0xE0, _, _, _]) if has_crc(frame) => "RATS",
        (_, [pcb, _, ..]) if pcb & 0xF0 == 0xD0 && frame.len() <= 5 && has_crc(frame) => "PPS",
        (Dir::From, [_, _]) => "ATQA",
        // R-blocks, S-blocks and an empty I-block have a bit that no SAK of ours has.
        (Dir::From, [sak, _, _]) if sak & 0x82 == 0 && has_crc(frame) => "SAK",
        (Dir::From, [_, _, _, _, bcc]) if *bcc == frame[..4].iter().fold(0, |sum, byte| sum ^ byte) => "UID",
        _ if !has_crc(frame) => "a frame whose CRC does not hold",
        (_, [pcb, ..]) => return block(*pcb, frame, to_card),
    };
    name.to_owned()
}

/// A block by its PCB (ISO/IEC 14443-4 7.1.1).
fn block(pcb: u8, frame: &[u8], to_card: bool) -> String {
    let number = pcb & 0x01;
    // The ATS begins with its own length, which takes in no CRC.
    if !to_card && usize::from(pcb) + CRC_LEN == frame.len() && frame.len() > 3 {
        return "ATS".to_owned();
    }
    match pcb {
        _ if pcb & 0xE2 == 0x02 => {
            let bytes = information(frame).map_or(0, |part| part.len());
            let chained = if pcb & 0x10 == 0 { "" } else { ", more follows" };
            format!("I({number}) {bytes} bytes{chained}")
        }
        _ if pcb & 0xE6 == 0xA2 => {
            let kind = if pcb & 0x10 == 0 { "ACK" } else { "NAK" };
            format!("R({kind}) {number}")
        }
        _ if pcb & 0xF7 == 0xC2 => "S(DESELECT)".to_owned(),
        _ if pcb & 0xF7 == 0xF2 => {
            let at = 1 + usize::from(pcb & 0x08 != 0);
            let times = frame.get(at).map_or(0, |inf| inf & 0x3F);
            format!("S(WTX) {times} times")
        }
        _ => "a block of no known kind".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Frames as ISO/IEC 14443-3 annex B and -4 print them.
    #[test]
    fn frames_are_named() {
        let with_crc = |bytes: &[u8]| [bytes, &crc_a(bytes)].concat();
        assert_eq!(crc_a(&[0x00, 0x00]), [0xA0, 0x1E]);
        assert_eq!(crc_a(&[0x12, 0x34]), [0x26, 0xCF]);
        let to = |bytes: &[u8]| say(Dir::To, bytes);
        let from = |bytes: &[u8]| say(Dir::From, bytes);
        assert_eq!(to(&[0x26]), "REQA");
        assert_eq!(from(&[0x04, 0x00]), "ATQA");
        assert_eq!(to(&[0x93, 0x20]), "ANTICOLLISION");
        assert_eq!(from(&[0x88, 0x04, 0xCF, 0xFF, 0xBC]), "UID");
        assert_eq!(to(&with_crc(&[0x93, 0x70, 0x88, 0x04, 0xCF, 0xFF, 0xBC])), "SELECT UID");
        assert_eq!(from(&with_crc(&[0x20])), "SAK");
        assert_eq!(to(&with_crc(&[0xE0, 0x50])), "RATS");
        assert_eq!(from(&with_crc(&[0x05, 0x78, 0x80, 0x70, 0x02])), "ATS");
        assert_eq!(to(&with_crc(&[0xD0, 0x11, 0x00])), "PPS");
        assert_eq!(to(&i_block(false, &[0x00, 0x84, 0, 0, 4])), "I(0) 5 bytes");
        assert_eq!(to(&with_crc(&[0x13, 0x00])), "I(1) 1 bytes, more follows");
        assert_eq!(to(&with_crc(&[0x0A, 0x01, 0x00])), "I(0) 1 bytes");
        assert_eq!(from(&with_crc(&[0xA3])), "R(ACK) 1");
        assert_eq!(to(&with_crc(&[0xB2])), "R(NAK) 0");
        assert_eq!(to(&with_crc(&[0xC2])), "S(DESELECT)");
        assert_eq!(from(&with_crc(&[0xF2, 0x0B])), "S(WTX) 11 times");
        assert_eq!(to(&with_crc(&[0x50, 0x00])), "HLTA");
        assert_eq!(from(&[0x02, 0x90, 0x00, 0x12, 0x34]), "a frame whose CRC does not hold");
        assert_eq!(say(Dir::Lost, &[]), "lost");
    }

    #[test]
    fn an_apdu_lies_in_its_block() {
        let block = i_block(true, &[0x90, 0x00]);
        assert_eq!(block[0], 0x03);
        assert_eq!(information(&block), Some(1..3));
        assert_eq!(information(&[0xA2, 0x00, 0x00]), None);
    }
}
