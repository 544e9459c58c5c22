//! An exchange taken apart: what it is about, its fields, its data objects.

use super::book::Macs;
use super::meaning::{Shape, Words};
use super::value::{Exchange, Field, Sum};
use crate::inspect::objects;
use crate::trace::{self, hex};
use std::collections::BTreeMap;
use tunion_apdu::{Command, Device, Name, Spec, Sw};
use tunion_card::Work;
use tunion_card::answers::{ANSWERS, GENERAL};
use tunion_data::command::{Balances, SamApplication, SamSerial, Transaction};
use tunion_data::fci::{EP_AID, PPSE, PSE};
use tunion_data::file::{INDUSTRY_LEN, INDUSTRY_PREFIX, RailRecord, Sfi};
use tunion_data::{Fen, FieldInfo, Kind};
use tunion_files::layout::{Layout, TRANSACTIONS};

/// The records of EF 1A that a card has, by the low bytes of their identifiers, as the exchanges so far left
/// them: what UPDATE CAPP DATA CACHE brought counts once a DEBIT was done.
#[derive(Default)]
pub(super) struct Journeys {
    now: BTreeMap<u8, [u8; INDUSTRY_LEN]>,
    cached: BTreeMap<u8, [u8; INDUSTRY_LEN]>,
}

impl Journeys {
    pub(super) fn new(records: impl IntoIterator<Item = (u8, [u8; INDUSTRY_LEN])>) -> Self {
        Self { now: records.into_iter().collect(), cached: BTreeMap::new() }
    }

    /// Follows one exchange.
    pub(super) fn follow(&mut self, exchange: &trace::Exchange) {
        let Some((command, spec)) = exchange.spec() else { return };
        let done = exchange.sw().is_some_and(Sw::is_ok);
        match spec.name {
            Name::UpdateCappDataCache if done && command.p2 >> 3 == Sfi::INDUSTRY.0 => {
                if let Ok(record) = command.data.try_into() {
                    self.cached.insert(record_id(&command), record);
                }
            }
            Name::DebitForPurchase if done => self.now.append(&mut self.cached),
            Name::InitForCappPurchase => self.cached.clear(),
            _ => {}
        }
    }
}

