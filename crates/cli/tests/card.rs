//! `tunion card` as a user meets it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use insta::assert_snapshot;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const STUDENT: &str = "fixtures/cards/student.toml";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Exit code, what was printed, what was said of errors.
fn card(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tunion"));
    let Output { status, stdout, stderr } =
        command.arg("card").args(arguments).current_dir(root()).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn printed(arguments: &[&str]) -> String {
    let (code, printed, said) = card(arguments);
    assert_eq!((code, said.as_str()), (Some(0), ""), "{arguments:?}");
    printed
}

/// A folder of its own for one test, gone when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("card-{name}"));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str) -> String {
        self.0.join(name).display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_catalogue_is_listed() {
    assert_snapshot!(printed(&["list"]));
    let json: serde_json::Value =
        serde_json::from_str(&printed(&["list", "fixtures/cards", "--json"])).unwrap();
    let student = json.as_array().unwrap().iter().find(|card| card["name"] == "student").unwrap();
    assert_eq!(student["balance_fen"], 0);
    assert_eq!(student["type"], "student");
}

#[test]
fn a_card_is_shown() {
    assert_snapshot!("show_student", printed(&["show", STUDENT]));
    assert_snapshot!("show_full_logs", printed(&["show", "fixtures/cards/full-logs.toml"]));
    assert_snapshot!("show_blocked", printed(&["show", "fixtures/cards/blocked-for-good.toml"]));
    assert_snapshot!("show_dual_directory", printed(&["show", "fixtures/cards/dual-directory.toml"]));
}

#[test]
fn a_card_is_shown_as_json() {
    let json: serde_json::Value = serde_json::from_str(&printed(&["show", STUDENT, "--json"])).unwrap();
    assert_eq!(json["select"][1]["sw"], "9000");
    assert_eq!(json["files"][0]["written"][0]["fields"][3]["meaning"], "3105170010000000002");
    // The laboratory's published check values.
    let json = printed(&["show", "fixtures/cards/test.toml", "--json", "--keys", "fixtures/keys/lab.toml"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["keys"]["check_values"][0]["tdes"], "00F839");
    assert!(json["keys"]["check_values"][0]["sm4"].is_null(), "the card has no SM4");
    let sm4 = printed(&["show", "fixtures/cards/dual-algorithm.toml"]);
    assert!(sm4.contains("3DES KCV  SM4 KCV"));
}

/// Neither in the text nor in the document.
#[test]
fn neither_key_nor_pin_is_shown() {
    for arguments in
        [&["show", "fixtures/cards/with-pin.toml"][..], &["show", "fixtures/cards/with-pin.toml", "--json"]]
    {
        let shown = printed(arguments);
        assert!(!shown.contains("123456") && !shown.contains("313233343536"), "{shown}");
        assert!(shown.contains("pin"));
        assert!(!shown.contains("25EC312F61B9687C"), "a root");
    }
}

#[test]
fn a_new_card_is_made_and_loads() {
    let scratch = Scratch::new("new");
    let file = scratch.file("mei.toml");
    let arguments = [
        "new",
        "--from",
        STUDENT,
        "--pan",
        "3105170010000000301",
        "--issuer",
        "01011000FFFFFFFF",
        "--city",
        "1100",
        "--type",
        "ordinary",
        "--balance",
        "12.50",
        "--valid-from",
        "2026-09-01",
        "--valid-to",
        "2028-08-31",
        "--holder",
        "梅一",
        "-o",
        &file,
    ];
    assert_eq!(printed(&arguments), "");
    assert_snapshot!(std::fs::read_to_string(&file).unwrap());
    let shown = printed(&["show", &file]);
    assert!(shown.starts_with("mei\n") && shown.contains("梅一"), "{shown}");

    let (code, _, said) = card(&arguments);
    assert_eq!(code, Some(2));
    assert!(said.contains("is there already: give another name, or --force to write over it"), "{said}");
    assert_eq!(printed(&[&arguments[..], &["--force"]].concat()), "");

    // Without a file it is printed.
    let calibration =
        printed(&["new", "--from", "fixtures/cards/test.toml", "--k1", "103", "--name", "k1-103"]);
    assert!(calibration.contains("name = \"k1-103\""), "{calibration}");
    assert!(calibration.contains("ceiling = \"167770.96\""), "{calibration}");
    assert!(calibration.contains("overdraft-limit = \"1.19\""), "{calibration}");
    assert!(
        calibration.starts_with("# Calibration card 103 for K1, by its purse (docs/spec/terminal.md 8.5).\n")
    );
    let unnamed = ["new", "--from", "fixtures/cards/test.toml", "--k1", "103"];
    assert_eq!(printed(&unnamed), calibration, "it is called k1-103 where no name is given");
}

/// A folder may have other files: its cards are listed, the others are named. A card that is wrong is an error.
#[test]
fn a_folder_with_other_files_is_listed() {
    let scratch = Scratch::new("mixed");
    for (from, to) in [(STUDENT, "a.toml"), ("fixtures/keys/lab.toml", "b.toml"), ("README.md", "c.toml")] {
        std::fs::copy(root().join(from), scratch.file(to)).unwrap();
    }
    let folder = scratch.0.display().to_string();
    let (code, printed, said) = card(&["list", &folder]);
    assert_eq!(code, Some(0), "{said}");
    assert!(printed.lines().count() == 2 && printed.contains("\nstudent "), "{printed}");
    let not = |file: &str, why: &str| {
        format!("not listed: {}: {why}; a card profile is wanted\n", scratch.file(file))
    };
    assert_eq!(said, not("b.toml", "this looks like a key set") + &not("c.toml", "this is no TOML"));

    let student = std::fs::read_to_string(root().join(STUDENT)).unwrap();
    std::fs::write(scratch.file("d.toml"), student.replace("version = 1", "version = 2")).unwrap();
    let (code, printed, said) = card(&["list", &folder]);
    assert_eq!((code, printed.as_str()), (Some(2), ""), "{said}");
    assert!(said.contains("version 2 of this schema is not known"), "{said}");
}

#[test]
fn an_image_is_dumped_and_restored() {
    let scratch = Scratch::new("dump");
    let (image, file) = (scratch.file("rail.image"), scratch.file("rail.toml"));
    let rail = "fixtures/cards/open-rail-journey.toml";
    assert_eq!(printed(&["dump", rail, "-o", &image]), "");
    let dumped = std::fs::read_to_string(&image).unwrap();
    assert_snapshot!(&dumped);
    assert_eq!(printed(&["dump", &image]), dumped);
    assert_eq!(printed(&["restore", &image, "-o", &file]), "");
    assert_eq!(printed(&["dump", &file]), dumped);
    // An image can stand wherever a card file can.
    assert_eq!(printed(&["show", &image]), printed(&["show", &file]));
    let restored = std::fs::read_to_string(&file).unwrap();
    assert_eq!(restored, std::fs::read_to_string(root().join(rail)).unwrap());

    let broken =
        dumped.replace("status = \"01\"", "status = \"0G\"").replace("[ef-17]\n", "[ef-17]\nnew = \"00\"\n");
    std::fs::write(&image, broken).unwrap();
    let (code, _, said) = card(&["show", &image]);
    assert_eq!(code, Some(2));
    assert_snapshot!(said.replace(&image, "rail.image"));
}

/// What the README shows of a card is what the program prints, with lines left out.
#[test]
fn the_readme_shows_real_output() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, section) = readme.split_once("## Look at cards\n").unwrap();
    let shown = printed(&["show", "fixtures/cards/open-rail-journey.toml"]);
    let mut lines = shown.lines();
    for line in section.split("```").nth(1).unwrap().lines().skip(1) {
        assert!(lines.any(|printed| printed == line), "not printed, or not in this order: {line}");
    }
}

