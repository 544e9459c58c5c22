//! One flow at one profile: its tap is played once, and at every moment of it a fork is disturbed, followed
//! by what can come after it, and looked at.
//!
//! What is on the card after a fault, and what the terminal was told, is all that the rest of the day depends
//! on (`docs/tear.md`: memory is as before or as after, whatever the byte). So of the faults at a moment that
//! leave the same behind, one is followed to the end of the day; the others are made, and seen to leave it.

use super::case::{Case, Deed, Next};
use super::evidence::{Day, End};
use super::fault::{At, Fault};
use super::invariants::RULES;
use super::marks;
use super::rule::{Due, Evidence, Invariant};
use super::run::{Run, has_mac};
use super::scene::Scene;
use super::stage::Stage;
use super::story::Story;
use std::collections::BTreeMap;
use tunion_apdu::Response;
use tunion_card::{Chip, Image};
use tunion_issuer::Roots;
use tunion_terminal::{Action, Code};

/// Bytes that a page has, the unit of a card's writing.
const PAGE: u32 = 128;

/// What was counted.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    /// Moments of the tap.
    pub moments: u64,
    /// Faults that were made in it.
    pub faults: u64,
    /// Days that were played to their end and held against every rule.
    pub cases: u64,
    /// Days in which no rule was broken.
    pub held: u64,
    /// For each rule that was broken how often, the first case and what was found there.
    pub broken: BTreeMap<Invariant, Broken>,
}

/// How a rule was broken.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Broken {
    /// Days in which it was.
    pub cases: u64,
    /// The first of them.
    pub first: Case,
    /// What was found in it.
    pub found: String,
}

/// The reason for which a ticket office does not serve a flow: here the gates settle it.
pub(super) const NOTHING_DUE: &str = "nothing is due";

/// What comes after a tap: a first deed, and then one of several or none.
const NEXT: [(Deed, &[Deed]); 5] = [
    (Deed::Same, &[Deed::Other, Deed::Same]),
    (Deed::Other, &[Deed::Same]),
    (Deed::Late, &[]),
    (Deed::Another, &[Deed::Same]),
    (Deed::Restart, &[Deed::Same]),
];

/// What comes after a second tap that was disturbed.
const LAST: [(Deed, &[Deed]); 2] = [(Deed::Same, &[Deed::Other]), (Deed::Other, &[Deed::Same])];

/// How finely a tap is disturbed; 1 for everything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Finely {
    /// Of the faults that differ in their bytes alone each so-manieth is made.
    pub bytes: u32,
    /// Of the faults of a second tap each so-manieth is made.
    pub second: u32,
}

impl Finely {
    /// Every fault.
    pub const ALL: Self = Self { bytes: 1, second: 1 };
}

/// A flow at a profile, about to be pulled.
pub(super) struct Explorer<'s> {
    morning: Scene<'s>,
    roots: &'s Roots,
    due: Vec<Due>,
    finely: Finely,
    counts: Counts,
}

impl<'s> Explorer<'s> {
    /// Plays the morning, and the tap undisturbed.
    ///
    /// # Errors
    /// Why it does not go as it should; [`NOTHING_DUE`] where there is nothing that could be disturbed.
    pub(super) fn new(stage: &'s Stage<'s>, finely: Finely) -> Result<Self, String> {
        let morning = stage.morning().map_err(|rule| format!("its card cannot be made: {rule}"))?;
        let mut explorer =
            Self { morning, roots: stage.roots(), due: Vec::new(), finely, counts: Counts::default() };
        let day = explorer.begin()?.finish().end();
        let Some(tap) = day.taps.first() else { return Err("there is no tap".to_owned()) };
        let says = tap.decision().map(|(decision, _)| decision.code);
        if says != Some(stage.says()) || tap.end != End::Ready {
            if says == Some(Code::NothingToSettle) {
                return Err(NOTHING_DUE.to_owned());
            }
            let code = says.map_or("nothing is decided", Code::text);
            return Err(format!("undisturbed, the terminal says: {code}"));
        }
        let due = |done| Due { trip_type: marks::trip_type(&tap.after, &done), amount: done.log.amount };
        explorer.due = tap.done(0).map(due).collect();
        Ok(explorer)
    }

