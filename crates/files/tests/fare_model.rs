//! The tariffs of Beijing beside a second reading of `docs/spec/fares.md`, `tunion-fare-model`, by someone who had
//! seen neither the tariff files nor the engine: the same rides, the same prices, the same refusals.
//!
//! The model reads two things otherwise, where the text says nothing, and is not asked about them: the tariff of a
//! ride without entry is that of the day of EXIT (here both taps are of one moment), and such a ride knows no ticket.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use tunion_data::Fen;
use tunion_data::civil::{Date, DateTime, Time, date};
use tunion_fare::{
    FareError, Issuer, Journey, Ledger, Medium, Period, Product, Ride, Rider, StopId, Tariff, Ticket,
};
use tunion_fare_model::{self as model, BusRide, Group, Holiday, Model, Moment, Month, RailRide, Refused};
use tunion_files::city::{self, City, Mode};

fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures").join(path)
}

static BEIJING: LazyLock<City> = LazyLock::new(|| city::load(fixture("cities/beijing.toml")).unwrap());

static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let text = |path| std::fs::read_to_string(fixture(path)).unwrap();
    let holidays = holidays(&text("calendars/china.csv"));
    let bus = "networks/beijing-bus/";
    Model::new(
        &text("networks/beijing-rail-2026/edges.csv"),
        &text(&format!("{bus}lines.csv")),
        &text(&format!("{bus}stops.csv")),
        &holidays,
    )
});

/// `year,kind,from,to,name`, day by day.
fn holidays(text: &str) -> Vec<Holiday> {
    let rows = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    let days = rows.flat_map(|row| {
        let cells: Vec<&str> = row.split(',').collect();
        let [first, last] = [cells[2], cells[3]].map(|day| day.parse::<Date>().unwrap());
        let days = std::iter::successors(Some(first), |day| day.tomorrow().ok());
        let working = cells[1] == "work";
        days.take_while(move |day| *day <= last).map(move |day| Holiday {
            year: day.year().unsigned_abs(),
            month: day.month().unsigned_abs(),
            day: day.day().unsigned_abs(),
            working,
        })
    });
    days.collect()
}

fn moment(at: DateTime) -> Moment {
    let [month, day, hour, minute, second] =
        [at.month(), at.day(), at.hour(), at.minute(), at.second()].map(i8::unsigned_abs);
    Moment::new(at.year().unsigned_abs(), month, day, hour, minute, second)
}

/// Who rides, for both.
#[derive(Clone, Copy, Debug)]
struct Who {
    product: (Product, model::Product),
    medium: (Medium, model::Medium),
    local: bool,
}

impl Who {
    fn rider(self) -> Rider {
        let issuer = if self.local { Issuer::LOCAL } else { Issuer::OTHER };
        Rider { product: self.product.0, issuer, medium: self.medium.0 }
    }
}

fn who() -> impl Strategy<Value = Who> {
    let products = vec![
        (Product::Ordinary, model::Product::Ordinary),
        (Product::Ordinary, model::Product::Ordinary),
        (Product::Student, model::Product::Student),
        (Product::Senior, model::Product::Senior),
        (Product::Military, model::Product::Military),
        (Product::Child, model::Product::Child),
        (Product::Test, model::Product::Test),
    ];
    let media = vec![
        (Medium::Card, model::Medium::Card),
        (Medium::Card, model::Medium::Card),
        (Medium::Phone, model::Medium::Phone),
        (Medium::Code, model::Medium::Code),
        (Medium::BankCard, model::Medium::BankCard),
        (Medium::ForeignBankCard, model::Medium::ForeignBankCard),
        (Medium::Cash, model::Medium::Cash),
    ];
    (select(products), select(media), proptest::bool::weighted(0.85))
        .prop_map(|(product, medium, local)| Who { product, medium, local })
}

/// The first of a month: half of the years that have a calendar, half of any.
fn first_of_month() -> impl Strategy<Value = Date> {
    let years = prop_oneof![Just(2016i16), Just(2026), Just(2026), 2007i16..2028];
    let edges = vec![
        date(2007, 10, 1),
        date(2014, 12, 1),
        date(2015, 12, 1),
        date(2016, 12, 1),
        date(2017, 12, 1),
        date(2019, 9, 1),
    ];
    prop_oneof![4 => (years, 1i8..13).prop_map(|(year, month)| date(year, month, 1)), 1 => select(edges)]
}

/// A time of the day, often near seven, sometimes near midnight.
fn time() -> impl Strategy<Value = Time> {
    let seconds = prop_oneof![
        3 => 25_190u32..25_211,
        3 => 18_000u32..25_201,
        1 => 86_000u32..86_400,
        4 => 0u32..86_400,
    ];
    seconds.prop_map(|seconds| Time::MIN.saturating_add(Duration::from_secs(seconds.into())))
}

