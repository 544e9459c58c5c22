//! Bus readers: boarding, alighting, settling a trip that was never ended, and rides of one tap
//! (`docs/spec/terminal.md` 1.1, 1.2).

use crate::action::Note;
use crate::checks;
use crate::codes::Code;
use crate::facts::Facts;
use crate::guards;
use crate::place::BusReader;
use crate::plan::{IndustryRecord, Plan, Stop, Then, terminal_field};
use crate::profile::Profile;
use crate::recent::Recent;
use crate::sam::Sam;
use alloc::vec;
use alloc::vec::Vec;
use tunion_data::Fen;
use tunion_data::civil::DateTime;
use tunion_data::file::{BoardState, BusRecord, INDUSTRY_BODY, Industry, TripType};
use tunion_data::upload::{Payment, Surcharge};
use tunion_fare::{BusLine, Journey, Ledger, LineId, Place, Quote, Ride, StopId, Tariff};

/// A tap at a bus reader.
#[derive(Clone, Copy)]
pub(crate) struct BusTap<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) reader: BusReader,
    pub(crate) tariff: &'a Tariff,
    pub(crate) sam: &'a Sam,
    pub(crate) facts: &'a Facts,
    pub(crate) recent: &'a Recent,
    pub(crate) at: DateTime,
}

