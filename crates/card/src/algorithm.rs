//! GET, CHANGE and BLOCK ALGORITHM (`docs/spec/card.md` 4.8). What the parameters and the answer mean is
//! our reading (`docs/spec/card.md` 7.8, 8.5).

use crate::card::Card;
use crate::profile::Algorithms;
use rand_core::Rng;
use tunion_apdu::{Command, Response, Sw};
use tunion_data::command::{ALGORITHM_DES, ALGORITHM_SM4};
use tunion_device::Fault;

/// P1 of CHANGE ALGORITHM: to DES. The other is to SM4.
const TO_DES: u8 = 0x01;
/// P2 of BLOCK ALGORITHM: DES. The other is SM4.
const OF_DES: u8 = 0x01;

impl<R: Rng> Card<R> {
    /// GET ALGORITHM: the one in use, 00 DES or 01 SM4.
    pub(crate) fn get_algorithm(&mut self, response: &mut Response) -> Result<(), Fault> {
        Ok(response.push(&[self.state().algorithm])?)
    }

    /// CHANGE ALGORITHM, to one that the card has and that is not blocked.
    pub(crate) fn change_algorithm(&mut self, command: &Command<'_>) -> Result<(), Fault> {
        let algorithm = if command.p1 == TO_DES { ALGORITHM_DES } else { ALGORITHM_SM4 };
        let there = match self.profile.algorithms {
            Algorithms::Des => algorithm == ALGORITHM_DES,
            Algorithms::Sm4 => algorithm == ALGORITHM_SM4,
            Algorithms::Both => true,
        };
        let mut state = self.state();
        if !there || state.is_blocked(algorithm) {
            return Err(Sw::CONDITIONS.into());
        }
        state.algorithm = algorithm;
        self.put_state(&state)
    }

    /// BLOCK ALGORITHM: one of two, for good.
    pub(crate) fn block_algorithm(&mut self, command: &Command<'_>) -> Result<(), Fault> {
        if self.profile.algorithms != Algorithms::Both || self.state().blocked_algorithms != 0 {
            return Err(Sw::CONDITIONS.into());
        }
        let key = self.keys.app_maintenance.clone();
        self.authenticate_message(&key, command)?;
        let mut state = self.state_after_message();
        state.blocked_algorithms = if command.p2 == OF_DES { 1 } else { 2 };
        self.put_state(&state)
    }

    /// Refuses a transaction while the algorithm in use is SM4, of which no public source has the
    /// session keys (`docs/spec/card.md` 6a), or blocked.
    pub(crate) fn require_suite(&self) -> Result<(), Sw> {
        let state = self.state();
        if state.algorithm == ALGORITHM_DES && !state.is_blocked(ALGORITHM_DES) {
            Ok(())
        } else {
            Err(Sw::CONDITIONS)
        }
    }
}
