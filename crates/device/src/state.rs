//! What lies below every applet: memory, randomness, and the count of work.

use crate::Fault;
use rand_core::Rng;
use tunion_apdu::{Command, LeRule, Response, Sw};
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

/// Memory, randomness, the work of the command under way, and the answer that waits. An applet has one.
#[derive(Clone, Debug)]
pub struct Core<R, S> {
    /// The memory.
    pub store: S,
    /// The source of random numbers.
    pub random: R,
    /// What the last command took, or the one under way so far.
    pub work: Work,
    /// A whole answer that GET RESPONSE can fetch; empty when none waits.
    waiting: Response,
}

impl<R: Rng, S> Core<R, S> {
    /// Memory and a source of random numbers; no work is done yet.
    #[must_use]
    pub fn new(store: S, random: R) -> Self {
        Self { store, random, work: Work::default(), waiting: Response::new() }
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

    /// GET RESPONSE: the answer that waits, with its own status word.
    ///
    /// # Errors
    /// [`Sw::CONDITIONS`] when none waits; `6Cxx` with its length for a Le that is neither absent nor 00
    /// nor its length, and it goes on waiting (`docs/spec/card.md` 8.5, our reading).
    pub(crate) fn get_response(
        &mut self,
        command: &Command<'_>,
        response: &mut Response,
    ) -> Result<(), Fault> {
        if self.waiting.bytes().is_empty() {
            return Err(Sw::CONDITIONS.into());
        }
        command.expect(self.waiting.data().len(), LeRule::Correcting)?;
        let sw = self.waiting.sw();
        let sent = response.push(self.waiting.data());
        self.drop_waiting();
        sent?;
        if sw.is_ok() { Ok(()) } else { Err(Fault::Warning(sw)) }
    }

    /// Keeps an answer that has data, and puts 61xx in its place.
    pub(crate) fn keep_waiting(&mut self, answer: &mut Response) {
        let length = answer.data().len();
        if length > 0 {
            core::mem::swap(&mut self.waiting, answer);
            answer.clear();
            answer.finish(Sw::data_waiting(length));
        }
    }

    pub(crate) fn drop_waiting(&mut self) {
        self.waiting.clear();
    }
}
