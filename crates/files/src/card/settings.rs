//! How the card behaves, `docs/spec/card.md` 8.1: from what is written to a [`Profile`], and back.

use heapless::Vec as Bounded;
use toml::{Spanned, Value};
use tunion_apdu::LeRule;
use tunion_card::profile::OutOfOrder;
use tunion_card::profile::{
    Algorithms, BlockedAnswers, BlockedSelect, ById, DirectoryShape, FciShape, Prove, Tries, Variants,
};
use tunion_card::{Inconsistent, Interface, Profile};
use tunion_data::fci::{EP_AID, MAX_AID};

use super::page::{Page, quoted};
use super::schema::{FciTable, ProfileTable, TriesTable};
use super::value::{BARE, hex_bytes, no_digit};
use crate::diag::{Diagnostic, Diagnostics, Source};
use crate::layout::hex;

/// The application's full name.
pub(super) type Aid = Bounded<u8, MAX_AID>;

const LINKS: [(&str, Interface); 2] =
    [("contactless", Interface::Contactless), ("contact", Interface::Contact)];
const LE: [(&str, LeRule); 3] =
    [("strict", LeRule::Strict), ("correcting", LeRule::Correcting), ("lenient", LeRule::Lenient)];
const OUT_OF_ORDER: [(&str, OutOfOrder); 2] =
    [("6901", OutOfOrder::InvalidState), ("6985", OutOfOrder::Conditions)];
const ALGORITHMS: [(&str, Algorithms); 3] =
    [("des", Algorithms::Des), ("sm4", Algorithms::Sm4), ("both", Algorithms::Both)];
const SELECT: [(&str, BlockedSelect); 2] =
    [("6A81", BlockedSelect::NotSupported), ("6283", BlockedSelect::Invalidated)];
const DIRECTORY: [(&str, bool); 2] = [("9000", false), ("6283", true)];

/// The application's name and the settings. Each is held against its range by itself, so that all that is
/// wrong is told.
pub(super) fn profile(source: &Source, table: &ProfileTable) -> Result<(Aid, Profile), Diagnostics> {
    let mut errors = Diagnostics::default();
    let all = Profile::default();
    let ProfileTable { directory, select_by_id, accept, blocked, prove, .. } = table;
    let aid = errors.keep(aid(source, table.aid.as_ref()));
    let fci = errors.keep(fci(source, &table.fci));
    let directory = DirectoryShape {
        priority: directory.priority.as_ref().map_or(all.directory.priority, |given| *given.get_ref()),
        e_cash: directory.e_cash.unwrap_or(all.directory.e_cash),
        pse: directory.pse.unwrap_or(all.directory.pse),
    };
    let alone = Profile { directory, ..Profile::default() };
    errors.keep(in_range(source, &alone, table.directory.priority.as_ref(), "write 1 or 2"));
    let prove_depth = prove.depth.as_ref();
    let prove = Prove {
        depth: prove_depth.map_or(all.prove.depth, |given| *given.get_ref()),
        while_open: prove.while_open.unwrap_or(all.prove.while_open),
    };
    let alone = Profile { prove, ..Profile::default() };
    errors.keep(in_range(source, &alone, prove_depth, "write a number from 0 to 10"));
    let tries = errors.keep(tries(source, &table.tries));
    let interface = errors.keep(choice(source, table.link.as_ref(), "link", LINKS, all.interface));
    let le = errors.keep(choice(source, table.le.as_ref(), "treatment of Le", LE, all.le));
    let out_of_order = table.out_of_order.as_ref();
    let out_of_order = errors.keep(choice(source, out_of_order, "answer", OUT_OF_ORDER, all.out_of_order));
    let algorithms = table.algorithms.as_ref();
    let algorithms = errors.keep(choice(source, algorithms, "algorithm", ALGORITHMS, all.algorithms));
    let select = choice(source, blocked.select.as_ref(), "answer", SELECT, all.blocked.select);
    let select = errors.keep(select);
    let warns = blocked.directory.as_ref();
    let warns = errors.keep(choice(source, warns, "answer", DIRECTORY, all.blocked.directory_warns));
    let variants = Variants {
        debit_p1_02: accept.debit_p1_02.unwrap_or(all.variants.debit_p1_02),
        credit_p2_02: accept.credit_p2_02.unwrap_or(all.variants.credit_p2_02),
        capp_p1_00: accept.capp_p1_00.unwrap_or(all.variants.capp_p1_00),
    };
    let by_id = ById {
        purse: select_by_id.purse.map(|id| u16::from_be_bytes(id.0.0)),
        files: select_by_id.files.unwrap_or(all.by_id.files),
    };
    let (Some(aid), Some(fci), Some(tries), Some(interface), Some(le)) = (aid, fci, tries, interface, le)
    else {
        return Err(errors);
    };
    let (Some(algorithms), Some(select), Some(directory_warns), Some(out_of_order)) =
        (algorithms, select, warns, out_of_order)
    else {
        return Err(errors);
    };
    let profile = Profile {
        fci,
        directory,
        by_id,
        interface,
        le,
        variants,
        out_of_order,
        capp_wants_update: table.capp_wants_update.unwrap_or(all.capp_wants_update),
        load_wants_pin: table.load_wants_pin.unwrap_or(all.load_wants_pin),
        algorithms,
        blocked: BlockedAnswers { select, directory_warns },
        prove,
        tries,
    };
    errors.or((aid, profile))
}

