//! The names that rows use, as numbers: stations, lines, stops, issuers and tickets of one city.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;
use tunion_fare::{BusLine, BusLines, GroupId, Issuer, LineId, StationId, StopId, Tariff, TicketId};

use super::column::Column;
use super::fault::What;
use crate::city::{City, Mode};
use crate::diag::nearest;

type Map<T> = HashMap<Box<[u8]>, T, FxBuildHasher>;

/// An issuer by its name. Each tariff numbers issuers by itself; see [`Names::issuers_of`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct IssuerName(pub u8);

/// A ticket by its name; see [`Names::tickets_of`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct TicketName(pub u8);

impl TicketName {
    /// The ordinary single ride, which is the first ticket of every tariff.
    pub const ORDINARY: Self = Self(0);
}

/// All names of a city.
#[derive(Clone, Debug)]
pub struct Names<'c> {
    city: &'c City,
    stations: Map<StationId>,
    rail_lines: Map<GroupId>,
    /// By name, for both directions.
    bus_lines: Map<[Option<LineId>; 2]>,
    /// By line.
    stops: Vec<Map<Named>>,
    issuers: Vec<&'c str>,
    tickets: Vec<&'c str>,
}

/// The stops of a line that share a name.
#[derive(Clone, Copy, Debug)]
enum Named {
    /// One, or several with the same printed number, which cost the same.
    Stop(StopId),
    /// Several that are priced differently.
    Several,
}

