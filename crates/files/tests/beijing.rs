//! The tariffs of Beijing as a whole: months, edges, reasons in words.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::sync::LazyLock;

use insta::assert_snapshot;
use proptest::prelude::*;
use tunion_data::Fen;
use tunion_data::civil::{DateTime, date};
use tunion_fare::{
    Counter, FareError, Issuer, Journey, Ledger, LineId, Medium, Period, Place, Product, Quote, Reason, Ride,
    Rider, StopId, Taps, Tariff,
};
use tunion_files::tariff;

fn load(name: &str) -> Tariff {
    tariff::load(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/tariffs").join(name)).unwrap()
}

static RAIL: LazyLock<Tariff> = LazyLock::new(|| load("beijing-rail.toml"));
static BUS: LazyLock<Tariff> = LazyLock::new(|| load("beijing-bus.toml"));

const ORDINARY: Rider = Rider::local(Product::Ordinary);
const STUDENT: Rider = Rider { product: Product::Student, issuer: Issuer::LOCAL, medium: Medium::Phone };

fn noon(day: i8) -> DateTime {
    date(2026, 11, day).at(12, 0, 0, 0)
}

fn at(exited: DateTime, ride: Ride, rider: Rider) -> Journey {
    Journey::single(ride, rider, exited, exited)
}

fn metres(metres: u32) -> Ride {
    let (group, _) = RAIL.places().groups().find(|(_, name)| *name == "network").unwrap();
    Ride::Distance { group, distance: metres, taps: Taps::Both }
}

fn stations(from: &str, to: &str) -> Ride {
    let id = |name| RAIL.network().unwrap().station_named(name).unwrap();
    Ride::Rail { from: id(from), to: id(to), group: None }
}

fn bus(line: &str, on: &str, off: Option<&str>) -> Ride {
    let lines = BUS.bus_lines().unwrap();
    let line = lines.line_named(line, 0).unwrap();
    let stop = |name| lines.line(line).unwrap().stop_named(name).unwrap();
    Ride::Bus { line, on: stop(on), off: off.map(stop) }
}

fn november(yuan: &str) -> Ledger {
    let period = Some(Period::month(date(2026, 11, 1)));
    Counter { period, amount: yuan.parse().unwrap(), rides: 20 }.into()
}

/// Two rides a day.
fn month(rides: i8, ride: Ride, rider: Rider) -> Ledger {
    (0..rides).fold(Ledger::default(), |ledger, n| {
        RAIL.quote(&at(noon(1 + n / 2), ride, rider), &ledger).unwrap().ledger
    })
}

#[test]
fn the_government_s_own_month_comes_to_371() {
    for rider in [ORDINARY, STUDENT, Rider::local(Product::Senior)] {
        let ledger = month(60, metres(93_000), rider);
        assert_eq!((ledger.first().amount, ledger.first().rides), ("371.00".parse().unwrap(), 60));
    }
}

#[test]
fn forty_four_rides_of_five_come_to_179_50() {
    assert_eq!(month(44, metres(15_000), ORDINARY).first().amount, "179.50".parse().unwrap());
}

#[test]
fn a_card_of_another_city_pays_every_ride_in_full() {
    let roaming = Rider { issuer: Issuer::OTHER, ..ORDINARY };
    let journey = at(noon(10), metres(15_000), roaming);
    let quote = RAIL.quote(&journey, &november("120.00")).unwrap();
    assert_eq!((quote.charged, quote.ledger), (Fen::from_yuan(5), november("120.00")));
}

#[test]
fn tier_edges() {
    let fare = |paid: &str| {
        RAIL.quote(&at(noon(10), metres(15_000), ORDINARY), &november(paid)).unwrap().charged.get()
    };
    let edges = ["99.99", "100.00", "149.99", "150.00", "399.99", "400.00"].map(fare);
    assert_eq!(edges, [500, 400, 400, 250, 250, 500]);
}

#[test]
fn the_month_of_the_exit_decides() {
    let leave = |exited: DateTime| {
        let entered = date(2026, 11, 30).at(23, 30, 0, 0);
        let journey = Journey::single(metres(15_000), ORDINARY, entered, exited);
        RAIL.quote(&journey, &november("120.00")).unwrap().charged.get()
    };
    assert_eq!(leave(date(2026, 11, 30).at(23, 59, 59, 0)), 400);
    assert_eq!(leave(date(2026, 12, 1).at(0, 0, 0, 0)), 500);
    // The same month of another year is another month.
    let next_year = at(date(2027, 11, 1).at(9, 0, 0, 0), metres(15_000), ORDINARY);
    assert_eq!(RAIL.quote(&next_year, &november("120.00")).unwrap().charged.get(), 500);
}

#[test]
fn the_longest_ride_of_the_network_costs_ten_yuan() {
    let quote = RAIL.quote(&at(noon(10), stations("燕山", "昌平西山口"), ORDINARY), &Ledger::default());
    assert_eq!(quote.unwrap().charged, Fen::from_yuan(10));
}

#[test]
fn a_station_of_two_groups_is_priced_on_the_network() {
    // 三元桥 and 东直门 are stations of the airport line as well.
    let quote = RAIL.quote(&at(noon(10), stations("三元桥", "东直门"), ORDINARY), &Ledger::default());
    assert_eq!(quote.unwrap().charged, Fen::from_yuan(3));
}

#[test]
fn the_gate_of_the_airport_line_is_another_group() {
    let network = RAIL.network().unwrap();
    let line = |name| network.group_of_line(name);
    let Ride::Rail { from, to, .. } = stations("三元桥", "东直门") else { unreachable!() };
    let ride = Ride::Rail { from, to, group: line("首都机场线") };
    let quote = RAIL.quote(&at(noon(10), ride, ORDINARY), &november("120.00")).unwrap();
    assert_eq!((quote.charged, quote.ledger), (Fen::from_yuan(25), november("120.00")));
    let ride = Ride::Rail { from, to, group: line("西郊线") };
    let error = RAIL.quote(&at(noon(10), ride, ORDINARY), &Ledger::default()).unwrap_err();
    assert_snapshot!(RAIL.describe(&error), @"the station does not lie on this group of lines (三元桥 on network and airport-capital; asked for tram-xijiao)");
}

#[test]
fn rides_over_several_groups_are_several_taps() {
    let enquire =
        |from, to| RAIL.enquire(&at(noon(10), stations(from, to), ORDINARY), &november("99.00")).unwrap();
    let enquiry = enquire("香山", "3号航站楼");
    let legs: Vec<_> = enquiry.legs.iter().map(|leg| leg.quote.charged.get()).collect();
    assert_eq!(
        (legs, enquiry.charged.get(), enquiry.has_separate_taps()),
        (vec![400, 500, 2500], 3400, true)
    );
    assert_eq!(enquiry.ledger.first().amount, "104.00".parse().unwrap());
    // Each leg finds the counter as the leg before left it.
    let there = enquire("五道口", "茶棚");
    assert_eq!((there.list.get(), there.charged.get()), (600, 600));
    assert!(!enquire("五道口", "西直门").has_separate_taps());
    let error = RAIL.quote(&at(noon(10), stations("西单", "3号航站楼"), ORDINARY), &Ledger::default());
    assert_snapshot!(RAIL.describe(&error.unwrap_err()), @"not covered by this tariff: no group of lines holds both stations (西单 on network, 3号航站楼 on airport-capital)");
    assert!(matches!(
        RAIL.quote(&at(noon(10), bus("331", "五道口", None), ORDINARY), &Ledger::default()),
        Err(FareError::OtherMode)
    ));
}

#[test]
fn entry_balances() {
    let station = Place::Station(RAIL.network().unwrap().station_named("五道口").unwrap());
    let military = Rider::local(Product::Military);
    assert_eq!(RAIL.entry_balance(station, STUDENT), Ok(Fen::from_yuan(3)));
    assert_eq!(RAIL.entry_balance(station, military), Ok(Fen::ZERO));
    let airport = RAIL.network().unwrap().station_named("3号航站楼").unwrap();
    assert_eq!(RAIL.entry_balance(Place::Station(airport), STUDENT), Ok(Fen::from_yuan(3)));

    let line = |name| Place::Line(BUS.bus_lines().unwrap().line_named(name, 0).unwrap());
    let senior = Rider::local(Product::Senior);
    assert_eq!(BUS.entry_balance(line("331"), STUDENT), Ok(Fen::from_yuan(1)));
    assert_eq!(BUS.entry_balance(line("331"), senior), Ok(Fen::ZERO));
    assert_eq!(BUS.entry_balance(line("快速直达专线37"), senior), Ok(Fen::from_yuan(1)));
}

#[test]
fn the_annotated_amount_is_the_price_to_the_farther_end() {
    let lines = BUS.bus_lines().unwrap();
    let quote = |line, stop| {
        let ride = Ride::Bus { line, on: StopId(stop), off: None };
        BUS.quote(&at(noon(1), ride, STUDENT), &Ledger::default())
    };
    let price = |name, stop| quote(lines.line_named(name, 0).unwrap(), stop).unwrap().list.get();
    // 331 has the numbers 1 to 24, 五道口 is 12; 运通110 counts from 31 down to 1.
    assert_eq!([price("331", 0), price("331", 12), price("运通110", 0)], [500, 300, 600]);
    assert_eq!([price("快速直达专线37", 3), price("观光1线(合成)", 0)], [2000, 1000]);
    assert_eq!(quote(LineId(99), 0).err(), Some(FareError::UnknownLine(LineId(99))));
}

fn told(tariff: &Tariff, quote: &Quote) -> String {
    let told = |reason: &Reason| {
        let Reason { rule, before, after, .. } = *reason;
        let rule = tariff.rule(rule).unwrap();
        format!(
            "{before} → {after}  {} (line {}, {}): {}\n",
            rule.name,
            rule.line,
            rule.source,
            tariff.explain(reason)
        )
    };
    quote.reasons.iter().map(told).collect()
}

#[test]
fn reasons_in_words() {
    let rail = |ride, rider, ledger| told(&RAIL, &RAIL.quote(&at(noon(10), ride, rider), &ledger).unwrap());
    let on_bus =
        |ride, rider| told(&BUS, &BUS.quote(&at(noon(10), ride, rider), &Ledger::default()).unwrap());
    let october = Some(Period::month(date(2026, 10, 1)));
    let october = Counter { period: october, ..november("104.50").first() }.into();
    let late = Journey {
        entered: noon(10),
        exited: date(2026, 11, 10).at(16, 0, 1, 0),
        ..at(noon(10), metres(1), STUDENT)
    };
    let stories = [
        rail(metres(18_742), STUDENT, november("104.50")),
        rail(metres(18_742), STUDENT, october),
        rail(stations("燕山", "昌平西山口"), ORDINARY, Ledger::default()),
        rail(metres(5_000), ORDINARY, november("431.00")),
        rail(metres(5_000), Rider::local(Product::Military), november("431.00")),
        told(&RAIL, &RAIL.quote(&late, &november("160.00")).unwrap()),
        on_bus(bus("331", "五道口", Some("香泉环岛")), STUDENT),
        on_bus(bus("331", "五道口", None), STUDENT),
        on_bus(bus("快速直达专线37", "中关村南", Some("昌平东关")), STUDENT),
        on_bus(bus("观光1线(合成)", "合成01", Some("合成10")), STUDENT),
        on_bus(bus("331", "五道口", Some("清华园")), Rider::local(Product::Senior)),
    ];
    assert_snapshot!(stories.join("\n"));
}

proptest! {
    /// Any rider between any two stations on any total: exact, never above the list price, and the
    /// ledger grows by exactly what was charged.
    #[test]
    fn any_ride_of_the_network(a in 0usize..414, b in 0usize..414, product in prop::sample::select(Product::ALL), paid in 0u32..60_000) {
        let network = RAIL.network().unwrap();
        let (_, group) = network.groups().next().unwrap();
        let ride = Ride::Rail { from: group.members()[a], to: group.members()[b], group: None };
        let ledger = Counter { amount: Fen::new(paid), ..november("0.00").first() }.into();
        let quote = RAIL.quote(&at(noon(10), ride, Rider::local(product)), &ledger).unwrap();
        prop_assert!(quote.charged <= quote.list);
        let free = matches!(product, Product::Military | Product::Child);
        prop_assert_eq!(quote.ledger.first().amount, if free { ledger.first().amount } else { ledger.first().amount + quote.charged });
        prop_assert_eq!(quote.charged.is_zero(), free);
    }
}