#[test]
fn wrong_arguments_and_files_end_it_with_2() {
    let scratch = Scratch::new("wrong");
    let folder = scratch.0.display().to_string();
    let keys = "fixtures/keys/lab.toml";
    let cases: &[(&[&str], &str)] = &[
        (&[], "Usage"),
        (&["burn"], "unrecognized subcommand"),
        (&["list", "nowhere"], "cannot read nowhere"),
        (&["list", &folder], "no card found: no *.toml in"),
        (&["list", "fixtures/keys"], "this looks like a key set; a card profile is wanted"),
        (&["show", "README.md"], "this is no TOML; a card profile is wanted\n --> README.md:3:1\n"),
        (&["show", "README.md"], "help: a card file begins with `version = 1`, an image with `image = 1`\n"),
        (&["dump", "fixtures/cards/k1-limits.csv"], "this is no TOML; a card profile is wanted"),
        (&["show"], "<FILE>"),
        (&["show", "nowhere.toml"], "error: there is no such file\n--> nowhere.toml\n"),
        (&["show", keys], "this looks like a key set; a card profile is wanted"),
        (&["show", STUDENT, "--keys", STUDENT], "this looks like a card profile; a key set is wanted"),
        (&["new"], "--from <FILE>"),
        (&["new", "--from", STUDENT, "--pan", "310517"], "a card number is 19 digits"),
        (&["new", "--from", STUDENT, "--city", "10"], "a city code is 4 digits"),
        (&["new", "--from", STUDENT, "--issuer", "0101"], "an institution is 16 hexadecimal digits"),
        (&["new", "--from", STUDENT, "--type", "pupil"], "[possible values: ordinary, student"),
        (
            &["new", "--from", STUDENT, "--balance", "5"],
            "`5` is no amount: write yuan with two decimals, as in 12.50",
        ),
        (
            &["new", "--from", STUDENT, "--balance", "-1"],
            "`-1` is no amount: write yuan with two decimals, as in 12.50",
        ),
        (
            &["new", "--from", STUDENT, "--k1", "abc"],
            "there is no calibration card abc: write a number from 101 to 154",
        ),
        (
            &["new", "--from", STUDENT, "--balance", "5000.01"],
            "the balance passes its ceiling: balance 5000.01, ceiling 5000.00",
        ),
        (&["new", "--from", STUDENT, "--balance", "200000.00"], "more than the purse's 24 bits hold"),
        (
            &["new", "--from", STUDENT, "--valid-to", "2027-02-29"],
            "`2027-02-29` is no day: write it as in 2026-10-01",
        ),
        (
            &["new", "--from", STUDENT, "--valid-to", "2020-01-01"],
            "the validity from 2026-10-01 to 2020-01-01 has no day",
        ),
        (&["new", "--from", STUDENT, "--holder", "a name much longer than that"], "is no name of a holder"),
        (
            &["new", "--from", STUDENT, "--k1", "155"],
            "there is no calibration card 155: write a number from 101 to 154",
        ),
        (&["new", "--from", STUDENT, "--force"], "--output <FILE>"),
        (&["dump", "nowhere.toml"], "there is no such file\n--> nowhere.toml"),
        (&["dump", STUDENT, "-o", STUDENT], "is there already"),
        (&["restore", "fixtures/cards/k1-limits.csv"], "k1-limits.csv"),
    ];
    for (arguments, expected) in cases {
        let (code, printed, said) = card(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(printed.is_empty(), "{arguments:?}: {printed}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}
