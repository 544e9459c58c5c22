//! `tunion clear` as a user meets it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use insta::assert_snapshot;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tunion_clearing::sample::{Keys, rides};
use tunion_data::upload::UploadRecord;
use tunion_files::keys;
use tunion_files::uploads::{Form, Writer};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A folder of its own for one test, gone when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("clear-{name}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Exit code, what was printed, what was said of errors.
    fn clear(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tunion"));
        let Output { status, stdout, stderr } =
            command.arg("clear").args(arguments).current_dir(&self.0).output().unwrap();
        (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).unwrap();
    }

    /// Writes records in the form that the name tells.
    fn records(&self, name: &str, records: &[UploadRecord]) {
        let form = Form::of(Path::new(name)).unwrap();
        let mut writer = Writer::begin(Vec::new(), form).unwrap();
        for record in records {
            writer.write(record).unwrap();
        }
        fs::write(self.0.join(name), writer.end().unwrap()).unwrap();
    }

    /// What is said when nothing is cleared.
    fn refused(&self, arguments: &[&str]) -> String {
        let (code, printed, said) = self.clear(arguments);
        assert_eq!((code, printed.as_str()), (Some(2), ""), "{said}");
        said
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Clean records under the laboratory's keys.
fn clean() -> Vec<UploadRecord> {
    rides(&Keys::new(keys::lab().unwrap().roots.tac), 20, 2)
}

#[test]
fn clean_files_in_either_form() {
    let scratch = Scratch::new("clean");
    let records = clean();
    scratch.records("a.csv", &records[..30]);
    scratch.records("b.jsonl", &records[30..]);
    let (code, printed, said) = scratch.clear(&["a.csv", "b.jsonl"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(said.starts_with("80 records in "), "{said}");
    assert_snapshot!(printed);
    // The same keys from a file.
    let keys = root().join("fixtures/keys/lab.toml");
    assert_eq!(scratch.clear(&["a.csv", "b.jsonl", "--keys", keys.to_str().unwrap()]).0, Some(0));
    // The keys of another issuer, and of none.
    let other = scratch.clear(&["a.csv", "--issuer", "02002900FFFFFFFF"]);
    assert_eq!(other.0, Some(0));
    assert!(other.1.contains("forwarded       30"), "{}", other.1);
}

#[test]
fn faults_across_files_are_told_with_file_and_line() {
    let scratch = Scratch::new("faults");
    let mut records = clean();
    records[5].tac[0] ^= 1;
    scratch.records("a.csv", &records);
    scratch.records("b.jsonl", &[records[7], records[8]]);
    let arguments = ["a.csv", "b.jsonl", "--rejected", "rejected.csv"];
    let (code, printed, said) = scratch.clear(&arguments);
    assert_eq!(code, Some(1), "{said}");
    assert_snapshot!(printed);
    // What was rejected can be cleared by itself: no longer duplicates, and one TAC wrong as ever.
    let rejected = scratch.read("rejected.csv");
    assert_eq!(rejected.lines().count(), 4);
    let (code, again, _) = scratch.clear(&["rejected.csv"]);
    assert_eq!(code, Some(1));
    assert!(again.ends_with("\nnot as it should be: TAC wrong 1\n"), "{again}");
    // The same input, the same bytes; the file of an earlier run is written over.
    assert_eq!(scratch.clear(&arguments).1, printed);
    assert_eq!(scratch.read("rejected.csv"), rejected);
    let (code, document, _) = scratch.clear(&["a.csv", "b.jsonl", "--json", "--rejected", "rejected.jsonl"]);
    assert_eq!(code, Some(1));
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    let lines: Vec<_> =
        document["rejected"].as_array().unwrap().iter().map(|one| (&one["file"], &one["line"])).collect();
    let at = |file: &str, line: u32| (serde_json::json!(file), serde_json::json!(line));
    let expected = [at("a.csv", 7), at("b.jsonl", 1), at("b.jsonl", 2)];
    assert_eq!(lines, expected.iter().map(|(file, line)| (file, line)).collect::<Vec<_>>());
    assert_eq!(scratch.read("rejected.jsonl").lines().count(), 3);
}

#[test]
fn bad_rows_are_told_and_the_rest_is_cleared() {
    let scratch = Scratch::new("rows");
    scratch.records("a.csv", &clean()[..3]);
    let file = scratch.read("a.csv");
    let mut lines: Vec<&str> = file.lines().collect();
    let bad = lines[2].replace(",entry,", ",enter,");
    lines.insert(2, &bad);
    lines.push("1,2,3");
    scratch.write("a.csv", &lines.join("\n"));
    let (code, printed, said) = scratch.clear(&["a.csv"]);
    assert_eq!(code, Some(1), "{said}");
    assert_snapshot!(printed);
}

#[test]
fn long_lists_are_cut_unless_all_is_asked_for() {
    let scratch = Scratch::new("long");
    let mut records = clean();
    for record in &mut records {
        record.tac[3] ^= 1;
    }
    scratch.records("a.csv", &records);
    let listed = |arguments: &[&str]| {
        let (code, printed, _) = scratch.clear(arguments);
        assert_eq!(code, Some(1));
        printed.lines().filter(|line| line.contains("; expected ")).count()
    };
    assert_eq!((listed(&["a.csv"]), listed(&["a.csv", "--all"])), (20, 80));
}

#[test]
fn files_that_cannot_be_cleared() {
    let scratch = Scratch::new("bad");
    scratch.records("good.csv", &clean()[..2]);
    scratch.write("header.csv", "version,kind,amuont\n");
    scratch.write("empty.csv", "");
    // None of several files is cleared when one cannot be.
    assert_snapshot!(scratch.refused(&["good.csv", "header.csv", "nowhere.csv", "empty.csv"]));
    fs::create_dir(scratch.0.join("folder")).unwrap();
    assert_snapshot!(scratch.refused(&["folder"]));
    scratch.write("keys.toml", "version = 1\n");
    assert_snapshot!(scratch.refused(&["good.csv", "--keys", "keys.toml"]));
    let said = scratch.refused(&["good.csv", "--issuer", "0101"]);
    assert!(said.contains("an institution is 16 hexadecimal digits"), "{said}");
}

/// Another file is not written over, least of all one that is cleared.
#[test]
fn other_files_are_left_alone() {
    let scratch = Scratch::new("other");
    scratch.records("good.csv", &clean()[..2]);
    scratch.records("other.csv", &clean()[..2]);
    scratch.write("notes.csv", "mine\n");
    let before = scratch.read("other.csv");
    let said = |name: &str| scratch.refused(&["good.csv", "--rejected", name]);
    assert_snapshot!(["notes.csv", "other.csv", "./good.csv", "rejected.txt"].map(said).join(""));
    assert_eq!((scratch.read("notes.csv").as_str(), scratch.read("other.csv")), ("mine\n", before));
    // A file of rejected records is no exception when it is itself cleared.
    scratch.clear(&["good.csv", "good.csv", "--rejected", "rejected.csv"]);
    let rejected = scratch.read("rejected.csv");
    assert_eq!(rejected.lines().count(), 3);
    assert!(scratch.refused(&["rejected.csv", "--rejected", "rejected.csv"]).contains("one of the files"));
    assert_eq!(scratch.read("rejected.csv"), rejected);
}

/// What docs/clearing.md shows is what the program prints, and its columns are those there are.
#[test]
fn the_page_shows_what_is_printed() {
    let page = fs::read_to_string(root().join("docs/clearing.md")).unwrap();
    let scratch = Scratch::new("page");
    let block = |after: &str| {
        let block = page.split_once(after).unwrap().1.split_once("```").unwrap().1;
        block.split_once('\n').unwrap().1.split_once("```").unwrap().0.to_owned()
    };
    scratch.write("uploads.csv", &block("<!-- uploads.csv -->"));
    let (code, printed, said) = scratch.clear(&["uploads.csv", "--issuer", "01011000FFFFFFFF"]);
    assert_eq!(code, Some(1), "{said}");
    assert_eq!(printed, block("<!-- report -->"));

    let table = page.split_once("| column | form | column | form |").unwrap().1.split_once("\n\n").unwrap().0;
    let cells = table.lines().skip(2).flat_map(|row| row.split('|').skip(1).step_by(2).take(2));
    let columns: Vec<(String, bool)> =
        cells.map(|cell| (cell.split('`').nth(1).unwrap().to_owned(), cell.contains("**"))).collect();
    scratch.records("all.csv", &clean()[..1]);
    let header = scratch.read("all.csv").lines().next().unwrap().to_owned();
    assert_eq!(columns.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(","), header);
    // Those in bold are those that may not be left out.
    scratch.write("header.csv", "version\n");
    let said = scratch.refused(&["header.csv"]);
    for (name, bold) in columns.iter().skip(1) {
        assert_eq!(said.contains(&format!("`{name}`")), *bold, "{name}");
    }
}
