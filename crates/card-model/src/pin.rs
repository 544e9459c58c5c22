//! The PIN.

use crate::crypto;
use crate::frame::{Answer, Command, Sw, Verdict};
use crate::model::Model;
use crate::security::wants_mac;

/// 8.4, PIN: 2 to 6 ASCII digits, padded with FF to at most 6 bytes. What is no PIN is 6A80.
fn digits(data: &[u8]) -> Result<Vec<u8>, Sw> {
    let digits: Vec<u8> = data.iter().copied().take_while(u8::is_ascii_digit).collect();
    let padding = &data[digits.len()..];
    if data.len() <= 6 && digits.len() >= 2 && padding.iter().all(|byte| *byte == 0xFF) {
        Ok(digits)
    } else {
        Err(0x6A80)
    }
}

/// `length ‖ PIN ‖ 80 00…` in a block of eight (8.5, PIN UNBLOCK).
fn digits_in_block(block: [u8; 8]) -> Result<Vec<u8>, Sw> {
    let length = usize::from(block[0]);
    if !(2..=6).contains(&length) {
        return Err(0x6A80);
    }
    let (pin, padding) = block[1..].split_at(length);
    if padding[0] != 0x80 || padding[1..].iter().any(|byte| *byte != 0) {
        return Err(0x6A80);
    }
    digits(pin)
}

impl Model {
    /// 8.4, PIN: a try is spent, then compared; wrong 63Cx, and it no longer counts as verified.
    fn compare_pin(&mut self, given: &[u8]) -> Result<(), Sw> {
        self.commit(|memory| memory.pin_tries -= 1)?;
        if self.memory.pin.as_deref() != Some(given) {
            self.ram.verified = false;
            return Err(0x63C0 | u16::from(self.memory.pin_tries));
        }
        Ok(())
    }

    /// 8.5, VERIFY PIN.
    pub(crate) fn verify_pin(&mut self, command: &Command) -> Verdict {
        if self.memory.pin.is_none() {
            return Err(0x6A88);
        }
        if self.memory.pin_tries == 0 {
            return Err(0x6983);
        }
        let given = digits(&command.data)?;
        self.compare_pin(&given)?;
        let full = self.settings.pin_tries;
        self.commit(|memory| memory.pin_tries = full)?;
        self.ram.verified = true;
        Ok(Answer::done())
    }

    /// 8.5, CHANGE PIN.
    ///
    /// Choice: whether the PIN counts as verified stays as it was when the old one was right; a wrong one ends
    /// it as in VERIFY.
    pub(crate) fn change_pin(&mut self, command: &Command) -> Verdict {
        if self.memory.pin.is_none() {
            return Err(0x6985);
        }
        if self.memory.pin_tries == 0 {
            return Err(0x6983);
        }
        let between = command.data.iter().position(|byte| *byte == 0xFF).ok_or(0x6A80_u16)?;
        let old = digits(&command.data[..between])?;
        let new = digits(&command.data[between + 1..])?;
        self.compare_pin(&old)?;
        let full = self.settings.pin_tries;
        self.commit(|memory| {
            memory.pin = Some(new);
            memory.pin_tries = full;
        })?;
        Ok(Answer::done())
    }

    /// 8.5, RELOAD PIN.
    pub(crate) fn reload_pin(&mut self, command: &Command) -> Verdict {
        if command.p1 == 0x01 {
            return Err(0x6A81);
        }
        if self.memory.pin.is_none() {
            return Err(0x6A88);
        }
        let (sent, mac) = command.data_and_mac();
        let new = digits(sent)?;
        self.spend_message_try()?;
        self.compare_message_mac(crypto::mac(crypto::fold(self.keys.pin_reload), sent), mac)?;
        let full = self.settings.pin_tries;
        self.commit_secured(|memory| {
            memory.pin = Some(new);
            memory.pin_tries = full;
        })
    }

    /// 8.5, PIN UNBLOCK.
    pub(crate) fn pin_unblock(&mut self, command: &Command) -> Verdict {
        if command.p1 == 0x01 {
            return Err(0x6A81);
        }
        if self.memory.pin.is_none() || self.memory.pin_tries != 0 {
            return Err(0x6985);
        }
        wants_mac(command)?;
        if !matches!(command.data.len(), 0x04 | 0x0C) {
            return Err(0x6700);
        }
        self.secure_messaging(command, self.keys.pin_unblock)?;
        let mut new = None;
        if command.data.len() == 0x0C {
            let block = std::array::from_fn(|i| command.data[i]);
            match digits_in_block(crypto::triple_back(self.keys.pin_unblock, block)) {
                Ok(pin) => new = Some(pin),
                Err(sw) => {
                    self.commit_secured(|_| ())?;
                    return Err(sw);
                }
            }
        }
        let full = self.settings.pin_tries;
        self.commit_secured(|memory| {
            memory.pin_tries = full;
            if new.is_some() {
                memory.pin = new;
            }
        })
    }
}
