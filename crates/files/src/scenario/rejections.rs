//! Rejections: situations in which a terminal has to refuse a card, and what it has to say.
//!
//! A file is about one terminal profile. Each `[[rejection]]` is a scenario of its own, whose last tap is the
//! one that is refused; it is written in the words of [scenarios](super), and shares the file's cards,
//! terminals and taps.
//!
//! ```toml
//! version = 1
//! title = "What Xi'an's gates refuse"
//! profile = "xian-rail"                   # the name of the profile that is tried
//! column = "Xi'an"                        # of the table in docs/spec/terminal.md 3.1
//! keys = "../keys/lab.toml"
//!
//! [cards.lin]                             # as in scenarios; a case can say otherwise
//! file = "../cards/ordinary.toml"
//!
//! [terminals.gate]
//! file = "../terminals/xian-rail.toml"
//!
//! [[tap]]                                 # the taps of a case that names none
//! at = 2026-11-23T08:00:00
//! card = "lin"
//! terminal = "gate"
//! enter = 3
//!
//! [[rejection]]
//! row = 5                                 # of the table
//! situation = "the first day is tomorrow"
//! cards.lin = { file = "../cards/ordinary.toml", valid-from = 2026-11-24 }
//! code = "not-yet-valid"
//! number = 0x02                           # on the display
//! says = { voice = "无效卡", text = "卡过期或没启用", light = "red" }
//!
//! [[rejection]]
//! row = 20
//! situation = "the card is pulled away when it was debited"
//! tap = [{ at = 2026-11-23T08:00:00, card = "lin", terminal = "gate", enter = 3, fault = { command = "DEBIT FOR PURCHASE", when = "after" } }]
//! code = "moved"
//! number = 0x64
//! says = { voice = "请重刷", text = "请重刷", light = "yellow" }
//! debited = "0.00"                        # default: the card is, to the byte, as it was
//!
//! [[elsewhere]]                           # numbers of the column that this profile does not show
//! rows = [21]
//! why = "a gate of Xi'an does not ask a card back"
//! ```
//!
//! Beside these a case has `black-list`, `record` with the flags of the one record that the tap uploads
//! (default: none is), and `locked = true` where the tap locks the application and uploads the lock record, and
//! nothing else of the card changes.

use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use toml::Spanned;
use tunion_data::Fen;
use tunion_data::upload::UploadRecord;
use tunion_issuer::QuotaRules;
use tunion_terminal::{Code, Light, Words};

use super::cast::Cast;
use super::schema::{CardTable, File, Name, Tables, TapTable, TerminalTable};
use super::{Scenario, taps, variant};
use crate::diag::{Diagnostic, Diagnostics, Source, Text};
use crate::keys::KeySet;
use crate::kind::Kind;
use crate::library::Library;

/// The rows of the table in `docs/spec/terminal.md` 3.1.
pub const ROWS: u8 = 22;

