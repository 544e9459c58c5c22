//! One command at one point: torn, woken, and looked at.

use super::answers::{Asking, agree};
use super::deed::Deed;
use super::effect::{apply, left, proof, spend};
use super::prepare::{Ready, prepare};
use super::rule::{Broken, Rule, hold};
use super::subject::{Subject, fetch};
use crate::counterpart::{Counterpart, Mac};
use std::fmt::Write as _;
use tunion_apdu::{Response, Sw};
use tunion_card::{Cut, Image};
use tunion_crypto::Tally;

/// Bytes that a page has, the unit of a card's writing.
pub(super) const PAGE: u32 = 128;

/// Bytes of the commit that spends a try: the page that has it, and the root.
const SPENDING: u32 = 2 * PAGE;

/// A card that is about to get its command, and what can become of it.
pub(super) struct Point<'a, S> {
    deed: &'a Deed,
    other: &'a Counterpart,
    start: S,
    ready: Ready,
    before: Image,
    /// With the try spent, where the command spends one.
    spent: Option<Image>,
    after: Image,
    /// The answer, as it comes.
    answer: Response,
    /// The data of the answer, fetched.
    data: Vec<u8>,
    written: u32,
}

/// What came of the way to the command.
pub(super) enum Begun<'a, S> {
    /// It can be sent.
    Ready(Box<Point<'a, S>>),
    /// This card refuses it, or a command on the way, and writes nothing.
    Refused(Vec<u8>, Sw),
}

/// What a torn card was found to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stage {
    Before,
    Spent,
    After,
}

impl<'a, S: Subject> Point<'a, S> {
    /// Takes a card that was just powered on to the command of `deed`, and does it once on a fork.
    pub(super) fn begin(
        deed: &'a Deed,
        other: &'a Counterpart,
        mut start: S,
    ) -> Result<Begun<'a, S>, Broken> {
        let ready = match prepare(&mut start, deed, other) {
            Ok(ready) => ready,
            Err(refusal) => {
                hold(Rule::Refusal, refusal.wrote == 0, || {
                    format!(
                        "{:02X?} was answered {:?} and wrote {} pages",
                        refusal.at, refusal.sw, refusal.wrote
                    )
                })?;
                return Ok(Begun::Refused(refusal.at, refusal.sw));
            }
        };
        let before = start.image();
        let mut whole = start.clone();
        let mut answer = Response::new();
        let powered = whole.process(&ready.command, &mut answer).is_ok();
        hold(Rule::Power, powered, || "the power went with no cut ahead".to_owned())?;
        let pages = whole.work().page_writes;
        let after = whole.image();
        let data = fetch(&mut whole, answer.clone()).unwrap_or_default();
        let sw = data.sw();
        let data = data.data().to_vec();

