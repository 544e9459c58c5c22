//! Whose turn it is: each holder's next tap, in the order of time.

use super::books::Books;
use super::dice::Dice;
use super::field::{Came, End, Happened, Host};
use super::journal::{Journal, Written};
use super::kind::KINDS;
use super::outing::{self, Call};
use super::standing::Standing;
use super::town::Town;
use super::trouble::Trouble;
use super::{Day, Watch};
use crate::clearing::IssuerKeys;
use crate::device::Device;
use crate::random::{Stream, stream};
use crate::world::worth;
use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};
use std::time::Duration;
use tunion_card::{Card, Chip};
use tunion_clearing::clear;
use tunion_data::civil::DateTime;
use tunion_data::upload::UploadRecord;
use tunion_issuer::account::Account;
use tunion_issuer::load::LoadHost;
use tunion_issuer::rules::LoadRules;
use tunion_terminal::{Code, Event, Fares, Gate, Setup};

/// Someone with a card.
pub(super) struct Held {
    pub(super) card: Card<Stream>,
    /// What the holder owned in the morning, and the card's sequences then.
    pub(super) worth: i64,
    pub(super) sequences: (u16, u16),
    dice: Dice,
    taps: u64,
    /// So many taps are still to come.
    left: u32,
    /// The kind of terminal of this outing, and the taps still to come.
    outing: (usize, VecDeque<Call>),
    /// Money is short: a place that gives some is next.
    short: bool,
    /// The same again, at once; so many times already.
    again: Option<Call>,
    tries: u32,
}

/// A day under way.
pub(super) struct Run<'t> {
    town: &'t Town,
    terminals: Vec<Standing<'t>>,
    holders: Vec<Held>,
    host: Host,
    turns: BinaryHeap<Reverse<(DateTime, usize)>>,
    journal: Journal,
    records: Vec<UploadRecord>,
}

/// The first taps come at five, the last ones before three in the night.
const OPENS: i8 = 5;
const HOURS: u64 = 22;
/// Nobody taps more than so often for one thing.
const TRIES: u32 = 3;

impl<'t> Run<'t> {
    /// Terminals are switched on, cards lie ready.
    ///
    /// # Panics
    /// When a row of the kinds of cards breaks a rule of cards.
    pub(super) fn morning(town: &'t Town) -> Self {
        let opens = town.order.date.at(OPENS, 0, 0, 0);
        let black_list = &town.scenario.black_list;
        let terminals = town.terminals().map(|(kind, file, place, number)| {
            let device = Device::new(&town.scenario, file, black_list, place, number);
            let fares = file.tariff.as_deref().map_or(Fares::Controller, Fares::Tariff);
            let setup = Setup { profile: &file.profile, place, fares, black_list };
            let mut standing = Standing::new(kind, file, device, setup);
            standing.tell(opens, Event::Started);
            standing
        });
        let terminals = terminals.collect();
        let roots = &town.scenario.keys.roots;
        let seed = town.order.seed;
        let mut accounts = std::collections::BTreeMap::new();
        let mut turns = BinaryHeap::new();
        let holders = town.cards.iter().enumerate().map(|(number, made)| {
            let contents = made.file.contents(roots);
            accounts.insert(made.pan, Account::new(&contents));
            let mut card = Card::new(&contents, stream(seed, "card", 0))
                .unwrap_or_else(|broken| panic!("a row of the cards of a day: {broken}"));
            card.power_off();
            let mut dice = Dice::new(seed, "holder", u64::try_from(number).unwrap_or(0));
            let taps = town.order.taps.max(1);
            let left = dice.between(taps.div_ceil(2), taps + taps / 2);
            let first = opens.saturating_add(Duration::from_secs(dice.below(4 * 3600).into()));
            turns.push(Reverse((first, number)));
            Held {
                worth: worth(&card),
                sequences: card.sequences(),
                card,
                dice,
                taps: 0,
                left,
                outing: (0, VecDeque::new()),
                short: false,
                again: None,
                tries: 0,
            }
        });
        let holders = holders.collect();
        let host = LoadHost::new(roots.clone(), LoadRules::default(), accounts);
        Self { town, terminals, holders, host, turns, journal: Journal::default(), records: Vec::new() }
    }

    /// Every tap of the day.
    pub(super) fn taps(&mut self, watch: &mut dyn Watch) {
        let end = self.town.order.date.at(OPENS, 0, 0, 0).saturating_add(Duration::from_secs(HOURS * 3600));
        while let Some(Reverse((at, card))) = self.turns.pop() {
            if at > end {
                continue;
            }
            if let Some(wait) = self.turn(at, card, watch) {
                let next = at.saturating_add(Duration::from_secs(wait.into()));
                self.turns.push(Reverse((next, card)));
            }
        }
    }

