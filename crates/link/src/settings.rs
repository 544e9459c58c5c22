//! What reader and card are, before they meet.

use crate::activation::{Ats, Uid};
use crate::time::{Rate, Ticks};

/// What a reader is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReaderSettings {
    /// The size of the frames that it takes, as FSDI.
    pub fsdi: u8,
    /// The CID that it gives the card, 0 to 14; without one its blocks carry none.
    pub cid: Option<u8>,
    /// The fastest rate that it asks for.
    pub fastest: Rate,
    /// WUPA instead of REQA: halted cards are woken too.
    pub wake_halted: bool,
    /// Several cards in the field are refused; if not, one of them is taken.
    pub refuse_several: bool,
    /// How often a block that was lost or damaged is asked for again.
    pub repeats: u8,
    /// How long it waits for ATS to begin.
    pub ats_wait: Ticks,
    /// How long it waits for the answer to S(DESELECT) to begin.
    pub deselect_wait: Ticks,
}

impl Default for ReaderSettings {
    /// Waits, repeats and the fastest rate as in `docs/spec/terminal.md` 5.2; frames of 256 bytes, since what
    /// fielded readers send is not known.
    fn default() -> Self {
        Self {
            fsdi: 8,
            cid: None,
            fastest: Rate::R424,
            wake_halted: false,
            refuse_several: true,
            repeats: 2,
            ats_wait: Ticks::from_micros(10_000),
            deselect_wait: Ticks::from_micros(5_000),
        }
    }
}

/// What a card is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CardSettings {
    /// Its UID.
    pub uid: Uid,
    /// What it answers to RATS; `None`: it does not speak ISO/IEC 14443-4.
    pub ats: Option<Ats>,
    /// The multiplier of the frame waiting time that it asks for when it needs more, 1 to 59.
    pub more_time: u8,
}

impl Default for CardSettings {
    /// FSC 64 as in the examples of `docs/spec/terminal.md` 5.2; all rates, FWI 8, SFGI 0: our reading of a card
    /// without peculiarities.
    fn default() -> Self {
        let ats = Ats { fsci: 5, fastest: Rate::R848, fwi: 8, ..Ats::default() };
        Self { uid: Uid::double([0x04, 0x31, 0x05, 0x17, 0x00, 0x00, 0x01]), ats: Some(ats), more_time: 1 }
    }
}
