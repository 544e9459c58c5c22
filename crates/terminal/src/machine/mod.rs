//! The machine: which command follows which, and what each answer means.

mod ask_back;
mod bring_up;
mod decide;
mod enquire;
mod extend;
mod give_back;
mod keep;
mod load;
mod lock;
mod pay;
mod read;
mod recover;
mod sam_link;
mod sam_load;
mod secure;
mod select;
mod sign_on;
mod tap;

use crate::action::{Action, Event, Request, SlotId};
use crate::checks::BlackList;
use crate::codes::{Code, Gate};
use crate::defect::Defect;
use crate::grey::GreyStore;
use crate::place::{Fares, Place};
use crate::profile::Profile;
use crate::recent::Recent;
use crate::sam::Sam;
use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::vec::Vec;
use bring_up::BringUp;
use sam_link::SamLink;
use sign_on::SigningOn;
use tap::{Answer, Refusal, Step, Tap, Turn};
use tunion_apdu::CommandBuf;
use tunion_data::Pan;
use tunion_data::civil::DateTime;
use tunion_data::upload::UploadRecord;

/// What a terminal is made of: all of it is data, and none of it changes during a tap.
#[derive(Clone, Copy, Debug)]
pub struct Setup<'t> {
    /// The rules of city and operator.
    pub profile: &'t Profile,
    /// Where the terminal stands.
    pub place: Place,
    /// Who makes the fare.
    pub fares: Fares<'t>,
    /// Cards that may not be used.
    pub black_list: &'t BlackList,
}

/// A terminal as a state machine.
#[derive(Clone, Debug)]
pub struct Terminal<'t> {
    setup: Setup<'t>,
    sam: Sam,
    sam_link: SamLink,
    /// The time of the event that is dealt with.
    now: DateTime,
    /// The day ended during a tap.
    flush_wanted: bool,
    /// The PSAM failed in a way that a reset may cure.
    sam_suspect: bool,
    stage: Stage,
    grey: GreyStore,
    /// The number of the next record.
    next_record: u32,
    /// The grey record whose purchase the PSAM still has open: it can judge that MAC2.
    sam_open: Option<SlotId>,
    /// Cards whose MAC2 failed at their last tap here, oldest first.
    distrusted: Vec<Pan>,
    /// The latest rides that were begun here.
    recent: Recent,
    /// What is wanted, until it is handed over.
    actions: VecDeque<Action>,
}

#[derive(Clone, Debug)]
enum Stage {
    /// Not switched on, or the PSAM failed.
    Off,
    /// Reading the PSAM's files.
    Starting(BringUp),
    /// Getting the load SAM a quota.
    SigningOn(BringUp, SigningOn),
    /// Waiting for a card.
    Ready,
    /// A card is in the field.
    Tapping(Box<Tap>, Step),
}

impl<'t> Terminal<'t> {
    /// A terminal that is switched off.
    #[must_use]
    pub fn new(setup: Setup<'t>) -> Self {
        Self::restored(setup, &[], 1)
    }

    /// A terminal that is switched off and whose store holds these records, without those whose number
    /// ([`UploadRecord::local_seq`]) was emitted already. `next_record` is the
    /// number of its next record: one more than the highest that was persisted or emitted.
    #[must_use]
    pub fn restored(setup: Setup<'t>, grey: &[(SlotId, [u8; UploadRecord::LEN])], next_record: u32) -> Self {
        Self {
            setup,
            sam: Sam::default(),
            sam_link: SamLink::default(),
            now: DateTime::default(),
            flush_wanted: false,
            sam_suspect: false,
            stage: Stage::Off,
            grey: GreyStore::restored(grey),
            next_record,
            sam_open: None,
            distrusted: Vec::new(),
            recent: Recent::default(),
            actions: VecDeque::new(),
        }
    }

    /// Tells the terminal what happened at `now` and takes what it wants done, in this order. An
    /// event that it does not wait for is ignored: an answer to nothing, a card while another is
    /// served, a request that this kind of terminal does not serve.
    pub fn step(&mut self, now: DateTime, event: Event<'_>) -> Vec<Action> {
        let mut queue = VecDeque::new();
        self.step_onto(now, event, &mut queue);
        queue.into()
    }

    /// As [`step`](Self::step), for who has a queue of actions: what the terminal wants is put behind what
    /// is there, and nothing is allocated for it once the queue has room.
    pub fn step_onto(&mut self, now: DateTime, event: Event<'_>, queue: &mut VecDeque<Action>) {
        core::mem::swap(&mut self.actions, queue);
        self.happened(now, event);
        core::mem::swap(&mut self.actions, queue);
    }

    fn happened(&mut self, now: DateTime, event: Event<'_>) {
        self.now = now;
        if self.fetches(event) {
            return;
        }
        match (core::mem::replace(&mut self.stage, Stage::Ready), event) {
            (stage @ Stage::Tapping(..), Event::Flush) => {
                self.flush_wanted = true;
                self.stage = stage;
            }
            (Stage::Tapping(tap, step), event) => self.tap(tap, step, event),
            (_, Event::Started) => {
                self.powered_on();
                self.stage = self.start();
            }
            (stage, Event::Flush) => {
                self.flush();
                self.stage = stage;
            }
            (Stage::Starting(bring_up), Event::SamAnswer(bytes)) => {
                self.stage = self.bring_up(bring_up, bytes);
            }
            (Stage::Starting(bring_up), Event::SamGone) => self.stage = self.start_again(bring_up),
            (Stage::SigningOn(bring_up, at), event) => {
                self.stage = self.start_signing_on(bring_up, at, event);
            }
            (Stage::Ready, Event::Card(request)) if self.serves(request) => self.begin(now, request),
            (Stage::Ready, Event::Cards) => self.refuse_all(now),
            (stage, _) => self.stage = stage,
        }
    }

