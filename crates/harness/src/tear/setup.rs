//! What is changed on a card so that a command can write: no more than it needs, and no block is undone.

use super::deed::{Act, Deed, Tries};
use tunion_card::profile::Algorithms;
use tunion_card::{Block, Contents, Pin, PurseContents, TriesLeft};
use tunion_data::{Fen, Fen24};

/// The PIN that a card begins with, and the one that it is changed to and back.
pub(super) const PINS: [&[u8]; 2] = [b"4821", b"703956"];
/// A PIN that no card has.
pub(super) const WRONG_PIN: &[u8] = b"11";

/// What is taken at a purchase.
pub(super) const PRICE: Fen = Fen::new(100);
/// What is loaded.
pub(super) const LOAD: Fen = Fen::new(250);
/// What is taken out at an unload.
pub(super) const UNLOAD: Fen = Fen::new(70);

/// Money for, and room for, what a card does between a fork and the end of its checks.
const PLENTY: u32 = 1000;
/// Tries where a command's are to be limited and the card's are not.
const TRIES: u8 = 3;

/// The contents with which `deed` can write.
pub(super) fn setup(deed: &Deed, contents: &mut Contents) {
    let security = &mut contents.image.security;
    let wants_pin =
        matches!(deed.act, Act::VerifyPin | Act::ChangePin | Act::ReloadPin | Act::UnblockPin { .. })
            || contents.profile.load_wants_pin;
    if wants_pin {
        // Whatever PIN the card's file has: from here on it is one of the two that `pins` tells apart.
        security.pin = Pin::new(PINS[0]);
    }
    let left = security.left.get_or_insert(TriesLeft::from(contents.profile.tries));
    if let Some(counter) = deed.act.counter() {
        if deed.tries != Tries::OfTheCard && counter.all(&contents.profile) == 0 {
            counter.set_all(&mut contents.profile, TRIES);
            *counter.left_mut(left) = TRIES;
        }
        if deed.tries == Tries::Last {
            *counter.left_mut(left) = counter.left(left).min(1);
        }
    }
    match deed.act {
        Act::UnblockPin { .. } => left.pin = 0,
        Act::Unblock if security.blocked == Block::None => security.blocked = Block::Temporary,
        Act::ChangeAlgorithm | Act::BlockAlgorithm { .. }
            if contents.profile.algorithms == Algorithms::Des =>
        {
            contents.profile.algorithms = Algorithms::Both;
        }
        _ => {}
    }
    purse(deed.act, &mut contents.image.purse);
}

/// Gives a purse money, or room for it, where it has too little.
fn purse(act: Act, purse: &mut PurseContents) {
    let PurseContents { balance, ceiling, overdraft_limit, overdraft_used, .. } = *purse;
    let unused = overdraft_limit.fen().saturating_sub(overdraft_used.fen());
    let money = match act {
        Act::Purchase | Act::Capp { .. } => balance.fen().saturating_add(unused),
        Act::Unload => balance.fen(),
        Act::Load => {
            let most = ceiling.fen().saturating_sub(Fen::new(PLENTY));
            purse.balance = Fen24::new(balance.fen().min(most)).unwrap_or(balance);
            return;
        }
        _ => return,
    };
    if money < Fen::new(PLENTY) {
        purse.balance = Fen24::new(ceiling.fen().min(Fen::new(PLENTY))).unwrap_or(balance);
    }
}
