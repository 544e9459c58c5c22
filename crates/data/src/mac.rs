//! What goes into MAC1, MAC2 and TAC (`docs/spec/card.md` 4.5, 4.6).
//!
//! MAC2 of a purchase covers the 4 bytes of the amount alone and needs no layout.

use crate::record;
use crate::{BcdDate, BcdTime, Fen, Fen24, TerminalId};

record! {
    /// Input of a purchase's MAC1 and of a load's and an unload's MAC2, 18 bytes. The 1A and 1E data of a composite
    /// purchase are not in it.
    TransactionMac, TransactionMacView: 18 {
        /// Amount.
        0 amount: Fen,
        /// Transaction type.
        4 transaction: u8,
        /// The terminal's number.
        5 terminal: TerminalId,
        /// Date.
        11 date: BcdDate,
        /// Time.
        15 time: BcdTime,
    }
}

record! {
    /// Input of a purchase's TAC, 22 bytes.
    PurchaseTac, PurchaseTacView: 22 {
        /// Amount.
        0 amount: Fen,
        /// Transaction type.
        4 transaction: u8,
        /// The terminal's number.
        5 terminal: TerminalId,
        /// The terminal's transaction sequence.
        11 terminal_seq: u32,
        /// Date.
        15 date: BcdDate,
        /// Time.
        19 time: BcdTime,
    }
}

record! {
    /// Input of a load's and an unload's MAC1, 15 bytes.
    LoadMac1, LoadMac1View: 15 {
        /// Available balance before the transaction.
        0 balance: Fen,
        /// Amount.
        4 amount: Fen,
        /// Transaction type: 02 or 03.
        8 transaction: u8,
        /// The terminal's number.
        9 terminal: TerminalId,
    }
}

record! {
    /// Input of a load's TAC and of an unload's MAC3, 24 bytes.
    LoadTac, LoadTacView: 24 {
        /// Available balance after the transaction.
        0 balance: Fen,
        /// Online sequence before it was incremented.
        4 seq: u16,
        /// Amount.
        6 amount: Fen,
        /// Transaction type: 02 or 03.
        10 transaction: u8,
        /// The terminal's number.
        11 terminal: TerminalId,
        /// Date.
        17 date: BcdDate,
        /// Time.
        21 time: BcdTime,
    }
}

record! {
    /// Input of a limit update's MAC1, 14 bytes.
    LimitMac1, LimitMac1View: 14 {
        /// Available balance before the transaction.
        0 balance: Fen,
        /// The overdraft limit that holds until now.
        4 limit: Fen24,
        /// Transaction type: 07.
        7 transaction: u8,
        /// The terminal's number.
        8 terminal: TerminalId,
    }
}

record! {
    /// Input of a limit update's MAC2, 17 bytes.
    LimitMac2, LimitMac2View: 17 {
        /// The new overdraft limit.
        0 limit: Fen24,
        /// Transaction type: 07.
        3 transaction: u8,
        /// The terminal's number.
        4 terminal: TerminalId,
        /// Date.
        10 date: BcdDate,
        /// Time.
        14 time: BcdTime,
    }
}

record! {
    /// Input of a limit update's TAC, 23 bytes.
    LimitTac, LimitTacView: 23 {
        /// Available balance after the transaction.
        0 balance: Fen,
        /// Online sequence before it was incremented (our reading, as with a load).
        4 seq: u16,
        /// The new overdraft limit.
        6 limit: Fen24,
        /// Transaction type: 07.
        9 transaction: u8,
        /// The terminal's number.
        10 terminal: TerminalId,
        /// Date.
        16 date: BcdDate,
        /// Time.
        20 time: BcdTime,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::testing::round_trips;

    #[test]
    fn every_mac_input_keeps_every_byte() {
        round_trips!(TransactionMac, PurchaseTac, LoadMac1, LoadTac, LimitMac1, LimitMac2, LimitTac);
    }
}
