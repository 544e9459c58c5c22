//! From taps as written to steps in the order of time.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use toml::Spanned;
use tunion_data::Fen;
use tunion_data::civil::DateTime;
use tunion_fare::{StopId, Tariff};
use tunion_terminal::Charge;

use super::cast::Cast;
use super::schema::{RepeatTable, Station, TapTable};
use super::{Act, Expect, Step, TerminalEntry, air, expect, fault, office, refund};
use crate::diag::{Diagnostic, Diagnostics, Place, Repeats, Source};
use crate::terminal::TerminalFile;
use crate::terminal::TerminalKind::{BusReader, Enquiry, Pos, RailGate, TicketOffice, TopUp};
use crate::terminal::fit::{self, Field};
use crate::terminal::guards;

/// The steps in the order of time, those of the same second in the order of the file.
pub(super) fn steps(
    source: &Source,
    taps: &[Spanned<TapTable>],
    cast: &Cast,
) -> Result<Vec<Step>, Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut unknown = Unknown { cards: Repeats::new("tap"), terminals: Repeats::new("tap") };
    let mut steps = Vec::new();
    for tap in taps {
        let Some(step) = errors.keep(step(source, tap, cast, &mut unknown)) else { continue };
        let Some(times) = errors.keep(times(source, tap.get_ref())) else { continue };
        steps.extend(times.into_iter().map(|at| (tap, Step { at, ..step.clone() })));
    }
    unknown.cards.tell(&mut errors);
    unknown.terminals.tell(&mut errors);
    steps.sort_by_key(|(_, step)| step.at);
    errors.keep(one_at_a_time(source, &steps));
    errors.or(steps.into_iter().map(|(_, step)| step).collect())
}

/// Names that the scenario does not have.
struct Unknown<'a> {
    cards: Repeats<'a>,
    terminals: Repeats<'a>,
}

fn step<'a>(
    source: &Source,
    tap: &'a Spanned<TapTable>,
    cast: &Cast,
    unknown: &mut Unknown<'a>,
) -> Result<Step, Diagnostics> {
    let table = tap.get_ref();
    let mut errors = Diagnostics::default();
    let card = unknown.cards.keep(table.card.get_ref(), || cast.card(source, &table.card));
    let expect = table.expect.as_ref().map(|expect| expect::expect(source, expect));
    let expect = errors.keep(expect.unwrap_or(Ok(Expect::default())));
    let terminal =
        unknown.terminals.keep(table.terminal.get_ref(), || cast.terminal(source, &table.terminal));
    let Some(terminal) = terminal else { return Err(errors) };
    let entry = &cast.terminals[terminal];
    let act = errors.keep(act(source, tap, entry));
    let charge = errors.keep(charge(source, table, entry));
    let cards = errors.keep(cards(source, table.cards.as_ref()));
    let fault = table.fault.as_ref().map(|fault| fault::fault(source, fault, entry.file.kind));
    let fault = errors.keep(fault.transpose());
    let air = errors.keep(table.air.as_ref().map(|air| air::air(source, air)).transpose());
    let host = errors.keep(refund::host(source, table.host.as_ref(), entry));
    let (Some(card), Some(expect), Some(act), Some(charge), Some(fault), Some(air)) =
        (card, expect, act, charge, fault, air)
    else {
        return Err(errors);
    };
    let (host_is_down, cards) = (host.unwrap_or_default(), cards.unwrap_or(1));
    let at = table.at.get_ref().0;
    let line = source.line(tap);
    errors.or(Step { at, card, cards, terminal, act, charge, fault, air, host_is_down, expect, line })
}

/// How many cards are in the field at once.
fn cards(source: &Source, cards: Option<&Spanned<u8>>) -> Result<u8, Diagnostic> {
    match cards {
        None => Ok(1),
        Some(cards) if *cards.get_ref() < 2 => {
            let error = source.error(cards, format!("a tap with `cards = {}`", cards.get_ref()));
            Err(error.help("leave it out for one card; cards = 2 holds two to the terminal at once"))
        }
        Some(cards) => Ok(*cards.get_ref()),
    }
}

/// Line and station fit into what this gate writes.
fn fits(
    source: &Source,
    tap: &TapTable,
    line: u8,
    station: u16,
    entry: &TerminalEntry,
) -> Result<(), Diagnostic> {
    let place = tap.enter.as_ref().or(tap.exit.as_ref());
    let (Some(place), false) = (place, guards::fits(entry.file.profile.rail.tail, line, station)) else {
        return Ok(());
    };
    let error = source.error(place, format!("this gate cannot write line {line}, station {station}"));
    Err(error.help(format!("its records have two digits for each: up to {}", guards::XIAN_MOST)))
}

