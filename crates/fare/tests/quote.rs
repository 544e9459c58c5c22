//! Tariffs built by hand, against a plain model of the rules.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::num::NonZeroU32;

use proptest::prelude::*;
use tunion_data::civil::{DateTime, Time, date};
use tunion_data::{CityCode, Fen};
use tunion_fare::{
    Basis, BusLine, BusLines, Choose, Clause, Counter, Entry, Fact, FareError, Group, GroupId, Head, Instead,
    Issuer, Journey, Ledger, Level, LineId, Medium, Network, Period, Place, Places, Product, Quote, Read,
    Reset, Ride, Rider, Rounding, Rule, Set, Station, StationId, Stop, StopId, Surcharge, Tap, Taps, Tariff,
    TariffBuilder, When,
};

const LIMIT: u32 = 240;
const SURCHARGE: Fen = Fen::from_yuan(3);
const GRACE: u32 = 100;

/// A tariff in numbers. Prices are multiples of 4 yuan, so that any quarter of any 5 % is whole fen.
#[derive(Debug, Clone)]
struct Plan {
    /// Upper ends and prices, both rising.
    bands: Vec<(u32, u32)>,
    every: u32,
    add: u32,
    /// What the student pays.
    share: u32,
    /// Totals and percentages, the totals rising.
    tiers: Vec<(u32, u32)>,
    counts_surcharge: bool,
}

fn plan() -> impl Strategy<Value = Plan> {
    let rising = |most: u32, count| {
        prop::collection::btree_set(1..most, 1..count).prop_map(|set| set.into_iter().collect::<Vec<_>>())
    };
    let prices = prop::collection::vec(1u32..10, 6);
    let percents = prop::collection::vec((0u32..=20).prop_map(|p| p * 5), 5);
    let bands = (rising(40_000, 6), prices).prop_map(|(ends, mut prices)| {
        prices.sort_unstable();
        ends.into_iter().zip(prices.into_iter().map(|price| price * 400)).collect()
    });
    let tiers =
        (rising(50_000, 5), percents).prop_map(|(from, percents)| from.into_iter().zip(percents).collect());
    let shares = prop::sample::select(vec![0u32, 25, 50, 100]);
    (bands, 100u32..30_000, 0u32..5, shares, tiers, any::<bool>()).prop_map(
        |(bands, every, add, share, tiers, counts_surcharge)| Plan {
            bands,
            every,
            add: add * 400,
            share,
            tiers,
            counts_surcharge,
        },
    )
}

impl Plan {
    fn tariff(&self) -> Tariff {
        let mut builder = TariffBuilder::new(head(), rail());
        let ends = self.bands.iter().map(|&(to, price)| (to, Fen::new(price)));
        let &(over, base) = self.bands.last().unwrap();
        let beyond = Clause::Beyond {
            over,
            grace: GRACE,
            base: Fen::new(base),
            every: NonZeroU32::new(self.every).unwrap(),
            add: Fen::new(self.add),
        };
        builder.price(only(0), Clause::bands(GRACE, ends).chain([beyond]).map(rule));
        builder.step("rider", Choose::First);
        let students = When { products: Set::from_iter([Product::Student]), ..When::ALWAYS };
        builder.rule(students, rule(Clause::Share { percent: u8::try_from(self.share).unwrap() }));
        let local = When { issuers: Set::from_iter([Issuer::LOCAL]), ..When::ALWAYS };
        let count = rule(Clause::Count { basis: Basis::Paid });
        let counter = builder.counter(local, count, Reset::Month, Time::MIN, Tap::Exit);
        let read = Read::BeforeRide;
        let tier = |(from, percent): (u32, u32)| Clause::Tier {
            counter,
            from: Level::Amount(Fen::new(from)),
            percent: u8::try_from(percent).unwrap(),
            read,
        };
        builder.step("month", Choose::First);
        let tiers = [(0, 100)].into_iter().chain(self.tiers.iter().copied());
        builder.tiers(local, counter, read, tiers.map(tier).map(rule));
        builder.step("stay", Choose::First);
        let late = When { over_minutes: Some(LIMIT), ..When::ALWAYS };
        let surcharge = Surcharge::Amount(SURCHARGE);
        builder.rule(late, rule(Clause::Add { surcharge, counted: self.counts_surcharge }));
        builder.build()
    }

