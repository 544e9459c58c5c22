//! A reader and a card with nothing but the fate of each frame between them.
#![allow(dead_code, reason = "each test takes what it needs")]

use std::collections::VecDeque;
use tunion_link::{
    Ask, Ats, CardEvent, CardSettings, Event, Failure, Frame, Proximity, Rate, Reader, ReaderSettings,
    Received, Ticks, Wish,
};

/// What becomes of a frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fate {
    /// It arrives.
    Whole,
    /// It does not.
    Lost,
    /// Its parity is wrong.
    Damaged,
    /// A bit is turned, and so is its parity: the CRC alone tells.
    Turned(u16),
}

/// A reader of FSDI and CID that asks for 106 kbit/s.
pub(crate) fn reader(fsdi: u8, cid: Option<u8>) -> ReaderSettings {
    ReaderSettings { fsdi, cid, fastest: Rate::R106, ..ReaderSettings::default() }
}

/// A card of FSCI.
pub(crate) fn card(fsci: u8) -> CardSettings {
    let ats = Ats { fsci, fastest: Rate::R848, fwi: 4, ..Ats::default() };
    CardSettings { ats: Some(ats), ..CardSettings::default() }
}

/// Both, and what happened between them.
pub(crate) struct Pair {
    pub(crate) reader: Reader,
    pub(crate) card: Proximity,
    /// What becomes of the next frames, in either direction; then all arrive.
    pub(crate) fates: VecDeque<Fate>,
    /// How often the card was handed a command.
    pub(crate) handed: u32,
    /// How often the card asks for more time before each answer.
    pub(crate) times_overdue: u8,
    /// How long the reader was ready to wait in all.
    pub(crate) waited: Ticks,
    /// The longest frame to the card and from it.
    pub(crate) longest: (usize, usize),
}

impl Pair {
    pub(crate) fn new(reader: ReaderSettings, card: CardSettings) -> Self {
        Self {
            reader: Reader::new(reader),
            card: Proximity::new(card),
            fates: VecDeque::new(),
            handed: 0,
            times_overdue: 0,
            waited: Ticks::ZERO,
            longest: (0, 0),
        }
    }

    pub(crate) fn activate(&mut self) -> Ask {
        let ask = self.reader.step(Event::Activate);
        self.run(ask, &[], &[])
    }

    pub(crate) fn deselect(&mut self) -> Ask {
        let ask = self.reader.step(Event::Deselect);
        self.run(ask, &[], &[])
    }

    pub(crate) fn transmit(&mut self, command: &[u8], answer: &[u8]) -> Result<Vec<u8>, Failure> {
        let ask = self.reader.step(Event::Transmit(command));
        match self.run(ask, command, answer) {
            Ask::Answer => Ok(self.reader.answer().to_vec()),
            Ask::Failed(failure) => Err(failure),
            other => panic!("{other:?}"),
        }
    }

    /// Carries frames until the reader is done. A card that works hears nothing, and asks for time when it is to.
    fn run(&mut self, mut ask: Ask, command: &[u8], answer: &[u8]) -> Ask {
        let mut working = false;
        let mut overdue = 0;
        let mut steps = 0;
        while ask == Ask::Send {
            steps += 1;
            assert!(steps < 5_000, "it goes on for ever");
            self.longest.0 = self.longest.0.max(self.reader.frame().bytes().len());
            self.waited += self.reader.wait();
            let sent = self.reader.frame().clone();
            let mut wish = match self.arrives(&sent) {
                Some((frame, damaged)) => {
                    self.card.step(CardEvent::Received(Received { damaged, ..Received::whole(&frame) }))
                }
                None => Wish::Nothing,
            };
            if wish == Wish::Process {
                assert_eq!(self.card.command(), command);
                self.handed += 1;
                working = true;
            }
            if working && wish != Wish::Send {
                if overdue < self.times_overdue {
                    overdue += 1;
                    wish = self.card.step(CardEvent::Overdue);
                    // Asked for already, and not yet granted.
                    if wish == Wish::Nothing {
                        overdue -= 1;
                    }
                } else {
                    wish = self.card.step(CardEvent::Answer(answer));
                    working = wish != Wish::Send;
                }
            }
            let back = (wish == Wish::Send).then(|| self.card.frame().clone());
            if let Some(frame) = &back {
                self.longest.1 = self.longest.1.max(frame.bytes().len());
            }
            ask = match back.and_then(|frame| self.arrives(&frame)) {
                Some((frame, damaged)) => {
                    self.reader.step(Event::Received(Received { damaged, ..Received::whole(&frame) }))
                }
                None => self.reader.step(Event::Silent),
            };
        }
        ask
    }

    fn arrives(&mut self, frame: &Frame) -> Option<(Frame, bool)> {
        match self.fates.pop_front().unwrap_or(Fate::Whole) {
            Fate::Whole => Some((frame.clone(), false)),
            Fate::Lost => None,
            Fate::Damaged => Some((frame.clone(), true)),
            Fate::Turned(bit) => Some((frame.with_bit_turned(bit % frame.bits().max(1)), false)),
        }
    }
}

/// Somebody says these bytes to both sides, with a CRC that is right and without.
pub(crate) fn say(pair: &mut Pair, bytes: &[u8]) {
    for frame in [Frame::with_crc(bytes), Frame::plain(bytes)] {
        let received = Received::whole(&frame);
        let _ = pair.reader.step(Event::Received(received));
        if pair.card.step(CardEvent::Received(received)) == Wish::Process {
            let _ = pair.card.step(CardEvent::Answer(&[0x90, 0x00]));
        }
        let _ = pair.reader.step(Event::Transmit(bytes));
        let _ = pair.reader.step(Event::Silent);
    }
}
