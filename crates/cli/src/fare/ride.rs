//! A ride among the arguments.

use crate::number::whole;
use anyhow::Result;
use clap::Args;
use std::io::{self, Write};
use std::time::{SystemTime, UNIX_EPOCH};
use tunion_data::Fen;
use tunion_data::civil::{DateTime, date};
use tunion_files::city::{self, City};
use tunion_harness::fares::quote::{self, Answer, Ask, Form, Refusal};

#[derive(Args)]
pub(super) struct Ride {
    /// A built-in city, or the path of a city file. [default: beijing]
    #[arg(long, value_name = "CITY|PATH", help_heading = "Where")]
    city: Option<String>,

    /// rail or bus. [default: rail]
    #[arg(long, value_name = "MODE", help_heading = "Where")]
    mode: Option<String>,

    /// The station of the entry; on a bus the stop of the tap-on, by its name or as #7 by its place in the line.
    #[arg(long, value_name = "NAME", help_heading = "Where")]
    from: Option<String>,

    /// The station of the exit; on a bus the stop of the tap-off.
    #[arg(long, value_name = "NAME", help_heading = "Where")]
    to: Option<String>,

    /// The bus line; on rail the line whose gates were used, where a station has several.
    #[arg(long, value_name = "NAME", help_heading = "Where")]
    line: Option<String>,

    /// The direction of the bus line; if not given, the one that leads from one stop to the other.
    #[arg(long, value_name = "0|1", value_parser = clap::value_parser!(u8).range(..=1), help_heading = "Where")]
    direction: Option<u8>,

    /// In place of --from and --to: metres on rail, in the city network or on --line; the difference of the stop
    /// numbers on a bus, an ordinary one or --line.
    #[arg(long, value_name = "N", value_parser = whole::<u32>(9012), allow_hyphen_values = true, help_heading = "Where")]
    distance: Option<u32>,

    /// The rider leaves the gate at --to and never entered.
    #[arg(long, help_heading = "Where")]
    no_entry: bool,

    /// The rider never tapped off the bus.
    #[arg(long, help_heading = "Where")]
    no_tap_off: bool,

    /// ordinary, student, senior, child, military or test; cash and bank-card are ordinary with that medium.
    /// [default: ordinary]
    #[arg(long, value_name = "PRODUCT", help_heading = "Who")]
    product: Option<String>,

    /// card, phone, code, bank-card, foreign-bank-card or cash. [default: card]
    #[arg(long, value_name = "MEDIUM", help_heading = "Who")]
    medium: Option<String>,

    /// local, other, or a region that the tariff names. [default: local]
    #[arg(long, value_name = "ISSUER", help_heading = "Who")]
    issuer: Option<String>,

    /// A ticket that the tariff sells, such as business or pass-24h. [default: ordinary]
    #[arg(long, value_name = "TICKET", help_heading = "Who")]
    ticket: Option<String>,

    /// When a pass was first used.
    #[arg(long, value_name = "TIME", help_heading = "When")]
    activated: Option<String>,

    /// When the rider entered, as 2026-11-23T07:40: UTC+8, or with an offset such as +09:00. [default: now]
    #[arg(long, value_name = "TIME", help_heading = "When")]
    entered: Option<String>,

    /// When the rider left. [default: 30 minutes after the entry]
    #[arg(long, value_name = "TIME", help_heading = "When")]
    exited: Option<String>,

    /// What the card paid in this month before the ride, in yuan. [default: 0.00]
    #[arg(long, value_name = "YUAN", value_parser = amount, allow_hyphen_values = true, help_heading = "When")]
    month_paid: Option<Fen>,
}

impl Ride {
    /// The city that the ride is in.
    pub(super) fn city(&self) -> Result<City> {
        Ok(city::named(self.city.as_deref().unwrap_or(city::DEFAULT))?)
    }

    /// The ride as it is asked for.
    pub(super) fn ask(&self) -> Ask {
        let is_bus = self.mode.as_deref() == Some("bus");
        Ask {
            form: Form::Arguments,
            id: None,
            city: self.city.clone(),
            mode: self.mode.clone(),
            from: self.from.clone(),
            to: self.to.clone(),
            line: self.line.clone(),
            direction: self.direction,
            product: self.product.clone(),
            medium: self.medium.clone(),
            issuer: self.issuer.clone(),
            ticket: self.ticket.clone(),
            activated: self.activated.clone(),
            entered: self.entered.clone(),
            exited: self.exited.clone(),
            month_paid: self.month_paid,
            distance_m: self.distance.filter(|_| !is_bus),
            distance_stops: self.distance.filter(|_| is_bus),
            no_entry: self.no_entry,
            no_tap_off: self.no_tap_off,
        }
    }

    /// The ride, priced by a city.
    pub(super) fn price<'c>(&self, city: &'c City) -> Result<Answer<'c>, Refusal> {
        quote::price(&quote::find(&self.ask(), city, now())?)
    }
}

/// The present time in UTC+8, to the minute.
pub(super) fn now() -> DateTime {
    const BEIJING: u64 = 8 * 60;
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let minutes = since.as_secs() / 60 + BEIJING;
    let epoch = date(1970, 1, 1).at(0, 0, 0, 0);
    epoch.saturating_add(std::time::Duration::from_secs(minutes * 60))
}

/// Says why a ride is not priced.
pub(super) fn refuse(refusal: &Refusal) {
    let mut err = io::stderr().lock();
    let _ = writeln!(err, "error: {}", refusal.fault());
    if let Some(remedy) = refusal.remedy() {
        let _ = writeln!(err, "  help: {remedy}");
    }
}

fn amount(text: &str) -> Result<Fen, String> {
    let whole = text.parse::<u32>().ok().and_then(|yuan| yuan.checked_mul(100)).map(Fen::new);
    let amount = whole.map_or_else(|| text.parse(), Ok);
    amount.map_err(|_| "write yuan, such as 120 or 104.50, up to 42949672.95".to_owned())
}
