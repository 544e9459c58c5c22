//! A composite purchase: INIT, PSAM, 1A, 1E, grey record, DEBIT, MAC2
//! (`docs/spec/terminal.md` 1.2, 2.2, 2.3, 4.1).

use super::{Answer, Refusal, Step, Tap, Terminal, Turn};
use crate::action::{Event, SlotId};
use crate::codes::Code;
use crate::defect::Defect;
use crate::facts::KeyInfo;
use crate::plan::{IndustryRecord, Plan, Stamp, Then};
use crate::profile::{Mac1Policy, Mac2Policy};
use crate::refund;
use alloc::boxed::Box;
use tunion_apdu::{CommandBuf, Sw, build};
use tunion_data::BcdDateTime;
use tunion_data::command::{
    DebitAnswer, DebitRequest, InitRequest, PurchaseInit, SamInitAnswer, SamInitRequest,
};
use tunion_data::file::Sfi;
use tunion_data::upload::UploadRecord;

/// The slot of a record that was not kept: [`Defect::NoGreyRecordBeforeDebit`].
const UNKEPT: SlotId = SlotId(u16::MAX);

/// A debit under way. It stays where it is in memory until the tap is over.
#[derive(Clone, Debug)]
pub(super) struct Payment {
    waits: Waits,
    plan: Plan,
    /// The card's answer to INIT, once it is there.
    init: PurchaseInit,
    /// The PSAM's sequence and MAC1, once they are there.
    mac1: SamInitAnswer,
    /// The record, once the PSAM's sequence is there.
    record: UploadRecord,
    /// Where the record is kept, once it is.
    slot: SlotId,
    /// 1E is written before 1A.
    trip_written: bool,
    /// What one of two that were asked side by side refused: the tap ends with the other's answer.
    failed: Option<Refusal>,
}

/// What a debit is waiting for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Waits {
    /// The card's answer to INIT.
    Init,
    /// The PSAM's MAC1.
    Mac1,
    /// The PSAM's MAC1, and the card's answer to UPDATE CAPP of 1E.
    Mac1AndTrip,
    /// Of the two the card's answer.
    TripBeside,
    /// The card's answer to UPDATE CAPP of 1A.
    Industry,
    /// The card's answer to UPDATE CAPP of 1E.
    Trip,
    /// The store.
    Persist,
    /// The card's answer to DEBIT.
    Debit,
    /// The PSAM's judgement of MAC2.
    Mac2,
}

impl Payment {
    pub(super) const fn asks_card(&self) -> bool {
        !matches!(self.waits, Waits::Mac1 | Waits::Persist | Waits::Mac2)
    }

    /// Whether card and PSAM are asked side by side.
    pub(super) fn asks_both(&self) -> bool {
        self.waits == Waits::Mac1AndTrip
    }

    /// Of the two only the PSAM is to be waited for.
    pub(super) fn without_card(mut self: Box<Self>) -> Box<Self> {
        self.waits = Waits::Mac1;
        self
    }

    /// What it means that the card did not answer.
    pub(super) const fn gone(&self) -> Code {
        if matches!(self.waits, Waits::Debit) { Code::Moved } else { Code::MovedEarly }
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
        Step::Paying(Box::new(Payment {
            waits: Waits::Init,
            plan,
            init: PurchaseInit::default(),
            mac1: SamInitAnswer::default(),
            record: UploadRecord::default(),
            slot: SlotId(0),
            trip_written: false,
            failed: None,
        }))
    }

    /// The card answered.
    pub(super) fn pay(&mut self, tap: &mut Tap, mut payment: Box<Payment>, answer: Answer<'_>) -> Turn {
        let Payment { waits, plan, init, .. } = &mut *payment;
        match waits {
            Waits::Init => {
                if answer.sw == Sw::INSUFFICIENT {
                    return Err(Refusal::status(Code::FareNotCovered, answer.sw));
                }
                *init = answer.value::<PurchaseInit>(Code::WriteFailed)?;
                self.judge_unproved(tap, plan.transaction(), init.seq);
                self.sam_open = None;
                self.ask_sam(ask_mac1(tap, plan, init));
                *waits = Waits::Mac1;
                if self.setup.profile.mac1 == Mac1Policy::BesideRecords {
                    self.write_beside(tap, &mut payment);
                }
            }
            Waits::Mac1AndTrip => {
                payment.failed = written(answer).err();
                payment.waits = Waits::Mac1;
            }
            Waits::TripBeside => {
                payment.failed.take().map_or(Ok(()), Err)?;
                written(answer)?;
                self.write_records(tap, &mut payment);
            }
            Waits::Industry => {
                written(answer)?;
                self.write_trip(tap, &mut payment);
            }
            Waits::Trip => {
                written(answer)?;
                self.keep(tap, &mut payment);
            }
            Waits::Debit => return self.debited(tap, payment, answer),
            Waits::Mac1 | Waits::Persist | Waits::Mac2 => {}
        }
        Ok(Some(Step::Paying(payment)))
    }

