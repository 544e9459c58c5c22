//! A month of rides on one card: what they cost by the list, and what was paid.
//!
//! [`play`] rides every day of a [`Plan`] through the tariff of the day, with the counters that the day
//! before left. The [`Month`] is a table ([`csv`](Month::csv)) and a picture ([`svg`](Month::svg)).
//!
//! ```
//! use tunion_data::civil::date;
//! use tunion_files::city;
//! use tunion_harness::fares::month::{Plan, play};
//!
//! // The price bureau's own month: 60 rides of 10 yuan.
//! let month = play(&city::built_in("beijing")?, &Plan::new(date(2026, 11, 1)))?;
//! assert_eq!(month.to_string(), "60 rides in 2026-11: 371.00 paid of 600.00 yuan, 229.00 saved (38 %)");
//! # Ok::<(), tunion_files::diag::Diagnostics>(())
//! ```

mod rides;
mod svg;

use std::fmt;

use tunion_data::Fen;
use tunion_data::civil::{Date, DateTime, Time};
use tunion_fare::{
    Basis, Clause, CounterId, DayClass, Issuer, Journey, Ledger, Level, Medium, Period, Product, Quote, Ride,
    Rider, Tariff, Ticket,
};
use tunion_files::city::{City, Mode};
use tunion_files::diag::{Diagnostic, Diagnostics, Source};

/// Who rides when, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// A day of the month.
    pub month: Date,
    /// On what.
    pub mode: Mode,
    /// The rides of a day, one after the other and then again.
    pub rides: Rides,
    /// When a ride begins, each day.
    pub times: Vec<Time>,
    /// On which days.
    pub days: Days,
    /// Of this kind is the card.
    pub product: Product,
    /// Such a card.
    pub medium: Medium,
    /// The counter whose tiers are shown; without it the first that changes a price.
    pub counter: Option<String>,
}

/// What is ridden.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Rides {
    /// A distance that costs this much by the list.
    List(Fen),
    /// From where to where: `FROM TO` on rail, `LINE ON OFF` on a bus.
    Named(Vec<String>),
}

/// The days on which there are rides.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Days {
    /// Every day.
    All,
    /// The working days by the tariff's calendar.
    Working,
}

/// When the first ride of a day begins, and the last.
const DAY: (i32, i32) = (8 * 60, 18 * 60);

/// How long a ride takes.
const STAY: core::time::Duration = core::time::Duration::from_secs(30 * 60);

impl Plan {
    /// The price bureau's example in this month: two rides of 10.00 every day, with an ordinary card.
    #[must_use]
    pub fn new(month: Date) -> Self {
        Self {
            month,
            mode: Mode::Rail,
            rides: Rides::List(Fen::from_yuan(10)),
            times: spread(2),
            days: Days::All,
            product: Product::Ordinary,
            medium: Medium::Card,
            counter: None,
        }
    }
}

/// So many times of a day at equal distances, the first at 08:00 and the last at 18:00.
#[must_use]
pub fn spread(rides: u8) -> Vec<Time> {
    let gaps = i32::from(rides).saturating_sub(1).max(1);
    let minute = |n: i32| DAY.0 + (DAY.1 - DAY.0) * n / gaps;
    let time =
        |n| Time::midnight() + core::time::Duration::from_secs(60 * u64::from(minute(n).unsigned_abs()));
    (0..i32::from(rides)).map(time).collect()
}

/// A month that was played.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Month {
    /// The city and the mode.
    pub title: String,
    /// Its first day.
    pub first: Date,
    /// The rides in order.
    pub rides: Vec<Played>,
    /// The tiers of the counter that is shown, from the lowest.
    pub tiers: Vec<Tier>,
}

/// One ride of the month.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Played {
    /// When it began.
    pub entered: DateTime,
    /// The list price.
    pub list: Fen,
    /// What was paid.
    pub charged: Fen,
    /// Whether the counter takes it.
    pub counts: bool,
    /// What the counter's tier left to pay, in hundredths, if one was asked.
    pub percent: Option<u8>,
}

/// A tier of the counter that is shown.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Tier {
    /// Where it begins.
    pub from: Level,
    /// Where that lies in the picture, when it lies in one place.
    pub at: Option<Threshold>,
    /// What is paid from there on, in hundredths.
    pub percent: u8,
}

/// A line across the picture.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Threshold {
    /// When so much was paid.
    Paid(Fen),
    /// When so much would have been paid by the list.
    Listed(Fen),
}

/// Plays a month.
///
/// # Errors
/// No tariff, no such station or counter, no distance that costs so much, a ride that is not priced: said with
/// the argument it comes from.
pub fn play(city: &City, plan: &Plan) -> Result<Month, Diagnostics> {
    let (first, last) = (plan.month.first_of_month(), plan.month.last_of_month());
    let days = std::iter::successors(Some(first), |day| day.tomorrow().ok()).take_while(|day| *day <= last);
    let mut player = Player { plan, ledger: Ledger::default(), ridden: Vec::new() };
    for day in days {
        let tariff = city.tariff(plan.mode, day);
        let tariff = tariff.ok_or_else(|| argument("--month", &day, city.no_tariff(plan.mode, day)))?;
        if plan.days == Days::All || works(tariff, day)? {
            player.day(tariff, day)?;
        }
    }
    let (initial, rest) = city.name().split_at(city.name().chars().next().map_or(0, char::len_utf8));
    let title = format!("{}{rest} {}", initial.to_uppercase(), plan.mode.name());
    let tariff = city.tariff(plan.mode, last);
    let tariff = tariff.ok_or_else(|| argument("--month", &last, city.no_tariff(plan.mode, last)))?;
    player.month(tariff, title, first)
}