    /// The model: list price, charge and what the total becomes.
    fn model(&self, metres: u32, rider: Rider, late: bool, total: u32) -> (u32, u32, u32) {
        let inside = self.bands.iter().filter(|(to, _)| metres <= to + GRACE).map(|(_, price)| *price).min();
        let &(end, top) = self.bands.last().unwrap();
        let steps = |m: u32| (1..=2_000).find(|n| m <= end + GRACE + n * self.every).unwrap();
        let list = inside.unwrap_or_else(|| top + steps(metres) * self.add);
        let share = if rider.product == Product::Student { self.share } else { 100 };
        let counted = rider.issuer == Issuer::LOCAL;
        let tier = self.tiers.iter().filter(|(from, _)| *from <= total).max_by_key(|(from, _)| *from);
        let tier = tier.filter(|_| counted).map_or(100, |(_, percent)| *percent);
        let fare = list * share / 100 * tier / 100;
        let charge = if late { fare + SURCHARGE.get() } else { fare };
        let grows = if self.counts_surcharge { charge } else { fare };
        (list, charge, if counted { total + grows } else { total })
    }
}

fn head() -> Head {
    Head {
        name: "plan".into(),
        file: "plan.toml".into(),
        valid_from: date(2014, 12, 28),
        valid_until: Some(date(2030, 12, 31)),
        entry: Entry { balance: Fen::from_yuan(3), overdraft: true },
        rounding: Rounding::Exact,
    }
}

fn rule(clause: Clause) -> Rule {
    Rule { name: "rule".into(), source: "made up".into(), line: 1, clause }
}

fn only(group: u8) -> When {
    When { groups: Set::from_iter([GroupId(group)]), ..When::ALWAYS }
}

fn november(paid: u32, rides: u16) -> Ledger {
    let period = Some(Period::month(date(2026, 11, 1)));
    Counter { period, amount: Fen::new(paid), rides }.into()
}

/// 甲 and 乙 on the network, 乙 and 丙 on the tram, 丁 on its own group that no tariff here prices.
fn rail() -> Places {
    let stations = [(11, "甲"), (12, "乙"), (13, "丙"), (14, "丁")]
        .map(|(code, name)| Station { code, name: name.into() })
        .to_vec();
    let groups = vec![
        Group::new("network", [StationId(0), StationId(1)], |_, _| 9_000),
        Group::new("tram", [StationId(1), StationId(2)], |_, _| 4_000),
        Group::new("airport", [StationId(0), StationId(3)], |_, _| 20_000),
    ];
    Places::Rail(Network::new("small", CityCode::BEIJING, stations, groups))
}

fn day(day: i8, hour: i8, minute: i8) -> DateTime {
    date(2026, 11, day).at(hour, minute, 0, 0)
}

fn metres(metres: u32, rider: Rider, minutes: u32) -> Journey {
    let entered = day(10, 8, 0);
    let stay = std::time::Duration::from_secs(u64::from(minutes) * 60);
    let ride = Ride::Distance { group: GroupId(0), distance: metres, taps: Taps::Both };
    Journey::single(ride, rider, entered, entered.checked_add(stay).unwrap())
}

fn rider() -> impl Strategy<Value = Rider> {
    let (products, issuers) =
        (prop::sample::select(Product::ALL), prop::sample::select(vec![Issuer::LOCAL, Issuer::OTHER]));
    (products, issuers).prop_map(|(product, issuer)| Rider { product, issuer, medium: Medium::Card })
}

fn links(quote: &Quote) -> Result<(), TestCaseError> {
    let mut amount = Fen::ZERO;
    for reason in quote.reasons.iter() {
        prop_assert_eq!(reason.before, amount);
        amount = reason.after;
    }
    prop_assert_eq!(amount, quote.charged);
    prop_assert_eq!(quote.reasons.iter().next().unwrap().after, quote.list);
    Ok(())
}

