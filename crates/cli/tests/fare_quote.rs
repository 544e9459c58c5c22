//! `tunion fare quote`, `explain` and `table` as a user meets them.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use insta::assert_snapshot;
use serde_json::Value;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tunion"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    command.arg("fare").args(arguments).current_dir(root);
    command
}

/// Exit code, what was printed, what was said of errors.
fn fare(arguments: &[&str]) -> (Option<i32>, String, String) {
    ended(&command(arguments).output().unwrap())
}

fn ended(Output { status, stdout, stderr }: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (status.code(), text(stdout), text(stderr))
}

fn printed(arguments: &[&str]) -> String {
    let (code, printed, said) = fare(arguments);
    assert_eq!((code, said.as_str()), (Some(0), ""), "{arguments:?}");
    printed
}

/// What the words of a line are arguments for.
fn words(line: &str) -> Vec<&str> {
    line.split_whitespace().collect()
}

/// A folder of its own for one test, gone when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Self {
        let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fare-quote-{name}"));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Rides of every shape, by a name for the snapshot.
const RIDES: &[(&str, &str)] = &[
    ("tier", "--from 西二旗 --to 五道口 --entered 2026-11-23T07:40 --month-paid 104.50"),
    ("low_peak", "--from 土桥 --to 国贸 --entered 2026-11-23T06:50 --month-paid 160.00"),
    (
        "three_groups",
        "--from 香山 --to 3号航站楼 --entered 2026-11-23T09:40 --month-paid 96.00 --medium phone",
    ),
    ("air_rail", "--from 草桥 --to 大兴机场 --ticket air-rail --entered 2026-11-23T09:40"),
    ("business", "--from 草桥 --to 大兴机场 --ticket business --entered 2026-11-23T09:40"),
    (
        "pass",
        "--from 西二旗 --to 五道口 --ticket pass-24h --activated 2026-11-22T09:00 --entered 2026-11-23T07:40",
    ),
    ("overtime", "--from 西二旗 --to 五道口 --entered 2026-11-23T07:40 --exited 2026-11-23T12:40:30"),
    ("over_midnight", "--from 西二旗 --to 五道口 --entered 2026-11-30T23:50 --issuer other"),
    ("no_entry", "--to 五道口 --no-entry --exited 2026-11-23T07:40"),
    ("gates_of_a_line", "--from 三元桥 --to 东直门 --line 首都机场线 --entered 2026-11-23T07:40"),
    ("in_2010", "--from 西二旗 --to 五道口 --entered 2010-11-23T07:40 --product military"),
    (
        "bus_student",
        "--mode bus --line 331 --from 五道口 --to 西苑 --product student --entered 2026-11-23T07:40",
    ),
    ("bus_cash", "--mode bus --line 331 --from 西苑 --to #33 --product cash --entered 2026-11-23T07:40"),
    ("bus_no_tap_off", "--mode bus --line 331 --from 五道口 --no-tap-off --entered 2026-11-23T07:40"),
    ("bus_express", "--mode bus --line 快速直达专线37 --from #1 --to #2 --entered 2026-11-23T07:40"),
    ("distance", "--distance 12100 --product bank-card --entered 2026-11-23T07:40"),
];

#[test]
fn rides_are_priced() {
    for (name, ride) in RIDES {
        assert_snapshot!(format!("quote_{name}"), printed(&[&["quote"], &words(ride)[..]].concat()));
    }
}

#[test]
fn rides_are_explained() {
    for (name, ride) in RIDES {
        let told = printed(&[&["explain"], &words(ride)[..]].concat());
        assert_snapshot!(format!("explain_{name}"), told);
        let quoted = json(&[&["quote", "--json"], &words(ride)[..]].concat());
        let fen = quoted["charged_fen"].as_u64().unwrap();
        let price = format!("{}.{:02} yuan", fen / 100, fen % 100);
        assert!(told.lines().last().unwrap().contains(&price), "{name} ends in the price");
    }
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(arguments)).unwrap()
}

#[test]
fn the_document_is_whole() {
    let (_, ride) = RIDES[2];
    let text = printed(&[&["quote", "--json"], &words(ride)[..]].concat());
    let document: Value = serde_json::from_str(&text).unwrap();
    let hash = document["tariff"]["sha256"].as_str().unwrap();
    assert_eq!(hash.len(), 64);
    assert_snapshot!(text.replace(hash, "[hash]"));
}

