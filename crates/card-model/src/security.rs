//! The rules of 8.4 about challenges and MACs, and the commands that are nothing else.

use crate::crypto;
use crate::frame::{Answer, Command, Sw, Verdict, judge_le};
use crate::memory::Memory;
use crate::model::{Model, Random};

impl Model {
    /// 8.5, GET CHALLENGE.
    pub(crate) fn get_challenge(&mut self, command: &Command, random: Random<'_>) -> Verdict {
        let length = command.le.filter(|le| matches!(le, 4 | 8)).ok_or(0x6700_u16)?;
        let mut challenge = vec![0; length];
        random(&mut challenge);
        self.ram.challenge = Some(challenge.clone());
        Ok(Answer::data(challenge))
    }

    /// 8.5, EXTERNAL AUTHENTICATE.
    ///
    /// Choice: a wrong cryptogram leaves an authentication that was there before.
    pub(crate) fn external_authenticate(&mut self, command: &Command) -> Verdict {
        let id = usize::from(command.p2);
        let key = *self.keys.external.get(id).ok_or(0x6A88_u16)?;
        if command.data.len() != 8 {
            return Err(0x6700);
        }
        if self.memory.external_tries[id] == 0 {
            return Err(0x6983);
        }
        let challenge = self.ram.challenge.clone().ok_or(0x6984_u16)?;
        self.commit(|memory| memory.external_tries[id] -= 1)?;
        self.ram.challenge = None;
        if command.data != crypto::triple(key, crypto::challenge_block(&challenge)) {
            return Err(0x63C0 | u16::from(self.memory.external_tries[id]));
        }
        let full = self.settings.external_tries[id];
        self.commit(|memory| memory.external_tries[id] = full)?;
        self.ram.authenticated = true;
        Ok(Answer::done())
    }

    /// 8.5, INTERNAL AUTHENTICATE.
    pub(crate) fn internal_authenticate(&mut self, command: &Command) -> Verdict {
        let key = self.keys.internal.ok_or(0x6A88_u16)?;
        if command.data.len() != 8 {
            return Err(0x6700);
        }
        judge_le(self.settings.le, command.le, 8)?;
        Ok(Answer::data(crypto::triple(key, std::array::from_fn(|i| command.data[i])).to_vec()))
    }

    /// 8.4, secure messaging: challenge, try, MAC. What follows is written by [`Self::commit_secured`].
    pub(crate) fn secure_messaging(&mut self, command: &Command, key: [u8; 16]) -> Result<(), Sw> {
        let challenge = self.ram.challenge.clone().ok_or(0x6984_u16)?;
        self.spend_message_try()?;
        self.ram.challenge = None;
        let (data, mac) = command.data_and_mac();
        let lc = u8::try_from(command.data.len()).unwrap_or(0);
        let input = [&[command.class, command.ins, command.p1, command.p2, lc], data].concat();
        self.compare_message_mac(crypto::retail_mac(key, crypto::challenge_block(&challenge), &input), mac)
    }

    /// One secure-messaging try is written as spent, where they are limited.
    pub(crate) fn spend_message_try(&mut self) -> Result<(), Sw> {
        if self.settings.message_tries == 0 {
            return Ok(());
        }
        self.commit(|memory| memory.message_tries -= 1)
    }

    /// Wrong: 6988, or 9303 when that was the last try.
    pub(crate) fn compare_message_mac(&self, right: [u8; 4], given: &[u8]) -> Result<(), Sw> {
        if given == right {
            Ok(())
        } else if self.settings.message_tries != 0 && self.memory.message_tries == 0 {
            Err(0x9303)
        } else {
            Err(0x6988)
        }
    }

    /// The effect of a command whose secure-messaging MAC was right, and all tries back, in one commit.
    pub(crate) fn commit_secured(&mut self, effect: impl FnOnce(&mut Memory)) -> Verdict {
        let full = self.settings.message_tries;
        self.commit(|memory| {
            if full != 0 {
                memory.message_tries = full;
            }
            effect(memory);
        })?;
        Ok(Answer::done())
    }

    /// 8.4, transaction MACs: try, MAC. Wrong: 9302, and the transaction ends.
    pub(crate) fn transaction_mac(&mut self, right: [u8; 4], given: &[u8]) -> Result<(), Sw> {
        if self.settings.transaction_tries != 0 {
            self.commit(|memory| memory.transaction_tries -= 1)?;
        }
        if given == right {
            return Ok(());
        }
        self.ram.open = None;
        Err(0x9302)
    }
}

/// 6987: fewer than four bytes, where a MAC is wanted.
pub(crate) fn wants_mac(command: &Command) -> Result<(), Sw> {
    if command.data.len() < 4 { Err(0x6987) } else { Ok(()) }
}

/// 6987: as [`wants_mac`], or no data beside the MAC.
pub(crate) fn wants_data_and_mac(command: &Command) -> Result<(), Sw> {
    if command.data.len() < 5 { Err(0x6987) } else { Ok(()) }
}