/// What the card holder does: exactly one thing, and one that this kind of terminal is for.
fn act(source: &Source, tap: &Spanned<TapTable>, entry: &TerminalEntry) -> Result<Act, Diagnostics> {
    let TapTable { enter, exit, stop, load, enquire, line, settle, buy, refund, lock, station: at, .. } =
        tap.get_ref();
    let kind = entry.file.kind;
    let (acts, acted) = match kind {
        RailGate => ("give `enter` or `exit` with a station", enter.is_some() || exit.is_some()),
        BusReader => ("give `stop`: where the bus is", stop.is_some()),
        TopUp => ("give `load` with an amount", load.is_some()),
        Enquiry => ("give `enquire = true`", enquire.is_some()),
        TicketOffice => (
            "give `settle` with an area, `refund = true`, `lock = true` or `enquire = true`",
            settle.is_some() || enquire.is_some() || refund.is_some() || lock.is_some(),
        ),
        Pos => ("give `buy` with an amount", buy.is_some()),
    };
    let fields = [
        Field::new("enter", enter.as_ref(), &[RailGate]),
        Field::new("exit", exit.as_ref(), &[RailGate]),
        Field::new("line", line.as_ref(), &[RailGate, TicketOffice, Enquiry]),
        Field::new("stop", stop.as_ref(), &[BusReader]),
        Field::new("load", load.as_ref(), &[TopUp]),
        Field::new("enquire", enquire.as_ref(), &[Enquiry, TicketOffice]),
        Field::new("settle", settle.as_ref(), &[TicketOffice]),
        Field::new("buy", buy.as_ref(), &[Pos]),
        Field::new("refund", refund.as_ref(), &[TicketOffice]),
        Field::new("lock", lock.as_ref(), &[TicketOffice]),
        Field::new("station", at.as_ref(), &[TicketOffice, Enquiry]),
    ];
    fit::unused(source, kind, &fields, (!acted).then_some(acts))?;
    let line = line.as_ref().map_or(0, |line| *line.get_ref());
    if let (Some(enter), Some(exit)) = (enter, exit) {
        let error = source.error(exit, "a tap cannot both enter and exit");
        return Err(error.also(enter, "it enters").help("write two taps").into());
    }
    if let Some(enter) = enter {
        let station = station(source, enter, &entry.file)?;
        fits(source, tap.get_ref(), line, station, entry)?;
        Ok(Act::Enter { station, line })
    } else if let Some(exit) = exit {
        let station = station(source, exit, &entry.file)?;
        fits(source, tap.get_ref(), line, station, entry)?;
        Ok(Act::Exit { station, line })
    } else if let Some(stop) = stop {
        Ok(Act::Bus { stop: self::stop(source, stop, entry)? })
    } else if let Some(load) = load {
        match load.get_ref().0 {
            Fen::ZERO => {
                let error = source.error(load, "a top-up of nothing");
                Err(error.help("give the amount, such as load = \"50.00\"").into())
            }
            amount => Ok(Act::Load(amount)),
        }
    } else if let Some(settle) = settle {
        office::settle(source, settle, tap.get_ref(), entry)
    } else if let Some(buy) = buy {
        Ok(Act::Buy(buy.get_ref().0))
    } else if refund.is_some() || lock.is_some() {
        refund::act(source, tap.get_ref(), entry)
    } else if let Some(enquire) = enquire {
        if *enquire.get_ref() {
            Ok(Act::Enquire(office::place(source, tap.get_ref(), entry)?))
        } else {
            Err(source.error(enquire, "an enquiry is asked for by `enquire = true`").into())
        }
    } else {
        let message = format!("this tap does not say what the card does at {kind}");
        Err(source.error(&tap.get_ref().terminal, message).help(acts).into())
    }
}

/// The station's code: by its name in the network, or the number that the controller knows it by.
pub(super) fn station(
    source: &Source,
    station: &Spanned<Station>,
    file: &TerminalFile,
) -> Result<u16, Diagnostic> {
    let network = file.tariff.as_deref().and_then(Tariff::network);
    match (station.get_ref(), network) {
        (Station::Named(name), Some(network)) => {
            let name = Spanned::new(station.span(), name.clone());
            let named = source.choose(&name, "station", network.stations().map(|(_, s)| (&*s.name, s.code)));
            named.map_err(|error| match &file.tariff {
                Some(tariff) if !error.is_helped() => error.help(format!(
                    "stations are named as in stations.csv of the network that {} names",
                    tariff.head().file
                )),
                _ => error,
            })
        }
        (Station::Numbered(number), None) => Ok(*number),
        (Station::Named(_), None) => Err(source
            .error(station, "the controller of this gate knows stations by their numbers only")
            .help("write a number without quotes, such as 12")),
        (Station::Numbered(number), Some(network)) => {
            let error = source.error(station, "the stations of this gate have names");
            let coded = network.station_coded(*number).and_then(|id| network.station(id));
            Err(match coded {
                Some(station) => error.help(format!("{number} is the code of \"{}\"", station.name)),
                None => error.help("write the name in quotes"),
            })
        }
    }
}

