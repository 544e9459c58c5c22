#![allow(clippy::unwrap_used, reason = "tests")]

use insta::assert_snapshot;
use tunion_data::CityCode;
use tunion_fare::{BusLine, BusLines, Group, GroupId, Network, Places, Station, StationId, Stop};

use super::{Diagnostics, Source, compile, load};

const RAIL: &str = r#"version = 1
name = "rail"
city = "1000"
valid-from = 2014-12-28
provenance = "made up"
network = "small"

[entry]
source = "made up"
balance = "3.00"

[[price]]
name = "distance"
source = "made up"
groups = ["network"]
grace-metres = 100
bands = [
    { to-metres = 6000, price = "3.00" },
    { to-metres = 12000, price = "4.00" },
]
beyond = { every-metres = 20000, add = "1.00" }

[[concession]]
name = "half"
source = "made up"
when = { products = ["student"], issuers = ["local"], media = ["card"] }
pay-percent = 50

[accumulation]
name = "month"
source = "made up"
when = { groups = ["network"] }
basis = "paid"
read = "before-ride"
reset = "calendar-month"
month-of = "exit"
count-surcharge = false
tiers = [
    { from = "100.00", pay-percent = 80 },
    { from = "150.00", pay-percent = 50 },
]

[overtime]
name = "overtime"
source = "made up"
limit-minutes = 240
surcharge = "3.00"
"#;

const BUS: &str = r#"version = 1
name = "bus"
city = "1000"
valid-from = 2014-12-28
provenance = "made up"
bus-lines = "small"

[entry]
source = "made up"
balance = "1.00"

[[price]]
name = "stop-numbers"
source = "made up"
classes = ["ordinary"]
bands = [{ to-stop-numbers = 10, price = "2.00" }]
beyond = { every-stop-numbers = 5, add = "1.00" }

[[price]]
name = "express"
source = "made up"
classes = ["express"]
flat = "20.00"

[[concession]]
name = "express-card"
source = "made up"
when = { classes = ["express"], media = ["card"] }
pay = "12.00"

[no-tap-off]
name = "no-tap-off"
source = "made up"
charge = "list-to-farther-end"
"#;

fn network() -> Places {
    let stations =
        [(1, "甲"), (2, "乙"), (3, "丙")].map(|(code, name)| Station { code, name: name.into() }).to_vec();
    let network = Group::new("network", [StationId(0), StationId(1)], |_, _| 14_000);
    let tram = Group::new("tram", [StationId(1), StationId(2)], |_, _| 9_000);
    Places::Rail(Network::new("small", CityCode::BEIJING, stations, vec![network, tram]))
}

fn lines() -> Places {
    let line = |code, class| BusLine {
        code,
        direction: 0,
        name: code.to_string().into(),
        class: GroupId(class),
        stops: [1, 12].map(|number| Stop { name: "站".into(), number }).into(),
    };
    let classes = ["ordinary", "express"].map(Into::into).to_vec();
    Places::Bus(BusLines::new("small", CityCode::BEIJING, classes, vec![line(1, 0), line(2, 1)]))
}

/// What the rail tariff answers after one change.
fn rail(from: &str, to: &str) -> Diagnostics {
    assert!(RAIL.contains(from), "{from}");
    compile(&Source::new("rail.toml", RAIL.replace(from, to)), &network()).unwrap_err()
}

fn bus(from: &str, to: &str) -> Diagnostics {
    assert!(BUS.contains(from), "{from}");
    compile(&Source::new("bus.toml", BUS.replace(from, to)), &lines()).unwrap_err()
}

#[test]
fn without_a_change_they_compile() {
    compile(&Source::new("rail.toml", RAIL), &network()).unwrap();
    compile(&Source::new("bus.toml", BUS), &lines()).unwrap();
}

#[test]
fn a_rule_knows_its_line() {
    let tariff = compile(&Source::new("rail.toml", RAIL), &network()).unwrap();
    let lines: Vec<_> = tariff.rules().map(|(_, rule)| (&*rule.name, rule.line)).collect();
    let bands = [("distance", 18), ("distance", 19), ("distance", 21)];
    let others = [("half", 27), ("month", 30), ("month", 39), ("month", 40), ("overtime", 47)];
    assert_eq!(lines, [&bands[..], &others].concat());
}

