//! The air of a scenario's tap: one thing goes wrong or nothing, the card's work costs what a cost profile says, and
//! every frame is kept for the trace.

use super::medium::{Fate, Medium, Passing};
use crate::trace;
use tunion_card::Work;
use tunion_files::costs::CardCosts;
use tunion_files::scenario::{Air, AirFault, FrameFate};
use tunion_link::activation::frame_size_index;
use tunion_link::{Ats, CardSettings, Rate, ReaderSettings, Ticks};

/// How a card with these costs stands in the air.
#[must_use]
pub fn card_of(costs: &CardCosts) -> CardSettings {
    let ats = Ats {
        fsci: frame_size_index(costs.fsc).unwrap_or(2),
        fastest: Rate::from_kbit(costs.fastest).unwrap_or_default(),
        fwi: costs.fwi,
        sfgi: costs.sfgi,
        ..Ats::default()
    };
    CardSettings { ats: Some(ats), ..CardSettings::default() }
}

/// The medium of one tap.
#[derive(Debug)]
pub struct Scripted<'c> {
    fault: Option<AirFault>,
    has_to_come: bool,
    costs: Option<&'c CardCosts>,
    frames: Vec<trace::Frame>,
}

impl<'c> Scripted<'c> {
    /// The air as the scenario says; without costs the card needs no time.
    #[must_use]
    pub const fn new(air: Air, costs: Option<&'c CardCosts>) -> Self {
        Self { fault: air.fault, has_to_come: air.has_to_come, costs, frames: Vec::new() }
    }

    /// The reader that such an air has.
    #[must_use]
    pub fn reader(air: Air) -> ReaderSettings {
        ReaderSettings { fastest: Rate::from_kbit(air.kbit).unwrap_or_default(), ..ReaderSettings::default() }
    }

    /// Whether what had to go wrong never came about.
    #[must_use]
    pub const fn is_waiting(&self) -> bool {
        self.has_to_come && matches!(self.fault, Some(AirFault::Frame { .. } | AirFault::Late { .. }))
    }
}

impl Medium for Scripted<'_> {
    fn fate(&mut self, passing: &Passing<'_>) -> Fate {
        match self.fault {
            Some(AirFault::Frame { number, fate }) if number == passing.number => {
                self.fault = None;
                match fate {
                    FrameFate::Lost => Fate::Lost,
                    FrameFate::Damaged => Fate::Damaged,
                    FrameFate::WrongNumber => Fate::WrongNumber,
                    FrameFate::Gone(bytes) => Fate::Gone(bytes),
                    FrameFate::Reset => Fate::Reset,
                }
            }
            _ => Fate::Whole,
        }
    }

    fn price(&mut self, work: &Work) -> Ticks {
        Ticks::from_nanos(self.costs.map_or(0, |costs| costs.prices.of(work)))
    }

    fn page_write(&self) -> Ticks {
        Ticks::from_nanos(self.costs.map_or(0, |costs| costs.prices.page_write))
    }

    fn delay(&mut self) -> Option<Ticks> {
        let Some(AirFault::Late { micros }) = self.fault else { return None };
        self.fault = None;
        Some(Ticks::from_micros(micros))
    }

    fn leaves(&self) -> Option<Ticks> {
        match self.fault {
            Some(AirFault::Leaves { micros }) => Some(Ticks::from_micros(micros)),
            _ => None,
        }
    }

    fn passed(&mut self, passing: &Passing<'_>, fate: Fate) {
        self.frames.push(trace::Frame {
            t_ns: passing.from.nanos(),
            to_card: passing.to_card,
            bytes: passing.frame.bytes().to_vec(),
            lost: matches!(fate, Fate::Lost | Fate::Gone(_)),
        });
    }

    fn take_frames(&mut self) -> Vec<trace::Frame> {
        std::mem::take(&mut self.frames)
    }
}
