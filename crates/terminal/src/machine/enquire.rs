//! What is read of a card, and the enquiry that reads all of it (`docs/spec/terminal.md` 1.7).
//! Nothing is written and the PSAM is not needed.

use super::{Answer, Step, Tap, Terminal, Turn};
use crate::action::{Action, Enquiry};
use crate::codes::Code;
use alloc::boxed::Box;
use alloc::vec::Vec;
use tunion_apdu::build;
use tunion_data::file::{LOG_RECORDS, LogRecord, RailRecord, Sfi, TRIP_RECORDS, TripRecord};

/// What is being read.
#[derive(Clone, Debug)]
pub(super) enum Reading {
    Info,
    Management,
    Rail,
    Bus,
    Balance,
    NewestTrip,
    OverdraftUsed,
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
        });
        self.ask(tap, build::read_record(Sfi::LOG, 1, 0x17));
        Step::Reading(Reading::Log(enquiry))
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
                self.actions.push(Action::Show(enquiry));
                Ok(None)
            }
        }
    }
}

/// The number of the record after `read` of them, unless that was the last.
fn next(read: usize, count: u8) -> Option<u8> {
    u8::try_from(read).ok().filter(|read| *read < count).map(|read| read + 1)
}
