//! What the terminal wanted done, in order, as steps.

use super::book::{Book, Macs};
use super::meaning::{Shape, Words};
use super::own::Judged;
use super::parties::Parties;
use super::value::{Exchange, Field, Plan, Record, Step, Sum};
use crate::audit;
use crate::journal::Happened;
use crate::report::FLAGS;
use crate::trace;
use tunion_apdu::{Name, Sw};
use tunion_data::Fen;
use tunion_data::command::InitRequest;
use tunion_data::host::{
    LoadAnswer, LoadConfirmation, LoadProof, LoadRefusal, LoadRequest, SignOn, SignOnAnswer, SignOnRequest,
};
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_files::layout::Layout;
use tunion_files::scenario::Act;
use tunion_terminal::{Action, Charge, Code, Decision, Direction, FareQuestion, Gate, Place};

/// Tells one tap.
pub(super) struct Teller<'t> {
    pub(super) parties: &'t Parties<'t>,
    pub(super) judged: Judged<'t>,
    pub(super) act: Act,
    pub(super) decision: Option<&'t Decision>,
    /// The exchanges of the tap as they went over the links.
    pub(super) shown: &'t [trace::Exchange],
}

impl Teller<'_> {
    /// The steps; `exchanges` are those of the tap, taken apart.
    pub(super) fn steps(&self, happened: &[Happened], exchanges: Vec<Exchange>) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut exchanges = exchanges.into_iter().zip(self.shown);
        let (mut judged, mut last) = (false, None);
        for (number, one) in happened.iter().enumerate() {
            let Happened::Wanted(action) = one else { continue };
            // What the host or the controller answered stands behind what it was asked.
            let answer = happened.get(number + 1);
            match &**action {
                Action::SendCard(_) | Action::SendSam(_) => {
                    let Some((exchange, shown)) = exchanges.next() else { continue };
                    if begins(shown) {
                        steps.extend((!judged).then(|| self.checks(None)).flatten());
                        judged = true;
                        steps.push(Step::Plan(self.plan(shown, happened.get(number..).unwrap_or_default())));
                    }
                    last = Some(shown);
                    steps.push(Step::Exchange(Box::new(exchange)));
                }
                Action::ResetSam => steps.push(Step::Reset),
                Action::SendHost(request) => {
                    if let Some(Happened::HostAnswered(answer)) = answer {
                        steps.push(exchange(self.load(request, answer)));
                    }
                }
                Action::SignOn(request) => {
                    if let Some(Happened::SignedOn(answer)) = answer {
                        steps.push(exchange(sign_on(request, answer)));
                    }
                }
                Action::Confirm(confirmation) => {
                    if let Some(Happened::HostBooked(outcome)) = answer {
                        steps.push(exchange(confirm(confirmation, *outcome)));
                    }
                }
                Action::Prove(proof) => {
                    if let Some(Happened::HostBooked(outcome)) = answer {
                        steps.push(exchange(prove(proof, *outcome)));
                    }
                }
                Action::AskFare(question) => {
                    steps.extend((!judged).then(|| self.checks(None)).flatten());
                    judged = true;
                    if let Some(Happened::ControllerNamed(charge)) = answer {
                        steps.push(exchange(self.fare(question, *charge)));
                    }
                }
                Action::Persist(slot, bytes) => {
                    steps.push(Step::Persist { slot: slot.0, fields: self.record_fields(bytes) });
                }
                Action::Forget(slot) => steps.push(Step::Forget { slot: slot.0 }),
                Action::Decide(decision) => {
                    if !judged && refuses_after_reading(decision, last) {
                        steps.extend(self.checks(Some(decision.code)));
                        judged = true;
                    }
                    steps.push(Step::Decision(Box::new(self.words().outcome(decision, self.act))));
                }
                Action::Emit(record) => steps.push(Step::Record(self.record(record))),
                Action::Show(enquiry) => steps.push(Step::Show {
                    balance_fen: enquiry.balance.get(),
                    log: enquiry.log.len(),
                    trips: enquiry.trips.len(),
                }),
                Action::Done => {}
            }
        }
        steps
    }

    fn words(&self) -> Words<'_> {
        self.judged.words
    }

    fn checks(&self, refused: Option<Code>) -> Option<Step> {
        let checks = self.judged.checks(refused);
        (!checks.is_empty()).then_some(Step::Checks { checks })
    }

    /// What INITIALIZE begins. What it is of, the grey record says that is kept before its end; without one the
    /// terminal's place does.
    fn plan(&self, init: &trace::Exchange, rest: &[Happened]) -> Plan {
        let amount = init.spec().and_then(|(command, _)| InitRequest::try_from(command.data).ok());
        let amount = amount.map_or(Fen::ZERO, |request| request.amount);
        let wanted = rest.iter().skip(1).filter_map(|one| match one {
            Happened::Wanted(action) => Some(&**action),
            _ => None,
        });
        let again = |action: &&Action| matches!(action, Action::SendCard(command) if command.starts_with(&[0x80, 0x50]));
        let record = wanted.take_while(|action| !again(action)).find_map(|action| match action {
            Action::Persist(_, bytes) => Some(UploadRecord::decode(bytes)),
            _ => None,
        });
        let kind = record.and_then(|record| RecordKind::from_byte(record.kind)).map(RecordKind::name);
        let what = kind.unwrap_or(match self.judged.place {
            Place::Rail(gate) if gate.direction == Direction::Entry => "entry",
            Place::Rail(_) => "exit",
            Place::TopUp => "load",
            _ => "debit",
        });
        let quote = self.decision.and_then(|decision| decision.quote.as_ref());
        let plan = self.words().plan(what.to_owned(), amount, quote);
        let list = record.map(|record| record.list).filter(|list| !list.is_zero()).map(Fen::get);
        Plan { list_fen: plan.list_fen.or(list), ..plan }
    }

    fn record(&self, record: &UploadRecord) -> Record {
        let has_tac = RecordKind::from_byte(record.kind).is_none_or(RecordKind::has_tac);
        let judged = has_tac && record.tac != [0xFF; 4];
        Record {
            flags: FLAGS.iter().filter(|(flag, _)| record.has(*flag)).map(|(_, name)| *name).collect(),
            fields: self.record_fields(&record.encode()),
            tac_right: judged.then(|| audit::tac_holds(record, self.parties.issuer)),
        }
    }

    fn record_fields(&self, bytes: &[u8; UploadRecord::LEN]) -> Vec<Field> {
        self.words().fields(&Layout::upload(), Shape::Upload, bytes, None)
    }

    /// The host is asked for a load.
    fn load(&self, request: &LoadRequest, answer: &LoadAnswer) -> Exchange {
        let LoadRequest { issuer, pan, terminal, key_index, amount, init, at } = *request;
        let Macs { checked, made } = Book::host(self.parties, request, answer);
        let asked = vec![
            Field::said("issuer", &issuer),
            Field::said("pan", &pan),
            Field::said("terminal", &terminal),
            Field::said("key-index", &key_index),
            Field::said("amount", &amount),
            Field::said("balance", &init.balance),
            Field::said("seq", &init.seq),
            Field::said("key-version", &init.key_version),
            Field::said("random", &trace::hex(&init.random)),
            Field::said("mac1", &trace::hex(&init.mac1)),
            Field::said("at", &at.to_string().replace('T', " ")),
        ];
        let (says, reply) = match answer {
            Ok(approval) => (
                "approved".to_owned(),
                vec![
                    Field::said("date", &approval.date),
                    Field::said("time", &approval.time),
                    Field::said("mac2", &trace::hex(&approval.mac2)),
                ],
            ),
            Err(refusal) => (format!("refused: {refusal}"), Vec::new()),
        };
        Exchange { reply, checked, made, ..said("host", "load", asked, says) }
    }

    /// The controller is asked for a fare.
    fn fare(&self, question: &FareQuestion, Charge { list, charged }: Charge) -> Exchange {
        let FareQuestion { entry_line, entry_station, entered, card_type } = *question;
        let station = self.words().station(entry_station).unwrap_or_else(|| entry_station.to_string());
        let asked = vec![
            Field::said("entry-line", &entry_line),
            Field::said("entry-station", &station),
            Field::said("entered", &entered),
            Field::said("card-type", &card_type),
        ];
        let reply = vec![Field::said("list", &list), Field::said("charged", &charged)];
        Exchange { reply, ..said("controller", "fare", asked, "named".to_owned()) }
    }
}

