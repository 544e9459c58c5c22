//! What must hold of every ride that Beijing's tariffs price, and that a price changes nowhere but at an edge
//! that the tariff lists.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::HashSet;
use std::path::Path;
use std::sync::LazyLock;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use tunion_data::Fen;
use tunion_data::civil::{Date, DateTime, date};
use tunion_fare::{
    Clause, Counter, CounterId, Edge, FareError, GroupId, Issuer, Journey, Ledger, Level, Medium, Period,
    Point, Product, Quote, Ride, Rider, StopId, Tap, Taps, Tariff, Ticket, TicketId,
};
use tunion_files::city::{self, City, Mode};

static BEIJING: LazyLock<City> = LazyLock::new(|| {
    city::load(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/cities/beijing.toml")).unwrap()
});

fn tariffs() -> impl Iterator<Item = &'static Tariff> {
    Mode::ALL.into_iter().flat_map(|mode| BEIJING.tariffs(mode)).map(|tariff| &**tariff)
}

fn rail() -> &'static Tariff {
    BEIJING.tariffs(Mode::Rail).last().unwrap()
}

fn group(tariff: &Tariff, name: &str) -> GroupId {
    tariff.places().groups().find(|(_, known)| *known == name).unwrap().0
}

/// Any moment of 21 years, often near one at which something begins or ends.
fn moment() -> impl Strategy<Value = DateTime> {
    let first = date(2007, 1, 1).at(0, 0, 0, 0);
    let near = vec![
        date(2014, 12, 28).at(0, 0, 0, 0),
        date(2016, 6, 6).at(7, 0, 0, 0),
        date(2017, 1, 1).at(0, 0, 0, 0),
        date(2017, 12, 30).at(0, 0, 0, 0),
        date(2019, 9, 26).at(0, 0, 0, 0),
        date(2026, 11, 23).at(7, 0, 0, 0),
        date(2026, 12, 1).at(0, 0, 0, 0),
    ];
    let after = |(from, seconds): (DateTime, u64)| from.saturating_add(Duration::from_secs(seconds));
    let around = |(at, seconds): (DateTime, i64)| {
        let by = Duration::from_secs(seconds.unsigned_abs());
        if seconds < 0 { at.saturating_sub(by) } else { at.saturating_add(by) }
    };
    prop_oneof![
        (Just(first), 0u64..21 * 366 * 86_400).prop_map(after),
        (select(near.clone()), -3i64..4).prop_map(around),
        (select(near), -50_000i64..50_000).prop_map(around),
    ]
}

fn ride(tariff: &'static Tariff) -> BoxedStrategy<Ride> {
    let groups: Vec<GroupId> = tariff.places().groups().map(|(id, _)| id).collect();
    let bare = (select(groups.clone()), 0u32..130_000, select(Taps::ALL));
    let bare = bare.prop_map(|(group, distance, taps)| Ride::Distance { group, distance, taps });
    if let Some(lines) = tariff.bus_lines() {
        let count = lines.lines().count();
        let on_line = (0..count, any::<Index>(), proptest::option::of(any::<Index>()));
        let on_line = on_line.prop_map(|(line, on, off)| {
            let (id, line) = lines.lines().nth(line).unwrap();
            let stop = |index: Index| StopId(u8::try_from(index.index(line.stops.len())).unwrap());
            Ride::Bus { line: id, on: stop(on), off: off.map(stop) }
        });
        return prop_oneof![4 => on_line, 1 => bare].boxed();
    }
    let network = tariff.network().unwrap();
    let pick = move |group: GroupId, index: Index| *index.get(network.group(group).unwrap().members());
    let between = (select(groups.clone()), any::<Index>(), any::<Index>(), any::<bool>());
    let between = between.prop_map(move |(id, from, to, told)| Ride::Rail {
        from: pick(id, from),
        to: pick(id, to),
        group: told.then_some(id),
    });
    let leaving = (select(groups), any::<Index>(), any::<bool>());
    let leaving =
        leaving.prop_map(move |(id, to, told)| Ride::NoEntry { to: pick(id, to), group: told.then_some(id) });
    prop_oneof![6 => between, 1 => leaving, 1 => bare].boxed()
}

fn rider() -> impl Strategy<Value = Rider> {
    let issuers = select(&[Issuer::LOCAL, Issuer::LOCAL, Issuer::OTHER][..]);
    (select(Product::ALL), issuers, select(Medium::ALL)).prop_map(|(product, issuer, medium)| Rider {
        product,
        issuer,
        medium,
    })
}

