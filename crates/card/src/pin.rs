//! The PIN (`docs/spec/card.md` 6, 8.4): its form, and the commands that verify and change it.

use crate::card::Card;
use core::fmt;
use rand_core::Rng;
use tunion_apdu::{Command, Sw};
use tunion_crypto::{PinReloadKey, ct_eq};
use tunion_device::Fault;
use zeroize::Zeroizing;

/// Bytes of a padded PIN.
pub(crate) const PIN_LEN: usize = 6;
const PAD: u8 = 0xFF;

/// A PIN of 2 to 6 digits. It is zeroised when dropped, compared in constant time, and not shown by
/// `Debug`. The card's memory holds it in the clear, as do the copies of a memory page that a command works
/// on.
#[derive(Clone)]
pub struct Pin(Zeroizing<[u8; PIN_LEN]>);

impl Pin {
    /// A PIN as it stands in a command: ASCII digits, with FF behind up to 6 bytes or nothing.
    ///
    /// ```
    /// use tunion_card::Pin;
    /// assert_eq!(Pin::new(b"1234"), Pin::new(b"1234\xFF\xFF"));
    /// assert!(Pin::new(b"1").is_none() && Pin::new(b"12 4").is_none() && Pin::new(b"1234567").is_none());
    /// ```
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let padded = bytes.iter().rev().take_while(|byte| **byte == PAD).count();
        let digits = bytes.get(..bytes.len().checked_sub(padded)?)?;
        let right = (2..=PIN_LEN).contains(&digits.len())
            && bytes.len() <= PIN_LEN
            && digits.iter().all(u8::is_ascii_digit);
        if !right {
            return None;
        }
        let mut pin = Zeroizing::new([PAD; PIN_LEN]);
        pin.iter_mut().zip(digits).for_each(|(to, from)| *to = *from);
        Some(Self(pin))
    }

    /// The 2 to 6 ASCII digits, for whoever puts a card away with all that it keeps.
    #[must_use]
    pub fn digits(&self) -> &[u8] {
        let end = self.0.iter().position(|byte| *byte == PAD).unwrap_or(PIN_LEN);
        self.0.get(..end).unwrap_or_default()
    }

    /// The PIN as a card keeps it: padded with FF.
    pub(crate) fn padded(&self) -> &[u8; PIN_LEN] {
        &self.0
    }
}

impl PartialEq for Pin {
    fn eq(&self, other: &Self) -> bool {
        ct_eq(self.padded(), other.padded())
    }
}

impl Eq for Pin {}

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(..)")
    }
}

impl<R: Rng> Card<R> {
    /// VERIFY PIN.
    pub(crate) fn verify_pin(&mut self, command: &Command<'_>) -> Result<(), Fault> {
        if self.state().pin().is_none() {
            return Err(Sw::REFERENCE_NOT_FOUND.into());
        }
        self.require_pin_tries()?;
        let given = Pin::new(command.data).ok_or(Sw::WRONG_DATA)?;
        self.compare_pin(&given)?;
        let mut state = self.state();
        state.pin_tries = self.profile.tries.pin;
        self.put_state(&state)?;
        self.access.pin_verified = true;
        Ok(())
    }

    /// CHANGE PIN: `old ‖ FF ‖ new`. The first FF is the one between, since a PIN is digits.
    pub(crate) fn change_pin(&mut self, command: &Command<'_>) -> Result<(), Fault> {
        if self.state().pin().is_none() {
            return Err(Sw::CONDITIONS.into());
        }
        self.require_pin_tries()?;
        let between = command.data.iter().position(|byte| *byte == PAD).ok_or(Sw::WRONG_DATA)?;
        let (old, new) = command.data.split_at_checked(between).ok_or(Sw::WRONG_DATA)?;
        let old = Pin::new(old).ok_or(Sw::WRONG_DATA)?;
        let new = new.split_first().and_then(|(_, new)| Pin::new(new)).ok_or(Sw::WRONG_DATA)?;
        self.compare_pin(&old)?;
        self.put_pin(&new)
    }