    /// The PSAM or the store answered. A card that went in the meantime ends the tap here, unless it
    /// was debited already: then its going is of no matter.
    pub(super) fn pay_event(&mut self, tap: &mut Tap, mut payment: Box<Payment>, event: Event<'_>) -> Turn {
        let slot = payment.slot;
        match (payment.waits, event) {
            (Waits::Mac1 | Waits::Mac1AndTrip, Event::SamAnswer(bytes)) => {
                let mac1 = self.sam_value::<SamInitAnswer>(bytes);
                return self.mac1(tap, payment, mac1);
            }
            (Waits::Mac1 | Waits::Mac1AndTrip, Event::SamGone) => {
                self.sam_suspect = true;
                return self.mac1(tap, payment, Err(Code::SamFault.into()));
            }
            (Waits::Persist, Event::Persisted(stored)) if slot == stored => {
                if tap.gone {
                    self.drop_grey(slot);
                    return Err(Code::MovedEarly.into());
                }
                self.send_debit(tap, &mut payment);
            }
            (Waits::Persist, Event::StoreFailed(failed)) if slot == failed => {
                self.drop_grey(slot);
                return Err(Code::StoreFailed.into());
            }
            (Waits::Mac2, Event::SamAnswer(bytes)) => {
                return self.verified(tap, payment, Verdict::of(bytes));
            }
            (Waits::Mac2, Event::SamGone) => return self.verified(tap, payment, Verdict::None),
            _ => {}
        }
        Ok(Some(Step::Paying(payment)))
    }

    /// While the PSAM makes MAC1 the card takes 1E, if this debit has one.
    fn write_beside(&mut self, tap: &mut Tap, payment: &mut Payment) {
        let trip = payment.plan.trip(&self.stamp(tap, &payment.init));
        let Some(trip) = trip else { return };
        self.send(tap, build::update_capp(Sfi::TRIP, 0, &trip));
        (payment.waits, payment.trip_written) = (Waits::Mac1AndTrip, true);
    }

    /// MAC1 is there, or is not to be had. What the card was asked beside it is waited for.
    fn mac1(
        &mut self,
        tap: &mut Tap,
        mut payment: Box<Payment>,
        mac1: Result<SamInitAnswer, Refusal>,
    ) -> Turn {
        let beside = payment.waits == Waits::Mac1AndTrip;
        if !beside {
            payment.failed.take().map_or(Ok(()), Err)?;
        }
        match mac1 {
            Ok(mac1) => payment.mac1 = mac1,
            Err(refusal) if beside => payment.failed = Some(refusal),
            Err(refusal) => return Err(refusal),
        }
        if beside {
            payment.waits = Waits::TripBeside;
        } else if tap.gone {
            return Err(Code::MovedEarly.into());
        } else {
            self.write_records(tap, &mut payment);
        }
        Ok(Some(Step::Paying(payment)))
    }

    /// An answer of the PSAM's. One that has forgotten its application is reset after this tap; one that is
    /// locked would be in vain (`docs/spec/terminal.md` 2.3).
    pub(super) fn sam_value<'a, T: TryFrom<&'a [u8]>>(&mut self, bytes: &'a [u8]) -> Result<T, Refusal> {
        let answer = Answer::of(bytes);
        self.sam_suspect |= answer.is_none_or(|a| matches!(a.sw, Sw::CONDITIONS | Sw::INVALID_STATE));
        let answer = answer.ok_or(Code::SamFault)?;
        let locked = answer.sw == Sw::PERMANENTLY_BLOCKED;
        answer.value(if locked { Code::SamLocked } else { Code::SamFault })
    }

    /// What the records of this payment are stamped with.
    fn stamp<'a>(&'a self, tap: &'a Tap, init: &PurchaseInit) -> Stamp<'a> {
        let key = KeyInfo::of(self.sam.application.key_index, init);
        Stamp { profile: self.setup.profile, sam: &self.sam, facts: &tap.facts, key, at: tap.at }
    }

    /// The PSAM's sequence is known: the records can be made. A ride of one tap writes 1E only.
    fn write_records(&mut self, tap: &mut Tap, payment: &mut Payment) {
        let Payment { plan, init, mac1, .. } = payment;
        let (terminal_seq, card_seq) = (mac1.terminal_seq, init.seq.saturating_add(1));
        payment.record = plan.upload(&self.stamp(tap, init), terminal_seq, card_seq, init.balance);
        let Some(record) = &plan.record else { return self.write_trip(tap, payment) };
        self.send(tap, build::update_capp(Sfi::INDUSTRY, record.id(), &record.bytes(terminal_seq)));
        payment.waits = Waits::Industry;
    }

