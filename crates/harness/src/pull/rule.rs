//! What a rule is, and what it is held against.

use super::evidence::Day;
use std::fmt;
use tunion_data::Fen;
use tunion_data::file::TripType;
use tunion_issuer::Roots;

/// A rule. Its number is that of 4.3; 0 is not in the list there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Invariant {
    /// Its number.
    pub number: u8,
    /// Its name.
    pub name: &'static str,
    /// What it asks.
    pub text: &'static str,
}

/// What a rule is held against.
#[derive(Clone, Copy)]
pub(super) struct Evidence<'a> {
    pub(super) day: &'a Day,
    /// What the tap does when nothing disturbs it: trip types and amounts, in order.
    pub(super) due: &'a [Due],
    pub(super) roots: &'a Roots,
}

/// A debit or load that a tap is due to make.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Due {
    /// The trip's type in the record.
    pub(super) trip_type: u8,
    /// The amount.
    pub(super) amount: Fen,
}

/// What was found where a rule was broken, and what would have been right.
pub(super) type Found = Result<(), String>;

/// A rule as a function.
pub(super) type Check = fn(&Evidence<'_>) -> Found;

pub(super) const fn rule(
    number: u8,
    name: &'static str,
    text: &'static str,
    check: Check,
) -> (Invariant, Check) {
    (Invariant { number, name, text }, check)
}

impl fmt::Display for Invariant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.number, self.name)
    }
}

/// Whether what one tap has taken is what it is due, as far as it came; where the card had become another in
/// the meantime, one thing, or an old trip and a boarding.
pub(super) fn is_due(taken: &[Due], due: &[Due]) -> bool {
    const COVER: u8 = TripType::Cover as u8;
    const ENTRY: u8 = TripType::Entry as u8;
    let types: Vec<u8> = taken.iter().map(|due| due.trip_type).collect();
    taken.len() <= 1 || due.starts_with(taken) || types == [COVER, ENTRY]
}

/// In words.
pub(super) fn listed(taken: &[Due]) -> String {
    let one = |due: &Due| format!("{} (type {:02X})", due.amount, due.trip_type);
    taken.iter().map(one).collect::<Vec<_>>().join(" and ")
}
