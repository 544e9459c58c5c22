//! The published figures of `docs/spec/fares.md` section 1, and the edges of every rule.

use super::{RailRide, Ticket, daxing_fare, distance_fare};
use crate::calendar::Moment;
use crate::model::Model;
use crate::model::tests::model;
use crate::month::Month;
use crate::network::Group;
use crate::price::{Price, Refused};
use crate::rider::{Medium, Product};

/// An adult's ride at noon of a Friday in 2026, ten minutes long.
fn ride<'a>(from: &'a str, to: &'a str) -> RailRide<'a> {
    RailRide {
        from: Some(from),
        to,
        line: None,
        product: Product::Ordinary,
        medium: Medium::Card,
        local: true,
        ticket: Ticket::None,
        entered: Moment::new(2026, 5, 8, 12, 0, 0),
        exited: Moment::new(2026, 5, 8, 12, 10, 0),
    }
}

/// The same, entered at another time.
fn ride_at<'a>(from: &'a str, to: &'a str, entered: Moment) -> RailRide<'a> {
    RailRide { entered, exited: Moment { minute: 59, second: 59, ..entered }, ..ride(from, to) }
}

/// With a new counter.
fn fresh(model: &Model, ride: &RailRide<'_>) -> Result<Price, Refused> {
    model.rail(ride, &mut Month::default())
}

#[expect(clippy::unnecessary_wraps, reason = "it reads as the model's answer")]
fn price(list: u32, charged: u32) -> Result<Price, Refused> {
    Ok(Price { list, charged })
}

/// The longest pair of the network: nothing there costs more (`network` tests that it is the longest).
const LONG: (&str, &str) = ("燕山", "昌平西山口");

#[test]
fn band_edges() {
    let edges = [
        (0, 300),
        (6_000, 300),
        (6_100, 300),
        (6_101, 400),
        (6_103, 400),
        (12_100, 400),
        (12_101, 500),
        (22_100, 500),
        (22_101, 600),
        (32_100, 600),
        (32_101, 700),
        (52_100, 700),
        (52_101, 800),
        (72_100, 800),
        (72_101, 900),
        (92_100, 900),
        (92_101, 1000),
        (112_100, 1000),
        (112_101, 1100),
    ];
    for (metres, fen) in edges {
        assert_eq!(distance_fare(metres), fen, "{metres}");
    }
    let steps = [(0, 1000), (13_028, 1000), (20_000, 1000), (20_001, 2500), (30_000, 2500), (30_001, 3500)];
    for (metres, fen) in steps {
        assert_eq!(daxing_fare(metres), fen, "{metres}");
    }
}

#[test]
fn sixty_longest_rides_cost_371_yuan() {
    let model = model();
    let mut month = Month::default();
    let mut sum = 0;
    for _ in 0..60 {
        let price = model.rail(&ride(LONG.0, LONG.1), &mut month).unwrap();
        assert_eq!(price.list, 1000);
        sum += price.charged;
    }
    assert_eq!(sum, 37_100);
    assert_eq!(month, Month { year: 2026, month: 5, paid: 37_100, rides: 60 });
}

#[test]
fn special_lines() {
    let model = model();
    assert_eq!(fresh(&model, &ride("3号航站楼", "2号航站楼")), price(2500, 2500));
    assert_eq!(fresh(&model, &ride("3号航站楼", "北新桥")), price(2500, 2500));
    assert_eq!(fresh(&model, &ride("大兴机场", "大兴新城")), price(2500, 2500));
    assert_eq!(fresh(&model, &ride("大兴新城", "草桥")), price(1000, 1000));
    assert_eq!(fresh(&model, &ride("草桥", "大兴机场")), price(3500, 3500));
    // 五道口→茶棚 600 and →香山 700 are sums of two fares (S: D1, D3).
    assert_eq!(fresh(&model, &ride("五道口", "巴沟")), price(300, 300));
    assert_eq!(fresh(&model, &ride("巴沟", "茶棚")), price(300, 300));
    assert_eq!(fresh(&model, &ride("巴沟", "香山")), price(400, 400));
}

