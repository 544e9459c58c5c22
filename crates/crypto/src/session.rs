//! The two keys under a purse transaction: the session key for MAC1 and MAC2, and the TAC key.

use crate::key::Half;
use crate::{DesKey, Key16, Tally, TdesKey};

/// What the purchase key enciphers to make the session key of a purchase, plain or composite:
/// `random(4) ‖ offline sequence(2) ‖ low half of the terminal sequence(2)`
/// (`docs/spec/card.md` 4.4).
#[must_use]
pub const fn purchase_block(random: [u8; 4], offline_sequence: u16, terminal_sequence: u32) -> [u8; 8] {
    let [_, _, t2, t3] = terminal_sequence.to_be_bytes();
    session_block(random, offline_sequence, [t2, t3])
}

/// What the load, unload or overdraft key enciphers to make its session key:
/// `random(4) ‖ online sequence(2) ‖ 8000` (`docs/spec/card.md` 4.4).
#[must_use]
pub const fn load_block(random: [u8; 4], online_sequence: u16) -> [u8; 8] {
    session_block(random, online_sequence, [0x80, 0x00])
}

const fn session_block([r0, r1, r2, r3]: [u8; 4], sequence: u16, [t0, t1]: [u8; 2]) -> [u8; 8] {
    let [s0, s1] = sequence.to_be_bytes();
    [r0, r1, r2, r3, s0, s1, t0, t1]
}

impl TdesKey {
    /// The session key (过程密钥) for `block`, which [`purchase_block`] or [`load_block`] made:
    /// 1 two-key 3DES block and 1 DES schedule.
    #[must_use]
    pub fn session_key(&self, block: [u8; 8], tally: &mut Tally) -> SessionKey {
        let key = Half::new(self.encrypt(block, tally));
        SessionKey(DesKey::prepare(&key, tally))
    }
}

/// The key of one transaction: it makes MAC1, MAC2 and, at unload, MAC3.
#[derive(Clone, Debug)]
pub struct SessionKey(DesKey);

impl SessionKey {
    /// The MAC over `input`, see [`DesKey::mac`]. MAC1 of a purchase takes 3 DES blocks, its MAC2 one.
    #[must_use]
    pub fn mac(&self, input: &[u8], tally: &mut Tally) -> [u8; 4] {
        self.0.mac(input, tally)
    }
}

/// The key of the transaction authentication code (交易验证码), the same for the card's whole life.
#[derive(Clone, Debug)]
pub struct TacKey(DesKey);

impl TacKey {
    /// Folds and prepares the card's DTK, see [`DesKey::folded`]: 1 DES schedule.
    #[must_use]
    pub fn new(dtk: &Key16, tally: &mut Tally) -> Self {
        Self(DesKey::folded(dtk, tally))
    }

    /// The TAC over `input`, see [`DesKey::mac`]. The TAC of a purchase takes 3 DES blocks.
    #[must_use]
    pub fn mac(&self, input: &[u8], tally: &mut Tally) -> [u8; 4] {
        self.0.mac(input, tally)
    }
}
