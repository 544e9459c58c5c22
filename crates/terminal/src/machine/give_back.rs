//! Giving a card back (退卡; `docs/spec/terminal.md` 1.8): the purse is emptied by a debit, then the application
//! is locked. A card that was debited and not locked is locked at a later tap: its last trip says that it was
//! given back, whatever the terminal.

use super::enquire::Reading;
use super::pay::Verdict;
use super::secure::Why;
use super::{Answer, Refusal, Setup, Step, Tap, Terminal, Turn};
use crate::action::{Note, Request};
use crate::checks::Subject;
use crate::codes::Code;
use crate::place::Place;
use crate::refund;
use tunion_apdu::{Sw, build};
use tunion_data::file::{LogRecord, Sfi, TripRecord, TripType};
use tunion_data::upload::{RecordKind, UploadRecord};

impl Terminal<'_> {
    /// Reads the transaction before this one where records tell it (`docs/spec/terminal.md` 6.1): at top-ups
    /// and ticket offices.
    pub(super) fn read_previous(&mut self, tap: &mut Tap) -> Turn {
        let tells = matches!(self.setup.place, Place::TopUp | Place::Office(_));
        if !tells || tap.request == Request::Enquire {
            return self.judge(tap);
        }
        self.ask(tap, build::read_record(Sfi::LOG, 1, 0x17));
        Ok(Some(Step::Reading(Reading::Previous)))
    }

    pub(super) fn previous_read(&mut self, tap: &mut Tap, answer: Answer<'_>) -> Turn {
        let log = newest::<LogRecord>(answer)?;
        tap.facts.previous = log.filter(|log| *log != LogRecord::default());
        // Only an empty purse can have been given back already.
        if tap.request == Request::Refund && tap.facts.actual.is_zero() {
            self.ask(tap, build::read_record(Sfi::TRIP, 1, 0x30));
            return Ok(Some(Step::Reading(Reading::LastTrip)));
        }
        self.judge(tap)
    }

    pub(super) fn last_trip_read(&mut self, tap: &mut Tap, answer: Answer<'_>) -> Turn {
        let trip = newest::<TripRecord>(answer)?;
        if trip.is_some_and(|trip| TripType::from_byte(trip.trip_type) == Some(TripType::Refund)) {
            return Ok(Some(self.lock(tap, Why::Refunded)));
        }
        self.judge(tap)
    }

    /// All is read: the card is checked, and its purse emptied.
    pub(super) fn give_back(&mut self, tap: &mut Tap) -> Turn {
        let Setup { profile, black_list, place, .. } = self.setup;
        let (Some(rules), Place::Office(office)) = (&profile.refund, place) else {
            return Err(Code::NotRefundable.into());
        };
        let (facts, today) = (&tap.facts, tap.at.date());
        refund::check(Subject { profile, black_list, facts, today, rail: None }, rules)?;
        let owed = facts.overdraft_used;
        if rules.settle_overdraft && !owed.is_zero() {
            let note = Some(Note::OverdraftOpen { amount: owed });
            return Err(Refusal { code: Code::NotRefundable, note });
        }
        let plan = refund::plan(rules, office, facts);
        Ok(Some(self.initialise(tap, plan)))
    }

    /// The debit of an earlier tap was found done, and the card is tapped to be given back again: the lock is
    /// what is missing.
    pub(super) fn go_on_giving_back(
        &mut self,
        tap: &mut Tap,
        record: &UploadRecord,
        used_since: bool,
        mac2: Option<Verdict>,
    ) -> Option<Turn> {
        if tap.request != Request::Refund || record.kind != RecordKind::Refund as u8 || used_since {
            return None;
        }
        tap.facts.actual = record.balance_after;
        tap.balance_known = true;
        tap.facts.management.card_type = record.card_type;
        Some(match mac2 {
            Some(Verdict::Refused) => Err(Code::Mac2.into()),
            _ => self.debited_all(tap),
        })
    }

    /// The purse is empty and recorded: the application is locked.
    pub(super) fn debited_all(&mut self, tap: &mut Tap) -> Turn {
        if tap.gone {
            tap.notes.push(Note::NotLocked);
            return Err(Code::LockFailed.into());
        }
        Ok(Some(self.lock(tap, Why::Refunded)))
    }
}

/// The newest record of a file; none where the card has none (`docs/spec/card.md` 3, Shanghai).
fn newest<'a, T: TryFrom<&'a [u8]>>(answer: Answer<'a>) -> Result<Option<T>, Refusal> {
    if matches!(answer.sw, Sw::FILE_NOT_FOUND | Sw::RECORD_NOT_FOUND) {
        return Ok(None);
    }
    answer.value::<T>(Code::ReadFailed).map(Some)
}
