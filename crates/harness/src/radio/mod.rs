//! A card behind the air: each command goes through both sides of ISO/IEC 14443-4, frame by frame, on a virtual clock.
//!
//! ```text
//! Link::transmit ─▶ Reader ─frame─▶ Medium ─▶ Proximity ─command─▶ the card (any Link) ─▶ its work, priced by Medium
//!                  ◀─frame─ Medium ◀─                  ◀─answer─
//! ```
//!
//! A [`Radio`] is a [`Link`] and wraps one, as the other wrappers do. It sleeps nowhere: [`now`](Radio::now) says how late
//! it has become. What becomes of frames, what the card's work costs and who watches is up to its [`Medium`].
//!
//! | module | idea |
//! |---|---|
//! | [`medium`] | what is between reader and card |
//! | `scripted` | the air of a scenario's tap |
//! | `field` | several cards that answer at once |

mod field;
pub mod medium;
mod scripted;

pub use medium::{Fate, Medium, Passing};
pub use scripted::{Scripted, card_of};

use crate::link::{Link, Lost};
use crate::trace::{self, State};
use std::ops::Range;
use tunion_apdu::Response;
use tunion_card::{Cut, Damage, Work};
use tunion_link::time::{FRAME_DELAY, preamble};
use tunion_link::{
    Air, Ask, CardEvent, CardSettings, Event, Failure, Frame, Proximity, Rate, Reader, ReaderSettings,
    Received, Ticks, Wish, crc,
};

/// A card behind the air.
#[derive(Debug)]
pub struct Radio<'r, L, M> {
    inner: &'r mut L,
    medium: M,
    reader: Reader,
    card: Proximity,
    /// Other cards in the field, which nobody asks anything.
    others: Vec<Proximity>,
    now: Ticks,
    /// The end of the last frame, from which guards are counted.
    quiet_since: Ticks,
    frames: u32,
    working: Option<Working>,
    /// The frame that came last, if it is not the card's as it was sent.
    changed: Option<Frame>,
    answer: Response,
    /// Why the last thing asked for failed.
    failure: Option<Failure>,
    gone: bool,
}

/// The card is working on a command.
#[derive(Clone, Copy, Debug)]
struct Working {
    ready: Ticks,
    /// It does not ask for more time.
    mute: bool,
}

/// How the reader's side of one frame ended.
enum Came {
    /// A frame: what it became on its way, or the card's as it was sent.
    Frame {
        damaged: bool,
        collision: Option<u16>,
    },
    Silence,
    /// The card is out of the field.
    Gone,
}

impl<'r, L: Link + Clone, M: Medium> Radio<'r, L, M> {
    /// A card that has just come into the field; nothing is activated yet.
    pub fn new(inner: &'r mut L, medium: M, reader: ReaderSettings, card: CardSettings) -> Self {
        Self {
            inner,
            medium,
            reader: Reader::new(reader),
            card: Proximity::new(card),
            others: Vec::new(),
            now: Ticks::ZERO,
            quiet_since: Ticks::ZERO,
            frames: 0,
            working: None,
            changed: None,
            answer: Response::new(),
            failure: None,
            gone: false,
        }
    }

    /// Puts another card into the field.
    pub fn add(&mut self, other: CardSettings) {
        self.others.push(Proximity::new(other));
    }

    /// How late it is, since the field was made.
    #[must_use]
    pub const fn now(&self) -> Ticks {
        self.now
    }

    /// Lets time pass in which nothing is sent.
    pub fn advance(&mut self, by: Ticks) {
        self.now += by;
    }

    /// How many frames were sent, both ways.
    #[must_use]
    pub const fn frames(&self) -> u32 {
        self.frames
    }

    /// What was agreed on with the card.
    #[must_use]
    pub const fn air(&self) -> Option<&Air> {
        self.reader.air()
    }

    /// Why the last thing asked for failed.
    #[must_use]
    pub const fn failure(&self) -> Option<Failure> {
        self.failure
    }

    /// What is between reader and card.
    #[must_use]
    pub const fn medium(&self) -> &M {
        &self.medium
    }

