//! The memory itself: pages, written one at a time, with a cut somewhere ahead.

use crate::PAGE;
use core::fmt;

/// [`PAGE`] as a number of bytes.
const PAGE_BYTES: u32 = 128;
const _: () = assert!(PAGE_BYTES as usize == PAGE);

/// The power is gone; the device answers nothing more until it is powered on again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PowerLost;

impl fmt::Display for PowerLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("power lost")
    }
}

impl core::error::Error for PowerLost {}

/// Why a commit did not answer that it is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CommitError {
    /// The power went, or was gone before. The changes are all made or none: see
    /// [`Tx::commit`](crate::Tx::commit).
    PowerLost,
    /// The memory is worn out ([`Power::set_worn`](crate::Power::set_worn)): not a byte was written, and
    /// the power is still there.
    Worn,
}

impl fmt::Display for CommitError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::PowerLost => PowerLost.fmt(f),
            Self::Worn => f.write_str("the memory is worn out"),
        }
    }
}

impl core::error::Error for CommitError {}

impl From<PowerLost> for CommitError {
    fn from(PowerLost: PowerLost) -> Self {
        Self::PowerLost
    }
}

/// A loss of power that lies ahead.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cut {
    /// Bytes that are still written before the power goes. With 0 the next write writes nothing.
    pub after: u32,
    /// What becomes of the page that is under the pen.
    pub damage: Damage,
}

/// What a page looks like whose writing was cut short.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Damage {
    /// The bytes written so far are new, the rest is old.
    Prefix,
    /// The whole page is noise, made from this seed: a page that was erased and half programmed.
    Noise(u64),
}

/// `N` pages that keep their content without power.
#[derive(Clone, Debug)]
pub struct Memory<const N: usize> {
    pages: [[u8; PAGE]; N],
    cut: Option<Cut>,
    powered: bool,
    worn: bool,
    page_writes: u32,
}

impl<const N: usize> Memory<N> {
    /// Erased memory, powered.
    pub(crate) const fn erased() -> Self {
        Self { pages: [[0xFF; PAGE]; N], cut: None, powered: true, worn: false, page_writes: 0 }
    }

    /// A page; beyond the last one, zeros.
    pub(crate) fn page(&self, number: usize) -> &[u8; PAGE] {
        const BEYOND: &[u8; PAGE] = &[0; PAGE];
        self.pages.get(number).unwrap_or(BEYOND)
    }

    /// Writes one page.
    ///
    /// # Errors
    /// [`PowerLost`], when the cut falls into this page or the power was gone before. A page that the
    /// memory does not have ends it too: no root that was accepted names one, and a device that wants
    /// to write there must not go on.
    pub(crate) fn write(&mut self, number: usize, content: &[u8; PAGE]) -> Result<(), PowerLost> {
        if !self.powered {
            return Err(PowerLost);
        }
        let Some(page) = self.pages.get_mut(number) else {
            self.powered = false;
            return Err(PowerLost);
        };
        if let Some(cut) = &mut self.cut {
            let Some(after) = cut.after.checked_sub(PAGE_BYTES) else {
                tear(page, content, *cut);
                self.cut = None;
                self.powered = false;
                return Err(PowerLost);
            };
            cut.after = after;
        }
        *page = *content;
        self.page_writes = self.page_writes.wrapping_add(1);
        Ok(())
    }

    /// Lays a cut ahead, or takes it away.
    pub(crate) const fn set_cut(&mut self, cut: Option<Cut>) {
        self.cut = cut;
    }

    /// The cut that still lies ahead.
    pub(crate) const fn cut(&self) -> Option<Cut> {
        self.cut
    }

    pub(crate) const fn set_power(&mut self, on: bool) {
        self.powered = on;
    }

    pub(crate) const fn is_powered(&self) -> bool {
        self.powered
    }

    pub(crate) const fn set_worn(&mut self, worn: bool) {
        self.worn = worn;
    }

    pub(crate) const fn is_worn(&self) -> bool {
        self.worn
    }

    /// Pages written completely since the memory was made.
    pub(crate) const fn page_writes(&self) -> u32 {
        self.page_writes
    }
}

/// Leaves `page` as a write of `content` would that was cut short. A cut that leaves no time for a
/// single byte leaves the page alone: erasing had not begun.
fn tear(page: &mut [u8; PAGE], content: &[u8; PAGE], cut: Cut) {
    let done = cut.after as usize;
    match cut.damage {
        Damage::Prefix => page.iter_mut().zip(content).take(done).for_each(|(old, new)| *old = *new),
        Damage::Noise(_) if done == 0 => {}
        Damage::Noise(seed) => {
            // SplitMix64, Steele, Lea and Flood 2014: any stream will do, it has to be repeatable.
            let mut state = seed;
            for chunk in page.chunks_exact_mut(8) {
                state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
                let mut mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                chunk.copy_from_slice(&(mixed ^ (mixed >> 31)).to_le_bytes());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_wrong_is_said() {
        assert_eq!(std::format!("{PowerLost}"), "power lost");
        assert_eq!(std::format!("{}", CommitError::PowerLost), "power lost");
        assert_eq!(std::format!("{}", CommitError::Worn), "the memory is worn out");
        assert_eq!(
            std::format!("{}", crate::Corrupt),
            "the memory holds no root that can be told to be the newest"
        );
    }

    /// `SplitMix64`'s published first outputs from seed 0.
    #[test]
    fn noise_is_the_stream_it_is_said_to_be() {
        let mut page = [0; PAGE];
        tear(&mut page, &[0xFF; PAGE], Cut { after: 1, damage: Damage::Noise(0) });
        let outputs = [0xE220_A839_7B1D_CDAF_u64, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F];
        let bytes: std::vec::Vec<u8> = outputs.into_iter().flat_map(u64::to_le_bytes).collect();
        assert_eq!(page[..24], bytes);
    }

    /// A cut before the first byte comes before erasing, whatever the damage would be.
    #[test]
    fn a_page_that_was_not_begun_is_left_alone() {
        for damage in [Damage::Prefix, Damage::Noise(0)] {
            let mut page = [0x5A; PAGE];
            tear(&mut page, &[0xFF; PAGE], Cut { after: 0, damage });
            assert_eq!(page, [0x5A; PAGE]);
        }
    }

    #[test]
    fn a_page_beyond_the_last_is_not_written_in_silence() {
        let mut memory = Memory::<3>::erased();
        assert_eq!(memory.write(2, &[1; PAGE]), Ok(()));
        assert_eq!(memory.write(3, &[1; PAGE]), Err(PowerLost));
        assert!(!memory.is_powered());
    }
}
