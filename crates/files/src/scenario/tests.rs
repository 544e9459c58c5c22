#![allow(clippy::unwrap_used, reason = "tests")]

use std::sync::{LazyLock, Mutex};

use insta::assert_snapshot;
use proptest::prelude::*;
use tunion_apdu::table::Name;
use tunion_data::civil::date;
use tunion_data::file::CardType;
use tunion_data::{Aid, Fen};
use tunion_terminal::profile::{Mac2Failure, TripBalance};
use tunion_terminal::{Code, Gate, Prompt};

use super::{Act, Air, AirFault, Fault, FrameFate, Library, NoteKind, Scenario, Source, When, parse};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/");

const SMALL: &str = r#"version = 1
title = "small"
seed = 1
keys = "../keys/lab.toml"
black-list = ["lin"]

[cards.lin]
file = "../cards/student.toml"
balance = "50.00"

[terminals.rail]
file = "../terminals/beijing-rail.toml"

[terminals.shanghai]
file = "../terminals/shanghai-rail.toml"

[terminals.bus]
file = "../terminals/beijing-bus.toml"
line = "331"
direction = 0
vehicle = "A1001"

[terminals.kiosk]
file = "../terminals/beijing-top-up.toml"

[terminals.enquiry]
file = "../terminals/beijing-enquiry.toml"

[[tap]]
at = 2026-11-23T07:40:00
card = "lin"
terminal = "rail"
enter = "西二旗"
line = 13
repeat = { times = 2, every-days = 7 }

[[tap]]
at = 2026-11-23T08:10:00
card = "lin"
terminal = "rail"
exit = "五道口"
fault = { command = "DEBIT FOR PURCHASE", when = "during", bytes = 200, noise = 7 }
expect = { gate = "closed", code = "fare-not-covered", prompt = "top-up-soon", list = "4.00", charged = "0.00", balance = "50.00", month = "0.00", notes = ["grey-emitted", "not-done"] }

[[tap]]
at = 2026-11-23T09:00:00
card = "lin"
terminal = "bus"
stop = "五道口"

[[tap]]
at = 2026-11-23T10:00:00
card = "lin"
terminal = "kiosk"
load = "20.00"

[[tap]]
at = 2026-11-23T11:00:00
card = "lin"
terminal = "enquiry"
enquire = true

[[tap]]
at = 2026-11-23T12:00:00
card = "lin"
terminal = "shanghai"
exit = 12
fare = { list = "4.00", charged = "3.60" }

[totals.lin]
charged = "4.00"
rides = 1
"#;

/// Tariffs take long to compile; all tests share them.
static LIBRARY: LazyLock<Mutex<Library>> = LazyLock::new(Mutex::default);

pub(super) fn read(text: &str) -> Result<Scenario, String> {
    let source = Source::new(format!("{FIXTURES}scenarios/small.toml"), text);
    let plain = format!("{}/", std::path::Path::new(FIXTURES).canonicalize().unwrap().display());
    let told = parse(&source, &mut LIBRARY.lock().unwrap());
    told.map_err(|errors| errors.to_string().replace(FIXTURES, "").replace(&plain, ""))
}

/// What is said after one change.
fn fault(from: &str, to: &str) -> String {
    assert!(SMALL.contains(from), "{from}");
    read(&SMALL.replacen(from, to, 1)).unwrap_err()
}

