//! Rows as CSV, in the order in which terminals upload them.

use std::collections::VecDeque;
use std::io::{self, Write};

use tunion_data::Fen;
use tunion_data::civil::DateTime;
use tunion_fare::pair::Act;
use tunion_fare::{GroupId, LineId, StopId};
use tunion_files::city::City;

use super::day::{Made as MadeTap, ticket};
use super::faults::{Planned, Planted, Tap};
use super::{LATE_DAYS, Made};

/// The header: all columns but `issuer`, since all cards are the city's own.
const COLUMNS: [&str; 13] = [
    "time",
    "card",
    "tap",
    "station",
    "line",
    "direction",
    "stop",
    "product",
    "medium",
    "ticket",
    "activated",
    "charged_fen",
    "id",
];

/// A terminal uploads every two hours.
const UPLOAD_SECONDS: u32 = 2 * 60 * 60;

/// Writes days.
pub(super) struct Rows<'c, W: Write> {
    city: &'c City,
    out: csv::Writer<W>,
    /// The lines written, the header among them.
    line: u64,
    planted: Vec<Planted>,
    /// What comes on the days after today.
    waiting: VecDeque<Vec<Tap>>,
}

impl<'c, W: Write> Rows<'c, W> {
    pub(super) fn begin(city: &'c City, out: W) -> io::Result<Self> {
        let mut out = csv::Writer::from_writer(out);
        out.write_record(COLUMNS)?;
        Ok(Self { city, out, line: 1, planted: Vec::new(), waiting: VecDeque::new() })
    }

    /// Writes a day: its own rows, and those of earlier days that come now.
    pub(super) fn day(&mut self, planned: Planned) -> io::Result<()> {
        let mut taps = self.waiting.pop_front().unwrap_or_default();
        // Rows of earlier days come when their terminals do, not before a row of this day has come.
        taps.extend(planned.here);
        self.waiting.resize_with(self.waiting.len().max(LATE_DAYS), Vec::new);
        for later in planned.later {
            match later.days.checked_sub(1).and_then(|days| self.waiting.get_mut(days)) {
                Some(day) => day.push(later.tap),
                None => taps.push(later.tap),
            }
        }
        taps.sort_by_key(|tap| upload(&tap.made));
        taps.iter().try_for_each(|tap| self.row(tap))
    }

    /// Writes what still waits.
    pub(super) fn end(mut self) -> io::Result<Made> {
        for taps in std::mem::take(&mut self.waiting) {
            taps.iter().try_for_each(|tap| self.row(tap))?;
        }
        self.out.flush()?;
        Ok(Made { rows: self.line - 1, planted: self.planted })
    }

    fn row(&mut self, tap: &Tap) -> io::Result<()> {
        let Tap { made, id, fault, expected } = tap;
        let MadeTap { at, card, act, rider, pass, charged, .. } = made;
        let place = self.place(*act);
        let fen = |amount: Option<Fen>| amount.map(Fen::get);
        let text = |amount: Option<Fen>| fen(amount).map_or_else(String::new, |fen| fen.to_string());
        let time = |at: &DateTime| at.to_string();
        self.out.write_record([
            &*time(at),
            &format!("3104895199{card:09}"),
            act.name(),
            &place.station,
            &place.line,
            place.direction,
            &place.stop,
            rider.product.name(),
            rider.medium.name(),
            ticket(*pass),
            &pass.map_or_else(String::new, |pass| time(&pass.activated)),
            &text(*charged),
            &id.to_string(),
        ])?;
        self.line += 1;
        let row = self.line;
        let planted =
            |fault| Planted { row, fault, expected_fen: fen(*expected), charged_fen: fen(*charged) };
        self.planted.extend(fault.map(planted));
        Ok(())
    }

    fn place(&self, act: Act) -> Place {
        match act {
            Act::Entry { station, group } | Act::Exit { station, group } => {
                let network = self.city.network();
                let name = network.and_then(|network| network.station(station)).map(|station| &*station.name);
                let line = |group: GroupId| network?.group(group)?.lines().next();
                Place { station: named(name), line: named(group.and_then(line)), ..Place::default() }
            }
            Act::On { line, stop } | Act::Off { line, stop } | Act::Single { line, stop } => {
                self.stop(line, stop)
            }
            Act::Cover => Place::default(),
        }
    }

    fn stop(&self, line: LineId, stop: StopId) -> Place {
        let found = self.city.bus_lines().and_then(|lines| lines.line(line));
        Place {
            line: named(found.map(|line| &*line.name)),
            direction: found.map_or("", |line| if line.direction == 0 { "0" } else { "1" }),
            stop: format!("#{}", u16::from(stop.0) + 1),
            ..Place::default()
        }
    }
}

#[derive(Default)]
struct Place {
    station: String,
    line: String,
    direction: &'static str,
    stop: String,
}

fn named(name: Option<&str>) -> String {
    name.unwrap_or_default().to_owned()
}

/// Where a row lies among those of its day: by the upload that brings it, then by terminal and time.
fn upload(made: &MadeTap) -> (i64, u32, DateTime) {
    let terminal = match made.act {
        Act::Entry { station, .. } | Act::Exit { station, .. } => u32::from(station.0),
        Act::On { line, .. } | Act::Off { line, .. } | Act::Single { line, .. } => {
            1 << 16 | u32::from(line.0)
        }
        Act::Cover => 1 << 17,
    };
    let time = made.at.time();
    let [hour, minute] = [time.hour(), time.minute()].map(|n| u32::from(n.unsigned_abs()));
    let second = (hour * 60 + minute) * 60;
    (i64::from((second + terminal * 997 % UPLOAD_SECONDS) / UPLOAD_SECONDS), terminal, made.at)
}
