//! Every cut of every command of every card.

use super::deed::Deed;
use super::point::{Begun, PAGE, Point, Stage};
use super::rule::Broken;
use super::setup::setup;
use super::subject::Subject;
use crate::counterpart::Counterpart;
use crate::random::{Stream, stream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use tunion_apdu::Sw;
use tunion_card::{Card, Contents, Cut, Damage, Inconsistent};

/// A card as it is handed in.
#[derive(Clone, Debug)]
pub struct Specimen {
    /// Its name in the table.
    pub name: String,
    /// Where its file lies, as it was named; a line that repeats a case has it.
    pub path: Option<String>,
    /// What is on it.
    pub contents: Contents,
}

/// One card and one command in one round, with what came of it.
#[derive(Clone, Debug)]
pub struct Swept {
    /// Which of the cards.
    pub card: usize,
    /// The command.
    pub deed: &'static Deed,
    /// The seed of the round.
    pub seed: u64,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of one command on one card.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// It was torn, and every rule held.
    Kept(Counts),
    /// The card refuses it, or a command on the way to it, with this word, and writes nothing.
    Refused(Sw),
    /// A rule was broken.
    Broken(Case, Broken),
}

/// What was counted while a command was torn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counts {
    /// What the command answers undisturbed.
    pub answer: Sw,
    /// Pages that it writes.
    pub pages: u32,
    /// Points at which it was torn.
    pub once: u64,
    /// Of them, points after which it was done again and torn again.
    pub twice: u64,
    /// Cards that were found as before the command.
    pub before: u64,
    /// Cards that were found with the try spent and no more.
    pub spent: u64,
    /// Cards that were found as after the command.
    pub after: u64,
}

impl Counts {
    /// All cut points: those of the command, and those of its repetition.
    #[must_use]
    pub const fn points(&self) -> u64 {
        self.once + self.twice
    }
}

/// The cuts of one case.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Case {
    /// The cut of the command; none where it went wrong undisturbed.
    pub cut: Option<Cut>,
    /// The cut of its repetition.
    pub again: Option<Cut>,
}

/// What is torn, and where.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where random numbers and noise begin.
    pub seed: u64,
    /// So many cut points at least, by more rounds: each has the next seed, so other MACs are written and
    /// other noise is left. With 0 there is one round.
    pub points: u64,
    /// The commands.
    pub deeds: Vec<&'static Deed>,
    /// Only this case, of the first round.
    pub case: Option<Case>,
}

/// Every command on every card in one round and, until there are points enough, in more. The order of the
/// result does not depend on the threads that do it: round, card, command.
///
/// # Errors
/// The first card that cannot be made, with the rule that its contents break.
pub fn sweep(specimens: &[Specimen], settings: &Settings) -> Result<Vec<Swept>, (String, Inconsistent)> {
    sweep_with(specimens, settings, Card::new)
}

/// As [`sweep`], of whatever `make` makes.
pub(super) fn sweep_with<S: Subject>(
    specimens: &[Specimen],
    settings: &Settings,
    make: impl Fn(&Contents, Stream) -> Result<S, Inconsistent> + Sync,
) -> Result<Vec<Swept>, (String, Inconsistent)> {
    for Specimen { name, contents, .. } in specimens {
        contents.check().map_err(|rule| (name.clone(), rule))?;
    }
    let mut all = Vec::new();
    for seed in settings.seed.. {
        let swept = round(specimens, settings, seed, &make)?;
        let points = |swept: &[Swept]| -> u64 {
            swept
                .iter()
                .map(|swept| if let Outcome::Kept(counts) = &swept.outcome { counts.points() } else { 0 })
                .sum()
        };
        let some = points(&swept) > 0;
        let broken = swept.iter().any(|swept| matches!(swept.outcome, Outcome::Broken(..)));
        all.extend(swept);
        if broken || !some || settings.case.is_some() || points(&all) >= settings.points {
            break;
        }
    }
    Ok(all)
}

