//! The smallest part of a trace that still fails.
//!
//! Commands to the card, its taps and its resets are left out, half of them at once, then quarters, then one by one,
//! as long as the last command still fails in the same way (delta debugging, `ddmin`). What is left is minimal in the
//! sense that no single one of it can be left out.

use super::bench::Bench;
use super::compare::{Compared, What, differences};
use super::file::{Dir, File, Line, Went, Wire};
use super::raw::Raw;
use crate::fares::quote::Refusal;
use tunion_apdu::Sw;

/// The failure that has to stay.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The first command that the card answers so.
    Sw(Sw),
    /// The first command that the card answers otherwise than recorded.
    Difference,
}

/// What is left of a trace.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Shrunk {
    /// The trace: what was sent, and how the card answered. Of a difference the last answer is the recorded one, so
    /// that a replay shows it again.
    pub file: File,
    /// Commands that there were.
    pub before: usize,
    /// Commands that are left.
    pub after: usize,
    /// How often commands were played to find it.
    pub played: usize,
}

/// Shrinks a trace against a card.
///
/// # Errors
/// The trace is masked, or the failure does not show in it.
pub fn shrink(file: &File, bench: &Bench, failure: Failure) -> Result<Shrunk, Refusal> {
    let live = bench.play(file)?;
    let (at, fault) = fault(file, &live, bench, failure)?;
    let is_sent = |line: &&Line| match line {
        Line::Tap(_) | Line::Reset(_) => true,
        Line::Up(_) => false,
        Line::Went(went) => went.link == Wire::Card && went.dir == Dir::To,
    };
    let before = file.lines.get(..at).unwrap_or_default();
    let stones: Vec<Line> = before.iter().filter(is_sent).cloned().collect();
    let last = file.lines.get(at).cloned();
    let mut played = 0;
    let mut fails = |stones: &[Line]| {
        played += 1;
        let sent: Vec<Line> = stones.iter().chain(&last).cloned().collect();
        let answers = bench.clone().send(&sent);
        fault.shows(answers.last().and_then(Line::went))
    };
    let left = smallest(stones, &mut fails);
    let sent: Vec<Line> = left.into_iter().chain(last).collect();
    let mut lines = bench.clone().send(&sent);
    if let (Some(recorded), Some(line)) = (fault.recorded, lines.last_mut()) {
        *line = Line::Went(Went { state: None, ..recorded });
    }
    let count = |lines: &[Line]| lines.iter().filter(|line| line.went().is_some()).filter(is_sent).count();
    let (before, after) = (count(&file.lines), count(&lines));
    let header = super::Header { made: "shrink".to_owned(), ..file.header.clone() };
    Ok(Shrunk { file: File { header, lines }, before, after, played })
}

/// How the last command fails.
struct Fault {
    /// The bytes of its answer that make the failure, and their values; places count from the end where they are of
    /// the status word.
    place: usize,
    from_end: bool,
    bytes: Vec<u8>,
    /// The answer that it should have had.
    recorded: Option<Went>,
}

impl Fault {
    fn sw(sw: Sw, recorded: Option<Went>) -> Self {
        Self { place: 2, from_end: true, bytes: sw.0.to_be_bytes().to_vec(), recorded }
    }

    /// Whether an answer fails in the same way.
    fn shows(&self, answer: Option<&Went>) -> bool {
        let Some(bytes) = answer.filter(|went| went.dir == Dir::From).map(|went| went.bytes.bytes()) else {
            return false;
        };
        let data = bytes.len().saturating_sub(2);
        let start = if self.from_end { bytes.len().saturating_sub(self.place) } else { self.place };
        let end = start + self.bytes.len();
        (self.from_end || end <= data) && bytes.get(start..end) == Some(&self.bytes)
    }
}

/// The command that fails first, by its line, and how.
fn fault(file: &File, live: &File, bench: &Bench, failure: Failure) -> Result<(usize, Fault), Refusal> {
    match failure {
        Failure::Sw(sw) => {
            let fault = Fault::sw(sw, None);
            let answers = live.lines.iter().filter_map(Line::went).filter(|went| went.link == Wire::Card);
            let turn = answers.filter(|went| went.dir != Dir::To).position(|went| fault.shows(Some(went)));
            let none = || Refusal::new(format!("the card answers {sw} to no command of the trace"));
            let turn = turn.ok_or_else(|| none().help("`tunion trace replay` shows what it answers"))?;
            let mut commands = file.lines.iter().enumerate().filter(|(_, line)| is_command(line));
            let at = commands.nth(turn).map(|(at, _)| at);
            at.map(|at| (at, fault)).ok_or_else(none)
        }
        Failure::Difference => {
            let compared = Compared { sam: false, ..bench.compared() };
            let found = differences(file, live, compared);
            let none = || Refusal::new("the card answers every command of the trace as it was recorded");
            let first = found.first().ok_or_else(none)?;
            let went = |file: &File, at: Option<usize>| file.lines.get(at?).and_then(Line::went).cloned();
            let (recorded, answer) = (went(file, first.left), went(live, first.right));
            let (What::Byte(byte), Some(recorded), Some(answer)) = (first.what, recorded, answer) else {
                let other = Refusal::new("the first difference is not one of an answer's bytes");
                return Err(other.help("`tunion trace replay` tells it"));
            };
            let before = file.lines.get(..first.left.unwrap_or_default()).unwrap_or_default();
            let at = before.iter().rposition(is_command).ok_or_else(none)?;
            Ok((at, difference(byte, recorded, &answer.bytes)))
        }
    }
}

fn difference(byte: usize, recorded: Went, answer: &Raw) -> Fault {
    let data = recorded.bytes.len().min(answer.len()).saturating_sub(2);
    match answer.bytes().get(byte) {
        Some(value) if byte < data => {
            Fault { place: byte, from_end: false, bytes: vec![*value], recorded: Some(recorded) }
        }
        // Another status word, or more or less data: the status word stands for it.
        _ => {
            let sw = answer.bytes().last_chunk::<2>().copied().unwrap_or_default();
            Fault::sw(Sw(u16::from_be_bytes(sw)), Some(recorded))
        }
    }
}

fn is_command(line: &Line) -> bool {
    line.went().is_some_and(|went| (went.link, went.dir) == (Wire::Card, Dir::To))
}

/// The smallest part of `stones`, in their order, of which none can be left out.
fn smallest<T: Clone>(mut stones: Vec<T>, fails: &mut impl FnMut(&[T]) -> bool) -> Vec<T> {
    let mut parts = 2;
    while !stones.is_empty() {
        let size = stones.len().div_ceil(parts);
        let without = (0..stones.len()).step_by(size).find_map(|start| {
            let end = (start + size).min(stones.len());
            let rest = [stones.get(..start)?, stones.get(end..)?].concat();
            fails(&rest).then_some(rest)
        });
        match without {
            Some(rest) => {
                stones = rest;
                parts = parts.saturating_sub(1).max(2);
            }
            None if size == 1 => break,
            None => parts = (parts * 2).min(stones.len()),
        }
    }
    stones
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// What is needed is left, and nothing else.
        #[test]
        fn what_is_needed_is_left(needed in prop::collection::btree_set(0..60u8, 0..6), count in 0..60u8) {
            let stones: Vec<u8> = (0..count).collect();
            let needed: Vec<u8> = needed.into_iter().filter(|stone| *stone < count).collect();
            let mut fails = |stones: &[u8]| needed.iter().all(|stone| stones.contains(stone));
            prop_assert_eq!(smallest(stones, &mut fails), needed);
        }
    }
}
