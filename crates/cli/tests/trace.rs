//! `tunion trace` as a user meets it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Exit code, what was printed, what was said of errors.
fn tunion(arguments: &[String]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tunion"));
    let Output { status, stdout, stderr } = command.args(arguments).current_dir(root()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// A folder of its own for one test, gone when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("trace-{name}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }

    /// Runs a line in which files without a folder lie here, and tells of them without the folder.
    fn run(&self, line: &str) -> (Option<i32>, String, String) {
        let is_ours =
            |word: &&str| !word.contains('/') && [".trace", ".pcap"].iter().any(|end| word.ends_with(end));
        let place = |word: &str| Some(word).filter(is_ours).map_or(word.to_owned(), |word| self.path(word));
        let (code, printed, said) = tunion(&line.split_whitespace().map(place).collect::<Vec<_>>());
        let here = format!("{}/", self.0.display());
        (code, printed.replace(&here, ""), said.replace(&here, ""))
    }

    /// What is printed, where nothing is said of errors and the exit code is the one that is due.
    fn printed(&self, line: &str, due: i32) -> String {
        let (code, printed, said) = self.run(line);
        assert_eq!((code, said.as_str()), (Some(due), ""), "{line}: {printed}");
        printed
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const TAP: &str =
    "tap --card fixtures/cards/student.toml --balance 20.00 --terminal fixtures/terminals/beijing-rail.toml";
const TORN: &str = "run fixtures/scenarios/torn-exit.toml -q --trace torn.trace";

/// What docs/traces.md shows is what the program prints, one line after the other in one folder: a line `[...]` stands
/// for lines that are left out.
#[test]
fn the_page_shows_what_is_printed() {
    let page = fs::read_to_string(root().join("docs/traces.md")).unwrap();
    let scratch = Scratch::new("page");
    let mut shown = 0;
    for part in page.split("<!-- $ tunion ").skip(1) {
        let (line, rest) = part.split_once(" -->\n").unwrap();
        let (code, printed, said) = scratch.run(line);
        assert!(code == Some(0) || code == Some(1), "{line}: {said}");
        let Some(block) = rest.strip_prefix("```text\n").and_then(|rest| rest.split_once("```")) else {
            continue;
        };
        let mut rest = printed.as_str();
        let parts: Vec<&str> = block.0.split("[...]\n").collect();
        for (number, part) in parts.iter().enumerate() {
            let at = rest
                .find(part)
                .unwrap_or_else(|| panic!("docs/traces.md, {line}\nhas\n{part}\nof\n{printed}"));
            assert!(number > 0 || at == 0, "docs/traces.md, {line}: something stands before the first line");
            rest = &rest[at + part.len()..];
        }
        let left_out = parts.last().is_some_and(|last| last.is_empty());
        assert!(
            left_out || rest.is_empty(),
            "docs/traces.md, {line}: something stands behind the last line:\n{rest}"
        );
        shown += 1;
    }
    assert!(shown >= 5);
}

/// The tables of the page have the keys that a trace has, of every kind of line.
#[test]
fn the_page_lists_every_key() {
    let page = fs::read_to_string(root().join("docs/traces.md")).unwrap();
    let scratch = Scratch::new("keys");
    scratch.printed(TORN, 0);
    let text = fs::read_to_string(scratch.path("torn.trace")).unwrap();
    for kind in ["format", "up", "tap", "reset", "link"] {
        let section = page.split(&format!("### `{kind}`")).nth(1).unwrap().split("\n##").next().unwrap();
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next());
        let listed: BTreeSet<String> =
            rows.flat_map(|row| row.split(", ")).map(|key| key.trim_matches('`').to_owned()).collect();
        let mut found = BTreeSet::new();
        for line in text.lines() {
            let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).unwrap();
            if object.contains_key(kind) {
                found.extend(object.keys().cloned());
            }
        }
        assert_eq!(listed, found, "{kind}");
    }
}

#[test]
fn a_run_is_played_again_and_a_masked_one_is_not() {
    let scratch = Scratch::new("replay");
    scratch.printed(&format!("{TORN} --unmasked"), 0);
    let all = "192 commands, everything as recorded\n";
    let line = "trace replay torn.trace";
    assert_eq!(scratch.printed(line, 0), format!("as card: {all}as terminal: {all}"));
    assert_eq!(scratch.printed(&format!("{line} --as card"), 0), format!("as card: {all}"));
    let named = "--as terminal --scenario fixtures/scenarios/torn-exit.toml";
    assert_eq!(scratch.printed(&format!("{line} {named}"), 0), format!("as terminal: {all}"));
    // One digit of one command.
    let text = fs::read_to_string(scratch.path("torn.trace")).unwrap();
    fs::write(scratch.path("changed.trace"), text.replacen("805401000F00000002", "805401000F00000003", 1))
        .unwrap();
    let told = scratch.printed("trace replay changed.trace", 1);
    assert!(told.starts_with("as card: 25 commands, not as recorded, here first\nline 54\n"), "{told}");
    assert!(
        told.contains("byte 9 of 21 of the command, terminal_seq\n  recorded  3\n  live      2\n"),
        "{told}"
    );
    let told = scratch.printed("trace diff torn.trace changed.trace", 1);
    assert!(told.contains("terminal_seq\n  a  2\n  b  3\n"), "{told}");
    assert_eq!(scratch.printed("trace diff torn.trace torn.trace", 0), "the same: 406 lines\n");
    // A masked trace of the same run is the same.
    scratch.printed("run fixtures/scenarios/torn-exit.toml -q --trace masked.trace", 0);
    assert_eq!(scratch.printed("trace diff torn.trace masked.trace", 0), "the same: 406 lines\n");
    // Masked: nothing is played. The file is a trace, so it is written over.
    scratch.printed(TORN, 0);
    let (code, _, said) = scratch.run(line);
    assert_eq!(code, Some(2));
    assert!(said.contains("the trace is masked") && said.contains("--unmasked"), "{said}");
    assert!(!fs::read_to_string(scratch.path("torn.trace")).unwrap().contains("170010000000091"));
}

/// A tap is played again by the arguments in its header, the taps before it included.
#[test]
fn a_tap_is_played_again() {
    let scratch = Scratch::new("tap");
    let keys = "--card-keys fixtures/keys/other-lot.toml";
    for (what, code) in [
        ("--exit 五道口 --entered 西二旗 --pull debit-for-purchase --again", 0),
        ("--exit 五道口 --entered 西二旗 --brief --seed 7", 0),
        (&*format!("--enter 西二旗 {keys}"), 1),
    ] {
        let (ended, _, said) = scratch.run(&format!("{TAP} {what} --trace tap.trace --unmasked"));
        assert_eq!((ended, said.as_str()), (Some(code), ""), "{what}");
        let told = scratch.printed("trace replay tap.trace", 0);
        assert_eq!(told.matches("everything as recorded").count(), 2, "{what}: {told}");
    }
    let header = fs::read_to_string(scratch.path("tap.trace")).unwrap();
    let header = header.lines().next().unwrap();
    assert!(header.contains("other-lot.toml") && !header.contains("--trace"), "{header}");
}

#[test]
fn card_numbers_are_shown_when_asked_for() {
    let scratch = Scratch::new("unmasked");
    scratch.printed(&format!("{TORN} --unmasked"), 0);
    let (hidden, pan) = ("310517*********0091", "3105170010000000091");
    let told = scratch.printed("trace show torn.trace", 0);
    assert!(told.contains(hidden) && !told.contains(pan) && !told.contains('\u{1b}'), "{told}");
    assert!(scratch.printed("trace show torn.trace --unmasked", 0).contains(pan));
    let one = scratch.printed("trace show torn.trace --tap 2", 0);
    assert_eq!(one.matches("==== ").count(), 1);
    let capture = |switch: &str| {
        scratch.printed(&format!("trace pcap torn.trace -o torn.pcap{switch}"), 0);
        fs::read(scratch.path("torn.pcap")).unwrap()
    };
    let number = [0x51, 0x70, 0x01, 0x00, 0x00, 0x00, 0x00, 0x91];
    let has = |capture: &[u8]| capture.windows(8).any(|window| window == number);
    assert!(!has(&capture("")) && has(&capture(" --unmasked")));
}

#[test]
fn bad_input_is_told() {
    let scratch = Scratch::new("bad");
    scratch.printed(&format!("{TORN} --unmasked"), 0);
    scratch.printed("trace import fixtures/logs/gp.log -o gp.trace --unmasked", 0);
    fs::write(scratch.path("other.trace"), "hello\n").unwrap();
    fs::write(scratch.path("bad.trace"), fs::read_to_string(scratch.path("torn.trace")).unwrap() + "{}\n")
        .unwrap();
    let student = "--card fixtures/cards/student.toml";
    for (line, expected) in [
        ("run fixtures/scenarios --trace many.trace", "--trace: a trace is of one scenario, and here are"),
        ("run fixtures/scenarios/refund.toml --unmasked", "--trace <FILE>"),
        (
            "run fixtures/scenarios/refund.toml --trace other.trace",
            "other.trace is there already and is no trace",
        ),
        ("trace show nowhere.trace", "there is no such file"),
        ("trace show other.trace", "expected value"),
        ("trace show bad.trace", "bad.trace:408:1"),
        ("trace show torn.trace --tap 99", "--tap: there is no tap 99 in torn.trace: it has 18"),
        (
            "trace replay torn.trace --scenario fixtures/scenarios/refund.toml",
            "made with another seed: 9, and here it is",
        ),
        (
            "trace replay gp.trace",
            "a trace made by `import` does not say what it is to be played with: give --card FILE",
        ),
        ("trace replay torn.trace --as card --card fixtures/cards/student.toml", "cannot be used with"),
        ("trace replay torn.trace --seed 3", "--card <FILE>"),
        (
            &format!("trace replay gp.trace {student} --keys fixtures/cards/student.toml"),
            "a key set is wanted",
        ),
        (&format!("trace shrink gp.trace {student} -o small.trace"), "--until-sw <SW>|--until-difference"),
        (&format!("trace shrink gp.trace {student} -o small.trace --until-sw 93"), "`93` is no status word"),
        (
            &format!("trace shrink gp.trace {student} -o small.trace --until-sw 9302"),
            "the card answers 9302 MAC not valid to no command",
        ),
        ("trace pcap torn.trace -o other.trace", "other.trace is there already and is no capture"),
        ("trace import fixtures/logs/gp.log -o other.trace", "other.trace is there already and is no trace"),
        ("trace import fixtures/logs/gp.log --style plain -o new.trace", "this is no line of a plain log"),
        ("trace import README.md -o new.trace", "no command is found in this log"),
        ("trace diff torn.trace other.trace", "expected value"),
        ("trace diff nowhere.trace nothing.trace", "nothing.trace"),
    ] {
        let (code, _, said) = scratch.run(line);
        assert_eq!(code, Some(2), "{line}: {said}");
        assert!(said.contains(expected), "{line}: {said}");
    }
    assert_eq!(fs::read_to_string(scratch.path("other.trace")).unwrap(), "hello\n");
}

/// A reader that closes its pipe, such as `head`, is no error.
#[test]
fn a_closed_pipe_is_no_error() {
    let scratch = Scratch::new("pipe");
    scratch.printed(TORN, 0);
    let mut command = Command::new(env!("CARGO_BIN_EXE_tunion"));
    command.args(["trace", "show", &scratch.path("torn.trace")]).current_dir(root());
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
