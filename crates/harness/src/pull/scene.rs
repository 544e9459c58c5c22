//! Terminals, cards and the issuer's host in the middle of a day: a value, forked wherever a fault is to be
//! tried.

use super::case::Deed;
use super::evidence::{Day, Rules, Upload};
use super::flow::Visit;
use super::place::{Post, Spot};
use super::run::Run;
use super::stage::{SEED, Stage};
use crate::device::Device;
use crate::random::{Stream, stream};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;
use tunion_card::{Card, Chip, Image, Inconsistent};
use tunion_data::Pan;
use tunion_data::civil::{DateTime, date};
use tunion_data::upload::UploadRecord;
use tunion_issuer::SignOnHost;
use tunion_issuer::account::Account;
use tunion_issuer::load::LoadHost;
use tunion_issuer::rules::LoadRules;
use tunion_terminal::profile::Mac2Failure;
use tunion_terminal::{Action, Event, Fares, Setup, Terminal};

/// A terminal, and what it needs to begin again without power.
#[derive(Clone)]
pub(super) struct Standing<'s> {
    post: Post,
    twin: bool,
    pub(super) device: Device<'s>,
    setup: Setup<'s>,
    /// The number of its next record.
    pub(super) next_record: u32,
}

/// A day so far.
#[derive(Clone)]
pub(super) struct Scene<'s> {
    stage: &'s Stage<'s>,
    pub(super) terminals: Vec<Standing<'s>>,
    pub(super) cards: Vec<Card<Stream>>,
    /// What is on each card.
    pub(super) images: Vec<Rc<Image>>,
    pub(super) host: LoadHost<BTreeMap<Pan, Account>>,
    pub(super) sign_on: SignOnHost,
    taps: u64,
    now: DateTime,
    pub(super) day: Day,
}

/// A tap that is to be made.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tap {
    pub(super) terminal: usize,
    pub(super) card: usize,
    pub(super) visit: Visit,
    pub(super) spot: Spot,
    pub(super) at: DateTime,
}

impl Stage<'_> {
    /// The morning: two cards that have made every tap but the one under test.
    ///
    /// # Errors
    /// A card that breaks a rule of cards.
    pub(super) fn morning(&self) -> Result<Scene<'_>, Inconsistent> {
        let contents = [1, 2].map(|number| self.contents(number));
        let accounts = contents.iter().map(|c| (c.image.info.pan, Account::new(c))).collect();
        let cards = contents.iter().map(|contents| {
            let mut card = Card::new(contents, stream(SEED, "card", 0))?;
            card.power_off();
            Ok(card)
        });
        let cards = cards.collect::<Result<Vec<_>, Inconsistent>>()?;
        let terminals = Rules {
            mac2: self.file.profile.mac2,
            bars: self.file.profile.mac2_failure == Mac2Failure::Distrust,
            retap_seconds: self.file.profile.retap_seconds,
            repeat_minutes: self.repeat_minutes(),
        };
        let mut scene = Scene {
            stage: self,
            terminals: Vec::new(),
            images: cards.iter().map(|card| Rc::new(card.image())).collect(),
            cards,
            sign_on: SignOnHost::new(self.scenario.keys.roots.clone(), self.scenario.sign_on),
            host: LoadHost::new(self.scenario.keys.roots.clone(), LoadRules::default(), accounts),
            taps: 0,
            now: date(2026, 11, 23).at(6, 0, 0, 0),
            day: Day { taps: Vec::new(), uploads: Vec::new(), restarts: Vec::new(), left: 0, terminals },
        };
        for visit in (0..self.flow.rides)
            .flat_map(|_| [Visit::Enter, Visit::Exit])
            .chain(self.flow.before.iter().copied())
        {
            scene.wait(Duration::from_secs(60));
            for card in [0, 1] {
                if let Some(tap) = scene.tap(visit, card, false) {
                    scene = Run::begin(scene, tap).finish();
                }
            }
        }
        scene.wait(Duration::from_secs(60 * u64::from(self.flow.minutes)));
        // The terminals of the tap are switched on before it.
        let _ = (scene.tap(self.flow.tap, 0, false), scene.tap(self.flow.tap, 0, true));
        scene.day.taps.clear();
        scene.day.uploads.clear();
        Ok(scene)
    }
}

