//! Prices a case and compares.

use toml::Spanned;
use tunion_data::Fen;
use tunion_data::civil::{Date, DateTime};
use tunion_fare::{
    Clause, Counter, Enquiry, FareError, GroupId, Issuer, Journey, Ledger, LineId, Medium, Period, Product,
    Quote, Reason, Ride, Rider, StationId, StopId, Taps, Tariff, Ticket,
};

use super::{FareCase, RideTable};
use crate::city::{City, Mode};
use crate::diag::{Diagnostic, Place, Text};

/// When a case without a time takes place: an ordinary Tuesday.
const SOME_DAY: DateTime = DateTime::constant(2026, 11, 10, 12, 0, 0, 0);

/// A ride of a case.
pub struct CaseRide<'c> {
    /// Priced, or refused, by this tariff.
    pub tariff: &'c Tariff,
    /// The ride.
    pub journey: Journey,
    /// The counters before it.
    pub before: Ledger,
}

/// What a case came to.
pub struct Checked<'c> {
    /// The mode of the ride.
    pub mode: Mode,
    /// The day on which it begins.
    pub day: Date,
    /// Every ride, also a refused one, for those who look which rules they touched; none when no tariff is in
    /// force on that day.
    pub rides: Vec<CaseRide<'c>>,
    /// What the last ride was charged; nothing when it was refused, as the case wants it.
    pub charged: Option<Fen>,
}

impl FareCase {
    /// A case that is covered says what it asks, one that is not says why.
    pub(super) fn complete(&self) -> Result<(), Diagnostic> {
        let table = &self.table;
        let lacks = |what: &str| {
            let message = format!("case `{}` has no {what}", self.id());
            Err(self.source.error(&table.id, message))
        };
        let amounts = [&table.expect, &table.expect_total, &table.entry_balance, &table.sold_at];
        let expects = amounts.into_iter().any(Option::is_some);
        match (&table.reason, table.covered) {
            (None, false) => lacks("`reason` for not being covered"),
            (Some(reason), true) => Err(self
                .source
                .error(reason, "a case that is covered needs no reason")
                .help("add `covered = false`")),
            (_, true) if table.ride.is_none() => lacks("`ride`"),
            (_, true) if table.mode.is_none() => lacks("`mode`"),
            (_, true) if self.city.is_none() => {
                lacks("city").map_err(|error| error.help("add `city = \"…\"` at the top of the file"))
            }
            (_, true) if !expects && table.refused.is_none() => {
                lacks("`expect`, `expect-total` or `refused`")
            }
            (_, true) if table.repeat == 0 => lacks("ride: it repeats 0 times"),
            _ => match &table.refused {
                Some(refused) if expects => {
                    Err(self.source.error(refused, "a ride that is refused costs nothing"))
                }
                _ => Ok(()),
            },
        }
    }