/// An error in an argument of the command line.
fn argument(name: &str, value: &dyn fmt::Display, message: impl Into<String>) -> Diagnostic {
    let value = value.to_string();
    Source::new(name, &*value).error(0..value.len(), message)
}

fn works(tariff: &Tariff, day: Date) -> Result<bool, Diagnostic> {
    let class = tariff.calendar().class(day).ok_or_else(|| {
        let years = tariff.calendar().years().map(|year| year.to_string()).collect::<Vec<_>>();
        let message = format!(
            "no calendar of `{}` says which days of {} are working days",
            tariff.head().name,
            day.year()
        );
        let error = argument("--month", &day, message);
        let known = if years.is_empty() { "none".to_owned() } else { years.join(", ") };
        error.help(format!("give --days all, or a month of a year that it has ({known})"))
    })?;
    Ok(class == DayClass::Working)
}

/// A ride that was priced.
struct Ridden {
    entered: DateTime,
    before: Ledger,
    quote: Quote,
    /// The clause of each tier that was asked: its rule's name, its counter, what it leaves to pay.
    asked: Vec<(Box<str>, CounterId, u8)>,
}

struct Player<'a> {
    plan: &'a Plan,
    ledger: Ledger,
    ridden: Vec<Ridden>,
}

impl Player<'_> {
    fn day(&mut self, tariff: &Tariff, day: Date) -> Result<(), Diagnostic> {
        let rides = rides::rides(tariff, self.plan, day)?;
        for time in &self.plan.times {
            let Some((said, ride)) = rides.get(self.ridden.len() % rides.len().max(1)) else { break };
            self.ride(tariff, journey(self.plan, *ride, day.to_datetime(*time)))
                .map_err(|why| argument(said.0, &said.1, why))?;
        }
        Ok(())
    }

    /// One ride; over several groups of lines each part that is charged is one.
    fn ride(&mut self, tariff: &Tariff, journey: Journey) -> Result<(), String> {
        let enquiry =
            tariff.enquire(&journey, &self.ledger).map_err(|error| tariff.describe(&error).to_string())?;
        let quotes: Vec<Quote> = match journey.ride {
            Ride::Rail { .. } => enquiry.legs.iter().filter(|leg| leg.charged).map(|leg| leg.quote).collect(),
            _ => vec![
                tariff.quote(&journey, &self.ledger).map_err(|error| tariff.describe(&error).to_string())?,
            ],
        };
        for quote in quotes {
            let before = std::mem::replace(&mut self.ledger, quote.ledger);
            let rules = quote.reasons.iter().filter_map(|reason| tariff.rule(reason.rule));
            let asked = rules.filter_map(|rule| match rule.clause {
                Clause::Tier { counter, percent, .. } => Some((rule.name.clone(), counter, percent)),
                _ => None,
            });
            self.ridden.push(Ridden { entered: journey.entered, before, quote, asked: asked.collect() });
        }
        self.ledger = enquiry.ledger;
        Ok(())
    }

    fn month(self, tariff: &Tariff, title: String, first: Date) -> Result<Month, Diagnostics> {
        let counter = self.counter(tariff)?;
        let rides = self.ridden.iter().map(|ridden| ridden.played(counter)).collect();
        let mut month = Month { title, first, rides, tiers: Vec::new() };
        if let Some(counter) = counter {
            month.tiers = self.tiers(tariff, counter, &month);
        }
        Ok(month)
    }

    /// The counter that is shown.
    fn counter(&self, tariff: &Tariff) -> Result<Option<CounterId>, Diagnostic> {
        let Some(name) = &self.plan.counter else {
            let asked =
                self.ridden.iter().flat_map(|ridden| &ridden.asked).map(|(_, counter, _)| *counter).next();
            return Ok(asked.or_else(|| tariff.counters().map(|(id, _)| id).next()));
        };
        rides::choose("--counter", name, "counter", tariff.counters().map(|(id, name)| (name, id))).map(Some)
    }

    fn tiers(&self, tariff: &Tariff, counter: CounterId, month: &Month) -> Vec<Tier> {
        let basis = tariff.rules().find_map(|(_, rule)| match rule.clause {
            Clause::Count { basis }
                if tariff.counters().any(|(id, name)| id == counter && *name == *rule.name) =>
            {
                Some(basis)
            }
            _ => None,
        });
        // A counter that begins anew within the month reaches a tier in many places.
        let whole =
            self.ridden.iter().zip(&month.rides).filter(|(_, ride)| ride.counts).all(|(ridden, _)| {
                ridden.quote.ledger.get(counter).period == Some(Period::month(month.first))
            });
        let asked = |name: &str| {
            let mut all = self
                .ridden
                .iter()
                .flat_map(|ridden| &ridden.asked)
                .filter(|(_, id, _)| *id == counter)
                .peekable();
            all.peek().is_none() || all.any(|(known, ..)| **known == *name)
        };
        let tiers = tariff
            .tiers(counter)
            .filter(|(rule, ..)| tariff.rule(*rule).is_some_and(|rule| asked(&rule.name)));
        let tiers = tiers.map(|(_, from, percent)| {
            let at = match (from, basis) {
                _ if !whole => None,
                (Level::Amount(Fen::ZERO) | Level::Rides(0), _) => Some(Threshold::Paid(Fen::ZERO)),
                (Level::Amount(from), Some(Basis::List)) => Some(Threshold::Listed(from)),
                (Level::Amount(from), _) => Some(Threshold::Paid(from)),
                (Level::Rides(from), _) => {
                    let last = month.counted().nth(usize::from(from) - 1);
                    last.map(|(list, _)| Threshold::Listed(list))
                }
            };
            Tier { from, at, percent }
        });
        // Where nothing is taken off from the start on, there is nothing to show.
        tiers.filter(|tier| tier.percent < 100 || !tier.is_first()).collect()
    }
}

