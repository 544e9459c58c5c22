//! The data fields of commands and answers (`docs/spec/card.md` 3, `docs/spec/terminal.md` 2).

use crate::record;
use crate::{BcdDate, BcdDateTime, BcdTime, Fen, Fen24, IssuerId, TerminalId};

/// What a purse transaction is, as logged in EF 18, put into MACs and asked for by GET TRANSACTION
/// PROVE (`docs/spec/card.md` 2.4).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum Transaction {
    /// 02 圈存: load from the issuer's account.
    Load = 0x02,
    /// 03 圈提: unload back to the account.
    Unload = 0x03,
    /// 06: single purchase.
    Purchase = 0x06,
    /// 07: change of the overdraft limit (修改透支限额).
    LimitUpdate = 0x07,
    /// 09 复合消费: composite purchase, which commits 1A and 1E with the money.
    Capp = 0x09,
}

impl Transaction {
    /// Every one, by its byte.
    pub const ALL: [Self; 5] = [Self::Load, Self::Unload, Self::Purchase, Self::LimitUpdate, Self::Capp];

    /// The transaction that the byte stands for, if this project plays it.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0x02 => Self::Load,
            0x03 => Self::Unload,
            0x06 => Self::Purchase,
            0x07 => Self::LimitUpdate,
            0x09 => Self::Capp,
            _ => return None,
        })
    }
}

/// The algorithm byte of an INIT answer that says DES (`docs/spec/card.md` 4.8); P1 of maintenance
/// commands has the same values, and so has, our reading, the answer to GET ALGORITHM.
pub const ALGORITHM_DES: u8 = 0x00;
/// The algorithm byte that says SM4, in P1 of maintenance commands (`docs/spec/card.md` 4.8).
pub const ALGORITHM_SM4: u8 = 0x01;

record! {
    /// Command data of INITIALIZE FOR PURCHASE, FOR CAPP PURCHASE, FOR LOAD and FOR UNLOAD, 11 bytes.
    InitRequest, InitRequestView: 11 {
        /// Key index.
        0 key_index: u8,
        /// Amount of the transaction.
        1 amount: Fen,
        /// The terminal's number.
        5 terminal: TerminalId,
    }
}

record! {
    /// Answer to INITIALIZE FOR PURCHASE and FOR CAPP PURCHASE, 15 bytes.
    PurchaseInit, PurchaseInitView: 15 {
        /// Available balance, overdraft included (our reading, `docs/spec/card.md` 6a).
        0 balance: Fen,
        /// Offline sequence before this transaction.
        4 seq: u16,
        /// Overdraft limit.
        6 overdraft_limit: Fen24,
        /// Version of the purchase key.
        9 key_version: u8,
        /// Algorithm: [`ALGORITHM_DES`].
        10 algorithm: u8,
        /// The card's random number.
        11 random: [u8; 4],
    }
}

record! {
    /// Answer to INITIALIZE FOR LOAD and FOR UNLOAD, 16 bytes.
    LoadInit, LoadInitView: 16 {
        /// Available balance, overdraft included (our reading, `docs/spec/card.md` 6a).
        0 balance: Fen,
        /// Online sequence before this transaction.
        4 seq: u16,
        /// Version of the load key.
        6 key_version: u8,
        /// Algorithm: [`ALGORITHM_DES`].
        7 algorithm: u8,
        /// The card's random number.
        8 random: [u8; 4],
        /// MAC1, by which the issuer's host knows the card.
        12 mac1: [u8; 4],
    }
}

record! {
    /// Command data of INITIALIZE FOR UPDATE, 7 bytes.
    LimitInitRequest, LimitInitRequestView: 7 {
        /// Key index.
        0 key_index: u8,
        /// The terminal's number.
        1 terminal: TerminalId,
    }
}

record! {
    /// Answer to INITIALIZE FOR UPDATE, 19 bytes.
    LimitInit, LimitInitView: 19 {
        /// Available balance, overdraft included (our reading, `docs/spec/card.md` 6a).
        0 balance: Fen,
        /// Online sequence before this transaction.
        4 seq: u16,
        /// The overdraft limit that holds until now.
        6 limit: Fen24,
        /// Version of the overdraft key.
        9 key_version: u8,
        /// Algorithm: [`ALGORITHM_DES`].
        10 algorithm: u8,
        /// The card's random number.
        11 random: [u8; 4],
        /// MAC1, by which the issuer's host knows the card.
        15 mac1: [u8; 4],
    }
}

