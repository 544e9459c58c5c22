//! Reading the card, up to the decision (`docs/spec/terminal.md` 1.0).

use super::enquire::Reading;
use super::secure::Why;
use super::{Answer, Setup, Step, Tap, Terminal, Turn};
use crate::action::{Action, Charge, FareQuestion, Request};
use crate::bus::BusTap;
use crate::checks::Subject;
use crate::codes::Code;
use crate::office::Desk;
use crate::place::{Direction, Fares, Place, RailGate};
use crate::plan::Plan;
use crate::pos;
use crate::rail::RailTap;
use tunion_apdu::Sw;
use tunion_apdu::build::{self, Asked};
use tunion_data::command::Balance;
use tunion_data::file::{AppInfo, BusRecord, Management, RailRecord, Sfi, TripRecord};

impl Terminal<'_> {
    pub(super) fn read(&mut self, tap: &mut Tap, reading: Reading, answer: Answer<'_>) -> Turn {
        match reading {
            Reading::Info => {
                tap.facts.info = answer.value::<AppInfo>(Code::ReadFailed)?;
                let pan = tap.facts.info.pan;
                self.may_come(pan, tap.at)?;
                self.card_came(pan);
                if let Some(at) = self.distrusted.iter().position(|distrusted| *distrusted == pan) {
                    self.distrusted.remove(at);
                    return Err(Code::Distrusted.into());
                }
                self.settle_asides(tap);
                Ok(Some(match self.begin_recovery(tap) {
                    Some(step) => step,
                    None => self.read_on(tap),
                }))
            }
            Reading::Management => {
                tap.facts.management = answer.value::<Management>(Code::ReadFailed)?;
                Ok(Some(self.read_journey(tap)))
            }
            Reading::Rail => {
                tap.facts.set_rail(answer.value(Code::ReadFailed)?);
                Ok(Some(self.read_balance(tap)))
            }
            Reading::Bus => {
                tap.facts.bus = answer.value::<BusRecord>(Code::ReadFailed)?;
                Ok(Some(self.read_balance(tap)))
            }
            Reading::Balance => {
                tap.facts.actual = answer.value::<Balance>(Code::ReadFailed)?.amount;
                tap.balance_known = true;
                if matches!(tap.request, Request::Load(_) | Request::Refund) {
                    self.ask(tap, build::get_balance(Asked::OverdraftUsed));
                    return Ok(Some(Step::Reading(Reading::OverdraftUsed)));
                }
                // Whoever tells what is due has to know whether the card covers a fare.
                if matches!(self.setup.place, Place::Office(_) | Place::Enquiry(Some(_))) {
                    self.ask(tap, build::get_balance(Asked::Available));
                    return Ok(Some(Step::Reading(Reading::Available)));
                }
                if matches!(self.setup.place, Place::Bus(_)) && self.setup.profile.bus.newest_trip {
                    self.ask(tap, build::read_record(Sfi::TRIP, 1, 0x30));
                    return Ok(Some(Step::Reading(Reading::NewestTrip)));
                }
                self.read_previous(tap)
            }
            Reading::NewestTrip => {
                // A card that has none says so.
                let trip = (answer.sw != Sw::RECORD_NOT_FOUND)
                    .then(|| answer.value::<TripRecord>(Code::ReadFailed))
                    .transpose()?;
                tap.facts.newest_trip = trip.map(|trip| trip.trip_type);
                self.read_previous(tap)
            }
            Reading::Available => {
                tap.facts.available = Some(answer.value::<Balance>(Code::ReadFailed)?.amount);
                self.read_previous(tap)
            }
            Reading::OverdraftUsed => {
                tap.facts.overdraft_used = answer.value::<Balance>(Code::ReadFailed)?.amount;
                self.read_previous(tap)
            }
            Reading::Previous => self.previous_read(tap, answer),
            Reading::LastTrip => self.last_trip_read(tap, answer),
            Reading::Blocked(sw) => self.blocked_card(tap, sw, answer),
            Reading::Log(enquiry) => self.read_log(tap, enquiry, answer),
            Reading::Trips(enquiry) => self.read_trips(tap, enquiry, answer),
        }
    }

    /// Goes on after EF 15, when no earlier transaction is to be recovered.
    pub(super) fn read_on(&mut self, tap: &mut Tap) -> Step {
        self.ask(tap, build::read_binary(Sfi::MANAGEMENT, 0x3C));
        Step::Reading(Reading::Management)
    }

    fn read_journey(&mut self, tap: &mut Tap) -> Step {
        let (id, reading) = match self.setup.place {
            Place::Rail(_) | Place::Enquiry(_) | Place::Office(_) => (RailRecord::ID, Reading::Rail),
            Place::Bus(_) => (BusRecord::ID, Reading::Bus),
            Place::TopUp | Place::Pos => return self.read_balance(tap),
        };
        self.ask(tap, build::read_record(Sfi::INDUSTRY, id, 0x80));
        Step::Reading(reading)
    }

    fn read_balance(&mut self, tap: &mut Tap) -> Step {
        self.ask(tap, build::get_balance(Asked::Actual));
        Step::Reading(Reading::Balance)
    }

    /// All is read: check the card, then do what the holder wants. An enquiry reads on whatever the
    /// card is.
    pub(super) fn judge(&mut self, tap: &mut Tap) -> Turn {
        match tap.request {
            Request::Enquire => return Ok(Some(self.begin_enquiry(tap))),
            Request::Lock => return Ok(Some(self.lock(tap, Why::Wanted))),
            Request::Refund => return self.give_back(tap),
            _ => {}
        }
        let Setup { profile, black_list, .. } = self.setup;
        let (facts, rail) = (&tap.facts, self.rail_tap(tap));
        if let Err(code) = (Subject { profile, black_list, facts, today: tap.at.date(), rail }.check()) {
            return self.refused(tap, code);
        }
        if let Request::Load(amount) = tap.request {
            return self.begin_load(tap, amount);
        }
        if let Some(question) = self.question(tap)? {
            self.actions.push_back(Action::AskFare(question));
            return Ok(Some(Step::Fare));
        }
        self.ride(tap, None)
    }

    /// What the controller has to be asked, where it makes the fare.
    fn question(&self, tap: &Tap) -> Result<Option<FareQuestion>, Code> {
        match (self.setup.fares, tap.request) {
            (Fares::Tariff(_), _) => Ok(None),
            (Fares::Controller, Request::Settle(settle)) => {
                Ok(self.desk(tap).and_then(|desk| desk.question(settle.area)))
            }
            (Fares::Controller, _) => self.rail_tap(tap).map_or(Ok(None), |here| here.question()),
        }
    }

    /// Decides on a debit and begins it.
    pub(super) fn ride(&mut self, tap: &mut Tap, charge: Option<Charge>) -> Turn {
        let plan = self.plan(tap, charge)?;
        Self::show(tap, &plan);
        if let Some(code) = plan.barred {
            return Err(code.into());
        }
        Ok(Some(self.initialise(tap, plan)))
    }

    fn plan(&self, tap: &Tap, charge: Option<Charge>) -> Result<Plan, Code> {
        match tap.request {
            Request::Settle(settle) => return self.desk(tap).ok_or(Code::NoFare)?.plan(settle, charge),
            Request::Buy(amount) => return pos::plan(self.setup.profile, &tap.facts, amount),
            _ => {}
        }
        if let Some(here) = self.rail_tap(tap) {
            return here.plan(charge);
        }
        let (Place::Bus(reader), Some(tariff)) = (self.setup.place, self.setup.fares.tariff()) else {
            return Err(Code::NoFare);
        };
        let (profile, sam, facts) = (self.setup.profile, &self.sam, &tap.facts);
        BusTap { profile, reader, tariff, sam, facts, recent: &self.recent, at: tap.at }.plan()
    }

    fn rail_tap<'a>(&'a self, tap: &'a Tap) -> Option<RailTap<'a>> {
        let Place::Rail(gate) = self.setup.place else { return None };
        Some(self.tap_at(tap, gate))
    }

    pub(super) fn tap_at<'a>(&'a self, tap: &'a Tap, gate: RailGate) -> RailTap<'a> {
        let (profile, fares) = (self.setup.profile, self.setup.fares);
        RailTap { profile, gate, fares, sam: &self.sam, facts: &tap.facts, at: tap.at }
    }

    /// The ticket office that this terminal is.
    fn desk<'a>(&'a self, tap: &'a Tap) -> Option<Desk<'a>> {
        let Place::Office(office) = self.setup.place else { return None };
        Some(Desk { exit: self.tap_at(tap, office.gate(Direction::Exit)) })
    }
}
