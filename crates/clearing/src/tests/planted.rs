//! Faults planted in clean batches are found exactly, and nothing else is.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::Index;
use tunion_data::civil::date;
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_data::{BcdDateTime, Fen, Pan, TerminalId};

use super::{clear, keys, place};
use crate::sample::{Card, ISSUER, Terminal};
use crate::tac::tac;
use crate::{Because, Done, Fault, Number, Remark, Verdict, What};

/// What a card does.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Ride(Fen),
    Load(Fen),
    Lock,
}

/// What is done to one record of a card.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Plant {
    Tac,
    Amount,
    Illegal(Fault),
    Copy,
    ChangedCopy,
    Balance,
    GreyTwin,
    LostAndDone,
    LostBefore,
    Gone,
}

const PLANTS: [Plant; 15] = [
    Plant::Tac,
    Plant::Amount,
    Plant::Illegal(Fault::Kind),
    Plant::Illegal(Fault::Pan),
    Plant::Illegal(Fault::Terminal),
    Plant::Illegal(Fault::At),
    Plant::Illegal(Fault::Balance),
    Plant::Illegal(Fault::Issuer),
    Plant::Copy,
    Plant::ChangedCopy,
    Plant::Balance,
    Plant::GreyTwin,
    Plant::LostAndDone,
    Plant::LostBefore,
    Plant::Gone,
];

const CARDS: usize = 6;

fn deed() -> impl Strategy<Value = (usize, usize, Deed)> {
    // Amounts of rides and loads are never the same, and a planted fen is none of either.
    let deed = prop_oneof![
        8 => (0u32..8).prop_map(|tens| Deed::Ride(Fen::new(tens * 100))),
        2 => (1u32..5).prop_map(|tens| Deed::Load(Fen::new(tens * 1000 + 50))),
        1 => Just(Deed::Lock),
    ];
    (0..CARDS, 0..3usize, deed)
}

/// A clean batch in the order of time.
fn batch(deeds: &[(usize, usize, Deed)]) -> Vec<UploadRecord> {
    let keys = keys();
    let mut cards: Vec<Card> =
        (0..6).map(|number| Card::new(&keys, ISSUER, number, Fen::from_yuan(500))).collect();
    let mut gates: Vec<Terminal> = (1..4).map(Terminal::new).collect();
    let mut time = date(2026, 11, 23).at(6, 0, 0, 0);
    let mut done = |(card, gate, deed): &(usize, usize, Deed)| {
        time += Duration::from_secs(5 * 60);
        let (card, gate) = (&mut cards[*card], &mut gates[*gate]);
        match deed {
            Deed::Ride(amount) if amount.is_zero() => card.debit(gate, RecordKind::Entry, *amount, time),
            Deed::Ride(amount) => card.debit(gate, RecordKind::Exit, *amount, time),
            Deed::Load(amount) => card.load(gate, *amount, time),
            Deed::Lock => card.lock(gate, time),
        }
    };
    deeds.iter().map(&mut done).collect()
}

/// What is expected of a record, others named by their place in the planted batch before it is shuffled.
#[derive(Clone, Copy, Debug)]
struct Expected {
    verdict: Verdict,
    balance_after: Option<usize>,
}

struct Planted {
    records: Vec<UploadRecord>,
    expected: Vec<Expected>,
    gone: BTreeSet<usize>,
}

const fn at(index: usize) -> crate::Place {
    #[expect(clippy::cast_possible_truncation, reason = "small batches")]
    place(index as u32)
}

impl Planted {
    fn add(&mut self, record: UploadRecord, verdict: Verdict) {
        self.records.push(record);
        self.expected.push(Expected { verdict, balance_after: None });
    }

