//! What a card answers after it was torn: all of it has to agree with what is in its memory.

use super::deed::{Act, Counter};
use super::effect::{left, money, spend};
use super::prepare::{Ready, pins};
use super::rule::{Broken, Rule, hold};
use super::setup::WRONG_PIN;
use super::subject::{Subject, ask, select};
use crate::counterpart::{Counterpart, Mac, verify_pin};
use tunion_apdu::build::{self, Asked};
use tunion_apdu::{CommandBuf, Name, Response, Sw};
use tunion_card::profile::BlockedSelect;
use tunion_card::{Block, Image, Profile};
use tunion_crypto::Challenge;
use tunion_data::command::{Balances, LoadInit, Proof, PurchaseInit, Transaction};
use tunion_data::file::{RailRecord, Sfi};
use tunion_data::{Fen, Fen24};

/// A transaction that may have been done, and the proof of it.
pub(super) struct Asking {
    pub(super) transaction: Transaction,
    pub(super) seq: u16,
    /// The proof, if it was done.
    pub(super) proof: Option<Proof>,
}

/// Whether the application is blocked (`docs/spec/card.md` 8.2).
pub(super) fn standing(image: &Image, profile: &Profile) -> Block {
    let left = left(image, profile);
    let out_of = |counter: Counter| counter.all(profile) > 0 && counter.left(&left) == 0;
    match image.security.blocked {
        Block::Permanent => Block::Permanent,
        _ if out_of(Counter::Messages) => Block::Permanent,
        Block::None if !out_of(Counter::Transactions) => Block::None,
        _ => Block::Temporary,
    }
}

/// Holds everything that `card` answers against `found`, which is in its memory. It was just powered on.
pub(super) fn agree<S: Subject>(
    card: &mut S,
    found: &Image,
    act: Act,
    asking: Option<&Asking>,
    other: &Counterpart,
) -> Result<(), Broken> {
    let profile = card.profile().clone();
    let standing = standing(found, &profile);
    let dead = if found.security.card_blocked {
        Some(Sw::NOT_SUPPORTED)
    } else {
        (standing == Block::Permanent).then_some(Sw::PERMANENTLY_BLOCKED)
    };
    let balance = build::get_balance(Asked::All);
    let selected = tell(card, &select(card), Rule::Select)?;
    if let Some(word) = dead {
        is(Rule::Select, "SELECT", &selected, word, Some(&[]))?;
        let answer = tell(card, &balance, Rule::Balance)?;
        return is(Rule::Balance, "GET BALANCE", &answer, word, Some(&[]));
    }
    let word = match (standing, profile.blocked.select) {
        (Block::None, _) => Sw::OK,
        (_, BlockedSelect::NotSupported) => Sw::NOT_SUPPORTED,
        (_, BlockedSelect::Invalidated) => Sw::SELECTED_INVALIDATED,
    };
    is(Rule::Select, "SELECT", &selected, word, None)?;
    hold(Rule::Select, !selected.data().is_empty(), || "SELECT without an FCI".to_owned())?;

    let answer = tell(card, &balance, Rule::Balance)?;
    is(Rule::Balance, "GET BALANCE", &answer, Sw::OK, Some(&balances(found).encode()))?;
    if let Some(Asking { transaction, seq, proof }) = asking {
        let answer = tell(card, &build::prove(*transaction, *seq), Rule::Proof)?;
        let (word, data) =
            proof.as_ref().map_or((Sw::NO_PROOF, Vec::new()), |proof| (Sw::OK, proof.encode().to_vec()));
        is(Rule::Proof, "GET TRANSACTION PROVE", &answer, word, Some(&data))?;
    }
    records(card, found)?;
    tries(card, found, &profile, act, other)?;
    next(card, found, &profile, standing, other)
}

fn balances(image: &Image) -> Balances {
    let purse = &image.purse;
    Balances {
        actual: purse.balance.fen(),
        ceiling: purse.ceiling.fen(),
        overdraft_limit: purse.overdraft_limit.fen(),
        overdraft_used: purse.overdraft_used.fen(),
    }
}

