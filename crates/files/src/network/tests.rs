#![allow(clippy::unwrap_used, reason = "tests")]

use insta::assert_snapshot;
use proptest::prelude::*;
use tunion_fare::{Network, StationId};

use super::{Diagnostics, Source, compile, load};

const HEAD: &str = r#"version = 1
name = "small"
city = "1000"
provenance = "made up"

[[group]]
name = "network"
lines = ["1号线", "2号线"]

[[group]]
name = "tram"
lines = ["西郊线"]
"#;
const STATIONS: &str = "# made up\ncode,station\n1,西直门\n2,五道口\n3,知春路\n4,巴沟\n5,香山\n";
const EDGES: &str = "# made up
line,from,to,metres
1号线,西直门,知春路,4000
1号线,知春路,五道口,1800
2号线,西直门,五道口,5000
2号线,西直门,巴沟,6000
西郊线,巴沟,香山,8700
";

fn network(head: &str, stations: &str, edges: &str) -> Result<Network, Diagnostics> {
    compile(
        &Source::new("network.toml", head),
        &Source::new("stations.csv", stations),
        &Source::new("edges.csv", edges),
    )
}

fn fault(head: &str, stations: &str, edges: &str) -> String {
    network(head, stations, edges).unwrap_err().to_string()
}

fn beijing() -> Network {
    load(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/networks/beijing-rail-2026")).unwrap()
}

#[test]
fn the_way_stays_inside_its_group() {
    let network = network(HEAD, STATIONS, EDGES).unwrap();
    let [x, y] = ["五道口", "巴沟"].map(|name| network.station_named(name).unwrap());
    let metres: Vec<_> = network.groups().map(|(_, group)| group.metres(x, y)).collect();
    assert_eq!(metres, [Some(11_000), None]);
    let names: Vec<_> = network.groups_at(y).map(|id| network.group(id).unwrap().name()).collect();
    assert_eq!(names, ["network", "tram"]);
}

#[test]
fn a_line_without_edges() {
    assert_snapshot!(fault(&HEAD.replace("\"2号线\"]", "\"2号线\", \"20号线\"]"), STATIONS, EDGES));
}

#[test]
fn faults_in_stations() {
    assert_snapshot!(fault(HEAD, &STATIONS.replace("3,知春路", "2,五道口"), EDGES));
    assert_snapshot!(fault(HEAD, &STATIONS.replace("3,知春路", "70000,知春路"), EDGES));
    assert_snapshot!(fault(HEAD, &STATIONS.replace("3,知春路", "3,知春路\n6,清河站"), EDGES));
}

#[test]
fn faults_in_edges() {
    assert_snapshot!(fault(HEAD, STATIONS, &EDGES.replace("西直门,知春路", "西直们,知春路")));
    assert_snapshot!(fault(HEAD, STATIONS, &EDGES.replace("1号线,知春路", "3号线,知春路")));
    assert_snapshot!(fault(HEAD, STATIONS, &EDGES.replace("6000", "0")));
    assert_snapshot!(fault(HEAD, STATIONS, &EDGES.replace("6000", "-6.0")));
    assert_snapshot!(fault(HEAD, STATIONS, &EDGES.replace("西直门,知春路", "知春路,知春路")));
    assert_snapshot!(fault(HEAD, STATIONS, &format!("{EDGES}2号线,五道口,西直门,5100\n")));
    // One misspelt name, told once for all the rows that are right.
    assert_snapshot!(fault(&HEAD.replace("\"1号线\"", "\"1号钱\""), STATIONS, EDGES));
    assert_snapshot!(fault(HEAD, &STATIONS.replace("2,五道口", "2,五道囗"), EDGES));
}

#[test]
fn faults_in_the_head() {
    assert_snapshot!(fault(&HEAD.replace("version = 1", "version = 2"), STATIONS, EDGES));
    assert_snapshot!(fault(&HEAD.replace("\"made up\"", "\"\""), STATIONS, EDGES));
    assert_snapshot!(fault(&HEAD.replace("\"1000\"", "1000"), STATIONS, EDGES));
    assert_snapshot!(fault(&HEAD.replace("\"2号线\"", "\"2号线\", \"西郊线\""), STATIONS, EDGES));
    assert_snapshot!(fault(&HEAD.replace("\"tram\"", "\"network\""), STATIONS, EDGES));
}

#[test]
fn a_group_in_two_parts() {
    let edges = EDGES.replace("2号线,西直门,巴沟,6000", "2号线,巴沟,香山,6000");
    assert_snapshot!(fault(HEAD, STATIONS, &edges));
    assert_snapshot!(fault(&format!("{HEAD}\n[[group]]\nname = \"ferry\"\nlines = []\n"), STATIONS, EDGES));
}

#[test]
fn beijing_in_figures() {
    let network = beijing();
    let shape: Vec<_> = network
        .groups()
        .map(|(_, group)| {
            let (from, to, metres) = group.longest().unwrap();
            let name = |id| network.station(id).unwrap().name.to_string();
            (group.name().to_owned(), group.members().len(), name(from), name(to), metres)
        })
        .collect();
    assert_snapshot!(format!("{} stations\n{shape:#?}", network.stations().count()));
}

#[test]
fn a_station_is_found_by_its_name_and_by_its_code() {
    let network = beijing();
    for (id, station) in network.stations() {
        assert_eq!(network.station_named(&station.name), Some(id));
        assert_eq!(network.station_coded(station.code), Some(id));
    }
    assert_eq!(network.station_named("五道囗"), None);
    assert_eq!(network.station_coded(0), None);
}

/// The compiled table against the definition of a shortest way: it is a metric, and no edge is
/// shorter than what the table says of its ends.
#[test]
fn the_table_is_a_metric() {
    let network = beijing();
    let (_, group) = network.groups().next().unwrap();
    let pick = prop::sample::select(group.members().to_vec());
    let metres = |a: StationId, b: StationId| group.metres(a, b).unwrap();
    proptest!(|(a in pick.clone(), b in pick.clone(), c in pick)| {
        prop_assert_eq!(metres(a, b), metres(b, a));
        prop_assert_eq!(metres(a, b) == 0, a == b);
        prop_assert!(metres(a, c) <= metres(a, b) + metres(b, c));
    });
}
