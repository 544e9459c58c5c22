//! What is read of a card, and the enquiry that reads all of it (`docs/spec/terminal.md` 1.7).
//! Nothing is written and the PSAM is not needed.

use super::{Answer, Setup, Step, Tap, Terminal, Turn};
use crate::action::{Action, Advice, Enquiry};
use crate::checks::Subject;
use crate::codes::Code;
use crate::office;
use crate::place::{Direction, Fares, Office, Place};
use crate::rail::{self, RailTap};
use alloc::boxed::Box;
use alloc::vec::Vec;
use tunion_apdu::{Sw, build};
use tunion_data::file::{LOG_RECORDS, LogRecord, RailRecord, Sfi, TRIP_RECORDS, TripRecord};

/// What is being read.
#[derive(Clone, Debug)]
pub(super) enum Reading {
    Info,
    Management,
    Rail,
    Bus,
    Balance,
    Available,
    NewestTrip,
    OverdraftUsed,
    /// The transaction before this one.
    Previous,
    /// The trip before this one.
    LastTrip,
    /// EF 15 of an application that SELECT found blocked with this word.
    Blocked(Sw),
    Log(Box<Enquiry>),
    Trips(Box<Enquiry>),
}

impl Terminal<'_> {
    pub(super) fn begin_enquiry(&mut self, tap: &mut Tap) -> Step {
        let enquiry = Box::new(Enquiry {
            info: tap.facts.info,
            management: tap.facts.management,
            balance: tap.facts.actual,
            rail: RailRecord::decode(&tap.facts.rail),
            log: Vec::new(),
            trips: Vec::new(),
            advice: self.advice(tap),
        });
        self.ask(tap, build::read_record(Sfi::LOG, 1, 0x17));
        Step::Reading(Reading::Log(enquiry))
    }

    /// What gates would say of the card. A terminal that stands nowhere sees it as from the station of
    /// the entry, and names no fare.
    fn advice(&self, tap: &Tap) -> Advice {
        let Setup { profile, black_list, place, .. } = self.setup;
        let (office, fares) = match place {
            Place::Office(office) | Place::Enquiry(Some(office)) => (office, self.setup.fares),
            _ => {
                let (line, station) = rail::entry_of(&RailRecord::decode(&tap.facts.rail));
                (Office { line, station }, Fares::Controller)
            }
        };
        let at = |direction| RailTap { fares, ..self.tap_at(tap, office.gate(direction)) };
        let card = |rail| {
            let (facts, today) = (&tap.facts, tap.at.date());
            Subject { profile, black_list, facts, today, rail: Some(rail) }.check()
        };
        office::advice(at(Direction::Entry), at(Direction::Exit), card)
    }

    pub(super) fn read_log(&mut self, tap: &mut Tap, mut enquiry: Box<Enquiry>, answer: Answer<'_>) -> Turn {
        let record = answer.value::<LogRecord>(Code::ReadFailed)?;
        // Unused records are zeros and the last to be read (docs/spec/card.md 2.4).
        let used = record != LogRecord::default();
        enquiry.log.extend(used.then_some(record));
        match next(enquiry.log.len(), LOG_RECORDS) {
            Some(number) if used => {
                self.ask(tap, build::read_record(Sfi::LOG, number, 0x17));
                Ok(Some(Step::Reading(Reading::Log(enquiry))))
            }
            _ => {
                self.ask(tap, build::read_record(Sfi::TRIP, 1, 0x30));
                Ok(Some(Step::Reading(Reading::Trips(enquiry))))
            }
        }
    }

    pub(super) fn read_trips(
        &mut self,
        tap: &mut Tap,
        mut enquiry: Box<Enquiry>,
        answer: Answer<'_>,
    ) -> Turn {
        let record = answer.value::<TripRecord>(Code::ReadFailed)?;
        let used = record != TripRecord::default();
        enquiry.trips.extend(used.then_some(record));
        match next(enquiry.trips.len(), TRIP_RECORDS) {
            Some(number) if used => {
                self.ask(tap, build::read_record(Sfi::TRIP, number, 0x30));
                Ok(Some(Step::Reading(Reading::Trips(enquiry))))
            }
            _ => {
                self.accept(tap);
                self.actions.push_back(Action::Show(enquiry));
                Ok(None)
            }
        }
    }
}

/// The number of the record after `read` of them, unless that was the last.
fn next(read: usize, count: u8) -> Option<u8> {
    u8::try_from(read).ok().filter(|read| *read < count).map(|read| read + 1)
}
