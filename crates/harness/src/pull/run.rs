//! One tap, moment by moment, each of which can go wrong.

use super::evidence::{End, Seen, Tapped, Upload};
use super::fault::Fault;
use super::scene::{Scene, Tap};
use crate::trace::Exchange;
use std::collections::VecDeque;
use std::rc::Rc;
use tunion_apdu::{Command, Device, Name, Response, Sw, table};
use tunion_card::{Chip, Image, Work};
use tunion_data::upload::UploadRecord;
use tunion_terminal::{Action, Event, Gate};

/// A tap under way: a value, as the scene is in which it happens.
#[derive(Clone)]
pub(super) struct Run<'s> {
    pub(super) scene: Scene<'s>,
    tap: Tap,
    before: Rc<Image>,
    /// What the terminal wants done, and in which of its steps it said so.
    queue: VecDeque<(u16, Action)>,
    step: u16,
    moment: u16,
    seen: Vec<Seen>,
    /// The step of a decision to let through that nothing was stored or uploaded after.
    deciding: Option<u16>,
    done: bool,
    end: End,
}

impl<'s> Run<'s> {
    /// The card comes.
    pub(super) fn begin(mut scene: Scene<'s>, tap: Tap) -> Self {
        scene.wake(tap.card);
        let before = scene.look(tap.card);
        let mut run = Self {
            scene,
            tap,
            before,
            queue: VecDeque::new(),
            step: 0,
            moment: 0,
            seen: Vec::new(),
            deciding: None,
            done: false,
            end: End::Open,
        };
        if let Some(standing) = run.scene.terminals.get_mut(tap.terminal) {
            standing.device.terminal.set_place(tap.spot.place);
        }
        run.tell(Event::Card(tap.spot.request));
        run
    }

    /// What is to be done next, if the tap is not over.
    pub(super) fn next(&self) -> Option<&Action> {
        self.queue.front().map(|(_, action)| action)
    }

    /// The number of the next moment.
    pub(super) const fn moment(&self) -> u16 {
        self.moment + 1
    }

    /// The card that taps.
    pub(super) const fn card(&self) -> usize {
        self.tap.card
    }

    fn tell(&mut self, event: Event<'_>) {
        let Some(standing) = self.scene.terminals.get_mut(self.tap.terminal) else { return };
        self.step += 1;
        let actions = standing.device.terminal.step(self.tap.at, event);
        self.queue.extend(actions.into_iter().map(|action| (self.step, action)));
    }