/// Whether an exchange begins a transaction.
fn begins(exchange: &trace::Exchange) -> bool {
    matches!(
        exchange.name(),
        Some(Name::InitForCappPurchase | Name::InitForPurchase | Name::InitForLoad | Name::InitForUnload)
    )
}

/// Whether a card is refused by what was read of it: the balance is read last.
fn refuses_after_reading(decision: &Decision, last: Option<&trace::Exchange>) -> bool {
    let read = last.is_some_and(|last| last.name() == Some(Name::GetBalance) && last.sw() == Some(Sw::OK));
    // A card of the black list is locked before it is refused.
    let locked = decision.code == Code::BlackListed;
    (read || locked) && decision.gate == Gate::Closed && decision.code != Code::ReadFailed
}

fn exchange(exchange: Exchange) -> Step {
    Step::Exchange(Box::new(exchange))
}

/// A question to somebody who is no card: values, since how they travel is not public.
fn said(to: &'static str, title: &str, request: Vec<Field>, says: String) -> Exchange {
    Exchange {
        to,
        title: title.to_owned(),
        about: String::new(),
        command: None,
        request,
        answer: None,
        sw: None,
        says,
        why: None,
        objects: Vec::new(),
        reply: Vec::new(),
        checked: Vec::new(),
        made: Vec::new(),
        work: Sum::default(),
    }
}

