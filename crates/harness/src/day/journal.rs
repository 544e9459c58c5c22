//! What is known of the day's taps: by whom it was decided how, what it moved, and what became of every record that
//! was once in doubt.

use super::field::{Came, End, Happened};
use super::trouble::Trouble;
use std::collections::BTreeMap;
use tunion_data::Fen;
use tunion_data::civil::DateTime;
use tunion_data::command::Transaction;
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_terminal::{Code, Decision, Gate, Note};

/// A tap.
#[derive(Clone, Copy, Debug)]
pub struct Entry {
    /// When.
    pub at: DateTime,
    /// Whose card, by its place among the day's.
    pub card: usize,
    /// Row of [`KINDS`](super::kind::KINDS).
    pub kind: usize,
    /// How the terminal decided; none that it lost with its power.
    pub decided: Option<(Gate, Code)>,
    /// What went wrong, if it came about.
    pub trouble: Option<Trouble>,
    /// What it did to the money on the card, in fen.
    pub moved: i64,
    /// What the terminal says that this tap did to it.
    pub told: i64,
    /// What the terminal says that earlier taps did to it, of which nobody was told then.
    pub told_later: i64,
    /// The last record that it put in doubt.
    pub doubt: Option<Doubted>,
}

/// A record: its terminal, by its place in the town, and the terminal's number of it.
pub type Doubted = (usize, u32);

/// A debit or load whose record was kept before it was sent: until the answer came it was in doubt.
#[derive(Clone, Copy, Debug)]
pub struct Doubt {
    /// Whose card.
    pub card: usize,
    /// Whether it is a load.
    pub load: bool,
    /// The card's sequence after it, if it was done.
    pub sequence: u16,
    /// Its amount.
    pub amount: Fen,
    /// Whether it was done: the card knows.
    pub done: bool,
    /// What the terminals made of it.
    pub fate: Fate,
    /// Whether a terminal ever said that it was done: what one decides in a tap in which it loses its power, nobody
    /// hears.
    pub said: bool,
}

/// What became of a record that was in doubt.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Fate {
    /// Still in doubt.
    Open,
    /// The answer came at once.
    AtOnce,
    /// A later tap proved that it was done.
    Recovered,
    /// A later tap found it in the card's log, and no proof.
    Logged,
    /// Given up: it was not done.
    NotDone,
    /// Uploaded as it was, for the clearing house to judge.
    Grey,
}

/// The log of a day.
#[derive(Clone, Default, Debug)]
pub struct Journal {
    /// The taps in their order.
    pub taps: Vec<Entry>,
    /// Every record that was kept before its debit or load.
    pub doubts: BTreeMap<Doubted, Doubt>,
    /// What must not happen: a terminal that waits for ever, a host that refuses what was done.
    pub mistakes: Vec<String>,
}

/// A tap that is to be written down.
pub(super) struct Written<'a> {
    pub(super) at: DateTime,
    pub(super) card: usize,
    pub(super) terminal: usize,
    pub(super) kind: usize,
    pub(super) trouble: Option<Trouble>,
    pub(super) came: &'a Came,
    /// What the holder owned before and after.
    pub(super) worth: (i64, i64),
    /// The card's sequences after it, offline and online.
    pub(super) sequences: (u16, u16),
}

impl Journal {
    /// Writes a tap down.
    pub(super) fn write(&mut self, tap: &Written<'_>) {
        let Written { at, card, terminal, kind, trouble, came, worth, sequences } = *tap;
        let mine = self.keep((terminal, card), &came.happened, sequences);
        let decision = came.decision.as_ref().filter(|_| came.end == End::Ready);
        let earlier = decision.map_or(Fen::ZERO, recovered);
        let here = decision.map_or(Fen::ZERO, |decision| decision.charged.saturating_sub(earlier));
        self.say(at, &mine, here);
        let (told_later, found) = self.learn(terminal, &came.happened, decision.is_some());
        if decision.is_some() && found != earlier {
            self.mistakes
                .push(format!("{at}: {earlier} was said to be recovered, and {found} uploaded as such"));
        }
        let last = mine.last().copied();
        let loads = last.and_then(|id| self.doubts.get(&id)).is_some_and(|doubt| doubt.load);
        self.taps.push(Entry {
            at,
            card,
            kind,
            decided: decision.map(|decision| (decision.gate, decision.code)),
            trouble: trouble.filter(|_| came.met),
            moved: worth.1 - worth.0,
            told: signed(here, loads),
            told_later,
            doubt: last,
        });
        if came.end == End::Stuck {
            self.mistakes.push(format!("{at}: a terminal of kind {kind} waits for ever"));
        }
        if let Some(refused) = &came.host_refused {
            self.mistakes.push(format!("{at}: the host was told of a load, and said: {refused}"));
        }
    }

