//! `tunion serve` as a user meets it: over TCP, at a reader, and on what is not right.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

const SELECT: &[u8] = &[0x00, 0xA4, 0x04, 0x00, 0x08, 0xA0, 0x00, 0x00, 0x06, 0x32, 0x01, 0x01, 0x05];
const CHALLENGE: &[u8] = &[0x00, 0x84, 0x00, 0x00, 0x04];
const CARD: &str = "fixtures/cards/student.toml";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tunion"));
    command.arg("serve").args(arguments).current_dir(root());
    command
}

fn ended(arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = command(arguments).output().unwrap();
    assert!(stdout.is_empty(), "nothing is served");
    (status.code(), String::from_utf8(stderr).unwrap())
}

fn page() -> String {
    std::fs::read_to_string(root().join("docs/pcsc.md")).unwrap()
}

/// A program that serves over TCP until it is dropped.
struct Served {
    child: Child,
    said: String,
}

impl Served {
    fn new(arguments: &[&str]) -> Self {
        Self::of(CARD, arguments)
    }

    fn of(card: &str, arguments: &[&str]) -> Self {
        Self::device(&[&["--card", card][..], arguments].concat())
    }

    fn device(arguments: &[&str]) -> Self {
        let mut command = command(&[&["--tcp", "127.0.0.1:0"], arguments].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut said).unwrap();
        Self { child, said }
    }

    fn address(&self) -> &str {
        self.said.split_once(" listens on ").unwrap().1.split_once(';').unwrap().0
    }

