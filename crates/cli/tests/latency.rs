//! `tunion latency`: what docs/latency.md shows is what it prints and draws; no thread changes a figure.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs")
}

/// A command line, quotes as a shell has them: its exit code, what it printed and what it said.
fn run(line: &str) -> (Option<i32>, String, String) {
    let mut words = Vec::new();
    for (number, part) in line.split('"').enumerate() {
        if number % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    let output = Command::new(env!("CARGO_BIN_EXE_tunion")).args(&words[1..]).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// With `UPDATE_PAGES` set the page is written anew.
#[test]
fn the_page_shows_what_is_printed() {
    let path = docs().join("latency.md");
    let page = fs::read_to_string(&path).unwrap();
    let mut anew = String::new();
    let mut rest = page.as_str();
    let mut shown = 0;
    while let Some((before, after)) = rest.split_once("<!-- $ ") {
        let (command, after) = after.split_once(" -->\n```text\n").unwrap();
        let (_, after) = after.split_once("```").unwrap();
        let (code, printed, said) = run(command);
        assert_eq!(code, Some(0), "{command}: {said}");
        write!(anew, "{before}<!-- $ {command} -->\n```text\n{printed}```").unwrap();
        rest = after;
        shown += 1;
    }
    anew += rest;
    assert!(shown >= 5, "{shown}");
    if std::env::var_os("UPDATE_PAGES").is_some() {
        fs::write(&path, &anew).unwrap();
    } else {
        assert_eq!(anew, page);
    }
}

#[test]
fn the_pictures_are_what_is_drawn() {
    let folder = std::env::temp_dir().join(format!("tunion-latency-{}", std::process::id()));
    let (code, _, said) =
        run(&format!("tunion latency --flow \"rail exit, student\" --svg \"{}\"", folder.display()));
    assert_eq!(code, Some(0), "{said}");
    let mut drawn = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let shown = docs().join("latency").join(path.file_name().unwrap());
        if std::env::var_os("UPDATE_PAGES").is_some() {
            fs::copy(&path, &shown).unwrap();
        }
        let [picture, shown] = [&path, &shown].map(|path| fs::read_to_string(path).unwrap());
        assert!(picture.starts_with("<svg") && picture.ends_with("</svg>\n"), "{path:?}");
        assert_eq!(picture, shown, "{path:?}");
        drawn += 1;
    }
    assert_eq!(drawn, 3);
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn threads_change_no_figure() {
    let file = std::env::temp_dir().join(format!("tunion-latency-{}.csv", std::process::id()));
    // The table, and the same in microseconds.
    let told = |arguments: &str| {
        let flow = "tunion latency --flow \"rail exit\" --taps 300 --parallel-sam";
        let (code, table, said) = run(&format!("{flow} {arguments} --csv \"{}\"", file.display()));
        assert_eq!(code, Some(0), "{said}");
        (table, fs::read_to_string(&file).unwrap())
    };
    let one = told("--threads 1");
    for threads in [2, 3, 7] {
        assert_eq!(told(&format!("--threads {threads}")), one, "{threads}");
    }
    let other = told("--threads 1 --seed 2");
    assert!(other.0 != one.0 && other.1 != one.1);
    // Each row has its changed one behind it, and of these some are faster.
    let mut rows = one.1.lines().map(|row| row.rsplit(',').collect::<Vec<_>>());
    let header = rows.next().unwrap();
    // Counted from the end: a flow's name may have a comma in it.
    let column = |name: &str| header.iter().position(|known| *known == name).unwrap();
    let (change, p50) = (column("change"), column("p50_us"));
    let rows: Vec<Vec<&str>> = rows.collect();
    assert!(rows.len() >= 16, "{}", rows.len());
    for pair in rows.chunks(2) {
        assert_eq!([pair[0][change], pair[1][change]], ["", "MAC1 beside 1E"]);
        let [before, then] = [&pair[0], &pair[1]].map(|row| row[p50].parse::<u64>().unwrap());
        assert!(before > then + 1_000, "{before} {then}");
    }
    fs::remove_file(file).unwrap();
}

#[test]
fn what_cannot_be_done_is_said() {
    for (arguments, why) in [
        ("--flow tram", "no flow has `tram` in its name; there are:\n  rail entry"),
        ("--card abacus", "there are: native-transit-chip, "),
        ("--card sam-9600", "the costs `sam-9600` are not those of a card"),
        ("--sam terminal", "the costs `terminal` are not those of a SAM"),
        ("--terminal sam-9600", "are not those of a terminal"),
        ("--card nowhere.toml", "nowhere.toml"),
        ("--profile beijing-tram", "no terminal `beijing-tram` is built in"),
        ("--bitrate 100", "write 106, 212, 424 or 848"),
        ("--fsd 100", "write a frame size: 16, 24"),
        ("--taps 0", "0 is not in 1.."),
        ("--threads 0", "write a whole number such as 2"),
        ("--flow shop --profile beijing-bus", "none of the profiles serves a flow"),
        ("--by-command --csv x.csv", "cannot be used with"),
        ("--flow shop --taps 1 --csv nowhere/at/all.csv", "cannot write nowhere/at/all.csv"),
    ] {
        let (code, printed, said) = run(&format!("tunion latency {arguments}"));
        assert_eq!(code, Some(2), "{arguments}: {said}");
        assert!(said.contains(why), "{arguments}: {said}");
        assert!(printed.is_empty() || arguments.contains("nowhere/at"), "{arguments}");
    }
}
