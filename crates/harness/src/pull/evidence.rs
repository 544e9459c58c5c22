//! What is known of a day after it: every byte that went over the links, every record that was kept and
//! uploaded, every decision, and what was on the cards in between. The rules look at nothing else.

use super::flow::Visit;
use crate::trace::Exchange;
use std::rc::Rc;
use tunion_card::Image;
use tunion_data::civil::DateTime;
use tunion_data::command::Transaction;
use tunion_data::file::LogRecord;
use tunion_data::upload::UploadRecord;
use tunion_data::{BcdDateTime, Pan, TerminalId};
use tunion_terminal::profile::{Mac2Failure, Mac2Policy};
use tunion_terminal::{Decision, SlotId};

/// A day: a few taps, and what the terminals uploaded.
#[derive(Clone, Debug)]
pub struct Day {
    /// The taps, in order. The first is the one that was disturbed.
    pub taps: Vec<Rc<Tapped>>,
    /// The records that were uploaded, in order.
    pub uploads: Vec<Upload>,
    /// Which terminals were switched off and on between two taps, and after how many taps.
    pub restarts: Vec<(usize, usize)>,
    /// Records that are kept still when the day is over.
    pub left: usize,
    /// What the terminals are.
    pub terminals: Rules,
}

/// What the rules have to know of the terminals' profile.
#[derive(Clone, Copy, Debug)]
pub struct Rules {
    /// When MAC2 is judged.
    pub mac2: Mac2Policy,
    /// What becomes of a card whose MAC2 failed.
    pub mac2_failure: Mac2Failure,
    /// So many seconds a tap counts as the same tap once more.
    pub retap_seconds: u16,
}

/// A record that was uploaded.
#[derive(Clone, Debug)]
pub struct Upload {
    /// By which terminal.
    pub terminal: usize,
    /// After so many taps had begun; one that comes during a tap belongs to it.
    pub taps: usize,
    /// The record.
    pub record: UploadRecord,
}

/// A card at a terminal, from its coming to its going.
#[derive(Clone, Debug)]
pub struct Tapped {
    /// Which terminal.
    pub terminal: usize,
    /// Its number.
    pub number: TerminalId,
    /// Which card.
    pub card: usize,
    /// What for.
    pub visit: Visit,
    /// When.
    pub at: DateTime,
    /// What was on the card before it.
    pub before: Rc<Image>,
    /// And after it.
    pub after: Rc<Image>,
    /// What was seen, in order.
    pub seen: Vec<Seen>,
    /// How it ended.
    pub end: End,
}

/// What is seen of a tap.
#[derive(Clone, Debug)]
pub enum Seen {
    /// A command, with the answer as it reached the terminal.
    Exchange(Exchange),
    /// The MAC in the last answer was not the card's own: somebody changed it.
    Forged,
    /// A record was stored.
    Kept(SlotId, Box<UploadRecord>),
    /// A record was uploaded.
    Uploaded(Box<UploadRecord>),
    /// The passenger was told, when this was on the card.
    Decided(Box<Decision>, Rc<Image>),
    /// The terminal lost its power.
    PowerLost,
}

/// How a tap ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    /// It is not over.
    Open,
    /// It was done, and the terminal is ready for the next card.
    Ready,
    /// The terminal waits for something that nobody will tell it.
    Stuck,
    /// The terminal lost its power. `deciding`: in the very step in which it told the passenger.
    PowerLost {
        /// Whether the decision belongs to the step that was cut short.
        deciding: bool,
    },
}

/// A debit or load that a card did, as its own log tells.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Done {
    /// In which tap.
    pub tap: usize,
    /// At which terminal that tap was.
    pub terminal: usize,
    /// The card's number.
    pub pan: Pan,
    /// What the log has.
    pub log: LogRecord,
}

impl Done {
    /// Whether it is a load.
    #[must_use]
    pub fn is_load(&self) -> bool {
        is_load(self.log.transaction)
    }

    /// When.
    #[must_use]
    pub fn at(&self) -> Option<DateTime> {
        BcdDateTime::join(self.log.date, self.log.time).datetime()
    }

    /// Whether `record` is of it.
    #[must_use]
    pub fn is_of(&self, record: &UploadRecord) -> bool {
        let LogRecord { seq, amount, transaction, terminal, date, time, .. } = self.log;
        (record.pan, record.card_seq, record.amount, record.transaction)
            == (self.pan, seq, amount, transaction)
            && record.terminal == terminal
            && record.at.split() == (date, time)
    }
}

/// Whether a transaction counts with the online sequence.
pub(super) fn is_load(transaction: u8) -> bool {
    transaction == Transaction::Load as u8
}

impl Tapped {
    /// What the card did in it, the oldest first, as its log tells.
    pub fn done(&self, tap: usize) -> impl Iterator<Item = Done> + '_ {
        let (offline, online) = (self.before.purse.offline_seq, self.before.purse.online_seq);
        let is_new = move |log: &LogRecord| {
            log.transaction != 0 && log.seq > if is_load(log.transaction) { online } else { offline }
        };
        let new = self.after.log.iter().map(|entry| entry.record).filter(is_new);
        let (terminal, pan) = (self.terminal, self.after.info.pan);
        let mut done: Vec<Done> = new.map(|log| Done { tap, terminal, pan, log }).collect();
        done.reverse();
        done.into_iter()
    }

    /// The decision, if one came.
    #[must_use]
    pub fn decision(&self) -> Option<(&Decision, &Image)> {
        self.seen.iter().find_map(|seen| match seen {
            Seen::Decided(decision, image) => Some((&**decision, &**image)),
            _ => None,
        })
    }

    /// Whether the passenger was let through.
    #[must_use]
    pub fn opened(&self) -> bool {
        self.decision().is_some_and(|(decision, _)| decision.gate == tunion_terminal::Gate::Open)
    }

    /// The commands that went to the card, with their answers.
    pub fn exchanges(&self) -> impl Iterator<Item = &Exchange> {
        self.seen.iter().filter_map(|seen| match seen {
            Seen::Exchange(exchange) => Some(exchange),
            _ => None,
        })
    }

    /// The records that were stored in it.
    pub fn kept(&self) -> impl Iterator<Item = &UploadRecord> {
        self.seen.iter().filter_map(|seen| match seen {
            Seen::Kept(_, record) => Some(&**record),
            _ => None,
        })
    }

    /// The records that were uploaded in it.
    pub fn uploaded(&self) -> impl Iterator<Item = &UploadRecord> {
        self.seen.iter().filter_map(|seen| match seen {
            Seen::Uploaded(record) => Some(&**record),
            _ => None,
        })
    }

    /// Whether the terminal lost its power when it had just told the passenger, and before its memory had it.
    #[must_use]
    pub fn is_cut_deciding(&self) -> bool {
        self.end == End::PowerLost { deciding: true }
    }

    /// Whether a transaction was asked for, not a look.
    #[must_use]
    pub fn changes_cards(&self) -> bool {
        self.visit != Visit::Enquire
    }
}

impl Day {
    /// Everything that the cards did, in order.
    pub fn done(&self) -> impl Iterator<Item = Done> + '_ {
        self.taps.iter().enumerate().flat_map(|(number, tap)| tap.done(number))
    }

    /// The records that were uploaded.
    pub fn records(&self) -> impl Iterator<Item = &UploadRecord> {
        self.uploads.iter().map(|upload| &upload.record)
    }
}
