//! What lies below every applet: memory, randomness, and the count of work.

use crate::Fault;
use rand_core::Rng;
use tunion_apdu::{Command, Response, Sw};
use tunion_crypto::Tally;

/// What a device did for one command, for a latency model to price.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Work {
    /// Cipher blocks and key schedules.
    pub crypto: Tally,
    /// Pages written to memory.
    pub page_writes: u32,
    /// Bytes of the command.
    pub bytes_in: u16,
    /// Bytes of the answer, status word included.
    pub bytes_out: u16,
}

/// Memory, randomness, and the work of the command under way. An applet has one.
#[derive(Clone, Debug)]
pub struct Core<R, S> {
    /// The memory.
    pub store: S,
    /// The source of random numbers.
    pub random: R,
    /// What the last command took, or the one under way so far.
    pub work: Work,
}

impl<R: Rng, S> Core<R, S> {
    /// Memory and a source of random numbers; no work is done yet.
    #[must_use]
    pub fn new(store: S, random: R) -> Self {
        Self { store, random, work: Work::default() }
    }

    /// `N` random bytes.
    pub fn draw<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill_bytes(&mut bytes);
        bytes
    }

    /// GET CHALLENGE: 4 or 8 random bytes, as Le asks (`docs/spec/card.md` 3).
    ///
    /// # Errors
    /// [`Sw::WRONG_LENGTH`] for any other Le, and for none.
    pub fn get_challenge(&mut self, command: &Command<'_>, response: &mut Response) -> Result<(), Fault> {
        match command.le {
            Some(4) => Ok(response.push(&self.draw::<4>())?),
            Some(8) => Ok(response.push(&self.draw::<8>())?),
            _ => Err(Sw::WRONG_LENGTH.into()),
        }
    }
}
