//! EF 18: what the purse did.

use crate::record;
use crate::{BcdDate, BcdTime, Fen, Fen24, TerminalId};

record! {
    /// A record of EF 18, the transaction log (交易明细), 23 bytes; record 1 is the newest
    /// (`docs/spec/card.md` 2.4). The card alone writes it.
    LogRecord, LogRecordView: 23 {
        /// Offline or online transaction sequence, after it was incremented.
        0 seq: u16,
        /// Overdraft limit.
        2 overdraft_limit: Fen24,
        /// Amount. A composite purchase of zero, as at a rail entry, is logged too.
        5 amount: Fen,
        /// Transaction type; see [`crate::command::Transaction`].
        9 transaction: u8,
        /// The terminal's number.
        10 terminal: TerminalId,
        /// Date of the transaction, by the terminal's clock.
        16 date: BcdDate,
        /// Time of the transaction, by the terminal's clock.
        20 time: BcdTime,
    }
}
