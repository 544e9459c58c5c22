//! What became of a transaction whose answer never came (`docs/spec/terminal.md` 4.2, 4.3).
//!
//! At the card's next tap: GET TRANSACTION PROVE for the sequence that the transaction would have
//! taken, then the card's own log, since a proof alone could be another terminal's, whose debit took
//! the same sequence after ours was not done, and since the proof alone may be gone.
//!
//! | the log shows, for that sequence | then |
//! |---|---|
//! | our terminal, amount and time | it was done: the original record goes out, with the TAC if there is a proof, its MAC2 judged if the PSAM has that purchase still open; nothing is debited again |
//! | another's | ours was not done |
//! | nothing | INIT's sequence tells: unmoved, it was not done; moved, the grey record goes to clearing |

use super::keep::as_known;
use super::pay::Verdict;
use super::{Answer, Step, Tap, Terminal, Turn};
use crate::action::{Action, Event, Note, Request, SlotId};
use crate::bus;
use crate::codes::Code;
use crate::defect::Defect;
use crate::grey::Grey;
use crate::place::{Direction, Place};
use crate::profile::{LoadBy, Mac2Policy};
use crate::refund;
use tunion_apdu::build::{self, Asked};
use tunion_data::command::{Balance, Proof, Transaction};
use tunion_data::file::{LOG_RECORDS, LogRecord, Sfi, TripType};
use tunion_data::host::LoadProof;
use tunion_data::upload::UploadRecord;

/// What a recovery is waiting for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Recovery {
    /// The balance, where that is to tell ([`Defect::BalanceCompareRecovery`]).
    Balance(SlotId),
    /// The answer to GET TRANSACTION PROVE.
    Proof(SlotId),
    /// The next log record.
    Log(SlotId, Search),
    /// The PSAM's judgement of the proved MAC2.
    Mac2(Search),
}

/// How far the card's log was read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Search {
    proof: Option<Proof>,
    /// The record that is being read, 1 the newest.
    number: u8,
    /// A later debit, or a later load of a load, was passed: the card has been used since.
    used_since: bool,
}

impl Search {
    /// The search that begins when the proof was given, or was not.
    const fn after(proof: Option<Proof>) -> Self {
        Self { proof, number: 1, used_since: false }
    }
}

impl Recovery {
    pub(super) const fn asks_card(self) -> bool {
        !matches!(self, Self::Mac2(..))
    }
}