    /// RELOAD PIN: the issuer sets another. Its MAC has no challenge (`docs/spec/card.md` 4.7).
    pub(crate) fn reload_pin(&mut self, command: &Command<'_>) -> Result<(), Fault> {
        if self.state().pin().is_none() {
            return Err(Sw::REFERENCE_NOT_FOUND.into());
        }
        let (data, mac) = command.data.split_last_chunk::<4>().ok_or(Sw::WRONG_DATA)?;
        let new = Pin::new(data).ok_or(Sw::WRONG_DATA)?;
        self.spend_message_try()?;
        let tally = &mut self.core.work.crypto;
        let ours = PinReloadKey::new(&self.keys.pin_reload, tally).mac(data, tally);
        self.judge_message(ct_eq(&ours, mac))?;
        self.put_pin_by_issuer(&new)
    }

    /// PIN UNBLOCK: the issuer gives the tries back, and may set another PIN.
    pub(crate) fn unblock_pin(&mut self, command: &Command<'_>) -> Result<(), Fault> {
        Self::require_des(command)?;
        let state = self.state();
        if state.pin().is_none() || state.pin_tries > 0 {
            return Err(Sw::CONDITIONS.into());
        }
        let (data, _) = command.data.split_last_chunk::<4>().ok_or(Sw::MAC_MISSING)?;
        if !matches!(data.len(), 0 | 8) {
            return Err(Sw::WRONG_LENGTH.into());
        }
        let key = self.keys.pin_unblock.clone();
        self.authenticate_message(&key, command)?;
        // Deciphered only now: who has not the key is not told how the block was padded.
        let new = if data.is_empty() { Ok(None) } else { self.deciphered_pin(data).map(Some) };
        let mut state = self.state_after_message();
        if let Ok(new) = &new {
            state.pin_tries = self.profile.tries.pin;
            if let Some(new) = new {
                state.pin = *new.padded();
            }
        }
        self.put_state(&state)?;
        Ok(new.map(|_| ())?)
    }

    /// A PIN that the issuer enciphered: one block of `length ‖ PIN ‖ 80 00…`.
    fn deciphered_pin(&mut self, block: &[u8]) -> Result<Pin, Sw> {
        let tally = &mut self.core.work.crypto;
        let mut block = Zeroizing::new(<[u8; 8]>::try_from(block).map_err(|_| Sw::WRONG_LENGTH)?);
        let key = self.keys.pin_unblock.tdes(tally);
        let plain = key.decipher_data(block.as_mut_slice(), tally).map_err(|_| Sw::WRONG_DATA)?;
        Pin::new(plain).ok_or(Sw::WRONG_DATA)
    }

    fn require_pin_tries(&self) -> Result<(), Sw> {
        if self.state().pin_tries == 0 { Err(Sw::AUTHENTICATION_BLOCKED) } else { Ok(()) }
    }

    /// Spends a try and compares. The try is committed as spent before the comparison.
    fn compare_pin(&mut self, given: &Pin) -> Result<(), Fault> {
        let mut state = self.state();
        state.pin_tries = state.pin_tries.saturating_sub(1);
        self.put_state(&state)?;
        if ct_eq(&state.pin, given.padded()) {
            return Ok(());
        }
        self.access.pin_verified = false;
        Err(Sw::tries_left(state.pin_tries).into())
    }

    fn put_pin(&mut self, new: &Pin) -> Result<(), Fault> {
        let mut state = self.state();
        (state.pin, state.pin_tries) = (*new.padded(), self.profile.tries.pin);
        self.put_state(&state)
    }

    fn put_pin_by_issuer(&mut self, new: &Pin) -> Result<(), Fault> {
        let mut state = self.state_after_message();
        (state.pin, state.pin_tries) = (*new.padded(), self.profile.tries.pin);
        self.put_state(&state)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_its_digits_and_debug_does_not_show_them() {
        for (given, digits) in [(&b"12"[..], &b"12"[..]), (b"1234\xFF\xFF", b"1234"), (b"123456", b"123456")]
        {
            let pin = Pin::new(given).unwrap();
            assert_eq!(pin.digits(), digits);
            assert_eq!(std::format!("{pin:?}"), "Pin(..)");
        }
    }
}