impl Tier {
    fn is_first(&self) -> bool {
        matches!(self.from, Level::Amount(Fen::ZERO) | Level::Rides(0))
    }
}

impl Ridden {
    fn played(&self, counter: Option<CounterId>) -> Played {
        let held = |ledger: &Ledger| counter.map(|id| ledger.get(id));
        let asked = self.asked.iter().rev().find(|(_, id, _)| Some(*id) == counter);
        Played {
            entered: self.entered,
            list: self.quote.list,
            charged: self.quote.charged,
            counts: counter.is_none() || held(&self.before) != held(&self.quote.ledger),
            percent: asked.map(|(.., percent)| *percent),
        }
    }
}

fn journey(plan: &Plan, ride: Ride, entered: DateTime) -> Journey {
    let rider = Rider { product: plan.product, issuer: Issuer::LOCAL, medium: plan.medium };
    Journey { ride, rider, ticket: Ticket::ORDINARY, entered, exited: entered.saturating_add(STAY) }
}

impl Month {
    /// The sums after each ride that counts: of the list prices, of what was paid.
    pub fn counted(&self) -> impl Iterator<Item = (Fen, Fen)> {
        self.rides.iter().filter(|ride| ride.counts).scan((Fen::ZERO, Fen::ZERO), |sums, ride| {
            *sums = (sums.0 + ride.list, sums.1 + ride.charged);
            Some(*sums)
        })
    }

    /// The sum of the list prices and of what was paid, for all rides.
    #[must_use]
    pub fn total(&self) -> (Fen, Fen) {
        sums(self.rides.iter())
    }

    /// The rides that the counter does not take: how many, and their sums.
    #[must_use]
    pub fn uncounted(&self) -> (usize, (Fen, Fen)) {
        let others = || self.rides.iter().filter(|ride| !ride.counts);
        (others().count(), sums(others()))
    }

    /// The rides as a table, a line each. Amounts are in fen.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut text =
            String::from("ride,entered,list_fen,charged_fen,counts,percent,list_sum_fen,charged_sum_fen\n");
        let mut sums = (Fen::ZERO, Fen::ZERO);
        for (number, ride) in (1..).zip(&self.rides) {
            sums = (sums.0 + ride.list, sums.1 + ride.charged);
            let percent = ride.percent.map_or_else(String::new, |percent| percent.to_string());
            let cells = [
                u64::to_string(&number),
                ride.entered.to_string(),
                ride.list.get().to_string(),
                ride.charged.get().to_string(),
                if ride.counts { "yes" } else { "no" }.to_owned(),
                percent,
                sums.0.get().to_string(),
                sums.1.get().to_string(),
            ];
            text.push_str(&cells.join(","));
            text.push('\n');
        }
        text
    }

    /// The picture: what was paid against the list prices, both summed up ride by ride.
    #[must_use]
    pub fn svg(&self) -> String {
        svg::draw(self)
    }
}

fn sums<'a>(rides: impl Iterator<Item = &'a Played>) -> (Fen, Fen) {
    rides.fold((Fen::ZERO, Fen::ZERO), |(list, paid), ride| (list + ride.list, paid + ride.charged))
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (list, paid) = self.total();
        let month = Period::month(self.first);
        write!(f, "{} rides in {month}: {paid} paid of {list} yuan, {}", self.rides.len(), Saved(list, paid))
    }
}

/// What was saved, in yuan and hundredths.
struct Saved(Fen, Fen);

impl fmt::Display for Saved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(list, paid) = *self;
        let saved = list.saturating_sub(paid);
        let percent = (u64::from(saved.get()) * 100).checked_div(list.get().into()).unwrap_or(0);
        write!(f, "{saved} saved ({percent} %)")
    }
}

#[cfg(test)]
mod tests;
