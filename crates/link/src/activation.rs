//! What card and reader say before the first block: ISO/IEC 14443-3 6, ISO/IEC 14443-4 5.

use crate::time::{DEFAULT_FWI, Rate};
use heapless::Vec;

/// REQA: who is there? A short frame.
pub const REQA: u8 = 0x26;
/// WUPA: who is there, halted ones too? A short frame.
pub const WUPA: u8 = 0x52;
/// SEL of the three cascade levels.
pub const SEL: [u8; 3] = [0x93, 0x95, 0x97];
/// NVB of SELECT: all 40 bits of the level stand behind it.
pub const NVB_ALL: u8 = 0x70;
/// The cascade tag: the UID goes on at the next level.
pub const CASCADE_TAG: u8 = 0x88;
/// SAK: the UID is not complete.
pub const SAK_CASCADE: u8 = 0x04;
/// SAK: the card speaks ISO/IEC 14443-4.
pub const SAK_PART_4: u8 = 0x20;
/// HLTA.
pub const HLTA: [u8; 2] = [0x50, 0x00];
/// RATS.
pub const RATS: u8 = 0xE0;
/// PPSS, with the CID in its low half.
pub const PPSS: u8 = 0xD0;
/// PPS0: PPS1 follows.
pub const PPS0: u8 = 0x11;

/// Frame sizes by FSDI and FSCI (`docs/spec/terminal.md` 5.2).
pub const FRAME_SIZES: [u16; 9] = [16, 24, 32, 40, 48, 64, 96, 128, 256];

/// The frame size of an FSDI or FSCI; those that are reserved are taken as 8 (ISO/IEC 14443-4 5.2.3).
#[must_use]
pub fn frame_size(index: u8) -> usize {
    usize::from(FRAME_SIZES.get(usize::from(index)).copied().unwrap_or(256))
}

/// The FSDI or FSCI of a frame size, if it is one of the nine.
#[must_use]
pub fn frame_size_index(size: u16) -> Option<u8> {
    FRAME_SIZES.iter().position(|of| *of == size).and_then(|index| u8::try_from(index).ok())
}

/// A card's UID: 4, 7 or 10 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Uid {
    bytes: [u8; 10],
    levels: u8,
}

impl Uid {
    /// Four bytes.
    #[must_use]
    pub const fn single(uid: [u8; 4]) -> Self {
        let [a, b, c, d] = uid;
        Self { bytes: [a, b, c, d, 0, 0, 0, 0, 0, 0], levels: 1 }
    }

    /// Seven bytes, the first the manufacturer.
    #[must_use]
    pub const fn double(uid: [u8; 7]) -> Self {
        let mut bytes = [0; 10];
        let (head, _) = bytes.split_at_mut(uid.len());
        head.copy_from_slice(&uid);
        Self { bytes, levels: 2 }
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.levels) * 3 + 1).unwrap_or_default()
    }

    /// On how many cascade levels it is told.
    #[must_use]
    pub const fn levels(&self) -> usize {
        self.levels as usize
    }

    /// The five bytes of a cascade level: four of the UID, or the cascade tag and three, and their check byte.
    #[must_use]
    pub fn level(&self, level: usize) -> [u8; 5] {
        let byte = |index: usize| self.bytes.get(level * 3 + index).copied().unwrap_or(0);
        let [a, b, c, d] = if level + 1 < self.levels() {
            [CASCADE_TAG, byte(0), byte(1), byte(2)]
        } else {
            [byte(0), byte(1), byte(2), byte(3)]
        };
        [a, b, c, d, a ^ b ^ c ^ d]
    }

    /// ATQA of a card with this UID: its size, and bit frame anticollision by bit 3.
    #[must_use]
    pub const fn atqa(&self) -> [u8; 2] {
        [(self.levels - 1) << 6 | 0x04, 0x00]
    }
}

/// Collects a UID level by level.
#[derive(Clone, Debug, Default)]
pub(crate) struct UidParts(Vec<u8, 10>);

