//! Faults that are planted, and the list of them.

use serde::Serialize;
use tunion_data::Fen;

use super::day::Made;
use super::habit::{below, chance};
use super::{LATE_DAYS, Order};
use crate::random::{Stream, stream};

/// A kind of planted fault.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// The row says a wrong charge.
    Wrong,
    /// The row says once more what another one says.
    Duplicate,
    /// As that, with another charge.
    Contradiction,
    /// The row comes after its day is closed.
    Late,
    /// The exit of this entry is missing.
    MissingExit,
}

/// One planted fault.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Planted {
    /// The line of the file.
    pub row: u64,
    /// The fault.
    pub fault: Fault,
    /// What should be charged in this row.
    pub expected_fen: Option<u32>,
    /// What the row says.
    pub charged_fen: Option<u32>,
}

/// A row to be written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tap {
    pub(super) made: Made,
    /// What the row is called; a duplicate is called as the first.
    pub(super) id: u64,
    pub(super) fault: Option<Fault>,
    /// What should be charged.
    pub(super) expected: Option<Fen>,
}

/// Rows that are written on another day than their own: after so many days.
pub(super) struct Later {
    pub(super) days: usize,
    pub(super) tap: Tap,
}

/// How many faults are still to be planted on which day.
pub(super) struct Faults {
    order: Order,
    days: usize,
    random: Stream,
    next_id: u64,
    duplicates: u32,
    /// What could not be planted for want of rows, to be planted on the next day.
    owed: [u32; 3],
}

/// So many rows of a hundred come a day late by themselves, in their place for whoever waits a day.
const NATURAL_PERCENT: usize = 1;

impl Faults {
    pub(super) fn new(order: &Order, days: usize) -> Self {
        let random = stream(order.seed, "faults", 0);
        Self { order: *order, days, random, next_id: 1, duplicates: 0, owed: [0; 3] }
    }

    /// How many of `all` fall on a day, when they are spread over the first `days`.
    fn share(all: u32, day: usize, days: usize) -> u32 {
        let (day, days) = (u64::try_from(day).unwrap_or(0), u64::try_from(days.max(1)).unwrap_or(1));
        let until = |day: u64| u64::from(all) * day.min(days) / days;
        u32::try_from(until(day + 1) - until(day)).unwrap_or(0)
    }

    /// For each missing exit of a day, the card from which on it is.
    pub(super) fn missing_exits(&mut self, day: usize) -> Vec<u32> {
        let cards = usize::try_from(self.order.cards).unwrap_or(0);
        let share = Self::share(self.order.missing_exits, day, self.days);
        (0..share).map(|_| u32::try_from(below(&mut self.random, cards)).unwrap_or(0)).collect()
    }

    /// Gives each tap its id.
    pub(super) fn number(&mut self, made: Vec<Made>) -> Vec<Tap> {
        let number = |made: Made| {
            let id = self.next_id;
            self.next_id += 1;
            let fault = made.lacks_exit.then_some(Fault::MissingExit);
            Tap { made, id, fault, expected: made.charged }
        };
        made.into_iter().map(number).collect()
    }

    /// Plants a day's faults into its taps.
    pub(super) fn plant(&mut self, day: usize, made: Vec<Made>) -> Planned {
        let mut taps = self.number(made);
        let mut later = Vec::new();
        let last = self.days.saturating_sub(1);
        let [wrong, late, duplicates] = [
            Self::share(self.order.wrong, day, self.days),
            Self::share(self.order.late, day, self.days.saturating_sub(LATE_DAYS)),
            Self::share(self.order.duplicates, day, self.days),
        ];
        let want = [wrong + self.owed[0], late + self.owed[1], duplicates + self.owed[2]];
        // Taken out, or not to be touched again.
        let (mut gone, mut fixed) = (vec![false; taps.len()], vec![false; taps.len()]);
        self.owed[0] = self.wrong(want[0], &mut taps);
        if day + LATE_DAYS <= last {
            self.owed[1] = self.late(want[1], &mut taps, &mut gone, &mut later);
        } else {
            self.owed[1] = want[1];
        }
        self.owed[2] = self.duplicate(want[2], &taps, &gone, &mut fixed, &mut later, day < last);
        let mut here = Vec::with_capacity(taps.len());
        for ((tap, _), fixed) in taps.into_iter().zip(gone).zip(fixed).filter(|((_, gone), _)| !gone) {
            // The first of two rows stays before the second.
            if day < last && !fixed && chance(&mut self.random, NATURAL_PERCENT) {
                later.push(Later { days: 1, tap });
            } else {
                here.push(tap);
            }
        }
        Planned { here, later }
    }

