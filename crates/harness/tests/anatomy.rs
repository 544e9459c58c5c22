//! What an anatomy says is so: it is held against the card's memory, against what went over the links, and
//! against keys that are known to be wrong.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tunion_card::Image;
use tunion_files::card::{self, CardFile};
use tunion_files::keys::{self, KeySet};
use tunion_files::library::Library;
use tunion_files::terminal::TerminalFile;
use tunion_harness::anatomy::value::{Check, Exchange, Made, Step, Sum, Tap};
use tunion_harness::anatomy::{Anatomy, Ask, Errand, Keys, dissect};

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures")
}

fn card_of(name: &str) -> CardFile {
    card::load(fixtures().join("cards").join(name).with_extension("toml")).unwrap()
}

/// Terminals, loaded once: a network takes its time.
struct Terminals(Library);

impl Terminals {
    fn new() -> Self {
        Self(Library::default())
    }

    fn of(&mut self, name: &str) -> Arc<TerminalFile> {
        self.0.terminal(fixtures().join("terminals").join(name).with_extension("toml")).unwrap()
    }
}

fn lab() -> KeySet {
    keys::lab().unwrap()
}

fn other_lot() -> KeySet {
    keys::load(fixtures().join("keys/other-lot.toml")).unwrap()
}

fn enter(station: &str) -> Ask {
    Ask { balance: Some("20.00".parse().unwrap()), ..Ask::of(Errand::Enter(station.to_owned())) }
}

fn exit(from: &str, to: &str) -> Ask {
    let entered = Some(from.to_owned());
    Ask { entered, balance: Some("20.00".parse().unwrap()), ..Ask::of(Errand::Exit(to.to_owned())) }
}

fn bus(entered: Option<&str>, stop: &str) -> Ask {
    Ask {
        line: Some("331".to_owned()),
        entered: entered.map(str::to_owned),
        balance: Some("20.00".parse().unwrap()),
        ..Ask::of(Errand::Stop(stop.to_owned()))
    }
}

/// A tap of every kind, with its terminal.
fn kinds() -> Vec<(&'static str, Ask)> {
    vec![
        ("beijing-rail", enter("西二旗")),
        ("beijing-rail", exit("西二旗", "五道口")),
        ("beijing-bus", bus(None, "五道口")),
        ("beijing-bus", bus(Some("五道口"), "西苑")),
        ("beijing-top-up", Ask::of(Errand::Load("50.00".parse().unwrap()))),
        ("beijing-enquiry", Ask::of(Errand::Enquire)),
        ("shanghai-rail", Ask { fare: Some("4.00:3.20".to_owned()), ..exit("5", "12") }),
    ]
}

fn played(card: &CardFile, terminal: &Arc<TerminalFile>, keys: &Keys, ask: &Ask) -> (Anatomy, Image) {
    dissect(card, terminal, keys, ask).unwrap_or_else(|refusal| panic!("{ask:?}: {refusal}"))
}

fn exchanges(tap: &Tap) -> Vec<&Exchange> {
    fn exchange(step: &Step) -> Option<&Exchange> {
        if let Step::Exchange(exchange) = step { Some(exchange) } else { None }
    }
    tap.steps.iter().filter_map(exchange).collect()
}

fn made(tap: &Tap) -> Vec<&Made> {
    exchanges(tap).into_iter().flat_map(|exchange| &exchange.made).collect()
}

fn checks(tap: &Tap) -> &[Check] {
    fn of(step: &Step) -> Option<&[Check]> {
        if let Step::Checks { checks } = step { Some(checks) } else { None }
    }
    tap.steps.iter().find_map(of).unwrap_or_default()
}

