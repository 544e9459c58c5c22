#![allow(clippy::unwrap_used, reason = "tests")]

use core::num::NonZeroU32;
use std::string::{String, ToString};
use std::vec;
use std::vec::Vec;

use tunion_data::civil::{DateTime, Time, date, time};
use tunion_data::{CityCode, Fen};

use super::{Aspect, Edge, Point, Trait};
use crate::{
    Basis, Calendar, Choose, Clause, Counter, DayClass, Entry, Group, GroupId, Head, Hours, Instead, Issuer,
    Join, Journey, Ledger, Level, Medium, Network, Period, Places, Product, Read, Reset, Ride, Rider,
    Rounding, Rule, RuleId, Set, Station, StationId, Surcharge, Tap, Taps, Tariff, TariffBuilder, Ticket,
    When,
};

const CITY: GroupId = GroupId(0);
const TRAM: GroupId = GroupId(1);

/// Two groups of lines: stations 0, 1, 2 on the one, 2, 3 on the other; any two are 9 km apart.
fn builder() -> TariffBuilder {
    let names = ["甲", "乙", "丙", "丁"];
    let stations = (1..).zip(names).map(|(code, name)| Station { code, name: name.into() }).collect();
    let group = |name, ids: &[u16]| Group::new(name, ids.iter().copied().map(StationId), |_, _| 9_000);
    let groups = vec![group("city", &[0, 1, 2]), group("tram", &[2, 3])];
    let network = Network::new("small", CityCode::BEIJING, stations, groups);
    let head = Head {
        name: "small".into(),
        file: "small.toml".into(),
        valid_from: date(2026, 1, 1),
        valid_until: Some(date(2026, 12, 31)),
        entry: Entry { balance: Fen::ZERO, overdraft: false },
        rounding: Rounding::Exact,
    };
    TariffBuilder::new(head, Places::Rail(network))
}

fn rule(clause: Clause) -> Rule {
    Rule { name: "rule".into(), source: "made up".into(), line: 1, clause }
}

fn on(group: GroupId) -> When {
    When { groups: Set::from_iter([group]), ..When::ALWAYS }
}

fn half() -> Rule {
    rule(Clause::Share { percent: 50 })
}

/// 5 yuan on the city's lines, rule 0, and on the tram's, rule 1. What follows begins at rule 2.
fn flat() -> TariffBuilder {
    let mut builder = builder();
    builder.price(on(CITY), [rule(Clause::Flat { price: Fen::from_yuan(5) })]);
    builder.price(on(TRAM), [rule(Clause::Flat { price: Fen::from_yuan(2) })]);
    builder
}

/// A tariff with one rule more, rule 2.
fn with(when: When) -> Tariff {
    let mut builder = flat();
    builder.rule(when, half());
    builder.build()
}

const NOON: DateTime = DateTime::constant(2026, 11, 10, 12, 0, 0, 0);

fn ride(from: u16, to: u16) -> Journey {
    let ride = Ride::Rail { from: StationId(from), to: StationId(to), group: None };
    Journey::single(ride, Rider::local(Product::Ordinary), NOON, NOON)
}

fn metres(distance: u32) -> Journey {
    Journey { ride: Ride::Distance { group: CITY, distance, taps: Taps::Both }, ..ride(0, 1) }
}

fn entered(at: DateTime) -> Journey {
    Journey { entered: at, exited: at, ..ride(0, 1) }
}

/// The points of one rule on which a ride stands, each of which the tariff lists.
fn of(tariff: &Tariff, id: u16, journey: Journey) -> Vec<Point> {
    with_ledger(tariff, id, journey, Ledger::default())
}

fn with_ledger(tariff: &Tariff, id: u16, journey: Journey, ledger: Ledger) -> Vec<Point> {
    let edges = tariff.edges();
    let touched = tariff.touched(&journey, &ledger);
    assert!(touched.iter().all(|edge| edges.contains(edge)), "{touched:?}");
    touched.iter().filter(|edge| edge.rule == Some(RuleId(id))).map(|edge| edge.point).collect()
}

