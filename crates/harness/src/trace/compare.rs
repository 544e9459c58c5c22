//! Two traces side by side: where they differ.

use super::file::{Dir, File, Line, Went, Wire};
use tunion_apdu::Device;

/// What of two traces is compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Compared {
    /// Frames too, and times where nothing else differs: what is the link's own.
    pub link: bool,
    /// Exchanges with the PSAM too.
    pub sam: bool,
    /// Whether an answer that the left side lost may be anything.
    pub lost_is_open: bool,
}

impl Compared {
    /// Everything.
    pub const ALL: Self = Self { link: true, sam: true, lost_is_open: false };

    /// What a replay brings back: APDUs. Frames and times are the link's.
    pub const REPLAY: Self = Self { link: false, sam: true, lost_is_open: false };

    fn takes(self, line: &Line) -> bool {
        match line {
            Line::Up(_) | Line::Reset(Device::Sam) | Line::Went(Went { link: Wire::Sam, .. }) => self.sam,
            Line::Went(Went { link: Wire::Air, .. }) => self.link,
            _ => true,
        }
    }
}

/// Two traces differ here.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Difference {
    /// The line of the left trace, from 0 without its header; `None` where it has ended.
    pub left: Option<usize>,
    /// The line of the right trace.
    pub right: Option<usize>,
    /// What differs.
    pub what: What,
}

/// What differs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// One has ended, and the other goes on.
    End,
    /// What happens is of another kind: a tap and a command, a command and an answer, another link.
    Kind,
    /// Where, when or with which card it happens.
    Scene,
    /// The first byte that differs, from 0; where one has ended, its length.
    Byte(usize),
    /// The bytes are the same, the device's memory is not.
    State,
    /// All is the same but the time.
    Time,
}

/// Every difference, in order, as far as the two traces go side by side: up to the first that is of [`What::End`] or
/// [`What::Kind`].
#[must_use]
pub fn differences(left: &File, right: &File, compared: Compared) -> Vec<Difference> {
    let pick = |file: &'_ File| -> Vec<usize> {
        let taken = file.lines.iter().enumerate().filter(|(_, line)| compared.takes(line));
        taken.map(|(at, _)| at).collect()
    };
    let (lefts, rights) = (pick(left), pick(right));
    let mut found = Vec::new();
    let mut time = None;
    for turn in 0..lefts.len().max(rights.len()) {
        let (at, other) = (lefts.get(turn).copied(), rights.get(turn).copied());
        let difference = |what| Difference { left: at, right: other, what };
        let lines = at.and_then(|at| left.lines.get(at)).zip(other.and_then(|other| right.lines.get(other)));
        let Some((a, b)) = lines else {
            found.push(difference(What::End));
            break;
        };
        match line(a, b, compared) {
            Some(what) => {
                found.push(difference(what));
                if what == What::Kind {
                    break;
                }
            }
            None if time.is_none() && is_later(a, b) => time = Some(difference(What::Time)),
            None => {}
        }
    }
    if found.is_empty() && compared.link {
        found.extend(time);
    }
    found
}

fn line(a: &Line, b: &Line, compared: Compared) -> Option<What> {
    match (a, b) {
        (Line::Went(a), Line::Went(b)) => went(a, b, compared),
        (Line::Up(a), Line::Up(b)) => (a != b).then_some(What::Scene),
        (Line::Tap(a), Line::Tap(b)) => (a != b).then_some(What::Scene),
        (Line::Reset(a), Line::Reset(b)) if a == b => None,
        _ => Some(What::Kind),
    }
}

fn went(a: &Went, b: &Went, compared: Compared) -> Option<What> {
    if a.link != b.link {
        return Some(What::Kind);
    }
    if a.dir != b.dir {
        let is_open = compared.lost_is_open && (a.dir, b.dir) == (Dir::Lost, Dir::From);
        return (!is_open).then_some(What::Kind);
    }
    let (left, right) = (a.bytes.bytes(), b.bytes.bytes());
    if let Some(at) = left.iter().zip(right).position(|(a, b)| a != b) {
        return Some(What::Byte(at));
    }
    if left.len() != right.len() {
        return Some(What::Byte(left.len().min(right.len())));
    }
    a.state.zip(b.state).filter(|(a, b)| a != b).map(|_| What::State)
}

/// Whether two lines are of different times.
fn is_later(a: &Line, b: &Line) -> bool {
    a.went().zip(b.went()).is_some_and(|(a, b)| a.t != b.t)
}
