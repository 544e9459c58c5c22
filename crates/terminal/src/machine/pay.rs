//! A composite purchase: INIT, PSAM, 1A, 1E, grey record, DEBIT, MAC2
//! (`docs/spec/terminal.md` 1.2, 2.2, 2.3, 4.1).

use super::{Answer, Refusal, Step, Tap, Terminal, Turn};
use crate::action::{Action, Event, SlotId};
use crate::codes::Code;
use crate::facts::KeyInfo;
use crate::plan::{IndustryRecord, Plan, Stamp};
use crate::profile::Mac2Policy;
use alloc::boxed::Box;
use tunion_apdu::{Sw, build};
use tunion_data::command::{
    DebitAnswer, DebitRequest, InitRequest, PurchaseInit, SamInitAnswer, SamInitRequest, Transaction,
};
use tunion_data::file::{Sfi, TripRecord};
use tunion_data::upload::UploadRecord;

/// A debit under way.
#[derive(Clone, Debug)]
pub(super) struct Payment {
    plan: Plan,
    init: PurchaseInit,
    mac1: SamInitAnswer,
    trip: [u8; TripRecord::LEN],
    record: UploadRecord,
    slot: SlotId,
}

impl Payment {
    pub(super) fn of(plan: Plan) -> Self {
        Self {
            plan,
            init: PurchaseInit::default(),
            mac1: SamInitAnswer::default(),
            trip: [0; TripRecord::LEN],
            record: UploadRecord::default(),
            slot: SlotId(0),
        }
    }
}

/// What a debit is waiting for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stage {
    Init,
    Mac1,
    Industry,
    Trip,
    Persist,
    Debit,
    Mac2,
}

