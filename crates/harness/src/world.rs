//! Playing a scenario: carrying out what terminals want done and telling them what came of it.

mod aired;
mod retold;
mod told;

use crate::asides::{self, Marks};
use crate::audit;
use crate::check::Checks;
use crate::device::Device;
use crate::journal::{Happened, Journal};
use crate::link::{Faulty, Link, Pull, Traced};
use crate::outcome::{CardEnd, Outcome, Row};
use crate::random::{Stream, stream};
use crate::spot::{Spot, spot};
use crate::trace::{Exchange, Line, Scene, Tap, Tape, Trace};
use crate::words::{fault, note, place_name, reasons};
use aired::{Reached, usual_costs};
use std::collections::{BTreeMap, VecDeque};
use tunion_apdu::{self as apdu, Name, Response};
use tunion_card::{Card, Chip, Cut, Damage};
use tunion_data::command::Balances;
use tunion_data::file::RailRecord;
use tunion_data::host::{LoadAnswer, LoadRefusal, SignOnAnswer};
use tunion_data::upload::UploadRecord;
use tunion_data::{Fen, Pan};
use tunion_files::costs::CardCosts;
use tunion_files::scenario::{Act, CardEntry, Fault, Scenario, Step, TerminalEntry, When};
use tunion_issuer::SignOnHost;
use tunion_issuer::account::Account;
use tunion_issuer::load::LoadHost;
use tunion_issuer::rules::LoadRules;
use tunion_link::Failure;
use tunion_terminal::{Action, Charge, Decision, Event, Gate, Place, Request, ledger};

/// Plays a scenario from its first tap to its last.
///
/// # Panics
/// As [`World::new`].
#[must_use]
pub fn play(scenario: &Scenario) -> Outcome {
    let mut world = World::new(scenario);
    for step in &scenario.steps {
        world.tap(step);
    }
    world.finish()
}

/// A card of the scenario.
#[derive(Clone, Debug)]
pub struct Holder {
    /// The card.
    pub card: Card<Stream>,
    /// Offline and online sequence at the beginning.
    pub sequences_at_start: (u16, u16),
    /// Actual balance less overdraft used, at the beginning.
    pub worth_at_start: i64,
    /// Whether it was blocked, and how long it was valid, at the beginning.
    pub marks_at_start: Marks,
    taps: u64,
    /// Sums over the taps so far.
    charged: Fen,
    loaded: Fen,
}

impl Holder {
    /// The card comes into a field, at its `nth` tap: its random numbers follow from that.
    fn come(&mut self, seed: u64, entry: &CardEntry, nth: u64) {
        self.taps = nth;
        *self.card.random_mut() = stream(seed, &format!("card {}", entry.name), nth);
        // Only memory that was changed by other means has no root; a scenario cannot do that.
        let _ = self.card.power_on();
    }
}

/// Cards, terminals, host and clock of one scenario.
#[derive(Debug)]
pub struct World<'s> {
    scenario: &'s Scenario,
    /// Whose keys the PSAMs have.
    sams: &'s Scenario,
    holders: Vec<Holder>,
    devices: BTreeMap<Spot, Device<'s>>,
    host: LoadHost<BTreeMap<Pan, Account>>,
    sign_on: SignOnHost,
    trace: Trace,
    rows: Vec<Row>,
    checks: Checks,
    records: Vec<UploadRecord>,
    journal: Journal,
    /// A card's recorded side, which answers in the place of every card.
    tape: Option<Tape>,
    /// What a card behind the air costs, once there is one.
    costs: Option<CardCosts>,
}

/// What one tap has come to so far.
#[derive(Default)]
struct Tapped {
    decision: Option<Decision>,
    enquiry: Option<Box<tunion_terminal::Enquiry>>,
    done: bool,
    /// A fault that never came about: the command was not sent.
    fault_waits: bool,
}

