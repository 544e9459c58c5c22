//! The other side of the card: what it heard, and commands with MACs that are right or wrong. It computes
//! them with the model's cryptography, so the applet is not asked about itself.

use super::act::{Act, Right};
use super::setup::FIRST_PIN;
use crate::crypto;
use crate::model::Model;
use crate::settings::Keys;
use tunion_apdu::table::{COMMANDS, Form};
use tunion_apdu::{Device, Name, Spec};

const TERMINAL: [u8; 6] = [0x10, 0x00, 0x00, 0x00, 0x00, 0x01];
const TERMINAL_SEQUENCE: [u8; 4] = [0x00, 0x01, 0x00, 0x07];
const WHEN: [u8; 7] = [0x20, 0x24, 0x01, 0x02, 0x03, 0x04, 0x05];
const PPSE: &[u8] = b"2PAY.SYS.DDF01";
const PSE: &[u8] = b"1PAY.SYS.DDF01";

/// What is to be done with the card.
pub(super) enum Sent {
    Command(Vec<u8>),
    Reset,
    Worn(bool),
    Nothing,
}

/// What the other side remembers.
#[derive(Default)]
pub(super) struct Sender {
    challenge: Vec<u8>,
    /// P1 and data of the last INITIALIZE that was answered, and the answer.
    opened: Option<(u8, Vec<u8>, Vec<u8>)>,
    /// A command whose answer waits for GET RESPONSE.
    waiting: Vec<u8>,
    /// Nothing but records for the cache came after INITIALIZE.
    just_opened: bool,
    last: Vec<u8>,
}

impl Sender {
    /// The command without which the act is worth little: a challenge, an INITIALIZE, a PIN with no tries
    /// left. One in eight acts goes without.
    pub(super) fn before(&self, act: &Act, model: &Model) -> Option<Vec<u8>> {
        let challenge = vec![0x00, 0x84, 0x00, 0x00, 0x04];
        match act {
            Act::Secure { what, fill, .. } if matches!(what % 9, 2..=4) && fill % 4 == 2 => {
                (model.memory.pin_tries == 1).then(|| case3([0x00, 0x20, 0x00, 0x00], b"000000"))
            }
            Act::Secure { fill, .. } => (fill % 8 != 7).then_some(challenge),
            Act::External { id, .. } => (id % 8 != 7).then_some(challenge),
            Act::Finish { limit, other: None, .. } if !self.just_opened && limit % 8 != 7 => {
                let [kind, low] = limit.to_be_bytes();
                Some(init(kind, u16::from(low) * 0x80, false, model))
            }
            _ => None,
        }
    }

