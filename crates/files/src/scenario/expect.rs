//! What is expected of a tap, and of a card in the end.

use std::fmt::Debug;

use toml::Spanned;
use tunion_terminal::{Code, Gate, Prompt};

use super::cast::Cast;
use super::schema::{ExpectTable, File, Name, Tables, TotalsTable, in_order};
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
        Self::SettledBefore,
        Self::GreyEmitted,
        Self::HostRefused,
        Self::Locked,
        Self::NotLocked,
        Self::LockOpen,
        Self::Extended,
        Self::ExtensionOpen,
        Self::SignOnRefused,
        Self::OverdraftOpen,
    ];
}

/// What to expect, for those who expect nothing.
const SUCH_AS: &str = "expect = { gate = \"open\", charged = \"4.00\", balance = \"16.00\" }";

pub(super) fn expect(source: &Source, expect: &Spanned<ExpectTable>) -> Result<Expect, Diagnostics> {
    let mut errors = Diagnostics::default();
    let table = expect.get_ref();
    let ExpectTable { gate, code, prompt, list, charged, balance, overdraft_used, month, notes, .. } = table;
    let ExpectTable { free_area, paid_area, due, .. } = table;
    if let ExpectTable {
        gate: None,
        code: None,
        prompt: None,
        list: None,
        charged: None,
        balance: None,
        overdraft_used: None,
        month: None,
        notes: None,
        free_area: None,
        paid_area: None,
        due: None,
    } = table
    {
        let error = source.error(expect, "this expects nothing");
        errors.push(error.help(format!("say what, such as: {SUCH_AS}; or take it out")));
    }
    let notes = notes.as_ref().map(|names| {
        names.iter().filter_map(|name| errors.keep(variant(source, name, "note", NoteKind::ALL))).collect()
    });
    let mut code_of = |name: &Option<Name>| {
        name.as_ref().and_then(|name| errors.keep(variant(source, name, "code", Code::ALL)))
    };
    let [code, free_area, paid_area] = [code, free_area, paid_area].map(&mut code_of);
    let expect = Expect {
        gate: gate.as_ref().and_then(|name| {
            errors.keep(variant(source, name, "state of a gate", &[Gate::Open, Gate::Closed]))
        }),
        code,
        prompt: prompt.as_ref().and_then(|name| errors.keep(variant(source, name, "prompt", Prompt::ALL))),
        list: list.map(|amount| amount.0),
        charged: charged.map(|amount| amount.0),
        balance: balance.map(|amount| amount.0),
        overdraft_used: overdraft_used.map(|amount| amount.0),
        month: month.map(|amount| amount.0),
        notes,
        free_area,
        paid_area,
        due: due.map(|amount| amount.0),
    };
    errors.or(expect)
}

/// The variant that a name in kebab-case stands for.
pub(crate) fn variant<T: Copy + Debug>(
    source: &Source,
    name: &Name,
    what: &str,
    all: &[T],
) -> Result<T, Diagnostic> {
    let names: Vec<String> = all.iter().map(kebab).collect();
    source.choose(name, what, names.iter().map(String::as_str).zip(all.iter().copied()))
}

/// The name that scenarios use for a variant: `TotalOverwritten` is `total-overwritten`.
pub fn kebab(variant: impl Debug) -> String {
    let mut name = String::new();
    for letter in format!("{variant:?}").chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

/// A scenario that expects nothing at all would always pass.
pub(super) fn any(source: &Source, file: &File) -> Result<(), Diagnostic> {
    if !file.totals.is_empty() || file.tap.iter().any(|tap| tap.get_ref().expect.is_some()) {
        return Ok(());
    }
    let error = source.error(&file.title, "this scenario expects nothing: it would pass whatever happens");
    let totals = "[totals.NAME] what is expected of a card in the end, such as charged = \"4.00\"";
    Err(error.help(format!("add {SUCH_AS} to a tap, or in {totals}")))
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
        let TotalsTable { charged, loaded, balance, overdraft_used, month, rides, records } = *table;
        if let (None, None, None, None, None, None, None) =
            (charged, loaded, balance, overdraft_used, month, rides, records)
        {
            let error = source.error(name, "this expects nothing");
            errors.push(error.help("say what, such as: charged = \"4.00\"; or take it out"));
        }
        totals.push(Totals {
            card,
            charged: charged.map(|amount| amount.0),
            loaded: loaded.map(|amount| amount.0),
            balance: balance.map(|amount| amount.0),
            overdraft_used: overdraft_used.map(|amount| amount.0),
            month: month.map(|amount| amount.0),
            rides,
            records,
            line: source.line(name),
        });
    }
    errors.or(totals)
}
