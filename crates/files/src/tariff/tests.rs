#![allow(clippy::unwrap_used, reason = "tests")]

use insta::assert_snapshot;
use tunion_data::civil::date;
use tunion_data::{CityCode, Fen};
use tunion_fare::{
    BusLine, BusLines, Calendar, Counter, DayClass, Group, GroupId, Issuer, Journey, Ledger, Network, Period,
    Places, Product, Ride, Rider, Station, StationId, Stop, Tariff,
};

use super::{Diagnostics, Source, compile, load};

const RAIL: &str = r#"version = 2
name = "rail"
city = "1000"
valid-from = 2014-12-28
valid-until = 2030-12-31
provenance = "made up"
network = "small"
calendar = "days.csv"
rounding = "exact"

[entry]
source = "made up"
balance = "3.00"
overdraft = true

[[region]]
name = "near"
source = "made up"
cities = ["2140", "2150"]

[[station-set]]
name = "early"
source = "made up"
stations = ["甲"]

[[ticket]]
name = "day"
source = "made up"
groups = ["network"]
hours = 24
price = "20.00"

[[price]]
name = "distance"
source = "made up"
when = { groups = ["network"] }
grace-metres = 100
bands = [
    { to-metres = 6000, price = "3.00" },
    { to-metres = 12000, price = "4.00" },
]
beyond = { every-metres = 20000, add = "1.00" }

[[price]]
name = "tram"
source = "made up"
when = { groups = ["tram"] }
flat = "2.00"

[[incomplete]]
name = "no-entry"
source = "made up"
missing = "entry"
price = "highest-fare"

[[counter]]
name = "month"
source = "made up"
when = { groups = ["network"], issuers = ["local", "near"] }
basis = "paid"
reset = "calendar-month"
period-of = "exit"

[[step]]
name = "rider"

[[step.rule]]
name = "half"
source = "made up"
when = { products = ["student"], issuers = ["local"], media = ["card"] }
pay-percent = 50

[[step.rule]]
name = "pass"
source = "made up"
when = { tickets = ["day"] }
pay-percent = 0

[[step]]
name = "early"
choose = "lowest"

[[step.rule]]
name = "early-80"
source = "made up"
when = { entered-until = 07:00:00, products = ["ordinary"], tickets = ["ordinary"] }
pay-percent = 80

[[step.rule]]
name = "early-50"
source = "made up"
when = { days = ["working"], products = ["ordinary"], entered-from = 06:00:00, entered-until = 07:00:00, entered-at = "early", valid-from = 2026-01-01, tickets = ["ordinary"] }
pay-percent = 50

[[step]]
name = "month"

[[step.rule]]
name = "tiers"
source = "made up"
counter = "month"
read = "before-ride"
tiers = [
    { from = "100.00", pay-percent = 80 },
    { from = "150.00", pay-percent = 50 },
]

[[step]]
name = "stay"

[[step.rule]]
name = "overtime"
source = "made up"
when = { stay-over-minutes = 240 }
add = "3.00"
counted = false

[[join]]
name = "tram-ride"
source = "made up"
groups = ["network", "tram"]
at = ["乙"]
charge = "sum"
"#;

const BUS: &str = r#"version = 2
name = "bus"
city = "1000"
valid-from = 2014-12-28
provenance = "made up"
bus-lines = "small"
rounding = "exact"

[entry]
source = "made up"
balance = "1.00"
overdraft = true

[[price]]
name = "stop-numbers"
source = "made up"
when = { classes = ["ordinary"] }
bands = [{ to-stop-numbers = 10, price = "2.00" }]
beyond = { every-stop-numbers = 5, add = "1.00" }

[[price]]
name = "express"
source = "made up"
when = { classes = ["express"] }
flat = "20.00"

[[incomplete]]
name = "no-tap-off"
source = "made up"
missing = "exit"
price = "farther-end"

[[step]]
name = "rider"

[[step.rule]]
name = "express-card"
source = "made up"
when = { classes = ["express"], media = ["card"], taps = ["both"] }
pay = "12.00"
"#;

/// 甲 and 乙 on the network, 乙 and 丙 on the tram.
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

/// One holiday of 2026: the year is known.
fn days() -> Calendar {
    Calendar::new([(date(2026, 10, 1), DayClass::Holiday)])
}

fn read(text: String) -> Result<Tariff, Diagnostics> {
    compile(&Source::new("rail.toml", text), &network(), days())
}

/// What the rail tariff answers after one change.
fn rail(from: &str, to: &str) -> Diagnostics {
    assert!(RAIL.contains(from), "{from}");
    read(RAIL.replace(from, to)).unwrap_err()
}

