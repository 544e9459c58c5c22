//! What has to hold whatever the model says: the promises of the PSAM that money hangs on.

use crate::memory::{Buyer, Load};
use crate::model::Model;
use std::collections::{BTreeMap, BTreeSet};

/// What was answered so far, as whoever loses by it would write it down.
#[derive(Clone, Default, Debug)]
pub(super) struct Ledger {
    /// Each number of the terminal sequence, and its purchase.
    numbers: BTreeMap<u32, Buyer>,
    /// Each load whose MAC2 was answered.
    loads: BTreeSet<Load>,
    /// All that hosts wrote, where the power went perhaps.
    granted: u64,
    /// A command whose answer waits for GET RESPONSE.
    asked: Vec<u8>,
    /// The card whose load key is ready.
    card: Option<[u8; 8]>,
}

impl Ledger {
    /// Takes note of an answer, or of a loss of power.
    pub(super) fn note(
        &mut self,
        command: &[u8],
        answer: Option<&[u8]>,
        model: &Model,
    ) -> Result<(), String> {
        let asked = match command {
            [0x00, 0xC0, ..] => std::mem::take(&mut self.asked),
            _ => command.to_vec(),
        };
        if let Some([0x61, _]) = answer {
            self.asked = asked;
            return Ok(());
        }
        if command.starts_with(&[0x00, 0xD6, 0x98, 0x00])
            && answer.is_none_or(|answer| answer == [0x90, 0x00])
        {
            let quota =
                command.get(5..9).and_then(|bytes| bytes.try_into().ok()).map_or(0, u32::from_be_bytes);
            self.granted += u64::from(quota);
        }
        let Some([data @ .., 0x90, 0x00]) = answer else { return Ok(()) };
        match &asked[..] {
            [0x80, 0x1A, p1, _, _, card @ ..] => {
                self.card = (*p1 == 0x2B).then(|| std::array::from_fn(|at| card[at]));
                Ok(())
            }
            [0x80, 0x70, 0, 0, 0x24, request @ ..] if data.len() == 8 => self.number(request, data, model),
            // A session block and MAC2's message.
            [0x80, 0xFA, 0x01, 0, 0x20, body @ ..] if data.len() == 4 && is_load(body) => self.load(body),
            _ => Ok(()),
        }
    }

    fn number(&mut self, request: &[u8], data: &[u8], model: &Model) -> Result<(), String> {
        let part = |from: usize| std::array::from_fn(|at| request.get(from + at).copied().unwrap_or(0));
        let [s0, s1, ..]: [u8; 8] = part(4);
        let buyer = Buyer { issuer: part(28), card: part(20), sequence: [s0, s1] };
        let number = u32::from_be_bytes(std::array::from_fn(|at| data[at]));
        if self.numbers.last_key_value().is_some_and(|(highest, _)| number < *highest) {
            return Err(format!("the terminal sequence went back to {number}"));
        }
        match self.numbers.insert(number, buyer) {
            Some(other) if other != buyer => Err(format!("{number} was answered for two purchases")),
            Some(_) if !model.settings.moves_at_credit => Err(format!("{number} was answered twice")),
            _ => Ok(()),
        }
    }

    fn load(&mut self, body: &[u8]) -> Result<(), String> {
        let block = std::array::from_fn(|at| body[at]);
        let amount = u32::from_be_bytes(std::array::from_fn(|at| body[8 + at]));
        let Some(card) = self.card else { return Ok(()) };
        self.loads.insert(Load { card, block, amount, at: std::array::from_fn(|at| body[19 + at]) });
        let loaded: u64 = self.loads.iter().map(|load| u64::from(load.amount)).sum();
        if loaded > self.granted {
            return Err(format!("{loaded} fen were loaded out of {}", self.granted));
        }
        Ok(())
    }
}

/// Whether the 32 bytes that DES CRYPT brought are a session block and MAC2's message.
fn is_load(body: &[u8]) -> bool {
    body.len() >= 32 && body[6..8] == [0x80, 0x00] && body[12] == 0x02 && body[26] == 0x80
}
