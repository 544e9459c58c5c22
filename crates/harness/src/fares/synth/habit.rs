//! Who rides, and how.

use rand_core::Rng;
use tunion_data::civil::{Date, DateTime, Weekday};
use tunion_fare::{
    BusLine, BusLines, DayClass, GroupId, LineId, Medium, Network, Product, StationId, StopId,
};
use tunion_files::city::City;

use crate::random::{Stream, stream};

/// A number below `end`, or 0; even enough for habits.
pub(super) fn below(random: &mut Stream, end: usize) -> usize {
    let wide = u64::from(random.next_u32()) * u64::try_from(end).unwrap_or(0);
    usize::try_from(wide >> 32).unwrap_or(0)
}

/// Whether something happens that happens `percent` times in a hundred.
pub(super) fn chance(random: &mut Stream, percent: usize) -> bool {
    below(random, 100) < percent
}

/// One of a list.
fn one<T: Copy>(random: &mut Stream, of: &[T]) -> Option<T> {
    of.get(below(random, of.len())).copied()
}

/// What moves a rider.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Habit {
    /// By rail to work and back on working days.
    Commuter,
    /// By bus to work and back on working days.
    BusCommuter,
    /// By bus or rail to school and back on working days.
    Student,
    /// By bus about the quarter.
    Senior,
    /// By rail or bus now and then.
    Occasional,
    /// To the airport and back once in a while.
    Traveller,
    /// Many rides on a few days, on a pass.
    Tourist,
}

/// One ride that a rider means to make.
#[derive(Clone, Copy, Debug)]
pub(super) enum Way {
    /// Between two stations; `group` where the gates are those of a line with its own price.
    Rail { from: StationId, to: StationId, group: Option<GroupId> },
    /// On a bus.
    Bus { line: LineId, on: StopId, off: StopId },
    /// On a bus on which one taps once.
    Single { line: LineId, on: StopId },
}

/// A ride with the seconds of the day at which it is to begin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wish {
    pub(super) from: u32,
    pub(super) way: Way,
}

/// Where one can ride in a city.
#[derive(Debug)]
pub(super) struct Places<'c> {
    city: &'c City,
    /// The stations of the first group, which is the network.
    stations: Vec<StationId>,
    /// The other groups, each priced by itself.
    special: Vec<(GroupId, Vec<StationId>)>,
    /// Lines on which one taps on and off, and those with one tap: of the classes with one price.
    lines: Vec<LineId>,
    single: Vec<LineId>,
}

impl<'c> Places<'c> {
    pub(super) fn new(city: &'c City) -> Self {
        let groups = city.network().into_iter().flat_map(Network::groups);
        let mut groups = groups.map(|(id, group)| (id, group.members().to_vec()));
        let stations = groups.next().map_or_else(Vec::new, |(_, stations)| stations);
        let special = groups.collect();
        let is_flat = |line: &BusLine| {
            let tariff = city.tariffs(tunion_files::city::Mode::Bus).last();
            let price = |off| {
                let (on, off) = (StopId(0), Some(off));
                let id = city.bus_lines()?.line_named(&line.name, line.direction)?;
                let at = tariff?.head().valid_from.at(12, 0, 0, 0);
                let rider = tunion_fare::Rider::local(Product::Ordinary);
                let ride = tunion_fare::Ride::Bus { line: id, on, off };
                let journey = tunion_fare::Journey::single(ride, rider, at, at);
                tariff?.price(&journey, &tunion_fare::Ledger::default()).ok().map(|priced| priced.list)
            };
            let last = StopId(u8::try_from(line.stops.len().saturating_sub(1)).unwrap_or(u8::MAX));
            price(StopId(0)) == price(last)
        };
        let lines = city.bus_lines().into_iter().flat_map(BusLines::lines);
        let (single, lines): (Vec<_>, Vec<_>) = lines.partition(|(_, line)| is_flat(line));
        let ids = |lines: Vec<(LineId, &BusLine)>| lines.into_iter().map(|(id, _)| id).collect();
        Self { city, stations, special, lines: ids(lines), single: ids(single) }
    }

    fn rail(&self, random: &mut Stream) -> Option<Way> {
        let (from, to) = (one(random, &self.stations)?, one(random, &self.stations)?);
        Some(Way::Rail { from, to, group: None })
    }

    fn special(&self, random: &mut Stream) -> Option<Way> {
        let (group, stations) = self.special.get(below(random, self.special.len()))?;
        let (from, to) = (one(random, stations)?, one(random, stations)?);
        Some(Way::Rail { from, to, group: Some(*group) })
    }