    /// The same, to be changed.
    pub const fn medium_mut(&mut self) -> &mut M {
        &mut self.medium
    }

    /// Looks for a card and activates it: REQA to PPS.
    ///
    /// # Errors
    /// [`Failure`]; the field is then switched off and on, so that the next try begins anew.
    pub fn activate(&mut self) -> Result<(), Failure> {
        let ask = self.reader.step(Event::Activate);
        match self.run(ask) {
            Ask::Activated => Ok(()),
            Ask::Failed(failure) => {
                // Nothing was asked of the card itself.
                self.forget();
                Err(failure)
            }
            _ => Err(Failure::Protocol),
        }
    }

    /// Lets the card go, S(DESELECT).
    ///
    /// # Errors
    /// [`Failure`] when the card did not say yes.
    pub fn deselect(&mut self) -> Result<(), Failure> {
        let ask = self.reader.step(Event::Deselect);
        match self.run(ask) {
            Ask::Released => Ok(()),
            Ask::Failed(failure) => Err(failure),
            _ => Err(Failure::Protocol),
        }
    }

    /// Carries frames until the reader has what it wants or gives up.
    fn run(&mut self, mut ask: Ask) -> Ask {
        self.failure = None;
        while ask == Ask::Send {
            ask = match self.exchange() {
                Came::Frame { damaged, collision } => {
                    let frame = self.changed.as_ref().unwrap_or(self.card.frame());
                    let received = Received { frame, damaged, collision };
                    self.reader.step(Event::Received(received))
                }
                Came::Silence => self.reader.step(Event::Silent),
                Came::Gone => Ask::Failed(Failure::Silent),
            };
        }
        if let Ask::Failed(failure) = ask {
            self.failure = Some(failure);
        }
        ask
    }

    /// The field goes and comes: the cards forget everything.
    fn reset(&mut self) {
        self.inner.leave();
        self.forget();
    }

    fn forget(&mut self) {
        self.working = None;
        for card in self.others.iter_mut().chain([&mut self.card]) {
            card.step(CardEvent::FieldLost);
        }
    }

    /// One frame of the reader, and what comes back.
    fn exchange(&mut self) -> Came {
        let begin = self.now.max(self.quiet_since + self.reader.guard());
        let (rate, heard_at) = (self.reader.rate(), self.card.listening_rate());
        let end = begin + self.reader.frame().time(rate);
        let frame = self.reader.frame();
        let fate = pass(&mut self.medium, &mut self.frames, (true, frame), rate, begin..end);
        self.now = end;
        if self.has_left(fate, begin, end) {
            return Came::Gone;
        }
        let deadline = end + self.reader.wait();
        let heard = sent(self.reader.frame(), fate);
        let wish = match &heard {
            Some((frame, damaged)) => {
                // At another rate nothing can be made out.
                let damaged = *damaged || rate != heard_at;
                let frame = frame.as_ref().unwrap_or(self.reader.frame());
                self.card.step(CardEvent::Received(Received { frame, damaged, collision: None }))
            }
            None => Wish::Nothing,
        };
        let others = self.answers_of_others(heard.is_some());
        if fate == Fate::Reset {
            self.reset();
        }
        match wish {
            Wish::Send => self.back(end + FRAME_DELAY, deadline, true, &others),
            Wish::Process => {
                if self.work(end).is_err() {
                    return Came::Gone;
                }
                self.while_working(end, deadline, &others)
            }
            Wish::Nothing if self.working.is_some() && heard.is_some() => {
                self.while_working(end, deadline, &others)
            }
            Wish::Nothing if others.is_empty() => self.silence(deadline),
            Wish::Nothing => self.back(end + FRAME_DELAY, deadline, false, &others),
        }
    }

    /// What the other cards say to the reader's frame.
    fn answers_of_others(&mut self, heard: bool) -> Vec<Frame> {
        let frame = self.reader.frame();
        let hear = |card: &mut Proximity| {
            let wish = card.step(CardEvent::Received(Received::whole(frame)));
            (wish == Wish::Send).then(|| card.frame().clone())
        };
        if heard { self.others.iter_mut().filter_map(hear).collect() } else { Vec::new() }
    }

