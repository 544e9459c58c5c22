//! Framing and Le (8.3, steps 3 and 5).

use crate::settings::Le;

/// A status word.
pub(crate) type Sw = u16;

/// Data and status word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) data: Vec<u8>,
    pub(crate) sw: Sw,
}

impl Answer {
    /// Data with 9000.
    pub(crate) fn data(data: Vec<u8>) -> Self {
        Self { data, sw: 0x9000 }
    }

    /// 9000 alone.
    pub(crate) fn done() -> Self {
        Self::data(Vec::new())
    }
}

/// An answer, or the status word of a refusal.
pub(crate) type Verdict = Result<Answer, Sw>;

/// A command in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Command {
    pub(crate) class: u8,
    pub(crate) ins: u8,
    pub(crate) p1: u8,
    pub(crate) p2: u8,
    pub(crate) data: Vec<u8>,
    /// 1 to 256.
    pub(crate) le: Option<usize>,
}

impl Command {
    /// 8.3, step 3.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, Sw> {
        let [class, ins, p1, p2, body @ ..] = bytes else { return Err(0x6700) };
        if *class == 0xFF {
            return Err(0x6E00);
        }
        let (data, le) = match body {
            [] => (Vec::new(), None),
            [le] => (Vec::new(), Some(*le)),
            // The extended form, or an Lc of nothing with something behind it.
            [0, ..] => return Err(0x6700),
            [lc, rest @ ..] => {
                let lc = usize::from(*lc);
                match rest.len().checked_sub(lc) {
                    Some(0) => (rest.to_vec(), None),
                    Some(1) => (rest[..lc].to_vec(), Some(rest[lc])),
                    _ => return Err(0x6700),
                }
            }
        };
        let le = le.map(|le| if le == 0 { 256 } else { usize::from(le) });
        Ok(Self { class: *class, ins: *ins, p1: *p1, p2: *p2, data, le })
    }

    /// SFI from P1 = 80 + SFI.
    pub(crate) fn sfi_in_p1(&self) -> u8 {
        self.p1 & 0x1F
    }

    /// SFI from P2 = SFI × 8 (+ 4).
    pub(crate) fn sfi_in_p2(&self) -> u8 {
        self.p2 >> 3
    }

    /// Data and MAC of a command that ends in four bytes of MAC.
    pub(crate) fn data_and_mac(&self) -> (&[u8], &[u8]) {
        self.data.split_at(self.data.len() - 4)
    }
}

/// 6Cxx with the exact length.
fn correction(exact: usize) -> Sw {
    0x6C00 | (u16::try_from(exact).unwrap_or(0) & 0xFF)
}

/// Le for an answer of one length. Choice: for an answer of no data, correcting is 6C00.
pub(crate) fn judge_le(rule: Le, le: Option<usize>, exact: usize) -> Result<(), Sw> {
    let passes = le.is_none_or(|le| le == 256 || le == exact);
    match rule {
        _ if passes => Ok(()),
        Le::Strict => Err(0x6700),
        Le::Correcting => Err(correction(exact)),
        Le::Lenient => Ok(()),
    }
}

/// Le of READ BINARY: how many of the bytes that are left.
pub(crate) fn judge_le_of_binary(rule: Le, le: Option<usize>, left: usize) -> Result<usize, Sw> {
    match le {
        None if rule == Le::Lenient => Ok(left),
        None => Err(0x6700),
        Some(256) => Ok(left),
        Some(le) if le <= left => Ok(le),
        Some(_) if rule == Le::Lenient => Ok(left),
        Some(_) => Err(correction(left)),
    }
}

/// Le of READ RECORD.
pub(crate) fn judge_le_of_record(rule: Le, le: Option<usize>, length: usize) -> Result<(), Sw> {
    match le {
        _ if rule == Le::Lenient => Ok(()),
        None => Err(0x6700),
        Some(le) if le == 256 || le == length => Ok(()),
        Some(_) => Err(correction(length)),
    }
}

/// GET RESPONSE, in every setting of Le.
pub(crate) fn judge_le_of_response(le: Option<usize>, waiting: usize) -> Result<(), Sw> {
    judge_le(Le::Correcting, le, waiting)
}