/// Without a time a ride begins now; what is said of it makes the same ride again.
#[test]
fn now_is_said() {
    let document = json(&["quote", "--json", "--from", "西二旗", "--to", "五道口"]);
    let entered = document["entered"].as_str().unwrap();
    let again = json(&["quote", "--json", "--from", "西二旗", "--to", "五道口", "--entered", entered]);
    assert_eq!(document, again);
    let text = printed(&["quote", "--from", "西二旗", "--to", "五道口"]);
    assert!(text.contains("no --entered was given: the ride begins now"), "{text}");
}

#[test]
fn a_city_can_be_a_file() {
    let (_, ride) = RIDES[0];
    let file = printed(&[&["quote", "--city", "fixtures/cities/beijing.toml"], &words(ride)[..]].concat());
    assert_eq!(file, printed(&[&["quote"], &words(ride)[..]].concat()));
}

#[test]
fn bad_input_is_told() {
    let wrong = [
        "quote --from 西二期 --to 五道口",
        "quote --to 五道口",
        "quote --from 西二旗",
        "quote --mode tram --from 西二旗 --to 五道口",
        "quote --from 西二旗 --to 五道口 --product pupil",
        "quote --from 西二旗 --to 五道口 --product students",
        "quote --from 西二旗 --to 五道口 --medium paper",
        "quote --from 西二旗 --to 五道口 --issuer shanghai",
        "quote --from 西二旗 --to 五道口 --ticket pass-24",
        "quote --from 西二旗 --to 五道口 --ticket pass-24h --entered 2026-11-23T07:40",
        "quote --from 西二旗 --to 五道口 --ticket pass-24h --activated 2026-11-20T07:00 --entered 2026-11-23T07:40",
        "quote --from 西二旗 --to 五道口 --activated 2026-11-23T07:00",
        "quote --from 西二旗 --to 五道口 --ticket business --entered 2026-11-23T07:40",
        "quote --from 西二旗 --to 五道口 --city shanghai",
        "quote --from 西二旗 --to 五道口 --line 首都机场",
        "quote --from 西二旗 --to 五道口 --line 首都机场线 --entered 2026-11-23T07:40",
        "quote --from 西二旗 --to 五道口 --entered yesterday",
        "quote --from 西二旗 --to 五道口 --entered 2026-02-30T07:40",
        "quote --from 西二旗 --to 五道口 --entered 2026-11-23T25:00",
        "quote --from 西二旗 --to 五道口 --entered 2026-11-23T07:40 --exited 2026-11-23T07:39",
        "quote --from 西二旗 --to 五道口 --entered 2005-11-23T12:00",
        "quote --from 西二旗 --to 五道口 --month-paid -3.00",
        "quote --from 西二旗 --to 五道口 --month-paid 104.5",
        "quote --from 西二旗 --to 五道口 --distance 12",
        "quote --distance 12.5",
        "quote --distance -1",
        "quote --from 西二旗 --to 五道口 --no-tap-off",
        "quote --from 西二旗 --to 五道口 --no-entry",
        "quote --from 西二旗 --to 五道口 --direction 1",
        "quote --product cash --medium card --from 西二旗 --to 五道口",
        "quote --mode bus --from 五道口 --to 西苑",
        "quote --mode bus --line 332 --from 五道口 --to 西苑",
        "quote --mode bus --line 331 --from 五道囗 --to 西苑",
        "quote --mode bus --line 331 --from #34 --to 西苑",
        "quote --mode bus --line 331 --from 五道口",
        "quote --mode bus --line 331 --from 五道口 --to 西苑 --no-tap-off",
        "quote --mode bus --line 331 --from 五道口 --to 西苑 --direction 2",
        "quote --mode bus --line 1 --from #1 --to #2 --direction 1",
        "quote --mode bus --to 五道口 --no-entry",
        "quote --batch rides.jsonl",
        "quote --batch fixtures",
        "quote --batch rides.jsonl --from 西二旗",
        "explain --from 西二期 --to 五道口",
        "table shanghai",
        "table beijing --mode train",
        "table beijing --on 2026-13-01",
        "table beijing --on 2005-01-01",
        "table beijing --mode bus -o Cargo.toml",
    ];
    let told = wrong.map(|line| {
        let (code, printed, said) = fare(&words(line));
        assert_eq!((code, printed.as_str()), (Some(2), ""), "{line}");
        format!("$ tunion fare {line}\n{}\n", said.trim_end())
    });
    assert_snapshot!(told.join("\n"));
}