impl Tapped {
    /// Keeps what the terminal tells of the tap.
    fn keep(&mut self, told: Action) {
        match told {
            Action::Decide(decision) => self.decision = Some(*decision),
            Action::Show(enquiry) => self.enquiry = Some(enquiry),
            _ => self.done = true,
        }
    }
}

impl<'s> World<'s> {
    /// Personalises the cards; terminals are brought up when they are first used.
    ///
    /// # Panics
    /// When a card breaks one of the card's rules ([`tunion_card::Inconsistent`]). A scenario that was
    /// loaded from a file has none such.
    #[must_use]
    pub fn new(scenario: &'s Scenario) -> Self {
        let mut accounts = BTreeMap::new();
        let holder = |CardEntry { name, file }: &CardEntry| {
            let contents = file.contents(&scenario.keys.roots);
            accounts.insert(file.image.info.pan, Account::new(&contents));
            let mut card = Card::new(&contents, stream(scenario.seed, &format!("card {name}"), 0))
                .unwrap_or_else(|broken| panic!("the scenario's card `{name}`: {broken}"));
            card.power_off();
            let sequences_at_start = card.sequences();
            Holder {
                sequences_at_start,
                worth_at_start: worth(&card),
                marks_at_start: Marks::from(&card.image()),
                card,
                taps: 0,
                charged: Fen::ZERO,
                loaded: Fen::ZERO,
            }
        };
        let holders = scenario.cards.iter().map(holder).collect();
        Self {
            scenario,
            sams: scenario,
            holders,
            devices: BTreeMap::new(),
            host: LoadHost::new(scenario.keys.roots.clone(), LoadRules::default(), accounts),
            sign_on: SignOnHost::new(scenario.keys.roots.clone(), scenario.sign_on),
            trace: Trace::default(),
            rows: Vec::new(),
            checks: Checks::default(),
            records: Vec::new(),
            journal: Journal::default(),
            tape: None,
            costs: None,
        }
    }

    /// A card of the scenario, by its place in the file.
    #[must_use]
    pub fn card(&self, index: usize) -> Option<&Card<Stream>> {
        self.holders.get(index).map(|holder| &holder.card)
    }

    /// What the terminals uploaded so far.
    #[must_use]
    pub fn records(&self) -> &[UploadRecord] {
        &self.records
    }

    /// Plays one tap and checks what was expected of it.
    pub fn tap(&mut self, step: &Step) {
        let scenario = self.scenario;
        let (Some(entry), Some(card)) =
            (scenario.terminals.get(step.terminal), scenario.cards.get(step.card))
        else {
            return;
        };
        let (spot, place) = spot(step, entry);
        if step.air.is_some() && self.costs.is_none() {
            self.costs = usual_costs();
        }
        self.bring_up(spot, place, entry, step);
        let first = self.trace.len();
        let before = self.left(step.card);
        let tapped = self.serve(spot, place, step);
        let sent = self.trace.part(first..self.trace.len());
        if refuses(&tapped, sent) && self.left(step.card) != before {
            let at = (step.line, Some(self.rows.len()));
            self.checks.fail(at, "a refused card", "as it was", "changed");
        }
        let row = self.row(step, entry, card, &tapped, first..self.trace.len());
        let index = self.rows.len();
        self.rows.push(row);
        if !tapped.done {
            self.checks.fail(
                (step.line, Some(index)),
                "the terminal",
                "ready for the next card",
                "still waiting",
            );
        }
        if tapped.fault_waits {
            let command = step.fault.map_or("on the air", |fault| fault.command.spec().title);
            self.checks.fail((step.line, Some(index)), "fault", command, "it was never sent");
        }
        self.account(step, &tapped);
        if let Some(row) = self.rows.get(index) {
            self.checks.tap(step, index, row);
        }
    }

