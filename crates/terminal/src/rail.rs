//! Rail gates: what an entry and an exit write and cost (`docs/spec/terminal.md` 1.3, 1.4).

use crate::action::{Charge, FareQuestion, Note};
use crate::checks;
use crate::codes::Code;
use crate::facts::Facts;
use crate::forms::station_code;
use crate::ledger;
use crate::place::{Direction, Fares, RailGate};
use crate::plan::{IndustryRecord, Plan, Stop};
use crate::profile::{OpenElsewhere, Profile, RailTail};
use crate::sam::Sam;
use alloc::vec::Vec;
use tunion_data::civil::DateTime;
use tunion_data::file::{INDUSTRY_LEN, Industry, RailRecord, RailRecordView, RailStatus, TripType};
use tunion_data::{Fen, Fen24, IssuerId};
use tunion_fare::{Counter, Journey, Ledger, Period, Place, Quote, Ride};

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
    list: Fen,
    amount: Fen,
    total: Counter,
    quote: Option<Quote>,
}

impl From<Quote> for Fare {
    fn from(quote: Quote) -> Self {
        Self { list: quote.list, amount: quote.charged, total: quote.ledger.first(), quote: Some(quote) }
    }
}

/// In/out marker of Shanghai's operator area (`docs/spec/terminal.md` 1.3).
const INSIDE: u8 = 0x55;
const OUTSIDE: u8 = 0x66;
/// Entry and exit flags of Shanghai's operator area: normal (`docs/spec/terminal.md` 1.3).
const ENTRY_NORMAL: u8 = 0x41;
const EXIT_NORMAL: u8 = 0x81;

