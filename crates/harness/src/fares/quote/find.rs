//! Names looked up, defaults filled in.

use std::time::Duration;

use tunion_data::civil::DateTime;
use tunion_fare::{
    BusLine, BusLines, Clause, Counter, CounterId, GroupId, Issuer, Journey, Ledger, LineId, Medium, Network,
    Period, Product, Ride, Rider, StationId, StopId, Taps, Tariff, Ticket,
};
use tunion_files::city::{City, Mode};
use tunion_files::diag::unknown;

use super::{Ask, Refusal, time};

/// How long a ride takes of which only one end is given: our reading, no source speaks of it.
const STAY: Duration = Duration::from_secs(30 * 60);

/// A ride with everything found.
#[derive(Clone, Debug)]
pub struct Question<'c> {
    /// The city.
    pub city: &'c City,
    /// The mode.
    pub mode: Mode,
    /// The tariff of the day.
    pub tariff: &'c Tariff,
    /// The ride.
    pub journey: Journey,
    /// What the card paid in the month of the ride before it; on buses nothing reads it.
    pub month_paid: tunion_data::Fen,
    /// Whether no time was given, so that the ride begins now.
    pub is_now: bool,
}

impl Question<'_> {
    /// The card's counters before a ride: the first holds what was paid in the month of the ride.
    pub(super) fn ledger(&self, journey: &Journey) -> Ledger {
        let period = self.tariff.period(CounterId(0), journey);
        let period = period.unwrap_or_else(|| Period::month(journey.exited.date()));
        Counter { period: Some(period), amount: self.month_paid, rides: 0 }.into()
    }
}

/// Finds what an ask is about in a city. A ride without times begins `now`, UTC+8.
///
/// # Errors
/// What is missing, contradicts itself or has no such name, and what would be right.
pub fn find<'c>(ask: &Ask, city: &'c City, now: DateTime) -> Result<Question<'c>, Refusal> {
    let mode = match &ask.mode {
        None => Mode::Rail,
        Some(name) => ask.choose("mode", "mode", name, || Mode::ALL.map(|mode| (mode.name(), mode)))?,
    };
    let (entered, exited, is_now) = ask.times(now)?;
    let tariff = city.tariff(mode, entered.date());
    let tariff = tariff.ok_or_else(|| Refusal::new(city.no_tariff(mode, entered.date())))?;
    if ask.month_paid.is_some() && tariff.counters().next().is_none() {
        let message = "nothing depends on what was paid before: this tariff has no counter";
        return Err(ask.at("month_paid_fen", Refusal::new(message).help("leave it out")));
    }
    let ride = match mode {
        Mode::Rail => ask.rail(tariff)?,
        Mode::Bus => ask.bus(tariff)?,
    };
    let journey = Journey { ride, rider: ask.rider(tariff)?, ticket: ask.ticket(tariff)?, entered, exited };
    Ok(Question { city, mode, tariff, journey, month_paid: ask.month_paid.unwrap_or_default(), is_now })
}

impl Ask {
    fn at(&self, key: &str, refusal: Refusal) -> Refusal {
        refusal.at(self.form.name(key))
    }

    fn missing(&self, key: &str, what: &str) -> Refusal {
        self.at(key, Refusal::new("missing").help(format!("give {what}")))
    }

