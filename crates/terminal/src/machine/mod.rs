//! The machine: which command follows which, and what each answer means.

mod bring_up;
mod enquire;
mod load;
mod pay;
mod read;
mod recover;

use crate::action::{Action, Decision, Event, Note, Request, SlotId};
use crate::checks::BlackList;
use crate::codes::{Code, Gate, Prompt};
use crate::facts::Facts;
use crate::grey::GreyStore;
use crate::place::{Fares, Place};
use crate::plan::Plan;
use crate::profile::Profile;
use crate::sam::Sam;
use alloc::boxed::Box;
use alloc::vec::Vec;
use bring_up::BringUp;
use enquire::Reading;
use load::Loading;
use pay::Payment;
use recover::Recovery;
use tunion_apdu::{CommandBuf, Sw};
use tunion_data::civil::DateTime;
use tunion_data::command::Transaction;
use tunion_data::file::CardType;
use tunion_data::upload::UploadRecord;
use tunion_data::{Fen, Pan};
use tunion_fare::Quote;

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
    /// The PSAM failed in a way that a reset may cure.
    sam_suspect: bool,
    stage: Stage,
    grey: GreyStore,
    /// Cards whose MAC2 failed at their last tap here, oldest first.
    distrusted: Vec<Pan>,
    actions: Vec<Action>,
}

/// Cards that are remembered after their MAC2 failed; the oldest is forgotten first.
const DISTRUSTED: usize = 32;

#[derive(Clone, Debug)]
enum Stage {
    /// Not switched on, or the PSAM failed.
    Off,
    /// Reading the PSAM's files.
    Starting(BringUp),
    /// Waiting for a card.
    Ready,
    /// A card is in the field.
    Tapping(Box<Tap>, Step),
}

/// A card's stay in the field.
#[derive(Clone, Debug)]
struct Tap {
    /// The time of the tap: every record and MAC of it carries this one.
    at: DateTime,
    request: Request,
    facts: Facts,
    /// Whether `facts.actual` was read.
    balance_known: bool,
    /// The read that is outstanding, for one more try with the right Le.
    retry: Option<CommandBuf>,
    /// The card went while another was being asked: that answer ends the tap.
    gone: bool,
    /// A grey record of this card that was not proved; INIT's sequence tells.
    unproved: Option<SlotId>,
    /// What the decision will show.
    list: Option<Fen>,
    quote: Option<Quote>,
    charged: Fen,
    notes: Vec<Note>,
}

/// What the machine is waiting for.
#[derive(Clone, Debug)]
enum Step {
    Directory,
    Application,
    Reading(Reading),
    Recovering(Recovery),
    Fare,
    Paying(Box<Payment>),
    Loading(Box<Loading>),
}

impl Step {
    /// Whether it is the card that is to answer.
    fn asks_card(&self) -> bool {
        match self {
            Self::Directory | Self::Application | Self::Reading(_) | Self::Recovering(_) => true,
            Self::Fare => false,
            Self::Paying(payment) => payment.asks_card(),
            Self::Loading(loading) => loading.asks_card(),
        }
    }

    /// What it means that the card did not answer (`docs/spec/terminal.md` 4.1). While it was being
    /// debited or credited its grey record stays and its next tap tells; before that nothing was
    /// changed.
    fn card_gone(&self) -> Code {
        match self {
            Self::Paying(payment) => payment.gone(),
            Self::Loading(loading) => loading.gone(),
            _ => Code::ReadFailed,
        }
    }
}

/// Why a tap ends without success.
#[derive(Clone, Debug)]
struct Refusal {
    code: Code,
    note: Option<Note>,
}

impl From<Code> for Refusal {
    fn from(code: Code) -> Self {
        Self { code, note: None }
    }
}

impl Refusal {
    const fn status(code: Code, sw: Sw) -> Self {
        Self { code, note: Some(Note::Status(sw)) }
    }
}

/// The next thing to wait for; `None` when the tap is over and its decision was made.
type Turn = Result<Option<Step>, Refusal>;

/// An answer taken apart.
#[derive(Clone, Copy)]
struct Answer<'a> {
    data: &'a [u8],
    sw: Sw,
}

impl<'a> Answer<'a> {
    /// Fewer than two bytes are no answer.
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let (data, sw) = bytes.split_last_chunk::<2>()?;
        Some(Self { data, sw: Sw(u16::from_be_bytes(*sw)) })
    }

    /// The data, when the command was done and the data has the layout expected.
    fn value<T: TryFrom<&'a [u8]>>(self, code: Code) -> Result<T, Refusal> {
        if !self.sw.is_ok() {
            return Err(Refusal::status(code, self.sw));
        }
        T::try_from(self.data).map_err(|_| code.into())
    }
}

