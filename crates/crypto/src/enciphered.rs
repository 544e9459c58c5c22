//! Enciphered data in commands: a new PIN, a key, a record.

use crate::{DecipherError, Tally, TdesKey, TooLong};

impl TdesKey {
    /// Enciphers `plain` as the data of a protected command and gives what is to be sent, which
    /// stands at the start of `buffer`: `Ld(1) ‖ plain`, followed by `80 00…` up to a whole block
    /// when it is none, in ECB mode (`docs/spec/card.md` 4.7). `plain.len() / 8 + 1` two-key 3DES
    /// blocks, 8 bytes each.
    ///
    /// The MAC is taken over the enciphered data, see [`TdesKey::command_mac`].
    ///
    /// ```
    /// use tunion_crypto::{Key16, Tally};
    /// let (mut tally, mut buffer) = (Tally::default(), [0; 24]);
    /// let key = Key16::new(*b"a key for tests.").tdes(&mut tally);
    /// let sent = key.encipher_data(&[0x12, 0x34, 0x56], &mut buffer, &mut tally)?.to_vec();
    /// assert_eq!(sent.len(), 8);
    ///
    /// let mut received = sent;
    /// assert_eq!(key.decipher_data(&mut received, &mut tally)?, [0x12, 0x34, 0x56]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// More than 255 bytes, or a `buffer` that is shorter than the blocks. It is left as it was.
    pub fn encipher_data<'a>(
        &self,
        plain: &[u8],
        buffer: &'a mut [u8],
        tally: &mut Tally,
    ) -> Result<&'a [u8], TooLong> {
        let len = u8::try_from(plain.len()).map_err(|_| TooLong)?;
        let sent = buffer.get_mut(..(plain.len() / 8 + 1) * 8).ok_or(TooLong)?;
        let (data, padding) = sent.split_at_mut(1 + plain.len());
        data[0] = len;
        data[1..].copy_from_slice(plain);
        padding.fill(0);
        if let Some(first) = padding.first_mut() {
            *first = 0x80;
        }
        for block in sent.as_chunks_mut().0 {
            *block = self.encrypt(*block, tally);
        }
        Ok(sent)
    }

    /// Deciphers the data of a protected command in place and gives the plain part of it, without Ld
    /// and padding: what [`TdesKey::encipher_data`] was given. As many two-key 3DES blocks as there
    /// are.
    ///
    /// Judge the MAC first: it covers the enciphered data, and under a good one only the sender's
    /// mistakes lead to an error. What was deciphered stays in `data`, also after
    /// [`DecipherError::Padding`]; who holds the buffer wipes it.
    ///
    /// # Errors
    /// [`DecipherError::Length`] when `data` is empty or no multiple of 8 bytes;
    /// [`DecipherError::Padding`] when Ld does not end in the last block, or is not followed by
    /// `80 00…` to its end. A block of padding alone is not accepted (our reading).
    pub fn decipher_data<'a>(
        &self,
        data: &'a mut [u8],
        tally: &mut Tally,
    ) -> Result<&'a [u8], DecipherError> {
        let (blocks, rest) = data.as_chunks_mut();
        if blocks.is_empty() || !rest.is_empty() {
            return Err(DecipherError::Length);
        }
        for block in blocks {
            *block = self.decrypt(*block, tally);
        }
        plain(data).ok_or(DecipherError::Padding)
    }
}

/// The data between its length and its padding.
fn plain(deciphered: &[u8]) -> Option<&[u8]> {
    let (&len, rest) = deciphered.split_first()?;
    let (plain, padding) = rest.split_at_checked(len.into())?;
    let padded = match padding {
        [] => true,
        [0x80, zeros @ ..] => zeros.len() < 7 && zeros.iter().all(|&byte| byte == 0),
        _ => false,
    };
    padded.then_some(plain)
}
