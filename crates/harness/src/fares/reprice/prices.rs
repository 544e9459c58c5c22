//! A city's tariffs, ready for many rides.

use std::sync::Arc;

use tunion_data::civil::DateTime;
use tunion_fare::pair::{Act, Trip};
use tunion_fare::{
    FareError, GroupId, Issuer, Journey, Ledger, LineId, Network, Priced, Ride, Rider, StationId, Tariff,
    Ticket, TicketId,
};
use tunion_files::city::{City, Mode};
use tunion_files::taps::{Names, Who};

use super::totals::Total;

/// A tariff with the numbers that it gives to names, and what its rules came to.
#[derive(Debug)]
pub(super) struct Prices {
    pub(super) tariff: Arc<Tariff>,
    issuers: Vec<Issuer>,
    tickets: Vec<Option<TicketId>>,
    pub(super) by_rule: Vec<Total>,
}

/// Why a ride has no price.
#[derive(Clone, Debug)]
pub(super) enum NoPrice {
    /// No tariff holds on its day.
    NoTariff,
    /// The tariff does not sell its ticket.
    NotSold,
    /// The tariff, by its place, does not price it.
    Fare(usize, FareError),
}

/// A ride that is priced.
#[derive(Clone, Copy, Debug)]
pub(super) struct Paid {
    /// The place of the tariff.
    pub(super) tariff: usize,
    pub(super) priced: Priced,
    pub(super) journey: Journey,
}

/// All tariffs of a city, rail before bus, with what groups and lines came to.
#[derive(Debug)]
pub(super) struct Book<'n> {
    names: &'n Names<'n>,
    pub(super) prices: Vec<Prices>,
    /// Those of rail come first, so many.
    rail: usize,
    /// For each station a bit for each group that it lies on.
    groups: Vec<u32>,
    pub(super) by_group: Vec<Total>,
    pub(super) by_line: Vec<Total>,
}

impl<'n> Book<'n> {
    pub(super) fn new(names: &'n Names<'n>) -> Self {
        let city = names.city();
        let prices = |mode| {
            city.tariffs(mode).iter().map(|tariff| Prices {
                issuers: names.issuers_of(tariff),
                tickets: names.tickets_of(tariff),
                by_rule: vec![Total::default(); tariff.rules().count()],
                tariff: Arc::clone(tariff),
            })
        };
        let (network, lines) = (city.network(), city.bus_lines());
        let bits =
            |id| network.into_iter().flat_map(move |network| network.groups_at(id)).map(|group| 1 << group.0);
        let stations = network.into_iter().flat_map(Network::stations);
        Self {
            names,
            rail: city.tariffs(Mode::Rail).len(),
            prices: prices(Mode::Rail).chain(prices(Mode::Bus)).collect(),
            groups: stations.map(|(id, _)| bits(id).fold(0, |all: u32, bit: u32| all | bit)).collect(),
            by_group: vec![Total::default(); network.map_or(0, |network| network.groups().count())],
            by_line: vec![Total::default(); lines.map_or(0, |lines| lines.lines().count())],
        }
    }

