//! One tap on the clock.
//!
//! What the terminal wants has an earliest time: that of the last thing it heard. Card and SAM each have a clock, so
//! what is wanted of both at the same time runs side by side, and the terminal goes on when it has heard both.

use super::chance::{Chance, Of};
use super::setting::{Scene, Setting};
use super::timeline::{Part, Span, Timeline};
use crate::link::Link;
use crate::pull::Ready;
use crate::radio::{Fate, Medium, Passing, Radio};
use crate::random::stream;
use std::collections::VecDeque;
use tunion_apdu::{Command, Device, Name, Response, table};
use tunion_card::{Chip, Work};
use tunion_link::{Ticks, t0};
use tunion_terminal::{Action, Event};

/// How often a reader begins anew with a card that it lost before its first command.
const TRIES: u32 = 5;

/// The air of a tap: what is lost, and what the card's work costs.
struct Field<'s> {
    setting: &'s Setting,
    chance: Chance,
    /// Work of the exchange under way.
    worked: Option<(Ticks, Ticks)>,
}

impl Medium for &mut Field<'_> {
    fn fate(&mut self, _: &Passing<'_>) -> Fate {
        self.chance.fate()
    }

    fn price(&mut self, work: &Work) -> Ticks {
        let (_, jitter, costs) = &self.setting.card;
        let ns = costs.prices.of(work);
        Ticks::from_nanos(self.chance.around(Of::Card, ns, *jitter))
    }

    fn page_write(&self) -> Ticks {
        Ticks::from_nanos(self.setting.card.2.prices.page_write)
    }

    fn worked(&mut self, from: Ticks, to: Ticks, _: &Work) {
        self.worked = Some((from, to));
    }
}

/// What a tap came to.
pub(super) struct Played {
    pub(super) timeline: Timeline,
    /// Whether the card was let through at once.
    pub(super) opened: bool,
}

/// Plays the tap. `spans` are told only when they are wanted.
pub(super) fn play(scene: &Scene<'_>, setting: &Setting, chance: Chance, tap: u64) -> Played {
    let Ready { mut card, mut device, mut host, request, charge, at } = scene.0.clone();
    *card.random_mut() = stream(1, "card", tap);
    let mut field = Field { setting, chance, worked: None };
    let mut timeline = Timeline::default();
    let mut clock = Clock { heard: Ticks::ZERO, sam_free: Ticks::ZERO };
    let (mut opened, mut named) = (false, false);
    let waited = polled(setting, &mut field.chance);
    clock.hear(&mut timeline, Part::Polling, "polling", Ticks::from_nanos(waited));
    let mut radio = Radio::new(&mut card, &mut field, setting.reader(), setting.card());
    radio.advance(clock.heard);
    let found = (0..TRIES).any(|_| radio.activate().is_ok());
    clock.hear_at(&mut timeline, Part::Air, "activation", radio.now());
    if !found {
        return Played { timeline, opened };
    }
    let mut queue = VecDeque::new();
    let mut times: VecDeque<Ticks> = VecDeque::new();
    let mut response = Response::new();
    device.terminal.step_onto(at, Event::Card(request), &mut queue);
    while let Some(action) = queue.pop_front() {
        let asked = times.pop_front().unwrap_or(clock.heard);
        let answered;
        let event = match action {
            Action::SendCard(command) => {
                let name = name(Device::Card, &command);
                radio.advance(asked.saturating_sub(radio.now()));
                radio.medium_mut().worked = None;
                let from = radio.now();
                let done = radio.transmit(&command, &mut response);
                let worked = radio.medium_mut().worked.take();
                clock.card(&mut timeline, name, (from, radio.now()), worked);
                match done {
                    Ok(()) => Event::CardAnswer(response.bytes()),
                    Err(_) => Event::CardGone,
                }
            }
            Action::SendSam(command) => {
                let done = device.psam.process(&command, &mut response).is_ok();
                let work = Chip::work(&device.psam);
                let took = sam(
                    setting,
                    &mut radio.medium_mut().chance,
                    &work,
                    (command.len(), response.bytes().len()),
                );
                clock.sam(&mut timeline, name(Device::Sam, &command), asked, took);
                if done { Event::SamAnswer(response.bytes()) } else { Event::SamGone }
            }
            Action::Persist(slot, bytes) => {
                device.store.insert(slot, bytes);
                let took = own(setting, &mut radio.medium_mut().chance, setting.terminal.2.store);
                clock.hear(&mut timeline, Part::Terminal, "record stored", took);
                Event::Persisted(slot)
            }
            Action::SendHost(request) => {
                let Ok(answer) = host.approve(&request);
                answered = answer;
                let took = own(setting, &mut radio.medium_mut().chance, setting.terminal.2.host);
                clock.hear(&mut timeline, Part::Host, "host", took);
                Event::HostAnswer(&answered)
            }
            Action::AskFare(_) => {
                let took = own(setting, &mut radio.medium_mut().chance, setting.terminal.2.fare);
                clock.hear(&mut timeline, Part::Terminal, "controller", took);
                named = true;
                Event::Fare(charge)
            }
            Action::Decide(decision) => {
                if timeline.decided.is_none() {
                    timeline.decided = Some(asked);
                    opened = decision.code == setting.flow.says;
                }
                continue;
            }
            Action::Show(_) => {
                timeline.decided.get_or_insert(asked);
                opened = true;
                continue;
            }
            _ => continue,
        };
        let begins = queue.len();
        device.terminal.step_onto(at, event, &mut queue);
        // A fare that the controller named is made already.
        let priced = !named && queue.iter().skip(begins).any(is_init);
        let terminal = &setting.terminal.2;
        let ns = terminal.step + if priced { terminal.fare } else { 0 };
        let took = own(setting, &mut radio.medium_mut().chance, ns);
        clock.hear(&mut timeline, Part::Terminal, if priced { "fare" } else { "program" }, took);
        times.resize(queue.len(), clock.heard);
    }
    Played { timeline, opened }
}

