//! Carrying out what a terminal wants done, whatever goes wrong in between.

use super::outing::Call;
use super::standing::Standing;
use super::trouble::Trouble;
use crate::device::Device;
use crate::link::{Pull, garbled};
use crate::random::Stream;
use std::collections::{BTreeMap, VecDeque};
use tunion_apdu::{self as apdu, Command, Name, Response, table};
use tunion_card::{Card, Chip};
use tunion_data::civil::DateTime;
use tunion_data::command::DebitAnswer;
use tunion_data::file::Sfi;
use tunion_data::host::LoadAnswer;
use tunion_data::upload::UploadRecord;
use tunion_data::{Pan, TerminalId};
use tunion_files::terminal::TerminalFile;
use tunion_issuer::account::Account;
use tunion_issuer::load::LoadHost;
use tunion_terminal::{Action, Charge, Decision, Event, Place, Request};

/// The issuer's host, with its accounts in memory.
pub(super) type Host = LoadHost<BTreeMap<Pan, Account>>;

/// What became of a record.
#[derive(Clone, Copy, Debug)]
pub(super) enum Happened {
    /// It is kept, grey: the debit or load is about to be sent.
    Kept(UploadRecord),
    /// It was uploaded.
    Uploaded(UploadRecord),
    /// The record of this number was given up: what it is of was not done.
    GivenUp(u32),
}

/// How a tap ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum End {
    /// The terminal is ready for the next card.
    Ready,
    /// It lost its power, and with it what it knew of this tap.
    PowerLost,
    /// It is still waiting: a mistake of the terminal.
    Stuck,
}

/// What a tap came to.
pub(super) struct Came {
    pub(super) decision: Option<Decision>,
    pub(super) end: End,
    /// Whether the trouble came about.
    pub(super) met: bool,
    pub(super) happened: Vec<Happened>,
    serials: Vec<u32>,
    sent: Vec<Vec<u8>>,
    /// What the host said when it was told of a load, if it was no yes.
    pub(super) host_refused: Option<String>,
}

/// A tap, for whoever looks on.
#[derive(Clone, Copy, Debug)]
pub struct Looked<'a> {
    /// The terminal's profile.
    pub file: &'a TerminalFile,
    /// Its number.
    pub number: TerminalId,
    /// Where it was.
    pub place: Place,
    /// What the holder wanted.
    pub request: Request,
    /// The fare that its controller names, if it has one.
    pub charge: Charge,
    /// When.
    pub at: DateTime,
    /// What the terminal decided; none that it lost with its power.
    pub decision: Option<&'a Decision>,
    /// The PSAM's sequences of the DEBITs that were sent, in order.
    pub serials: &'a [u32],
    /// The records of 1A that were sent to the card, in order.
    pub industry: &'a [Vec<u8>],
}

impl Came {
    /// This tap, as an onlooker sees it.
    pub(super) fn looked<'a>(&'a self, standing: &'a Standing<'_>, call: Call, at: DateTime) -> Looked<'a> {
        Looked {
            file: standing.file,
            number: standing.device.number,
            place: call.place,
            request: call.request,
            charge: call.charge,
            at,
            decision: self.decision.as_ref().filter(|_| self.end == End::Ready),
            serials: &self.serials,
            industry: &self.sent,
        }
    }
}

impl Standing<'_> {
    /// Holds a card to the terminal until the terminal is done with it.
    pub(super) fn tap(
        &mut self,
        card: &mut Card<Stream>,
        host: &mut Host,
        at: DateTime,
        call: Call,
        trouble: Option<Trouble>,
    ) -> Came {
        let mut tap =
            Tap { card, host, trouble, commands: 0, sam_commands: 0, done: false, came: Came::blank() };
        let mut actions = 0;
        let mut queue = VecDeque::new();
        let mut response = Response::new();
        self.device.terminal.set_place(call.place);
        self.device.terminal.step_onto(at, Event::Card(call.request), &mut queue);
        while let Some(action) = queue.pop_front() {
            if trouble == Some(Trouble::PowerLost(actions)) {
                tap.came.met = true;
                tap.came.end = End::PowerLost;
                break;
            }
            if trouble == Some(Trouble::Leaves(actions)) && !matches!(action, Action::SendCard(_)) {
                tap.came.met = true;
                tap.card.power_off();
                self.device.terminal.step_onto(at, Event::CardGone, &mut queue);
            }
            actions += 1;
            let answered: LoadAnswer;
            let event = match action {
                Action::SendCard(command) => tap.ask_card(&command, &mut response),
                Action::SendSam(command) => tap.ask_sam(&mut self.device, &command, &mut response),
                Action::SendHost(_) if tap.meets(Trouble::HostSilent) => Event::HostGone,
                Action::SendHost(request) => {
                    let Ok(answer) = tap.host.approve(&request);
                    answered = answer;
                    if tap.meets(Trouble::HostLost) { Event::HostGone } else { Event::HostAnswer(&answered) }
                }
                Action::AskFare(_) => Event::Fare(call.charge),
                Action::Persist(slot, _) if tap.meets(Trouble::StoreFails) => Event::StoreFailed(slot),
                Action::Persist(slot, bytes) => {
                    tap.came.happened.push(self.store(slot, bytes));
                    Event::Persisted(slot)
                }
                other => {
                    tap.learn(&other);
                    self.keep(other, &mut tap.came.happened);
                    continue;
                }
            };
            self.device.terminal.step_onto(at, event, &mut queue);
        }
        let Tap { card, done, mut came, .. } = tap;
        card.set_cut(None);
        card.power_off();
        match came.end {
            End::PowerLost => self.restart(at, &mut came.happened),
            _ if done && self.device.terminal.is_ready() => {}
            _ => came.end = End::Stuck,
        }
        came
    }
}