#[test]
fn bands() {
    assert_snapshot!(rail("to-metres = 12000", "to-metres = 6000"));
    assert_snapshot!(rail("\"4.00\"", "\"2.00\""));
    assert_snapshot!(rail("to-metres = 12000, ", ""));
    assert_snapshot!(rail("to-metres = 12000", "to-stop-numbers = 12"));
    assert_snapshot!(rail("every-metres = 20000", "every-metres = 0"));
    assert_snapshot!(rail("beyond = { every-metres = 20000, add = \"1.00\" }\n", ""));
    assert_snapshot!(rail("to-metres = 6000", "to-km = 6"));
    assert_snapshot!(rail("to-metres = 6000", "to-metres = \"6 km\""));
    assert_snapshot!(bus("[{ to-stop-numbers = 10, price = \"2.00\" }]", "[]"));
    assert_snapshot!(bus("bands", "grace-metres = 100\nbands"));
}

#[test]
fn prices() {
    assert_snapshot!(rail("groups = [\"network\"]\ngrace", "groups = [\"netwrok\"]\ngrace"));
    assert_snapshot!(rail("groups = [\"network\"]\ngrace", "classes = [\"ordinary\"]\ngrace"));
    assert_snapshot!(rail("groups = [\"network\"]\ngrace", "grace"));
    assert_snapshot!(rail("grace-metres", "flat = \"3.00\"\ngrace-metres"));
    assert_snapshot!(bus("[\"express\"]\nflat", "[\"ordinary\"]\nflat"));
    assert_snapshot!(bus("classes = [\"ordinary\"]", "classes = [\"ordinery\"]"));
    assert_snapshot!(bus(
        "flat = \"20.00\"",
        "flat = \"20.00\"\nbeyond = { every-stop-numbers = 1, add = \"1.00\" }"
    ));
}

#[test]
fn money() {
    assert_snapshot!(rail("balance = \"3.00\"", "balance = 3"));
    assert_snapshot!(rail("surcharge = \"3.00\"", "surcharge = \"300 fen\""));
}

#[test]
fn amounts_that_are_no_whole_fen() {
    assert_snapshot!(rail("\"4.00\"", "\"4.25\""));
    assert_snapshot!(rail("pay-percent = 80", "pay-percent = 33"));
    assert_snapshot!(rail("add = \"1.00\"", "add = \"0.05\""));
}

#[test]
fn concessions() {
    assert_snapshot!(rail("\"student\"", "\"studnet\""));
    assert_snapshot!(rail("issuers = [\"local\"]", "issuers = [\"foreign\"]"));
    assert_snapshot!(rail("media = [\"card\"]", "media = []"));
    assert_snapshot!(rail("pay-percent = 50\n\n", "pay-percent = 150\n\n"));
    assert_snapshot!(rail("pay-percent = 50\n\n", "\n"));
    assert_snapshot!(rail("products = [\"student\"]", "products = [\"student\", \"student\"]"));
    assert_snapshot!(bus("pay = \"12.00\"", "pay = \"22.00\""));
    assert_snapshot!(bus("media = [\"card\"]", "medium = [\"card\"]"));
}

#[test]
fn tiers() {
    assert_snapshot!(rail("from = \"150.00\"", "from = \"100.00\""));
    assert_snapshot!(rail("basis = \"paid\"", "basis = \"list\""));
}

#[test]
fn heads_and_names() {
    assert_snapshot!(rail("city = \"1000\"", "city = \"2900\""));
    assert_snapshot!(rail("name = \"month\"", "name = \"half\""));
    assert_snapshot!(rail("valid-from = 2014-12-28", "valid-from = \"2014-12-28\""));
    assert_snapshot!(rail("name = \"half\"\nsource = \"made up\"", "name = \"half\"\nsource = \"\""));
    assert_snapshot!(rail(
        "[overtime]",
        "[no-tap-off]\nname = \"n\"\nsource = \"s\"\ncharge = \"list-to-farther-end\"\n\n[overtime]"
    ));
}

#[test]
fn a_network_that_is_not_there() {
    let directory = std::env::temp_dir().join(format!("tunion-tariff-{}", std::process::id()));
    std::fs::create_dir_all(&directory).unwrap();
    let fault = |name: &str, text: String| {
        let path = directory.join(name);
        std::fs::write(&path, text).unwrap();
        let shown = directory.display().to_string();
        load(&path).unwrap_err().to_string().replace(&shown, "DIR")
    };
    let none = fault("none.toml", RAIL.replace("network = \"small\"\n", ""));
    let both = fault("both.toml", RAIL.replace("network =", "bus-lines = \"x\"\nnetwork ="));
    let lost = fault("lost.toml", RAIL.to_owned());
    std::fs::remove_dir_all(&directory).unwrap();
    assert_snapshot!([none, both, lost].join("\n\n"));
}
