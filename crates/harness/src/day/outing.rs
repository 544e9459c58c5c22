//! What a holder does at a kind of terminal: a few taps, one behind the other.

use super::dice::Dice;
use super::kind::Fleet;
use tunion_data::Fen;
use tunion_fare::{StopId, Tariff};
use tunion_terminal::{BusReader, Charge, Direction, Place, RailGate, Request};

/// One tap of an outing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Call {
    /// Which terminal of its kind.
    pub(super) post: usize,
    /// Where it is then.
    pub(super) place: Place,
    pub(super) request: Request,
    /// The fare that its controller names, if it does.
    pub(super) charge: Charge,
    /// Seconds since the call before it.
    pub(super) after: u32,
}

const FREE: Charge = Charge { list: Fen::ZERO, charged: Fen::ZERO };

fn call(post: usize, place: Place, request: Request) -> Call {
    Call { post, place, request, charge: FREE, after: 0 }
}

/// Into one station and out of another.
pub(super) fn rail(fleet: &Fleet<'_>, dice: &mut Dice) -> Vec<Call> {
    let gate = |post: usize| match fleet.places.get(post) {
        Some(Place::Rail(gate)) => Some(*gate),
        _ => None,
    };
    let choose = |direction: Direction, dice: &mut Dice| {
        let all = (0..fleet.places.len())
            .filter(|post| gate(*post).is_some_and(|gate| gate.direction == direction));
        let all: Vec<usize> = all.collect();
        dice.pick(&all).copied()
    };
    let (Some(entry), Some(mut exit)) = (choose(Direction::Entry, dice), choose(Direction::Exit, dice))
    else {
        return Vec::new();
    };
    // Whoever changes between groups of lines goes through gates there; a few do not.
    while !dice.permille(20) && !is_priced(fleet, gate(entry), gate(exit)) {
        exit = choose(Direction::Exit, dice).unwrap_or(exit);
    }
    let tap = |post: usize, after| {
        let place = *fleet.places.get(post)?;
        Some(Call { after, ..call(post, place, Request::Ride) })
    };
    let minutes = match dice.below(100) {
        // Too long: the fare grows.
        0 => dice.between(241, 300),
        _ => dice.between(4, 75),
    };
    let fare = Fen::from_yuan(dice.between(3, 9));
    let mut calls: Vec<Call> = tap(entry, 0).into_iter().collect();
    // Some go in twice, and a few never come out.
    if dice.permille(15) {
        calls.extend(tap(entry, dice.between(5, 90)));
    }
    if !dice.permille(25) {
        let exit = tap(exit, minutes * 60 + dice.below(60));
        calls.extend(exit.map(|exit| Call { charge: Charge { list: fare, charged: fare }, ..exit }));
    }
    calls
}

/// Whether a ride between two gates has a fare: one group of lines has both stations, or a controller names it.
fn is_priced(fleet: &Fleet<'_>, from: Option<RailGate>, to: Option<RailGate>) -> bool {
    let Some(network) = fleet.file.tariff.as_deref().and_then(Tariff::network) else { return true };
    let groups = |gate: Option<RailGate>| {
        let station = gate.and_then(|gate| network.station_coded(gate.station));
        station.into_iter().flat_map(|station| network.groups_at(station))
    };
    groups(from).any(|group| groups(to).any(|other| other == group))
}

/// On at one stop and off at a later one; on lines of one price the first tap is all.
pub(super) fn bus(fleet: &Fleet<'_>, dice: &mut Dice) -> Vec<Call> {
    let post = dice.index(fleet.places.len());
    let Some(Place::Bus(reader)) = fleet.places.get(post).copied() else { return Vec::new() };
    let lines = fleet.file.tariff.as_deref().and_then(Tariff::bus_lines);
    let Some((lines, line)) = lines.and_then(|lines| Some((lines, lines.line(reader.line)?))) else {
        return Vec::new();
    };
    let last = u32::try_from(line.stops.len().saturating_sub(1)).unwrap_or(0);
    let on = dice.below(last.max(1));
    let off = dice.between(on + 1, last.max(on + 1));
    let tap = |stop: u32, after| {
        let stop = StopId(u8::try_from(stop.min(last)).unwrap_or(0));
        Call { after, ..call(post, Place::Bus(BusReader { stop, ..reader }), Request::Ride) }
    };
    let class = lines.class(line.class).unwrap_or_default();
    let mut calls = vec![tap(on, 0)];
    let pays_at_once = fleet.file.profile.bus.single_tap_classes.iter().any(|name| name == class);
    // Some forget to tap off.
    if !pays_at_once && !dice.permille(80) {
        calls.push(tap(off, (off - on) * 150 + dice.below(240)));
    }
    calls
}

/// A load, most often of an amount that the host allows.
pub(super) fn top_up(fleet: &Fleet<'_>, dice: &mut Dice) -> Vec<Call> {
    let post = dice.index(fleet.places.len());
    let amount = match dice.below(20) {
        0 => Fen::new(1550),
        1 => Fen::from_yuan(1000),
        other => Fen::from_yuan(if other < 8 { 20 } else { 50 }),
    };
    fleet.places.get(post).map(|place| call(post, *place, Request::Load(amount))).into_iter().collect()
}

/// A look at the balance.
pub(super) fn enquiry(fleet: &Fleet<'_>, dice: &mut Dice) -> Vec<Call> {
    let post = dice.index(fleet.places.len());
    fleet.places.get(post).map(|place| call(post, *place, Request::Enquire)).into_iter().collect()
}

/// Another terminal that stands where this one does.
pub(super) fn beside(fleet: &Fleet<'_>, call: Call) -> Option<Call> {
    let here = fleet.places.get(call.post)?;
    let others = fleet.places.iter().enumerate().filter(|(post, place)| *post != call.post && *place == here);
    others.map(|(post, _)| Call { post, ..call }).next()
}
