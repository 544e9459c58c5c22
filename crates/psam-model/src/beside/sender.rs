//! The other side of the PSAM: what it heard, and commands with MACs that are right or wrong. It computes
//! them with the model's cryptography, so the applet is not asked about itself.

use super::act::{Act, Right};
use super::table::of_the_table;
use crate::model::Model;
use tunion_card_model::crypto;

const TERMINAL: [u8; 6] = [0x10, 0x00, 0x00, 0x00, 0x00, 0x01];
pub(super) const SELECT: [u8; 7] = [0x00, 0xA4, 0x00, 0x00, 0x02, 0x80, 0x11];

/// What is to be done with the PSAM.
pub(super) enum Sent {
    Command(Vec<u8>),
    Reset,
    Worn(bool),
}

/// What the other side remembers.
#[derive(Clone, Default, Debug)]
pub(super) struct Sender {
    challenge: Vec<u8>,
    /// Data of the last INIT SAM FOR PURCHASE that was answered, and the answer.
    purchase: Option<(Vec<u8>, Vec<u8>)>,
    /// A command whose answer waits for GET RESPONSE.
    waiting: Vec<u8>,
    load: Vec<u8>,
    last: Vec<u8>,
}

impl Sender {
    /// Takes note of an answer.
    pub(super) fn heard(&mut self, command: &[u8], answer: &[u8]) {
        let (data, sw) = answer.split_at(answer.len().saturating_sub(2));
        if sw.first() == Some(&0x61) {
            self.waiting = command.to_vec();
            return;
        }
        if sw != [0x90, 0x00] {
            return;
        }
        let asked = if command.starts_with(&[0x00, 0xC0]) {
            std::mem::take(&mut self.waiting)
        } else {
            command.to_vec()
        };
        if asked.starts_with(&[0x00, 0x84]) {
            self.challenge = data.to_vec();
        } else if asked.starts_with(&[0x80, 0x70]) {
            self.purchase = asked.get(5..41).map(|request| (request.to_vec(), data.to_vec()));
        }
    }

    /// The command that does what the act says.
    pub(super) fn command(&mut self, act: &Act, model: &Model) -> Sent {
        let bytes = match act {
            Act::Reset => return Sent::Reset,
            Act::Worn(worn) => return Sent::Worn(*worn),
            Act::Again => self.last.clone(),
            Act::LoadAgain(change) => self.load_again(*change),
            Act::Select(which) => match which % 16 {
                0 => case3([0x00, 0xA4, 0x00, 0x00], &[0x3F, 0x00]),
                1 => case3([0x00, 0xA4, 0x00, 0x00], &[0x10, 0x01]),
                2 => case3([0x00, 0xA4, 0x04, 0x00], &[0x80, 0x11]),
                _ => SELECT.to_vec(),
            },
            Act::Challenge { long } => challenge(if *long { 8 } else { 4 }),
            Act::Read { file, offset, le } => {
                let offset = if *offset < 0xC0 { offset % 4 } else { offset % 32 };
                vec![0x00, 0xB0, 0x95 + file % 5, offset, le.map_or(0, |le| le % 32)]
            }
            Act::Purchase { card, sequence, fill, fault } => purchase(*card, *sequence, *fill, *fault),
            Act::Credit(right) => self.credit(*right, model),
            Act::Key { key, card: whose, factors } => {
                let (name, count): ([u8; 2], usize) = match key % 8 {
                    0..=2 => ([0x45, 0x02], 2),
                    3 | 4 => ([0x45, 0x01], 2),
                    5 | 6 => ([0x2B, 0x01], 1),
                    _ => ([*key, factors % 4], 1),
                };
                let count = match factors % 16 {
                    0 => 3 - count,
                    1 => 3,
                    _ => count,
                };
                descrypt(name, &[card(*whose), ISSUER, [0x11; 8]][..count])
            }
            Act::Crypt { p1, blocks, fill, le } => {
                let p1 = [0x05, 0x01, 0x07, 0x03, 0x00, 0x02, 0x05, 0x01, *p1][usize::from(p1 % 9)];
                let mut data: Vec<u8> = (0..=blocks % 32).flat_map(|at| [fill.wrapping_add(at); 8]).collect();
                // A few are not whole.
                data.truncate(if le % 16 == 9 { data.len() - 1 } else { 248 });
                let mut command = case3([0x80, 0xFA, p1, 0x00], &data);
                command.extend([None, Some(0x00), None, Some(0x04)][usize::from(le / 16 % 4)]);
                command
            }
            Act::Load { first, amount, sequence, second, fault } => {
                self.load = load(*first, *amount, *sequence, *second, *fault);
                self.load.clone()
            }
            Act::Host { right, id } => {
                let block = crypto::challenge_block(&self.challenge);
                let key = model.keys.load.as_ref().map_or([0; 16], |load| load.host);
                let proof = spoil(crypto::triple(key, block).to_vec(), *right);
                let id = u8::from(id % 16 != 6);
                case3([0x00, 0x82, 0x00, id], &[&proof[..], &[0x00][..usize::from(id == 0x00)]].concat())
            }
            Act::Quota { amount, second, fault } => {
                let amount = u32::from(*amount) * 100;
                let data = [&amount.to_be_bytes()[..], &at(*second), &[0, 0, 0, *fault]].concat();
                match fault % 16 {
                    0 => case3([0x00, 0xD6, 0x98, 0x00], &data[1..]),
                    1 => case3([0x00, 0xD6, 0x98, 0x01], &data),
                    2 => case3([0x00, 0xD6, 0x95 + fault / 16 % 3, 0x00], &data),
                    _ => case3([0x00, 0xD6, 0x98, 0x00], &data),
                }
            }
            Act::Unblock { right, fault } => {
                let iv = crypto::challenge_block(&self.challenge);
                let mac = crypto::retail_mac(model.keys.control, iv, &[0x84, 0x18, 0x00, 0x00, 0x04]);
                let mac = spoil(mac.to_vec(), *right);
                match fault % 32 {
                    0 => case3([0x84, 0x18, 0x01, 0x00], &mac),
                    1 => case3([0x84, 0x18, 0x00, 0x00], &mac[..3]),
                    _ => case3([0x84, 0x18, 0x00, 0x00], &mac),
                }
            }
            Act::Response(le) => {
                let le = le.map(|le| if le < 0x80 { 0x00 } else { le % 0x10 });
                [0x00, 0xC0, 0x00, 0x00].into_iter().chain(le).collect()
            }
            Act::Row { row, p1, p2, more, fill, le } => of_the_table(*row, [*p1, *p2], *more, *fill, *le),
            Act::Raw(bytes) => bytes.clone(),
        };
        self.last.clone_from(&bytes);
        Sent::Command(bytes)
    }