proptest! {
    /// A month of rides by the model and by the engine; each with its chain of reasons.
    #[test]
    fn a_month_like_the_model(
        plan in plan(),
        rider in rider(),
        rides in prop::collection::vec((0u32..200_000, 1u32..300), 1..60),
    ) {
        let tariff = plan.tariff();
        let (mut ledger, mut total) = (Ledger::default(), 0);
        for (distance, minutes) in rides {
            let quote = tariff.quote(&metres(distance, rider, minutes), &ledger).unwrap();
            let (list, charge, after) = plan.model(distance, rider, minutes > LIMIT, total);
            prop_assert_eq!((quote.list.get(), quote.charged.get(), quote.ledger.first().amount.get()), (list, charge, after));
            links(&quote)?;
            prop_assert_eq!(quote.surcharge, if minutes > LIMIT { SURCHARGE } else { Fen::ZERO });
            prop_assert!(quote.charged <= quote.list + quote.surcharge);
            let priced = tariff.price(&metres(distance, rider, minutes), &ledger).unwrap();
            prop_assert_eq!((priced.list, priced.charged, priced.surcharge, priced.ledger), (quote.list, quote.charged, quote.surcharge, quote.ledger));
            (ledger, total) = (quote.ledger, after);
        }
    }

    /// The longer the way, the dearer, whoever rides and whatever was paid before.
    #[test]
    fn dearer_with_distance(plan in plan(), rider in rider(), a in 0u32..200_000, b in 0u32..200_000, paid in 0u32..60_000) {
        let tariff = plan.tariff();
        let ledger = november(paid, 1);
        let charge = |distance| tariff.quote(&metres(distance, rider, 10), &ledger).unwrap().charged;
        prop_assert!(charge(a.min(b)) <= charge(a.max(b)));
    }

    /// No distance and no total, however large, breaks the arithmetic.
    #[test]
    fn extremes_are_priced(plan in plan(), rider in rider(), distance: u32, paid: u32, rides: u16) {
        let ledger = november(paid, rides);
        match plan.tariff().quote(&metres(distance, rider, 10), &ledger) {
            Ok(quote) => links(&quote)?,
            // A price that saturates need not divide any more.
            Err(error) => prop_assert!(matches!(error, FareError::Inexact(_))),
        }
    }
}

fn small() -> Tariff {
    let mut builder = TariffBuilder::new(head(), rail());
    builder.price(only(0), [rule(Clause::Flat { price: Fen::from_yuan(3) })]);
    builder.price(only(1), [rule(Clause::Flat { price: Fen::from_yuan(5) })]);
    builder.build()
}

fn between(from: u16, to: u16) -> Journey {
    let ride = Ride::Rail { from: StationId(from), to: StationId(to), group: None };
    Journey::single(ride, Rider::local(Product::Ordinary), day(10, 8, 0), day(10, 9, 0))
}

#[test]
fn each_group_has_its_own_price() {
    let price = |from, to| small().quote(&between(from, to), &Ledger::default()).map(|quote| quote.charged);
    assert_eq!(price(0, 1), Ok(Fen::from_yuan(3)));
    assert_eq!(price(1, 2), Ok(Fen::from_yuan(5)));
    assert_eq!(price(0, 2), Err(FareError::NoCommonGroup(StationId(0), StationId(2))));
    assert_eq!(price(0, 3), Err(FareError::StationNotCovered(StationId(3))));
    assert_eq!(price(0, 9), Err(FareError::UnknownStation(StationId(9))));
}

#[test]
fn rides_that_make_no_sense() {
    let quote = |journey: Journey| small().quote(&journey, &Ledger::default()).unwrap_err();
    let backwards = Journey { entered: day(10, 10, 0), ..between(0, 1) };
    assert_eq!(quote(backwards), FareError::EndsBeforeItBegins);
    let early = date(2014, 12, 27).at(23, 59, 59, 0);
    let before = Journey { entered: early, exited: early, ..between(0, 1) };
    assert_eq!(
        quote(before),
        FareError::OutOfDate { from: date(2014, 12, 28), until: Some(date(2030, 12, 31)) }
    );
    let bus = Journey { ride: Ride::Bus { line: LineId(0), on: StopId(0), off: None }, ..between(0, 1) };
    assert_eq!(quote(bus), FareError::OtherMode);
    let distance = |group, taps| Journey {
        ride: Ride::Distance { group: GroupId(group), distance: 1, taps },
        ..between(0, 1)
    };
    assert_eq!(quote(distance(2, Taps::Both)), FareError::NotCovered(GroupId(2)));
    assert_eq!(quote(distance(200, Taps::Both)), FareError::NotCovered(GroupId(200)));
    assert_eq!(quote(distance(0, Taps::NoExit)), FareError::Incomplete(Taps::NoExit));
}

