//! Bus fares (`docs/spec/fares.md` section 2).

use crate::calendar::{Date, Moment};
use crate::csv;
use crate::price::{Price, Refused, percent};
use crate::rider::{Medium, Product};

/// The tariff begins (`docs/spec/fares.md` section 2).
const BEGIN: Date = (2014, 12, 28);
/// 快速直达, flat, in fen (`docs/spec/fares.md` section 2, "lines seen with other prices").
const EXPRESS_DIRECT: u32 = 2000;
/// The same by card, in fen.
const EXPRESS_DIRECT_BY_CARD: u32 = 1200;
/// 观光, flat, in fen. Synthetic: our reading.
const SIGHTSEEING: u32 = 1000;

/// The class of a line (`docs/spec/fares.md` section 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// 普通.
    Ordinary,
    /// 夜班: by the ordinary tariff.
    Night,
    /// 快速直达专线.
    ExpressDirect,
    /// 观光.
    Sightseeing,
}

/// One direction of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BusLine {
    /// The line's name.
    pub line: String,
    /// The direction, 0 or 1.
    pub direction: u8,
    /// The line's class.
    pub class: Class,
    /// The number printed for each stop (站号), in the order of travel.
    pub numbers: Vec<u32>,
}

/// A ride on one bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BusRide<'a> {
    /// The line's name.
    pub line: &'a str,
    /// The direction, 0 or 1.
    pub direction: u8,
    /// Where the rider got on: the stop's index in the order of travel, from 0.
    pub on: usize,
    /// Where the rider got off, as above. None: no tap.
    pub off: Option<usize>,
    /// Who rides.
    pub product: Product,
    /// With what.
    pub medium: Medium,
    /// The card was issued in Beijing.
    pub local: bool,
    /// Tap on.
    pub entered: Moment,
    /// Tap off. Looked at only when there is one.
    pub exited: Moment,
}

/// The lines, from the texts of `lines.csv` and `stops.csv`.
///
/// # Panics
///
/// When a row cannot be read, or a stop has no line.
pub(crate) fn read(lines_csv: &str, stops_csv: &str) -> Vec<BusLine> {
    let mut stops = Vec::new();
    for [code, direction, seq, _, number] in csv::rows::<5>(stops_csv) {
        stops.push((csv::number(seq), code, direction, csv::number(number)));
    }
    stops.sort_unstable();
    let mut lines = Vec::new();
    let mut placed = 0;
    for [code, direction, line, class] in csv::rows::<4>(lines_csv) {
        let class = match class {
            "ordinary" => Class::Ordinary,
            "night" => Class::Night,
            "express-direct" => Class::ExpressDirect,
            "sightseeing" => Class::Sightseeing,
            _ => panic!("no class: {class}"),
        };
        let mine = stops.iter().filter(|stop| (stop.1, stop.2) == (code, direction));
        let numbers: Vec<u32> = mine.map(|stop| stop.3).collect();
        placed += numbers.len();
        let Ok(direction) = direction.parse() else { panic!("no direction: {direction}") };
        lines.push(BusLine { line: line.to_owned(), direction, class, numbers });
    }
    assert_eq!(placed, stops.len(), "every stop has one line");
    lines
}

/// Prices a ride.
pub(crate) fn price(lines: &[BusLine], ride: &BusRide<'_>) -> Result<Price, Refused> {
    let line = lines.iter().find(|line| line.line == ride.line && line.direction == ride.direction);
    let line = line.ok_or(Refused::UnknownPlace)?;
    let on = *line.numbers.get(ride.on).ok_or(Refused::UnknownPlace)?;
    let gap = match ride.off {
        Some(off) => on.abs_diff(*line.numbers.get(off).ok_or(Refused::UnknownPlace)?),
        None => farther_end(line, on),
    };
    if ride.off.is_some() && ride.exited < ride.entered {
        return Err(Refused::EndsBeforeItBegins);
    }
    if ride.entered.date() < BEGIN {
        return Err(Refused::BeforeTheTariff);
    }
    Ok(match line.class {
        Class::Ordinary | Class::Night => {
            let list = number_fare(gap);
            Price { list, charged: percent(list, rider(ride)) }
        }
        Class::ExpressDirect => {
            // Any product, any issuer. Our reading: 1200 takes something off the list price, so it needs
            // both taps.
            let by_card = ride.medium.is_purse() && ride.off.is_some();
            let charged = if by_card { EXPRESS_DIRECT_BY_CARD } else { EXPRESS_DIRECT };
            Price { list: EXPRESS_DIRECT, charged }
        }
        Class::Sightseeing => Price { list: SIGHTSEEING, charged: SIGHTSEEING },
    })
}

/// The gap to the line's first or last stop, whichever is farther (`docs/spec/fares.md` section 2, "missing
/// tap").
fn farther_end(line: &BusLine, on: u32) -> u32 {
    let first = line.numbers.first().map_or(0, |&end| on.abs_diff(end));
    let last = line.numbers.last().map_or(0, |&end| on.abs_diff(end));
    first.max(last)
}

/// The list price, in fen, from the gap between two numbers (`docs/spec/fares.md` section 2, "how distance
/// is measured").
fn number_fare(gap: u32) -> u32 {
    if gap <= 10 { 200 } else { 200 + (gap - 10).div_ceil(5) * 100 }
}

/// What the rider pays of the list price of an ordinary or a night line, in percent (`docs/spec/fares.md`
/// section 2).
///
/// Our reading: a card of another city has nothing taken off; a code is an adult's, whoever holds it; a child
/// and a test card pay as an adult.
fn rider(ride: &BusRide<'_>) -> u32 {
    if !ride.local {
        return 100;
    }
    let tapped_off = ride.off.is_some();
    match ride.medium {
        Medium::Card | Medium::Phone => match ride.product {
            // Our reading: free without the second tap, too.
            Product::Senior | Product::Military => 0,
            _ if !tapped_off => 100,
            Product::Student => 25,
            Product::Ordinary | Product::Child | Product::Test => 50,
        },
        Medium::Code => {
            if tapped_off {
                50
            } else {
                100
            }
        }
        Medium::BankCard | Medium::ForeignBankCard | Medium::Cash => 100,
    }
}

#[cfg(test)]
mod tests;
