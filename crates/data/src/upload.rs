//! What a terminal keeps and uploads of a debit.

use crate::record;
use crate::{BcdDateTime, CityCode, Fen, IssuerId, Pan, TerminalId};

record! {
    /// One debit or load, as the terminal stores and uploads it, 111 bytes.
    ///
    /// The cities' own layouts differ (`docs/spec/terminal.md` 6.1); this is our own form of the
    /// minimum set named there. The grey record (灰记录) that is stored before DEBIT is the same
    /// record with [`UploadRecord::GREY`] set and `tac` all FF.
    UploadRecord, UploadRecordView: 111 {
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
        /// Kind of the surcharge: 00 none, 02 overtime, 11 an exit that was never made (Xi'an's kinds,
        /// `docs/spec/terminal.md` 6.1).
        106 surcharge_kind: u8,
        /// Available balance that INIT answered.
        107 available_before: Fen,
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

    /// Surcharge kind: overtime (`docs/spec/terminal.md` 1.9; its code table has 02, a build stored 03).
    pub const OVERTIME: u8 = 0x02;
    /// Surcharge kind: an exit that was never made (`docs/spec/terminal.md` 1.9).
    pub const EXIT_MISSING: u8 = 0x11;

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
