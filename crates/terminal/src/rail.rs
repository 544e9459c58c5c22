//! Rail gates: what an entry and an exit write and cost (`docs/spec/terminal.md` 1.3, 1.4).

use crate::action::{Charge, Note};
use crate::checks;
use crate::codes::Code;
use crate::facts::Facts;
use crate::forms::station_code;
use crate::leave::Settled;
use crate::ledger;
use crate::place::{Direction, Fares, RailGate};
use crate::plan::{IndustryRecord, Plan, Stop};
use crate::profile::{OpenElsewhere, Profile, RailTail};
use crate::sam::Sam;
use alloc::vec::Vec;
use tunion_data::civil::DateTime;
use tunion_data::file::{INDUSTRY_LEN, Industry, RailRecord, RailStatus, TripType};
use tunion_data::{Fen, Fen24, IssuerId};
use tunion_fare::{Counter, Journey, Ledger, Period, Place, Quote, Ride, Rider};

/// A tap at a rail gate.
#[derive(Clone, Copy)]
pub(crate) struct RailTap<'a> {
    pub(crate) profile: &'a Profile,
    pub(crate) gate: RailGate,
    pub(crate) fares: Fares<'a>,
    pub(crate) sam: &'a Sam,
    pub(crate) facts: &'a Facts,
    pub(crate) at: DateTime,
}

/// What an exit costs, whoever made the fare.
struct Fare {
    list: Option<Fen>,
    amount: Fen,
    total: Counter,
    quote: Option<Quote>,
}

impl From<Quote> for Fare {
    fn from(quote: Quote) -> Self {
        Self {
            list: Some(quote.list),
            amount: quote.charged,
            total: quote.ledger.first(),
            quote: Some(quote),
        }
    }
}

/// In/out marker of Shanghai's operator area (`docs/spec/terminal.md` 1.3).
pub(crate) const INSIDE: u8 = 0x55;
const OUTSIDE: u8 = 0x66;
/// Entry and exit flags of Shanghai's operator area: normal (`docs/spec/terminal.md` 1.3).
const ENTRY_NORMAL: u8 = 0x41;
const EXIT_NORMAL: u8 = 0x81;

/// What the operator's area says of the holder after a tap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Mark {
    /// Inside since this tap.
    Entered,
    /// Inside as before.
    Stays,
    /// Inside, and the over-fare is settled for this station.
    Settled,
    /// Outside since this tap.
    Left,
}

/// Line and station where the journey on a card began.
pub(crate) fn entry_of(journey: &RailRecord) -> (u8, u16) {
    (journey.entry_line, station_code(journey.entry_station))
}

