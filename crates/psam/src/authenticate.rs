//! GET CHALLENGE and EXTERNAL AUTHENTICATE (`docs/spec/terminal.md` 1.6, 2.4; `docs/spec/card.md` 4.7).
//!
//! A challenge lasts until a MAC or a cryptogram over it was compared, right or wrong, until the next one,
//! or until the reset; SELECT leaves it (our reading, after the card's rule).

use rand_core::Rng;
use tunion_apdu::{Command, Response, Sw};
use tunion_crypto::{Challenge, ct_eq};
use tunion_device::Fault;

use crate::contents::KEY_TRIES;
use crate::psam::{Directory, Psam};
use crate::state::State;

/// The id of a load SAM's authentication key, in P2.
const KEY_ID: u8 = 0x01;

impl<R: Rng> Psam<R> {
    /// GET CHALLENGE: 4 or 8 random bytes.
    pub(crate) fn get_challenge(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        self.core.get_challenge(command, response)?;
        let given = response.bytes();
        let short = given.try_into().map(|short: [u8; 4]| Challenge::from(short));
        let long = || given.try_into().map(|long: [u8; 8]| Challenge::from(long));
        self.challenge = short.or_else(|_| long()).ok();
        Ok(())
    }

    /// EXTERNAL AUTHENTICATE: the host of a load SAM proves itself, for one write of the quota. A wrong
    /// cryptogram leaves an earlier proof standing, as on the card.
    pub(crate) fn external_authenticate(&mut self, command: &Command<'_>) -> Result<(), Fault> {
        self.require(Directory::Purchase)?;
        let load = self.contents.load.as_ref().filter(|_| command.p2 == KEY_ID);
        let key = load.ok_or(Sw::REFERENCE_NOT_FOUND)?.authenticate.clone();
        let theirs: [u8; 8] = command.data.try_into().map_err(|_| Sw::WRONG_LENGTH)?;
        let state = self.state();
        let left = state.authenticate_tries.checked_sub(1).ok_or(Sw::AUTHENTICATION_BLOCKED)?;
        if self.challenge.is_none() {
            return Err(Sw::NO_CHALLENGE.into());
        }
        self.put_state(&State { authenticate_tries: left, ..state })?;
        let challenge = self.challenge.take().ok_or(Sw::NO_CHALLENGE)?;
        let tally = &mut self.core.work.crypto;
        let ours = key.tdes(tally).authenticate(challenge, tally);
        if !ct_eq(&ours, &theirs) {
            return Err(Sw::tries_left(left).into());
        }
        self.put_state(&State { authenticate_tries: KEY_TRIES, ..state })?;
        self.authenticated = true;
        Ok(())
    }
}