    /// A holder's turn; in how many seconds the next one is, if one is.
    fn turn(&mut self, at: DateTime, number: usize, watch: &mut dyn Watch) -> Option<u32> {
        let Self { town, terminals, holders, host, journal, records, .. } = self;
        let holder = holders.get_mut(number)?;
        let call = holder.next(town)?;
        let kind = holder.outing.0;
        let terminal = town.first(kind) + call.post;
        let standing = terminals.get_mut(terminal)?;
        let troubled = holder.dice.permille(town.order.troubled);
        let trouble = troubled.then(|| Trouble::some(&mut holder.dice));
        holder.taps += 1;
        *holder.card.random_mut() = stream(town.order.seed, &format!("card {number}"), holder.taps);
        watch.before(&holder.card);
        let before = worth(&holder.card);
        // Only memory that was changed by other means has no root.
        let _ = holder.card.power_on();
        let came = standing.tap(&mut holder.card, host, at, call, trouble);
        watch.after(&came.looked(standing, call, at), &holder.card);
        journal.write(&Written {
            at,
            card: number,
            terminal,
            kind,
            trouble,
            came: &came,
            worth: (before, worth(&holder.card)),
            sequences: holder.card.sequences(),
        });
        records.extend(uploads(&came.happened));
        holder.wait(town, call, &came)
    }

    /// The day is over: what is still grey is uploaded.
    pub(super) fn evening(&mut self) {
        let end = self.town.order.date.at(OPENS, 0, 0, 0).saturating_add(Duration::from_secs(HOURS * 3600));
        for (terminal, standing) in self.terminals.iter_mut().enumerate() {
            let happened = standing.tell(end, Event::Flush);
            self.records.extend(uploads(&happened));
            self.journal.learn(terminal, &happened, false);
            let left = standing.device.store.len();
            if left > 0 {
                self.journal.mistakes.push(format!("{left} records are left at {}", standing.device.number));
            }
        }
    }

    /// Closes the books.
    pub(super) fn close(self) -> Day {
        let numbers: Vec<_> = self.terminals.iter().map(|standing| standing.device.number).collect();
        let Self { town, terminals, holders, host, journal, records, .. } = self;
        let count = |kind: usize| terminals.iter().filter(|standing| standing.kind == kind).count();
        let terminals = (0..KINDS.len()).map(|kind| u32::try_from(count(kind)).unwrap_or(u32::MAX)).collect();
        let cleared = clear(&records, &IssuerKeys::of_all(&town.scenario.keys.roots));
        let books = Books::close(town, &holders, &host, (&journal, &numbers), (&records, &cleared));
        Day { order: town.order, records, journal, books, cleared, terminals }
    }
}

fn uploads(happened: &[Happened]) -> impl Iterator<Item = UploadRecord> {
    happened.iter().filter_map(|happened| match happened {
        Happened::Uploaded(record) => Some(*record),
        _ => None,
    })
}

impl Held {
    /// The next tap; none when the holder has had enough.
    fn next(&mut self, town: &Town) -> Option<Call> {
        self.left = self.left.checked_sub(1)?;
        if let Some(call) = self.again.take() {
            return Some(call);
        }
        self.tries = 0;
        if let Some(call) = self.outing.1.pop_front() {
            return Some(call);
        }
        let short = std::mem::take(&mut self.short);
        let kind =
            self.dice.share(KINDS.iter().map(|kind| if short && !kind.gives_money { 0 } else { kind.share }));
        let calls = (KINDS.get(kind)?.outing)(&town.fleet(kind)?, &mut self.dice);
        self.outing = (kind, calls.into());
        self.outing.1.pop_front()
    }

    /// What the holder makes of it, and in how many seconds the next tap comes.
    fn wait(&mut self, town: &Town, call: Call, came: &Came) -> Option<u32> {
        let decided = came.decision.as_ref().filter(|_| came.end == End::Ready);
        let code = decided.map(|decision| (decision.gate, decision.code));
        let failed = |code| is_failure(code) || came.met && code == Code::LoadRefused;
        if self.tries < TRIES && code.is_none_or(|(_, code)| failed(code)) {
            self.tries += 1;
            match self.dice.below(10) {
                0 => {}
                1 => self.again = outing::beside(&town.fleet(self.outing.0)?, call).or(Some(call)),
                _ => self.again = Some(call),
            }
            if self.again.is_some() {
                return Some(self.dice.between(2, 20));
            }
            self.outing.1.clear();
        }
        match code {
            // Who is inside goes on to a gate that lets out.
            Some((Gate::Open, _) | (Gate::Closed, Code::ReentryFree | Code::ReentryPaid | Code::NoFare)) => {}
            Some((Gate::Closed, Code::Balance | Code::FareNotCovered)) => {
                self.outing.1.clear();
                self.short = self.dice.permille(700);
            }
            _ => self.outing.1.clear(),
        }
        let soon = self.outing.1.front().map(|call| call.after.max(2));
        Some(soon.unwrap_or_else(|| self.pause(town)))
    }

    /// Between two outings: so long that the taps of a day fill it.
    fn pause(&mut self, town: &Town) -> u32 {
        let minutes = (1080 * 2 / town.order.taps.max(1)).saturating_sub(25).max(1);
        60 + self.dice.below(minutes * 120)
    }
}

/// Whether a tap came to nothing for a reason that is not the card's or the journey's: one taps again.
const fn is_failure(code: Code) -> bool {
    matches!(
        code,
        Code::ReadFailed
            | Code::WriteFailed
            | Code::Moved
            | Code::LoadMoved
            | Code::SamFault
            | Code::StoreFailed
            | Code::Mac1
            | Code::Mac2
    )
}

#[cfg(test)]
mod tests;
