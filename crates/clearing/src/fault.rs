//! What makes a record illegal by itself (非法数据, `docs/spec/terminal.md` 6.2: PAN or terminal missing; what else
//! is asked for is our reading).

use tunion_data::command::Transaction;
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_data::{BcdDateTime, Fen, Fen24, IssuerId, Pan, TerminalId};

use crate::is_load;

/// The first thing that is wrong with a record by itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Fault {
    /// Its kind is none that there is.
    Kind,
    /// Its card number is missing, or is none.
    Pan,
    /// Its terminal is missing.
    Terminal,
    /// The card's issuer is missing.
    Issuer,
    /// Its time is missing, or is none.
    At,
    /// The time of the entry is none.
    EntryAt,
    /// Its transaction is not one that its kind does.
    Transaction,
    /// It has an amount, and its kind moves no money.
    Money,
    /// Money in it is more than a purse can hold.
    Purse,
    /// Balance before, amount and balance after do not agree.
    Balance,
}

impl Fault {
    /// What the record says, and what would be right.
    #[must_use]
    pub fn told(self, record: &UploadRecord) -> (String, String) {
        match self {
            Self::Kind => {
                let known: Vec<_> =
                    RecordKind::ALL.iter().map(|kind| format!("{:02X}", *kind as u8)).collect();
                (format!("kind {:02X}", record.kind), format!("one of {}", known.join(", ")))
            }
            Self::Pan if record.pan == Pan::default() => {
                ("no card number".to_owned(), "19 digits".to_owned())
            }
            Self::Pan => {
                let bytes = record.pan.to_bytes().map(|byte| format!("{byte:02X}")).concat();
                (format!("card number {bytes}"), "19 digits behind a zero".to_owned())
            }
            Self::Terminal => ("no terminal".to_owned(), "the number that its PSAM has".to_owned()),
            Self::Issuer => ("no issuer".to_owned(), "that of the card's EF 15".to_owned()),
            Self::At | Self::EntryAt => {
                let (name, at) = if self == Self::At {
                    ("time", record.at)
                } else {
                    ("time of the entry", record.entry_at)
                };
                let said =
                    if at == BcdDateTime::default() { format!("no {name}") } else { format!("{name} {at}") };
                (said, "a time that exists".to_owned())
            }
            Self::Transaction => {
                let right = match RecordKind::from_byte(record.kind) {
                    Some(RecordKind::Load) => "02",
                    _ => "06 or 09",
                };
                (format!("transaction {:02X}", record.transaction), right.to_owned())
            }
            Self::Money => (format!("amount {}", record.amount), "none: no money moves".to_owned()),
            Self::Purse => {
                let most = money(record).into_iter().max().unwrap_or_default();
                (format!("{most} yuan"), format!("at most {}", Fen24::MAX.fen()))
            }
            Self::Balance => {
                let UploadRecord { amount, balance_before: before, balance_after: after, .. } = *record;
                let right = if is_load(record) {
                    format!("at most {}, and no less than before", before + amount)
                } else {
                    before.saturating_sub(amount).to_string()
                };
                let sign = if is_load(record) { '+' } else { '-' };
                (format!("balance after {before} {sign} {amount}: {after}"), right)
            }
        }
    }
}

/// The first fault of a record, if it has one.
pub(crate) fn fault(record: &UploadRecord) -> Option<Fault> {
    let kind = RecordKind::from_byte(record.kind);
    let has_tac = kind.is_some_and(RecordKind::has_tac);
    let wrong = [
        (Fault::Kind, kind.is_none()),
        (Fault::Pan, !is_pan(record.pan)),
        (Fault::Terminal, !is_terminal(record.terminal)),
        (Fault::Issuer, record.issuer == IssuerId::default()),
        (Fault::At, record.at.datetime().is_none()),
        (Fault::EntryAt, record.entry_at != BcdDateTime::default() && record.entry_at.datetime().is_none()),
        (Fault::Transaction, kind.is_some_and(|kind| !does(kind, record))),
        (Fault::Money, !has_tac && !record.amount.is_zero()),
        (Fault::Purse, money(record).into_iter().any(|amount| Fen24::new(amount).is_none())),
        (Fault::Balance, has_tac && !adds_up(record)),
    ];
    wrong.into_iter().find_map(|(fault, is_wrong)| is_wrong.then_some(fault))
}

/// Whether these are 19 digits. A card number of zeros is none.
pub(crate) fn is_pan(pan: Pan) -> bool {
    let bytes = pan.to_bytes();
    let digits = bytes.iter().all(|byte| byte >> 4 < 10 && byte & 0x0F < 10);
    digits && bytes[0] < 10 && pan != Pan::default()
}

/// Whether there is a terminal.
pub(crate) fn is_terminal(terminal: TerminalId) -> bool {
    terminal != TerminalId::default() && terminal.0 != [0xFF; 6]
}

/// The money that a purse has or moves.
const fn money(record: &UploadRecord) -> [Fen; 4] {
    [record.amount, record.balance_before, record.balance_after, record.available_before]
}

/// Whether the record's transaction is one that the kind does; where it does none, any stands for none.
fn does(kind: RecordKind, record: &UploadRecord) -> bool {
    let is = |transaction: Transaction| record.transaction == transaction as u8;
    match kind {
        RecordKind::Load => is(Transaction::Load),
        kind if kind.has_tac() => is(Transaction::Purchase) || is(Transaction::Capp),
        _ => true,
    }
}

/// Whether the actual balance after is what the transaction leaves of the one before. What a debit does not find
/// there comes from the overdraft, and a load repays that first, so that a balance grows by less or not at all
/// (`docs/spec/card.md` 6).
fn adds_up(record: &UploadRecord) -> bool {
    let UploadRecord { amount, balance_before: before, balance_after: after, .. } = *record;
    if is_load(record) {
        (before..=before + amount).contains(&after)
    } else {
        after == before.saturating_sub(amount)
    }
}
