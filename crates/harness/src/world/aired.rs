//! A card of the scenario behind the air.

use crate::radio::{Radio, Scripted};
use crate::random::Stream;
use tunion_card::Card;
use tunion_files::costs::{self, CardCosts, Of};
use tunion_files::scenario::Air;
use tunion_link::activation::frame_size_index;
use tunion_link::{Ats, CardSettings, Failure, Rate, Uid};

/// The card behind the air of its tap.
pub(super) type Behind<'c> = Radio<'c, Card<Stream>, Scripted<'c>>;

/// How often a reader begins anew with a card that it lost before its first command.
const TRIES: u32 = 3;

/// What the cards of scenarios cost: those of a transit card's own chip.
pub(super) fn usual_costs() -> Option<CardCosts> {
    match costs::built_in("native-transit-chip").ok()?.of {
        Of::Card(costs) => Some(costs),
        Of::Sam(_) | Of::Terminal(_) => None,
    }
}

pub(super) fn behind<'c>(
    card: &'c mut Card<Stream>,
    air: Air,
    cards: u8,
    costs: Option<&'c CardCosts>,
) -> Behind<'c> {
    let ats = costs.map_or_else(Ats::default, |costs| Ats {
        fsci: frame_size_index(costs.fsc).unwrap_or(2),
        fastest: Rate::from_kbit(costs.fastest).unwrap_or_default(),
        fwi: costs.fwi,
        sfgi: costs.sfgi,
        ..Ats::default()
    });
    let settings = CardSettings { ats: Some(ats), ..CardSettings::default() };
    let mut radio = Radio::new(card, Scripted::new(air, costs), Scripted::reader(air), settings.clone());
    for number in 1..cards {
        let uid = Uid::double([0x04, 0x31, 0x05, 0x17, 0x00, 0x01, number]);
        radio.add(CardSettings { uid, ..settings.clone() });
    }
    radio
}

/// Looks for the card, and again when it is lost on the way.
pub(super) fn find(radio: &mut Behind<'_>) -> Result<(), Failure> {
    let mut found = radio.activate();
    for _ in 1..TRIES {
        if found.is_ok() || found == Err(Failure::SeveralCards) {
            break;
        }
        found = radio.activate();
    }
    found
}