    /// Prices the case by the tariffs of its city.
    ///
    /// # Errors
    /// A name that the city does not have, a ride that it does not price, or an amount other than the one
    /// expected, with the reasons for it.
    pub fn check<'c>(&self, city: &'c City) -> Result<Checked<'c>, Diagnostic> {
        let table = &self.table;
        let exited = table.exited.as_ref().map(|at| at.get_ref().0);
        let entered = table.entered.as_ref().map(|at| at.get_ref().0);
        let exited = exited.or(entered).unwrap_or(SOME_DAY);
        let entered = entered.unwrap_or(exited);
        let mode = self.mode()?;
        let Some(tariff) = city.tariff(mode, entered.date()) else {
            return self.no_tariff(city, mode, entered.date());
        };
        let journey = Journey {
            ride: self.ride(tariff)?,
            rider: self.rider(tariff)?,
            ticket: self.ticket(tariff)?,
            entered,
            exited,
        };
        let mut ledger = table.before.as_ref().map_or_else(Ledger::default, |before| {
            Counter { period: Some(Period::month(before.on.0)), amount: before.paid.0, rides: 0 }.into()
        });
        let mut checked = Checked { mode, day: entered.date(), rides: Vec::new(), charged: None };
        let mut last = None;
        for _ in 0..table.repeat {
            let enquiry = match (tariff.enquire(&journey, &ledger), &table.refused) {
                (Ok(enquiry), _) => enquiry,
                (Err(error), Some(refused)) => {
                    checked.rides.push(CaseRide { tariff, journey, before: ledger });
                    self.refusal(tariff, refused, error)?;
                    return Ok(checked);
                }
                (Err(error), None) => {
                    let message = format!("not priced: {}", tariff.describe(&error));
                    return Err(self.source.error(&table.id, message));
                }
            };
            let reasons = reasons(tariff, &journey, &ledger, &enquiry);
            self.same(&reasons, table.list.as_ref(), enquiry.list, "the list price is")?;
            checked.rides.push(CaseRide { tariff, journey, before: ledger });
            ledger = enquiry.ledger;
            last = Some((enquiry.charged, reasons));
        }
        if let Some(refused) = &table.refused {
            return Err(self.source.error(refused, format!("case `{}` was priced", self.id())));
        }
        self.entry_balance(tariff, &journey)?;
        self.sold_at(tariff, journey.ticket)?;
        let Some((charged, reasons)) = last else { return Err(self.source.error(&table.id, "no ride")) };
        let total = ledger.first().in_period(Period::month(exited.date())).amount;
        self.same(&reasons, table.expect.as_ref(), charged, "the charge is")?;
        self.same(&reasons, table.expect_total.as_ref(), total, "the monthly total comes to")?;
        checked.charged = Some(charged);
        Ok(checked)
    }

    fn no_tariff<'c>(&self, city: &City, mode: Mode, day: Date) -> Result<Checked<'c>, Diagnostic> {
        let message = city.no_tariff(mode, day);
        match &self.table.refused {
            Some(refused) => self.told(refused, &message)?,
            None => return Err(self.source.error(&self.table.id, format!("not priced: {message}"))),
        }
        Ok(Checked { mode, day, rides: Vec::new(), charged: None })
    }

    fn refusal(
        &self,
        tariff: &Tariff,
        refused: &Spanned<String>,
        error: FareError,
    ) -> Result<(), Diagnostic> {
        self.told(refused, &tariff.describe(&error).to_string())
    }

    fn told(&self, refused: &Spanned<String>, message: &str) -> Result<(), Diagnostic> {
        if message.contains(refused.get_ref().as_str()) {
            return Ok(());
        }
        let error = self.source.error(refused, format!("case `{}` is refused for another reason", self.id()));
        Err(error.note(message))
    }

    fn mode(&self) -> Result<Mode, Diagnostic> {
        let modes = Mode::ALL.map(|mode| (mode.name(), mode));
        match &self.table.mode {
            Some(name) => self.source.choose(name, "mode", modes),
            None => Err(self.source.error(&self.table.id, "this case has no `mode`")),
        }
    }

    /// The least balance with which the rider may enter where the ride begins.
    fn entry_balance(&self, tariff: &Tariff, journey: &Journey) -> Result<(), Diagnostic> {
        let Some(expected) = &self.table.entry_balance else { return Ok(()) };
        let place = match journey.ride {
            Ride::Rail { from, .. } => tunion_fare::Place::Station(from),
            Ride::Bus { line, .. } => tunion_fare::Place::Line(line),
            Ride::NoEntry { .. } | Ride::Distance { .. } => {
                let error = self.source.error(expected, "this ride begins at no gate and on no bus");
                return Err(error.help("give a `ride` with `from` or `line`"));
            }
        };
        let found = tariff.entry_balance(place, journey.rider).map_err(|error| {
            self.source.error(expected, format!("nobody enters here: {}", tariff.describe(&error)))
        })?;
        self.same(&[], Some(expected), found, "the least balance to enter with is")
    }

    /// What the ticket costs when it is bought.
    fn sold_at(&self, tariff: &Tariff, ticket: Ticket) -> Result<(), Diagnostic> {
        let Some(expected) = &self.table.sold_at else { return Ok(()) };
        let name = tariff.tickets().find(|(id, _)| *id == ticket.kind).map_or("", |(_, name)| name);
        let price = tariff.rules().find_map(|(_, rule)| match rule.clause {
            Clause::Sold { price, .. } if *rule.name == *name => price,
            _ => None,
        });
        let Some(found) = price else {
            return Err(self
                .source
                .error(expected, format!("nothing is paid for the ticket `{name}` by itself")));
        };
        self.same(&[], Some(expected), found, "the ticket is sold at")
    }

    fn same(
        &self,
        reasons: &[String],
        expected: Option<&Spanned<Text<Fen>>>,
        found: Fen,
        what: &str,
    ) -> Result<(), Diagnostic> {
        let Some(expected) = expected.filter(|expected| expected.get_ref().0 != found) else { return Ok(()) };
        let error = self.source.error(expected, format!("case `{}`: {what} {found}", self.id()));
        Err(reasons.iter().fold(error.label("expected"), Diagnostic::note))
    }

    fn ticket(&self, tariff: &Tariff) -> Result<Ticket, Diagnostic> {
        let activated = self.table.activated.as_ref().map(|at| at.get_ref().0);
        let Some(name) = &self.table.ticket else { return Ok(Ticket::ORDINARY) };
        let tickets = tariff.tickets().map(|(id, name)| (name, id));
        Ok(Ticket { kind: self.source.choose(name, "ticket", tickets)?, activated })
    }

    fn rider(&self, tariff: &Tariff) -> Result<Rider, Diagnostic> {
        let table = &self.table.rider;
        let products = || Product::ALL.iter().map(|p| (p.name(), *p));
        let issuers = || tariff.issuers().map(|(issuer, name)| (name, issuer));
        let media = || Medium::ALL.iter().map(|m| (m.name(), *m));
        let choose = &self.source;
        Ok(Rider {
            product: match &table.product {
                Some(name) => choose.choose(name, "product", products())?,
                None => Product::Ordinary,
            },
            issuer: match &table.issuer {
                Some(name) => choose.choose(name, "issuer", issuers())?,
                None => Issuer::LOCAL,
            },
            medium: match &table.medium {
                Some(name) => choose.choose(name, "medium", media())?,
                None => Medium::Card,
            },
        })
    }

    fn ride(&self, tariff: &Tariff) -> Result<Ride, Diagnostic> {
        let place = self.table.ride.as_ref().map_or_else(|| Place::from(&self.table.id), Place::from);
        let wrong = || {
            let error = self.source.error(place.clone(), "this is no ride");
            error.help(
                "give `from` and `to`, `to` and `no-entry`, `group` and `metres`, `line` and `on`, or `class` and \
                 `stop-numbers`",
            )
        };
        let table = self.table.ride.as_ref().ok_or_else(wrong)?.get_ref();
        match table {
            RideTable { from: Some(from), to: Some(to), line, .. } => Ok(Ride::Rail {
                from: self.station(tariff, from)?,
                to: self.station(tariff, to)?,
                group: self.group(tariff, line.as_ref())?,
            }),
            RideTable { from: None, to: Some(to), no_entry: true, line, .. } => {
                Ok(Ride::NoEntry { to: self.station(tariff, to)?, group: self.group(tariff, line.as_ref())? })
            }
            RideTable { group: Some(group), metres: Some(distance), .. }
            | RideTable { class: Some(group), stop_numbers: Some(distance), .. } => {
                let groups = tariff.places().groups().map(|(id, name)| (name, id));
                let group = self.source.choose(group, "group or line class", groups)?;
                let taps = if table.no_tap_off { Taps::NoExit } else { Taps::Both };
                Ok(Ride::Distance { group, distance: *distance, taps })
            }
            RideTable { line: Some(line), on: Some(on), off, .. } => {
                let line = self.line(tariff, line, table.direction)?;
                let on = self.stop(tariff, line, on)?;
                let off = off.as_ref().map(|off| self.stop(tariff, line, off)).transpose()?;
                Ok(Ride::Bus { line, on, off })
            }
            _ => Err(wrong()),
        }
    }

    fn station(&self, tariff: &Tariff, name: &Spanned<String>) -> Result<StationId, Diagnostic> {
        let stations = tariff.network().into_iter().flat_map(tunion_fare::Network::stations);
        self.source.choose(name, "station", stations.map(|(id, station)| (&*station.name, id)))
    }

    /// The group of a rail line whose gates were used.
    fn group(&self, tariff: &Tariff, line: Option<&Spanned<String>>) -> Result<Option<GroupId>, Diagnostic> {
        let Some(line) = line else { return Ok(None) };
        let groups = tariff.network().into_iter().flat_map(tunion_fare::Network::groups);
        let lines = groups.flat_map(|(id, group)| group.lines().map(move |line| (line, id)));
        self.source.choose(line, "rail line", lines).map(Some)
    }

    fn line(&self, tariff: &Tariff, name: &Spanned<String>, direction: u8) -> Result<LineId, Diagnostic> {
        let lines = tariff.bus_lines().into_iter().flat_map(tunion_fare::BusLines::lines);
        let lines = lines.filter(|(_, line)| line.direction == direction);
        self.source.choose(name, "line in this direction", lines.map(|(id, line)| (&*line.name, id)))
    }

    fn stop(&self, tariff: &Tariff, line: LineId, name: &Spanned<String>) -> Result<StopId, Diagnostic> {
        let stops = tariff.bus_lines().and_then(|lines| lines.line(line)).map_or(&[][..], |line| &line.stops);
        let stops = stops.iter().zip((0..=u8::MAX).map(StopId));
        self.source.choose(name, "stop on this line", stops.map(|(stop, id)| (&*stop.name, id)))
    }
}

/// The reasons of a ride in words, with the lines of the tariff; of a ride over several groups those of each leg.
fn reasons(tariff: &Tariff, journey: &Journey, before: &Ledger, enquiry: &Enquiry) -> Vec<String> {
    let mut quotes: Vec<Quote> = enquiry.legs.iter().map(|leg| leg.quote).collect();
    if quotes.is_empty() {
        quotes.extend(tariff.quote(journey, before));
    }
    let told = |reason: &Reason| {
        let line = tariff.rule(reason.rule).map_or(0, |rule| rule.line);
        format!("{} ({}:{line})", tariff.explain(reason), tariff.head().file)
    };
    quotes.iter().flat_map(|quote| quote.reasons.iter().map(told)).collect()
}
