//! A card with the published test keys, and what the other side of it computes.
#![allow(dead_code, unreachable_pub, reason = "each test file uses its part of a shared module")]

pub mod cases;
pub mod host;

use core::convert::Infallible;
use hex_literal::hex;
use rand_core::TryRng;
use tunion_apdu::{CommandBuf, Response, Sw, build};
use tunion_card::{Card, CardKeys, Chip, Contents, Image, PurseContents};
use tunion_crypto::{Key16, Tally, load_block, purchase_block};
use tunion_data::command::{CreditRequest, DebitRequest, InitRequest, LoadInit, PurchaseInit, Transaction};
use tunion_data::fci::EP_AID;
use tunion_data::mac::TransactionMac;
use tunion_data::{BcdDate, BcdTime, Fen, Fen24, TerminalId};

/// "Random" numbers as a published log has them: the same four bytes each time.
#[derive(Clone, Debug)]
pub struct Fixed(pub [u8; 4]);

impl TryRng for Fixed {
    type Error = Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(self.0))
    }
    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from(u32::from_le_bytes(self.0)))
    }
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.iter_mut().zip(self.0.iter().cycle()).for_each(|(to, from)| *to = *from);
        Ok(())
    }
}

/// Card keys of `docs/spec/card.md` 5.1; the load key is our own.
pub const DPK: [u8; 16] = hex!("26776F5B7AA2A6FDA378DEAC563180DC");
pub const DTK: [u8; 16] = hex!("46E4B1F2E9D7A86779439835D43C5DAD");
pub const DLK: [u8; 16] = hex!("000102030405060708090A0B0C0D0E0F");

pub const TERMINAL: TerminalId = TerminalId(hex!("100000000001"));
pub const DATE: BcdDate = BcdDate(hex!("20240102"));
pub const TIME: BcdTime = BcdTime(hex!("030405"));

pub fn fen24(fen: u32) -> Fen24 {
    Fen24::new(Fen::new(fen)).unwrap()
}

/// Of each other use its own key, whose halves differ.
const fn own(number: u8) -> [u8; 16] {
    let mut key = [0; 16];
    let mut at: u8 = 0;
    while at < 16 {
        key[at as usize] = number << 4 | at;
        at += 1;
    }
    key
}

pub const DULK: [u8; 16] = own(1);
pub const DUK: [u8; 16] = own(2);
pub const APP_BLOCK: [u8; 16] = own(3);
pub const APP_UNBLOCK: [u8; 16] = own(4);
pub const APP_MAINTENANCE: [u8; 16] = own(5);
pub const CARD_CONTROL: [u8; 16] = own(6);
pub const PIN_UNBLOCK: [u8; 16] = own(7);
pub const PIN_RELOAD: [u8; 16] = own(8);
pub const EXTERNAL: [[u8; 16]; 2] = [own(9), own(10)];
pub const INTERNAL: [u8; 16] = own(11);
pub const SECOND_LOAD: [u8; 16] = own(12);

/// Every key of the card, for those who look for one in its answers.
pub const EVERY_KEY: [[u8; 16]; 15] = [
    DPK,
    DTK,
    DLK,
    SECOND_LOAD,
    DULK,
    DUK,
    APP_BLOCK,
    APP_UNBLOCK,
    APP_MAINTENANCE,
    CARD_CONTROL,
    PIN_UNBLOCK,
    PIN_RELOAD,
    EXTERNAL[0],
    EXTERNAL[1],
    INTERNAL,
];

/// Those of purchase and TAC are published, the others are our own.
pub fn keys() -> CardKeys {
    CardKeys {
        purchase: Key16::new(DPK),
        load: [Key16::new(DLK), Key16::new(SECOND_LOAD)],
        unload: Key16::new(DULK),
        overdraft: Key16::new(DUK),
        tac: Key16::new(DTK),
        app_block: Key16::new(APP_BLOCK),
        app_unblock: Key16::new(APP_UNBLOCK),
        app_maintenance: Key16::new(APP_MAINTENANCE),
        card_control: Key16::new(CARD_CONTROL),
        pin_unblock: Key16::new(PIN_UNBLOCK),
        pin_reload: Key16::new(PIN_RELOAD),
        external: EXTERNAL.map(Key16::new),
        internal: Some(Key16::new(INTERNAL)),
        version: 1,
    }
}

pub fn contents(purse: PurseContents) -> Contents {
    let image = Image { purse, ..Image::default() };
    Contents { image, ..Contents::blank(keys()) }
}

/// Balance 100.00 yuan, offline sequence 5: the card of `docs/spec/card.md` 5.4.
pub fn card() -> Card<Fixed> {
    card_with(PurseContents { balance: fen24(10_000), offline_seq: 5, ..PurseContents::default() })
}

pub fn card_with(purse: PurseContents) -> Card<Fixed> {
    let mut card = Card::new(&contents(purse), Fixed(hex!("11223344"))).unwrap();
    ok(&mut card, &build::select_name(&EP_AID));
    card
}

/// The answer to a command that the power survives.
pub fn send(card: &mut Card<Fixed>, command: &[u8]) -> Response {
    let mut response = Response::new();
    card.process(command, &mut response).expect("powered");
    response
}

/// The data of an answer with 9000.
pub fn ok(card: &mut Card<Fixed>, command: &[u8]) -> Vec<u8> {
    let response = send(card, command);
    assert_eq!(response.sw(), Sw::OK, "{command:02X?}");
    response.data().to_vec()
}

pub fn init(transaction: Transaction, amount: u32) -> CommandBuf {
    let request = InitRequest { key_index: 1, amount: Fen::new(amount), terminal: TERMINAL };
    build::init(transaction, &request)
}

/// DEBIT with the MAC1 that a PSAM would make.
pub fn debit(transaction: Transaction, amount: u32, answer: &PurchaseInit, terminal_seq: u32) -> CommandBuf {
    let tally = &mut Tally::default();
    let session = Key16::new(DPK)
        .tdes(tally)
        .session_key(purchase_block(answer.random, answer.seq, terminal_seq), tally);
    let input = TransactionMac {
        amount: Fen::new(amount),
        transaction: transaction as u8,
        terminal: TERMINAL,
        date: DATE,
        time: TIME,
    };
    let mac1 = session.mac(&input.encode(), tally);
    build::debit(&DebitRequest { terminal_seq, date: DATE, time: TIME, mac1 })
}

/// CREDIT with the MAC2 that the issuer's host would make.
pub fn credit(amount: u32, answer: &LoadInit) -> CommandBuf {
    let tally = &mut Tally::default();
    let session = Key16::new(DLK).tdes(tally).session_key(load_block(answer.random, answer.seq), tally);
    let input = TransactionMac {
        amount: Fen::new(amount),
        transaction: Transaction::Load as u8,
        terminal: TERMINAL,
        date: DATE,
        time: TIME,
    };
    build::credit(&CreditRequest { date: DATE, time: TIME, mac2: session.mac(&input.encode(), tally) })
}

/// INIT of a purchase, decoded.
pub fn init_purchase(card: &mut Card<Fixed>, transaction: Transaction, amount: u32) -> PurchaseInit {
    PurchaseInit::try_from(&ok(card, &init(transaction, amount))[..]).unwrap()
}

/// INIT of a load, decoded.
pub fn init_load(card: &mut Card<Fixed>, amount: u32) -> LoadInit {
    LoadInit::try_from(&ok(card, &init(Transaction::Load, amount))[..]).unwrap()
}
