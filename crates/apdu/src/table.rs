//! The one table of commands (`docs/spec/card.md` 3, `docs/spec/terminal.md` 2).

use crate::{Command, LeRule, Sw};
use tunion_data::FieldInfo;
use tunion_data::command::{
    Balance, CreditAnswer, CreditRequest, DebitAnswer, DebitRequest, InitRequest, LimitInit,
    LimitInitRequest, LimitRequest, LoadInit, Proof, ProveRequest, PurchaseInit, SamCreditRequest,
    SamInitAnswer, SamInitRequest, UnloadAnswer,
};

/// Who answers a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Device {
    /// The card.
    Card,
    /// The terminal's PSAM.
    Sam,
}

/// A command by its standard name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Name {
    /// SELECT by name: the directory (PPSE) or an application.
    SelectName,
    /// SELECT by file identifier.
    SelectFile,
    /// GET RESPONSE, of a contact link.
    GetResponse,
    /// READ BINARY.
    ReadBinary,
    /// READ RECORD.
    ReadRecord,
    /// UPDATE BINARY without a MAC.
    UpdateBinary,
    /// UPDATE BINARY with secure messaging.
    SecureUpdateBinary,
    /// UPDATE RECORD without a MAC.
    UpdateRecord,
    /// UPDATE RECORD with secure messaging.
    SecureUpdateRecord,
    /// APPEND RECORD, always with secure messaging.
    AppendRecord,
    /// GET CHALLENGE.
    GetChallenge,
    /// EXTERNAL AUTHENTICATE: the other side proves that it has a key.
    ExternalAuthenticate,
    /// INTERNAL AUTHENTICATE: the card proves that it has a key.
    InternalAuthenticate,
    /// VERIFY PIN.
    VerifyPin,
    /// CHANGE PIN, by who knows the old one.
    ChangePin,
    /// RELOAD PIN, by the issuer.
    ReloadPin,
    /// PIN UNBLOCK, by the issuer.
    UnblockPin,
    /// APPLICATION BLOCK, 应用锁定.
    ApplicationBlock,
    /// APPLICATION UNBLOCK, 应用解锁.
    ApplicationUnblock,
    /// CARD BLOCK, 卡片锁定.
    CardBlock,
    /// GET ALGORITHM.
    GetAlgorithm,
    /// CHANGE ALGORITHM.
    ChangeAlgorithm,
    /// BLOCK ALGORITHM.
    BlockAlgorithm,
    /// GET BALANCE.
    GetBalance,
    /// GET TRANSACTION PROVE.
    GetTransactionProve,
    /// INITIALIZE FOR LOAD.
    InitForLoad,
    /// CREDIT FOR LOAD.
    CreditForLoad,
    /// INITIALIZE FOR UNLOAD.
    InitForUnload,
    /// DEBIT FOR UNLOAD.
    DebitForUnload,
    /// INITIALIZE FOR UPDATE, of the overdraft limit.
    InitForUpdate,
    /// UPDATE OVERDRAW LIMIT.
    UpdateOverdrawLimit,
    /// INITIALIZE FOR PURCHASE.
    InitForPurchase,
    /// INITIALIZE FOR CAPP PURCHASE.
    InitForCappPurchase,
    /// UPDATE CAPP DATA CACHE.
    UpdateCappDataCache,
    /// DEBIT FOR PURCHASE and DEBIT FOR CAPP PURCHASE, which share their header.
    DebitForPurchase,
    /// INIT SAM FOR PURCHASE.
    InitSamForPurchase,
    /// CREDIT SAM FOR PURCHASE.
    CreditSamForPurchase,
    /// INIT FOR DESCRYPT: the PSAM derives a card's key.
    InitForDescrypt,
    /// DES CRYPT: a MAC or a cipher text under that key.
    DesCrypt,
}