/// The newest records of EF 18 and 1E, and 2701.
fn records(card: &mut impl Subject, found: &Image) -> Result<(), Broken> {
    let log = found.log.first().map(|entry| entry.record.encode().to_vec());
    let trip = found.trips.first().map(|record| record.to_vec());
    let rail = found.industry.get(RailRecord::ID).map(|record| record.to_vec());
    for (what, file, record) in [("18", Sfi::LOG, log), ("1E", Sfi::TRIP, trip), ("1A", Sfi::INDUSTRY, rail)]
    {
        let answer = tell(card, &build::read_record(file, 1, 0), Rule::Records)?;
        is(Rule::Records, what, &answer, Sw::OK, record.as_deref())?;
    }
    Ok(())
}

/// One try spent on something wrong: the answer counts what memory says, less one.
fn tries(
    card: &impl Subject,
    found: &Image,
    profile: &Profile,
    act: Act,
    other: &Counterpart,
) -> Result<(), Broken> {
    let blocked = standing(found, profile) != Block::None;
    let of_the_pin = matches!(act, Act::ReloadPin | Act::UnblockPin { .. }).then_some(Counter::Pin);
    for counter in act.counter().into_iter().chain(of_the_pin) {
        // Each on a fork: the last try of one blocks the others.
        let card = &mut card.clone();
        let limited = counter.all(profile) > 0;
        let there = counter.left(&left(found, profile));
        let counted = Sw::tries_left(there.saturating_sub(1));
        let (command, word) = match counter {
            Counter::Pin => {
                let none = if there == 0 { Sw::AUTHENTICATION_BLOCKED } else { counted };
                (Some(verify_pin(WRONG_PIN)), if blocked { Sw::CONDITIONS } else { none })
            }
            Counter::External(id) => {
                let none = if there == 0 { Sw::AUTHENTICATION_BLOCKED } else { counted };
                (challenge(card)?.map(|challenge| other.authenticate(id, challenge, Mac::Wrong)), none)
            }
            // With no limit there is nothing to be counted.
            Counter::Messages if limited => {
                let word = if there == 1 { Sw::PERMANENTLY_BLOCKED } else { Sw::WRONG_MESSAGE_MAC };
                let command = challenge(card)?.map(|challenge| {
                    other.signed(Name::ApplicationBlock, [0, 0], &[], challenge, Mac::Wrong)
                });
                (command, word)
            }
            Counter::Transactions if limited && opens(found) && !blocked => {
                let init = tell(card, &other.init(Transaction::Purchase, Fen::ZERO), Rule::Sequence)?;
                let init = PurchaseInit::try_from(init.data()).ok();
                let command =
                    init.map(|init| other.debit(Transaction::Purchase, Fen::ZERO, &init, 1, Mac::Wrong));
                (command, Sw::WRONG_MAC)
            }
            Counter::Messages | Counter::Transactions => continue,
        };
        let Some(command) = command else { continue };
        let mut expected = card.image();
        let answer = tell(card, &command, Rule::Tries)?;
        is(Rule::Tries, "one that is wrong", &answer, word, Some(&[]))?;
        if word != Sw::CONDITIONS && there > 0 {
            spend(&mut expected, counter, profile);
        }
        hold(Rule::Tries, card.image() == expected, || {
            format!("{there} tries were left of {counter:?}, and one that was wrong did not leave one less")
        })?;
        // Right after wrong: while a try is left it counts.
        if counter == Counter::Pin && !blocked {
            let (pin, _) = pins(found);
            let word = if there > 1 { Sw::OK } else { Sw::AUTHENTICATION_BLOCKED };
            let answer = tell(card, &verify_pin(pin), Rule::Tries)?;
            is(Rule::Tries, "the right PIN after a wrong one", &answer, word, Some(&[]))?;
        }
    }
    Ok(())
}