    /// Hands the command to the card and learns how long it takes.
    fn work(&mut self, from: Ticks) -> Result<(), Lost> {
        if let Some(leaves) = self.medium.leaves() {
            self.tear_at(from, leaves);
        }
        let done = self.inner.transmit(self.card.command(), &mut self.answer);
        let work = self.inner.work();
        let price = self.medium.price(&work);
        let delay = self.medium.delay();
        let ready = from + price + delay.unwrap_or_default();
        if done.is_err() {
            self.now = self.medium.leaves().unwrap_or(ready);
            self.gone = true;
            return Err(Lost);
        }
        self.medium.worked(from, ready, &work);
        self.working = Some(Working { ready, mute: delay.is_some() });
        Ok(())
    }

    /// Where in what the card writes it will lose its power, if it leaves while it works: pages are written at the end
    /// of the work, one after the other (our reading).
    fn tear_at(&mut self, from: Ticks, leaves: Ticks) {
        let mut fork = self.inner.clone();
        let mut answer = Response::new();
        if fork.transmit(self.card.command(), &mut answer).is_err() {
            return;
        }
        let work = fork.work();
        if work.page_writes == 0 {
            return;
        }
        let page = self.medium.page_write().0.max(1);
        let begins = from + self.medium.price(&work) - Ticks(page * u64::from(work.page_writes));
        let written = leaves.saturating_sub(begins).0.saturating_mul(PAGE) / page;
        if leaves <= begins + Ticks(page * u64::from(work.page_writes)) {
            let after = u32::try_from(written).unwrap_or(u32::MAX);
            self.inner.tear(Cut { after, damage: Damage::Prefix });
        }
    }

    /// The card's answer, or its asking for more time, whichever is due before the reader gives up.
    fn while_working(&mut self, heard: Ticks, deadline: Ticks, others: &[Frame]) -> Came {
        let Some(Working { ready, mute }) = self.working else { return self.silence(deadline) };
        let wait = deadline - heard;
        // Early enough that its first bit comes in time.
        let last = deadline - Ticks(wait.0 / MARGIN);
        if ready <= last || (mute && ready <= deadline) {
            self.working = None;
            return match self.card.step(CardEvent::Answer(self.answer.bytes())) {
                Wish::Send => self.back(ready.max(heard + FRAME_DELAY), deadline, true, others),
                _ => self.silence(deadline),
            };
        }
        if mute {
            let came = self.silence(deadline);
            if ready <= deadline + self.reader.frame().time(self.reader.rate()) + FRAME_DELAY {
                // It begins to answer while the reader asks again: neither hears the other.
                self.working = None;
                self.card.step(CardEvent::Answer(self.answer.bytes()));
            }
            return came;
        }
        match self.card.step(CardEvent::Overdue) {
            Wish::Send => self.back(last, deadline, true, others),
            _ => self.silence(deadline),
        }
    }

    fn silence(&mut self, deadline: Ticks) -> Came {
        self.now = deadline;
        if self.left_by(deadline) { Came::Gone } else { Came::Silence }
    }

    /// A frame from the card, alone or with others on top of it. If it does not arrive the reader waits for it until
    /// the deadline.
    fn back(&mut self, begin: Ticks, deadline: Ticks, own: bool, others: &[Frame]) -> Came {
        let rate = self.card.rate();
        let loudest = if own { None } else { others.first() };
        let end = begin + preamble(rate) + loudest.unwrap_or(self.card.frame()).time(rate);
        if self.left_by(begin) {
            self.now = begin;
            return Came::Gone;
        }
        let fate = self.pass_from(loudest, rate, begin, end);
        self.now = end;
        self.quiet_since = end;
        if self.has_left(fate, begin, end) {
            return Came::Gone;
        }
        if fate == Fate::Reset {
            self.reset();
        }
        let collision = if others.is_empty() {
            None
        } else {
            let card = own.then(|| self.card.frame().clone());
            let all: Vec<Frame> = card.into_iter().chain(others.iter().cloned()).collect();
            field::on_top(&all)
        };
        match sent(loudest.unwrap_or(self.card.frame()), fate) {
            Some((changed, damaged)) => {
                self.changed = changed.or_else(|| loudest.cloned());
                Came::Frame { damaged, collision }
            }
            None => self.silence(deadline.max(end)),
        }
    }