fn listed(tariff: &Tariff, id: u16) -> Vec<Point> {
    let edges = tariff.edges();
    edges.iter().filter(|edge| edge.rule == Some(RuleId(id))).map(|edge| edge.point).collect()
}

#[test]
fn ends_of_bands_and_steps() {
    let mut builder = builder();
    let bands = Clause::bands(100, [(6_000, Fen::from_yuan(3)), (12_000, Fen::from_yuan(4))]);
    let every = NonZeroU32::new(20_000).unwrap();
    let open =
        Clause::Beyond { over: 12_000, grace: 100, base: Fen::from_yuan(4), every, add: Fen::from_yuan(1) };
    builder.price(When::ALWAYS, bands.chain([open]).map(rule));
    let tariff = builder.build();
    assert_eq!(of(&tariff, 0, metres(6_099)), [Point::Used]);
    assert_eq!(of(&tariff, 0, metres(6_100)), [Point::BandEnd, Point::Used]);
    assert_eq!(of(&tariff, 0, metres(6_101)), [Point::BeyondBand]);
    assert_eq!(of(&tariff, 1, metres(6_101)), [Point::Used]);
    assert_eq!(of(&tariff, 2, metres(12_101)), [Point::Used]);
    assert_eq!(of(&tariff, 2, metres(32_100)), [Point::StepEnd, Point::Used]);
    assert_eq!(of(&tariff, 2, metres(32_101)), [Point::BeyondStep, Point::Used]);
    assert_eq!(of(&tariff, 2, metres(52_101)), [Point::BeyondStep, Point::Used]);
    let words = |point| tariff.edge_in_words(&Edge { rule: Some(RuleId(0)), point }).to_string();
    assert_eq!(words(Point::BandEnd), "up to 6 km (and 100 m grace): exactly 6,100 m");
    assert_eq!(words(Point::BeyondBand), "up to 6 km (and 100 m grace): 6,101 m");
}

#[test]
fn a_tariff_that_ends_with_its_last_band() {
    let mut builder = builder();
    builder.price(When::ALWAYS, Clause::bands(0, [(6_000, Fen::from_yuan(3))]).map(rule));
    let tariff = builder.build();
    // Refused, and touched all the same.
    assert_eq!(of(&tariff, 0, metres(6_001)), [Point::BeyondBand]);
    assert_eq!(of(&tariff, 0, metres(6_002)), []);
}

#[test]
fn the_tariff_s_own_dates() {
    let tariff = with(When::ALWAYS);
    let on = |at: DateTime| {
        let touched = tariff.touched(&entered(at), &Ledger::default());
        touched.iter().filter(|edge| edge.rule.is_none()).map(|edge| edge.point).collect::<Vec<_>>()
    };
    assert_eq!(on(date(2025, 12, 31).at(23, 0, 0, 0)), [Point::DayBefore]);
    assert_eq!(on(date(2026, 1, 1).at(0, 0, 0, 0)), [Point::FirstDay]);
    assert_eq!(on(date(2026, 12, 31).at(0, 0, 0, 0)), [Point::LastDay]);
    assert_eq!(on(date(2027, 1, 1).at(0, 0, 0, 0)), [Point::DayAfter]);
    assert_eq!(on(NOON), []);
}

#[test]
fn a_near_miss_needs_all_other_conditions() {
    let students = When {
        products: Set::from_iter([Product::Student]),
        media: Set::from_iter([Medium::Card, Medium::Phone]),
        ..on(CITY)
    };
    let tariff = with(students);
    let as_rider = |product, medium| {
        let rider = Rider { product, issuer: Issuer::LOCAL, medium };
        of(&tariff, 2, Journey { rider, ..ride(0, 1) })
    };
    let named = |medium| {
        [
            Point::With(Trait::Group(CITY)),
            Point::With(Trait::Product(Product::Student)),
            Point::With(Trait::Medium(medium)),
            Point::Used,
        ]
    };
    assert_eq!(as_rider(Product::Student, Medium::Card), named(Medium::Card));
    assert_eq!(as_rider(Product::Student, Medium::Phone), named(Medium::Phone));
    assert_eq!(as_rider(Product::Student, Medium::Cash), [Point::Without(Aspect::Medium)]);
    assert_eq!(as_rider(Product::Senior, Medium::Card), [Point::Without(Aspect::Product)]);
    assert_eq!(as_rider(Product::Senior, Medium::Cash), []);
    let student = Rider::local(Product::Student);
    assert_eq!(of(&tariff, 2, Journey { rider: student, ..ride(2, 3) }), [Point::Without(Aspect::Group)]);
    assert_eq!(listed(&tariff, 2).len(), 8);
}