    /// Switches a terminal on the first time it is used.
    fn bring_up(&mut self, spot: Spot, place: Place, entry: &'s TerminalEntry, step: &Step) {
        if self.devices.contains_key(&spot) {
            return;
        }
        let mut device = self.device(place, entry);
        self.trace.note(|| Line::Up(scene(step, entry)));
        let mut queue = VecDeque::from(device.terminal.step(step.at, Event::Started));
        let mut response = Response::new();
        while let Some(action) = queue.pop_front() {
            let signed_on: SignOnAnswer;
            let event = match action {
                Action::SendSam(command) => {
                    let sam = Traced::new(&mut device.psam, apdu::Device::Sam, &mut self.trace);
                    ask_sam(sam, &command, &mut response)
                }
                Action::ResetSam => {
                    reset(&mut device, &mut self.trace);
                    continue;
                }
                Action::SignOn(_) if step.host_is_down => Event::HostGone,
                Action::SignOn(request) => {
                    signed_on = self.sign_on.sign_on(&request);
                    Event::SignedOn(&signed_on)
                }
                _ => continue,
            };
            queue.extend(device.terminal.step(step.at, event));
        }
        if !device.terminal.is_ready() {
            self.checks.fail(
                (step.line, None),
                &format!("terminal {}", entry.name),
                "ready",
                "its PSAM failed",
            );
        }
        if self.devices.values().any(|other| other.number == device.number) {
            let number = device.number.to_string();
            self.checks.fail((step.line, None), "the number of a new terminal", "its own", &number);
        }
        self.devices.insert(spot, device);
    }

