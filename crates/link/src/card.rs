//! The card's side.

use crate::activation::{PPS0, PPSS, RATS, frame_size, rate_of_pps1};
use crate::block::{Block, Kind, overhead};
use crate::frame::{Frame, Received};
use crate::identify::{Standing, Told};
use crate::settings::CardSettings;
use crate::time::{Rate, Ticks, frame_wait};
use crate::{LONGEST_ANSWER, LONGEST_COMMAND};
use heapless::Vec;

/// What happened to a card.
#[derive(Clone, Copy, Debug)]
pub enum CardEvent<'e> {
    /// The field came or went: everything is forgotten.
    FieldLost,
    /// A frame from the reader.
    Received(Received<'e>),
    /// The answer to the command that was to be [processed](Wish::Process).
    Answer(&'e [u8]),
    /// The answer takes longer than the reader waits: it has to be told now.
    Overdue,
}

/// What a card wants done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wish {
    /// Nothing: it is silent.
    Nothing,
    /// [`frame`](Proximity::frame) is to be sent.
    Send,
    /// [`command`](Proximity::command) is to be answered, by [`CardEvent::Answer`].
    Process,
}

/// The command that the card was handed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
enum Doing {
    /// None, or pieces of one.
    #[default]
    Nothing,
    /// Its answer is awaited.
    Command,
    /// More time was asked for. The answer may have come meanwhile.
    AskedForTime { answered: bool },
}

/// A card, from the field's coming to its going.
#[derive(Clone, Debug)]
pub struct Proximity {
    settings: CardSettings,
    standing: Standing,
    /// What was agreed on, since RATS.
    agreed: Option<Agreed>,
    /// The rate of the frame that is sent, and of the next that is received.
    sending: Rate,
    listening: Rate,
    number: u8,
    /// The CID of the last block, which its answer has too.
    called: Option<u8>,
    doing: Doing,
    command: Vec<u8, LONGEST_COMMAND>,
    /// The command is longer than any: it is not answered.
    overlong: bool,
    answer: Vec<u8, LONGEST_ANSWER>,
    /// How much of the answer is sent.
    sent: usize,
    /// The last frame. What was sent before has gone.
    frame: Frame,
    /// Whether the last frame was a block, which may be asked for again.
    is_block: bool,
}

#[derive(Clone, Copy, Debug)]
struct Agreed {
    fsd: usize,
    cid: Option<u8>,
    /// No block came yet, so that PPS may.
    fresh: bool,
}

impl Proximity {
    /// A card without a field.
    #[must_use]
    pub fn new(settings: CardSettings) -> Self {
        Self {
            settings,
            standing: Standing::Idle,
            agreed: None,
            sending: Rate::R106,
            listening: Rate::R106,
            number: 1,
            called: None,
            doing: Doing::Nothing,
            command: Vec::new(),
            overlong: false,
            answer: Vec::new(),
            sent: 0,
            frame: Frame::default(),
            is_block: false,
        }
    }

    /// What to send, after [`Wish::Send`].
    #[must_use]
    pub const fn frame(&self) -> &Frame {
        &self.frame
    }

    /// What to answer, after [`Wish::Process`].
    #[must_use]
    pub fn command(&self) -> &[u8] {
        &self.command
    }

    /// The rate of the frame that [`Wish::Send`] is about.
    #[must_use]
    pub const fn rate(&self) -> Rate {
        self.sending
    }

    /// The rate at which it listens; what comes at another it cannot read.
    #[must_use]
    pub const fn listening_rate(&self) -> Rate {
        self.listening
    }

    /// How long the reader waits for the answer to begin.
    #[must_use]
    pub fn frame_wait(&self) -> Ticks {
        self.settings.ats.as_ref().map_or(Ticks::ZERO, |ats| frame_wait(ats.fwi))
    }

