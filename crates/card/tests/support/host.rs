//! The other side of the card: terminal, issuer's host and issuer's maintenance in one, with every key.

use super::*;
use hex_literal::hex;
use tunion_apdu::Name;
use tunion_card::{Pin, PowerLost};
use tunion_crypto::{Challenge, PinReloadKey};
use tunion_data::command::{LimitInit, LimitRequest};
use tunion_data::mac::LimitMac2;

/// The PIN of the card of [`rich`].
pub const PIN: &[u8] = b"123456";

/// A card with money, an overdraft of 10.00 yuan, a PIN and something in each transparent file.
pub fn rich() -> Contents {
    let purse = PurseContents {
        balance: fen24(10_000),
        overdraft_limit: fen24(1_000),
        offline_seq: 5,
        online_seq: 7,
        ..PurseContents::default()
    };
    let mut contents = contents(purse);
    contents.image.security.pin = Pin::new(PIN);
    contents.image.info.issuer.0 = hex!("05212482FFFFFFFF");
    contents.image.management.country = hex!("00000156");
    contents.image.holder.name = *b"SOMEBODY            ";
    contents
}

/// A card, and what is under way with it.
#[derive(Clone)]
pub struct Host {
    pub card: Card<Fixed>,
    open: Option<Open>,
}

#[derive(Clone, Copy)]
struct Open {
    transaction: Transaction,
    amount: u32,
    random: [u8; 4],
    seq: u16,
    key: [u8; 16],
}

impl Host {
    /// The card of [`rich`], set otherwise, with the purse selected if it lets itself be.
    pub fn new(set: fn(&mut Contents)) -> Self {
        let mut contents = rich();
        set(&mut contents);
        Self::of(&contents)
    }

    pub fn of(contents: &Contents) -> Self {
        let card = Card::new(contents, Fixed(hex!("11223344"))).unwrap();
        let mut host = Self { card, open: None };
        host.send(&build::select_name(&EP_AID));
        host.send(&[0x00, 0xC0, 0x00, 0x00, 0x00]);
        host
    }

    pub fn send(&mut self, command: &[u8]) -> Response {
        send(&mut self.card, command)
    }

    pub fn sw(&mut self, command: &[u8]) -> u16 {
        self.send(command).sw().0
    }

    /// The same, with a power cut ahead.
    pub fn try_send(&mut self, command: &[u8]) -> Result<Response, PowerLost> {
        let mut response = Response::new();
        self.card.process(command, &mut response).map(|()| response)
    }

    /// The data of an answer with 9000, by whichever link.
    pub fn ok(&mut self, command: &[u8]) -> Vec<u8> {
        let mut response = self.send(command);
        if response.sw().family() == Sw(0x6100) {
            response = self.send(&[0x00, 0xC0, 0x00, 0x00, 0x00]);
        }
        assert_eq!(response.sw(), Sw::OK, "{command:02X?}");
        response.data().to_vec()
    }

    pub fn reset(&mut self) {
        self.card.power_off();
        self.card.power_on().unwrap();
    }

    /// A reset, and the purse selected.
    pub fn again(&mut self) {
        self.reset();
        self.send(&build::select_name(&EP_AID));
    }

    /// INITIALIZE, answered.
    pub fn open(&mut self, transaction: Transaction, amount: u32) -> Vec<u8> {
        let answer = self.ok(&init(transaction, amount));
        let (random, seq, key) = match transaction {
            Transaction::Purchase | Transaction::Capp => {
                let answer = PurchaseInit::try_from(&answer[..]).unwrap();
                (answer.random, answer.seq, DPK)
            }
            Transaction::LimitUpdate => {
                let answer = LimitInit::try_from(&answer[..]).unwrap();
                (answer.random, answer.seq, DUK)
            }
            Transaction::Load | Transaction::Unload => {
                let answer = LoadInit::try_from(&answer[..]).unwrap();
                (answer.random, answer.seq, if transaction == Transaction::Load { DLK } else { DULK })
            }
        };
        self.open = Some(Open { transaction, amount, random, seq, key });
        answer
    }

    /// The command that ends the transaction which was opened last, with the right MAC. A new overdraft
    /// limit is the amount that it was opened with.
    pub fn end(&self) -> CommandBuf {
        let Open { transaction, amount, random, seq, key } = self.open.expect("something was opened");
        let tally = &mut Tally::default();
        let key = Key16::new(key).tdes(tally);
        let input = TransactionMac {
            amount: Fen::new(amount),
            transaction: transaction as u8,
            terminal: TERMINAL,
            date: DATE,
            time: TIME,
        };
        if matches!(transaction, Transaction::Purchase | Transaction::Capp) {
            let terminal_seq = 0x0102_0304;
            let session = key.session_key(purchase_block(random, seq, terminal_seq), tally);
            let mac1 = session.mac(&input.encode(), tally);
            return build::debit(&DebitRequest { terminal_seq, date: DATE, time: TIME, mac1 });
        }
        let session = key.session_key(load_block(random, seq), tally);
        if transaction == Transaction::LimitUpdate {
            let limit = fen24(amount);
            let input = LimitMac2 {
                limit,
                transaction: transaction as u8,
                terminal: TERMINAL,
                date: DATE,
                time: TIME,
            };
            let mac2 = session.mac(&input.encode(), tally);
            return build::update_limit(&LimitRequest { limit, date: DATE, time: TIME, mac2 });
        }
        let request = CreditRequest { date: DATE, time: TIME, mac2: session.mac(&input.encode(), tally) };
        if transaction == Transaction::Load { build::credit(&request) } else { build::debit_unload(&request) }
    }

