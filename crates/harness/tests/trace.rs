//! Traces: written, read, hidden, and played again, every byte of them.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use proptest::prelude::*;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tunion_apdu::{Device, Name};
use tunion_files::diag::Source;
use tunion_files::library::Library;
use tunion_files::scenario::{Fault, Scenario, When};
use tunion_files::{card, keys, terminal};
use tunion_harness::anatomy::{Ask, Errand, Scene};
use tunion_harness::play;
use tunion_harness::trace::{
    self, Compared, Difference, Dir, File, Frame, Header, Line, Raw, Script, Side, Tap, Trace, Went, What,
    Wire, differences, record, replay,
};

fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(path)
}

fn scenario(name: &str) -> Scenario {
    Library::default().scenario(fixture(&format!("scenarios/{name}.toml"))).unwrap()
}

fn recorded(script: &Script<'_>) -> File {
    record(script, script.header("run", vec!["a scenario".to_owned()])).unwrap().1
}

fn parsed(text: &str) -> File {
    File::parse(&Source::new("t.trace", text)).unwrap_or_else(|errors| panic!("{errors}"))
}

/// Every scenario: what is written reads back, is what the run itself kept, and either side of it satisfies the other,
/// byte for byte.
#[test]
fn every_scenario_is_written_read_and_played_again() {
    let mut lost = 0;
    for file in std::fs::read_dir(fixture("scenarios")).unwrap() {
        let path = file.unwrap().path();
        let scenario = Library::default().scenario(&path).unwrap();
        if scenario.steps.len() > 40 {
            // Long months are alike day by day.
            continue;
        }
        let script = Script::of(&scenario);
        let (outcome, file) = record(&script, script.header("run", Vec::new())).unwrap();
        assert!(outcome.passed(), "{}", path.display());
        assert_eq!(outcome.trace.hash(), play(&scenario).trace.hash(), "{}", path.display());
        let commands = file
            .lines
            .iter()
            .filter_map(Line::went)
            .filter(|went| went.dir == Dir::To && went.link != Wire::Air)
            .count();
        assert_eq!(commands, outcome.trace.len(), "{}", path.display());
        lost += file.lines.iter().filter_map(Line::went).filter(|went| went.dir == Dir::Lost).count();
        assert_eq!(parsed(&file.text()), file, "{}", path.display());
        for side in [Side::Card, Side::Terminal] {
            let live = replay(&file, &script, side).unwrap();
            // A tape has no air; terminals that are played again meet the same frames at the same times.
            let compared = if side == Side::Card { Compared::REPLAY } else { Compared::ALL };
            assert_eq!(differences(&file, &live, compared), [], "{} {side:?}", path.display());
        }
    }
    assert!(lost >= 5, "cards were pulled, and that was played again too");
}

/// A PSAM that is silent is reset after the tap, and that is played again too; so is a command that arrived garbled.
#[test]
fn what_goes_wrong_is_played_again() {
    let mut scenario = scenario("student-weekday");
    let faults = [
        (Name::CreditSamForPurchase, When::After),
        (Name::InitSamForPurchase, When::Before),
        (Name::DebitForPurchase, When::Garbled),
        (Name::UpdateCappDataCache, When::During { bytes: 30, noise: Some(1) }),
    ];
    // The first step loads.
    for (step, (command, when)) in scenario.steps.iter_mut().skip(1).zip(faults) {
        step.fault = Some(Fault { command, when });
    }
    let script = Script::of(&scenario);
    let file = recorded(&script);
    let resets = file
        .lines
        .windows(2)
        .filter(|pair| matches!(pair, [before, Line::Reset(Device::Sam)] if !matches!(before, Line::Up(_))));
    assert!(resets.count() >= 1);
    let is_sam = |went: &&Went| went.link == Wire::Sam && went.dir == Dir::Lost;
    assert_eq!(file.lines.iter().filter_map(Line::went).filter(is_sam).count(), 2);
    assert!(file.text().contains("\"bytes\":\"9302\""), "the garbled MAC was refused");
    for side in [Side::Card, Side::Terminal] {
        let live = replay(&file, &script, side).unwrap();
        assert_eq!(differences(&file, &live, Compared::ALL), [], "{side:?}");
    }
}