    /// A terminal that is not switched on yet.
    fn device(&mut self, place: Place, entry: &'s TerminalEntry) -> Device<'s> {
        let first = entry.file.psam.first_terminal;
        let brothers = self.devices.keys().filter(|spot| {
            let brother = self.scenario.terminals.get(spot.terminal());
            brother.is_some_and(|brother| brother.file.psam.first_terminal == first)
        });
        let index = u32::try_from(brothers.count()).unwrap_or(u32::MAX);
        let device = Device::new(self.sams, &entry.file, &self.scenario.black_list, place, index);
        if entry.file.psam.load_sam {
            self.sign_on.give_out(device.serial, device.number);
        }
        device
    }

    /// Holds the card to the terminal until the terminal is done with it.
    #[allow(clippy::too_many_lines, reason = "an arm for each thing that a terminal may want")]
    fn serve(&mut self, spot: Spot, place: Place, step: &Step) -> Tapped {
        let seed = self.scenario.seed;
        let (Some(device), Some(holder), Some(entry), Some(at)) = (
            self.devices.get_mut(&spot),
            self.holders.get_mut(step.card),
            self.scenario.cards.get(step.card),
            self.scenario.terminals.get(step.terminal),
        ) else {
            return Tapped::default();
        };
        holder.come(seed, entry, holder.taps + 1);
        let (nth, number) = (holder.taps, u32::try_from(self.rows.len() + 1).unwrap_or(u32::MAX));
        self.trace.note(|| Line::Tap(Tap { number, card: entry.name.clone(), nth, scene: scene(step, at) }));
        device.terminal.set_place(place);
        let mut tapped = Tapped::default();
        // What became of a recorded card is on the tape.
        let of_card = step.fault.as_ref().filter(|fault| !fault.is_of_sam() && self.tape.is_none()).map(pull);
        let mut of_sam = step.fault.as_ref().filter(|fault| fault.is_of_sam()).map(pull);
        let air = step.air.filter(|_| self.tape.is_none());
        let mut reached = Reached::new(&mut holder.card, air, step.cards, self.costs.as_ref());
        let found = reached.find(&mut self.trace);
        let card: &mut dyn Link = match &mut self.tape {
            Some(tape) => tape,
            None => reached.link(),
        };
        let mut faulty = Faulty::new(card, of_card);
        let mut response = Response::new();
        let mut queue = VecDeque::new();
        match arrival(step, found) {
            Some(arrival) => device.terminal.step_onto(step.at, arrival, &mut queue),
            None => tapped.done = true,
        }
        while let Some(action) = queue.pop_front() {
            self.journal.keep(|| Happened::Wanted(Box::new(action.clone())));
            let answered: LoadAnswer;
            let signed_on: SignOnAnswer;
            let event = match action {
                Action::SendCard(command) => {
                    let card = Traced::new(&mut faulty, apdu::Device::Card, &mut self.trace);
                    ask_card(card, &command, &mut response)
                }
                Action::SendSam(command) => {
                    let mut psam = Faulty::sam(&mut device.psam, of_sam);
                    let sam = Traced::new(&mut psam, apdu::Device::Sam, &mut self.trace);
                    let event = ask_sam(sam, &command, &mut response);
                    of_sam = psam.ahead();
                    event
                }
                Action::ResetSam => {
                    reset(device, &mut self.trace);
                    continue;
                }
                Action::SendHost(_) | Action::SignOn(_) if step.host_is_down => Event::HostGone,
                Action::SignOn(request) => {
                    signed_on = self.sign_on.sign_on(&request);
                    self.journal.keep(|| Happened::SignedOn(signed_on));
                    Event::SignedOn(&signed_on)
                }
                Action::SendHost(request) => {
                    let Ok(answer) = self.host.approve(&request);
                    answered = answer;
                    self.journal.keep(|| Happened::HostAnswered(answered));
                    Event::HostAnswer(&answered)
                }
                Action::AskFare(_) => {
                    let charge = step.charge.unwrap_or(NO_CHARGE);
                    self.journal.keep(|| Happened::ControllerNamed(charge));
                    Event::Fare(charge)
                }
                Action::Persist(slot, bytes) => {
                    device.store.insert(slot, bytes);
                    Event::Persisted(slot)
                }
                Action::Forget(slot) => {
                    device.store.remove(&slot);
                    continue;
                }
                Action::Confirm(confirmation) => {
                    let Ok(outcome) = self.host.confirm(&confirmation);
                    booked(&mut self.journal, &mut self.checks, step, outcome);
                    continue;
                }
                Action::Prove(proof) => {
                    let Ok(outcome) = self.host.prove(&proof);
                    booked(&mut self.journal, &mut self.checks, step, outcome);
                    continue;
                }
                Action::Emit(record) => {
                    self.records.push(*record);
                    continue;
                }
                told @ (Action::Decide(_) | Action::Show(_) | Action::Done) => {
                    tapped.keep(told);
                    continue;
                }
            };
            device.terminal.step_onto(step.at, event, &mut queue);
        }
        tapped.fault_waits = faulty.is_waiting() || of_sam.is_some();
        tapped.fault_waits |= reached.is_waiting();
        holder.card.set_cut(None);
        holder.card.power_off();
        tapped
    }

    /// Money and journey on a card.
    fn left(&self, card: usize) -> Option<(Balances, RailRecord)> {
        self.holders.get(card).map(|holder| (holder.card.balances(), holder.card.rail_record()))
    }

    fn row(
        &self,
        step: &Step,
        entry: &TerminalEntry,
        card: &CardEntry,
        tapped: &Tapped,
        exchanges: std::ops::Range<usize>,
    ) -> Row {
        let tariff = entry.file.tariff.as_deref();
        let balances = self.holders.get(step.card).map(|holder| holder.card.balances()).unwrap_or_default();
        let decision = tapped.decision.clone();
        let displays = &entry.file.profile.displays;
        Row {
            number: decision.as_ref().map(|d| displays.shown(d.code).number),
            words: decision.as_ref().map(|d| displays.words(d.prompt).clone()).unwrap_or_default(),
            at: step.at,
            line: step.line,
            terminal: entry.name.clone(),
            place: place_name(step, entry),
            card: card.name.clone(),
            is_ride: matches!(step.act, Act::Enter { .. } | Act::Exit { .. } | Act::Bus { .. }),
            is_load: matches!(step.act, Act::Load(_)),
            reasons: reasons(decision.as_ref(), tariff),
            notes: notes(step, decision.as_ref(), tapped),
            decision,
            enquiry: tapped.enquiry.clone(),
            balance: balances.actual,
            overdraft_used: balances.overdraft_used,
            month: self.month(step.card).map(|(paid, _)| paid),
            exchanges,
        }
    }

    /// The monthly total on the card and its rides, as the gates of the card's own city read it; none
    /// when no city or another wrote the record last.
    fn month(&self, card: usize) -> Option<(Fen, u16)> {
        let (holder, entry) = (self.holders.get(card)?, self.scenario.cards.get(card)?);
        let home = entry.file.image.info.issuer.city();
        let profiles = self.scenario.terminals.iter().map(|terminal| &terminal.file.profile);
        let binding =
            profiles.filter(|profile| profile.city == home).find_map(|profile| profile.rail.ledger)?;
        let (ledger, _) = ledger::read(binding, &holder.card.rail_record().encode(), home);
        ledger.period.map(|_| (ledger.amount, ledger.rides))
    }

    /// Adds to the card's sums.
    fn account(&mut self, step: &Step, tapped: &Tapped) {
        let (Some(holder), Some(decision)) = (self.holders.get_mut(step.card), &tapped.decision) else {
            return;
        };
        if matches!(step.act, Act::Load(_)) {
            holder.loaded += decision.charged;
        } else {
            holder.charged += decision.charged;
        }
    }

    /// How a card ended.
    fn end(&self, card: usize) -> Option<CardEnd> {
        let (holder, entry) = (self.holders.get(card)?, self.scenario.cards.get(card)?);
        let balances = holder.card.balances();
        Some(CardEnd {
            name: entry.name.clone(),
            charged: holder.charged,
            loaded: holder.loaded,
            balance: balances.actual,
            overdraft_used: balances.overdraft_used,
            month: self.month(card),
        })
    }

    /// The day ends: terminals upload what is still grey.
    fn flush(&mut self) {
        let Some(end) = self.scenario.steps.last().map(|step| step.at) else { return };
        for device in self.devices.values_mut() {
            for action in device.terminal.step(end, Event::Flush) {
                match action {
                    Action::Emit(record) => self.records.push(*record),
                    Action::Forget(slot) => drop(device.store.remove(&slot)),
                    _ => {}
                }
            }
        }
    }

    /// Checks the totals, then what holds in every scenario.
    #[must_use]
    pub fn finish(mut self) -> Outcome {
        self.flush();
        let cards: Vec<CardEnd> = (0..self.holders.len()).filter_map(|card| self.end(card)).collect();
        for totals in &self.scenario.totals {
            if let (Some(end), Some(entry)) = (cards.get(totals.card), self.scenario.cards.get(totals.card)) {
                self.checks.totals(totals, end, audit::debits(&self.records, entry.file.image.info.pan));
            }
        }
        for (holder, entry) in self.holders.iter().zip(&self.scenario.cards) {
            let money = audit::Money { start: holder.worth_at_start, end: worth(&holder.card) };
            let moved = audit::Sequences { start: holder.sequences_at_start, end: holder.card.sequences() };
            self.checks.extend(audit::unrecorded(
                &entry.name,
                entry.file.image.info.pan,
                moved,
                &self.records,
            ));
            let (start, end) = (holder.marks_at_start, Marks::from(&holder.card.image()));
            let pan = entry.file.image.info.pan;
            self.checks.extend(asides::unrecorded(&entry.name, pan, start, end, &self.records));
            self.checks.extend(audit::card(&entry.name, entry.file.image.info.pan, money, &self.records));
        }
        self.checks.extend(audit::records(&self.records, &self.scenario.keys.roots));
        let Scenario { name, path, title, .. } = self.scenario;
        Outcome {
            name: name.clone(),
            path: path.display().to_string(),
            title: title.clone(),
            rows: self.rows,
            failures: self.checks.failures,
            records: self.records,
            cards,
            trace: self.trace,
        }
    }
}

/// Where and when a tap is, for a trace.
fn scene(step: &Step, entry: &TerminalEntry) -> Scene {
    Scene { terminal: entry.name.clone(), place: place_name(step, entry), at: step.at }
}

/// What the terminal is told of the card's coming; nothing of one that its reader does not find.
const fn arrival(step: &Step, found: Result<(), Failure>) -> Option<Event<'static>> {
    match found {
        Ok(()) if step.cards <= 1 => Some(Event::Card(request(step.act))),
        Ok(()) | Err(Failure::SeveralCards) => Some(Event::Cards),
        Err(_) => None,
    }
}

