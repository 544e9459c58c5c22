//! A composite purchase on the card's side, beside its bare DES work.

use crate::card::{BenchCard, PURCHASE_KEY, TAC_KEY, ask, card};
use des::cipher::{BlockCipherEncrypt, KeyInit};
use des::{Des, TdesEde2};
use std::hint::black_box;
use tunion_apdu::{CommandBuf, Response, build};
use tunion_card::Chip;
use tunion_crypto::{Key16, Tally, purchase_block};
use tunion_data::command::{DebitRequest, InitRequest, PurchaseInit, Transaction};
use tunion_data::file::{RailRecord, Sfi, TripRecord};
use tunion_data::mac::TransactionMac;
use tunion_data::{BcdDate, BcdTime, Fen, TerminalId};

/// What a composite purchase ciphers, keys prepared, and no card can leave out
/// (`docs/spec/card.md` 4.4–4.6).
pub const BARE: Tally = Tally {
    tdes_blocks: 1,
    des_schedules: 1,
    des_blocks: 7,
    tdes_schedules: 0,
    sm4_blocks: 0,
    sm4_schedules: 0,
    aes_blocks: 0,
    aes_schedules: 0,
};

/// Pages that it writes: purse, log, 1A, 1E, and the root.
pub const PAGES: u32 = 5;

const REQUEST: InitRequest =
    InitRequest { key_index: 1, amount: Fen::new(3), terminal: TerminalId([0x10, 0, 0, 0, 0, 0x01]) };
const DATE: BcdDate = BcdDate([0x20, 0x24, 0x01, 0x02]);
const TIME: BcdTime = BcdTime([0x03, 0x04, 0x05]);

/// A card, and many composite purchases that it takes one after the other. The MAC1 of each was made
/// beforehand, with the random numbers that the card will draw.
#[derive(Clone, Debug)]
pub struct Purchases {
    /// The card before the first.
    pub start: BenchCard,
    init: CommandBuf,
    rail: CommandBuf,
    trip: CommandBuf,
    debits: Vec<CommandBuf>,
}

impl Purchases {
    /// So many of them.
    ///
    /// # Panics
    /// If a purchase is not taken, ciphers anything but [`BARE`] or writes anything but [`PAGES`].
    #[must_use]
    pub fn prepare(count: u32) -> Self {
        let start = card();
        let init = build::init(Transaction::Capp, &REQUEST);
        let rail = build::update_capp(Sfi::INDUSTRY, RailRecord::ID, &RailRecord::blank().sealed());
        let trip = build::update_capp(Sfi::TRIP, 0, &[0x42; TripRecord::LEN]);
        let mut purchases = Self { start, init, rail, trip, debits: Vec::new() };
        let mut card = purchases.start.clone();
        let mut response = Response::new();
        let mut total = Tally::default();
        for terminal_seq in 1..=count {
            let before = total;
            let mut pages = 0;
            let mut done = |command: &[u8], response: &mut Response| {
                assert!(ask(&mut card, command, response), "{:?}", response.sw());
                total += card.work().crypto;
                pages += card.work().page_writes;
            };
            done(&purchases.init, &mut response);
            let debit = debit(&PurchaseInit::try_from(response.data()).unwrap(), terminal_seq);
            done(&purchases.rail, &mut response);
            done(&purchases.trip, &mut response);
            done(&debit, &mut response);
            let mut expected = before;
            expected += BARE;
            assert_eq!((total, pages), (expected, PAGES));
            purchases.debits.push(debit);
        }
        purchases
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.debits.len().try_into().unwrap()
    }

    /// Asks `card`, which has to be as [`start`](Self::start), for the first `count` of them.
    /// `false` unless all were taken.
    pub fn run(&self, card: &mut BenchCard, response: &mut Response, count: usize) -> bool {
        self.debits.iter().take(count).all(|debit| {
            ask(card, &self.init, response)
                && ask(card, &self.rail, response)
                && ask(card, &self.trip, response)
                && ask(card, debit, response)
        })
    }
}

/// DEBIT with the MAC1 that a PSAM would make.
fn debit(answer: &PurchaseInit, terminal_seq: u32) -> CommandBuf {
    let tally = &mut Tally::default();
    let block = purchase_block(answer.random, answer.seq, terminal_seq);
    let session = Key16::new(PURCHASE_KEY).tdes(tally).session_key(block, tally);
    let InitRequest { amount, terminal, .. } = REQUEST;
    let transaction = Transaction::Capp as u8;
    let input = TransactionMac { amount, transaction, terminal, date: DATE, time: TIME };
    let mac1 = session.mac(&input.encode(), tally);
    build::debit(&DebitRequest { terminal_seq, date: DATE, time: TIME, mac1 })
}

/// The bare work of one composite purchase, [`BARE`], with the des crate alone and the card's keys
/// prepared.
pub struct Bare {
    purchase: TdesEde2,
    tac: Des,
}

impl std::fmt::Debug for Bare {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Bare")
    }
}

impl Default for Bare {
    fn default() -> Self {
        Self::new()
    }
}

impl Bare {
    /// Prepares the keys.
    #[must_use]
    pub fn new() -> Self {
        let folded = core::array::from_fn::<u8, 8, _>(|at| TAC_KEY[at] ^ TAC_KEY[at + 8]);
        Self { purchase: TdesEde2::new(&PURCHASE_KEY.into()), tac: Des::new(&folded.into()) }
    }

    /// Session key, MAC1 of three blocks, MAC2 of one, TAC of three; `block` goes through all of them.
    #[inline(never)]
    #[must_use]
    pub fn once(&self, block: [u8; 8]) -> [u8; 8] {
        let mut block = block.into();
        self.purchase.encrypt_block(&mut block);
        let session = Des::new(&block);
        (0..4).for_each(|_| session.encrypt_block(&mut block));
        (0..3).for_each(|_| self.tac.encrypt_block(&mut block));
        block.into()
    }

    /// As often as `count` says.
    #[must_use]
    pub fn run(&self, count: usize) -> [u8; 8] {
        (0..count).fold([0x5A; 8], |block, _| black_box(self).once(block))
    }
}
