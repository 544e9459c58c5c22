//! The answers to SELECT: the directory (PPSE) and the application's FCI
//! (`docs/spec/card.md` 1).

use crate::file::AppInfo;
use crate::tlv;

/// The e-purse application `MOT_T_EP`, 电子钱包. An instance may carry a suffix up to 16 bytes
/// (`docs/spec/card.md` 1.1).
pub const EP_AID: [u8; 8] = [0xA0, 0x00, 0x00, 0x06, 0x32, 0x01, 0x01, 0x05];

/// The name of the contactless directory, `2PAY.SYS.DDF01` (`docs/spec/card.md` 1.2).
pub const PPSE: &[u8; 14] = b"2PAY.SYS.DDF01";

/// The e-purse's label in the directory; readers compare it letter by letter.
pub const EP_LABEL: &[u8; 8] = b"MOT_T_EP";

/// The e-cash application `MOT_T_CASH`, 电子现金, that a card with both lists first
/// (`docs/spec/card.md` 1.2). This project has no such application.
pub const E_CASH: Directory<'static> =
    Directory { aid: &[0xA0, 0x00, 0x00, 0x06, 0x32, 0x01, 0x01, 0x06], label: b"MOT_T_CASH", priority: 1 };

/// The name of the older directory, `1PAY.SYS.DDF01` (`docs/spec/card.md` 1.2).
pub const PSE: &[u8; 14] = b"1PAY.SYS.DDF01";

/// What a real card answers to SELECT of [`PSE`] (`docs/spec/card.md` 1.2).
pub const PSE_ANSWER: &[u8; 23] = b"\x6F\x15\x84\x0E1PAY.SYS.DDF01\xA5\x03\x88\x01\x01";

/// Longest name of an application.
pub const MAX_AID: usize = 16;

const FCI: u16 = 0x6F;
const DF_NAME: u16 = 0x84;
const PROPRIETARY: u16 = 0xA5;
const ISSUER_DISCRETIONARY: u16 = 0xBF0C;
const DIRECTORY_ENTRY: u16 = 0x61;
const AID: u16 = 0x4F;
const LABEL: u16 = 0x50;
const PRIORITY: u16 = 0x87;
const VERSION: u16 = 0x9F08;
const PREFERRED_NAME: u16 = 0x9F12;
const ISSUER_DATA: u16 = 0x9F0C;

/// What is wrong with an answer to SELECT.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FciError {
    /// The TLV structure is cut short, or a template is missing.
    Malformed,
    /// There is no issuer data (9F0C), or it is not the 30 bytes of EF 15.
    NoAppInfo,
}

/// Writes objects from the back to the front, so that every length is known when it is written.
struct Writer<'a> {
    buffer: &'a mut [u8],
    start: usize,
}

impl<'a> Writer<'a> {
    fn new(buffer: &'a mut [u8]) -> Self {
        let start = buffer.len();
        Self { buffer, start }
    }

    fn put(&mut self, bytes: &[u8]) -> Option<()> {
        let start = self.start.checked_sub(bytes.len())?;
        self.buffer.get_mut(start..self.start)?.copy_from_slice(bytes);
        self.start = start;
        Some(())
    }

    /// Puts tag and length in front of all that was written since `end` was the start.
    fn wrap(&mut self, tag: u16, end: usize) -> Option<()> {
        let length = u8::try_from(end.checked_sub(self.start)?).ok()?;
        if length > 0x7F {
            self.put(&[0x81, length])?;
        } else {
            self.put(&[length])?;
        }
        match tag.to_be_bytes() {
            [0, low] => self.put(&[low]),
            both => self.put(&both),
        }
    }

    fn object(&mut self, tag: u16, value: &[u8]) -> Option<()> {
        let end = self.start;
        self.put(value)?;
        self.wrap(tag, end)
    }

    /// What was written, where it lies: at the end of the buffer.
    fn finish(self) -> Option<&'a [u8]> {
        self.buffer.get(self.start..)
    }
}

/// The FCI of the e-purse application (`docs/spec/card.md` 1.3).
///
/// ```text
/// 6F ┬ 84 name
///    ├ A5 ┬ 50 label · 87 priority        on some cards
///    │    ├ 9F08 version
///    │    ├ 9F12 preferred name           on some cards
///    │    └ 9F0C issuer data: EF 15
///    └ 00 …                               on some cards
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Fci<'a> {
    /// The application's full name, 8 to 16 bytes.
    pub df_name: &'a [u8],
    /// Application label (50), empty where there is none.
    pub label: &'a [u8],
    /// Application priority (87).
    pub priority: Option<u8>,
    /// Application version (9F08): one byte `02` on most cards, two on some.
    pub version: &'a [u8],
    /// Preferred name (9F12), empty where there is none.
    pub preferred_name: &'a [u8],
    /// Zero bytes after the proprietary template, as one wearable has them.
    pub padding: usize,
    /// Issuer discretionary data (9F0C): an exact copy of EF 15.
    pub info: &'a [u8; AppInfo::LEN],
}

