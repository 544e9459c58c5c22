//! Random numbers that are not.

use core::convert::Infallible;
use hex_literal::hex;
use rand_core::TryRng;

/// Random numbers as the constructed session has them: the same four bytes each time
/// (`docs/spec/card.md` 5.4).
#[derive(Clone)]
pub(crate) struct Fixed;

const RANDOM: [u8; 4] = hex!("11223344");

impl TryRng for Fixed {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_le_bytes(RANDOM))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let half = u64::from(u32::from_le_bytes(RANDOM));
        Ok(half << 32 | half)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.iter_mut().zip(RANDOM.iter().cycle()).for_each(|(to, from)| *to = *from);
        Ok(())
    }
}