#[test]
fn what_an_earlier_rule_takes_is_left_out() {
    let mut builder = flat();
    builder.step("rider", Choose::First);
    let only = |product| When { products: Set::from_iter([product]), ..When::ALWAYS };
    builder.rule(only(Product::Student), rule(Clause::Share { percent: 0 }));
    let all = Product::ALL.iter().copied().filter(|product| *product != Product::Student);
    builder.rule(When { products: all.collect(), ..When::ALWAYS }, half());
    let tariff = builder.build();
    // Who is no student is turned away from the first rule, and nobody from the second: students never come there.
    assert!(listed(&tariff, 2).contains(&Point::Without(Aspect::Product)));
    assert!(!listed(&tariff, 3).contains(&Point::Without(Aspect::Product)));
    assert_eq!(of(&tariff, 3, Journey { rider: Rider::local(Product::Student), ..ride(0, 1) }), []);
}

#[test]
fn dates_do_not_ask_for_the_class_of_the_day() {
    let mut builder = flat();
    builder.calendar(Calendar::new([
        (date(2026, 3, 2), DayClass::Holiday),
        // A Saturday that is worked.
        (date(2026, 3, 7), DayClass::Working),
    ]));
    let when = When {
        first_day: date(2026, 3, 1),
        last_day: date(2026, 12, 31),
        days: Set::from_iter([DayClass::Working]),
        ..When::ALWAYS
    };
    builder.rule(when, half());
    let tariff = builder.build();
    let on = |month, day| of(&tariff, 2, entered(date(2026, month, day).at(9, 0, 0, 0)));
    // A Sunday.
    assert_eq!(on(3, 1), [Point::OffDay(DayClass::Weekend), Point::FirstDay]);
    assert_eq!(on(2, 28), [Point::DayBefore]);
    assert_eq!(on(3, 2), [Point::OffDay(DayClass::Holiday)]);
    assert_eq!(on(3, 7), [Point::With(Trait::Day(DayClass::Working)), Point::Used]);
    assert_eq!(on(12, 31), [Point::With(Trait::Day(DayClass::Working)), Point::LastDay, Point::Used]);
    // The rule ends with the tariff.
    assert!(!listed(&tariff, 2).contains(&Point::DayAfter));
}

#[test]
fn a_class_of_days_that_no_known_year_has_is_left_out() {
    let mut builder = flat();
    builder.calendar(Calendar::new([(date(2026, 3, 2), DayClass::Holiday)]));
    let when = When {
        first_day: date(2026, 3, 3),
        last_day: date(2026, 3, 6),
        days: Set::from_iter([DayClass::Working, DayClass::Holiday]),
        ..When::ALWAYS
    };
    builder.rule(when, half());
    let listed = listed(&builder.build(), 2);
    assert!(listed.contains(&Point::With(Trait::Day(DayClass::Working))));
    assert!(!listed.contains(&Point::With(Trait::Day(DayClass::Holiday))));
    assert!(!listed.contains(&Point::OffDay(DayClass::Weekend)));
}