/// How long the card waits until it is asked, in ns: it comes at any moment of a round of the polling loop, and while
/// it starts up it does not hear that it is asked (our reading), so that a slow one waits for another round.
fn polled(setting: &Setting, chance: &mut Chance) -> u64 {
    let (poll, start_up) = (setting.terminal.2.poll, setting.card.2.start_up);
    let first = chance.part_of(Of::Arrival, poll);
    if poll == 0 {
        return start_up;
    }
    first + start_up.saturating_sub(first).div_ceil(poll) * poll
}

/// How long the SAM takes for a command: its bus, and its work.
fn sam(setting: &Setting, chance: &mut Chance, work: &Work, (command, answer): (usize, usize)) -> Ticks {
    let (_, jitter, costs) = &setting.sam;
    let ns = costs.prices.of(work);
    t0::time(costs.baud, t0::bytes(command, answer)) + Ticks::from_nanos(chance.around(Of::Sam, ns, *jitter))
}

/// How long the terminal takes for something of its own.
fn own(setting: &Setting, chance: &mut Chance, ns: u64) -> Ticks {
    Ticks::from_nanos(chance.around(Of::Terminal, ns, setting.terminal.1))
}

/// What the terminal has heard, and until when the SAM is busy.
struct Clock {
    heard: Ticks,
    sam_free: Ticks,
}

impl Clock {
    /// Something that took so long since what was heard last.
    fn hear(&mut self, timeline: &mut Timeline, part: Part, what: &'static str, took: Ticks) {
        self.hear_at(timeline, part, what, self.heard + took);
    }

    fn hear_at(&mut self, timeline: &mut Timeline, part: Part, what: &'static str, to: Ticks) {
        timeline.spans.push(Span { part, what, from: self.heard, to });
        self.heard = self.heard.max(to);
    }

    /// An exchange with the SAM, which does one thing after the other.
    fn sam(&mut self, timeline: &mut Timeline, what: &'static str, asked: Ticks, took: Ticks) {
        let from = asked.max(self.sam_free);
        let to = from + took;
        timeline.spans.push(Span { part: Part::Sam, what, from, to });
        (self.sam_free, self.heard) = (to, self.heard.max(to));
    }

    /// An exchange with the card: the air before its work, its work, the air after it. More time that it asked for in
    /// between is its work.
    fn card(
        &mut self,
        timeline: &mut Timeline,
        what: &'static str,
        (from, to): (Ticks, Ticks),
        worked: Option<(Ticks, Ticks)>,
    ) {
        let mut span = |part, from: Ticks, to: Ticks| {
            if to > from {
                timeline.spans.push(Span { part, what, from, to });
            }
        };
        let (begin, end) = worked.map_or((to, to), |(begin, end)| (begin.min(to), end.min(to)));
        span(Part::Air, from, begin);
        span(Part::Card, begin, end);
        span(Part::Air, end, to);
        self.heard = self.heard.max(to);
    }
}

fn is_init(action: &Action) -> bool {
    let Action::SendCard(command) = action else { return false };
    // INITIALIZE FOR PURCHASE, LOAD and the like: the fare is made by then.
    matches!(command.get(..2), Some([0x80, 0x50]))
}

/// The command's name in the table.
fn name(device: Device, command: &[u8]) -> &'static str {
    let Ok(command) = Command::parse(command) else { return "unknown command" };
    table::find(device, &command).map_or("unknown command", |spec| match spec.name {
        Name::SelectName if command.data.starts_with(b"2PAY") => "SELECT PPSE",
        _ => spec.title,
    })
}