    /// How long it waits after [`Overdue`](CardEvent::Overdue), counted from its answer to that.
    #[must_use]
    pub fn more_time(&self) -> Ticks {
        self.frame_wait() * u64::from(self.settings.more_time)
    }

    /// Takes an event.
    pub fn step(&mut self, event: CardEvent<'_>) -> Wish {
        match event {
            CardEvent::FieldLost => {
                self.standing = Standing::Idle;
                self.forget();
                Wish::Nothing
            }
            CardEvent::Received(received) => self.receive(received),
            CardEvent::Answer(answer) => self.answered(answer),
            CardEvent::Overdue => self.overdue(),
        }
    }

    fn forget(&mut self) {
        self.agreed = None;
        self.listening = Rate::R106;
        self.number = 1;
        self.doing = Doing::Nothing;
        self.command.clear();
        self.overlong = false;
        self.answer.clear();
        self.sent = 0;
        self.is_block = false;
    }

    fn receive(&mut self, received: Received<'_>) -> Wish {
        self.sending = self.listening;
        if let Some(agreed) = self.agreed {
            // What cannot be read is not for anybody (ISO/IEC 14443-4 7.5.5.3).
            let bytes = received.checked();
            return bytes.map_or(Wish::Nothing, |bytes| self.part_4(agreed, bytes));
        }
        let speaks = self.settings.ats.is_some();
        match self.standing.hear(&self.settings.uid, speaks, received, &mut self.frame) {
            Told::Nothing => Wish::Nothing,
            Told::Send => Wish::Send,
            Told::Part4 => self.activate(received.checked().unwrap_or_default()),
        }
    }

    fn activate(&mut self, bytes: &[u8]) -> Wish {
        let (&[RATS, parameter], Some(ats)) = (bytes, &self.settings.ats) else {
            self.standing = Standing::Idle;
            return Wish::Nothing;
        };
        let cid = parameter & 0x0F;
        self.agreed = Some(Agreed {
            fsd: frame_size(parameter >> 4),
            // A card that takes none answers blocks that have none.
            cid: (ats.cid && cid < 15).then_some(cid),
            fresh: true,
        });
        self.frame.clear();
        self.frame.extend(&ats.encode());
        self.frame.close();
        Wish::Send
    }

    fn part_4(&mut self, agreed: Agreed, bytes: &[u8]) -> Wish {
        if let (true, &[ppss, PPS0, pps1]) =
            (agreed.fresh && bytes.first().is_some_and(|b| b & 0xF0 == PPSS), bytes)
        {
            return self.choose_rate(agreed, ppss, pps1);
        }
        let Some(block) = Block::parse(bytes) else { return Wish::Nothing };
        // Without a CID the card with CID 0 is meant, and one that takes none (ISO/IEC 14443-4 7.1.1.2).
        if block.cid.map_or(agreed.cid.unwrap_or(0) != 0, |cid| agreed.cid != Some(cid)) {
            return Wish::Nothing;
        }
        if let Some(agreed) = &mut self.agreed {
            agreed.fresh = false;
        }
        self.called = block.cid;
        match block.kind {
            // It hears nothing while it works.
            _ if self.doing == Doing::Command => Wish::Nothing,
            Kind::Information { chaining, inf, .. } => self.piece(chaining, inf),
            Kind::Acknowledge(number) | Kind::Repeat(number) if number == self.number => self.again(),
            Kind::Acknowledge(_) if self.sent < self.answer.len() => {
                self.number ^= 1;
                self.next_piece()
            }
            Kind::Acknowledge(_) => Wish::Nothing,
            Kind::Repeat(_) => {
                // Its own last block is still asked for by the other number.
                self.send(Kind::Acknowledge(self.number))
            }
            Kind::MoreTime(_) => self.granted(),
            Kind::Deselect => {
                self.send(Kind::Deselect);
                self.forget();
                self.standing = Standing::Halted;
                Wish::Send
            }
        }
    }