impl RailTap<'_> {
    /// The journey on the card. A record of our own city whose CRC fails is treated as empty
    /// (`docs/spec/terminal.md` 1.3); one of another city may have no CRC, as Xi'an's.
    pub(crate) fn journey(&self) -> RailRecord {
        let journey = RailRecord::decode(&self.facts.rail);
        let sealed = self.profile.rail.tail.is_sealed() && journey.last_city() == self.profile.city;
        if sealed && !self.facts.rail_holds { RailRecord::blank() } else { journey }
    }

    /// The monthly total on the card: the one counter of a tariff that has one.
    pub(crate) fn total(&self) -> (Counter, Option<Note>) {
        let Some(binding) = self.profile.rail.ledger else { return (Counter::default(), None) };
        let (total, note) =
            ledger::read_judged(binding, &self.facts.rail, self.facts.rail_holds, self.profile.city);
        // That a roaming card carries another city's total is nothing to tell.
        (total, note.filter(|_| checks::is_local(self.profile, &self.facts.info)))
    }

    pub(crate) fn here(&self) -> Stop {
        Stop { line: u16::from(self.gate.line), station: self.gate.station }
    }

    /// Institution, station and terminal in 2701, of this line and station.
    fn fields(&self, line: u8, station: u16) -> (IssuerId, [u8; 8], [u8; 8]) {
        let Profile { city, rail, .. } = self.profile;
        let terminal = rail.tail.terminal(*city, self.here(), self.sam);
        (rail.tail.institution(self.sam, line), rail.tail.station(*city, line, station), terminal)
    }

    /// The plan of this tap. `charge` is the controller's fare, if it makes it.
    pub(crate) fn plan(&self, charge: Option<Charge>) -> Result<Plan, Code> {
        match self.gate.direction {
            Direction::Entry => self.enter(),
            Direction::Exit => self.exit(charge),
        }
    }

    /// A journey that another city left open (`docs/spec/terminal.md` 3.1, row 11).
    pub(crate) fn is_not_open_elsewhere(&self) -> Result<(), Code> {
        let elsewhere = self.is_elsewhere(&self.journey());
        let starts_anew = self.gate.direction == Direction::Entry
            && self.profile.rail.open_elsewhere == OpenElsewhere::StartAnew;
        if elsewhere && !starts_anew { Err(Code::OpenElsewhere) } else { Ok(()) }
    }

    /// Whether another city left the journey open.
    pub(crate) fn is_elsewhere(&self, journey: &RailRecord) -> bool {
        RailStatus::from_byte(journey.status).is_inside() && journey.entry_city != self.profile.city
    }

    /// Outside at an entry, inside at an exit, as far as this city knows (rows 12 and 13).
    pub(crate) fn journey_fits(&self) -> Result<(), Code> {
        let journey = self.journey();
        let inside = RailStatus::from_byte(journey.status).is_inside();
        match self.gate.direction {
            Direction::Entry if inside && journey.entry_city == self.profile.city => {
                Err(self.entered_twice(&journey))
            }
            Direction::Exit if !self.is_inside(&journey) => Err(Code::NoEntry),
            _ => Ok(()),
        }
    }

    /// The least balance for entry (row 10).
    pub(crate) fn has_enough_to_enter(&self) -> Result<(), Code> {
        let enters = self.gate.direction == Direction::Entry;
        if enters && self.facts.actual < self.entry_balance()? { Err(Code::Balance) } else { Ok(()) }
    }

    /// Not a moment after the last use at a gate, whichever city's (row 22, `docs/spec/terminal.md` 3.5). A
    /// use that lies ahead of our clock is no limit.
    pub(crate) fn is_not_passed_back(&self) -> Result<(), Code> {
        let journey = self.journey();
        let inside = RailStatus::from_byte(journey.status).is_inside();
        let last = if inside { journey.entry_at } else { journey.exit_at };
        let limit = i64::from(self.profile.rail.passback_seconds);
        let again =
            last.datetime().is_some_and(|last| (0..limit).contains(&self.at.duration_since(last).as_secs()));
        if again { Err(Code::Repeat) } else { Ok(()) }
    }

    fn enter(&self) -> Result<Plan, Code> {
        self.is_not_open_elsewhere()?;
        self.journey_fits()?;
        self.has_enough_to_enter()?;
        let journey = self.journey();
        let mut notes = Vec::new();
        if RailStatus::from_byte(journey.status).is_inside() {
            notes.push(Note::GivenUp { city: journey.entry_city });
        }
        let (total, note) = self.total();
        notes.extend(note);
        let total = total.in_period(Period::month(self.at.date()));
        let journey = self.entered(journey, RailStatus::Entered, (self.gate.line, self.gate.station));
        let record = self.finish(journey, &total, Mark::Entered);
        Ok(Plan { record: Some(record), notes, ..Plan::free(TripType::Entry, Industry::Rail, self.here()) })
    }

    /// The record with an entry of now, at this line and station.
    pub(crate) fn entered(
        &self,
        journey: RailRecord,
        status: RailStatus,
        (line, station): (u8, u16),
    ) -> RailRecord {
        // Shanghai leaves these two zero.
        let (entry_line, entry_balance) = match self.profile.rail.tail {
            RailTail::Beijing | RailTail::Xian => (line, self.facts.actual),
            RailTail::Shanghai => (0, Fen::ZERO),
        };
        // Xi'an leaves these two as they are.
        let (max_amount, fare) = match self.profile.rail.tail {
            RailTail::Beijing | RailTail::Shanghai => (Fen::ZERO, Fen::ZERO),
            RailTail::Xian => (journey.max_amount, journey.fare),
        };
        let (entry_institution, entry_station, entry_terminal) = self.fields(line, station);
        RailRecord {
            status: status.to_byte(),
            entry_city: self.profile.city,
            entry_institution,
            entry_station,
            entry_terminal,
            entry_at: self.at.into(),
            max_amount,
            entry_line,
            entry_amount: Fen::ZERO,
            entry_balance,
            fare,
            ..journey
        }
    }

    fn entered_twice(&self, journey: &RailRecord) -> Code {
        if self.is_young(journey) { Code::ReentryFree } else { Code::ReentryPaid }
    }

    /// An entry is corrected free of charge within some minutes, or when it lies ahead of our clock
    /// (`docs/spec/terminal.md` 3.5).
    pub(crate) fn is_young(&self, journey: &RailRecord) -> bool {
        let limit = i64::from(self.profile.rail.free_reentry_minutes) * 60;
        let entered = journey.entry_at.datetime();
        entered.is_none_or(|entered| self.at.duration_since(entered).as_secs() < limit)
    }

    /// The least balance for this rider to enter here: the tariff's, or the profile's where the controller
    /// names the fare.
    fn entry_balance(&self) -> Result<Fen, Code> {
        let Some(tariff) = self.fares.tariff() else { return Ok(self.profile.rail.entry_minimum) };
        let station = self.fares.station(self.gate.station).ok_or(Code::NoFare)?;
        let rider = checks::rider(self.profile, self.facts, self.at.date());
        tariff.entry_balance(Place::Station(station), rider).map_err(|_| Code::NoFare)
    }

    /// The journey that an exit closes.
    pub(crate) fn open_journey(&self) -> Result<RailRecord, Code> {
        self.journey_fits()?;
        self.is_not_open_elsewhere()?;
        Ok(self.journey())
    }

    fn exit(&self, charge: Option<Charge>) -> Result<Plan, Code> {
        let journey = self.open_journey()?;
        let (total, note) = self.total();
        let settled = self.settled(&journey);
        let Fare { list, amount, total: after, quote } = match (settled, charge) {
            (Settled::Late, _) => return Err(Code::Overtime),
            // The ride was paid by a ticket: it adds nothing to the card's month (our reading).
            (Settled::Here, _) => Fare { list: None, amount: Fen::ZERO, total, quote: None },
            (_, Some(charge)) => self.named(charge, total),
            (_, None) => self.price(&self.priced(&journey), total)?.into(),
        };
        let is_settled = settled == Settled::Here;
        let barred = if is_settled { None } else { self.barred(&journey, amount) };
        let (line, station) = entry_of(&journey);
        let entered = journey.entry_at;
        // The stamp is the exit's: so is the month of the total, whether this ride counts or not.
        let after = after.in_period(Period::month(self.at.date()));
        let journey = self.exited(journey, RailStatus::Exited, amount);
        Ok(Plan {
            amount,
            list,
            quote,
            record: Some(self.finish(journey, &after, Mark::Left)),
            entry: Some((Stop { line: u16::from(line), station }, entered)),
            notes: note.into_iter().chain(is_settled.then_some(Note::SettledBefore)).collect(),
            barred,
            ..Plan::free(TripType::Exit, Industry::Rail, self.here())
        })
    }

    /// The record with an exit of now, here; `fare` is what the card is debited.
    pub(crate) fn exited(&self, journey: RailRecord, status: RailStatus, fare: Fen) -> RailRecord {
        let (exit_institution, exit_station, exit_terminal) = self.fields(self.gate.line, self.gate.station);
        RailRecord {
            status: status.to_byte(),
            exit_city: self.profile.city,
            exit_institution,
            exit_station,
            exit_terminal,
            exit_at: self.at.into(),
            exit_line: match self.profile.rail.tail {
                RailTail::Beijing | RailTail::Xian => self.gate.line,
                RailTail::Shanghai => 0,
            },
            fare,
            ..journey
        }
    }

    /// A controller's fare; its city keeps a total of its own the same way.
    fn named(&self, Charge { list, charged }: Charge, total: Counter) -> Fare {
        let total = total.in_period(Period::month(self.at.date())).after(charged);
        Fare { list: Some(list), amount: charged, total, quote: None }
    }

    /// What the journey costs the card that ends it here.
    pub(crate) fn price(&self, journey: &RailRecord, total: Counter) -> Result<Quote, Code> {
        let rider = checks::rider(self.profile, self.facts, self.at.date());
        self.price_for(rider, journey, total)
    }

    /// What the journey costs this rider.
    pub(crate) fn price_for(
        &self,
        rider: Rider,
        journey: &RailRecord,
        total: Counter,
    ) -> Result<Quote, Code> {
        let tariff = self.fares.tariff().ok_or(Code::NoFare)?;
        let from = self.fares.station(station_code(journey.entry_station)).ok_or(Code::NoFare)?;
        let to = self.fares.station(self.gate.station).ok_or(Code::NoFare)?;
        let entered = journey.entry_at.datetime().ok_or(Code::NoEntry)?;
        let ride = Ride::Rail { from, to, group: self.profile.rail.group };
        // The clocks of two gates may differ by seconds.
        let ride = Journey::single(ride, rider, entered.min(self.at), self.at);
        tariff.quote(&ride, &Ledger::from(total)).map_err(|_| Code::NoFare)
    }

    /// Writes the header and the operator's area with the monthly total.
    pub(crate) fn finish(&self, journey: RailRecord, total: &Counter, mark: Mark) -> IndustryRecord {
        let RailRecord { record_id, length, valid, .. } = RailRecord::blank();
        if self.profile.rail.tail == RailTail::Xian {
            // It clears its own part of the operator's area, and leaves the rest as it is (our reading).
            let in_out = if mark == Mark::Settled { self.settled_mark() } else { 0 };
            let cleared = RailRecord { in_out, reserved: 0, crc: 0, ..journey };
            return IndustryRecord::Bare(RailRecord { record_id, length, valid, ..cleared }.encode());
        }
        let common = RailRecord {
            record_id,
            length,
            valid,
            last_at: self.at.into(),
            last_device: [0; 4],
            month_paid: Fen24::ZERO,
            month_rides: 0,
            transfer: [0; 5],
            entry_flag: 0,
            exit_flag: 0,
            in_out: 0,
            reserved: 0,
            ..journey
        };
        let [_, _, last_device @ ..] = self.sam.terminal.0;
        let record = match (self.profile.rail.tail, mark) {
            (RailTail::Beijing, Mark::Settled) => RailRecord { in_out: self.settled_mark(), ..common },
            (RailTail::Beijing | RailTail::Xian, _) => common,
            (RailTail::Shanghai, _) => RailRecord {
                last_device,
                entry_flag: if mark == Mark::Entered { ENTRY_NORMAL } else { journey.entry_flag },
                exit_flag: if mark == Mark::Left { EXIT_NORMAL } else { 0 },
                in_out: if mark == Mark::Left { OUTSIDE } else { INSIDE },
                ..common
            },
        };
        let mut bytes: [u8; INDUSTRY_LEN] = record.encode();
        if let Some(binding) = self.profile.rail.ledger {
            ledger::write(binding, &mut bytes, total, self.at);
        }
        IndustryRecord::Rail(bytes)
    }
}
