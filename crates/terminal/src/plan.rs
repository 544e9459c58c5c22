//! One debit that a tap makes, and the records that go with it.

use crate::action::Note;
use crate::checks;
use crate::codes::Code;
use crate::defect::Defect;
use crate::facts::{Facts, KeyInfo};
use crate::profile::{Profile, TripBalance};
use crate::sam::Sam;
use alloc::vec::Vec;
use tunion_data::civil::DateTime;
use tunion_data::command::Transaction;
use tunion_data::file::{BusRecord, INDUSTRY_LEN, Industry, RailRecord, TripRecord, TripType};
use tunion_data::upload::{Payment, RecordKind, Surcharge, UploadRecord};
use tunion_data::{BcdDateTime, Fen, TerminalId};
use tunion_fare::Quote;

/// A debit that was decided on; nothing has been sent yet.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) kind: RecordKind,
    pub(crate) amount: Fen,
    pub(crate) list: Option<Fen>,
    pub(crate) quote: Option<Quote>,
    /// The trip's type in 1E; `None` for a plain purchase, which writes neither 1E nor 1A.
    pub(crate) trip_type: Option<TripType>,
    pub(crate) industry: Industry,
    /// The 1A record; `None` for a ride of one tap, which only writes 1E.
    pub(crate) record: Option<IndustryRecord>,
    /// What of the amount is a surcharge, its kind, and how it was paid if not from the card.
    pub(crate) surcharge: Option<(Surcharge, Fen, Payment)>,
    /// Where the tap is made.
    pub(crate) here: Stop,
    /// Where the journey began, if this ends it.
    pub(crate) entry: Option<(Stop, BcdDateTime)>,
    /// Bus boarding: what is due when the trip stays incomplete, and after how many minutes it is.
    pub(crate) due: Option<(Fen, u16)>,
    pub(crate) notes: Vec<Note>,
    /// Why it may not be done, though it is known what it would cost.
    pub(crate) barred: Option<Code>,
    /// What follows the debit.
    pub(crate) then: Then,
}

/// What follows a debit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Then {
    /// The decision.
    Decide,
    /// Another debit: an old journey is settled, then the new one begins.
    RideOn,
    /// The application is locked: the card was given back.
    Lock,
}

/// Line and station, or line and stop.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Stop {
    pub(crate) line: u16,
    pub(crate) station: u16,
}

/// A record of EF 1A, complete but for the serial number that the PSAM gives and the CRC.
#[derive(Clone, Debug)]
pub(crate) enum IndustryRecord {
    Rail([u8; INDUSTRY_LEN]),
    /// A rail record that has neither: Xi'an's.
    Bare([u8; INDUSTRY_LEN]),
    Bus(BusRecord),
}

impl IndustryRecord {
    /// The low byte of the record's identifier.
    pub(crate) const fn id(&self) -> u8 {
        match self {
            Self::Rail(_) | Self::Bare(_) => RailRecord::ID,
            Self::Bus(_) => BusRecord::ID,
        }
    }

    /// The bytes to be written: with the PSAM's sequence as 16 BCD digits at offset 6
    /// (`docs/spec/terminal.md` 1.2, 1.3), and the CRC where the record has one.
    pub(crate) fn bytes(&self, terminal_seq: u32) -> [u8; INDUSTRY_LEN] {
        let serial = bcd(terminal_seq);
        match self {
            Self::Rail(bytes) => RailRecord { serial, ..RailRecord::decode(bytes) }.sealed(),
            Self::Bare(bytes) => *bytes,
            Self::Bus(record) => BusRecord { serial, ..*record }.encode(),
        }
    }
}

/// A number as 16 decimal digits.
fn bcd(number: u32) -> [u8; 8] {
    let mut rest = number;
    let mut digits = [0; 8];
    for byte in digits.iter_mut().rev() {
        let [.., pair] = (rest % 100 / 10 * 16 + rest % 10).to_be_bytes();
        *byte = pair;
        rest /= 100;
    }
    digits
}

/// A terminal's number in the 8-byte fields of the bus record, and of a city that has no form of its own: two
/// zero bytes first (`docs/spec/terminal.md` 1.2).
pub(crate) fn terminal_field(terminal: TerminalId) -> [u8; 8] {
    let mut field = [0; 8];
    field[2..].copy_from_slice(&terminal.0);
    field
}

impl Plan {
    /// A debit of nothing, such as an entry.
    pub(crate) const fn free(trip_type: TripType, industry: Industry, here: Stop) -> Self {
        let kind = match trip_type {
            TripType::Entry => RecordKind::Entry,
            TripType::Exit => RecordKind::Exit,
            TripType::Single => RecordKind::Single,
            TripType::Cover => RecordKind::Surcharge,
            TripType::Load => RecordKind::Load,
            TripType::Refund => RecordKind::Refund,
        };
        Self {
            kind,
            amount: Fen::ZERO,
            list: None,
            quote: None,
            trip_type: Some(trip_type),
            industry,
            record: None,
            surcharge: None,
            here,
            entry: None,
            due: None,
            notes: Vec::new(),
            barred: None,
            then: Then::Decide,
        }
    }

    /// A debit that a quote made.
    pub(crate) fn priced(trip_type: TripType, industry: Industry, here: Stop, quote: &Quote) -> Self {
        let (amount, list) = (quote.charged, Some(quote.list));
        Self { amount, list, quote: Some(*quote), ..Self::free(trip_type, industry, here) }
    }

    /// What the passenger is told that it costs: the list fare, or what is due at the ticket office.
    pub(crate) fn told(&self) -> Option<Fen> {
        let due = self.surcharge.map(|(_, due, _)| due).filter(|due| !due.is_zero());
        self.list.or(due)
    }

