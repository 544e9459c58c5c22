//! What became of a transaction whose answer never came (`docs/spec/terminal.md` 4.2, 4.3).
//!
//! At the card's next tap: GET TRANSACTION PROVE for the sequence that the transaction would have
//! taken. A proof alone could be another terminal's, whose debit took the same sequence after ours
//! was not done; so the card's own log has to show our terminal, amount and time too. Then the
//! original record is emitted with the TAC and nothing is debited again. Without a proof the tap goes
//! on, and INIT's sequence tells whether the transaction was done.

use super::{Answer, Step, Tap, Terminal, Turn};
use crate::action::{Action, Note, SlotId};
use crate::codes::Code;
use crate::grey::Grey;
use tunion_apdu::build;
use tunion_data::command::{Proof, Transaction};
use tunion_data::file::{LOG_RECORDS, LogRecord, Sfi, TripType};
use tunion_data::host::LoadProof;
use tunion_data::upload::UploadRecord;
use tunion_data::{BcdDateTime, Pan};

/// What a recovery is waiting for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Recovery {
    /// The answer to GET TRANSACTION PROVE.
    Proof(SlotId),
    /// The log record of this number, to tell whose transaction was proved.
    Log(SlotId, Proof, u8),
}

impl Terminal<'_> {
    /// Whether a transaction of this card is to be recovered.
    pub(super) fn recovery_of(&self, pan: Pan) -> Option<SlotId> {
        self.grey.of(pan).map(|grey| grey.slot)
    }

    pub(super) fn begin_recovery(&mut self, tap: &mut Tap, slot: SlotId) -> Step {
        let Some(Grey { record, .. }) = self.grey.of(tap.facts.info.pan).cloned() else {
            return self.read_on(tap);
        };
        let transaction = Transaction::from_byte(record.transaction).unwrap_or(Transaction::Capp);
        self.send(tap, build::prove(transaction, record.card_seq));
        Step::Recovering(Recovery::Proof(slot))
    }

    /// The card answered.
    #[expect(clippy::unnecessary_wraps, reason = "a turn like the others")]
    pub(super) fn recover(&mut self, tap: &mut Tap, recovery: Recovery, answer: Answer<'_>) -> Turn {
        match recovery {
            Recovery::Proof(slot) => Ok(Some(match answer.value::<Proof>(Code::ReadFailed) {
                Ok(proof) => self.read_log_record(tap, slot, proof, 1),
                Err(_) => self.unproved(tap, slot),
            })),
            Recovery::Log(slot, proof, number) => {
                let Some(grey) = self.grey.of(tap.facts.info.pan).cloned() else {
                    return Ok(Some(self.read_on(tap)));
                };
                match answer.value::<LogRecord>(Code::ReadFailed) {
                    Ok(log) if is_same(&log, &grey.record) => Ok(self.proved(tap, &grey, proof)),
                    // A transaction of the other kind has a sequence of its own: look further back.
                    Ok(log) if counts_apart(&log, &grey.record) && number < LOG_RECORDS => {
                        Ok(Some(self.read_log_record(tap, slot, proof, number + 1)))
                    }
                    // The sequence was taken by another terminal: ours was not done.
                    Ok(log) if log.seq == grey.record.card_seq => {
                        self.drop_grey(slot);
                        tap.notes.push(Note::NotDone);
                        Ok(Some(self.read_on(tap)))
                    }
                    _ => Ok(Some(self.unproved(tap, slot))),
                }
            }
        }
    }

    /// There is no proof of ours: the tap goes on, and INIT's sequence tells.
    fn unproved(&mut self, tap: &mut Tap, slot: SlotId) -> Step {
        tap.unproved = Some(slot);
        self.read_on(tap)
    }

    fn read_log_record(&mut self, tap: &mut Tap, slot: SlotId, proof: Proof, number: u8) -> Step {
        self.send(tap, build::read_record(Sfi::LOG, number, 0x17));
        Step::Recovering(Recovery::Log(slot, proof, number))
    }

    /// It was done: the original record goes out with its TAC. A settled old bus trip is only half of
    /// its tap, so that tap goes on; any other is over.
    fn proved(&mut self, tap: &mut Tap, grey: &Grey, proof: Proof) -> Option<Step> {
        let mut record = grey.record;
        record.tac = proof.tac;
        record.flags = (record.flags & !UploadRecord::GREY) | UploadRecord::RECOVERED;
        self.settle(grey.slot, record);
        if record.transaction == Transaction::Load as u8 {
            self.actions.push(Action::Prove(LoadProof {
                issuer: record.issuer,
                pan: record.pan,
                seq: record.card_seq.saturating_sub(1),
                proof,
            }));
        }
        tap.notes.push(Note::Recovered);
        tap.charged += record.amount;
        if record.trip_type == TripType::Cover as u8 {
            return Some(self.read_on(tap));
        }
        tap.list = Some(record.list).filter(|list| !list.is_zero());
        tap.quote = grey.quote;
        tap.facts.actual = record.balance_after;
        tap.facts.management.card_type = record.card_type;
        tap.balance_known = true;
        self.accept(tap);
        None
    }
}

/// Whether the card's log shows this very transaction.
fn is_same(log: &LogRecord, record: &UploadRecord) -> bool {
    let (date, time) = BcdDateTime::split(record.at);
    (log.seq, log.transaction, log.terminal, log.amount)
        == (record.card_seq, record.transaction, record.terminal, record.amount)
        && (log.date, log.time) == (date, time)
}

/// Loads and purchases have a sequence each (`docs/spec/card.md` 2.4).
fn counts_apart(log: &LogRecord, record: &UploadRecord) -> bool {
    let load = Transaction::Load as u8;
    (log.transaction == load) != (record.transaction == load)
}
