//! Sums of what became of records, by kind and by terminal.

use std::collections::HashMap;
use std::ops::AddAssign;

use rustc_hash::FxHashMap;
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_data::{Fen, FenSum, TerminalId};

use crate::is_load;
use crate::verdict::{Done, Reason, Verdict};

/// So many records, and what their amounts come to.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Sum {
    /// How many.
    pub records: u64,
    /// Their amounts.
    pub money: FenSum,
}

impl AddAssign<Fen> for Sum {
    fn add_assign(&mut self, amount: Fen) {
        self.records += 1;
        self.money += amount;
    }
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.records += other.records;
        self.money += other.money;
    }
}

/// Sums by reason.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct ByReason([Sum; Reason::ALL.len()]);

impl ByReason {
    /// The sum of one reason.
    #[must_use]
    pub const fn of(&self, reason: Reason) -> Sum {
        self.0[reason as usize]
    }

    /// The sum of those that are rejected.
    #[must_use]
    pub fn rejected(&self) -> Sum {
        self.sum(&Reason::REJECTED)
    }

    /// The sum of all.
    #[must_use]
    pub fn all(&self) -> Sum {
        self.sum(&Reason::ALL)
    }

    fn sum(&self, reasons: &[Reason]) -> Sum {
        let mut sum = Sum::default();
        for reason in reasons {
            sum += self.of(*reason);
        }
        sum
    }

    fn add(&mut self, reason: Reason, amount: Fen) {
        self.0[reason as usize] += amount;
    }
}

/// What one terminal uploaded: debits, which its operator is owed, apart from loads, which it owes.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Uploaded {
    /// All records but loads; those without a transaction have no amount.
    pub debits: ByReason,
    /// Loads.
    pub loads: ByReason,
}

/// The sums of a batch.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Totals {
    /// Of all terminals.
    pub all: Uploaded,
    /// By kind, in the order of [`RecordKind::ALL`]; records of a kind that is none come last. Only those that are
    /// there.
    pub by_kind: Vec<(Option<RecordKind>, ByReason)>,
    /// By terminal number.
    pub by_terminal: Vec<(TerminalId, Uploaded)>,
    /// Grey records by what can be told of them, in the order of [`Done::ALL`].
    pub greys: [Sum; Done::ALL.len()],
    /// Records whose MAC2 the PSAM did not accept. Their money left the card all the same.
    pub mac2_failed: Sum,
}

impl Totals {
    /// Adds a batch up.
    pub(crate) fn of(records: &[UploadRecord], verdicts: &[Verdict]) -> Self {
        let mut totals = Self::default();
        let mut by_kind = [ByReason::default(); RecordKind::ALL.len() + 1];
        let mut by_terminal: FxHashMap<TerminalId, Uploaded> = HashMap::default();
        for (record, verdict) in records.iter().zip(verdicts) {
            let (reason, amount) = (verdict.reason(), record.amount);
            let terminal = by_terminal.entry(record.terminal).or_default();
            for uploaded in [&mut totals.all, terminal] {
                let side = if is_load(record) { &mut uploaded.loads } else { &mut uploaded.debits };
                side.add(reason, amount);
            }
            let known = RecordKind::ALL.iter().position(|kind| *kind as u8 == record.kind);
            by_kind[known.unwrap_or(RecordKind::ALL.len())].add(reason, amount);
            if let Verdict::Grey { done, .. } = verdict {
                totals.greys[*done as usize] += amount;
            }
            if record.has(UploadRecord::MAC2_FAILED) {
                totals.mac2_failed += amount;
            }
        }
        let kinds = RecordKind::ALL.into_iter().map(Some).chain([None]).zip(by_kind);
        totals.by_kind = kinds.filter(|(_, sums)| sums.all().records > 0).collect();
        totals.by_terminal = by_terminal.into_iter().collect();
        totals.by_terminal.sort_unstable_by_key(|(terminal, _)| *terminal);
        totals
    }
}
