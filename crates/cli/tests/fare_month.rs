//! `tunion fare month` as a user meets it.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use insta::assert_snapshot;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Exit code, what was printed, what was said of errors.
fn month(arguments: &[&str]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tunion"));
    let Output { status, stdout, stderr } =
        command.args(["fare", "month"]).args(arguments).current_dir(root()).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// The picture in the documentation is the one that the program draws:
/// `tunion fare month -o docs/fares/month.svg --force`.
#[test]
fn the_picture_in_the_documentation() {
    let (code, drawn, said) = month(&[]);
    assert_eq!((code, said.as_str()), (Some(0), ""));
    let kept = std::fs::read_to_string(root().join("docs/fares/month.svg")).unwrap();
    assert!(drawn == kept, "draw it anew: tunion fare month -o docs/fares/month.svg --force");
    for words in ["371.00 paid of 600.00 yuan", "80 % from 100.00 yuan on", "100 % from 400.00 yuan on"] {
        assert!(drawn.contains(words), "{words}");
    }
}

#[test]
fn it_is_written_to_files() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("fare-month");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    let [picture, table] = ["month.svg", "month.csv"].map(|name| folder.join(name).display().to_string());
    let arguments =
        ["--ride", "土桥 国贸", "--at", "06:50", "--days", "working", "-o", &picture, "--csv", &table];
    let (code, printed, said) = month(&arguments);
    assert_eq!((code, said.as_str()), (Some(0), ""));
    assert_snapshot!(printed, @"21 rides in 2026-11: 52.50 paid of 105.00 yuan, 52.50 saved (50 %)");
    assert!(std::fs::read_to_string(&picture).unwrap().starts_with("<svg"));
    assert_eq!(std::fs::read_to_string(&table).unwrap().lines().count(), 22);

    let (code, _, said) = month(&arguments);
    assert_eq!(code, Some(2));
    assert!(said.contains("month.csv is there already"), "{said}");
    assert_eq!(month(&[&arguments[..], &["--force"]].concat()).0, Some(0));
    std::fs::remove_dir_all(folder).unwrap();
}

#[test]
fn bad_input_is_said() {
    let (code, printed, said) = month(&["--ride", "西二旗 五道囗"]);
    assert_eq!((code, printed.as_str()), (Some(2), ""));
    assert_snapshot!(said, @r"
    error: there is no station `五道囗`
     --> --ride:1:5
      |
    1 | 西二旗 五道囗
      |        ^^^^^^
      |
      = help: the nearest is `五道口`
    ");
    for (option, value, right) in [
        ("--month", "11-2026", "`11-2026` is no month: write it as in 2026-11"),
        ("--list", "10", "`10` is no amount: write yuan with two decimals, as in 12.50"),
        ("--at", "6.50", "`6.50` is no time of the day: write it as in 06:50"),
        ("--product", "studnet", "possible values: ordinary, student"),
        ("--city", "bejing", "there is: beijing; or give the path of a city file"),
        ("--city", "bejing.toml", "there is no such file"),
    ] {
        let (code, _, said) = month(&[option, value]);
        assert_eq!(code, Some(2), "{option}");
        assert!(said.contains(right), "{said}");
    }
}
