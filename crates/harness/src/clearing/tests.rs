use insta::assert_snapshot;
use tunion_clearing::sample::{Card, ISSUER, Keys, Terminal};
use tunion_clearing::{Clearing, clear};
use tunion_data::civil::{DateTime, date};
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_data::{BcdDateTime, Fen, IssuerId, TerminalId};
use tunion_files::keys;
use tunion_files::uploads::{Form, Reader, Writer};
use tunion_issuer::Roots;

use super::{Batch, Head, IssuerKeys, json, text, write_rejected};

fn lab() -> Roots {
    keys::lab().unwrap().roots
}

fn at(hour: i8, minute: i8) -> DateTime {
    date(2026, 11, 23).at(hour, minute, 0, 0)
}

/// The example of docs/clearing.md: one record of each kind of finding.
fn example() -> Vec<UploadRecord> {
    let keys = Keys::new(lab().tac);
    let shanghai: IssuerId = "02002900FFFFFFFF".parse().unwrap();
    let card = |issuer, number, yuan| Card::new(&keys, issuer, number, Fen::from_yuan(yuan));
    let (mut gate, mut other, mut kiosk) = (Terminal::new(1), Terminal::new(2), Terminal::new(0x100));
    let mut lin = card(ISSUER, 2, 50);
    let mut wang = card(ISSUER, 15, 20);
    wang.offline = 40;
    let mut hu = card(shanghai, 111, 30);
    let (free, three, five) = (Fen::ZERO, Fen::new(300), Fen::new(500));

    let in_and_out = [
        lin.debit(&mut gate, RecordKind::Entry, free, at(8, 0)),
        lin.debit(&mut other, RecordKind::Exit, three, at(8, 40)),
    ];
    let forged = UploadRecord {
        tac: [0x12, 0x34, 0x56, 0x78],
        ..lin.debit(&mut gate, RecordKind::Exit, five, at(9, 0))
    };
    let torn = wang.lost(&mut gate, RecordKind::Exit, three, at(9, 10), true);
    let not_done = wang.lost(&mut gate, RecordKind::Entry, free, at(9, 20), false);
    let later = wang.debit(&mut other, RecordKind::Entry, free, at(9, 30));
    let load = wang.load(&mut kiosk, Fen::from_yuan(20), at(9, 35));
    let skipped = wang.debit(&mut gate, RecordKind::Exit, five, at(10, 5));
    wang.balance = Fen::new(2500);
    let odd = wang.debit(&mut other, RecordKind::Single, three, at(10, 30));
    let roaming = hu.debit(&mut other, RecordKind::Exit, five, at(10, 40));
    let nowhere = UploadRecord {
        terminal: TerminalId::default(),
        ..hu.debit(&mut other, RecordKind::Exit, five, at(10, 50))
    };
    other.seq += 2;
    let last = lin.debit(&mut other, RecordKind::Purchase, three, at(11, 0));
    let [entry, exit] = in_and_out;
    vec![entry, exit, exit, forged, torn, not_done, later, load, skipped, odd, roaming, nowhere, last]
}

/// Records as CSV, in the columns that no upload file is without, and the flags.
fn few_columns(records: &[UploadRecord]) -> String {
    const COLUMNS: [&str; 15] = [
        "version",
        "kind",
        "flags",
        "transaction",
        "terminal",
        "terminal-seq",
        "issuer",
        "pan",
        "card-seq",
        "amount",
        "balance-before",
        "balance-after",
        "available-before",
        "at",
        "tac",
    ];
    let file = String::from_utf8(written(records, Form::Csv)).unwrap();
    let header: Vec<&str> = file.lines().next().unwrap().split(',').collect();
    let places = COLUMNS.map(|name| header.iter().position(|column| *column == name).unwrap());
    let line = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        places.map(|place| cells[place]).join(",") + "\n"
    };
    file.lines().map(line).collect()
}

fn written(records: &[UploadRecord], form: Form) -> Vec<u8> {
    let mut writer = Writer::begin(Vec::new(), form).unwrap();
    for record in records {
        writer.write(record).unwrap();
    }
    writer.end().unwrap()
}