    /// The last load, or one that differs from it in the last digit of sequence, amount, date or time.
    fn load_again(&self, change: u8) -> Vec<u8> {
        let mut load = self.load.clone();
        let place = [10, 16, 27, 30].get(usize::from(change % 8)).and_then(|at| load.get_mut(*at));
        if let Some(byte) = place {
            *byte ^= 0x01;
        }
        load
    }

    /// CREDIT with the MAC2 of the last purchase that was answered.
    fn credit(&self, right: Right, model: &Model) -> Vec<u8> {
        let mac = self.purchase.as_ref().and_then(|(request, answer)| {
            let number: [u8; 4] = answer.get(..4)?.try_into().ok()?;
            let issuer = request.get(28..36)?.try_into().ok()?;
            let card = request.get(20..28)?.try_into().ok()?;
            let key = crypto::diversify(crypto::diversify(model.keys.purchase, issuer), card);
            let sequence = u16::from_be_bytes(request.get(4..6)?.try_into().ok()?);
            let random = request.get(..4)?.try_into().ok()?;
            let session = crypto::purchase_session(key, random, sequence, number);
            Some(crypto::mac(session, request.get(6..10)?))
        });
        case3([0x80, 0x72, 0x00, 0x00], &spoil(mac.unwrap_or_default().to_vec(), right))
    }

    /// What tells all that the memory holds, to be sent to a copy: numbers, quota, last load, and every try
    /// by using it up.
    pub(super) fn questions(&self) -> Vec<Vec<u8>> {
        let quota = vec![0x00, 0xB0, 0x98, 0x00, 0x00];
        let mut all = vec![SELECT.to_vec(), quota.clone()];
        for whose in 0..2 {
            all.extend([descrypt([0x2B, 0x01], &[card(whose)]), self.load.clone(), quota.clone()]);
        }
        // The purchase that the number may belong to, then one that it cannot.
        if let Some((request, _)) = &self.purchase {
            all.push(case3([0x80, 0x70, 0x00, 0x00], request));
        }
        for _ in 0..3 {
            all.extend([challenge(8), case3([0x00, 0x82, 0x00, 0x01], &[0; 8])]);
        }
        for sequence in 0..5 {
            all.extend([purchase(7, 0xC0 + sequence, 0, 3), case3([0x80, 0x72, 0x00, 0x00], &[0; 4])]);
        }
        for _ in 0..4 {
            all.extend([challenge(4), case3([0x84, 0x18, 0x00, 0x00], &[0; 4])]);
        }
        all
    }
}