#[test]
fn hours_of_entry_and_exit() {
    let when = When {
        entered: Hours { from: time(6, 0, 0, 0), until: time(7, 0, 0, 0) },
        exited: Hours { from: Time::MIN, until: time(9, 0, 0, 0) },
        ..When::ALWAYS
    };
    let tariff = with(when);
    let on = |from: Time, to: Time| {
        let day = date(2026, 11, 10);
        let journey = Journey { entered: day.to_datetime(from), exited: day.to_datetime(to), ..ride(0, 1) };
        of(&tariff, 2, journey)
    };
    let eight = time(8, 0, 0, 0);
    assert_eq!(on(time(5, 59, 59, 0), eight), [Point::BeforeOpening(Tap::Entry)]);
    assert_eq!(on(time(6, 0, 0, 0), eight), [Point::Opens(Tap::Entry), Point::Used]);
    assert_eq!(on(time(7, 0, 0, 0), eight), [Point::Closes(Tap::Entry), Point::Used]);
    assert_eq!(on(time(7, 0, 1, 0), eight), [Point::AfterClosing(Tap::Entry)]);
    assert_eq!(on(time(7, 0, 2, 0), eight), []);
    assert_eq!(on(time(6, 30, 0, 0), time(9, 0, 0, 0)), [Point::Closes(Tap::Exit), Point::Used]);
    assert_eq!(on(time(6, 30, 0, 0), time(9, 0, 1, 0)), [Point::AfterClosing(Tap::Exit)]);
    // Both outside: no near miss.
    assert_eq!(on(time(7, 0, 1, 0), time(9, 0, 1, 0)), []);
    assert!(!listed(&tariff, 2).contains(&Point::Opens(Tap::Exit)));
}

#[test]
fn stays() {
    let mut builder = flat();
    let when = When { over_minutes: Some(240), ..When::ALWAYS };
    builder.rule(when, rule(Clause::Add { surcharge: Surcharge::LowestFare, counted: false }));
    let tariff = builder.build();
    let stay = |hour, second| {
        let exited = date(2026, 11, 10).at(hour, 0, second, 0);
        of(&tariff, 2, Journey { exited, ..ride(0, 1) })
    };
    assert_eq!(stay(15, 0), []);
    assert_eq!(stay(16, 0), [Point::Stay]);
    assert_eq!(stay(16, 1), [Point::OverStay, Point::Used]);
    assert_eq!(stay(16, 2), [Point::Used]);
}

#[test]
fn stations_of_a_set() {
    let mut builder = flat();
    // 丙 lies on both groups, 丁 on the tram alone.
    let set = builder.station_set("some", [StationId(0), StationId(2), StationId(3)]);
    builder.rule(When { entered_at: Some(set), ..on(CITY) }, half());
    let tariff = builder.build();
    let at = |id| Point::With(Trait::EnteredAt(StationId(id)));
    let city = Point::With(Trait::Group(CITY));
    assert_eq!(of(&tariff, 2, ride(0, 1)), [city, at(0), Point::Used]);
    assert_eq!(of(&tariff, 2, ride(2, 1)), [city, at(2), Point::Used]);
    assert_eq!(of(&tariff, 2, ride(1, 0)), [Point::Without(Aspect::EnteredAt)]);
    assert_eq!(of(&tariff, 2, ride(3, 2)), [Point::Without(Aspect::Group)]);
    // A bare distance is at no station, so it misses none.
    assert_eq!(of(&tariff, 2, metres(1)), []);
    let listed = listed(&tariff, 2);
    assert!(listed.contains(&at(2)) && !listed.contains(&at(3)), "{listed:?}");
}

#[test]
fn a_set_that_lies_on_one_group_never_turns_the_other_away() {
    let mut builder = flat();
    let set = builder.station_set("some", [StationId(0)]);
    builder.rule(When { exited_at: Some(set), ..on(CITY) }, half());
    let tariff = builder.build();
    assert!(!listed(&tariff, 2).contains(&Point::Without(Aspect::Group)));
    assert!(listed(&tariff, 2).contains(&Point::Without(Aspect::ExitedAt)));
}