#[test]
fn special_lines_do_not_accumulate() {
    let model = model();
    let before = Month { year: 2026, month: 4, paid: 20_000, rides: 40 };
    let mut month = before;
    for (from, to) in [("3号航站楼", "2号航站楼"), ("草桥", "大兴机场"), ("巴沟", "香山")] {
        let price = model.rail(&ride(from, to), &mut month).unwrap();
        assert_eq!(price.list, price.charged);
        assert_eq!(month, before);
    }
}

#[test]
fn a_line_selects_its_group() {
    let model = model();
    let by = |line| fresh(&model, &RailRide { line, ..ride("东直门", "三元桥") });
    assert_eq!(by(None), price(300, 300));
    assert_eq!(by(Some("2号线")), price(300, 300));
    assert_eq!(by(Some("首都机场线")), price(2500, 2500));
    assert_eq!(by(Some("西郊线")), Err(Refused::NoCommonGroup));
    assert_eq!(by(Some("0号线")), Err(Refused::UnknownPlace));
    assert_eq!(fresh(&model, &ride("五道口", "香山")), Err(Refused::NoCommonGroup));
    assert_eq!(fresh(&model, &ride("五道口", "?")), Err(Refused::UnknownPlace));
    assert_eq!(fresh(&model, &ride("?", "五道口")), Err(Refused::UnknownPlace));
}

#[test]
fn one_station() {
    let model = model();
    assert_eq!(fresh(&model, &ride("西单", "西单")), price(300, 300));
    assert_eq!(fresh(&model, &ride("大兴新城", "大兴新城")), price(1000, 1000));
    assert_eq!(fresh(&model, &ride("香山", "香山")), price(300, 300));
    assert_eq!(fresh(&model, &ride("2号航站楼", "2号航站楼")), price(2500, 2500));
}

#[test]
fn history() {
    let model = model();
    let on = |from, to, year, month, day| {
        fresh(&model, &ride_at(from, to, Moment::new(year, month, day, 12, 0, 0)))
    };
    assert_eq!(on(LONG.0, LONG.1, 2007, 10, 6), Err(Refused::BeforeTheTariff));
    assert_eq!(on(LONG.0, LONG.1, 2007, 10, 7), price(200, 200));
    assert_eq!(on(LONG.0, LONG.1, 2014, 12, 27), price(200, 200));
    assert_eq!(on(LONG.0, LONG.1, 2014, 12, 28), price(1000, 1000));
    assert_eq!(on("三元桥", "2号航站楼", 2007, 10, 6), Err(Refused::BeforeTheTariff));
    assert_eq!(on("三元桥", "2号航站楼", 2014, 12, 27), price(2500, 2500));
    assert_eq!(on("草桥", "大兴机场", 2019, 9, 25), Err(Refused::BeforeTheTariff));
    assert_eq!(on("草桥", "大兴机场", 2019, 9, 26), price(3500, 3500));
    assert_eq!(on("巴沟", "香山", 2017, 12, 29), Err(Refused::BeforeTheTariff));
    assert_eq!(on("巴沟", "香山", 2017, 12, 30), price(400, 400));
}

#[test]
fn the_entry_decides_the_tariff() {
    let model = model();
    let late = RailRide {
        entered: Moment::new(2014, 12, 27, 23, 30, 0),
        exited: Moment::new(2014, 12, 28, 0, 30, 0),
        ..ride(LONG.0, LONG.1)
    };
    let mut month = Month::default();
    assert_eq!(model.rail(&late, &mut month), price(200, 200));
    assert_eq!(month, Month::default());
}

#[test]
fn the_exit_decides_the_month() {
    let model = model();
    let late = RailRide {
        entered: Moment::new(2026, 4, 30, 23, 30, 0),
        exited: Moment::new(2026, 5, 1, 0, 30, 0),
        ..ride(LONG.0, LONG.1)
    };
    let mut month = Month { year: 2026, month: 4, paid: 20_000, rides: 40 };
    assert_eq!(model.rail(&late, &mut month), price(1000, 1000));
    assert_eq!(month, Month { year: 2026, month: 5, paid: 1000, rides: 1 });
}

