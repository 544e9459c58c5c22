//! A top-up (`docs/spec/terminal.md` 1.6): against the issuer's host, or with the load SAM, whose part is
//! `sam_load`.

use super::sam_load::BySam;
use super::sign_on::SigningOn;
use super::{Answer, Refusal, Step, Tap, Terminal, Turn};
use crate::action::{Action, Event, Note, SlotId};
use crate::codes::Code;
use crate::facts::KeyInfo;
use crate::plan::{Stamp, blank_upload};
use alloc::boxed::Box;
use tunion_apdu::{Sw, build};
use tunion_data::command::{CreditAnswer, CreditRequest, InitRequest, LoadInit, Proof, Transaction};
use tunion_data::file::TripType;
use tunion_data::host::{LoadApproval, LoadConfirmation, LoadProof, LoadRefusal, LoadRequest};
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_data::{BcdDateTime, Fen};

/// The load key that is asked for (`docs/spec/terminal.md` 1.6).
const LOAD_KEY: u8 = 0x01;

/// A load under way: what it is waiting for, with what it needs then.
#[derive(Clone, Debug)]
pub(super) enum Loading {
    /// The load SAM's new quota.
    SignOn(Wanted, SigningOn),
    /// The card's answer to INIT.
    Init(Wanted),
    /// The host's answer.
    Host(Wanted, LoadInit),
    /// The load SAM's answer.
    Sam(Wanted, LoadInit, BySam),
    /// The card's proof of an earlier load, which the host asked for.
    Proof(Wanted, u16),
    /// The store.
    Persist(Approved, SlotId),
    /// The card's answer to CREDIT.
    Credit(Approved, SlotId),
}

/// What the holder wants.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) amount: Fen,
    /// Whether the host was given the proof of an earlier load already.
    proved: bool,
}

/// A load that host or SAM approved.
#[derive(Clone, Copy, Debug)]
pub(super) struct Approved {
    pub(super) seq: u16,
    pub(super) approval: LoadApproval,
    pub(super) record: UploadRecord,
}

impl Loading {
    pub(super) const fn asks_card(&self) -> bool {
        matches!(self, Self::Init(_) | Self::Proof(..) | Self::Credit(..))
    }

    /// What it means that the card did not answer.
    pub(super) const fn gone(&self) -> Code {
        if matches!(self, Self::Credit(..)) { Code::LoadMoved } else { Code::MovedEarly }
    }

    pub(super) fn step(self) -> Step {
        Step::Loading(Box::new(self))
    }
}