fn bus(from: &str, to: &str) -> Diagnostics {
    assert!(BUS.contains(from), "{from}");
    compile(&Source::new("bus.toml", BUS.replace(from, to)), &lines(), Calendar::default()).unwrap_err()
}

#[test]
fn without_a_change_they_compile() {
    read(RAIL.to_owned()).unwrap();
    compile(&Source::new("bus.toml", BUS), &lines(), Calendar::default()).unwrap();
}

#[test]
fn a_rule_knows_its_line() {
    let tariff = read(RAIL.to_owned()).unwrap();
    let lines: Vec<_> = tariff.rules().map(|(_, rule)| (&*rule.name, rule.line)).collect();
    for (name, line) in &lines {
        let line = usize::try_from(*line).unwrap();
        let before = RAIL.lines().take(line).filter(|line| line.starts_with("name = ")).last();
        assert_eq!(before, Some(&*format!("name = \"{name}\"")), "line {line}");
    }
    let names: Vec<_> = lines.iter().map(|(name, _)| *name).collect();
    assert_eq!(
        names,
        [
            "day",
            "distance",
            "distance",
            "distance",
            "tram",
            "no-entry",
            "month",
            "half",
            "pass",
            "early-80",
            "early-50",
            "tiers",
            "tiers",
            "tiers",
            "overtime",
            "tram-ride",
        ]
    );
}

/// What one ride of an ordinary card costs by a changed tariff, 14 km entered on 2026-11-10 at such an hour.
fn charged(text: &str, hour: i8, before: u32) -> u32 {
    let tariff = read(text.to_owned()).unwrap();
    let ride = Ride::Rail { from: StationId(0), to: StationId(1), group: None };
    let at = date(2026, 11, 10).at(hour, 30, 0, 0);
    let journey = Journey::single(ride, Rider::local(Product::Ordinary), at, at);
    let period = Some(Period::month(at.date()));
    let ledger = Counter { period, amount: Fen::new(before), rides: 3 }.into();
    tariff.quote(&journey, &ledger).unwrap().charged.get()
}

#[test]
fn steps_multiply_and_their_rules_compete() {
    assert_eq!(charged(RAIL, 9, 0), 500);
    assert_eq!(charged(RAIL, 5, 0), 400);
    // Both rules match; the lower price holds.
    assert_eq!(charged(RAIL, 6, 0), 250);
    assert_eq!(charged(RAIL, 6, 10_000), 200);
    assert_eq!(charged(&RAIL.replace("choose = \"lowest\"\n", ""), 6, 0), 400);
}

#[test]
fn a_ride_may_be_cut_at_a_tier() {
    let split = RAIL
        .replace("\"before-ride\"", "\"split\"")
        .replace(
            "groups = [\"network\"], issuers",
            "groups = [\"network\"], products = [\"ordinary\"], issuers",
        )
        .replace("00, products = [\"ordinary\"], tickets", "00, products = [\"test\"], tickets")
        .replace("[\"working\"], products = [\"ordinary\"]", "[\"working\"], products = [\"test\"]");
    let split = split.replace("rounding = \"exact\"", "rounding = \"half-up\"\nrounded-to = \"0.01\"");
    assert_eq!(charged(&split, 9, 9_800), 200 + 240);
    assert_eq!(charged(&split.replace("half-up", "down"), 9, 14_999), 1 + 249);
    assert_eq!(charged(&split.replace("half-up", "up").replace("0.01", "0.10"), 9, 14_999), 260);
}

#[test]
fn counters_of_other_bases_and_periods() {
    let list = RAIL.replace("basis = \"paid\"", "basis = \"list\"");
    let tariff = read(list).unwrap();
    let ride = Ride::Rail { from: StationId(0), to: StationId(1), group: None };
    let at = date(2026, 11, 10).at(6, 30, 0, 0);
    let journey = Journey::single(ride, Rider::local(Product::Ordinary), at, at);
    let quote = tariff.quote(&journey, &Ledger::default()).unwrap();
    assert_eq!((quote.charged.get(), quote.ledger.first().amount.get()), (250, 500));

    let rides = RAIL
        .replace("basis = \"paid\"", "basis = \"rides\"")
        .replace("reset = \"calendar-month\"", "reset = \"day\"\nday-begins = 04:30:00")
        .replace("from = \"100.00\"", "from-rides = 2")
        .replace("from = \"150.00\"", "from-rides = 4");
    let tariff = read(rides).unwrap();
    let ride_at = |hour, ledger: &Ledger| {
        let at = date(2026, 11, 10).at(hour, 29, 59, 0);
        tariff.quote(&Journey { entered: at, exited: at, ..journey }, ledger).unwrap()
    };
    let first = ride_at(9, &Ledger::default());
    let second = ride_at(10, &first.ledger);
    let third = ride_at(11, &second.ledger);
    assert_eq!([first, second, third].map(|quote| quote.charged.get()), [500, 500, 400]);
    // Before half past four it is still the day before.
    let night = ride_at(4, &Ledger::default()).ledger.first().period.unwrap();
    assert_eq!(night.to_string(), "2026-11-09");
}