/// Two taps of a student's card at a gate, in and out.
fn exit() -> Scene {
    let card = card::load(fixture("cards/student.toml")).unwrap();
    let gate = terminal::load(fixture("terminals/beijing-rail.toml"), &mut Library::default()).unwrap();
    let ask = Ask {
        balance: Some("20.00".parse().unwrap()),
        entered: Some("西二旗".to_owned()),
        ..Ask::of(Errand::Exit("五道口".to_owned()))
    };
    Scene::new(&card, &Arc::new(gate), &keys::lab().unwrap().into(), &ask).unwrap()
}

fn changed(file: &File, line: usize, byte: usize) -> File {
    let mut other = file.clone();
    let Line::Went(went) = &mut other.lines[line] else { panic!("nothing went") };
    let mut bytes = went.bytes.bytes().to_vec();
    bytes[byte] ^= 0x40;
    went.bytes = Raw::from(bytes);
    other
}

/// A trace with one byte changed is caught at that byte, wherever it is: as the card every command, as the terminal
/// every answer. On the other side nothing is found before it.
#[test]
fn a_changed_byte_is_caught_at_that_byte() {
    let scene = exit();
    let script = scene.script();
    let file = recorded(&script);
    let mut caught = 0;
    for (at, line) in file.lines.iter().enumerate() {
        let Line::Went(went) = line else { continue };
        for byte in 0..went.bytes.len() {
            let other = changed(&file, at, byte);
            let here = Difference { left: Some(at), right: Some(at), what: What::Byte(byte) };
            for side in [Side::Card, Side::Terminal] {
                let live = replay(&other, &script, side).unwrap();
                let first = differences(&other, &live, Compared::REPLAY).first().copied();
                // The PSAM is live on both sides: as the card its answers are held too.
                let is_held = match side {
                    Side::Card => went.dir == Dir::To || went.link == Wire::Sam,
                    Side::Terminal => went.dir == Dir::From,
                };
                if is_held {
                    assert_eq!(first, Some(here), "line {at}, byte {byte}, {side:?}");
                    caught += 1;
                } else if let Some(Difference { left: Some(left), .. }) = first {
                    assert!(left >= at, "line {at}, byte {byte}, {side:?}: {first:?}");
                }
            }
        }
    }
    assert!(caught > 1500, "{caught} bytes");
}

/// What is cut off or too much is told as that.
#[test]
fn a_line_too_few_and_one_too_many() {
    let scene = exit();
    let script = scene.script();
    let file = recorded(&script);
    let is_card =
        |line: &Line| line.went().is_some_and(|went| (went.link, went.dir) == (Wire::Card, Dir::To));
    let last = file.lines.iter().rposition(is_card).unwrap();
    let mut short = file.clone();
    short.lines.drain(last..last + 2);
    let live = replay(&short, &script, Side::Card).unwrap();
    let found = differences(&short, &live, Compared::REPLAY);
    assert_eq!((found[0].left, found[0].right), (short.lines.get(last).map(|_| last), Some(last)));
    assert!(matches!(found[0].what, What::End | What::Kind), "{found:?}");
    let mut long = file.clone();
    let again: Vec<Line> = long.lines[last..last + 2].to_vec();
    long.lines.splice(last..last, again);
    let live = replay(&long, &script, Side::Card).unwrap();
    assert!(!differences(&long, &live, Compared::REPLAY).is_empty());
}

/// A trace is not played with what did not make it.
#[test]
fn another_script_is_refused() {
    let scene = exit();
    let file = recorded(&scene.script());
    let told = |file: &File, script: &Script<'_>| replay(file, script, Side::Card).unwrap_err().to_string();
    let other = scenario("torn-exit");
    assert!(
        told(&file, &Script::of(&other))
            .starts_with("the trace was made with another seed: 1, and here it is")
    );
    let mut keys = file.clone();
    keys.header.keys = Some("ABCDEF".to_owned());
    assert!(told(&keys, &scene.script()).contains("another key set"));
    assert!(told(&file.masked(), &scene.script()).contains("the trace is masked"));
    let none = File { lines: file.lines[1..].to_vec(), ..file.clone() };
    assert!(told(&none, &scene.script()).contains("does not begin with a tap"));
    let mut far = file.clone();
    for line in &mut far.lines {
        if let Line::Tap(tap) = line {
            tap.number += 7;
        }
    }
    assert!(told(&far, &scene.script()).starts_with("the trace has a tap 8, and here are 2"));
    for line in &mut far.lines {
        if let Line::Tap(tap) = line {
            tap.number -= 7;
            tap.card = "somebody".to_owned();
        }
    }
    assert!(told(&far, &scene.script()).contains("is of the card `somebody`, and here it is `"));
}

