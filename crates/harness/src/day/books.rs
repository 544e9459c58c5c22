//! The day's money, counted three ways that know nothing of each other: what became of the cards, what the
//! terminals uploaded, and what they said at the time. And what must hold of the records beside that.

use super::clock::Held;
use super::field::Host;
use super::holder::SORTS;
use super::journal::{Fate, Journal};
use super::town::Town;
use crate::audit::{self, Money, Sequences};
use crate::world::worth;
use std::collections::BTreeMap;
use tunion_clearing::{Clearing, Done, Place, Reason, Remark, Verdict, is_load, is_sure};
use tunion_data::upload::UploadRecord;
use tunion_data::{Fen, FenSum, Pan, TerminalId};

/// Money that left cards and money that came onto them.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Flow {
    /// What was debited.
    pub debited: FenSum,
    /// What was loaded.
    pub loaded: FenSum,
}

impl Flow {
    fn add(&mut self, load: bool, amount: Fen) {
        if load {
            self.loaded += amount;
        } else {
            self.debited += amount;
        }
    }

    /// A change of what a holder owns, in fen.
    pub(super) fn signed(&mut self, moved: i64) {
        let amount = Fen::new(u32::try_from(moved.unsigned_abs()).unwrap_or(u32::MAX));
        self.add(moved > 0, amount);
    }
}

/// Grey records, and what clearing makes of them, held against what the cards know.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Greys {
    /// Judged done, rightly.
    pub done: u32,
    /// Judged not done, rightly.
    pub not_done: u32,
    /// Not known from the records, and done.
    pub unknown_done: u32,
    /// Not known from the records, and not done.
    pub unknown_not_done: u32,
    /// Judged wrongly.
    pub wrong: u32,
}

/// The day's books.
#[derive(Clone, Debug)]
pub struct Books {
    /// What all holders owned in the morning, in fen: actual balances less overdraft used.
    pub start: i64,
    /// The same in the evening.
    pub end: i64,
    /// By the cards: what changed on them, tap by tap.
    pub cards: Flow,
    /// By the upload records: those that are sure, and the grey ones that were done.
    pub uploads: Flow,
    /// Of these the grey ones.
    pub grey: Flow,
    /// By what terminals said: at once, or when a later tap told them.
    pub said: Flow,
    /// What moved on cards, and no terminal ever said so: only a record says it.
    pub unsaid: Flow,
    /// The same, by the fates of the records.
    pub unsaid_by_fate: Flow,
    /// Loads that the issuer's host has booked.
    pub booked: FenSum,
    /// Loads that were done and that the host does not know of yet.
    pub unbooked: FenSum,
    /// Grey records.
    pub greys: Greys,
    /// Holders by the rows of [`SORTS`].
    pub holders: Vec<u32>,
    /// What does not hold.
    pub failures: Vec<String>,
}

impl Books {
    /// Closes the books of a day.
    pub(super) fn close(
        town: &Town,
        holders: &[Held],
        host: &Host,
        (journal, numbers): (&Journal, &[TerminalId]),
        (records, cleared): (&[UploadRecord], &Clearing),
    ) -> Self {
        let mut books = Self {
            start: holders.iter().map(|holder| holder.worth).sum(),
            end: holders.iter().map(|holder| worth(&holder.card)).sum(),
            cards: Flow::default(),
            uploads: Flow::default(),
            grey: Flow::default(),
            said: Flow::default(),
            unsaid: Flow::default(),
            unsaid_by_fate: Flow::default(),
            booked: FenSum::default(),
            unbooked: FenSum::default(),
            greys: Greys::default(),
            holders: vec![0; SORTS.len()],
            failures: journal.mistakes.clone(),
        };
        for made in &town.cards {
            if let Some(count) = books.holders.get_mut(made.sort) {
                *count += 1;
            }
        }
        books.taps(journal);
        books.fates(journal, host, town);
        books.records((journal, numbers), (records, cleared), town);
        books.audit(town, holders, records);
        books.clearing(records, cleared);
        let roots = &town.scenario.keys.roots;
        books.failures.extend(audit::records(records, roots).into_iter().map(|failure| failure.what));
        books.balance();
        books
    }