fn pause() -> impl Strategy<Value = u64> {
    prop_oneof![6 => 0u64..5_400, 1 => 14_398u64..14_404, 1 => 14_000u64..100_000]
}

/// A ticket by its hours, or by its name.
#[derive(Clone, Copy, Debug)]
enum OnTicket {
    None,
    Pass { hours: u32, since: u64, early: bool },
    Business,
    AirRail,
}

fn ticket() -> impl Strategy<Value = OnTicket> {
    let hours = select(vec![24u32, 48, 72, 120, 168]);
    let pass = (hours, 0u64..200 * 3_600, proptest::bool::weighted(0.1), 0u8..4).prop_map(
        |(hours, since, early, near)| {
            let end = u64::from(hours) * 3_600;
            // At its ends as often as anywhere.
            let since = match near {
                0 => 0,
                1 => end - 1,
                2 => end,
                _ => since,
            };
            OnTicket::Pass { hours, since, early }
        },
    );
    prop_oneof![10 => Just(OnTicket::None), 2 => pass, 1 => Just(OnTicket::Business), 1 => Just(OnTicket::AirRail)]
}

/// A rail ride on some day of a month.
#[derive(Clone, Debug)]
struct OnRail {
    day: u8,
    time: Time,
    stay: u64,
    /// Left before it was entered.
    backward: bool,
    from: Option<String>,
    to: String,
    line: Option<String>,
    ticket: OnTicket,
}

fn names(names: Vec<&str>) -> Vec<String> {
    names.into_iter().map(str::to_owned).collect()
}

fn on_rail() -> impl Strategy<Value = OnRail> {
    // Most rides stay in one group; a station of the low-peak lists is entered often.
    const LOW_PEAK: [&str; 9] =
        ["土桥", "南邵", "高碑店", "朱辛庄", "草房", "青年路", "通运门", "北运河西", "巴沟"];
    let network = names(MODEL.stations_of(Group::Network));
    let special = [Group::CapitalAirport, Group::DaxingAirport, Group::Tram]
        .map(|group| names(MODEL.stations_of(group)));
    let station = |of: Vec<String>| any::<Index>().prop_map(move |index| index.get(&of).clone());
    let from_network = prop_oneof![station(network.clone()), select(&LOW_PEAK[..]).prop_map(str::to_owned)];
    let pair = prop_oneof![
        12 => (from_network, station(network)),
        2 => (station(special[0].clone()), station(special[0].clone())),
        2 => (station(special[1].clone()), station(special[1].clone())),
        2 => (station(special[2].clone()), station(special[2].clone())),
        1 => (station(names(MODEL.stations())), station(names(MODEL.stations()))),
    ];
    let line = proptest::option::weighted(0.15, select(names(MODEL.lines())));
    let taps = (proptest::bool::weighted(0.95), proptest::bool::weighted(0.02));
    (0u8..31, time(), pause(), pair, line, ticket(), taps).prop_map(
        |(day, time, stay, (from, to), line, ticket, (entry, backward))| OnRail {
            day,
            time,
            stay: if entry { stay } else { 0 },
            backward: backward && entry,
            from: entry.then_some(from),
            to,
            line,
            ticket: if entry { ticket } else { OnTicket::None },
        },
    )
}

impl OnRail {
    fn times(&self, month: Date) -> (DateTime, DateTime) {
        let day = month.saturating_add(Duration::from_secs(u64::from(self.day) * 86_400));
        let entered = day.to_datetime(self.time);
        let stay = Duration::from_secs(self.stay);
        let exited = if self.backward { entered.saturating_sub(stay) } else { entered.saturating_add(stay) };
        (entered, exited)
    }

    fn activated(&self, entered: DateTime) -> DateTime {
        match self.ticket {
            OnTicket::Pass { since, early: true, .. } => entered.saturating_add(Duration::from_secs(since)),
            OnTicket::Pass { since, .. } => entered.saturating_sub(Duration::from_secs(since)),
            _ => entered,
        }
    }

    /// As the engine has it; `None` when the tariff has no such ticket.
    fn journey(&self, tariff: &Tariff, who: Who, (entered, exited): (DateTime, DateTime)) -> Option<Journey> {
        let network = tariff.network().unwrap();
        let id = |name: &str| network.station_named(name).unwrap();
        let group = self.line.as_ref().map(|line| network.group_of_line(line).unwrap());
        let ride = match &self.from {
            Some(from) => Ride::Rail { from: id(from), to: id(&self.to), group },
            None => Ride::NoEntry { to: id(&self.to), group },
        };
        let name = match self.ticket {
            OnTicket::None => "ordinary".to_owned(),
            OnTicket::Pass { hours, .. } => format!("pass-{hours}h"),
            OnTicket::Business => "business".to_owned(),
            OnTicket::AirRail => "air-rail".to_owned(),
        };
        let kind = tariff.tickets().find(|(_, known)| *known == name)?.0;
        let activated = matches!(self.ticket, OnTicket::Pass { .. }).then(|| self.activated(entered));
        Some(Journey { ride, rider: who.rider(), ticket: Ticket { kind, activated }, entered, exited })
    }