impl Came {
    const fn blank() -> Self {
        Self {
            decision: None,
            end: End::Ready,
            met: false,
            happened: Vec::new(),
            serials: Vec::new(),
            sent: Vec::new(),
            host_refused: None,
        }
    }
}

/// Changes MAC2 in the answer to DEBIT; whether it is there.
fn forge(response: &mut Response) -> bool {
    let Ok(DebitAnswer { tac, mac2: [first, others @ ..] }) = DebitAnswer::try_from(response.data()) else {
        return false;
    };
    let [one, two, three] = others;
    let answer = DebitAnswer { tac, mac2: [first ^ 0x01, one, two, three] }.encode();
    let sw = response.sw();
    response.clear();
    let pushed = response.push(&answer).is_ok();
    response.finish(sw);
    pushed
}

/// A tap under way.
struct Tap<'a> {
    card: &'a mut Card<Stream>,
    host: &'a mut Host,
    trouble: Option<Trouble>,
    commands: u32,
    sam_commands: u32,
    done: bool,
    came: Came,
}

impl Tap<'_> {
    /// Whether this is the trouble, here and now.
    fn meets(&mut self, trouble: Trouble) -> bool {
        let here = self.trouble == Some(trouble);
        self.came.met |= here;
        here
    }

    fn ask_card<'r>(&mut self, command: &[u8], response: &'r mut Response) -> Event<'r> {
        let name = self.note(command);
        let number = self.commands;
        self.commands += 1;
        let pull = match self.trouble {
            Some(Trouble::Pulled { command, pull }) if command == number => Some(pull),
            _ => None,
        };
        self.came.met |= pull.is_some();
        let changed = if pull == Some(Pull::Garbled) { &garbled(command)[..] } else { command };
        match pull {
            Some(Pull::Before) => self.card.power_off(),
            Some(Pull::During(cut)) => self.card.set_cut(Some(cut)),
            Some(Pull::After | Pull::Garbled) | None => {}
        }
        let answered = self.card.process(changed, response).is_ok();
        let gone = pull.is_some_and(|pull| pull != Pull::Garbled);
        if gone {
            self.card.power_off();
        }
        if !answered || gone {
            return Event::CardGone;
        }
        if name == Some(Name::DebitForPurchase) && self.trouble == Some(Trouble::Forged) && forge(response) {
            self.trouble = None;
            self.came.met = true;
        }
        Event::CardAnswer(response.bytes())
    }

    fn ask_sam<'r>(
        &mut self,
        device: &mut Device<'_>,
        command: &[u8],
        response: &'r mut Response,
    ) -> Event<'r> {
        let number = self.sam_commands;
        self.sam_commands += 1;
        if self.meets(Trouble::SamSilent(number)) {
            return Event::SamGone;
        }
        let answered = device.psam.process(command, response).is_ok();
        if answered && !self.meets(Trouble::SamLost(number)) {
            Event::SamAnswer(response.bytes())
        } else {
            Event::SamGone
        }
    }

    /// The command's name. What of it an onlooker is told is written down.
    fn note(&mut self, command: &[u8]) -> Option<Name> {
        let parsed = Command::parse(command).ok()?;
        let name = table::find(apdu::Device::Card, &parsed).ok()?.name;
        match name {
            Name::DebitForPurchase => {
                self.came.serials.extend(parsed.data.first_chunk().map(|serial| u32::from_be_bytes(*serial)));
            }
            Name::UpdateCappDataCache if parsed.p2 >> 3 == Sfi::INDUSTRY.0 => {
                self.came.sent.push(parsed.data.to_vec());
            }
            _ => {}
        }
        Some(name)
    }

    /// What of an action belongs to this tap alone.
    fn learn(&mut self, action: &Action) {
        let refused = match action {
            Action::Decide(decision) => {
                self.came.decision = Some((**decision).clone());
                return;
            }
            Action::Done => {
                self.done = true;
                return;
            }
            Action::Confirm(confirmation) => {
                let Ok(outcome) = self.host.confirm(confirmation);
                outcome.err()
            }
            Action::Prove(proof) => {
                let Ok(outcome) = self.host.prove(proof);
                outcome.err()
            }
            _ => return,
        };
        self.came.host_refused = self.came.host_refused.take().or(refused.map(|refusal| refusal.to_string()));
    }
}