const BATCH: &str = r#"{"id":1,"from":"西二旗","to":"五道口","entered":"2026-11-23T07:40","month_paid_fen":10450}
{"id":"bus","mode":"bus","line":"331","from":"五道口","to":"西苑","product":"student","entered":"2026-11-22T23:40Z"}

{"id":3,"from":"西二期","to":"五道口","entered":"2026-11-23T07:40"}
{"id":4,"from":"西二旗",
{"id":5,"from":"西二旗","to":"五道口","entered":"2005-01-01T07:40"}
{"id":6,"from":"西二旗","to":"五道口","month_paid_fen":-5}
{"id":7,"from":"西二旗","to":"五道口","month_paid_fen":12.5}
{"id":8,"from":"西二旗","to":"五道口","month_paid_fen":4294967296}
{"id":9,"from":"西二旗","to":"五道口","month_payed_fen":12}
{"id":10,"mode":"bus","line":331,"from":"五道口","to":"西苑"}
{"id":[11],"from":"香山","to":"3号航站楼","entered":"2026-11-23T07:40"}
[12]
{"id":13,"distance_m":12100,"product":"cash","entered":"2026-11-23T07:40"}
{"id":14,"mode":"bus","distance_stops":11,"product":"bank-card","entered":"2026-11-23T07:40"}
{"id":15,"mode":"bus","line":"331","from":"五道口","no_tap_off":true,"entered":"2026-11-23T07:40"}
{"id":16,"to":"五道口","from":"西二旗","city":"shanghai"}
{"id":17,"to":"五道口","no_entry":"yes"}
{"id":18,"to":"五道口","no_entry":true,"exited":"2026-11-23T07:40"}
{"id":19,"to":"五道口","from":"西二旗","from":"五道口"}
{"id":20,"to":"五道口","entered":"2026-11-23T07:40"}
{"to":null,"from":"西二旗"}
"#;

#[test]
fn a_batch_is_answered_line_by_line() {
    let scratch = Scratch::new("batch");
    let file = scratch.file("rides.jsonl", BATCH);
    let (code, answers, said) = fare(&["quote", "--batch", &file]);
    assert_eq!(code, Some(1));
    assert_eq!(said, "14 of 21 lines were answered with an error\n");
    assert_snapshot!(answers);
    // Good lines alone end with 0, from the standard input too; what a line says goes before the arguments.
    let good = "\u{feff}{\"from\":\"西二旗\",\"to\":\"五道口\",\"entered\":\"2026-11-23T07:40\"}\r\n\r\n\
                {\"from\":\"西二旗\",\"to\":\"五道口\",\"entered\":\"2026-11-23T07:40\",\"product\":\"ordinary\"}";
    let mut child = command(&["quote", "--batch", "-", "--product", "child", "--json"]);
    let mut child =
        child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(good.as_bytes()).unwrap();
    let (code, answers, said) = ended(&child.wait_with_output().unwrap());
    assert_eq!((code, said.as_str()), (Some(0), ""), "{answers}");
    let charged =
        answers.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["charged_fen"].clone());
    assert_eq!(charged.collect::<Vec<_>>(), [0, 400]);
}

/// A program asks, waits for the answer, and asks again.
#[test]
fn a_batch_answers_while_it_is_asked() {
    let mut child = command(&["quote", "--batch", "-"]);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut asks, mut answers) = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    for (metres, list) in [(6_100, 300), (6_101, 400)] {
        writeln!(asks, r#"{{"distance_m":{metres},"entered":"2026-11-23T12:00"}}"#).unwrap();
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        assert_eq!(serde_json::from_str::<Value>(&line).unwrap()["list_fen"], list);
    }
    drop(asks);
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_line_without_end_is_passed_over() {
    let scratch = Scratch::new("long");
    let long = "x".repeat(1 << 20);
    let ride = r#"{"id":2,"distance_m":1,"entered":"2026-11-23T12:00"}"#;
    let file = scratch.file("long.jsonl", &format!("{long}\n{ride}\n{long}"));
    let (code, answers, said) = fare(&["quote", "--batch", &file]);
    assert_eq!((code, said.as_str()), (Some(1), "2 of 3 lines were answered with an error\n"));
    let answers: Vec<Value> = answers.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers[0]["error"], "this line is longer than 65536 bytes; write one ride a line");
    assert_eq!((&answers[1]["id"], &answers[1]["list_fen"]), (&Value::from(2), &Value::from(300)));
    assert_eq!(answers[2]["line"], 3);
}