fn batch(files: &[(&str, &[u8])]) -> Batch {
    let mut batch = Batch::default();
    for (path, file) in files {
        batch.read(path, &mut Reader::new(path, *file).unwrap()).unwrap();
    }
    batch
}

fn report(batch: &Batch, cleared: &Clearing, issuers: &IssuerKeys<'_>, most: usize) -> String {
    text(&Head { keys: "lab.toml".to_owned(), issuers }, batch, cleared, most)
}

/// The example of the page is made of these records; what comes of it is a test of the program.
#[test]
fn the_page_has_the_example() {
    let page = include_str!("../../../../docs/clearing.md");
    let block = page.split_once("<!-- uploads.csv -->").unwrap().1.split_once("```csv\n").unwrap().1;
    let shown = block.split_once("```").unwrap().0;
    // The page has one row more, which is no record.
    let is_record = |line: &&str| !line.contains(",exti,");
    let shown: String = shown.lines().filter(is_record).flat_map(|line| [line, "\n"]).collect();
    assert_eq!(shown, few_columns(&example()));
}

#[test]
fn the_example_as_text_and_json() {
    let roots = lab();
    let issuers = IssuerKeys::of(&roots, [ISSUER]);
    let file = few_columns(&example());
    let batch = batch(&[("uploads.csv", file.as_bytes())]);
    let cleared = clear(batch.records(), &issuers);
    assert_snapshot!("text", report(&batch, &cleared, &issuers, usize::MAX));
    let mut document = Vec::new();
    json(&mut document, &Head { keys: "lab.toml".to_owned(), issuers: &issuers }, &batch, &cleared).unwrap();
    let document: serde_json::Value = serde_json::from_slice(&document).unwrap();
    assert_snapshot!("json", serde_json::to_string_pretty(&document).unwrap());
}

/// What is left of lists that are longer than is asked for, and bad lines of several files.
#[test]
fn long_lists_are_cut() {
    let roots = lab();
    let issuers = IssuerKeys::of_all(&roots);
    let keys = Keys::new(roots.tac.clone());
    let mut records = tunion_clearing::sample::rides(&keys, 30, 2);
    for record in records.iter_mut().step_by(2) {
        record.tac[0] ^= 1;
    }
    records.retain(|record| record.card_seq != 2);
    let csv = written(&records[..40], Form::Csv);
    let json_lines = [&written(&records[40..], Form::JsonLines)[..], b"{}\nnothing\n"].concat();
    let batch = batch(&[("a.csv", &csv), ("b.jsonl", &json_lines)]);
    let cleared = clear(batch.records(), &issuers);
    assert_snapshot!(report(&batch, &cleared, &issuers, 2));
}

#[test]
fn a_clean_batch() {
    let roots = lab();
    let issuers = IssuerKeys::of_all(&roots);
    let records = tunion_clearing::sample::rides(&Keys::new(roots.tac.clone()), 3, 2);
    let file = written(&records, Form::JsonLines);
    let batch = batch(&[("uploads.jsonl", &file)]);
    let cleared = clear(batch.records(), &issuers);
    assert_snapshot!(report(&batch, &cleared, &issuers, 20));
}