    /// The tap under test, about to begin.
    fn begin(&self) -> Result<Run<'s>, String> {
        let mut scene = self.morning.clone();
        let tap = scene.test().ok_or("the profile has no place for the tap")?;
        Ok(Run::begin(scene, tap))
    }

    /// Every case.
    pub(super) fn explore(mut self) -> Counts {
        if let Ok(run) = self.begin() {
            self.follow(&run.clone().finish(), &Case::default(), &NEXT);
            self.counts.moments = self.disturb(run, &Case::default(), true);
        }
        self.counts
    }

    /// Disturbs a tap at each of its moments; gives how many there are. Faults of the first tap are made at
    /// every byte, and a tap that leaves a record of the card in doubt is disturbed a second time.
    fn disturb(&mut self, mut run: Run<'s>, so_far: &Case, is_first: bool) -> u64 {
        let mut number = 0;
        while run.next().is_some() {
            let moment = run.moment();
            let mut known: Vec<(u8, Option<Image>)> = Vec::new();
            for fault in self.faults(&run, is_first) {
                number += 1;
                if !is_first && number % u64::from(self.finely.second) != 0 {
                    continue;
                }
                self.counts.faults += u64::from(is_first);
                let left = (fault.class(), left(&run, fault));
                if known.contains(&left) {
                    continue;
                }
                known.push(left);
                let at = At { moment, fault };
                let mut disturbed = run.clone();
                disturbed.go(Some(fault));
                self.disturbed(&disturbed.finish(), so_far, at, is_first);
            }
            run.go(None);
        }
        u64::from(run.moment() - 1)
    }

    /// What comes after a tap that was disturbed.
    fn disturbed(&mut self, scene: &Scene<'s>, so_far: &Case, at: At, is_first: bool) {
        let mut case = so_far.clone();
        if !is_first {
            if let Some(last) = case.next.last_mut() {
                last.fault = Some(at);
            }
            return self.follow(scene, &case, &LAST);
        }
        case.first = Some(at);
        self.follow(scene, &case, &NEXT);
        if !scene.is_in_doubt() {
            return;
        }
        for deed in [Deed::Same, Deed::Other] {
            let (mut scene, mut case) = (scene.clone(), case.clone());
            case.next.push(deed.into());
            if let Some(tap) = scene.next(deed) {
                self.disturb(Run::begin(scene, tap), &case, false);
            }
        }
    }

    /// The day ends here, or something comes first.
    fn follow(&mut self, scene: &Scene<'s>, case: &Case, next: &[(Deed, &[Deed])]) {
        self.judge(&scene.clone().end(), case);
        for (deed, then) in next {
            let mut scene = scene.clone();
            let mut case = case.clone();
            case.next.push((*deed).into());
            if let Some(tap) = scene.next(*deed) {
                scene = Run::begin(scene, tap).finish();
            }
            let then: Vec<(Deed, &[Deed])> = then.iter().map(|deed| (*deed, &[][..])).collect();
            self.follow(&scene, &case, &then);
        }
    }

    fn judge(&mut self, day: &Day, case: &Case) {
        let evidence = Evidence { day, due: &self.due, roots: self.roots };
        self.counts.cases += 1;
        let mut held = true;
        for (invariant, check) in RULES {
            if let Err(found) = check(&evidence) {
                held = false;
                let broken = self.counts.broken.entry(invariant);
                let first = || Broken { cases: 0, first: case.clone(), found };
                broken.or_insert_with(first).cases += 1;
            }
        }
        self.counts.held += u64::from(held);
    }

    /// What can go wrong at the next moment. `every`: at every byte, else at one.
    fn faults(&self, run: &Run<'_>, every: bool) -> Vec<Fault> {
        use Fault::{
            After, Before, Forged, HostLost, HostSilent, Leaves, Power, PowerAfter, PsamError, PsamForgets,
            PsamLost, PsamSilent, StoreFails,
        };
        match run.next() {
            Some(Action::SendCard(command)) => {
                let mut faults = vec![Before, After, Power, PowerAfter];
                faults.extend(has_mac(command).then_some(Forged));
                let mut card = run.scene.cards.get(run.card()).cloned();
                let mut response = Response::new();
                let answered = card.as_mut().is_some_and(|card| card.process(command, &mut response).is_ok());
                let written = card.map_or(0, |card| card.work().page_writes.saturating_mul(PAGE));
                let answer =
                    if answered { u16::try_from(response.bytes().len()).unwrap_or(u16::MAX) } else { 0 };
                let stride = if every { self.finely.bytes } else { written.max(2).div_ceil(2) };
                for bytes in (0..written).step_by(usize::try_from(stride).unwrap_or(1)) {
                    faults.extend([Fault::Cut(bytes), Fault::Noise(bytes)]);
                }
                let stride = if every { self.finely.bytes } else { u32::from(answer.max(1)) };
                faults.extend((0..answer).step_by(usize::try_from(stride).unwrap_or(1)).map(Fault::Answer));
                faults
            }
            Some(Action::SendSam(_)) => {
                vec![PsamSilent, PsamLost, PsamForgets, PsamError, Leaves, Power, PowerAfter]
            }
            Some(Action::SendHost(_) | Action::SignOn(_)) => {
                vec![HostSilent, HostLost, Leaves, Power, PowerAfter]
            }
            Some(Action::AskFare(_)) => vec![Leaves, Power],
            Some(Action::Persist(..)) => vec![StoreFails, Leaves, Power],
            Some(Action::Confirm(_) | Action::Prove(_)) => vec![HostSilent, Power],
            Some(_) => vec![Power],
            None => Vec::new(),
        }
    }

    /// Plays one case.
    pub(super) fn play(&self, case: &Case) -> Result<Story, String> {
        let mut scene = disturbed(self.begin()?, case.first)?;
        for Next { deed, fault } in &case.next {
            match scene.next(*deed) {
                Some(tap) => scene = disturbed(Run::begin(scene, tap), *fault)?,
                None if fault.is_some() => {
                    return Err("a restart is no tap that could be disturbed".to_owned());
                }
                None => {}
            }
        }
        let day = scene.end();
        let rules = self.rules(&day);
        Ok(Story { day, rules })
    }

    /// Every rule, with what is found where it is broken.
    pub(super) fn rules(&self, day: &Day) -> [(Invariant, Option<String>); 9] {
        let evidence = Evidence { day, due: &self.due, roots: self.roots };
        RULES.map(|(invariant, check)| (invariant, check(&evidence).err()))
    }
}

/// A tap to its end, with a fault at its moment.
fn disturbed(mut run: Run<'_>, fault: Option<At>) -> Result<Scene<'_>, String> {
    let Some(At { moment, fault }) = fault else { return Ok(run.finish()) };
    while run.moment() < moment && run.next().is_some() {
        run.go(None);
    }
    if run.moment() != moment || run.next().is_none() {
        return Err(format!("there is no moment {moment}: the tap has {}", run.moment() - 1));
    }
    run.go(Some(fault));
    Ok(run.finish())
}

/// What is on the card after a fault that the card meets; `None` of any other.
fn left(run: &Run<'_>, fault: Fault) -> Option<Image> {
    let Some(Action::SendCard(command)) = run.next() else { return None };
    let mut card = run.scene.cards.get(run.card())?.clone();
    if matches!(fault, Fault::Before | Fault::Power) {
        return Some(card.image());
    }
    card.set_cut(fault.cut());
    let _ = card.process(command, &mut Response::new());
    Some(card.image())
}
