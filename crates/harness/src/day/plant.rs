//! Faults put into a day's upload records, and whether clearing finds exactly those.
//!
//! Each fault has a card to itself, one whose records were never in doubt, so that no fault can hide another.

use super::dice::Dice;
use crate::clearing::IssuerKeys;
use crate::grid::grid;
use std::collections::BTreeMap;
use tunion_clearing::{Clearing, Number, Reason, Verdict, clear, is_load};
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_data::{Fen, Pan};
use tunion_issuer::Roots;

/// What is done to a record.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Fault {
    /// A bit of its TAC is another.
    Tac,
    /// It has the TAC of another card.
    ForeignTac,
    /// Its amount is one yuan more, and the balance after it fits.
    Amount,
    /// Its amount is one yuan more, and the balance after it does not fit.
    AmountAlone,
    /// It is uploaded twice.
    Twice,
    /// It is never uploaded.
    Gone,
}

impl Fault {
    /// Every one.
    pub const ALL: [Self; 6] =
        [Self::Tac, Self::ForeignTac, Self::Amount, Self::AmountAlone, Self::Twice, Self::Gone];

    /// A few words.
    #[must_use]
    pub const fn text(self) -> &'static str {
        match self {
            Self::Tac => "TAC changed",
            Self::ForeignTac => "TAC of another card",
            Self::Amount => "amount and balance changed",
            Self::AmountAlone => "amount changed",
            Self::Twice => "uploaded twice",
            Self::Gone => "never uploaded",
        }
    }

    /// Whether it is this that clearing says of the record.
    fn is_found(self, verdict: &Verdict) -> bool {
        match self {
            Self::Tac | Self::ForeignTac | Self::Amount => matches!(verdict, Verdict::TacWrong { .. }),
            Self::AmountAlone => matches!(verdict, Verdict::Illegal(tunion_clearing::Fault::Balance)),
            Self::Twice => matches!(verdict, Verdict::Duplicate { by: Number::Record, .. }),
            Self::Gone => false,
        }
    }
}

/// A fault that was put in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Planted {
    /// What was done.
    pub fault: Fault,
    /// Place of the record in the new batch; none of one that is gone.
    pub place: Option<usize>,
    /// Its card.
    pub pan: Pan,
    /// The card's sequence.
    pub sequence: u16,
}

/// Records with faults in them.
#[derive(Clone, Debug)]
pub struct Planting {
    /// The new batch.
    pub records: Vec<UploadRecord>,
    /// What was put in.
    pub planted: Vec<Planted>,
}

/// Puts `each` of every fault into a copy of `records`, as far as there are records for it.
#[must_use]
pub fn plant(records: &[UploadRecord], each: usize, seed: u64) -> Planting {
    let mut dice = Dice::new(seed, "faults", 0);
    let mut cards: BTreeMap<Pan, Vec<usize>> = BTreeMap::new();
    for (place, record) in records.iter().enumerate() {
        cards.entry(record.pan).or_default().push(place);
    }
    let plain = |places: &Vec<usize>| {
        let all = places.iter().filter_map(|place| records.get(*place));
        all.clone().count() >= 3 && all.clone().all(|record| record.flags & UploadRecord::GREY == 0)
    };
    let mut cards: Vec<Vec<usize>> = cards.into_values().filter(plain).collect();
    let mut new = records.to_vec();
    let mut planted = Vec::new();
    let mut gone = Vec::new();
    for fault in Fault::ALL {
        for _ in 0..each {
            let Some((place, record)) = choose(records, &mut cards, fault, &mut dice) else { continue };
            let (pan, sequence) = (record.pan, record.card_seq);
            let place = match fault {
                Fault::Gone => {
                    gone.push(place);
                    None
                }
                Fault::Twice => {
                    new.push(record);
                    Some(new.len() - 1)
                }
                other => {
                    let changed = changed(record, other, records, &mut dice);
                    new.get_mut(place).map(|slot| {
                        *slot = changed;
                        place
                    })
                }
            };
            planted.push(Planted { fault, place, pan, sequence });
        }
    }
    gone.sort_unstable();
    for place in gone.iter().rev() {
        new.remove(*place);
    }
    for one in &mut planted {
        one.place = one.place.map(|place| place - gone.partition_point(|gone| *gone < place));
    }
    Planting { records: new, planted }
}

/// What was put into a file of this name, a line each with the line of the file, which begins with `header` lines
/// of another kind; nothing if nothing was.
#[must_use]
pub fn told(planting: &Planting, file: &str, header: usize) -> String {
    let line = |planted: &Planted| {
        let at = planted.place.map_or("nowhere".to_owned(), |place| format!("{file}:{}", place + 1 + header));
        vec![at, planted.fault.text().to_owned(), planted.pan.to_string(), planted.sequence.to_string()]
    };
    if planting.planted.is_empty() {
        return String::new();
    }
    let rows = planting.planted.iter().map(line);
    let lines = grid(Some(&["", "", "card", "sequence"]), rows, |column| column == 3);
    format!("\nplanted\n  {}\n", lines.join("\n  "))
}

