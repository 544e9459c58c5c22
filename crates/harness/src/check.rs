//! Holding what came of a tap against what the scenario expects.

use crate::outcome::{CardEnd, Failure, Row};
use crate::words::kind;
use tunion_data::Fen;
use tunion_files::scenario::{Expect, NoteKind, Step, Totals, kebab};
use tunion_terminal::{Decision, Gate};

/// Where an expectation stands: the line of the scenario, and the tap's row if it belongs to one.
pub(crate) type At = (u32, Option<usize>);

/// The expectations that did not hold.
#[derive(Clone, Default, Debug)]
pub(crate) struct Checks {
    pub(crate) failures: Vec<Failure>,
}

impl Checks {
    pub(crate) fn fail(&mut self, (line, row): At, what: &str, expected: &str, found: &str) {
        let [what, expected, found] = [what, expected, found].map(str::to_owned);
        self.failures.push(Failure { line, row, what, expected, found });
    }

    pub(crate) fn extend(&mut self, failures: impl IntoIterator<Item = Failure>) {
        self.failures.extend(failures);
    }

    /// Compares a value when one was asked for.
    pub(crate) fn compare<T: PartialEq>(
        &mut self,
        at: At,
        what: &str,
        expected: Option<&T>,
        found: Option<&T>,
        show: impl Fn(&T) -> String,
    ) {
        if expected.is_some() && expected != found {
            let shown = |value: Option<&T>| value.map_or_else(|| "none".to_owned(), &show);
            self.fail(at, what, &shown(expected), &shown(found));
        }
    }

    /// Checks one tap.
    pub(crate) fn tap(&mut self, step: &Step, index: usize, row: &Row) {
        let at = (step.line, Some(index));
        let Expect { gate, code, prompt, list, charged, balance, overdraft_used, month, notes, .. } =
            &step.expect;
        let decision = row.decision.as_ref();
        self.compare(at, "gate", gate.as_ref(), decision.map(|d| &d.gate), |name| kebab(name));
        self.compare(at, "code", code.as_ref(), decision.map(|d| &d.code), |name| kebab(name));
        self.compare(at, "prompt", prompt.as_ref(), decision.map(|d| &d.prompt), |name| kebab(name));
        let kinds = decision.map(|d| d.notes.iter().copied().filter_map(kind).collect::<Vec<NoteKind>>());
        self.compare(at, "notes", notes.as_ref(), kinds.as_ref(), |kinds| {
            let names: Vec<String> = kinds.iter().map(|kind| format!("\"{}\"", kebab(kind))).collect();
            format!("[{}]", names.join(", "))
        });
        for (what, expected, found) in [
            ("list", list, decision.and_then(|d| d.list.as_ref())),
            ("charged", charged, decision.map(|d| &d.charged)),
            ("balance", balance, Some(&row.balance)),
            ("overdraft-used", overdraft_used, Some(&row.overdraft_used)),
            ("month", month, row.month.as_ref()),
        ] {
            self.compare(at, what, expected.as_ref(), found, Fen::to_string);
        }
        self.belief(at, decision, row);
        self.advice(at, &step.expect, row);
    }

    /// Checks what an enquiry advises.
    fn advice(&mut self, at: At, expect: &Expect, row: &Row) {
        let Expect { free_area, paid_area, due, .. } = expect;
        let advice = row.enquiry.as_ref().map(|enquiry| &enquiry.advice);
        let (free, paid) = (advice.map(|a| &a.free_area), advice.map(|a| &a.paid_area));
        self.compare(at, "free-area", free_area.as_ref(), free, |code| kebab(code));
        self.compare(at, "paid-area", paid_area.as_ref(), paid, |code| kebab(code));
        self.compare(at, "due", due.as_ref(), advice.map(|a| &a.due), Fen::to_string);
    }

    /// Checks how a card ended. `debits` is the number of its debit records.
    pub(crate) fn totals(&mut self, totals: &Totals, end: &CardEnd, debits: u32) {
        let at = (totals.line, None);
        let (paid, rides) = end.month.unzip();
        let name = |what: &str| format!("{what} of {}", end.name);
        for (what, expected, found) in [
            ("charged", totals.charged, Some(end.charged)),
            ("loaded", totals.loaded, Some(end.loaded)),
            ("balance", totals.balance, Some(end.balance)),
            ("overdraft-used", totals.overdraft_used, Some(end.overdraft_used)),
            ("month", totals.month, paid),
        ] {
            self.compare(at, &name(what), expected.as_ref(), found.as_ref(), Fen::to_string);
        }
        self.compare(at, &name("rides"), totals.rides.as_ref(), rides.as_ref(), u16::to_string);
        self.compare(at, &name("records"), totals.records.as_ref(), Some(&debits), u32::to_string);
    }

    /// A terminal that says yes has to know what it left on the card.
    fn belief(&mut self, at: At, decision: Option<&Decision>, row: &Row) {
        let Some(Decision { gate: Gate::Open, balance: Some(believed), .. }) = decision else { return };
        self.compare(
            at,
            "balance as the terminal has it",
            Some(&row.balance),
            Some(believed),
            ToString::to_string,
        );
    }
}
