//! A compiled tariff.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Range;

use tunion_data::civil::{Date, Time};
use tunion_data::{CityCode, Fen};

use crate::moment::DayNumber;
use crate::when::{Condition, Conditions, Scene, Stations};
use crate::{
    Basis, BusLines, Calendar, Clause, CounterId, GroupId, Issuer, MAX_CONDITIONS, Measure, Network, Read,
    Reset, Rounding, Set, StationId, StationSetId, TicketId,
};

/// A clause of a tariff, by its place in the tariff's table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct RuleId(pub u16);

/// A clause with its words: what [`Tariff::rule`] answers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rule {
    /// The name of the rule in the tariff file; its clauses share it.
    pub name: Box<str>,
    /// Where the rule comes from.
    pub source: Box<str>,
    /// The line of the tariff file on which the clause stands.
    pub line: u32,
    /// What the clause does.
    pub clause: Clause,
}

/// What a tariff prices.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Places {
    /// A rail network; distances are metres.
    Rail(Network),
    /// Bus lines; distances are differences of stop numbers.
    Bus(BusLines),
}

impl Places {
    /// What distances are counted in.
    #[must_use]
    pub const fn measure(&self) -> Measure {
        match self {
            Self::Rail(_) => Measure::Metres,
            Self::Bus(_) => Measure::StopNumbers,
        }
    }

    /// The name of a group of lines or a line class.
    #[must_use]
    pub fn group_name(&self, group: GroupId) -> Option<&str> {
        match self {
            Self::Rail(network) => network.group(group).map(crate::Group::name),
            Self::Bus(lines) => lines.class(group),
        }
    }

    /// The groups of lines or the line classes, in the order of their ids.
    pub fn groups(&self) -> impl Iterator<Item = (GroupId, &str)> {
        (0..=u8::MAX).map(GroupId).map_while(|id| Some((id, self.group_name(id)?)))
    }

    /// The longest ride that can be made in a group.
    #[must_use]
    pub fn longest(&self, group: GroupId) -> Option<u32> {
        match self {
            Self::Rail(network) => network.group(group)?.longest().map(|(_, _, metres)| metres),
            Self::Bus(lines) => {
                let lines = lines.lines().filter(|(_, line)| line.class == group);
                lines.filter_map(|(_, line)| line.longest()).max().map(u32::from)
            }
        }
    }

    /// The city.
    #[must_use]
    pub fn city(&self) -> CityCode {
        match self {
            Self::Rail(network) => network.city(),
            Self::Bus(lines) => lines.city(),
        }
    }
}

/// What a tariff says of itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Head {
    /// Its name.
    pub name: Box<str>,
    /// The file it was compiled from.
    pub file: Box<str>,
    /// The first day of its validity.
    pub valid_from: Date,
    /// The last day, if it has one.
    pub valid_until: Option<Date>,
    /// What is asked of the balance.
    pub entry: Entry,
    /// What becomes of a part of a fen.
    pub rounding: Rounding,
}

/// What is asked of a card's balance.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Entry {
    /// The least balance with which a paying rider may enter.
    pub balance: Fen,
    /// Whether the ride may then overdraw the card, as far as the card allows.
    pub overdraft: bool,
}

/// List prices: a run of clauses for the rides of `when`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Price {
    pub(crate) condition: Condition,
    pub(crate) clauses: Range<usize>,
    /// Of the bands how far each reaches with its grace, and its price.
    pub(crate) bands: Vec<(u32, Fen)>,
}

/// One stage of the price: of its effects one holds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Step {
    pub(crate) name: Box<str>,
    pub(crate) choose: Choose,
    pub(crate) effects: Range<usize>,
    /// The bits of their conditions.
    pub(crate) mask: u64,
}

/// Which of a step's rules holds when several match.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Choose {
    /// The first in the file.
    First,
    /// The one that leaves the least to pay.
    Lowest,
}

/// A rule of a step. One clause, or the tiers of a counter from the lowest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Effect {
    pub(crate) condition: Condition,
    pub(crate) clauses: Range<usize>,
    pub(crate) tiers: Option<(CounterId, Read)>,
    /// Of the tiers the levels and what is paid from each on, as numbers; empty without tiers.
    pub(crate) ladder: Vec<Rung>,
}

/// A tier: from this level on, so many hundredths are paid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Rung {
    /// Fen, or rides.
    pub(crate) from: u32,
    pub(crate) percent: u8,
    pub(crate) rule: RuleId,
}

/// A counter: the rides of `when` count.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Count {
    pub(crate) id: CounterId,
    pub(crate) condition: Condition,
    pub(crate) rule: RuleId,
    pub(crate) basis: Basis,
    pub(crate) reset: Reset,
    pub(crate) begins: Time,
    /// It runs by whole calendar months.
    pub(crate) by_month: bool,
    pub(crate) of: Tap,
}

/// Which tap of a ride decides the period that it counts to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Tap {
    /// The tap-in.
    Entry,
    /// The tap-out.
    Exit,
}

/// A rule that asks for a kind of ride and is a clause by itself.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Single {
    pub(crate) condition: Condition,
    pub(crate) rule: RuleId,
}

/// A kind of ticket and where it is sold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Sold {
    pub(crate) rule: RuleId,
    pub(crate) groups: Set<GroupId>,
    pub(crate) hours: Option<u32>,
}

/// How a ride over two groups is charged, and where it changes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Joined {
    pub(crate) rule: RuleId,
    pub(crate) groups: (GroupId, GroupId),
    pub(crate) at: Box<[StationId]>,
    pub(crate) join: crate::Join,
}

