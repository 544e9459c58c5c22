//! Points in words.

use core::fmt;

use tunion_data::Fen;
use tunion_data::civil::{Date, Time};

use super::touch::second_after;
use super::{Aspect, Edge, Point, Trait};
use crate::words::Measured;
use crate::{Clause, Hours, Level, RuleId, Tap, Taps, Tariff, When};

impl Tariff {
    /// A point of this tariff in words, such as "up to 6 km (and 100 m grace): exactly 6,100 m".
    #[must_use]
    pub fn edge_in_words<'a>(&'a self, edge: &'a Edge) -> impl fmt::Display + 'a {
        Words(self, edge)
    }

    /// The conditions of the rule that a clause belongs to.
    fn when(&self, rule: RuleId) -> Option<&When> {
        let place = usize::from(rule.0);
        let prices = self.prices.iter().map(|price| (&price.clauses, &price.condition.when));
        let effects = self.effects.iter().map(|effect| (&effect.clauses, &effect.condition.when));
        let run = prices.chain(effects).find(|(clauses, _)| clauses.contains(&place)).map(|(_, when)| when);
        let single =
            self.incomplete.iter().find(|single| single.rule == rule).map(|single| &single.condition.when);
        let count = self.counters.iter().find(|count| count.rule == rule).map(|count| &count.condition.when);
        run.or(single).or(count)
    }
}

struct Words<'a>(&'a Tariff, &'a Edge);

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(tariff, Edge { rule, point }) = *self;
        let head = tariff.head();
        let Some(id) = *rule else {
            return Dates { first: head.valid_from, last: head.valid_until, whose: "the tariff" }
                .fmt(f, *point);
        };
        let clause = tariff.rule(id).map(|rule| &rule.clause);
        if let Some(clause) = clause.filter(|_| point.is_of_a_clause()) {
            write!(f, "{}: ", tariff.clause_in_words(clause))?;
        }
        let when = tariff.when(id).unwrap_or(&When::ALWAYS);
        match *point {
            Point::Used => f.write_str("any ride"),
            Point::BandEnd => write!(f, "exactly {}", self.end(clause, 0, 0)),
            Point::BeyondBand => write!(f, "{}", self.end(clause, 0, 1)),
            Point::StepEnd => write!(f, "exactly the end of a step, such as {}", self.end(clause, 1, 0)),
            Point::BeyondStep => write!(f, "just beyond a step, as with {}", self.end(clause, 1, 1)),
            Point::Tier => level(f, clause, 0),
            Point::BelowTier => level(f, clause, 1),
            Point::Stale => f.write_str("a total of another period, which counts as nothing"),
            Point::PeriodOpens => f.write_str("in the first second of a period"),
            Point::PeriodCloses => f.write_str("in the last second of a period"),
            Point::PeriodTurns => f.write_str("a ride from one period into the next"),
            Point::With(named) => self.named(f, named),
            Point::Without(condition) => write!(f, "turned away only by {}", condition.words()),
            Point::OffDay(class) => write!(f, "turned away only by the day, a {} one", class.name()),
            Point::FirstDay | Point::DayBefore | Point::LastDay | Point::DayAfter => {
                Dates { first: when.first_day, last: Some(when.last_day), whose: "the rule" }.fmt(f, *point)
            }
            Point::Opens(tap) => write!(f, "{} at {}", verb(tap), hours(when, tap).from),
            Point::BeforeOpening(tap) => {
                write!(f, "{} at {}", verb(tap), before(hours(when, tap).from))
            }
            Point::Closes(tap) => write!(f, "{} at {}", verb(tap), hours(when, tap).until),
            Point::AfterClosing(tap) => {
                let until = hours(when, tap).until;
                write!(f, "{} at {}", verb(tap), second_after(until).unwrap_or(until))
            }
            Point::Stay => write!(f, "a stay of exactly {} minutes", when.over_minutes.unwrap_or(0)),
            Point::OverStay => write!(f, "a stay of {} minutes and a second", when.over_minutes.unwrap_or(0)),
            Point::Activated => f.write_str("entered in the second of its first use"),
            Point::BeforeActivation => f.write_str("entered a second before its first use"),
            Point::LastSecond => f.write_str("entered in its last second"),
            Point::Expired => f.write_str("entered in the second in which it ends"),
            Point::Won => f.write_str("chosen as the lowest of several"),
            Point::Lost => f.write_str("not chosen, as another was lower"),
        }
    }
}

