//! The batch in the order of its cards, and in the order of its terminals.

use tunion_data::command::Transaction;
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_data::{Pan, TerminalId};

use crate::fault::{is_pan, is_terminal};
use crate::is_load;

/// The place of a record in its batch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Place(pub(crate) u32);

impl Place {
    /// As an index into the batch.
    #[must_use]
    pub fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }
}

/// The most records that a batch has.
pub(crate) const MOST: usize = u32::MAX as usize;

/// A record's numbers and its place in one word, which sorts as they do:
///
/// - of a card: the 76 bits of its 19 digits, then from bit 48 on a bit for loads and 16 of the sequence;
/// - of a terminal: its 48 bits, then from bit 32 on the 32 of the sequence;
///
/// and the place in the last 32 bits, so that equal numbers stand in the order of the batch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Entry(u128);

/// Bits of the place.
const PLACE: u32 = 32;
/// Bits of a card's sequence, in either order.
const SEQ: u32 = 16;

impl Entry {
    /// The record.
    pub(crate) const fn place(self) -> Place {
        #[expect(clippy::cast_possible_truncation, reason = "the last 32 bits")]
        Place(self.0 as u32)
    }

    /// All but the place.
    pub(crate) const fn numbers(self) -> u128 {
        self.0 >> PLACE
    }

    /// Card and whether it is a load, of a card's entry.
    const fn counter(self) -> u128 {
        self.0 >> (PLACE + SEQ)
    }

    /// The card alone.
    const fn card(self) -> u128 {
        self.0 >> (PLACE + SEQ + 1)
    }

    /// The terminal alone, of a terminal's entry.
    const fn terminal(self) -> u128 {
        self.0 >> (2 * PLACE)
    }
}

/// Every record that can be told to be a card's debit or load, by card, debits first, by sequence. A record without
/// a transaction has no sequence and is not in it; one that is illegal may be.
pub(crate) fn by_card(records: &[UploadRecord]) -> Vec<Entry> {
    let entry = |(place, record): (u32, &UploadRecord)| {
        (has_transaction(record) && is_pan(record.pan)).then(|| {
            let bytes = record.pan.to_bytes();
            let pan = bytes.iter().fold(0, |pan: u128, byte| pan << 8 | u128::from(*byte));
            let counter = pan << 1 | u128::from(is_load(record));
            Entry((counter << SEQ | u128::from(record.card_seq)) << PLACE | u128::from(place))
        })
    };
    sorted(records, entry)
}

/// Every debit of a terminal, by terminal and sequence. Loads have no terminal sequence: no PSAM takes part.
pub(crate) fn by_terminal(records: &[UploadRecord]) -> Vec<Entry> {
    let entry = |(place, record): (u32, &UploadRecord)| {
        (has_transaction(record) && !is_load(record) && is_terminal(record.terminal)).then(|| {
            let terminal = record.terminal.0.iter().fold(0, |all: u128, byte| all << 8 | u128::from(*byte));
            let seq = u128::from(record.terminal_seq);
            Entry((terminal << PLACE | seq) << PLACE | u128::from(place))
        })
    };
    sorted(records, entry)
}

fn sorted(records: &[UploadRecord], entry: impl Fn((u32, &UploadRecord)) -> Option<Entry>) -> Vec<Entry> {
    let mut entries: Vec<Entry> = (0..=u32::MAX).zip(records).filter_map(entry).collect();
    entries.sort_unstable();
    entries
}

/// Whether the purse did a debit or a load for it. A kind that is none does not tell.
fn has_transaction(record: &UploadRecord) -> bool {
    let is = |transaction: Transaction| record.transaction == transaction as u8;
    let known = is(Transaction::Load) || is(Transaction::Purchase) || is(Transaction::Capp);
    known && RecordKind::from_byte(record.kind).is_none_or(RecordKind::has_tac)
}

/// The records of one card.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Card<'b> {
    /// Its debits by sequence.
    pub(crate) debits: &'b [Entry],
    /// Its loads by sequence.
    pub(crate) loads: &'b [Entry],
}

/// The cards of a batch that [`by_card`] put in order.
pub(crate) fn cards(by_card: &[Entry]) -> impl Iterator<Item = Card<'_>> {
    by_card.chunk_by(|a, b| a.card() == b.card()).map(|entries| {
        let is_debit = |entry: &Entry| entry.counter() & 1 == 0;
        let (debits, loads) = entries.split_at(entries.partition_point(is_debit));
        Card { debits, loads }
    })
}

/// The terminals of a batch that [`by_terminal`] put in order.
pub(crate) fn terminals(by_terminal: &[Entry]) -> impl Iterator<Item = &[Entry]> {
    by_terminal.chunk_by(|a, b| a.terminal() == b.terminal())
}

/// Entries with the same numbers together.
pub(crate) fn runs(entries: &[Entry]) -> impl Iterator<Item = &[Entry]> {
    entries.chunk_by(|a, b| a.numbers() == b.numbers())
}

/// The numbers of a debit at its terminal.
pub(crate) const fn at_terminal(record: &UploadRecord) -> (TerminalId, u32) {
    (record.terminal, record.terminal_seq)
}

/// The numbers of a debit or load on its card.
pub(crate) const fn on_card(record: &UploadRecord) -> (Pan, bool, u16) {
    (record.pan, is_load(record), record.card_seq)
}