/// A tariff (票价表), compiled together with the places it prices.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tariff {
    pub(crate) head: Head,
    pub(crate) places: Places,
    pub(crate) calendar: Calendar,
    pub(crate) rules: Vec<Rule>,
    /// The rules' clauses once more, beside each other.
    pub(crate) clauses: Vec<Clause>,
    pub(crate) valid: (DayNumber, DayNumber),
    pub(crate) conditions: Conditions,
    /// For the bit of each condition, the effect or the price that has it.
    pub(crate) of_bit: [u8; MAX_CONDITIONS],
    /// The bits of the prices.
    pub(crate) prices_mask: u64,
    /// The groups that have a price.
    pub(crate) priced: Set<GroupId>,
    pub(crate) prices: Vec<Price>,
    pub(crate) incomplete: Vec<Single>,
    pub(crate) steps: Vec<Step>,
    pub(crate) effects: Vec<Effect>,
    pub(crate) counters: Vec<Count>,
    pub(crate) tickets: Vec<Sold>,
    pub(crate) joins: Vec<Joined>,
    pub(crate) stations: Vec<Stations>,
    pub(crate) station_sets: Vec<Box<str>>,
    pub(crate) regions: Vec<Region>,
}

/// A region whose cards are told apart, and its cities.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Region {
    pub(crate) name: Box<str>,
    pub(crate) cities: Box<[CityCode]>,
}

impl Tariff {
    /// What the tariff says of itself.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The network or the bus lines it prices.
    #[must_use]
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The network, if this is a rail tariff.
    #[must_use]
    pub fn network(&self) -> Option<&Network> {
        match &self.places {
            Places::Rail(network) => Some(network),
            Places::Bus(_) => None,
        }
    }

    /// The bus lines, if this is a bus tariff.
    #[must_use]
    pub fn bus_lines(&self) -> Option<&BusLines> {
        match &self.places {
            Places::Bus(lines) => Some(lines),
            Places::Rail(_) => None,
        }
    }

    /// The working days it goes by.
    #[must_use]
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// Whether it is in force on a day.
    #[must_use]
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.head.valid_from <= day && self.head.valid_until.is_none_or(|last| day <= last)
    }

    /// Its counters with their rules' names; each has to be kept somewhere, on the card or in an account.
    pub fn counters(&self) -> impl Iterator<Item = (CounterId, &str)> {
        let ids = (0..=u8::MAX).map(CounterId);
        ids.zip(&self.counters).map(|(id, count)| (id, self.rule(count.rule).map_or("", |rule| &*rule.name)))
    }

    /// The tiers of a counter, from the lowest, with the rule of each: the level and what is paid from it on,
    /// in hundredths.
    pub fn tiers(&self, counter: CounterId) -> impl Iterator<Item = (RuleId, crate::Level, u8)> {
        self.rules().filter_map(move |(id, rule)| match rule.clause {
            Clause::Tier { counter: of, from, percent, .. } if of == counter => Some((id, from, percent)),
            _ => None,
        })
    }

    /// The kinds of tickets with their names, the ordinary one first.
    pub fn tickets(&self) -> impl Iterator<Item = (TicketId, &str)> {
        let names = self.tickets.iter().map(|sold| self.rule(sold.rule).map_or("", |rule| &*rule.name));
        (0..=u8::MAX).map(TicketId).zip(core::iter::once("ordinary").chain(names))
    }

    /// The issuers that it tells apart, with their names.
    pub fn issuers(&self) -> impl Iterator<Item = (Issuer, &str)> {
        let regions = (0..=u8::MAX).map(Issuer::region).zip(&self.regions).map(|(id, r)| (id, &*r.name));
        [(Issuer::LOCAL, "local"), (Issuer::OTHER, "other")].into_iter().chain(regions)
    }

    /// Whose card it is that a city issued.
    #[must_use]
    pub fn issuer(&self, city: CityCode) -> Issuer {
        if city == self.places.city() {
            return Issuer::LOCAL;
        }
        let region = self.regions.iter().position(|region| region.cities.contains(&city));
        region.and_then(|n| u8::try_from(n).ok()).map_or(Issuer::OTHER, Issuer::region)
    }

    /// The name of a set of stations.
    #[must_use]
    pub fn station_set(&self, id: StationSetId) -> Option<&str> {
        self.station_sets.get(usize::from(id.0)).map(|name| &**name)
    }

    /// The clause that a reason names.
    #[must_use]
    pub fn rule(&self, id: RuleId) -> Option<&Rule> {
        self.rules.get(usize::from(id.0))
    }

    /// The clauses with their ids, in the order in which they were compiled.
    pub fn rules(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        (0..=u16::MAX).map(RuleId).zip(&self.rules)
    }

    /// The names of the steps, in their order.
    pub fn steps(&self) -> impl Iterator<Item = (&str, Choose)> {
        self.steps.iter().map(|step| (&*step.name, step.choose))
    }

    pub(crate) fn scene(&self) -> Scene<'_> {
        Scene(self)
    }

    pub(crate) fn clause(&self, id: RuleId) -> Option<&Clause> {
        self.clauses.get(usize::from(id.0))
    }

    /// The clauses of a run, with their ids.
    pub(crate) fn run(&self, range: &Range<usize>) -> impl DoubleEndedIterator<Item = (RuleId, &Clause)> {
        let clauses = self.clauses.get(range.clone()).unwrap_or_default();
        range.clone().map(rule_id).zip(clauses)
    }
}

/// Ids beyond the last are of no rule.
pub(crate) fn rule_id(place: usize) -> RuleId {
    RuleId(u16::try_from(place).unwrap_or(u16::MAX))
}