impl Words<'_> {
    /// An exchange with card or PSAM.
    pub(super) fn exchange(&self, exchange: &trace::Exchange, journeys: &Journeys, macs: Macs) -> Exchange {
        let spec = exchange.spec();
        let data =
            exchange.answer.as_deref().map(|all| all.get(..all.len().saturating_sub(2)).unwrap_or(all));
        let sw = exchange.sw();
        let answered = data.unwrap_or_default();
        let selects = spec.as_ref().is_some_and(|(_, spec)| spec.name == Name::SelectName);
        Exchange {
            to: trace::who(exchange.device),
            title: exchange.title().to_owned(),
            about: spec
                .as_ref()
                .map(|(command, spec)| about(exchange.device, command, spec))
                .unwrap_or_default(),
            command: Some(hex(&exchange.command)),
            request: spec.as_ref().map(|spec| self.request(spec, journeys)).unwrap_or_default(),
            answer: data.map(hex),
            sw: sw.map(|sw| format!("{:04X}", sw.0)),
            says: sw.map_or_else(|| "no answer".to_owned(), says),
            why: sw.and_then(|sw| why(exchange.device, exchange.name()?, sw)),
            objects: if selects { objects(answered) } else { Vec::new() },
            reply: spec.as_ref().map(|spec| self.reply(exchange.device, spec, answered)).unwrap_or_default(),
            checked: macs.checked,
            made: macs.made,
            work: Sum::of(exchange.work),
        }
    }

    fn request(&self, (command, spec): &(Command<'_>, &Spec), journeys: &Journeys) -> Vec<Field> {
        let Name::UpdateCappDataCache = spec.name else {
            let layout = Layout::message(spec.request.unwrap_or_default());
            return self.fields(&layout, Shape::Message, command.data, None);
        };
        let (file, id) = (Sfi(command.p2 >> 3), record_id(command));
        let until_now = journeys.now.get(&id).filter(|_| file == Sfi::INDUSTRY);
        let layout = Layout::of(file, id);
        self.fields(&layout, Shape::File(file, id), command.data, until_now.map(|all| &all[..]))
    }

    fn reply(&self, device: Device, (command, spec): &(Command<'_>, &Spec), data: &[u8]) -> Vec<Field> {
        let file = match (spec.name, device) {
            (Name::ReadBinary, Device::Card) if command.p2 == 0 => Some((Sfi(command.p1 & 0x1F), 0)),
            (Name::ReadRecord, _) => Some((Sfi(command.p2 >> 3), command.p1)),
            _ => None,
        };
        if let Some((file, id)) = file {
            return self.fields(&Layout::of(file, id), Shape::File(file, id), data, None);
        }
        let fields = match (spec.name, device) {
            (Name::ReadBinary, Device::Sam) => sam_file(command.p1),
            (Name::GetBalance, _) if command.p1 == 0x05 => Balances::FIELDS,
            _ => spec.answer.unwrap_or_default(),
        };
        self.fields(&Layout::message(fields), Shape::Message, data, None)
    }
}

impl Sum {
    /// What one command took.
    pub(super) fn of(work: Work) -> Self {
        Self {
            apdus: 1,
            bytes_in: work.bytes_in.into(),
            bytes_out: work.bytes_out.into(),
            tdes_blocks: work.crypto.tdes_blocks,
            des_blocks: work.crypto.des_blocks,
            page_writes: work.page_writes.into(),
        }
    }

    /// Both together.
    #[must_use]
    pub(super) const fn and(self, other: Self) -> Self {
        Self {
            apdus: self.apdus + other.apdus,
            bytes_in: self.bytes_in + other.bytes_in,
            bytes_out: self.bytes_out + other.bytes_out,
            tdes_blocks: self.tdes_blocks + other.tdes_blocks,
            des_blocks: self.des_blocks + other.des_blocks,
            page_writes: self.page_writes + other.page_writes,
        }
    }
}

/// When a PSAM refuses (`tunion-psam`'s own readings of `docs/spec/terminal.md` 2.2, 2.3).
const OF_SAM: &[(Name, Sw, &str)] = &[
    (Name::InitSamForPurchase, Sw::NO_SUCH_KEY, "a key version that the PSAM does not have"),
    (Name::InitSamForPurchase, Sw::WRONG_DATA, "a type other than 06 and 09, or no DES"),
    (Name::InitSamForPurchase, Sw::PERMANENTLY_BLOCKED, "too many MAC2 were wrong: the PSAM is locked"),
    (Name::CreditSamForPurchase, Sw::WRONG_MAC, "MAC2 is wrong; the purchase is closed"),
    (Name::CreditSamForPurchase, Sw::PERMANENTLY_BLOCKED, "too many MAC2 were wrong: the PSAM is locked"),
];

/// When a status word that is not 9000 is answered.
fn why(device: Device, name: Name, sw: Sw) -> Option<&'static str> {
    if device == Device::Sam {
        return OF_SAM.iter().find(|(of, word, _)| (*of, *word) == (name, sw)).map(|(.., when)| *when);
    }
    let own = ANSWERS.iter().find(|answers| answers.name == name).map_or(&[][..], |answers| answers.rows);
    let mut rows = own.iter().chain(GENERAL).filter(|row| row.answered && row.sw == sw.family().0);
    rows.next().filter(|_| !sw.is_ok()).map(|row| row.when)
}

/// A status word in words, with the number that is in it.
fn says(sw: Sw) -> String {
    let [_, low] = sw.0.to_be_bytes();
    let length = if low == 0 { 256 } else { u16::from(low) };
    match sw.family().0 {
        0x6100 => format!("{length} bytes wait for GET RESPONSE"),
        0x6C00 => format!("wrong Le, {length} is right"),
        0x63C0 => format!("verification failed, {} tries left", low & 0x0F),
        _ => sw.text().to_owned(),
    }
}

/// The low byte of the identifier of the record of EF 1A that UPDATE CAPP DATA CACHE brings.
fn record_id(command: &Command<'_>) -> u8 {
    if command.p1 == 0 { command.data.get(1).copied().unwrap_or_default() } else { command.p1 }
}