/// No digit between the first six and the last four of any card number is in a masked trace, whatever the alignment.
#[test]
fn masked_traces_have_no_card_number() {
    for name in ["torn-exit", "low-balance-entry", "foreign-gate", "refund", "black-list", "xian-day"] {
        let scenario = scenario(name);
        let file = recorded(&Script::of(&scenario));
        let text = file.masked().text();
        assert_eq!(parsed(&text).masked().text(), text, "{name}: what is hidden stays hidden");
        for card in &scenario.cards {
            let pan = card.file.image.info.pan.to_string();
            assert!(file.text().contains(&pan), "{name}: {pan}");
            assert!(!text.contains(&pan[3..]) && !text.contains(&pan[..9]), "{name}: {pan}");
            assert!(text.contains(&format!("{}*********{}", &pan[..6], &pan[15..])), "{name}: {pan}");
        }
        assert!(text.lines().next().unwrap().contains("\"masked\":true"));
    }
}

fn went(link: Wire, dir: Dir, bytes: &[u8]) -> Line {
    Line::Went(Went { t: 0, link, dir, bytes: Raw::from(bytes), state: None })
}

fn hex(text: &str) -> Vec<u8> {
    Raw::parse(&text.replace(' ', "")).unwrap().bytes().to_vec()
}

fn file(lines: Vec<Line>) -> File {
    File { header: Header { made: "test".to_owned(), ..Header::default() }, lines }
}

#[test]
fn secrets_are_hidden() {
    let exchanges = [
        // Command, answer, and what is left of the two.
        ("0020000003123456", "9000", "0020000003******", "9000"),
        ("0082000008 CB1693339A342336", "9000", "0082000008****************", "9000"),
        ("0088000008 0102030405060708", "AABBCCDD9000", "00880000080102030405060708", "********9000"),
        ("841E000004 A86CC6A8", "9000", "841E000004********", "9000"),
        ("04D6950004 11223344", "9000", "04D6950004********", "9000"),
        ("80D8000003 010203", "9000", "80D8000003******", "9000"),
        ("8050000008 1122334455667788 00", "AABB9000", "8050000008112233445566778800", "****9000"),
        (
            "805003020B 01 00000000 100000000001 0F",
            "00002710 9000",
            "805003020B010000000010000000000",
            "000027109000",
        ),
    ];
    for (command, answer, left_of_command, left_of_answer) in exchanges {
        let lines = vec![went(Wire::Card, Dir::To, &hex(command)), went(Wire::Card, Dir::From, &hex(answer))];
        let masked = file(lines).masked();
        let bytes: Vec<String> =
            masked.lines.iter().map(|line| line.went().unwrap().bytes.to_string()).collect();
        assert!(bytes[0].starts_with(left_of_command), "{command}: {}", bytes[0]);
        assert_eq!(bytes[1], left_of_answer, "{command}");
    }
    let crypt = [
        went(Wire::Sam, Dir::To, &hex("80FA000008 1122334455667788")),
        went(Wire::Sam, Dir::From, &hex("11229000")),
    ];
    let masked = file(crypt.to_vec()).masked();
    assert_eq!(masked.lines[0].went().unwrap().bytes.to_string(), "80FA000008****************");
    assert_eq!(masked.lines[1].went().unwrap().bytes.to_string(), "****9000");
}

/// A block as it goes over the air, chained or not.
fn block(pcb: u8, inf: &[u8]) -> Vec<u8> {
    let crc = crc::Crc::<u16>::new(&crc::CRC_16_ISO_IEC_14443_3_A);
    let body = [&[pcb], inf].concat();
    [&body[..], &crc.checksum(&body).to_le_bytes()].concat()
}