    /// A whole transaction.
    pub fn transact(&mut self, transaction: Transaction, amount: u32) -> Vec<u8> {
        self.open(transaction, amount);
        let end = self.end();
        self.ok(&end)
    }

    /// A challenge of four bytes, as GET CHALLENGE gives it.
    pub fn challenge(&mut self) -> [u8; 4] {
        self.ok(&build::get_challenge(4)).try_into().unwrap()
    }

    /// A command of secure messaging over a new challenge.
    pub fn signed(&mut self, name: Name, [p1, p2]: [u8; 2], data: &[u8], key: [u8; 16]) -> CommandBuf {
        let challenge = Challenge::from(self.challenge());
        let command = build::unsigned(name, p1, p2, data);
        let tally = &mut Tally::default();
        let mac = Key16::new(key).tdes(tally).command_mac(challenge, &command, tally);
        build::signed(command, mac)
    }

    /// The same by the long challenge.
    pub fn signed_long(&mut self, name: Name, [p1, p2]: [u8; 2], data: &[u8], key: [u8; 16]) -> CommandBuf {
        let challenge: [u8; 8] = self.ok(&build::get_challenge(8)).try_into().unwrap();
        let command = build::unsigned(name, p1, p2, data);
        let tally = &mut Tally::default();
        let mac = Key16::new(key).tdes(tally).command_mac(Challenge::from(challenge), &command, tally);
        build::signed(command, mac)
    }

    pub fn app_block(&mut self, p2: u8) -> CommandBuf {
        self.signed(Name::ApplicationBlock, [0x00, p2], &[], APP_BLOCK)
    }

    pub fn app_unblock(&mut self) -> CommandBuf {
        self.signed(Name::ApplicationUnblock, [0x00, 0x00], &[], APP_UNBLOCK)
    }

    pub fn card_block(&mut self) -> CommandBuf {
        self.signed(Name::CardBlock, [0x00, 0x00], &[], CARD_CONTROL)
    }

    /// Writes one byte of EF 15, by the issuer's maintenance.
    pub fn update_info(&mut self, offset: u8, byte: u8) -> CommandBuf {
        self.signed(Name::SecureUpdateBinary, [0x95, offset], &[byte], APP_MAINTENANCE)
    }

    /// EXTERNAL AUTHENTICATE over a new challenge.
    pub fn authentication(&mut self, id: u8) -> CommandBuf {
        let challenge = Challenge::from(self.challenge());
        let tally = &mut Tally::default();
        let key = EXTERNAL[usize::from(id)];
        let cryptogram = Key16::new(key).tdes(tally).authenticate(challenge, tally);
        bytes(&[&[0x00, 0x82, 0x00, id, 0x08], &cryptogram])
    }
}

pub fn bytes(parts: &[&[u8]]) -> CommandBuf {
    CommandBuf::from_slice(&parts.concat()).unwrap()
}

/// RELOAD PIN of this PIN.
pub fn reload_pin(pin: &[u8]) -> CommandBuf {
    let tally = &mut Tally::default();
    let mac = PinReloadKey::new(&Key16::new(PIN_RELOAD), tally).mac(pin, tally);
    let [.., lc] = (pin.len() + 4).to_be_bytes();
    bytes(&[&[0x80, 0x5E, 0x00, 0x00, lc], pin, &mac])
}

/// A block for PIN UNBLOCK, enciphered as it goes.
pub fn enciphered(block: [u8; 8]) -> [u8; 8] {
    let tally = &mut Tally::default();
    Key16::new(PIN_UNBLOCK).tdes(tally).encrypt(block, tally)
}

/// The command with the last byte of its data changed: of its MAC, its cryptogram, its PIN.
pub fn spoiled(mut command: CommandBuf) -> CommandBuf {
    let last = 4 + usize::from(command[4]);
    command[last] ^= 0x01;
    command
}

/// The command without Le.
pub fn without_le(command: &[u8]) -> Vec<u8> {
    let data = if command.len() > 5 { 5 + usize::from(command[4]) } else { 4 };
    command[..data].to_vec()
}

/// VERIFY PIN.
pub fn verify_pin(pin: &[u8]) -> CommandBuf {
    let [.., lc] = pin.len().to_be_bytes();
    bytes(&[&[0x00, 0x20, 0x00, 0x00, lc], pin])
}

/// CHANGE PIN: old ‖ FF ‖ new.
pub fn change_pin(pins: &[u8]) -> CommandBuf {
    let [.., lc] = pins.len().to_be_bytes();
    bytes(&[&[0x80, 0x5E, 0x01, 0x00, lc], pins])
}
