//! What the rules ask beside debits: of locks and extensions, of which the purse knows nothing; of what a refund
//! pays out; of rides that may not be repeated.

use super::evidence::{Day, Done, End, Tapped};
use super::flow::Visit;
use super::marks;
use super::rule::Found;
use tunion_apdu::Name;
use tunion_card::{Block, Image};
use tunion_data::Fen;
use tunion_data::file::TripType;
use tunion_data::upload::{RecordKind, UploadRecord};
use tunion_terminal::Gate;

/// Whether the purse did a transaction for this record.
pub(super) fn has_tac(record: &UploadRecord) -> bool {
    RecordKind::from_byte(record.kind).is_none_or(RecordKind::has_tac)
}

/// What a record's debit cost the holder; of a refund what is paid out.
pub(super) fn paid_by(record: &UploadRecord) -> Fen {
    let fee = if record.kind == RecordKind::Refund as u8 { record.surcharge } else { Fen::ZERO };
    record.amount.saturating_sub(fee)
}

/// The same of what a card did, by the record that was kept of it.
pub(super) fn paid(tap: &Tapped, done: &Done) -> Fen {
    tap.kept().find(|record| done.is_of(record)).map_or(done.log.amount, paid_by)
}

/// Whether a card did it in a tap.
type Did = fn(&Tapped) -> bool;

fn blocked(image: &Image) -> bool {
    image.security.blocked != Block::None
}

/// Locks and extensions: of what a card did there is a record, be it grey; of what it did not do there is none
/// that is sure. A terminal has one at most. Two can have one of the same lock: the one that made it, and the one
/// that found it made after its own command had no answer. Clearing takes either (our reading: such a record has no
/// sequence of terminal or card, and no money moves).
pub(super) fn one_record(day: &Day) -> Found {
    let kinds: [(RecordKind, Did); 2] = [
        (RecordKind::Lock, |tap| !blocked(&tap.before) && blocked(&tap.after)),
        (RecordKind::Extension, |tap| tap.before.info.valid_to != tap.after.info.valid_to),
    ];
    for (kind, did) in kinds {
        for card in [0, 1] {
            let taps = || day.taps.iter().filter(|tap| tap.card == card);
            let Some(pan) = taps().next().map(|tap| tap.after.info.pan) else { continue };
            let done = taps().filter(|tap| did(tap)).count();
            let of_card = day.records().filter(|record| (record.kind, record.pan) == (kind as u8, pan));
            let (grey, sure): (Vec<&UploadRecord>, Vec<&UploadRecord>) =
                of_card.partition(|record| record.has(UploadRecord::GREY));
            let most =
                sure.iter().map(|one| sure.iter().filter(|other| other.terminal == one.terminal).count());
            if most.max().unwrap_or(0) > done || sure.len() + grey.len() < done {
                let (sure, grey, name) = (sure.len(), grey.len(), kind.name());
                return Err(format!("{name}: {done} done, {sure} records and {grey} grey ones"));
            }
        }
    }
    Ok(())
}

/// What is to be locked is locked: APPLICATION BLOCK that is answered, whatever the answer, has blocked the card;
/// and a terminal that says that it locked the card, or took it back, has.
pub(super) fn locked(number: usize, tap: &Tapped) -> Found {
    let blocked = blocked(&tap.after);
    let mut exchanges = tap.exchanges().filter(|exchange| exchange.name() == Some(Name::ApplicationBlock));
    if !blocked && exchanges.any(|exchange| exchange.answer.is_some()) {
        return Err(format!("tap {}: the card was to be locked, and is not", number + 1));
    }
    let said = tap.decision().is_some_and(|(decision, _)| decision.gate == Gate::Open);
    if !blocked && said && matches!(tap.visit, Visit::Lock | Visit::GiveBack) {
        return Err(format!("tap {}: the terminal says that the card is locked, and it is not", number + 1));
    }
    Ok(())
}

/// A card that may not ride twice within some minutes begins no second ride at one reader, as long as the reader
/// has power.
pub(super) fn no_repeat(day: &Day) -> Found {
    let Some(minutes) = day.terminals.repeat_minutes else { return Ok(()) };
    let begins = |tap: &Tapped, done: &Done| {
        let trip = TripType::from_byte(marks::trip_type(&tap.after, done));
        matches!(trip, Some(TripType::Entry | TripType::Single))
    };
    for (number, tap) in day.taps.iter().enumerate() {
        let Some(done) = tap.done(number).find(|done| begins(tap, done)) else { continue };
        for (before, other) in day.taps.iter().enumerate().take(number) {
            let since = tap.at.duration_since(other.at).as_secs();
            let soon = (0..i64::from(minutes) * 60).contains(&since);
            let same = (other.terminal, other.card) == (tap.terminal, tap.card);
            let off = day.restarts.iter().any(|(terminal, _)| *terminal == tap.terminal)
                || day.taps.iter().any(|tap| matches!(tap.end, End::PowerLost { .. }));
            if soon && same && !off && other.opened() && other.done(before).any(|done| begins(other, &done)) {
                let amount = done.log.amount;
                return Err(format!("tap {}: {amount} for a second ride after {since} seconds", number + 1));
            }
        }
    }
    Ok(())
}