impl UidParts {
    /// Adds what a level tells; `more` when it began with the cascade tag.
    pub(crate) fn add(&mut self, level: [u8; 5], more: bool) {
        let [tag, rest @ .., _] = level;
        if !more {
            let _ = self.0.push(tag);
        }
        // Three levels of three bytes and one more are ten.
        let _ = self.0.extend_from_slice(&rest);
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

/// What a card answers to RATS: `TL T0 TA1 TB1 TC1` and historical bytes (`docs/spec/terminal.md` 5.2).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ats {
    /// The size of the frames that the card takes, as FSCI.
    pub fsci: u8,
    /// The fastest rate in both directions; those below it are offered too.
    pub fastest: Rate,
    /// Frame waiting time, as FWI.
    pub fwi: u8,
    /// Start-up frame guard time, as SFGI.
    pub sfgi: u8,
    /// Whether it takes a CID.
    pub cid: bool,
    /// Historical bytes.
    pub historical: Vec<u8, 15>,
}

impl Default for Ats {
    /// What holds where a card does not say: FSC 32, 106 kbit/s, FWI 4, SFGI 0, CID taken (ISO/IEC 14443-4 5.2).
    fn default() -> Self {
        Self { fsci: 2, fastest: Rate::R106, fwi: DEFAULT_FWI, sfgi: 0, cid: true, historical: Vec::new() }
    }
}

impl Ats {
    /// Its bytes, without the CRC.
    #[must_use]
    pub fn encode(&self) -> Vec<u8, 20> {
        let offered = (1_u8 << self.fastest.exponent()) - 1;
        let length = u8::try_from(5 + self.historical.len()).unwrap_or(5);
        let mut bytes = Vec::new();
        let head = [
            length,
            0x70 | self.fsci & 0x0F,
            offered << 4 | offered,
            self.fwi << 4 | self.sfgi & 0x0F,
            u8::from(self.cid) << 1,
        ];
        // Five and fifteen are twenty.
        let _ = bytes.extend_from_slice(&head);
        let _ = bytes.extend_from_slice(&self.historical);
        bytes
    }

    /// Reads an ATS; `None` when its length byte is not its length or one of the bytes it announces is missing.
    ///
    /// A rate counts when both directions have it: what one direction alone has is not used here.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let mut ats = Self::default();
        let (&length, rest) = bytes.split_first()?;
        if usize::from(length) != bytes.len() {
            return None;
        }
        let Some((&t0, mut rest)) = rest.split_first() else { return Some(ats) };
        ats.fsci = (t0 & 0x0F).min(8);
        let mut next = |there: u8| {
            if t0 & there == 0 {
                return Some(None);
            }
            let (&byte, after) = rest.split_first()?;
            rest = after;
            Some(Some(byte))
        };
        let (ta, tb, tc) = (next(0x10)?, next(0x20)?, next(0x40)?);
        if let Some(ta) = ta {
            let both = ta & 0x07 & ta >> 4;
            let has = |rate: &&Rate| **rate == Rate::R106 || both & (1 << (rate.exponent() - 1)) != 0;
            ats.fastest = Rate::ALL.iter().rfind(has).copied().unwrap_or_default();
        }
        if let Some(tb) = tb {
            (ats.fwi, ats.sfgi) = (tb >> 4, tb & 0x0F);
        }
        if let Some(tc) = tc {
            ats.cid = tc & 0x02 != 0;
        }
        ats.historical = Vec::from_slice(rest).ok()?;
        Some(ats)
    }
}

/// PPS1 for a rate: DSI and DRI (ISO/IEC 14443-4 5.3.3).
#[must_use]
pub const fn pps1(rate: Rate) -> u8 {
    rate.exponent() << 2 | rate.exponent()
}

/// The rate of a PPS1, if it is the same in both directions.
#[must_use]
pub fn rate_of_pps1(pps1: u8) -> Option<Rate> {
    Rate::ALL.into_iter().find(|rate| self::pps1(*rate) == pps1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ats_is_what_it_says() {
        for fsci in 0..=8 {
            for fastest in Rate::ALL {
                let ats = Ats {
                    fsci,
                    fastest,
                    fwi: 8,
                    sfgi: 1,
                    cid: fsci % 2 == 0,
                    historical: Vec::from_slice(b"T-UNION").unwrap(),
                };
                assert_eq!(Ats::parse(&ats.encode()), Some(ats));
            }
        }
    }

    #[test]
    fn what_a_card_does_not_say() {
        assert_eq!(Ats::parse(&[1]), Some(Ats::default()));
        let short = Ats::parse(&[2, 0x05]).unwrap();
        assert_eq!((short.fsci, short.fwi), (5, 4));
        // A length that is not its own, a byte that is announced and missing.
        assert_eq!(Ats::parse(&[]), None);
        assert_eq!(Ats::parse(&[3, 0x05]), None);
        assert_eq!(Ats::parse(&[2, 0x15]), None);
        // 848 from the card, 424 to it: 424 is what both have, if the card says so in both halves.
        assert_eq!(Ats::parse(&[3, 0x15, 0x73]).unwrap().fastest, Rate::R424);
    }

    /// A double UID as ISO/IEC 14443-3 6.5.4 tells it.
    #[test]
    fn a_uid_on_its_levels() {
        let uid = Uid::double([0x04, 1, 2, 3, 4, 5, 6]);
        assert_eq!(uid.level(0), [0x88, 0x04, 1, 2, 0x88 ^ 0x04 ^ 1 ^ 2]);
        assert_eq!(uid.level(1), [3, 4, 5, 6, 3 ^ 4 ^ 5 ^ 6]);
        assert_eq!((uid.atqa(), uid.bytes().len()), ([0x44, 0], 7));
        let uid = Uid::single([1, 2, 3, 4]);
        assert_eq!((uid.level(0), uid.atqa(), uid.bytes()), ([1, 2, 3, 4, 4], [4, 0], &[1, 2, 3, 4][..]));
    }
}