/// What a parameter byte may be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Exactly this.
    Is(u8),
    /// One of these.
    OneOf(&'static [u8]),
    /// From the first to the second, both included.
    Range(u8, u8),
    /// Anything.
    Any,
    /// `100sssss`: a short file identifier.
    Sfi,
    /// `sssss100` or `sssss000`: a short file identifier, and a record by number or by identifier.
    SfiRecord,
    /// `sssss100`: a short file identifier, and a record by number.
    SfiNumber,
    /// `sssss000`: a short file identifier.
    SfiShifted,
}

impl Form {
    /// Whether `byte` has this form.
    #[must_use]
    pub fn admits(self, byte: u8) -> bool {
        match self {
            Self::Is(only) => byte == only,
            Self::OneOf(some) => some.contains(&byte),
            Self::Range(low, high) => (low..=high).contains(&byte),
            Self::Any => true,
            Self::Sfi => byte & 0xE0 == 0x80,
            Self::SfiRecord => byte.trailing_zeros() >= 2,
            Self::SfiNumber => byte & 0x07 == 0x04,
            Self::SfiShifted => byte.trailing_zeros() >= 3,
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Spec {
    /// The command.
    pub name: Name,
    /// Its name in the field.
    pub title: &'static str,
    /// Who answers it.
    pub devices: &'static [Device],
    /// Class.
    pub cla: u8,
    /// Instruction.
    pub ins: u8,
    /// First parameter.
    pub p1: Form,
    /// Second parameter.
    pub p2: Form,
    /// Length of the command data, from the first to the second; `(0, 0)` for none.
    pub lc: (u8, u8),
    /// Length of the answer's data when it is always the same.
    pub answer_len: Option<u8>,
    /// Layout of the command data.
    pub request: Option<&'static [FieldInfo]>,
    /// Layout of the answer.
    pub answer: Option<&'static [FieldInfo]>,
}

const CARD: &[Device] = &[Device::Card];
const SAM: &[Device] = &[Device::Sam];
const BOTH: &[Device] = &[Device::Card, Device::Sam];

macro_rules! table {
    ($($name:ident $title:literal $on:ident $cla:literal $ins:literal $p1:expr, $p2:expr;
        lc $low:expr, $high:expr; $request:expr => $len:expr, $answer:expr;)+) => {
        /// Every command that a card or a PSAM of this project answers.
        pub const COMMANDS: &[Spec] = &[$(Spec {
            name: Name::$name,
            title: $title,
            devices: $on,
            cla: $cla,
            ins: $ins,
            p1: $p1,
            p2: $p2,
            lc: ($low, $high),
            answer_len: $len,
            request: $request,
            answer: $answer,
        },)+];
    };
}

use Form::{Any, Is, OneOf, Range, SfiNumber, SfiRecord, SfiShifted};

/// P1 that says DES or SM4.
const ALGORITHM: Form = OneOf(&[0x00, 0x01]);

table! {
    // Lc 08..10: the e-purse has 8 bytes, its instances up to 16 (docs/spec/card.md 1.1).
    SelectName "SELECT" CARD 0x00 0xA4 Is(0x04), Is(0x00); lc 8, 16; None => None, None;
    SelectFile "SELECT FILE" BOTH 0x00 0xA4 Is(0x00), Is(0x00); lc 2, 2; None => None, None;
    GetResponse "GET RESPONSE" BOTH 0x00 0xC0 Is(0x00), Is(0x00); lc 0, 0; None => None, None;
    ReadBinary "READ BINARY" BOTH 0x00 0xB0 Form::Sfi, Any; lc 0, 0; None => None, None;
    ReadRecord "READ RECORD" CARD 0x00 0xB2 Any, SfiRecord; lc 0, 0; None => None, None;
    // A load SAM's quota is written by it (docs/spec/terminal.md 1.6, our reading).
    UpdateBinary "UPDATE BINARY" BOTH 0x00 0xD6 Form::Sfi, Any; lc 1, 255; None => Some(0), None;
    SecureUpdateBinary "UPDATE BINARY (secure)" CARD 0x04 0xD6 Form::Sfi, Any;
        lc 1, 255; None => Some(0), None;
    UpdateRecord "UPDATE RECORD" CARD 0x00 0xDC Any, SfiNumber; lc 1, 255; None => Some(0), None;
    SecureUpdateRecord "UPDATE RECORD (secure)" CARD 0x04 0xDC Any, SfiNumber;
        lc 1, 255; None => Some(0), None;
    AppendRecord "APPEND RECORD (secure)" CARD 0x04 0xE2 ALGORITHM, SfiShifted;
        lc 1, 255; None => Some(0), None;
    GetChallenge "GET CHALLENGE" BOTH 0x00 0x84 Is(0x00), Is(0x00); lc 0, 0; None => None, None;
    // P2 is the key's id; a load SAM has 01 (docs/spec/terminal.md 1.6).
    ExternalAuthenticate "EXTERNAL AUTHENTICATE" BOTH 0x00 0x82 Is(0x00), Any;
        lc 8, 16; None => Some(0), None;
    InternalAuthenticate "INTERNAL AUTHENTICATE" CARD 0x00 0x88 Is(0x00), Is(0x00);
        lc 1, 255; None => None, None;
    VerifyPin "VERIFY PIN" CARD 0x00 0x20 Is(0x00), Is(0x00); lc 2, 6; None => Some(0), None;
    // RELOAD PIN under SM4 would have the same header (docs/spec/card.md 8.5).
    ChangePin "CHANGE PIN" CARD 0x80 0x5E Is(0x01), Is(0x00); lc 5, 13; None => Some(0), None;
    ReloadPin "RELOAD PIN" CARD 0x80 0x5E Is(0x00), Is(0x00); lc 6, 10; None => Some(0), None;
    UnblockPin "PIN UNBLOCK" CARD 0x84 0x24 ALGORITHM, Is(0x00); lc 0, 12; None => Some(0), None;
    ApplicationBlock "APPLICATION BLOCK" CARD 0x84 0x1E ALGORITHM, OneOf(&[0x00, 0x01]);
        lc 0, 4; None => Some(0), None;
    ApplicationUnblock "APPLICATION UNBLOCK" BOTH 0x84 0x18 ALGORITHM, Is(0x00);
        lc 0, 4; None => Some(0), None;
    CardBlock "CARD BLOCK" CARD 0x84 0x16 Is(0x00), Is(0x00); lc 0, 4; None => Some(0), None;
    GetAlgorithm "GET ALGORITHM" CARD 0x80 0xCD Is(0x00), Is(0x00); lc 0, 0; None => Some(1), None;
    // What P1 and P2 mean is our reading (docs/spec/card.md 7.8, 8.5).
    ChangeAlgorithm "CHANGE ALGORITHM" CARD 0x80 0xCD OneOf(&[0x01, 0x02]), OneOf(&[0x00, 0x03]);
        lc 0, 0; None => Some(0), None;
    BlockAlgorithm "BLOCK ALGORITHM" CARD 0x80 0xCD Is(0x03), OneOf(&[0x01, 0x03]);
        lc 0, 4; None => Some(0), None;
    // P1 tells the transactions apart; P2 02 is the e-purse.
    InitForLoad "INITIALIZE FOR LOAD" CARD 0x80 0x50 Is(0x00), Is(0x02);
        lc 11, 11; Some(InitRequest::FIELDS) => Some(16), Some(LoadInit::FIELDS);
    InitForPurchase "INITIALIZE FOR PURCHASE" CARD 0x80 0x50 Is(0x01), Is(0x02);
        lc 11, 11; Some(InitRequest::FIELDS) => Some(15), Some(PurchaseInit::FIELDS);
    InitForCappPurchase "INITIALIZE FOR CAPP PURCHASE" CARD 0x80 0x50 Is(0x03), Is(0x02);
        lc 11, 11; Some(InitRequest::FIELDS) => Some(15), Some(PurchaseInit::FIELDS);
    InitForUnload "INITIALIZE FOR UNLOAD" CARD 0x80 0x50 Is(0x05), Is(0x02);
        lc 11, 11; Some(InitRequest::FIELDS) => Some(16), Some(LoadInit::FIELDS);
    // The one source prints P2 01; 02 is the e-purse everywhere else (8.5, our reading).
    InitForUpdate "INITIALIZE FOR UPDATE" CARD 0x80 0x50 Is(0x04), OneOf(&[0x01, 0x02]);
        lc 7, 7; Some(LimitInitRequest::FIELDS) => Some(19), Some(LimitInit::FIELDS);
    // P2 00 everywhere but in the laboratory's text, which has 02: both (docs/spec/card.md 7.3).
    CreditForLoad "CREDIT FOR LOAD" CARD 0x80 0x52 Is(0x00), OneOf(&[0x00, 0x02]);
        lc 11, 11; Some(CreditRequest::FIELDS) => Some(4), Some(CreditAnswer::FIELDS);
    // P1 01 everywhere; the laboratory's later text has 02 for the single purchase (7.2).
    DebitForPurchase "DEBIT FOR PURCHASE" CARD 0x80 0x54 OneOf(&[0x01, 0x02]), Is(0x00);
        lc 15, 15; Some(DebitRequest::FIELDS) => Some(8), Some(DebitAnswer::FIELDS);
    DebitForUnload "DEBIT FOR UNLOAD" CARD 0x80 0x54 Is(0x03), Is(0x00);
        lc 11, 11; Some(CreditRequest::FIELDS) => Some(4), Some(UnloadAnswer::FIELDS);
    UpdateOverdrawLimit "UPDATE OVERDRAW LIMIT" CARD 0x80 0x58 Is(0x00), Is(0x00);
        lc 14, 14; Some(LimitRequest::FIELDS) => Some(4), Some(CreditAnswer::FIELDS);
    GetTransactionProve "GET TRANSACTION PROVE" CARD 0x80 0x5A Is(0x00), OneOf(&[0x02, 0x03, 0x06, 0x07, 0x09]);
        lc 2, 2; Some(ProveRequest::FIELDS) => Some(8), Some(Proof::FIELDS);
    GetBalance "GET BALANCE" CARD 0x80 0x5C Range(0x00, 0x05), Is(0x02);
        lc 0, 0; None => None, Some(Balance::FIELDS);
    // P1: the record's number, 00 for the cyclic file (7.3).
    UpdateCappDataCache "UPDATE CAPP DATA CACHE" CARD 0x80 0xDC Range(0x00, 0x12), SfiShifted;
        lc 1, 255; None => Some(0), None;
    // Lc 24: two levels of diversification, as T-Union uses.
    InitSamForPurchase "INIT SAM FOR PURCHASE" SAM 0x80 0x70 Is(0x00), Is(0x00);
        lc 36, 36; Some(SamInitRequest::FIELDS) => Some(8), Some(SamInitAnswer::FIELDS);
    CreditSamForPurchase "CREDIT SAM FOR PURCHASE" SAM 0x80 0x72 Is(0x00), Is(0x00);
        lc 4, 4; Some(SamCreditRequest::FIELDS) => Some(0), None;
    // P1 and P2 name a key; the data are whole factors, one to three of them.
    InitForDescrypt "INIT FOR DESCRYPT" SAM 0x80 0x1A Any, Any; lc 8, 24; None => Some(0), None;
    // Whole blocks; how long the answer is depends on P1.
    DesCrypt "DES CRYPT" SAM 0x80 0xFA OneOf(&[0x00, 0x01, 0x02, 0x03, 0x05, 0x07]), Is(0x00);
        lc 8, 248; None => None, None;
}

impl Spec {
    /// Judges the Le of `command` where the answer has one fixed length.
    ///
    /// # Errors
    /// As [`Command::expect`].
    pub fn judge_le(&self, command: &Command<'_>, rule: LeRule) -> Result<(), Sw> {
        self.answer_len.map_or(Ok(()), |length| command.expect(usize::from(length), rule))
    }
}

/// The row that `command` fits, or the general fault that `device` answers: unknown class, unknown
/// instruction, wrong parameters, wrong length, in this order (`docs/spec/card.md` 3).
///
/// # Errors
/// [`Sw::UNKNOWN_CLASS`], [`Sw::UNKNOWN_INSTRUCTION`], [`Sw::WRONG_P1_P2`], or [`Sw::WRONG_LENGTH`] for
/// an Lc that the command does not have. Le is judged by [`Spec::judge_le`].
pub fn find(device: Device, command: &Command<'_>) -> Result<&'static Spec, Sw> {
    let mut fault = None;
    for spec in named(command.ins) {
        if spec.cla != command.cla || !spec.devices.contains(&device) {
            continue;
        }
        if !spec.p1.admits(command.p1) || !spec.p2.admits(command.p2) {
            fault = Some(Sw::WRONG_P1_P2);
            continue;
        }
        let (low, high) = spec.lc;
        if !(usize::from(low)..=usize::from(high)).contains(&command.data.len()) {
            return Err(Sw::WRONG_LENGTH);
        }
        return Ok(spec);
    }
    Err(fault.unwrap_or_else(|| unnamed(device, command.cla)))
}

/// The fault of a command whose class and instruction no row of `device` has.
#[cold]
fn unnamed(device: Device, cla: u8) -> Sw {
    let known = COMMANDS.iter().any(|spec| spec.cla == cla && spec.devices.contains(&device));
    if known { Sw::UNKNOWN_INSTRUCTION } else { Sw::UNKNOWN_CLASS }
}

/// The rows of an instruction, in the table's order. A card looks up every command, so it does not read
/// the whole table for each.
fn named(ins: u8) -> impl Iterator<Item = &'static Spec> {
    let mut row = CHAINS.first.get(usize::from(ins)).map_or(NONE, |first| *first);
    core::iter::from_fn(move || {
        let at = usize::from(row);
        let spec = COMMANDS.get(at)?;
        row = CHAINS.next.get(at).map_or(NONE, |next| *next);
        Some(spec)
    })
}

/// For each instruction its first row, and for each row the next one of the same instruction; [`NONE`]
/// where there is none.
struct Chains {
    first: [u8; 256],
    next: [u8; COMMANDS.len()],
}

/// No row: the table is not that long.
const NONE: u8 = u8::MAX;

static CHAINS: Chains = chains();

const fn chains() -> Chains {
    assert!(COMMANDS.len() <= NONE as usize, "a row is named by one byte");
    let mut chains = Chains { first: [NONE; 256], next: [NONE; COMMANDS.len()] };
    // From the last row to the first, so that each chain has the table's order.
    let mut row = COMMANDS.len();
    while let Some(before) = row.checked_sub(1) {
        row = before;
        let ins = COMMANDS[row].ins as usize;
        chains.next[row] = chains.first[ins];
        [chains.first[ins], ..] = row.to_le_bytes();
    }
    chains
}

/// Whether a command ends the transaction that is open, be it answered or refused: any SELECT does, and
/// any INITIALIZE (80 50 on the card, 80 70 and 80 1A on the PSAM), whatever its parameters and lengths (our
/// reading, `docs/spec/card.md` 3.1, 6a). So the first two bytes tell.
#[must_use]
pub fn ends_transaction(device: Device, command: &[u8]) -> bool {
    let [cla, ins, ..] = *command else { return false };
    named(ins).any(|spec| {
        let ends = matches!(
            spec.name,
            Name::SelectName
                | Name::SelectFile
                | Name::InitForLoad
                | Name::InitForPurchase
                | Name::InitForCappPurchase
                | Name::InitForUnload
                | Name::InitForUpdate
                | Name::InitSamForPurchase
                | Name::InitForDescrypt
        );
        ends && spec.cla == cla && spec.devices.contains(&device)
    })
}

impl Name {
    /// The command's row.
    #[must_use]
    pub fn spec(self) -> &'static Spec {
        // Every name has a row: see the test below. The first row keeps this free of panics.
        COMMANDS.iter().find(|spec| spec.name == self).unwrap_or(&COMMANDS[0])
    }
}

#[cfg(test)]
mod tests;