    fn modelled(&self, who: Who, (entered, exited): (DateTime, DateTime)) -> RailRide<'_> {
        RailRide {
            from: self.from.as_deref(),
            to: &self.to,
            line: self.line.as_deref(),
            product: who.product.1,
            medium: who.medium.1,
            local: who.local,
            ticket: match self.ticket {
                OnTicket::None => model::Ticket::None,
                OnTicket::Pass { hours, .. } => {
                    model::Ticket::Pass { hours, activated: moment(self.activated(entered)) }
                }
                OnTicket::Business => model::Ticket::Business,
                OnTicket::AirRail => model::Ticket::AirRail,
            },
            entered: moment(entered),
            exited: moment(exited),
        }
    }
}

impl OnRail {
    /// Whether a ride on that day can be refused for this reason.
    fn is_wrong(&self, why: Why, day: Date) -> bool {
        let from = self.from.as_deref().unwrap_or(&self.to);
        match why {
            Why::Backward => self.backward,
            Why::NotSold | Why::PassOver => !matches!(self.ticket, OnTicket::None),
            // The last of the lines with prices of their own.
            Why::NoTariff => day < date(2019, 9, 26),
            Why::NoWay => {
                self.line.is_some()
                    || Group::ALL.iter().all(|group| MODEL.metres(*group, from, &self.to).is_none())
            }
            Why::NoCalendar => false,
        }
    }
}

/// Why there is no price, as far as both can tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Why {
    NoTariff,
    NoWay,
    Backward,
    NotSold,
    PassOver,
    NoCalendar,
}

fn why(error: FareError) -> Why {
    match error {
        FareError::NotCovered(_) | FareError::OutOfDate { .. } | FareError::StationNotCovered(_) => {
            Why::NoTariff
        }
        FareError::NoCommonGroup(..) | FareError::NotOnGroup(..) => Why::NoWay,
        FareError::EndsBeforeItBegins => Why::Backward,
        FareError::NotSold(..) => Why::NotSold,
        FareError::PassOver { .. } => Why::PassOver,
        FareError::NoCalendar { .. } => Why::NoCalendar,
        other => panic!("{other:?}"),
    }
}

fn model_s(refused: Refused) -> Why {
    match refused {
        Refused::BeforeTheTariff => Why::NoTariff,
        Refused::NoCommonGroup => Why::NoWay,
        Refused::EndsBeforeItBegins => Why::Backward,
        Refused::NotSold => Why::NotSold,
        Refused::PassOver => Why::PassOver,
        Refused::NoCalendar => Why::NoCalendar,
        Refused::UnknownPlace => panic!("{refused:?}"),
    }
}

type Answer = Result<(Fen, Fen), Why>;

/// Both price it alike, or both refuse it for the same reason. A ride that is wrong in several ways may be refused
/// for any of them: the two look in another order.
fn same(engine: Answer, model: Answer, wrong_too: impl Fn(Why) -> bool) -> bool {
    match (engine, model) {
        (Err(engine), Err(model)) => engine == model || (wrong_too(engine) && wrong_too(model)),
        _ => engine == model,
    }
}

/// What the card holds.
fn holds(ledger: &Ledger) -> Option<(Period, u32, u16)> {
    let counter = ledger.first();
    counter.period.map(|period| (period, counter.amount.get(), counter.rides))
}

