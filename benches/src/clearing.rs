//! Upload records, and the bare DES work of their TACs.

use des::cipher::{BlockCipherEncrypt, KeyInit};
use des::{Des, TdesEde2};
use std::hint::black_box;
use tunion_clearing::sample::{ISSUER, Keys, rides};
use tunion_clearing::tac::Book;
use tunion_crypto::Key16;
use tunion_data::mac::PurchaseTac;
use tunion_data::upload::UploadRecord;

/// The TAC root.
const ROOT: [u8; 16] = *b"the root of TACs";

/// The keys that the records are cleared with.
#[must_use]
pub fn keys() -> Keys {
    Keys::new(Key16::new(ROOT))
}

/// A batch of entries and exits, four a card: a day of two rides. As terminals upload them, card after card.
#[must_use]
pub fn day(cards: u32) -> Vec<UploadRecord> {
    rides(&keys(), cards, 2)
}

/// As many entries as there are cards: no card comes twice.
#[must_use]
pub fn strangers(cards: u32) -> Vec<UploadRecord> {
    let mut records = rides(&keys(), cards, 1);
    records.truncate(cards.try_into().unwrap());
    records
}

/// The same records card by card, as their TACs are checked.
#[must_use]
pub fn by_card(records: &[UploadRecord]) -> Vec<UploadRecord> {
    let mut sorted = records.to_vec();
    sorted.sort_by_key(|record| (record.pan, record.card_seq));
    sorted
}

/// How many TACs are right, by [`Book`].
#[inline(never)]
#[must_use]
pub fn check(keys: &Keys, records: &[UploadRecord]) -> usize {
    let mut book = Book::new(keys);
    records.iter().filter(|record| book.expected(record) == Some(record.tac)).count()
}

/// How many TACs are right, by the `des` crate alone, the issuer's key prepared: of each card two 3DES blocks and one
/// DES schedule, of each record three DES blocks.
///
/// # Panics
/// If a record is another issuer's.
#[inline(never)]
#[must_use]
pub fn bare(records: &[UploadRecord]) -> usize {
    let issuer = TdesEde2::new(&diversified(&TdesEde2::new(&ROOT.into()), ISSUER.0).into());
    let mut card = None;
    records.iter().filter(|record| tac(&issuer, &mut card, black_box(record)) == record.tac).count()
}

fn tac(issuer: &TdesEde2, card: &mut Option<([u8; 8], Des)>, record: &UploadRecord) -> [u8; 4] {
    assert_eq!(record.issuer, ISSUER);
    let asn = record.pan.last8();
    if card.as_ref().is_none_or(|(known, _)| *known != asn) {
        let key = diversified(issuer, asn);
        let folded = core::array::from_fn::<u8, 8, _>(|at| key[at] ^ key[at + 8]);
        *card = Some((asn, Des::new(&folded.into())));
    }
    let (date, time) = record.at.split();
    let UploadRecord { amount, transaction, terminal, terminal_seq, .. } = *record;
    let mut input = [0; 24];
    input[..22]
        .copy_from_slice(&PurchaseTac { amount, transaction, terminal, terminal_seq, date, time }.encode());
    input[22] = 0x80;
    let (blocks, _) = input.as_chunks::<8>();
    let (_, key) = card.as_ref().unwrap();
    let chained = blocks.iter().fold([0; 8], |state: [u8; 8], block| {
        let mut state = core::array::from_fn::<u8, 8, _>(|at| state[at] ^ block[at]).into();
        key.encrypt_block(&mut state);
        state.into()
    });
    [chained[0], chained[1], chained[2], chained[3]]
}

/// One step of the diversification.
fn diversified(key: &TdesEde2, factor: [u8; 8]) -> [u8; 16] {
    let [left, right] = [factor, factor.map(|byte| !byte)].map(|half| {
        let mut block = half.into();
        key.encrypt_block(&mut block);
        <[u8; 8]>::from(block)
    });
    core::array::from_fn(|at| if at < 8 { left[at] } else { right[at - 8] })
}