fn journey(tariff: &'static Tariff) -> impl Strategy<Value = Journey> {
    let kinds: Vec<TicketId> = tariff.tickets().map(|(id, _)| id).collect();
    let ticket = prop_oneof![3 => Just(TicketId::ORDINARY), 1 => select(kinds)];
    let stay = prop_oneof![4 => 0u64..9_000, 1 => 14_395u64..14_405, 1 => 0u64..90_000];
    let used = proptest::option::weighted(0.9, 0u64..180 * 3_600);
    (ride(tariff), rider(), ticket, moment(), stay, used).prop_map(
        |(ride, rider, kind, entered, stay, used)| {
            let activated = used.map(|since| entered.saturating_sub(Duration::from_secs(since)));
            let exited = entered.saturating_add(Duration::from_secs(stay));
            Journey { ride, rider, ticket: Ticket { kind, activated }, entered, exited }
        },
    )
}

/// What a card holds: of the ride's month, of some other, or nothing yet.
fn ledger() -> impl Strategy<Value = (Option<i8>, u32)> {
    let amount = prop_oneof![0u32..60_000, select(&[9_999u32, 10_000, 14_999, 15_000, 39_999, 40_000][..])];
    (proptest::option::of(-1i8..2), amount)
}

fn held((months, amount): (Option<i8>, u32), at: DateTime) -> Ledger {
    let Some(months) = months else { return Ledger::default() };
    let by = Duration::from_secs(31 * 86_400);
    let day = match months {
        ..0 => at.date().saturating_sub(by),
        0 => at.date(),
        1.. => at.date().saturating_add(by),
    };
    Counter { period: Some(Period::month(day)), amount: Fen::new(amount), rides: 7 }.into()
}

fn any_ride() -> impl Strategy<Value = (&'static Tariff, Journey, Ledger)> {
    let one = |tariff: &'static Tariff| {
        (journey(tariff), ledger())
            .prop_map(move |(journey, held_before)| (tariff, journey, held(held_before, journey.exited)))
    };
    proptest::strategy::Union::new(tariffs().map(|tariff| one(tariff).boxed()))
}

fn chain(quote: &Quote) -> Result<(), TestCaseError> {
    let mut amount = Fen::ZERO;
    for reason in quote.reasons.iter() {
        prop_assert_eq!(reason.before, amount);
        amount = reason.after;
    }
    prop_assert_eq!(amount, quote.charged);
    prop_assert_eq!(quote.reasons.last().map(|reason| reason.after), Some(quote.charged));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_ride_of_any_rider((tariff, journey, before) in any_ride()) {
        let quote = tariff.quote(&journey, &before);
        let priced = tariff.price(&journey, &before);
        prop_assert_eq!(quote.err(), priced.err());
        let (Ok(quote), Ok(priced)) = (quote, priced) else { return Ok(()) };
        chain(&quote)?;
        // The price without reasons is the price.
        prop_assert_eq!(
            (quote.list, quote.charged, quote.surcharge, quote.ledger),
            (priced.list, priced.charged, priced.surcharge, priced.ledger)
        );
        let changed = quote.reasons.iter().filter(|reason| reason.before != reason.after).last();
        prop_assert_eq!(changed.map(|reason| reason.rule), Some(priced.rule));
        // Nothing but a surcharge makes a ride dearer than its list price.
        prop_assert!(quote.charged <= quote.list + quote.surcharge);
        if !quote.surcharge.is_zero() {
            let surcharge = quote.reasons.iter().filter(|reason| {
                matches!(tariff.rule(reason.rule).unwrap().clause, Clause::Add { counted: false, .. })
            });
            prop_assert_eq!(surcharge.count(), 1);
        }
        // The counter grows by what was charged, the surcharge apart, or the card is as it was.
        let period = Period::month(journey.exited.date());
        let counted = before.first().in_period(period).after(quote.charged.saturating_sub(quote.surcharge));
        let after = before.with(CounterId(0), counted);
        prop_assert!(quote.ledger == before || quote.ledger == after, "{:?}", quote.ledger);
    }

    /// What a ride stands on is what the tariff lists.
    #[test]
    fn every_point_that_is_touched_is_listed((tariff, journey, before) in any_ride()) {
        static LISTED: LazyLock<Vec<HashSet<Edge>>> =
            LazyLock::new(|| tariffs().map(|tariff| tariff.edges().into_iter().collect()).collect());
        let listed = tariffs().zip(&*LISTED).find(|(known, _)| std::ptr::eq(*known, tariff)).unwrap().1;
        for edge in tariff.touched(&journey, &before) {
            prop_assert!(listed.contains(&edge), "{edge:?} {}", tariff.edge_in_words(&edge));
        }
    }

    /// The longer way never costs less.
    #[test]
    fn monotone_in_distance(
        (tariff, journey, before) in any_ride(),
        group in any::<Index>(),
        near in 0u32..130_000,
        more in prop_oneof![Just(1u32), 0u32..130_000],
    ) {
        let groups: Vec<GroupId> = tariff.places().groups().map(|(id, _)| id).collect();
        let at = |distance| {
            let ride = Ride::Distance { group: *group.get(&groups), distance, taps: Taps::Both };
            tariff.quote(&Journey { ride, ..journey }, &before)
        };
        if let (Ok(near), Ok(far)) = (at(near), at(near + more)) {
            prop_assert!(near.list <= far.list && near.charged <= far.charged);
        }
    }
}