/// Every MAC of every kind of tap is right, and those who check it say so.
#[test]
fn macs_are_right_where_keys_are() {
    let (mut terminals, keys) = (Terminals::new(), lab().into());
    let mut names = BTreeSet::new();
    for (terminal, ask) in kinds() {
        let (anatomy, _) = played(&card_of("ordinary"), &terminals.of(terminal), &keys, &ask);
        assert!(anatomy.done(), "{ask:?}");
        for tap in &anatomy.taps {
            for made in made(tap) {
                assert_eq!((made.right, made.says.as_str()), (Some(true), "as expected"), "{ask:?}");
                assert_eq!(Some(&made.value), made.expected.as_ref());
                names.insert((made.name, made.by, made.checked_by));
            }
            for checked in exchanges(tap).into_iter().flat_map(|exchange| &exchange.checked) {
                assert_eq!(checked.verdict, "accepted", "{ask:?}: {}", checked.name);
            }
            let judged = tap.steps.iter().filter_map(|step| match step {
                Step::Record(record) => Some(record.tac_right),
                _ => None,
            });
            assert!(judged.into_iter().all(|right| right == Some(true)));
        }
    }
    let all = [
        ("MAC1", "card", "host"),
        ("MAC1", "psam", "card"),
        ("MAC2", "card", "psam"),
        ("MAC2", "host", "card"),
        ("TAC", "card", "clearing"),
        ("TAC", "card", "host"),
    ];
    assert_eq!(names, all.into_iter().collect());
}

/// Who is wrong is named, whichever of them it is.
#[test]
fn who_has_other_keys_is_wrong() {
    let mut terminals = Terminals::new();
    let gate = terminals.of("beijing-rail");
    let (lab, other) = (lab(), other_lot());
    let says = |keys: &Keys, file: &CardFile, terminal: &Arc<TerminalFile>, ask: &Ask| {
        let (anatomy, _) = played(file, terminal, keys, ask);
        let tap = anatomy.taps.into_iter().next().unwrap();
        let says: Vec<(&str, Option<bool>, String)> =
            made(&tap).into_iter().map(|made| (made.name, made.right, made.says.clone())).collect();
        let code = tap.outcome.as_ref().unwrap().code.clone();
        (code, says, (anatomy.card.keys_as_issued, anatomy.terminal.keys_as_issued))
    };
    let ordinary = card_of("ordinary");

    // The card: the PSAM's MAC1 is right, and the card will not have it.
    let keys = Keys { card: other.clone(), ..Keys::from(lab.clone()) };
    let (code, told, issued) = says(&keys, &ordinary, &gate, &enter("西二旗"));
    assert_eq!((code.as_str(), issued, told.len()), ("mac1", (false, true), 1));
    let (name, right, said) = &told[0];
    assert_eq!((*name, *right), ("MAC1", Some(true)));
    assert!(said.starts_with("as expected; but the card has another key, check value "), "{said}");
    assert!(said.ends_with(" and will refuse it: the card is wrong"), "{said}");

    // The PSAM: its MAC1 is wrong.
    let keys = Keys { psam: other.clone(), ..Keys::from(lab.clone()) };
    let (code, told, issued) = says(&keys, &ordinary, &gate, &enter("西二旗"));
    assert_eq!((code.as_str(), issued, told.len()), ("mac1", (true, false), 1));
    let (_, right, said) = &told[0];
    assert_eq!(*right, Some(false));
    assert!(said.starts_with("WRONG: the issuer's roots give "), "{said}");
    assert!(said.contains("; the PSAM made it with another key, check value "), "{said}");
    assert!(said.ends_with(": the PSAM is wrong"), "{said}");

    // Both, and both the same: the gate opens on MACs and a TAC that are all wrong.
    let keys = Keys { issuer: lab.clone(), card: other.clone(), psam: other.clone() };
    let (code, told, issued) = says(&keys, &ordinary, &gate, &enter("西二旗"));
    assert_eq!((code.as_str(), issued), ("ok", (false, false)));
    let wrong: Vec<(&str, &str)> = told
        .iter()
        .map(|(name, right, said)| {
            assert_eq!(*right, Some(false));
            (*name, said.split_once("; ").unwrap().1.split(" made it").next().unwrap())
        })
        .collect();
    assert_eq!(wrong, [("MAC1", "the PSAM"), ("TAC", "the card"), ("MAC2", "the card")]);
    assert!(told[0].2.ends_with("; the card has that key too, and takes it"), "{}", told[0].2);
    // Clearing has the issuer's roots.
    assert!(told[1].2.ends_with(": the card is wrong"), "{}", told[1].2);

    // A card whose file derives its keys for another number is as wrong.
    let mut file = ordinary.clone();
    file.derive_for(file.image.info.issuer, "3105170010000000999".parse().unwrap());
    let (code, told, issued) = says(&lab.clone().into(), &file, &gate, &enter("西二旗"));
    assert_eq!((code.as_str(), issued), ("mac1", (false, true)));
    assert!(told[0].2.ends_with(": the card is wrong"), "{}", told[0].2);

    // A load: the host refuses the card's MAC1.
    let keys = Keys { card: other, ..Keys::from(lab) };
    let load = Ask::of(Errand::Load("50.00".parse().unwrap()));
    let (code, told, _) = says(&keys, &ordinary, &terminals.of("beijing-top-up"), &load);
    assert_eq!((code.as_str(), told.len()), ("load-refused", 1));
    assert!(told[0].2.contains("; the card made it with another key"), "{}", told[0].2);
}

