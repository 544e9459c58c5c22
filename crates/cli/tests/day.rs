//! `tunion day` as a user meets it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// A folder of its own for one test, gone when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("day-{name}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// Exit code, what was printed, what was said of errors.
    fn run(&self, command: &str) -> (Option<i32>, String, String) {
        let mut program = Command::new(env!("CARGO_BIN_EXE_tunion"));
        let arguments = command.strip_prefix("tunion ").unwrap().split(' ');
        let Output { status, stdout, stderr } =
            program.args(arguments).current_dir(&self.0).output().unwrap();
        (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What docs/day.md shows is what the program prints.
#[test]
fn the_page_shows_what_is_printed() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/day.md");
    let page = fs::read_to_string(page).unwrap();
    let block = |after: &str| {
        let block = page.split_once(after).unwrap().1.split_once("```text\n").unwrap().1;
        block.split_once("```").unwrap().0.to_owned()
    };
    let command = |before: &str| {
        let (head, _) = page.split_once(before).unwrap();
        head.rsplit_once("```sh\n").unwrap().1.split_once('\n').unwrap().0.to_owned()
    };
    let scratch = Scratch::new("page");
    let (code, printed, said) = scratch.run(&command("<!-- screen -->"));
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(printed, block("<!-- screen -->"));
    assert!(said.ends_with(" taps a second\n"), "{said}");
    let (code, printed, said) = scratch.run(&command("<!-- cleared -->"));
    assert_eq!(code, Some(1), "{said}");
    let last = printed.lines().next_back().unwrap();
    assert_eq!(format!("{last}\n"), block("<!-- cleared -->"));
}

/// Either form holds the same records, and clearing takes it; without faults nothing but grey is rejected.
#[test]
fn clearing_takes_what_a_day_uploads() {
    let scratch = Scratch::new("uploads");
    let day = "tunion day --cards 40 --taps 8 --troubled 0 --uploads";
    for file in ["day.csv", "day.jsonl"] {
        let (code, printed, said) = scratch.run(&format!("{day} {file}"));
        assert_eq!((code, printed.contains("planted")), (Some(0), false), "{said}");
    }
    let cleared = |file: &str| scratch.run(&format!("tunion clear {file}"));
    let [(code, csv, _), (also, jsonl, _)] = [cleared("day.csv"), cleared("day.jsonl")];
    assert_eq!((code, also), (Some(0), Some(0)), "{csv}");
    assert_eq!(csv, jsonl.replace("day.jsonl", "day.csv"));
    // Another run writes over what the first one wrote.
    let before = fs::read(scratch.0.join("day.csv")).unwrap();
    assert_eq!(scratch.run(&format!("{day} day.csv")).0, Some(0));
    assert_eq!(fs::read(scratch.0.join("day.csv")).unwrap(), before);
}

#[test]
fn what_cannot_be_done_is_said() {
    let scratch = Scratch::new("bad");
    let refused = |command: &str, why: &str| {
        let (code, printed, said) = scratch.run(command);
        assert_eq!((code, printed.as_str()), (Some(2), ""), "{said}");
        assert!(said.contains(why), "{said}");
    };
    refused("tunion day --cards 0", "0 is not in 1..=1000000");
    refused("tunion day --seed x", "write a whole number such as 1");
    refused("tunion day --plant 1", "--uploads <FILE>");
    refused("tunion day --cards 1 --uploads day.txt", "--uploads day.txt: name it *.csv or *.jsonl");
    fs::write(scratch.0.join("mine.csv"), "mine\n").unwrap();
    refused("tunion day --cards 1 --uploads mine.csv", "mine.csv is there already and is no upload file");
    refused("tunion day --cards 1 --keys nowhere.toml", "nowhere.toml");
    assert_eq!(fs::read_to_string(scratch.0.join("mine.csv")).unwrap(), "mine\n");
}
