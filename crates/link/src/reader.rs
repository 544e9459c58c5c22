//! The reader's side.

use crate::block::{Block, Kind, overhead};
use crate::failure::Failure;
use crate::frame::{Frame, Received};
use crate::select::{Came, Selecting};
use crate::settings::ReaderSettings;
use crate::time::{FRAME_DELAY, LONGEST_WAIT, Rate, Ticks};
use crate::{LONGEST_ANSWER, LONGEST_COMMAND};
use heapless::Vec;

/// What reader and card agreed on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Air {
    /// The card's UID.
    pub uid: Vec<u8, 10>,
    /// The longest frame that the card takes, CRC included.
    pub fsc: usize,
    /// The rate of both directions.
    pub rate: Rate,
    /// Frame waiting time.
    pub wait: Ticks,
    /// How long the card is to be left alone before the next frame.
    pub guard: Ticks,
    /// What the card is called.
    pub cid: Option<u8>,
    /// There were others.
    pub several: bool,
}

/// What happened to a reader.
#[derive(Clone, Copy, Debug)]
pub enum Event<'e> {
    /// Look for a card, from the beginning.
    Activate,
    /// Send this command.
    Transmit(&'e [u8]),
    /// Let the card go.
    Deselect,
    /// A frame from the card.
    Received(Received<'e>),
    /// Nothing came as long as was to be waited.
    Silent,
}

/// What a reader wants done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ask {
    /// [`frame`](Reader::frame) is to be sent after [`guard`](Reader::guard), and an answer awaited for
    /// [`wait`](Reader::wait).
    Send,
    /// A card is there, see [`air`](Reader::air).
    Activated,
    /// [`answer`](Reader::answer) is the answer to the command.
    Answer,
    /// The card is halted.
    Released,
    /// It gave up. After a command it is not known whether the card has done it.
    Failed(Failure),
}

/// What it is about.
#[derive(Clone, Debug, Default)]
enum State {
    #[default]
    Off,
    Selecting(Selecting),
    Idle,
    Exchange(Exchange),
    Deselect {
        left: u8,
    },
}

/// A command under way.
#[derive(Clone, Copy, Debug)]
struct Exchange {
    /// From where the piece that was sent last begins, and how long it is.
    from: usize,
    length: usize,
    /// Pieces of the answer are being received.
    receiving: bool,
    /// How often something went wrong with the block under way.
    faults: u8,
}

/// A reader, from REQA to DESELECT.
#[derive(Clone, Debug)]
pub struct Reader {
    settings: ReaderSettings,
    state: State,
    air: Option<Air>,
    number: u8,
    command: Vec<u8, LONGEST_COMMAND>,
    answer: Vec<u8, LONGEST_ANSWER>,
    frame: Frame,
    wait: Ticks,
    guard: Ticks,
}

impl Reader {
    /// A reader without a card.
    #[must_use]
    pub fn new(settings: ReaderSettings) -> Self {
        Self {
            settings,
            state: State::Off,
            air: None,
            number: 0,
            command: Vec::new(),
            answer: Vec::new(),
            frame: Frame::default(),
            wait: Ticks::ZERO,
            guard: FRAME_DELAY,
        }
    }

    /// What to send, after [`Ask::Send`].
    #[must_use]
    pub const fn frame(&self) -> &Frame {
        &self.frame
    }

    /// How long to wait for the answer to begin, counted from the end of the frame.
    #[must_use]
    pub const fn wait(&self) -> Ticks {
        self.wait
    }

    /// How long to be silent before the frame, counted from the end of the card's.
    #[must_use]
    pub const fn guard(&self) -> Ticks {
        self.guard
    }

    /// The rate of the frame and of the answer to it.
    #[must_use]
    pub fn rate(&self) -> Rate {
        self.air.as_ref().map_or(Rate::R106, |air| air.rate)
    }

    /// The answer to the last command, after [`Ask::Answer`].
    #[must_use]
    pub fn answer(&self) -> &[u8] {
        &self.answer
    }

    /// What was agreed on with the card; `None` while there is none.
    #[must_use]
    pub const fn air(&self) -> Option<&Air> {
        self.air.as_ref()
    }

    /// Takes an event.
    pub fn step(&mut self, event: Event<'_>) -> Ask {
        match event {
            Event::Activate => {
                self.air = None;
                let mut selecting = Selecting::default();
                let came = selecting.begin(&self.settings, &mut self.frame);
                self.go_on(selecting, came)
            }
            Event::Transmit(command) => self.transmit(command),
            Event::Deselect => self.deselect(),
            Event::Received(received) => self.receive(received),
            Event::Silent => self.silent(),
        }
    }

    fn go_on(&mut self, selecting: Selecting, came: Came) -> Ask {
        match came {
            Came::Send(wait) => {
                self.guard = selecting.guard().unwrap_or(FRAME_DELAY);
                self.wait = wait;
                self.state = State::Selecting(selecting);
                Ask::Send
            }
            Came::Done(air) => {
                self.guard = air.guard;
                self.air = Some(air);
                self.number = 0;
                self.state = State::Idle;
                Ask::Activated
            }
            Came::Failed(failure) => self.give_up(failure),
        }
    }

    fn give_up(&mut self, failure: Failure) -> Ask {
        self.state = State::Off;
        self.air = None;
        Ask::Failed(failure)
    }

    fn transmit(&mut self, command: &[u8]) -> Ask {
        if !matches!(self.state, State::Idle) {
            return Ask::Failed(Failure::NotReady);
        }
        let Ok(command) = Vec::from_slice(command) else { return Ask::Failed(Failure::CommandTooLong) };
        self.command = command;
        self.answer.clear();
        self.send_piece(0)
    }