impl<'c> Names<'c> {
    /// The names of a city.
    #[must_use]
    pub fn new(city: &'c City) -> Self {
        let key = |name: &str| Box::from(name.as_bytes());
        let mut names = Self {
            city,
            stations: Map::default(),
            rail_lines: Map::default(),
            bus_lines: Map::default(),
            stops: Vec::new(),
            issuers: Vec::new(),
            tickets: Vec::new(),
        };
        if let Some(network) = city.network() {
            names.stations = network.stations().map(|(id, station)| (key(&station.name), id)).collect();
            let lines = network.groups().flat_map(|(id, group)| group.lines().map(move |line| (line, id)));
            names.rail_lines = lines.map(|(line, id)| (key(line), id)).collect();
        }
        for (id, line) in city.bus_lines().into_iter().flat_map(BusLines::lines) {
            let both = names.bus_lines.entry(key(&line.name)).or_default();
            if let Some(place) = both.get_mut(usize::from(line.direction)) {
                *place = Some(id);
            }
            names.stops.push(stops(line));
        }
        for tariff in Mode::ALL.into_iter().flat_map(|mode| city.tariffs(mode)) {
            let add = |known: &mut Vec<&'c str>, name| {
                if !known.contains(&name) {
                    known.push(name);
                }
            };
            tariff.issuers().for_each(|(_, name)| add(&mut names.issuers, name));
            tariff.tickets().for_each(|(_, name)| add(&mut names.tickets, name));
        }
        names
    }

    /// The city.
    #[must_use]
    pub fn city(&self) -> &'c City {
        self.city
    }

    /// The issuers of a tariff, by their names' numbers; a region of other tariffs is [`Issuer::OTHER`].
    #[must_use]
    pub fn issuers_of(&self, tariff: &Tariff) -> Vec<Issuer> {
        let of = |name: &&str| tariff.issuers().find(|(_, known)| known == name).map(|(id, _)| id);
        self.issuers.iter().map(|name| of(name).unwrap_or(Issuer::OTHER)).collect()
    }

    /// The tickets of a tariff, by their names' numbers; nothing for one that it does not sell.
    #[must_use]
    pub fn tickets_of(&self, tariff: &Tariff) -> Vec<Option<TicketId>> {
        let of = |name: &&str| tariff.tickets().find(|(_, known)| known == name).map(|(id, _)| id);
        self.tickets.iter().map(of).collect()
    }

    /// The name of a ticket.
    #[must_use]
    pub fn ticket(&self, ticket: TicketName) -> &str {
        self.tickets.get(usize::from(ticket.0)).copied().unwrap_or_default()
    }

    #[inline]
    pub(super) fn station_named(&self, name: &[u8]) -> Option<StationId> {
        self.stations.get(name).copied()
    }

    pub(super) fn group_named(&self, rail_line: &[u8]) -> Option<GroupId> {
        self.rail_lines.get(rail_line).copied()
    }

    pub(super) fn is_on(&self, station: StationId, group: GroupId) -> bool {
        let group = self.city.network().and_then(|network| network.group(group));
        group.is_some_and(|group| group.contains(station))
    }

    /// The line of a name in a direction, or the only one that it has.
    pub(super) fn line_named(&self, name: &[u8], direction: &[u8]) -> Result<LineId, (Column, What)> {
        let both = *self.bus_lines.get(name).ok_or((Column::Line, What::Unknown))?;
        let line = match (direction, both) {
            (b"0", [line, _]) | (b"1", [_, line]) => line,
            (b"", [Some(only), None] | [None, Some(only)]) => Some(only),
            (b"", _) => return Err((Column::Direction, What::Missing)),
            _ => return Err((Column::Direction, What::Form)),
        };
        line.ok_or((Column::Direction, What::NotOnLine))
    }

    /// A stop by its name, or by `#` and its place from 1.
    pub(super) fn stop_named(&self, line: LineId, name: &[u8]) -> Result<StopId, What> {
        if let [b'#', digits @ ..] = name {
            let place = std::str::from_utf8(digits).ok().and_then(|digits| digits.parse::<u8>().ok());
            let stop = place.and_then(|place| place.checked_sub(1)).map(StopId);
            let stop = stop.filter(|stop| self.line(line).is_some_and(|line| line.stop(*stop).is_some()));
            return stop.ok_or(What::NotOnLine);
        }
        match self.stops.get(usize::from(line.0)).and_then(|stops| stops.get(name)) {
            Some(Named::Stop(stop)) => Ok(*stop),
            Some(Named::Several) => Err(What::Several(line)),
            None => Err(What::UnknownStop(line)),
        }
    }

    pub(super) fn issuer_named(&self, name: &[u8]) -> Option<IssuerName> {
        place_of(&self.issuers, name).map(IssuerName)
    }

    pub(super) fn ticket_named(&self, name: &[u8]) -> Option<TicketName> {
        place_of(&self.tickets, name).map(TicketName)
    }

    pub(super) fn line(&self, id: LineId) -> Option<&BusLine> {
        self.city.bus_lines()?.line(id)
    }

    /// What was meant by a name that is not known.
    pub(super) fn nearest(&self, column: Column, is_bus: bool, name: &str) -> Option<String> {
        let texts = |keys: Vec<&Box<[u8]>>| -> Vec<String> {
            let mut texts: Vec<_> =
                keys.into_iter().map(|key| String::from_utf8_lossy(key).into_owned()).collect();
            texts.sort();
            texts
        };
        let names = match column {
            Column::Station => texts(self.stations.keys().collect()),
            Column::Line if is_bus => texts(self.bus_lines.keys().collect()),
            Column::Line => texts(self.rail_lines.keys().collect()),
            Column::Issuer => self.issuers.iter().map(ToString::to_string).collect(),
            Column::Ticket => self.tickets.iter().map(ToString::to_string).collect(),
            _ => return None,
        };
        nearest(name, names.iter().map(String::as_str))
    }
}

fn place_of(names: &[&str], name: &[u8]) -> Option<u8> {
    names.iter().position(|known| known.as_bytes() == name).and_then(|place| u8::try_from(place).ok())
}

fn stops(line: &BusLine) -> Map<Named> {
    let mut stops = Map::default();
    for (id, stop) in (0..=u8::MAX).map(StopId).zip(&*line.stops) {
        let named = stops.entry(Box::from(stop.name.as_bytes())).or_insert(Named::Stop(id));
        if let Named::Stop(first) = *named
            && line.stop(first).is_none_or(|first| first.number != stop.number)
        {
            *named = Named::Several;
        }
    }
    stops
}
