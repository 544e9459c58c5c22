//! What a ride costs that goes over several groups of lines: the answer of an enquiry.

use alloc::vec::Vec;

use tunion_data::Fen;

use crate::tariff::Joined;
use crate::{FareError, GroupId, Join, Journey, Ledger, Network, Quote, Ride, RuleId, StationId, Tariff};

/// The most groups that an enquiry goes over.
const MOST: usize = 4;

/// A ride over one or several groups of lines.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Enquiry {
    /// The parts in the order of travel.
    pub legs: Vec<EnquiryLeg>,
    /// The list prices that are charged, together.
    pub list: Fen,
    /// What the rider pays.
    pub charged: Fen,
    /// The ledger after the ride.
    pub ledger: Ledger,
}

/// One part of an enquiry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EnquiryLeg {
    /// Where it begins.
    pub from: StationId,
    /// Where it ends.
    pub to: StationId,
    /// On which group of lines.
    pub group: GroupId,
    /// Its price by itself.
    pub quote: Quote,
    /// Whether that price is charged; not when the price of another leg stands for it.
    pub charged: bool,
    /// The rule that joins it to the leg before.
    pub joined: Option<RuleId>,
}

impl Enquiry {
    /// Whether the rider passes gates between the legs, so that each is charged by itself.
    #[must_use]
    pub fn has_separate_taps(&self) -> bool {
        self.legs.len() > 1 && self.legs.iter().all(|leg| leg.charged)
    }
}

/// A way over groups: the station where each leg ends, and the rule that led there.
type Way<'a> = Vec<(GroupId, StationId, Option<&'a Joined>)>;

impl Tariff {
    /// Prices a rail ride between any two stations. Within one group of lines this is
    /// [`Tariff::quote`]; over several the legs are priced one after another and put together as the
    /// tariff's joins say (`docs/spec/fares.md` 1, lines with rules of their own).
    ///
    /// Where several stations join two groups, the shortest way decides, as the official enquiry follows its
    /// route and forms no minimum of prices. Over several groups the stay on each is not known, so that no leg
    /// is charged for a long one.
    ///
    /// # Errors
    /// As [`Tariff::quote`]; [`FareError::NoCommonGroup`] when no joins lead from one station to the other.
    pub fn enquire(&self, journey: &Journey, ledger: &Ledger) -> Result<Enquiry, FareError> {
        let way = match (journey.ride, self.network()) {
            (Ride::Rail { from, to, group: None }, Some(network)) => self.way(network, from, to)?,
            _ => None,
        };
        let (Some(way), Ride::Rail { from, .. }) = (way, journey.ride) else {
            return self.one_leg(journey, ledger);
        };
        let (mut from, mut ledger, mut legs) = (from, *ledger, Vec::new());
        for (group, to, joined) in &way {
            let ride = Ride::Rail { from, to: *to, group: Some(*group) };
            let quote = self.quote(&Journey { ride, exited: journey.entered, ..*journey }, &ledger)?;
            let joined = joined.map(|joined| joined.rule);
            legs.push(EnquiryLeg { from, to: *to, group: *group, quote, charged: true, joined });
            (from, ledger) = (*to, quote.ledger);
        }
        for (next, (_, _, joined)) in way.iter().enumerate().skip(1) {
            if let Some(joined) = joined {
                stand_for(&mut legs, next, joined.join);
            }
        }
        Ok(Enquiry::of(legs, ledger))
    }

    fn one_leg(&self, journey: &Journey, ledger: &Ledger) -> Result<Enquiry, FareError> {
        let quote = self.quote(journey, ledger)?;
        let legs = match (journey.ride, self.network()) {
            (Ride::Rail { from, to, group }, Some(network)) => {
                let shared = network
                    .groups()
                    .filter(|(id, group)| self.is_priced(*id) && group.contains(from) && group.contains(to));
                let first = shared.map(|(id, _)| id).next();
                let group = group.or(first).unwrap_or(GroupId(0));
                [EnquiryLeg { from, to, group, quote, charged: true, joined: None }].into()
            }
            _ => Vec::new(),
        };
        Ok(Enquiry { legs, list: quote.list, charged: quote.charged, ledger: quote.ledger })
    }

    /// The shortest way that changes groups as seldom as can be; `None` when one group holds both.
    fn way(&self, network: &Network, from: StationId, to: StationId) -> Result<Option<Way<'_>>, FareError> {
        self.group_at(from, None)?;
        self.group_at(to, None)?;
        let starts = network.groups_at(from).filter(|id| self.is_priced(*id));
        let mut ways: Vec<(u64, StationId, Way<'_>)> =
            starts.map(|group| (0, from, [(group, from, None)].into())).collect();
        for _ in 0..MOST {
            let done = ways.iter().filter_map(|(metres, at, way)| {
                let (group, ..) = *way.last()?;
                let last = network.group(group)?.metres(*at, to)?;
                Some((metres + u64::from(last), way))
            });
            if let Some((_, way)) = done.min_by_key(|(metres, _)| *metres) {
                let mut way = way.clone();
                if let Some(end) = way.last_mut() {
                    end.1 = to;
                }
                return Ok((way.len() > 1).then_some(way));
            }
            ways = ways.iter().flat_map(|way| self.farther(network, way)).collect();
        }
        Err(FareError::NoCommonGroup(from, to))
    }

    /// The ways that one more change makes of a way.
    fn farther<'a>(
        &'a self,
        network: &Network,
        (metres, at, way): &(u64, StationId, Way<'a>),
    ) -> Vec<(u64, StationId, Way<'a>)> {
        let Some((here, ..)) = way.last().copied() else { return Vec::new() };
        let mut farther = Vec::new();
        for joined in &self.joins {
            let next = match joined.groups {
                (a, b) if a == here => b,
                (a, b) if b == here => a,
                _ => continue,
            };
            if way.iter().any(|(group, ..)| *group == next) {
                continue;
            }
            for station in &*joined.at {
                let Some(leg) = network.group(here).and_then(|group| group.metres(*at, *station)) else {
                    continue;
                };
                let mut longer = way.clone();
                if let Some(end) = longer.last_mut() {
                    end.1 = *station;
                }
                longer.push((next, *station, Some(joined)));
                farther.push((metres + u64::from(leg), *station, longer));
            }
        }
        farther
    }
}

/// Marks the leg that the other one's price stands for.
fn stand_for(legs: &mut [EnquiryLeg], next: usize, join: Join) {
    let Some([one, other]) = legs.get_mut(next - 1..=next) else { return };
    match join {
        Join::Sum => {}
        Join::Maximum if one.quote.list < other.quote.list => one.charged = false,
        Join::Maximum => other.charged = false,
        Join::Replace(by) if one.group == by => other.charged = false,
        Join::Replace(_) => one.charged = false,
    }
}

impl Enquiry {
    fn of(legs: Vec<EnquiryLeg>, ledger: Ledger) -> Self {
        let charged = || legs.iter().filter(|leg| leg.charged);
        let list = charged().map(|leg| leg.quote.list).sum();
        let paid = charged().map(|leg| leg.quote.charged).sum();
        Self { list, charged: paid, legs, ledger }
    }
}