#[test]
fn who_accumulates() {
    let model = model();
    let full = Month { year: 2026, month: 5, paid: 20_000, rides: 40 };
    let run = |product, medium, local| {
        let mut month = full;
        let ride = RailRide { product, medium, local, ..ride(LONG.0, LONG.1) };
        let charged = model.rail(&ride, &mut month).unwrap().charged;
        (charged, month != full)
    };
    for product in [Product::Ordinary, Product::Student, Product::Senior, Product::Test] {
        for medium in [Medium::Card, Medium::Phone, Medium::Code, Medium::BankCard] {
            assert_eq!(run(product, medium, true), (500, true));
            assert_eq!(run(product, medium, false), (1000, false));
        }
        for medium in [Medium::ForeignBankCard, Medium::Cash] {
            assert_eq!(run(product, medium, true), (1000, false));
        }
    }
    for product in [Product::Military, Product::Child] {
        for local in [true, false] {
            assert_eq!(run(product, Medium::Card, local), (0, false));
        }
    }
}

#[test]
fn overtime() {
    let model = model();
    let staying = |from, to, exited| {
        let mut month = Month::default();
        let price = model.rail(&RailRide { exited, ..ride(from, to) }, &mut month).unwrap();
        (price.list, price.charged, month.paid)
    };
    let inside = Moment::new(2026, 5, 8, 16, 0, 0);
    let beyond = Moment::new(2026, 5, 8, 16, 0, 1);
    assert_eq!(staying(LONG.0, LONG.1, inside), (1000, 1000, 1000));
    assert_eq!(staying(LONG.0, LONG.1, beyond), (1000, 1300, 1000));
    assert_eq!(staying("草桥", "大兴机场", beyond), (3500, 4500, 0));
    assert_eq!(staying("三元桥", "2号航站楼", beyond), (2500, 5000, 0));
    assert_eq!(staying("巴沟", "香山", beyond), (400, 700, 0));
    let flat = RailRide {
        entered: Moment::new(2014, 1, 1, 8, 0, 0),
        exited: Moment::new(2014, 1, 1, 12, 0, 1),
        ..ride(LONG.0, LONG.1)
    };
    assert_eq!(fresh(&model, &flat), price(200, 400));
    let child = RailRide { exited: beyond, product: Product::Child, ..ride(LONG.0, LONG.1) };
    assert_eq!(fresh(&model, &child), price(1000, 0));
    let back = RailRide { exited: Moment::new(2026, 5, 8, 11, 59, 59), ..ride(LONG.0, LONG.1) };
    assert_eq!(fresh(&model, &back), Err(Refused::EndsBeforeItBegins));
}

#[test]
fn overtime_is_not_discounted() {
    let model = model();
    let long = RailRide { exited: Moment::new(2026, 5, 8, 20, 0, 0), ..ride(LONG.0, LONG.1) };
    let mut month = Month { year: 2026, month: 5, paid: 20_000, rides: 40 };
    assert_eq!(model.rail(&long, &mut month), price(1000, 800));
    assert_eq!((month.paid, month.rides), (20_500, 41));
}

#[test]
fn low_peak_by_date_and_place() {
    let model = model();
    let on = |from, year, month, day| {
        fresh(&model, &ride_at(from, "西单", Moment::new(year, month, day, 6, 30, 0)))
            .map(|price| price.charged * 100 / price.list)
    };
    // 2015-12-25 was a Friday, 2015-12-28 a Monday.
    assert_eq!(on("土桥", 2015, 12, 25), Ok(100));
    assert_eq!(on("土桥", 2015, 12, 28), Ok(70));
    assert_eq!(on("草房", 2015, 12, 28), Ok(100));
    // 2016-12-30 was a Friday, 2016-12-31 a Saturday, 2017-01-02 off, 2017-01-03 a Tuesday.
    assert_eq!(on("朱辛庄", 2016, 12, 30), Ok(70));
    assert_eq!(on("朱辛庄", 2016, 12, 31), Ok(100));
    assert_eq!(on("朱辛庄", 2017, 1, 2), Ok(100));
    assert_eq!(on("朱辛庄", 2017, 1, 3), Ok(50));
    assert_eq!(on("通运门", 2017, 1, 3), Ok(50));
    assert_eq!(on("西单", 2017, 1, 3), Ok(100));
    // Off on a Wednesday, worked on a Sunday.
    assert_eq!(on("草房", 2019, 5, 1), Ok(100));
    assert_eq!(on("草房", 2019, 5, 5), Ok(50));
    assert_eq!(on("草房", 2018, 5, 5), Err(Refused::NoCalendar));
    assert_eq!(on("西单", 2018, 5, 5), Ok(100));
}