impl<'a> Fci<'a> {
    /// Writes the template into `out` and gives it, or `None` if `out` is too short. The typical card's
    /// answer is 51 bytes.
    #[must_use]
    pub fn encode<'o>(&self, out: &'o mut [u8]) -> Option<&'o [u8]> {
        let mut w = Writer::new(out);
        let end = w.start;
        for _ in 0..self.padding {
            w.put(&[0x00])?;
        }
        let proprietary = w.start;
        w.object(ISSUER_DATA, self.info)?;
        if !self.preferred_name.is_empty() {
            w.object(PREFERRED_NAME, self.preferred_name)?;
        }
        w.object(VERSION, self.version)?;
        if let Some(priority) = self.priority {
            w.object(PRIORITY, &[priority])?;
        }
        if !self.label.is_empty() {
            w.object(LABEL, self.label)?;
        }
        w.wrap(PROPRIETARY, proprietary)?;
        w.object(DF_NAME, self.df_name)?;
        w.wrap(FCI, end)?;
        w.finish()
    }

    /// Reads an FCI of any of the published shapes: objects it does not know are skipped, bytes
    /// after the template ignored.
    ///
    /// # Errors
    /// [`FciError`], when the templates are not there or hold no copy of EF 15.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, FciError> {
        let template = tlv::find(bytes, FCI).ok_or(FciError::Malformed)?;
        let df_name = tlv::find(template, DF_NAME).ok_or(FciError::Malformed)?;
        let proprietary = tlv::find(template, PROPRIETARY).ok_or(FciError::Malformed)?;
        let info = tlv::find(proprietary, ISSUER_DATA).ok_or(FciError::NoAppInfo)?;
        Ok(Self {
            df_name,
            label: tlv::find(proprietary, LABEL).unwrap_or_default(),
            priority: tlv::find(proprietary, PRIORITY).and_then(|p| p.first().copied()),
            version: tlv::find(proprietary, VERSION).unwrap_or_default(),
            preferred_name: tlv::find(proprietary, PREFERRED_NAME).unwrap_or_default(),
            padding: padding(template),
            info: info.try_into().map_err(|_| FciError::NoAppInfo)?,
        })
    }
}

/// How many bytes stand in a template after its proprietary one.
fn padding(template: &[u8]) -> usize {
    let mut rest = template;
    while let Ok((object, after)) = tlv::first(rest) {
        rest = after;
        if object.tag == PROPRIETARY {
            return rest.len();
        }
    }
    0
}

/// An entry of the directory that SELECT PPSE answers (`docs/spec/card.md` 1.2).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Directory<'a> {
    /// The application's name.
    pub aid: &'a [u8],
    /// Its label.
    pub label: &'a [u8],
    /// Its priority, 1 the highest.
    pub priority: u8,
}

