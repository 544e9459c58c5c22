//! APPLICATION BLOCK and UNBLOCK, CARD BLOCK (`docs/spec/card.md` 3, 6, 8.5).

use crate::card::Card;
use crate::contents::Block;
use crate::map::{self, PURSE, SECURITY};
use crate::session::Session;
use rand_core::Rng;
use tunion_apdu::{Command, Sw};
use tunion_device::Fault;

/// P2 of APPLICATION BLOCK: for good.
const PERMANENTLY: u8 = 0x01;

impl<R: Rng> Card<R> {
    /// APPLICATION BLOCK (应用锁定): P2 = 00 for a time, 01 for good.
    pub(crate) fn application_block(&mut self, command: &Command<'_>) -> Result<(), Fault> {
        Self::require_des(command)?;
        let key = self.keys.app_block.clone();
        self.authenticate_message(&key, command)?;
        let mut state = self.state_after_message();
        state.block(command.p2 == PERMANENTLY);
        self.put_state(&state)
    }

    /// APPLICATION UNBLOCK (应用解锁): gives the tries of transaction MACs back too.
    pub(crate) fn application_unblock(&mut self, command: &Command<'_>) -> Result<(), Fault> {
        Self::require_des(command)?;
        if self.standing() != Block::Temporary {
            return Err(Sw::CONDITIONS.into());
        }
        let key = self.keys.app_unblock.clone();
        self.authenticate_message(&key, command)?;
        let mut state = self.state_after_message();
        state.blocked = 0;
        let mut purse = map::purse(&self.core.store);
        purse.transaction_tries = self.profile.tries.transactions;
        let mut tx = self.core.store.begin();
        SECURITY.write(&mut tx, &state.encode())?;
        PURSE.write(&mut tx, &purse.encode())?;
        self.session = Session::Idle;
        Ok(tx.commit()?)
    }

    /// CARD BLOCK (卡片锁定): nothing of the card answers anything but 6A81 from then on.
    pub(crate) fn card_block(&mut self, command: &Command<'_>) -> Result<(), Fault> {
        let key = self.keys.card_control.clone();
        self.authenticate_message(&key, command)?;
        let mut state = self.state_after_message();
        state.card_blocked = 1;
        self.put_state(&state)
    }
}
