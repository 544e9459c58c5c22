//! Reasons and errors in words, with the names of the tariff they come from.

use core::fmt;

use tunion_data::Fen;

use crate::{
    Basis, Clause, Fact, FareError, Instead, Join, Level, Measure, Read, Reason, StationId, Surcharge, Taps,
    Tariff,
};

impl Tariff {
    /// A reason of one of this tariff's quotes in words, such as "80 % because 104.50 yuan were paid
    /// in 2026-11 before this ride".
    #[must_use]
    pub fn explain<'a>(&'a self, reason: &'a Reason) -> impl fmt::Display + 'a {
        Explained(self, reason)
    }

    /// An error of one of this tariff's quotes in words, with the names of stations and lines.
    #[must_use]
    pub fn describe<'a>(&'a self, error: &'a FareError) -> impl fmt::Display + 'a {
        Described(self, error)
    }
}

struct Explained<'a>(&'a Tariff, &'a Reason);

impl fmt::Display for Explained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(tariff, reason) = *self;
        match tariff.rule(reason.rule) {
            Some(rule) => {
                let basis = match rule.clause {
                    Clause::Tier { counter, .. } => {
                        tariff.counters.get(usize::from(counter.0)).map_or(Basis::Paid, |count| count.basis)
                    }
                    _ => Basis::Paid,
                };
                let measure = tariff.places().measure();
                Words { clause: &rule.clause, measure, basis, reason }.fmt(f)
            }
            None => f.write_str("a rule of another tariff"),
        }
    }
}

struct Described<'a>(&'a Tariff, &'a FareError);

impl Described<'_> {
    fn station(&self, f: &mut fmt::Formatter<'_>, id: StationId) -> fmt::Result {
        let network = self.0.network();
        f.write_str(network.and_then(|n| n.station(id)).map_or("?", |station| &station.name))?;
        let groups = network.into_iter().flat_map(|n| n.groups_at(id).filter_map(|group| n.group(group)));
        groups
            .enumerate()
            .try_for_each(|(i, group)| write!(f, "{}{}", if i == 0 { " on " } else { " and " }, group.name()))
    }
}

impl fmt::Display for Described<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(tariff, error) = *self;
        error.fmt(f)?;
        let group = |id| tariff.places().group_name(id).unwrap_or("?");
        let ticket = |id| tariff.tickets().find(|(known, _)| *known == id).map_or("?", |(_, name)| name);
        match *error {
            FareError::NotCovered(id) => write!(f, " ({})", group(id)),
            FareError::StationNotCovered(id) => {
                f.write_str(" (")?;
                self.station(f, id)?;
                f.write_str(")")
            }
            FareError::NotOnGroup(id, on) => {
                f.write_str(" (")?;
                self.station(f, id)?;
                write!(f, "; asked for {})", group(on))
            }
            FareError::NoCommonGroup(from, to) => {
                f.write_str(" (")?;
                self.station(f, from)?;
                f.write_str(", ")?;
                self.station(f, to)?;
                f.write_str(")")
            }
            FareError::UnknownStop(line, _) => {
                let line = tariff.bus_lines().and_then(|lines| lines.line(line));
                write!(f, " ({})", line.map_or("?", |line| &line.name))
            }
            FareError::NotSold(id, on) => write!(f, " ({} on {})", ticket(id), group(on)),
            FareError::NotActivated(id) => write!(f, " ({})", ticket(id)),
            FareError::Inexact(rule) => match tariff.rule(rule) {
                Some(rule) => write!(f, " ({}, {}:{})", rule.name, tariff.head().file, rule.line),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

impl Tariff {
    /// A clause in words, such as "over 6 km up to 12 km (and 100 m grace)".
    #[must_use]
    pub fn clause_in_words<'a>(&'a self, clause: &'a Clause) -> impl fmt::Display + 'a {
        Named { clause, measure: self.places().measure() }
    }
}

struct Named<'a> {
    clause: &'a Clause,
    measure: Measure,
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { clause, measure } = *self;
        let rule = crate::RuleId::default();
        let reason = &Reason { rule, before: Fen::ZERO, after: Fen::ZERO, fact: Fact::Amount };
        match *clause {
            Clause::Share { percent } if percent > 0 => write!(f, "{percent} % are paid"),
            Clause::Tier { from, percent, .. } => {
                write!(f, "{percent} % are paid ")?;
                match from {
                    Level::Amount(from) => write!(f, "from {from} yuan on"),
                    Level::Rides(from) => write!(f, "from {from} rides on"),
                }
            }
            Clause::Fixed { price } => write!(f, "{price} yuan are paid"),
            _ => Words { clause, measure, basis: Basis::Paid, reason }.fmt(f),
        }
    }
}

