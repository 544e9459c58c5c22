//! The keys of one secure channel, and its state from command to command.

use core::fmt;

use super::{Purpose, SessionKeys, bits, derive, first};
use crate::aes::Block;
use crate::{AesKey, DecipherError, Tally, TooLong};

/// One secure channel, at either end. `N` is the length of its challenges, cryptograms and MACs: 8 in
/// S8 mode, 16 in S16 mode.
///
/// It never says whether the channel is open: after a wrong cryptogram or a wrong MAC its owner
/// drops it.
#[derive(Clone)]
pub struct Session<const N: usize> {
    enc: AesKey,
    mac: AesKey,
    rmac: AesKey,
    host: [u8; N],
    card: [u8; N],
    /// The MAC chaining value: the whole last C-MAC.
    chain: Block,
    /// How many commands [`Session::encipher`] or [`Session::decipher`] has seen.
    commands: u128,
}

impl<const N: usize> Session<N> {
    /// A session that begins: 3 AES schedules.
    #[must_use]
    pub fn new(keys: &SessionKeys, host: [u8; N], card: [u8; N], tally: &mut Tally) -> Self {
        let [enc, mac, rmac] = [&keys.enc, &keys.mac, &keys.rmac].map(|key| key.aes(tally));
        Self { enc, mac, rmac, host, card, chain: [0; 16], commands: 0 }
    }

    /// What the card proves itself with. In S8 mode 3 AES blocks, in S16 mode 4.
    #[must_use]
    pub fn card_cryptogram(&self, tally: &mut Tally) -> [u8; N] {
        self.cryptogram(Purpose::CardCryptogram, tally)
    }

    /// What the host proves itself with, the data of EXTERNAL AUTHENTICATE. As
    /// [`Session::card_cryptogram`].
    #[must_use]
    pub fn host_cryptogram(&self, tally: &mut Tally) -> [u8; N] {
        self.cryptogram(Purpose::HostCryptogram, tally)
    }

    fn cryptogram(&self, purpose: Purpose, tally: &mut Tally) -> [u8; N] {
        first(&derive(&self.mac, purpose, bits::<N>(), [&self.host, &self.card], tally))
    }

    /// The C-MAC of the next command, and the new chaining value: AES-CMAC under S-MAC over
    /// `chaining value(16) ‖ CLA INS P1 P2 ‖ Lc ‖ data`, first `N` bytes. CLA has the bit of secure
    /// messaging (04) set, whether `header` has it or not, and Lc counts the MAC. `data` is what is
    /// sent, enciphered or not.
    ///
    /// The command is one on the basic logical channel with a short Lc (our limit).
    ///
    /// # Errors
    /// Data and MAC together are longer than Lc can say: 255 bytes. The chaining value stays.
    pub fn command_mac(
        &mut self,
        header: [u8; 4],
        data: &[u8],
        tally: &mut Tally,
    ) -> Result<[u8; N], TooLong> {
        let lc = u8::try_from(data.len() + N).map_err(|_| TooLong)?;
        let [cla, ins, p1, p2] = header;
        let header = [cla | 0x04, ins, p1, p2, lc];
        self.chain = self.mac.cmac_of(&[&self.chain, &header, data], tally);
        Ok(first(&self.chain))
    }

    /// The R-MAC of the answer to the last command: AES-CMAC under S-RMAC over
    /// `chaining value(16) ‖ data ‖ SW1 SW2`, first `N` bytes. `data` is what is sent.
    #[must_use]
    pub fn response_mac(&self, data: &[u8], sw: u16, tally: &mut Tally) -> [u8; N] {
        first(&self.rmac.cmac_of(&[&self.chain, data, &sw.to_be_bytes()], tally))
    }

    /// Enciphers the data of the next command and gives what is to be sent, which stands at the start
    /// of `buffer`: `plain ‖ 80 00…` up to whole blocks of 16 bytes, in CBC mode under S-ENC from the
    /// enciphered number of the command. `plain.len() / 16 + 2` AES blocks.
    ///
    /// It is called for each command after EXTERNAL AUTHENTICATE, for one without data too: that is
    /// counted and nothing is enciphered.
    ///
    /// # Errors
    /// A `buffer` that is shorter than the blocks. The command is not counted.
    pub fn encipher<'a>(
        &mut self,
        plain: &[u8],
        buffer: &'a mut [u8],
        tally: &mut Tally,
    ) -> Result<&'a [u8], TooLong> {
        if plain.is_empty() {
            self.commands += 1;
            return Ok(&[]);
        }
        let sent = buffer.get_mut(..(plain.len() / 16 + 1) * 16).ok_or(TooLong)?;
        let (data, padding) = sent.split_at_mut(plain.len());
        data.copy_from_slice(plain);
        padding.fill(0);
        padding[0] = 0x80;
        let iv = self.next_iv(tally);
        self.enc.encrypt_cbc(iv, sent.as_chunks_mut().0, tally);
        Ok(sent)
    }

    /// Deciphers the data of the next command in place and gives the plain part: what
    /// [`Session::encipher`] was given. An AES block for each of its blocks, and one more.
    ///
    /// # Errors
    /// [`DecipherError::Length`] when `data` is no multiple of 16 bytes: the command is not counted.
    /// [`DecipherError::Padding`] when no `80 00…` of at most a block is at its end.
    pub fn decipher<'a>(&mut self, data: &'a mut [u8], tally: &mut Tally) -> Result<&'a [u8], DecipherError> {
        if data.is_empty() {
            self.commands += 1;
            return Ok(data);
        }
        let (blocks, rest) = data.as_chunks_mut();
        if !rest.is_empty() {
            return Err(DecipherError::Length);
        }
        let iv = self.next_iv(tally);
        self.enc.decrypt_cbc(iv, blocks, tally);
        let zeros = data.iter().rev().take_while(|byte| **byte == 0).count();
        match &data[..data.len() - zeros] {
            [plain @ .., 0x80] if zeros < 16 => Ok(plain),
            _ => Err(DecipherError::Padding),
        }
    }

    /// The number of the command, from 1, as an enciphered block.
    fn next_iv(&mut self, tally: &mut Tally) -> Block {
        self.commands += 1;
        self.enc.encrypt(self.commands.to_be_bytes(), tally)
    }
}

impl<const N: usize> fmt::Debug for Session<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("commands", &self.commands).finish_non_exhaustive()
    }
}
