//! Commands as a terminal sends them, one function each. Class and instruction come from the
//! [`table`](crate::table).

use crate::Name;
use heapless::Vec;
use tunion_data::Aid;
use tunion_data::command::{
    CreditRequest, DebitRequest, InitRequest, LimitInitRequest, LimitRequest, ProveRequest, SamCreditRequest,
    SamInitRequest, SamKey, SamQuota, Transaction,
};
use tunion_data::file::Sfi;

/// A command's bytes: header, Lc, up to 255 bytes of data, Le.
pub type CommandBuf = Vec<u8, 261>;

/// Puts a command together. More data than one Lc can count does not compile.
fn command<const N: usize>(name: Name, p1: u8, p2: u8, data: &[u8; N], le: Option<u8>) -> CommandBuf {
    const { assert!(N <= 255, "Lc is one byte") };
    command_of(name, p1, p2, data, le)
}

/// The same with data of any length, of which what is beyond 255 bytes is cut off.
fn command_of(name: Name, p1: u8, p2: u8, data: &[u8], le: Option<u8>) -> CommandBuf {
    let spec = name.spec();
    let data = data.get(..255).unwrap_or(data);
    let mut bytes = CommandBuf::new();
    // 4 + 1 + 255 + 1 bytes at most always fit.
    let _ = bytes.extend_from_slice(&[spec.cla, spec.ins, p1, p2]);
    if !data.is_empty() {
        let [.., lc] = data.len().to_be_bytes();
        let _ = bytes.push(lc);
        let _ = bytes.extend_from_slice(data);
    }
    if let Some(le) = le {
        let _ = bytes.push(le);
    }
    bytes
}

/// SELECT by name, with Le = 00.
#[must_use]
pub fn select_name<const N: usize>(name: &[u8; N]) -> CommandBuf {
    command(Name::SelectName, 0x04, 0x00, name, Some(0x00))
}

/// SELECT of an application by its name, with Le = 00.
#[must_use]
pub fn select_application(aid: &Aid) -> CommandBuf {
    let name = aid.as_bytes();
    let mut bytes = command(Name::SelectName, 0x04, 0x00, &[], None);
    let [.., lc] = name.len().to_be_bytes();
    // 4 + 1 + 16 + 1 bytes at most always fit.
    let _ = bytes.push(lc);
    let _ = bytes.extend_from_slice(name);
    let _ = bytes.push(0x00);
    bytes
}

/// SELECT by file identifier.
#[must_use]
pub fn select_file(fid: u16) -> CommandBuf {
    command(Name::SelectFile, 0x00, 0x00, &fid.to_be_bytes(), None)
}

/// READ BINARY of `length` bytes from the start of a file.
#[must_use]
pub fn read_binary(file: Sfi, length: u8) -> CommandBuf {
    command(Name::ReadBinary, 0x80 | file.0, 0x00, &[], Some(length))
}

/// READ RECORD by number: 1 is the newest of a cyclic file, and record 27nn of EF 1A.
#[must_use]
pub fn read_record(file: Sfi, number: u8, length: u8) -> CommandBuf {
    command(Name::ReadRecord, number, file.0 << 3 | 0x04, &[], Some(length))
}

/// What GET BALANCE is asked for, P1 (`docs/spec/card.md` 3).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Asked {
    /// Actual balance and unused overdraft together.
    Available = 0x00,
    /// 透支限额.
    OverdraftLimit = 0x01,
    /// 已透支.
    OverdraftUsed = 0x02,
    /// 实际余额.
    Actual = 0x03,
    /// 余额上限.
    Ceiling = 0x04,
    /// All four words, 16 bytes.
    All = 0x05,
}

/// GET BALANCE.
#[must_use]
pub fn get_balance(asked: Asked) -> CommandBuf {
    let le = if asked == Asked::All { 0x10 } else { 0x04 };
    command(Name::GetBalance, asked as u8, 0x02, &[], Some(le))
}