    /// Takes note of an answer.
    pub(super) fn heard(&mut self, command: &[u8], answer: &[u8]) {
        let (data, sw) = answer.split_at(answer.len().saturating_sub(2));
        self.just_opened &= command.starts_with(&[0x80, 0xDC]);
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
        } else if let [0x80, 0x50, p1, _, lc, body @ ..] = &asked[..] {
            self.just_opened = true;
            let body = body.get(..usize::from(*lc)).unwrap_or_default();
            self.opened = Some((*p1, body.to_vec(), data.to_vec()));
        }
    }

    /// The command that does what the act says.
    pub(super) fn command(&mut self, act: &Act, model: &Model) -> Sent {
        let bytes = match act {
            Act::Reset => return Sent::Reset,
            Act::Worn(worn) => return Sent::Worn(*worn),
            Act::Again => self.last.clone(),
            Act::Select { partial } => {
                let aid = &model.settings.aid;
                select(if *partial { &aid[..8] } else { aid })
            }
            Act::SelectOther(which) => select_other(*which),
            Act::Challenge { long } => vec![0x00, 0x84, 0x00, 0x00, if *long { 0x08 } else { 0x04 }],
            Act::Init { kind, amount, index } => init(*kind, *amount, *index, model),
            Act::Finish { right, limit, variant, other } => {
                match self.finish(*right, *limit, *variant, *other, model) {
                    Some(bytes) => bytes,
                    None => return Sent::Nothing,
                }
            }
            Act::Cache { trip, id, zero, fill } => cache(*trip, *id, *zero, *fill),
            Act::Secure { what, parameter, right, fill } => {
                self.secure(*what, *parameter, *right, *fill, model)
            }
            Act::Pin { what, right, fill } => pin(*what, *right, *fill, model),
            Act::External { id, right } => {
                let block = crypto::challenge_block(&padded(&self.challenge));
                let key = model.keys.external[usize::from(id % 2)];
                let data = spoil(crypto::triple(key, block).to_vec(), *right);
                case3([0x00, 0x82, 0x00, id % 3], &data)
            }
            Act::Plain { record, which, fill } => {
                let (header, data) = update(*record, *which, *fill);
                case3([0x00, header[0], header[1], header[2]], &data)
            }
            Act::Prove { kind, back } => {
                let kind = [0x02, 0x03, 0x06, 0x07, 0x09][usize::from(kind % 5)];
                let memory = &model.memory;
                let now = if matches!(kind, 0x06 | 0x09) { memory.offline } else { memory.online };
                case3(
                    [0x80, 0x5A, 0x00, kind],
                    &now.wrapping_sub(u16::from(if *back < 0xC0 { back % 2 } else { back % 12 }))
                        .to_be_bytes(),
                )
            }
            Act::Algorithm(sm4) => vec![0x80, 0xCD, if *sm4 { 0x02 } else { 0x01 }, 0x03],
            Act::Response(le) => {
                let le = le.map(|le| le % 0x20);
                [0x00, 0xC0, 0x00, 0x00].into_iter().chain(le).collect()
            }
            Act::Row { row, p1, p2, more, fill, le } => of_the_table(*row, [*p1, *p2], *more, *fill, *le),
            Act::Read { file, number, le } => {
                let file = [0x15, 0x16, 0x17, 0x18, 0x1A, 0x1E][usize::from(file % 6)];
                let header = match file {
                    0x15..=0x17 => [0x00, 0xB0, 0x80 + file, number % 64],
                    _ => [0x00, 0xB2, number % 32, file << 3 | if *number < 0xF0 { 0x04 } else { 0x00 }],
                };
                header.into_iter().chain(Some(le.unwrap_or(0))).collect()
            }
            Act::Command { class, ins, parameters: [p1, p2], data, le } => {
                command([likely(*class, CLASSES), likely(*ins, INSTRUCTIONS), *p1, *p2], data, *le)
            }
            Act::Raw(bytes) => bytes.clone(),
        };
        self.last.clone_from(&bytes);
        Sent::Command(bytes)
    }

    /// The command that ends a transaction, under the keys of the last INITIALIZE.
    fn finish(
        &self,
        right: Right,
        limit: u16,
        variant: bool,
        other: Option<u8>,
        model: &Model,
    ) -> Option<Vec<u8>> {
        let (p1, body, answer) = self.opened.as_ref()?;
        let keys = &model.keys;
        let p1 = other.map_or(*p1, |other| [0x00, 0x01, 0x03, 0x04, 0x05][usize::from(other % 5)]);
        let number = |from: usize| {
            answer.get(from..from + 4).and_then(|bytes| bytes.try_into().ok()).unwrap_or([0; 4])
        };
        let sequence = answer.get(4..6).map_or(0, |bytes| u16::from_be_bytes([bytes[0], bytes[1]]));
        let amount = body.get(1..5).unwrap_or(&[0; 4]);
        let finish = |kind: u8| [amount, &[kind], &TERMINAL, &WHEN].concat();
        let online = |key, random| crypto::load_session(key, random, sequence);
        Some(match p1 {
            0x01 | 0x03 => {
                let kind = if p1 == 0x01 { 0x06 } else { 0x09 };
                let session =
                    crypto::purchase_session(keys.purchase, number(11), sequence, TERMINAL_SEQUENCE);
                let mac = spoil(crypto::mac(session, &finish(kind)).to_vec(), right);
                let header = [0x80, 0x54, if variant { 0x02 } else { 0x01 }, 0x00];
                case3(header, &[&TERMINAL_SEQUENCE[..], &WHEN, &mac].concat())
            }
            0x00 => {
                let second = body.first() == Some(&0x02);
                let session = online(keys.load[usize::from(second)], number(8));
                let mac = spoil(crypto::mac(session, &finish(0x02)).to_vec(), right);
                case3([0x80, 0x52, 0x00, if variant { 0x02 } else { 0x00 }], &[&WHEN[..], &mac].concat())
            }
            0x05 => {
                let mac = spoil(crypto::mac(online(keys.unload, number(8)), &finish(0x03)).to_vec(), right);
                case3([0x80, 0x54, 0x03, 0x00], &[&WHEN[..], &mac].concat())
            }
            _ => {
                let room = u64::from(0x00FF_FFFF - model.memory.ceiling) + 2;
                let limit = u32::try_from(room * u64::from(limit) / 0xFFFF).unwrap_or(0).to_be_bytes();
                let input = [&limit[1..], &[0x07], &TERMINAL, &WHEN].concat();
                let mac = spoil(crypto::mac(online(keys.overdraft, number(11)), &input).to_vec(), right);
                case3([0x80, 0x58, 0x00, 0x00], &[&limit[1..], &WHEN, &mac].concat())
            }
        })
    }

    /// A command of secure messaging over the last challenge.
    fn secure(&self, what: u8, parameter: u8, right: Right, fill: u8, model: &Model) -> Vec<u8> {
        let Keys { app_block, app_unblock, app_maintenance, card_control, pin_unblock, .. } = model.keys;
        let sm4 = u8::from(parameter % 16 == 15);
        let (key, header, data) = match what % 9 {
            0 => (app_block, [0x84, 0x1E, sm4, u8::from(parameter % 8 == 1)], vec![]),
            1 => (app_unblock, [0x84, 0x18, sm4, 0x00], vec![]),
            // Seldom, for nothing follows it.
            2 if parameter.is_multiple_of(8) => (card_control, [0x84, 0x16, 0x00, 0x00], vec![]),
            2 | 3 => (pin_unblock, [0x84, 0x24, sm4, 0x00], vec![]),
            4 => {
                let block = [0x04, fill % 12 + 0x30, 0x31, 0x32, 0x33, 0x80, 0x00, 0x00];
                (pin_unblock, [0x84, 0x24, sm4, 0x00], crypto::triple(pin_unblock, block).to_vec())
            }
            5 => (
                app_maintenance,
                [0x80, 0xCD, 0x03, if parameter.is_multiple_of(2) { 0x01 } else { 0x03 }],
                vec![],
            ),
            6 | 7 => {
                let ([ins, p1, p2], data) = update(what % 9 == 7, parameter, fill);
                (app_maintenance, [0x04, ins, p1, p2], data)
            }
            _ => {
                let industry = parameter % 8 == 1;
                let mut record = vec![fill; if industry { 128 } else { 48 }];
                if industry && !fill.is_multiple_of(4) {
                    record[..2].copy_from_slice(&[0x27, fill % 24]);
                }
                let file = match parameter % 8 {
                    0 => parameter & 0xF8,
                    1 => 0xD0,
                    _ => 0xF0,
                };
                (app_maintenance, [0x04, 0xE2, sm4, file], [vec![0xEE; 16], record].concat())
            }
        };
        // One in 64 has no room for a MAC.
        if fill % 64 == 5 {
            return case3(header, &[fill; 3]);
        }
        let lc = u8::try_from(data.len() + 4).unwrap_or(u8::MAX);
        let input = [&header[..], &[lc], &data].concat();
        let iv = crypto::challenge_block(&padded(&self.challenge));
        let mac = spoil(crypto::retail_mac(key, iv, &input).to_vec(), right);
        [input, mac].concat()
    }
}

