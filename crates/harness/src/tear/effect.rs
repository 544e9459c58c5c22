//! What a command should leave, written from `docs/spec/card.md` 6 and 8.5 and not from the card.

use super::deed::{Act, Counter};
use super::prepare::{Ready, binary, industry_record, pins, trip_record};
use super::setup::{LOAD, PRICE, UNLOAD};
use crate::counterpart::Counterpart;
use tunion_card::{Block, Image, LogEntry, Pin, Profile, PurseContents, TriesLeft};
use tunion_data::command::{CreditAnswer, DebitAnswer, Proof, Transaction};
use tunion_data::file::{
    AppInfo, Holder, INDUSTRY_LEN, LogRecord, Management, Sfi, TRIP_RECORDS, TripRecord,
};
use tunion_data::{Fen, Fen24};

/// The tries left of an image that a card gave.
pub(super) fn left(image: &Image, profile: &Profile) -> TriesLeft {
    image.security.left.unwrap_or(TriesLeft::from(profile.tries))
}

/// Spends a try, where there is a limit. Gives whether there is.
pub(super) fn spend(image: &mut Image, counter: Counter, profile: &Profile) -> bool {
    let limited = counter.all(profile) > 0;
    if limited {
        let mut left = left(image, profile);
        let tries = counter.left_mut(&mut left);
        *tries = tries.saturating_sub(1);
        image.security.left = Some(left);
    }
    limited
}

/// Gives all tries back.
fn refill(image: &mut Image, counter: Counter, profile: &Profile) {
    let mut left = left(image, profile);
    *counter.left_mut(&mut left) = counter.all(profile);
    image.security.left = Some(left);
}

/// Does to `image` what `act` does to the card when it is right. `answer` is the data of its answer.
pub(super) fn apply(
    image: &mut Image,
    act: Act,
    profile: &Profile,
    other: &Counterpart,
    ready: &Ready,
    answer: &[u8],
) {
    if let Some(counter) = act.counter() {
        refill(image, counter, profile);
    }
    match act {
        Act::Load => money(image, Transaction::Load, LOAD, other, ready, answer),
        Act::Purchase => money(image, Transaction::Purchase, PRICE, other, ready, answer),
        Act::Unload => money(image, Transaction::Unload, UNLOAD, other, ready, answer),
        Act::Limit => {
            image.purse.overdraft_limit = ready.limit;
            money(image, Transaction::LimitUpdate, Fen::ZERO, other, ready, answer);
        }
        Act::Capp { industry, trip } => {
            for id in industry {
                put_industry(image, *id, industry_record(image, *id));
            }
            if trip {
                append_trip(image, trip_record(image));
            }
            money(image, Transaction::Capp, PRICE, other, ready, answer);
        }
        Act::Binary(file, _) => put_binary(image, file),
        Act::Record(Sfi::TRIP, _) => {
            let record = trip_record(image);
            if let Some(newest) = image.trips.first_mut() {
                *newest = record;
            }
        }
        Act::Record(..) => put_industry(image, 1, industry_record(image, 1)),
        Act::Append => append_trip(image, trip_record(image)),
        Act::VerifyPin | Act::Authenticate(_) => {}
        Act::ChangePin | Act::ReloadPin | Act::UnblockPin { new: true } => {
            let (_, new) = pins(image);
            image.security.pin = Pin::new(new);
            refill(image, Counter::Pin, profile);
        }
        Act::UnblockPin { new: false } => refill(image, Counter::Pin, profile),
        Act::Block { permanently: true } => image.security.blocked = Block::Permanent,
        Act::Block { permanently: false } => image.security.blocked = Block::Temporary,
        Act::Unblock => {
            image.security.blocked = Block::None;
            refill(image, Counter::Transactions, profile);
        }
        Act::CardBlock => image.security.card_blocked = true,
        Act::ChangeAlgorithm => image.security.sm4_in_use = !image.security.sm4_in_use,
        Act::BlockAlgorithm { des: true } => image.security.des_blocked = true,
        Act::BlockAlgorithm { des: false } => image.security.sm4_blocked = true,
    }
}