impl<'a> Directory<'a> {
    /// Writes a directory of these entries, in their order, into `out` and gives it, or `None` if `out` is
    /// too short.
    #[must_use]
    pub fn encode<'o>(entries: &[Self], out: &'o mut [u8]) -> Option<&'o [u8]> {
        let mut w = Writer::new(out);
        let end = w.start;
        for entry in entries.iter().rev() {
            let end = w.start;
            w.object(PRIORITY, &[entry.priority])?;
            w.object(LABEL, entry.label)?;
            w.object(AID, entry.aid)?;
            w.wrap(DIRECTORY_ENTRY, end)?;
        }
        w.wrap(ISSUER_DISCRETIONARY, end)?;
        w.wrap(PROPRIETARY, end)?;
        w.object(DF_NAME, PPSE)?;
        w.wrap(FCI, end)?;
        w.finish()
    }

    /// The entries of a directory, in the card's order. Entries without a name are left out.
    pub fn entries(bytes: &'a [u8]) -> impl Iterator<Item = Directory<'a>> {
        let mut rest = tlv::find(bytes, FCI)
            .and_then(|fci| tlv::find(fci, PROPRIETARY))
            .and_then(|proprietary| tlv::find(proprietary, ISSUER_DISCRETIONARY))
            .unwrap_or_default();
        core::iter::from_fn(move || {
            while let Ok((entry, after)) = tlv::first(rest) {
                rest = after;
                if entry.tag != DIRECTORY_ENTRY {
                    continue;
                }
                if let Some(aid) = tlv::find(entry.value, AID) {
                    return Some(Directory {
                        aid,
                        label: tlv::find(entry.value, LABEL).unwrap_or_default(),
                        priority: tlv::find(entry.value, PRIORITY)
                            .and_then(|p| p.first().copied())
                            .unwrap_or(0),
                    });
                }
            }
            None
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::vec::Vec;

    fn hex(text: &str) -> Vec<u8> {
        let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
        digits.chunks(2).map(|p| u8::try_from(p[0] << 4 | p[1]).unwrap()).collect()
    }

    /// `docs/spec/card.md` 1.3, the samples; their card numbers are synthetic.
    const SAMPLES: [(&str, &str, &str); 5] = [
        (
            "Beijing",
            "6F318408A000000632010105A5259F0801029F0C1E01011000FFFFFFFF0201031051700100000000052019080620401231 0000",
            "3105170010000000005",
        ),
        (
            "Shanghai",
            "6F318408A000000632010105A5259F0801029F0C1E02002900FFFFFFFF02010310477004000000000120200115204012310114",
            "3104770040000000001",
        ),
        (
            "Nanjing",
            "6F318408A000000632010105A5259F0801029F0C1E00083010FFFFFFFF02010310483001000000000220220301204912310000",
            "3104830010000000002",
        ),
        (
            "the long form",
            "6F508408A000000632010105A54450084D4F545F545F45508701029F0801029F120F4341524420494D41474520303030319F0C1E
             02403640FFFFFFFF02010310499158500000000320210726202509308500",
            "3104991585000000003",
        ),
        (
            "the Shenzhen wearable, with four bytes after A5",
            "6F368408A000000632010105A5269F080200309F0C1E02215840FFFFFFFF02010310487040400000000420241107205411070000
             00000000",
            "3104870404000000004",
        ),
    ];

    #[test]
    fn every_published_fci_parses() {
        for (name, text, pan) in SAMPLES {
            let bytes = hex(text);
            let fci = Fci::parse(&bytes).unwrap_or_else(|e| panic!("{name}: {e:?}"));
            assert_eq!(fci.df_name, EP_AID, "{name}");
            assert_eq!(std::format!("{}", AppInfo::decode(fci.info).pan), pan, "{name}");
        }
    }

    #[test]
    fn every_published_fci_is_written_byte_for_byte() {
        for (name, text, _) in &SAMPLES {
            let bytes = hex(text);
            let mut out = [0; 96];
            assert_eq!(Fci::parse(&bytes).unwrap().encode(&mut out).unwrap(), bytes, "{name}");
        }
    }

    /// `docs/spec/card.md` 1.2, the purse-only card.
    #[test]
    fn the_purse_only_directory_is_written_byte_for_byte() {
        let bytes = hex(
            "6F2E840E325041592E5359532E4444463031A51CBF0C1961174F08A00000063201010550084D4F545F545F4550870101",
        );
        let directory = Directory { aid: &EP_AID, label: EP_LABEL, priority: 1 };
        let mut out = [0; 64];
        assert_eq!(Directory::encode(&[directory], &mut out).unwrap(), bytes);
        assert!(Directory::entries(&bytes).eq([directory]));
    }

    /// `docs/spec/card.md` 1.2, the card with e-cash and e-purse.
    #[test]
    fn the_dual_directory_lists_both_applications() {
        let bytes = hex(
            "6F49840E325041592E5359532E4444463031A537BF0C3461194F08A000000632010106500A4D4F545F545F434153488701016117
             4F08A00000063201010550084D4F545F545F4550870102",
        );
        let purse = Directory { aid: &EP_AID, label: EP_LABEL, priority: 2 };
        assert!(Directory::entries(&bytes).eq([E_CASH, purse]));
        let mut out = [0; 96];
        assert_eq!(Directory::encode(&[E_CASH, purse], &mut out).unwrap(), bytes);
    }

    #[test]
    fn a_buffer_that_is_too_short_is_refused() {
        let info = [0; 30];
        let fci = Fci {
            df_name: &EP_AID,
            label: &[],
            priority: None,
            version: &[2],
            preferred_name: &[],
            padding: 0,
            info: &info,
        };
        assert_eq!(fci.encode(&mut [0; 50]), None);
        assert_eq!(fci.encode(&mut [0; 51]).map(<[u8]>::len), Some(51));
    }

    proptest! {
        #[test]
        fn no_bytes_make_the_parsers_panic(bytes: Vec<u8>) {
            let _ = Fci::parse(&bytes);
            let _ = Directory::entries(&bytes).count();
        }
    }
}