/// No root and no key of the card is in anything that is printed.
#[test]
fn no_key_is_told() {
    let text = std::fs::read_to_string(fixtures().join("keys/lab.toml")).unwrap();
    let roots: Vec<&str> =
        text.lines().filter_map(|line| line.split('"').nth(1)).filter(|digits| digits.len() == 32).collect();
    assert!(roots.len() >= 14);
    let (mut terminals, keys) = (Terminals::new(), lab().into());
    for (terminal, ask) in kinds() {
        let (anatomy, _) = played(&card_of("student"), &terminals.of(terminal), &keys, &ask);
        for printed in [anatomy.text(true), anatomy.brief(), anatomy.json()] {
            let joined: String = printed.split_whitespace().collect();
            for root in &roots {
                assert!(!joined.contains(root) && !joined.contains(&root[..16]), "{ask:?}");
            }
        }
    }
}

/// What stands as changed is what is different in the card's memory, and no more.
#[test]
fn changes_are_those_of_the_memory() {
    let (mut terminals, keys) = (Terminals::new(), lab().into());
    for (terminal, ask) in kinds() {
        let terminal = terminals.of(terminal);
        let card = card_of("full-logs");
        let ask = Ask { balance: None, ..ask };
        let (anatomy, after) = played(&card, &terminal, &keys, &ask);
        let tap = &anatomy.taps[0];
        // The card before the tap: what the taps before it left.
        let before = match &ask.entered {
            None => card.memory(),
            Some(at) => {
                let errand = match ask.errand {
                    Errand::Exit(_) => Errand::Enter(at.clone()),
                    _ => Errand::Stop(at.clone()),
                };
                let first = anatomy.before[0].at.clone();
                let earlier = Ask { errand, entered: None, at: Some(first), fare: None, ..ask.clone() };
                played(&card, &terminal, &keys, &earlier).1
            }
        };
        assert_eq!(tap.changes.is_empty(), before == after, "{ask:?}");
        let of = |part: &str, name: &str| {
            let part = tap.changes.iter().find(|change| change.part == part);
            let field = part.and_then(|part| part.fields.iter().find(|field| field.name == name));
            field.map(|field| (field.before.clone(), field.after.clone()))
        };
        let moved = |from: String, to: String| (from != to).then_some((Some(from), to));
        let [was, is] = [&before, &after].map(|image| image.purse);
        assert_eq!(
            of("purse", "balance"),
            moved(was.balance.fen().to_string(), is.balance.fen().to_string())
        );
        assert_eq!(
            of("purse", "offline-seq"),
            moved(was.offline_seq.to_string(), is.offline_seq.to_string())
        );
        assert_eq!(of("purse", "online-seq"), moved(was.online_seq.to_string(), is.online_seq.to_string()));
        let new =
            |part: &str| tap.changes.iter().filter(|change| change.part == part && change.is_new).count();
        let transactions = usize::from(was.offline_seq != is.offline_seq || was.online_seq != is.online_seq);
        assert_eq!(new("EF 18"), transactions, "{ask:?}");
        assert_eq!(new("EF 1E"), usize::from(was.offline_seq != is.offline_seq), "{ask:?}");
        for (id, record) in after.industry.iter() {
            let part = tap.changes.iter().find(|change| change.record == format!("27{id:02X}"));
            assert_eq!(part.is_some(), before.industry.get(id) != Some(record), "{ask:?}");
        }
        // What UPDATE CAPP brings beside what was there: the same fields as in the end.
        let starred: BTreeSet<&str> = exchanges(tap)
            .into_iter()
            .filter(|exchange| exchange.about.starts_with("EF 1A") && !exchange.request.is_empty())
            .flat_map(|exchange| exchange.request.iter().filter(|field| field.was.is_some()))
            .map(|field| field.name.as_str())
            .collect();
        let different: BTreeSet<&str> = tap
            .changes
            .iter()
            .filter(|change| change.part == "EF 1A")
            .flat_map(|change| change.fields.iter().map(|field| field.name.as_str()))
            .collect();
        assert_eq!(starred, different, "{ask:?}");
    }
}