    fn pass_from(&mut self, other: Option<&Frame>, rate: Rate, from: Ticks, to: Ticks) -> Fate {
        let frame = other.unwrap_or(self.card.frame());
        pass(&mut self.medium, &mut self.frames, (false, frame), rate, from..to)
    }

    fn left_by(&mut self, time: Ticks) -> bool {
        if self.medium.leaves().is_some_and(|leaves| leaves <= time) {
            self.gone = true;
            self.reset();
        }
        self.gone
    }

    fn has_left(&mut self, fate: Fate, begin: Ticks, end: Ticks) -> bool {
        if let Fate::Gone(bytes) = fate {
            self.gone = true;
            self.now = end.min(begin + Ticks(u64::from(bytes) * 9 * 128));
            self.reset();
        }
        self.left_by(end)
    }
}

/// A frame passes: the medium says what becomes of it.
fn pass<M: Medium>(
    medium: &mut M,
    number: &mut u32,
    (to_card, frame): (bool, &Frame),
    rate: Rate,
    time: Range<Ticks>,
) -> Fate {
    let passing = Passing { number: *number, to_card, frame, rate, from: time.start, to: time.end };
    *number += 1;
    let fate = medium.fate(&passing);
    medium.passed(&passing, fate);
    fate
}

/// How much of the waiting time is left when a card asks for more: an eighth, our reading.
const MARGIN: u64 = 8;

/// Bytes of a page (`tunion_nvm::PAGE`).
const PAGE: u64 = 128;

/// A frame as it arrives, if it does: itself, or another one.
fn sent(frame: &Frame, fate: Fate) -> Option<(Option<Frame>, bool)> {
    match fate {
        Fate::Whole | Fate::Reset => Some((None, false)),
        Fate::Lost | Fate::Gone(_) => None,
        Fate::Damaged => Some((None, true)),
        Fate::Turned(bit) => Some((Some(frame.with_bit_turned(bit % frame.bits().max(1))), false)),
        Fate::WrongNumber => Some((Some(miscounted(frame)), false)),
    }
}

/// The block with the other number, its CRC made anew; what is no numbered block stays as it is.
fn miscounted(frame: &Frame) -> Frame {
    match crc::check(frame.bytes()) {
        Some([pcb, rest @ ..]) if pcb & 0xC0 != 0xC0 => {
            let mut bytes = vec![pcb ^ 1];
            bytes.extend_from_slice(rest);
            Frame::with_crc(&bytes)
        }
        _ => frame.clone(),
    }
}

impl<L: Link + Clone, M: Medium> Link for Radio<'_, L, M> {
    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Lost> {
        response.clear();
        if self.gone {
            return Err(Lost);
        }
        let ask = self.reader.step(Event::Transmit(command));
        match self.run(ask) {
            Ask::Answer => response.set(self.reader.answer()).map_err(|_| Lost),
            Ask::Failed(Failure::CommandTooLong) => Err(Lost),
            _ => {
                // Whoever hears nothing from a card switches its field off.
                self.reset();
                Err(Lost)
            }
        }
    }

    fn leave(&mut self) {
        self.reset();
        self.gone = true;
    }

    fn tear(&mut self, cut: Cut) {
        self.inner.tear(cut);
    }

    fn work(&self) -> Work {
        self.inner.work()
    }

    fn state(&self) -> Option<State> {
        self.inner.state()
    }

    fn now_ns(&self) -> u64 {
        self.now.nanos()
    }

    fn take_frames(&mut self) -> Vec<trace::Frame> {
        self.medium.take_frames()
    }
}
