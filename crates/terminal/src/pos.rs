//! A shop's terminal: a plain purchase (`docs/spec/terminal.md` 1.5).

use crate::codes::Code;
use crate::facts::Facts;
use crate::plan::{Plan, Stop};
use crate::profile::Profile;
use tunion_data::Fen;
use tunion_data::file::{Industry, TripType};
use tunion_data::upload::RecordKind;

/// The purchase of this amount: neither 1A nor 1E is written.
///
/// An amount of nothing, or above the limit, is a slip of the keys (`docs/spec/terminal.md` 3.7). The
/// overdraft is for rides (`docs/spec/fares.md` 1, S21): that a shop does not draw on it is our reading.
pub(crate) fn plan(profile: &Profile, facts: &Facts, amount: Fen) -> Result<Plan, Code> {
    if amount.is_zero() || amount > profile.pos.limit {
        return Err(Code::FareBroken);
    }
    if amount > facts.actual {
        return Err(Code::Balance);
    }
    Ok(Plan {
        kind: RecordKind::Purchase,
        amount,
        list: Some(amount),
        trip_type: None,
        ..Plan::free(TripType::Single, Industry::Rail, Stop::default())
    })
}