/// A trace with frames: what hides an APDU hides its blocks, with their CRC.
#[test]
fn frames_hide_what_their_apdus_hide() {
    let answer = hex("01011000FFFFFFFF 0201 03105170012345678902 20190101 20401231 0000 9000");
    let mut trace = Trace::recording();
    let frames = [
        (true, block(0x02, &hex("00B095001E")), false),
        (false, block(0xF2, &[0x01]), false),
        (false, block(0x12, &answer[..15]), false),
        (true, block(0xA3, &[]), false),
        // Once more, since it was lost; and a block that nobody sent.
        (false, block(0x03, &answer[15..]), true),
        (false, block(0x03, &answer[15..]), false),
        (false, block(0x03, &[0xEE; 4]), false),
    ];
    for (t_ns, (to_card, bytes, lost)) in (0..).zip(frames) {
        trace.frame(&Frame { t_ns: t_ns * 1000, to_card, bytes, lost });
    }
    let mut lines = vec![went(Wire::Card, Dir::To, &hex("00B095001E"))];
    lines.extend(trace.lines().to_vec());
    lines.push(went(Wire::Card, Dir::From, &answer));
    let file = file(lines);
    let masked = file.masked();
    let shown = masked.show(trace::Show::default());
    insta::assert_snapshot!("frames", shown);
    assert!(!masked.text().contains("12345"), "{shown}");
    assert_eq!(parsed(&masked.text()), masked);
}

fn bytes() -> impl Strategy<Value = Raw> {
    (prop::collection::vec(any::<u8>(), 2..40), prop::option::of((0..60usize, 0..20usize))).prop_map(
        |(bytes, hidden)| {
            let mut raw = Raw::from(bytes);
            if let Some((from, count)) = hidden {
                raw.hide(from..from + count);
            }
            raw
        },
    )
}