/// A command of the card's table.
fn of_the_table(row: u8, parameters: [u8; 2], more: u8, fill: u8, le: u8) -> Vec<u8> {
    let rows: Vec<&Spec> = COMMANDS.iter().filter(|spec| spec.devices.contains(&Device::Card)).collect();
    let spec = rows[usize::from(row) % rows.len()];
    let pick = |form: Form, byte: u8| {
        let likely = |byte: &u8| match form {
            Form::Sfi => (0x15..=0x1E).contains(&(byte & 0x1F)),
            Form::SfiRecord | Form::SfiNumber | Form::SfiShifted => (0x15..=0x1E).contains(&(byte >> 3)),
            Form::Any => *byte < 0x40,
            _ => true,
        };
        let all: Vec<u8> = (0..=u8::MAX).filter(|byte| form.admits(*byte)).collect();
        let some: Vec<u8> = all.iter().copied().filter(likely).collect();
        let from = if byte < 0xE0 { &some } else { &all };
        from[usize::from(byte) % from.len()]
    };
    let [p1, p2] = parameters;
    let (low, high) = spec.lc;
    let length = match spec.name {
        Name::InternalAuthenticate if more < 0xC0 => 8,
        _ => low.saturating_add(more % 16).min(high),
    };
    let le = match le % 8 {
        0..=2 => None,
        3 | 4 => Some(0x00),
        5 => spec.answer_len.or(Some(0x08)),
        6 => Some(0x04),
        _ => Some(le),
    };
    command([spec.cla, spec.ins, pick(spec.p1, p1), pick(spec.p2, p2)], &vec![fill; length.into()], le)
}