    /// What a name stands for.
    fn choose<'a, T, I: IntoIterator<Item = (&'a str, T)>>(
        &self,
        key: &str,
        what: &str,
        name: &str,
        options: impl Fn() -> I,
    ) -> Result<T, Refusal> {
        let found = options().into_iter().find(|(known, _)| *known == name).map(|(_, value)| value);
        found.ok_or_else(|| {
            let names = options().into_iter().map(|(known, _)| known);
            self.at(key, unknown(what, name, names).into())
        })
    }

    fn time(&self, key: &str, text: Option<&String>) -> Result<Option<DateTime>, Refusal> {
        let Some(text) = text else { return Ok(None) };
        time::parse(text).map(Some).map_err(|help| {
            let right = "write 2026-11-23T07:40, in UTC+8 or with an offset such as +09:00".to_owned();
            self.at(key, Refusal::new(format!("`{text}` is no time")).help(help.unwrap_or(right)))
        })
    }

    /// Entry, exit, and whether that is now.
    fn times(&self, now: DateTime) -> Result<(DateTime, DateTime, bool), Refusal> {
        let entered = self.time("entered", self.entered.as_ref())?;
        let exited = self.time("exited", self.exited.as_ref())?;
        // Who never entered, or never tapped off, has one tap alone.
        let stay = if self.no_entry || self.no_tap_off { Duration::ZERO } else { STAY };
        let times = match (entered, exited) {
            (Some(entered), Some(exited)) => (entered, exited, false),
            (Some(entered), None) => (entered, entered.saturating_add(stay), false),
            (None, Some(exited)) => (exited.saturating_sub(stay), exited, false),
            (None, None) => (now, now.saturating_add(stay), true),
        };
        let (entered, exited, _) = times;
        if exited < entered {
            let message = format!("{exited} is before the ride began, {entered}");
            return Err(self.at("exited", Refusal::new(message)));
        }
        Ok(times)
    }

    fn rider(&self, tariff: &Tariff) -> Result<Rider, Refusal> {
        let media = || Medium::ALL.iter().map(|medium| (medium.name(), *medium));
        let medium =
            self.medium.as_ref().map(|name| self.choose("medium", "medium", name, media)).transpose()?;
        let (product, paid_with) = self.product()?;
        if let (Some(medium), Some(paid_with)) = (medium, paid_with)
            && medium != paid_with
        {
            let name = self.form.name("product");
            let message = format!("{}, but {name} {} is paid with it", medium.name(), paid_with.name());
            return Err(self.at("medium", Refusal::new(message).help("leave one of the two out")));
        }
        let issuers = || tariff.issuers().map(|(issuer, name)| (name, issuer));
        let issuer =
            self.issuer.as_ref().map(|name| self.choose("issuer", "issuer", name, issuers)).transpose()?;
        Ok(Rider {
            product,
            issuer: issuer.unwrap_or(Issuer::LOCAL),
            medium: medium.or(paid_with).unwrap_or(Medium::Card),
        })
    }

    /// The product; of `cash` and `bank-card` the medium too.
    fn product(&self) -> Result<(Product, Option<Medium>), Refusal> {
        let products = || {
            let products = Product::ALL.iter().map(|product| (product.name(), (*product, None)));
            let media = [Medium::Cash, Medium::BankCard];
            products.chain(media.map(|medium| (medium.name(), (Product::Ordinary, Some(medium)))))
        };
        match &self.product {
            None => Ok((Product::Ordinary, None)),
            Some(name) => self.choose("product", "product", name, products),
        }
    }

    fn ticket(&self, tariff: &Tariff) -> Result<Ticket, Refusal> {
        let activated = self.time("activated", self.activated.as_ref())?;
        let Some(name) = &self.ticket else {
            return match activated {
                None => Ok(Ticket::ORDINARY),
                Some(_) => Err(self.missing("ticket", "the pass that was first used then")),
            };
        };
        let tickets = || tariff.tickets().map(|(id, name)| (name, id));
        let kind = self.choose("ticket", "ticket", name, tickets)?;
        let runs = tariff.rules().any(|(_, rule)| {
            *rule.name == **name && matches!(rule.clause, Clause::Sold { hours: Some(_), .. })
        });
        if runs && activated.is_none() {
            let what = format!("the time of the first use of {name}: a ride is free for so long after it");
            return Err(self.missing("activated", &what));
        }
        Ok(Ticket { kind, activated })
    }
}

impl Ask {
    fn rail(&self, tariff: &Tariff) -> Result<Ride, Refusal> {
        let network = tariff.network().ok_or_else(|| Refusal::new("this tariff is of buses"))?;
        if self.no_tap_off {
            return Err(self.at(
                "no_tap_off",
                Refusal::new("this is of buses: nobody leaves a rail gate without a tap"),
            ));
        }
        if self.direction.is_some() {
            return Err(self.at("direction", Refusal::new("this is of bus lines")));
        }
        if self.distance_stops.is_some() {
            let error = Refusal::new("stop numbers are of buses");
            return Err(self.at("distance_stops", error.help("give distance_m")));
        }
        let group = self.line.as_ref().map(|line| self.group(network, line)).transpose()?;
        if let Some(distance) = self.distance_m {
            self.bare("distance_m")?;
            let group = group.unwrap_or(GroupId(0));
            return Ok(Ride::Distance { group, distance, taps: Taps::Both });
        }
        if self.no_entry {
            if self.from.is_some() {
                return Err(self.at("from", Refusal::new("a ride without entry begins nowhere")));
            }
            let to =
                self.to.as_ref().ok_or_else(|| self.missing("to", "the station where the rider leaves"))?;
            return Ok(Ride::NoEntry { to: self.station(network, "to", to)?, group });
        }
        let from = self.from.as_ref().ok_or_else(|| {
            let no_entry = self.form.name("no_entry");
            self.missing("from", &format!("the station of the entry, or {no_entry} if there was none"))
        })?;
        let to = self.to.as_ref().ok_or_else(|| self.missing("to", "the station of the exit"))?;
        let from = self.station(network, "from", from)?;
        Ok(Ride::Rail { from, to: self.station(network, "to", to)?, group })
    }

    /// A bare distance has no ends.
    fn bare(&self, key: &str) -> Result<(), Refusal> {
        let ends = [("from", self.from.is_some()), ("to", self.to.is_some()), ("no_entry", self.no_entry)];
        match ends.into_iter().find(|(_, given)| *given) {
            None => Ok(()),
            Some((end, _)) => {
                let message =
                    format!("this is priced in place of a ride, and {} is given too", self.form.name(end));
                Err(self.at(key, Refusal::new(message).help("leave one of the two out")))
            }
        }
    }

