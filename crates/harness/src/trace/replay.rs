//! A trace played again: as the card against a live terminal, as the terminal against live cards and PSAMs.
//!
//! What comes of it is another trace, which is compared with the first ([`differences`](super::differences)). As the
//! card every command is held, as the terminal every answer: together every byte of the APDUs.

use super::file::{File, Header, Line, Tap};
use super::record::Script;
use super::tape::Tape;
use crate::fares::quote::Refusal;
use tunion_files::scenario::Step;

/// Which side of a trace is played.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Side {
    /// The recorded card answers live terminals; each has its own PSAM and its own host.
    Card,
    /// The recorded terminals ask live cards and live PSAMs.
    Terminal,
}

/// Plays one side of a trace with the same cards, terminals, keys and seed.
///
/// The trace that comes of it ends where the recorded side had nothing more to say.
///
/// # Errors
/// What keeps the trace from being played: it is masked, it was made with another seed or other keys, or its taps are
/// not those of the script.
pub fn replay(file: &File, script: &Script<'_>, side: Side) -> Result<File, Refusal> {
    may_be_played(file)?;
    let here = script.header("", Vec::new());
    is_same("seed", file.header.seed.as_ref(), here.seed.as_ref())?;
    is_same(
        "key set, by the check value of its purchase root",
        file.header.keys.as_ref(),
        here.keys.as_ref(),
    )?;
    let groups = groups(file, script)?;
    let mut world = script.world().map_err(|broken| Refusal::new(broken.to_string()))?;
    match side {
        Side::Card => {
            world.play_tape(Tape::new(&file.lines));
            for group in groups.iter().filter(|group| matches!(group.begin, Begin::Tap(_))) {
                world.tap(group.step);
                if !world.tape_runs() {
                    break;
                }
            }
        }
        Side::Terminal => {
            for Group { step, begin, lines } in &groups {
                match begin {
                    Begin::Up => world.retell_up(step, lines),
                    Begin::Tap(tap) => world.retell_tap(step, tap, lines),
                }
            }
        }
    }
    Ok(File { header: file.header.clone(), lines: world.trace().lines().to_vec() })
}

/// Whether a trace has all its bytes.
///
/// # Errors
/// It is masked.
pub(super) fn may_be_played(file: &File) -> Result<(), Refusal> {
    if !file.is_masked() {
        return Ok(());
    }
    let masked =
        Refusal::new("the trace is masked: card numbers and secrets are hidden in it, and cannot be played");
    Err(masked.help("write it again with --unmasked"))
}

fn is_same<T: PartialEq + ToString>(what: &str, then: Option<&T>, now: Option<&T>) -> Result<(), Refusal> {
    match (then, now) {
        (Some(then), Some(now)) if then != now => {
            let (then, now) = (then.to_string(), now.to_string());
            let other =
                Refusal::new(format!("the trace was made with another {what}: {then}, and here it is {now}"));
            Err(other.help("name the scenario, or give the arguments, that it was made with"))
        }
        _ => Ok(()),
    }
}

/// The lines between two beginnings, and the step that they belong to.
struct Group<'a> {
    step: &'a Step,
    begin: Begin<'a>,
    lines: &'a [Line],
}

enum Begin<'a> {
    Up,
    Tap(&'a Tap),
}

/// The trace, tap by tap. A terminal is switched on for the tap that follows.
fn groups<'a>(file: &'a File, script: &Script<'a>) -> Result<Vec<Group<'a>>, Refusal> {
    let starts: Vec<usize> = (0..file.lines.len())
        .filter(|at| matches!(file.lines.get(*at), Some(Line::Up(_) | Line::Tap(_))))
        .collect();
    if starts.first() != Some(&0) {
        let none =
            Refusal::new("the trace does not begin with a tap, so nothing says whose commands these are");
        return Err(none.help("play it against a card: --card FILE"));
    }
    let mut groups = Vec::new();
    for (turn, start) in starts.iter().enumerate() {
        let end = starts.get(turn + 1).copied().unwrap_or(file.lines.len());
        let lines = file.lines.get(start + 1..end).unwrap_or_default();
        let begin = match file.lines.get(*start) {
            Some(Line::Tap(tap)) => Begin::Tap(tap),
            _ => Begin::Up,
        };
        // A terminal that is switched on for no tap is asked nothing more.
        let Some(number) = file.next_tap(*start) else { continue };
        groups.push(Group { step: step(script, number, &begin, &file.header)?, begin, lines });
    }
    Ok(groups)
}

/// The step that is a tap's, by its number.
fn step<'a>(
    script: &Script<'a>,
    number: u32,
    begin: &Begin<'_>,
    header: &Header,
) -> Result<&'a Step, Refusal> {
    let at = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let found = at.and_then(|at| script.steps.get(at)).copied();
    let step = found.ok_or_else(|| {
        let taps = script.steps.len();
        Refusal::new(format!("the trace has a tap {number}, and here are {taps}")).help(format!(
            "it was made by `{} {}`",
            header.made,
            header.arguments.join(" ")
        ))
    })?;
    let card = script.scenario.cards.get(step.card).map_or("", |card| &card.name);
    match begin {
        Begin::Tap(tap) if tap.card != card => {
            let there = &tap.card;
            Err(Refusal::new(format!(
                "tap {number} of the trace is of the card `{there}`, and here it is `{card}`'s"
            )))
        }
        _ => Ok(step),
    }
}
