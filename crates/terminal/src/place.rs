//! Where a terminal stands and whom it asks for the fare.

use tunion_fare::{LineId, StationId, StopId, Tariff};

/// What kind of terminal it is, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    /// A gate at a station.
    Rail(RailGate),
    /// A reader on a bus.
    Bus(BusReader),
    /// A ticket office (票务处) at a station.
    Office(Office),
    /// A shop's terminal (POS).
    Pos,
    /// A top-up terminal (圈存机).
    TopUp,
    /// An enquiry terminal (查询机), and at which station it stands, if it is to tell what is due there.
    Enquiry(Option<Office>),
}

/// A rail gate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct RailGate {
    /// Into the paid area or out of it.
    pub direction: Direction,
    /// The line, as written into 1A and 1E; 0 where the city's stations know none.
    pub line: u8,
    /// The station's code, as written into 1A and 1E.
    pub station: u16,
}

/// Where a ticket office stands, or an enquiry terminal at a station.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Office {
    /// The line, as written into 1A and 1E.
    pub line: u8,
    /// The station's code, as written into 1A and 1E.
    pub station: u16,
}

impl Office {
    /// A gate that stands where the office does.
    pub(crate) const fn gate(self, direction: Direction) -> RailGate {
        RailGate { direction, line: self.line, station: self.station }
    }
}

/// Direction of a rail gate.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Direction {
    /// 进站.
    Entry,
    /// 出站.
    Exit,
}

/// A bus reader.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BusReader {
    /// The line, in the direction the bus runs now.
    pub line: LineId,
    /// Where the bus is: the driver or a satellite says so.
    pub stop: StopId,
    /// The vehicle, ASCII, padded with spaces.
    pub vehicle: [u8; 8],
    /// Whether it is the one at the rear door, where nobody boards (`docs/spec/terminal.md` 1.2).
    pub rear: bool,
}

/// Who makes the fare.
#[derive(Clone, Copy, Debug)]
pub enum Fares<'t> {
    /// The terminal itself, by this tariff.
    Tariff(&'t Tariff),
    /// The gate controller (`docs/spec/terminal.md` 1.4, Shanghai).
    Controller,
}

impl<'t> Fares<'t> {
    pub(crate) fn tariff(self) -> Option<&'t Tariff> {
        match self {
            Self::Tariff(tariff) => Some(tariff),
            Self::Controller => None,
        }
    }

    /// The station with this code in the tariff's network.
    pub(crate) fn station(self, code: u16) -> Option<StationId> {
        self.tariff()?.network()?.station_coded(code)
    }
}
