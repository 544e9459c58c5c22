//! Verdicts in words.

use std::fmt;

use tunion_clearing::{Because, Done, Number, Remark, Verdict, What, is_load};
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_files::layout::{hex, key};

use super::batch::Batch;

/// Why a record was rejected.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Told {
    /// What it says.
    pub(super) said: String,
    /// What would have been right.
    pub(super) expected: String,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; expected {}", self.said, self.expected)
    }
}

/// Why a record was rejected, or nothing for one that was not.
pub(super) fn told(batch: &Batch, record: &UploadRecord, verdict: &Verdict) -> Option<Told> {
    let told = |said: String, expected: &str| Told { said, expected: expected.to_owned() };
    Some(match *verdict {
        Verdict::Accepted | Verdict::Forwarded => return None,
        Verdict::TacWrong { expected: [0, 0, 0, 0] } if !has_tac(record) => {
            told(format!("TAC {}", hex(&record.tac)), "00000000: no transaction was done")
        }
        Verdict::TacWrong { expected } => told(format!("TAC {}", hex(&record.tac)), &hex(&expected)),
        Verdict::Illegal(fault) => {
            let (said, expected) = fault.told(record);
            Told { said, expected }
        }
        Verdict::Duplicate { of, by } => {
            let place = batch.place(of);
            let UploadRecord { terminal, terminal_seq, pan, card_seq, .. } = *record;
            let counter = if is_load(record) { "online" } else { "offline" };
            match by {
                Number::Record => told(format!("the same record as {place}"), "it once"),
                Number::Transaction => {
                    let differs = differences(record, &batch.record(of));
                    told(format!("the transaction of {place}, but for {differs}"), "it once")
                }
                Number::Terminal => told(
                    format!("terminal {terminal} has its sequence {terminal_seq} at {place} too"),
                    "a sequence once",
                ),
                Number::Card => told(
                    format!("card {pan} has its {counter} sequence {card_seq} at {place} too"),
                    "a sequence once",
                ),
            }
        }
        Verdict::Grey { done, because } => {
            let (word, expected) = match done {
                Done::Yes => ("done", "its TAC"),
                Done::No => ("not done", "no record"),
                Done::Unknown => ("not known whether done", "its TAC, or no record"),
            };
            told(format!("{word}: {}", evidence(batch, record, because)), expected)
        }
    })
}

/// How it is known what became of a grey record, or why it is not.
fn evidence(batch: &Batch, grey: &UploadRecord, because: Because) -> String {
    let UploadRecord { balance_before: found, balance_after: left, card_seq: seq, .. } = *grey;
    let begins = |place| {
        let record = batch.record(place);
        let balance = record.balance_before;
        (
            format!("{}, sequence {}, begins with {balance}", batch.place(place), record.card_seq),
            balance == left,
        )
    };
    match because {
        Because::Log => "the terminal found it in the card's log, without a proof".to_owned(),
        Because::Follows(next) => match begins(next) {
            (begins, true) => format!("{begins}, which it left"),
            (begins, false) => format!("{begins}, to which loads lead from {left}, which it left"),
        },
        Because::Left(next) => format!("{}, which it left", begins(next).0),
        Because::Taken(taker) => format!("its sequence {seq} is that of {}", batch.place(taker)),
        Because::Unmoved(later) => {
            format!("{} found the card's sequence still before {seq}", batch.place(later))
        }
        Because::Found(next) => format!("{}, which it found", begins(next).0),
        Because::Contradicted(next) => {
            let (begins, _) = begins(next);
            format!("the card's sequence moved on, and {begins} where this found {found} and left {left}")
        }
        Because::Mute(next) => format!("{}, and does not tell", begins(next).0),
        Because::NothingLater => "no later record of the card is here".to_owned(),
    }
}

/// The fields in which two records differ, by their names in files.
fn differences(one: &UploadRecord, other: &UploadRecord) -> String {
    const NAMED: usize = 5;
    let (one, other) = (one.encode(), other.encode());
    let differ: Vec<String> = UploadRecord::FIELDS
        .iter()
        .filter(|field| {
            let range = field.offset..field.offset + field.len;
            one.get(range.clone()) != other.get(range)
        })
        .map(key)
        .collect();
    let more = differ.len().saturating_sub(NAMED);
    let named = differ.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{named} and {more} more fields") } else { named }
}

/// What is odd about a record that stands.
pub(super) fn remarked(batch: &Batch, remark: &Remark) -> String {
    let (record, previous) = (batch.record(remark.place), batch.record(remark.previous));
    let (before, seq) = (batch.place(remark.previous), previous.card_seq);
    match remark.what {
        What::Balance => format!(
            "begins with {}, where {before}, sequence {seq}, left {}, and no load that is here makes the difference",
            record.balance_before, previous.balance_after
        ),
        What::Time => format!("is of {}, and {before}, sequence {seq}, of {}", record.at, previous.at),
    }
}

/// The word of a record's kind.
pub(super) fn kind(record: &UploadRecord) -> String {
    let known = RecordKind::from_byte(record.kind);
    known.map_or_else(|| format!("{:02X}", record.kind), |kind| kind.name().to_owned())
}

fn has_tac(record: &UploadRecord) -> bool {
    RecordKind::from_byte(record.kind).is_none_or(RecordKind::has_tac)
}