    /// Plants one fault at a debit, `debits` being all those of the card and `which` the one.
    fn plant(&mut self, plant: Plant, debits: &[usize], which: usize) {
        let index = debits[which];
        let clean = self.records[index];
        let next = debits.get(which + 1).copied();
        match plant {
            Plant::Tac => {
                self.records[index].tac[1] ^= 0x80;
                self.expected[index].verdict = Verdict::TacWrong { expected: clean.tac };
            }
            Plant::Amount => {
                let record = &mut self.records[index];
                record.amount = clean.amount + Fen::new(1);
                record.balance_after = clean.balance_before.saturating_sub(record.amount);
                let expected = tac(record, &keys().of_card(record.issuer, record.pan));
                self.expected[index].verdict = Verdict::TacWrong { expected };
            }
            Plant::Illegal(fault) => {
                let record = &mut self.records[index];
                match fault {
                    Fault::Kind => record.kind = 0x55,
                    Fault::Pan => record.pan = Pan::default(),
                    Fault::Terminal => record.terminal = TerminalId::default(),
                    Fault::At => record.at.0[1] = 0xAA,
                    Fault::Issuer => record.issuer.0 = [0; 8],
                    _ => record.balance_after += Fen::new(1),
                }
                self.expected[index].verdict = Verdict::Illegal(fault);
            }
            Plant::Copy => {
                // Which of the two counts is settled once they are shuffled.
                self.add(clean, Verdict::Duplicate { of: at(index), by: Number::Record });
            }
            Plant::ChangedCopy => {
                let amount = clean.amount + Fen::new(1);
                let balance_after = clean.balance_before.saturating_sub(amount);
                let changed = UploadRecord { amount, balance_after, ..clean };
                self.add(changed, Verdict::Duplicate { of: at(index), by: Number::Transaction });
            }
            Plant::Balance => {
                let record = &mut self.records[index];
                record.balance_before = clean.balance_before + Fen::new(1);
                record.balance_after = clean.balance_after + Fen::new(1);
                self.expected[index].balance_after = which.checked_sub(1).map(|before| debits[before]);
                if let Some(next) = next {
                    self.expected[next].balance_after = Some(index);
                }
            }
            Plant::GreyTwin => {
                let twin = UploadRecord { flags: UploadRecord::GREY, tac: [0xFF; 4], ..clean };
                self.add(twin, Verdict::Duplicate { of: at(index), by: Number::Transaction });
            }
            Plant::LostAndDone => {
                let record = &mut self.records[index];
                (record.flags, record.tac) = (UploadRecord::GREY, [0xFF; 4]);
                let load = self.records.iter().position(|record| {
                    record.pan == clean.pan && crate::is_load(record) && record.at.0 > clean.at.0
                });
                let (done, because) = match (next, load) {
                    (Some(next), _) => (Done::Yes, Because::Follows(at(next))),
                    (None, Some(load)) if clean.amount.is_zero() => (Done::Unknown, Because::Mute(at(load))),
                    (None, Some(load)) => (Done::Yes, Because::Left(at(load))),
                    (None, None) => (Done::Unknown, Because::NothingLater),
                };
                self.expected[index].verdict = Verdict::Grey { done, because };
            }
            Plant::LostBefore => {
                // Torn elsewhere half a minute earlier, and not done.
                let earlier = clean.at.datetime().unwrap() - Duration::from_secs(30);
                let lost = UploadRecord {
                    flags: UploadRecord::GREY,
                    tac: [0xFF; 4],
                    terminal: Terminal::new(9).number,
                    terminal_seq: clean.terminal_seq,
                    at: BcdDateTime::from(earlier),
                    ..clean
                };
                let because = Because::Taken(at(index));
                self.add(lost, Verdict::Grey { done: Done::No, because });
            }
            Plant::Gone => {
                self.gone.insert(index);
            }
        }
    }
}

/// What numbers are missing, counted one by one.
fn missing<T: Ord + Copy>(numbers: impl Iterator<Item = (T, u32)>) -> BTreeMap<T, BTreeSet<u32>> {
    let mut present: BTreeMap<T, BTreeSet<u32>> = BTreeMap::new();
    numbers.for_each(|(of, number)| {
        present.entry(of).or_default().insert(number);
    });
    for numbers in present.values_mut() {
        let all = *numbers.first().unwrap()..=*numbers.last().unwrap();
        *numbers = all.filter(|number| !numbers.contains(number)).collect();
    }
    present.retain(|_, numbers| !numbers.is_empty());
    present
}