    /// Makes charges wrong; how many could not be, for want of rows.
    fn wrong(&mut self, want: u32, taps: &mut [Tap]) -> u32 {
        for done in 0..want {
            let start = below(&mut self.random, taps.len());
            let free = |place: &usize| taps[*place].fault.is_none() && taps[*place].made.charged.is_some();
            let Some(place) = (start..taps.len()).chain(0..start).find(free) else { return want - done };
            let right = taps[place].expected.unwrap_or_default();
            let wrong = match below(&mut self.random, 3) {
                0 if right.get() >= 100 => Fen::new(right.get() - 100),
                1 => right + Fen::new(50),
                _ => right + Fen::new(100),
            };
            taps[place].made.charged = Some(wrong);
            taps[place].fault = Some(Fault::Wrong);
        }
        0
    }

    /// Takes whole bus rides out, so that nothing else changes.
    fn late(&mut self, want: u32, taps: &mut [Tap], gone: &mut [bool], later: &mut Vec<Later>) -> u32 {
        for done in 0..want {
            let start = below(&mut self.random, taps.len());
            let free = |place: &usize| {
                let both = [taps.get(*place), taps.get(*place + 1)];
                let [Some(on), Some(off)] = both else { return false };
                on.made.has_off
                    && off.made.card == on.made.card
                    && [on, off].iter().all(|tap| tap.fault.is_none())
                    && !gone[*place]
                    && !gone[*place + 1]
            };
            let Some(place) = (start..taps.len()).chain(0..start).find(free) else { return want - done };
            for place in [place, place + 1] {
                gone[place] = true;
                let tap = Tap { fault: Some(Fault::Late), ..taps[place] };
                later.push(Later { days: LATE_DAYS, tap });
            }
        }
        0
    }

    fn duplicate(
        &mut self,
        want: u32,
        taps: &[Tap],
        gone: &[bool],
        fixed: &mut [bool],
        later: &mut Vec<Later>,
        may_wait: bool,
    ) -> u32 {
        for done in 0..want {
            let start = below(&mut self.random, taps.len());
            let free = |place: &usize| taps[*place].fault.is_none() && !gone[*place] && !fixed[*place];
            let Some(place) = (start..taps.len()).chain(0..start).find(free) else { return want - done };
            fixed[place] = true;
            self.duplicates += 1;
            let mut tap = Tap { fault: Some(Fault::Duplicate), ..taps[place] };
            if let Some(charged) = tap.made.charged.filter(|_| self.duplicates.is_multiple_of(4)) {
                tap.made.charged = Some(charged + Fen::new(100));
                tap.fault = Some(Fault::Contradiction);
            }
            later.push(Later { days: usize::from(may_wait && self.duplicates.is_multiple_of(2)), tap });
        }
        0
    }
}

/// A day's rows, and those that come on later days.
pub(super) struct Planned {
    pub(super) here: Vec<Tap>,
    pub(super) later: Vec<Later>,
}

impl From<Vec<Tap>> for Planned {
    fn from(here: Vec<Tap>) -> Self {
        Self { here, later: Vec::new() }
    }
}
