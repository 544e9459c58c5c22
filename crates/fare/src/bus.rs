//! Bus lines: stops with the numbers printed on their boards.

use alloc::boxed::Box;
use alloc::vec::Vec;

use tunion_data::CityCode;

use crate::GroupId;

/// One direction of a bus line, by its place in the table.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LineId(pub u16);

/// A stop of a line, counted from 0 in the order of travel.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StopId(pub u8);

/// A bus stop (站) on one line in one direction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Stop {
    /// The name as printed.
    pub name: Box<str>,
    /// The printed fare number (站号), about a kilometre each; equal at neighbours that are near,
    /// skipped where they are far (`docs/spec/fares.md` 2).
    pub number: u16,
}

/// One direction of a bus line.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BusLine {
    /// The code that records on the card carry: synthetic, both directions share it.
    pub code: u16,
    /// 0 or 1, as the card's bus record writes it (`docs/spec/terminal.md` 1.2, field 58; the
    /// values are our reading).
    pub direction: u8,
    /// The name as printed, such as 331.
    pub name: Box<str>,
    /// The line class (线路类别).
    pub class: GroupId,
    /// The stops in the order of travel.
    pub stops: Box<[Stop]>,
}

impl BusLine {
    /// A stop.
    #[must_use]
    pub fn stop(&self, id: StopId) -> Option<&Stop> {
        self.stops.get(usize::from(id.0))
    }

    /// The first stop of that name.
    #[must_use]
    pub fn stop_named(&self, name: &str) -> Option<StopId> {
        (0..=u8::MAX).map(StopId).zip(&*self.stops).find(|(_, stop)| *stop.name == *name).map(|(id, _)| id)
    }

    /// The difference of the stop numbers, which is the distance of a bus ride.
    #[must_use]
    pub fn difference(&self, on: StopId, off: StopId) -> Option<u16> {
        Some(self.stop(on)?.number.abs_diff(self.stop(off)?.number))
    }

    /// The largest difference of stop numbers on the line.
    #[must_use]
    pub fn longest(&self) -> Option<u16> {
        let numbers = || self.stops.iter().map(|stop| stop.number);
        Some(numbers().max()? - numbers().min()?)
    }

    /// The distance from a stop to the farther END of the line, which is what a missing tap-off is
    /// charged (`docs/spec/fares.md` 2, S16 article 16).
    #[must_use]
    pub fn farther_end(&self, on: StopId) -> Option<u16> {
        let here = self.stop(on)?.number;
        let ends = [self.stops.first()?, self.stops.last()?];
        ends.into_iter().map(|end| end.number.abs_diff(here)).max()
    }
}

/// The bus lines of a city, compiled.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BusLines {
    name: Box<str>,
    city: CityCode,
    classes: Box<[Box<str>]>,
    lines: Box<[BusLine]>,
}

impl BusLines {
    /// These lines, numbered in this order, of these classes, numbered likewise.
    #[must_use]
    pub fn new(name: &str, city: CityCode, classes: Vec<Box<str>>, lines: Vec<BusLine>) -> Self {
        Self { name: name.into(), city, classes: classes.into(), lines: lines.into() }
    }

    /// The name of the set of lines.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The city.
    #[must_use]
    pub fn city(&self) -> CityCode {
        self.city
    }

    /// The line classes, in the order of their ids.
    pub fn classes(&self) -> impl Iterator<Item = (GroupId, &str)> {
        (0..=u8::MAX).map(GroupId).zip(self.classes.iter().map(|name| &**name))
    }

    /// The name of a line class.
    #[must_use]
    pub fn class(&self, id: GroupId) -> Option<&str> {
        self.classes.get(usize::from(id.0)).map(|name| &**name)
    }

    /// All lines, in the order of their ids.
    pub fn lines(&self) -> impl Iterator<Item = (LineId, &BusLine)> {
        (0..=u16::MAX).map(LineId).zip(&*self.lines)
    }

    /// One direction of a line.
    #[must_use]
    pub fn line(&self, id: LineId) -> Option<&BusLine> {
        self.lines.get(usize::from(id.0))
    }

    /// One direction of a line by its printed name.
    #[must_use]
    pub fn line_named(&self, name: &str, direction: u8) -> Option<LineId> {
        self.lines().find(|(_, line)| *line.name == *name && line.direction == direction).map(|(id, _)| id)
    }

    /// One direction of a line by the code that the card's records carry.
    #[must_use]
    pub fn line_coded(&self, code: u16, direction: u8) -> Option<LineId> {
        self.lines().find(|(_, line)| line.code == code && line.direction == direction).map(|(id, _)| id)
    }
}
