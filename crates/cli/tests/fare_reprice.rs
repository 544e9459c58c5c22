//! `tunion fare reprice` and `tunion fare synth` as a user meets them.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use insta::assert_snapshot;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A folder of its own for one test, gone when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("reprice-{name}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Exit code, what was printed, what was said of errors.
    fn fare(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tunion"));
        let Output { status, stdout, stderr } =
            command.arg("fare").args(arguments).current_dir(&self.0).output().unwrap();
        (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.0.join(name), text).unwrap();
    }

    /// What is said of a file that cannot be priced at all.
    fn refused(&self, name: &str) -> String {
        let (code, printed, said) = self.fare(&["reprice", name, "--city", "beijing"]);
        assert_eq!((code, printed.as_str()), (Some(2), ""), "{said}");
        said
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Without what changes with every edit of a tariff: its hash, and on which line a rule stands.
fn settled(report: &str) -> String {
    let mut parts = report.split(".toml:");
    let first = parts.next().unwrap_or_default().to_owned();
    let text = parts.fold(first, |text, part| {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit());
        format!("{text}.toml:LINE{rest}")
    });
    let hash = |line: &str| line.split_once("tariffs  sha256 ").map(|_| "tariffs  sha256 HASH".to_owned());
    text.lines().map(|line| hash(line).unwrap_or_else(|| line.to_owned()) + "\n").collect()
}

const HEADER: &str = "time,card,tap,station,line,direction,stop,product,charged_fen,id\n";

/// Each kind of finding once.
const TAPS: &str = "\
2026-11-23T08:00:00,7,entry,五道口,,,,student,,a1
2026-11-23T08:40:00,7,exit,复兴门,,,,student,500,a2
2026-11-23T08:40:00,7,exit,复兴门,,,,student,400,a2
2026-11-23T09:00:00,8,on,,331,0,#3,ordinary,,b1
2026-11-23T09:30:00,8,off,,331,0,#9,ordinary,100,b2
2026-11-23T10:00:00,8,on,,331,0,#3,ordinary,100,b3
2026-11-23T11:00:00,8,on,,331,0,#3,ordinary,,b4
2026-11-23T12:00:00,9,exit,五道口,,,,ordinary,300,c1
2026-11-23T12:10:00,9,exit,五道囗,,,,ordinary,300,c2
2026-11-24T06:00:00,9,entry,五道口,,,,ordinary,,c3
2026-11-24T07:00:00,9,entry,知春路,,,,ordinary,,c4
2026-11-25T07:00:00,9,cover,,,,,ordinary,,c5
2026-11-23T13:00:00,7,entry,五道口,,,,student,,a3
";

#[test]
fn a_file_with_every_finding() {
    let scratch = Scratch::new("every");
    scratch.write("taps.csv", &format!("{HEADER}{TAPS}"));
    let arguments = [
        "reprice",
        "taps.csv",
        "--city",
        "beijing",
        "--json",
        "all.json",
        "--differences",
        "differences.csv",
    ];
    let (code, printed, said) = scratch.fare(&arguments);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.starts_with("13 taps in "), "{said}");
    assert_snapshot!("every", settled(&printed));
    assert_snapshot!("differences", settled(&scratch.read("differences.csv")));
    let json: serde_json::Value = serde_json::from_str(&scratch.read("all.json")).unwrap();
    let findings = json["findings"].as_array().unwrap();
    assert_eq!(findings.iter().filter(|finding| finding["finding"] == "difference").count(), 3);
    assert_eq!(json["report"]["counts"]["rows"], 13);
    assert_eq!(json["head"]["tariffs_sha256"].as_str().unwrap().len(), 64);
    // The same input, the same bytes; the files of the first run are written over.
    let first = (scratch.read("all.json"), scratch.read("differences.csv"));
    assert_eq!(scratch.fare(&arguments).1, printed);
    assert_eq!((scratch.read("all.json"), scratch.read("differences.csv")), first);
}

