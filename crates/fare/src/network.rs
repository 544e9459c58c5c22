//! A rail network: stations, groups of lines, and the metres between any two stations of a group.
#![allow(clippy::inline_always, reason = "measured: as calls they took a twelfth of a price more")]

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use tunion_data::CityCode;

use crate::Member;

/// A station, by its place in the network's table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StationId(pub u16);

/// A set of lines that are priced together: on rail the city network, an airport line, a tram
/// (`docs/spec/fares.md` 1); on buses a line class (线路类别) such as ordinary or sightseeing
/// (`docs/spec/fares.md` 2).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct GroupId(pub u8);

impl Member for GroupId {
    fn index(self) -> u32 {
        self.0.into()
    }
}

/// A station (车站).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Station {
    /// The code that records on the card carry: synthetic, one per station, our own table
    /// (`docs/spec/terminal.md` 1.3).
    pub code: u16,
    /// The name, in Chinese as printed.
    pub name: Box<str>,
}

/// A group of lines with the shortest way between any two of its stations.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    name: Box<str>,
    lines: Box<[Box<str>]>,
    /// Sorted.
    members: Box<[StationId]>,
    /// For each station of the network the place among the members.
    places: Box<[u16]>,
    /// For the members `i > j` the metres between them, at `i * (i - 1) / 2 + j`.
    triangle: Box<[u32]>,
}

/// The place of a station that is no member.
const NOWHERE: u16 = u16::MAX;

impl Group {
    /// A group of these stations; `metres` is asked once for each pair. The distance is the same in
    /// both directions (our reading of `docs/spec/fares.md` 1, where one direction per pair was
    /// published).
    pub fn new(
        name: &str,
        members: impl IntoIterator<Item = StationId>,
        mut metres: impl FnMut(StationId, StationId) -> u32,
    ) -> Self {
        let mut members: Vec<StationId> = members.into_iter().collect();
        members.sort_unstable();
        members.dedup();
        let mut places = vec![NOWHERE; members.last().map_or(0, |last| usize::from(last.0) + 1)];
        for (place, id) in (0..NOWHERE).zip(&members) {
            places[usize::from(id.0)] = place;
        }
        let mut triangle = Vec::with_capacity(members.len() * members.len().saturating_sub(1) / 2);
        for (i, &to) in members.iter().enumerate() {
            triangle.extend(members[..i].iter().map(|&from| metres(from, to)));
        }
        Self {
            name: name.into(),
            lines: Box::default(),
            members: members.into(),
            places: places.into(),
            triangle: triangle.into(),
        }
    }

    /// The group with the names of its lines.
    #[must_use]
    pub fn with_lines(self, lines: impl IntoIterator<Item = Box<str>>) -> Self {
        Self { lines: lines.into_iter().collect(), ..self }
    }

    /// The names of its lines.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().map(|line| &**line)
    }

    /// The group's name in the network file.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its stations.
    #[must_use]
    pub fn members(&self) -> &[StationId] {
        &self.members
    }

    /// The shortest way in metres, `None` when one of the two is not in the group.
    #[must_use]
    #[inline(always)]
    pub fn metres(&self, from: StationId, to: StationId) -> Option<u32> {
        let (from, to) = (self.place(from)?, self.place(to)?);
        let (low, high) = if from < to { (from, to) } else { (to, from) };
        if low == high { Some(0) } else { self.triangle.get(high * (high - 1) / 2 + low).copied() }
    }

    /// The place of a station among the members.
    #[inline(always)]
    fn place(&self, station: StationId) -> Option<usize> {
        self.places
            .get(usize::from(station.0))
            .filter(|place| **place != NOWHERE)
            .map(|place| (*place).into())
    }

    /// Whether a station lies on its lines.
    #[must_use]
    pub fn contains(&self, station: StationId) -> bool {
        self.place(station).is_some()
    }

    /// The metres to the station of the group that is farthest from this one.
    #[must_use]
    pub fn farthest(&self, station: StationId) -> Option<u32> {
        self.members.iter().filter_map(|other| self.metres(station, *other)).max()
    }

    /// The two stations that are farthest apart and the metres between them.
    #[must_use]
    pub fn longest(&self) -> Option<(StationId, StationId, u32)> {
        let pairs = self
            .members
            .iter()
            .enumerate()
            .flat_map(|(i, &to)| self.members[..i].iter().map(move |&from| (from, to)));
        pairs.zip(&self.triangle).max_by_key(|(_, metres)| **metres).map(|((a, b), &m)| (a, b, m))
    }
}

