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
    stage: Stage,
    grey: GreyStore,
    /// Cards whose MAC2 failed at their last tap here.
    distrusted: Vec<Pan>,
    actions: Vec<Action>,
}

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
    /// The command that is outstanding, for a second try with the right Le.
    sent: CommandBuf,
    /// A grey record of this card that GET TRANSACTION PROVE did not prove; INIT's sequence tells.
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
    Paying(Box<Payment>, pay::Stage),
    Loading(Box<Loading>, load::Stage),
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
            stage: Stage::Off,
            grey: GreyStore::restored(grey),
            distrusted: Vec::new(),
            actions: Vec::new(),
        }
    }

    /// Tells the terminal what happened at `now` and takes what it wants done, in this order. An
    /// event that it does not wait for is ignored.
    pub fn step(&mut self, now: DateTime, event: Event<'_>) -> Vec<Action> {
        match (core::mem::replace(&mut self.stage, Stage::Ready), event) {
            (_, Event::Started) => self.stage = self.start(),
            (Stage::Starting(step), Event::SamAnswer(bytes)) => self.stage = self.bring_up(step, bytes),
            (Stage::Starting(_), Event::SamGone) => self.stage = Stage::Off,
            (Stage::Ready, Event::Card(request)) => self.begin(now, request),
            (Stage::Tapping(tap, step), event) => self.tap(tap, step, event),
            (stage, _) => self.stage = stage,
        }
        core::mem::take(&mut self.actions)
    }

    /// Moves a bus reader, or a gate's place; a terminal that is serving a card stays where it is.
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

    fn begin(&mut self, now: DateTime, request: Request) {
        let mut tap = Box::new(Tap {
            at: now,
            request,
            facts: Facts::default(),
            balance_known: false,
            sent: CommandBuf::new(),
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
            Ok(Some(step)) => self.stage = Stage::Tapping(tap, step),
            Ok(None) => self.actions.push(Action::Done),
            Err(Refusal { code, note }) => {
                tap.notes.extend(note);
                self.decide(&tap, Gate::Closed, code);
                self.actions.push(Action::Done);
            }
        }
    }

    fn turn(&mut self, tap: &mut Tap, step: Step, event: Event<'_>) -> Turn {
        if let Event::CardAnswer(bytes) = event {
            let answer = Answer::of(bytes).ok_or(Code::ReadFailed)?;
            // The card names the right length: ask once more (docs/spec/terminal.md 1.0).
            if let [0x6C, length] = answer.sw.0.to_be_bytes()
                && let Some(le) = tap.sent.last_mut()
                && *le != length
            {
                *le = length;
                self.actions.push(Action::SendCard(tap.sent.clone()));
                return Ok(Some(step));
            }
            return match step {
                Step::Directory => Ok(Some(self.select_application(tap))),
                Step::Application => self.selected(tap, answer),
                Step::Reading(reading) => self.read(tap, reading, answer),
                Step::Recovering(recovery) => self.recover(tap, recovery, answer),
                Step::Paying(payment, stage) => self.pay(tap, payment, stage, answer),
                Step::Loading(loading, stage) => self.load(tap, loading, stage, answer),
                Step::Fare => Ok(Some(Step::Fare)),
            };
        }
        match (step, event) {
            (Step::Paying(payment, stage), event) => self.pay_event(tap, payment, stage, event),
            (Step::Loading(loading, stage), event) => self.load_event(tap, loading, stage, event),
            (Step::Fare, Event::Fare(charge)) => self.ride(tap, Some(charge)),
            // Nothing was written yet; a grey record stays (docs/spec/terminal.md 4.1).
            (_, Event::CardGone) => Err(Code::ReadFailed.into()),
            (step, _) => Ok(Some(step)),
        }
    }

    /// Sends a command to the card and remembers it.
    fn send(&mut self, tap: &mut Tap, command: CommandBuf) {
        tap.sent.clone_from(&command);
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

    /// Uploads a record that is no longer grey, and frees its slot.
    fn settle(&mut self, slot: SlotId, record: UploadRecord) {
        self.grey.take(slot);
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
            self.actions.push(Action::Emit(Box::new(evicted.record)));
        }
        self.actions.push(Action::Persist(slot, record.encode()));
        slot
    }

    /// Judges a grey record that could not be proved by the sequence that INIT answered: unmoved, the
    /// transaction was not done; moved, the card was used elsewhere and the clearing house has to
    /// judge (`docs/spec/terminal.md` 4.3).
    fn judge_unproved(&mut self, tap: &mut Tap, seq: u16) {
        let Some(slot) = tap.unproved.take() else { return };
        let Some(grey) = self.grey.take(slot) else { return };
        if seq.checked_add(1) == Some(grey.record.card_seq) {
            tap.notes.push(Note::NotDone);
        } else {
            self.actions.push(Action::Emit(Box::new(grey.record)));
            tap.notes.push(Note::GreyEmitted);
        }
        self.actions.push(Action::Forget(slot));
    }

    /// Takes what a plan shows.
    fn show(tap: &mut Tap, plan: &Plan) {
        tap.notes.extend(plan.notes.iter().copied());
        tap.list = plan.list.or(tap.list);
        tap.quote = plan.quote.or(tap.quote);
    }
}