/// A table of refusals: the check that failed is the one, those before it passed, none after it was reached.
#[test]
fn the_check_that_failed_is_named() {
    let mut terminals = Terminals::new();
    let keys = lab().into();
    let late = |ask: Ask| Ask { at: Some("2027-10-01T07:30".to_owned()), ..ask };
    let early = |ask: Ask| Ask { at: Some("2026-09-30T07:30".to_owned()), ..ask };
    let poor = |ask: Ask| Ask { balance: None, ..ask };
    let cases = [
        ("not-enabled", "beijing-rail", enter("西二旗"), "enabled"),
        ("student", "beijing-rail", early(enter("西二旗")), "started"),
        ("student", "beijing-rail", late(enter("西二旗")), "not-expired"),
        ("student", "beijing-bus", late(bus(None, "五道口")), "not-expired"),
        ("not-interoperable", "shanghai-rail", enter("12"), "interoperable"),
        ("test", "beijing-rail", enter("西二旗"), "card-type"),
        (
            "open-rail-journey",
            "shanghai-rail",
            Ask { fare: Some("4.00".to_owned()), ..Ask::of(Errand::Exit("12".to_owned())) },
            "open-elsewhere",
        ),
        ("open-rail-journey", "beijing-rail", enter("五道口"), "journey"),
        ("ordinary", "beijing-rail", Ask { entered: None, ..exit("", "五道口") }, "journey"),
        ("ordinary", "beijing-rail", poor(enter("西二旗")), "entry-balance"),
    ];
    for (card, terminal, ask, failed) in cases {
        let terminal = terminals.of(terminal);
        let (anatomy, after) = played(&card_of(card), &terminal, &keys, &ask);
        assert!(!anatomy.done());
        let tap = &anatomy.taps[0];
        let place = checks(tap).iter().position(|check| check.name == failed).unwrap();
        for (number, check) in checks(tap).iter().enumerate() {
            let verdict = match number.cmp(&place) {
                std::cmp::Ordering::Less => "passed",
                std::cmp::Ordering::Equal => "failed",
                std::cmp::Ordering::Greater => "not reached",
            };
            assert_eq!(check.verdict, verdict, "{card} {failed}: {}", check.name);
        }
        assert_eq!(checks(tap).len(), terminal.profile.checks.len());
        assert!(tap.changes.is_empty() && after.purse.offline_seq == card_of(card).image.purse.offline_seq);
    }
    // A card that is refused before it is judged was not checked; a bus record that is no good, or a balance that
    // a bus asks for, is found behind the checks.
    let blocked =
        played(&card_of("blocked-for-good"), &terminals.of("beijing-rail"), &keys, &enter("西二旗")).0;
    assert!(checks(&blocked.taps[0]).is_empty() && !blocked.done());
    let poor =
        played(&card_of("ordinary"), &terminals.of("beijing-bus"), &keys, &poor(bus(None, "五道口"))).0;
    assert!(!poor.done() && checks(&poor.taps[0]).iter().all(|check| check.verdict == "passed"));
    assert_eq!(checks(&poor.taps[0]).len(), 7);
}

