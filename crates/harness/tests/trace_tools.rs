//! What is done with traces: shown, compared, sent to other cards, shrunk, exported, made of logs.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use insta::assert_snapshot;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use tunion_files::diag::Source;
use tunion_files::library::Library;
use tunion_files::{card, keys, terminal};
use tunion_harness::trace::{
    Bench, Compared, Dir, Failure, File, Header, Line, Raw, Script, Show, Sides, Style, Sw, Went, What, Wire,
    differences, record, shrink,
};

fn folder(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn recorded(name: &str) -> File {
    let scenario =
        Library::default().scenario(folder(&format!("../../fixtures/scenarios/{name}.toml"))).unwrap();
    let script = Script::of(&scenario);
    record(&script, script.header("run", vec![format!("fixtures/scenarios/{name}.toml")])).unwrap().1
}

fn log(name: &str) -> Source {
    let text = fs::read_to_string(folder(&format!("../../fixtures/logs/{name}.log"))).unwrap();
    Source::new(format!("{name}.log"), text)
}

fn imported(text: &str) -> File {
    File::import(&Source::new("some.log", text), None).unwrap_or_else(|errors| panic!("{errors}"))
}

fn bench(card_file: &str) -> Bench {
    let file = card::load(folder(&format!("../../fixtures/cards/{card_file}.toml"))).unwrap();
    Bench::new(&file, None, &keys::lab().unwrap(), 1).unwrap()
}

/// The line of the `nth` command that begins so.
fn command(file: &File, begins: &str, nth: usize) -> usize {
    let is = |line: &Line| {
        line.went().is_some_and(|went| went.dir == Dir::To && went.bytes.to_string().starts_with(begins))
    };
    file.lines.iter().enumerate().filter(|(_, line)| is(line)).nth(nth).unwrap().0
}

fn change(file: &mut File, line: usize, change: impl FnOnce(&mut Vec<u8>)) {
    let Line::Went(went) = &mut file.lines[line] else { panic!("nothing went") };
    let mut bytes = went.bytes.bytes().to_vec();
    change(&mut bytes);
    went.bytes = Raw::from(bytes);
}

#[test]
fn a_trace_is_shown() {
    let file = recorded("torn-exit").masked();
    assert_snapshot!("shown", file.show(Show { tap: Some(3), colour: false }));
    let coloured = file.show(Show { tap: Some(3), colour: true });
    assert!(coloured.contains("\u{1b}[36m") && coloured.contains("\u{1b}[1m"), "commands, headings");
    let plain: String =
        coloured.split('\u{1b}').map(|part| part.split_once('m').map_or(part, |(_, rest)| rest)).collect();
    assert_eq!(plain.len(), file.show(Show { tap: Some(3), colour: false }).len() - head_lost(&coloured));
}

/// What the crude stripping above loses: the text before the first escape up to its first `m`.
fn head_lost(coloured: &str) -> usize {
    let first = coloured.split('\u{1b}').next().unwrap();
    first.split_once('m').map_or(0, |(before, _)| before.len() + 1)
}

/// The first difference, explained: a byte of a field, a status word, a line too much, a tap of another card, memory.
#[test]
fn differences_are_explained() {
    let file = recorded("torn-exit");
    let debit = command(&file, "805401", 1);
    let select = command(&file, "00A404", 1);
    let mut told = String::new();
    let mut tell = |what: &str, other: &File| {
        let found = differences(&file, other, Compared::ALL);
        let sides = Sides { left: &file, right: other, names: ("a", "b"), colour: false };
        told.extend([format!("# {what}\n"), sides.heads(), sides.tell(&found[0]), "\n".to_owned()]);
    };
    let with = |change: &dyn Fn(&mut File)| {
        let mut other = file.clone();
        change(&mut other);
        other
    };
    tell("a field of a command", &with(&|file| change(file, debit, |bytes| bytes[10] = 0x12)));
    tell("a field of an answer", &with(&|file| change(file, debit + 1, |bytes| bytes[5] ^= 1)));
    tell("a tag of an FCI", &with(&|file| change(file, select + 1, |bytes| bytes[4] ^= 1)));
    tell("a copy of EF 15 in an FCI", &with(&|file| change(file, select + 1, |bytes| bytes[29] = 3)));
    tell("an answer that refuses", &with(&|file| change(file, debit + 1, |bytes| *bytes = vec![0x93, 0x02])));
    tell("P2", &with(&|file| change(file, debit, |bytes| bytes[3] = 1)));
    tell(
        "another memory",
        &with(&|file| {
            let Line::Went(went) = &mut file.lines[debit + 1] else { panic!("nothing went") };
            went.state = went.state.map(|mut state| {
                state.0[0] ^= 1;
                state
            });
        }),
    );
    tell(
        "a later answer",
        &with(&|file| {
            let Line::Went(went) = &mut file.lines[debit + 1] else { panic!("nothing went") };
            went.t = 1500;
        }),
    );
    tell(
        "an answer that was lost",
        &with(&|file| {
            let Line::Went(went) = &mut file.lines[debit + 1] else { panic!("nothing went") };
            *went = Went { state: went.state, ..Went::lost(Wire::Card) };
        }),
    );
    tell(
        "another card",
        &with(&|file| {
            let tap = file
                .lines
                .iter_mut()
                .find_map(|line| if let Line::Tap(tap) = line { Some(tap) } else { None });
            tap.unwrap().card = "somebody".to_owned();
        }),
    );
    tell("the end", &with(&|file| file.lines.truncate(debit)));
    tell(
        "made otherwise",
        &with(&|file| {
            file.header.seed = Some(10);
            change(file, debit, |bytes| bytes[10] = 0x12);
        }),
    );
    assert_snapshot!("differences", told);
    assert_eq!(differences(&file, &file, Compared::ALL), []);
}

/// The same exchanges in each style; what else stands in a log is passed over.
#[test]
fn logs_are_imported() {
    let mut shown = String::new();
    for (name, style) in [("plain", Style::Plain), ("gp", Style::GlobalPlatformPro), ("pcscd", Style::Pcscd)]
    {
        let source = log(name);
        assert_eq!(Style::of(source.text()), Some(style));
        let file = File::import(&source, None).unwrap();
        assert_eq!(File::import(&source, Some(style)).unwrap(), file);
        assert_eq!(File::parse(&Source::new("t", file.text())).unwrap(), file);
        shown += &file.masked().show(Show::default());
    }
    assert_snapshot!("logs", shown);
    // A command of the extended form is kept, and shown by its beginning.
    let file = imported(&format!(">> 00D6000000FFFF{}\n<< 6700\n", "AB".repeat(0xFFFF)));
    assert!(file.show(Show::default()).contains("ABAB… (65542 bytes)\n"));
    assert!(file.pcap().is_err(), "longer than a frame of a capture");
    // The daemon's lines also come with the system log's words before them.
    let system = "May 14 18:41:50 host pcscd[33]: 00000005 APDU: 00 84 00 00 04 \nMay 14 18:41:50 host pcscd[33]: 00000007 SW: 6D 00 \n";
    let file = imported(system);
    assert_eq!(
        file.lines.iter().filter_map(Line::went).map(|went| went.t).collect::<Vec<_>>(),
        [5_000, 12_000]
    );
}

#[test]
fn bad_lines_of_logs_are_told() {
    let plain = ">> 0084000004\n<< 9000\n";
    for (text, line, message) in [
        (format!("{plain}>> 00A4 0\n"), 3, "half a byte is missing"),
        (format!("{plain}>> 00A404OO\n"), 3, "`O`, character 7 of the bytes"),
        (format!("{plain}<< 9000\n"), 3, "an answer, and no command before it"),
        (format!("{plain}>> 00A4\n"), 3, "a command has at least 4 bytes, and here are 2"),
        (format!("{plain}>> 0084000004\n<< 90\n"), 4, "an answer has at least 2 bytes, and here are 1"),
        (format!("{plain}>>\n"), 3, "a command has at least 4 bytes, and here are 0"),
        (format!("{plain}hello\n"), 3, "this is no line of a plain log"),
        (format!("{plain}>> 00A40400**\n"), 3, "`*` is no hexadecimal digit"),
        ("A>> T=1 (4+0000) 00A404 0\n".to_owned(), 1, "half a byte is missing"),
        ("x APDU: 00 84 00 00 04\nx SW: 9\n".to_owned(), 2, "half a byte is missing"),
        ("hello\n".to_owned(), 1, "no command is found in this log"),
        (String::new(), 1, "no command is found in this log"),
    ] {
        let errors = File::import(&Source::new("bad.log", text.clone()), None).unwrap_err();
        let first = errors.iter().next().unwrap();
        assert!(first.message().contains(message), "{text}: {errors}");
        assert_eq!(first.line(), line, "{text}: {errors}");
    }
    let errors = File::import(&Source::new("bad.log", ">> 00A4 0\n<< 9000\n"), None).unwrap_err();
    assert_eq!(errors.iter().count(), 1, "a mistake is told once: {errors}");
    let errors = File::import(&log("gp"), Some(Style::Plain)).unwrap_err();
    assert!(errors.iter().count() > 3, "of another style every line is bad");
}

/// A log of one card, sent to another: every difference is told, and an answer that the log lost may be any.
#[test]
fn a_log_is_sent_to_a_card() {
    let file = File::import(&log("plain"), None).unwrap();
    let bench = bench("student");
    let live = bench.play(&file).unwrap();
    let found = differences(&file, &live, bench.compared());
    let sides = Sides { left: &file, right: &live, names: ("recorded", "live"), colour: false };
    assert_snapshot!("sent", found.iter().map(|difference| sides.tell(difference)).collect::<String>());
    assert!(matches!(live.lines.last(), Some(Line::Went(went)) if went.dir == Dir::From));
    assert_eq!(bench.play(&file).unwrap(), live, "a bench begins anew each time");
    assert!(bench.play(&file.masked()).unwrap_err().to_string().contains("the trace is masked"));
}

/// A tap of a run, sent to its card and the PSAM of its terminal by themselves: with the same seed everything is as
/// recorded, until the cards' balance tells them apart.
#[test]
fn a_run_is_sent_to_card_and_psam() {
    let file = recorded("laboratory");
    let gate = terminal::load(folder("../../fixtures/terminals/beijing-rail.toml"), &mut Library::default())
        .unwrap();
    let student = card::load(folder("../../fixtures/cards/student.toml")).unwrap();
    let bench = Bench::new(&student, Some(&gate), &keys::lab().unwrap(), 7).unwrap();
    assert!(bench.compared().sam);
    let live = bench.play(&file).unwrap();
    let asked =
        |file: &File, link| file.lines.iter().filter_map(Line::went).filter(|went| went.link == link).count();
    assert_eq!(asked(&live, Wire::Sam), asked(&file, Wire::Sam));
    assert_eq!(asked(&live, Wire::Card), asked(&file, Wire::Card));
    assert!(!differences(&file, &live, bench.compared()).is_empty());
}

#[test]
fn a_trace_shrinks_to_what_fails() {
    let file = File::import(&log("wrong-mac"), None).unwrap();
    let bench = bench("student");
    let shrunk = shrink(&file, &bench, Failure::Sw(Sw(0x9302))).unwrap();
    let left: Vec<String> =
        shrunk.file.lines.iter().filter_map(Line::went).map(|went| went.bytes.to_string()).collect();
    assert_eq!((shrunk.before, shrunk.after), (42, 3), "{left:?}");
    assert_eq!(left[0], "00A4040008A00000063201010500");
    assert!(left[2].starts_with("805003020B") && left[4].starts_with("805401000F"), "{left:?}");
    assert_eq!(left[5], "9302");
    assert!(shrunk.played < 200, "{}", shrunk.played);
    // What is left fails as before, and needs each of its commands.
    let again = shrink(&shrunk.file, &bench, Failure::Sw(Sw(0x9302))).unwrap();
    assert_eq!(again.file.lines, shrunk.file.lines);
}

/// A difference: the log says that the purse had 20.00.
#[test]
fn a_difference_shrinks_and_shows_again() {
    let text = ">> 00A4040008A000000632010105\n>> 0084000004\n>> 00B0950005\n>> 805C000204\n<< 000007D09000\n>> 0084000004\n";
    let file = imported(text);
    let bench = bench("student");
    let shrunk = shrink(&file, &bench, Failure::Difference).unwrap();
    let commands: Vec<String> = shrunk
        .file
        .lines
        .iter()
        .filter_map(Line::went)
        .filter(|went| went.dir == Dir::To)
        .map(|went| went.bytes.to_string())
        .collect();
    assert_eq!(commands, ["00A4040008A000000632010105", "805C000204"]);
    let live = bench.play(&shrunk.file).unwrap();
    let found = differences(&shrunk.file, &live, bench.compared());
    assert!(matches!(found[..], [one] if one.what == What::Byte(2)), "{found:?}");
}

#[test]
fn what_does_not_fail_does_not_shrink() {
    let file = imported(">> 00A4040008A000000632010105\n>> 0084000004\n");
    let bench = bench("student");
    let told = |failure| shrink(&file, &bench, failure).unwrap_err().to_string();
    assert!(
        told(Failure::Sw(Sw(0x9302))).starts_with("the card answers 9302 MAC"),
        "{}",
        told(Failure::Sw(Sw(0x9302)))
    );
    assert_eq!(told(Failure::Difference), "the card answers every command of the trace as it was recorded");
    assert!(
        shrink(&file.masked(), &bench, Failure::Difference).unwrap_err().to_string().contains("is masked")
    );
}

/// A frame with its CRC of type A.
fn with_crc(bytes: &[u8]) -> Vec<u8> {
    let crc = crc::Crc::<u16>::new(&crc::CRC_16_ISO_IEC_14443_3_A);
    [bytes, &crc.checksum(bytes).to_le_bytes()].concat()
}

/// An activation and a block each way, and what each frame is called by tshark.
fn frames() -> Vec<(Dir, Vec<u8>, &'static str)> {
    vec![
        (Dir::To, vec![0x26], "REQA"),
        (Dir::From, vec![0x04, 0x00], "ATQA"),
        (Dir::To, vec![0x93, 0x20], "Anticollision"),
        (Dir::From, vec![0x11, 0x22, 0x33, 0x44, 0x44], "UID"),
        (Dir::To, with_crc(&[0x93, 0x70, 0x11, 0x22, 0x33, 0x44, 0x44]), "Select"),
        (Dir::From, with_crc(&[0x20]), "SAK"),
        (Dir::To, with_crc(&[0xE0, 0x80]), "RATS"),
        (Dir::From, with_crc(&[0x05, 0x78, 0x80, 0x70, 0x02]), "ATS"),
        (Dir::To, with_crc(&[0x02, 0x00, 0x84, 0x00, 0x00, 0x04]), "I-block"),
        (Dir::From, with_crc(&[0xF2, 0x01]), "S-block"),
        (Dir::To, with_crc(&[0xF2, 0x01]), "S-block"),
        (Dir::From, with_crc(&[0x02, 0x11, 0x22, 0x33, 0x44, 0x90, 0x00]), "I-block"),
        (Dir::To, with_crc(&[0xB2]), "R-block"),
        (Dir::To, with_crc(&[0xC2]), "S-block"),
    ]
}

/// A tap over the air.
fn on_air() -> File {
    let file = recorded("low-balance-entry");
    let tap = file.lines.iter().find(|line| matches!(line, Line::Tap(_))).cloned().unwrap();
    let mut lines = vec![tap];
    for (t, (dir, bytes, _)) in (0..).zip(frames()) {
        lines.push(Line::Went(Went {
            t: t * 500_000,
            link: Wire::Air,
            dir,
            bytes: bytes.into(),
            state: None,
        }));
    }
    // An APDU beside frames is in them.
    lines.push(Line::Went(Went {
        t: 0,
        link: Wire::Card,
        dir: Dir::To,
        bytes: vec![0, 0x84, 0, 0, 4].into(),
        state: None,
    }));
    lines.push(Line::Went(Went::lost(Wire::Card)));
    File { header: file.header, lines }
}

#[test]
fn a_capture_byte_for_byte() {
    let capture = on_air().pcap().unwrap();
    // Magic, version 2.4, no correction, no accuracy, snap length, link type 264.
    let head = [0xA1, 0xB2, 0x3C, 0x4D, 0, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 1, 8];
    assert_eq!(capture[..24], head);
    // 2026-11-23 08:00:00 UTC+8; REQA in a packet of 5 bytes.
    let seconds = 1_795_392_000u32.to_be_bytes();
    assert_eq!(capture[24..40], [&seconds[..], &[0, 0, 0, 0], &[0, 0, 0, 5], &[0, 0, 0, 5]].concat());
    assert_eq!(capture[40..45], [0x00, 0xFE, 0x00, 0x01, 0x26]);
    // ATQA comes half a millisecond later, from the card.
    assert_eq!(
        capture[45..61],
        [&seconds[..], &500_000u32.to_be_bytes(), &[0, 0, 0, 6], &[0, 0, 0, 6]].concat()
    );
    assert_eq!(capture[61..67], [0x00, 0xFF, 0x00, 0x02, 0x04, 0x00]);
    // APDUs alone get blocks of their own, whose numbers take turns.
    let apdus = imported(">> 0084000004\n<< 6D00\n>> 0084000004\n>> 0084000008\n<< 6D00\n").pcap().unwrap();
    let pcbs: Vec<u8> = packets(&apdus).iter().map(|packet| packet[4]).collect();
    assert_eq!(
        pcbs,
        [0x02, 0x02, 0x03, 0x03, 0x03],
        "a command whose answer was lost is sent under the same number"
    );
    let first = &packets(&apdus)[0];
    assert_eq!(first[4..], with_crc(&[0x02, 0x00, 0x84, 0x00, 0x00, 0x04]));
}

/// The packets of a capture.
fn packets(capture: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = &capture[24..];
    let mut packets = Vec::new();
    while let Some((head, after)) = rest.split_first_chunk::<16>() {
        let length = u32::from_be_bytes(head[8..12].try_into().unwrap()) as usize;
        packets.push(after[..length].to_vec());
        rest = &after[length..];
    }
    packets
}

/// A masked capture has no digit that is hidden, and its CRCs hold.
#[test]
fn a_masked_capture() {
    let file = recorded("low-balance-entry");
    let whole = file.pcap().unwrap();
    let pan = [0x51, 0x70, 0x01, 0x00, 0x00, 0x00, 0x00, 0x71];
    let has = |capture: &[u8]| capture.windows(8).any(|window| window == pan);
    let masked = file.masked().pcap().unwrap();
    assert!(has(&whole) && !has(&masked));
    assert_eq!(whole.len(), masked.len());
    for packet in packets(&masked) {
        let frame = &packet[4..];
        assert_eq!(with_crc(&frame[..frame.len() - 2]), frame);
    }
    // A frame of a masked trace, too.
    let answer = [
        &[0x01, 0x01, 0x10, 0, 0xFF, 0xFF, 0xFF, 0xFF, 2, 1, 3, 0x10][..],
        &pan,
        &[0x20; 8],
        &[0, 0, 0x90, 0],
    ]
    .concat();
    let went =
        |link, dir, bytes: Vec<u8>| Line::Went(Went { t: 0, link, dir, bytes: bytes.into(), state: None });
    let block = with_crc(&[&[0x02][..], &answer].concat());
    let lines = vec![
        went(Wire::Card, Dir::To, vec![0x00, 0xB0, 0x95, 0x00, 0x1E]),
        went(Wire::Air, Dir::From, block.clone()),
        went(Wire::Card, Dir::From, answer),
    ];
    let masked = File { header: Header::default(), lines }.masked();
    let frame = packets(&masked.pcap().unwrap())[0][4..].to_vec();
    assert_ne!(frame, block);
    assert_eq!(with_crc(&frame[..frame.len() - 2]), frame);
}

/// Says loudly, whatever the test runner keeps to itself, that tshark is not here.
fn skipped() {
    let _ = writeln!(
        std::io::stderr(),
        "\n*** SKIPPED: tshark is not installed, so nobody has looked at the exported captures ***\n"
    );
}

/// What tshark says of each packet, and whether it finds its CRC right.
fn tshark(capture: &[u8], name: &str) -> Option<Vec<(String, String)>> {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&path, capture).unwrap();
    let mut command = Command::new("tshark");
    command.arg("-r").arg(&path).args([
        "-T",
        "fields",
        "-e",
        "_ws.col.Info",
        "-e",
        "iso14443.crc.status",
        "-e",
        "_ws.malformed",
    ]);
    let output = match command.output() {
        Ok(output) => output,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return None,
        Err(error) => panic!("tshark: {error}"),
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let columns = |line: &str| line.split('\t').map(str::to_owned).collect::<Vec<_>>();
    // S(DESELECT) has no INF, and tshark 4.0 looks for one.
    let is_whole = |row: &[String]| row[2].is_empty() || row[0].contains("Deselect");
    let rows = text.lines().map(columns).inspect(|row| assert!(is_whole(row), "malformed: {row:?}"));
    Some(rows.map(|row| (row[0].clone(), row[1].clone())).collect())
}

/// tshark reads the exported capture and names the frames.
#[test]
fn tshark_names_the_frames() {
    let Some(named) = tshark(&on_air().pcap().unwrap(), "frames.pcap") else { return skipped() };
    let expected = frames();
    assert_eq!(named.len(), expected.len());
    for ((info, crc), (dir, bytes, name)) in named.iter().zip(&expected) {
        assert!(info.contains(name), "{dir:?} {bytes:02X?}: {info}, expected {name}");
        assert!(crc.is_empty() || crc == "1", "{info}: its CRC does not hold");
    }
    assert!(named.iter().filter(|(_, crc)| crc == "1").count() >= 8, "{named:?}");
    // A run without frames: the blocks that are made of its APDUs.
    let file = recorded("torn-exit");
    let blocks = tshark(&file.pcap().unwrap(), "blocks.pcap").unwrap();
    let is_card = |went: &&Went| went.link == Wire::Card && went.dir != Dir::Lost;
    assert_eq!(blocks.len(), file.lines.iter().filter_map(Line::went).filter(is_card).count());
    assert!(blocks.iter().all(|(info, _)| info.starts_with("I-block")), "{blocks:?}");
    // Frames as the link sent them, lost ones and repeated ones too. tshark 4.0 has no name for PPS.
    let file = recorded("air-faults");
    let frames = tshark(&file.pcap().unwrap(), "aired.pcap").unwrap();
    assert!(frames.iter().all(|(_, crc)| crc.is_empty() || crc == "1"), "{frames:?}");
    for name in ["REQA", "ATQA", "Anticollision", "SAK", "RATS", "ATS", "Chaining", "NAK", "ACK"] {
        assert!(frames.iter().any(|(info, _)| info.contains(name)), "{name}");
    }
    let file = recorded("torn-exit");
    assert!(tshark(&file.masked().pcap().unwrap(), "masked.pcap").unwrap().len() == blocks.len());
}
