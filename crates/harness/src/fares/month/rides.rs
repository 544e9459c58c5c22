//! From the words of a command line to rides.

use std::collections::BTreeSet;

use toml::Spanned;
use tunion_data::Fen;
use tunion_data::civil::Date;
use tunion_fare::{BusLines, Clause, GroupId, Ledger, LineId, Network, Places, Ride, StopId, Taps, Tariff};
use tunion_files::diag::{Diagnostic, Source};

use super::{Plan, Rides, argument, journey};

/// An option of the command line, and what was given for it.
pub(super) type Said = (&'static str, String);

/// The rides of a plan by the tariff of a day, each with the words it comes from.
pub(super) fn rides(tariff: &Tariff, plan: &Plan, day: Date) -> Result<Vec<(Said, Ride)>, Diagnostic> {
    match &plan.rides {
        Rides::List(list) => Ok(vec![(("--list", list.to_string()), costing(tariff, plan, *list, day)?)]),
        Rides::Named(named) => {
            let ride = |text: &String| Ok((("--ride", text.clone()), between(tariff.places(), text)?));
            named.iter().map(ride).collect()
        }
    }
}

/// What a name in an argument stands for.
pub(super) fn choose<'a, T>(
    option: &str,
    text: &str,
    what: &str,
    known: impl IntoIterator<Item = (&'a str, T)>,
) -> Result<T, Diagnostic> {
    Source::new(option, text).choose(&Spanned::new(0..text.len(), text.to_owned()), what, known)
}

fn between(places: &Places, text: &str) -> Result<Ride, Diagnostic> {
    match places {
        Places::Rail(network) => on_rail(network, text),
        Places::Bus(lines) => on_bus(lines, text),
    }
}

/// The words of a text with their places.
fn words(text: &str) -> Vec<Spanned<String>> {
    let start = |word: &str| word.as_ptr().addr() - text.as_ptr().addr();
    text.split_whitespace()
        .map(|word| Spanned::new(start(word)..start(word) + word.len(), word.to_owned()))
        .collect()
}

fn on_rail(network: &Network, text: &str) -> Result<Ride, Diagnostic> {
    // A station's name can hold a space, so every way to cut the text in two is tried.
    let mut cuts = text.match_indices(' ').map(|(at, _)| (text[..at].trim(), text[at..].trim()));
    let found = cuts.find_map(|(from, to)| network.station_named(from).zip(network.station_named(to)));
    if let Some((from, to)) = found {
        return Ok(Ride::Rail { from, to, group: None });
    }
    let source = Source::new("--ride", text);
    let words = words(text);
    let [from, to] = &words[..] else {
        let error = source.error(0..text.len(), "a ride is two stations");
        return Err(error.help("give them in quotes with a space between, such as --ride \"西二旗 五道口\""));
    };
    let station =
        |name| source.choose(name, "station", network.stations().map(|(id, station)| (&*station.name, id)));
    Ok(Ride::Rail { from: station(from)?, to: station(to)?, group: None })
}

fn on_bus(lines: &BusLines, text: &str) -> Result<Ride, Diagnostic> {
    let source = Source::new("--ride", text);
    let words = words(text);
    let [line, on, off] = &words[..] else {
        let error = source.error(0..text.len(), "a ride is a line and two stops");
        return Err(
            error.help("give them in quotes with spaces between, such as --ride \"331 五道口 清华园\"")
        );
    };
    // Both directions have the name of the line, and of the stops.
    let names: BTreeSet<&str> = lines.lines().map(|(_, line)| &*line.name).collect();
    source.choose(line, "line", names.into_iter().map(|name| (name, ())))?;
    let ways = || (0..=1).filter_map(|direction| lines.line_named(line.get_ref(), direction));
    let stop = |line, name: &str| Some((line, lines.line(line)?.stop_named(name)?));
    // The direction in which the rider gets on before getting off.
    let way = |id| stop(id, on.get_ref()).zip(stop(id, off.get_ref()));
    let forward = |((line, on), (_, off)): ((LineId, StopId), (LineId, StopId))| {
        (on <= off).then_some(Ride::Bus { line, on, off: Some(off) })
    };
    if let Some(ride) = ways().filter_map(way).find_map(forward) {
        return Ok(ride);
    }
    let stops =
        ways().filter_map(|id| lines.line(id)).flat_map(|line| line.stops.iter().map(|stop| &*stop.name));
    let stops: BTreeSet<&str> = stops.collect();
    for name in [on, off] {
        source.choose(name, "stop on this line", stops.iter().map(|stop| (*stop, ())))?;
    }
    Err(source.error(0..text.len(), "no bus of this line goes from the first to the second"))
}

/// A distance that costs this much by the list; one that counts, if there is such.
fn costing(tariff: &Tariff, plan: &Plan, list: Fen, day: Date) -> Result<Ride, Diagnostic> {
    let entered = day.to_datetime(plan.times.first().copied().unwrap_or_default());
    let distances = || tariff.rules().filter_map(|(_, rule)| distance(&rule.clause, list));
    let groups = tariff.places().groups().map(|(group, _)| group);
    let rides = groups.flat_map(|group| distances().map(move |distance| bare(group, distance)));
    let priced = |ride: &Ride| tariff.price(&journey(plan, *ride, entered), &Ledger::default()).ok();
    let fit: Vec<(Ride, bool)> = rides
        .filter_map(|ride| Some((ride, priced(&ride)?)))
        .filter(|(_, priced)| priced.list == list)
        .map(|(ride, priced)| (ride, priced.ledger != Ledger::default()))
        .collect();
    let counting = fit.iter().find(|(_, counts)| *counts).or(fit.first());
    counting.map(|(ride, _)| *ride).ok_or_else(|| {
        let error = argument("--list", &list, format!("no distance costs {list} yuan"));
        error.help(format!("the list prices are {}", prices(tariff)))
    })
}

fn bare(group: GroupId, distance: u32) -> Ride {
    Ride::Distance { group, distance, taps: Taps::Both }
}

/// The farthest distance that this clause prices so.
fn distance(clause: &Clause, list: Fen) -> Option<u32> {
    match *clause {
        Clause::Band { to, grace, price, .. } if price == list => Some(to.saturating_add(grace)),
        Clause::Flat { price } if price == list => Some(0),
        Clause::Beyond { over, grace, base, every, add } => {
            let steps = list.checked_sub(base)?.get().checked_div(add.get())?;
            over.checked_add(grace)?.checked_add(every.get().checked_mul(steps)?)
        }
        _ => None,
    }
}

/// The list prices of a tariff in words.
fn prices(tariff: &Tariff) -> String {
    let mut amounts: Vec<Fen> = Vec::new();
    let mut beyond = String::new();
    for (_, rule) in tariff.rules() {
        match rule.clause {
            Clause::Band { price, .. } | Clause::Flat { price } => amounts.push(price),
            Clause::Beyond { base, add, .. } => beyond = format!(", and from {base} on {add} more and so on"),
            _ => {}
        }
    }
    amounts.sort_unstable();
    amounts.dedup();
    amounts.iter().map(Fen::to_string).collect::<Vec<_>>().join(", ") + &beyond
}
