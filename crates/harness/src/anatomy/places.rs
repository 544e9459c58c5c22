//! Where a tap is made: stations, lines and stops by their names.

use super::ask::{Ask, Errand, served};
use crate::fares::quote::Refusal;
use std::collections::BTreeSet;
use tunion_data::Fen;
use tunion_fare::{BusLine, BusLines, LineId, StopId, Tariff};
use tunion_files::diag::unknown;
use tunion_files::scenario::{Act, BusPlace};
use tunion_files::terminal::{TerminalFile, TerminalKind};
use tunion_terminal::{Charge, Office, Settle};

/// The bus of a tap that does not say which: any name will do.
const VEHICLE: &str = "A1001";

/// A mistake of an argument.
pub(super) fn wrong(option: &str, message: impl Into<String>, help: impl Into<String>) -> Refusal {
    Refusal::new(message).at(option).help(help)
}

/// The name of an argument stands for nothing.
fn no_such<'a>(option: &str, what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> Refusal {
    Refusal::from(unknown(what, name, known)).at(option)
}

impl Ask {
    /// What the holder does, and on which bus.
    pub(super) fn act(&self, file: &TerminalFile) -> Result<(Act, Option<BusPlace>), Refusal> {
        let (option, kinds) = self.errand.row();
        if !kinds.contains(&file.kind) {
            let message = format!("`{}` is {}, and no terminal for this", file.name, file.kind);
            return Err(wrong(option, message, format!("ask it for {}", served(file.kind))));
        }
        self.unused(file)?;
        match &self.errand {
            Errand::Enter(name) => {
                Ok((Act::Enter { station: station(option, name, file)?, line: self.gate_line()? }, None))
            }
            Errand::Exit(name) => {
                Ok((Act::Exit { station: station(option, name, file)?, line: self.gate_line()? }, None))
            }
            Errand::Stop(name) => {
                let (bus, line) = self.bus(file, name)?;
                Ok((Act::Bus { stop: stop(option, line, name)? }, Some(bus)))
            }
            Errand::Load(Fen::ZERO) => {
                Err(wrong(option, "a load of nothing", "give an amount such as 50.00"))
            }
            Errand::Load(amount) => Ok((Act::Load(*amount), None)),
            Errand::Enquire if file.kind == TerminalKind::TicketOffice => {
                Ok((Act::Enquire(Some(self.office(file)?)), None))
            }
            Errand::Enquire => {
                let at = self.station.as_ref().map(|_| self.office(file)).transpose()?;
                Ok((Act::Enquire(at), None))
            }
            Errand::Settle(area, payment) => {
                let (area, payment) = (*area, *payment);
                let entered = self.entered.as_deref().map(|name| station("--entered", name, file));
                let entered = entered.transpose()?.map(|code| (0, code));
                Ok((Act::Settle(self.office(file)?, Settle { area, payment, entered }), None))
            }
            Errand::Buy(amount) => Ok((Act::Buy(*amount), None)),
            Errand::Refund => Ok((Act::Refund(self.office(file)?), None)),
            Errand::Lock => Ok((Act::Lock(self.office(file)?), None)),
        }
    }

    /// Where the ticket office stands.
    fn office(&self, file: &TerminalFile) -> Result<Office, Refusal> {
        const OPTION: &str = "--station";
        let Some(name) = &self.station else {
            return Err(wrong(OPTION, "missing", "give the station that the office stands at"));
        };
        Ok(Office { line: self.gate_line()?, station: station(OPTION, name, file)? })
    }

    /// The tap that is played first, if there is one: the holder entered or boarded.
    pub(super) fn earlier(&self, file: &TerminalFile) -> Result<Option<Act>, Refusal> {
        const OPTION: &str = "--entered";
        let Some(name) = &self.entered else { return Ok(None) };
        match &self.errand {
            Errand::Exit(_) => {
                Ok(Some(Act::Enter { station: station(OPTION, name, file)?, line: self.gate_line()? }))
            }
            Errand::Stop(now) => {
                let (_, line) = self.bus(file, now)?;
                Ok(Some(Act::Bus { stop: stop(OPTION, line, name)? }))
            }
            // Where the holder says to have entered: no tap.
            Errand::Settle(..) => Ok(None),
            Errand::Enter(_)
            | Errand::Load(_)
            | Errand::Enquire
            | Errand::Buy(_)
            | Errand::Refund
            | Errand::Lock => Err(wrong(
                OPTION,
                "nothing was entered before this",
                "give it with --exit, with --stop for where the bus was boarded, or with --settle",
            )),
        }
    }

    /// Arguments that this kind of terminal has no use for.
    fn unused(&self, file: &TerminalFile) -> Result<(), Refusal> {
        let desk = matches!(file.kind, TerminalKind::TicketOffice | TerminalKind::Enquiry);
        let rides = desk || matches!(file.kind, TerminalKind::RailGate | TerminalKind::BusReader);
        let bus = file.kind == TerminalKind::BusReader;
        for (option, given, used) in [
            ("--station", self.station.is_some(), desk),
            ("--line", self.line.is_some(), rides),
            ("--direction", self.direction.is_some(), bus),
            ("--vehicle", self.vehicle.is_some(), bus),
        ] {
            if given && !used {
                return Err(wrong(option, format!("{} has no use for it", file.kind), "leave it out"));
            }
        }
        Ok(())
    }

    /// The number of a gate's line, 0 where the stations know none.
    fn gate_line(&self) -> Result<u8, Refusal> {
        let Some(line) = &self.line else { return Ok(0) };
        line.parse().map_err(|_| {
            let message = format!("`{line}` is no number of a rail line");
            wrong("--line", message, "write 0 to 255: it goes into 1A and 1E as it is")
        })
    }