impl Terminal<'_> {
    /// Asks what became of this card's last transaction here, if that is not known.
    pub(super) fn begin_recovery(&mut self, tap: &mut Tap) -> Option<Step> {
        if tap.request == Request::Enquire {
            return None;
        }
        let Grey { slot, record, .. } = self.grey.of(tap.facts.info.pan)?;
        let (slot, record) = (*slot, *record);
        if self.has(Defect::BalanceCompareRecovery) && !is_load(&record) {
            self.ask(tap, build::get_balance(Asked::Actual));
            return Some(Step::Recovering(Recovery::Balance(slot)));
        }
        Some(self.ask_proof(tap, slot, &record))
    }

    /// Asks for the proof, unless it would not be trusted any more.
    fn ask_proof(&mut self, tap: &mut Tap, slot: SlotId, record: &UploadRecord) -> Step {
        let trusted = self.setup.profile.recovery.proof_seconds;
        if trusted.is_some_and(|seconds| age(tap, record).is_none_or(|age| age > u64::from(seconds))) {
            return self.read_log_record(tap, slot, Search::after(None));
        }
        let transaction = Transaction::from_byte(record.transaction).unwrap_or(Transaction::Capp);
        self.send(tap, build::prove(transaction, record.card_seq));
        Step::Recovering(Recovery::Proof(slot))
    }

    /// The card did not answer: the tap ends. A grey record of it stays as it is.
    pub(super) fn card_gone(&mut self, tap: &mut Tap, step: Step) -> Turn {
        match step {
            Step::Securing(securing) => self.secure_gone(tap, &securing),
            Step::Paying(payment) if payment.asks_both() => {
                tap.gone = true;
                Ok(Some(Step::Paying(payment.without_card())))
            }
            Step::Recovering(Recovery::Proof(slot)) if self.has(Defect::RfFailureIsNotDone) => {
                Ok(Some(self.not_done(tap, slot)))
            }
            step => Err(self.gone(&step).into()),
        }
    }

    /// The card answered.
    pub(super) fn recover(&mut self, tap: &mut Tap, recovery: Recovery, answer: Answer<'_>) -> Turn {
        let (slot, search) = match recovery {
            Recovery::Proof(slot) => {
                let proof = answer.value::<Proof>(Code::ReadFailed).ok();
                return Ok(Some(self.read_log_record(tap, slot, Search::after(proof))));
            }
            Recovery::Balance(slot) => (slot, Search::after(None)),
            Recovery::Log(slot, search) => (slot, search),
            Recovery::Mac2(..) => return Ok(Some(Step::Recovering(recovery))),
        };
        let Some(grey) = self.grey.of(tap.facts.info.pan).cloned() else {
            return Ok(Some(self.read_on(tap)));
        };
        if matches!(recovery, Recovery::Balance(_)) {
            let smaller = answer.value::<Balance>(Code::ReadFailed)?.amount < grey.record.balance_before;
            let next =
                if smaller { self.ask_proof(tap, slot, &grey.record) } else { self.not_done(tap, slot) };
            return Ok(Some(next));
        }
        let Ok(log) = answer.value::<LogRecord>(Code::ReadFailed) else {
            return Ok(Some(self.undecided(tap, slot)));
        };
        let shown = shown(&log, &grey.record);
        match (shown, search.proof) {
            // The PSAM judges MAC2 when it has that purchase still open (Tianjin, terminal.md 4.2).
            (Shown::Ours, Some(proof)) if self.sam_open == Some(slot) && !is_load(&grey.record) => {
                self.sam_open = None;
                self.ask_sam(build::credit_sam(proof.mac2));
                Ok(Some(Step::Recovering(Recovery::Mac2(search))))
            }
            (Shown::Ours, _) => self.done(tap, &grey, search, None),
            (Shown::Anothers, _) => Ok(Some(self.not_done(tap, slot))),
            (Shown::Later | Shown::Apart, _) if search.number < LOG_RECORDS => {
                let used_since = search.used_since || matches!(shown, Shown::Later);
                let search = Search { number: search.number + 1, used_since, ..search };
                Ok(Some(self.read_log_record(tap, slot, search)))
            }
            _ => Ok(Some(self.undecided(tap, slot))),
        }
    }

    /// The PSAM answered. A card whose MAC2 it refuses is distrusted; what was debited stays debited.
    pub(super) fn recover_event(&mut self, tap: &mut Tap, recovery: Recovery, event: Event<'_>) -> Turn {
        let verdict = match event {
            Event::SamAnswer(bytes) => Verdict::of(bytes),
            Event::SamGone => Verdict::None,
            _ => return Ok(Some(Step::Recovering(recovery))),
        };
        let (Recovery::Mac2(search), Some(grey)) = (recovery, self.grey.of(tap.facts.info.pan).cloned())
        else {
            return Ok(Some(Step::Recovering(recovery)));
        };
        self.sam_suspect |= verdict == Verdict::None;
        if verdict == Verdict::Refused {
            self.distrust(tap.facts.info.pan);
        }
        self.done(tap, &grey, search, Some(verdict))
    }

    fn read_log_record(&mut self, tap: &mut Tap, slot: SlotId, search: Search) -> Step {
        self.ask(tap, build::read_record(Sfi::LOG, search.number, 0x17));
        Step::Recovering(Recovery::Log(slot, search))
    }

    /// It was not done: the tap goes on as any other.
    fn not_done(&mut self, tap: &mut Tap, slot: SlotId) -> Step {
        self.drop_grey(slot);
        tap.notes.push(Note::NotDone);
        self.read_on(tap)
    }

    /// The log does not tell: the tap goes on, and INIT's sequence does.
    fn undecided(&mut self, tap: &mut Tap, slot: SlotId) -> Step {
        tap.unproved = Some(slot);
        self.read_on(tap)
    }

    /// It was done. Without a proof the record stays grey, since its TAC is not known. If this tap is
    /// the same one again it is over; otherwise it goes on. A MAC2 that the PSAM refuses counts as in any
    /// tap; one that it does not judge or no longer has open does not keep the holder (our reading).
    fn done(&mut self, tap: &mut Tap, grey: &Grey, search: Search, mac2: Option<Verdict>) -> Turn {
        let mut record = grey.record;
        let load = is_load(&record);
        record.flags |= UploadRecord::RECOVERED;
        // A load's MAC2 is the host's, and no PSAM's affair.
        record.flags |= if load { 0 } else { mac2.unwrap_or(Verdict::None).flag() };
        if let Some(proof) = search.proof {
            record.tac = proof.tac;
            record.flags &= !UploadRecord::GREY;
            // What a SAM approved the host learns from the record.
            if load && self.setup.profile.load.by == LoadBy::Host {
                let (issuer, pan, seq) = (record.issuer, record.pan, record.card_seq.saturating_sub(1));
                self.actions.push_back(Action::Prove(LoadProof { issuer, pan, seq, proof }));
            }
        }
        let record = as_known(record);
        tap.notes.push(Note::Recovered { amount: record.amount, at: record.at, load });
        tap.charged += refund::paid(&record);
        let refused = mac2 == Some(Verdict::Refused) && self.setup.profile.mac2 == Mac2Policy::BeforeDecision;
        let same = !refused && !search.used_since && self.is_same_tap(tap, &record);
        if !same {
            self.settle(grey.slot, record);
        }
        if let Some(turn) = self.go_on_giving_back(tap, &record, search.used_since, mac2) {
            return turn;
        }
        if refused {
            return Err(Code::Mac2.into());
        }
        if !same {
            return if tap.gone { Err(Code::ReadFailed.into()) } else { Ok(Some(self.read_on(tap))) };
        }
        tap.list = [record.list, record.surcharge].into_iter().find(|told| !told.is_zero());
        tap.quote = grey.quote;
        tap.facts.actual = record.balance_after;
        tap.facts.management.card_type = record.card_type;
        // A load since then is in the log, but not in what we know.
        tap.balance_known = search.number == 1;
        self.settle_when_told(tap, grey.slot, record, None);
        if load {
            return Ok(self.loaded(tap));
        }
        self.accept(tap);
        Ok(None)
    }

    /// Whether the holder taps once more for what the record already did: soon, in the same place, for
    /// the same thing. A settled old trip is only half of its tap. A load's time is the host's, whose
    /// clock may be ahead. On a bus the same place is the same stop: our reading.
    fn is_same_tap(&self, tap: &Tap, record: &UploadRecord) -> bool {
        let soon = age(tap, record).is_some_and(|age| age <= u64::from(self.setup.profile.retap_seconds));
        let did = TripType::from_byte(record.trip_type);
        let same = match (self.setup.place, tap.request) {
            (Place::Rail(gate), _) => {
                did == Some(match gate.direction {
                    Direction::Entry => TripType::Entry,
                    Direction::Exit => TripType::Exit,
                })
            }
            (Place::Bus(reader), _) => {
                let here = self.setup.fares.tariff().and_then(|tariff| bus::here(tariff, reader));
                did != Some(TripType::Cover)
                    && here.is_some_and(|here| (here.line, here.station) == (record.line, record.station))
            }
            (Place::TopUp, Request::Load(amount)) | (Place::Pos, Request::Buy(amount)) => {
                amount == record.amount
            }
            (Place::Office(_), Request::Settle(_)) => did == Some(TripType::Cover),
            (Place::TopUp | Place::Enquiry(_) | Place::Office(_) | Place::Pos, _) => false,
        };
        soon && same
    }
}

