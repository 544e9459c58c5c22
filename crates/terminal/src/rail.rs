//! Rail gates: what an entry and an exit write and cost (`docs/spec/terminal.md` 1.3, 1.4).

use crate::action::{Charge, Note};
use crate::checks;
use crate::codes::Code;
use crate::facts::Facts;
use crate::ledger;
use crate::place::{Direction, Fares, RailGate};
use crate::plan::{IndustryRecord, Plan, Stop, terminal_field};
use crate::profile::{OpenElsewhere, Profile, RailTail};
use crate::sam::Sam;
use alloc::vec::Vec;
use tunion_data::civil::DateTime;
use tunion_data::file::{INDUSTRY_LEN, Industry, RailRecord, RailRecordView, RailStatus, TripType};
use tunion_data::{Fen, IssuerId};
use tunion_fare::{Journey, Ledger, Place, Quote, Ride, YearMonth};

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
    ledger: Ledger,
    quote: Option<Quote>,
}

impl From<Quote> for Fare {
    fn from(quote: Quote) -> Self {
        Self { list: quote.list, amount: quote.charged, ledger: quote.ledger, quote: Some(quote) }
    }
}

/// In/out marker of Shanghai's operator area.
const INSIDE: u8 = 0x55;
const OUTSIDE: u8 = 0x66;
/// Entry and exit flags of Shanghai's operator area: normal.
const ENTRY_NORMAL: u8 = 0x41;
const EXIT_NORMAL: u8 = 0x81;

/// A station in the 8-byte fields of 2701: its code in the last two bytes. That holds Shanghai's
/// form, whose code is one byte; for Beijing it is our reading.
fn station_field(code: u16) -> [u8; 8] {
    let [high, low] = code.to_be_bytes();
    [0, 0, 0, 0, 0, 0, high, low]
}

fn station_code(field: [u8; 8]) -> u16 {
    let [.., high, low] = field;
    u16::from_be_bytes([high, low])
}