    /// Moves a terminal, as a bus reader is moved from stop to stop. One that is serving a card stays
    /// where it is.
    pub fn set_place(&mut self, place: Place) {
        if !matches!(self.stage, Stage::Tapping(..)) {
            self.setup.place = place;
        }
    }

    /// Whether a card may be presented.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        matches!(self.stage, Stage::Ready)
    }

    /// Whether the profile has this defect.
    fn has(&self, defect: Defect) -> bool {
        self.setup.profile.defects.has(defect)
    }

    fn serves(&self, request: Request) -> bool {
        match request {
            Request::Ride => matches!(self.setup.place, Place::Rail(_) | Place::Bus(_)),
            Request::Load(_) => self.setup.place == Place::TopUp,
            Request::Enquire => matches!(self.setup.place, Place::Enquiry(_) | Place::Office(_)),
            Request::Settle(_) | Request::Refund | Request::Lock => {
                matches!(self.setup.place, Place::Office(_))
            }
            Request::Buy(_) => self.setup.place == Place::Pos,
        }
    }

    /// More than one card: none of them is spoken to.
    fn refuse_all(&mut self, now: DateTime) {
        let tap = Tap::new(now, Request::Enquire);
        self.decide(&tap, Gate::Closed, Code::ManyCards);
        self.actions.push_back(Action::Done);
    }

    fn begin(&mut self, now: DateTime, request: Request) {
        let mut tap = Box::new(Tap::new(now, request));
        let step = self.select(&mut tap);
        self.stage = Stage::Tapping(tap, step);
    }

    fn tap(&mut self, mut tap: Box<Tap>, step: Step, event: Event<'_>) {
        match self.turn(&mut tap, step, event) {
            Ok(Some(step)) => {
                self.stage = Stage::Tapping(tap, step);
                return;
            }
            Ok(None) => {}
            Err(Refusal { code, note }) => {
                tap.notes.extend(note);
                self.decide(&tap, Gate::Closed, code);
            }
        }
        self.settle_told(&mut tap);
        if core::mem::take(&mut self.flush_wanted) {
            self.flush();
        }
        self.actions.push_back(Action::Done);
        if self.sam_suspect {
            self.stage = self.start();
        }
    }

    fn turn(&mut self, tap: &mut Tap, step: Step, event: Event<'_>) -> Turn {
        match event {
            Event::CardAnswer(bytes) if step.asks_card() => self.card_answered(tap, step, bytes),
            Event::CardGone if step.asks_card() => self.card_gone(tap, step),
            Event::CardGone => {
                tap.gone = true;
                Ok(Some(step))
            }
            event => match step {
                Step::Fare => match event {
                    Event::Fare(_) if tap.gone => Err(Code::ReadFailed.into()),
                    Event::Fare(charge) => self.ride(tap, Some(charge)),
                    _ => Ok(Some(Step::Fare)),
                },
                Step::Paying(payment) => self.pay_event(tap, payment, event),
                Step::Loading(loading) => self.load_event(tap, *loading, event),
                Step::Recovering(recovery) => self.recover_event(tap, recovery, event),
                Step::Securing(securing) => self.secure_event(tap, *securing, event),
                step => Ok(Some(step)),
            },
        }
    }

    fn card_answered(&mut self, tap: &mut Tap, step: Step, bytes: &[u8]) -> Turn {
        // Too short to be an answer: as if none had come.
        let Some(answer) = Answer::of(bytes) else { return self.turn(tap, step, Event::CardGone) };
        // A read whose Le the card corrects is sent once more (docs/spec/terminal.md 1.0).
        if let ([0x6C, length], Some(mut command)) = (answer.sw.0.to_be_bytes(), tap.retry.take()) {
            if let Some(le) = command.last_mut() {
                *le = length;
            }
            self.actions.push_back(Action::SendCard(command));
            return Ok(Some(step));
        }
        match step {
            Step::Directory => self.directory(tap, answer),
            Step::Application => self.selected(tap, answer),
            Step::Reading(reading) => self.read(tap, reading, answer),
            Step::Recovering(recovery) => self.recover(tap, recovery, answer),
            Step::Paying(payment) => self.pay(tap, payment, answer),
            Step::Loading(loading) => self.load(tap, *loading, answer),
            Step::Securing(securing) => self.secure_answer(tap, *securing, answer),
            Step::Fare => Ok(Some(Step::Fare)),
        }
    }

    /// Wants something done, after what is wanted already.
    fn want(&mut self, action: Action) {
        self.actions.push_back(action);
    }

    /// Sends the card a command that reads, to be tried again when the card corrects its Le.
    fn ask(&mut self, tap: &mut Tap, command: CommandBuf) {
        tap.retry = Some(command.clone());
        self.actions.push_back(Action::SendCard(command));
    }

    /// Sends the card a command that is never sent twice.
    fn send(&mut self, tap: &mut Tap, command: CommandBuf) {
        tap.retry = None;
        self.actions.push_back(Action::SendCard(command));
    }
}
