//! GET CHALLENGE, EXTERNAL and INTERNAL AUTHENTICATE (`docs/spec/card.md` 3, 4.7).

use crate::card::Card;
use rand_core::Rng;
use tunion_apdu::{Command, Response, Sw};
use tunion_crypto::{Challenge, ct_eq};
use tunion_device::Fault;

impl<R: Rng> Card<R> {
    /// GET CHALLENGE: 4 or 8 random bytes, which the card keeps until they are used.
    pub(crate) fn get_challenge(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        self.core.get_challenge(command, response)?;
        let given = response.bytes();
        self.access.challenge = given
            .try_into()
            .map(|short: [u8; 4]| Challenge::from(short))
            .or_else(|_| given.try_into().map(|long: [u8; 8]| Challenge::from(long)))
            .ok();
        Ok(())
    }

    /// EXTERNAL AUTHENTICATE: the challenge enciphered under the key that P2 names.
    pub(crate) fn external_authenticate(&mut self, command: &Command<'_>) -> Result<(), Fault> {
        let id = usize::from(command.p2);
        let key = self.keys.external.get(id).ok_or(Sw::REFERENCE_NOT_FOUND)?.clone();
        let theirs: [u8; 8] = command.data.try_into().map_err(|_| Sw::WRONG_LENGTH)?;
        let mut state = self.state();
        let tries = state.external_tries.get_mut(id).ok_or(Sw::REFERENCE_NOT_FOUND)?;
        *tries = tries.checked_sub(1).ok_or(Sw::AUTHENTICATION_BLOCKED)?;
        let left = *tries;
        if self.access.challenge.is_none() {
            return Err(Sw::NO_CHALLENGE.into());
        }
        self.put_state(&state)?;
        let challenge = self.access.challenge.take().ok_or(Sw::NO_CHALLENGE)?;
        let tally = &mut self.core.work.crypto;
        let ours = key.tdes(tally).authenticate(challenge, tally);
        if !ct_eq(&ours, &theirs) {
            return Err(Sw::tries_left(left).into());
        }
        if let Some(tries) = state.external_tries.get_mut(id) {
            *tries = self.profile.tries.external;
        }
        self.put_state(&state)?;
        self.access.authenticated = true;
        Ok(())
    }

    /// INTERNAL AUTHENTICATE: 8 bytes enciphered under the internal key, if the card has one.
    pub(crate) fn internal_authenticate(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        let key = self.keys.internal.as_ref().ok_or(Sw::REFERENCE_NOT_FOUND)?;
        let block: [u8; 8] = command.data.try_into().map_err(|_| Sw::WRONG_LENGTH)?;
        command.expect(block.len(), self.profile.le)?;
        let tally = &mut self.core.work.crypto;
        Ok(response.push(&key.tdes(tally).encrypt(block, tally))?)
    }
}