    /// A plain purchase writes no 1E.
    fn write_trip(&mut self, tap: &mut Tap, payment: &mut Payment) {
        if payment.trip_written {
            return self.keep(tap, payment);
        }
        let trip = payment.plan.trip(&self.stamp(tap, &payment.init));
        let Some(trip) = trip else { return self.keep(tap, payment) };
        self.send(tap, build::update_capp(Sfi::TRIP, 0, &trip));
        payment.waits = Waits::Trip;
    }

    /// All is written that the debit will make good: the grey record is kept before it is sent.
    fn keep(&mut self, tap: &mut Tap, payment: &mut Payment) {
        if self.has(Defect::NoGreyRecordBeforeDebit) {
            payment.record.local_seq = self.number();
            payment.slot = UNKEPT;
            return self.send_debit(tap, payment);
        }
        payment.slot = self.keep_grey(&mut payment.record, payment.plan.quote.as_ref());
        payment.waits = Waits::Persist;
        self.sam_open = Some(payment.slot);
    }

    fn send_debit(&mut self, tap: &mut Tap, payment: &mut Payment) {
        self.send(tap, debit(tap.at.into(), payment.mac1));
        payment.waits = Waits::Debit;
    }

    fn debited(&mut self, tap: &mut Tap, mut payment: Box<Payment>, answer: Answer<'_>) -> Turn {
        if !answer.sw.is_ok() {
            self.drop_grey(payment.slot);
            let code = if answer.sw == Sw::WRONG_MAC { Code::Mac1 } else { Code::WriteFailed };
            return Err(Refusal::status(code, answer.sw));
        }
        // An answer of another shape leaves the outcome open: the grey record stays.
        let lost = if self.asks_back() { Code::PutBack } else { Code::Moved };
        let DebitAnswer { tac, mac2 } = answer.value(lost)?;
        let Payment { plan, record, .. } = &mut *payment;
        record.tac = tac;
        record.flags &= !UploadRecord::GREY;
        tap.notes.extend(plan.notes.iter().copied().filter(|note| !note.is_about_total()));
        tap.charged += refund::paid(record);
        tap.facts.actual = tap.facts.after(plan.amount);
        if self.decides_early(plan) {
            self.accept(tap);
            // Should the power go while MAC2 is judged, this debit lets nobody through again.
            let record = UploadRecord { flags: record.flags | UploadRecord::MAC2_UNCHECKED, ..*record };
            self.learn(payment.slot, &record);
        }
        self.sam_open = None;
        self.ask_sam(build::credit_sam(mac2));
        payment.waits = Waits::Mac2;
        Ok(Some(Step::Paying(payment)))
    }

    /// Whether the decision comes before MAC2 is judged.
    fn decides_early(&self, plan: &Plan) -> bool {
        plan.then == Then::Decide && self.setup.profile.mac2 == Mac2Policy::AfterDecision
    }

    /// The PSAM judged MAC2, or did not. The record is kept either way; a card that failed is refused
    /// at its next tap (`docs/spec/terminal.md` 2.3, Shanghai; that one refusal clears it is our
    /// reading). Where the decision waits for a PSAM that does not judge, the card has paid and is not let
    /// through: its record stays, and its next tap is let through by it (our reading of 4.3, 2).
    fn verified(&mut self, tap: &mut Tap, mut payment: Box<Payment>, verdict: Verdict) -> Turn {
        payment.record.flags |= verdict.flag();
        match verdict {
            // A locked PSAM would be reset in vain.
            Verdict::Accepted | Verdict::Locked => {}
            Verdict::Refused => self.distrust(tap.facts.info.pan),
            Verdict::None => self.sam_suspect = true,
        }
        let Payment { slot, record, plan, .. } = *payment;
        let waits = plan.then == Then::Decide && !self.decides_early(&plan);
        match verdict {
            Verdict::Refused if self.has(Defect::Mac2FailureDropsRecord) => self.drop_grey(slot),
            Verdict::None | Verdict::Locked if waits => {
                self.learn(slot, &UploadRecord { flags: record.flags | UploadRecord::GREY, ..record });
            }
            Verdict::Accepted if waits => self.settle_when_told(tap, slot, record, None),
            _ => self.settle(slot, record),
        }
        if self.decides_early(&plan) {
            return Ok(None);
        }
        if let Some(code) = verdict.refusal() {
            return Err(code.into());
        }
        match plan.then {
            Then::Decide => {
                self.accept(tap);
                return Ok(None);
            }
            Then::Lock => return self.debited_all(tap),
            Then::RideOn => {}
        }
        if tap.gone {
            return Err(Code::MovedEarly.into());
        }
        match plan.record {
            Some(IndustryRecord::Bus(record)) => tap.facts.bus = record,
            Some(IndustryRecord::Rail(record) | IndustryRecord::Bare(record)) => tap.facts.set_rail(record),
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
