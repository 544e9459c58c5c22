//! INIT SAM FOR PURCHASE and CREDIT SAM FOR PURCHASE.

use crate::frame::{Command, Verdict};
use crate::memory::Buyer;
use crate::model::{Model, Open};
use tunion_card_model::crypto;

/// Bytes `from..from + N` of the data, which has been found long enough.
fn part<const N: usize>(data: &[u8], from: usize) -> [u8; N] {
    std::array::from_fn(|at| data[from + at])
}

impl Model {
    /// 2.6, INIT SAM FOR PURCHASE, with the layout of 2.2.
    pub(crate) fn init_sam(&mut self, command: &Command) -> Verdict {
        self.in_application()?;
        self.unlocked()?;
        let data = &command.data;
        if !matches!(data[10], 0x06 | 0x09) || data[19] != 0x00 {
            return Err(0x6A80);
        }
        if data[18] != self.settings.key_version {
            return Err(0x9403);
        }
        let buyer = Buyer { card: part(data, 20), issuer: part(data, 28), sequence: part(data, 4) };
        let number = self.draw(buyer)?;

        let card_key = crypto::diversify(crypto::diversify(self.keys.purchase, buyer.issuer), buyer.card);
        let sequence = u16::from_be_bytes(buyer.sequence);
        let session = crypto::purchase_session(card_key, part(data, 0), sequence, number.to_be_bytes());
        let amount: [u8; 4] = part(data, 6);
        let input = [&amount[..], &data[10..11], &self.settings.terminal, &data[11..18]].concat();
        self.ram.open = Some(Open::Purchase { session, amount });
        Ok([number.to_be_bytes(), crypto::mac(session, &input)].concat())
    }

    /// "When the terminal sequence moves". Choice: a number that was answered already is not committed
    /// again for the same purchase.
    fn draw(&mut self, buyer: Buyer) -> Result<u32, u16> {
        let belongs_to_another = self.memory.answered_to.is_some_and(|other| other != buyer);
        let number = if belongs_to_another { self.memory.number + 1 } else { self.memory.number };
        if number == u32::MAX {
            return Err(0x9402);
        }
        if self.settings.moves_at_credit {
            if self.memory.answered_to != Some(buyer) {
                self.commit(|memory| (memory.number, memory.answered_to) = (number, Some(buyer)))?;
            }
        } else {
            self.commit(|memory| memory.number = number + 1)?;
        }
        Ok(number)
    }

    /// 2.6, CREDIT SAM FOR PURCHASE.
    pub(crate) fn credit_sam(&mut self, command: &Command) -> Verdict {
        self.unlocked()?;
        let Some(Open::Purchase { session, amount }) = self.ram.open.clone() else { return Err(0x6901) };
        self.ram.open = None;
        self.commit(|memory| memory.mac_tries -= 1)?;
        if crypto::mac(session, &amount)[..] != command.data[..] {
            return Err(0x9302);
        }
        let (limit, moves) = (self.settings.mac_tries, self.settings.moves_at_credit);
        self.commit(|memory| {
            memory.mac_tries = limit;
            if moves {
                memory.number += 1;
                memory.answered_to = None;
            }
        })?;
        Ok(vec![])
    }
}