#[test]
fn hours_of_a_ticket() {
    let mut builder = flat();
    let pass = builder.ticket(Set::from_iter([CITY]), rule(Clause::Sold { hours: Some(24), price: None }));
    let tariff = builder.build();
    let activated = Some(date(2026, 11, 9).at(12, 0, 0, 0));
    let ticket = Ticket { kind: pass, activated };
    let at = |day, hour, minute, second| {
        of(&tariff, 2, Journey { ticket, ..entered(date(2026, 11, day).at(hour, minute, second, 0)) })
    };
    let city = Point::With(Trait::Group(CITY));
    assert_eq!(at(9, 11, 59, 59), [city, Point::BeforeActivation]);
    assert_eq!(at(9, 12, 0, 0), [city, Point::Activated, Point::Used]);
    assert_eq!(at(10, 11, 59, 59), [city, Point::LastSecond, Point::Used]);
    assert_eq!(at(10, 12, 0, 0), [city, Point::Expired]);
    let elsewhere = Journey { ticket, ..ride(2, 3) };
    assert_eq!(of(&tariff, 2, elsewhere), [Point::Without(Aspect::Group)]);
}

/// A counter, rule 2, and its tiers from rule 3.
fn tiers(basis: Basis, levels: [Level; 2]) -> Tariff {
    let mut builder = flat();
    let count = rule(Clause::Count { basis });
    let counter = builder.counter(on(CITY), count, Reset::Month, Time::MIN, Tap::Exit);
    let read = Read::BeforeRide;
    let tier = |(from, percent)| rule(Clause::Tier { counter, from, percent, read });
    builder.tiers(on(CITY), counter, read, levels.into_iter().zip([100, 80]).map(tier));
    builder.build()
}

fn held(period: Period, amount: u32, rides: u16) -> Ledger {
    Counter { period: Some(period), amount: Fen::new(amount), rides }.into()
}

#[test]
fn tiers_of_money_and_of_rides() {
    let november = Period::month(date(2026, 11, 1));
    let city = Point::With(Trait::Group(CITY));
    let money = tiers(Basis::Paid, [Level::Amount(Fen::ZERO), Level::Amount(Fen::from_yuan(100))]);
    let with = |amount| with_ledger(&money, 4, ride(0, 1), held(november, amount, 9));
    assert_eq!(with(9_998), []);
    assert_eq!(with(9_999), [Point::BelowTier]);
    assert_eq!(with(10_000), [Point::Tier, Point::Used]);
    assert_eq!(with(10_001), [Point::Used]);
    let rides = tiers(Basis::Rides, [Level::Rides(0), Level::Rides(10)]);
    let with = |number| with_ledger(&rides, 4, ride(0, 1), held(november, 1, number));
    assert_eq!([with(9), with(10)], [vec![Point::BelowTier], vec![Point::Tier, Point::Used]]);
    // Another month's total counts as nothing; an empty one is nobody's.
    let october = Period::month(date(2026, 10, 1));
    let stale = |amount| with_ledger(&money, 3, ride(0, 1), held(october, amount, 0));
    assert_eq!(stale(10_000), [city, Point::Stale, Point::Used]);
    assert_eq!(stale(0), [city, Point::Used]);
    assert!(!listed(&money, 3).contains(&Point::Tier), "every card begins with nothing");
}

#[test]
fn the_ends_of_a_period() {
    let tariff = tiers(Basis::Paid, [Level::Amount(Fen::ZERO), Level::Amount(Fen::from_yuan(100))]);
    let left = |entered: DateTime, exited: DateTime| {
        let points = of(&tariff, 2, Journey { entered, exited, ..ride(0, 1) });
        points.into_iter().filter(|point| !matches!(point, Point::With(_) | Point::Used)).collect::<Vec<_>>()
    };
    let late = date(2026, 11, 30).at(23, 0, 0, 0);
    assert_eq!(left(late, date(2026, 11, 30).at(23, 59, 59, 0)), [Point::PeriodCloses]);
    assert_eq!(left(late, date(2026, 12, 1).at(0, 0, 0, 0)), [Point::PeriodOpens, Point::PeriodTurns]);
    assert_eq!(left(late, date(2026, 12, 1).at(0, 0, 1, 0)), [Point::PeriodTurns]);
    assert_eq!(left(NOON, NOON), []);
}