/// The points of a ride, without those that say nothing of an end.
fn ends(tariff: &Tariff, journey: &Journey, before: &Ledger) -> HashSet<Point> {
    let points = tariff.touched(journey, before).into_iter().map(|edge| edge.point);
    points.filter(|point| !matches!(point, Point::Used | Point::With(_) | Point::Without(_))).collect()
}

fn price(tariff: &Tariff, journey: &Journey, before: &Ledger) -> Result<Fen, FareError> {
    tariff.price(journey, before).map(|priced| priced.charged)
}

/// Along a row of rides: wherever the price changes from one to the next, the first stands on one of `here` and
/// the second on one of `there`; and wherever both do, it changes. Answers how often.
fn changes(
    tariff: &Tariff,
    rides: impl Iterator<Item = (Journey, Ledger)>,
    here: &[Point],
    there: &[Point],
) -> usize {
    let mut number = 0;
    let mut last: Option<(bool, Option<Fen>)> = None;
    for (journey, ledger) in rides {
        let paid = tariff.price(&journey, &ledger).map(|priced| priced.charged).ok();
        let ends = ends(tariff, &journey, &ledger);
        let stands = |points: &[Point]| points.iter().any(|point| ends.contains(point));
        if let Some((before_it, before)) = last {
            let on_edge = before_it && stands(there);
            assert_eq!(before != paid, on_edge, "{before:?}, then {paid:?}: {journey:?}, {ledger:?}");
            number += usize::from(on_edge);
        }
        last = Some((stands(here), paid));
    }
    number
}

const NOON: DateTime = DateTime::constant(2026, 11, 10, 12, 0, 0, 0);

fn plain(ride: Ride) -> Journey {
    Journey::single(ride, Rider::local(Product::Ordinary), NOON, NOON)
}

fn bare(group: GroupId, distance: u32) -> Journey {
    plain(Ride::Distance { group, distance, taps: Taps::Both })
}

fn between(from: &str, to: &str) -> Ride {
    let id = |name| rail().network().unwrap().station_named(name).unwrap();
    Ride::Rail { from: id(from), to: id(to), group: None }
}

#[test]
fn along_every_metre() {
    let bands = ([Point::BandEnd, Point::StepEnd], [Point::BeyondBand, Point::BeyondStep]);
    let count = |tariff: &Tariff, name, most| {
        let group = group(tariff, name);
        let rides = (0..most).map(|metres| (bare(group, metres), Ledger::default()));
        changes(tariff, rides, &bands.0, &bands.1)
    };
    // 6, 12, 22, 32, 52 km; the last of the tram is its end.
    assert_eq!(count(rail(), "network", 55_000), 5);
    assert_eq!(count(rail(), "tram-xijiao", 20_000), 2);
    assert_eq!(count(rail(), "airport-daxing", 70_000), 2);
    assert_eq!(count(rail(), "airport-capital", 5_000), 0);
    let bus = BEIJING.tariffs(Mode::Bus).first().unwrap();
    assert_eq!(count(bus, "ordinary", 61), 10);
    assert_eq!(count(bus, "express-direct", 61), 0);
}

#[test]
fn along_every_fen_of_the_month() {
    let november = Period::month(NOON.date());
    let rides = (9_000..41_000).map(|fen| {
        let counter = Counter { period: Some(november), amount: Fen::new(fen), rides: 1 };
        (bare(group(rail(), "network"), 15_000), counter.into())
    });
    assert_eq!(changes(rail(), rides, &[Point::BelowTier], &[Point::Tier]), 3);
}

/// The tiers are read from the tariff itself, and each ride is paid at the last one that is reached.
#[test]
fn every_tier_a_fen_to_either_side() {
    let tiers: Vec<(Fen, u32)> = rail()
        .tiers(CounterId(0))
        .map(|(_, from, percent)| match from {
            Level::Amount(from) => (from, u32::from(percent)),
            Level::Rides(_) => unreachable!("a counter of money"),
        })
        .collect();
    assert_eq!(tiers.len(), 4);
    for fen in tiers.iter().flat_map(|(from, _)| [from.get().saturating_sub(1), from.get(), from.get() + 1]) {
        let amount = Fen::new(fen);
        let counter = Counter { period: Some(Period::month(NOON.date())), amount, rides: 1 };
        let percent = tiers.iter().rev().find(|(from, _)| *from <= amount).unwrap().1;
        let charged = price(rail(), &bare(group(rail(), "network"), 15_000), &counter.into()).unwrap();
        assert_eq!(Some(charged), Fen::from_yuan(5).percent_exact(percent), "{amount}");
    }
}