    /// The bus: its line in the direction that is given, or else in the first that has the stops.
    fn bus<'f>(&self, file: &'f TerminalFile, now: &str) -> Result<(BusPlace, &'f BusLine), Refusal> {
        const OPTION: &str = "--line";
        let lines = file.tariff.as_deref().and_then(Tariff::bus_lines);
        let lines =
            lines.ok_or_else(|| wrong(OPTION, "this reader's tariff has no lines", "give another"))?;
        let Some(name) = &self.line else {
            return Err(wrong(OPTION, "missing", "give the line that the bus runs on, such as 331"));
        };
        let ways: Vec<(LineId, &BusLine)> = lines.lines().filter(|(_, line)| *line.name == **name).collect();
        if ways.is_empty() {
            return Err(no_such(OPTION, "bus line", name, names(lines)));
        }
        let way = if let Some(direction) = self.direction {
            ways.iter().find(|(_, line)| line.direction == direction).ok_or_else(|| {
                let known: Vec<String> = ways.iter().map(|(_, line)| line.direction.to_string()).collect();
                let message = format!("line {name} has no direction {direction}");
                wrong("--direction", message, format!("it has {}", known.join(" and ")))
            })?
        } else {
            let on = self.entered.as_deref();
            let leads = |line: &BusLine| {
                let (from, to) = (on.and_then(|on| place(line, on)), place(line, now));
                to.is_some() && (on.is_none() || from.is_some() && from <= to)
            };
            let found = ways.iter().find(|(_, line)| leads(line)).or_else(|| ways.first());
            found.ok_or_else(|| no_such(OPTION, "bus line", name, names(lines)))?
        };
        let (line, found) = *way;
        Ok((BusPlace { line, vehicle: self.vehicle()?, rear: false }, found))
    }

    fn vehicle(&self) -> Result<[u8; 8], Refusal> {
        let name = self.vehicle.as_deref().unwrap_or(VEHICLE);
        let bytes = name.as_bytes();
        if bytes.is_empty() || bytes.len() > 8 || !bytes.iter().all(u8::is_ascii_graphic) {
            let message = format!("`{name}` is no number of a vehicle");
            return Err(wrong("--vehicle", message, "it is 1 to 8 letters and digits, such as A1001"));
        }
        let mut field = [b' '; 8];
        field.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
        Ok(field)
    }

    /// The controller's fare: due at exits where the controller names it, and nowhere else.
    pub(super) fn charge(&self, file: &TerminalFile) -> Result<Option<Charge>, Refusal> {
        const OPTION: &str = "--fare";
        let gates = matches!(file.kind, TerminalKind::RailGate | TerminalKind::TicketOffice);
        let asks = gates && file.tariff.is_none();
        let exits = matches!(self.errand, Errand::Exit(_) | Errand::Settle(..));
        match &self.fare {
            Some(_) if !(asks && exits) => Err(wrong(
                OPTION,
                "no controller is asked for a fare here",
                "leave it out: only exits have one, at gates whose profile says fare = \"controller\"",
            )),
            None if asks && exits => {
                let message = "missing: the controller of this gate has to name the fare";
                Err(wrong(OPTION, message, "give it, such as 4.00, or 4.00:3.20 for list and charged"))
            }
            None => Ok(None),
            Some(fare) => {
                let (list, charged) = fare.split_once(':').unwrap_or((fare, fare));
                let amount = |text: &str| {
                    text.parse::<Fen>().map_err(|_| {
                        let message = format!("`{text}` is no amount");
                        wrong(
                            OPTION,
                            message,
                            "write yuan with two decimals, 4.00, or 4.00:3.20 for list and charged",
                        )
                    })
                };
                Ok(Some(Charge { list: amount(list)?, charged: amount(charged)? }))
            }
        }
    }
}

/// The names of the lines, each once.
fn names(lines: &BusLines) -> BTreeSet<&str> {
    lines.lines().map(|(_, line)| &*line.name).collect()
}

/// A station's code: by its name in the network, or the number that the controller knows it by.
fn station(option: &str, name: &str, file: &TerminalFile) -> Result<u16, Refusal> {
    let Some(network) = file.tariff.as_deref().and_then(Tariff::network) else {
        return name.parse().map_err(|_| {
            let message = "the controller of this gate knows stations by their numbers only";
            wrong(option, message, "write a number, such as 12")
        });
    };
    if let Some(station) = network.station_named(name).and_then(|id| network.station(id)) {
        return Ok(station.code);
    }
    let coded = name.parse().ok().and_then(|code| network.station(network.station_coded(code)?));
    Err(match coded {
        Some(station) => {
            let message = "the stations of this gate have names";
            wrong(option, message, format!("{name} is the code of {}", station.name))
        }
        None => no_such(option, "station", name, network.stations().map(|(_, station)| &*station.name)),
    })
}

fn stop(option: &str, line: &BusLine, name: &str) -> Result<StopId, Refusal> {
    place(line, name).ok_or_else(|| {
        if name.starts_with('#') {
            let message = format!("line {} has no stop `{name}`", line.name);
            return wrong(option, message, format!("its stops are #1 to #{}", line.stops.len()));
        }
        let what = format!("stop of line {}:", line.name);
        no_such(option, &what, name, line.stops.iter().map(|stop| &*stop.name))
    })
}

/// A stop by its name, or by its place in the line, `#1` for the first.
fn place(line: &BusLine, name: &str) -> Option<StopId> {
    match name.strip_prefix('#') {
        None => line.stop_named(name),
        Some(place) => {
            let place = place.parse::<u8>().ok()?.checked_sub(1).map(StopId)?;
            line.stop(place).map(|_| place)
        }
    }
}