    fn ask(&self, commands: &[&[u8]]) -> Vec<Vec<u8>> {
        let mut stream = TcpStream::connect(self.address()).unwrap();
        let answer = |command: &&[u8]| {
            let length = u16::try_from(command.len()).unwrap().to_be_bytes();
            stream.write_all(&[&length, *command].concat()).unwrap();
            let mut length = [0; 2];
            stream.read_exact(&mut length).unwrap();
            let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
            stream.read_exact(&mut answer).unwrap();
            answer
        };
        commands.iter().map(answer).collect()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn over_tcp_a_program_talks_to_the_card_and_the_trace_shows_it() {
    let mut served = Served::new(&["--trace"]);
    let first = "card 3105170010000000002 (student) listens on 127.0.0.1:";
    assert!(served.said.starts_with(first) && served.said.ends_with("; Ctrl-C ends\n"), "{}", served.said);
    assert!(page().contains(&served.said.replace(served.address(), "127.0.0.1:9000")));
    let answers = served.ask(&[SELECT, &[0x00, 0xB1, 0x00, 0x00]]);
    assert!(answers[0].ends_with(&[0x90, 0x00]));
    assert_eq!(answers[1], [0x6D, 0x00]);

    let trace = BufReader::new(served.child.stderr.as_mut().unwrap()).lines().map(Result::unwrap);
    let lines: Vec<String> = trace.take(7).collect();
    let begins = [
        "card : a program connected",
        "card : power on",
        "card > SELECT ",
        "card < 9000 done ",
        "card > unknown command ",
        "card < 6D00 ",
        "card : power off",
    ];
    for (line, begin) in lines.iter().zip(begins) {
        assert!(line.starts_with(begin), "{lines:#?}");
    }
    assert_eq!(lines.len(), begins.len());
}

const PSAM: &str = "fixtures/terminals/beijing-rail.toml";
/// SELECT of DF 8011, and an INIT SAM FOR PURCHASE of nothing for a card of zeros.
const SELECT_SAM: &[u8] = &[0x00, 0xA4, 0x00, 0x00, 0x02, 0x80, 0x11];
fn init_sam() -> Vec<u8> {
    [&[0x80, 0x70, 0, 0, 0x24][..], &[0; 10], &[0x09], &[0; 7], &[0x01, 0x00], &[0; 16]].concat()
}

/// The PSAM of a gate, by the same line and with the same trace; its memory stays between connections.
#[test]
fn over_tcp_a_program_talks_to_a_psam() {
    let mut served = Served::device(&["--psam", PSAM, "--trace"]);
    let first = "psam 100000010001 (beijing-rail) listens on 127.0.0.1:";
    assert!(served.said.starts_with(first) && served.said.ends_with("; Ctrl-C ends\n"), "{}", served.said);
    assert!(page().contains(&served.said.replace(served.address(), "127.0.0.1:9000")));
    let answers = served.ask(&[&[0x00, 0xB0, 0x96, 0x00, 0x06], SELECT_SAM, &init_sam()]);
    assert_eq!(answers[0], [0x10, 0x00, 0x00, 0x01, 0x00, 0x01, 0x90, 0x00]);
    assert_eq!(answers[1], [0x90, 0x00]);
    assert!(answers[2].starts_with(&[0, 0, 0, 1]) && answers[2].len() == 10);
    assert!(served.ask(&[SELECT_SAM, &init_sam()])[1].starts_with(&[0, 0, 0, 2]));
    let stderr = BufReader::new(served.child.stderr.as_mut().unwrap()).lines().map(Result::unwrap);
    let lines: Vec<String> = stderr.take(3).collect();
    assert_eq!(lines[..2], ["psam : a program connected", "psam : power on"]);
    assert!(lines[2].starts_with("psam > READ BINARY"), "{lines:#?}");
}

/// A profile of this text behind the [psam] table of the enquiry terminal, which is its last.
fn profile(name: &str, more: &str) -> String {
    let text = std::fs::read_to_string(root().join("fixtures/terminals/beijing-enquiry.toml")).unwrap();
    let fixtures = root().join("fixtures").display().to_string();
    let text = text.replace("\"codes/", &format!("\"{fixtures}/terminals/codes/"));
    let text = text.replace("\"../tariffs/", &format!("\"{fixtures}/tariffs/"));
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, format!("{text}{more}")).unwrap();
    path.display().to_string()
}

#[test]
fn a_psam_answers_as_its_profile_says() {
    let get_response: &[u8] = &[0x00, 0xC0, 0x00, 0x00, 0x08];
    let ask = |path: &str| Served::device(&["--psam", path]).ask(&[SELECT_SAM, &init_sam(), get_response]);
    let direct = ask(&profile("direct.toml", ""));
    assert_eq!((direct[1].len(), &direct[2][..]), (10, &[0x69, 0x85][..]));
    let waiting = ask(&profile("waiting.toml", "transport = \"get-response\"\n"));
    assert_eq!(waiting[1..], [vec![0x61, 0x08], direct[1].clone()]);
    // Other keys, another MAC1.
    let path = profile("direct.toml", "");
    let other = Served::device(&["--psam", &path, "--keys", "fixtures/keys/with-internal.toml"]);
    // Their version is 2.
    let answers = other.ask(&[SELECT_SAM, &init_sam()]);
    assert_eq!(answers[1], [0x94, 0x03]);
}

/// A reader gets the ATR of a contact card, which says the PSAM's rate.
#[test]
fn a_psam_in_a_reader_has_an_atr_of_its_own() {
    for (rate, atr) in [("production", &[0x3B, 0x9D, 0x13][..]), ("test", &[0x3B, 0x1D, 0x11])] {
        let path = profile(&format!("{rate}.toml"), &format!("rate = \"{rate}\"\n"));
        let reader = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = reader.local_addr().unwrap().to_string();
        let mut child =
            command(&["--psam", &path, "--vpcd", &address]).stdout(Stdio::null()).spawn().unwrap();
        let (mut slot, _) = reader.accept().unwrap();
        slot.write_all(&[0, 1, 0x04]).unwrap();
        let mut answer = [0; 5];
        slot.read_exact(&mut answer).unwrap();
        assert_eq!(&answer[2..], atr);
        if rate == "production" {
            let mut whole = answer[2..].to_vec();
            whole.resize(usize::from(answer[1]), 0);
            slot.read_exact(&mut whole[3..]).unwrap();
            let shown: Vec<String> = whole.iter().map(|byte| format!("{byte:02X}")).collect();
            assert!(page().contains(&shown.join(" ")), "the page shows {}", shown.join(" "));
        }
        drop(slot);
        assert_eq!(child.wait().unwrap().code(), Some(1));
    }
}

#[test]
fn the_seed_decides_the_random_numbers() {
    let challenge = |arguments: &[&str]| Served::new(arguments).ask(&[SELECT, CHALLENGE]).remove(1);
    let one = challenge(&[]);
    assert_eq!(one.len(), 6);
    assert_eq!(one, challenge(&["--seed", "1", "--keys", "fixtures/keys/lab.toml"]));
    assert_ne!(one, challenge(&["--seed", "2"]));
}

/// Under a key set with a root for it a card has the key for INTERNAL AUTHENTICATE; under the built-in set it has
/// none (docs/spec/card.md 8). The cryptogram is openssl's, of the root in the file and the card's issuer and
/// number: `openssl enc -des-ede -nopad`, four times to derive and once for the data (docs/spec/card.md 4.2).
#[test]
fn internal_authenticate_answers_under_a_key_set_with_its_root() {
    const COMMAND: &[u8] =
        &[0x00, 0x88, 0x00, 0x00, 0x08, 0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0x00];
    const CRYPTOGRAM: &[u8] = &[0x7F, 0xD2, 0x8E, 0xBD, 0x1C, 0x35, 0x49, 0xC6, 0x90, 0x00];
    let with = Served::new(&["--keys", "fixtures/keys/with-internal.toml"]);
    assert_eq!(with.ask(&[SELECT, COMMAND])[1], CRYPTOGRAM);
    assert_eq!(with.ask(&[SELECT, &COMMAND[..13]])[1], CRYPTOGRAM, "without Le");
    assert_eq!(Served::new(&[]).ask(&[SELECT, COMMAND])[1], [0x6A, 0x88]);
}

/// Ctrl-C and the signal that asks a program to end.
#[test]
#[cfg(unix)]
fn a_signal_ends_it_with_0() {
    for signal in ["INT", "TERM"] {
        let mut served = Served::new(&[]);
        let process = served.child.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &process]).status().unwrap().success());
        assert_eq!(served.child.wait().unwrap().code(), Some(0), "{signal}");
    }
}

