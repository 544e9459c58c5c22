//! Every rejection of `fixtures/conformance/rejections` is a test of its own name: the terminal of a shipped
//! profile is brought into the situation with a real card and a real PSAM, and has to show this number and
//! these words, keep its gate closed, and leave the card as the case says. Cases that wait for something are
//! listed as ignored. And every number in the table of `docs/spec/terminal.md` 3.1 is named by a case of each
//! profile that goes by its column, or it is said why it is not.

use libtest_mimic::{Arguments, Failed, Trial};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex};
use tunion_card::{Block, Card, Image};
use tunion_data::Fen;
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_files::diag::Source;
use tunion_files::library::Library;
use tunion_files::scenario::kebab;
use tunion_files::scenario::rejections::{self, Rejection, Rejections};
use tunion_files::terminal::TerminalKind;
use tunion_harness::world::World;
use tunion_terminal::{Gate, Words};

const SPEC: &str = include_str!("../../../docs/spec/terminal.md");

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    match trials() {
        Ok(trials) => libtest_mimic::run(&arguments, trials).exit_code(),
        Err(errors) => {
            #[expect(clippy::print_stderr, reason = "the only place where a broken fixture can be reported")]
            {
                eprintln!("{errors}");
            }
            ExitCode::FAILURE
        }
    }
}

fn trials() -> Result<Vec<Trial>, Box<dyn std::error::Error>> {
    let mut library = Library::default();
    let table = Arc::new(columns(SPEC));
    let (mut trials, mut tried) = (Vec::new(), BTreeSet::new());
    for path in toml(&fixtures().join("conformance/rejections"))? {
        let file = rejections::parse(&Source::read(&path)?, &mut library)?;
        tried.insert(file.profile.clone());
        for case in &file.cases {
            let name = format!("{}::row {:02} {}", file.profile, case.row, case.situation);
            let case = case.clone();
            trials.push(Trial::test(name, move || check(&case)));
        }
        let (name, table) = (format!("{}::every number", file.profile), Arc::clone(&table));
        trials.push(Trial::test(name, move || covers(&file, &table)));
    }
    let library = Mutex::new(library);
    trials.push(Trial::test("every profile that refuses", move || every_profile(&library, &tried)));
    trials.push(Trial::test("the table of the specification", move || table_is_read(&table)));
    Ok(trials)
}

fn toml(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut files =
        std::fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.retain(|file| file.extension() == Some(OsStr::new("toml")));
    files.sort();
    Ok(files)
}

/// Plays a case and looks at its last tap.
fn check(case: &Rejection) -> Result<(), Failed> {
    let mut world = World::new(&case.scenario);
    let Some((last, before)) = case.scenario.steps.split_last() else { return Err("no tap".into()) };
    for step in before {
        world.tap(step);
    }
    let held = |world: &World<'_>| world.card(last.card).map(Card::image);
    let (card, emitted) = (held(&world), world.records().len());
    world.tap(last);
    let (left, records) = (held(&world), world.records()[emitted..].to_vec());
    let outcome = world.finish();
    if !outcome.passed() {
        let failures: Vec<String> =
            outcome.failures.iter().map(|failure| failure.describe(&outcome)).collect();
        return Err(failures.join("\n").into());
    }
    let row = outcome.rows.last().ok_or("no row")?;
    let decision = row.decision.as_ref().ok_or("no decision")?;
    same("code", &kebab(case.code), &kebab(decision.code))?;
    same(
        "number",
        &format!("{:02X}", case.number),
        &row.number.map_or(String::new(), |n| format!("{n:02X}")),
    )?;
    same("words", &said(&case.says), &said(&row.words))?;
    same("gate", &kebab(Gate::Closed), &kebab(decision.gate))?;
    let (Some(card), Some(left)) = (card, left) else { return Err("no card".into()) };
    touched(case, &card, &left)?;
    recorded(case, &records)
}

fn said(words: &Words) -> String {
    format!("says \"{}\", shows \"{}\", {}", words.voice, words.text, kebab(words.light))
}

/// The card is as it was, or was debited by exactly what the case says.
fn touched(case: &Rejection, before: &Image, after: &Image) -> Result<(), Failed> {
    let Some(debited) = case.debited else {
        let mut before = before.clone();
        if case.locked {
            before.security.blocked = Block::Temporary;
        }
        let before = &before;
        return if before == after { Ok(()) } else { Err("the card is not as it was".into()) };
    };
    let worth = |image: &Image| {
        i64::from(image.purse.balance.fen().get()) - i64::from(image.purse.overdraft_used.fen().get())
    };
    same("debited", &debited.get().to_string(), &(worth(before) - worth(after)).to_string())?;
    same("debits", "1", &(after.purse.offline_seq - before.purse.offline_seq).to_string())
}

/// The tap uploads no record, or one with these flags and of what was debited.
fn recorded(case: &Rejection, records: &[UploadRecord]) -> Result<(), Failed> {
    if case.locked {
        let kinds: Vec<_> = records.iter().map(|record| RecordKind::from_byte(record.kind)).collect();
        return same(
            "kinds of the records",
            &format!("{:?}", [Some(RecordKind::Lock)]),
            &format!("{kinds:?}"),
        );
    }
    same("records", &usize::from(case.record.is_some()).to_string(), &records.len().to_string())?;
    let (Some(flags), Some(record)) = (case.record, records.first()) else { return Ok(()) };
    same("flags of the record", &format!("{flags:08b}"), &format!("{:08b}", record.flags))?;
    let amount = case.debited.or(case.locked.then_some(Fen::ZERO)).ok_or("a record of no debit")?;
    same("amount of the record", &amount.to_string(), &record.amount.to_string())
}