#[test]
fn regions_are_told_apart() {
    let tariff = read(RAIL.to_owned()).unwrap();
    let of = |city: &str| tariff.issuer(city.parse().unwrap());
    assert_eq!([of("1000"), of("2150"), of("2900")], [Issuer::LOCAL, Issuer::region(0), Issuer::OTHER]);
}

#[test]
fn joins_charge_as_they_say() {
    let across = |charge: &str| {
        let tariff = read(RAIL.replace("charge = \"sum\"", charge)).unwrap();
        let ride = Ride::Rail { from: StationId(2), to: StationId(0), group: None };
        let at = date(2026, 11, 10).at(9, 0, 0, 0);
        let journey = Journey::single(ride, Rider::local(Product::Ordinary), at, at);
        let enquiry = tariff.enquire(&journey, &Ledger::default()).unwrap();
        (enquiry.charged.get(), enquiry.has_separate_taps())
    };
    assert_eq!(across("charge = \"sum\""), (700, true));
    assert_eq!(across("charge = \"maximum\""), (500, false));
    assert_eq!(across("charge = \"replace\"\nby = \"tram\""), (200, false));
    assert_eq!(across("charge = \"replace\"\nby = \"network\""), (500, false));
}

#[test]
fn bands() {
    assert_snapshot!(rail("to-metres = 12000", "to-metres = 6000"));
    assert_snapshot!(rail("{ to-metres = 12000", "{ over-metres = 5000, to-metres = 12000"));
    assert_snapshot!(rail("{ to-metres = 12000", "{ over-metres = 7000, to-metres = 12000"));
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
    assert_snapshot!(rail("groups = [\"network\"] }\ngrace", "groups = [\"netwrok\"] }\ngrace"));
    assert_snapshot!(rail("groups = [\"network\"] }\ngrace", "classes = [\"ordinary\"] }\ngrace"));
    assert_snapshot!(rail("when = { groups = [\"network\"] }\ngrace", "grace"));
    assert_snapshot!(rail("grace-metres", "flat = \"3.00\"\ngrace-metres"));
    assert_snapshot!(bus("[\"express\"] }\nflat", "[\"ordinary\"] }\nflat"));
    assert_snapshot!(bus("classes = [\"ordinary\"]", "classes = [\"ordinery\"]"));
    assert_snapshot!(bus(
        "flat = \"20.00\"",
        "flat = \"20.00\"\nbeyond = { every-stop-numbers = 1, add = \"1.00\" }"
    ));
}

#[test]
fn missing_taps() {
    assert_snapshot!(rail("missing = \"entry\"", "missing = \"exit\""));
    assert_snapshot!(rail("\"highest-fare\"", "\"farther-end\""));
    assert_snapshot!(bus("missing = \"exit\"", "missing = \"entry\""));
    assert_snapshot!(bus("\"farther-end\"", "\"highest-fare\""));
}

#[test]
fn money_and_rounding() {
    assert_snapshot!(rail("balance = \"3.00\"", "balance = 3"));
    assert_snapshot!(rail("add = \"3.00\"\ncounted", "add = \"300 fen\"\ncounted"));
    assert_snapshot!(rail("rounding = \"exact\"\n", ""));
    assert_snapshot!(rail("rounding = \"exact\"", "rounding = \"half-up\""));
    assert_snapshot!(rail("rounding = \"exact\"", "rounding = \"up\"\nrounded-to = \"0.00\""));
    assert_snapshot!(rail("rounding = \"exact\"", "rounding = \"exact\"\nrounded-to = \"0.01\""));
    assert_snapshot!(rail("read = \"before-ride\"", "read = \"split\""));
    let rounded = RAIL.replace("rounding = \"exact\"", "rounding = \"down\"\nrounded-to = \"0.01\"");
    assert_snapshot!(read(rounded.replace("\"before-ride\"", "\"split\"")).unwrap_err());
}

#[test]
fn amounts_that_are_no_whole_fen() {
    assert_snapshot!(rail("\"4.00\"", "\"4.25\""));
    assert_snapshot!(rail("pay-percent = 80 },", "pay-percent = 33 },"));
    assert_snapshot!(rail("add = \"1.00\"", "add = \"0.05\""));
}

