//! What a bus reader does not believe: a balance that no card has, a fare that no ride costs, a trip
//! record that no terminal of a city writes; and who may not ride twice (`docs/spec/terminal.md` 1.1,
//! 3.6, 3.7).

use crate::checks;
use crate::codes::Code;
use crate::facts::Facts;
use crate::profile::{BusProfile, Profile};
use crate::recent::Recent;
use alloc::vec::Vec;
use tunion_data::Fen;
use tunion_data::civil::DateTime;
use tunion_data::file::CardType;

/// The highest type of 1E that is an e-purse's ride or load (`docs/spec/terminal.md` 1.1 step 8).
const LAST_TRIP_TYPE: u8 = 0x0A;

/// Kinds of card that may not begin two rides at one reader within some minutes
/// (`docs/spec/terminal.md` 3.6). Every other kind may: it pays for a companion.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RepeatRule {
    /// The limit.
    pub minutes: u16,
    /// The kinds. A card of another city rides as an ordinary one.
    pub types: Vec<CardType>,
}

/// The card as far as it was read: its balance, and its newest trip where that is looked at.
pub(crate) fn card(profile: &BusProfile, facts: &Facts) -> Result<(), Code> {
    if profile.max_balance.is_some_and(|most| facts.actual > most) {
        return Err(Code::BalanceBroken);
    }
    if facts.newest_trip.is_some_and(|trip_type| trip_type > LAST_TRIP_TYPE) {
        return Err(Code::BadRecord);
    }
    Ok(())
}

/// The list fare of a ride. Where a highest fare is known no ride is listed as free either: a zero is a
/// table that was not filled in.
pub(crate) fn fare(profile: &BusProfile, list: Fen) -> Result<(), Code> {
    let broken = profile.max_fare.is_some_and(|most| list.is_zero() || list > most);
    if broken { Err(Code::FareBroken) } else { Ok(()) }
}

/// Whether the card may begin a ride at `at`. A ride that lies ahead of our clock is no limit.
pub(crate) fn repeat(profile: &Profile, facts: &Facts, recent: &Recent, at: DateTime) -> Result<(), Code> {
    let Some(RepeatRule { minutes, types }) = &profile.bus.repeat else { return Ok(()) };
    let local = checks::is_local(profile, &facts.info);
    let kind = if local { facts.card_type() } else { CardType::Ordinary };
    let last = recent.last(facts.info.pan, profile.defects).filter(|_| types.contains(&kind));
    let again =
        last.is_some_and(|last| (0..i64::from(*minutes) * 60).contains(&at.duration_since(last).as_secs()));
    if again { Err(Code::Repeat) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limits_themselves_are_believed() {
        let profile = BusProfile {
            max_balance: Some(Fen::from_yuan(1000)),
            max_fare: Some(Fen::from_yuan(99)),
            ..BusProfile::default()
        };
        let holding = |fen| Facts { actual: Fen::new(fen), ..Facts::default() };
        assert_eq!(card(&profile, &holding(100_000)), Ok(()));
        assert_eq!(card(&profile, &holding(100_001)), Err(Code::BalanceBroken));
        assert_eq!(fare(&profile, Fen::new(9900)), Ok(()));
        for fen in [0, 9901] {
            assert_eq!(fare(&profile, Fen::new(fen)), Err(Code::FareBroken), "{fen}");
            assert_eq!(fare(&BusProfile::default(), Fen::new(fen)), Ok(()));
        }
    }

    #[test]
    fn a_trip_of_no_known_type_is_a_broken_card() {
        for (trip_type, outcome) in [(0x00, Ok(())), (0x0A, Ok(())), (0x0B, Err(Code::BadRecord))] {
            let facts = Facts { newest_trip: Some(trip_type), ..Facts::default() };
            assert_eq!(card(&BusProfile::default(), &facts), outcome);
        }
    }
}
