//! What a terminal keeps and uploads of a debit.

use crate::record;
use crate::{BcdDate, BcdDateTime, CityCode, Fen, IssuerId, Pan, TerminalId};

record! {
    /// One debit, load or lock, as the terminal stores and uploads it, 168 bytes.
    ///
    /// The cities' own layouts differ (`docs/spec/terminal.md` 6.1); this is our own form of the fields
    /// named there. The grey record (灰记录) that is stored before DEBIT is the same record with
    /// [`UploadRecord::GREY`] set and `tac` all FF.
    UploadRecord, UploadRecordView: 168 {
        /// Type of the tap, as in EF 1E.
        0 trip_type: u8,
        /// Transaction type of the purse: 02, 06 or 09.
        1 transaction: u8,
        /// Flags: [`UploadRecord::GREY`] and the others below.
        2 flags: u8,
        /// The terminal's number.
        3 terminal: TerminalId,
        /// The terminal's transaction sequence.
        9 terminal_seq: u32,
        /// The PSAM's serial number.
        13 psam_serial: [u8; 10],
        /// The card's issuer.
        23 issuer: IssuerId,
        /// Card number.
        31 pan: Pan,
        /// Card type, as in EF 17.
        41 card_type: u8,
        /// The card's sequence after the transaction.
        42 card_seq: u16,
        /// Amount debited or loaded.
        44 amount: Fen,
        /// List fare.
        48 list: Fen,
        /// Actual balance before.
        52 balance_before: Fen,
        /// Actual balance after.
        56 balance_after: Fen,
        /// Time of the transaction.
        60 at: BcdDateTime,
        /// Key index.
        67 key_index: u8,
        /// Key version.
        68 key_version: u8,
        /// Algorithm.
        69 algorithm: u8,
        /// Transaction authentication code, FFFFFFFF while unknown.
        70 tac: [u8; 4],
        /// City of the terminal.
        74 city: CityCode,
        /// Acquirer.
        76 acquirer: IssuerId,
        /// Operator.
        84 operator: u16,
        /// Industry, as in EF 1E.
        86 industry: u8,
        /// Line.
        87 line: u16,
        /// Station or stop.
        89 station: u16,
        /// Line of the entry.
        91 entry_line: u16,
        /// Station or stop of the entry.
        93 entry_station: u16,
        /// Time of the entry.
        95 entry_at: BcdDateTime,
        /// Part of the amount that is a surcharge: overtime, or an incomplete journey.
        102 surcharge: Fen,
        /// Kind of the surcharge; see [`Surcharge`].
        106 surcharge_kind: u8,
        /// Available balance that INIT answered.
        107 available_before: Fen,
        /// What the record is of; see [`RecordKind`].
        111 kind: u8,
        /// Whether the card is of the terminal's own city: 22 local, 23 foreign (Xi'an's).
        112 origin: u8,
        /// The terminal's own number of the record (终端本地流水号), counted over all its records.
        113 local_seq: u32,
        /// How a surcharge, a load or a refund was paid; see [`Payment`].
        117 payment: u8,
        /// The member of staff who served (操作员), BCD; zeros where none did.
        118 staff: [u8; 3],
        /// Unique number of the chip (UID), zeros where the reader does not tell it.
        121 card_uid: [u8; 4],
        /// Version and enable flag, EF 15 byte 9.
        125 card_version: u8,
        /// First day of validity, EF 15.
        126 valid_from: BcdDate,
        /// Last day of validity, EF 15.
        130 valid_to: BcdDate,
        /// Batch number of the load SAM's sign-on, zero without one.
        134 batch: u32,
        /// The card's previous transaction, from EF 18: its type, zero where it was not read.
        138 previous_transaction: u8,
        /// Its terminal.
        139 previous_terminal: TerminalId,
        /// Its amount.
        145 previous_amount: Fen,
        /// The card's sequence when it began.
        149 previous_seq: u16,
        /// Its time.
        151 previous_at: BcdDateTime,
        /// What the issuer's discount or the tariff took off the list fare.
        158 discount: Fen,
        /// Merchant type, BCD: 4111 local transport (ISO 18245).
        162 merchant_type: [u8; 2],
        /// Reserved.
        164 reserved: [u8; 4],
    }
}

