//! One day of all riders, priced.

use std::time::Duration;

use tunion_data::Fen;
use tunion_data::civil::{Date, DateTime};
use tunion_fare::pair::Act;
use tunion_fare::{
    Journey, Ledger, LineId, Priced, Ride, Rider as FareRider, StopId, Tariff, Ticket, TicketId,
};
use tunion_files::city::{City, Mode};

use super::Order;
use super::habit::{HOUR, Pass, Places, Rider, Way, Wish, below, chance, name};
use crate::random::{Stream, stream};

/// The pass that tourists have; where the tariffs sell none of this name they pay each ride.
const PASS: &str = "pass-72h";
const PASS_HOURS: u64 = 72;

/// One row to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Made {
    pub(super) at: DateTime,
    pub(super) card: u32,
    pub(super) act: Act,
    pub(super) rider: FareRider,
    pub(super) pass: Option<Pass>,
    pub(super) charged: Option<Fen>,
    /// Whether the next row made is the tap-off of this boarding.
    pub(super) has_off: bool,
    /// Whether its exit is missing by plan.
    pub(super) lacks_exit: bool,
}

/// What a card keeps from day to day.
#[derive(Clone, Copy, Debug)]
struct State {
    rider: Rider,
    ledger: Ledger,
    /// A boarding without tap-off.
    open: Option<(DateTime, LineId, StopId)>,
    pass: Option<Pass>,
}

/// All riders.
#[derive(Debug)]
pub(super) struct Riders<'c> {
    city: &'c City,
    seed: u64,
    places: Places<'c>,
    states: Vec<State>,
    /// Taps after midnight, which are of the next day.
    after_midnight: Vec<Made>,
    /// From which card on the next rail ride lacks its exit, for each planned one.
    missing_exits: Vec<u32>,
}

impl<'c> Riders<'c> {
    pub(super) fn new(city: &'c City, order: &Order) -> Self {
        let places = Places::new(city);
        let rider = |card| Rider::new(&places, order.seed, card, order.passes);
        let state = |card| State { rider: rider(card), ledger: Ledger::default(), open: None, pass: None };
        let states = (0..order.cards).map(state).collect();
        Self { city, seed: order.seed, places, states, after_midnight: Vec::new(), missing_exits: Vec::new() }
    }

    /// Rail rides of the next day lose their exits: for each number, the first from that card on.
    pub(super) fn plan_missing_exits(&mut self, mut cards: Vec<u32>) {
        cards.sort_unstable_by(|a, b| b.cmp(a));
        // What the day before had no ride for comes first.
        let left = std::mem::take(&mut self.missing_exits).len();
        self.missing_exits = cards;
        self.missing_exits.extend(std::iter::repeat_n(0, left));
    }

    /// What is left of the last day.
    pub(super) fn after_midnight(&mut self) -> Vec<Made> {
        std::mem::take(&mut self.after_midnight)
    }

    /// The taps of a day, card by card.
    pub(super) fn day(&mut self, day: Date) -> Vec<Made> {
        let mut taps = self.after_midnight();
        let mut wishes = Vec::new();
        let tap_number = u64::from(day.day_of_year().unsigned_abs());
        for card in 0..u32::try_from(self.states.len()).unwrap_or(u32::MAX) {
            let random = &mut stream(self.seed, &name(card), tap_number);
            let Some(mut state) = self.state(card) else { continue };
            state.rider.wishes(&self.places, day, random, &mut wishes);
            let mut free_from = 0;
            for wish in &wishes {
                let start = wish.from.max(free_from) + u32::try_from(below(random, 60)).unwrap_or(0);
                let lasts = match wish.way {
                    Way::Rail { .. } => 12 * 60 + u32::try_from(below(random, 60 * 60)).unwrap_or(0),
                    Way::Bus { .. } | Way::Single { .. } => {
                        5 * 60 + u32::try_from(below(random, 40 * 60)).unwrap_or(0)
                    }
                };
                if start >= 24 * HOUR {
                    break;
                }
                free_from = start + lasts + 5 * 60;
                let midnight = day.at(0, 0, 0, 0);
                let times =
                    [start, start + lasts].map(|s| midnight.saturating_add(Duration::from_secs(s.into())));
                self.ride(card, &mut state, *wish, times, random, &mut taps);
            }
            if let Some(kept) = self.states.get_mut(usize::try_from(card).unwrap_or(usize::MAX)) {
                *kept = state;
            }
        }
        let (today, tomorrow) = taps.into_iter().partition(|tap| tap.at.date() == day);
        self.after_midnight = tomorrow;
        today
    }

    fn state(&self, card: u32) -> Option<State> {
        self.states.get(usize::try_from(card).ok()?).copied()
    }