/// The seconds between a record and a tap.
fn age(tap: &Tap, record: &UploadRecord) -> Option<u64> {
    record.at.datetime().map(|then| tap.at.duration_since(then).as_secs().unsigned_abs())
}

const fn is_load(record: &UploadRecord) -> bool {
    record.transaction == Transaction::Load as u8
}

/// What a log record shows of a transaction.
#[derive(Clone, Copy)]
enum Shown {
    /// It is the transaction.
    Ours,
    /// Its sequence was taken by another terminal's.
    Anothers,
    /// It came after.
    Later,
    /// It counts apart: loads and purchases have a sequence each (`docs/spec/card.md` 2.4).
    Apart,
    /// It came before, or there is none.
    Earlier,
}

fn shown(log: &LogRecord, record: &UploadRecord) -> Shown {
    if *log == LogRecord::default() {
        return Shown::Earlier;
    }
    if (log.transaction == Transaction::Load as u8) != is_load(record) {
        return Shown::Apart;
    }
    match log.seq.cmp(&record.card_seq) {
        core::cmp::Ordering::Less => Shown::Earlier,
        core::cmp::Ordering::Greater => Shown::Later,
        core::cmp::Ordering::Equal => {
            let ours = (log.transaction, log.terminal, log.amount, (log.date, log.time))
                == (record.transaction, record.terminal, record.amount, record.at.split());
            if ours { Shown::Ours } else { Shown::Anothers }
        }
    }
}