#[test]
fn a_scenario() {
    let scenario = read(SMALL).unwrap();
    assert_eq!((scenario.name.as_str(), scenario.seed, scenario.cards.len()), ("small", 1, 1));
    let names: Vec<_> = scenario.terminals.iter().map(|terminal| terminal.name.as_str()).collect();
    assert_eq!(names, ["rail", "shanghai", "bus", "kiosk", "enquiry"]);
    let days: Vec<_> = scenario.steps.iter().map(|step| (step.at.day(), step.at.hour(), step.line)).collect();
    assert_eq!(
        days,
        [(23, 7, 29), (23, 8, 37), (23, 9, 45), (23, 10, 51), (23, 11, 57), (23, 12, 63), (30, 7, 29)]
    );
    let exit = &scenario.steps[1];
    assert_eq!(exit.at, date(2026, 11, 23).at(8, 10, 0, 0));
    let when = When::During { bytes: 200, noise: Some(7) };
    assert_eq!(exit.fault, Some(Fault { command: Name::DebitForPurchase, when }));
    let expect = &exit.expect;
    assert_eq!((expect.gate, expect.code), (Some(Gate::Closed), Some(Code::FareNotCovered)));
    assert_eq!((expect.prompt, expect.list), (Some(Prompt::TopUpSoon), Some(Fen::from_yuan(4))));
    assert_eq!(expect.notes, Some(vec![NoteKind::GreyEmitted, NoteKind::NotDone]));
    assert_eq!(scenario.steps[3].act, Act::Load(Fen::from_yuan(20)));
    assert_eq!(scenario.steps[5].charge.unwrap().charged, Fen::new(360));
    assert_eq!((scenario.totals[0].rides, scenario.totals[0].line), (Some(1), 70));
    assert!(scenario.black_list.contains(&scenario.cards[0].file.image.info.pan));
}

#[test]
fn the_example_of_the_documentation() {
    let scenario = read(&crate::doc_example(include_str!("../scenario.rs"))).unwrap();
    assert_eq!((scenario.cards.len(), scenario.terminals.len(), scenario.steps.len()), (2, 3, 9));
}