/// What became of the card is there afterwards, for another time and for every other command.
#[test]
#[cfg(unix)]
fn a_card_is_kept_and_served_again() {
    let image = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("kept.image");
    let _ = std::fs::remove_file(&image);
    let path = image.display().to_string();
    let init = |amount: u8| [&[0x80, 0x50, 0x00, 0x02, 0x0B, 0x01, 0, 0, 0, amount][..], &[0x10; 6]].concat();
    let wrong_pin = [0x00, 0x20, 0x00, 0x00, 0x04, 0x31, 0x31, 0x31, 0x31];
    let card = "fixtures/cards/with-pin.toml";
    let end = |mut served: Served| {
        let process = served.child.id().to_string();
        assert!(Command::new("kill").args(["-s", "TERM", &process]).status().unwrap().success());
        assert_eq!(served.child.wait().unwrap().code(), Some(0));
        std::fs::read_to_string(&image).unwrap()
    };
    // The PIN is wanted, and a wrong one costs a try.
    let served = Served::of(card, &["--save", &path]);
    let answers = served.ask(&[SELECT, &init(1), &wrong_pin]);
    assert_eq!(answers[1..], [vec![0x69, 0x85], vec![0x63, 0xC2]]);
    let kept = end(served);
    assert!(kept.contains("left.pin = 2\n"), "{kept}");

    // It goes on where it stopped, into the same file.
    let served = Served::of(&path, &["--save", &path]);
    assert_eq!(served.ask(&[SELECT, &wrong_pin])[1], [0x63, 0xC1]);
    assert_eq!(end(served), kept.replace("left.pin = 2\n", "left.pin = 1\n"));

    // Nothing else is written over.
    let (code, said) = ended(&["--card", card, "--tcp", "127.0.0.1:0", "--save", "README.md"]);
    assert_eq!(code, Some(2));
    assert_eq!(said, "error: README.md is there already and is no card's image: give --save another name\n");
    let (code, said) = ended(&["--card", card, "--tcp", "127.0.0.1:0", "--save", "no/such/folder.image"]);
    assert_eq!(code, Some(2));
    assert!(said.starts_with("error: cannot write no/such/folder.image"), "{said}");
}

/// A reader that goes away leaves the card as well.
#[test]
fn a_card_is_kept_when_its_reader_goes_away() {
    let image = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("left.image");
    let _ = std::fs::remove_file(&image);
    let path = image.display().to_string();
    let reader = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = reader.local_addr().unwrap().to_string();
    let mut command = command(&["--card", CARD, "--vpcd", &address, "--save", &path]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(reader.accept().unwrap());
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(1));
    assert!(std::fs::read_to_string(&image).unwrap().contains("\nimage = 1\n"));
}

