//! Cards and terminals that make records with the TACs that their keys make, for tests and benches.
//!
//! A [`Card`] keeps its balance and its two sequences, a [`Terminal`] its own; a record is what a terminal would
//! upload of a transaction of the two. Nothing is checked: a card debits whatever it is told to.

use tunion_crypto::{Algorithm, Key16, TacKey, Tally};
use tunion_data::civil::{DateTime, date};
use tunion_data::command::Transaction;
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_data::{CityCode, Fen, IssuerId, Pan, TerminalId};

use crate::tac::{TacKeys, tac};

/// The issuer of sample cards.
pub const ISSUER: IssuerId = IssuerId([0x01, 0x01, 0x10, 0x00, 0xFF, 0xFF, 0xFF, 0xFF]);

/// TAC keys of every issuer but one, under a root.
#[derive(Clone, Debug)]
pub struct Keys {
    root: Key16,
    other: Option<IssuerId>,
}

impl Keys {
    /// The keys under this root.
    #[must_use]
    pub fn new(root: Key16) -> Self {
        Self { root, other: None }
    }

    /// The same without those of one issuer.
    #[must_use]
    pub fn without(self, issuer: IssuerId) -> Self {
        Self { other: Some(issuer), ..self }
    }

    /// The TAC key of a card.
    #[must_use]
    pub fn of_card(&self, issuer: IssuerId, pan: Pan) -> TacKey {
        let tally = &mut Tally::default();
        TacKey::new(&self.root.card_key(Algorithm::Tdes, issuer.0, pan.last8(), tally), tally)
    }

    /// Gives a record the TAC of its card.
    pub fn sign(&self, record: &mut UploadRecord) {
        record.tac = tac(record, &self.of_card(record.issuer, record.pan));
    }
}

impl TacKeys for Keys {
    fn of_issuer(&self, issuer: IssuerId) -> Option<Key16> {
        let key = || self.root.diversify(Algorithm::Tdes, issuer.0, &mut Tally::default());
        (self.other != Some(issuer)).then(key)
    }
}

/// A terminal with its sequences.
#[derive(Clone, Debug)]
pub struct Terminal {
    /// Its number.
    pub number: TerminalId,
    /// Its last transaction sequence.
    pub seq: u32,
    /// Its last record.
    pub local: u32,
}

impl Terminal {
    /// The terminal of Beijing with this number.
    #[must_use]
    pub const fn new(number: u16) -> Self {
        let [high, low] = number.to_be_bytes();
        Self { number: TerminalId([0x10, 0x00, 0x00, 0x01, high, low]), seq: 0, local: 0 }
    }

    fn blank(&mut self, kind: RecordKind, at: DateTime) -> UploadRecord {
        self.local += 1;
        UploadRecord {
            kind: kind as u8,
            terminal: self.number,
            local_seq: self.local,
            at: at.into(),
            city: CityCode::BEIJING,
            acquirer: ISSUER,
            key_index: 1,
            key_version: 1,
            origin: UploadRecord::LOCAL,
            ..UploadRecord::default()
        }
    }
}

/// A card with its purse, which has no overdraft.
#[derive(Clone, Debug)]
pub struct Card {
    /// Its issuer.
    pub issuer: IssuerId,
    /// Its number.
    pub pan: Pan,
    /// What is on it.
    pub balance: Fen,
    /// Its last offline sequence.
    pub offline: u16,
    /// Its last online sequence.
    pub online: u16,
    key: TacKey,
}

impl Card {
    /// The card of an issuer with this number and so much on it.
    #[must_use]
    pub fn new(keys: &Keys, issuer: IssuerId, number: u32, balance: Fen) -> Self {
        let mut pan = [0x03, 0x10, 0x51, 0x70, 0, 0, 0, 0, 0, 0];
        let mut rest = number;
        for byte in pan[5..].iter_mut().rev() {
            let pair = u8::try_from(rest % 100).unwrap_or(0);
            *byte = ((pair / 10) << 4) | (pair % 10);
            rest /= 100;
        }
        let pan = Pan::from_bytes(pan);
        Self { issuer, pan, balance, offline: 0, online: 0, key: keys.of_card(issuer, pan) }
    }