proptest! {
    /// Whatever is written, an answer comes back.
    #[test]
    fn no_text_panics(at in 0..SMALL.len(), len in 0usize..40, new in "[ -~\\n西口\"=\\[\\]{}0-9]{0,12}") {
        let cut = |mut at: usize| {
            while !SMALL.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        let (start, end) = (cut(at), cut((at + len).min(SMALL.len())));
        let _ = read(&format!("{}{new}{}", &SMALL[..start], &SMALL[end..]));
    }
}

#[test]
fn heads() {
    assert_snapshot!(fault("version = 1", "version = 2"));
    assert_snapshot!(fault("title = \"small\"", "title = \" \""));
    assert_snapshot!(fault("seed = 1", "sead = 1"));
    assert_snapshot!(fault("keys/lab.toml", "keys/lap.toml"));
    assert_snapshot!(fault("black-list = [\"lin\"]", "black-list = [\"lina\", \"310517001000000000\"]"));
}

#[test]
fn cards() {
    assert_snapshot!(fault("cards/student.toml", "cards/pupil.toml"));
    assert_snapshot!(fault("balance = \"50.00\"", "balance = 50"));
    assert_snapshot!(fault("balance = \"50.00\"", "balance = \"5000.01\""));
    assert_snapshot!(fault("balance = \"50.00\"", "overdraft-used = \"10.01\""));
    assert_snapshot!(fault("balance = \"50.00\"", "valid-to = 2026-09-30"));
    assert_snapshot!(fault("balance = \"50.00\"", "type = \"pupil\""));
    assert_snapshot!(fault("balance = \"50.00\"", "pan = \"31051700100000000\""));
    assert_snapshot!(fault("balance = \"50.00\"", "colour = \"red\""));
    assert_snapshot!(fault(
        "[terminals.rail]",
        "[cards.mei]\nfile = \"../cards/student.toml\"\n\n[terminals.rail]"
    ));
}

#[test]
fn terminals() {
    assert_snapshot!(fault("line = \"331\"", "line = \"332\""));
    assert_snapshot!(fault("line = \"331\"\ndirection = 0", "line = \"特19\"\ndirection = 1"));
    assert_snapshot!(fault("line = \"331\"\ndirection = 0\n", ""));
    assert_snapshot!(fault("direction = 0\n", ""));
    assert_snapshot!(fault("direction = 0\n", "direction = 2\n"));
    assert_snapshot!(fault("vehicle = \"A1001\"\n", ""));
    assert_snapshot!(fault("vehicle = \"A1001\"", "vehicle = \"京A-10012\""));
    assert_snapshot!(fault("beijing-top-up.toml\"", "beijing-top-up.toml\"\nline = \"331\""));
    assert_snapshot!(fault("beijing-top-up.toml\"", "beijing-top-up.toml\"\nmac2 = \"after-decision\""));
    assert_snapshot!(fault("line = \"331\"", "line = \"331\"\nexpired-student = \"as_ordinary\""));
    assert_snapshot!(fault("line = \"331\"", "line = \"331\"\nopen-elsewhere = \"refuse\""));
}

#[test]
fn a_switch_is_the_scenario_s_own() {
    let lenient = SMALL.replacen(
        "beijing-rail.toml\"",
        "beijing-rail.toml\"\nexpired-student = \"as-ordinary\"\nfree-reentry-minutes = 5",
        1,
    );
    let [lenient, strict] =
        [lenient.as_str(), SMALL].map(|text| read(text).unwrap().terminals.remove(0).file);
    assert_ne!(lenient.profile.expired_student, strict.profile.expired_student);
    assert_eq!(
        [lenient.profile.rail.free_reentry_minutes, strict.profile.rail.free_reentry_minutes],
        [5, 20]
    );
}

#[test]
fn times() {
    assert_snapshot!(fault("at = 2026-11-23T07:40:00", "at = 2026-02-30T07:40:00"));
    assert_snapshot!(fault("at = 2026-11-23T07:40:00", "at = 2026-11-23T07:40:00+08:00"));
    assert_snapshot!(fault("at = 2026-11-23T07:40:00", "at = 2026-11-23T07:40:00Z"));
    assert_snapshot!(fault("at = 2026-11-23T07:40:00", "at = \"2026-11-23 07:40\""));
    assert_snapshot!(fault("at = 2026-11-23T07:40:00", "at = 2026-11-23"));
    assert_snapshot!(fault("at = 2026-11-23T07:40:00", "at = 2026-11-23T07:40:00.5"));
    assert_snapshot!(fault("times = 2", "times = 0"));
    assert_snapshot!(fault("every-days = 7", "every-days = 0"));
    assert_snapshot!(fault("times = 2, every-days = 7", "times = 2"));
    assert_snapshot!(fault("at = 2026-11-23T07:40:00", "at = 2026-13-01T07:40:00"));
    assert_snapshot!(fault("at = 2026-11-23T07:40:00", "at = 2026-11-23T25:40:00"));
    assert_snapshot!(fault("times = 2, every-days = 7", "times = 65535, every-days = 65535"));
    assert_snapshot!(fault("at = 2026-11-23T09:00:00", "at = 2026-11-23T08:10:00"));
    // Of many collisions of the same two taps only the first is told.
    let twice = "at = 2026-11-23T07:40:00\ncard = \"lin\"\nterminal = \"enquiry\"\nenquire = true\n\
                 repeat = { times = 3, every-days = 1 }\n\n[[tap]]\nat = 2026-11-23T07:40:00";
    assert_eq!(fault("at = 2026-11-23T07:40:00", twice).matches("is tapped twice").count(), 1);
}

#[test]
fn names() {
    assert_snapshot!(fault("card = \"lin\"", "card = \"lim\""));
    assert_snapshot!(fault("terminal = \"rail\"", "terminal = \"rial\""));
    assert_snapshot!(fault("enter = \"西二旗\"", "enter = \"西三旗站\""));
    assert_snapshot!(fault("enter = \"西二旗\"", "enter = 12"));
    assert_snapshot!(fault("stop = \"五道口\"", "stop = \"五道囗\""));
    assert_snapshot!(fault("exit = 12", "exit = \"人民广场\""));
    assert_snapshot!(fault("exit = 12", "exit = 65536"));
    assert_snapshot!(fault("[totals.lin]", "[totals.lim]"));
    assert_snapshot!(fault("enter = \"西二旗\"", "enter = \"Xierqi\""));
}

#[test]
fn acts() {
    assert_snapshot!(fault("enter = \"西二旗\"\n", ""));
    assert_snapshot!(fault("enter = \"西二旗\"", "enter = \"西二旗\"\nexit = \"五道口\""));
    assert_snapshot!(fault("enter = \"西二旗\"", "load = \"50.00\""));
    assert_snapshot!(fault("stop = \"五道口\"", "stop = \"五道口\"\nline = 4"));
    assert_snapshot!(fault("load = \"20.00\"", "load = 20"));
    assert_snapshot!(fault("enquire = true", "enquire = false"));
    assert_snapshot!(fault("line = 13", "line = 256"));
    assert_snapshot!(fault("load = \"20.00\"", "enter = \"五道口\""));
    assert_snapshot!(fault("load = \"20.00\"", "load = \"0.00\""));
}

#[test]
fn fares() {
    assert_snapshot!(fault("fare = { list = \"4.00\", charged = \"3.60\" }\n", ""));
    assert_snapshot!(fault("exit = 12", "enter = 12"));
    assert_snapshot!(fault("line = 13", "fare = { list = \"4.00\", charged = \"3.60\" }"));
    assert_snapshot!(fault("charged = \"3.60\" }", "charge = \"3.60\" }"));
}

#[test]
fn faults() {
    let with = |other: &str| {
        fault("{ command = \"DEBIT FOR PURCHASE\", when = \"during\", bytes = 200, noise = 7 }", other)
    };
    assert_snapshot!(with("{ command = \"DEBIT\", when = \"after\" }"));
    assert_snapshot!(with("{ command = \"CREDIT FOR LOAD\", when = \"after\" }"));
    assert_snapshot!(with("{ command = \"INIT SAM FOR PURCHASE\", when = \"during\", bytes = 1 }"));
    assert_snapshot!(with("{ command = \"DEBIT FOR PURCHASE\", when = \"while\" }"));
    assert_snapshot!(with("{ command = \"DEBIT FOR PURCHASE\", when = \"during\" }"));
    assert_snapshot!(with("{ command = \"DEBIT FOR PURCHASE\", when = \"after\", bytes = 200 }"));
    assert_snapshot!(with("{ command = \"DEBIT FOR PURCHASE\", when = \"before\", noise = 7 }"));
    assert_snapshot!(with("{ command = \"READ BINARY\", when = \"during\", bytes = 200 }"));
    assert_snapshot!(with("{ command = \"debit for purchase\", when = \"after\" }"));
    assert_snapshot!(with("{ command = \"DEBIT FOR PURCHASE\", when = \"during\", bytes = 1025 }"));
}

#[test]
fn what_else_can_go_wrong() {
    let with = |other: &str| {
        let fault = "{ command = \"DEBIT FOR PURCHASE\", when = \"during\", bytes = 200, noise = 7 }";
        read(&SMALL.replacen(fault, other, 1)).map(|scenario| scenario.steps[1].fault.unwrap())
    };
    let silent = with("{ command = \"INIT SAM FOR PURCHASE\", when = \"before\" }").unwrap();
    assert!(silent.is_of_sam() && silent.when == When::Before);
    let garbled = with("{ command = \"DEBIT FOR PURCHASE\", when = \"garbled\" }").unwrap();
    assert!(!garbled.is_of_sam() && garbled.when == When::Garbled);
    assert_snapshot!(with("{ command = \"READ RECORD\", when = \"garbled\" }").unwrap_err());
    assert_snapshot!(
        with("{ command = \"DEBIT FOR PURCHASE\", when = \"garbled\", bytes = 4 }").unwrap_err()
    );
    // A kiosk asks its PSAM nothing during a tap.
    let sam = "fault = { command = \"CREDIT SAM FOR PURCHASE\", when = \"garbled\" }";
    assert_snapshot!(fault("load = \"20.00\"", &format!("load = \"20.00\"\n{sam}")));
}

#[test]
fn how_many_cards() {
    let with = |cards: &str| read(&SMALL.replacen("line = 13", &format!("line = 13\ncards = {cards}"), 1));
    assert_eq!(with("2").unwrap().steps[0].cards, 2);
    assert_snapshot!(with("1").unwrap_err());
    assert_snapshot!(with("\"two\"").unwrap_err());
}

#[test]
fn doors() {
    let with =
        |door: &str| read(&SMALL.replacen("direction = 0", &format!("direction = 0\ndoor = {door}"), 1));
    assert!(with("\"rear\"").unwrap().terminals[2].bus.unwrap().rear);
    assert!(!with("\"front\"").unwrap().terminals[2].bus.unwrap().rear);
    assert_snapshot!(with("\"back\"").unwrap_err());
    let gate = "file = \"../terminals/beijing-rail.toml\"";
    assert_snapshot!(fault(gate, &format!("{gate}\ndoor = \"rear\"")));
}

#[test]
fn stations_of_xian_have_two_digits() {
    let with = |station: &str| {
        let text = SMALL.replacen("beijing-rail.toml", "xian-rail.toml", 1);
        let text = text.replacen("enter = \"西二旗\"", &format!("enter = {station}"), 1);
        read(&text.replacen(
            "exit = \"五道口\"",
            "fare = { list = \"2.00\", charged = \"2.00\" }\nexit = 3",
            1,
        ))
    };
    assert!(matches!(with("99").unwrap().steps[0].act, Act::Enter { station: 99, line: 13 }));
    assert_snapshot!(with("100").unwrap_err());
}

#[test]
fn switches_of_a_terminal() {
    let with = |switches: &str| {
        let gate = "file = \"../terminals/beijing-rail.toml\"";
        read(&SMALL.replacen(gate, &format!("{gate}\n{switches}"), 1))
    };
    let profile = |switches: &str| with(switches).unwrap().terminals[0].file.profile.clone();
    let select = profile("select = { directory = true }").select;
    assert!(select.directory && select.aids == [Aid::EP]);
    assert!(profile("ask-back = true").rail.ask_back);
    assert_eq!(profile("passback-seconds = 7").rail.passback_seconds, 7);
    assert_eq!(profile("mac2-failure = \"record\"").mac2_failure, Mac2Failure::Record);
    assert_eq!(profile("trip-balance = \"before\"").trip_balance, TripBalance::Before);
    assert_eq!(profile("known = [\"ordinary\"]").known, [CardType::Ordinary]);
    assert_snapshot!(with("select = { aids = [] }").unwrap_err());
    assert_snapshot!(with("select = { aids = [\"A000000632010105\", \"A000000632010105\"] }").unwrap_err());
    assert_snapshot!(with("select = { aids = [\"A0\"] }").unwrap_err());
    assert_snapshot!(with("max-fare = \"99.00\"").unwrap_err());
    assert_snapshot!(with("white-list = \"../terminals/lists/nowhere.csv\"").unwrap_err());
}

#[test]
fn expectations() {
    assert_snapshot!(fault("gate = \"closed\"", "gate = \"shut\""));
    assert_snapshot!(fault("code = \"fare-not-covered\"", "code = \"not-covered\""));
    assert_snapshot!(fault("code = \"fare-not-covered\"", "code = 56"));
    assert_snapshot!(fault("prompt = \"top-up-soon\"", "prompt = \"请充值\""));
    assert_snapshot!(fault("\"grey-emitted\"", "\"grey\""));
    assert_snapshot!(fault("balance = \"50.00\", month", "balance = 50.00, month"));
    assert_snapshot!(fault("list = \"4.00\"", "lits = \"4.00\""));
    assert_snapshot!(fault("rides = 1", "ride = 1"));
    assert_snapshot!(fault("[\"grey-emitted\", \"not-done\"]", "\"recovered\""));
    let (own, other) = ("overdraft-used = \"2.00\"", "rides = 1");
    let scenario = read(&SMALL.replacen(other, own, 1).replacen(
        "balance = \"50.00\", month",
        &format!("{own}, month"),
        1,
    ));
    let scenario = scenario.unwrap();
    assert_eq!(scenario.totals[0].overdraft_used, Some(Fen::from_yuan(2)));
    assert_eq!(scenario.steps[1].expect.overdraft_used, Some(Fen::from_yuan(2)));
}

/// The text without what is expected of the taps, and without the totals.
fn expecting_nothing() -> String {
    let totals = SMALL.find("[totals.lin]").unwrap();
    SMALL[..totals].lines().filter(|line| !line.starts_with("expect")).flat_map(|line| [line, "\n"]).collect()
}

#[test]
fn something_is_expected() {
    let nothing = expecting_nothing();
    assert_snapshot!(read(&nothing).unwrap_err());
    assert_snapshot!(read(&nothing.replacen("load =", "expect = {}\nload =", 1)).unwrap_err());
    assert_snapshot!(read(&format!("{nothing}[totals.lin]\n")).unwrap_err());
    assert!(read(&format!("{nothing}[totals.lin]\nrecords = 9\n")).is_ok());
    assert!(read(&nothing.replacen("load =", "expect = { notes = [] }\nload =", 1)).is_ok());
}

#[test]
fn a_missing_field() {
    assert_snapshot!(fault("seed = 1\n", ""));
    assert_snapshot!(fault("file = \"../cards/student.toml\"\n", ""));
    assert_snapshot!(fault("card = \"lin\"\n", ""));
    assert_snapshot!(fault("command = \"DEBIT FOR PURCHASE\", ", ""));
}

#[test]
fn one_wrong_name_is_told_once() {
    assert_snapshot!(fault("[cards.lin]", "[cards.lim]"));
    let rial = SMALL.replace("terminal = \"rail\"", "terminal = \"rial\"");
    assert_snapshot!(read(&rial).unwrap_err());
}

#[test]
fn nothing_is_left_unused() {
    let last = SMALL.find("[[tap]]\nat = 2026-11-23T12:00:00").unwrap();
    let totals = SMALL.find("[totals.lin]").unwrap();
    let without = format!("{}{}", &SMALL[..last], &SMALL[totals..]);
    assert_snapshot!(read(&without).unwrap_err());
    assert_snapshot!(fault(
        "[terminals.rail]",
        "[cards.mei]\nfile = \"../cards/ordinary.toml\"\n\n[terminals.rail]"
    ));
}

#[test]
fn a_file_of_another_kind() {
    assert_snapshot!(fault("../cards/student.toml", "../terminals/beijing-rail.toml"));
    assert_snapshot!(fault("../terminals/beijing-rail.toml", "../cards/student.toml"));
    assert_snapshot!(fault("../cards/student.toml", "../cards"));
}

#[test]
fn a_fault_that_many_share_is_told_once() {
    let path = std::env::temp_dir().join(format!("tunion-shared-{}.toml", std::process::id()));
    std::fs::write(&path, "version = 1\n").unwrap();
    let text = SMALL.replacen("../cards/student.toml", &path.display().to_string(), 1);
    let mut errors = crate::diag::Diagnostics::default();
    for name in ["one", "two", "three"] {
        let source = Source::new(format!("{FIXTURES}scenarios/{name}.toml"), &*text);
        assert!(errors.keep(parse(&source, &mut LIBRARY.lock().unwrap())).is_none());
    }
    std::fs::remove_file(&path).unwrap();
    assert_eq!(errors.iter().count(), 1, "{errors}");
    assert!(errors.to_string().contains("scenarios/one.toml:8"), "{errors}");
}

#[test]
fn a_fault_in_a_file_that_is_named_shows_that_file() {
    let path = std::env::temp_dir().join(format!("tunion-card-{}.toml", std::process::id()));
    std::fs::write(&path, "version = 1\n").unwrap();
    let shown = path.display().to_string();
    let text = fault("../cards/student.toml", &shown).replace(&shown, "CARD");
    std::fs::remove_file(&path).unwrap();
    assert_snapshot!(text);
}

#[test]
fn what_goes_wrong_on_the_air() {
    let torn = "fault = { command = \"DEBIT FOR PURCHASE\", when = \"during\", bytes = 200, noise = 7 }";
    let air = |given: &str| SMALL.replacen(torn, &format!("air = {given}"), 1);
    let good = |given: &str| read(&air(given)).unwrap().steps[1].air.unwrap();
    let fault = Some(AirFault::Frame { number: 12, fate: FrameFate::Gone(3) });
    assert_eq!(
        good("{ bitrate = 424, frame = 12, fate = \"gone\", byte = 3 }"),
        Air { kbit: 424, fault, has_to_come: true }
    );
    assert_eq!(good("{}"), Air { kbit: 106, fault: None, has_to_come: true });
    assert_eq!(good("{ leaves-us = 9 }").fault, Some(AirFault::Leaves { micros: 9 }));
    assert_eq!(good("{ late-us = 9 }").fault, Some(AirFault::Late { micros: 9 }));
    for bad in [
        "{ bitrate = 100 }",
        "{ frame = 12 }",
        "{ fate = \"lost\" }",
        "{ frame = 12, fate = \"torn\" }",
        "{ frame = 12, fate = \"lost\", byte = 3 }",
        "{ frame = 12, fate = \"lost\", late-us = 3 }",
        "{ leaves-us = 60000001 }",
        "{ frames = 12 }",
    ] {
        assert_snapshot!(read(&air(bad)).unwrap_err());
    }
}