impl RailTap<'_> {
    /// The journey on the card. A record of our own city whose CRC fails is treated as empty
    /// (`docs/spec/terminal.md` 1.3); one of another city may have no CRC, as Xi'an's.
    fn journey(&self) -> RailRecord {
        let sealed = self.profile.rail.tail.is_sealed();
        match RailRecordView::new(&self.facts.rail) {
            Ok(view) if !sealed || view.crc_holds() || view.value().last_city() != self.profile.city => {
                view.value()
            }
            _ => RailRecord::blank(),
        }
    }

    /// The monthly total on the card: the one counter of a tariff that has one.
    fn total(&self) -> (Counter, Option<Note>) {
        let Some(binding) = self.profile.rail.ledger else { return (Counter::default(), None) };
        let (total, note) = ledger::read(binding, &self.facts.rail, self.profile.city);
        // That a roaming card carries another city's total is nothing to tell.
        (total, note.filter(|_| checks::is_local(self.profile, &self.facts.info)))
    }

    fn here(&self) -> Stop {
        Stop { line: u16::from(self.gate.line), station: self.gate.station }
    }

    /// Institution, station and terminal in 2701.
    fn fields(&self) -> (IssuerId, [u8; 8], [u8; 8]) {
        let (Profile { city, rail, .. }, RailGate { line, station, .. }) = (self.profile, self.gate);
        let terminal = rail.tail.terminal(*city, self.here(), self.sam);
        (rail.tail.institution(self.sam, line), rail.tail.station(*city, line, station), terminal)
    }

    /// What the exit's controller has to be asked, when it makes the fare.
    pub(crate) fn question(&self) -> Result<FareQuestion, Code> {
        let journey = self.open_journey()?;
        Ok(FareQuestion {
            entry_line: journey.entry_line,
            entry_station: station_code(journey.entry_station),
            entered: journey.entry_at,
            card_type: self.facts.management.card_type,
        })
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
        let journey = self.journey();
        let elsewhere =
            RailStatus::from_byte(journey.status).is_inside() && journey.entry_city != self.profile.city;
        let starts_anew = self.gate.direction == Direction::Entry
            && self.profile.rail.open_elsewhere == OpenElsewhere::StartAnew;
        if elsewhere && !starts_anew { Err(Code::OpenElsewhere) } else { Ok(()) }
    }

    /// Outside at an entry, inside at an exit, as far as this city knows (rows 12 and 13).
    pub(crate) fn journey_fits(&self) -> Result<(), Code> {
        let journey = self.journey();
        let inside = RailStatus::from_byte(journey.status).is_inside();
        match self.gate.direction {
            Direction::Entry if inside && journey.entry_city == self.profile.city => {
                Err(self.entered_twice(&journey))
            }
            Direction::Exit if !inside => Err(Code::NoEntry),
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
        let mut journey = self.journey();
        let mut notes = Vec::new();
        if RailStatus::from_byte(journey.status).is_inside() {
            notes.push(Note::GivenUp { city: journey.entry_city });
        }
        let (total, note) = self.total();
        notes.extend(note);
        let total = total.in_period(Period::month(self.at.date()));
        journey.status = RailStatus::Entered.to_byte();
        journey.entry_city = self.profile.city;
        (journey.entry_institution, journey.entry_station, journey.entry_terminal) = self.fields();
        journey.entry_at = self.at.into();
        journey.entry_amount = Fen::ZERO;
        if self.profile.rail.tail != RailTail::Xian {
            (journey.max_amount, journey.fare) = (Fen::ZERO, Fen::ZERO);
        }
        // Shanghai leaves these two zero.
        let (line, balance) = match self.profile.rail.tail {
            RailTail::Beijing | RailTail::Xian => (self.gate.line, self.facts.actual),
            RailTail::Shanghai => (0, Fen::ZERO),
        };
        journey.entry_line = line;
        journey.entry_balance = balance;
        let record = self.finish(journey, &total, Direction::Entry);
        Ok(Plan { record: Some(record), notes, ..Plan::free(TripType::Entry, Industry::Rail, self.here()) })
    }

    /// Corrected free of charge within some minutes, or when the entry lies ahead of our clock
    /// (`docs/spec/terminal.md` 3.5).
    fn entered_twice(&self, journey: &RailRecord) -> Code {
        let limit = i64::from(self.profile.rail.free_reentry_minutes) * 60;
        match journey.entry_at.datetime() {
            Some(entered) if self.at.duration_since(entered).as_secs() >= limit => Code::ReentryPaid,
            _ => Code::ReentryFree,
        }
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
    fn open_journey(&self) -> Result<RailRecord, Code> {
        self.journey_fits()?;
        self.is_not_open_elsewhere()?;
        Ok(self.journey())
    }

    fn exit(&self, charge: Option<Charge>) -> Result<Plan, Code> {
        let mut journey = self.open_journey()?;
        let (total, note) = self.total();
        let Fare { list, amount, total: after, quote } = match charge {
            Some(charge) => self.named(charge, total),
            None => self.price(&journey, total)?.into(),
        };
        let entry =
            Stop { line: u16::from(journey.entry_line), station: station_code(journey.entry_station) };
        let entered = journey.entry_at;
        journey.status = RailStatus::Exited.to_byte();
        journey.exit_city = self.profile.city;
        (journey.exit_institution, journey.exit_station, journey.exit_terminal) = self.fields();
        journey.exit_at = self.at.into();
        journey.exit_line = match self.profile.rail.tail {
            RailTail::Beijing | RailTail::Xian => self.gate.line,
            RailTail::Shanghai => 0,
        };
        journey.fare = amount;
        // The stamp is the exit's: so is the month of the total, whether this ride counts or not.
        let after = after.in_period(Period::month(self.at.date()));
        Ok(Plan {
            amount,
            list: Some(list),
            quote,
            record: Some(self.finish(journey, &after, Direction::Exit)),
            entry: Some((entry, entered)),
            notes: note.into_iter().collect(),
            ..Plan::free(TripType::Exit, Industry::Rail, self.here())
        })
    }

    /// A controller's fare; its city keeps a total of its own the same way.
    fn named(&self, Charge { list, charged }: Charge, total: Counter) -> Fare {
        let total = total.in_period(Period::month(self.at.date())).after(charged);
        Fare { list, amount: charged, total, quote: None }
    }

    fn price(&self, journey: &RailRecord, total: Counter) -> Result<Quote, Code> {
        let tariff = self.fares.tariff().ok_or(Code::NoFare)?;
        let from = self.fares.station(station_code(journey.entry_station)).ok_or(Code::NoFare)?;
        let to = self.fares.station(self.gate.station).ok_or(Code::NoFare)?;
        let entered = journey.entry_at.datetime().ok_or(Code::NoEntry)?;
        let ride = Ride::Rail { from, to, group: self.profile.rail.group };
        let rider = checks::rider(self.profile, self.facts, self.at.date());
        // The clocks of two gates may differ by seconds.
        let ride = Journey::single(ride, rider, entered.min(self.at), self.at);
        tariff.quote(&ride, &Ledger::from(total)).map_err(|_| Code::NoFare)
    }

    /// Writes the header and the operator's area with the monthly total.
    fn finish(&self, journey: RailRecord, total: &Counter, direction: Direction) -> IndustryRecord {
        let RailRecord { record_id, length, valid, .. } = RailRecord::blank();
        if self.profile.rail.tail == RailTail::Xian {
            // It clears its own part of the operator's area, and leaves the rest as it is (our reading).
            let cleared = RailRecord { in_out: 0, reserved: 0, crc: 0, ..journey };
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
        let record = match (self.profile.rail.tail, direction) {
            (RailTail::Beijing | RailTail::Xian, _) => common,
            (RailTail::Shanghai, Direction::Entry) => {
                RailRecord { last_device, entry_flag: ENTRY_NORMAL, in_out: INSIDE, ..common }
            }
            (RailTail::Shanghai, Direction::Exit) => RailRecord {
                last_device,
                entry_flag: journey.entry_flag,
                exit_flag: EXIT_NORMAL,
                in_out: OUTSIDE,
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