record! {
    /// Command data of UPDATE OVERDRAW LIMIT, 14 bytes.
    LimitRequest, LimitRequestView: 14 {
        /// The new overdraft limit.
        0 limit: Fen24,
        /// Date of the transaction.
        3 date: BcdDate,
        /// Time of the transaction.
        7 time: BcdTime,
        /// MAC2, by which the card knows the issuer's host.
        10 mac2: [u8; 4],
    }
}

record! {
    /// Command data of DEBIT FOR PURCHASE and DEBIT FOR CAPP PURCHASE, 15 bytes.
    DebitRequest, DebitRequestView: 15 {
        /// The PSAM's sequence for this terminal.
        0 terminal_seq: u32,
        /// Date of the transaction.
        4 date: BcdDate,
        /// Time of the transaction.
        8 time: BcdTime,
        /// MAC1, by which the card knows the PSAM.
        11 mac1: [u8; 4],
    }
}

record! {
    /// Answer to DEBIT FOR PURCHASE and DEBIT FOR CAPP PURCHASE, 8 bytes.
    DebitAnswer, DebitAnswerView: 8 {
        /// Transaction authentication code, for the issuer.
        0 tac: [u8; 4],
        /// MAC2, by which the PSAM knows the card.
        4 mac2: [u8; 4],
    }
}

record! {
    /// Command data of CREDIT FOR LOAD and DEBIT FOR UNLOAD, 11 bytes.
    CreditRequest, CreditRequestView: 11 {
        /// Date of the transaction.
        0 date: BcdDate,
        /// Time of the transaction.
        4 time: BcdTime,
        /// MAC2, by which the card knows the issuer's host.
        7 mac2: [u8; 4],
    }
}

record! {
    /// Answer to CREDIT FOR LOAD and UPDATE OVERDRAW LIMIT, 4 bytes.
    CreditAnswer, CreditAnswerView: 4 {
        /// Transaction authentication code, for the issuer.
        0 tac: [u8; 4],
    }
}

record! {
    /// Answer to DEBIT FOR UNLOAD, 4 bytes.
    UnloadAnswer, UnloadAnswerView: 4 {
        /// MAC3, by which the issuer's host knows that the card was debited.
        0 mac3: [u8; 4],
    }
}

record! {
    /// Command data of GET TRANSACTION PROVE, 2 bytes.
    ProveRequest, ProveRequestView: 2 {
        /// The sequence that the transaction has if it was done: that of INIT plus one.
        0 seq: u16,
    }
}

record! {
    /// Answer to GET TRANSACTION PROVE, 8 bytes. The order is the reverse of a DEBIT's answer.
    Proof, ProofView: 8 {
        /// MAC2 of the transaction; where the host makes it (load, unload, limit update) the one that
        /// was accepted (our reading, `docs/spec/card.md` 6a, 8.5).
        0 mac2: [u8; 4],
        /// Transaction authentication code; of an unload its MAC3 (our reading).
        4 tac: [u8; 4],
    }
}

record! {
    /// Answer to GET BALANCE with P1 00..04, 4 bytes.
    Balance, BalanceView: 4 {
        /// The amount asked for.
        0 amount: Fen,
    }
}

record! {
    /// Answer to GET BALANCE with P1 05, 16 bytes. Two things are our reading, since the one real card
    /// that was seen has no overdraft (`docs/spec/card.md` 3): that the first word is the actual
    /// balance, not the available one, and the order of the two overdraft words.
    Balances, BalancesView: 16 {
        /// Actual balance.
        0 actual: Fen,
        /// Ceiling of the actual balance.
        4 ceiling: Fen,
        /// Overdraft limit.
        8 overdraft_limit: Fen,
        /// Overdraft used.
        12 overdraft_used: Fen,
    }
}

record! {
    /// Command data of INIT SAM FOR PURCHASE with two levels of diversification, 36 bytes
    /// (`docs/spec/terminal.md` 2.2).
    SamInitRequest, SamInitRequestView: 36 {
        /// The card's random number.
        0 random: [u8; 4],
        /// The card's offline sequence.
        4 seq: u16,
        /// Amount.
        6 amount: Fen,
        /// Transaction type: 06 or 09.
        10 transaction: u8,
        /// Date.
        11 date: BcdDate,
        /// Time.
        15 time: BcdTime,
        /// Version of the card's purchase key.
        18 key_version: u8,
        /// Algorithm of the card's purchase key.
        19 algorithm: u8,
        /// Last 8 bytes of the card number: the second-level factor.
        20 asn: [u8; 8],
        /// Issuer: the first-level factor.
        28 issuer: IssuerId,
    }
}

