//! Secure messaging (安全报文, `docs/spec/card.md` 4.7, 8.4): a command that carries a MAC over the
//! card's challenge.

use crate::card::Card;
use crate::state::SecurityState;
use heapless::Vec;
use rand_core::Rng;
use tunion_apdu::{Command, Sw};
use tunion_crypto::{Key16, ct_eq};
use tunion_data::command::ALGORITHM_DES;
use tunion_device::Fault;

/// Header and data of the longest command: the MAC stands last in the 255 bytes of data.
const INPUT_MAX: usize = 5 + 251;

impl<R: Rng> Card<R> {
    /// Checks the MAC in the last four bytes of `command`'s data. The try is spent before the
    /// comparison; a right MAC leaves it to the command's own commit to give all tries back
    /// ([`Card::state_after_message`]).
    pub(crate) fn authenticate_message(&mut self, key: &Key16, command: &Command<'_>) -> Result<(), Fault> {
        let (data, mac) = command.data.split_last_chunk::<4>().ok_or(Sw::MAC_MISSING)?;
        if self.access.challenge.is_none() {
            return Err(Sw::NO_CHALLENGE.into());
        }
        self.spend_message_try()?;
        let challenge = self.access.challenge.take().ok_or(Sw::NO_CHALLENGE)?;
        let [.., lc] = command.data.len().to_be_bytes();
        let mut input: Vec<u8, INPUT_MAX> =
            Vec::from_iter([command.cla, command.ins, command.p1, command.p2, lc]);
        input.extend_from_slice(data).map_err(|_| Sw::WRONG_LENGTH)?;
        let tally = &mut self.core.work.crypto;
        let ours = key.tdes(tally).command_mac(challenge, &input, tally);
        self.judge_message(ct_eq(&ours, mac))
    }

    /// Spends a try of secure messaging, where they are limited.
    pub(crate) fn spend_message_try(&mut self) -> Result<(), Fault> {
        if self.profile.tries.messages == 0 {
            return Ok(());
        }
        let mut state = self.state();
        state.message_tries = state.message_tries.saturating_sub(1);
        self.put_state(&state)
    }

    /// What a MAC comes to that was compared. Without tries the application is permanently blocked.
    pub(crate) fn judge_message(&self, right: bool) -> Result<(), Fault> {
        if right {
            Ok(())
        } else if self.profile.tries.messages > 0 && self.state().message_tries == 0 {
            Err(Sw::PERMANENTLY_BLOCKED.into())
        } else {
            Err(Sw::WRONG_MESSAGE_MAC.into())
        }
    }

    /// Security as committed, with all tries of secure messaging given back.
    pub(crate) fn state_after_message(&self) -> SecurityState {
        SecurityState { message_tries: self.profile.tries.messages, ..self.state() }
    }

    /// P1 is the algorithm of a maintenance command; its SM4 form is not public
    /// (`docs/spec/card.md` 4.8, 8.4).
    pub(crate) fn require_des(command: &Command<'_>) -> Result<(), Sw> {
        if command.p1 == ALGORITHM_DES { Ok(()) } else { Err(Sw::NOT_SUPPORTED) }
    }
}
