//! Holding what came of a tap against what the scenario expects.

use crate::outcome::{Failure, Row};
use crate::words::kind;
use tunion_files::scenario::{Expect, NoteKind, Step};
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
        let Expect { gate, code, prompt, list, charged, balance, month, notes } = &step.expect;
        let decision = row.decision.as_ref();
        let found = decision.map(|d| &d.gate);
        self.compare(at, "gate", gate.as_ref(), found, |gate| format!("{gate:?}").to_lowercase());
        self.compare(at, "code", code.as_ref(), decision.map(|d| &d.code), ToString::to_string);
        self.compare(at, "prompt", prompt.as_ref(), decision.map(|d| &d.prompt), ToString::to_string);
        self.compare(
            at,
            "list fare",
            list.as_ref(),
            decision.and_then(|d| d.list.as_ref()),
            ToString::to_string,
        );
        self.compare(at, "charged", charged.as_ref(), decision.map(|d| &d.charged), ToString::to_string);
        self.compare(at, "balance", balance.as_ref(), Some(&row.balance), ToString::to_string);
        self.compare(at, "month total", month.as_ref(), row.month.as_ref(), ToString::to_string);
        let kinds = decision.map(|d| d.notes.iter().copied().filter_map(kind).collect::<Vec<NoteKind>>());
        self.compare(at, "notes", notes.as_ref(), kinds.as_ref(), |kinds| format!("{kinds:?}"));
        self.belief(at, decision, row);
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