    /// A debit.
    pub fn debit(
        &mut self,
        at: &mut Terminal,
        kind: RecordKind,
        amount: Fen,
        time: DateTime,
    ) -> UploadRecord {
        let record = self.begin(at, kind, amount, time);
        self.offline = record.card_seq;
        self.balance = record.balance_after;
        UploadRecord { tac: tac(&record, &self.key), ..record }
    }

    /// A load.
    pub fn load(&mut self, at: &mut Terminal, amount: Fen, time: DateTime) -> UploadRecord {
        let record = self.begin(at, RecordKind::Load, amount, time);
        self.online = record.card_seq;
        self.balance = record.balance_after;
        UploadRecord { tac: tac(&record, &self.key), ..record }
    }

    /// A debit or load whose answer was lost, done by the card or not.
    pub fn lost(
        &mut self,
        at: &mut Terminal,
        kind: RecordKind,
        amount: Fen,
        time: DateTime,
        done: bool,
    ) -> UploadRecord {
        let record = self.begin(at, kind, amount, time);
        if done {
            let seq = if kind == RecordKind::Load { &mut self.online } else { &mut self.offline };
            *seq = record.card_seq;
            self.balance = record.balance_after;
        }
        UploadRecord { flags: UploadRecord::GREY, tac: [0xFF; 4], ..record }
    }

    /// A record without a transaction.
    pub fn lock(&mut self, at: &mut Terminal, time: DateTime) -> UploadRecord {
        let Self { issuer, pan, balance, .. } = *self;
        let blank = at.blank(RecordKind::Lock, time);
        UploadRecord { issuer, pan, balance_before: balance, balance_after: balance, ..blank }
    }

    /// What is known of a transaction before the card answers.
    fn begin(&mut self, at: &mut Terminal, kind: RecordKind, amount: Fen, time: DateTime) -> UploadRecord {
        let is_load = kind == RecordKind::Load;
        let (transaction, seq) = match kind {
            RecordKind::Load => (Transaction::Load, self.online),
            RecordKind::Purchase | RecordKind::Refund => (Transaction::Purchase, self.offline),
            _ => (Transaction::Capp, self.offline),
        };
        let terminal_seq = if is_load { 0 } else { at.seq + 1 };
        at.seq += u32::from(!is_load);
        UploadRecord {
            transaction: transaction as u8,
            terminal_seq,
            issuer: self.issuer,
            pan: self.pan,
            card_seq: seq.saturating_add(1),
            amount,
            list: amount,
            balance_before: self.balance,
            available_before: self.balance,
            balance_after: if is_load { self.balance + amount } else { self.balance.saturating_sub(amount) },
            ..at.blank(kind, time)
        }
    }
}

/// What gates upload of so many cards that each make so many rides, of entry and exit, in the order of time. A gate
/// has the taps of about 500 cards. Every TAC is right.
#[must_use]
pub fn rides(keys: &Keys, cards: u32, rides: u32) -> Vec<UploadRecord> {
    let begin = date(2026, 11, 2).at(6, 0, 0, 0);
    let mut gates: Vec<Terminal> =
        (0..=cards / 500).map(|gate| Terminal::new(u16::try_from(gate).unwrap_or(u16::MAX))).collect();
    let mut cards: Vec<Card> =
        (0..cards).map(|number| Card::new(keys, ISSUER, number, Fen::from_yuan(1000))).collect();
    let mut records = Vec::new();
    let count = gates.len();
    for ride in 0..rides {
        for (kind, amount) in [(RecordKind::Entry, Fen::ZERO), (RecordKind::Exit, Fen::new(300))] {
            let hours = 2 * ride + u32::from(kind == RecordKind::Exit);
            for (number, card) in cards.iter_mut().enumerate() {
                let seconds = u64::from(hours) * 3600 + u64::try_from(number).unwrap_or(0) % 3600;
                let at = begin.saturating_add(core::time::Duration::from_secs(seconds));
                if let Some(gate) = gates.get_mut((number * 7 + usize::from(kind as u8)) % count) {
                    records.push(card.debit(gate, kind, amount, at));
                }
            }
        }
    }
    records
}