/// Every reason in words, and every fate of a grey record.
#[test]
fn reasons_in_words() {
    let roots = lab();
    let issuers = IssuerKeys::of_all(&roots);
    let keys = Keys::new(roots.tac.clone());
    let mut gate = Terminal::new(1);
    let mut kiosk = Terminal::new(2);
    let mut number = 0;
    let mut card = || {
        number += 1;
        Card::new(&keys, ISSUER, number, Fen::from_yuan(50))
    };
    let three = Fen::new(300);
    let mut records = Vec::new();
    let exit = |card: &mut Card, gate: &mut Terminal, minute| {
        card.debit(gate, RecordKind::Exit, three, at(8, minute))
    };
    let lost = |card: &mut Card, gate: &mut Terminal, minute, done| {
        card.lost(gate, RecordKind::Exit, three, at(8, minute), done)
    };
    // A lock with a TAC.
    let mut lin = card();
    records.push(UploadRecord { tac: [1, 2, 3, 4], ..lin.lock(&mut gate, at(7, 0)) });
    // Numbers used twice: another's of the terminal, the card's, and a transaction that was changed.
    let mut lin = card();
    let first = exit(&mut lin, &mut gate, 0);
    records.push(first);
    gate.seq -= 1;
    records.push(exit(&mut card(), &mut gate, 1));
    lin.offline -= 1;
    records.push(exit(&mut lin, &mut gate, 2));
    let changed = UploadRecord { amount: Fen::new(100), balance_after: Fen::new(4900), ..first };
    records.push(UploadRecord { line: 1, station: 2, operator: 3, industry: 4, ..changed });
    // Grey: found in the log; by a load between; taken; unmoved; by the load after it; contradicted; mute; last.
    let mut lin = card();
    let found = lost(&mut lin, &mut gate, 3, true);
    records.push(UploadRecord { flags: UploadRecord::GREY | UploadRecord::RECOVERED, ..found });
    let mut lin = card();
    records.push(lost(&mut lin, &mut gate, 4, true));
    records.push(lin.load(&mut kiosk, Fen::from_yuan(20), at(8, 5)));
    records.push(exit(&mut lin, &mut gate, 6));
    let mut lin = card();
    records.push(lost(&mut lin, &mut gate, 7, false));
    records.push(lost(&mut lin, &mut gate, 8, false));
    records.push(exit(&mut lin, &mut gate, 9));
    for done in [true, false] {
        let mut lin = card();
        records.push(lost(&mut lin, &mut gate, 10, done));
        records.push(lin.load(&mut kiosk, Fen::from_yuan(20), at(8, 11)));
    }
    let mut lin = card();
    let torn = lost(&mut lin, &mut gate, 12, true);
    records.push(UploadRecord { amount: Fen::new(200), balance_after: Fen::new(4800), ..torn });
    records.push(exit(&mut lin, &mut gate, 13));
    let mut lin = card();
    records.push(lost(&mut lin, &mut gate, 14, true));
    lin.offline += 1;
    records.push(exit(&mut lin, &mut gate, 15));
    records.push(lost(&mut lin, &mut gate, 16, true));
    // A time before the one before.
    let mut lin = card();
    records.push(exit(&mut lin, &mut gate, 18));
    records.push(exit(&mut lin, &mut gate, 17));
    // Two lines on one card that is none, and a time that is none.
    records.push(UploadRecord { pan: tunion_data::Pan::default(), ..exit(&mut lin, &mut gate, 19) });
    records.push(UploadRecord { at: BcdDateTime::default(), ..exit(&mut lin, &mut gate, 20) });
    records.push(UploadRecord { flags: UploadRecord::MAC2_FAILED, ..exit(&mut card(), &mut gate, 21) });
    let file = written(&records, Form::Csv);
    let batch = batch(&[("uploads.csv", &file)]);
    let cleared = clear(batch.records(), &issuers);
    assert_snapshot!(report(&batch, &cleared, &issuers, usize::MAX));
}

/// The rejected records come back as they were, and are rejected for the same reasons again.
#[test]
fn rejected_records_can_be_read_again() {
    let roots = lab();
    let issuers = IssuerKeys::of_all(&roots);
    let file = written(&example(), Form::Csv);
    let batch = batch(&[("uploads.csv", &file)]);
    let cleared = clear(batch.records(), &issuers);
    for form in [Form::Csv, Form::JsonLines] {
        let rejected = write_rejected(Vec::new(), form, &batch, &cleared).unwrap();
        let again = self::batch(&[("rejected", &rejected)]);
        let records: Vec<_> = cleared.rejected().map(|(place, _)| batch.records()[place.index()]).collect();
        assert_eq!((again.records(), again.bad_count()), (&records[..], 0));
        assert_snapshot!(String::from_utf8(rejected).unwrap().lines().take(3).collect::<Vec<_>>().join("\n"));
    }
}
