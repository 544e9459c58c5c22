//! APPLICATION UNBLOCK of the PSAM's own application (`docs/spec/terminal.md` 2.3, 2.4).

use rand_core::Rng;
use tunion_apdu::{Command, Sw};
use tunion_crypto::ct_eq;
use tunion_data::command::ALGORITHM_DES;
use tunion_device::Fault;

use crate::contents::KEY_TRIES;
use crate::psam::{Directory, Psam};
use crate::state::State;

impl<R: Rng> Psam<R> {
    /// APPLICATION UNBLOCK: gives every try at MAC2 back, and those at EXTERNAL AUTHENTICATE. Its MAC is that
    /// of secure messaging over the five bytes of the header, under the control key and a challenge
    /// (`docs/spec/card.md` 4.7): our reading, as is all that follows. A PSAM that has tries of both answers
    /// 6985. A wrong MAC answers 6988 and costs a try, committed before the comparison; without tries
    /// 6983, for good.
    pub(crate) fn application_unblock(&mut self, command: &Command<'_>) -> Result<(), Fault> {
        self.require(Directory::Purchase)?;
        if command.p1 != ALGORITHM_DES {
            return Err(Sw::NOT_SUPPORTED.into());
        }
        let state = self.state();
        if state.tries > 0 && state.authenticate_tries > 0 {
            return Err(Sw::CONDITIONS.into());
        }
        let theirs: [u8; 4] = command.data.try_into().map_err(|_| Sw::MAC_MISSING)?;
        let left = state.unblock_tries.checked_sub(1).ok_or(Sw::AUTHENTICATION_BLOCKED)?;
        if self.challenge.is_none() {
            return Err(Sw::NO_CHALLENGE.into());
        }
        self.put_state(&State { unblock_tries: left, ..state })?;
        let challenge = self.challenge.take().ok_or(Sw::NO_CHALLENGE)?;
        let header = [command.cla, command.ins, command.p1, command.p2, 4];
        let tally = &mut self.core.work.crypto;
        let ours = self.contents.control_key.tdes(tally).command_mac(challenge, &header, tally);
        if !ct_eq(&ours, &theirs) {
            return Err(Sw::WRONG_MESSAGE_MAC.into());
        }
        self.put_state(&State {
            tries: self.contents.mac_failure_limit,
            authenticate_tries: KEY_TRIES,
            unblock_tries: KEY_TRIES,
            ..state
        })
    }
}
