//! Rail fares (`docs/spec/fares.md` section 1).
//!
//! Order, our reading: list price, rider or ticket, low-peak, monthly tier, overtime. The day of the ENTRY
//! decides which tariff, which low-peak scheme and which class of day hold. Stations and distances are at
//! every date those of the network given.

use crate::calendar::{Date, Holiday, Moment, is_working_day};
use crate::month::Month;
use crate::network::{Group, Network};
use crate::price::{Price, Refused, percent};
use crate::rider::{Medium, Product};

/// The flat tariff begins (`docs/spec/fares.md` section 1, history).
const FLAT: Date = (2007, 10, 7);
/// The distance tariff begins (`docs/spec/fares.md` section 1).
const DISTANCE: Date = (2014, 12, 28);
/// 西郊线 begins. Our reading.
const TRAM: Date = (2017, 12, 30);
/// 大兴机场线 begins. Our reading of "2019-09".
const DAXING: Date = (2019, 9, 26);
/// Low-peak begins, at 70 %. Our reading of "the end of December 2015".
const LOW_PEAK_70: Date = (2015, 12, 28);
/// Low-peak at 50 % begins. Our reading of "about January 2017".
const LOW_PEAK_50: Date = (2017, 1, 1);

/// The flat fare of the network, in fen (`docs/spec/fares.md` section 1, history).
const FLAT_FARE: u32 = 200;
/// The fare of 首都机场线, in fen (`docs/spec/fares.md` section 1, "Lines with rules of their own").
const CAPITAL_AIRPORT_FARE: u32 = 2500;
/// Business class on 大兴机场线, in fen (as above).
const BUSINESS_FARE: u32 = 5000;
/// A ride of so many seconds is not yet overtime: 4 h (`docs/spec/fares.md` section 1, "time limit").
const TIME_LIMIT: u64 = 14_400;

/// Where low-peak began: 八通线, today a part of 1号线, and 昌平线.
const LOW_PEAK_16: [&str; 16] = [
    "土桥",
    "临河里",
    "梨园",
    "九棵树",
    "果园",
    "通州北苑",
    "八里桥",
    "管庄",
    "双桥",
    "传媒大学",
    "高碑店",
    "沙河",
    "沙河高教园",
    "南邵",
    "巩华城",
    "朱辛庄",
];
/// What 6号线 added. Our reading: 通运门 is among them from the beginning.
const LOW_PEAK_LINE_6: [&str; 9] =
    ["草房", "常营", "黄渠", "褡裢坡", "青年路", "物资学院路", "通州北关", "北运河西", "通运门"];

/// A ticket other than the purse's plain single fare (`docs/spec/fares.md` section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ticket {
    /// None of them.
    None,
    /// Business class, 大兴机场线 only.
    Business,
    /// Air-rail ticket, 大兴机场线 only: 80 %.
    AirRail,
    /// An electronic pass (电子定期票), the network only.
    Pass {
        /// How long it holds, in hours: 24, 48, 72, 120 or 168.
        hours: u32,
        /// When that time began.
        activated: Moment,
    },
}

/// A ride from gate to gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RailRide<'a> {
    /// Where the rider went in. None: nothing knows; the rider leaves without an entry.
    pub from: Option<&'a str>,
    /// Where the rider goes out.
    pub to: &'a str,
    /// A line, which selects its group. None: the first of [`Group::ALL`] that holds both stations.
    ///
    /// Our reading: a line of the network selects the network.
    pub line: Option<&'a str>,
    /// Who rides.
    pub product: Product,
    /// With what.
    pub medium: Medium,
    /// The card was issued in Beijing.
    pub local: bool,
    /// The ticket.
    pub ticket: Ticket,
    /// Tap at the entry. Looked at only when there is one.
    pub entered: Moment,
    /// Tap at the exit.
    pub exited: Moment,
}

