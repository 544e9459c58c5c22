//! `tunion fare month`.

use crate::card::{Output, print, write};
use crate::output::refuse;
use anyhow::Result;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use std::process::ExitCode;
use tunion_data::Fen;
use tunion_data::civil::{Date, Time};
use tunion_fare::{Medium, Product};
use tunion_files::city::{self, Mode};
use tunion_harness::fares::month::{self, Days, Plan, Rides};

#[derive(Args)]
pub(super) struct Month {
    /// A city that is built in, or the path of a city file.
    #[arg(long, value_name = "NAME|PATH", default_value = "beijing")]
    city: String,

    /// The month.
    #[arg(long = "month", value_name = "YYYY-MM", default_value = "2026-11", value_parser = first_day)]
    first: Date,

    /// What is ridden on.
    #[arg(long, default_value = "rail", value_parser = mode())]
    mode: Mode,

    /// A ride of the day: "FROM TO" on rail, "LINE ON OFF" on a bus. Given several times, they follow each
    /// other and then begin again.
    #[arg(long, value_name = "RIDE")]
    ride: Vec<String>,

    /// In place of rides: a distance that costs this much by the list, yuan with two decimals.
    #[arg(long, value_name = "YUAN", default_value = "10.00", conflicts_with = "ride", value_parser = amount)]
    list: Fen,

    /// How many rides a day, the first at 08:00 and the last at 18:00.
    #[arg(long, value_name = "N", default_value = "2", value_parser = clap::value_parser!(u8).range(1..=100))]
    rides_a_day: u8,

    /// In place of that: when a ride of the day begins. Given several times, in this order.
    #[arg(long, value_name = "HH:MM", conflicts_with = "rides_a_day", value_parser = time)]
    at: Vec<Time>,

    /// The days with rides: every day, or the working days by the tariff's calendar.
    #[arg(long, value_enum, default_value_t = Which::All)]
    days: Which,

    /// The kind of card.
    #[arg(long, default_value = "ordinary", value_parser = product())]
    product: Product,

    /// What is tapped.
    #[arg(long, default_value = "card", value_parser = medium())]
    medium: Medium,

    /// The counter whose tiers are shown; without it the first that changes a price.
    #[arg(long, value_name = "NAME")]
    counter: Option<String>,

    /// Also write the rides to this file, a line each.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,

    #[command(flatten)]
    output: Output,
}

#[derive(Clone, Copy, ValueEnum)]
enum Which {
    All,
    Working,
}

impl Month {
    pub(super) fn main(&self) -> ExitCode {
        let Err(error) = self.run() else { return ExitCode::SUCCESS };
        refuse(&error)
    }

    fn run(&self) -> Result<()> {
        let city = city::named(&self.city)?;
        let month = month::play(&city, &self.plan())?;
        if let Some(file) = &self.csv {
            write(file, &month.csv(), self.output.force)?;
        }
        self.output.put(&month.svg())?;
        if self.output.output.is_some() { print(&format!("{month}\n")) } else { Ok(()) }
    }

    fn plan(&self) -> Plan {
        let rides =
            if self.ride.is_empty() { Rides::List(self.list) } else { Rides::Named(self.ride.clone()) };
        let days = match self.days {
            Which::All => Days::All,
            Which::Working => Days::Working,
        };
        Plan {
            month: self.first,
            mode: self.mode,
            rides,
            times: if self.at.is_empty() { month::spread(self.rides_a_day) } else { self.at.clone() },
            days,
            product: self.product,
            medium: self.medium,
            counter: self.counter.clone(),
        }
    }
}

fn first_day(text: &str) -> Result<Date, String> {
    format!("{text}-01").parse().map_err(|_| format!("`{text}` is no month: write it as in 2026-11"))
}

fn time(text: &str) -> Result<Time, String> {
    let right = || format!("`{text}` is no time of the day: write it as in 06:50");
    let [hour, minute] =
        text.split(':').map(str::parse::<i8>).collect::<Result<Vec<_>, _>>().map_err(|_| right())?[..]
    else {
        return Err(right());
    };
    Time::new(hour, minute, 0, 0).map_err(|_| right())
}

fn amount(text: &str) -> Result<Fen, String> {
    text.parse().map_err(|_| format!("`{text}` is no amount: write yuan with two decimals, as in 12.50"))
}

fn product() -> impl TypedValueParser<Value = Product> {
    named(Product::ALL, Product::name)
}

fn medium() -> impl TypedValueParser<Value = Medium> {
    named(Medium::ALL, Medium::name)
}

fn mode() -> impl TypedValueParser<Value = Mode> {
    named(&Mode::ALL, Mode::name)
}

/// One of these by its name.
fn named<T: Copy + Send + Sync>(
    all: &'static [T],
    name: fn(T) -> &'static str,
) -> impl TypedValueParser<Value = T> {
    PossibleValuesParser::new(all.iter().map(move |one| name(*one)))
        .try_map(move |text| all.iter().find(|one| name(**one) == text).copied().ok_or("no such name"))
}
