//! Rail networks: a directory of `network.toml`, `stations.csv` and `edges.csv`.
//!
//! | file | what |
//! |---|---|
//! | `network.toml` | `version` (1), `name`, `city`, `provenance`, and for each `[[group]]` its `name` and `lines` |
//! | `stations.csv` | `code,station`: the code that card records carry, and the printed name |
//! | `edges.csv` | `line,from,to,metres`: the way between two neighbours, ridden both ways |
//!
//! Both tables begin with a `#` line that says where the figures come from. The way between any two
//! stations of a group is compiled here, over the edges of that group's lines alone: a tariff of the
//! city network never runs over an airport line (`docs/spec/fares.md` 1).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::num::NonZeroU32;
use std::path::Path;

use petgraph::algo::dijkstra;
use petgraph::graph::{NodeIndex, UnGraph};
use serde::Deserialize;
use toml::Spanned;
use tunion_data::CityCode;
use tunion_fare::{Group, Network, Station, StationId};

use crate::diag::{Diagnostic, Diagnostics, Repeats, Source, Text};
use crate::kind::Kind;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    version: Spanned<u32>,
    name: String,
    city: Text<CityCode>,
    provenance: Spanned<String>,
    group: Vec<GroupHead>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupHead {
    name: Spanned<String>,
    lines: Vec<Spanned<String>>,
}

/// Loads the network in a directory.
///
/// # Errors
/// Every mistake found in the three files, with its line.
pub fn load(directory: impl AsRef<Path>) -> Result<Network, Diagnostics> {
    let read = |name| Source::read(directory.as_ref().join(name));
    compile(&read("network.toml")?, &read("stations.csv")?, &read("edges.csv")?)
}

/// Compiles a network from the texts of its three files.
///
/// # Errors
/// As [`load`].
pub fn compile(head: &Source, stations: &Source, edges: &Source) -> Result<Network, Diagnostics> {
    let file: Head = Kind::Network.read(head)?;
    let mut errors = Diagnostics::default();
    errors.keep(head.version(&file.version, 1));
    errors.keep(head.said(&file.provenance, "provenance"));
    let group_of_line = errors.keep(lines(head, &file.group));
    let rows = errors.keep(station_table(stations));
    let (Some(group_of_line), Some(rows)) = (group_of_line, rows) else {
        return Err(errors);
    };
    let Some(edge_rows) = errors.keep(edges.table(["line", "from", "to", "metres"])) else {
        return Err(errors);
    };
    errors.keep(lost_lines(head, &file.group, &edge_rows));
    let Some(ways) = errors.keep(ways(edges, &edge_rows, &group_of_line, &rows, file.group.len())) else {
        return Err(errors);
    };
    errors.keep(unused(stations, &rows, &ways));
    let stations: Vec<Station> = rows.into_iter().map(StationRow::into_station).collect();
    let groups = file.group.iter().zip(&ways).filter_map(|(group, ways)| {
        errors.keep(shortest(ways, &stations).map_err(|fault| fault.at(head, &group.name))).map(|metres| {
            let lines = group.lines.iter().map(|line| line.get_ref().as_str().into());
            Group::new(group.name.get_ref(), metres.stations(), |from, to| metres.between(from, to))
                .with_lines(lines)
        })
    });
    let groups = groups.collect();
    errors.or(Network::new(&file.name, file.city.0, stations, groups))
}

/// Which group each line belongs to.
fn lines<'a>(source: &Source, groups: &'a [GroupHead]) -> Result<BTreeMap<&'a str, usize>, Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut lines: BTreeMap<&str, (usize, &Spanned<String>)> = BTreeMap::new();
    let mut names: BTreeMap<&str, &Spanned<String>> = BTreeMap::new();
    for (number, group) in groups.iter().enumerate() {
        if let Some(first) = names.insert(group.name.get_ref(), &group.name) {
            errors.push(source.twice("group", &group.name, first));
        }
        for line in &group.lines {
            if let Some((_, first)) = lines.insert(line.get_ref(), (number, line)) {
                errors.push(source.twice("line", line, first).help("a line belongs to one group"));
            }
        }
    }
    if let Some(group) = groups.get(32) {
        errors.push(source.error(&group.name, "more than 32 groups"));
    }
    errors.or(lines.into_iter().map(|(line, (group, _))| (line, group)).collect())
}

struct StationRow {
    code: u16,
    name: Spanned<String>,
}

impl StationRow {
    fn into_station(self) -> Station {
        Station { code: self.code, name: self.name.into_inner().into() }
    }
}

fn station_table(source: &Source) -> Result<Vec<StationRow>, Diagnostics> {
    let mut errors = Diagnostics::default();
    let rows = source.table(["code", "station"])?;
    let (mut names, mut codes) = (HashMap::new(), HashMap::new());
    let mut stations = Vec::new();
    for [code, name] in &rows {
        errors.keep(source.said(name, "station name"));
        if let Some(first) = names.insert(name.get_ref(), name) {
            errors.push(source.twice("station", name, first));
        }
        let Some(number) = errors.keep(source.parse::<u16>(code)) else { continue };
        if let Some(first) = codes.insert(number, code) {
            errors.push(source.twice("station code", code, first));
        }
        stations.push(StationRow { code: number, name: name.clone() });
    }
    if stations.len() > usize::from(u16::MAX) {
        errors.push(source.whole("more than 65535 stations"));
    }
    errors.or(stations)
}

/// The edges of one group.
type Ways = Vec<(StationId, StationId, u32)>;

/// The cells of an edge.
type EdgeRow = [Spanned<String>; 4];

