//! A composite purchase: INIT, PSAM, 1A, 1E, grey record, DEBIT, MAC2
//! (`docs/spec/terminal.md` 1.2, 2.2, 2.3, 4.1).

use super::{Answer, Refusal, Step, Tap, Terminal, Turn};
use crate::action::{Action, Event, SlotId};
use crate::codes::Code;
use crate::facts::KeyInfo;
use crate::plan::{IndustryRecord, Plan, Stamp, Then};
use crate::profile::Mac2Policy;
use alloc::boxed::Box;
use tunion_apdu::{CommandBuf, Sw, build};
use tunion_data::BcdDateTime;
use tunion_data::command::{
    DebitAnswer, DebitRequest, InitRequest, PurchaseInit, SamInitAnswer, SamInitRequest,
};
use tunion_data::file::{Sfi, TripRecord};
use tunion_data::upload::UploadRecord;

/// A debit under way: what it is waiting for, with what it needs then.
#[derive(Clone, Debug)]
pub(super) enum Payment {
    /// The card's answer to INIT.
    Init(Plan),
    /// The PSAM's MAC1.
    Mac1(Plan, PurchaseInit),
    /// The card's answer to UPDATE CAPP of 1A.
    Industry(Ready),
    /// The card's answer to UPDATE CAPP of 1E.
    Trip(Ready),
    /// The store.
    Persist(Ready, SlotId),
    /// The card's answer to DEBIT.
    Debit(Ready, SlotId),
    /// The PSAM's judgement of MAC2.
    Mac2(Ready, SlotId),
}

/// A debit whose records are made.
#[derive(Clone, Debug)]
pub(super) struct Ready {
    plan: Plan,
    mac1: SamInitAnswer,
    /// 1E, if the debit writes one.
    trip: Option<[u8; TripRecord::LEN]>,
    record: UploadRecord,
}

impl Payment {
    pub(super) const fn asks_card(&self) -> bool {
        matches!(self, Self::Init(_) | Self::Industry(_) | Self::Trip(_) | Self::Debit(..))
    }

    /// What it means that the card did not answer.
    pub(super) const fn gone(&self) -> Code {
        if matches!(self, Self::Debit(..)) { Code::Moved } else { Code::MovedEarly }
    }

    fn step(self) -> Step {
        Step::Paying(Box::new(self))
    }
}

/// How the PSAM judged MAC2.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Accepted,
    /// 9302: the card is to blame.
    Refused,
    /// The PSAM is locked and judges no more.
    Locked,
    /// The PSAM did not judge.
    None,
}

impl Verdict {
    /// What an answer to CREDIT SAM FOR PURCHASE says.
    pub(super) fn of(bytes: &[u8]) -> Self {
        match Answer::of(bytes).map(|answer| answer.sw) {
            Some(Sw::OK) => Self::Accepted,
            Some(Sw::WRONG_MAC) => Self::Refused,
            Some(Sw::PERMANENTLY_BLOCKED) => Self::Locked,
            _ => Self::None,
        }
    }

    /// Why a terminal that waits for it says no.
    pub(super) const fn refusal(self) -> Option<Code> {
        match self {
            Self::Accepted => None,
            Self::Refused => Some(Code::Mac2),
            Self::Locked => Some(Code::SamLocked),
            Self::None => Some(Code::SamFault),
        }
    }

    /// What an upload record says of it.
    pub(super) const fn flag(self) -> u8 {
        match self {
            Self::Accepted => 0,
            Self::Refused => UploadRecord::MAC2_FAILED,
            Self::Locked | Self::None => UploadRecord::MAC2_UNCHECKED,
        }
    }
}