    pub(super) fn city(&self) -> &'n City {
        self.names.city()
    }

    /// The price of a ride that ended at `exited`.
    #[inline]
    pub(super) fn price<M>(
        &self,
        trip: &Trip<M>,
        who: &Who,
        exited: DateTime,
        ledger: &Ledger,
    ) -> Result<Paid, NoPrice> {
        let tariffs = match trip.ride {
            Ride::Bus { .. } => self.rail..self.prices.len(),
            _ => 0..self.rail,
        };
        let day = trip.entered.date();
        let mut places = tariffs.filter_map(|place| Some((place, self.prices.get(place)?)));
        let (tariff, prices) =
            places.find(|(_, prices)| prices.tariff.is_valid_on(day)).ok_or(NoPrice::NoTariff)?;
        let issuer = prices.issuers.get(usize::from(who.issuer.0)).copied().unwrap_or(Issuer::OTHER);
        let kind =
            prices.tickets.get(usize::from(who.ticket.0)).copied().flatten().ok_or(NoPrice::NotSold)?;
        let journey = Journey {
            ride: trip.ride,
            rider: Rider { product: who.product, issuer, medium: who.medium },
            ticket: Ticket { kind, activated: who.activated },
            entered: trip.entered,
            exited,
        };
        let priced = prices.tariff.price(&journey, ledger).map_err(|error| NoPrice::Fare(tariff, error))?;
        Ok(Paid { tariff, priced, journey })
    }

    /// Why a ride has no price, in words.
    pub(super) fn why(
        &self,
        no_price: &NoPrice,
        ride: Ride,
        day: tunion_data::civil::Date,
        who: &Who,
    ) -> String {
        let mode = if matches!(ride, Ride::Bus { .. }) { Mode::Bus } else { Mode::Rail };
        match no_price {
            NoPrice::NoTariff => self.city().no_tariff(mode, day),
            NoPrice::NotSold => {
                let ticket = self.names.ticket(who.ticket);
                format!("ticket `{ticket}` is not sold on {}", mode.name())
            }
            NoPrice::Fare(tariff, error) => {
                self.prices.get(*tariff).map_or_else(String::new, |p| p.tariff.describe(error).to_string())
            }
        }
    }

    /// Adds a ride to the totals of its rule and of its group or line.
    #[inline]
    pub(super) fn add(&mut self, paid: &Paid, total: Total) {
        let prices = self.prices.get_mut(paid.tariff);
        if let Some(by_rule) = prices.and_then(|p| p.by_rule.get_mut(usize::from(paid.priced.rule.0))) {
            *by_rule += total;
        }
        let group = match paid.journey.ride {
            Ride::Bus { line, .. } => {
                if let Some(by_line) = self.by_line.get_mut(usize::from(line.0)) {
                    *by_line += total;
                }
                return;
            }
            Ride::Rail { from, to, group } => group.or_else(|| first(self.at(from) & self.at(to))),
            Ride::NoEntry { to, group } => group.or_else(|| first(self.at(to))),
            Ride::Distance { .. } => None,
        };
        if let Some(by_group) = group.and_then(|group| self.by_group.get_mut(usize::from(group.0))) {
            *by_group += total;
        }
    }

    fn at(&self, station: StationId) -> u32 {
        self.groups.get(usize::from(station.0)).copied().unwrap_or(0)
    }

    /// A ride in words.
    pub(super) fn ride(&self, ride: Ride) -> String {
        match ride {
            Ride::Rail { from, to, .. } => format!("{} → {}", self.station(from), self.station(to)),
            Ride::NoEntry { to, .. } => format!("no entry → {}", self.station(to)),
            Ride::Bus { line, on, off } => {
                let off = off.map_or_else(|| "no tap-off".to_owned(), |off| self.stop(line, off));
                format!("{}: {} → {off}", self.line(line), self.stop(line, on))
            }
            Ride::Distance { distance, .. } => format!("distance {distance}"),
        }
    }

    /// A tap in words.
    pub(super) fn tap(&self, act: Act) -> String {
        let name = act.name();
        match act {
            Act::Entry { station, .. } | Act::Exit { station, .. } => {
                format!("{name} {}", self.station(station))
            }
            Act::On { line, stop } | Act::Off { line, stop } | Act::Single { line, stop } => {
                format!("{name} {}: {}", self.line(line), self.stop(line, stop))
            }
            Act::Cover => name.to_owned(),
        }
    }

    fn station(&self, id: StationId) -> &str {
        self.city().network().and_then(|network| network.station(id)).map_or("?", |station| &*station.name)
    }

    fn line(&self, id: LineId) -> String {
        let line = self.city().bus_lines().and_then(|lines| lines.line(id));
        line.map_or_else(String::new, |line| format!("{} ({})", line.name, line.direction))
    }

    fn stop(&self, line: LineId, stop: tunion_fare::StopId) -> String {
        let found = self.city().bus_lines().and_then(|lines| lines.line(line)?.stop(stop));
        found.map_or_else(String::new, |found| format!("#{} {}", stop.0.saturating_add(1), found.name))
    }
}

/// The first group of a set.
fn first(groups: u32) -> Option<GroupId> {
    (groups != 0).then(|| u8::try_from(groups.trailing_zeros()).ok().map(GroupId)).flatten()
}