    /// The first count, and the third: tap by tap.
    fn taps(&mut self, journal: &Journal) {
        // What moved on a card and was not said yet, by card: loads, debits.
        let mut owed: BTreeMap<(usize, bool), i64> = BTreeMap::new();
        for tap in &journal.taps {
            self.cards.signed(tap.moved);
            self.said.signed(tap.told);
            self.said.signed(tap.told_later);
            let unsaid = tap.moved - tap.told;
            if unsaid != 0 {
                *owed.entry((tap.card, unsaid > 0)).or_default() += unsaid;
            }
            if tap.told_later != 0 {
                *owed.entry((tap.card, tap.told_later > 0)).or_default() -= tap.told_later;
            }
        }
        for ((card, load), left) in owed {
            if (left > 0) == load || left == 0 {
                self.unsaid.signed(left);
            } else {
                let at = format!("card {card}");
                self.failures.push(format!("{at}: terminals said {left} fen more than moved"));
            }
        }
    }

    /// By the fates of records: what no terminal said, and what the host does not know.
    fn fates(&mut self, journal: &Journal, host: &Host, town: &Town) {
        let accounts = host.registry();
        self.booked = accounts.values().fold(FenSum::default(), |mut sum, account| {
            sum += account.loaded();
            sum
        });
        for (id, doubt) in &journal.doubts {
            if doubt.fate == Fate::Open {
                self.failures.push(format!("record {id:?} is still in doubt"));
            }
            if doubt.done && !doubt.said {
                self.unsaid_by_fate.add(doubt.load, doubt.amount);
            }
            if doubt.done == (doubt.fate == Fate::NotDone) && doubt.fate != Fate::Grey {
                self.failures.push(format!("record {id:?} is {:?}, and the card says otherwise", doubt.fate));
            }
            let pan = town.cards.get(doubt.card).map(|made| made.pan).unwrap_or_default();
            let books = accounts.get(&pan).map(|account| &account.booked[..]).unwrap_or_default();
            let known = books.iter().any(|booked| booked.load.request.init.seq + 1 == doubt.sequence);
            if doubt.load && doubt.done && !known {
                self.unbooked += doubt.amount;
            }
        }
    }

    /// The second count: by the upload records, the grey ones as the cards know them.
    fn records(
        &mut self,
        (journal, numbers): (&Journal, &[TerminalId]),
        (records, cleared): (&[UploadRecord], &Clearing),
        town: &Town,
    ) {
        let truth = truths(journal, numbers, town);
        for (record, verdict) in records.iter().zip(&cleared.verdicts) {
            let load = is_load(record);
            if is_sure(record) {
                self.uploads.add(load, record.amount);
                continue;
            }
            let done = truth.get(&key(record)).copied().unwrap_or(false);
            if done {
                self.uploads.add(load, record.amount);
                self.grey.add(load, record.amount);
            }
            let told = match verdict {
                Verdict::Grey { done, .. } => *done,
                _ => Done::No,
            };
            match (told, done) {
                (Done::Yes, true) => self.greys.done += 1,
                (Done::No, false) => self.greys.not_done += 1,
                (Done::Unknown, true) => self.greys.unknown_done += 1,
                (Done::Unknown, false) => self.greys.unknown_not_done += 1,
                (Done::Yes, false) | (Done::No, true) => {
                    self.greys.wrong += 1;
                    self.failures.push(format!("clearing says {verdict:?} of {}", named(record)));
                }
            }
        }
    }

