//! What is expected of a tap, and of a card in the end.

use std::fmt::Debug;

use tunion_terminal::{Code, Gate, Prompt};

use super::cast::Cast;
use super::schema::{ExpectTable, Name, Tables, TotalsTable, in_order};
use super::{Expect, NoteKind, Totals};
use crate::diag::{Diagnostic, Diagnostics, Source};

impl NoteKind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::TotalOverwritten,
        Self::TotalUnreadable,
        Self::Covered,
        Self::GivenUp,
        Self::Recovered,
        Self::NotDone,
        Self::GreyEmitted,
        Self::HostRefused,
    ];
}

pub(super) fn expect(source: &Source, table: &ExpectTable) -> Result<Expect, Diagnostics> {
    let mut errors = Diagnostics::default();
    let ExpectTable { gate, code, prompt, list, charged, balance, month, notes } = table;
    let notes = notes.as_ref().map(|names| {
        names.iter().filter_map(|name| errors.keep(variant(source, name, "note", NoteKind::ALL))).collect()
    });
    let expect = Expect {
        gate: gate.as_ref().and_then(|name| {
            errors.keep(variant(source, name, "state of a gate", &[Gate::Open, Gate::Closed]))
        }),
        code: code.as_ref().and_then(|name| errors.keep(variant(source, name, "code", Code::ALL))),
        prompt: prompt.as_ref().and_then(|name| errors.keep(variant(source, name, "prompt", Prompt::ALL))),
        list: list.map(|amount| amount.0),
        charged: charged.map(|amount| amount.0),
        balance: balance.map(|amount| amount.0),
        month: month.map(|amount| amount.0),
        notes,
    };
    errors.or(expect)
}

/// The variant that a name in kebab-case stands for.
fn variant<T: Copy + Debug>(source: &Source, name: &Name, what: &str, all: &[T]) -> Result<T, Diagnostic> {
    let names: Vec<String> = all.iter().map(kebab).collect();
    source.choose(name, what, names.iter().map(String::as_str).zip(all.iter().copied()))
}

/// `TotalOverwritten` as `total-overwritten`.
fn kebab(variant: impl Debug) -> String {
    let mut name = String::new();
    for letter in format!("{variant:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

pub(super) fn totals(
    source: &Source,
    tables: &Tables<TotalsTable>,
    cast: &Cast,
) -> Result<Vec<Totals>, Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut totals = Vec::new();
    for (name, table) in in_order(tables) {
        let Some(card) = errors.keep(cast.card(source, name)) else { continue };
        let TotalsTable { charged, loaded, balance, month, rides, records } = *table;
        totals.push(Totals {
            card,
            charged: charged.map(|amount| amount.0),
            loaded: loaded.map(|amount| amount.0),
            balance: balance.map(|amount| amount.0),
            month: month.map(|amount| amount.0),
            rides,
            records,
            line: source.line(name),
        });
    }
    errors.or(totals)
}
