//! Where a profile's terminals stand, as far as the flows need to know.

use super::flow::{LOADED, Visit};
use tunion_data::Fen;
use tunion_data::civil::date;
use tunion_fare::{BusLine, Journey, Ledger, LineId, Product, Ride, Rider, StopId, Tariff};
use tunion_files::terminal::{TerminalFile, TerminalKind};
use tunion_terminal::{BusReader, Charge, Direction, Place, RailGate, Request};

/// A terminal of a flow; one that moves, as a bus does, stays the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Post {
    Entry,
    Exit,
    Bus,
    AnotherBus,
    Counter,
}

/// Where and for what a card is tapped.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spot {
    pub(super) post: Post,
    pub(super) place: Place,
    pub(super) request: Request,
    /// The controller's fare, where it makes it.
    pub(super) charge: Charge,
}

/// What a controller charges in every flow.
const CHARGE: Charge = Charge { list: Fen::from_yuan(4), charged: Fen::from_yuan(4) };
/// What a ride of a flow costs at most.
const MOST: Fen = Fen::from_yuan(10);
/// Stations of a city whose controller alone knows them.
const STATIONS: (u16, u16) = (1, 2);
/// Vehicles.
const BUSES: [[u8; 8]; 2] = [*b"A1001   ", *b"B2001   "];

/// Where a profile's terminals serve this visit; `None` where they do not.
pub(super) fn spot(visit: Visit, file: &TerminalFile) -> Option<Spot> {
    let (kind, request) = match visit {
        Visit::Enter | Visit::Exit => (TerminalKind::RailGate, Request::Ride),
        Visit::Board | Visit::Alight | Visit::BoardAnother | Visit::Single => {
            (TerminalKind::BusReader, Request::Ride)
        }
        Visit::Load => (TerminalKind::TopUp, Request::Load(LOADED)),
        Visit::Enquire => (TerminalKind::Enquiry, Request::Enquire),
    };
    if file.kind != kind {
        return None;
    }
    let (post, place) = match visit {
        Visit::Enter => (Post::Entry, gate(file, Direction::Entry)?),
        Visit::Exit => (Post::Exit, gate(file, Direction::Exit)?),
        Visit::Board => (Post::Bus, bus(file, 0, |_| 0)?),
        Visit::Alight => (Post::Bus, bus(file, 0, |line| line.stops.len() / 2)?),
        Visit::BoardAnother => (Post::AnotherBus, bus(file, 1, |_| 1)?),
        Visit::Single => (Post::Bus, flat(file)?),
        Visit::Load => (Post::Counter, Place::TopUp),
        Visit::Enquire => (Post::Counter, Place::Enquiry(None)),
    };
    Some(Spot { post, place, request, charge: CHARGE })
}

fn gate(file: &TerminalFile, direction: Direction) -> Option<Place> {
    let (entry, exit) = match file.tariff.as_deref() {
        Some(tariff) => stations(tariff, file)?,
        None => STATIONS,
    };
    let station = if direction == Direction::Entry { entry } else { exit };
    Some(Place::Rail(RailGate { direction, line: 1, station }))
}

/// A station, and the one to which a ride costs the most of those that cost no more than [`MOST`].
fn stations(tariff: &Tariff, file: &TerminalFile) -> Option<(u16, u16)> {
    let network = tariff.network()?;
    let at = date(2026, 11, 23).at(8, 0, 0, 0);
    let rider = Rider::local(Product::Ordinary);
    network.stations().find_map(|(from, entry)| {
        let price = |to| {
            let ride = Ride::Rail { from, to, group: file.profile.rail.group };
            let quote = tariff.quote(&Journey::single(ride, rider, at, at), &Ledger::default()).ok()?;
            Some(quote.charged).filter(|price| !price.is_zero() && *price <= MOST)
        };
        let priced = network.stations().filter_map(|(to, station)| Some((price(to)?, station.code)));
        let (_, exit) = priced.reduce(|best, next| if next.0 > best.0 { next } else { best })?;
        Some((entry.code, exit))
    })
}

/// A place on a line with a price by distance: on the `number`-th of them, or the only one, the stop that
/// `stop` chooses.
fn bus(file: &TerminalFile, number: usize, stop: impl FnOnce(&BusLine) -> usize) -> Option<Place> {
    let (line, found) = lines(file, false).nth(number).or_else(|| lines(file, false).next())?;
    let stop = StopId(u8::try_from(stop(found)).ok()?);
    Some(Place::Bus(BusReader { line, stop, vehicle: *BUSES.get(number)?, rear: false }))
}

/// The first stop of a line where one tap pays the ride.
fn flat(file: &TerminalFile) -> Option<Place> {
    let (line, _) = lines(file, true).next()?;
    Some(Place::Bus(BusReader { line, stop: StopId(0), vehicle: BUSES[0], rear: false }))
}

/// The lines on which one tap pays the ride, or those on which it does not.
fn lines(file: &TerminalFile, single: bool) -> impl Iterator<Item = (LineId, &BusLine)> {
    let lines = file.tariff.as_deref().and_then(Tariff::bus_lines);
    let classes = &file.profile.bus.single_tap_classes;
    lines.into_iter().flat_map(move |lines| {
        lines.lines().filter(move |(_, line)| {
            let class = lines.class(line.class).unwrap_or_default();
            classes.iter().any(|name| name == class) == single
        })
    })
}