/// The card is pulled at every command that a tap sends, and tapped again: each is told, and the end is one debit.
#[test]
fn a_card_that_is_pulled_anywhere_is_told() {
    let (mut terminals, keys) = (Terminals::new(), lab().into());
    for (terminal, ask) in kinds().into_iter().filter(|(terminal, _)| *terminal != "beijing-enquiry") {
        let terminal = terminals.of(terminal);
        let (whole, after) = played(&card_of("ordinary"), &terminal, &keys, &ask);
        let titles: BTreeSet<String> = exchanges(&whole.taps[0])
            .into_iter()
            .filter(|exchange| exchange.to == "card")
            .map(|exchange| exchange.title.clone())
            .collect();
        for title in titles {
            for moment in ["before", "after", "0", "130"] {
                let pull = Some(format!("{title}:{moment}"));
                let torn = Ask { pull, again: Some(4), ..ask.clone() };
                let (anatomy, twice) = played(&card_of("ordinary"), &terminal, &keys, &torn);
                let [first, second] = &anatomy.taps[..] else { panic!("two taps") };
                assert!(first.pulled && !second.pulled, "{torn:?}");
                let silent = exchanges(first)
                    .iter()
                    .filter(|exchange| {
                        exchange.answer.is_none() && exchange.sw.is_none() && exchange.command.is_some()
                    })
                    .count();
                assert_eq!(silent, 1, "{torn:?}");
                assert!(anatomy.done() && anatomy.kept.is_empty(), "{torn:?}\n{}", anatomy.brief());
                assert_eq!(twice.purse.balance, after.purse.balance, "{torn:?}");
                for made in anatomy.taps.iter().flat_map(made) {
                    assert_eq!(made.right, Some(true), "{torn:?}");
                }
            }
        }
    }
}

/// No line is wider than a terminal, whatever card is tapped where.
#[test]
fn lines_fit_a_hundred_columns() {
    let wide = |text: &str| -> usize {
        text.chars().map(|c| if ('\u{2E80}'..='\u{FFE6}').contains(&c) { 2 } else { 1 }).sum()
    };
    let (mut terminals, keys) = (Terminals::new(), Keys { card: other_lot(), ..Keys::from(lab()) });
    let cards = std::fs::read_dir(fixtures().join("cards")).unwrap();
    let mut names: Vec<String> = cards
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    names.sort();
    assert!(names.len() > 25);
    for name in names {
        let card = card_of(&name);
        for (terminal, ask) in kinds() {
            let ask = Ask { balance: None, entered: None, ..ask };
            let own: Keys = lab().into();
            for keys in [&own, &keys] {
                let (anatomy, _) = played(&card, &terminals.of(terminal), keys, &ask);
                let brief = anatomy.brief();
                for line in anatomy.text(true).lines().chain(brief.lines()) {
                    assert!(wide(line) <= 100, "{name}: {line}");
                    assert!(line.trim_end() == line, "{name}: {line}");
                }
                // An exchange is one line of the short form.
                let is_numbered =
                    |line: &&str| line.get(..5).is_some_and(|n| n.trim().parse::<u32>().is_ok());
                let numbered = brief.lines().filter(is_numbered).count();
                let sent: usize = anatomy
                    .taps
                    .iter()
                    .map(|tap| exchanges(tap).iter().filter(|exchange| exchange.command.is_some()).count())
                    .sum();
                assert_eq!(numbered, sent, "{name}\n{brief}");
            }
        }
    }
}

/// A status word whose words do not fit stands alone.
#[test]
fn an_exchange_is_one_line_of_the_short_form() {
    let (mut terminals, keys) = (Terminals::new(), lab().into());
    let ask = Ask { balance: None, again: Some(30), ..exit("西二旗", "五道口") };
    let (anatomy, _) = played(&card_of("counter-near-end"), &terminals.of("beijing-rail"), &keys, &ask);
    let brief = anatomy.brief();
    let initialize: Vec<&str> = brief.lines().filter(|line| line.contains("INITIALIZE")).collect();
    assert!(initialize.last().unwrap().ends_with("INITIALIZE FOR CAPP PURCHASE: 4.00, 9402"), "{brief}");
    let text = anatomy.text(false);
    assert!(
        text.contains("    < 9402 transaction counter at its maximum: the sequence is at FFFF\n"),
        "{text}"
    );
}

