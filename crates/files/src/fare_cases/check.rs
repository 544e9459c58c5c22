//! Prices a case and compares.

use toml::Spanned;
use tunion_data::Fen;
use tunion_data::civil::{Date, DateTime, Time};
use tunion_fare::{
    Issuer, Journey, Ledger, LineId, Medium, Product, Quote, Ride, Rider, StationId, StopId, Tariff,
    YearMonth,
};

use super::{FareCase, RideTable};
use crate::diag::{Diagnostic, Place, Text};

/// When a case without a time takes place: an ordinary Tuesday.
const SOME_DAY: DateTime = DateTime::constant(2026, 11, 10, 12, 0, 0, 0);

impl FareCase {
    /// A case that is covered says what it asks, one that is not says why.
    pub(super) fn complete(&self) -> Result<(), Diagnostic> {
        let table = &self.table;
        let lacks = |what: &str| {
            let message = format!("case `{}` has no {what}", self.id());
            Err(self.source.error(&table.id, message))
        };
        match (&table.reason, table.covered) {
            (None, false) => lacks("`reason` for not being covered"),
            (Some(reason), true) => Err(self
                .source
                .error(reason, "a case that is covered needs no reason")
                .help("add `covered = false`")),
            (_, true) if table.ride.is_none() => lacks("`ride`"),
            (_, true) if table.tariff.is_none() => lacks("`tariff`"),
            (_, true) if table.expect.is_none() && table.expect_total.is_none() => {
                lacks("`expect` and no `expect-total`")
            }
            (_, true) if table.repeat == 0 => lacks("ride: it repeats 0 times"),
            _ => Ok(()),
        }
    }

    /// Prices the case by `tariff`; the last quote when the case repeats.
    ///
    /// # Errors
    /// A name that the tariff's network does not have, a ride it does not price, or an amount other
    /// than the one expected, with the reasons for it.
    pub fn check(&self, tariff: &Tariff) -> Result<Quote, Diagnostic> {
        let table = &self.table;
        let journey = self.journey(tariff)?;
        let month = YearMonth::from(journey.exited.date());
        let mut ledger = table.before.as_ref().map_or_else(Ledger::default, |before| Ledger {
            month: Some(YearMonth::from(before.on.0)),
            paid: before.paid.0,
            rides: 0,
        });
        let mut quote = None;
        for _ in 0..table.repeat {
            let next = tariff.quote(&journey, &ledger).map_err(|error| {
                self.source.error(&table.id, format!("not priced: {}", tariff.describe(&error)))
            })?;
            ledger = next.ledger;
            quote = Some(next);
        }
        let Some(quote) = quote else { return Err(self.source.error(&table.id, "no ride")) };
        self.same(tariff, &quote, table.list.as_ref(), quote.list, "the list price is")?;
        self.same(tariff, &quote, table.expect.as_ref(), quote.charged, "the charge is")?;
        let total = ledger.in_month(month).paid;
        self.same(tariff, &quote, table.expect_total.as_ref(), total, "the monthly total comes to")?;
        Ok(quote)
    }

    fn same(
        &self,
        tariff: &Tariff,
        quote: &Quote,
        expected: Option<&Spanned<Text<Fen>>>,
        found: Fen,
        what: &str,
    ) -> Result<(), Diagnostic> {
        let Some(expected) = expected.filter(|expected| expected.get_ref().0 != found) else { return Ok(()) };
        let error = self.source.error(expected, format!("case `{}`: {what} {found}", self.id()));
        let reasons = quote.reasons.iter().map(|reason| {
            let line = tariff.rule(reason.rule).map_or(0, |rule| rule.line);
            format!("{} ({}:{line})", tariff.explain(reason), tariff.head().file)
        });
        Err(reasons.fold(error.label("expected"), Diagnostic::note))
    }

    fn journey(&self, tariff: &Tariff) -> Result<Journey, Diagnostic> {
        let table = &self.table;
        let time = |stamp: Option<&Spanned<toml::value::Datetime>>| stamp.map(|s| self.time(s)).transpose();
        let exited = time(table.exited.as_ref())?.unwrap_or(SOME_DAY);
        let entered = time(table.entered.as_ref())?.unwrap_or(exited);
        Ok(Journey { ride: self.ride(tariff)?, rider: self.rider()?, entered, exited })
    }

    fn time(&self, stamp: &Spanned<toml::value::Datetime>) -> Result<DateTime, Diagnostic> {
        let wrong = || {
            let error = self.source.error(stamp, "this is not a local date and time");
            error.help("write 2026-11-10T08:00:00, without quotes and without zone")
        };
        let (Some(date), Some(time), None) =
            (stamp.get_ref().date, stamp.get_ref().time, stamp.get_ref().offset)
        else {
            return Err(wrong());
        };
        let year = i16::try_from(date.year).map_err(|_| wrong())?;
        let date = Date::new(year, date.month.cast_signed(), date.day.cast_signed());
        let second = time.second.unwrap_or(0);
        let time = Time::new(time.hour.cast_signed(), time.minute.cast_signed(), second.cast_signed(), 0);
        Ok(date.map_err(|_| wrong())?.to_datetime(time.map_err(|_| wrong())?))
    }

    fn rider(&self) -> Result<Rider, Diagnostic> {
        let table = &self.table.rider;
        let products = || Product::ALL.iter().map(|p| (p.name(), *p));
        let issuers = || Issuer::ALL.iter().map(|i| (i.name(), *i));
        let media = || Medium::ALL.iter().map(|m| (m.name(), *m));
        let choose = &self.source;
        Ok(Rider {
            product: match &table.product {
                Some(name) => choose.choose(name, "product", products())?,
                None => Product::Ordinary,
            },
            issuer: match &table.issuer {
                Some(name) => choose.choose(name, "issuer", issuers())?,
                None => Issuer::Local,
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
                "give `from` and `to`, `group` and `metres`, `line` and `on`, or `class` and `stop-numbers`",
            )
        };
        let table = self.table.ride.as_ref().ok_or_else(wrong)?.get_ref();
        match table {
            RideTable { from: Some(from), to: Some(to), .. } => {
                Ok(Ride::Rail { from: self.station(tariff, from)?, to: self.station(tariff, to)? })
            }
            RideTable { group: Some(group), metres: Some(distance), .. }
            | RideTable { class: Some(group), stop_numbers: Some(distance), .. } => {
                let groups = tariff.places().groups().map(|(id, name)| (name, id));
                let group = self.source.choose(group, "group or line class", groups)?;
                Ok(Ride::Distance { group, distance: *distance, tapped_off: !table.no_tap_off })
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