fn listed<T: Ord + Copy>(gaps: &[crate::Gaps<T>]) -> BTreeMap<T, BTreeSet<u32>> {
    let all = |missing: &[RangeInclusive<u32>]| missing.iter().cloned().flatten().collect();
    gaps.iter().map(|gaps| (gaps.of, all(&gaps.missing))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn planted_faults_are_found_and_nothing_else(
        deeds in proptest::collection::vec(deed(), 1..60),
        plants in proptest::collection::vec((proptest::option::of(0..PLANTS.len()), any::<Index>()), CARDS),
        order in proptest::collection::vec(any::<u32>(), 60 + CARDS),
    ) {
        let records = batch(&deeds);
        let clean = Expected { verdict: Verdict::Accepted, balance_after: None };
        let mut planted =
            Planted { expected: vec![clean; records.len()], records: records.clone(), gone: BTreeSet::new() };
        for (number, (plant, which)) in plants.iter().enumerate() {
            let is_debit = |index: &usize| {
                let (card, _, deed) = deeds[*index];
                card == number && matches!(deed, Deed::Ride(_))
            };
            let debits: Vec<usize> = (0..records.len()).filter(is_debit).collect();
            if let (Some(plant), false) = (plant, debits.is_empty()) {
                planted.plant(PLANTS[*plant], &debits, which.index(debits.len()));
            }
        }

        // In any order, without those that are gone.
        let mut shuffled: Vec<usize> =
            (0..planted.records.len()).filter(|index| !planted.gone.contains(index)).collect();
        shuffled.sort_by_key(|index| (order[*index], *index));
        let batch: Vec<UploadRecord> = shuffled.iter().map(|index| planted.records[*index]).collect();
        let moved = |place: crate::Place| {
            at(shuffled.iter().position(|index| *index == place.index()).unwrap())
        };
        let cleared = clear(&batch, &keys());

        let mut verdicts: Vec<Verdict> = shuffled.iter().map(|index| match planted.expected[*index].verdict {
            Verdict::Duplicate { of, by } => Verdict::Duplicate { of: moved(of), by },
            Verdict::Grey { done, because } => Verdict::Grey { done, because: match because {
                Because::Follows(next) => Because::Follows(moved(next)),
                Because::Left(next) => Because::Left(moved(next)),
                Because::Taken(next) => Because::Taken(moved(next)),
                Because::Mute(next) => Because::Mute(moved(next)),
                other => other,
            } },
            other => other,
        }).collect();
        // Of two that are the same the first counts.
        for index in 0..verdicts.len() {
            if let Verdict::Duplicate { of, by: Number::Record } = verdicts[index] && index < of.index() {
                verdicts[of.index()] = Verdict::Duplicate { of: at(index), by: Number::Record };
                verdicts[index] = Verdict::Accepted;
            }
        }
        prop_assert_eq!(&cleared.verdicts, &verdicts);

        let mut remarks: Vec<Remark> = shuffled.iter().enumerate().filter_map(|(here, index)| {
            let previous = moved(at(planted.expected[*index].balance_after?));
            Some(Remark { place: at(here), previous, what: What::Balance })
        }).collect();
        remarks.sort();
        prop_assert_eq!(cleared.remarks, remarks);

        let numbered = |record: &&UploadRecord| record.transaction != 0;
        let debits = || batch.iter().filter(numbered).filter(|record| !crate::is_load(record));
        let of_terminals = debits().filter(|record| record.terminal != TerminalId::default());
        let of_terminals = of_terminals.map(|record| (record.terminal, record.terminal_seq));
        let of_cards = |loads: bool| {
            let own = batch.iter().filter(numbered).filter(move |record| crate::is_load(record) == loads);
            own.filter(|record| record.pan != Pan::default()).map(|record| (record.pan, record.card_seq.into()))
        };
        prop_assert_eq!(listed(&cleared.missing.terminals), missing(of_terminals));
        prop_assert_eq!(listed(&cleared.missing.debits), missing(of_cards(false)));
        prop_assert_eq!(listed(&cleared.missing.loads), missing(of_cards(true)));
    }

    /// Any bytes are cleared, and every record is counted once.
    #[test]
    fn any_records(
        bytes in proptest::collection::vec(proptest::array::uniform::<_, { UploadRecord::LEN }>(0u8..4), 0..12),
        deeds in proptest::collection::vec(deed(), 0..12),
        changes in proptest::collection::vec((any::<Index>(), 0..UploadRecord::LEN, any::<u8>()), 0..20),
    ) {
        let mut records: Vec<UploadRecord> = bytes.iter().map(UploadRecord::decode).collect();
        records.extend(batch(&deeds));
        for (index, byte, value) in changes.iter().filter(|_| !records.is_empty()).collect::<Vec<_>>() {
            let record = &mut records[index.index(bytes.len() + deeds.len())];
            let mut bytes = record.encode();
            bytes[*byte] = *value;
            *record = UploadRecord::decode(&bytes);
        }
        let cleared = clear(&records, &keys());
        prop_assert_eq!(cleared.verdicts.len(), records.len());
        let totals = &cleared.totals;
        let all = totals.all.debits.all().records + totals.all.loads.all().records;
        prop_assert_eq!(all, records.len() as u64);
        prop_assert_eq!(totals.by_kind.iter().map(|(_, sums)| sums.all().records).sum::<u64>(), all);
        let of_terminals = totals.by_terminal.iter().map(|(_, sums)| sums.debits.all().records + sums.loads.all().records);
        prop_assert_eq!(of_terminals.sum::<u64>(), all);
        // A duplicate is one of a record that is none.
        for verdict in &cleared.verdicts {
            if let Verdict::Duplicate { of, .. } = verdict {
                let counts = cleared.verdicts[of.index()];
                let contends = !matches!(counts, Verdict::Duplicate { .. } | Verdict::Illegal(_));
                prop_assert!(contends, "{:?}", counts);
            }
        }
    }
}