#[test]
fn a_reader_that_goes_away_ends_it_with_1() {
    let reader = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = reader.local_addr().unwrap().to_string();
    let mut command = command(&["--card", CARD, "--vpcd", &address]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(reader.accept().unwrap());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    assert_eq!(status.code(), Some(1));
    for said in [stdout, stderr] {
        let said = String::from_utf8(said).unwrap().replace(&address, "127.0.0.1:35963");
        assert!(!said.is_empty() && page().contains(&said), "the page shows: {said}");
    }
}

#[test]
fn a_reader_or_a_port_that_is_not_to_be_had_ends_it_with_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, said) = ended(&["--card", CARD, "--tcp", &address]);
    assert_eq!(code, Some(1));
    assert!(page().contains(&said.replace(&address, "127.0.0.1:9000")), "the page shows: {said}");

    // A port that was free a moment ago may be another test's by now.
    let address = "127.0.0.1:1";
    let (code, said) = ended(&["--card", CARD, "--vpcd", address]);
    assert_eq!(code, Some(1));
    assert!(said.starts_with(&format!("error: no vpcd reader at {address} (")), "{said}");
    // The number of the error is each system's own.
    if cfg!(target_os = "linux") {
        assert!(page().contains(&said.replace(address, "127.0.0.1:35963")), "the page shows: {said}");
    }
}

#[test]
fn wrong_arguments_and_files_end_it_with_2() {
    let cases: &[(&[&str], &str)] = &[
        (&[], "<--card <FILE>|--psam <FILE>>"),
        (&["--card", CARD, "--psam", PSAM], "cannot be used with '--psam <FILE>'"),
        (&["--psam", PSAM, "--save", "psam.image"], "cannot be used with '--save <IMAGE>'"),
        (&["--psam", CARD], "this looks like a card profile; a terminal profile is wanted"),
        (&["--card", "nowhere.toml"], "there is no such file\n--> nowhere.toml\n"),
        (&["--card", "fixtures/keys/lab.toml"], "this looks like a key set; a card profile is wanted"),
        (&["--card", CARD, "--keys", CARD], "this looks like a card profile; a key set is wanted"),
        (
            &["--card", CARD, "--vpcd", "127.0.0.1"],
            "`127.0.0.1` is no HOST:PORT: write it as in 127.0.0.1:35963",
        ),
        (&["--card", CARD, "--tcp"], "a value is required for '--tcp <HOST:PORT>'"),
        (
            &["--card", CARD, "--tcp", "127.0.0.1:70000"],
            "`127.0.0.1:70000` has no port that there is: ports are 0 to 65535",
        ),
        (&["--card", CARD, "--vpcd", "--tcp", "127.0.0.1:0"], "cannot be used with"),
        (&["--card", CARD, "--seed", "-1"], "unexpected argument"),
        (
            &["--card", CARD, "--seed=x"],
            "invalid value 'x' for '--seed <SEED>': write a whole number such as 1",
        ),
    ];
    for (arguments, expected) in cases {
        let (code, said) = ended(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {said}");
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
    // All that is wrong is told at once.
    let (_, said) = ended(&["--card", "nowhere.toml", "--keys", "nothing.toml"]);
    assert!(said.contains("nowhere.toml") && said.contains("nothing.toml"), "{said}");
}

/// The page holds the programs that `scripts/pcsc-check.sh` runs, and what they print.
#[test]
fn the_page_holds_the_programs_word_for_word() {
    let page = page();
    for (name, language) in [
        ("read_card.py", "python"),
        ("read_card.txt", "text"),
        ("tcp_balance.py", "python"),
        ("tcp_balance.txt", "text"),
    ] {
        let file = std::fs::read_to_string(root().join("docs/pcsc").join(name)).unwrap();
        assert!(page.contains(&format!("```{language}\n{file}```\n")), "{name}");
    }
    let (_, said) = ended(&["--card", CARD, "--vpcd", "127.0.0.1"]);
    assert!(page.contains(said.lines().next().unwrap()));
    let (_, said) = ended(&["--card", "fixtures/keys/lab.toml"]);
    assert!(page.contains(&said), "{said}");
}
