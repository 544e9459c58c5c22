//! A card of the scenario, behind the air where its tap says so.

use crate::link::Link;
use crate::radio::{Radio, Scripted, card_of};
use crate::random::Stream;
use crate::trace::Trace;
use tunion_card::Card;
use tunion_files::costs::{self, CardCosts, Of};
use tunion_files::scenario::Air;
use tunion_link::{CardSettings, Failure, Uid};

/// How often a reader begins anew with a card that it lost before its first command.
const TRIES: u32 = 3;

/// What the cards of scenarios cost: those of a transit card's own chip.
pub(super) fn usual_costs() -> Option<CardCosts> {
    match costs::built_in("native-transit-chip").ok()?.of {
        Of::Card(costs) => Some(costs),
        Of::Sam(_) | Of::Terminal(_) => None,
    }
}

/// How commands reach the card.
pub(super) enum Reached<'c> {
    /// As they are.
    Bare(&'c mut Card<Stream>),
    /// Through the air.
    Aired(Box<Radio<'c, Card<Stream>, Scripted<'c>>>),
}

impl<'c> Reached<'c> {
    pub(super) fn new(
        card: &'c mut Card<Stream>,
        air: Option<Air>,
        cards: u8,
        costs: Option<&'c CardCosts>,
    ) -> Self {
        let Some(air) = air else { return Self::Bare(card) };
        let settings = costs.map_or_else(CardSettings::default, card_of);
        let mut radio = Radio::new(card, Scripted::new(air, costs), Scripted::reader(air), settings.clone());
        for number in 1..cards {
            let uid = Uid::double([0x04, 0x31, 0x05, 0x17, 0x00, 0x01, number]);
            radio.add(CardSettings { uid, ..settings.clone() });
        }
        Self::Aired(Box::new(radio))
    }

    /// Looks for the card, and again when it is lost on the way; the frames of that go into the trace.
    ///
    /// # Errors
    /// What the reader found in place of a card.
    pub(super) fn find(&mut self, trace: &mut Trace) -> Result<(), Failure> {
        let Self::Aired(radio) = self else { return Ok(()) };
        let mut found = radio.activate();
        for _ in 1..TRIES {
            if found.is_ok() || found == Err(Failure::SeveralCards) {
                break;
            }
            found = radio.activate();
        }
        radio.take_frames().iter().for_each(|frame| trace.frame(frame));
        found
    }

    pub(super) fn link(&mut self) -> &mut dyn Link {
        match self {
            Self::Bare(card) => *card,
            Self::Aired(radio) => &mut **radio,
        }
    }

    /// Whether what had to go wrong on the air never came about.
    pub(super) fn is_waiting(&self) -> bool {
        matches!(self, Self::Aired(radio) if radio.medium().is_waiting())
    }
}