fn same(what: &str, expected: &str, found: &str) -> Result<(), Failed> {
    if expected == found { Ok(()) } else { Err(format!("{what}: expected {expected}, found {found}").into()) }
}

/// The numbers of each column, by their rows.
type Columns = BTreeMap<String, BTreeMap<u8, BTreeSet<u8>>>;

/// The table of `docs/spec/terminal.md` 3.1. A number is one or two hexadecimal digits; what stands in
/// brackets is a remark. Tianjin's are decimal, and written as they stand: two digits of a byte.
fn columns(spec: &str) -> Columns {
    let mut lines =
        spec.lines().skip_while(|line| !line.starts_with("### 3.1")).filter(|line| line.starts_with('|'));
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let head = lines.next().map(cells).unwrap_or_default();
    let mut columns = Columns::new();
    for line in lines {
        let row = cells(line);
        let Some(Ok(number)) = row.first().map(|cell| cell.parse::<u8>()) else {
            // The line under the head, and then the next table.
            if line.starts_with("|---") {
                continue;
            }
            break;
        };
        for (name, cell) in head.iter().zip(&row).skip(2) {
            let numbers = columns.entry(name.clone()).or_default().entry(number).or_default();
            numbers.extend(numbers_in(cell));
        }
    }
    columns
}

fn numbers_in(cell: &str) -> Vec<u8> {
    let mut plain = String::new();
    let mut depth = 0_u32;
    for letter in cell.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => plain.push(letter),
            _ => {}
        }
    }
    let words = plain.split(|letter: char| !letter.is_ascii_alphanumeric());
    let is_number = |word: &&str| {
        word.len() <= 2
            && word.chars().any(|c| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_digit() || ('A'..='F').contains(&c))
    };
    words.filter(is_number).filter_map(|word| u8::from_str_radix(word, 16).ok()).collect()
}

/// What is read of the table is the table.
fn table_is_read(columns: &Columns) -> Result<(), Failed> {
    let names: Vec<&str> = columns.keys().map(String::as_str).collect();
    same("columns", "Shanghai, Tianjin bus, Xi'an", &names.join(", "))?;
    let of = |column: &str, row: u8| -> Vec<u8> {
        columns[column].get(&row).into_iter().flatten().copied().collect()
    };
    for column in names {
        same("rows", "22", &columns[column].len().to_string())?;
    }
    for (column, row, expected) in [
        ("Xi'an", 4, &[0x03, 0x12][..]),
        ("Xi'an", 19, &[]),
        ("Shanghai", 7, &[0x14, 0x27]),
        ("Shanghai", 18, &[0x20]),
        ("Tianjin bus", 4, &[0x08]),
        ("Tianjin bus", 7, &[0x38]),
        ("Tianjin bus", 9, &[0x05, 0x06]),
    ] {
        same(
            &format!("{column}, row {row}"),
            &format!("{expected:02X?}"),
            &format!("{:02X?}", of(column, row)),
        )?;
    }
    Ok(())
}

/// Each number of the profile's column is in a case, or it is said why not.
fn covers(file: &Rejections, columns: &Columns) -> Result<(), Failed> {
    let Some(name) = &file.column else { return Err("it goes by no column".into()) };
    let column = columns.get(name).ok_or_else(|| format!("there is no column `{name}`"))?;
    let mut faults = Vec::new();
    for (row, numbers) in column {
        for number in numbers {
            let tried = file.cases.iter().any(|case| (case.row, case.number) == (*row, *number));
            let told = file.elsewhere.iter().any(|e| e.row == *row && e.number.is_none_or(|n| n == *number));
            match (tried, told) {
                (false, false) => faults.push(format!("row {row}: no case shows {number:02X}")),
                (true, true) => {
                    faults
                        .push(format!("row {row}: a case shows {number:02X}, and it is said that none can"));
                }
                _ => {}
            }
        }
    }
    for elsewhere in &file.elsewhere {
        let known = column.get(&elsewhere.row).is_some_and(|numbers| {
            elsewhere.number.map_or(!numbers.is_empty(), |number| numbers.contains(&number))
        });
        if !known {
            faults.push(format!("row {}: the column has no such number to be elsewhere", elsewhere.row));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
}

/// Each shipped profile of a terminal that refuses cards has a file.
fn every_profile(library: &Mutex<Library>, tried: &BTreeSet<String>) -> Result<(), Failed> {
    let mut missing = Vec::new();
    for path in toml(&fixtures().join("terminals"))? {
        let mut library = library.lock().map_err(|_| "a test panicked")?;
        let file = library.terminal(&path).map_err(|errors| errors.to_string())?;
        let refuses =
            matches!(file.kind, TerminalKind::RailGate | TerminalKind::BusReader | TerminalKind::TopUp);
        if refuses && !tried.contains(&file.name) {
            missing.push(file.name.clone());
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(format!("no rejections of {}", missing.join(", ")).into()) }
}
