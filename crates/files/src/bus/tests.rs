#![allow(clippy::unwrap_used, reason = "tests")]

use insta::assert_snapshot;
use tunion_fare::{BusLines, StopId};

use super::{Diagnostics, Source, compile, load};

const HEAD: &str = "version = 1\nname = \"small\"\ncity = \"1000\"\nprovenance = \"made up\"\n\
                    classes = [\"ordinary\", \"night\"]\n";
const LINES: &str = "# made up\ncode,direction,line,class\n1,0,331,ordinary\n1,1,331,ordinary\n";
const STOPS: &str = "# made up\ncode,direction,seq,stop,number\n1,0,1,甲,1\n1,0,2,乙,4\n1,0,3,丙,12\n\
                     1,1,1,丙,12\n1,1,2,甲,1\n";

fn lines(head: &str, lines: &str, stops: &str) -> Result<BusLines, Diagnostics> {
    compile(
        &Source::new("bus.toml", head),
        &Source::new("lines.csv", lines),
        &Source::new("stops.csv", stops),
    )
}

fn fault(head: &str, table: &str, stops: &str) -> String {
    lines(head, table, stops).unwrap_err().to_string()
}

#[test]
fn a_line_and_its_way_back() {
    let lines = lines(HEAD, LINES, STOPS).unwrap();
    let there = lines.line(lines.line_named("331", 0).unwrap()).unwrap();
    let back = lines.line(lines.line_coded(1, 1).unwrap()).unwrap();
    assert_eq!(there.difference(StopId(1), StopId(2)), Some(8));
    assert_eq!(there.farther_end(StopId(1)), Some(8));
    assert_eq!(back.stop_named("甲"), Some(StopId(1)));
    assert_eq!(back.farther_end(StopId(2)), None);
    assert_eq!(lines.line_named("331", 2), None);
}

#[test]
fn faults_in_lines() {
    assert_snapshot!(fault(HEAD, &LINES.replace("1,0,331,ordinary", "1,0,331,ordinery"), STOPS));
    assert_snapshot!(fault(HEAD, &LINES.replace("1,1,331", "1,0,331"), STOPS));
    assert_snapshot!(fault(HEAD, &LINES.replace("1,1,331", "1,2,331"), STOPS));
    assert_snapshot!(fault(HEAD, &format!("{LINES}2,0,332,night\n"), STOPS));
}

#[test]
fn faults_in_stops() {
    assert_snapshot!(fault(HEAD, LINES, &STOPS.replace("1,0,2,乙,4", "1,0,3,乙,4")));
    assert_snapshot!(fault(HEAD, LINES, &STOPS.replace("1,0,2,乙,4", "1,0,2,乙,four")));
    assert_snapshot!(fault(HEAD, LINES, &format!("{STOPS}7,0,1,甲,1\n")));
    assert_snapshot!(fault(
        HEAD,
        LINES,
        &STOPS.replace("1,0,1,甲,1\n", "1,0,1,甲,11\n").replace("1,0,2,乙,4", "1,0,2,乙,1")
    ));
}

/// What follows from a fault in one row is not told again at the others.
#[test]
fn one_fault_is_told_once() {
    let count = |stops: &str| lines(HEAD, LINES, stops).unwrap_err().iter().count();
    assert_eq!(count(&STOPS.replace("1,0,1,甲,1", "1,0,one,甲,1")), 1);
    assert_eq!(count(&STOPS.replace("1,0,1,甲,1", "1,0,1,甲,one")), 1);
    assert_eq!(count(&STOPS.replace("1,0,1,甲,1", "one,0,1,甲,1")), 1);
    assert_eq!(count(&STOPS.replace("1,0,1,甲,1\n", "")), 1);
    assert_snapshot!(fault(HEAD, LINES, &STOPS.replace("1,1,", "2,1,")));
}

#[test]
fn stops_may_share_a_number() {
    lines(HEAD, LINES, &STOPS.replace("1,0,2,乙,4", "1,0,2,乙,12")).unwrap();
}

#[test]
fn faults_in_the_head() {
    assert_snapshot!(fault(&HEAD.replace("\"night\"", "\"ordinary\""), LINES, STOPS));
    assert_snapshot!(fault(&HEAD.replace("classes", "class"), LINES, STOPS));
}

#[test]
fn beijing_in_figures() {
    let lines = load(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/networks/beijing-bus")).unwrap();
    let shape: Vec<String> = lines
        .lines()
        .map(|(_, line)| {
            let class = lines.class(line.class).unwrap();
            let (stops, longest) = (line.stops.len(), line.longest().unwrap());
            format!("{}/{} {} {class}: {stops} stops, {longest}", line.code, line.direction, line.name)
        })
        .collect();
    assert_snapshot!(shape.join("\n"));
}