    /// Carries out what is next.
    pub(super) fn go(&mut self, fault: Option<Fault>) {
        let Some((step, action)) = self.queue.pop_front() else { return };
        self.moment += 1;
        if fault == Some(Fault::Power) {
            return self.lose_power(step);
        }
        if fault == Some(Fault::Leaves) {
            self.pull();
            self.tell(Event::CardGone);
        }
        let (terminal, taps) = (self.tap.terminal, self.scene.day.taps.len() + 1);
        match action {
            Action::SendCard(command) => self.ask_card(&command, fault),
            Action::SendSam(command) => self.ask_sam(&command, fault),
            Action::ResetSam => self.reset_sam(),
            Action::SendHost(request) => {
                if fault == Some(Fault::HostSilent) {
                    return self.tell(Event::HostGone);
                }
                let Ok(answer) = self.scene.host.approve(&request);
                match fault {
                    Some(Fault::PowerAfter) => self.lose_power(0),
                    Some(Fault::HostLost) => self.tell(Event::HostGone),
                    _ => self.tell(Event::HostAnswer(&answer)),
                }
            }
            Action::SignOn(_) if fault == Some(Fault::HostSilent) => self.tell(Event::HostGone),
            Action::SignOn(request) => {
                let answer = self.scene.sign_on.sign_on(&request);
                match fault {
                    Some(Fault::PowerAfter) => self.lose_power(0),
                    Some(Fault::HostLost) => self.tell(Event::HostGone),
                    _ => self.tell(Event::SignedOn(&answer)),
                }
            }
            Action::AskFare(_) => self.tell(Event::Fare(self.tap.spot.charge)),
            Action::Persist(slot, _) if fault == Some(Fault::StoreFails) => {
                self.tell(Event::StoreFailed(slot));
            }
            Action::Persist(slot, bytes) => {
                self.deciding = None;
                let record = UploadRecord::decode(&bytes);
                if let Some(standing) = self.scene.terminals.get_mut(terminal) {
                    standing.device.store.insert(slot, bytes);
                    standing.next_record = standing.next_record.max(record.local_seq.wrapping_add(1));
                }
                self.seen.push(Seen::Kept(slot, Box::new(record)));
                self.tell(Event::Persisted(slot));
            }
            Action::Forget(slot) => {
                if let Some(standing) = self.scene.terminals.get_mut(terminal) {
                    standing.device.store.remove(&slot);
                }
            }
            Action::Confirm(confirmation) if fault != Some(Fault::HostSilent) => {
                let Ok(_) = self.scene.host.confirm(&confirmation);
            }
            Action::Prove(proof) if fault != Some(Fault::HostSilent) => {
                let Ok(_) = self.scene.host.prove(&proof);
            }
            Action::Emit(record) => {
                self.deciding = None;
                if let Some(standing) = self.scene.terminals.get_mut(terminal) {
                    standing.next_record = standing.next_record.max(record.local_seq.wrapping_add(1));
                }
                self.scene.day.uploads.push(Upload { terminal, taps, record: *record });
                self.seen.push(Seen::Uploaded(record));
            }
            Action::Decide(decision) => {
                self.deciding = (decision.gate == Gate::Open).then_some(step);
                let image = self.scene.look(self.tap.card);
                self.seen.push(Seen::Decided(decision, image));
            }
            Action::Done => self.done = true,
            Action::Confirm(_) | Action::Prove(_) | Action::Show(_) => {}
        }
    }

    /// Takes the card out of the field.
    fn pull(&mut self) {
        if let Some(card) = self.scene.cards.get_mut(self.tap.card) {
            card.power_off();
        }
    }

    fn ask_card(&mut self, command: &[u8], fault: Option<Fault>) {
        let mut response = Response::new();
        let answered = self.scene.cards.get_mut(self.tap.card).is_some_and(|card| {
            if fault == Some(Fault::Before) {
                card.power_off();
            }
            card.set_cut(fault.and_then(Fault::cut));
            let answered = card.process(command, &mut response).is_ok();
            if matches!(fault, Some(Fault::After | Fault::Cut(_) | Fault::Noise(_))) {
                card.power_off();
            }
            answered
        });
        if fault == Some(Fault::PowerAfter) {
            return self.lose_power(0);
        }
        let lost = matches!(fault, Some(Fault::After | Fault::Cut(_) | Fault::Noise(_) | Fault::Answer(_)));
        if !answered || lost {
            self.exchange(Device::Card, command, None);
            return self.tell(Event::CardGone);
        }
        let mut answer = response.bytes().to_vec();
        let forged = fault == Some(Fault::Forged) && forge(command, &mut answer);
        self.exchange(Device::Card, command, Some(&answer));
        if forged {
            self.seen.push(Seen::Forged);
        }
        self.tell(Event::CardAnswer(&answer));
    }

