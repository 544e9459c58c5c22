//! The first column of 8.5: which commands there are (8.3, step 4).

use std::ops::RangeInclusive;

use crate::frame::{Command, Sw};

/// The rows of 8.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    SelectByName,
    SelectById,
    GetResponse,
    ReadBinary,
    ReadRecord,
    UpdateBinary,
    UpdateRecord,
    AppendRecord,
    GetChallenge,
    ExternalAuthenticate,
    InternalAuthenticate,
    VerifyPin,
    ChangePin,
    ReloadPin,
    PinUnblock,
    ApplicationBlock,
    ApplicationUnblock,
    CardBlock,
    GetAlgorithm,
    ChangeAlgorithm,
    BlockAlgorithm,
    InitializeForLoad,
    InitializeForUnload,
    InitializeForUpdate,
    InitializeForPurchase,
    UpdateCapp,
    CreditForLoad,
    DebitForPurchase,
    DebitForUnload,
    UpdateOverdrawLimit,
    GetBalance,
    GetProve,
}

/// What the row says of the answer's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// One fixed length: Le is judged in step 5.
    Fixed(usize),
    /// Known later: Le is judged by the command.
    Later,
}

/// One row: class, INS, P1 and P2, Lc, answer.
pub(crate) struct Line {
    pub(crate) row: Row,
    class: u8,
    ins: u8,
    /// Whether the row has this P1 and this P2.
    parameters: fn(u8, u8) -> bool,
    lc: RangeInclusive<usize>,
    pub(crate) length: Length,
}

const NONE: RangeInclusive<usize> = 0..=0;

const fn line(
    row: Row,
    (class, ins): (u8, u8),
    parameters: fn(u8, u8) -> bool,
    lc: RangeInclusive<usize>,
    length: Length,
) -> Line {
    Line { row, class, ins, parameters, lc, length }
}

/// P1 = 80 + SFI. Choice: every number of five bits is an SFI, 00 and 1F too.
const fn sfi_in_p1(p1: u8) -> bool {
    p1 & 0xE0 == 0x80
}

/// P2 = SFI × 8.
pub(crate) const fn by_identifier(p2: u8) -> bool {
    p2.is_multiple_of(8)
}

/// P2 = SFI × 8 + 4.
const fn by_number(p2: u8) -> bool {
    p2 % 8 == 4
}

use Length::{Fixed, Later};

