//! What rides cost, by `tunion-fare-model`.

use super::Tap;
use std::path::Path;
use tunion_data::civil::{Date, DateTime};
use tunion_fare::{LineId, StopId};
use tunion_fare_model::{BusRide, Holiday, Medium, Model, Moment, Month, Product, RailRide, Ticket};
use tunion_terminal::profile::ExpiredStudent;

/// The prices of Beijing, and names for the numbers that records have.
pub struct Fares {
    model: Model,
}

/// What the model is told of a rider.
struct Rider {
    product: Product,
    local: bool,
}

impl Fares {
    pub fn beijing() -> Self {
        let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures");
        let text = |path: &str| std::fs::read_to_string(fixtures.join(path)).unwrap();
        let model = Model::new(
            &text("networks/beijing-rail-2026/edges.csv"),
            &text("networks/beijing-bus/lines.csv"),
            &text("networks/beijing-bus/stops.csv"),
            &holidays(&text("calendars/china.csv")),
        );
        Self { model }
    }

    /// What a rail ride costs, and the month after it.
    pub fn rail(
        &self,
        tap: &Tap<'_>,
        from: u16,
        to: u16,
        entered: DateTime,
        month: &mut Month,
    ) -> Option<u32> {
        let network = tap.file.tariff.as_ref()?.network()?;
        let name = |code| Some(&*network.station(network.station_coded(code)?)?.name);
        let rider = rider(tap);
        let ride = RailRide {
            from: Some(name(from)?),
            to: name(to)?,
            line: None,
            product: rider.product,
            medium: Medium::Card,
            local: rider.local,
            ticket: Ticket::None,
            entered: moment(entered.min(tap.at)),
            exited: moment(tap.at),
        };
        self.model.rail(&ride, month).ok().map(|price| price.charged)
    }

    /// What a bus ride costs; without a stop to get off as far as the end that lies farther away.
    pub fn bus(
        &self,
        tap: &Tap<'_>,
        line: LineId,
        on: StopId,
        off: Option<StopId>,
        entered: DateTime,
    ) -> Option<u32> {
        let line = tap.file.tariff.as_ref()?.bus_lines()?.line(line)?;
        let rider = rider(tap);
        let ride = BusRide {
            line: &line.name,
            direction: line.direction,
            on: usize::from(on.0),
            off: off.map(|off| usize::from(off.0)),
            product: rider.product,
            medium: Medium::Card,
            local: rider.local,
            entered: moment(entered),
            exited: moment(tap.at),
        };
        self.model.bus(&ride).ok().map(|price| price.charged)
    }
}

/// Who rides, by EF 15 and EF 17: the card's type if the card is of this city, else an ordinary rider
/// (`docs/spec/terminal.md` 1.0, 1.1).
fn rider(tap: &Tap<'_>) -> Rider {
    let issuer = tap.before.info.get(..4);
    let local = tap.file.profile.local_issuers.iter().any(|own| Some(&own.0[..4]) == issuer);
    let last = tap.before.info.get(24..28).map(super::digits).unwrap_or_default();
    let today = i64::from(tap.at.year()) * 10_000 + i64::from(tap.at.month()) * 100 + i64::from(tap.at.day());
    let over = i64::try_from(last).unwrap() < today;
    let product = match tap.before.management.get(10) {
        Some(2) if over && tap.file.profile.expired_student == ExpiredStudent::AsOrdinary => {
            Product::Ordinary
        }
        Some(2) => Product::Student,
        Some(3) => Product::Senior,
        Some(4) => Product::Test,
        Some(5) => Product::Military,
        _ => Product::Ordinary,
    };
    Rider { product: if local { product } else { Product::Ordinary }, local }
}

fn moment(at: DateTime) -> Moment {
    let of = super::moment(at);
    Moment::new(of.year, of.month, of.day, of.hour, of.minute, of.second)
}

/// `year,kind,from,to,name`, day by day.
fn holidays(text: &str) -> Vec<Holiday> {
    let rows = text.lines().filter(|line| !line.starts_with('#')).skip(1);
    let days = rows.flat_map(|row| {
        let cells: Vec<&str> = row.split(',').collect();
        let [first, last] = [cells[2], cells[3]].map(|day| day.parse::<Date>().unwrap());
        let working = cells[1] == "work";
        std::iter::successors(Some(first), |day| day.tomorrow().ok()).take_while(move |day| *day <= last).map(
            move |day| Holiday {
                year: day.year().unsigned_abs(),
                month: day.month().unsigned_abs(),
                day: day.day().unsigned_abs(),
                working,
            },
        )
    });
    days.collect()
}