/// What the holder wants of the terminal.
const fn request(act: Act) -> Request {
    match act {
        Act::Load(amount) => Request::Load(amount),
        Act::Enquire(_) => Request::Enquire,
        Act::Settle(_, settle) => Request::Settle(settle),
        Act::Buy(amount) => Request::Buy(amount),
        Act::Refund(_) => Request::Refund,
        Act::Lock(_) => Request::Lock,
        Act::Enter { .. } | Act::Exit { .. } | Act::Bus { .. } => Request::Ride,
    }
}

/// Whether the terminal said no without having begun to debit or credit the card.
fn refuses(tapped: &Tapped, sent: &[Exchange]) -> bool {
    let began =
        |exchange: &Exchange| matches!(exchange.name(), Some(Name::DebitForPurchase | Name::CreditForLoad));
    let refused = tapped.decision.as_ref().is_some_and(|decision| decision.gate == Gate::Closed);
    refused && !sent.iter().any(began)
}

fn notes(step: &Step, decision: Option<&Decision>, tapped: &Tapped) -> Vec<String> {
    let pulled = step.fault.as_ref().filter(|_| !tapped.fault_waits).map(fault);
    pulled.into_iter().chain(decision.iter().flat_map(|d| &d.notes).copied().map(note)).collect()
}

