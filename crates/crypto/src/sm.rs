//! Secure messaging (安全报文) and external authentication: both answer a challenge of the card.

use crate::{DesKey, Tally, TdesKey, mac};

/// The random number that GET CHALLENGE gave out, as the 8-byte block that enters the cipher: all
/// 8 bytes of it, or 4 bytes and `00000000` (`docs/spec/card.md` 4.7).
///
/// ```
/// use tunion_crypto::Challenge;
/// assert_eq!(Challenge::from([1, 2, 3, 4]), Challenge::from([1, 2, 3, 4, 0, 0, 0, 0]));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Challenge([u8; 8]);

impl From<[u8; 4]> for Challenge {
    fn from([a, b, c, d]: [u8; 4]) -> Self {
        Self([a, b, c, d, 0, 0, 0, 0])
    }
}

impl From<[u8; 8]> for Challenge {
    fn from(random: [u8; 8]) -> Self {
        Self(random)
    }
}

impl TdesKey {
    /// The MAC of a command under a 16-byte key: ISO/IEC 9797-1 algorithm 3 (retail MAC), IV
    /// `challenge`, padding method 2, first 4 bytes (`docs/spec/card.md` 4.7).
    ///
    /// `command` is the command as sent without its MAC: `CLA INS P1 P2 Lc ‖ data`, where Lc counts
    /// the 4 bytes of the MAC. `command.len() / 8` DES blocks and 1 two-key 3DES block.
    #[must_use]
    pub fn command_mac(&self, challenge: Challenge, command: &[u8], tally: &mut Tally) -> [u8; 4] {
        let last = mac::chain(&self.left, challenge.0, command, tally);
        mac::truncate(self.encrypt(last, tally))
    }

    /// The same MAC in pieces, as a PSAM makes it for commands that it never sees whole
    /// (`docs/spec/terminal.md` 2.4): the CBC chain of the left half over whole blocks, from `state`. Nothing
    /// is padded. One DES block for each.
    #[must_use]
    pub fn chain_blocks(&self, state: [u8; 8], blocks: &[[u8; 8]], tally: &mut Tally) -> [u8; 8] {
        blocks.iter().fold(state, |state, block| self.left.encrypt(mac::xor(state, *block), tally))
    }

    /// What ends it: the last block, padded already, after the chain has come to `state`. The first 4
    /// bytes are the MAC. 1 two-key 3DES block.
    #[must_use]
    pub fn chain_end(&self, state: [u8; 8], last: [u8; 8], tally: &mut Tally) -> [u8; 4] {
        mac::truncate(self.encrypt(mac::xor(state, last), tally))
    }

    /// The cryptogram that EXTERNAL AUTHENTICATE sends: the challenge enciphered
    /// (`docs/spec/card.md` 4.7). 1 two-key 3DES block.
    #[must_use]
    pub fn authenticate(&self, challenge: Challenge, tally: &mut Tally) -> [u8; 8] {
        self.encrypt(challenge.0, tally)
    }
}

impl DesKey {
    /// The MAC of a command under an 8-byte key: as [`TdesKey::command_mac`], by algorithm 1.
    /// `command.len() / 8 + 1` DES blocks.
    #[must_use]
    pub fn command_mac(&self, challenge: Challenge, command: &[u8], tally: &mut Tally) -> [u8; 4] {
        self.mac_from(challenge.0, command, tally)
    }
}
