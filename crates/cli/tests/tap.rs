//! `tunion tap` as a user meets it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use insta::assert_snapshot;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Exit code, what was printed, what was said of errors.
fn tap(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tunion"));
    let Output { status, stdout, stderr } =
        command.arg("tap").args(arguments).current_dir(root()).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// What is printed for the words of a line, with the exit code that is due.
fn printed(line: &str, code: i32) -> String {
    let (ended, printed, said) = tap(&words(line));
    assert_eq!((ended, said.as_str()), (Some(code), ""), "{line}");
    printed
}

fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// A folder of its own for one test, gone when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("tap-{name}"));
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

const RAIL: &str = "--terminal fixtures/terminals/beijing-rail.toml";
const BUS: &str = "--terminal fixtures/terminals/beijing-bus.toml --line 331";
const STUDENT: &str = "--card fixtures/cards/student.toml --balance 20.00";

/// Taps of every kind, by a name for the snapshot, with the exit code.
fn taps() -> Vec<(&'static str, String, i32)> {
    let torn = "--exit 五道口 --entered 西二旗 --pull debit-for-purchase";
    let shanghai = "--terminal fixtures/terminals/shanghai-rail.toml --exit 12 --entered 5 --fare 4.00:3.20";
    vec![
        ("entry", format!("{STUDENT} {RAIL} --enter 西二旗 --line 13"), 0),
        ("exit", format!("{STUDENT} {RAIL} --exit 五道口 --entered 西二旗 --bring-up"), 0),
        ("bus_board", format!("{STUDENT} {BUS} --stop 五道口"), 0),
        ("bus_alight", format!("{STUDENT} {BUS} --stop 西苑 --entered 五道口"), 0),
        (
            "bus_cover",
            format!("{STUDENT} {BUS} --stop 西苑 --entered 五道口 --entered-at 2026-11-22T08:00 --at 2026-11-23T08:00"),
            0,
        ),
        (
            "load",
            "--card fixtures/cards/student.toml --terminal fixtures/terminals/beijing-top-up.toml --load 50.00"
                .to_owned(),
            0,
        ),
        (
            "enquiry",
            "--card fixtures/cards/open-rail-journey.toml --terminal fixtures/terminals/beijing-enquiry.toml \
             --enquire"
                .to_owned(),
            0,
        ),
        ("expired_student", format!("{STUDENT} {RAIL} --enter 西二旗 --at 2027-10-01T07:30"), 1),
        ("torn_exit_and_again", format!("{STUDENT} {RAIL} {torn} --again"), 0),
        ("torn_exit", format!("{STUDENT} {RAIL} {torn}:200 --brief"), 1),
        ("controller", format!("--card fixtures/cards/other-city.toml --balance 20.00 {shanghai} --brief"), 0),
        (
            "card_of_another_lot",
            format!("{STUDENT} {RAIL} --enter 西二旗 --card-keys fixtures/keys/other-lot.toml"),
            1,
        ),
    ]
}

#[test]
fn taps_are_laid_open() {
    for (name, line, code) in taps() {
        assert_snapshot!(name, printed(&line, code));
    }
}

#[test]
fn in_short() {
    let shown = ["bus_cover", "load", "torn_exit_and_again", "card_of_another_lot"];
    for (name, line, code) in taps().into_iter().filter(|(name, ..)| shown.contains(name)) {
        assert_snapshot!(format!("brief_{name}"), printed(&format!("{line} --brief"), code));
    }
}

/// The same arguments give the same bytes, in every form; another seed gives other ones.
#[test]
fn the_same_arguments_print_the_same() {
    let line =
        format!("{STUDENT} {RAIL} --exit 五道口 --entered 西二旗 --pull debit-for-purchase:200 --again");
    for form in ["", " --json", " --brief"] {
        let line = format!("{line}{form}");
        assert_eq!(printed(&line, 0), printed(&line, 0));
    }
    assert_ne!(printed(&line, 0), printed(&format!("{line} --seed 2"), 0));
}

/// What was saved goes on where it was, later.
#[test]
fn a_card_goes_on() {
    let scratch = Scratch::new("goes-on");
    let image = scratch.path("card.image");
    let entered = printed(&format!("{STUDENT} {RAIL} --enter 西二旗 --save {image}"), 0);
    assert!(entered.contains("==== 2026-11-23 08:10:00 in 西二旗 (no --at was given)"), "{entered}");
    let left = printed(&format!("--card {image} {RAIL} --exit 五道口 --save {image}"), 0);
    assert!(left.contains("==== 2026-11-23 08:40:00 out 五道口 (no --at was given)"), "{left}");
    assert!(left.ends_with("\nopen, 00 ok, 学生卡, charged 4.00, balance 16.00\n"), "{left}");
    let (code, shown, _) = {
        let output =
            Command::new(env!("CARGO_BIN_EXE_tunion")).args(["card", "show", &image]).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), output.stderr)
    };
    assert_eq!(code, Some(0));
    assert!(shown.contains("balance                  16.00"), "{shown}");
    // A card that is torn is kept too.
    let torn = scratch.path("torn.image");
    let line = format!("--card {image} {RAIL} --enter 五道口 --pull debit-for-purchase:100 --save {torn}");
    assert!(printed(&line, 1).contains("still kept by terminal 100000010001, slot 0"));
    assert!(printed(&format!("--card {torn} {RAIL} --enter 五道口"), 0).contains("balance 16.00"));
}