fn ways(
    source: &Source,
    rows: &[EdgeRow],
    group_of_line: &BTreeMap<&str, usize>,
    stations: &[StationRow],
    groups: usize,
) -> Result<Vec<Ways>, Diagnostics> {
    let mut errors = Diagnostics::default();
    let ids =
        || (0..=u16::MAX).map(StationId).zip(stations).map(|(id, row)| (row.name.get_ref().as_str(), id));
    let by_name: HashMap<&str, StationId> = ids().collect();
    let station = |cell: &Spanned<String>| match by_name.get(cell.get_ref().as_str()) {
        Some(id) => Ok(*id),
        None => source.choose(cell, "station", ids()),
    };
    let line = |cell: &Spanned<String>| {
        source.choose(cell, "line", group_of_line.iter().map(|(name, group)| (*name, *group)))
    };
    let (mut no_lines, mut no_stations) = (Repeats::new("row"), Repeats::new("row"));
    let mut ways = vec![Ways::new(); groups];
    let mut seen = HashMap::new();
    for [name, from, to, metres] in rows {
        let (group, a, b, length) = (
            no_lines.keep(name.get_ref(), || line(name)),
            no_stations.keep(from.get_ref(), || station(from)),
            no_stations.keep(to.get_ref(), || station(to)),
            errors.keep(source.parse::<NonZeroU32>(metres)),
        );
        let (Some(group), Some(a), Some(b), Some(length)) = (group, a, b, length) else { continue };
        if a == b {
            errors.push(source.error(to, format!("an edge from `{}` to itself", to.get_ref())));
        }
        if let Some(first) = seen.insert((name.get_ref(), a.min(b), a.max(b)), from) {
            let message = format!("a second edge between `{}` and `{}`", from.get_ref(), to.get_ref());
            let error = source.error(from, message).also(first, "the first one");
            errors.push(error.help("an edge is ridden both ways and is given once for each line"));
        }
        ways[group].push((a, b, length.get()));
    }
    no_lines.tell(&mut errors);
    no_stations.tell(&mut errors);
    errors.or(ways)
}

/// A line of a group that has no edge is none of this network.
fn lost_lines(source: &Source, groups: &[GroupHead], rows: &[EdgeRow]) -> Result<(), Diagnostics> {
    let known: BTreeSet<&str> = rows.iter().map(|[line, ..]| line.get_ref().as_str()).collect();
    let mut errors = Diagnostics::default();
    let lines = groups.iter().flat_map(|group| &group.lines);
    for line in lines.filter(|line| !known.contains(line.get_ref().as_str())) {
        let error = source.error(line, format!("line `{}` is not in the network", line.get_ref()));
        errors.push(error.help("give its edges in edges.csv, or remove it here"));
    }
    errors.or(())
}

/// A station that no edge leads to can never be reached.
fn unused(source: &Source, stations: &[StationRow], ways: &[Ways]) -> Result<(), Diagnostics> {
    let used: BTreeSet<StationId> = ways.iter().flatten().flat_map(|&(a, b, _)| [a, b]).collect();
    let mut errors = Diagnostics::default();
    for (id, row) in (0..=u16::MAX).map(StationId).zip(stations) {
        if !used.contains(&id) {
            errors.push(source.error(&row.name, format!("no edge leads to `{}`", row.name.get_ref())));
        }
    }
    errors.or(())
}

/// The metres between all stations of one group.
struct Metres {
    nodes: BTreeMap<StationId, NodeIndex>,
    /// For each node, the way to every node.
    rows: Vec<Vec<u64>>,
}

impl Metres {
    fn stations(&self) -> impl Iterator<Item = StationId> {
        self.nodes.keys().copied()
    }

    fn between(&self, from: StationId, to: StationId) -> u32 {
        let metres = self.rows[self.nodes[&from].index()][self.nodes[&to].index()];
        u32::try_from(metres).unwrap_or(u32::MAX)
    }
}

/// A group that its lines do not hold together.
enum Loose<'a> {
    Empty,
    Parted(&'a str, &'a str),
}

impl Loose<'_> {
    fn at(&self, source: &Source, group: &Spanned<String>) -> Diagnostic {
        let name = group.get_ref();
        match self {
            Self::Empty => source.error(group, format!("no edge is on a line of group `{name}`")),
            Self::Parted(from, to) => source
                .error(group, format!("group `{name}` is not connected"))
                .label(format!("no way leads from `{from}` to `{to}` on its lines"))
                .help("add the missing edge to edges.csv, or make two groups of it"),
        }
    }
}

fn shortest<'a>(ways: &Ways, stations: &'a [Station]) -> Result<Metres, Loose<'a>> {
    let mut graph: UnGraph<StationId, u64> = UnGraph::default();
    let mut nodes = BTreeMap::new();
    for &(from, to, metres) in ways {
        let [from, to] = [from, to].map(|id| *nodes.entry(id).or_insert_with(|| graph.add_node(id)));
        graph.add_edge(from, to, metres.into());
    }
    if nodes.is_empty() {
        return Err(Loose::Empty);
    }
    let name = |node: NodeIndex| &*stations[usize::from(graph[node].0)].name;
    let row = |from| {
        let reached = dijkstra(&graph, from, None, |way| *way.weight());
        let metres = |to| reached.get(&to).copied().ok_or(Loose::Parted(name(from), name(to)));
        graph.node_indices().map(metres).collect()
    };
    let rows = graph.node_indices().map(row).collect::<Result<_, _>>()?;
    Ok(Metres { nodes, rows })
}

#[cfg(test)]
mod tests;