    fn ask_sam(&mut self, command: &[u8], fault: Option<Fault>) {
        if fault == Some(Fault::PsamForgets) {
            self.reset_sam();
        }
        let Some(standing) = self.scene.terminals.get_mut(self.tap.terminal) else { return };
        let mut response = Response::new();
        let heard = !matches!(fault, Some(Fault::PsamSilent | Fault::PsamError));
        let answered = heard && standing.device.psam.process(command, &mut response).is_ok();
        match fault {
            Some(Fault::PowerAfter) => return self.lose_power(0),
            Some(Fault::PsamError) => {
                let error = Sw::MEMORY_FAILURE.0.to_be_bytes();
                self.exchange(Device::Sam, command, Some(&error));
                return self.tell(Event::SamAnswer(&error));
            }
            _ => {}
        }
        if !answered || fault == Some(Fault::PsamLost) {
            self.exchange(Device::Sam, command, None);
            return self.tell(Event::SamGone);
        }
        let answer = response.bytes().to_vec();
        self.exchange(Device::Sam, command, Some(&answer));
        self.tell(Event::SamAnswer(&answer));
    }

    fn reset_sam(&mut self) {
        if let Some(standing) = self.scene.terminals.get_mut(self.tap.terminal) {
            standing.device.psam.power_off();
            // Only memory that was changed by other means does not come back.
            let _ = standing.device.psam.power_on();
        }
    }

    fn exchange(&mut self, device: Device, command: &[u8], answer: Option<&[u8]>) {
        let (command, answer) = (command.to_vec(), answer.map(<[u8]>::to_vec));
        self.seen.push(Seen::Exchange(Exchange { device, command, answer, work: Work::default() }));
    }

    /// The terminal loses its power, and with it the card; what it wanted done is forgotten. `step` is the
    /// step that is cut short, 0 when it waited for an answer.
    fn lose_power(&mut self, step: u16) {
        self.seen.push(Seen::PowerLost);
        self.queue.clear();
        self.pull();
        self.end = End::PowerLost { deciding: self.deciding == Some(step) };
    }

    /// The rest of the tap, undisturbed. A terminal that lost its power is switched on again.
    pub(super) fn finish(mut self) -> Scene<'s> {
        while self.next().is_some() {
            self.go(None);
        }
        self.pull();
        let Self { mut scene, tap, before, seen, done, end, .. } = self;
        if let Some(card) = scene.cards.get_mut(tap.card) {
            card.set_cut(None);
        }
        let after = scene.look(tap.card);
        let standing = scene.terminals.get(tap.terminal);
        let ready = standing.is_some_and(|standing| standing.device.terminal.is_ready());
        let number = standing.map(|standing| standing.device.number).unwrap_or_default();
        let end = match end {
            End::Open if done && ready => End::Ready,
            End::Open => End::Stuck,
            end => end,
        };
        let Tap { terminal, card, visit, at, .. } = tap;
        scene.day.taps.push(Rc::new(Tapped { terminal, number, card, visit, at, before, after, seen, end }));
        if let End::PowerLost { .. } = end {
            scene.restart(terminal);
        }
        scene
    }
}

/// The name of a command to the card.
pub(super) fn name_of(command: &[u8]) -> Option<Name> {
    let command = Command::parse(command).ok()?;
    table::find(Device::Card, &command).ok().map(|spec| spec.name)
}

/// Whether the answer to a command has a MAC that the terminal or its host judges.
pub(super) fn has_mac(command: &[u8]) -> bool {
    mac_in(command).is_some()
}

/// Where that MAC ends, counted from the beginning or, as a negative number, from the end.
fn mac_in(command: &[u8]) -> Option<usize> {
    match name_of(command)? {
        // docs/spec/card.md 6: TAC(4) ‖ MAC2(4).
        Name::DebitForPurchase => Some(8),
        // The other way round: docs/spec/terminal.md 1.0.
        Name::GetTransactionProve => Some(4),
        // MAC1 comes last.
        Name::InitForLoad => Some(tunion_data::command::LoadInit::LEN),
        _ => None,
    }
}

/// Changes the MAC in an answer; whether there was one.
fn forge(command: &[u8], answer: &mut [u8]) -> bool {
    let last =
        mac_in(command).filter(|end| answer.len() == end.max(&8) + 2).and_then(|end| answer.get_mut(end - 1));
    last.map(|byte| *byte ^= 0x01).is_some()
}