#[test]
fn beyond_the_last_band_is_an_error() {
    let mut builder = TariffBuilder::new(head(), rail());
    builder.price(only(0), Clause::bands(0, [(6_000, Fen::from_yuan(3))]).map(rule));
    let tariff = builder.build();
    let quote = |m| tariff.quote(&metres(m, Rider::local(Product::Ordinary), 10), &Ledger::default());
    assert_eq!(quote(6_000).unwrap().charged, Fen::from_yuan(3));
    assert_eq!(quote(6_001).unwrap_err(), FareError::BeyondLastBand { distance: 6_001 });
}

#[test]
fn a_part_of_a_fen_is_an_error_and_never_rounded() {
    let mut builder = TariffBuilder::new(head(), rail());
    builder.price(only(0), [rule(Clause::Flat { price: Fen::new(101) })]);
    builder.rule(When::ALWAYS, rule(Clause::Share { percent: 50 }));
    let tariff = builder.build();
    let error = tariff.quote(&between(0, 1), &Ledger::default()).unwrap_err();
    let (id, _) = tariff.rules().nth(1).unwrap();
    assert_eq!(error, FareError::Inexact(id));
    assert_eq!(
        tariff.describe(&error).to_string(),
        "the amount is no whole number of fen (rule, plan.toml:1)"
    );
}

#[test]
fn a_ledger_of_another_month_counts_as_zero() {
    let plan = Plan {
        bands: vec![(6_000, 400)],
        every: 1_000,
        add: 0,
        share: 25,
        tiers: vec![(10_000, 50)],
        counts_surcharge: false,
    };
    let old = Period::month(date(2026, 10, 31));
    let ledger = Counter { period: Some(old), amount: Fen::from_yuan(200), rides: 40 }.into();
    let quote = plan.tariff().quote(&metres(1, Rider::local(Product::Ordinary), 10), &ledger).unwrap();
    let period = Period::month(date(2026, 11, 10));
    assert_eq!(quote.ledger, november(400, 1));
    let fact = quote.reasons.last().unwrap().fact;
    assert_eq!(fact, Fact::Counted { period, amount: Fen::ZERO, stale: Some(old) });
}

#[test]
fn the_farther_end_of_a_bus_line() {
    let stops = [3, 1, 8, 12].map(|number| Stop { name: number.to_string().into(), number }).into();
    let line = BusLine { code: 7, direction: 0, name: "7".into(), class: GroupId(0), stops };
    let lines = BusLines::new("small", CityCode::BEIJING, vec!["ordinary".into()], vec![line]);
    let mut builder = TariffBuilder::new(head(), Places::Bus(lines));
    let ends = (1..=12).map(|n| (n, Fen::from_yuan(n)));
    builder.price(only(0), Clause::bands(0, ends).map(rule));
    let farther = Clause::Incomplete { taps: Taps::NoExit, instead: Instead::FartherEnd };
    builder.incomplete(When::ALWAYS, rule(farther));
    let both = When { taps: Set::from_iter([Taps::Both]), ..When::ALWAYS };
    builder.rule(both, rule(Clause::Share { percent: 50 }));
    let tariff = builder.build();

    let far = |stop| {
        let ride = Ride::Bus { line: LineId(0), on: StopId(stop), off: None };
        let quote = tariff.quote(&Journey { ride, ..between(0, 0) }, &Ledger::default());
        quote.map(|quote| quote.charged.get())
    };
    assert_eq!([far(0), far(1), far(2), far(3)], [Ok(900), Ok(1100), Ok(500), Ok(900)]);
    assert_eq!(far(4), Err(FareError::UnknownStop(LineId(0), StopId(4))));

    let ride = |off| {
        let ride = Ride::Bus { line: LineId(0), on: StopId(2), off };
        tariff.quote(&Journey { ride, ..between(0, 0) }, &Ledger::default()).unwrap().charged.get()
    };
    assert_eq!((ride(Some(StopId(0))), ride(None)), (250, 500));
    let rider = Rider::local(Product::Ordinary);
    assert_eq!(tariff.entry_balance(Place::Line(LineId(0)), rider), Ok(Fen::from_yuan(3)));
    assert_eq!(tariff.entry_balance(Place::Line(LineId(1)), rider), Err(FareError::UnknownLine(LineId(1))));
    assert_eq!(tariff.entry_balance(Place::Station(StationId(0)), rider), Err(FareError::OtherMode));
}