impl Scene<'_> {
    pub(super) fn wait(&mut self, time: Duration) {
        self.now = self.now.saturating_add(time);
    }

    /// The tap under test.
    pub(super) fn test(&mut self) -> Option<Tap> {
        self.tap(self.stage.flow.tap, 0, false)
    }

    /// What comes after a tap, at its time; `None` for what is no tap.
    pub(super) fn next(&mut self, deed: Deed) -> Option<Tap> {
        self.wait(if deed == Deed::Late { Duration::from_secs(600) } else { Duration::from_secs(20) });
        let (card, twin) = match deed {
            Deed::Same | Deed::Late => (0, false),
            Deed::Other => (0, true),
            Deed::Another => (1, false),
            Deed::Restart => {
                let tap = self.test()?;
                self.restart(tap.terminal);
                self.day.restarts.push((tap.terminal, self.day.taps.len()));
                return None;
            }
        };
        self.tap(self.stage.flow.tap, card, twin)
    }

    /// A tap at one of the profile's places, or at the one beside it.
    fn tap(&mut self, visit: Visit, card: usize, twin: bool) -> Option<Tap> {
        let spot = self.stage.spot(visit)?;
        let known = self.terminals.iter().position(|t| (t.post, t.twin) == (spot.post, twin));
        let terminal = known.unwrap_or_else(|| self.install(spot, twin));
        Some(Tap { terminal, card, visit, spot, at: self.now })
    }

    fn install(&mut self, spot: Spot, twin: bool) -> usize {
        let Stage { file, scenario, .. } = self.stage;
        let index = self.terminals.len();
        let device =
            Device::new(scenario, file, &scenario.black_list, spot.place, u32::try_from(index).unwrap_or(0));
        let fares = file.tariff.as_deref().map_or(Fares::Controller, Fares::Tariff);
        let setup =
            Setup { profile: &file.profile, place: spot.place, fares, black_list: &scenario.black_list };
        if file.psam.load_sam {
            self.sign_on.give_out(device.serial, device.number);
        }
        self.terminals.push(Standing { post: spot.post, twin, device, setup, next_record: 1 });
        self.restart(index);
        index
    }

    /// Switches a terminal off and on. All it has left is its store, where a record that was uploaded has no
    /// place any more, and the number of its next record.
    pub(super) fn restart(&mut self, index: usize) {
        let Some(standing) = self.terminals.get_mut(index) else { return };
        let Standing { device, setup, next_record, .. } = standing;
        let uploads = self.day.uploads.iter().filter(|upload| upload.terminal == index);
        let uploaded: Vec<u32> = uploads.map(|upload| upload.record.local_seq).collect();
        device.store.retain(|_, bytes| {
            let number = UploadRecord::decode(bytes).local_seq;
            !uploaded.contains(&number)
        });
        let kept: Vec<_> = device.store.iter().map(|(slot, bytes)| (*slot, *bytes)).collect();
        device.terminal = Terminal::restored(*setup, &kept, *next_record);
        device.psam.power_off();
        let _ = device.psam.power_on();
        let actions = device.terminal.step(self.now, Event::Started);
        self.switch_on(index, actions);
    }

    /// Carries out what a terminal wants while it brings up its PSAM.
    fn switch_on(&mut self, index: usize, actions: Vec<Action>) {
        let mut queue = std::collections::VecDeque::from(actions);
        let mut response = tunion_apdu::Response::new();
        while let Some(action) = queue.pop_front() {
            let Some(standing) = self.terminals.get_mut(index) else { return };
            let device = &mut standing.device;
            match action {
                Action::SendSam(command) => {
                    let event = match device.psam.process(&command, &mut response) {
                        Ok(()) => Event::SamAnswer(response.bytes()),
                        Err(_) => Event::SamGone,
                    };
                    queue.extend(device.terminal.step(self.now, event));
                }
                Action::SignOn(request) => {
                    let answer = self.sign_on.sign_on(&request);
                    queue.extend(device.terminal.step(self.now, Event::SignedOn(&answer)));
                }
                Action::ResetSam => {
                    device.psam.power_off();
                    let _ = device.psam.power_on();
                }
                Action::Emit(record) => {
                    let taps = self.day.taps.len();
                    self.day.uploads.push(Upload { terminal: index, taps, record: *record });
                }
                Action::Forget(slot) => drop(device.store.remove(&slot)),
                _ => {}
            }
        }
    }

    /// Whether a terminal keeps a record whose outcome it does not know.
    pub(super) fn is_in_doubt(&self) -> bool {
        self.terminals.iter().any(|standing| !standing.device.store.is_empty())
    }

    /// The day ends: every terminal uploads what is still grey.
    pub(super) fn end(mut self) -> Day {
        for index in 0..self.terminals.len() {
            let Some(standing) = self.terminals.get_mut(index) else { continue };
            let actions = standing.device.terminal.step(self.now, Event::Flush);
            self.switch_on(index, actions);
        }
        self.day.left = self.terminals.iter().map(|standing| standing.device.store.len()).sum();
        self.day
    }

    /// Gives a card power and fresh random numbers.
    pub(super) fn wake(&mut self, card: usize) {
        self.taps += 1;
        if let Some(held) = self.cards.get_mut(card) {
            *held.random_mut() = stream(SEED, ["card one", "card two"][card.min(1)], self.taps);
            // Only memory that was changed by other means has no root.
            let _ = held.power_on();
        }
    }

    /// Looks at a card's memory; one that is as it was is the same.
    pub(super) fn look(&mut self, card: usize) -> Rc<Image> {
        let (Some(held), Some(known)) = (self.cards.get(card), self.images.get_mut(card)) else {
            return Rc::default();
        };
        let image = held.image();
        if image != **known {
            *known = Rc::new(image);
        }
        Rc::clone(known)
    }
}