/// The rows of a table by their cells, with its header.
fn table(arguments: &[&str]) -> (String, Vec<Vec<String>>, String) {
    let (code, printed, said) = fare(&[&["table", "beijing"], arguments].concat());
    assert_eq!(code, Some(0), "{said}");
    let mut lines = printed.lines().map(str::to_owned);
    let header = lines.next().unwrap();
    (header, lines.map(|line| line.split(',').map(str::to_owned).collect()).collect(), said)
}

#[test]
fn the_rail_table_is_whole() {
    let stations = include_str!("../../../fixtures/networks/beijing-rail-2026/stations.csv");
    let stations = stations.lines().filter(|line| !line.starts_with('#')).count() - 1;
    let (header, rows, said) = table(&["--on", "2026-11-23"]);
    assert_eq!(header, "from,to,groups,metres,list_fen");
    assert_eq!(rows.len(), stations * stations);
    assert_eq!(said, format!("{} rows: beijing-rail on 2026-11-23\n", rows.len()));
    let cells: HashMap<(&str, &str), (&str, &str, &str)> = rows
        .iter()
        .map(|row| ((row[0].as_str(), row[1].as_str()), (row[2].as_str(), row[3].as_str(), row[4].as_str())))
        .collect();
    assert_eq!(cells.len(), rows.len(), "each pair once");
    assert_eq!(cells[&("西二旗", "五道口")], ("network", "7429", "400"));
    assert_eq!(cells[&("五道口", "五道口")], ("network", "0", "300"));
    assert_eq!(cells[&("香山", "3号航站楼")], ("tram-xijiao+network+airport-capital", "51744", "3400"));
    assert_eq!(cells[&("草桥", "大兴机场")], ("airport-daxing", "38331", "3500"));
    for ((from, to), (groups, metres, list)) in &cells {
        let (back_groups, back_metres, back_list) = cells[&(*to, *from)];
        assert_eq!((metres, list), (&back_metres, &back_list), "{from} and {to}");
        let there: Vec<&str> = groups.split('+').collect();
        let back: Vec<&str> = back_groups.rsplit('+').collect();
        assert_eq!(there, back, "{from} and {to}");
    }
}

#[test]
fn a_table_of_a_day_before_a_line_has_no_price_of_it() {
    let (_, rows, said) = table(&["--on", "2010-01-01"]);
    let row = |from, to| rows.iter().find(|row| row[0] == from && row[1] == to).unwrap();
    assert_eq!(row("西二旗", "五道口")[2..], ["network", "7429", "200"]);
    assert_eq!(row("西二旗", "大兴机场")[2..], ["", "", ""]);
    let without = rows.iter().filter(|row| row[4].is_empty()).count();
    assert_eq!(
        said,
        format!("{} rows, {without} of them without a price: beijing-rail-2007 on 2010-01-01\n", rows.len())
    );
}

#[test]
fn the_bus_table_is_whole() {
    let (header, rows, _) = table(&["--mode", "bus", "--on", "2026-11-23"]);
    assert_eq!(header, "line,direction,from,to,numbers,list_fen");
    let of_331: Vec<_> = rows.iter().filter(|row| row[0] == "331" && row[1] == "0").collect();
    assert_eq!(of_331.len(), 33 * 32 / 2);
    assert!(of_331.iter().any(|row| row[2..] == ["五道口", "西苑", "5", "200"]));
    assert!(of_331.iter().any(|row| row[2..] == ["新街口豁口", "香泉环岛", "23", "500"]));
    assert!(rows.iter().any(|row| row[0] == "快速直达专线37" && row[5] == "2000"));
}

#[test]
fn a_table_is_written() {
    let scratch = Scratch::new("table");
    let file = scratch.file("bus.csv", "mine");
    let arguments = ["table", "beijing", "--mode", "bus", "--on", "2026-11-23", "-o", &file];
    assert_eq!(fare(&arguments).0, Some(2), "not over a file");
    let (code, printed, said) = fare(&[&arguments[..], &["--force"]].concat());
    assert_eq!(
        (code, printed.as_str(), said.as_str()),
        (Some(0), "", "3901 rows: beijing-bus on 2026-11-23\n")
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap().lines().count(), 3902);
}
