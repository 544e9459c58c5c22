//! Fields in words: stations, lines and stops by their names, numbers in the terminal's byte order, and what
//! the card has there until now.

use super::value::Field;
use crate::report::FLAGS;
use crate::trace::hex;
use tunion_data::file::{BusRecord, Industry, RailRecord, RailRecordView, Sfi, TripRecord};
use tunion_data::{FieldInfo, Kind};
use tunion_fare::{BusLine, StopId, Tariff};
use tunion_files::layout::{Layout, key};
use tunion_terminal::Profile;
use tunion_terminal::profile::ByteOrder;

/// What the bytes are that fields are read from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Shape {
    /// A file, or its record of this number (of EF 1A: the low byte of its identifier).
    File(Sfi, u8),
    /// A record to be uploaded.
    Upload,
    /// The data of a command or an answer.
    Message,
}

/// What makes words of numbers.
#[derive(Clone, Copy)]
pub(super) struct Words<'a> {
    pub(super) profile: &'a Profile,
    pub(super) tariff: Option<&'a Tariff>,
    /// The byte order of numbers in 1E; none where the terminal writes no trips.
    pub(super) order: Option<ByteOrder>,
}

impl Words<'_> {
    /// The fields that lie in `bytes`, in their order; with what they say in `until_now`, where it differs.
    pub(super) fn fields(
        &self,
        layout: &Layout,
        shape: Shape,
        bytes: &[u8],
        until_now: Option<&[u8]>,
    ) -> Vec<Field> {
        let whole = layout.fields.iter().filter(|field| field.offset + field.len <= bytes.len());
        whole
            .map(|field| {
                let part = layout.part(field, bytes);
                let meaning = self.meaning(layout, shape, field, bytes);
                let before = until_now.map(|all| (all, layout.part(field, all)));
                let was = before.filter(|(_, before)| *before != part).map(|(all, before)| {
                    let none = is_blank(before) && !matches!(field.kind, Kind::Number | Kind::Money);
                    let said = self.meaning(layout, shape, field, all);
                    match said {
                        _ if none && layout.names(field).is_empty() => "none".to_owned(),
                        // Other bytes that say the same.
                        said if said == meaning => hex(before),
                        said => said,
                    }
                });
                let gone = meaning.is_empty() && was.is_some();
                Field {
                    name: key(field),
                    offset: field.offset,
                    length: field.len,
                    bytes: hex(part),
                    meaning: if gone { "none".to_owned() } else { meaning },
                    was,
                }
            })
            .collect()
    }

    /// What a field says; its bytes, where there is nothing to be said.
    pub(super) fn meaning(&self, layout: &Layout, shape: Shape, field: &FieldInfo, all: &[u8]) -> String {
        let part = layout.part(field, all);
        let own = match shape {
            Shape::File(Sfi::INDUSTRY, RailRecord::ID) => self.rail(field.name, part, all),
            Shape::File(Sfi::INDUSTRY, BusRecord::ID) => self.bus(field.name, part, all),
            Shape::File(Sfi::TRIP, _) => self.trip(field.name, part, all),
            Shape::Upload => self.upload(layout, field.name, part, all),
            Shape::File(..) | Shape::Message => None,
        };
        own.unwrap_or_else(|| layout.meaning(field, part))
    }

    /// `docs/spec/terminal.md` 1.3: a station's code lies in the last two bytes.
    fn rail(&self, name: &str, part: &[u8], all: &[u8]) -> Option<String> {
        match name {
            "entry_station" | "exit_station" => self.station(number(part.get(6..)?)),
            "serial" => Some(serial(part)),
            // Shanghai's (docs/spec/terminal.md 1.3).
            "entry_flag" | "exit_flag" => Some(hex(part)),
            "in_out" => match part {
                [0x55] => Some("inside".to_owned()),
                [0x66] => Some("outside".to_owned()),
                _ => Some(hex(part)),
            },
            "crc" => {
                let holds = RailRecordView::new(all).is_ok_and(RailRecordView::crc_holds);
                Some(if holds { "holds" } else { "FAILS" }.to_owned())
            }
            _ => None,
        }
    }

    /// `docs/spec/terminal.md` 1.2: lines by their codes, stops counted from 1.
    fn bus(&self, name: &str, part: &[u8], all: &[u8]) -> Option<String> {
        let record = BusRecord::try_from(all).ok()?;
        let line = |code: [u8; 2]| self.line(u16::from_be_bytes(code), record.direction);
        match name {
            "serial" => Some(serial(part)),
            "board_line" => Some(line(record.board_line)?.name.to_string()),
            "alight_line" => Some(line(record.alight_line)?.name.to_string()),
            "board_stop" => stop(line(record.board_line)?, record.board_stop.into()),
            "alight_stop" => stop(line(record.alight_line)?, record.alight_stop.into()),
            _ => None,
        }
    }

    /// `docs/spec/terminal.md` 1.3: line, station and operator in the byte order of the city that wrote them.
    fn trip(&self, name: &str, part: &[u8], all: &[u8]) -> Option<String> {
        let record = TripRecord::try_from(all).ok().filter(|record| record.city == self.profile.city)?;
        let order = self.order?;
        let in_order = |bytes: [u8; 2]| match order {
            ByteOrder::Little => u16::from_le_bytes(bytes),
            ByteOrder::Big => u16::from_be_bytes(bytes),
        };
        let (line, station) = (in_order(record.line), in_order(record.station));
        match name {
            "line" => Some(self.line_of(record.industry, line)),
            "station" => self.place(record.industry, line, station),
            "operator" => Some(format!("{:04X}", in_order(part.try_into().ok()?))),
            _ => None,
        }
    }

    fn upload(&self, layout: &Layout, name: &str, part: &[u8], all: &[u8]) -> Option<String> {
        let of = |name: &str| layout.field(name).map(|field| number(layout.part(field, all)));
        let industry = u8::try_from(of("industry")?).ok()?;
        match name {
            "flags" => {
                let flags = FLAGS.iter().filter(|(flag, _)| part.iter().any(|byte| byte & flag != 0));
                let names: Vec<&str> = flags.map(|(_, name)| *name).collect();
                Some(if names.is_empty() { "none".to_owned() } else { names.join(", ") })
            }
            "line" | "entry_line" => Some(self.line_of(industry, number(part))),
            "station" => self.place(industry, of("line")?, number(part)),
            "entry_station" => self.place(industry, of("entry-line")?, number(part)),
            "operator" => Some(hex(part)),
            _ => None,
        }
    }

    /// A station of rail, or a stop of a bus line.
    fn place(&self, industry: u8, line: u16, station: u16) -> Option<String> {
        if industry != Industry::Bus as u8 {
            return self.station(station).or_else(|| Some(station.to_string()));
        }
        // Stops have the same names in both directions, but other numbers: only a line that runs one way tells.
        let found = self.tariff?.bus_lines()?.lines().filter(|(_, known)| known.code == line);
        let names: Vec<String> = found.filter_map(|(_, line)| stop(line, station)).collect();
        match names.as_slice() {
            [one] => Some(one.clone()),
            [_, ..] => Some(format!("stop {station}: {}", names.join(" or "))),
            [] => None,
        }
    }

    fn line_of(&self, industry: u8, code: u16) -> String {
        let bus =
            (industry == Industry::Bus as u8).then(|| self.line(code, 0).or_else(|| self.line(code, 1)));
        bus.flatten().map_or_else(|| code.to_string(), |line| line.name.to_string())
    }

    fn line(&self, code: u16, direction: u8) -> Option<&BusLine> {
        let lines = self.tariff?.bus_lines()?;
        lines.line(lines.line_coded(code, direction)?)
    }

    /// A station of the terminal's own city by its code.
    pub(super) fn station(&self, code: u16) -> Option<String> {
        let network = self.tariff?.network()?;
        network.station(network.station_coded(code)?).map(|station| station.name.to_string())
    }
}

fn stop(line: &BusLine, number: u16) -> Option<String> {
    let place = u8::try_from(number.checked_sub(1)?).ok()?;
    line.stop(StopId(place)).map(|stop| stop.name.to_string())
}

/// A serial number of BCD digits, without the zeros in front.
fn serial(part: &[u8]) -> String {
    let digits = hex(part);
    let number = digits.trim_start_matches('0');
    if number.is_empty() { "0".to_owned() } else { number.to_owned() }
}

fn number(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |number, byte| number << 8 | u16::from(*byte))
}

/// Whether nothing is written there: zeros, or the spaces of text.
pub(super) fn is_blank(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0) || bytes.iter().all(|byte| *byte == b' ')
}