fn challenge(card: &mut impl Subject) -> Result<Option<Challenge>, Broken> {
    let answer = tell(card, &build::get_challenge(8), Rule::Tries)?;
    Ok(<[u8; 8]>::try_from(answer.data()).ok().map(Challenge::from))
}

/// Whether the algorithm in use can open a transaction, and the offline sequence has an end ahead.
fn opens(found: &Image) -> bool {
    suits(found) && found.purse.offline_seq != u16::MAX
}

/// Whether the algorithm in use is one that transactions know.
fn suits(found: &Image) -> bool {
    !found.security.sm4_in_use && !found.security.des_blocked
}

/// INITIALIZE for a load and for a purchase, and the purchase.
fn next(
    card: &mut impl Subject,
    found: &Image,
    profile: &Profile,
    standing: Block,
    other: &Counterpart,
) -> Result<(), Broken> {
    let free = standing == Block::None && suits(found);
    let word = |free: bool, seq: u16| match (free, seq) {
        (false, _) => Sw::CONDITIONS,
        (true, u16::MAX) => Sw::COUNTER_AT_MAXIMUM,
        (true, _) => Sw::OK,
    };
    let load = tell(card, &other.init(Transaction::Load, Fen::ZERO), Rule::Sequence)?;
    let expected = word(free && !profile.load_wants_pin, found.purse.online_seq);
    is(Rule::Sequence, "INITIALIZE FOR LOAD", &load, expected, None)?;
    if let Ok(init) = LoadInit::try_from(load.data()) {
        hold(Rule::Sequence, init.seq == found.purse.online_seq, || {
            format!("online sequence {} in memory, {} answered", found.purse.online_seq, init.seq)
        })?;
    }

    let purse = &found.purse;
    let unused = purse.overdraft_limit.fen().saturating_sub(purse.overdraft_used.fen());
    let amount = purse.balance.fen().saturating_add(unused).min(Fen::new(1));
    let before = card.image();
    let answer = tell(card, &other.init(Transaction::Purchase, amount), Rule::Sequence)?;
    is(Rule::Sequence, "INITIALIZE FOR PURCHASE", &answer, word(free, purse.offline_seq), None)?;
    let Ok(init) = PurchaseInit::try_from(answer.data()) else { return Ok(()) };
    hold(Rule::Sequence, init.seq == purse.offline_seq, || {
        format!("offline sequence {} in memory, {} answered", purse.offline_seq, init.seq)
    })?;
    let command = other.debit(Transaction::Purchase, amount, &init, 2, Mac::Right);
    let answer = tell(card, &command, Rule::Next)?;
    is(Rule::Next, "DEBIT FOR PURCHASE", &answer, Sw::OK, None)?;
    let ready = Ready { command, twin: None, seq: init.seq, limit: Fen24::ZERO };
    let mut expected = before;
    money(&mut expected, Transaction::Purchase, amount, other, &ready, answer.data());
    if let Some(left) = &mut expected.security.left {
        left.transactions = profile.tries.transactions;
    }
    hold(Rule::Next, card.image() == expected, || {
        "the next DEBIT FOR PURCHASE did not leave what it should".to_owned()
    })
}

/// An answer; losing power without a cut breaks `rule`.
fn tell(card: &mut impl Subject, command: &CommandBuf, rule: Rule) -> Result<Response, Broken> {
    ask(card, command)
        .map_err(|_| Broken { rule, found: format!("power lost with no cut ahead, at {command:02X?}") })
}

fn is(rule: Rule, what: &str, answer: &Response, word: Sw, data: Option<&[u8]>) -> Result<(), Broken> {
    let right = answer.sw() == word && data.is_none_or(|data| data == answer.data());
    hold(rule, right, || {
        let data = data.map_or(String::new(), |data| format!(" with {data:02X?}"));
        format!("{what} answered {:?} with {:02X?}, not {word:?}{data}", answer.sw(), answer.data())
    })
}