/// The commands without which the act is worth little. One in eight acts goes without.
pub(super) fn before(act: &Act) -> Vec<Vec<u8>> {
    let challenge = |long| challenge(if long { 8 } else { 4 });
    match act {
        Act::Host { id, .. } if id % 8 != 7 => vec![challenge(true)],
        Act::Unblock { fault, .. } if fault % 8 != 7 => vec![challenge(fault.is_multiple_of(2))],
        Act::Crypt { le, .. } if le.is_multiple_of(8) => vec![descrypt([0x45, 0x02], &[card(0), ISSUER])],
        Act::Load { fault, .. } if fault % 8 < 4 => vec![descrypt([0x2B, 0x01], &[card(fault % 2)])],
        Act::LoadAgain(_) => vec![descrypt([0x2B, 0x01], &[card(0)])],
        _ => vec![],
    }
}

const ISSUER: [u8; 8] = [0x01, 0x01, 0x10, 0x00, 0xFF, 0xFF, 0xFF, 0xFF];

/// PAN8 of one of a few cards.
fn card(which: u8) -> [u8; 8] {
    [0x17, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, which % 8]
}

/// One minute of a day, or some seconds of the year before.
fn at(second: u8) -> [u8; 7] {
    let digits = |number: u8| ((number / 10) << 4) | (number % 10);
    let (year, second) = if second < 0xE0 { (0x26, second % 60) } else { (0x25, second % 60) };
    [0x20, year, 0x11, 0x23, 0x08, 0x00, digits(second)]
}

fn challenge(length: u8) -> Vec<u8> {
    vec![0x00, 0x84, 0x00, 0x00, length]
}

fn descrypt(name: [u8; 2], factors: &[[u8; 8]]) -> Vec<u8> {
    case3([0x80, 0x1A, name[0], name[1]], factors.as_flattened())
}

fn purchase(whose: u8, sequence: u8, fill: u8, fault: u8) -> Vec<u8> {
    let mut request = [0; 36];
    request[..4].fill(fill);
    request[5] = if sequence < 0xC0 { sequence % 4 } else { sequence };
    request[9] = fill;
    request[10] = if fault.is_multiple_of(2) { 0x06 } else { 0x09 };
    request[11..18].copy_from_slice(&at(fill));
    request[18] = 1;
    request[20..28].copy_from_slice(&card(whose % 3 + if whose == 7 { 7 } else { 0 }));
    request[28..].copy_from_slice(&ISSUER);
    match fault % 64 {
        0 => request[10] = fault,
        1 => request[18] = 2,
        2 => request[19] = 1,
        _ => {}
    }
    case3([0x80, 0x70, 0x00, 0x00], &request)
}

fn load(first: bool, amount: u8, sequence: u8, second: u8, fault: u8) -> Vec<u8> {
    let mut block = [0x11, 0x22, 0x33, 0x44, 0x00, sequence % 4, 0x80, 0x00];
    let amount = (u32::from(amount) * 50).to_be_bytes();
    let kind = if fault % 64 == 32 { 0x03 } else { 0x02 };
    let mut terminal = TERMINAL;
    match fault % 64 {
        33 => terminal[5] = 2,
        34 => block[7] = 1,
        _ => {}
    }
    let mut message = if first {
        [&[0; 4][..], &amount, &[kind], &terminal].concat()
    } else {
        [&amount[..], &[kind], &terminal, &at(second)].concat()
    };
    message.push(if fault % 64 == 35 { 0x00 } else { 0x80 });
    message.resize(if fault % 64 == 36 { 32 } else { message.len().next_multiple_of(8) }, 0);
    let mut command = case3(
        [0x80, 0xFA, if fault % 64 == 37 { 0x05 } else { 0x01 }, 0x00],
        &[&block[..], &message].concat(),
    );
    if fault % 8 == 1 {
        command.push(if fault % 16 == 1 { 0x04 } else { 0x08 });
    }
    command
}

fn spoil(mut bytes: Vec<u8>, right: Right) -> Vec<u8> {
    if let (Right::No, Some(last)) = (right, bytes.last_mut()) {
        *last ^= 0x01;
    }
    bytes
}

fn case3(header: [u8; 4], data: &[u8]) -> Vec<u8> {
    let lc = u8::try_from(data.len()).unwrap_or(u8::MAX);
    [&header[..], &[lc], data].concat()
}
