//! A record as a sentence, for whoever has to see at a glance what a tap has left.

use crate::read::{Record, Value};
use crate::{Field, bus, log, rail, trip};

/// What a record of rail tells: how the card stands, both ends of the journey, the month where the city keeps one.
#[must_use]
pub fn rail(record: &Record) -> String {
    let says = |field| say(record, field);
    let entry = format!(
        "entered city {}, institution {}, line {}, station {}, terminal {}, at {}, for {}, balance {}, at most {}",
        says(rail::ENTRY_CITY),
        says(rail::ENTRY_INSTITUTION),
        says(rail::ENTRY_LINE),
        says(rail::ENTRY_STATION),
        says(rail::ENTRY_TERMINAL),
        says(rail::ENTRY_TIME),
        says(rail::ENTRY_AMOUNT),
        says(rail::ENTRY_BALANCE),
        says(rail::MAXIMUM),
    );
    let exit = format!(
        "left city {}, institution {}, line {}, station {}, terminal {}, at {}, fare {}",
        says(rail::EXIT_CITY),
        says(rail::EXIT_INSTITUTION),
        says(rail::EXIT_LINE),
        says(rail::EXIT_STATION),
        says(rail::EXIT_TERMINAL),
        says(rail::EXIT_TIME),
        says(rail::FARE),
    );
    let mut story = format!("status {}; serial {}; {entry}; {exit}", says(rail::STATUS), says(rail::SERIAL));
    if record.get(rail::CRC).is_some() && record.get(rail::MONTH_PAID).is_some() {
        let month = format!(
            "; this month {} in {} rides, last at {}",
            says(rail::MONTH_PAID),
            says(rail::MONTH_RIDES),
            says(rail::LAST_TIME)
        );
        story.push_str(&month);
    }
    story
}

/// What a record of a bus ride tells.
#[must_use]
pub fn bus(record: &Record) -> String {
    let says = |field| say(record, field);
    format!(
        "state {}; serial {}; boarded city {}, line {}, stop {}, vehicle {}, terminal {}, at {}, to the far end {}; left \
         city {}, line {}, stop {}, vehicle {}, terminal {}, at {}, charged {}",
        says(bus::STATE),
        says(bus::SERIAL),
        says(bus::ON_CITY),
        says(bus::ON_LINE),
        says(bus::ON_STOP),
        says(bus::ON_VEHICLE),
        says(bus::ON_TERMINAL),
        says(bus::ON_TIME),
        says(bus::ANNOTATED),
        says(bus::OFF_CITY),
        says(bus::OFF_LINE),
        says(bus::OFF_STOP),
        says(bus::OFF_VEHICLE),
        says(bus::OFF_TERMINAL),
        says(bus::OFF_TIME),
        says(bus::AMOUNT),
    )
}

/// What a record of a journey tells.
#[must_use]
pub fn trip(record: &Record) -> String {
    let says = |field| say(record, field);
    format!(
        "{} {} at {}: city {}, line {}, station {}, operator {}, terminal {}, acceptor {}; amount {}, balance after {}",
        says(trip::INDUSTRY),
        says(trip::TYPE),
        says(trip::TIME),
        says(trip::CITY),
        says(trip::LINE),
        says(trip::STATION),
        says(trip::OPERATOR),
        says(trip::TERMINAL),
        says(trip::ACQUIRER),
        says(trip::AMOUNT),
        says(trip::BALANCE),
    )
}

/// What a record of the card's own log tells.
#[must_use]
pub fn log(record: &Record) -> String {
    let says = |field| say(record, field);
    format!(
        "{} {} at {}: amount {}, terminal {}, overdraft limit {}",
        says(log::TYPE),
        says(log::SEQUENCE),
        says(log::TIME),
        says(log::AMOUNT),
        says(log::TERMINAL),
        says(log::OVERDRAFT),
    )
}

fn say(record: &Record, field: Field) -> String {
    match record.get(field) {
        Some(Value::Word(_, word)) => (*word).to_owned(),
        Some(value) => value.to_string(),
        None => "not in this record".to_owned(),
    }
}