#[test]
fn along_every_second_of_a_morning_and_of_a_stay() {
    let ride = between("土桥", "临河里");
    let seconds =
        |from: DateTime, number: u64| (0..number).map(move |n| from.saturating_add(Duration::from_secs(n)));
    let (closes, after) = ([Point::Closes(Tap::Entry)], [Point::AfterClosing(Tap::Entry)]);
    for day in [date(2016, 6, 6), date(2026, 11, 23)] {
        let morning = seconds(day.at(5, 0, 0, 0), 4 * 3_600);
        let rides = morning.map(|at| (Journey { entered: at, exited: at, ..plain(ride) }, Ledger::default()));
        assert_eq!(changes(rail(), rides, &closes, &after), 1, "{day}");
    }
    for tariff in BEIJING.tariffs(Mode::Rail) {
        let entered = tariff.head().valid_from.at(12, 0, 0, 0);
        let stays = seconds(entered, 5 * 3_600);
        let rides = stays.map(|at| (Journey { entered, exited: at, ..plain(ride) }, Ledger::default()));
        assert_eq!(changes(tariff, rides, &[Point::Stay], &[Point::OverStay]), 1);
    }
}

/// Day by day over twenty years, on every group of lines: the price changes, or the ride is refused, at the first
/// day of a rule or of a tariff, and nowhere else.
#[test]
fn along_every_day() {
    let days = std::iter::successors(Some(date(2007, 9, 1)), |day: &Date| day.tomorrow().ok());
    let days: Vec<Date> = days.take_while(|day| *day < date(2027, 9, 1)).collect();
    let rides = [
        (between("燕山", "昌平西山口"), vec![date(2007, 10, 7), date(2014, 12, 28)]),
        (between("巴沟", "香山"), vec![date(2017, 12, 30)]),
        (between("草桥", "大兴机场"), vec![date(2019, 9, 26)]),
        (between("三元桥", "3号航站楼"), vec![date(2007, 10, 7)]),
    ];
    for (ride, expected) in rides {
        let price = |day: Date| {
            let at = day.at(12, 0, 0, 0);
            let tariff = BEIJING.tariff(Mode::Rail, day)?;
            tariff.price(&Journey { entered: at, exited: at, ..plain(ride) }, &Ledger::default()).ok()
        };
        let charged = |day| price(day).map(|priced| priced.charged);
        let found: Vec<Date> =
            days.windows(2).filter(|pair| charged(pair[0]) != charged(pair[1])).map(|pair| pair[1]).collect();
        assert_eq!(found, expected, "{ride:?}");
        for day in found {
            let points = |day: Date| {
                let journey =
                    Journey { entered: day.at(12, 0, 0, 0), exited: day.at(12, 0, 0, 0), ..plain(ride) };
                let touched = BEIJING.tariffs(Mode::Rail).iter().flat_map(|tariff| {
                    let rules = tariff.touched(&journey, &Ledger::default());
                    rules.into_iter().chain(tariff.touched_by_day(day)).map(|edge| edge.point)
                });
                touched.collect::<HashSet<_>>()
            };
            assert!(points(day).contains(&Point::FirstDay), "{day}");
            assert!(points(day.yesterday().unwrap()).contains(&Point::DayBefore), "{day}");
        }
    }
}

/// A pass is good from the second of its first use to the last of its hours.
#[test]
fn along_every_second_of_a_pass() {
    let activated = date(2026, 11, 9).at(12, 0, 0, 0);
    let passes: Vec<TicketId> =
        rail().tickets().filter(|(_, name)| name.starts_with("pass")).map(|(id, _)| id).collect();
    assert_eq!(passes.len(), 5);
    let (here, there) = ([Point::BeforeActivation, Point::LastSecond], [Point::Activated, Point::Expired]);
    for kind in passes {
        let ticket = Ticket { kind, activated: Some(activated) };
        let name = rail().tickets().find(|(id, _)| *id == kind).unwrap().1;
        let hours: u64 = name.trim_start_matches("pass-").trim_end_matches('h').parse().unwrap();
        for end in [0, hours * 3_600] {
            let from =
                activated.saturating_add(Duration::from_secs(end)).saturating_sub(Duration::from_secs(500));
            let rides = (0..1_000).map(|n| {
                let entered = from.saturating_add(Duration::from_secs(n));
                let ride = bare(group(rail(), "network"), 9_000);
                (Journey { ticket, entered, exited: entered, ..ride }, Ledger::default())
            });
            assert_eq!(changes(rail(), rides, &here, &there), 1, "{name}");
        }
    }
}