#[test]
fn a_made_up_month_is_clean_and_planted_faults_are_not() {
    let scratch = Scratch::new("month");
    let month = ["synth", "--cards", "40", "--month", "2026-11", "--seed", "3"];
    let (code, printed, said) = scratch.fare(&month);
    assert_eq!(code, Some(0), "{said}");
    let made = scratch.fare(&[&month[..], &["-o", "taps.csv"]].concat());
    assert_eq!((made.0, made.1.as_str()), (Some(0), ""));
    assert_eq!(scratch.read("taps.csv"), printed);
    let (code, report, said) = scratch.fare(&["reprice", "taps.csv", "--city", "beijing"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(report.ends_with("\nall as it should be\n"), "{report}");

    let faulty = ["--wrong", "3", "--planted", "planted.jsonl", "-o", "taps.csv"];
    assert_eq!(scratch.fare(&[&month[..], &faulty].concat()).0, Some(0));
    assert_eq!(scratch.read("planted.jsonl").lines().count(), 3);
    let (code, report, _) = scratch.fare(&["reprice", "taps.csv", "--city", "beijing"]);
    assert_eq!(code, Some(1));
    assert!(report.contains("\npriced differently\n"), "{report}");
}

#[test]
fn bad_files() {
    let scratch = Scratch::new("bad");
    scratch.write("header.csv", "time,card,tap,statoin\n2026-11-23T08:00:00,7,entry,五道口\n");
    assert_snapshot!("wrong_header", scratch.refused("header.csv"));
    scratch.write("rows.csv", "2026-11-23T08:00:00,7,entry,五道口\n");
    assert_snapshot!("no_header", scratch.refused("rows.csv"));
    scratch.write("empty.csv", "");
    assert_snapshot!("empty", scratch.refused("empty.csv"));
    assert_snapshot!("no_such_file", scratch.refused("nowhere.csv"));
    fs::create_dir(scratch.0.join("folder")).unwrap();
    assert_snapshot!("a_directory", scratch.refused("folder"));
    scratch.write("taps.csv", HEADER);
    let (code, _, said) = scratch.fare(&["reprice", "taps.csv", "--city", "beijin"]);
    assert_eq!(code, Some(2));
    assert_snapshot!("no_such_city", said);
}

#[test]
fn bad_rows_are_told_and_the_rest_goes_on() {
    let scratch = Scratch::new("rows");
    let rows = [
        "2026-11-23T08:00:00,7,entry,五道囗,,,,student,,",
        "2026-02-30T08:00:00,7,entry,五道口,,,,student,,",
        "2026-11-23T08:00:00,7,entry,五道口,,,,student,,",
        "2026-11-23T08:40:00,7,exit,复兴门,,,,student,400,",
    ];
    scratch.write("taps.csv", &format!("{HEADER}{}\n", rows.join("\n")));
    let (code, printed, _) = scratch.fare(&["reprice", "taps.csv", "--city", "beijing"]);
    assert_eq!(code, Some(1));
    assert_snapshot!("bad_rows", settled(&printed));
}

/// Another file is not written over.
#[test]
fn other_files_are_left_alone() {
    let scratch = Scratch::new("other");
    scratch.write("taps.csv", HEADER);
    scratch.write("notes.txt", "mine\n");
    for option in ["--json", "--differences"] {
        let (code, _, said) =
            scratch.fare(&["reprice", "taps.csv", "--city", "beijing", option, "notes.txt"]);
        assert_eq!(code, Some(2));
        assert!(said.contains("notes.txt is there already"), "{said}");
    }
    let (code, _, _) = scratch.fare(&["synth", "--cards", "1", "--month", "2026-11", "-o", "notes.txt"]);
    assert_eq!(code, Some(2));
    assert_eq!(scratch.read("notes.txt"), "mine\n");
    // A month that is none.
    assert_eq!(scratch.fare(&["synth", "--cards", "1", "--month", "2026-13"]).0, Some(2));
}

/// What docs/taps.md shows is what the program prints.
#[test]
fn the_page_shows_what_is_printed() {
    let page = fs::read_to_string(root().join("docs/taps.md")).unwrap();
    let scratch = Scratch::new("page");
    let block = |after: &str| {
        let block = page.split_once(after).unwrap().1.split_once("```").unwrap().1;
        block.split_once('\n').unwrap().1.split_once("```").unwrap().0.to_owned()
    };
    scratch.write("taps.csv", &block("<!-- taps.csv -->"));
    let (code, printed, said) = scratch.fare(&["reprice", "taps.csv", "--city", "beijing"]);
    assert_eq!(code, Some(1), "{said}");
    // To the line and to the hash: a page that names a rule has to name the one there is.
    assert_eq!(printed.trim_end(), block("<!-- report -->").trim_end());
}