/// The seed of all cases: nothing in them depends on it.
const SEED: u64 = 1;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rejected {
    version: Spanned<u32>,
    title: Name,
    profile: Name,
    column: Option<Name>,
    keys: Name,
    cards: Tables<CardTable>,
    terminals: Tables<TerminalTable>,
    #[serde(default)]
    tap: Vec<Spanned<TapTable>>,
    rejection: Vec<RejectionTable>,
    #[serde(default)]
    elsewhere: Vec<ElsewhereTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RejectionTable {
    row: Spanned<u8>,
    situation: Name,
    #[serde(default)]
    cards: Tables<CardTable>,
    #[serde(default)]
    terminals: Tables<TerminalTable>,
    #[serde(default)]
    black_list: Vec<Name>,
    tap: Option<Vec<Spanned<TapTable>>>,
    code: Name,
    number: u8,
    says: SaysTable,
    debited: Option<Text<Fen>>,
    record: Option<Vec<Name>>,
    #[serde(default)]
    locked: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SaysTable {
    voice: String,
    text: String,
    light: Name,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ElsewhereTable {
    rows: Vec<Spanned<u8>>,
    number: Option<u8>,
    why: Name,
}

/// A file of rejections.
#[derive(Clone, Debug)]
pub struct Rejections {
    /// The name of the profile that is tried.
    pub profile: String,
    /// The column of the table in `docs/spec/terminal.md` 3.1 whose numbers it has.
    pub column: Option<String>,
    /// The cases, in the order of the file.
    pub cases: Vec<Rejection>,
    /// Numbers of the column that this profile does not show.
    pub elsewhere: Vec<Elsewhere>,
}

/// One situation.
#[derive(Clone, Debug)]
pub struct Rejection {
    /// The row of the table, 1 to 22.
    pub row: u8,
    /// What is the matter, in words.
    pub situation: String,
    /// How it comes about; the last step is the one that is refused.
    pub scenario: Scenario,
    /// Why the terminal has to refuse.
    pub code: Code,
    /// The number on the display.
    pub number: u8,
    /// What the passenger has to hear and read.
    pub says: Words,
    /// What the tap debits all the same, of nothing included; `None` when the card has to be as it was.
    pub debited: Option<Fen>,
    /// Whether the tap locks the application, and leaves all else as it was.
    pub locked: bool,
    /// The flags ([`UploadRecord::GREY`] and the others) of the one record that the tap uploads; `None` when
    /// it uploads none.
    pub record: Option<u8>,
    /// Its line in the file.
    pub line: u32,
}

/// A number of the column that this profile does not show.
#[derive(Clone, Debug)]
pub struct Elsewhere {
    /// The row.
    pub row: u8,
    /// The number; `None` for all of the row.
    pub number: Option<u8>,
    /// Why not.
    pub why: String,
}

/// Reads a file of rejections; what it refers to comes from `library`.
///
/// # Errors
/// Every mistake found, with its line.
pub fn parse(source: &Source, library: &mut Library) -> Result<Rejections, Diagnostics> {
    let file: Rejected = Kind::Rejections.read(source)?;
    let mut errors = Diagnostics::default();
    errors.keep(source.version(&file.version, 1));
    errors.keep(source.said(&file.title, "title"));
    let keys = source
        .file(&file.keys)
        .map_err(Diagnostics::from)
        .and_then(|path| library.keys(path).map_err(|errors| errors.named_at(source, &file.keys)));
    let Some(keys) = errors.keep(keys) else { return Err(errors) };
    let mut cases = Vec::new();
    let mut seen: BTreeMap<(u8, &str), &Name> = BTreeMap::new();
    for table in &file.rejection {
        let key = (*table.row.get_ref(), table.situation.get_ref().as_str());
        if let Some(first) = seen.insert(key, &table.situation) {
            errors.push(source.twice("situation", &table.situation, first));
        }
        cases.extend(errors.keep(rejection(source, &file, table, &keys, library)));
    }
    let mut elsewhere = Vec::new();
    for ElsewhereTable { rows, number, why } in &file.elsewhere {
        errors.keep(source.said(why, "reason"));
        for row in rows {
            let row = errors.keep(self::row(source, row));
            let why = why.get_ref().clone();
            elsewhere.extend(row.map(|row| Elsewhere { row, number: *number, why }));
        }
    }
    let column = file.column.map(Spanned::into_inner);
    errors.or(Rejections { profile: file.profile.into_inner(), column, cases, elsewhere })
}

fn row(source: &Source, row: &Spanned<u8>) -> Result<u8, Diagnostic> {
    let number = *row.get_ref();
    if (1..=ROWS).contains(&number) {
        return Ok(number);
    }
    let error = source.error(row, format!("there is no row {number}"));
    Err(error.help(format!("the table of docs/spec/terminal.md 3.1 has rows 1 to {ROWS}")))
}

fn rejection(
    source: &Source,
    file: &Rejected,
    table: &RejectionTable,
    keys: &KeySet,
    library: &mut Library,
) -> Result<Rejection, Diagnostics> {
    let mut errors = Diagnostics::default();
    let row = errors.keep(row(source, &table.row));
    errors.keep(source.said(&table.situation, "situation"));
    let code = errors.keep(variant(source, &table.code, "code", Code::ALL));
    let lights =
        [("off", Light::Off), ("green", Light::Green), ("yellow", Light::Yellow), ("red", Light::Red)];
    let light = errors.keep(source.choose(&table.says.light, "light", lights));
    let record = errors.keep(table.record.as_ref().map(|names| flags(source, names)).transpose());
    let scenario = errors.keep(scenario(source, file, table, keys, library));
    let (Some(row), Some(code), Some(light)) = (row, code, light) else { return Err(errors) };
    let (Some(record), Some(scenario)) = (record, scenario) else { return Err(errors) };
    let SaysTable { voice, text, .. } = &table.says;
    errors.or(Rejection {
        row,
        situation: table.situation.get_ref().clone(),
        scenario,
        code,
        number: table.number,
        says: Words { voice: voice.clone(), text: text.clone(), light },
        debited: table.debited.map(|amount| amount.0),
        record,
        locked: table.locked,
        line: source.line(&table.row),
    })
}

fn flags(source: &Source, names: &[Name]) -> Result<u8, Diagnostics> {
    let known = [
        ("grey", UploadRecord::GREY),
        ("recovered", UploadRecord::RECOVERED),
        ("mac2-failed", UploadRecord::MAC2_FAILED),
        ("mac2-unchecked", UploadRecord::MAC2_UNCHECKED),
    ];
    let mut errors = Diagnostics::default();
    let flags = names.iter().filter_map(|name| errors.keep(source.choose(name, "flag of a record", known)));
    let flags = flags.fold(0, |all, flag| all | flag);
    errors.or(flags)
}

/// The case as a scenario: the file's cards and terminals that its taps name, and its own.
fn scenario(
    source: &Source,
    file: &Rejected,
    table: &RejectionTable,
    keys: &KeySet,
    library: &mut Library,
) -> Result<Scenario, Diagnostics> {
    let tap = table.tap.clone().unwrap_or_else(|| file.tap.clone());
    if tap.is_empty() {
        let error = source.error(&table.situation, "this situation has no tap");
        return Err(error.help("give `tap`, here or for the whole file").into());
    }
    let names = |name: fn(&TapTable) -> &Name| -> BTreeSet<String> {
        tap.iter().map(|tap| name(tap.get_ref()).get_ref().clone()).collect()
    };
    let cards = named(&file.cards, &table.cards, &names(|tap| &tap.card));
    let terminals = named(&file.terminals, &table.terminals, &names(|tap| &tap.terminal));
    let whole = File {
        version: file.version.clone(),
        title: table.situation.clone(),
        seed: SEED,
        keys: file.keys.clone(),
        sign_on: None,
        black_list: table.black_list.clone(),
        cards,
        terminals,
        tap,
        totals: Tables::default(),
    };
    let mut errors = Diagnostics::default();
    let Some(cast) = errors.keep(Cast::new(source, &whole, library)) else { return Err(errors) };
    let black_list = errors.keep(cast.black_list(source, &whole.black_list));
    let steps = errors.keep(taps::steps(source, &whole.tap, &cast));
    let (Some(black_list), Some(steps)) = (black_list, steps) else { return Err(errors) };
    let scenario = Scenario {
        name: table.situation.get_ref().clone(),
        path: PathBuf::from(source.path()),
        title: table.situation.get_ref().clone(),
        seed: SEED,
        keys: keys.clone(),
        sign_on: QuotaRules::default(),
        cards: cast.cards,
        terminals: cast.terminals,
        black_list,
        steps,
        totals: Vec::new(),
    };
    errors.keep(at_the_profile(source, file, table, &whole, &scenario, library));
    errors.or(scenario)
}

/// The last tap is at a terminal of the profile that the file is about, as it is shipped.
fn at_the_profile(
    source: &Source,
    file: &Rejected,
    table: &RejectionTable,
    whole: &File,
    scenario: &Scenario,
    library: &mut Library,
) -> Result<(), Diagnostics> {
    let last = scenario.steps.last().and_then(|step| scenario.terminals.get(step.terminal));
    let Some(entry) = last else { return Ok(()) };
    if entry.file.name != *file.profile.get_ref() {
        let message = format!("the last tap is at a terminal of profile `{}`", entry.file.name);
        return Err(source.error(&table.situation, message).also(&file.profile, "the profile tried").into());
    }
    let written = whole.terminals.iter().find(|(name, _)| *name.get_ref() == entry.name);
    let Some((name, written)) = written else { return Ok(()) };
    let shipped = library.terminal(source.file(&written.file)?)?;
    if Arc::ptr_eq(&shipped, &entry.file) {
        return Ok(());
    }
    let message = format!("terminal `{}` differs from its profile", entry.name);
    let error = source.error(name, message);
    Err(error.help("the profile is tried as it is shipped: only other terminals may differ").into())
}

/// The tables that are named, those of the case before those of the file.
fn named<T: Clone>(shared: &Tables<T>, own: &Tables<T>, names: &BTreeSet<String>) -> Tables<T> {
    let own_names: BTreeSet<&str> = own.keys().map(|name| name.get_ref().as_str()).collect();
    let shared = shared.iter().filter(|(name, _)| {
        let name = name.get_ref();
        names.contains(name) && !own_names.contains(name.as_str())
    });
    shared.chain(own).map(|(name, table)| (name.clone(), table.clone())).collect()
}

#[cfg(test)]
mod tests;