#[test]
fn low_peak_places_exist() {
    let model = model();
    let stations = model.stations_of(Group::Network);
    for station in super::LOW_PEAK_16.iter().chain(&super::LOW_PEAK_LINE_6) {
        assert!(stations.contains(station), "{station}");
    }
}

#[test]
fn low_peak_by_the_clock() {
    let model = model();
    let at = |hour, minute, second| {
        fresh(&model, &ride_at("土桥", "西单", Moment::new(2019, 5, 6, hour, minute, second)))
            .map(|price| price.charged * 100 / price.list)
    };
    assert_eq!([at(0, 0, 0), at(6, 59, 59), at(7, 0, 0)], [Ok(50), Ok(50), Ok(50)]);
    assert_eq!(at(7, 0, 1), Ok(100));
}

#[test]
fn low_peak_by_rider() {
    let model = model();
    // A year without a calendar tells who would ask for it.
    let asks = |product, medium, local| {
        let early = ride_at("土桥", "西单", Moment::new(2018, 5, 7, 6, 0, 0));
        fresh(&model, &RailRide { product, medium, local, ..early }) == Err(Refused::NoCalendar)
    };
    for product in [Product::Ordinary, Product::Student, Product::Senior, Product::Test] {
        assert!(asks(product, Medium::Card, true));
        assert!(asks(product, Medium::Phone, true));
        assert!(!asks(product, Medium::Card, false));
        for medium in [Medium::Code, Medium::BankCard, Medium::ForeignBankCard, Medium::Cash] {
            assert!(!asks(product, medium, true));
        }
    }
    assert!(!asks(Product::Military, Medium::Card, true));
    assert!(!asks(Product::Child, Medium::Card, true));
}

#[test]
fn low_peak_times_tier() {
    let model = model();
    let early = ride_at("土桥", "国贸", Moment::new(2019, 5, 6, 6, 0, 0));
    let mut month = Month { year: 2019, month: 5, paid: 15_000, rides: 30 };
    let list = fresh(&model, &early).unwrap().list;
    // docs/spec/fares.md, point 5: 0.5 × 0.5 of 500 is 125.
    assert_eq!((list, model.rail(&early, &mut month)), (500, price(500, 125)));
    assert_eq!(month.paid, 15_125);
    let early = ride_at("土桥", "国贸", Moment::new(2016, 5, 9, 6, 0, 0));
    let mut month = Month { year: 2016, month: 5, paid: 10_000, rides: 30 };
    assert_eq!(model.rail(&early, &mut month), price(500, 280));
}

#[test]
fn a_refused_ride_leaves_the_counter() {
    let model = model();
    let before = Month { year: 2018, month: 4, paid: 15_000, rides: 30 };
    let mut month = before;
    let early = ride_at("土桥", "国贸", Moment::new(2018, 5, 7, 6, 0, 0));
    assert_eq!(model.rail(&early, &mut month), Err(Refused::NoCalendar));
    assert_eq!(month, before);
}