/// Terminal, arguments, and what is said.
type Wrong = (&'static str, &'static str, &'static str);

/// Names that stand for nothing, and arguments that this terminal has no use for.
const WRONG_PLACES: &[Wrong] = &[
    (
        "beijing-rail",
        "--enter 西二期",
        "error: --enter: there is no station `西二期`\n  help: the nearest is `西二旗`\n",
    ),
    (
        "beijing-rail",
        "--exit 五道口 --entered 西二期",
        "error: --entered: there is no station `西二期`\n  help: the nearest is `西二旗`\n",
    ),
    (
        "beijing-rail",
        "--enter 46",
        "error: --enter: the stations of this gate have names\n  help: 46 is the code of 五道口\n",
    ),
    (
        "beijing-rail",
        "--stop 五道口",
        "error: --stop: `beijing-rail` is a rail gate, and no terminal for this\n  help: ask it for --enter or --exit \
         with a station\n",
    ),
    (
        "beijing-rail",
        "--enter 西二旗 --line 昌平线",
        "error: --line: `昌平线` is no number of a rail line\n  help: write 0 to 255",
    ),
    (
        "beijing-rail",
        "--enter 西二旗 --vehicle A1",
        "error: --vehicle: a rail gate has no use for it\n  help: leave it out\n",
    ),
    (
        "beijing-rail",
        "--enter 西二旗 --entered 五道口",
        "error: --entered: nothing was entered before this\n",
    ),
    ("beijing-rail", "--exit 五道口 --fare 4.00", "error: --fare: no controller is asked for a fare here\n"),
    (
        "shanghai-rail",
        "--enter 西二旗",
        "error: --enter: the controller of this gate knows stations by their numbers only\n  help: write a number, \
         such as 12\n",
    ),
    (
        "shanghai-rail",
        "--exit 12",
        "error: --fare: missing: the controller of this gate has to name the fare\n  help: give it, such as 4.00, or \
         4.00:3.20 for list and charged\n",
    ),
    (
        "shanghai-rail",
        "--exit 12 --fare 4",
        "error: --fare: `4` is no amount\n  help: write yuan with two decimals, 4.00, or 4.00:3.20 for list and \
         charged\n",
    ),
    (
        "beijing-bus",
        "--stop 五道口",
        "error: --line: missing\n  help: give the line that the bus runs on, such as 331\n",
    ),
    (
        "beijing-bus",
        "--stop 五道口 --line 33",
        "error: --line: there is no bus line `33`\n  help: the nearest is `331`\n",
    ),
    (
        "beijing-bus",
        "--stop 五道囗 --line 331",
        "error: --stop: there is no stop of line 331: `五道囗`\n  help: the nearest is `五道口`\n",
    ),
    (
        "beijing-bus",
        "--stop #99 --line 331",
        "error: --stop: line 331 has no stop `#99`\n  help: its stops are #1 to #33\n",
    ),
    (
        "beijing-bus",
        "--stop 老山公交场站 --line 1 --direction 1",
        "error: --direction: line 1 has no direction 1\n  help: it has 0\n",
    ),
    (
        "beijing-bus",
        "--stop 五道口 --line 331 --vehicle 车",
        "error: --vehicle: `车` is no number of a vehicle\n  help: it is 1 to 8 letters and digits, such as A1001\n",
    ),
];

/// Times, amounts and pulls.
const WRONG_VALUES: &[Wrong] = &[
    (
        "beijing-rail",
        "--exit 西二旗 --entered-at 2026-11-23T08:00",
        "error: --entered-at: nothing says where that was\n  help: give --entered with the station, or leave it out\n",
    ),
    (
        "beijing-rail",
        "--exit 西二旗 --entered 五道口 --entered-at 2026-11-23T08:00 --at 2026-11-23T07:59",
        "error: --entered-at: 2026-11-23T08:00:00 is not before the tap, 2026-11-23T07:59:00\n  help: give an \
         earlier time\n",
    ),
    (
        "beijing-rail",
        "--enter 西二旗 --at 2026-02-30T08:00",
        "error: --at: `2026-02-30T08:00` is no time\n  help: 2026-02 has the days 01 to 28\n",
    ),
    (
        "beijing-rail",
        "--enter 西二旗 --at noon",
        "error: --at: `noon` is no time\n  help: write 2026-11-23T07:40, in UTC+8 or with an offset",
    ),
    (
        "beijing-rail",
        "--enter 西二旗 --pull debit",
        "error: --pull: there is no command `debit`\n  help: write one that a card answers, such as debit-for-purchase or \
         read-binary\n",
    ),
    (
        "beijing-rail",
        "--enter 西二旗 --pull debit-for-purchas",
        "help: the nearest are `debit-for-purchase`, `debit-for-unload`, `initialize-for-purchase`\n",
    ),
    (
        "beijing-rail",
        "--enter 西二旗 --pull DEBIT-FOR-PURCHASE:then",
        "error: --pull: `then` is no moment\n  help: write before, after, or the bytes that reach the card's memory, \
         as in debit-for-purchase:200\n",
    ),
    (
        "beijing-rail",
        "--enter 西二旗 --pull debit-for-purchase:99999",
        "error: --pull: no command writes 99999 bytes\n",
    ),
    (
        "beijing-rail",
        "--enter 西二旗 --balance 5000.01",
        "error: --balance: the card cannot hold 5000.01\n  help: its ceiling is 5000.00\n",
    ),
    ("beijing-rail", "--enter 西二旗 --balance 20", "`20` is no amount: write yuan"),
    ("beijing-rail", "--enter 西二旗 --again soon", "write a whole number such as 4"),
    (
        "beijing-top-up",
        "--load 0.00",
        "error: --load: a load of nothing\n  help: give an amount such as 50.00\n",
    ),
    ("beijing-top-up", "--load -5.00", "`-5.00` is no amount"),
];

/// What is missing, and what does not go together.
const WRONG_WAYS: &[Wrong] = &[
    ("beijing-rail", "", "the following required arguments were not provided"),
    ("beijing-rail", "--enter 西二旗 --exit 五道口", "cannot be used with"),
    ("beijing-rail", "--enter 西二旗 --json --brief", "cannot be used with"),
    (
        "beijing-rail",
        "--enter 西二旗 --keys fixtures/cards/student.toml",
        "this looks like a card profile; a key set is wanted",
    ),
    (
        "beijing-rail",
        "--enter 西二旗 --save README.md",
        "error: README.md is there already and is no card's image: give --save another name\n",
    ),
];

#[test]
fn bad_input_is_told() {
    let refused = |line: &str, expected: &str| {
        let (code, printed, said) = tap(&words(line));
        assert_eq!((code, printed.as_str()), (Some(2), ""), "{line}: {said}");
        assert!(said.contains(expected), "{line}: {said}");
    };
    for (terminal, arguments, expected) in [WRONG_PLACES, WRONG_VALUES, WRONG_WAYS].concat() {
        let card = "--card fixtures/cards/ordinary.toml";
        refused(&format!("{card} --terminal fixtures/terminals/{terminal}.toml {arguments}"), expected);
    }
    for (line, expected) in [
        (format!("{RAIL} --enter 西二旗"), "--card <FILE>"),
        ("--card fixtures/cards/ordinary.toml --enter 西二旗".to_owned(), "--terminal <PROFILE>"),
        (
            format!("--card fixtures/terminals/beijing-rail.toml {RAIL} --enter 西二旗"),
            "this looks like a terminal profile; a card profile is wanted",
        ),
        (
            "--card fixtures/cards/student.toml --terminal fixtures/cards/student.toml --enquire".to_owned(),
            "this looks like a card profile; a terminal profile is wanted",
        ),
        (format!("--card nowhere.toml {RAIL} --enter 西二旗"), "there is no such file\n--> nowhere.toml"),
    ] {
        refused(&line, expected);
    }
    // All files that are wrong are told at once.
    let (_, _, said) =
        tap(&words("--card nowhere.toml --terminal nothing.toml --enquire --psam-keys none.toml"));
    assert!(["nowhere.toml", "nothing.toml", "none.toml"].iter().all(|name| said.contains(name)), "{said}");
}

fn page() -> String {
    fs::read_to_string(root().join("docs/tap.md")).unwrap()
}

/// What docs/tap.md and the README show is what the program prints: a line `[...]` stands for lines that are left out.
#[test]
fn the_page_shows_what_is_printed() {
    let page = page() + &fs::read_to_string(root().join("README.md")).unwrap();
    let mut shown = 0;
    for part in page.split("<!-- $ tunion tap ").skip(1) {
        let (line, rest) = part.split_once(" -->\n").unwrap();
        let block = rest.strip_prefix("```text\n").unwrap().split_once("```").unwrap().0;
        let (_, printed, said) = tap(&words(line));
        let all = printed + &said;
        let mut rest = all.as_str();
        let parts: Vec<&str> = block.split("[...]\n").collect();
        for (number, part) in parts.iter().enumerate() {
            let at = rest.find(part).unwrap_or_else(|| panic!("docs/tap.md, {line}\nhas\n{part}\nof\n{all}"));
            assert!(number > 0 || at == 0, "docs/tap.md, {line}: something stands before the first line");
            rest = &rest[at + part.len()..];
        }
        let left_out = parts.last().is_some_and(|last| last.is_empty());
        assert!(
            left_out || rest.is_empty(),
            "docs/tap.md, {line}: something stands behind the last line:\n{rest}"
        );
        assert!(parts.iter().any(|part| part.lines().count() > 1), "docs/tap.md, {line} shows nothing");
        shown += 1;
    }
    assert!(shown >= 5);
}

/// The arguments that the page lists are those that there are.
#[test]
fn the_page_lists_every_argument() {
    let (code, help, _) = tap(&["--help"]);
    assert_eq!(code, Some(0));
    let given: BTreeSet<&str> = help
        .lines()
        .filter_map(|line| line.trim_start().strip_prefix("--")?.split([' ', ',']).next())
        .filter(|name| *name != "help")
        .collect();
    let page = page();
    let section = page.split("## What is asked for").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let listed: BTreeSet<&str> = rows
        .flat_map(|row| row.split(" | ").next().unwrap().split("`--").skip(1))
        .filter_map(|name| name.split([' ', '`']).next())
        .collect();
    assert_eq!(given, listed);
}

/// The tables of docs/tap.md: of each object its keys and their types.
struct Schema(BTreeMap<String, BTreeMap<String, String>>);

impl Schema {
    fn of(page: &str) -> Self {
        let mut objects: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
        let mut name = String::new();
        for line in page.split("## As JSON").nth(1).unwrap().lines() {
            if let Some(heading) = line.strip_prefix("### `") {
                heading.trim_end_matches('`').clone_into(&mut name);
                objects.entry(name.clone()).or_default();
            } else if let Some(row) = line.strip_prefix("| `") {
                let (key, rest) = row.split_once("` | ").unwrap();
                let kind = rest.split(" |").next().unwrap();
                objects.entry(name.clone()).or_default().insert(key.to_owned(), kind.to_owned());
            }
        }
        let outcome = objects["outcome"].clone();
        objects.insert("decision".to_owned(), outcome);
        Self(objects)
    }

    /// Holds a value against a type; what was met is kept.
    fn hold(&self, kind: &str, value: &Value, path: &str, met: &mut BTreeSet<String>) {
        if let Some(kind) = kind.strip_suffix(" or null") {
            if !value.is_null() {
                met.insert(format!("{path} is there"));
                self.hold(kind, value, path, met);
            }
            return;
        }
        if let Some(kind) = kind.strip_prefix("list of ") {
            let list = value.as_array().unwrap_or_else(|| panic!("{path} is no list: {value}"));
            for one in list {
                self.hold(kind, one, path, met);
            }
            return;
        }
        match kind {
            "text" => assert!(value.is_string(), "{path} is no text: {value}"),
            "number" => assert!(value.is_u64(), "{path} is no number: {value}"),
            "flag" => assert!(value.is_boolean(), "{path} is no flag: {value}"),
            _ => {
                let name = kind.trim_matches('`');
                let is_step = name == "step";
                let name = if is_step { value["step"].as_str().unwrap() } else { name };
                let keys = self.0.get(name).unwrap_or_else(|| panic!("{path}: no table of {name}"));
                let found = value.as_object().unwrap_or_else(|| panic!("{path} is no object: {value}"));
                let found_keys: BTreeSet<&str> =
                    found.keys().map(String::as_str).filter(|key| !(is_step && *key == "step")).collect();
                let listed: BTreeSet<&str> = keys.keys().map(String::as_str).collect();
                assert_eq!(found_keys, listed, "the keys of {name}, at {path}");
                met.insert(name.to_owned());
                for (key, kind) in keys {
                    self.hold(kind, &found[key], &format!("{name}.{key}"), met);
                }
            }
        }
    }
}

#[test]
fn the_document_is_as_the_page_says() {
    let schema = Schema::of(&page());
    let mut met = BTreeSet::new();
    // A card with a label in its FCI, which is text.
    let labelled =
        "--card fixtures/cards/fci-long.toml --terminal fixtures/terminals/beijing-enquiry.toml --enquire";
    for (name, line, code) in taps().into_iter().chain([("labelled", labelled.to_owned(), 0)]) {
        let line = line.replace(" --brief", "").replace(" --bring-up", "");
        let document: Value = serde_json::from_str(&printed(&format!("{line} --json"), code)).unwrap();
        schema.hold("`document`", &document, name, &mut met);
        assert_eq!(document["version"], 1);
    }
    // A PSAM that is silent is nothing that a tap brings about.
    let never = ["step", "reset"];
    let unmet: Vec<&String> =
        schema.0.keys().filter(|name| !met.contains(*name) && !never.contains(&name.as_str())).collect();
    assert!(unmet.is_empty(), "no tap here has {unmet:?}");
    let optional = schema.0.iter().flat_map(|(name, keys)| {
        keys.iter()
            .filter(|(_, kind)| kind.ends_with(" or null"))
            .map(move |(key, _)| format!("{name}.{key} is there"))
    });
    let unmet: Vec<String> = optional.filter(|place| !met.contains(place)).collect();
    assert!(unmet.is_empty(), "no tap here has {unmet:?}");
}

/// A reader that closes its pipe, such as `head`, is no error.
#[test]
fn a_closed_pipe_is_no_error() {
    let line = format!("{STUDENT} {RAIL} --enter 西二旗");
    let mut command = Command::new(env!("CARGO_BIN_EXE_tunion"));
    command.arg("tap").args(words(&line)).current_dir(root());
    let mut child = command.stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
