//! What became of debits and loads whose answer was lost (灰记录). How a real back office decides is not public;
//! comparing them with the card's next balance and counter is the natural test (`docs/spec/terminal.md` 6.2), as
//! 4.3 has it for terminals.
//!
//! Every record of a card, done or not, shows what the card showed at its tap: the sequence before its own, and the
//! actual balance. Of a grey record with sequence s:
//!
//! | another record of the card | then |
//! |---|---|
//! | has sequence s, and was done | the grey one was not |
//! | has sequence s, is grey too and later | the grey one was not: the card still showed s − 1 |
//! | is a debit with sequence s + 1, and begins with the balance that the grey debit left, loads between counted | it was done |
//! | is a debit with sequence s + 1, and begins with another | unknown: sequence and balance contradict each other |
//! | none of these; the next in time begins with the balance that the grey one left | it was done |
//! | none of these; the next in time begins with the balance that the grey one found | it was not; unknown where the sequence moved on |
//! | none of these | unknown |
//!
//! The next in time is not asked where it cannot tell: where the grey one changes no balance, and where it is a
//! debit that is not the next in sequence.

use tunion_data::upload::UploadRecord;

use crate::chain::{Led, Loads};
use crate::is_load;
use crate::order::{Card, Entry, Place, runs};
use crate::verdict::{Because, Done, Verdict};

/// Judges the grey records of a card.
pub(crate) fn judge(records: &[UploadRecord], card: Card<'_>, verdicts: &mut [Verdict]) {
    let open = |entry: &Entry| is_open(verdicts, entry.place()).then_some(entry.place());
    let greys: Vec<Place> = card.debits.iter().chain(card.loads).filter_map(open).collect();
    if greys.is_empty() {
        return;
    }
    let history = History::of(records, card, verdicts);
    for place in greys {
        let (Some(grey), Some(verdict)) = (records.get(place.index()), verdicts.get_mut(place.index()))
        else {
            continue;
        };
        let (done, because) = history.outcome(place, grey);
        *verdict = Verdict::Grey { done, because };
    }
}

/// Whether it is not known whether the record was done.
fn is_open(verdicts: &[Verdict], place: Place) -> bool {
    matches!(verdicts.get(place.index()), Some(Verdict::Grey { done: Done::Unknown, .. }))
}

/// The records of one sequence.
#[derive(Clone, Copy, Debug)]
struct Sequence<'r> {
    number: u16,
    /// The one that was done.
    done: Option<Shown<'r>>,
    /// The earliest and the latest of the grey ones.
    greys: Option<(Shown<'r>, Shown<'r>)>,
}

/// A record that shows what the card was at its tap.
type Shown<'r> = (Place, &'r UploadRecord);

/// What the records of a card show, those apart that are wrong or are there twice.
struct History<'r> {
    debits: Vec<Sequence<'r>>,
    loads: Vec<Sequence<'r>>,
    /// All of them by time.
    in_time: Vec<Shown<'r>>,
    between: Loads,
}

impl<'r> History<'r> {
    fn of(records: &'r [UploadRecord], card: Card<'_>, verdicts: &[Verdict]) -> Self {
        let mut in_time = Vec::new();
        let mut sequences = |entries| -> Vec<Sequence<'r>> {
            let sequence = |run: &[Entry]| {
                let shown = |place: Place| Some((place, records.get(place.index())?));
                let places = || run.iter().map(|entry| entry.place());
                let stands = |place: &Place| verdicts.get(place.index()).is_some_and(Verdict::stands);
                let done = places().find(stands).and_then(shown);
                let greys = || places().filter(|place| is_open(verdicts, *place)).filter_map(shown);
                in_time.extend(done.into_iter().chain(greys()));
                let first = greys().min_by_key(|(place, record)| (record.at.0, *place));
                let last = greys().max_by_key(|(place, record)| (record.at.0, *place));
                let (_, any) = done.or(first)?;
                Some(Sequence { number: any.card_seq, done, greys: first.zip(last) })
            };
            runs(entries).filter_map(sequence).collect()
        };
        let (debits, loads) = (sequences(card.debits), sequences(card.loads));
        in_time.sort_by_key(|(_, record)| record.at.0);
        Self { debits, loads, in_time, between: Loads::of(records, card.loads, verdicts) }
    }

    fn outcome(&self, place: Place, grey: &UploadRecord) -> (Done, Because) {
        let own = if is_load(grey) { &self.loads } else { &self.debits };
        let sequence = |number: Option<u16>| {
            let at = own.binary_search_by_key(&number?, |sequence| sequence.number).ok()?;
            own.get(at)
        };
        let here = sequence(Some(grey.card_seq));
        if let Some((taker, _)) = here.and_then(|here| here.done) {
            return (Done::No, Because::Taken(taker));
        }
        if let Some((_, (later, record))) = here.and_then(|here| here.greys)
            && (record.at.0, later) > (grey.at.0, place)
        {
            return (Done::No, Because::Unmoved(later));
        }
        let after = sequence(grey.card_seq.checked_add(1));
        let after = after.and_then(|after| after.done.or(after.greys.map(|(first, _)| first)));
        match after {
            Some((next, record)) if !is_load(grey) => self.by_sequence(grey, next, record),
            _ => self.by_time(grey, after.is_some()),
        }
    }

    /// By the debit of the next sequence.
    fn by_sequence(&self, grey: &UploadRecord, next: Place, record: &UploadRecord) -> (Done, Because) {
        let (left, begins) = (grey.balance_after, record.balance_before);
        let fits = left == begins || self.between.lead(grey, record) == Led::Yes;
        if fits { (Done::Yes, Because::Follows(next)) } else { (Done::Unknown, Because::Contradicted(next)) }
    }

    /// By the next record in time.
    fn by_time(&self, grey: &UploadRecord, moved_on: bool) -> (Done, Because) {
        let next = self.in_time.partition_point(|(_, record)| record.at.0 <= grey.at.0);
        let Some((next, record)) = self.in_time.get(next) else {
            return (Done::Unknown, Because::NothingLater);
        };
        let begins = record.balance_before;
        let silent = grey.balance_before == grey.balance_after
            || !is_load(grey) && !is_load(record)
            // By another clock the load may have been before.
            || !is_load(grey) && record.balance_after == grey.balance_before;
        match () {
            () if silent => (Done::Unknown, Because::Mute(*next)),
            () if begins == grey.balance_after => (Done::Yes, Because::Left(*next)),
            () if begins == grey.balance_before && moved_on => (Done::Unknown, Because::Contradicted(*next)),
            () if begins == grey.balance_before => (Done::No, Because::Found(*next)),
            () => (Done::Unknown, Because::Mute(*next)),
        }
    }
}