impl Words<'_> {
    /// So many units beyond the end of a band, or of the step of that number.
    fn end(&self, clause: Option<&Clause>, step: u32, beyond: u32) -> Measured {
        let end = match clause {
            Some(Clause::Band { to, grace, .. }) => to.saturating_add(*grace),
            Some(Clause::Beyond { over, grace, every, .. }) => {
                over.saturating_add(*grace).saturating_add(every.get().saturating_mul(step))
            }
            _ => 0,
        };
        Measured(self.0.places().measure(), end.saturating_add(beyond))
    }

    fn named(&self, f: &mut fmt::Formatter<'_>, named: Trait) -> fmt::Result {
        let tariff = self.0;
        let station = |id| tariff.network().and_then(|network| network.station(id)).map_or("?", |s| &*s.name);
        match named {
            Trait::Group(id) => write!(f, "on {}", tariff.places().group_name(id).unwrap_or("?")),
            Trait::Product(product) => write!(f, "with product {}", product.name()),
            Trait::Issuer(id) => {
                let name = tariff.issuers().find(|(known, _)| *known == id).map_or("?", |(_, name)| name);
                write!(f, "with issuer {name}")
            }
            Trait::Medium(medium) => write!(f, "with medium {}", medium.name()),
            Trait::Ticket(id) => {
                let name = tariff.tickets().find(|(known, _)| *known == id).map_or("?", |(_, name)| name);
                write!(f, "with ticket {name}")
            }
            Trait::Taps(Taps::Both) => f.write_str("with both taps"),
            Trait::Taps(Taps::NoExit) => f.write_str("without tap-off"),
            Trait::Taps(Taps::NoEntry) => f.write_str("without entry"),
            Trait::Day(class) => write!(f, "on a {} day", class.name()),
            Trait::EnteredAt(id) => write!(f, "entered at {}", station(id)),
            Trait::ExitedAt(id) => write!(f, "left at {}", station(id)),
        }
    }
}

impl Point {
    /// Whether it is one of a clause, and not of all clauses of a rule.
    fn is_of_a_clause(self) -> bool {
        use Point::{BandEnd, BelowTier, BeyondBand, BeyondStep, StepEnd, Tier, Used};
        matches!(self, Used | BandEnd | BeyondBand | StepEnd | BeyondStep | Tier | BelowTier)
    }
}

impl Aspect {
    fn words(self) -> &'static str {
        match self {
            Self::Group => "the lines",
            Self::Product => "the product",
            Self::Issuer => "the issuer",
            Self::Medium => "the medium",
            Self::Ticket => "the ticket",
            Self::Taps => "the taps",
            Self::Dates => "the dates",
            Self::Days => "the class of the day",
            Self::Entered => "the time of entry",
            Self::Exited => "the time of exit",
            Self::EnteredAt => "the station of entry",
            Self::ExitedAt => "the station of exit",
            Self::Stay => "the stay",
        }
    }
}

/// The first and the last day of something.
struct Dates {
    first: Date,
    last: Option<Date>,
    whose: &'static str,
}

impl Dates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>, point: Point) -> fmt::Result {
        let Self { first, last, whose } = *self;
        let last = last.unwrap_or(Date::MAX);
        match point {
            Point::FirstDay => write!(f, "on {first}, the first day of {whose}"),
            Point::DayBefore => {
                write!(f, "on {}, the day before {whose}", first.yesterday().unwrap_or(first))
            }
            Point::LastDay => write!(f, "on {last}, the last day of {whose}"),
            _ => write!(f, "on {}, the day after {whose}", last.tomorrow().unwrap_or(last)),
        }
    }
}

fn level(f: &mut fmt::Formatter<'_>, clause: Option<&Clause>, below: u16) -> fmt::Result {
    let exactly = if below == 0 { "exactly " } else { "" };
    match clause {
        Some(Clause::Tier { from: Level::Amount(from), .. }) => {
            let from = from.saturating_sub(Fen::new(below.into()));
            write!(f, "{exactly}{from} yuan before the ride")
        }
        Some(Clause::Tier { from: Level::Rides(from), .. }) => {
            write!(f, "{exactly}{} rides before this one", from.saturating_sub(below))
        }
        _ => Ok(()),
    }
}

fn hours(when: &When, tap: Tap) -> Hours {
    match tap {
        Tap::Entry => when.entered,
        Tap::Exit => when.exited,
    }
}

fn verb(tap: Tap) -> &'static str {
    match tap {
        Tap::Entry => "entered",
        Tap::Exit => "left",
    }
}

fn before(time: Time) -> Time {
    time.saturating_sub(core::time::Duration::from_secs(1))
}