impl RailTap<'_> {
    /// The journey on the card. A record whose CRC fails is treated as empty
    /// (`docs/spec/terminal.md` 1.3).
    fn journey(&self) -> RailRecord {
        match RailRecordView::new(&self.facts.rail) {
            Ok(view) if view.crc_holds() => view.value(),
            _ => RailRecord::blank(),
        }
    }

    fn ledger(&self) -> (Ledger, Option<Note>) {
        let binding = self.profile.rail.ledger;
        binding.map_or_else(Default::default, |binding| {
            ledger::read(binding, &self.facts.rail, self.profile.city)
        })
    }

    fn here(&self) -> Stop {
        Stop { line: u16::from(self.gate.line), station: self.gate.station }
    }

    /// Institution in 2701: the acquirer, or Shanghai's zeros and line.
    fn institution(&self) -> IssuerId {
        match self.profile.rail.tail {
            RailTail::Beijing => self.sam.application.acquirer,
            RailTail::Shanghai => IssuerId([0, 0, 0, 0, 0, 0, 0, self.gate.line]),
        }
    }

    /// What the exit controller has to be asked, when it makes the fare.
    pub(crate) fn entry_station(&self) -> Result<u16, Code> {
        self.open_journey().map(|journey| station_code(journey.entry_station))
    }

    /// The plan of this tap. `charge` is the controller's fare, if it makes it.
    pub(crate) fn plan(&self, charge: Option<Charge>) -> Result<Plan, Code> {
        match self.gate.direction {
            Direction::Entry => self.enter(),
            Direction::Exit => self.exit(charge),
        }
    }

    fn enter(&self) -> Result<Plan, Code> {
        let mut journey = self.journey();
        let mut notes = Vec::new();
        if RailStatus::from_byte(journey.status).is_inside() {
            let city = journey.entry_city;
            if city == self.profile.city {
                return Err(self.entered_twice(&journey));
            }
            if self.profile.rail.open_elsewhere == OpenElsewhere::Refuse {
                return Err(Code::OpenElsewhere);
            }
            notes.push(Note::GivenUp { city });
        }
        if self.facts.actual < self.entry_balance()? {
            return Err(Code::Balance);
        }

        let (ledger, note) = self.ledger();
        notes.extend(note);
        let ledger = ledger.in_month(YearMonth::from(self.at.date()));
        let beijing = self.profile.rail.tail == RailTail::Beijing;
        journey.status = RailStatus::Entered.to_byte();
        journey.entry_city = self.profile.city;
        journey.entry_institution = self.institution();
        journey.entry_station = station_field(self.gate.station);
        journey.entry_terminal = terminal_field(self.sam.terminal);
        journey.entry_at = self.at.into();
        journey.max_amount = Fen::ZERO;
        journey.entry_line = if beijing { self.gate.line } else { 0 };
        journey.entry_amount = Fen::ZERO;
        journey.entry_balance = if beijing { self.facts.actual } else { Fen::ZERO };
        journey.entry_flag = if beijing { 0 } else { ENTRY_NORMAL };
        journey.in_out = if beijing { 0 } else { INSIDE };
        Ok(Plan {
            amount: Fen::ZERO,
            list: None,
            quote: None,
            trip_type: TripType::Entry,
            industry: Industry::Rail,
            record: Some(self.finish(journey, &ledger)),
            here: self.here(),
            entry: None,
            due: None,
            notes,
            again: false,
        })
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

    /// The least balance for this rider to enter here. A controller's gate knows none.
    fn entry_balance(&self) -> Result<Fen, Code> {
        let Some(tariff) = self.fares.tariff() else { return Ok(Fen::ZERO) };
        let station = self.fares.station(self.gate.station).ok_or(Code::NoFare)?;
        let rider = checks::rider(self.profile, self.facts, self.at.date());
        tariff.entry_balance(Place::Station(station), rider).map_err(|_| Code::NoFare)
    }

    /// The journey that an exit closes.
    fn open_journey(&self) -> Result<RailRecord, Code> {
        let journey = self.journey();
        if !RailStatus::from_byte(journey.status).is_inside() {
            Err(Code::NoEntry)
        } else if journey.entry_city != self.profile.city {
            Err(Code::OpenElsewhere)
        } else {
            Ok(journey)
        }
    }

    fn exit(&self, charge: Option<Charge>) -> Result<Plan, Code> {
        let mut journey = self.open_journey()?;
        let (ledger, note) = self.ledger();
        let Fare { list, amount, ledger: after, quote } = match charge {
            Some(charge) => self.named(charge, &ledger),
            None => self.price(&journey, &ledger)?.into(),
        };
        let entry =
            Stop { line: u16::from(journey.entry_line), station: station_code(journey.entry_station) };
        let entered = journey.entry_at;
        let beijing = self.profile.rail.tail == RailTail::Beijing;
        journey.status = RailStatus::Exited.to_byte();
        journey.exit_city = self.profile.city;
        journey.exit_institution = self.institution();
        journey.exit_station = station_field(self.gate.station);
        journey.exit_terminal = terminal_field(self.sam.terminal);
        journey.exit_at = self.at.into();
        journey.exit_line = if beijing { self.gate.line } else { 0 };
        journey.fare = amount;
        journey.exit_flag = if beijing { 0 } else { EXIT_NORMAL };
        journey.in_out = if beijing { 0 } else { OUTSIDE };
        Ok(Plan {
            amount,
            list: Some(list),
            quote,
            trip_type: TripType::Exit,
            industry: Industry::Rail,
            record: Some(self.finish(journey, &after)),
            here: self.here(),
            entry: Some((entry, entered)),
            due: None,
            notes: note.into_iter().collect(),
            again: false,
        })
    }

    /// A controller's fare; its city keeps a total of its own the same way.
    fn named(&self, Charge { list, charged }: Charge, ledger: &Ledger) -> Fare {
        let ledger = ledger.in_month(YearMonth::from(self.at.date())).after(charged);
        Fare { list, amount: charged, ledger, quote: None }
    }

    fn price(&self, journey: &RailRecord, ledger: &Ledger) -> Result<Quote, Code> {
        let tariff = self.fares.tariff().ok_or(Code::NoFare)?;
        let from = self.fares.station(station_code(journey.entry_station)).ok_or(Code::NoFare)?;
        let to = self.fares.station(self.gate.station).ok_or(Code::NoFare)?;
        let ride = Journey {
            ride: Ride::Rail { from, to },
            rider: checks::rider(self.profile, self.facts, self.at.date()),
            entered: journey.entry_at.datetime().ok_or(Code::NoEntry)?,
            exited: self.at,
        };
        tariff.quote(&ride, ledger).map_err(|_| Code::NoFare)
    }

    /// Writes the operator's area and the monthly total.
    fn finish(&self, mut journey: RailRecord, ledger: &Ledger) -> IndustryRecord {
        journey.record_id = 0x2701;
        journey.length = 0x7D;
        journey.valid = 1;
        journey.last_at = self.at.into();
        journey.last_device = match self.profile.rail.tail {
            RailTail::Beijing => [0; 4],
            RailTail::Shanghai => {
                let [_, _, last @ ..] = self.sam.terminal.0;
                last
            }
        };
        let mut bytes: [u8; INDUSTRY_LEN] = journey.encode();
        if let Some(binding) = self.profile.rail.ledger {
            ledger::write(binding, &mut bytes, ledger, self.at);
        }
        IndustryRecord::Rail(bytes)
    }
}
