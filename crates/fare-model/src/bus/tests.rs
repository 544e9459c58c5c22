//! The published figures of `docs/spec/fares.md` section 2, and the edges of every rule.

use super::{BusRide, number_fare};
use crate::calendar::Moment;
use crate::model::tests::model;
use crate::price::{Price, Refused};
use crate::rider::{Medium, Product};

/// An adult's ride over the whole of line 1: numbers 1 to 27, hence 200 + 4 × 100.
const RIDE: BusRide<'static> = BusRide {
    line: "1",
    direction: 0,
    on: 0,
    off: Some(26),
    product: Product::Ordinary,
    medium: Medium::Card,
    local: true,
    entered: Moment::new(2026, 5, 8, 12, 0, 0),
    exited: Moment::new(2026, 5, 8, 12, 30, 0),
};

const PRODUCTS: [Product; 6] =
    [Product::Ordinary, Product::Student, Product::Senior, Product::Military, Product::Child, Product::Test];

fn price(ride: &BusRide<'_>) -> Result<(u32, u32), Refused> {
    model().bus(ride).map(|Price { list, charged }| (list, charged))
}

#[test]
fn number_edges() {
    let edges = [(0, 200), (10, 200), (11, 300), (15, 300), (16, 400), (20, 400), (21, 500), (26, 600)];
    for (gap, fen) in edges {
        assert_eq!(number_fare(gap), fen, "{gap}");
    }
}

#[test]
fn riders() {
    for (product, charged) in PRODUCTS.into_iter().zip([300, 150, 0, 0, 300, 300]) {
        for medium in [Medium::Card, Medium::Phone] {
            assert_eq!(price(&BusRide { product, medium, ..RIDE }), Ok((600, charged)));
        }
        assert_eq!(price(&BusRide { product, medium: Medium::Code, ..RIDE }), Ok((600, 300)));
        for medium in [Medium::BankCard, Medium::ForeignBankCard, Medium::Cash] {
            assert_eq!(price(&BusRide { product, medium, ..RIDE }), Ok((600, 600)));
        }
        assert_eq!(price(&BusRide { product, local: false, ..RIDE }), Ok((600, 600)));
    }
}

#[test]
fn a_night_line_is_an_ordinary_one() {
    let night = BusRide { line: "夜1", off: Some(1), product: Product::Student, ..RIDE };
    assert_eq!(price(&night), Ok((200, 50)));
}

#[test]
fn flat_lines() {
    for product in PRODUCTS {
        for local in [true, false] {
            let express = BusRide { line: "快速直达专线37", off: Some(3), product, local, ..RIDE };
            let sight = BusRide { line: "观光1线(合成)", off: Some(3), product, local, ..RIDE };
            for medium in [Medium::Card, Medium::Phone] {
                assert_eq!(price(&BusRide { medium, ..express }), Ok((2000, 1200)));
                assert_eq!(price(&BusRide { medium, off: None, ..express }), Ok((2000, 2000)));
                assert_eq!(price(&BusRide { medium, ..sight }), Ok((1000, 1000)));
                assert_eq!(price(&BusRide { medium, off: None, ..sight }), Ok((1000, 1000)));
            }
            for medium in [Medium::Code, Medium::BankCard, Medium::ForeignBankCard, Medium::Cash] {
                assert_eq!(price(&BusRide { medium, ..express }), Ok((2000, 2000)));
                assert_eq!(price(&BusRide { medium, ..sight }), Ok((1000, 1000)));
            }
        }
    }
}

#[test]
fn no_tap_off() {
    let without = BusRide { off: None, ..RIDE };
    for (product, charged) in PRODUCTS.into_iter().zip([600, 600, 0, 0, 600, 600]) {
        assert_eq!(price(&BusRide { product, ..without }), Ok((600, charged)));
        assert_eq!(price(&BusRide { product, medium: Medium::Code, ..without }), Ok((600, 600)));
        assert_eq!(price(&BusRide { product, local: false, ..without }), Ok((600, 600)));
    }
    // From the last stop the first is farther; in the middle, at number 13, the last (27) is.
    assert_eq!(price(&BusRide { on: 26, ..without }), Ok((600, 600)));
    assert_eq!(price(&BusRide { on: 14, ..without }), Ok((300, 300)));
    // The exit's time is not looked at.
    let odd = BusRide { exited: Moment::new(2020, 1, 1, 0, 0, 0), ..without };
    assert_eq!(price(&odd), Ok((600, 600)));
}

#[test]
fn the_gap_has_no_sign() {
    assert_eq!(price(&BusRide { on: 26, off: Some(0), ..RIDE }), Ok((600, 300)));
    assert_eq!(price(&BusRide { on: 5, off: Some(5), ..RIDE }), Ok((200, 100)));
}

#[test]
fn refusals() {
    let first = Moment::new(2014, 12, 28, 0, 0, 0);
    let day_before = Moment::new(2014, 12, 27, 23, 59, 59);
    assert_eq!(price(&BusRide { entered: first, ..RIDE }), Ok((600, 300)));
    assert_eq!(price(&BusRide { entered: day_before, ..RIDE }), Err(Refused::BeforeTheTariff));
    assert_eq!(price(&BusRide { exited: first, ..RIDE }), Err(Refused::EndsBeforeItBegins));
    assert_eq!(price(&BusRide { line: "?", ..RIDE }), Err(Refused::UnknownPlace));
    assert_eq!(price(&BusRide { direction: 1, ..RIDE }), Err(Refused::UnknownPlace));
    assert_eq!(price(&BusRide { on: 28, ..RIDE }), Err(Refused::UnknownPlace));
    assert_eq!(price(&BusRide { off: Some(28), ..RIDE }), Err(Refused::UnknownPlace));
}

#[test]
fn both_directions_have_their_own_stops() {
    let model = model();
    let both: Vec<_> = model.bus_lines().iter().filter(|line| line.line == "331").collect();
    assert_eq!(both.len(), 2);
    assert_ne!(both[0].numbers, both[1].numbers);
}