impl<'t> Terminal<'t> {
    /// A terminal that is switched off.
    #[must_use]
    pub fn new(setup: Setup<'t>) -> Self {
        Self::restored(setup, &[])
    }

    /// A terminal that is switched off and whose store holds these grey records.
    #[must_use]
    pub fn restored(setup: Setup<'t>, grey: &[(SlotId, [u8; UploadRecord::LEN])]) -> Self {
        Self {
            setup,
            sam: Sam::default(),
            sam_suspect: false,
            stage: Stage::Off,
            grey: GreyStore::restored(grey),
            distrusted: Vec::new(),
            actions: Vec::new(),
        }
    }

    /// Tells the terminal what happened at `now` and takes what it wants done, in this order. An
    /// event that it does not wait for is ignored: an answer to nothing, a card while another is
    /// served, a request that this kind of terminal does not serve.
    pub fn step(&mut self, now: DateTime, event: Event<'_>) -> Vec<Action> {
        match (core::mem::replace(&mut self.stage, Stage::Ready), event) {
            (Stage::Tapping(tap, step), event) => self.tap(tap, step, event),
            (_, Event::Started) => self.stage = self.start(),
            (Stage::Starting(bring_up), Event::SamAnswer(bytes)) => {
                self.stage = self.bring_up(bring_up, bytes);
            }
            (Stage::Starting(bring_up), Event::SamGone) => self.stage = self.start_again(bring_up),
            (Stage::Ready, Event::Card(request)) if self.serves(request) => self.begin(now, request),
            (stage @ (Stage::Ready | Stage::Off), Event::Flush) => {
                self.flush();
                self.stage = stage;
            }
            (stage, _) => self.stage = stage,
        }
        core::mem::take(&mut self.actions)
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

    fn serves(&self, request: Request) -> bool {
        match request {
            Request::Ride => matches!(self.setup.place, Place::Rail(_) | Place::Bus(_)),
            Request::Load(_) => self.setup.place == Place::TopUp,
            Request::Enquire => self.setup.place == Place::Enquiry,
        }
    }

    fn begin(&mut self, now: DateTime, request: Request) {
        let mut tap = Box::new(Tap {
            at: now,
            request,
            facts: Facts::default(),
            balance_known: false,
            retry: None,
            gone: false,
            unproved: None,
            list: None,
            quote: None,
            charged: Fen::ZERO,
            notes: Vec::new(),
        });
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
        self.actions.push(Action::Done);
        if self.sam_suspect {
            self.stage = self.start();
        }
    }

    fn turn(&mut self, tap: &mut Tap, step: Step, event: Event<'_>) -> Turn {
        match event {
            Event::CardAnswer(bytes) if step.asks_card() => self.card_answered(tap, step, bytes),
            Event::CardGone if step.asks_card() => Err(step.card_gone().into()),
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
                Step::Paying(payment) => self.pay_event(tap, *payment, event),
                Step::Loading(loading) => self.load_event(tap, *loading, event),
                step => Ok(Some(step)),
            },
        }
    }

    fn card_answered(&mut self, tap: &mut Tap, step: Step, bytes: &[u8]) -> Turn {
        let answer = Answer::of(bytes).ok_or(Code::ReadFailed)?;
        // A read whose Le the card corrects is sent once more (docs/spec/terminal.md 1.0).
        if let ([0x6C, length], Some(mut command)) = (answer.sw.0.to_be_bytes(), tap.retry.take()) {
            if let Some(le) = command.last_mut() {
                *le = length;
            }
            self.actions.push(Action::SendCard(command));
            return Ok(Some(step));
        }
        match step {
            Step::Directory => Ok(Some(self.select_application(tap))),
            Step::Application => self.selected(tap, answer),
            Step::Reading(reading) => self.read(tap, reading, answer),
            Step::Recovering(recovery) => self.recover(tap, recovery, answer),
            Step::Paying(payment) => self.pay(tap, *payment, answer),
            Step::Loading(loading) => self.load(tap, *loading, answer),
            Step::Fare => Ok(Some(Step::Fare)),
        }
    }

