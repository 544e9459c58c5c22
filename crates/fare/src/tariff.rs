//! A compiled tariff and how it is put together.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::ops::Range;

use tunion_data::civil::Date;
use tunion_data::{CityCode, Fen};

use crate::{BusLines, Clause, GroupId, Issuer, Measure, Medium, Network, Product, Rider, Set};

/// A clause of a tariff, by its place in the tariff's table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
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

/// The rides a rule applies to. All four must hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct When {
    /// On these groups of lines or line classes.
    pub groups: Set<GroupId>,
    /// With these kinds of card.
    pub products: Set<Product>,
    /// Issued here.
    pub issuers: Set<Issuer>,
    /// Of these media.
    pub media: Set<Medium>,
}

impl When {
    /// Every ride.
    pub const ALWAYS: Self =
        Self { groups: Set::ALL, products: Set::ALL, issuers: Set::ALL, media: Set::ALL };

    /// Whether a rider on this group of lines is meant.
    #[must_use]
    pub fn matches(&self, group: GroupId, rider: Rider) -> bool {
        self.groups.contains(group)
            && self.products.contains(rider.product)
            && self.issuers.contains(rider.issuer)
            && self.media.contains(rider.medium)
    }

    /// Whether some ride is meant by both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.groups.intersects(other.groups)
            && self.products.intersects(other.products)
            && self.issuers.intersects(other.issuers)
            && self.media.intersects(other.media)
    }
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
    /// The least balance with which a paying rider may enter.
    pub entry_balance: Fen,
}

/// List prices for some groups of lines: a run of clauses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Price {
    pub(crate) groups: Set<GroupId>,
    pub(crate) clauses: Range<usize>,
}

/// The monthly total: its tiers are a run of clauses, from the lowest.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Accumulation {
    pub(crate) when: When,
    pub(crate) tiers: Range<usize>,
    pub(crate) counts_surcharge: bool,
}

/// A tariff (票价表), compiled together with the places it prices.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tariff {
    pub(crate) head: Head,
    pub(crate) places: Places,
    pub(crate) rules: Vec<Rule>,
    pub(crate) prices: Vec<Price>,
    pub(crate) concessions: Vec<(When, RuleId)>,
    pub(crate) accumulation: Option<Accumulation>,
    pub(crate) no_tap_off: Option<(When, RuleId)>,
    pub(crate) overtime: Option<(When, RuleId)>,
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

    /// Whether some ride's price depends on the card's [`Ledger`](crate::Ledger), which then has to
    /// be kept somewhere.
    #[must_use]
    pub fn reads_ledger(&self) -> bool {
        self.accumulation.is_some()
    }

    /// The clause that a reason names.
    #[must_use]
    pub fn rule(&self, id: RuleId) -> Option<&Rule> {
        self.rules.get(usize::from(id.0))
    }

    /// The clauses with their ids, in the order of the file.
    pub fn rules(&self) -> impl Iterator<Item = (RuleId, &Rule)> {
        (0..=u16::MAX).map(RuleId).zip(&self.rules)
    }
}