/// A transaction: balances, sequence, log, proof.
pub(super) fn money(
    image: &mut Image,
    transaction: Transaction,
    amount: Fen,
    other: &Counterpart,
    ready: &Ready,
    answer: &[u8],
) {
    let purse = &mut image.purse;
    let seq = ready.seq.wrapping_add(1);
    match transaction {
        Transaction::Purchase | Transaction::Capp => purse.offline_seq = seq,
        Transaction::Load | Transaction::Unload | Transaction::LimitUpdate => purse.online_seq = seq,
    }
    move_money(purse, transaction, amount);
    let proof = proof(transaction, ready, answer);
    let record = LogRecord {
        seq,
        overdraft_limit: purse.overdraft_limit,
        amount,
        transaction: transaction as u8,
        terminal: other.terminal,
        date: other.date,
        time: other.time,
    };
    image.log.truncate(image.log.capacity() - 1);
    let _ = image.log.insert(0, LogEntry { record, proof });
    let kept = &mut image.proofs.kept;
    kept.retain(|(kept, ..)| *kept != transaction);
    let _ = kept.push((transaction, seq, proof));
    kept.sort_unstable_by_key(|(kept, ..)| *kept);
    image.proofs.last = Some(transaction);
}

/// A purchase takes the balance first and then the overdraft; a load pays that back first.
fn move_money(purse: &mut PurseContents, transaction: Transaction, amount: Fen) {
    let (balance, used) = (purse.balance.fen(), purse.overdraft_used.fen());
    let (balance, used) = match transaction {
        Transaction::Purchase | Transaction::Capp => {
            (balance.saturating_sub(amount), used.saturating_add(amount.saturating_sub(balance)))
        }
        Transaction::Load => {
            (balance.saturating_add(amount.saturating_sub(used)), used.saturating_sub(amount))
        }
        Transaction::Unload => (balance.saturating_sub(amount), used),
        Transaction::LimitUpdate => (balance, used),
    };
    purse.balance = Fen24::new(balance).unwrap_or(purse.balance);
    purse.overdraft_used = Fen24::new(used).unwrap_or(purse.overdraft_used);
}

/// What GET TRANSACTION PROVE answers once the transaction was done. The host's MAC2 are the last bytes of
/// its command before Le.
pub(super) fn proof(transaction: Transaction, ready: &Ready, answer: &[u8]) -> Proof {
    match transaction {
        Transaction::Purchase | Transaction::Capp => {
            let DebitAnswer { tac, mac2 } = DebitAnswer::try_from(answer).unwrap_or_default();
            Proof { mac2, tac }
        }
        Transaction::Load | Transaction::Unload | Transaction::LimitUpdate => {
            let CreditAnswer { tac } = CreditAnswer::try_from(answer).unwrap_or_default();
            let without_le = ready.command.split_last().map_or(&[][..], |(_, sent)| sent);
            Proof { mac2: without_le.last_chunk().copied().unwrap_or_default(), tac }
        }
    }
}

fn put_industry(image: &mut Image, id: u8, record: [u8; INDUSTRY_LEN]) {
    if let Some(place) = image.industry.get_mut(id) {
        *place = record;
    }
}

fn append_trip(image: &mut Image, record: [u8; TripRecord::LEN]) {
    image.trips.truncate(usize::from(TRIP_RECORDS) - 1);
    let _ = image.trips.insert(0, record);
}

fn put_binary(image: &mut Image, file: Sfi) {
    let bytes = &binary(image, file)[..];
    match file {
        Sfi::INFO => image.info = AppInfo::try_from(bytes).unwrap_or_default(),
        Sfi::HOLDER => image.holder = Holder::try_from(bytes).unwrap_or_default(),
        _ => image.management = Management::try_from(bytes).unwrap_or_default(),
    }
}