fn stop(source: &Source, name: &Spanned<String>, entry: &TerminalEntry) -> Result<StopId, Diagnostic> {
    let lines = entry.file.tariff.as_deref().and_then(Tariff::bus_lines);
    let line = lines.zip(entry.bus).and_then(|(lines, bus)| lines.line(bus.line));
    let stops = line.map_or(&[][..], |line| &line.stops).iter().zip((0..=u8::MAX).map(StopId));
    let what = format!("stop of line {}:", line.map_or("", |line| &line.name));
    source.choose(name, &what, stops.map(|(stop, id)| (&*stop.name, id)))
}

/// The controller's fare: due at exits and offices where the controller names it, and nowhere else.
fn charge(source: &Source, table: &TapTable, entry: &TerminalEntry) -> Result<Option<Charge>, Diagnostic> {
    let controlled = matches!(entry.file.kind, RailGate | TicketOffice) && entry.file.tariff.is_none();
    let settle = table.settle.as_ref().filter(|settle| office::goes_by_fare(settle.get_ref(), entry));
    let exit = table.exit.as_ref().map(|exit| (Place::from(exit), "gate"));
    let asks = exit.or_else(|| settle.map(|settle| (Place::from(settle), "office")));
    match (&table.fare, asks.filter(|_| controlled)) {
        (Some(fare), Some(_)) => {
            Ok(Some(Charge { list: fare.get_ref().list.0, charged: fare.get_ref().charged.0 }))
        }
        (None, Some((place, asker))) => Err(source
            .error(place, format!("the controller of this {asker} has to name the fare"))
            .help("add fare = { list = \"4.00\", charged = \"4.00\" }")),
        (Some(fare), None) => Err(source.error(fare, "no controller is asked for a fare here").help(
            "only exits have one, and offices that settle by it, where the profile says `fare = \"controller\"`",
        )),
        (None, None) => Ok(None),
    }
}

/// When the tap is made.
fn times(source: &Source, table: &TapTable) -> Result<Vec<DateTime>, Diagnostics> {
    let first = table.at.get_ref().0;
    let Some(RepeatTable { times, every_days }) = &table.repeat else { return Ok(vec![first]) };
    let mut errors = Diagnostics::default();
    let Some(every_days) = every_days else {
        let error = source.error(times, "how many days lie between these taps?");
        return Err(error.help("add every-days: repeat = { times = 10, every-days = 1 }").into());
    };
    if *times.get_ref() == 0 {
        errors
            .push(source.error(times, "a tap that is made 0 times").help("leave it out, or write times = 1"));
    }
    if *every_days.get_ref() == 0 {
        let error = source.error(every_days, "taps every 0 days fall on the same second");
        errors.push(error.help("write every-days = 1 for a tap each day"));
    }
    let every = Duration::from_secs(86_400) * u32::from(*every_days.get_ref());
    let at = |number: u16| first.checked_add(every * u32::from(number)).ok();
    let all: Option<Vec<_>> = (0..*times.get_ref()).map(at).collect();
    let all = all.ok_or_else(|| source.error(times, "the last of these taps is after the year 9999"));
    let all = errors.keep(all).unwrap_or_default();
    errors.or(all)
}

/// No card is tapped twice in the same second.
fn one_at_a_time(source: &Source, steps: &[(&Spanned<TapTable>, Step)]) -> Result<(), Diagnostics> {
    let mut errors = Diagnostics::default();
    let mut last = HashMap::new();
    let mut told = HashSet::new();
    for (tap, step) in steps {
        let before = last.insert(step.card, (*tap, step.at));
        let Some((first, _)) = before.filter(|(_, at)| *at == step.at) else { continue };
        if told.insert((first.span().start, tap.span().start)) {
            let card = tap.get_ref().card.get_ref();
            let message = format!("card `{card}` is tapped twice at {}", step.at);
            let error = source.error(&tap.get_ref().at, message).label("the second tap");
            errors.push(error.also(&first.get_ref().at, "the first tap"));
        }
    }
    errors.or(())
}
