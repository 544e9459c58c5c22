//! Two gates and a ticket office, and what the office writes.

use super::{BEIJING, FINE, Stand, Tapped, profile, station_code, tariff};
use tunion_apdu::Name;
use tunion_card::Card;
use tunion_data::Fen;
use tunion_data::civil::{DateTime, date};
use tunion_data::file::{RailRecord, RailStatus};
use tunion_data::upload::{Payment, Surcharge, UploadRecord};
use tunion_harness::random::Stream;
use tunion_terminal::profile::{ExitMissing, OfficeProfile, RailProfile};
use tunion_terminal::{
    Area, BlackList, Code, Direction, Fares, Office, Place, Profile, RailGate, Request, Settle, Setup,
};

/// 西二旗 to 西单, and the highest single fare.
pub const FARE: Fen = Fen::from_yuan(5);
pub const HIGHEST: Fen = Fen::from_yuan(10);

/// The rules of Xi'an: four hours, one yuan that has to remain, twenty minutes to leave.
pub fn strict() -> Profile {
    let rail = RailProfile {
        overtime_minutes: Some(240),
        remaining: Some(Fen::from_yuan(1)),
        exit_minutes: 20,
        ..profile().rail
    };
    Profile { rail, office: office(), ..profile() }
}

/// Beijing's: a long stay is the tariff's, and the card's overdraft decides.
pub fn plain() -> Profile {
    Profile { rail: RailProfile { exit_minutes: 20, ..profile().rail }, office: office(), ..profile() }
}

pub fn office() -> OfficeProfile {
    OfficeProfile {
        exit_missing: ExitMissing::Amount(Fen::from_yuan(3)),
        staff: [0x00, 0x01, 0x07],
        ..OfficeProfile::default()
    }
}

pub fn at(hour: i8, minute: i8) -> DateTime {
    date(2026, 11, 23).at(hour, minute, 0, 0)
}

pub fn settle(area: Area, payment: Payment) -> Request {
    Request::Settle(Settle { area, payment, entered: None })
}

/// Two gates and an office, with the codes of their stations.
pub struct Town<'t> {
    pub entry: Stand<'t>,
    pub exit: Stand<'t>,
    pub office: Stand<'t>,
    pub here: u16,
    pub there: u16,
}

impl Town<'_> {
    pub fn enter(&mut self, card: &mut Card<Stream>, at: DateTime) {
        assert_eq!(self.entry.ask(card, at, Request::Ride, FINE).code(), Code::Ok);
    }

    pub fn leave(&mut self, card: &mut Card<Stream>, at: DateTime) -> Tapped {
        self.exit.ask(card, at, Request::Ride, FINE)
    }

    pub fn settle(&mut self, card: &mut Card<Stream>, at: DateTime, area: Area, payment: Payment) -> Tapped {
        self.office.ask(card, at, settle(area, payment), FINE)
    }
}

/// An entry of 西二旗, an exit and the office of 西单.
pub fn with_office(profile: &Profile, play: impl FnOnce(Town<'_>)) {
    let (tariff, black_list) = (tariff(), BlackList::new());
    let [there, here] = ["西二旗", "西单"].map(|name| station_code(&tariff, name));
    let stand = |number, place| {
        Stand::at(Setup { profile, place, fares: Fares::Tariff(&tariff), black_list: &black_list }, number)
    };
    let gate = |direction, line, station| Place::Rail(RailGate { direction, line, station });
    play(Town {
        entry: stand(1, gate(Direction::Entry, 2, there)),
        exit: stand(2, gate(Direction::Exit, 10, here)),
        office: stand(3, Place::Office(Office { line: 10, station: here })),
        here,
        there,
    });
}

pub fn status(card: &Card<Stream>) -> RailStatus {
    RailStatus::from_byte(card.rail_record().status)
}

/// A card that refuses and is as it was: nothing was begun.
pub fn untouched(tapped: &Tapped) -> bool {
    !tapped.sent(Name::InitForCappPurchase) && tapped.records.is_empty()
}

/// What 1A becomes: the bytes before, changed at these offsets, with the CRC made to fit.
pub fn expected(before: &RailRecord, changes: &[(usize, &[u8])]) -> [u8; 128] {
    let mut bytes = before.encode();
    for (offset, new) in changes {
        bytes[*offset..offset + new.len()].copy_from_slice(new);
    }
    RailRecord::decode(&bytes).sealed()
}

pub fn field(code: u16) -> [u8; 8] {
    let [high, low] = code.to_be_bytes();
    [0, 0, 0, 0, 0, 0, high, low]
}

/// 2026-11-23 at hour and minute, BCD.
pub const fn bcd(hour: u8, minute: u8) -> [u8; 7] {
    [0x20, 0x26, 0x11, 0x23, hour, minute, 0x00]
}

/// The eight bytes of the office's terminal.
pub const OFFICE: [u8; 8] = [0, 0, 0x10, 0, 0, 0, 0, 3];

/// 1E as the office writes it: type 08, metro, line, station and operator low byte first.
pub fn trip(here: u16, amount: u32, balance: u32, time: [u8; 7]) -> Vec<u8> {
    let mut bytes = vec![0x08];
    bytes.extend(OFFICE);
    bytes.push(0x01);
    bytes.extend([10, 0]);
    bytes.extend(here.to_le_bytes());
    bytes.extend([0x30, 0, 0]);
    bytes.extend(amount.to_be_bytes());
    bytes.extend(balance.to_be_bytes());
    bytes.extend(time);
    bytes.extend([0x10, 0x00]);
    bytes.extend(BEIJING.0);
    bytes.extend([0; 6]);
    bytes
}

pub const UPDATE_1A: &[u8] = &[0x80, 0xDC, 0x01, 0xD0, 0x80];
pub const UPDATE_1E: &[u8] = &[0x80, 0xDC, 0x00, 0xF0, 0x30];
pub const INIT: &[u8] = &[0x80, 0x50, 0x03, 0x02];

/// The record's fields that a settlement is about.
pub fn said(record: &UploadRecord) -> (u8, u8, Surcharge, Fen, Payment, Fen) {
    (
        record.kind,
        record.trip_type,
        Surcharge::from_byte(record.surcharge_kind).unwrap(),
        record.surcharge,
        Payment::from_byte(record.payment).unwrap(),
        record.amount,
    )
}
