//! INIT FOR DESCRYPT and DES CRYPT.

use crate::frame::{Command, Verdict};
use crate::memory::Load;
use crate::model::{Model, Open};
use tunion_card_model::crypto;

/// A block of eight bytes.
fn block(bytes: &[u8]) -> [u8; 8] {
    std::array::from_fn(|at| bytes[at])
}

fn xor(a: [u8; 8], b: &[u8]) -> [u8; 8] {
    std::array::from_fn(|at| a[at] ^ b[at])
}

/// CBC under the left half.
fn chained(key: [u8; 16], start: [u8; 8], blocks: &[u8]) -> [u8; 8] {
    blocks.chunks(8).fold(start, |state, next| crypto::des(block(&key[..8]), xor(state, next)))
}

impl Model {
    /// 2.6, INIT FOR DESCRYPT.
    pub(crate) fn init_descrypt(&mut self, command: &Command) -> Verdict {
        self.in_application()?;
        self.unlocked()?;
        let data = &command.data;
        let (root, levels) = match (command.p1, command.p2, &self.keys.load) {
            (0x45, 0x02, _) => (self.keys.lock, 2),
            (0x45, 0x01, _) => (self.keys.maintenance, 2),
            (0x2B, 0x01, Some(load)) => (load.root, 1),
            _ => return Err(0x9403),
        };
        if data.len() != 8 * levels {
            return Err(0x6700);
        }
        let key = data.chunks(8).rev().fold(root, |key, factor| crypto::diversify(key, block(factor)));
        self.ram.open = Some(if command.p1 == 0x2B {
            Open::LoadKey { key, card: block(data) }
        } else {
            Open::Key { key, state: [0; 8] }
        });
        Ok(vec![])
    }

    /// 2.6, DES CRYPT.
    pub(crate) fn des_crypt(&mut self, command: &Command) -> Verdict {
        self.unlocked()?;
        let open = self.ram.open.clone();
        let whole = command.data.len().is_multiple_of(8);
        match open {
            Some(Open::Key { .. } | Open::LoadKey { .. }) if !whole => Err(0x6700),
            Some(Open::Key { key, state }) => self.any_use(command, key, state),
            Some(Open::LoadKey { key, card }) => self.mac_of_load(command, key, card),
            Some(Open::Purchase { .. }) | None => Err(0x6901),
        }
    }

    /// "DES CRYPT under 45 02 and 45 01".
    fn any_use(&mut self, command: &Command, key: [u8; 16], state: [u8; 8]) -> Verdict {
        let data = &command.data[..];
        let goes_on = command.p1 & 0x02 != 0;
        if command.p1 & 0x01 == 0 {
            command.expects(data.len())?;
            return Ok(data.chunks(8).flat_map(|one| crypto::triple(key, block(one))).collect());
        }
        let (start, blocks) = if command.p1 & 0x04 != 0 { (block(data), &data[8..]) } else { (state, data) };
        if blocks.is_empty() {
            return Err(0x6700);
        }
        command.expects(if goes_on { 0 } else { 4 })?;
        if goes_on {
            self.ram.open = Some(Open::Key { key, state: chained(key, start, blocks) });
            return Ok(vec![]);
        }
        self.ram.open = Some(Open::Key { key, state: [0; 8] });
        let (before, last) = blocks.split_at(blocks.len() - 8);
        let mac = crypto::triple(key, xor(chained(key, start, before), last));
        Ok(mac[..4].to_vec())
    }

    /// "DES CRYPT under 2B 01".
    fn mac_of_load(&mut self, command: &Command, key: [u8; 16], card: [u8; 8]) -> Verdict {
        if command.p1 != 0x01 {
            return Err(0x6985);
        }
        let (session, message) = command.data.split_at(8);
        // MAC1: balance(4) ‖ amount(4) ‖ 02 ‖ terminal(6). MAC2: amount(4) ‖ 02 ‖ terminal(6) ‖ date(4) ‖ time(3).
        let (input, padding, kind) = match message.len() {
            16 => (&message[..15], &message[15..], 8),
            24 => (&message[..18], &message[18..], 4),
            _ => return Err(0x6A80),
        };
        let right = padding[0] == 0x80
            && padding[1..].iter().all(|byte| *byte == 0)
            && session[6..] == [0x80, 0x00]
            && input[kind] == 0x02
            && input[kind + 1..kind + 7] == self.settings.terminal;
        if !right {
            return Err(0x6A80);
        }
        command.expects(4)?;
        if input.len() == 18 {
            let amount = u32::from_be_bytes(std::array::from_fn(|at| input[at]));
            let at = std::array::from_fn(|digit| input[11 + digit]);
            self.take(Load { card, block: block(session), amount, at })?;
        }
        Ok(crypto::mac(crypto::triple(key, block(session)), input).to_vec())
    }

    /// Takes a load from the quota.
    fn take(&mut self, load: Load) -> Result<(), u16> {
        if self.memory.last_load == Some(load) {
            return Ok(());
        }
        if load.at > self.memory.expiry {
            return Err(0x6985);
        }
        let left = self.memory.quota.checked_sub(load.amount).ok_or(0x9401_u16)?;
        self.commit(|memory| (memory.quota, memory.last_load) = (left, Some(load)))
    }
}