/// INITIALIZE for a transaction. That of a limit update has no amount; `request`'s is left out.
#[must_use]
pub fn init(transaction: Transaction, request: &InitRequest) -> CommandBuf {
    let (name, p1, le) = match transaction {
        Transaction::Load => (Name::InitForLoad, 0x00, 0x10),
        Transaction::Unload => (Name::InitForUnload, 0x05, 0x10),
        Transaction::Purchase => (Name::InitForPurchase, 0x01, 0x0F),
        Transaction::Capp => (Name::InitForCappPurchase, 0x03, 0x0F),
        Transaction::LimitUpdate => {
            let InitRequest { key_index, terminal, .. } = *request;
            return init_update(&LimitInitRequest { key_index, terminal });
        }
    };
    command(name, p1, 0x02, &request.encode(), Some(le))
}

/// INITIALIZE FOR UPDATE.
#[must_use]
pub fn init_update(request: &LimitInitRequest) -> CommandBuf {
    command(Name::InitForUpdate, 0x04, 0x01, &request.encode(), Some(0x13))
}

/// UPDATE CAPP DATA CACHE of record `id` (low byte of 27xx) of EF 1A, or of the cyclic EF 1E with
/// `id` 00.
#[must_use]
pub fn update_capp<const N: usize>(file: Sfi, id: u8, record: &[u8; N]) -> CommandBuf {
    command(Name::UpdateCappDataCache, id, file.0 << 3, record, None)
}

/// DEBIT FOR PURCHASE or FOR CAPP PURCHASE.
#[must_use]
pub fn debit(request: &DebitRequest) -> CommandBuf {
    command(Name::DebitForPurchase, 0x01, 0x00, &request.encode(), Some(0x08))
}

/// CREDIT FOR LOAD.
#[must_use]
pub fn credit(request: &CreditRequest) -> CommandBuf {
    command(Name::CreditForLoad, 0x00, 0x00, &request.encode(), Some(0x04))
}

/// DEBIT FOR UNLOAD.
#[must_use]
pub fn debit_unload(request: &CreditRequest) -> CommandBuf {
    command(Name::DebitForUnload, 0x03, 0x00, &request.encode(), Some(0x04))
}

/// UPDATE OVERDRAW LIMIT.
#[must_use]
pub fn update_limit(request: &LimitRequest) -> CommandBuf {
    command(Name::UpdateOverdrawLimit, 0x00, 0x00, &request.encode(), Some(0x04))
}

/// GET CHALLENGE of 4 bytes or 8.
#[must_use]
pub fn get_challenge(length: u8) -> CommandBuf {
    command(Name::GetChallenge, 0x00, 0x00, &[], Some(length))
}

/// GET TRANSACTION PROVE for the transaction that would have `seq`.
#[must_use]
pub fn prove(transaction: Transaction, seq: u16) -> CommandBuf {
    command(Name::GetTransactionProve, 0x00, transaction as u8, &ProveRequest { seq }.encode(), Some(0x08))
}

/// INIT SAM FOR PURCHASE.
#[must_use]
pub fn init_sam(request: &SamInitRequest) -> CommandBuf {
    command(Name::InitSamForPurchase, 0x00, 0x00, &request.encode(), Some(0x08))
}

/// CREDIT SAM FOR PURCHASE.
#[must_use]
pub fn credit_sam(mac2: [u8; 4]) -> CommandBuf {
    command(Name::CreditSamForPurchase, 0x00, 0x00, &SamCreditRequest { mac2 }.encode(), None)
}

/// INIT FOR DESCRYPT: the PSAM derives `key` by `factors`, of which it applies the last one first. More
/// than three make a command that no PSAM takes.
#[must_use]
pub fn init_descrypt(key: SamKey, factors: &[[u8; 8]]) -> CommandBuf {
    let SamKey { p1, p2 } = key;
    command_of(Name::InitForDescrypt, p1, p2, factors.as_flattened(), None)
}

/// DES CRYPT of whole blocks. Le is what the answer has by `p1` (`docs/spec/terminal.md` 2.4): 4 bytes
/// when a MAC ends, none while it goes on, and for a cipher text as many as went in. What is beyond 248
/// bytes is cut off.
#[must_use]
pub fn des_crypt(p1: u8, data: &[u8]) -> CommandBuf {
    let data = data.get(..248).unwrap_or(data);
    let [.., length] = data.len().to_be_bytes();
    let le = match p1 & 0x03 {
        0x01 => Some(0x04),
        0x03 => None,
        _ => Some(length),
    };
    command_of(Name::DesCrypt, p1, 0x00, data, le)
}