    /// What must hold of each card, and of clearing.
    fn audit(&mut self, town: &Town, holders: &[Held], records: &[UploadRecord]) {
        let mut own: BTreeMap<Pan, Vec<UploadRecord>> = BTreeMap::new();
        for record in records {
            own.entry(record.pan).or_default().push(*record);
        }
        for (holder, made) in holders.iter().zip(&town.cards) {
            let records = own.get(&made.pan).map(Vec::as_slice).unwrap_or_default();
            let name = made.pan.to_string();
            let money = Money { start: holder.worth, end: worth(&holder.card) };
            let moved = Sequences { start: holder.sequences, end: holder.card.sequences() };
            let failures = audit::card(&name, made.pan, money, records);
            let failures = failures.into_iter().chain(audit::unrecorded(&name, made.pan, moved, records));
            let told = |f: crate::Failure| format!("{}: expected {}, found {}", f.what, f.expected, f.found);
            self.failures.extend(failures.map(told));
        }
    }

    /// Clearing rejects nothing but what is grey, remarks nothing, and misses no sequence of a card.
    fn clearing(&mut self, records: &[UploadRecord], cleared: &Clearing) {
        let of = |place: Place| named(&records.get(place.index()).copied().unwrap_or_default());
        for (place, verdict) in cleared.rejected().filter(|(_, verdict)| verdict.reason() != Reason::Grey) {
            self.failures.push(format!("clearing rejects {}: {verdict:?}", of(place)));
        }
        for Remark { place, what, .. } in &cleared.remarks {
            self.failures.push(format!("clearing remarks {what:?} of {}", of(*place)));
        }
        for gaps in cleared.missing.debits.iter().chain(&cleared.missing.loads) {
            self.failures.push(format!("clearing misses {:?} of card {}", gaps.missing, gaps.of));
        }
    }

    /// The sums, to the fen.
    fn balance(&mut self) {
        let sum = |flow: Flow| {
            i64::try_from(flow.loaded.fen()).unwrap_or(0) - i64::try_from(flow.debited.fen()).unwrap_or(0)
        };
        let mut said = self.said;
        said.debited += self.unsaid.debited;
        said.loaded += self.unsaid.loaded;
        let mut host = self.booked;
        host += self.unbooked;
        for (what, holds) in [
            (
                "what changed on the cards is what they have more in the evening",
                self.end - self.start == sum(self.cards),
            ),
            ("the upload records say what changed on the cards", self.uploads == self.cards),
            ("the terminals said what changed on the cards, but for what nobody said", said == self.cards),
            ("what nobody said stands in records that nobody told of", self.unsaid == self.unsaid_by_fate),
            ("the host knows of the loads, but for those it was not told of", host == self.cards.loaded),
        ] {
            if !holds {
                self.failures.push(format!("it does not hold that {what}"));
            }
        }
    }

    /// Whether everything holds.
    #[must_use]
    pub fn hold(&self) -> bool {
        self.failures.is_empty()
    }
}

/// What names a record of a card: number, load or debit, sequence, terminal's amount.
type Key = (Pan, bool, u16, [u8; 6], u32);

fn key(record: &UploadRecord) -> Key {
    (record.pan, is_load(record), record.card_seq, record.terminal.0, record.local_seq)
}

/// Whether each record that was in doubt was done, as the cards know.
fn truths(journal: &Journal, numbers: &[TerminalId], town: &Town) -> BTreeMap<Key, bool> {
    let truth = |(&(terminal, local), doubt): (&super::journal::Doubted, &super::journal::Doubt)| {
        let pan = town.cards.get(doubt.card)?.pan;
        Some(((pan, doubt.load, doubt.sequence, numbers.get(terminal)?.0, local), doubt.done))
    };
    journal.doubts.iter().filter_map(truth).collect()
}

fn named(record: &UploadRecord) -> String {
    let what = if is_load(record) { "load" } else { "debit" };
    format!(
        "{what} {} of card {}, terminal {} {}",
        record.card_seq, record.pan, record.terminal, record.terminal_seq
    )
}