/// What an upload record is of. The numbers are Xi'an's (`docs/spec/terminal.md` 6.1) where Xi'an has
/// one; above 80 they are our own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum RecordKind {
    /// 0C: an entry or boarding.
    Entry = 0x0C,
    /// 0D: an exit or alighting.
    Exit = 0x0D,
    /// 0E: a load (圈存). Xi'an's load records have a list of their own, whose number this is.
    Load = 0x0E,
    /// 11: a surcharge or a correction of the journey (补票).
    Surcharge = 0x11,
    /// 16: an application that was locked (锁卡). No money moves: TAC and PSAM sequence are zero.
    Lock = 0x16,
    /// 81: a ride paid by one tap.
    Single = 0x81,
    /// 82: a plain purchase.
    Purchase = 0x82,
    /// 83: a refund (退卡): the purse emptied by a debit.
    Refund = 0x83,
    /// 84: a validity that was extended (延期). No money moves: TAC and PSAM sequence are zero.
    Extension = 0x84,
}

impl RecordKind {
    /// Every kind.
    pub const ALL: [Self; 9] = [
        Self::Entry,
        Self::Exit,
        Self::Load,
        Self::Surcharge,
        Self::Lock,
        Self::Single,
        Self::Purchase,
        Self::Refund,
        Self::Extension,
    ];

    /// The kind that the byte stands for.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == byte)
    }

    /// Its word in the JSON and CSV forms.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Exit => "exit",
            Self::Load => "load",
            Self::Surcharge => "surcharge",
            Self::Lock => "lock",
            Self::Single => "single",
            Self::Purchase => "purchase",
            Self::Refund => "refund",
            Self::Extension => "extension",
        }
    }

    /// Whether the purse did a transaction for it, whose TAC it carries.
    #[must_use]
    pub const fn has_tac(self) -> bool {
        !matches!(self, Self::Lock | Self::Extension)
    }
}

/// Kind of a surcharge (`docs/spec/terminal.md` 6.1, Xi'an).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
#[repr(u8)]
pub enum Surcharge {
    /// 00: none.
    #[default]
    None = 0x00,
    /// 01: the fare was not covered (超程).
    OverFare = 0x01,
    /// 02: the journey took too long (超时).
    Overtime = 0x02,
    /// 03: both.
    Both = 0x03,
    /// 10: an entry that was never made (补进站).
    EntryMissing = 0x10,
    /// 11: an exit that was never made (补出站).
    ExitMissing = 0x11,
}

impl Surcharge {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::None, Self::OverFare, Self::Overtime, Self::Both, Self::EntryMissing, Self::ExitMissing];

    /// The kind that the byte stands for.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == byte)
    }

    /// Its word in the JSON and CSV forms.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::OverFare => "over-fare",
            Self::Overtime => "overtime",
            Self::Both => "over-fare-and-overtime",
            Self::EntryMissing => "entry-missing",
            Self::ExitMissing => "exit-missing",
        }
    }
}

/// How something was paid (`docs/spec/terminal.md` 6.1, Xi'an's device values).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
#[repr(u8)]
pub enum Payment {
    /// 00: nothing was to be paid otherwise.
    #[default]
    None = 0x00,
    /// 0A: cash (现金).
    Cash = 0x0A,
    /// 0B: this card's purse.
    Card = 0x0B,
    /// 0C: Alipay (支付宝).
    Alipay = 0x0C,
    /// 0D: `WeChat` (微信).
    WeChat = 0x0D,
    /// 0E: `UnionPay` (银联).
    UnionPay = 0x0E,
}

impl Payment {
    /// Every means.
    pub const ALL: [Self; 6] =
        [Self::None, Self::Cash, Self::Card, Self::Alipay, Self::WeChat, Self::UnionPay];

    /// The means that the byte stands for.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == byte)
    }

    /// Its word in the JSON and CSV forms.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Cash => "cash",
            Self::Card => "card",
            Self::Alipay => "alipay",
            Self::WeChat => "wechat",
            Self::UnionPay => "unionpay",
        }
    }
}

impl UploadRecord {
    /// Flag: stored before DEBIT, its outcome not known.
    pub const GREY: u8 = 0x01;
    /// Flag: the outcome was learned at a later tap, by GET TRANSACTION PROVE and the card's log.
    pub const RECOVERED: u8 = 0x02;
    /// Flag: the PSAM did not accept MAC2. The money has left the card all the same.
    pub const MAC2_FAILED: u8 = 0x04;

    /// Flag: the PSAM did not judge MAC2: it was silent or faulty, or no longer had the purchase open
    /// when its outcome was learned.
    pub const MAC2_UNCHECKED: u8 = 0x08;

    /// [`origin`](Self::origin) of a card of the terminal's own city.
    pub const LOCAL: u8 = 0x22;
    /// [`origin`](Self::origin) of a card of another city.
    pub const FOREIGN: u8 = 0x23;

    /// Whether `flag` is set.
    #[must_use]
    pub const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::testing::round_trips;

    #[test]
    fn the_upload_record_keeps_every_byte() {
        round_trips!(UploadRecord);
    }
}