/// A controller that names no fare lets out for nothing; the loader asks for one at exits.
const NO_CHARGE: Charge = Charge { list: Fen::ZERO, charged: Fen::ZERO };

/// What the holder owns: actual balance less overdraft used.
pub(crate) fn worth(card: &Card<Stream>) -> i64 {
    let balances = card.balances();
    i64::from(balances.actual.get()) - i64::from(balances.overdraft_used.get())
}

/// Sends the card a command; what the terminal is told of it.
fn ask_card<'r>(mut card: impl Link, command: &[u8], response: &'r mut Response) -> Event<'r> {
    match card.transmit(command, response) {
        Ok(()) => Event::CardAnswer(response.bytes()),
        Err(_) => Event::CardGone,
    }
}

/// Sends the PSAM a command; what the terminal is told of it.
fn ask_sam<'r>(mut sam: impl Link, command: &[u8], response: &'r mut Response) -> Event<'r> {
    match sam.transmit(command, response) {
        Ok(()) => Event::SamAnswer(response.bytes()),
        Err(_) => Event::SamGone,
    }
}

/// Takes the PSAM's power and gives it again.
fn reset(device: &mut Device<'_>, trace: &mut Trace) {
    trace.note(|| Line::Reset(apdu::Device::Sam));
    device.psam.power_off();
    // Only memory that was changed by other means does not come back.
    let _ = device.psam.power_on();
}

fn pull(fault: &Fault) -> (Name, Pull) {
    let pull = match fault.when {
        When::Before => Pull::Before,
        When::After => Pull::After,
        When::During { bytes, noise } => {
            Pull::During(Cut { after: bytes, damage: noise.map_or(Damage::Prefix, Damage::Noise) })
        }
        When::Garbled => Pull::Garbled,
    };
    (fault.command, pull)
}

/// The host booked a load, or did not.
fn booked(journal: &mut Journal, checks: &mut Checks, step: &Step, outcome: Result<(), LoadRefusal>) {
    journal.keep(|| Happened::HostBooked(outcome));
    if let Err(refusal) = outcome {
        let what = "the host's answer to the confirmation";
        checks.fail((step.line, None), what, "accepted", &refusal.to_string());
    }
}