fn month_s(month: &Month) -> Option<(Period, u32, u16)> {
    let Month { year, month: number, paid, rides } = *month;
    let first = Date::new(year.try_into().unwrap(), number.try_into().unwrap(), 1).ok()?;
    Some((Period::month(first), paid, rides.try_into().unwrap()))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_month_of_rail(
        who in who(),
        month in first_of_month(),
        mut rides in proptest::collection::vec(on_rail(), 1..60),
    ) {
        rides.sort_by_key(|ride| (ride.day, ride.time));
        let (mut ledger, mut counted) = (Ledger::default(), Month::default());
        for ride in &rides {
            let times = ride.times(month);
            let modelled = MODEL.rail(&ride.modelled(who, times), &mut counted);
            let modelled = modelled.map(|price| (Fen::new(price.list), Fen::new(price.charged))).map_err(model_s);
            let tariff = BEIJING.tariff(Mode::Rail, times.0.date());
            let quote = match tariff.map(|tariff| (tariff, ride.journey(tariff, who, times))) {
                None => Err(Why::NoTariff),
                Some((_, None)) => Err(Why::NotSold),
                Some((tariff, Some(journey))) => tariff.quote(&journey, &ledger).map_err(why),
            };
            let engine = quote.map(|quote| (quote.list, quote.charged));
            let wrong = |why| ride.is_wrong(why, times.0.date());
            prop_assert!(
                same(engine, modelled, wrong),
                "{who:?} {times:?} {ride:?}: {engine:?}, model {modelled:?}"
            );
            if let Ok(quote) = quote {
                ledger = quote.ledger;
            }
            prop_assert_eq!(holds(&ledger), month_s(&counted), "{:?} {:?} {:?}", who, times, ride);
        }
    }

    #[test]
    fn any_bus(
        rides in proptest::collection::vec(
            (who(), first_of_month(), 0u8..31, time(), pause(), any::<Index>(), any::<Index>(), proptest::option::weighted(0.8, any::<Index>())),
            40,
        ),
    ) {
        for (who, month, day, time, stay, line, on, off) in rides {
            let entered = month.saturating_add(Duration::from_secs(u64::from(day) * 86_400)).to_datetime(time);
            let exited = entered.saturating_add(Duration::from_secs(stay));
            let known = line.get(MODEL.bus_lines());
            let stops = known.numbers.len();
            let (on, off) = (on.index(stops), off.map(|off| off.index(stops)));
            let ride = BusRide {
                line: &known.line,
                direction: known.direction,
                on,
                off,
                product: who.product.1,
                medium: who.medium.1,
                local: who.local,
                entered: moment(entered),
                exited: moment(exited),
            };
            let modelled = MODEL.bus(&ride).map(|price| (Fen::new(price.list), Fen::new(price.charged))).map_err(model_s);
            let engine = match BEIJING.tariff(Mode::Bus, entered.date()) {
                None => Err(Why::NoTariff),
                Some(tariff) => {
                    let stop = |index: usize| StopId(index.try_into().unwrap());
                    let line = tariff.bus_lines().unwrap().line_named(&known.line, known.direction).unwrap();
                    let ride = Ride::Bus { line, on: stop(on), off: off.map(stop) };
                    let journey = Journey::single(ride, who.rider(), entered, exited);
                    let quote = tariff.quote(&journey, &Ledger::default()).map_err(why);
                    quote.map(|quote| (quote.list, quote.charged))
                }
            };
            prop_assert_eq!(engine, modelled, "{:?}", ride);
        }
    }
}

/// Every pair of stations of every group, in 2026: the same list price, by the shortest way of each.
#[test]
fn every_pair_of_stations() {
    let noon = date(2026, 11, 10).at(12, 0, 0, 0);
    let who = Who {
        product: (Product::Ordinary, model::Product::Ordinary),
        medium: (Medium::Cash, model::Medium::Cash),
        local: true,
    };
    let tariff = BEIJING.tariff(Mode::Rail, noon.date()).unwrap();
    let network = tariff.network().unwrap();
    let mut pairs = 0;
    for ((_, group), known) in network.groups().zip(Group::ALL) {
        let stations = MODEL.stations_of(known);
        assert_eq!(group.members().len(), stations.len());
        for from in &stations {
            let id = network.station_named(from).unwrap();
            for to in stations.iter().filter(|to| to >= &from) {
                let metres = group.metres(id, network.station_named(to).unwrap());
                assert_eq!(metres, MODEL.metres(known, from, to), "{from} {to}");
                pairs += 1;
            }
        }
    }
    assert!(pairs > 85_000, "{pairs}");
    // And their prices, of one in a hundred and of those that are near the end of a band.
    let stations = MODEL.stations_of(Group::Network);
    for (n, from) in stations.iter().enumerate() {
        for (m, to) in stations.iter().enumerate() {
            let metres = MODEL.metres(Group::Network, from, to).unwrap();
            if (n + m) % 100 > 0 && !(90..=110).contains(&(metres % 1_000)) {
                continue;
            }
            let ride = OnRail {
                day: 0,
                time: Time::MIN,
                stay: 0,
                backward: false,
                from: Some((*from).to_owned()),
                to: (*to).to_owned(),
                line: None,
                ticket: OnTicket::None,
            };
            let journey = ride.journey(tariff, who, (noon, noon)).unwrap();
            let list = tariff.price(&journey, &Ledger::default()).unwrap().list;
            let modelled = MODEL.rail(&ride.modelled(who, (noon, noon)), &mut Month::default()).unwrap();
            assert_eq!(list.get(), modelled.list, "{from} {to}");
        }
    }
}