        if pages == 0 && !sw.is_ok() && !judged(sw) {
            hold(Rule::Refusal, after == before, || format!("{sw:?}, and memory is another"))?;
            return Ok(Begun::Refused(ready.command.to_vec(), sw));
        }
        let profile = start.profile();
        let mut spent = before.clone();
        let spends = deed.act.counter().is_some_and(|counter| spend(&mut spent, counter, profile));
        let mut expected = if spends { spent.clone() } else { before.clone() };
        if deed.mac == Mac::Right {
            hold(Rule::Effect, sw.is_ok(), || format!("the right command was answered {sw:?}"))?;
            apply(&mut expected, deed.act, profile, other, &ready, &data);
        } else {
            hold(Rule::Effect, !sw.is_ok(), || "the wrong command was taken for right".to_owned())?;
        }
        hold(Rule::Effect, after == expected, || difference(&after, &expected))?;
        let spent = spends.then_some(spent);
        Ok(Begun::Ready(Box::new(Self {
            deed,
            other,
            start,
            ready,
            before,
            spent,
            after,
            answer,
            data,
            written: pages.saturating_mul(PAGE),
        })))
    }

    /// Bytes that the command writes.
    pub(super) const fn written(&self) -> u32 {
        self.written
    }

    /// What the command answers undisturbed.
    pub(super) fn sw(&self) -> Sw {
        self.answer.sw()
    }

    /// Tears the command, wakes the card, and holds every rule. Gives the woken card, what is in it, and
    /// which of the images that is.
    pub(super) fn tear(&self, cut: Cut) -> Result<(S, Image, Stage), Broken> {
        let mut card = self.start.clone();
        let mut response = Response::new();
        card.set_cut(Some(cut));
        let torn = card.process(&self.ready.command, &mut response).is_err();
        let tally = card.work().crypto;
        hold(Rule::Power, torn == (cut.after < self.written), || {
            format!("the command writes {} bytes, and the power went: {torn}", self.written)
        })?;
        if torn {
            hold(Rule::Silence, response.bytes().is_empty(), || {
                format!("{:02X?} beside the loss of power", response.bytes())
            })?;
            let dead = card.process(&self.ready.command, &mut response).is_err();
            hold(Rule::Silence, dead && response.bytes().is_empty(), || {
                format!("{:02X?} without power", response.bytes())
            })?;
        } else {
            hold(Rule::Answered, response == self.answer, || {
                format!("{:02X?}, undisturbed {:02X?}", response.bytes(), self.answer.bytes())
            })?;
        }

        let told = card.image();
        // Should waking write, it does not get far.
        let laid = Some(Cut { after: 0, damage: cut.damage });
        card.set_cut(laid);
        let woke = card.power_on();
        hold(Rule::Wakes, woke.is_ok(), || "the memory is corrupt".to_owned())?;
        hold(Rule::Rest, card.cut() == laid, || "a cut before the first byte came while waking".to_owned())?;
        card.set_cut(None);
        let found = card.image();
        hold(Rule::Told, found == told, || difference(&told, &found))?;

        let stage = self.stage(&found, torn, cut)?;
        self.no_free_try(&found, stage, torn, tally, cut)?;
        let mut answers = card.clone();
        agree(&mut answers, &found, self.deed.act, self.asking(&found).as_ref(), self.other)?;
        Ok((card, found, stage))
    }

    /// Wakes once more and does the whole again, torn at `cut`; nothing where the card as it was `found`
    /// refuses that rightly. The cut is chosen by what the command then writes.
    pub(super) fn again(
        &self,
        card: S,
        found: &Image,
        stage: Stage,
        cut: impl FnOnce(u32) -> Cut,
    ) -> Result<Option<Cut>, (Option<Cut>, Broken)> {
        let mut first = card.clone();
        match Self::begin(self.deed, self.other, card).map_err(|broken| (None, broken))? {
            Begun::Refused(at, sw) => {
                let out_of_tries = self.deed.act.counter().is_some_and(|counter| {
                    counter.all(first.profile()) > 0 && counter.left(&left(found, first.profile())) == 0
                });
                hold(Rule::Again, stage == Stage::After || stage == Stage::Spent && out_of_tries, || {
                    format!("{at:02X?} was answered {sw:?}")
                })
                .map_err(|broken| (None, broken))?;
                Ok(None)
            }
            Begun::Ready(point) => {
                let cut = cut(point.written);
                // The first byte that is written after waking: a cut before it leaves all as it was found.
                first.set_cut(Some(Cut { after: 0, ..cut }));
                if let Ok(ready) = prepare(&mut first, self.deed, self.other) {
                    let _ = first.process(&ready.command, &mut Response::new());
                }
                hold(Rule::Rest, first.image() == *found, || {
                    "a cut before the first byte after waking changed memory".to_owned()
                })
                .map_err(|broken| (Some(cut), broken))?;
                point.tear(cut).map(|_| Some(cut)).map_err(|broken| (Some(cut), broken))
            }
        }
    }

    /// Which of the images that may be there is there.
    fn stage(&self, found: &Image, torn: bool, cut: Cut) -> Result<Stage, Broken> {
        if !torn {
            hold(Rule::Answered, *found == self.after, || difference(found, &self.after))?;
            return Ok(Stage::After);
        }
        if *found == self.before && (self.before != self.after || cut.after < SPENDING) {
            Ok(Stage::Before)
        } else if *found == self.after {
            // A wrong command ends with the try spent.
            Ok(if self.deed.mac == Mac::Wrong { Stage::Spent } else { Stage::After })
        } else if self.spent.as_ref() == Some(found) {
            Ok(Stage::Spent)
        } else {
            Err(Broken { rule: Rule::Whole, found: difference(found, &self.before) })
        }
    }

    /// While the try is not spent, nothing was compared: no cipher has run, and the command with the other
    /// MAC or PIN, torn at the same byte, cannot be told from this one.
    fn no_free_try(
        &self,
        found: &Image,
        stage: Stage,
        torn: bool,
        tally: Tally,
        cut: Cut,
    ) -> Result<(), Broken> {
        if self.spent.is_none() {
            return Ok(());
        }
        if !torn {
            let counter = self.deed.act.counter();
            let tries = counter.map(|counter| counter.left(&left(found, self.start.profile())));
            let sw = self.answer.sw();
            let told = sw.family() != Sw::tries_left(0).family() || Some(sw) == tries.map(Sw::tries_left);
            return hold(Rule::FreeTry, told, || format!("{sw:?} was answered, and {tries:?} are left"));
        }
        if cut.after >= SPENDING {
            let kept = stage != Stage::Before;
            return hold(Rule::FreeTry, kept, || "the try that was spent is there again".to_owned());
        }
        let blocks = tally.des_blocks + tally.tdes_blocks;
        if stage == Stage::Before {
            hold(Rule::FreeTry, blocks == 0, || {
                format!("{blocks} blocks were ciphered, and the try is not spent")
            })?;
        }
        let Some(twin) = &self.ready.twin else { return Ok(()) };
        let mut card = self.start.clone();
        card.set_cut(Some(cut));
        let mut response = Response::new();
        let same = card.process(twin, &mut response).is_err()
            && card.work().crypto == tally
            && card.image() == *found;
        hold(Rule::FreeTry, same, || "torn at this byte, right and wrong can be told apart".to_owned())
    }

    /// What GET TRANSACTION PROVE is to be asked, and to answer.
    fn asking(&self, found: &Image) -> Option<Asking> {
        let transaction = self.deed.act.transaction()?;
        let done = self.deed.mac == Mac::Right && *found == self.after;
        let proof = done.then(|| proof(transaction, &self.ready, &self.data));
        Some(Asking { transaction, seq: self.ready.seq.wrapping_add(1), proof })
    }
}

/// Whether the word is that of a comparison, which may write nothing where tries have no limit.
fn judged(sw: Sw) -> bool {
    matches!(sw, Sw::WRONG_MAC | Sw::WRONG_MESSAGE_MAC) || sw.family() == Sw::tries_left(0).family()
}

/// The parts of two images that differ, by name.
fn difference(found: &Image, expected: &Image) -> String {
    let parts = [
        ("15", found.info != expected.info),
        ("16", found.holder != expected.holder),
        ("17", found.management != expected.management),
        ("purse", found.purse != expected.purse),
        ("18", found.log != expected.log),
        ("1A", found.industry != expected.industry),
        ("1E", found.trips != expected.trips),
        ("security", found.security != expected.security),
        ("proofs", found.proofs != expected.proofs),
    ];
    let parts: Vec<&str> = parts.into_iter().filter_map(|(name, differs)| differs.then_some(name)).collect();
    let mut text = format!("differs in {}", parts.join(", "));
    if found.purse != expected.purse {
        let _ = write!(text, "; found {:?}, not {:?}", found.purse, expected.purse);
    }
    if found.security != expected.security {
        let _ = write!(text, "; found {:?}, not {:?}", found.security, expected.security);
    }
    text
}
