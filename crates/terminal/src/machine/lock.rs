//! Locking an application (锁卡; `docs/spec/terminal.md` 1.8, 3.3): of a card on the black list, of one that was
//! given back, or because the operator wants it. What locks is APPLICATION BLOCK, which `secure` carries out.
//!
//! A lock whose answer was lost is told by the card's next SELECT: a blocked application was locked, since
//! nothing else has become of it that this terminal would know; one that is not blocked was not.

use super::enquire::Reading;
use super::secure::{Job, Outcome, Why};
use super::{Answer, Refusal, Step, Tap, Terminal, Turn};
use crate::action::{Note, Request};
use crate::codes::Code;
use crate::place::Place;
use tunion_apdu::{Sw, build};
use tunion_data::file::{AppInfo, Sfi};
use tunion_data::upload::{RecordKind, UploadRecord};

impl Terminal<'_> {
    /// Whether a card on the black list is locked here. Machines for enquiry and top-up do not.
    pub(super) fn locks(&self, tap: &Tap) -> bool {
        self.setup.profile.lock_black_listed
            && tap.request == Request::Ride
            && matches!(self.setup.place, Place::Rail(_) | Place::Bus(_))
    }

    pub(super) fn lock(&mut self, tap: &mut Tap, why: Why) -> Step {
        self.secure(tap, Job::Lock(why))
    }

    /// The lock came to an end. A card on the black list is refused in any case.
    pub(super) fn lock_ended(&mut self, tap: &mut Tap, why: Why, outcome: Outcome) -> Turn {
        let locked = matches!(outcome, Outcome::Done);
        match outcome {
            Outcome::Done => tap.notes.push(Note::Locked),
            Outcome::NotDone(note) => {
                tap.notes.push(Note::NotLocked);
                tap.notes.extend(note);
            }
            Outcome::Open => tap.notes.push(Note::LockOpen),
        }
        match why {
            Why::BlackListed => Err(Code::BlackListed.into()),
            Why::Wanted | Why::Refunded if locked => {
                self.accept(tap);
                Ok(None)
            }
            Why::Wanted | Why::Refunded => Err(Code::LockFailed.into()),
        }
    }

    /// SELECT found the application blocked. If a lock of this terminal had no answer, its card may be this
    /// one: its number tells, which a card that is blocked for a time still shows.
    pub(super) fn blocked(&mut self, tap: &mut Tap, sw: Sw) -> Turn {
        if self.grey.any(RecordKind::Lock) {
            self.ask(tap, build::read_binary(Sfi::INFO, 0x1E));
            return Ok(Some(Step::Reading(Reading::Blocked(sw))));
        }
        Err(Refusal::status(Code::Locked, sw))
    }

    /// The number of a blocked card: its lock's record is due, once.
    pub(super) fn blocked_card(&mut self, tap: &mut Tap, sw: Sw, answer: Answer<'_>) -> Turn {
        let info = answer.value::<AppInfo>(Code::ReadFailed).ok();
        let lock = info.and_then(|info| self.grey.aside(info.pan, RecordKind::Lock)).cloned();
        let (Some(info), Some(lock)) = (info, lock) else { return Err(Refusal::status(Code::Locked, sw)) };
        tap.facts.info = info;
        tap.facts.management.card_type = lock.record.card_type;
        self.found_done(lock.slot, lock.record);
        tap.notes.push(Note::Locked);
        match tap.request {
            Request::Lock | Request::Refund => {
                self.accept(tap);
                Ok(None)
            }
            _ => Err(Refusal::status(Code::Locked, sw)),
        }
    }

    /// What this card's SELECT and EF 15 tell of a lock or an extension whose answer was lost: it is not
    /// blocked, so it was not locked; its last day is the new one, so it was extended. A last day beyond that is
    /// another's, and the clearing house has to judge.
    pub(super) fn settle_asides(&mut self, tap: &mut Tap) {
        let AppInfo { pan, valid_to, .. } = tap.facts.info;
        if tap.request == Request::Enquire {
            return;
        }
        if let Some(lock) = self.grey.aside(pan, RecordKind::Lock).cloned() {
            self.drop_grey(lock.slot);
            tap.notes.push(Note::NotDone);
        }
        if let Some(extension) = self.grey.aside(pan, RecordKind::Extension).cloned() {
            let to = extension.record.valid_to;
            // BCD: the digits are in order as the days are.
            match valid_to.0.cmp(&to.0) {
                core::cmp::Ordering::Equal => {
                    self.found_done(extension.slot, extension.record);
                    tap.notes.push(Note::Extended { to });
                }
                core::cmp::Ordering::Less => {
                    self.drop_grey(extension.slot);
                    tap.notes.push(Note::NotDone);
                }
                core::cmp::Ordering::Greater => {
                    self.settle(extension.slot, extension.record);
                    tap.notes.push(Note::GreyEmitted);
                }
            }
        }
    }

    /// Uploads a record whose command was found done.
    fn found_done(&mut self, slot: crate::SlotId, mut record: UploadRecord) {
        record.flags &= !UploadRecord::GREY;
        record.flags |= UploadRecord::RECOVERED;
        self.settle(slot, record);
    }

    /// Whether this refusal is one that a lock follows.
    pub(super) fn refused(&mut self, tap: &mut Tap, code: Code) -> Turn {
        if code == Code::BlackListed && self.locks(tap) {
            return Ok(Some(self.lock(tap, Why::BlackListed)));
        }
        Err(code.into())
    }
}
