//! A top-up against the issuer's host (`docs/spec/terminal.md` 1.6).

use super::{Answer, Refusal, Step, Tap, Terminal, Turn};
use crate::action::{Action, Event, Note, SlotId};
use crate::codes::Code;
use crate::facts::KeyInfo;
use crate::plan::blank_upload;
use alloc::boxed::Box;
use tunion_apdu::{Sw, build};
use tunion_data::Fen;
use tunion_data::command::{CreditAnswer, CreditRequest, InitRequest, LoadInit, Transaction};
use tunion_data::file::TripType;
use tunion_data::host::{LoadApproval, LoadConfirmation, LoadRequest};
use tunion_data::upload::UploadRecord;
use tunion_data::{BcdDate, BcdDateTime, BcdTime};

/// The load key that is asked for (`docs/spec/terminal.md` 1.6).
const LOAD_KEY: u8 = 0x01;

/// A load under way.
#[derive(Clone, Debug)]
pub(super) struct Loading {
    amount: Fen,
    init: LoadInit,
    approval: LoadApproval,
    record: UploadRecord,
    slot: SlotId,
}

/// What a load is waiting for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stage {
    Init,
    Host,
    Persist,
    Credit,
}

impl Terminal<'_> {
    pub(super) fn begin_load(&mut self, tap: &mut Tap, amount: Fen) -> Step {
        let request = InitRequest { key_index: LOAD_KEY, amount, terminal: self.sam.terminal };
        self.send(tap, build::init_for_load(&request));
        let loading = Loading {
            amount,
            init: LoadInit::default(),
            approval: LoadApproval { date: BcdDate::default(), time: BcdTime::default(), mac2: [0; 4] },
            record: UploadRecord::default(),
            slot: SlotId(0),
        };
        Step::Loading(Box::new(loading), Stage::Init)
    }

    /// The card answered.
    pub(super) fn load(
        &mut self,
        tap: &mut Tap,
        mut loading: Box<Loading>,
        stage: Stage,
        answer: Answer<'_>,
    ) -> Turn {
        match stage {
            Stage::Init => {
                loading.init = answer.value::<LoadInit>(Code::WriteFailed)?;
                self.judge_unproved(tap, loading.init.seq);
                self.actions.push(Action::SendHost(Box::new(LoadRequest {
                    issuer: tap.facts.info.issuer,
                    pan: tap.facts.info.pan,
                    terminal: self.sam.terminal,
                    key_index: LOAD_KEY,
                    amount: loading.amount,
                    init: loading.init,
                    at: tap.at,
                })));
                Ok(Some(Step::Loading(loading, Stage::Host)))
            }
            Stage::Credit => self.credited(tap, &mut loading, answer),
            Stage::Host | Stage::Persist => Ok(Some(Step::Loading(loading, stage))),
        }
    }

    /// Anything else happened.
    pub(super) fn load_event(
        &mut self,
        tap: &mut Tap,
        mut loading: Box<Loading>,
        stage: Stage,
        event: Event<'_>,
    ) -> Turn {
        let stage = match (stage, event) {
            (Stage::Host, Event::HostAnswer(Ok(approval))) => {
                loading.approval = *approval;
                loading.record = self.load_record(tap, &loading);
                loading.slot = self.keep_grey(loading.record, None);
                Stage::Persist
            }
            (Stage::Host, Event::HostAnswer(Err(refusal))) => {
                return Err(Refusal { code: Code::LoadRefused, note: Some(Note::HostRefused(*refusal)) });
            }
            (Stage::Host, Event::HostGone) => return Err(Code::LoadRefused.into()),
            (Stage::Persist, Event::Persisted(slot)) if slot == loading.slot => {
                let LoadApproval { date, time, mac2 } = loading.approval;
                self.send(tap, build::credit(&CreditRequest { date, time, mac2 }));
                Stage::Credit
            }
            (Stage::Persist, Event::StoreFailed(slot)) if slot == loading.slot => {
                self.drop_grey(slot);
                return Err(Code::StoreFailed.into());
            }
            (Stage::Credit, Event::CardGone) => return Err(Code::LoadMoved.into()),
            (Stage::Persist, Event::CardGone) => {
                self.drop_grey(loading.slot);
                return Err(Code::WriteFailed.into());
            }
            (_, Event::CardGone) => return Err(Code::WriteFailed.into()),
            _ => stage,
        };
        Ok(Some(Step::Loading(loading, stage)))
    }

    fn load_record(&self, tap: &Tap, loading: &Loading) -> UploadRecord {
        let Loading { amount, init, approval, .. } = *loading;
        let key = KeyInfo { index: LOAD_KEY, version: init.key_version, algorithm: init.algorithm };
        UploadRecord {
            trip_type: TripType::Load as u8,
            transaction: Transaction::Load as u8,
            card_seq: init.seq.saturating_add(1),
            amount,
            balance_after: tap.facts.after_load(amount),
            // The host's time is in the card's log and TAC.
            at: BcdDateTime::join(approval.date, approval.time),
            available_before: init.balance,
            ..blank_upload(self.setup.profile, &self.sam, &tap.facts, key, tap.at)
        }
    }

    fn credited(&mut self, tap: &mut Tap, loading: &mut Loading, answer: Answer<'_>) -> Turn {
        if !answer.sw.is_ok() {
            self.drop_grey(loading.slot);
            let code = if answer.sw == Sw::WRONG_MAC { Code::LoadMac2 } else { Code::WriteFailed };
            return Err(Refusal::status(code, answer.sw));
        }
        // An answer of another shape leaves the outcome open: the grey record stays.
        let CreditAnswer { tac } = answer.value(Code::LoadMoved)?;
        loading.record.tac = tac;
        loading.record.flags &= !UploadRecord::GREY;
        self.settle(loading.slot, loading.record);
        let (issuer, pan) = (tap.facts.info.issuer, tap.facts.info.pan);
        self.actions.push(Action::Confirm(LoadConfirmation { issuer, pan, seq: loading.init.seq, tac }));
        tap.charged = loading.amount;
        tap.facts.actual = loading.record.balance_after;
        self.accept(tap);
        Ok(None)
    }
}