/// GET RESPONSE of `le` bytes, as `61xx` said they wait.
#[must_use]
pub fn get_response(le: u8) -> CommandBuf {
    command(Name::GetResponse, 0x00, 0x00, &[], Some(le))
}

/// GET CHALLENGE of the 8 bytes that a load SAM's sign-on begins with (`docs/spec/terminal.md` 1.6).
#[must_use]
pub fn sam_challenge() -> CommandBuf {
    get_challenge(8)
}

/// EXTERNAL AUTHENTICATE of a load SAM: the host's answer to its challenge (`docs/spec/terminal.md` 1.6).
#[must_use]
pub fn authenticate_sam(cryptogram: [u8; 8]) -> CommandBuf {
    command(Name::ExternalAuthenticate, 0x00, 0x01, &cryptogram, None)
}

/// UPDATE BINARY of a load SAM's quota, file 18 (`docs/spec/terminal.md` 1.6, our reading).
#[must_use]
pub fn write_quota(quota: &SamQuota) -> CommandBuf {
    command(Name::UpdateBinary, 0x80 | Sfi::QUOTA.0, 0x00, &quota.encode(), None)
}

/// A command of secure messaging without its MAC, which is what the MAC is made over
/// (`docs/spec/card.md` 4.7): Lc already counts the 4 bytes that [`signed`] puts behind. More data than
/// 251 bytes is cut off there.
#[must_use]
pub fn unsigned(name: Name, p1: u8, p2: u8, data: &[u8]) -> CommandBuf {
    let spec = name.spec();
    let data = data.get(..data.len().min(251)).unwrap_or_default();
    let [.., lc] = (data.len() + 4).to_be_bytes();
    let mut bytes = CommandBuf::new();
    // 5 + 251 bytes at most always fit.
    let _ = bytes.extend_from_slice(&[spec.cla, spec.ins, p1, p2, lc]);
    let _ = bytes.extend_from_slice(data);
    bytes
}

