//! The rail network: stations, groups of lines, shortest distances (`docs/spec/fares.md` section 1,
//! "distance").

use std::collections::{BTreeMap, VecDeque};

use crate::csv;

/// A set of lines that is priced by itself (`docs/spec/fares.md` section 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// 路网: the lines of the network tariff. Our reading: every line that is none of the other three, hence
    /// 亦庄T1线 too.
    Network,
    /// 首都机场线.
    CapitalAirport,
    /// 大兴机场线.
    DaxingAirport,
    /// 西郊线, the tram.
    Tram,
}

impl Group {
    /// All four, in the order in which a ride without a line tries them.
    pub const ALL: [Group; 4] = [Group::Network, Group::CapitalAirport, Group::DaxingAirport, Group::Tram];

    fn of_line(line: &str) -> Group {
        match line {
            "首都机场线" => Group::CapitalAirport,
            "大兴机场线" => Group::DaxingAirport,
            "西郊线" => Group::Tram,
            _ => Group::Network,
        }
    }
}

/// One group's stations and how far apart they are.
#[derive(Clone, Debug)]
struct Map {
    group: Group,
    /// The station's row and column in `metres`.
    places: BTreeMap<String, usize>,
    /// Length of the shortest path, in metres. None: there is no path.
    metres: Vec<Vec<Option<u32>>>,
}

/// All groups.
#[derive(Clone, Debug)]
pub(crate) struct Network {
    lines: Vec<String>,
    stations: Vec<String>,
    maps: Vec<Map>,
}

impl Network {
    /// From the text of `edges.csv`.
    pub(crate) fn new(edges_csv: &str) -> Network {
        let edges = csv::rows::<4>(edges_csv);
        let mut lines: Vec<String> = edges.iter().map(|[line, ..]| (*line).to_owned()).collect();
        lines.sort();
        lines.dedup();
        let mut stations = Vec::new();
        for [_, from, to, _] in &edges {
            stations.push((*from).to_owned());
            stations.push((*to).to_owned());
        }
        stations.sort();
        stations.dedup();
        let maps = Group::ALL.iter().map(|&group| map(group, &edges)).collect();
        Network { lines, stations, maps }
    }

    /// The lines, sorted.
    pub(crate) fn lines(&self) -> &[String] {
        &self.lines
    }

    /// The stations, sorted.
    pub(crate) fn stations(&self) -> &[String] {
        &self.stations
    }

    /// Is there such a station, in whatever group?
    pub(crate) fn has_station(&self, station: &str) -> bool {
        self.stations.iter().any(|known| known == station)
    }

    /// The group of a line that exists.
    pub(crate) fn group_of(&self, line: &str) -> Option<Group> {
        self.lines.iter().any(|known| known == line).then(|| Group::of_line(line))
    }

    /// The stations of a group, sorted.
    pub(crate) fn stations_of(&self, group: Group) -> Vec<&str> {
        let Some(map) = self.maps.iter().find(|map| map.group == group) else { return Vec::new() };
        map.places.keys().map(String::as_str).collect()
    }

    /// Length of the shortest path inside a group, in metres.
    pub(crate) fn metres(&self, group: Group, from: &str, to: &str) -> Option<u32> {
        let map = self.maps.iter().find(|map| map.group == group)?;
        let from = *map.places.get(from)?;
        let to = *map.places.get(to)?;
        map.metres[from][to]
    }
}

/// One group's map. An edge is ridden both ways.
fn map(group: Group, edges: &[[&str; 4]]) -> Map {
    let edges: Vec<_> = edges.iter().filter(|[line, ..]| Group::of_line(line) == group).collect();
    let mut places = BTreeMap::new();
    for [_, from, to, _] in &edges {
        for station in [from, to] {
            let next = places.len();
            places.entry((*station).to_owned()).or_insert(next);
        }
    }
    let mut neighbours = vec![Vec::new(); places.len()];
    for [_, from, to, length] in &edges {
        let (from, to, length) = (places[*from], places[*to], csv::number(length));
        neighbours[from].push((to, length));
        neighbours[to].push((from, length));
    }
    let metres = (0..places.len()).map(|origin| shortest_from(origin, &neighbours)).collect();
    Map { group, places, metres }
}

/// The lengths of the shortest paths from one place. Whenever a shorter way to a place is found, its
/// neighbours are looked at again, until nothing gets shorter.
fn shortest_from(origin: usize, neighbours: &[Vec<(usize, u32)>]) -> Vec<Option<u32>> {
    let mut metres = vec![None; neighbours.len()];
    metres[origin] = Some(0);
    let mut waiting = VecDeque::from([(origin, 0)]);
    while let Some((place, so_far)) = waiting.pop_front() {
        for &(next, length) in &neighbours[place] {
            let found = so_far + length;
            if metres[next].is_none_or(|known| found < known) {
                metres[next] = Some(found);
                waiting.push_back((next, found));
            }
        }
    }
    metres
}

#[cfg(test)]
mod tests {
    use super::{Group, Network};
    use crate::model::tests::EDGES;

    #[test]
    fn the_shorter_of_two_ways() {
        let text =
            "line,from,to,metres\n甲,a,b,100\n甲,b,c,100\n乙,a,c,500\n乙,c,d,7\n丙,x,y,9\n西郊线,a,d,1\n";
        let network = Network::new(text);
        assert_eq!(network.metres(Group::Network, "a", "c"), Some(200));
        assert_eq!(network.metres(Group::Network, "d", "a"), Some(207));
        assert_eq!(network.metres(Group::Network, "a", "a"), Some(0));
        assert_eq!(network.metres(Group::Network, "a", "x"), None);
        assert_eq!(network.metres(Group::Network, "a", "?"), None);
        assert_eq!(network.metres(Group::Tram, "a", "d"), Some(1));
        assert_eq!(network.metres(Group::Tram, "a", "b"), None);
        assert_eq!(network.group_of("丙"), Some(Group::Network));
        assert_eq!(network.group_of("丁"), None);
        assert_eq!(network.stations(), ["a", "b", "c", "d", "x", "y"]);
        assert_eq!(network.lines(), ["丙", "乙", "甲", "西郊线"]);
    }

    #[test]
    fn every_group_is_in_one_piece() {
        let network = Network::new(EDGES);
        // docs/spec/fares.md section 5: 425 names in D2, of which 木樨地 and 大钟寺 stand there twice.
        assert_eq!((network.lines().len(), network.stations().len()), (28, 423));
        for group in Group::ALL {
            let stations = network.stations_of(group);
            for station in &stations {
                assert!(network.metres(group, stations[0], station).is_some(), "{station}");
            }
        }
    }

    #[test]
    fn the_longest_pair() {
        // docs/spec/fares.md section 1, "highest fare": 燕山–昌平西山口, about 100 to 101 km.
        let network = Network::new(EDGES);
        let stations = network.stations_of(Group::Network);
        let mut longest = 0;
        for from in &stations {
            for to in &stations {
                let there = network.metres(Group::Network, from, to).unwrap();
                assert_eq!(Some(there), network.metres(Group::Network, to, from));
                longest = longest.max(there);
            }
        }
        assert_eq!(network.metres(Group::Network, "燕山", "昌平西山口"), Some(longest));
        assert!((100_000..=101_000).contains(&longest), "{longest}");
    }
}
