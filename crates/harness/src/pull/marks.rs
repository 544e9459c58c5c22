//! What a transaction leaves on a card, and what is to be found there when a gate opens.

use super::evidence::{Done, Tapped, is_load};
use super::flow::Visit;
use crate::trace::Exchange;
use tunion_card::Image;
use tunion_data::command::Transaction;
use tunion_data::file::{
    BoardState, BusRecord, LogRecord, RailRecord, RailStatus, Sfi, TripRecord, TripType,
};
use tunion_data::{BcdDateTime, Fen, TerminalId};

/// The trip in 1E that belongs to a debit, if it wrote one.
pub(super) fn trip_of(image: &Image, done: &Done) -> Option<TripRecord> {
    let at = BcdDateTime::join(done.log.date, done.log.time);
    let refund = |trip: &TripRecord| TripType::from_byte(trip.trip_type) == Some(TripType::Refund);
    // Two debits of one tap have one time: the amount tells them apart. A refund's trip has none
    // (docs/spec/terminal.md 1.8).
    let mut trips = image.trips.iter().map(TripRecord::decode);
    trips.find(|trip| trip.at == at && (trip.amount == done.log.amount || refund(trip)))
}

/// The trip's type, 00 for a transaction that wrote none.
pub(super) fn trip_type(image: &Image, done: &Done) -> u8 {
    if done.is_load() {
        return TripType::Load as u8;
    }
    trip_of(image, done).map_or(0, |trip| trip.trip_type)
}

/// Whether an answer to READ RECORD is a log record of this terminal's.
pub(super) fn shows(exchange: &Exchange, terminal: TerminalId) -> bool {
    let of_log = exchange.command.get(3).is_some_and(|p2| p2 >> 3 == Sfi::LOG.0);
    let answer = exchange.answer.as_deref().and_then(|answer| answer.get(..LogRecord::LEN));
    let record = answer.and_then(|bytes| LogRecord::try_from(bytes).ok());
    of_log && record.is_some_and(|record| record.terminal == terminal)
}

/// Whether the card bears the mark of the tap for which it is let through.
pub(super) fn is_marked(image: &Image, tap: &Tapped) -> bool {
    if tap.visit.is_load() {
        let loads = image.log.iter().map(|entry| entry.record).find(|log| is_load(log.transaction));
        return loads.is_some_and(|log| log.terminal == tap.number);
    }
    let newest = image.log.iter().map(|entry| entry.record).find(|log| !is_load(log.transaction));
    if newest.is_none_or(|log| log.terminal != tap.number) {
        return false;
    }
    let trip = image.trips.first().map(TripRecord::decode).unwrap_or_default();
    let kind = TripType::from_byte(trip.trip_type);
    match tap.visit {
        Visit::Enter => RailStatus::from_byte(rail(image).status) == RailStatus::Entered,
        Visit::Exit => RailStatus::from_byte(rail(image).status) == RailStatus::Exited,
        Visit::Board | Visit::Alight | Visit::BoardAnother => {
            let on = BoardState::from_byte(bus(image).state) == BoardState::On;
            on == (kind == Some(TripType::Entry))
        }
        Visit::Single => kind == Some(TripType::Single),
        Visit::SettleInside(_) | Visit::SettleOutside(_) => kind == Some(TripType::Cover),
        Visit::Buy | Visit::Load | Visit::LoadBySam | Visit::GiveBack | Visit::Lock | Visit::Enquire => true,
    }
}

fn rail(image: &Image) -> RailRecord {
    image.industry.get(RailRecord::ID).map(RailRecord::decode).unwrap_or_default()
}

fn bus(image: &Image) -> BusRecord {
    image.industry.get(BusRecord::ID).map(BusRecord::decode).unwrap_or_default()
}