impl BusTap<'_> {
    /// The plan of this tap. A journey that is open on the card is ended by it, or settled first, or,
    /// when it was begun elsewhere, given up.
    pub(crate) fn plan(&self) -> Result<Plan, Code> {
        let record = &self.facts.bus;
        guards::card(&self.profile.bus, self.facts)?;
        // The form that a reader asks for (docs/spec/terminal.md 1.2).
        if (record.length, record.valid, record.transaction, record.locked) != (INDUSTRY_BODY, 1, 1, 0) {
            return Err(Code::BadRecord);
        }
        let line = self.line(self.reader.line)?;
        let open = BoardState::from_byte(record.state) == BoardState::On;
        let given_up = open && self.is_foreign(record);
        let boarding = boarding(record).filter(|_| open && !given_up);
        if let Some((on, boarded)) = boarding.filter(|(_, boarded)| self.ends_here(record, line, *boarded)) {
            return self.alight(line, on, boarded);
        }
        self.may_begin()?;
        if given_up {
            return self.begin(line, vec![Note::GivenUp { city: record.board_city }]);
        }
        // One who rides free owes nothing for a trip that was never ended (our reading).
        if !open || record.annotated.is_zero() {
            return self.begin(line, Vec::new());
        }
        guards::fare(&self.profile.bus, record.annotated)?;
        Ok(self.cover(line, boarding.map(|(on, _)| on)))
    }

    /// Whether a ride may begin here: not at the rear door, and not twice within some minutes. It is asked
    /// before an old trip is settled, so that nobody pays for one and is refused the next.
    fn may_begin(&self) -> Result<(), Code> {
        if self.reader.rear {
            return Err(Code::BoardInFront);
        }
        guards::repeat(self.profile, self.facts, self.recent, self.at)
    }

    fn line(&self, id: LineId) -> Result<&BusLine, Code> {
        self.tariff.bus_lines().and_then(|lines| lines.line(id)).ok_or(Code::NoFare)
    }

    fn here(&self, line: &BusLine) -> Stop {
        at_stop(line, self.reader.stop)
    }

    /// Whether the open trip is none of ours to settle: begun in another city, or by a card of another
    /// city on a bus of another operator (`docs/spec/terminal.md` 1.2; that a local card's trip in
    /// another city is given up too is our reading).
    fn is_foreign(&self, record: &BusRecord) -> bool {
        let other_operator = record.board_institution != self.sam.application.acquirer;
        record.board_city != self.profile.city
            || (other_operator && !checks::is_local(self.profile, &self.facts.info))
    }

    /// Whether this tap ends the open trip: the same line, direction and vehicle, inside the time
    /// limit (`docs/spec/terminal.md` 1.2, Beijing, our reading).
    fn ends_here(&self, record: &BusRecord, line: &BusLine, boarded: DateTime) -> bool {
        let seconds = self.at.duration_since(boarded).as_secs();
        record.board_line == line.code.to_be_bytes()
            && record.direction == line.direction
            && record.board_vehicle == self.reader.vehicle
            && (0..=i64::from(self.profile.bus.max_minutes) * 60).contains(&seconds)
    }

    fn price(&self, line: LineId, on: StopId, off: Option<StopId>, entered: DateTime) -> Result<Quote, Code> {
        let rider = checks::rider(self.profile, self.facts, self.at.date());
        let journey = Journey::single(Ride::Bus { line, on, off }, rider, entered, self.at);
        // The bus reads no counter (docs/spec/fares.md 2).
        let quote = self.tariff.quote(&journey, &Ledger::default()).map_err(|_| Code::NoFare)?;
        guards::fare(&self.profile.bus, quote.list)?;
        Ok(quote)
    }

    /// Boards, or pays the whole ride where one tap does.
    fn begin(&self, line: &BusLine, notes: Vec<Note>) -> Result<Plan, Code> {
        let class = self.tariff.places().group_name(line.class).unwrap_or_default();
        if self.profile.bus.single_tap_classes.iter().any(|single| single == class) {
            return self.single(line, notes);
        }
        let BusReader { line: id, stop, vehicle, .. } = self.reader;
        let rider = checks::rider(self.profile, self.facts, self.at.date());
        let least = self.tariff.entry_balance(Place::Line(id), rider).map_err(|_| Code::NoFare)?;
        if self.facts.actual < least {
            return Err(Code::Balance);
        }
        let annotated = self.price(id, stop, None, self.at)?.charged;
        let max_minutes = self.profile.bus.max_minutes;
        let record = BusRecord {
            state: BoardState::On.to_byte(),
            board_city: self.profile.city,
            board_institution: self.sam.application.acquirer,
            board_operator: self.profile.operator.to_be_bytes(),
            board_line: line.code.to_be_bytes(),
            board_stop: one_based(stop),
            board_vehicle: vehicle,
            board_terminal: terminal_field(self.sam.terminal),
            board_at: self.at.into(),
            annotated,
            direction: line.direction,
            max_minutes,
            ..BusRecord::blank()
        };
        Ok(Plan {
            record: Some(IndustryRecord::Bus(record)),
            due: Some((annotated, max_minutes)),
            notes,
            ..Plan::free(TripType::Entry, Industry::Bus, self.here(line))
        })
    }

    fn single(&self, line: &BusLine, notes: Vec<Note>) -> Result<Plan, Code> {
        let BusReader { line: id, stop, .. } = self.reader;
        let quote = self.price(id, stop, Some(stop), self.at)?;
        Ok(Plan { notes, ..Plan::priced(TripType::Single, Industry::Bus, self.here(line), &quote) })
    }

    fn alight(&self, line: &BusLine, on: StopId, boarded: DateTime) -> Result<Plan, Code> {
        let BusReader { line: id, stop, .. } = self.reader;
        let quote = self.price(id, on, Some(stop), boarded)?;
        let record = self.closed(line, quote.charged, line.difference(on, stop).unwrap_or(0));
        let entry = Stop { line: line.code, station: stop_number(on) };
        Ok(Plan {
            record: Some(IndustryRecord::Bus(record)),
            entry: Some((entry, self.facts.bus.board_at)),
            ..Plan::priced(TripType::Exit, Industry::Bus, self.here(line), &quote)
        })
    }

    /// Settles the trip that was never ended, at the amount that boarding annotated, and lets the tap
    /// go on (`docs/spec/fares.md` 2, S16). The tariff's reasons go with it when they lead to the same
    /// amount.
    fn cover(&self, here: &BusLine, on: Option<StopId>) -> Plan {
        let record = &self.facts.bus;
        let amount = record.annotated;
        let code = u16::from_be_bytes(record.board_line);
        let line = self.tariff.bus_lines().and_then(|lines| lines.line_coded(code, record.direction));
        let quote = line.zip(on).and_then(|(line, on)| self.price(line, on, None, self.at).ok());
        let closed = self.closed(here, amount, 0);
        Plan {
            amount,
            list: Some(amount),
            quote: quote.filter(|quote| quote.charged == amount),
            record: Some(IndustryRecord::Bus(closed)),
            entry: Some((Stop { line: code, station: u16::from(record.board_stop) }, record.board_at)),
            notes: vec![Note::Covered { amount }],
            surcharge: Some((Surcharge::ExitMissing, amount, Payment::Card)),
            then: Then::RideOn,
            ..Plan::free(TripType::Cover, Industry::Bus, self.here(here))
        }
    }

    /// The record with its journey ended here.
    fn closed(&self, line: &BusLine, amount: Fen, distance: u16) -> BusRecord {
        BusRecord {
            state: BoardState::Off.to_byte(),
            annotated: Fen::ZERO,
            alight_city: self.profile.city,
            alight_institution: self.sam.application.acquirer,
            alight_operator: self.profile.operator.to_be_bytes(),
            alight_line: line.code.to_be_bytes(),
            alight_stop: one_based(self.reader.stop),
            alight_vehicle: self.reader.vehicle,
            alight_terminal: terminal_field(self.sam.terminal),
            alight_at: self.at.into(),
            amount,
            distance,
            ..self.facts.bus
        }
    }
}

/// Where a reader is, as its records say it.
pub(crate) fn here(tariff: &Tariff, reader: BusReader) -> Option<Stop> {
    Some(at_stop(tariff.bus_lines()?.line(reader.line)?, reader.stop))
}

fn at_stop(line: &BusLine, stop: StopId) -> Stop {
    Stop { line: line.code, station: stop_number(stop) }
}

/// The stop and the time of boarding, if the record has them.
fn boarding(record: &BusRecord) -> Option<(StopId, DateTime)> {
    Some((StopId(record.board_stop.checked_sub(1)?), record.board_at.datetime()?))
}

/// Stops are counted from 1 on the card (our reading).
fn one_based(stop: StopId) -> u8 {
    stop.0.saturating_add(1)
}

fn stop_number(stop: StopId) -> u16 {
    u16::from(one_based(stop))
}