    /// Sends the card a command that reads, to be tried again when the card corrects its Le.
    fn ask(&mut self, tap: &mut Tap, command: CommandBuf) {
        tap.retry = Some(command.clone());
        self.actions.push(Action::SendCard(command));
    }

    /// Sends the card a command that is never sent twice.
    fn send(&mut self, tap: &mut Tap, command: CommandBuf) {
        tap.retry = None;
        self.actions.push(Action::SendCard(command));
    }

    fn on_bus(&self) -> bool {
        matches!(self.setup.place, Place::Bus(_))
    }

    /// Says yes.
    fn accept(&mut self, tap: &Tap) {
        self.decide(tap, Gate::Open, Code::Ok);
    }

    fn decide(&mut self, tap: &Tap, gate: Gate, code: Code) {
        let prompt = match gate {
            Gate::Open => self.greeting(tap),
            Gate::Closed => Prompt::refusing(code, self.on_bus()),
        };
        self.actions.push(Action::Decide(Box::new(Decision {
            gate,
            prompt,
            code,
            list: tap.list,
            charged: tap.charged,
            balance: tap.balance_known.then_some(tap.facts.actual),
            quote: tap.quote,
            notes: tap.notes.clone(),
        })));
    }

    /// What an accepted card hears; one of another city counts as ordinary
    /// (`docs/spec/terminal.md` 1.1, 3.2).
    fn greeting(&self, tap: &Tap) -> Prompt {
        if tap.facts.actual < self.setup.profile.top_up_below {
            return Prompt::TopUpSoon;
        }
        if !crate::checks::is_local(self.setup.profile, &tap.facts.info) {
            return Prompt::Accepted;
        }
        match tap.facts.card_type() {
            CardType::Student => Prompt::Student,
            CardType::Senior => Prompt::Senior,
            CardType::Military => Prompt::Concession,
            CardType::Ordinary | CardType::Test | CardType::Other(_) => Prompt::Accepted,
        }
    }

    /// Remembers a card whose MAC2 failed.
    fn distrust(&mut self, pan: Pan) {
        if self.distrusted.len() >= DISTRUSTED {
            self.distrusted.remove(0);
        }
        self.distrusted.push(pan);
    }

    /// Uploads a record whose outcome is known, and frees its slot.
    fn settle(&mut self, slot: SlotId, record: UploadRecord) {
        self.grey.take(slot);
        self.upload(slot, record);
    }

    /// Uploads a record that is no longer kept, and lets the store forget it.
    fn upload(&mut self, slot: SlotId, record: UploadRecord) {
        self.actions.push(Action::Emit(Box::new(record)));
        self.actions.push(Action::Forget(slot));
    }

    /// Frees a slot whose transaction was not done.
    fn drop_grey(&mut self, slot: SlotId) {
        self.grey.take(slot);
        self.actions.push(Action::Forget(slot));
    }

    /// Keeps a grey record; the transaction goes on when it is persisted.
    fn keep_grey(&mut self, record: UploadRecord, quote: Option<Quote>) -> SlotId {
        let (slot, evicted) = self.grey.put(record, quote, self.setup.profile.grey_slots);
        if let Some(evicted) = evicted {
            self.upload(evicted.slot, evicted.record);
        }
        self.actions.push(Action::Persist(slot, record.encode()));
        slot
    }

    /// Uploads what is still grey.
    fn flush(&mut self) {
        for grey in self.grey.drain() {
            self.upload(grey.slot, grey.record);
        }
    }

    /// Judges a grey record that neither proof nor log decided, by the sequence that INIT answered:
    /// unmoved, the transaction was not done; moved, the clearing house has to judge
    /// (`docs/spec/terminal.md` 4.3).
    fn judge_unproved(&mut self, tap: &mut Tap, transaction: Transaction, seq: u16) {
        let Some(slot) = tap.unproved.take() else { return };
        let Some(grey) = self.grey.of(tap.facts.info.pan).cloned() else { return };
        if grey.record.transaction == transaction as u8 && seq.checked_add(1) == Some(grey.record.card_seq) {
            self.drop_grey(slot);
            tap.notes.push(Note::NotDone);
        } else {
            self.settle(slot, grey.record);
            tap.notes.push(Note::GreyEmitted);
        }
    }

    /// Takes what a plan shows.
    fn show(tap: &mut Tap, plan: &Plan) {
        tap.notes.extend(plan.notes.iter().copied());
        tap.list = plan.list.or(tap.list);
        tap.quote = plan.quote.or(tap.quote);
    }
}