fn booked(outcome: Result<(), LoadRefusal>) -> String {
    outcome.map_or_else(|refusal| format!("refused: {refusal}"), |()| "booked".to_owned())
}

/// The host is asked to sign the load SAM on.
fn sign_on(request: &SignOnRequest, answer: &SignOnAnswer) -> Exchange {
    let SignOnRequest { serial, terminal, challenge, at } = *request;
    let asked = vec![
        Field::said("serial", &trace::hex(&serial.encode())),
        Field::said("terminal", &terminal),
        Field::said("challenge", &trace::hex(&challenge)),
        Field::said("at", &at.to_string().replace('T', " ")),
    ];
    match answer {
        Ok(SignOn { authenticator, quota, expiry, batch, settled }) => {
            let reply = vec![
                Field::said("authenticator", &trace::hex(authenticator)),
                Field::said("quota", quota),
                Field::said("expiry", expiry),
                Field::said("batch", batch),
                Field::said("settled", settled),
            ];
            Exchange { reply, ..said("host", "sign-on of a load SAM", asked, "signed on".to_owned()) }
        }
        Err(refusal) => said("host", "sign-on of a load SAM", asked, format!("refused: {refusal}")),
    }
}

/// The host is told that a load was done.
fn confirm(confirmation: &LoadConfirmation, outcome: Result<(), LoadRefusal>) -> Exchange {
    let LoadConfirmation { issuer, pan, seq, tac } = *confirmation;
    let asked = vec![
        Field::said("issuer", &issuer),
        Field::said("pan", &pan),
        Field::said("seq", &seq),
        Field::said("tac", &trace::hex(&tac)),
    ];
    let Macs { checked, made } = Book::booked(None, tac, outcome);
    Exchange { checked, made, ..said("host", "confirmation of a load", asked, booked(outcome)) }
}

/// The host is given the proof of a load whose answer was lost.
fn prove(proof: &LoadProof, outcome: Result<(), LoadRefusal>) -> Exchange {
    let LoadProof { issuer, pan, seq, proof } = *proof;
    let asked = vec![
        Field::said("issuer", &issuer),
        Field::said("pan", &pan),
        Field::said("seq", &seq),
        Field::said("mac2", &trace::hex(&proof.mac2)),
        Field::said("tac", &trace::hex(&proof.tac)),
    ];
    let Macs { checked, made } = Book::booked(Some(proof.mac2), proof.tac, outcome);
    Exchange { checked, made, ..said("host", "proof of a load", asked, booked(outcome)) }
}