    fn bus(&self, random: &mut Stream) -> Option<Way> {
        // Few lines have one price.
        if chance(random, 5)
            && let Some(line) = one(random, &self.single)
        {
            return Some(Way::Single { line, on: StopId(0) });
        }
        let line = one(random, &self.lines)?;
        let stops = self.city.bus_lines()?.line(line)?.stops.len();
        let on = below(random, stops.saturating_sub(1));
        let off = on + 1 + below(random, stops.saturating_sub(on + 1));
        let stop = |place| u8::try_from(place).ok().map(StopId);
        Some(Way::Bus { line, on: stop(on)?, off: stop(off)? })
    }

    /// Whether people work on this day: by the calendar where it has the year.
    pub(super) fn is_working(&self, day: Date) -> bool {
        let mut calendars =
            self.city.tariffs(tunion_files::city::Mode::Rail).iter().map(|tariff| tariff.calendar());
        let class = calendars.find_map(|calendar| calendar.class(day));
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        class.map_or(!weekend, |class| class == DayClass::Working)
    }
}

/// The way back.
fn back(way: Way) -> Way {
    match way {
        Way::Rail { from, to, group } => Way::Rail { from: to, to: from, group },
        // Buses run in both directions, but a file of lines may have one only.
        other => other,
    }
}

/// A pass in use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Pass {
    pub(super) activated: DateTime,
}

/// One rider with one card.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rider {
    habit: Habit,
    pub(super) product: Product,
    pub(super) medium: Medium,
    daily: Option<Way>,
    /// When the rider leaves home, in seconds of the day.
    leaves: u32,
    /// The first day of a tourist's visit.
    visit: i8,
}

impl Rider {
    /// The rider of a card.
    pub(super) fn new(places: &Places<'_>, seed: u64, card: u32, passes: bool) -> Self {
        let random = &mut stream(seed, &name(card), 0);
        let habit = match below(random, 100) {
            0..=44 => Habit::Commuter,
            45..=54 => Habit::BusCommuter,
            55..=66 => Habit::Student,
            67..=74 => Habit::Senior,
            75..=96 => Habit::Occasional,
            97..=98 if passes => Habit::Tourist,
            _ => Habit::Traveller,
        };
        let product = match habit {
            Habit::Student => Product::Student,
            Habit::Senior => Product::Senior,
            Habit::Occasional if chance(random, 4) => Product::Military,
            _ => Product::Ordinary,
        };
        let medium = if chance(random, 30) { Medium::Phone } else { Medium::Card };
        let daily = match habit {
            Habit::BusCommuter | Habit::Senior => places.bus(random),
            Habit::Student if chance(random, 50) => places.bus(random),
            _ => places.rail(random),
        };
        let leaves = minutes(below(random, 150)) + 6 * HOUR;
        let visit = i8::try_from(1 + below(random, 25)).unwrap_or(1);
        Self { habit, product, medium, daily, leaves, visit }
    }

    /// What the rider means to do on a day, in the order of time.
    pub(super) fn wishes(&self, places: &Places<'_>, day: Date, random: &mut Stream, wishes: &mut Vec<Wish>) {
        wishes.clear();
        let working = places.is_working(day);
        let mut wish = |from: u32, way: Option<Way>| wishes.extend(way.map(|way| Wish { from, way }));
        let delay = minutes(below(random, 20));
        match self.habit {
            Habit::Commuter | Habit::BusCommuter | Habit::Student if working => {
                let home = self.leaves + 9 * HOUR + minutes(below(random, 120));
                wish(self.leaves + delay, self.daily);
                if chance(random, 15) {
                    wish(self.leaves + 5 * HOUR, places.bus(random));
                }
                wish(home, self.daily.map(back));
            }
            Habit::Senior => {
                let trips = below(random, 3);
                for trip in 0..trips {
                    let hours = u32::try_from(trip).unwrap_or(0) * 3;
                    wish(self.leaves + 2 * HOUR + delay + hours * HOUR, places.bus(random));
                }
            }
            Habit::Traveller if chance(random, 10) => {
                wish(8 * HOUR + delay, places.rail(random));
                wish(11 * HOUR + delay, places.special(random));
            }
            Habit::Tourist if (self.visit..self.visit + 3).contains(&day.day()) => {
                for hour in [9, 12, 15, 19] {
                    wish(hour * HOUR + delay, places.rail(random));
                }
            }
            _ if chance(random, 30) => {
                let way = if chance(random, 60) { places.rail(random) } else { places.bus(random) };
                wish(9 * HOUR + minutes(below(random, 600)) + delay, way);
                wish(20 * HOUR + minutes(below(random, 220)), way.map(back));
            }
            _ => {}
        }
    }

    /// Whether the rider travels on a pass.
    pub(super) fn has_pass(&self) -> bool {
        self.habit == Habit::Tourist
    }
}

/// The name of a card's stream.
pub(super) fn name(card: u32) -> String {
    format!("rider {card}")
}

pub(super) const HOUR: u32 = 60 * 60;

fn minutes(of: usize) -> u32 {
    u32::try_from(of).unwrap_or(0) * 60
}
