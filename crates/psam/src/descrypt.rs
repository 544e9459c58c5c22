//! INIT FOR DESCRYPT and DES CRYPT: what a terminal needs of a card's other keys
//! (`docs/spec/terminal.md` 2.4).
//!
//! | P1 of DES CRYPT | data | answer |
//! |---|---|---|
//! | 00, 02 | blocks | as many, each enciphered by itself (3DES, ECB) |
//! | 01 | blocks | 4 bytes: the MAC ends |
//! | 03 | blocks | none: the MAC goes on |
//! | 05 | initial vector ‖ blocks | 4 bytes: the whole MAC |
//! | 07 | initial vector ‖ blocks | none: the MAC begins |
//!
//! So bit 0 says MAC, bit 1 that more comes, bit 2 that an initial vector stands in front. The sources name
//! the six values; that blocks are whole and padded by the sender, that a MAC has any number of them, that
//! one without an initial vector begins from zeros, that it is the retail MAC of secure messaging
//! (`docs/spec/card.md` 4.7), and that the cipher is ECB, are our reading. A load key is for the MACs of a
//! load alone: see `quota`.

use rand_core::Rng;
use tunion_apdu::{Command, LeRule, Response, Sw};
use tunion_crypto::{Algorithm, Key16, TdesKey};
use tunion_data::command::SamKey;
use tunion_device::Fault;

use crate::psam::{Directory, Open, Psam};

/// A card's key that is ready. It lies in RAM and goes with the power.
#[derive(Clone, Debug)]
pub(crate) struct Crypt {
    key: TdesKey,
    use_: Use,
}

/// What a key may be used for.
#[derive(Clone, Copy, Debug)]
enum Use {
    /// Any of the six ways; what a MAC that goes on has come to, zeros where none does.
    Any { chain: [u8; 8] },
    /// The MACs of a load of this card.
    Load { asn: [u8; 8] },
}

/// Bits of DES CRYPT's P1.
const MAC: u8 = 0x01;
const MORE: u8 = 0x02;
const VECTOR: u8 = 0x04;

/// P1 of the MACs of a load.
const LAST_OF_MAC: u8 = MAC;

impl<R: Rng> Psam<R> {
    /// INIT FOR DESCRYPT: derives a card's key, the last factor first. It stays until the next INIT, a
    /// SELECT or the reset.
    ///
    /// A key that this PSAM has not is 9403, factors of another number than the key's are 6700 (our
    /// reading).
    pub(crate) fn init_for_descrypt(&mut self, command: &Command<'_>) -> Result<(), Fault> {
        self.require(Directory::Purchase)?;
        self.counters().require_unlocked()?;
        let name = SamKey { p1: command.p1, p2: command.p2 };
        let (factors, rest) = command.data.as_chunks::<8>();
        let root = self.root(name).ok_or(Sw::NO_SUCH_KEY)?.clone();
        let ([asn, ..], []) = (factors, rest) else { return Err(Sw::WRONG_LENGTH.into()) };
        if factors.len() != name.levels() {
            return Err(Sw::WRONG_LENGTH.into());
        }
        let tally = &mut self.core.work.crypto;
        let key =
            factors.iter().rev().fold(root, |key, factor| key.diversify(Algorithm::Tdes, *factor, tally));
        let use_ = if name == SamKey::LOAD { Use::Load { asn: *asn } } else { Use::Any { chain: [0; 8] } };
        self.open = Open::Crypt(Crypt { key: key.tdes(tally), use_ });
        Ok(())
    }

    fn root(&self, name: SamKey) -> Option<&Key16> {
        match name {
            SamKey::BLOCK => Some(&self.contents.block_root),
            SamKey::MAINTENANCE => Some(&self.contents.maintenance_root),
            SamKey::LOAD => self.contents.load.as_ref().map(|load| &load.root),
            _ => None,
        }
    }

    /// DES CRYPT, under the key that is ready; without one 6901. What it refuses leaves a MAC that goes on
    /// as it was; a cipher text leaves it too.
    pub(crate) fn des_crypt(&mut self, command: &Command<'_>, response: &mut Response) -> Result<(), Fault> {
        self.counters().require_unlocked()?;
        let Open::Crypt(Crypt { key, use_ }) = &mut self.open else {
            return Err(Sw::INVALID_STATE.into());
        };
        let (blocks, []) = command.data.as_chunks::<8>() else { return Err(Sw::WRONG_LENGTH.into()) };
        let chain = match use_ {
            Use::Any { chain } => chain,
            Use::Load { asn } if command.p1 == LAST_OF_MAC => {
                let (asn, key) = (*asn, key.clone());
                return self.mac_of_load(asn, &key, command, response);
            }
            Use::Load { .. } => return Err(Sw::CONDITIONS.into()),
        };
        let tally = &mut self.core.work.crypto;
        if command.p1 & MAC == 0 {
            command.expect(command.data.len(), LeRule::Strict)?;
            for block in blocks {
                response.push(&key.encrypt(*block, tally))?;
            }
            return Ok(());
        }
        let (start, blocks) = match blocks {
            [vector, blocks @ ..] if command.p1 & VECTOR != 0 => (*vector, blocks),
            _ => (*chain, blocks),
        };
        let Some((last, before)) = blocks.split_last() else { return Err(Sw::WRONG_LENGTH.into()) };
        let ends = command.p1 & MORE == 0;
        command.expect(if ends { 4 } else { 0 }, LeRule::Strict)?;
        let state = key.chain_blocks(start, before, tally);
        if ends {
            *chain = [0; 8];
            return Ok(response.push(&key.chain_end(state, *last, tally))?);
        }
        *chain = key.chain_blocks(state, &[*last], tally);
        Ok(())
    }
}