/// The same command with its MAC.
#[must_use]
pub fn signed(mut unsigned: CommandBuf, mac: [u8; 4]) -> CommandBuf {
    // 5 + 251 + 4 bytes at most always fit.
    let _ = unsigned.extend_from_slice(&mac);
    unsigned
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Command, Device, table};
    use tunion_data::{Fen, TerminalId};

    /// `docs/spec/card.md` 5.4, entry INIT.
    #[test]
    fn init_for_capp_purchase_as_published() {
        let request =
            InitRequest { key_index: 1, amount: Fen::ZERO, terminal: TerminalId([0x10, 0, 0, 0, 0, 0x01]) };
        let bytes = init(Transaction::Capp, &request);
        assert_eq!(bytes, [0x80, 0x50, 0x03, 0x02, 0x0B, 0x01, 0, 0, 0, 0, 0x10, 0, 0, 0, 0, 0x01, 0x0F]);
    }

    /// `docs/spec/card.md` 5.4, APPLICATION BLOCK.
    #[test]
    fn application_block_as_published() {
        let block = unsigned(Name::ApplicationBlock, 0x00, 0x00, &[]);
        assert_eq!(block, [0x84, 0x1E, 0x00, 0x00, 0x04]);
        let block = signed(block, [0x34, 0x85, 0xAF, 0xE2]);
        assert_eq!(block, [0x84, 0x1E, 0x00, 0x00, 0x04, 0x34, 0x85, 0xAF, 0xE2]);
    }

    /// The lock of `docs/spec/terminal.md` 3.3, and the top-up machine's commands of 1.6.
    #[test]
    fn the_commands_of_a_lock_and_of_a_load_sam() {
        let (asn, issuer) = ([0xA5; 8], [0x15; 8]);
        let init = init_descrypt(SamKey::BLOCK, &[asn, issuer]);
        assert_eq!(init, [&[0x80, 0x1A, 0x45, 0x02, 0x10][..], &asn, &issuer].concat()[..]);
        let crypt = des_crypt(0x05, &[0x11; 16]);
        assert_eq!(crypt, [&[0x80, 0xFA, 0x05, 0x00, 0x10][..], &[0x11; 16], &[0x04]].concat()[..]);
        assert_eq!(des_crypt(0x07, &[0; 16])[..5], [0x80, 0xFA, 0x07, 0x00, 0x10]);
        assert_eq!(des_crypt(0x07, &[0; 16]).len(), 5 + 16, "nothing is answered, so there is no Le");
        assert_eq!(des_crypt(0x00, &[0; 24]).last(), Some(&24));
        let init = init_descrypt(SamKey::LOAD, &[asn]);
        assert_eq!(init, [&[0x80, 0x1A, 0x2B, 0x01, 0x08][..], &asn].concat()[..]);
        assert_eq!(sam_challenge(), [0x00, 0x84, 0x00, 0x00, 0x08]);
        assert_eq!(authenticate_sam([7; 8])[..5], [0x00, 0x82, 0x00, 0x01, 0x08]);
        assert_eq!(write_quota(&SamQuota::default())[..5], [0x00, 0xD6, 0x98, 0x00, 0x0F]);
        assert_eq!(get_response(0x08), [0x00, 0xC0, 0x00, 0x00, 0x08]);
    }

    #[test]
    fn what_is_built_is_found_in_the_table() {
        let request = InitRequest::default();
        let built = [
            (Device::Card, select_name(b"2PAY.SYS.DDF01"), Name::SelectName),
            (Device::Card, select_application(&Aid::MOHURD), Name::SelectName),
            (Device::Sam, select_file(0x8011), Name::SelectFile),
            (Device::Card, read_binary(Sfi::INFO, 0x1E), Name::ReadBinary),
            (Device::Card, read_record(Sfi::LOG, 1, 0), Name::ReadRecord),
            (Device::Card, get_balance(Asked::All), Name::GetBalance),
            (Device::Card, init(Transaction::Purchase, &request), Name::InitForPurchase),
            (Device::Card, init(Transaction::Capp, &request), Name::InitForCappPurchase),
            (Device::Card, init(Transaction::Load, &request), Name::InitForLoad),
            (Device::Card, init(Transaction::Unload, &request), Name::InitForUnload),
            (Device::Card, init(Transaction::LimitUpdate, &request), Name::InitForUpdate),
            (Device::Card, debit_unload(&CreditRequest::default()), Name::DebitForUnload),
            (Device::Card, update_limit(&LimitRequest::default()), Name::UpdateOverdrawLimit),
            (Device::Card, get_challenge(8), Name::GetChallenge),
            (Device::Card, update_capp(Sfi::TRIP, 0, &[0; 48]), Name::UpdateCappDataCache),
            (Device::Card, debit(&DebitRequest::default()), Name::DebitForPurchase),
            (Device::Card, credit(&CreditRequest::default()), Name::CreditForLoad),
            (Device::Card, prove(Transaction::Capp, 1), Name::GetTransactionProve),
            (Device::Sam, init_sam(&SamInitRequest::default()), Name::InitSamForPurchase),
            (Device::Sam, credit_sam([0; 4]), Name::CreditSamForPurchase),
            (Device::Sam, init_descrypt(SamKey::BLOCK, &[[0; 8]; 2]), Name::InitForDescrypt),
            (Device::Sam, des_crypt(0x05, &[0; 16]), Name::DesCrypt),
            (Device::Sam, des_crypt(0x02, &[0; 300]), Name::DesCrypt),
            (Device::Sam, get_response(8), Name::GetResponse),
            (Device::Sam, sam_challenge(), Name::GetChallenge),
            (Device::Sam, authenticate_sam([0; 8]), Name::ExternalAuthenticate),
            (Device::Sam, write_quota(&SamQuota::default()), Name::UpdateBinary),
        ];
        for (device, bytes, name) in built {
            let command = Command::parse(&bytes).unwrap();
            assert_eq!(table::find(device, &command).map(|spec| spec.name), Ok(name));
        }
    }
}