/// The totals are the sums of the exchanges, and of a known tap what is known.
#[test]
fn totals_are_sums() {
    let (mut terminals, keys) = (Terminals::new(), lab().into());
    let (anatomy, _) =
        played(&card_of("ordinary"), &terminals.of("beijing-rail"), &keys, &exit("西二旗", "五道口"));
    let tap = &anatomy.taps[0];
    let sum = |to: &str| {
        exchanges(tap).into_iter().filter(|exchange| exchange.to == to).fold(
            Sum::default(),
            |sum, exchange| Sum {
                apdus: sum.apdus + 1,
                bytes_in: sum.bytes_in + exchange.command.as_ref().unwrap().len() as u64 / 2,
                bytes_out: sum.bytes_out + exchange.answer.as_ref().unwrap().len() as u64 / 2 + 2,
                tdes_blocks: sum.tdes_blocks + exchange.work.tdes_blocks,
                des_blocks: sum.des_blocks + exchange.work.des_blocks,
                page_writes: sum.page_writes + exchange.work.page_writes,
            },
        )
    };
    assert_eq!((tap.totals.card, tap.totals.psam), (sum("card"), sum("psam")));
    // One 3DES block and seven DES blocks of the card, five and four of the PSAM (docs/spec/terminal.md 5.4), and
    // the five pages of a composite purchase.
    let Sum { tdes_blocks, des_blocks, page_writes, .. } = tap.totals.card;
    assert_eq!((tdes_blocks, des_blocks, page_writes), (1, 7, 5));
    assert_eq!((tap.totals.psam.tdes_blocks, tap.totals.psam.des_blocks), (5, 4));
    // What the terminal asked its PSAM when it was switched on is apart.
    assert_eq!(tap.bring_up.len(), 4);
    assert_eq!(
        played(&card_of("ordinary"), &terminals.of("beijing-bus"), &keys, &bus(Some("五道口"), "西苑"))
            .0
            .taps[0]
            .bring_up
            .len(),
        0
    );
}

/// Stations, stops and lines by their names; in an order of bytes that is not known, no number at all.
#[test]
fn places_have_names() {
    let (mut terminals, keys) = (Terminals::new(), lab().into());
    let meaning = |anatomy: &Anatomy, about: &str, name: &str| {
        let tap = &anatomy.taps[0];
        let exchange =
            exchanges(tap).into_iter().rfind(|exchange| exchange.about.starts_with(about)).unwrap();
        let fields = exchange.request.iter().chain(&exchange.reply);
        fields.into_iter().find(|field| field.name == name).unwrap().meaning.clone()
    };
    let rail = played(
        &card_of("ordinary"),
        &terminals.of("beijing-rail"),
        &keys,
        &Ask { line: Some("13".to_owned()), ..exit("西二旗", "五道口") },
    )
    .0;
    assert_eq!(meaning(&rail, "EF 1A", "entry-station"), "西二旗");
    assert_eq!(meaning(&rail, "EF 1A", "exit-station"), "五道口");
    assert_eq!(meaning(&rail, "EF 1E", "station"), "五道口");
    assert_eq!(meaning(&rail, "EF 1E", "line"), "13");
    let bus =
        played(&card_of("ordinary"), &terminals.of("beijing-bus"), &keys, &bus(Some("五道口"), "西苑")).0;
    assert_eq!(meaning(&bus, "EF 1A", "board-stop"), "五道口");
    assert_eq!(meaning(&bus, "EF 1A", "alight-stop"), "西苑");
    assert_eq!(meaning(&bus, "EF 1A", "alight-line"), "331");
    assert_eq!(meaning(&bus, "EF 1E", "line"), "331");
    assert!(meaning(&bus, "EF 1E", "station").starts_with("stop 20: "));
    let asked = played(
        &card_of("open-rail-journey"),
        &terminals.of("beijing-enquiry"),
        &keys,
        &Ask::of(Errand::Enquire),
    )
    .0;
    let trip = exchanges(&asked.taps[0])
        .into_iter()
        .find(|exchange| exchange.about.starts_with("EF 1E record 1"))
        .unwrap();
    assert_eq!(trip.reply.iter().find(|field| field.name == "station").unwrap().meaning, "6301");
}
