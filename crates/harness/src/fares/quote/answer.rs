//! The priced ride, leg by leg.

use tunion_data::Fen;
use tunion_data::civil::DateTime;
use tunion_fare::{
    BusLine, Counter, CounterId, Fact, FareError, Journey, Ledger, Medium, Place, Quote, Reason, Ride,
    RuleId, StationId, Taps, Tariff, Ticket,
};
use tunion_files::city::{City, Mode};

use super::{Question, Refusal};

/// A ride that was priced.
#[derive(Clone, Debug)]
pub struct Answer<'c> {
    /// The city.
    pub city: &'c City,
    /// The mode.
    pub mode: Mode,
    /// The tariff of the day.
    pub tariff: &'c Tariff,
    /// The ride.
    pub journey: Journey,
    /// Whether no time was given, so that the ride begins now.
    pub is_now: bool,
    /// The bus line.
    pub line: Option<&'c BusLine>,
    /// The parts in the order of travel: several when the ride goes over several groups of lines.
    pub legs: Vec<Leg<'c>>,
    /// The list price, of all legs together.
    pub list: Fen,
    /// What the rider pays.
    pub charged: Fen,
    /// The card's counters before the ride.
    pub before: Ledger,
    /// The card's counters after the ride.
    pub after: Ledger,
}

/// One part of a ride, on one group of lines.
#[derive(Clone, Debug)]
pub struct Leg<'c> {
    /// Where it begins; nothing for a bare distance, and where there was no entry.
    pub from: Option<&'c str>,
    /// Where it ends; nothing for a bare distance, and where there was no tap-off.
    pub to: Option<&'c str>,
    /// The group of lines, or the line class.
    pub group: &'c str,
    /// Metres, or the difference of stop numbers.
    pub distance: u32,
    /// Its price by itself.
    pub quote: Quote,
    /// Whether that price is charged; not when the price of another leg stands for it.
    pub charged: bool,
    /// The rule that joins it to the leg before.
    pub joined: Option<RuleId>,
}

/// Prices a ride.
///
/// # Errors
/// The tariff does not price it, for the reason given.
pub fn price<'c>(question: &Question<'c>) -> Result<Answer<'c>, Refusal> {
    let Question { city, mode, tariff, journey, is_now, .. } = *question;
    let before = question.ledger(&journey);
    let (legs, before) = legs(question, before).map_err(|error| {
        let refusal = Refusal::new(tariff.describe(&error).to_string());
        match error {
            FareError::NotOnGroup(..) => refusal.help("name a line whose gates are there, or none"),
            _ => refusal,
        }
    })?;
    let line = match journey.ride {
        Ride::Bus { line, .. } => tariff.bus_lines().and_then(|lines| lines.line(line)),
        _ => None,
    };
    let paid = || legs.iter().filter(|leg| leg.charged);
    let (list, charged) = (paid().map(|leg| leg.quote.list).sum(), paid().map(|leg| leg.quote.charged).sum());
    let after = legs.last().map_or(before, |leg| leg.quote.ledger);
    Ok(Answer { city, mode, tariff, journey, is_now, line, legs, list, charged, before, after })
}

/// The legs, and the counters before the first.
fn legs<'c>(question: &Question<'c>, before: Ledger) -> Result<(Vec<Leg<'c>>, Ledger), FareError> {
    let Question { tariff, journey, .. } = *question;
    let Ride::Rail { from, to, group } = journey.ride else {
        return Ok(([alone(tariff, &journey, &before)?].into(), before));
    };
    // Most rides stay within one group of lines; an enquiry finds the way of the others.
    let metres = |group| tariff.network()?.group(group)?.metres(from, to);
    if group.is_some_and(|group| metres(group).is_some()) {
        return Ok(([alone(tariff, &journey, &before)?].into(), before));
    }
    let mut before = before;
    let mut enquiry = tariff.enquire(&journey, &before)?;
    if enquiry.legs.len() > 1 {
        // The legs count to the month of the entry, since it is not known when each of them ends.
        let there = question.ledger(&Journey { exited: journey.entered, ..journey });
        if there != before {
            before = there;
            enquiry = tariff.enquire(&journey, &before)?;
        }
    }
    let legs = enquiry.legs.into_iter().map(|leg| Leg {
        from: station(tariff, leg.from),
        to: station(tariff, leg.to),
        group: tariff.places().group_name(leg.group).unwrap_or("?"),
        distance: measured(&leg.quote),
        quote: leg.quote,
        charged: leg.charged,
        joined: leg.joined,
    });
    Ok((legs.collect(), before))
}