/// Prices a ride. A refused one leaves `month` as it was.
pub(crate) fn price(
    network: &Network,
    holidays: &[Holiday],
    ride: &RailRide<'_>,
    month: &mut Month,
) -> Result<Price, Refused> {
    let group = group_of(network, ride)?;
    let Some(from) = ride.from else {
        return without_entry(network, group, ride);
    };
    if ride.exited < ride.entered {
        return Err(Refused::EndsBeforeItBegins);
    }
    let day = ride.entered.date();
    if day < first_day(group) {
        return Err(Refused::BeforeTheTariff);
    }
    let single = single_fare(network, group, day, from, ride.to).ok_or(Refused::NoCommonGroup)?;
    check_ticket(ride, group, day)?;

    // Our reading: a ticket has its own list price for who rides free, too.
    let list = if ride.ticket == Ticket::Business { BUSINESS_FARE } else { single };
    if ride.product.rail_is_free() {
        // Our reading: no overtime either.
        return Ok(Price { list, charged: 0 });
    }
    let charged = match ride.ticket {
        Ticket::Pass { .. } => 0,
        Ticket::Business => list,
        Ticket::AirRail => percent(list, 80),
        Ticket::None => {
            let mut charged = percent(list, low_peak(holidays, ride, group, from)?);
            if accumulates(ride, group, day) {
                month.turn_to(ride.exited);
                charged = percent(charged, month.tier());
                month.count(charged);
            }
            charged
        }
    };
    // Added after everything else, and not counted. Our reading.
    let overtime =
        if ride.exited.seconds() - ride.entered.seconds() > TIME_LIMIT { lowest_fare(group, day) } else { 0 };
    Ok(Price { list, charged: charged + overtime })
}

/// The group that prices the ride: the line's, or the first that holds both stations.
fn group_of(network: &Network, ride: &RailRide<'_>) -> Result<Group, Refused> {
    // Without an entry one station is both.
    let from = ride.from.unwrap_or(ride.to);
    if !network.has_station(from) || !network.has_station(ride.to) {
        return Err(Refused::UnknownPlace);
    }
    let holds_both = |group: Group| {
        let stations = network.stations_of(group);
        stations.contains(&from) && stations.contains(&ride.to)
    };
    if let Some(line) = ride.line {
        let group = network.group_of(line).ok_or(Refused::UnknownPlace)?;
        return if holds_both(group) { Ok(group) } else { Err(Refused::NoCommonGroup) };
    }
    for group in Group::ALL {
        if holds_both(group) {
            return Ok(group);
        }
    }
    Err(Refused::NoCommonGroup)
}

/// The exit ticket of who leaves without an entry: the dearest single fare from there
/// (`docs/spec/fares.md` section 1, "leaving without a ticket").
///
/// Our reading: inside the group, by the tariff of the day of the exit; nothing is taken off, nothing is
/// counted, and no ticket helps, so none is looked at.
fn without_entry(network: &Network, group: Group, ride: &RailRide<'_>) -> Result<Price, Refused> {
    let day = ride.exited.date();
    if day < first_day(group) {
        return Err(Refused::BeforeTheTariff);
    }
    let mut list = 0;
    for other in network.stations_of(group) {
        if let Some(fare) = single_fare(network, group, day, ride.to, other) {
            list = list.max(fare);
        }
    }
    let charged = if ride.product.rail_is_free() { 0 } else { list };
    Ok(Price { list, charged })
}

/// The first day with a fare that is known (`docs/spec/fares.md` section 1, history).
fn first_day(group: Group) -> Date {
    match group {
        // Our reading: 首都机场线 too.
        Group::Network | Group::CapitalAirport => FLAT,
        Group::DaxingAirport => DAXING,
        Group::Tram => TRAM,
    }
}

/// The ordinary single fare, in fen. None: no path.
fn single_fare(network: &Network, group: Group, day: Date, from: &str, to: &str) -> Option<u32> {
    let metres = network.metres(group, from, to)?;
    Some(match group {
        Group::CapitalAirport => CAPITAL_AIRPORT_FARE,
        Group::DaxingAirport => daxing_fare(metres),
        Group::Network if day < DISTANCE => FLAT_FARE,
        Group::Network | Group::Tram => distance_fare(metres),
    })
}