/// The error of a setting that is outside its range, at `place`.
fn in_range<T>(
    source: &Source,
    alone: &Profile,
    place: Option<&Spanned<T>>,
    help: &str,
) -> Result<(), Diagnostic> {
    let Some(rule) = alone.broken() else { return Ok(()) };
    let error = match place {
        Some(place) => source.error(place, rule.to_string()),
        None => source.whole(rule.to_string()),
    };
    Err(error.help(help))
}

/// What a name stands for, or the default.
pub(super) fn choice<T: Clone, const N: usize>(
    source: &Source,
    name: Option<&Spanned<String>>,
    what: &str,
    options: [(&str, T); N],
    default: T,
) -> Result<T, Diagnostic> {
    name.map_or(Ok(default), |name| source.choose(name, what, options))
}

/// The name of a value.
pub(super) fn name_of<'a, T: PartialEq>(options: &[(&'a str, T)], value: &T) -> &'a str {
    options.iter().find(|(_, option)| option == value).map_or("", |(name, _)| name)
}

fn aid(source: &Source, given: Option<&Spanned<String>>) -> Result<Aid, Diagnostic> {
    let Some(given) = given else { return Ok(Aid::from_iter(EP_AID)) };
    let bytes = hex_bytes(given.get_ref()).and_then(|bytes| Aid::from_slice(&bytes).ok());
    bytes.filter(|bytes| bytes.len() >= EP_AID.len()).ok_or_else(|| {
        source
            .error(given, no_digit(given.get_ref()).unwrap_or_else(|| Inconsistent::AidLength.to_string()))
            .help("write 16 to 32 hexadecimal digits, such as \"A000000632010105\"")
    })
}

fn fci(source: &Source, table: &FciTable) -> Result<FciShape, Diagnostics> {
    let mut errors = Diagnostics::default();
    let default = FciShape::default();
    let version = table.version.as_ref().map_or(Ok(default.version), |given| {
        let bytes = hex_bytes(given.get_ref()).and_then(|bytes| Bounded::from_slice(&bytes).ok());
        bytes.filter(|bytes| !bytes.is_empty()).ok_or_else(|| {
            let wrong = || tunion_card::profile::OutOfRange::Version.to_string();
            source
                .error(given, no_digit(given.get_ref()).unwrap_or_else(wrong))
                .help("write 2 or 4 hexadecimal digits, such as \"02\"")
        })
    });
    let version = errors.keep(version);
    let preferred_name = table.preferred_name.as_ref().map_or(Ok(Bounded::new()), |given| {
        let text = given.get_ref();
        let bytes = match text.strip_prefix(BARE) {
            Some(digits) => hex_bytes(digits),
            None => text.is_ascii().then(|| text.as_bytes().to_vec()),
        };
        bytes.and_then(|bytes| Bounded::from_slice(&bytes).ok()).ok_or_else(|| {
            source
                .error(given, "this is no preferred name")
                .help("write at most 16 ASCII characters, or their bytes as \"hex:43415244\"")
        })
    });
    let preferred_name = errors.keep(preferred_name);
    let padding = table.padding.as_ref().map_or(default.padding, |given| *given.get_ref());
    let alone = FciShape { padding, ..FciShape::default() };
    let alone = Profile { fci: alone, ..Profile::default() };
    errors.keep(in_range(source, &alone, table.padding.as_ref(), "write a number from 0 to 8"));
    let (Some(version), Some(preferred_name)) = (version, preferred_name) else { return Err(errors) };
    errors.or(FciShape {
        version,
        label: table.label.unwrap_or(default.label),
        priority: table.priority,
        preferred_name,
        padding,
    })
}

