//! What a reader on a bus has to leave (`docs/spec/terminal.md` 1.1, 1.2).

use super::done::{Done, Kind, There, Wanted};
use super::{Fares, Tap, city, moment, word};
use tunion_data::civil::{DateTime, date};
use tunion_fare::{BusLine, LineId, StopId};
use tunion_record_model::{Moment, Record, Value, bus};

/// The bus record, 2702.
const ID: u8 = 0x02;

/// A tap at one reader.
struct Reader<'a> {
    tap: &'a Tap<'a>,
    fares: &'a Fares,
    line: &'a BusLine,
    id: LineId,
    stop: StopId,
    vehicle: [u8; 8],
    old: Record,
}

/// The debits of a reader: `count` of those that this tap is made of, in their order.
pub fn done(
    tap: &Tap<'_>,
    fares: &Fares,
    (id, stop, vehicle): (LineId, StopId, [u8; 8]),
    count: usize,
    wrong: &mut Vec<String>,
) -> Vec<Done> {
    let line = tap.file.tariff.as_ref().and_then(|tariff| tariff.bus_lines()?.line(id));
    let old = super::read(bus::TABLE, tap.before.record(ID), wrong);
    let (Some(line), Some(old)) = (line, old) else { return Vec::new() };
    let reader = Reader { tap, fares, line, id, stop, vehicle, old };
    let mut done: Vec<Done> = Vec::new();
    for kind in reader.plan().into_iter().take(count) {
        let next = match kind {
            Kind::Exit => reader.alight(&done),
            Kind::Cover => reader.cover(&done),
            Kind::Single => reader.single(&done),
            Kind::Entry | Kind::Load => reader.board(&done),
        };
        done.push(next);
    }
    done
}