/// The challenge, or zeros where none was heard.
fn padded(challenge: &[u8]) -> Vec<u8> {
    if challenge.is_empty() { vec![0; 4] } else { challenge.to_vec() }
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

fn command(header: [u8; 4], data: &[u8], le: Option<u8>) -> Vec<u8> {
    let data = &data[..data.len().min(255)];
    let body = if data.is_empty() { header.to_vec() } else { case3(header, data) };
    body.into_iter().chain(le).collect()
}

fn select(name: &[u8]) -> Vec<u8> {
    case3([0x00, 0xA4, 0x04, 0x00], name)
}

fn select_other(which: u8) -> Vec<u8> {
    match which % 8 {
        0 | 1 => select(PPSE),
        2 => select(PSE),
        3 => select(&[0xA0, 0x00, 0x00, 0x06, 0x32, 0x01, 0x01, 0x06]),
        4 => case3([0x00, 0xA4, 0x00, 0x00], &[0xAD, 0xFA]),
        5 => case3([0x00, 0xA4, 0x00, 0x00], &[0x3F, 0x00]),
        _ => case3([0x00, 0xA4, 0x00, 0x00], &[0x00, 0x10 + which / 8 % 16]),
    }
}

fn init(kind: u8, amount: u16, index: bool, model: &Model) -> Vec<u8> {
    let memory = &model.memory;
    // Up to what is possible, and in one of sixteen a little more.
    let reach = |of: u32| match amount {
        0xF000.. => of + u32::from(amount & 0x03),
        _ => u32::try_from(u64::from(of) * u64::from(amount) / 0xEFFF).unwrap_or(of),
    };
    let (p1, amount) = match kind % 6 {
        0 => (0x00, reach(memory.ceiling - memory.actual + memory.used)),
        1 => (0x05, reach(memory.actual)),
        2 => (0x04, 0),
        3 => (0x01, reach(memory.available())),
        4 => (0x03, reach(memory.available()) / 4),
        _ => (0x03, reach(memory.available())),
    };
    let index = if index { 0x02 } else { 0x01 };
    if p1 == 0x04 {
        case3([0x80, 0x50, p1, 0x01], &[&[index][..], &TERMINAL].concat())
    } else {
        case3([0x80, 0x50, p1, 0x02], &[&[index][..], &amount.to_be_bytes(), &TERMINAL].concat())
    }
}

fn cache(trip: bool, id: u8, zero: bool, fill: u8) -> Vec<u8> {
    if trip {
        return case3([0x80, 0xDC, 0x00, 0xF0], &[fill; 48]);
    }
    let id = if id < 0xF0 { id % 3 + 1 } else { id % 32 };
    let mut record = [fill; 128];
    record[..3].copy_from_slice(&[0x27, id, 0x7D]);
    case3([0x80, 0xDC, if zero { 0x00 } else { id }, 0xD0], &record)
}

/// Instruction, P1, P2 and data of UPDATE BINARY or UPDATE RECORD.
fn update(record: bool, which: u8, fill: u8) -> ([u8; 3], Vec<u8>) {
    if record && which.is_multiple_of(2) {
        return ([0xDC, which / 2 % 32, 0xF4], vec![fill; 48]);
    }
    if record {
        let id = which / 2 % 20;
        let mut data = vec![fill; 128];
        data[..2].copy_from_slice(&[if fill.is_multiple_of(16) { 0x28 } else { 0x27 }, id]);
        return ([0xDC, id, 0xD4], data);
    }
    let file = 0x95 + which % 4;
    ([0xD6, file, which / 4], vec![fill; usize::from(fill % 61) + 1])
}

fn pin(what: u8, right: Right, fill: u8, model: &Model) -> Vec<u8> {
    let now = model.memory.pin.clone().unwrap_or_else(|| FIRST_PIN.to_vec());
    let new = [b'0' + fill % 11, b'5', b'6'];
    match what % 4 {
        0 | 1 => case3([0x00, 0x20, 0x00, 0x00], &spoil(now, right)),
        2 => {
            let data = [spoil(now, right), vec![0xFF], new.to_vec()].concat();
            case3([0x80, 0x5E, 0x01, 0x00], &data)
        }
        _ => {
            let mac = crypto::mac(crypto::fold(model.keys.pin_reload), &new);
            case3([0x80, 0x5E, 0x00, 0x00], &[&new[..], &spoil(mac.to_vec(), right)].concat())
        }
    }
}

const CLASSES: &[u8] = &[0x00, 0x80, 0x04, 0x84];
const INSTRUCTIONS: &[u8] = &[
    0xA4, 0xB0, 0xB2, 0xC0, 0x84, 0x50, 0x52, 0x54, 0x58, 0x5A, 0x5C, 0x5E, 0xDC, 0xD6, 0xE2, 0x1E, 0x18,
    0x16, 0x24, 0x20, 0x82, 0x88, 0xCD,
];

/// One of `some` for most bytes, the byte itself for the highest.
fn likely(byte: u8, some: &[u8]) -> u8 {
    if byte >= 0xF8 { byte } else { some.get(usize::from(byte) % some.len()).copied().unwrap_or(byte) }
}
