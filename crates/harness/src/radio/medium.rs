//! What is between a reader and a card, and how fast the card is.

use tunion_card::Work;
use tunion_link::{Frame, Rate, Ticks};

/// A frame on its way.
#[derive(Clone, Copy, Debug)]
pub struct Passing<'f> {
    /// Which frame of the field it is, counted from 0 in both directions together.
    pub number: u32,
    /// From the reader to the card.
    pub to_card: bool,
    /// The frame, CRC and all.
    pub frame: &'f Frame,
    /// Its rate.
    pub rate: Rate,
    /// When it begins and when it ends.
    pub from: Ticks,
    /// See [`from`](Self::from).
    pub to: Ticks,
}

/// What becomes of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Fate {
    /// It arrives as it was sent.
    #[default]
    Whole,
    /// It does not arrive.
    Lost,
    /// It arrives with a wrong parity bit.
    Damaged,
    /// This bit is turned over, and its byte's parity with it, so that the CRC alone tells.
    Turned(u16),
    /// The block number in it is the other one, and its CRC is right: what a side that lost count sends.
    WrongNumber,
    /// The card leaves the field after so many bytes of it.
    Gone(u16),
    /// The reader switches its field off and on at its end.
    Reset,
}

/// Who says what becomes of frames, how long the card works, and when it leaves; and who is told what happens.
///
/// Everything has a default: `()` loses nothing, and its cards need no time.
pub trait Medium {
    /// What becomes of a frame.
    fn fate(&mut self, passing: &Passing<'_>) -> Fate {
        let _ = passing;
        Fate::Whole
    }

    /// How long the card works on a command, from the end of its last frame until its answer can begin.
    fn price(&mut self, work: &Work) -> Ticks {
        let _ = work;
        Ticks::ZERO
    }

    /// How long one page takes to be written, of what [`price`](Self::price) says: a card that leaves in the middle of its
    /// work leaves in the middle of a page.
    fn page_write(&self) -> Ticks {
        Ticks::ZERO
    }

    /// By how much more the card's answer comes late without its asking for time.
    fn delay(&mut self) -> Option<Ticks> {
        None
    }

    /// When the card leaves the field, if it does.
    fn leaves(&self) -> Option<Ticks> {
        None
    }

    /// A frame has passed.
    fn passed(&mut self, passing: &Passing<'_>, fate: Fate) {
        let _ = (passing, fate);
    }

    /// The frames that have passed since the last time, for traces; none where nobody keeps them.
    fn take_frames(&mut self) -> Vec<crate::trace::Frame> {
        Vec::new()
    }

    /// The card has worked.
    fn worked(&mut self, from: Ticks, to: Ticks, work: &Work) {
        let _ = (from, to, work);
    }
}

impl Medium for () {}
