//! Every key set, card, terminal and scenario of `fixtures/` loads.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};

use tunion_data::Fen;
use tunion_data::civil::date;
use tunion_files::library::Library;
use tunion_files::scenario::{Act, Scenario};
use tunion_files::{card, keys, terminal};

fn fixtures(directory: &str) -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(directory);
    let mut paths: Vec<_> = directory.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(!paths.is_empty());
    paths
}

fn stem(path: &Path) -> &str {
    path.file_stem().unwrap().to_str().unwrap()
}

#[test]
fn key_sets() {
    for path in fixtures("keys") {
        keys::load(path).unwrap();
    }
}

#[test]
fn cards() {
    for path in fixtures("cards").iter().filter(|path| path.extension().is_some_and(|e| e == "toml")) {
        let card = card::load(path).unwrap();
        assert_eq!(card.name, stem(path));
        assert_eq!(card.image.purse.broken().next(), None);
    }
}

#[test]
fn terminals() {
    let mut library = Library::default();
    for path in fixtures("terminals").into_iter().filter(|path| path.is_file()) {
        let terminal = terminal::load(&path, &mut library).unwrap();
        assert_eq!(terminal.name, stem(&path));
        assert_eq!(terminal.profile.name, terminal.name);
    }
}

/// A folder with files of all kinds: each is named as what it is.
#[test]
fn what_is_no_scenario_is_recognised() {
    let mut library = Library::default();
    let kinds = [
        ("keys", "a key set"),
        ("cards", "a card profile"),
        ("terminals", "a terminal profile"),
        ("tariffs", "a tariff"),
        ("conformance/fares", "a list of fare cases"),
        ("networks/beijing-rail-2026", "a rail network"),
        ("networks/beijing-bus", "a set of bus lines"),
    ];
    for (directory, kind) in kinds {
        for path in fixtures(directory).iter().filter(|path| path.extension().is_some_and(|e| e == "toml")) {
            let errors = library.scenario(path).unwrap_err();
            let messages: Vec<_> = errors.iter().map(|error| error.message().to_owned()).collect();
            assert_eq!(
                messages,
                [format!("this looks like {kind}; a scenario is wanted")],
                "{}",
                path.display()
            );
        }
    }
}

fn scenarios() -> Vec<Scenario> {
    let mut library = Library::default();
    fixtures("scenarios").into_iter().map(|path| library.scenario(path).unwrap()).collect()
}

#[test]
fn scenarios_load_and_their_taps_are_in_order() {
    for scenario in scenarios() {
        assert!(scenario.steps.is_sorted_by_key(|step| step.at), "{}", scenario.name);
        assert!(!scenario.totals.is_empty(), "{}", scenario.name);
        assert!(scenario.title.len() > 10, "{}", scenario.name);
    }
}

/// What is expected of the taps adds up to what is expected in the end, so that a slip of the pen in a
/// scenario does not pass as a fault of the system.
#[test]
fn expectations_agree_with_each_other() {
    for scenario in scenarios() {
        for total in &scenario.totals {
            let steps = || scenario.steps.iter().filter(|step| step.card == total.card);
            let sum = |load: bool| {
                let taps = steps().filter(|step| matches!(step.act, Act::Load(_)) == load);
                taps.filter_map(|step| step.expect.charged).sum::<Fen>()
            };
            let card = &scenario.cards[total.card];
            let place = format!("{}: {}", scenario.name, card.name);
            if let Some(charged) = total.charged {
                assert_eq!(charged, sum(false), "{place}");
            }
            if let Some(loaded) = total.loaded {
                assert_eq!(loaded, sum(true), "{place}");
            }
            if let Some(balance) = total.balance {
                let had = card.file.image.purse.balance.fen();
                assert_eq!(balance + sum(false), had + sum(true), "{place}");
                let last = steps().next_back().and_then(|step| step.expect.balance);
                assert!(last.is_none_or(|last| last == balance), "{place}");
            }
        }
    }
}

#[test]
fn a_scenario_is_resolved() {
    let all = scenarios();
    let of = |name: &str| all.iter().find(|scenario| scenario.name == name).unwrap();

    let commuter = of("commuter-month");
    assert_eq!(commuter.steps.len(), 88);
    assert_eq!(commuter.steps[0].at, date(2026, 11, 2).at(7, 30, 0, 0));
    assert_eq!(commuter.steps[87].at, date(2026, 11, 23).at(18, 45, 0, 0));
    assert!(matches!(commuter.steps[1].act, Act::Exit { line: 0, .. }));
    // Every tap is on a line of its own, the first of them on the same.
    assert_eq!(commuter.steps[0].line, commuter.steps[4].line);

    let last_day = of("student-last-day");
    let valid_to = last_day.cards[0].file.image.info.valid_to;
    assert_eq!(valid_to.date(), Some(date(2026, 9, 30)));
    let [bus, lenient] = ["bus", "bus-lenient"]
        .map(|name| last_day.terminals.iter().find(|terminal| terminal.name == name).unwrap());
    assert_ne!(bus.file.profile.expired_student, lenient.file.profile.expired_student);
    assert_eq!(&bus.bus.unwrap().vehicle, b"A1001   ");

    let foreign = of("foreign-gate");
    let charge = foreign.steps.iter().find_map(|step| step.charge).unwrap();
    assert_eq!((charge.list, charge.charged), (Fen::from_yuan(4), Fen::from_yuan(4)));

    let black = of("black-list");
    assert!(black.black_list.contains(&black.cards[0].file.image.info.pan));
    assert_eq!(black.black_list.len(), 3);
}

#[test]
fn a_library_loads_a_tariff_once() {
    let mut library = Library::default();
    let mut tariff = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/scenarios").join(name);
        let scenario = library.scenario(path).unwrap();
        let mut rail = scenario.terminals.into_iter().filter(|terminal| terminal.name == "rail");
        rail.next().unwrap().file.tariff.clone().unwrap()
    };
    assert!(std::sync::Arc::ptr_eq(&tariff("commuter-month.toml"), &tariff("bureau-month.toml")));
}