impl Reader<'_> {
    /// What this tap means (`docs/spec/terminal.md` 1.2; Beijing bus, our reading).
    fn plan(&self) -> Vec<Kind> {
        let class =
            self.tap.file.tariff.as_ref().and_then(|tariff| tariff.bus_lines()?.class(self.line.class));
        let single = &self.tap.file.profile.bus.single_tap_classes;
        let begin =
            if single.iter().any(|name| Some(name.as_str()) == class) { Kind::Single } else { Kind::Entry };
        if self.old.number(bus::STATE) != 1 || self.old.number(bus::ON_CITY) != city(self.tap) {
            return vec![begin];
        }
        let annotated = self.old.number(bus::ANNOTATED);
        match self.old.time(bus::ON_TIME) {
            Some(on) if self.is_same_ride(on) => vec![Kind::Exit],
            _ if annotated == 0 => vec![begin],
            _ => vec![Kind::Cover, begin],
        }
    }

    /// Line and vehicle are those of the boarding and the time limit has not run out.
    fn is_same_ride(&self, on: Moment) -> bool {
        let minutes = self.tap.at.duration_since(civil(on)).as_secs();
        let limit = i64::from(self.tap.file.profile.bus.max_minutes) * 60;
        self.old.get(bus::ON_LINE) == Some(&two(self.line.code))
            && self.old.number(bus::DIRECTION) == u64::from(self.line.direction)
            && self.old.get(bus::ON_VEHICLE) == Some(&text(self.vehicle))
            && (0..=limit).contains(&minutes)
    }

    fn there(&self, maximum: (u32, u16)) -> There {
        There { industry: 0x02, line: self.line.code, station: u16::from(self.stop.0) + 1, maximum }
    }

    /// "Boarding charges 0", and notes what a ride to the far terminus costs.
    fn board(&self, earlier: &[Done]) -> Done {
        let tap = self.tap;
        let mut done = Done::debit(tap, earlier, Kind::Entry, 0);
        let annotated = self.fares.bus(tap, self.id, self.stop, None, tap.at).unwrap_or(u32::MAX);
        let minutes = tap.file.profile.bus.max_minutes;
        done.trip = Some(self.there((annotated, minutes)));
        let record = blank()
            .with(bus::SERIAL, Value::Number(u64::from(done.serial)))
            .with(bus::STATE, word(bus::STATES, 1))
            .with(bus::ON_CITY, Value::Number(city(tap)))
            .with(bus::ON_INSTITUTION, Value::Code(tap.file.psam.acquirer.0.to_vec()))
            .with(bus::ON_OPERATOR, two(tap.file.profile.operator))
            .with(bus::ON_LINE, two(self.line.code))
            .with(bus::ON_STOP, Value::Number(u64::from(self.stop.0) + 1))
            .with(bus::ON_VEHICLE, text(self.vehicle))
            .with(bus::ON_TERMINAL, terminal(tap))
            .with(bus::ON_TIME, Value::Time(Some(moment(tap.at))))
            .with(bus::ANNOTATED, Value::Fen(u64::from(annotated)))
            .with(bus::DIRECTION, Value::Number(u64::from(self.line.direction)))
            .with(bus::MINUTES, Value::Number(u64::from(minutes)));
        done.industry = Some((ID, Wanted { table: bus::TABLE, record }));
        done
    }

    /// "Alighting charges the true fare."
    fn alight(&self, earlier: &[Done]) -> Done {
        let on = StopId(u8::try_from(self.old.number(bus::ON_STOP)).unwrap().saturating_sub(1));
        let at = self.old.time(bus::ON_TIME).map_or(self.tap.at, civil);
        let fare = self.fares.bus(self.tap, self.id, on, Some(self.stop), at).unwrap_or(u32::MAX);
        let mut done = Done::debit(self.tap, earlier, Kind::Exit, fare);
        let numbers = [on, self.stop].map(|stop| self.line.stop(stop).map_or(0, |stop| stop.number));
        self.close(&mut done, numbers[0].abs_diff(numbers[1]));
        done
    }

    /// "That amount is charged, and the same tap runs once more to board again." No distance was ridden that
    /// anybody knows (our reading).
    fn cover(&self, earlier: &[Done]) -> Done {
        let amount = u32::try_from(self.old.number(bus::ANNOTATED)).unwrap();
        let mut done = Done::debit(self.tap, earlier, Kind::Cover, amount);
        self.close(&mut done, 0);
        done
    }

    /// A ride that one tap pays writes 1E only (`docs/spec/terminal.md` 1.1).
    fn single(&self, earlier: &[Done]) -> Done {
        let fare =
            self.fares.bus(self.tap, self.id, self.stop, Some(self.stop), self.tap.at).unwrap_or(u32::MAX);
        let mut done = Done::debit(self.tap, earlier, Kind::Single, fare);
        done.trip = Some(self.there((0, 0)));
        done
    }

    /// "State 02, the fields of alighting, the price; the annotated amount is 0 again."
    fn close(&self, done: &mut Done, distance: u16) {
        let tap = self.tap;
        done.trip = Some(self.there((0, 0)));
        let old = tap.before.record(ID);
        let mut at = [0; 7];
        at.copy_from_slice(&old[46..53]);
        done.entry = Some((u16::from_be_bytes([old[27], old[28]]), u16::from(old[29]), at));
        let record = self
            .old
            .clone()
            .with(bus::SERIAL, Value::Number(u64::from(done.serial)))
            .with(bus::STATE, word(bus::STATES, 2))
            .with(bus::ANNOTATED, Value::Fen(0))
            .with(bus::OFF_CITY, Value::Number(city(tap)))
            .with(bus::OFF_INSTITUTION, Value::Code(tap.file.psam.acquirer.0.to_vec()))
            .with(bus::OFF_OPERATOR, two(tap.file.profile.operator))
            .with(bus::OFF_LINE, two(self.line.code))
            .with(bus::OFF_STOP, Value::Number(u64::from(self.stop.0) + 1))
            .with(bus::OFF_VEHICLE, text(self.vehicle))
            .with(bus::OFF_TERMINAL, terminal(tap))
            .with(bus::OFF_TIME, Value::Time(Some(moment(tap.at))))
            .with(bus::AMOUNT, Value::Fen(u64::from(done.amount)))
            .with(bus::DISTANCE, Value::Number(u64::from(distance)));
        done.industry = Some((ID, Wanted { table: bus::TABLE, record }));
    }
}

/// Header and zeros.
fn blank() -> Record {
    let mut bytes = vec![0x27, 0x02, 0x7D, 0x01, 0x01, 0x00];
    bytes.resize(128, 0);
    Record::read(bus::TABLE, &bytes).unwrap()
}

fn two(number: u16) -> Value {
    Value::Code(number.to_be_bytes().to_vec())
}

fn text(bytes: [u8; 8]) -> Value {
    Value::Text(bytes.map(char::from).iter().collect())
}

fn terminal(tap: &Tap<'_>) -> Value {
    let mut bytes = vec![0, 0];
    bytes.extend(tap.number);
    Value::Code(bytes)
}

fn civil(at: Moment) -> DateTime {
    let [month, day, hour, minute, second] =
        [at.month, at.day, at.hour, at.minute, at.second].map(|n| i8::try_from(n).unwrap());
    date(i16::try_from(at.year).unwrap(), month, day).at(hour, minute, second, 0)
}