struct Words<'a> {
    clause: &'a Clause,
    measure: Measure,
    /// Of the counter that a tier reads.
    basis: Basis,
    reason: &'a Reason,
}

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Reason { before, fact, .. } = self.reason;
        self.rule(f, *before)?;
        match fact {
            Fact::Amount => Ok(()),
            Fact::Distance(distance) => match self.measure {
                Measure::Metres => write!(f, ", distance {}", Measured(self.measure, *distance)),
                Measure::StopNumbers => write!(f, ", stop numbers differ by {distance}"),
            },
            Fact::Counted { period, amount, stale: None } => {
                let counted = match self.basis {
                    Basis::Paid | Basis::Rides => "yuan were paid",
                    Basis::List => "yuan of list prices were counted",
                };
                write!(f, " because {amount} {counted} in {period} before this ride")
            }
            Fact::Counted { period, stale: Some(stale), .. } => {
                let counted = match self.basis {
                    Basis::Paid | Basis::Rides => "paid",
                    Basis::List => "counted",
                };
                write!(f, " because nothing was {counted} in {period} yet, the card's total is of {stale}")
            }
            Fact::Ridden { period, rides } => {
                write!(f, " because {rides} rides were made in {period} before this one")
            }
            Fact::Entered(at) => write!(f, ", entered on {} at {}", at.date(), at.time()),
            Fact::Minutes(minutes) => write!(f, ", the stay was {minutes} minutes"),
        }
    }
}

impl Words<'_> {
    fn rule(&self, f: &mut fmt::Formatter<'_>, before: Fen) -> fmt::Result {
        let span = |units| Span(self.measure, units);
        match *self.clause {
            Clause::Band { over, to: u32::MAX, grace, .. } => {
                write!(f, "over {}{}", span(over), Grace(grace))
            }
            Clause::Band { over: 0, to, grace, .. } => {
                write!(f, "up to {}{}", span(to), Grace(grace))
            }
            Clause::Band { over, to, grace, .. } => {
                write!(f, "over {} up to {}{}", span(over), span(to), Grace(grace))
            }
            Clause::Beyond { over, grace, base, every, add } => write!(
                f,
                "{base} and {add} for each {} started beyond {}{}",
                span(every.get()),
                span(over),
                Grace(grace)
            ),
            Clause::Flat { .. } => f.write_str("any distance"),
            Clause::Share { percent: 0 } => f.write_str("free"),
            Clause::Share { percent } => write!(f, "{percent} % of {before} yuan"),
            Clause::Fixed { .. } => f.write_str("a price of its own"),
            Clause::Tier { read: Read::Split, .. } => f.write_str("in parts by tier"),
            Clause::Tier { percent: 100, .. } => f.write_str("full price"),
            Clause::Tier { percent, .. } => write!(f, "{percent} %"),
            Clause::Incomplete { taps, instead } => {
                f.write_str(match taps {
                    Taps::NoEntry => "no entry: ",
                    Taps::NoExit => "no tap-off: ",
                    Taps::Both => "",
                })?;
                f.write_str(match instead {
                    Instead::FartherEnd => "list price to the farther end of the line",
                    Instead::Highest => "the highest single fare from here",
                    Instead::Lowest => "the lowest single fare",
                })
            }
            Clause::Add { surcharge: Surcharge::Amount(amount), .. } => write!(f, "{amount} yuan more"),
            Clause::Add { surcharge: Surcharge::LowestFare, .. } => {
                f.write_str("the lowest single fare more")
            }
            Clause::Count { basis } => f.write_str(match basis {
                Basis::Paid => "counts what was paid",
                Basis::List => "counts the list prices",
                Basis::Rides => "counts the rides",
            }),
            Clause::Sold { hours, price } => {
                f.write_str("a ticket")?;
                if let Some(hours) = hours {
                    write!(f, " for {hours} hours from its first use")?;
                }
                if let Some(price) = price {
                    write!(f, ", sold at {price} yuan")?;
                }
                Ok(())
            }
            Clause::Join { join, .. } => f.write_str(match join {
                Join::Sum => "each part is charged",
                Join::Maximum => "the dearer part is charged",
                Join::Replace(_) => "one part is charged for both",
            }),
        }
    }
}

/// A distance in a band's words: whole kilometres as such.
struct Span(Measure, u32);

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self(Measure::Metres, metres) if metres % 1000 == 0 => write!(f, "{} km", metres / 1000),
            Self(measure, distance) => Measured(measure, distance).fmt(f),
        }
    }
}

/// A distance to the unit: 6,100 m.
pub(crate) struct Measured(pub(crate) Measure, pub(crate) u32);

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self(Measure::Metres, metres) => write!(f, "{} m", Thousands(metres)),
            Self(Measure::StopNumbers, difference) => write!(f, "{difference} stop numbers"),
        }
    }
}

struct Grace(u32);

impl fmt::Display for Grace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 == 0 { Ok(()) } else { write!(f, " (and {} m grace)", self.0) }
    }
}

/// 18742 as 18,742.
struct Thousands(u32);

impl fmt::Display for Thousands {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 < 1000 {
            write!(f, "{}", self.0)
        } else {
            write!(f, "{},{:03}", Self(self.0 / 1000), self.0 % 1000)
        }
    }
}
