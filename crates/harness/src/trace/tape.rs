//! A card's recorded side, which answers a live terminal.

use super::file::{Dir, Line, State, Wire};
use crate::link::{Link, Lost};
use tunion_apdu::Response;
use tunion_card::{Cut, Work};

/// What was recorded of one exchange with a card.
#[derive(Clone, Debug)]
struct Recorded {
    command: Vec<u8>,
    answer: Option<Vec<u8>>,
    state: Option<State>,
}

/// A recorded card: it answers each command as it was answered then, as long as each is the recorded one. From the
/// first that is another one on it is silent.
#[derive(Clone, Debug)]
pub struct Tape {
    exchanges: Vec<Recorded>,
    next: usize,
    runs: bool,
}

impl Tape {
    /// The card's side of a trace.
    #[must_use]
    pub fn new(lines: &[Line]) -> Self {
        let mut exchanges: Vec<Recorded> = Vec::new();
        for went in lines.iter().filter_map(Line::went).filter(|went| went.link == Wire::Card) {
            let bytes = || went.bytes.bytes().to_vec();
            match (went.dir, exchanges.last_mut()) {
                (Dir::To, _) => exchanges.push(Recorded { command: bytes(), answer: None, state: None }),
                (Dir::From, Some(last)) => (last.answer, last.state) = (Some(bytes()), went.state),
                (Dir::Lost, Some(last)) => last.state = went.state,
                (_, None) => {}
            }
        }
        Self { exchanges, next: 0, runs: true }
    }

    /// Whether every command so far was the recorded one.
    #[must_use]
    pub const fn runs(&self) -> bool {
        self.runs
    }
}

impl Link for Tape {
    fn transmit(&mut self, command: &[u8], response: &mut Response) -> Result<(), Lost> {
        response.clear();
        let recorded = self.exchanges.get(self.next).filter(|recorded| recorded.command == command);
        self.runs &= recorded.is_some();
        let answer = recorded.filter(|_| self.runs).and_then(|recorded| recorded.answer.as_deref());
        self.next += 1;
        answer.and_then(|answer| response.set(answer).ok()).ok_or(Lost)
    }

    fn leave(&mut self) {}

    fn tear(&mut self, _: Cut) {}

    fn work(&self) -> Work {
        Work::default()
    }

    fn state(&self) -> Option<State> {
        self.exchanges.get(self.next.checked_sub(1)?).filter(|_| self.runs)?.state
    }
}
