//! The whole matrix of a city's list prices, as CSV.
//!
//! | mode | columns | rows |
//! |---|---|---|
//! | rail | `from,to,groups,metres,list_fen` | every station with every one, itself too, both ways |
//! | bus | `line,direction,from,to,numbers,list_fen` | every stop of a line with every later one |
//!
//! A rail ride over several groups of lines costs what the enquiry answers; its groups stand in the order of travel
//! with `+` between. A pair that has no price on the day has its last columns empty.

use std::io::{self, Write};

use tunion_data::Fen;
use tunion_data::civil::{Date, DateTime};
use tunion_fare::{
    BusLines, Fact, GroupId, Issuer, Journey, Ledger, Medium, Network, Places, Product, Quote, Ride, Rider,
    StopId, Tariff,
};

/// What was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Written {
    /// The rows, without the header.
    pub rows: usize,
    /// Those of them that have no price on the day.
    pub unpriced: usize,
}

/// Writes the matrix of a tariff for a day. A list price does not ask for the time of day: noon is taken.
///
/// # Errors
/// It cannot be written.
pub fn matrix(tariff: &Tariff, day: Date, to: impl Write) -> io::Result<Written> {
    let mut sheet = Sheet { tariff, at: day.at(12, 0, 0, 0), to, written: Written::default() };
    match tariff.places() {
        Places::Rail(network) => sheet.rail(network)?,
        Places::Bus(lines) => sheet.bus(lines)?,
    }
    sheet.to.flush()?;
    Ok(sheet.written)
}

struct Sheet<'t, W> {
    tariff: &'t Tariff,
    at: DateTime,
    to: W,
    written: Written,
}

impl<W: Write> Sheet<'_, W> {
    fn rail(&mut self, network: &Network) -> io::Result<()> {
        let name = |group: &GroupId| network.group(*group).map_or("?", tunion_fare::Group::name);
        writeln!(self.to, "from,to,groups,metres,list_fen")?;
        for (from, start) in network.stations() {
            let start = Cell(&start.name).to_string();
            for (to, end) in network.stations() {
                write!(self.to, "{start},{},", Cell(&end.name))?;
                let ride = Ride::Rail { from, to, group: None };
                let enquiry = self.tariff.enquire(&self.journey(ride), &Ledger::default());
                let Ok(enquiry) = enquiry else {
                    self.none(2)?;
                    continue;
                };
                let metres: u32 = enquiry.legs.iter().map(|leg| distance(&leg.quote)).sum();
                for (number, leg) in enquiry.legs.iter().enumerate() {
                    write!(self.to, "{}{}", if number == 0 { "" } else { "+" }, Cell(name(&leg.group)))?;
                }
                self.price(metres, enquiry.list)?;
            }
        }
        Ok(())
    }

    fn bus(&mut self, lines: &BusLines) -> io::Result<()> {
        writeln!(self.to, "line,direction,from,to,numbers,list_fen")?;
        for (id, line) in lines.lines() {
            let stops = || (0..=u8::MAX).map(StopId).zip(&*line.stops);
            let name = Cell(&line.name).to_string();
            for (on, start) in stops() {
                for (off, end) in stops().filter(|(off, _)| on < *off) {
                    let (start, end) = (Cell(&start.name), Cell(&end.name));
                    write!(self.to, "{name},{},{start},{end}", line.direction)?;
                    let journey = self.journey(Ride::Bus { line: id, on, off: Some(off) });
                    match self.tariff.quote(&journey, &Ledger::default()) {
                        Ok(quote) => self.price(distance(&quote), quote.list)?,
                        Err(_) => self.none(2)?,
                    }
                }
            }
        }
        Ok(())
    }

    /// Who pays the list price.
    fn journey(&self, ride: Ride) -> Journey {
        let rider = Rider { product: Product::Ordinary, issuer: Issuer::LOCAL, medium: Medium::Cash };
        Journey::single(ride, rider, self.at, self.at)
    }

    /// Ends a row with a price.
    fn price(&mut self, distance: u32, list: Fen) -> io::Result<()> {
        self.written.rows += 1;
        writeln!(self.to, ",{distance},{}", list.get())
    }

    /// Ends a row without.
    fn none(&mut self, columns: usize) -> io::Result<()> {
        self.written.rows += 1;
        self.written.unpriced += 1;
        writeln!(self.to, "{}", ",".repeat(columns))
    }
}

/// The distance that a list price is of.
fn distance(quote: &Quote) -> u32 {
    match quote.reasons.iter().next().map(|reason| reason.fact) {
        Some(Fact::Distance(distance)) => distance,
        _ => 0,
    }
}

/// A name as a cell: in quotes where it has a comma, a quote or a new line in it.
struct Cell<'a>(&'a str);

impl std::fmt::Display for Cell<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.contains([',', '"', '\n', '\r']) {
            write!(f, "\"{}\"", self.0.replace('"', "\"\""))
        } else {
            f.write_str(self.0)
        }
    }
}