    fn choose_rate(&mut self, agreed: Agreed, ppss: u8, pps1: u8) -> Wish {
        let fastest = self.settings.ats.as_ref().map_or(Rate::R106, |ats| ats.fastest);
        let rate = rate_of_pps1(pps1).filter(|rate| *rate <= fastest);
        if ppss & 0x0F != agreed.cid.unwrap_or(0) {
            return Wish::Nothing;
        }
        let Some(rate) = rate else { return Wish::Nothing };
        self.agreed = Some(Agreed { fresh: false, ..agreed });
        self.listening = rate;
        self.frame.clear();
        self.frame.extend(&[ppss]);
        self.frame.close();
        Wish::Send
    }

    /// Rules D, 2 and 10 of ISO/IEC 14443-4 7.5.4.
    fn piece(&mut self, chaining: bool, inf: &[u8]) -> Wish {
        self.number ^= 1;
        if self.sent > 0 || !self.answer.is_empty() || self.doing != Doing::Nothing {
            self.command.clear();
            self.answer.clear();
            (self.sent, self.overlong, self.doing) = (0, false, Doing::Nothing);
        }
        self.overlong |= self.command.extend_from_slice(inf).is_err();
        if chaining {
            return self.send(Kind::Acknowledge(self.number));
        }
        if core::mem::take(&mut self.overlong) {
            self.command.clear();
            return Wish::Nothing;
        }
        // Until its answer is there nothing can be asked for again.
        self.is_block = false;
        self.doing = Doing::Command;
        Wish::Process
    }

    fn answered(&mut self, answer: &[u8]) -> Wish {
        let asked = match self.doing {
            Doing::Nothing | Doing::AskedForTime { answered: true } => return Wish::Nothing,
            Doing::Command => false,
            Doing::AskedForTime { answered: false } => true,
        };
        self.answer.clear();
        let fits = answer.get(..answer.len().min(LONGEST_ANSWER)).unwrap_or_default();
        // It fits by the line above.
        let _ = self.answer.extend_from_slice(fits);
        self.sent = 0;
        if asked {
            self.doing = Doing::AskedForTime { answered: true };
            return Wish::Nothing;
        }
        self.doing = Doing::Nothing;
        self.next_piece()
    }

    /// Rule 9.
    fn overdue(&mut self) -> Wish {
        if self.doing != Doing::Command {
            return Wish::Nothing;
        }
        self.doing = Doing::AskedForTime { answered: false };
        self.send(Kind::MoreTime(self.settings.more_time))
    }

    fn granted(&mut self) -> Wish {
        match self.doing {
            Doing::AskedForTime { answered: true } => {
                self.doing = Doing::Nothing;
                self.next_piece()
            }
            Doing::AskedForTime { answered: false } => {
                self.doing = Doing::Command;
                self.is_block = false;
                Wish::Nothing
            }
            Doing::Nothing | Doing::Command => Wish::Nothing,
        }
    }

    /// Rule 11.
    const fn again(&self) -> Wish {
        if self.is_block { Wish::Send } else { Wish::Nothing }
    }

    fn next_piece(&mut self) -> Wish {
        let fsd = self.agreed.map_or(16, |agreed| agreed.fsd);
        let room = fsd.saturating_sub(overhead(self.called)).max(1);
        let left = self.answer.get(self.sent..).unwrap_or_default();
        let inf = left.get(..left.len().min(room)).unwrap_or_default();
        let chaining = left.len() > inf.len();
        let kind = Kind::Information { number: self.number, chaining, inf };
        Block { cid: self.called, kind }.write(&mut self.frame);
        self.sent += inf.len();
        self.is_block = true;
        if !chaining {
            self.command.clear();
        }
        Wish::Send
    }

    fn send(&mut self, kind: Kind<'_>) -> Wish {
        Block { cid: self.called, kind }.write(&mut self.frame);
        self.is_block = true;
        Wish::Send
    }
}