/// The lowest ordinary single fare of a group, in fen: what overtime adds.
fn lowest_fare(group: Group, day: Date) -> u32 {
    match group {
        Group::CapitalAirport => CAPITAL_AIRPORT_FARE,
        Group::DaxingAirport => daxing_fare(0),
        Group::Network if day < DISTANCE => FLAT_FARE,
        Group::Network | Group::Tram => distance_fare(0),
    }
}

/// Bands of the network and the tram, in fen (`docs/spec/fares.md` section 1, "bands" and "grace").
fn distance_fare(metres: u32) -> u32 {
    if metres <= 6_100 {
        300
    } else if metres <= 12_100 {
        400
    } else if metres <= 22_100 {
        500
    } else if metres <= 32_100 {
        600
    } else {
        600 + (metres - 32_100).div_ceil(20_000) * 100
    }
}

/// Steps of 大兴机场线, in fen (`docs/spec/fares.md` section 1, "Lines with rules of their own").
///
/// Our reading: no grace. No pair of its three stations can tell.
fn daxing_fare(metres: u32) -> u32 {
    if metres <= 20_000 {
        1000
    } else if metres <= 30_000 {
        2500
    } else {
        3500
    }
}

/// Is the ticket sold here, and does it still hold?
fn check_ticket(ride: &RailRide<'_>, group: Group, day: Date) -> Result<(), Refused> {
    match ride.ticket {
        Ticket::None => Ok(()),
        Ticket::Business | Ticket::AirRail => {
            if group == Group::DaxingAirport {
                Ok(())
            } else {
                Err(Refused::NotSold)
            }
        }
        Ticket::Pass { hours, activated } => {
            // Our reading: no pass of other lengths, and none under the flat tariff.
            if group != Group::Network || day < DISTANCE || ![24, 48, 72, 120, 168].contains(&hours) {
                return Err(Refused::NotSold);
            }
            // Our reading: the entry decides; the second of the activation is inside, the last one is not.
            let begin = activated.seconds();
            let end = begin + u64::from(hours) * 3600;
            let entered = ride.entered.seconds();
            if begin <= entered && entered < end { Ok(()) } else { Err(Refused::PassOver) }
        }
    }
}

/// The products that pay on rail, all of them alike.
fn pays(product: Product) -> bool {
    matches!(product, Product::Ordinary | Product::Student | Product::Senior | Product::Test)
}

/// The low-peak factor, in percent; 100 is none (`docs/spec/fares.md` section 1, "The low-peak discount").
///
/// Our reading: stored-value media of Beijing alone, no codes. The calendar is asked last, and of the year
/// alone whether it is there, even on a Saturday.
fn low_peak(holidays: &[Holiday], ride: &RailRide<'_>, group: Group, from: &str) -> Result<u32, Refused> {
    let day = ride.entered.date();
    let factor = if day < LOW_PEAK_70 {
        100
    } else if day < LOW_PEAK_50 {
        if LOW_PEAK_16.contains(&from) { 70 } else { 100 }
    } else if LOW_PEAK_16.contains(&from) || LOW_PEAK_LINE_6.contains(&from) {
        50
    } else {
        100
    };
    let rider = pays(ride.product) && ride.medium.is_purse() && ride.local;
    // 7:00 (含). Our reading: 07:00:00 and not a second more; the day begins at midnight.
    let early = ride.entered.time() <= (7, 0, 0);
    if factor == 100 || group != Group::Network || !rider || !early {
        return Ok(100);
    }
    match is_working_day(holidays, day) {
        None => Err(Refused::NoCalendar),
        Some(true) => Ok(factor),
        Some(false) => Ok(100),
    }
}

/// Does the ride have the month's discount, and does it count (`docs/spec/fares.md` section 1, "media that
/// accumulate")? One answer for both.
///
/// Our reading: the tram and the airport lines do not; `UnionPay` cards and codes do if they are local.
fn accumulates(ride: &RailRide<'_>, group: Group, day: Date) -> bool {
    let medium = matches!(ride.medium, Medium::Card | Medium::Phone | Medium::Code | Medium::BankCard);
    group == Group::Network && day >= DISTANCE && ride.local && pays(ride.product) && medium
}

#[cfg(test)]
mod tests;