#[test]
fn conditions() {
    assert_snapshot!(rail("\"student\"", "\"studnet\""));
    assert_snapshot!(rail("issuers = [\"local\"]", "issuers = [\"foreign\"]"));
    assert_snapshot!(rail("media = [\"card\"]", "media = []"));
    assert_snapshot!(rail("products = [\"student\"]", "products = [\"student\", \"student\"]"));
    assert_snapshot!(bus("media = [\"card\"]", "medium = [\"card\"]"));
    assert_snapshot!(rail("entered-from = 06:00:00", "entered-from = 07:00:01"));
    assert_snapshot!(rail("entered-from = 06:00:00", "entered-from = 2026-01-01"));
    assert_snapshot!(rail("entered-at = \"early\"", "entered-at = \"erly\""));
    assert_snapshot!(rail("valid-from = 2026-01-01", "valid-from = 2026-01-01, valid-until = 2025-12-31"));
    assert_snapshot!(rail("valid-from = 2026-01-01", "valid-from = 2014-12-27"));
    assert_snapshot!(rail("calendar = \"days.csv\"\n", ""));
    assert_snapshot!(rail("tickets = [\"day\"]", "tickets = [\"dya\"]"));
}

#[test]
fn rules() {
    assert_snapshot!(rail(
        "pay-percent = 50\n\n[[step.rule]]\nname = \"pass\"",
        "\n[[step.rule]]\nname = \"pass\""
    ));
    assert_snapshot!(rail(
        "pay-percent = 50\n\n[[step.rule]]\nname = \"pass\"",
        "pay-percent = 150\n\n[[step.rule]]\nname = \"pass\""
    ));
    assert_snapshot!(rail("counted = false\n", ""));
    assert_snapshot!(rail("pay-percent = 0\n", "pay-percent = 0\ncounted = true\ncounter = \"month\"\n"));
    assert_snapshot!(bus("pay = \"12.00\"", "pay = \"22.00\""));
    assert_snapshot!(rail("choose = \"lowest\"", "choose = \"best\""));
    assert_snapshot!(rail(
        "name = \"early\"\nchoose",
        "name = \"nothing\"\n\n[[step]]\nname = \"early\"\nchoose"
    ));
}

#[test]
fn counters_and_tiers() {
    assert_snapshot!(rail("from = \"150.00\"", "from = \"100.00\""));
    assert_snapshot!(rail("from = \"150.00\"", "from-rides = 100"));
    assert_snapshot!(rail("basis = \"paid\"", "basis = \"rides\""));
    assert_snapshot!(rail("basis = \"paid\"", "basis = \"spent\""));
    assert_snapshot!(rail("counter = \"month\"\nread", "counter = \"mnth\"\nread"));
    assert_snapshot!(rail("counter = \"month\"\nread", "read"));
    assert_snapshot!(rail("read = \"before-ride\"\n", ""));
    assert_snapshot!(rail(
        "counter = \"month\"\nread = \"before-ride\"\ntiers = [\n    { from = \"100.00\", pay-percent = 80 },\n    \
         { from = \"150.00\", pay-percent = 50 },\n]",
        "pay-percent = 80"
    ));
}

#[test]
fn names_and_joins() {
    assert_snapshot!(rail("stations = [\"甲\"]", "stations = [\"甲\", \"戊\", \"甲\"]"));
    assert_snapshot!(rail("entered-at = \"early\", ", ""));
    assert_snapshot!(rail("name = \"day\"", "name = \"ordinary\""));
    assert_snapshot!(rail("issuers = [\"local\", \"near\"]", "issuers = [\"local\"]"));
    assert_snapshot!(rail(
        "name = \"pass\"\nsource = \"made up\"\nwhen = { tickets = [\"day\"] }",
        "name = \"pass\"\nsource = \"made up\""
    ));
    assert_snapshot!(rail("hours = 24", "hours = 0"));
    assert_snapshot!(rail("groups = [\"network\"]\nhours", "hours"));
    assert_snapshot!(rail("at = [\"乙\"]", "at = [\"丙\"]"));
    assert_snapshot!(rail("at = [\"乙\"]", "at = []"));
    assert_snapshot!(rail("[\"network\", \"tram\"]", "[\"tram\", \"tram\"]"));
    assert_snapshot!(rail("charge = \"sum\"", "charge = \"replace\""));
    assert_snapshot!(rail("charge = \"sum\"", "charge = \"sum\"\nby = \"tram\""));
}

#[test]
fn heads_and_names() {
    assert_snapshot!(rail("version = 2", "version = 1"));
    assert_snapshot!(rail("city = \"1000\"", "city = \"2900\""));
    assert_snapshot!(rail("name = \"month\"\nsource", "name = \"half\"\nsource"));
    assert_snapshot!(rail("valid-from = 2014-12-28", "valid-from = \"2014-12-28\""));
    assert_snapshot!(rail("valid-until = 2030-12-31", "valid-until = 2014-12-27"));
    assert_snapshot!(rail("name = \"half\"\nsource = \"made up\"", "name = \"half\"\nsource = \"\""));
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