/// 8.5. Choice: `805E 01 00` is CHANGE PIN, which stands first; the RELOAD PIN of SM4 is not reached.
#[rustfmt::skip]
static TABLE: &[Line] = &[
    line(Row::SelectByName,          (0x00, 0xA4), |p1, p2| (p1, p2) == (0x04, 0x00),                    0x08..=0x10, Later),
    line(Row::SelectById,            (0x00, 0xA4), |p1, p2| (p1, p2) == (0x00, 0x00),                    0x02..=0x02, Later),
    line(Row::GetResponse,           (0x00, 0xC0), |p1, p2| (p1, p2) == (0x00, 0x00),                    NONE,        Later),
    line(Row::ReadBinary,            (0x00, 0xB0), |p1, _| sfi_in_p1(p1),                                NONE,        Later),
    line(Row::ReadRecord,            (0x00, 0xB2), |_, p2| by_number(p2) || by_identifier(p2),           NONE,        Later),
    line(Row::UpdateBinary,          (0x00, 0xD6), |p1, _| sfi_in_p1(p1),                                0x01..=0xFF, Fixed(0)),
    line(Row::UpdateBinary,          (0x04, 0xD6), |p1, _| sfi_in_p1(p1),                                0x01..=0xFF, Fixed(0)),
    line(Row::UpdateRecord,          (0x00, 0xDC), |_, p2| by_number(p2),                                0x01..=0xFF, Fixed(0)),
    line(Row::UpdateRecord,          (0x04, 0xDC), |_, p2| by_number(p2),                                0x01..=0xFF, Fixed(0)),
    line(Row::AppendRecord,          (0x04, 0xE2), |p1, p2| p1 <= 0x01 && by_identifier(p2),             0x01..=0xFF, Fixed(0)),
    line(Row::GetChallenge,          (0x00, 0x84), |p1, p2| (p1, p2) == (0x00, 0x00),                    NONE,        Later),
    line(Row::ExternalAuthenticate,  (0x00, 0x82), |p1, _| p1 == 0x00,                                   0x08..=0x10, Fixed(0)),
    // Choice: its answer is of one length, but its row says where Le is judged.
    line(Row::InternalAuthenticate,  (0x00, 0x88), |p1, p2| (p1, p2) == (0x00, 0x00),                    0x01..=0xFF, Later),
    line(Row::VerifyPin,             (0x00, 0x20), |p1, p2| (p1, p2) == (0x00, 0x00),                    0x02..=0x06, Fixed(0)),
    line(Row::ChangePin,             (0x80, 0x5E), |p1, p2| (p1, p2) == (0x01, 0x00),                    0x05..=0x0D, Fixed(0)),
    line(Row::ReloadPin,             (0x80, 0x5E), |p1, p2| p1 <= 0x01 && p2 == 0x00,                    0x06..=0x0A, Fixed(0)),
    line(Row::PinUnblock,            (0x84, 0x24), |p1, p2| p1 <= 0x01 && p2 == 0x00,                    0x00..=0x0C, Fixed(0)),
    line(Row::ApplicationBlock,      (0x84, 0x1E), |p1, p2| p1 <= 0x01 && p2 <= 0x01,                    0x00..=0x04, Fixed(0)),
    line(Row::ApplicationUnblock,    (0x84, 0x18), |p1, p2| p1 <= 0x01 && p2 == 0x00,                    0x00..=0x04, Fixed(0)),
    line(Row::CardBlock,             (0x84, 0x16), |p1, p2| (p1, p2) == (0x00, 0x00),                    0x00..=0x04, Fixed(0)),
    line(Row::GetAlgorithm,          (0x80, 0xCD), |p1, p2| (p1, p2) == (0x00, 0x00),                    NONE,        Fixed(1)),
    line(Row::ChangeAlgorithm,       (0x80, 0xCD), |p1, p2| matches!((p1, p2), (0x01 | 0x02, 0x00 | 0x03)), NONE,     Fixed(0)),
    line(Row::BlockAlgorithm,        (0x80, 0xCD), |p1, p2| matches!((p1, p2), (0x03, 0x01 | 0x03)),     0x00..=0x04, Fixed(0)),
    line(Row::InitializeForLoad,     (0x80, 0x50), |p1, p2| (p1, p2) == (0x00, 0x02),                    0x0B..=0x0B, Fixed(16)),
    line(Row::InitializeForUnload,   (0x80, 0x50), |p1, p2| (p1, p2) == (0x05, 0x02),                    0x0B..=0x0B, Fixed(16)),
    line(Row::InitializeForUpdate,   (0x80, 0x50), |p1, p2| matches!((p1, p2), (0x04, 0x01 | 0x02)),     0x07..=0x07, Fixed(19)),
    line(Row::InitializeForPurchase, (0x80, 0x50), |p1, p2| matches!((p1, p2), (0x01 | 0x03, 0x02)),     0x0B..=0x0B, Fixed(15)),
    line(Row::UpdateCapp,            (0x80, 0xDC), |p1, p2| p1 <= 0x12 && by_identifier(p2),             0x01..=0xFF, Fixed(0)),
    line(Row::CreditForLoad,         (0x80, 0x52), |p1, p2| matches!((p1, p2), (0x00, 0x00 | 0x02)),     0x0B..=0x0B, Fixed(4)),
    line(Row::DebitForPurchase,      (0x80, 0x54), |p1, p2| matches!((p1, p2), (0x01 | 0x02, 0x00)),     0x0F..=0x0F, Fixed(8)),
    line(Row::DebitForUnload,        (0x80, 0x54), |p1, p2| (p1, p2) == (0x03, 0x00),                    0x0B..=0x0B, Fixed(4)),
    line(Row::UpdateOverdrawLimit,   (0x80, 0x58), |p1, p2| (p1, p2) == (0x00, 0x00),                    0x0E..=0x0E, Fixed(4)),
    line(Row::GetBalance,            (0x80, 0x5C), |p1, p2| p1 <= 0x05 && p2 == 0x02,                    NONE,        Later),
    line(Row::GetProve,              (0x80, 0x5A), |p1, p2| p1 == 0x00 && matches!(p2, 0x02 | 0x03 | 0x06 | 0x07 | 0x09), 0x02..=0x02, Fixed(8)),
];

/// The row of a command. Choice: P1 and P2 have to stand in one row together.
pub(crate) fn find(command: &Command) -> Result<&'static Line, Sw> {
    if !TABLE.iter().any(|line| line.class == command.class) {
        return Err(0x6E00);
    }
    let mut rows =
        TABLE.iter().filter(|line| line.class == command.class && line.ins == command.ins).peekable();
    if rows.peek().is_none() {
        return Err(0x6D00);
    }
    let line = rows.find(|line| (line.parameters)(command.p1, command.p2)).ok_or(0x6A86_u16)?;
    if !line.lc.contains(&command.data.len()) {
        return Err(0x6700);
    }
    Ok(line)
}