    /// Sends the piece of the command that begins at `from`.
    fn send_piece(&mut self, from: usize) -> Ask {
        let (fsc, cid) = self.air.as_ref().map_or((16, None), |air| (air.fsc, air.cid));
        let room = fsc.saturating_sub(overhead(cid)).max(1);
        let left = self.command.get(from..).unwrap_or_default();
        let inf = left.get(..left.len().min(room)).unwrap_or_default();
        let length = inf.len();
        let kind = Kind::Information { number: self.number, chaining: length < left.len(), inf };
        Block { cid, kind }.write(&mut self.frame);
        self.state = State::Exchange(Exchange { from, length, receiving: false, faults: 0 });
        self.sending(1)
    }

    fn send(&mut self, kind: Kind<'_>, times: u64) -> Ask {
        let cid = self.air.as_ref().and_then(|air| air.cid);
        Block { cid, kind }.write(&mut self.frame);
        self.sending(times)
    }

    fn sending(&mut self, times: u64) -> Ask {
        if let Some(air) = &mut self.air {
            self.guard = core::mem::replace(&mut air.guard, FRAME_DELAY);
            self.wait = (air.wait * times).min(LONGEST_WAIT);
        }
        Ask::Send
    }

    fn deselect(&mut self) -> Ask {
        if !matches!(self.state, State::Idle) {
            return Ask::Failed(Failure::NotReady);
        }
        self.state = State::Deselect { left: self.settings.repeats };
        self.say_deselect()
    }

    fn say_deselect(&mut self) -> Ask {
        let ask = self.send(Kind::Deselect, 1);
        self.wait = self.settings.deselect_wait;
        ask
    }

    fn receive(&mut self, received: Received<'_>) -> Ask {
        match core::mem::take(&mut self.state) {
            State::Selecting(mut selecting) => {
                let came = selecting.hear(&self.settings, received, &mut self.frame);
                self.go_on(selecting, came)
            }
            State::Exchange(exchange) => {
                self.state = State::Exchange(exchange);
                let block = received.checked().map(Block::parse);
                match block {
                    Some(Some(block)) if self.is_ours(&block) => self.hear(exchange, block.kind),
                    Some(_) => self.again(exchange, Failure::Protocol),
                    None => self.again(exchange, Failure::Damaged),
                }
            }
            State::Deselect { left } => {
                self.state = State::Deselect { left };
                let block = received.checked().and_then(Block::parse);
                if block.is_some_and(|block| self.is_ours(&block) && block.kind == Kind::Deselect) {
                    self.state = State::Off;
                    self.air = None;
                    return Ask::Released;
                }
                self.release_again(left, Failure::Damaged)
            }
            state @ (State::Off | State::Idle) => {
                self.state = state;
                Ask::Failed(Failure::NotReady)
            }
        }
    }

    fn is_ours(&self, block: &Block<'_>) -> bool {
        let cid = self.air.as_ref().and_then(|air| air.cid);
        block.cid.unwrap_or(0) == cid.unwrap_or(0)
    }

    fn silent(&mut self) -> Ask {
        match core::mem::take(&mut self.state) {
            State::Selecting(selecting) => {
                let came = selecting.silent();
                self.go_on(selecting, came)
            }
            State::Exchange(exchange) => {
                self.state = State::Exchange(exchange);
                self.again(exchange, Failure::Silent)
            }
            State::Deselect { left } => self.release_again(left, Failure::Silent),
            state @ (State::Off | State::Idle) => {
                self.state = state;
                Ask::Failed(Failure::NotReady)
            }
        }
    }

    /// Rule 8 of ISO/IEC 14443-4 7.5.5.2.
    fn release_again(&mut self, left: u8, failure: Failure) -> Ask {
        match left.checked_sub(1) {
            Some(left) => {
                self.state = State::Deselect { left };
                self.say_deselect()
            }
            None => self.give_up(failure),
        }
    }

    /// Rules B, 2, 3, 6 and 7.
    fn hear(&mut self, exchange: Exchange, kind: Kind<'_>) -> Ask {
        let more = exchange.from + exchange.length < self.command.len();
        match kind {
            Kind::Information { number, chaining, inf } if number == self.number && !more => {
                self.number ^= 1;
                if self.answer.extend_from_slice(inf).is_err() {
                    return self.give_up(Failure::TooLong);
                }
                if chaining {
                    self.state = State::Exchange(Exchange { receiving: true, faults: 0, ..exchange });
                    return self.send(Kind::Acknowledge(self.number), 1);
                }
                self.state = State::Idle;
                Ask::Answer
            }
            Kind::Acknowledge(number) if number == self.number && more => {
                self.number ^= 1;
                self.send_piece(exchange.from + exchange.length)
            }
            Kind::Acknowledge(number) if number != self.number && !exchange.receiving => {
                if exchange.faults > self.settings.repeats {
                    return self.give_up(Failure::Silent);
                }
                let ask = self.send_piece(exchange.from);
                self.state =
                    State::Exchange(Exchange { faults: exchange.faults.saturating_add(1), ..exchange });
                ask
            }
            Kind::MoreTime(times) => self.send(Kind::MoreTime(times), times.into()),
            _ => self.again(exchange, Failure::Protocol),
        }
    }

    /// Rules 4 and 5: something went wrong; the last block is asked for again.
    fn again(&mut self, exchange: Exchange, failure: Failure) -> Ask {
        if exchange.faults >= self.settings.repeats {
            return self.give_up(failure);
        }
        self.state = State::Exchange(Exchange { faults: exchange.faults + 1, ..exchange });
        if exchange.receiving {
            self.send(Kind::Acknowledge(self.number), 1)
        } else {
            self.send(Kind::Repeat(self.number), 1)
        }
    }
}