fn round<S: Subject>(
    specimens: &[Specimen],
    settings: &Settings,
    seed: u64,
    make: &(impl Fn(&Contents, Stream) -> Result<S, Inconsistent> + Sync),
) -> Result<Vec<Swept>, (String, Inconsistent)> {
    let jobs: Vec<(usize, &'static Deed)> =
        (0..specimens.len()).flat_map(|card| settings.deeds.iter().map(move |deed| (card, *deed))).collect();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(jobs.len()));
    let work = || {
        while let Some((card, deed)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)).copied() {
            let Some(specimen) = specimens.get(card) else { continue };
            let outcome = one(specimen, deed, seed, settings.case, make)
                .map(|outcome| Swept { card, deed, seed, outcome })
                .map_err(|rule| (specimen.name.clone(), rule));
            let number = card * settings.deeds.len() + position(settings, deed);
            done.lock().unwrap_or_else(PoisonError::into_inner).push((number, outcome));
        }
    };
    thread::scope(|scope| {
        let threads = thread::available_parallelism().map_or(1, usize::from).min(jobs.len());
        for _ in 1..threads {
            scope.spawn(work);
        }
        work();
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, swept)| swept).collect()
}

fn position(settings: &Settings, deed: &Deed) -> usize {
    settings.deeds.iter().position(|other| *other == deed).unwrap_or_default()
}

/// One command on one card, at every cut or at the one that is asked for.
fn one<S: Subject>(
    specimen: &Specimen,
    deed: &'static Deed,
    seed: u64,
    only: Option<Case>,
    make: &impl Fn(&Contents, Stream) -> Result<S, Inconsistent>,
) -> Result<Outcome, Inconsistent> {
    let mut contents = specimen.contents.clone();
    setup(deed, &mut contents);
    let card = make(&contents, stream(seed, &format!("tear {} {}", specimen.name, deed.name), 0))?;
    let other = Counterpart::new(contents.keys.clone());
    let point = match Point::begin(deed, &other, card) {
        Ok(Begun::Ready(point)) => point,
        Ok(Begun::Refused(_, sw)) => return Ok(Outcome::Refused(sw)),
        Err(broken) => return Ok(Outcome::Broken(Case::default(), broken)),
    };
    let mut counts = Counts {
        answer: point.sw(),
        pages: point.written() / PAGE,
        once: 0,
        twice: 0,
        before: 0,
        spent: 0,
        after: 0,
    };
    let single = only.and_then(|case| case.cut);
    let cuts = single.map_or_else(|| cuts(point.written(), seed), |cut| vec![cut]);
    for (number, cut) in (0..).zip(cuts) {
        let broken = |again, broken| Ok(Outcome::Broken(Case { cut: Some(cut), again }, broken));
        let (card, found, stage) = match point.tear(cut) {
            Ok(torn) => torn,
            Err(rule) => return broken(None, rule),
        };
        counts.once += 1;
        *match stage {
            Stage::Before => &mut counts.before,
            Stage::Spent => &mut counts.spent,
            Stage::After => &mut counts.after,
        } += 1;
        // What comes before the second cut is repeated with the first alone.
        let given = only.map(|case| case.again.unwrap_or(Cut { after: 0, damage: Damage::Prefix }));
        let choose = |written| match given {
            Some(cut) if single.is_some() => cut,
            _ => second(number, written, seed),
        };
        match point.again(card, &found, stage, choose) {
            Ok(again) => counts.twice += u64::from(again.is_some()),
            Err((again, rule)) => return broken(again, rule),
        }
    }
    Ok(Outcome::Kept(counts))
}

/// Every byte that is written, the end, and some bytes beyond it; with what was written so far, and with
/// noise.
fn cuts(written: u32, seed: u64) -> Vec<Cut> {
    let beyond = [1, PAGE - 1, PAGE].map(|beyond| written + beyond);
    (0..=written)
        .chain(beyond)
        .flat_map(|after| {
            let noise = Damage::Noise(mixed(seed, u64::from(after)));
            [Damage::Prefix, noise].map(|damage| Cut { after, damage })
        })
        .collect()
}

/// The cut of the repetition after the `number`-th cut. From one to the next it moves half a page on, round
/// and round; what is written is a number of whole pages and so has with its end an odd number of cuts, so it
/// comes to each of them. Damage is the other than at the first cut.
fn second(number: u32, written: u32, seed: u64) -> Cut {
    let after = (u64::from(number) * u64::from(PAGE / 2) + u64::from(number % 2)) % u64::from(written + 1);
    let damage = if number.is_multiple_of(2) {
        Damage::Noise(mixed(seed, u64::from(number) + (1 << 32)))
    } else {
        Damage::Prefix
    };
    Cut { after: u32::try_from(after).unwrap_or(written), damage }
}

/// `SplitMix64`'s mixing of two numbers: any will do, it has to be repeatable.
const fn mixed(seed: u64, number: u64) -> u64 {
    let mut mixed = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(number);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