/// A ride that is one leg.
fn alone<'c>(tariff: &'c Tariff, journey: &Journey, before: &Ledger) -> Result<Leg<'c>, FareError> {
    let quote = tariff.quote(journey, before)?;
    let (from, to, group) = match journey.ride {
        Ride::Rail { from, to, group } => (station(tariff, from), station(tariff, to), group),
        Ride::NoEntry { to, group } => (None, station(tariff, to), group.or_else(|| priced_at(tariff, to))),
        Ride::Bus { line, on, off } => {
            let line = tariff.bus_lines().and_then(|lines| lines.line(line));
            let stop = |id| line.and_then(|line| line.stop(id)).map(|stop| &*stop.name);
            (stop(on), off.and_then(stop), line.map(|line| line.class))
        }
        Ride::Distance { group, .. } => (None, None, Some(group)),
    };
    let group = group.and_then(|group| tariff.places().group_name(group)).unwrap_or("?");
    Ok(Leg { from, to, group, distance: measured(&quote), quote, charged: true, joined: None })
}

fn station(tariff: &Tariff, id: StationId) -> Option<&str> {
    tariff.network()?.station(id).map(|station| &*station.name)
}

/// The group of lines that a gate without a line is taken to belong to.
fn priced_at(tariff: &Tariff, at: StationId) -> Option<tunion_fare::GroupId> {
    tariff.network()?.groups_at(at).next()
}

/// The distance that the list price is of.
fn measured(quote: &Quote) -> u32 {
    let first = quote.reasons.iter().next();
    match first {
        Some(Reason { fact: Fact::Distance(distance), .. }) => *distance,
        _ => 0,
    }
}

/// A counter of the card, before the ride and after it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counted<'c> {
    pub(super) id: CounterId,
    pub(super) name: &'c str,
    pub(super) before: Counter,
    pub(super) after: Counter,
}

impl Counted<'_> {
    /// Whether the ride counts.
    pub(super) fn counts(&self) -> bool {
        self.before != self.after
    }
}

impl<'c> Answer<'c> {
    /// The tariff's counters.
    pub(super) fn counters(&self) -> impl Iterator<Item = Counted<'c>> + '_ {
        self.tariff.counters().map(|(id, name)| Counted {
            id,
            name,
            before: self.before.get(id),
            after: self.after.get(id),
        })
    }

    /// How many rides it is at the gates.
    pub(super) fn rides(&self) -> usize {
        self.legs.iter().filter(|leg| leg.charged).count()
    }

    /// The surcharges, of all legs together.
    pub(super) fn surcharge(&self) -> Fen {
        self.legs.iter().filter(|leg| leg.charged).map(|leg| leg.quote.surcharge).sum()
    }

    /// The least balance of a card with which the rider may enter; nothing where no place is given, or no card pays
    /// from its purse: a ticket was paid when it was bought.
    pub(super) fn entry_balance(&self) -> Option<Fen> {
        let place = match self.journey.ride {
            Ride::Rail { from, .. } => Place::Station(from),
            Ride::Bus { line, .. } => Place::Line(line),
            Ride::NoEntry { .. } | Ride::Distance { .. } => return None,
        };
        let rider = self.journey.rider;
        let is_purse = matches!(rider.medium, Medium::Card | Medium::Phone)
            && self.journey.ticket.kind == Ticket::ORDINARY.kind;
        self.tariff.entry_balance(place, rider).ok().filter(|_| is_purse)
    }

    /// The time at which the ride ends, where that was a tap.
    pub(super) fn left(&self) -> Option<DateTime> {
        match self.journey.ride {
            Ride::Bus { off: None, .. } | Ride::Distance { taps: Taps::NoExit, .. } => None,
            _ => Some(self.journey.exited),
        }
    }

    /// The time at which it begins, where that was a tap.
    pub(super) fn entered(&self) -> Option<DateTime> {
        match self.journey.ride {
            Ride::NoEntry { .. } => None,
            _ => Some(self.journey.entered),
        }
    }
}