    fn station(&self, network: &Network, key: &str, name: &str) -> Result<StationId, Refusal> {
        network.station_named(name).ok_or_else(|| {
            let names = network.stations().map(|(_, station)| &*station.name);
            self.at(key, unknown("station", name, names).into())
        })
    }

    /// The group of the rail line whose gates were used.
    fn group(&self, network: &Network, line: &str) -> Result<GroupId, Refusal> {
        network.group_of_line(line).ok_or_else(|| {
            let names = network.groups().flat_map(|(_, group)| group.lines());
            self.at("line", unknown("rail line", line, names).into())
        })
    }
}

impl Ask {
    fn bus(&self, tariff: &Tariff) -> Result<Ride, Refusal> {
        let lines = tariff.bus_lines().ok_or_else(|| Refusal::new("this tariff is of rail"))?;
        if self.no_entry {
            return Err(
                self.at("no_entry", Refusal::new("this is of rail: every bus ride begins with a tap"))
            );
        }
        if self.distance_m.is_some() {
            let error = Refusal::new("metres are of rail");
            return Err(self.at("distance_m", error.help("give distance_stops")));
        }
        if let Some(distance) = self.distance_stops {
            self.bare("distance_stops")?;
            let group = match &self.line {
                None => GroupId(0),
                Some(name) => self.line(lines, name, |_| true)?.1.class,
            };
            let taps = if self.no_tap_off { Taps::NoExit } else { Taps::Both };
            return Ok(Ride::Distance { group, distance, taps });
        }
        let line = self.line.as_ref().ok_or_else(|| self.missing("line", "the bus line, such as 331"))?;
        let from = self.from.as_ref().ok_or_else(|| self.missing("from", "the stop of the tap-on"))?;
        if self.no_tap_off && self.to.is_some() {
            return Err(self.at("to", Refusal::new("a ride without a tap-off ends nowhere")));
        }
        let to = self.to.as_deref().filter(|_| !self.no_tap_off);
        if to.is_none() && !self.no_tap_off {
            let no_tap_off = self.form.name("no_tap_off");
            return Err(
                self.missing("to", &format!("the stop of the tap-off, or {no_tap_off} if there was none"))
            );
        }
        let (id, line) = self.direction(lines, line, from, to)?;
        let on = self.stop(line, "from", from)?;
        let off = to.map(|to| self.stop(line, "to", to)).transpose()?;
        Ok(Ride::Bus { line: id, on, off })
    }

    /// A line by its name, in the first direction that will do.
    fn line<'l>(
        &self,
        lines: &'l BusLines,
        name: &str,
        will_do: impl Fn(&BusLine) -> bool,
    ) -> Result<(LineId, &'l BusLine), Refusal> {
        let found = lines.lines().find(|(_, line)| *line.name == *name && will_do(line));
        found.ok_or_else(|| {
            let names = lines.lines().filter(|(_, line)| line.direction == 0).map(|(_, line)| &*line.name);
            self.at("line", unknown("bus line", name, names).into())
        })
    }

    /// The direction that is given, or the one that goes from one stop to the other, or one in which both
    /// lie, or the first.
    fn direction<'l>(
        &self,
        lines: &'l BusLines,
        name: &str,
        from: &str,
        to: Option<&str>,
    ) -> Result<(LineId, &'l BusLine), Refusal> {
        let first = self.line(lines, name, |_| true)?;
        if let Some(direction) = self.direction {
            let found = lines.line_named(name, direction).and_then(|id| Some((id, lines.line(id)?)));
            return found.ok_or_else(|| {
                let error = Refusal::new(format!("line {name} has no direction {direction} here"));
                self.at("direction", error.help(format!("it has {}", first.1.direction)))
            });
        }
        let goes = |line: &BusLine| {
            let (on, off) = (stop(line, from), to.and_then(|to| stop(line, to)));
            on.is_some() && (to.is_none() || on <= off)
        };
        let holds =
            |line: &BusLine| stop(line, from).is_some() && to.is_none_or(|to| stop(line, to).is_some());
        Ok(self.line(lines, name, goes).or_else(|_| self.line(lines, name, holds)).unwrap_or(first))
    }

    fn stop(&self, line: &BusLine, key: &str, name: &str) -> Result<StopId, Refusal> {
        stop(line, name).ok_or_else(|| {
            if name.starts_with('#') {
                let message = format!("line {} has no stop `{name}`", line.name);
                let help = format!("its stops are #1 to #{}", line.stops.len());
                return self.at(key, Refusal::new(message).help(help));
            }
            let names = line.stops.iter().map(|stop| &*stop.name);
            let mut unknown = unknown("stop", name, names);
            unknown.message.extend([" on line ", &line.name]);
            self.at(key, unknown.into())
        })
    }
}

/// A stop by its name, or by its place in the line, `#1` for the first.
fn stop(line: &BusLine, name: &str) -> Option<StopId> {
    match name.strip_prefix('#') {
        None => line.stop_named(name),
        Some(place) => {
            let place = place.parse::<u8>().ok()?.checked_sub(1).map(StopId)?;
            line.stop(place).map(|_| place)
        }
    }
}