    fn ride(
        &mut self,
        card: u32,
        state: &mut State,
        wish: Wish,
        [entered, exited]: [DateTime; 2],
        random: &mut Stream,
        taps: &mut Vec<Made>,
    ) {
        let rider = FareRider { medium: state.rider.medium, ..FareRider::local(state.rider.product) };
        let tap = |at, act, charged| Made {
            at,
            card,
            act,
            rider,
            pass: None,
            charged,
            has_off: false,
            lacks_exit: false,
        };
        match wish.way {
            Way::Rail { from, to, group } => {
                let pass = self.pass(state, entered, group.is_some());
                let ride = Ride::Rail { from, to, group };
                let Some(priced) = self.price(ride, rider, pass, [entered, exited], &state.ledger) else {
                    return;
                };
                let entry = Made { pass, ..tap(entered, Act::Entry { station: from, group }, None) };
                // An exit after midnight is of another day, whose file it would be missing from.
                if exited.date() == entered.date()
                    && self.missing_exits.last().is_some_and(|from| *from <= card)
                {
                    self.missing_exits.pop();
                    taps.push(Made { lacks_exit: true, ..entry });
                    return;
                }
                state.ledger = priced.ledger;
                let exit = Act::Exit { station: to, group };
                taps.extend([entry, Made { pass, ..tap(exited, exit, Some(priced.charged)) }]);
            }
            Way::Bus { line, on, off } => {
                let off = (!chance(random, 4)).then_some(off);
                let ride = Ride::Bus { line, on, off };
                let Some(priced) = self.price(ride, rider, None, [entered, exited], &state.ledger) else {
                    return;
                };
                if let Some(covered) = self.cover(state, rider, entered) {
                    taps.push(tap(entered, Act::Cover, Some(covered)));
                }
                let board = Made { has_off: off.is_some(), ..tap(entered, Act::On { line, stop: on }, None) };
                taps.push(board);
                match off {
                    Some(stop) => {
                        state.ledger = priced.ledger;
                        taps.push(tap(exited, Act::Off { line, stop }, Some(priced.charged)));
                    }
                    None => state.open = Some((entered, line, on)),
                }
            }
            Way::Single { line, on } => {
                let ride = Ride::Bus { line, on, off: Some(on) };
                let Some(priced) = self.price(ride, rider, None, [entered; 2], &state.ledger) else { return };
                if let Some(covered) = self.cover(state, rider, entered) {
                    taps.push(tap(entered, Act::Cover, Some(covered)));
                }
                state.ledger = priced.ledger;
                taps.push(tap(entered, Act::Single { line, stop: on }, Some(priced.charged)));
            }
        }
    }

    /// What the next use collects for the tap-off that is missing.
    fn cover(&self, state: &mut State, rider: FareRider, at: DateTime) -> Option<Fen> {
        let (entered, line, on) = state.open.take()?;
        let ride = Ride::Bus { line, on, off: None };
        let priced = self.price(ride, rider, None, [entered, at], &state.ledger)?;
        state.ledger = priced.ledger;
        Some(priced.charged)
    }

    /// The pass of a rider who has one, bought at the first ride and again when it is over. Lines with
    /// a price of their own do not take it.
    fn pass(&self, state: &mut State, entered: DateTime, is_special: bool) -> Option<Pass> {
        if !state.rider.has_pass() || is_special {
            return None;
        }
        ticket_named(self.city.tariff(Mode::Rail, entered.date())?, PASS)?;
        let over =
            |pass: Pass| pass.activated.saturating_add(Duration::from_secs(PASS_HOURS * 60 * 60)) <= entered;
        if state.pass.is_none_or(over) {
            state.pass = Some(Pass { activated: entered });
        }
        state.pass
    }

    fn price(
        &self,
        ride: Ride,
        rider: FareRider,
        pass: Option<Pass>,
        [entered, exited]: [DateTime; 2],
        ledger: &Ledger,
    ) -> Option<Priced> {
        let mode = if matches!(ride, Ride::Bus { .. }) { Mode::Bus } else { Mode::Rail };
        let tariff = self.city.tariff(mode, entered.date())?;
        let ticket = match pass {
            Some(pass) => Ticket { kind: ticket_named(tariff, PASS)?, activated: Some(pass.activated) },
            None => Ticket::ORDINARY,
        };
        tariff.price(&Journey { ride, rider, ticket, entered, exited }, ledger).ok()
    }
}

fn ticket_named(tariff: &Tariff, name: &str) -> Option<TicketId> {
    tariff.tickets().find(|(_, known)| *known == name).map(|(id, _)| id)
}

/// The name of the pass, where one is in use.
pub(super) fn ticket(pass: Option<Pass>) -> &'static str {
    pass.map_or("", |_| PASS)
}