fn lines() -> impl Strategy<Value = Vec<Line>> {
    let word = "[ -~\u{4e00}-\u{4e10}]{0,6}";
    let scene = (word, word, 0..86_400i64).prop_map(|(terminal, place, second)| {
        let day = tunion_data::civil::DateTime::constant(2026, 11, 23, 0, 0, 0, 0);
        let at = day.saturating_add(std::time::Duration::from_secs(second.unsigned_abs()));
        trace::Scene { terminal, place, at }
    });
    let exchange = (any::<u32>(), any::<bool>(), bytes(), prop::option::of(bytes()), any::<[u8; 8]>())
        .prop_map(|(t, sam, command, answer, state)| {
            let link = if sam { Wire::Sam } else { Wire::Card };
            let t = u64::from(t);
            let went = |dir, bytes, state| Line::Went(Went { t, link, dir, bytes, state });
            let state = Some(trace::State(state));
            let end = match answer {
                Some(answer) => went(Dir::From, answer, state),
                None => went(Dir::Lost, Raw::default(), state),
            };
            vec![went(Dir::To, command, None), end]
        });
    let frame = (any::<bool>(), bytes()).prop_map(|(to, bytes)| {
        let dir = if to { Dir::To } else { Dir::From };
        vec![Line::Went(Went { t: 1, link: Wire::Air, dir, bytes, state: None })]
    });
    let tap = (1..9u32, word, 1..9u64, scene.clone())
        .prop_map(|(number, card, nth, scene)| vec![Line::Tap(Tap { number, card, nth, scene })]);
    let part = prop_oneof![
        scene.prop_map(|scene| vec![Line::Up(scene)]),
        tap,
        Just(vec![Line::Reset(Device::Card)]),
        Just(vec![Line::Reset(Device::Sam)]),
        exchange,
        frame,
    ];
    prop::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

proptest! {
    /// What is written reads back, and is the same as itself; it can be shown, hidden and exported.
    #[test]
    fn any_trace_is_written_and_read(lines in lines(), arguments: Vec<String>, seed: Option<u64>) {
        let header = Header { made: "test".to_owned(), arguments, seed, masked: true, ..Header::default() };
        let file = File { header, lines };
        let back = File::parse(&Source::new("t.trace", file.text())).map_err(|e| TestCaseError::fail(e.to_string()))?;
        prop_assert_eq!(&back, &file);
        prop_assert_eq!(differences(&file, &back, Compared::ALL), vec![]);
        let _ = file.show(trace::Show { colour: true, tap: None });
        let _ = file.masked().text();
        prop_assert!(file.pcap().is_ok());
    }

    /// Any text is read or refused.
    #[test]
    fn any_text_is_read_or_refused(text: String, line in "[{}\":,a-z0-9>< ]{0,40}") {
        let header = "{\"format\":\"tunion-trace\",\"version\":1,\"made\":\"x\",\"masked\":false}";
        for text in [text.clone(), format!("{header}\n{text}"), format!("{header}\n{line}")] {
            let _ = File::parse(&Source::new("t.trace", text.clone()));
            let _ = File::import(&Source::new("t.log", text), None);
        }
    }
}

/// A body, and what is said of it, with the line.
const WRONG: &[(&str, u32, &str)] = &[
    ("{\"tap\":1}", 2, "missing field `card`"),
    ("{\"t\":0,\"link\":\"card\",\"dir\":\">\",\"bytes\":\"00\",\"sw\":1}", 2, "unknown field `sw`"),
    ("{\"t\":0,\"link\":\"usb\",\"dir\":\">\",\"bytes\":\"00\"}", 2, "there is no link `usb`"),
    ("{\"t\":0,\"link\":\"card\",\"dir\":\"=\",\"bytes\":\"00\"}", 2, "`=` is no direction"),
    (
        "{\"t\":0,\"link\":\"card\",\"dir\":\">\",\"bytes\":\"0G\"}",
        2,
        "`G`, character 2 of the bytes, is no hexadecimal digit",
    ),
    ("{\"t\":0,\"link\":\"card\",\"dir\":\">\",\"bytes\":\"000\"}", 2, "half a byte is missing"),
    ("{\"t\":0,\"link\":\"card\",\"dir\":\">\",\"bytes\":\"0*\"}", 2, "the header says that none is hidden"),
    ("{\"t\":0,\"link\":\"card\",\"dir\":\">\"}", 2, "`bytes` is missing"),
    ("{\"t\":-1,\"link\":\"card\",\"dir\":\">\",\"bytes\":\"00\"}", 2, "invalid value: integer `-1`"),
    (
        "{\"t\":0,\"link\":\"card\",\"dir\":\"<\",\"bytes\":\"9000\"}",
        2,
        "an answer over `card`, and no command before it",
    ),
    (
        "{\"t\":0,\"link\":\"card\",\"dir\":\">\",\"bytes\":\"00\"}\n{\"t\":0,\"link\":\"sam\",\"dir\":\"<\",\"bytes\":\"9000\"}",
        3,
        "an answer over `sam`",
    ),
    (
        "{\"t\":0,\"link\":\"card\",\"dir\":\">\",\"bytes\":\"00\"}\n{\"reset\":\"card\"}",
        3,
        "the command before this line, over `card`, has no answer",
    ),
    (
        "{\"t\":0,\"link\":\"card\",\"dir\":\">\",\"bytes\":\"00\"}\n{\"t\":0,\"link\":\"card\",\"dir\":\"<\",\"bytes\":\"90\"}",
        3,
        "an answer has at least its status word",
    ),
    (
        "{\"t\":0,\"link\":\"card\",\"dir\":\">\",\"bytes\":\"00\"}\n{\"t\":0,\"link\":\"card\",\"dir\":\"x\",\"bytes\":\"90\"}",
        3,
        "an answer that was lost has no bytes",
    ),
    (
        "{\"t\":0,\"link\":\"card\",\"dir\":\">\",\"bytes\":\"00\",\"state\":\"0011223344556677\"}",
        2,
        "`state` stands with what a card or a PSAM answered",
    ),
    (
        "{\"t\":0,\"link\":\"card\",\"dir\":\">\",\"bytes\":\"00\"}\n{\"t\":0,\"link\":\"card\",\"dir\":\"x\",\"state\":\"00\"}",
        3,
        "`state` is no digest",
    ),
    ("{\"reset\":\"host\"}", 2, "there is no device `host`"),
    ("{\"up\":\"rail\",\"place\":\"in\",\"at\":\"noon\"}", 2, "`noon` is no time"),
    (
        "{\"tap\":0,\"card\":\"\",\"nth\":1,\"terminal\":\"\",\"place\":\"\",\"at\":\"2026-11-23T08:00:00\"}",
        2,
        "count from 1",
    ),
    (
        "{\"tap\":1,\"tap\":2,\"card\":\"\",\"nth\":1,\"terminal\":\"\",\"place\":\"\",\"at\":\"2026-11-23T08:00:00\"}",
        2,
        "duplicate field `tap`",
    ),
    ("{\"format\":\"tunion-trace\"}", 2, "a second header"),
    ("{}", 2, "this line is of no kind"),
    ("\n{\"reset\":\"card\"}", 2, "this line is blank"),
    ("[1]", 2, "invalid type: sequence"),
    ("{\"t\":0,", 2, "EOF while parsing"),
    ("hello", 2, "expected value"),
];

#[test]
fn bad_traces_are_told_by_line() {
    let header = "{\"format\":\"tunion-trace\",\"version\":1,\"made\":\"test\",\"masked\":false}\n";
    for (body, line, message) in WRONG {
        let errors = File::parse(&Source::new("bad.trace", format!("{header}{body}\n"))).unwrap_err();
        let first = errors.iter().next().unwrap();
        assert!(first.message().contains(message), "{body}: {errors}");
        assert_eq!(first.line(), *line, "{body}: {errors}");
    }
    for (text, message) in [
        ("", "this file is empty"),
        ("\n\n", "this file is empty"),
        ("{\"tap\":1}\n", "this is no header of a trace"),
        ("{\"format\":\"pcap\",\"version\":1,\"made\":\"x\",\"masked\":false}", "`pcap` is another format"),
        (
            "{\"format\":\"tunion-trace\",\"version\":2,\"made\":\"x\",\"masked\":false}",
            "version 2 of a trace is not known",
        ),
        ("{\"format\":\"tunion-trace\",\"version\":1,\"made\":\"x\"}", "missing field `masked`"),
        (
            "{\"format\":\"tunion-trace\",\"version\":1,\"made\":\"x\",\"masked\":false,\"pin\":1}",
            "unknown field `pin`",
        ),
        (">> 00A4040000", "expected value"),
    ] {
        let errors = File::parse(&Source::new("bad.trace", text)).unwrap_err();
        assert!(errors.to_string().contains(message), "{text}: {errors}");
    }
    // All of them are told at once.
    let errors = File::parse(&Source::new("bad.trace", format!("{header}{{}}\nhello\n{{}}\n"))).unwrap_err();
    assert_eq!(errors.iter().map(tunion_files::diag::Diagnostic::line).collect::<Vec<_>>(), [2, 3, 4]);
    // A mistake is told once: the answer to a command that is none is not one more.
    let sent = "{\"t\":0,\"link\":\"card\",\"dir\":\">\",\"bytes\":\"0\"}\n{\"t\":0,\"link\":\"card\",\"dir\":\"<\",\"bytes\":\"9000\"}\n";
    let errors = File::parse(&Source::new("bad.trace", format!("{header}{sent}"))).unwrap_err();
    assert_eq!(errors.iter().count(), 1, "{errors}");
    // Of a file of another kind not every line.
    let other = "hello\n".repeat(50_000);
    let errors = File::parse(&Source::new("bad.trace", format!("{header}{other}"))).unwrap_err();
    assert_eq!(errors.iter().count(), 100);
    let errors = File::import(&Source::new("bad.log", other), Some(trace::Style::Plain)).unwrap_err();
    assert_eq!(errors.iter().count(), 100);
}

/// A file that ends in the middle of an exchange: the answer never came.
#[test]
fn a_trace_that_breaks_off() {
    let file = file(vec![went(Wire::Card, Dir::To, &hex("0084000004"))]);
    let back = parsed(&file.text());
    assert_eq!(back.lines.len(), 2);
    assert_eq!(back.lines[1], Line::Went(Went::lost(Wire::Card)));
}