#[test]
fn the_lowest_of_several() {
    let mut builder = flat();
    builder.step("discount", Choose::Lowest);
    builder.rule(When::ALWAYS, rule(Clause::Fixed { price: Fen::new(250) }));
    builder.rule(on(CITY), half());
    builder.rule(on(TRAM), half());
    let tariff = builder.build();
    let city = Point::With(Trait::Group(CITY));
    // Half of 5 yuan is no less than 2.50, half of 2 yuan is.
    assert_eq!(of(&tariff, 2, ride(0, 1)), [Point::Used, Point::Won]);
    assert_eq!(of(&tariff, 3, ride(0, 1)), [city, Point::Lost]);
    assert_eq!(of(&tariff, 2, ride(2, 3)), [Point::Lost]);
    let tram = Point::With(Trait::Group(TRAM));
    assert_eq!(of(&tariff, 4, ride(2, 3)), [tram, Point::Used, Point::Won]);
    assert_eq!(of(&tariff, 3, ride(2, 3)), [Point::Without(Aspect::Group)]);
}

#[test]
fn missing_taps() {
    let mut builder = flat();
    builder.incomplete(on(CITY), rule(Clause::Incomplete { taps: Taps::NoEntry, instead: Instead::Highest }));
    let both = When { taps: Set::from_iter([Taps::Both]), ..When::ALWAYS };
    builder.rule(both, half());
    let tariff = builder.build();
    let leave = |to| Journey { ride: Ride::NoEntry { to: StationId(to), group: None }, ..ride(0, 1) };
    assert_eq!(of(&tariff, 2, leave(0)), [Point::With(Trait::Group(CITY)), Point::Used]);
    assert_eq!(of(&tariff, 3, leave(0)), [Point::Without(Aspect::Taps)]);
    // On the tram there is no rule for it, so the ride is refused before anything else is asked.
    assert_eq!(of(&tariff, 2, leave(3)), [Point::Without(Aspect::Group)]);
    assert_eq!(of(&tariff, 3, leave(3)), []);
}

#[test]
fn a_ride_over_two_groups() {
    let mut builder = flat();
    builder.join([StationId(2)], rule(Clause::Join { a: CITY, b: TRAM, join: Join::Sum }));
    let tariff = builder.build();
    assert_eq!(of(&tariff, 2, ride(0, 3)), [Point::Used]);
    // Its legs are rides too.
    assert!(of(&tariff, 0, ride(0, 3)).contains(&Point::Used));
    assert!(of(&tariff, 1, ride(0, 3)).contains(&Point::Used));
    assert_eq!(of(&tariff, 2, ride(0, 2)), []);
}

#[test]
fn points_in_words() {
    let mut builder = flat();
    let set = builder.station_set("some", [StationId(0)]);
    let when = When {
        products: Set::from_iter([Product::Student]),
        first_day: date(2026, 3, 1),
        entered: Hours { from: Time::MIN, until: time(7, 0, 0, 0) },
        entered_at: Some(set),
        over_minutes: Some(240),
        ..on(CITY)
    };
    builder.rule(when, half());
    let tariff = builder.build();
    let edges = tariff.edges();
    let words: Vec<String> = edges
        .iter()
        .filter(|edge| edge.rule.is_none_or(|rule| rule == RuleId(2)))
        .map(|edge| tariff.edge_in_words(edge).to_string())
        .collect();
    let expected = [
        "on 2025-12-31, the day before the tariff",
        "on 2026-01-01, the first day of the tariff",
        "on 2026-12-31, the last day of the tariff",
        "on 2027-01-01, the day after the tariff",
        "50 % are paid: any ride",
        "on city",
        "with product student",
        "turned away only by the product",
        "on 2026-02-28, the day before the rule",
        "on 2026-03-01, the first day of the rule",
        "entered at 07:00:00",
        "entered at 07:00:01",
        "a stay of exactly 240 minutes",
        "a stay of 240 minutes and a second",
        "entered at 甲",
        "turned away only by the station of entry",
    ];
    assert_eq!(words, expected);
}