impl Terminal<'_> {
    pub(super) fn initialise(&mut self, tap: &mut Tap, payment: Box<Payment>) -> Step {
        let request = InitRequest {
            key_index: self.sam.application.key_index,
            amount: payment.plan.amount,
            terminal: self.sam.terminal,
        };
        self.send(tap, build::init_for_purchase(Transaction::Capp, &request));
        Step::Paying(payment, Stage::Init)
    }

    /// The card answered.
    pub(super) fn pay(
        &mut self,
        tap: &mut Tap,
        mut payment: Box<Payment>,
        stage: Stage,
        answer: Answer<'_>,
    ) -> Turn {
        let stage = match stage {
            Stage::Init => {
                if answer.sw == Sw::INSUFFICIENT {
                    return Err(Refusal::status(Code::FareNotCovered, answer.sw));
                }
                payment.init = answer.value::<PurchaseInit>(Code::WriteFailed)?;
                self.judge_unproved(tap, payment.init.seq);
                self.ask_mac1(tap, &payment);
                Stage::Mac1
            }
            Stage::Industry => {
                written(answer)?;
                self.send(tap, build::update_capp(Sfi::TRIP, 0, &payment.trip));
                Stage::Trip
            }
            Stage::Trip => {
                written(answer)?;
                payment.slot = self.keep_grey(payment.record, payment.plan.quote);
                Stage::Persist
            }
            Stage::Debit => return self.debited(tap, payment, answer),
            Stage::Mac1 | Stage::Persist | Stage::Mac2 => stage,
        };
        Ok(Some(Step::Paying(payment, stage)))
    }

    /// Anything else happened.
    pub(super) fn pay_event(
        &mut self,
        tap: &mut Tap,
        mut payment: Box<Payment>,
        stage: Stage,
        event: Event<'_>,
    ) -> Turn {
        let stage = match (stage, event) {
            (Stage::Mac1, Event::SamAnswer(bytes)) => {
                let answer = Answer::of(bytes).ok_or(Code::SamFault)?;
                payment.mac1 = answer.value::<SamInitAnswer>(Code::SamFault)?;
                self.write_records(tap, &mut payment)
            }
            (Stage::Mac1, Event::SamGone) => return Err(Code::SamFault.into()),
            (Stage::Persist, Event::Persisted(slot)) if slot == payment.slot => {
                self.debit(tap, &payment);
                Stage::Debit
            }
            (Stage::Persist, Event::StoreFailed(slot)) if slot == payment.slot => {
                self.drop_grey(slot);
                return Err(Code::StoreFailed.into());
            }
            (Stage::Mac2, Event::SamAnswer(bytes)) => {
                let accepted = Answer::of(bytes).is_some_and(|answer| answer.sw.is_ok());
                return self.verified(tap, payment, accepted);
            }
            (Stage::Mac2, Event::SamGone) => return self.verified(tap, payment, false),
            // The card has done its part: its going is of no matter.
            (Stage::Mac2, Event::CardGone) => stage,
            // Whether it was debited is learned at its next tap: the grey record stays.
            (Stage::Debit, Event::CardGone) => return Err(Code::Moved.into()),
            (Stage::Persist, Event::CardGone) => {
                self.drop_grey(payment.slot);
                return Err(Code::WriteFailed.into());
            }
            (_, Event::CardGone) => return Err(Code::WriteFailed.into()),
            _ => stage,
        };
        Ok(Some(Step::Paying(payment, stage)))
    }

    fn ask_mac1(&mut self, tap: &Tap, payment: &Payment) {
        let PurchaseInit { seq, key_version, algorithm, random, .. } = payment.init;
        let (date, time) = tunion_data::BcdDateTime::from(tap.at).split();
        self.actions.push(Action::SendSam(build::init_sam(&SamInitRequest {
            random,
            seq,
            amount: payment.plan.amount,
            transaction: Transaction::Capp as u8,
            date,
            time,
            key_version,
            algorithm,
            asn: tap.facts.info.pan.last8(),
            issuer: tap.facts.info.issuer,
        })));
    }

    /// The PSAM's sequence is known: the records can be made. A ride of one tap writes 1E only.
    fn write_records(&mut self, tap: &mut Tap, payment: &mut Payment) -> Stage {
        let Payment { plan, init, mac1, .. } = &*payment;
        let key = KeyInfo::of(self.sam.application.key_index, init);
        let stamp = Stamp { profile: self.setup.profile, sam: &self.sam, facts: &tap.facts, key, at: tap.at };
        let record = plan.upload(&stamp, mac1.terminal_seq, init.seq.saturating_add(1), init.balance);
        payment.trip = plan.trip(stamp.profile, stamp.sam, stamp.facts, stamp.at);
        payment.record = record;
        let (command, stage) = match &payment.plan.record {
            Some(record) => {
                let bytes = record.bytes(payment.mac1.terminal_seq);
                (build::update_capp(Sfi::INDUSTRY, record.id(), &bytes), Stage::Industry)
            }
            None => (build::update_capp(Sfi::TRIP, 0, &payment.trip), Stage::Trip),
        };
        self.send(tap, command);
        stage
    }

    fn debit(&mut self, tap: &mut Tap, payment: &Payment) {
        let (date, time) = tunion_data::BcdDateTime::from(tap.at).split();
        let SamInitAnswer { terminal_seq, mac1 } = payment.mac1;
        self.send(tap, build::debit(&DebitRequest { terminal_seq, date, time, mac1 }));
    }

    fn debited(&mut self, tap: &mut Tap, mut payment: Box<Payment>, answer: Answer<'_>) -> Turn {
        if !answer.sw.is_ok() {
            self.drop_grey(payment.slot);
            let code = if answer.sw == Sw::WRONG_MAC { Code::Mac1 } else { Code::WriteFailed };
            return Err(Refusal::status(code, answer.sw));
        }
        // An answer of another shape leaves the outcome open: the grey record stays.
        let DebitAnswer { tac, mac2 } = answer.value(Code::Moved)?;
        payment.record.tac = tac;
        payment.record.flags &= !UploadRecord::GREY;
        tap.charged += payment.plan.amount;
        tap.facts.actual = tap.facts.after(payment.plan.amount);
        if !payment.plan.again && self.setup.profile.mac2 == Mac2Policy::AfterDecision {
            self.accept(tap);
        }
        self.actions.push(Action::SendSam(build::credit_sam(mac2)));
        Ok(Some(Step::Paying(payment, Stage::Mac2)))
    }

    /// The PSAM judged MAC2. The record is kept either way; a card that failed is refused at its next
    /// tap (`docs/spec/terminal.md` 2.3, Shanghai).
    fn verified(&mut self, tap: &mut Tap, mut payment: Box<Payment>, accepted: bool) -> Turn {
        if !accepted {
            payment.record.flags |= UploadRecord::MAC2_FAILED;
            self.distrusted.push(tap.facts.info.pan);
        }
        self.settle(payment.slot, payment.record);
        let decided = !payment.plan.again && self.setup.profile.mac2 == Mac2Policy::AfterDecision;
        match (accepted, payment.plan.again) {
            (false, _) if !decided => Err(Code::Mac2.into()),
            (true, true) => {
                match payment.plan.record {
                    Some(IndustryRecord::Bus(record)) => tap.facts.bus = record,
                    Some(IndustryRecord::Rail(record)) => tap.facts.rail = record,
                    None => {}
                }
                self.ride(tap, None)
            }
            _ => {
                if !decided {
                    self.accept(tap);
                }
                Ok(None)
            }
        }
    }
}

/// The card took a record into its cache.
fn written(answer: Answer<'_>) -> Result<(), Refusal> {
    if answer.sw.is_ok() { Ok(()) } else { Err(Refusal::status(Code::WriteFailed, answer.sw)) }
}