/// A record that the fault can be done to; its card is taken.
fn choose(
    records: &[UploadRecord],
    cards: &mut Vec<Vec<usize>>,
    fault: Fault,
    dice: &mut Dice,
) -> Option<(usize, UploadRecord)> {
    let one_yuan = Fen::from_yuan(1);
    let fits = |place: usize, places: &[usize]| {
        let record = records.get(place)?;
        let has_tac = RecordKind::from_byte(record.kind).is_none_or(RecordKind::has_tac);
        let pays = !is_load(record) && !record.amount.is_zero();
        let moves = pays
            && record.balance_after >= one_yuan
            && record.balance_before == record.balance_after + record.amount;
        // One that is gone is missed only between two others.
        let between = |offset: i32| {
            let wanted = i32::from(record.card_seq) + offset;
            places
                .iter()
                .filter_map(|place| records.get(*place))
                .any(|other| !is_load(other) && i32::from(other.card_seq) == wanted)
        };
        let fits = match fault {
            Fault::Tac | Fault::ForeignTac | Fault::Twice => has_tac,
            Fault::Amount | Fault::AmountAlone => moves,
            Fault::Gone => pays && between(-1) && between(1),
        };
        fits.then_some((place, *record))
    };
    for _ in 0..cards.len() {
        let places = cards.swap_remove(dice.index(cards.len()));
        let first = dice.index(places.len());
        let from = places.iter().cycle().skip(first).take(places.len());
        if let Some(found) = from.clone().find_map(|place| fits(*place, &places)) {
            return Some(found);
        }
        cards.push(places);
    }
    None
}

fn changed(
    mut record: UploadRecord,
    fault: Fault,
    records: &[UploadRecord],
    dice: &mut Dice,
) -> UploadRecord {
    let one_yuan = Fen::from_yuan(1);
    match fault {
        Fault::Tac => {
            let bit = dice.below(32);
            record.tac = (u32::from_be_bytes(record.tac) ^ 1 << bit).to_be_bytes();
        }
        Fault::ForeignTac => {
            let other = |other: &&UploadRecord| other.pan != record.pan && other.tac != record.tac;
            let from = records.iter().cycle().skip(dice.index(records.len())).take(records.len());
            record.tac = from.clone().find(other).map_or([0; 4], |other| other.tac);
        }
        Fault::Amount => {
            record.amount += one_yuan;
            record.balance_after = record.balance_after.saturating_sub(one_yuan);
        }
        Fault::AmountAlone => record.amount += one_yuan,
        Fault::Twice | Fault::Gone => {}
    }
    record
}

impl Planting {
    /// Clears the new batch, and says in sentences where clearing finds more than what was put in, or less.
    /// `before` is what it made of the records without faults.
    #[must_use]
    pub fn unfound(&self, before: &Clearing, roots: &Roots) -> Vec<String> {
        let after = clear(&self.records, &IssuerKeys::of_all(roots));
        let mut wrong = Vec::new();
        for (place, verdict) in after.verdicts.iter().enumerate() {
            let planted = self.planted.iter().find(|planted| planted.place == Some(place));
            let found = match planted {
                Some(planted) => planted.fault.is_found(verdict),
                // Only what was grey before may be rejected beside.
                None => matches!(verdict.reason(), Reason::Accepted | Reason::Forwarded | Reason::Grey),
            };
            if !found {
                let what = planted.map_or("nothing", |planted| planted.fault.text());
                wrong.push(format!("record {place}: {what} was planted, and clearing says {verdict:?}"));
            }
        }
        let greys = |clearing: &Clearing| {
            let of = |verdict: &&Verdict| verdict.reason() == Reason::Grey;
            clearing.verdicts.iter().filter(of).count()
        };
        if greys(before) != greys(&after) {
            wrong.push(format!("grey records: {} before, {} after", greys(before), greys(&after)));
        }
        let missed: Vec<(Pan, u32)> = (after.missing.debits.iter())
            .flat_map(|gaps| gaps.missing.iter().cloned().flatten().map(|sequence| (gaps.of, sequence)))
            .collect();
        let gone = self.planted.iter().filter(|planted| planted.fault == Fault::Gone);
        let mut gone: Vec<(Pan, u32)> = gone.map(|planted| (planted.pan, planted.sequence.into())).collect();
        gone.sort_unstable();
        if missed != gone {
            wrong.push(format!("missing sequences: {gone:?} were taken out, and clearing misses {missed:?}"));
        }
        wrong
    }
}