    /// The transaction of the purse.
    pub(crate) const fn transaction(&self) -> Transaction {
        if self.trip_type.is_some() { Transaction::Capp } else { Transaction::Purchase }
    }

    /// The record of EF 1E, if the debit writes one.
    pub(crate) fn trip(&self, stamp: &Stamp<'_>) -> Option<[u8; TripRecord::LEN]> {
        let Stamp { profile, sam, facts, at, .. } = *stamp;
        let order = profile.byte_order;
        let (max_amount, max_minutes) = self.due.unwrap_or_default();
        let record = TripRecord {
            trip_type: self.trip_type? as u8,
            terminal: profile.rail.tail.terminal(profile.city, self.here, sam),
            industry: self.industry as u8,
            line: order.bytes(self.here.line),
            station: order.bytes(self.here.station),
            operator: order.bytes(profile.operator),
            reserved: 0,
            amount: if self.kind == RecordKind::Refund { Fen::ZERO } else { self.amount },
            balance: match profile.trip_balance {
                TripBalance::After => facts.after(self.amount),
                TripBalance::Before => facts.actual,
            },
            at: at.into(),
            city: profile.city,
            acquirer: sam.application.acquirer,
            max_amount,
            max_minutes,
        };
        Some(record.encode())
    }

    /// The upload record, grey until the TAC is known. `available` is what INIT answered.
    pub(crate) fn upload(
        &self,
        tap: &Stamp<'_>,
        terminal_seq: u32,
        card_seq: u16,
        available: Fen,
    ) -> UploadRecord {
        let (entry, entry_at) = self.entry.unwrap_or_default();
        let (kind, surcharge, payment) = self.surcharge();
        let lost = tap.profile.defects.has(Defect::SurchargeKindLost);
        let surcharge_kind = if lost { Surcharge::None } else { kind };
        let list = self.list.unwrap_or(self.amount);
        UploadRecord {
            kind: self.kind as u8,
            trip_type: self.trip_type.map_or(0, |trip_type| trip_type as u8),
            transaction: self.transaction() as u8,
            terminal_seq,
            card_seq,
            amount: self.amount,
            list,
            discount: list.saturating_sub(self.amount),
            balance_after: tap.facts.after(self.amount),
            operator: tap.profile.operator,
            // As in 1E; a plain purchase writes none.
            industry: self.trip_type.map_or(0, |_| self.industry as u8),
            line: self.here.line,
            station: self.here.station,
            entry_line: entry.line,
            entry_station: entry.station,
            entry_at,
            surcharge,
            surcharge_kind: surcharge_kind as u8,
            payment: payment as u8,
            staff: tap.profile.office.staff,
            merchant_type: match self.kind {
                RecordKind::Purchase => tap.profile.pos.merchant_type,
                _ => TRANSPORT,
            },
            available_before: available,
            ..blank_upload(tap)
        }
    }

    /// Kind and amount of the surcharge, and how it was paid. The one surcharge of a ride that a tariff
    /// knows is that for a long stay (`docs/spec/fares.md` 1).
    fn surcharge(&self) -> (Surcharge, Fen, Payment) {
        let long_stay = || {
            let surcharge = self.quote?.surcharge;
            (!surcharge.is_zero()).then_some((Surcharge::Overtime, surcharge, Payment::Card))
        };
        self.surcharge.or_else(long_stay).unwrap_or_default()
    }
}

/// What every record of a tap is stamped with.
#[derive(Clone, Copy)]
pub(crate) struct Stamp<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) sam: &'a Sam,
    pub(crate) facts: &'a Facts,
    pub(crate) key: KeyInfo,
    pub(crate) at: DateTime,
}

/// An upload record with what terminal and card are, and no transaction yet. Its own number is given
/// when it is kept.
pub(crate) fn blank_upload(stamp: &Stamp<'_>) -> UploadRecord {
    let Stamp { profile, sam, facts, key, at } = *stamp;
    let local = checks::is_local(profile, &facts.info);
    let before = facts.previous.unwrap_or_default();
    UploadRecord {
        flags: UploadRecord::GREY,
        terminal: sam.terminal,
        psam_serial: sam.serial.encode(),
        issuer: facts.info.issuer,
        pan: facts.info.pan,
        card_type: facts.management.card_type,
        balance_before: facts.actual,
        at: at.into(),
        key_index: key.index,
        key_version: key.version,
        algorithm: key.algorithm,
        tac: [0xFF; 4],
        city: profile.city,
        acquirer: sam.application.acquirer,
        origin: if local { UploadRecord::LOCAL } else { UploadRecord::FOREIGN },
        card_version: facts.info.enabled,
        valid_from: facts.info.valid_from,
        valid_to: facts.info.valid_to,
        merchant_type: TRANSPORT,
        previous_transaction: before.transaction,
        previous_terminal: before.terminal,
        previous_amount: before.amount,
        // The log has it after it was incremented (docs/spec/card.md 2.4).
        previous_seq: before.seq.saturating_sub(1),
        previous_at: BcdDateTime::join(before.date, before.time),
        ..UploadRecord::default()
    }
}

/// Merchant type of local passenger transport, 4111 (ISO 18245: our reading; Xi'an's own is 4412,
/// `docs/spec/terminal.md` 6.1).
const TRANSPORT: [u8; 2] = [0x41, 0x11];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_serial_is_sixteen_decimal_digits() {
        assert_eq!(bcd(0), [0; 8]);
        assert_eq!(bcd(12_345), [0, 0, 0, 0, 0, 0x01, 0x23, 0x45]);
        assert_eq!(bcd(u32::MAX), [0, 0, 0, 0x42, 0x94, 0x96, 0x72, 0x95]);
    }
}