/// Whether `after` is `before` and these transactions, whole.
pub(super) fn agree(before: &Image, after: &Image, done: &[Done]) -> Result<(), String> {
    let debits = done.iter().filter(|done| !done.is_load());
    let taken: Fen = debits.clone().map(|done| done.log.amount).sum();
    let loaded: Fen = done.iter().filter(|done| done.is_load()).map(|done| done.log.amount).sum();
    let worth = |image: &Image| {
        i64::from(image.purse.balance.fen().get()) - i64::from(image.purse.overdraft_used.fen().get())
    };
    let moved = worth(after) - worth(before);
    if moved != i64::from(loaded.get()) - i64::from(taken.get()) {
        return Err(format!(
            "the purse moved by {moved} fen, and the log has {taken} taken and {loaded} loaded"
        ));
    }
    let sequences = |image: &Image| (image.purse.offline_seq, image.purse.online_seq);
    let (offline, online) = (debits.clone().count(), done.len() - debits.clone().count());
    let expected =
        (usize::from(before.purse.offline_seq) + offline, usize::from(before.purse.online_seq) + online);
    let (offline, online) = sequences(after);
    if (usize::from(offline), usize::from(online)) != expected {
        return Err(format!("the sequences are {offline} and {online}, and the log has others"));
    }
    let composite = debits.filter(|done| done.log.transaction == Transaction::Capp as u8);
    let trips = composite.clone().count();
    let kept = before.trips.len() - trips.min(before.trips.len());
    if after.trips.get(trips..) != before.trips.get(..kept) {
        return Err(format!("{trips} composite purchases, and 1E moved by another number of records"));
    }
    if let Some(done) = composite.clone().find(|done| trip_of(after, done).is_none()) {
        return Err(format!("1E has no record of the {} with sequence {}", done.log.amount, done.log.seq));
    }
    for (id, record) in after.industry.iter() {
        let changed = before.industry.get(id) != Some(record);
        let wrote = composite
            .clone()
            .next_back()
            .and_then(|done| written(after, done))
            .is_some_and(|wrote| wrote == id);
        if changed != wrote {
            let state = if changed { "changed" } else { "as it was" };
            return Err(format!("record 27{id:02X} of 1A is {state}, and 1E tells otherwise"));
        }
        if wrote && !tells(after, id) {
            return Err(format!("record 27{id:02X} of 1A is not of the trip in 1E"));
        }
    }
    Ok(())
}

/// The record of 1A that a debit writes, by what it wrote into 1E.
fn written(image: &Image, done: &Done) -> Option<u8> {
    let trip = trip_of(image, done)?;
    let rail = trip.industry == tunion_data::file::Industry::Rail as u8;
    match TripType::from_byte(trip.trip_type)? {
        TripType::Single | TripType::Load | TripType::Refund => None,
        _ if rail => Some(RailRecord::ID),
        _ => Some(BusRecord::ID),
    }
}

/// Whether a record of 1A says what the newest trip in 1E says: its state and its time.
fn tells(image: &Image, id: u8) -> bool {
    let trip = image.trips.first().map(TripRecord::decode).unwrap_or_default();
    let kind = TripType::from_byte(trip.trip_type);
    let entered = kind == Some(TripType::Entry);
    if id == RailRecord::ID {
        let record = rail(image);
        let status = RailStatus::from_byte(record.status);
        let own = if status.is_inside() { record.entry_at } else { record.exit_at };
        // A ticket office lets a card begin anew or adds an entry or an exit (docs/spec/terminal.md 1.9).
        let settled = matches!(status, RailStatus::Entered | RailStatus::EntryAdded | RailStatus::ExitAdded);
        own == trip.at
            && match kind {
                Some(TripType::Cover) => settled,
                _ => status == if entered { RailStatus::Entered } else { RailStatus::Exited },
            }
    } else {
        let record = bus(image);
        let on = BoardState::from_byte(record.state) == BoardState::On;
        on == entered && if entered { record.board_at == trip.at } else { record.alight_at == trip.at }
    }
}