record! {
    /// Answer to INIT SAM FOR PURCHASE, 8 bytes.
    SamInitAnswer, SamInitAnswerView: 8 {
        /// The terminal's transaction sequence.
        0 terminal_seq: u32,
        /// MAC1 for the card.
        4 mac1: [u8; 4],
    }
}

record! {
    /// Command data of CREDIT SAM FOR PURCHASE, 4 bytes.
    SamCreditRequest, SamCreditRequestView: 4 {
        /// MAC2 from the card.
        0 mac2: [u8; 4],
    }
}

record! {
    /// File 15 of the PSAM, 10 bytes (`docs/spec/terminal.md` 2.1). Beyond the first two bytes its
    /// split is not public.
    SamSerial, SamSerialView: 10 {
        /// Kind: 0E PSAM, 0F ISAM.
        0 kind: u8,
        /// Version.
        1 version: u8,
        /// Serial number.
        2 number: [u8; 8],
    }
}

record! {
    /// File 17 in DF 8011 of the PSAM, 25 bytes (`docs/spec/terminal.md` 2.1).
    SamApplication, SamApplicationView: 25 {
        /// Index of the purchase key, which goes into INITIALIZE.
        0 key_index: u8,
        /// Issuer of the PSAM.
        1 issuer: IssuerId,
        /// The institution that the terminal works for (acquirer).
        9 acquirer: IssuerId,
        /// First day of validity.
        17 valid_from: BcdDate,
        /// Last day of validity.
        21 valid_to: BcdDate,
    }
}

record! {
    /// File 18 in DF 8011 of a load SAM, 15 bytes: what it may still load by itself. A host gives quota,
    /// time of expiry and batch number at sign-on (`docs/spec/terminal.md` 1.6); that they stand in this
    /// file, and in this order, is our reading.
    SamQuota, SamQuotaView: 15 {
        /// What is left to be loaded.
        0 quota: Fen,
        /// The last second in which it may be.
        4 expiry: BcdDateTime,
        /// Batch number, which the SAM keeps and does not judge.
        11 batch: u32,
    }
}

/// A key that INIT FOR DESCRYPT prepares, as P1 and P2 name it: type and use, then version
/// (`docs/spec/terminal.md` 2.4).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SamKey {
    /// Type and use; the high digit tells the levels of diversification.
    pub p1: u8,
    /// Version.
    pub p2: u8,
}

impl SamKey {
    /// The MAC of APPLICATION BLOCK, by two levels: the factors are the last 8 bytes of the card number,
    /// then the issuer.
    pub const BLOCK: Self = Self { p1: 0x45, p2: 0x02 };
    /// The MAC of an update of EF 15, under the application maintenance key (DAMK), by two levels. P2 is
    /// our reading: of `45` only version `02` is seen, and that locks.
    pub const MAINTENANCE: Self = Self { p1: 0x45, p2: 0x01 };
    /// MAC1 and MAC2 of a load, by one level, the last 8 bytes of the card number: a load SAM holds a root
    /// that its issuer diversified already (our reading).
    pub const LOAD: Self = Self { p1: 0x2B, p2: 0x01 };

    /// How many factors of 8 bytes it is derived by: the high digit of P1 halved, 1 for `2x`, 2 for `4x`.
    ///
    /// ```
    /// use tunion_data::command::SamKey;
    /// assert_eq!((SamKey::LOAD.levels(), SamKey::BLOCK.levels()), (1, 2));
    /// ```
    #[must_use]
    pub const fn levels(self) -> usize {
        (self.p1 >> 5) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::testing::round_trips;

    #[test]
    fn every_command_layout_keeps_every_byte() {
        round_trips!(
            InitRequest,
            PurchaseInit,
            LoadInit,
            DebitRequest,
            DebitAnswer,
            CreditRequest,
            CreditAnswer,
            LimitInitRequest,
            LimitInit,
            LimitRequest,
            UnloadAnswer,
            ProveRequest,
            Proof,
            Balance,
            Balances,
            SamInitRequest,
            SamInitAnswer,
            SamCreditRequest,
            SamSerial,
            SamApplication,
            SamQuota
        );
    }
}