    /// The records that were kept in a tap, each once, in their order.
    fn keep(
        &mut self,
        (terminal, card): (usize, usize),
        happened: &[Happened],
        sequences: (u16, u16),
    ) -> Vec<Doubted> {
        let mut mine = Vec::new();
        for happened in happened {
            let Happened::Kept(record) = happened else { continue };
            let id = (terminal, record.local_seq);
            // A lock moves no money and is never in doubt; what is learned of a record may be kept too.
            if !has_transaction(record) || self.doubts.contains_key(&id) {
                continue;
            }
            let load = record.transaction == Transaction::Load as u8;
            let reached = if load { sequences.1 } else { sequences.0 };
            let (sequence, amount) = (record.card_seq, record.amount);
            let done = reached >= sequence;
            self.doubts
                .insert(id, Doubt { card, load, sequence, amount, done, fate: Fate::Open, said: false });
            mine.push(id);
        }
        mine
    }

    /// The terminal says that this tap moved `amount`: that is what was done of it, or the first part.
    fn say(&mut self, at: DateTime, mine: &[Doubted], amount: Fen) {
        let mut left = amount;
        for id in mine {
            let Some(doubt) = self.doubts.get_mut(id).filter(|doubt| doubt.done) else { continue };
            let Some(rest) = left.checked_sub(doubt.amount) else { break };
            left = rest;
            doubt.said = true;
        }
        if !left.is_zero() {
            self.mistakes.push(format!("{at}: a terminal says {amount}, and {left} of it was never done"));
        }
    }

    /// Learns what became of a terminal's records; `heard` is whether somebody heard what it decided. What was
    /// found done only now, in fen, and all that was found done.
    pub(super) fn learn(&mut self, terminal: usize, happened: &[Happened], heard: bool) -> (i64, Fen) {
        let (mut later, mut found) = (0, Fen::ZERO);
        for happened in happened {
            let (number, fate) = match happened {
                Happened::Kept(_) => continue,
                Happened::Uploaded(record) if !has_transaction(record) => continue,
                Happened::GivenUp(number) => (*number, Fate::NotDone),
                Happened::Uploaded(record) => (record.local_seq, fate(record)),
            };
            let mistake = match self.doubts.get_mut(&(terminal, number)) {
                Some(doubt) if doubt.fate == Fate::Open => {
                    doubt.fate = fate;
                    if heard && matches!(fate, Fate::Recovered | Fate::Logged) {
                        found += doubt.amount;
                        later += if doubt.said { 0 } else { signed(doubt.amount, doubt.load) };
                        doubt.said = true;
                    }
                    continue;
                }
                Some(doubt) => format!("record {number} was {:?}, and then {fate:?}", doubt.fate),
                None => format!("record {number} is {fate:?}, and was never kept"),
            };
            self.mistakes.push(mistake);
        }
        (later, found)
    }
}

/// What a terminal says that it found done of earlier taps.
fn recovered(decision: &Decision) -> Fen {
    let amount = |note: &Note| match note {
        Note::Recovered { amount, .. } => *amount,
        _ => Fen::ZERO,
    };
    decision.notes.iter().map(amount).sum()
}

fn signed(amount: Fen, load: bool) -> i64 {
    if load { i64::from(amount.get()) } else { -i64::from(amount.get()) }
}

fn fate(record: &UploadRecord) -> Fate {
    match (record.has(UploadRecord::GREY), record.has(UploadRecord::RECOVERED)) {
        (false, false) => Fate::AtOnce,
        (false, true) => Fate::Recovered,
        (true, true) => Fate::Logged,
        (true, false) => Fate::Grey,
    }
}

/// Whether the purse did a transaction for it.
fn has_transaction(record: &UploadRecord) -> bool {
    RecordKind::from_byte(record.kind).is_none_or(RecordKind::has_tac)
}
