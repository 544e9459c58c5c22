//! Every case of every flow at every profile.

use super::case::Case;
use super::explore::{Counts, Explorer, Finely, NOTHING_DUE};
use super::flow::Flow;
use super::stage::Stage;
use super::story::Story;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use tunion_files::keys::KeySet;
use tunion_files::terminal::TerminalFile;

/// A profile as it is handed in.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Where its file lies, as it was named; a line that repeats a case has it.
    pub path: String,
    /// The profile.
    pub file: Arc<TerminalFile>,
}

/// What is pulled, and how finely.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The flows.
    pub flows: Vec<&'static Flow>,
    /// How finely it is disturbed.
    pub finely: Finely,
}

/// One flow at one profile, with what came of it.
#[derive(Clone, Debug)]
pub struct Swept {
    /// Which of the profiles.
    pub profile: usize,
    /// The flow.
    pub flow: &'static Flow,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of one flow at one profile.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// The profile's terminals do not serve it.
    NotServed,
    /// It was pulled.
    Pulled(Counts),
    /// It fails undisturbed, for this reason.
    Failed(String),
}

/// Every flow at every profile. The order of the result does not depend on the threads that do it: flow,
/// profile.
#[must_use]
pub fn sweep(profiles: &[Profile], keys: &KeySet, settings: &Settings) -> Vec<Swept> {
    let jobs: Vec<(usize, &'static Flow)> = settings
        .flows
        .iter()
        .flat_map(|flow| (0..profiles.len()).map(move |profile| (profile, *flow)))
        .collect();
    let next = AtomicUsize::new(0);
    let done = Mutex::new(Vec::with_capacity(jobs.len()));
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some((profile, flow)) = jobs.get(number).copied() else { break };
            let Some(Profile { file, .. }) = profiles.get(profile) else { break };
            let outcome = one(file, flow, keys, settings.finely);
            let swept = Swept { profile, flow, outcome };
            done.lock().unwrap_or_else(PoisonError::into_inner).push((number, swept));
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

/// Whether a profile's terminals serve a flow: have a place for each of its taps, take its card, and find something
/// to do. A flow that fails undisturbed is served: what is wrong with it is told when it is pulled.
#[must_use]
pub fn serves(profile: &Profile, flow: &'static Flow, keys: &KeySet) -> bool {
    let stage = Stage::new(&profile.file, flow, keys);
    stage.serves() && Explorer::new(&stage, Finely::ALL).map_or_else(|reason| reason != NOTHING_DUE, |_| true)
}

/// One flow at one profile.
fn one(file: &TerminalFile, flow: &'static Flow, keys: &KeySet, finely: Finely) -> Outcome {
    let stage = Stage::new(file, flow, keys);
    if !stage.serves() {
        return Outcome::NotServed;
    }
    match Explorer::new(&stage, finely) {
        Ok(explorer) => Outcome::Pulled(explorer.explore()),
        Err(reason) if reason == NOTHING_DUE => Outcome::NotServed,
        Err(reason) => Outcome::Failed(reason),
    }
}

/// Plays one case, and tells all of it.
///
/// # Errors
/// Why it cannot be played: the profile's terminals do not serve the flow, or the tap has no such moment.
pub fn play(profile: &Profile, flow: &'static Flow, keys: &KeySet, case: &Case) -> Result<Story, String> {
    let stage = Stage::new(&profile.file, flow, keys);
    if !stage.serves() {
        return Err(format!("{} does not serve the flow `{}`", profile.path, flow.name));
    }
    Explorer::new(&stage, Finely::ALL)?.play(case)
}