#[test]
fn passes() {
    let model = model();
    let pass =
        |hours, activated| RailRide { ticket: Ticket::Pass { hours, activated }, ..ride(LONG.0, LONG.1) };
    let before = Month { year: 2026, month: 4, paid: 20_000, rides: 40 };
    let mut month = before;
    // The ride enters at 2026-05-08 12:00:00.
    assert_eq!(model.rail(&pass(24, Moment::new(2026, 5, 8, 12, 0, 0)), &mut month), price(1000, 0));
    assert_eq!(model.rail(&pass(24, Moment::new(2026, 5, 7, 12, 0, 1)), &mut month), price(1000, 0));
    assert_eq!(model.rail(&pass(168, Moment::new(2026, 5, 1, 12, 0, 1)), &mut month), price(1000, 0));
    assert_eq!(month, before);
    assert_eq!(fresh(&model, &pass(24, Moment::new(2026, 5, 7, 12, 0, 0))), Err(Refused::PassOver));
    assert_eq!(fresh(&model, &pass(24, Moment::new(2026, 5, 8, 12, 0, 1))), Err(Refused::PassOver));
    assert_eq!(fresh(&model, &pass(25, Moment::new(2026, 5, 8, 12, 0, 0))), Err(Refused::NotSold));

    let good = pass(24, Moment::new(2026, 5, 8, 0, 0, 0));
    let late = RailRide { exited: Moment::new(2026, 5, 8, 16, 0, 1), ..good };
    assert_eq!(fresh(&model, &late), price(1000, 300));
    assert_eq!(fresh(&model, &RailRide { product: Product::Military, ..late }), price(1000, 0));
    for (from, to) in [("3号航站楼", "2号航站楼"), ("草桥", "大兴机场"), ("巴沟", "香山")] {
        let there = RailRide { from: Some(from), to, ..good };
        assert_eq!(fresh(&model, &there), Err(Refused::NotSold));
    }
}

#[test]
fn daxing_tickets() {
    let model = model();
    let with = |ticket, product| fresh(&model, &RailRide { product, ticket, ..ride("草桥", "大兴机场") });
    assert_eq!(with(Ticket::Business, Product::Ordinary), price(5000, 5000));
    assert_eq!(with(Ticket::AirRail, Product::Student), price(3500, 2800));
    assert_eq!(with(Ticket::Business, Product::Child), price(5000, 0));
    assert_eq!(with(Ticket::AirRail, Product::Military), price(3500, 0));
    let late = Moment::new(2026, 5, 8, 16, 0, 1);
    let long = RailRide { ticket: Ticket::AirRail, exited: late, ..ride("大兴机场", "大兴新城") };
    assert_eq!(fresh(&model, &long), price(2500, 3000));
    for ticket in [Ticket::Business, Ticket::AirRail] {
        for (from, to) in [LONG, ("3号航站楼", "2号航站楼"), ("巴沟", "香山")] {
            assert_eq!(fresh(&model, &RailRide { ticket, ..ride(from, to) }), Err(Refused::NotSold));
        }
    }
}

#[test]
fn without_an_entry() {
    let model = model();
    let before = Month { year: 2026, month: 4, paid: 20_000, rides: 40 };
    let mut month = before;
    let mut out = |to, line, product, exited| {
        let ride = RailRide { from: None, line, product, exited, ..ride(to, to) };
        model.rail(&ride, &mut month)
    };
    // The entry's time, a day later, is not looked at.
    let now = Moment::new(2026, 5, 7, 12, 0, 0);
    assert_eq!(out("燕山", None, Product::Ordinary, now), price(1000, 1000));
    assert_eq!(out("燕山", None, Product::Child, now), price(1000, 0));
    assert_eq!(out("巴沟", Some("西郊线"), Product::Senior, now), price(400, 400));
    assert_eq!(out("大兴新城", None, Product::Student, now), price(2500, 2500));
    assert_eq!(out("草桥", Some("大兴机场线"), Product::Student, now), price(3500, 3500));
    assert_eq!(out("2号航站楼", None, Product::Test, now), price(2500, 2500));
    assert_eq!(out("2号航站楼", Some("1号线"), Product::Test, now), Err(Refused::NoCommonGroup));
    assert_eq!(out("?", None, Product::Ordinary, now), Err(Refused::UnknownPlace));
    let flat = Moment::new(2014, 12, 27, 12, 0, 0);
    assert_eq!(out("燕山", None, Product::Ordinary, flat), price(200, 200));
    assert_eq!(out("大兴新城", None, Product::Ordinary, flat), Err(Refused::BeforeTheTariff));
    assert_eq!(month, before);
}