impl Terminal<'_> {
    pub(super) fn begin_load(&mut self, tap: &mut Tap, amount: Fen) -> Turn {
        self.setup.profile.load.permits(&tap.facts, amount)?;
        let wanted = Wanted { amount, proved: false };
        if self.loads_by_sam() {
            return self.begin_sam_load(tap, wanted);
        }
        Ok(Some(self.init_load(tap, wanted)))
    }

    pub(super) fn init_load(&mut self, tap: &mut Tap, wanted: Wanted) -> Step {
        let request = InitRequest { key_index: LOAD_KEY, amount: wanted.amount, terminal: self.sam.terminal };
        self.send(tap, build::init(Transaction::Load, &request));
        Loading::Init(wanted).step()
    }

    /// The card answered.
    pub(super) fn load(&mut self, tap: &mut Tap, loading: Loading, answer: Answer<'_>) -> Turn {
        match loading {
            Loading::Init(wanted) => {
                let init = answer.value::<LoadInit>(Code::WriteFailed)?;
                self.judge_unproved(tap, Transaction::Load, init.seq);
                self.setup.profile.load.permits_first(&init, wanted.amount)?;
                if self.loads_by_sam() {
                    let asked = self.ask_load_key(tap);
                    return Ok(Some(Loading::Sam(wanted, init, asked).step()));
                }
                self.want(Action::SendHost(Box::new(LoadRequest {
                    issuer: tap.facts.info.issuer,
                    pan: tap.facts.info.pan,
                    terminal: self.sam.terminal,
                    key_index: LOAD_KEY,
                    amount: wanted.amount,
                    init,
                    at: tap.at,
                })));
                Ok(Some(Loading::Host(wanted, init).step()))
            }
            Loading::Proof(wanted, seq) => {
                let proof = answer.value::<Proof>(Code::LoadRefused)?;
                let (issuer, pan) = (tap.facts.info.issuer, tap.facts.info.pan);
                self.actions.push_back(Action::Prove(LoadProof { issuer, pan, seq, proof }));
                Ok(Some(self.init_load(tap, Wanted { proved: true, ..wanted })))
            }
            Loading::Credit(approved, slot) => self.credited(tap, approved, slot, answer),
            waiting @ (Loading::SignOn(..) | Loading::Host(..) | Loading::Sam(..) | Loading::Persist(..)) => {
                Ok(Some(waiting.step()))
            }
        }
    }

    /// Host, SAM or store answered. A card that went in the meantime ends the tap here.
    pub(super) fn load_event(&mut self, tap: &mut Tap, loading: Loading, event: Event<'_>) -> Turn {
        let next = match (loading, event) {
            (Loading::Host(..), Event::HostAnswer(_) | Event::HostGone) if tap.gone => {
                return Err(Code::MovedEarly.into());
            }
            (Loading::Host(wanted, init), Event::HostAnswer(Ok(approval))) => {
                return Ok(Some(self.approve(tap, wanted, &init, approval)));
            }
            (Loading::SignOn(wanted, signing_on), event) => {
                return self.load_sign_on(tap, wanted, signing_on, event);
            }
            (Loading::Sam(wanted, init, asked), Event::SamAnswer(bytes)) => {
                return self.sam_approves(tap, (wanted, init), asked, bytes);
            }
            (Loading::Sam(..), Event::SamGone) => {
                self.sam_suspect = true;
                return Err(Code::SamFault.into());
            }
            // An earlier load's answer was lost elsewhere: the card can prove it.
            (Loading::Host(wanted, _), Event::HostAnswer(Err(LoadRefusal::ProofNeeded { seq })))
                if !wanted.proved =>
            {
                self.send(tap, build::prove(Transaction::Load, seq.saturating_add(1)));
                Loading::Proof(wanted, *seq)
            }
            (Loading::Host(..), Event::HostAnswer(Err(refusal))) => {
                return Err(Refusal { code: Code::LoadRefused, note: Some(Note::HostRefused(*refusal)) });
            }
            (Loading::Host(..), Event::HostGone) => return Err(Code::LoadRefused.into()),
            (Loading::Persist(approved, slot), Event::Persisted(stored)) if slot == stored => {
                if tap.gone {
                    self.drop_grey(slot);
                    return Err(Code::MovedEarly.into());
                }
                let LoadApproval { date, time, mac2 } = approved.approval;
                self.send(tap, build::credit(&CreditRequest { date, time, mac2 }));
                Loading::Credit(approved, slot)
            }
            (Loading::Persist(_, slot), Event::StoreFailed(failed)) if slot == failed => {
                self.drop_grey(slot);
                return Err(Code::StoreFailed.into());
            }
            (waiting, _) => waiting,
        };
        Ok(Some(next.step()))
    }

    pub(super) fn load_record(
        &self,
        tap: &Tap,
        amount: Fen,
        init: &LoadInit,
        approval: &LoadApproval,
    ) -> UploadRecord {
        let key = KeyInfo { index: LOAD_KEY, version: init.key_version, algorithm: init.algorithm };
        let stamp = Stamp { profile: self.setup.profile, sam: &self.sam, facts: &tap.facts, key, at: tap.at };
        UploadRecord {
            kind: RecordKind::Load as u8,
            trip_type: TripType::Load as u8,
            transaction: Transaction::Load as u8,
            card_seq: init.seq.saturating_add(1),
            amount,
            balance_after: tap.facts.after_load(amount),
            // The host's time is in the card's log and TAC.
            at: BcdDateTime::join(approval.date, approval.time),
            available_before: init.balance,
            batch: if self.loads_by_sam() { self.sam.quota.batch } else { 0 },
            ..blank_upload(&stamp)
        }
    }

    fn credited(&mut self, tap: &mut Tap, approved: Approved, slot: SlotId, answer: Answer<'_>) -> Turn {
        if !answer.sw.is_ok() {
            self.drop_grey(slot);
            let code = if answer.sw == Sw::WRONG_MAC { Code::LoadMac2 } else { Code::WriteFailed };
            return Err(Refusal::status(code, answer.sw));
        }
        // An answer of another shape leaves the outcome open: the grey record stays.
        let CreditAnswer { tac } = answer.value(Code::LoadMoved)?;
        let Approved { seq, mut record, .. } = approved;
        record.tac = tac;
        record.flags &= !UploadRecord::GREY;
        let (issuer, pan) = (record.issuer, record.pan);
        tap.charged += record.amount;
        tap.facts.actual = record.balance_after;
        // What a SAM approved the host learns from the record.
        let confirm = LoadConfirmation { issuer, pan, seq, tac };
        self.settle_when_told(tap, slot, record, (!self.loads_by_sam()).then_some(confirm));
        Ok(self.loaded(tap))
    }
}