/// A rail network, compiled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Network {
    name: Box<str>,
    city: CityCode,
    stations: Box<[Station]>,
    by_name: Box<[StationId]>,
    by_code: Box<[StationId]>,
    groups: Box<[Group]>,
}

impl Network {
    /// A network of these stations, numbered in this order, and these groups, numbered likewise.
    #[must_use]
    pub fn new(name: &str, city: CityCode, stations: Vec<Station>, groups: Vec<Group>) -> Self {
        let all: Vec<StationId> = (0..=u16::MAX).map(StationId).take(stations.len()).collect();
        let station = |id: &StationId| &stations[usize::from(id.0)];
        let mut by_name = all.clone();
        by_name.sort_unstable_by_key(|id| &station(id).name);
        let mut by_code = all;
        by_code.sort_unstable_by_key(|id| station(id).code);
        Self {
            name: name.into(),
            city,
            by_name: by_name.into(),
            by_code: by_code.into(),
            stations: stations.into(),
            groups: groups.into(),
        }
    }

    /// The network's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The city whose network this is.
    #[must_use]
    pub fn city(&self) -> CityCode {
        self.city
    }

    /// All stations, in the order of their ids.
    pub fn stations(&self) -> impl Iterator<Item = (StationId, &Station)> {
        (0..=u16::MAX).map(StationId).zip(&*self.stations)
    }

    /// A station by its id.
    #[must_use]
    pub fn station(&self, id: StationId) -> Option<&Station> {
        self.stations.get(usize::from(id.0))
    }

    /// A station by its printed name.
    #[must_use]
    pub fn station_named(&self, name: &str) -> Option<StationId> {
        self.find(&self.by_name, |station| (*station.name).cmp(name))
    }

    /// A station by the code that the card's records carry.
    #[must_use]
    pub fn station_coded(&self, code: u16) -> Option<StationId> {
        self.find(&self.by_code, |station| station.code.cmp(&code))
    }

    fn find(
        &self,
        sorted: &[StationId],
        order: impl Fn(&Station) -> core::cmp::Ordering,
    ) -> Option<StationId> {
        let order = |id: &StationId| self.station(*id).map_or(core::cmp::Ordering::Less, &order);
        sorted.binary_search_by(order).ok().and_then(|at| sorted.get(at)).copied()
    }

    /// All groups, in the order of their ids.
    pub fn groups(&self) -> impl Iterator<Item = (GroupId, &Group)> {
        (0..=u8::MAX).map(GroupId).zip(&*self.groups)
    }

    /// A group by its id.
    #[must_use]
    pub fn group(&self, id: GroupId) -> Option<&Group> {
        self.groups.get(usize::from(id.0))
    }

    /// The group that a line belongs to.
    #[must_use]
    pub fn group_of_line(&self, line: &str) -> Option<GroupId> {
        self.groups().find(|(_, group)| group.lines().any(|name| name == line)).map(|(id, _)| id)
    }

    /// The groups whose lines stop at a station: a station of the network can be one of an airport
    /// line or a tram as well.
    pub fn groups_at(&self, station: StationId) -> impl Iterator<Item = GroupId> {
        self.groups().filter(move |(_, group)| group.contains(station)).map(|(id, _)| id)
    }
}