impl Terminal<'_> {
    pub(super) fn initialise(&mut self, tap: &mut Tap, plan: Plan) -> Step {
        let key_index = self.sam.application.key_index;
        let request = InitRequest { key_index, amount: plan.amount, terminal: self.sam.terminal };
        self.send(tap, build::init(plan.transaction(), &request));
        Payment::Init(plan).step()
    }

    /// The card answered.
    pub(super) fn pay(&mut self, tap: &mut Tap, payment: Payment, answer: Answer<'_>) -> Turn {
        let next = match payment {
            Payment::Init(plan) => {
                if answer.sw == Sw::INSUFFICIENT {
                    return Err(Refusal::status(Code::FareNotCovered, answer.sw));
                }
                let init = answer.value::<PurchaseInit>(Code::WriteFailed)?;
                self.judge_unproved(tap, plan.transaction(), init.seq);
                self.sam_open = None;
                self.actions.push(Action::SendSam(ask_mac1(tap, &plan, &init)));
                Payment::Mac1(plan, init)
            }
            Payment::Industry(ready) => {
                written(answer)?;
                self.write_trip(tap, ready)
            }
            Payment::Trip(ready) => {
                written(answer)?;
                self.keep(ready)
            }
            Payment::Debit(ready, slot) => return self.debited(tap, ready, slot, answer),
            waiting @ (Payment::Mac1(..) | Payment::Persist(..) | Payment::Mac2(..)) => waiting,
        };
        Ok(Some(next.step()))
    }

    /// The PSAM or the store answered. A card that went in the meantime ends the tap here, unless it
    /// was debited already: then its going is of no matter.
    pub(super) fn pay_event(&mut self, tap: &mut Tap, payment: Payment, event: Event<'_>) -> Turn {
        let next = match (payment, event) {
            (Payment::Mac1(plan, init), Event::SamAnswer(bytes)) => {
                let mac1 = self.sam_value::<SamInitAnswer>(bytes)?;
                if tap.gone {
                    return Err(Code::MovedEarly.into());
                }
                self.write_records(tap, plan, init, mac1)
            }
            (Payment::Mac1(..), Event::SamGone) => {
                self.sam_suspect = true;
                return Err(Code::SamFault.into());
            }
            (Payment::Persist(ready, slot), Event::Persisted(stored)) if slot == stored => {
                if tap.gone {
                    self.drop_grey(slot);
                    return Err(Code::MovedEarly.into());
                }
                self.send(tap, debit(tap.at.into(), ready.mac1));
                Payment::Debit(ready, slot)
            }
            (Payment::Persist(_, slot), Event::StoreFailed(failed)) if slot == failed => {
                self.drop_grey(slot);
                return Err(Code::StoreFailed.into());
            }
            (Payment::Mac2(ready, slot), Event::SamAnswer(bytes)) => {
                return self.verified(tap, ready, slot, Verdict::of(bytes));
            }
            (Payment::Mac2(ready, slot), Event::SamGone) => {
                return self.verified(tap, ready, slot, Verdict::None);
            }
            (waiting, _) => waiting,
        };
        Ok(Some(next.step()))
    }

    /// An answer of the PSAM's. One that has forgotten its application is reset after this tap; one that is
    /// locked would be in vain (`docs/spec/terminal.md` 2.3).
    fn sam_value<'a, T: TryFrom<&'a [u8]>>(&mut self, bytes: &'a [u8]) -> Result<T, Refusal> {
        let answer = Answer::of(bytes);
        self.sam_suspect |= answer.is_none_or(|a| matches!(a.sw, Sw::CONDITIONS | Sw::INVALID_STATE));
        let answer = answer.ok_or(Code::SamFault)?;
        let locked = answer.sw == Sw::PERMANENTLY_BLOCKED;
        answer.value(if locked { Code::SamLocked } else { Code::SamFault })
    }

    /// The PSAM's sequence is known: the records can be made. A ride of one tap writes 1E only.
    fn write_records(
        &mut self,
        tap: &mut Tap,
        plan: Plan,
        init: PurchaseInit,
        mac1: SamInitAnswer,
    ) -> Payment {
        let key = KeyInfo::of(self.sam.application.key_index, &init);
        let stamp = Stamp { profile: self.setup.profile, sam: &self.sam, facts: &tap.facts, key, at: tap.at };
        let record = plan.upload(&stamp, mac1.terminal_seq, init.seq.saturating_add(1), init.balance);
        let trip = plan.trip(&stamp);
        let ready = Ready { plan, mac1, trip, record };
        let Some(industry) = &ready.plan.record else { return self.write_trip(tap, ready) };
        let command = build::update_capp(Sfi::INDUSTRY, industry.id(), &industry.bytes(mac1.terminal_seq));
        self.send(tap, command);
        Payment::Industry(ready)
    }

    fn write_trip(&mut self, tap: &mut Tap, ready: Ready) -> Payment {
        let Some(trip) = &ready.trip else { return self.keep(ready) };
        self.send(tap, build::update_capp(Sfi::TRIP, 0, trip));
        Payment::Trip(ready)
    }

    /// All is written that the debit will make good: the grey record is kept before it is sent.
    fn keep(&mut self, mut ready: Ready) -> Payment {
        let slot = self.keep_grey(&mut ready.record, ready.plan.quote.as_ref());
        self.sam_open = Some(slot);
        Payment::Persist(ready, slot)
    }

    fn debited(&mut self, tap: &mut Tap, mut ready: Ready, slot: SlotId, answer: Answer<'_>) -> Turn {
        if !answer.sw.is_ok() {
            self.drop_grey(slot);
            let code = if answer.sw == Sw::WRONG_MAC { Code::Mac1 } else { Code::WriteFailed };
            return Err(Refusal::status(code, answer.sw));
        }
        // An answer of another shape leaves the outcome open: the grey record stays.
        let lost = if self.asks_back() { Code::PutBack } else { Code::Moved };
        let DebitAnswer { tac, mac2 } = answer.value(lost)?;
        ready.record.tac = tac;
        ready.record.flags &= !UploadRecord::GREY;
        tap.notes.extend(ready.plan.notes.iter().copied().filter(|note| !note.is_about_total()));
        tap.charged += ready.plan.amount;
        tap.facts.actual = tap.facts.after(ready.plan.amount);
        if self.decides_early(&ready.plan) {
            self.accept(tap);
        }
        self.sam_open = None;
        self.actions.push(Action::SendSam(build::credit_sam(mac2)));
        Ok(Some(Payment::Mac2(ready, slot).step()))
    }

    /// Whether the decision comes before MAC2 is judged.
    fn decides_early(&self, plan: &Plan) -> bool {
        plan.then == Then::Decide && self.setup.profile.mac2 == Mac2Policy::AfterDecision
    }

    /// The PSAM judged MAC2, or did not. The record is kept either way; a card that failed is refused
    /// at its next tap (`docs/spec/terminal.md` 2.3, Shanghai; that one refusal clears it is our
    /// reading).
    fn verified(&mut self, tap: &mut Tap, mut ready: Ready, slot: SlotId, verdict: Verdict) -> Turn {
        ready.record.flags |= verdict.flag();
        match verdict {
            // A locked PSAM would be reset in vain.
            Verdict::Accepted | Verdict::Locked => {}
            Verdict::Refused => self.distrust(tap.facts.info.pan),
            Verdict::None => self.sam_suspect = true,
        }
        self.settle(slot, ready.record);
        let Ready { plan, .. } = ready;
        if self.decides_early(&plan) {
            return Ok(None);
        }
        if let Some(code) = verdict.refusal() {
            return Err(code.into());
        }
        if plan.then == Then::Decide {
            self.accept(tap);
            return Ok(None);
        }
        if tap.gone {
            return Err(Code::MovedEarly.into());
        }
        match plan.record {
            Some(IndustryRecord::Bus(record)) => tap.facts.bus = record,
            Some(IndustryRecord::Rail(record) | IndustryRecord::Bare(record)) => tap.facts.rail = record,
            None => {}
        }
        self.ride(tap, None)
    }
}

fn ask_mac1(tap: &Tap, plan: &Plan, init: &PurchaseInit) -> CommandBuf {
    let (date, time) = BcdDateTime::from(tap.at).split();
    build::init_sam(&SamInitRequest {
        random: init.random,
        seq: init.seq,
        amount: plan.amount,
        transaction: plan.transaction() as u8,
        date,
        time,
        key_version: init.key_version,
        algorithm: init.algorithm,
        asn: tap.facts.info.pan.last8(),
        issuer: tap.facts.info.issuer,
    })
}

fn debit(at: BcdDateTime, SamInitAnswer { terminal_seq, mac1 }: SamInitAnswer) -> CommandBuf {
    let (date, time) = at.split();
    build::debit(&DebitRequest { terminal_seq, date, time, mac1 })
}

/// The card took a record into its cache.
fn written(answer: Answer<'_>) -> Result<(), Refusal> {
    if answer.sw.is_ok() { Ok(()) } else { Err(Refusal::status(Code::WriteFailed, answer.sw)) }
}