/// The files of a PSAM (`docs/spec/terminal.md` 2.1).
fn sam_file(p1: u8) -> &'static [FieldInfo] {
    const TERMINAL: &[FieldInfo] = &[FieldInfo { name: "terminal", offset: 0, len: 6, kind: Kind::Hex }];
    match Sfi(p1 & 0x1F) {
        Sfi::INFO => SamSerial::FIELDS,
        Sfi::HOLDER => TERMINAL,
        Sfi::MANAGEMENT => SamApplication::FIELDS,
        _ => &[],
    }
}

/// What a command is about, where its name does not say.
fn about(device: Device, command: &Command<'_>, spec: &Spec) -> String {
    let Command { p1, p2, data, .. } = command;
    match spec.name {
        Name::SelectName if *data == PPSE => "the directory, 2PAY.SYS.DDF01".to_owned(),
        Name::SelectName if *data == PSE => "the older directory, 1PAY.SYS.DDF01".to_owned(),
        Name::SelectName if *data == EP_AID => "the e-purse".to_owned(),
        Name::SelectName => format!("the application {}", hex(data)),
        Name::SelectFile => format!("file {}", hex(data)),
        Name::ReadBinary => {
            let file = p1 & 0x1F;
            let what = match (device, Sfi(file)) {
                (Device::Card, Sfi::INFO | Sfi::HOLDER | Sfi::MANAGEMENT) => Layout::of(Sfi(file), 0).title,
                (Device::Sam, Sfi::INFO) => "serial number".to_owned(),
                (Device::Sam, Sfi::HOLDER) => "terminal number".to_owned(),
                (Device::Sam, Sfi::MANAGEMENT) => "key index and acquirer".to_owned(),
                _ => "file".to_owned(),
            };
            let from = if *p2 == 0 { String::new() } else { format!(" from byte {p2}") };
            format!("EF {file:02X}, {what}{from}")
        }
        Name::ReadRecord => record(Sfi(p2 >> 3), *p1),
        Name::UpdateCappDataCache => {
            let file = Sfi(p2 >> 3);
            record(file, if file == Sfi::INDUSTRY { record_id(command) } else { 0 })
        }
        Name::GetBalance => match p1 {
            0x00 => "what is available, overdraft included",
            0x01 => "overdraft limit",
            0x02 => "overdraft used",
            0x03 => "actual balance",
            0x04 => "ceiling",
            _ => "all of it",
        }
        .to_owned(),
        Name::GetTransactionProve => {
            let transaction = Transaction::from_byte(*p2).map(|known| known as u8);
            let name = TRANSACTIONS.iter().find(|(_, byte)| Some(*byte) == transaction);
            let name = name.map_or("transaction", |(name, _)| *name);
            let seq = data.iter().fold(0_u32, |seq, byte| seq << 8 | u32::from(*byte));
            format!("{name}, sequence {seq}")
        }
        Name::InitForLoad | Name::InitForPurchase | Name::InitForCappPurchase | Name::InitForUnload => {
            let amount = data.get(1..5).and_then(|bytes| bytes.try_into().ok()).map(Fen::from_be_bytes);
            amount.map_or_else(String::new, |amount| amount.to_string())
        }
        _ => String::new(),
    }
}

/// A record of a file by its name.
fn record(file: Sfi, number: u8) -> String {
    let Sfi(byte) = file;
    match file {
        Sfi::INDUSTRY => {
            let name = match number {
                RailRecord::ID => "rail journey",
                tunion_data::file::BusRecord::ID => "bus journey",
                _ => "journey",
            };
            format!("EF {byte:02X} record {INDUSTRY_PREFIX:02X}{number:02X}, {name}")
        }
        Sfi::TRIP if number == 0 => format!("EF {byte:02X}, a new trip"),
        Sfi::TRIP => format!("EF {byte:02X} record {number}, trip"),
        Sfi::LOG => format!("EF {byte:02X} record {number}, transaction log"),
        _ => format!("EF {byte:02X} record {number}"),
    }
}
