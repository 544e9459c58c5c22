//! The challenge, the host's proof, and how a locked PSAM is opened.

use crate::frame::{Command, Verdict};
use crate::memory::OTHER_TRIES;
use crate::model::{Model, Random};
use tunion_card_model::crypto;

impl Model {
    /// 2.6, GET CHALLENGE.
    pub(crate) fn get_challenge(&mut self, command: &Command, random: Random<'_>) -> Verdict {
        let length = command.le.filter(|le| *le == 4 || *le == 8).ok_or(0x6700_u16)?;
        let mut bytes = vec![0; length];
        random(&mut bytes);
        self.ram.challenge = Some(bytes.clone());
        Ok(bytes)
    }

    /// 2.6, EXTERNAL AUTHENTICATE.
    pub(crate) fn external_authenticate(&mut self, command: &Command) -> Verdict {
        self.in_application()?;
        let key = self.keys.load.as_ref().filter(|_| command.p2 == 0x01).ok_or(0x6A88_u16)?.host;
        if command.data.len() != 8 {
            return Err(0x6700);
        }
        if self.memory.host_tries == 0 {
            return Err(0x6983);
        }
        let challenge = self.ram.challenge.clone().ok_or(0x6984_u16)?;
        self.commit(|memory| memory.host_tries -= 1)?;
        self.ram.challenge = None;
        if crypto::triple(key, crypto::challenge_block(&challenge))[..] != command.data[..] {
            return Err(0x63C0 | u16::from(self.memory.host_tries));
        }
        self.commit(|memory| memory.host_tries = OTHER_TRIES)?;
        self.ram.host = true;
        Ok(vec![])
    }

    /// 2.6, APPLICATION UNBLOCK.
    pub(crate) fn application_unblock(&mut self, command: &Command) -> Verdict {
        self.in_application()?;
        if command.p1 == 0x01 {
            return Err(0x6A81);
        }
        if self.memory.mac_tries > 0 && self.memory.host_tries > 0 {
            return Err(0x6985);
        }
        if command.data.len() != 4 {
            return Err(0x6987);
        }
        if self.memory.unblock_tries == 0 {
            return Err(0x6983);
        }
        let challenge = self.ram.challenge.clone().ok_or(0x6984_u16)?;
        self.commit(|memory| memory.unblock_tries -= 1)?;
        self.ram.challenge = None;
        let vector = crypto::challenge_block(&challenge);
        let header = [0x84, 0x18, 0x00, 0x00, 0x04];
        if crypto::retail_mac(self.keys.control, vector, &header)[..] != command.data[..] {
            return Err(0x6988);
        }
        let limit = self.settings.mac_tries;
        self.commit(|memory| {
            memory.mac_tries = limit;
            memory.host_tries = OTHER_TRIES;
            memory.unblock_tries = OTHER_TRIES;
        })?;
        Ok(vec![])
    }
}