fn tries(source: &Source, table: &TriesTable) -> Result<Tries, Diagnostics> {
    const TRIES: &str = "write 1 to 15; for messages and transactions also 0, for no limit";
    let mut errors = Diagnostics::default();
    let mut set = |given: &Option<Spanned<u8>>, change: fn(&mut Tries, u8)| {
        let mut alone = Tries::default();
        if let Some(given) = given {
            change(&mut alone, *given.get_ref());
        }
        let alone = Profile { tries: alone, ..Profile::default() };
        errors.keep(in_range(source, &alone, given.as_ref(), TRIES));
        alone.tries
    };
    let tries = Tries {
        pin: set(&table.pin, |tries, given| tries.pin = given).pin,
        messages: set(&table.messages, |tries, given| tries.messages = given).messages,
        transactions: set(&table.transactions, |tries, given| tries.transactions = given).transactions,
        external: set(&table.external, |tries, given| tries.external = given).external,
    };
    errors.or(tries)
}

/// A setting as it is written: its table (empty at the top), its key, its value.
type Line = (&'static str, &'static str, Value);

/// All settings, those first that stand at the top of a card profile.
fn lines(aid: &[u8], profile: &Profile) -> Vec<Line> {
    let Profile { fci, directory, by_id, variants, blocked, prove, tries, .. } = profile;
    let number = |number: u8| Value::Integer(number.into());
    let preferred = match str::from_utf8(&fci.preferred_name) {
        Ok(name) if name.is_ascii() && !name.starts_with(BARE) => name.to_owned(),
        _ => format!("{BARE}{}", hex(&fci.preferred_name)),
    };
    let mut lines = vec![
        ("", "aid", quoted(hex(aid))),
        ("", "link", quoted(name_of(&LINKS, &profile.interface))),
        ("", "le", quoted(name_of(&LE, &profile.le))),
        ("", "out-of-order", quoted(name_of(&OUT_OF_ORDER, &profile.out_of_order))),
        ("", "capp-wants-update", Value::Boolean(profile.capp_wants_update)),
        ("", "load-wants-pin", Value::Boolean(profile.load_wants_pin)),
        ("", "algorithms", quoted(name_of(&ALGORITHMS, &profile.algorithms))),
        ("fci", "version", quoted(hex(&fci.version))),
        ("fci", "label", Value::Boolean(fci.label)),
    ];
    lines.extend(fci.priority.map(|priority| ("fci", "priority", number(priority))));
    lines.extend([
        ("fci", "preferred-name", quoted(preferred)),
        ("fci", "padding", number(fci.padding)),
        ("directory", "priority", number(directory.priority)),
        ("directory", "e-cash", Value::Boolean(directory.e_cash)),
        ("directory", "pse", Value::Boolean(directory.pse)),
    ]);
    lines.extend(by_id.purse.map(|id| ("select-by-id", "purse", quoted(format!("{id:04X}")))));
    lines.extend([
        ("select-by-id", "files", Value::Boolean(by_id.files)),
        ("accept", "debit-p1-02", Value::Boolean(variants.debit_p1_02)),
        ("accept", "credit-p2-02", Value::Boolean(variants.credit_p2_02)),
        ("accept", "capp-p1-00", Value::Boolean(variants.capp_p1_00)),
        ("blocked", "select", quoted(name_of(&SELECT, &blocked.select))),
        ("blocked", "directory", quoted(name_of(&DIRECTORY, &blocked.directory_warns))),
        ("prove", "depth", number(prove.depth)),
        ("prove", "while-open", Value::Boolean(prove.while_open)),
        ("tries", "pin", number(tries.pin)),
        ("tries", "messages", number(tries.messages)),
        ("tries", "transactions", number(tries.transactions)),
        ("tries", "external", number(tries.external)),
    ]);
    lines
}

/// The settings of an image: all of them, one to a line.
pub(super) fn write_all(page: &mut Page, aid: &[u8], profile: &Profile) {
    for (table, key, value) in lines(aid, profile) {
        let dot = if table.is_empty() { "" } else { "." };
        page.key(&format!("{table}{dot}{key}"), value);
    }
}

/// The settings that are not the default, by their keys: `fci.padding`.
pub(super) fn changed(aid: &[u8], profile: &Profile) -> Vec<(String, String)> {
    let defaults = lines(&EP_AID, &Profile::default());
    let changed = lines(aid, profile).into_iter().filter(|line| !defaults.contains(line));
    let named = |(table, key, value): Line| {
        let dot = if table.is_empty() { "" } else { "." };
        (format!("{table}{dot}{key}"), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    };
    changed.map(named).collect()
}

/// The settings of a card profile that are not the default: those of the top, and then the tables.
pub(super) fn write_changed(page: &mut Page, aid: &[u8], profile: &Profile) {
    let defaults = lines(&EP_AID, &Profile::default());
    let mut open = "";
    for line in lines(aid, profile) {
        if !defaults.contains(&line) {
            let (table, key, value) = line;
            if table != open {
                page.table(table);
                open = table;
            }
            page.key(key, value);
        }
    }
}
