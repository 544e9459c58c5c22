//! Pages whose changes are all-or-nothing.

use crate::memory::{CommitError, Cut, Memory, PowerLost};
use crate::power::{Corrupt, Power};
use crate::{PAGE, SPARE};
use crc::{CRC_32_ISO_HDLC, Crc, Table};
use heapless::Vec;

/// The most pages a store can have: one root page names them all and the spare ones.
pub const MAX_PAGES: usize = PAGE - ROOT_HEADER - SPARE;

/// Pages kept for the two roots.
const ROOTS: usize = 2;
/// Bytes of the CRC-32.
const CRC_LEN: usize = 4;
/// CRC-32 and generation.
const ROOT_HEADER: usize = CRC_LEN + 4;

/// Bytes of a root that its checksum takes at once. Each costs a table of 1 KiB.
const SLICES: usize = if cfg!(feature = "small") { 1 } else { 16 };

/// There is one, and not a copy at each use.
static CRC: Crc<u32, Table<SLICES>> = Crc::<u32, Table<SLICES>>::new(&CRC_32_ISO_HDLC);

/// A transaction wants to change more than [`SPARE`] pages.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TxFull;

/// Where each page is. Physical pages are numbered after the two roots.
#[derive(Clone, Debug)]
struct Root<const PAGES: usize> {
    generation: u32,
    map: [u8; PAGES],
    free: [u8; SPARE],
}

impl<const PAGES: usize> Root<PAGES> {
    /// Bytes of a root that say something; those after it are zeros, written and never read.
    const USED: usize = ROOT_HEADER + PAGES + SPARE;

    fn encode(&self) -> [u8; PAGE] {
        let mut page = [0; PAGE];
        let fields: [&[u8]; 3] = [&self.generation.to_be_bytes(), &self.map, &self.free];
        let mut rest = page.get_mut(CRC_LEN..).unwrap_or_default();
        for field in fields {
            // `format` asks for a page with room for all of them.
            let Some((place, after)) = rest.split_at_mut_checked(field.len()) else { break };
            place.copy_from_slice(field);
            rest = after;
        }
        let crc = Self::checksum(&page);
        if let Some(place) = page.first_chunk_mut() {
            *place = crc.to_be_bytes();
        }
        page
    }

    /// The CRC of a root: over its generation, map and free list.
    fn checksum(page: &[u8; PAGE]) -> u32 {
        CRC.checksum(page.get(CRC_LEN..Self::USED).unwrap_or_default())
    }

    /// The root that lies at `place`; `None` unless its CRC holds, its generation belongs there, and it
    /// names every page once.
    fn decode(page: &[u8; PAGE], place: usize) -> Option<Self> {
        let (crc, body) = page.split_first_chunk::<CRC_LEN>()?;
        if u32::from_be_bytes(*crc) != Self::checksum(page) {
            return None;
        }
        let (generation, body) = body.split_first_chunk::<4>()?;
        let (map, body) = body.split_first_chunk::<PAGES>()?;
        let (free, _) = body.split_first_chunk::<SPARE>()?;
        let root = Self { generation: u32::from_be_bytes(*generation), map: *map, free: *free };
        (root.place() == place && root.names_each_page_once()).then_some(root)
    }

    /// Invariant 2. So many numbers, all in range and no two the same, are all there are.
    fn names_each_page_once(&self) -> bool {
        const { assert!(MAX_PAGES + SPARE <= u128::BITS as usize, "one bit for each page") };
        let mut seen = 0u128;
        self.map.iter().chain(&self.free).all(|page| {
            let new = usize::from(*page) < PAGES + SPARE && seen >> page & 1 == 0;
            seen |= u128::from(new) << (page % 128);
            new
        })
    }

    /// Which of the two roots this generation is written to.
    const fn place(&self) -> usize {
        (self.generation % 2) as usize
    }
}

/// `PAGES` pages that change together or not at all. `PHYSICAL` is `PAGES + SPARE + 2`.
#[derive(Clone, Debug)]
pub struct Store<const PAGES: usize, const PHYSICAL: usize> {
    memory: Memory<PHYSICAL>,
    root: Root<PAGES>,
}

impl<const PAGES: usize, const PHYSICAL: usize> Store<PAGES, PHYSICAL> {
    /// A store as it leaves the factory: every page zero, powered.
    #[must_use]
    pub fn format() -> Self {
        const {
            assert!(PAGES <= MAX_PAGES, "one root cannot name that many pages");
            assert!(PHYSICAL == PAGES + SPARE + ROOTS, "PHYSICAL has to be PAGES + SPARE + 2");
        }
        let mut numbers = 0..=u8::MAX;
        let mut next = || numbers.next().unwrap_or(u8::MAX);
        let map = core::array::from_fn(|_| next());
        let free = core::array::from_fn(|_| next());
        let root = Root { generation: 0, map, free };
        let mut memory = Memory::erased();
        // A factory does not lose power.
        for number in 0..PAGES {
            let _ = memory.write(ROOTS + number, &[0; PAGE]);
        }
        let _ = memory.write(root.place(), &root.encode());
        Self { memory, root }
    }

    /// A page as it was last committed; beyond the last one, zeros.
    #[must_use]
    pub fn page(&self, number: usize) -> &[u8; PAGE] {
        let physical = self.root.map.get(number).copied().map_or(usize::MAX, usize::from);
        self.memory.page(physical.saturating_add(ROOTS))
    }

    /// Begins a change. Dropping the [`Tx`] forgets it.
    pub fn begin(&mut self) -> Tx<'_, PAGES, PHYSICAL> {
        Tx { store: self, staged: Vec::new() }
    }

    /// The newest valid root in memory.
    fn newest(&self) -> Result<Root<PAGES>, Corrupt> {
        match [0, 1].map(|place| Root::decode(self.memory.page(place), place)) {
            // Generations follow each other, so the difference tells the order even when they wrap.
            [Some(a), Some(b)] if a.generation.wrapping_sub(b.generation) == 1 => Ok(a),
            [Some(a), Some(b)] if b.generation.wrapping_sub(a.generation) == 1 => Ok(b),
            [Some(only), None] | [None, Some(only)] => Ok(only),
            [Some(_), Some(_)] | [None, None] => Err(Corrupt),
        }
    }
}

impl<const PAGES: usize, const PHYSICAL: usize> Power for Store<PAGES, PHYSICAL> {
    /// Also settles what [`Store::page`] shows after a commit that was cut short.
    fn power_off(&mut self) {
        self.memory.set_power(false);
        if let Ok(newest) = self.newest() {
            self.root = newest;
        }
    }

    fn power_on(&mut self) -> Result<(), Corrupt> {
        let newest = self.newest();
        self.memory.set_power(newest.is_ok());
        self.root = newest?;
        Ok(())
    }

    fn is_powered(&self) -> bool {
        self.memory.is_powered()
    }

    fn set_cut(&mut self, cut: Option<Cut>) {
        self.memory.set_cut(cut);
    }

    fn cut(&self) -> Option<Cut> {
        self.memory.cut()
    }

    fn set_worn(&mut self, worn: bool) {
        self.memory.set_worn(worn);
    }

    fn is_worn(&self) -> bool {
        self.memory.is_worn()
    }

    fn page_writes(&self) -> u32 {
        self.memory.page_writes()
    }

    fn committed(&self, number: usize) -> Option<&[u8; PAGE]> {
        (number < PAGES).then(|| self.page(number))
    }
}

/// A change that is being put together in RAM.
#[derive(Debug)]
pub struct Tx<'s, const PAGES: usize, const PHYSICAL: usize> {
    store: &'s mut Store<PAGES, PHYSICAL>,
    staged: Vec<(u8, [u8; PAGE]), SPARE>,
}

impl<const PAGES: usize, const PHYSICAL: usize> Tx<'_, PAGES, PHYSICAL> {
    /// A page to be changed, with the changes made so far.
    ///
    /// # Errors
    /// [`TxFull`] for a ninth page, or one that the store does not have.
    pub fn page_mut(&mut self, number: usize) -> Result<&mut [u8; PAGE], TxFull> {
        let key = u8::try_from(number).ok().filter(|_| number < PAGES).ok_or(TxFull)?;
        let staged = self.staged.iter().position(|(staged, _)| *staged == key);
        let at = staged.unwrap_or(self.staged.len());
        if staged.is_none() {
            self.staged.push((key, *self.store.page(number))).map_err(|_| TxFull)?;
        }
        self.staged.get_mut(at).map(|(_, page)| page).ok_or(TxFull)
    }

    /// Makes all the changes. A commit without changes writes nothing, so a worn memory takes it.
    ///
    /// # Errors
    /// - [`CommitError::PowerLost`]: the store is without power, and the changes are all made or none. As
    ///   a rule none is; but where the cut fell into the last bytes of the root, which no root uses, the
    ///   root is whole all the same. [`Store::page`] tells, at once and after [`Power::power_on`] alike.
    /// - [`CommitError::Worn`]: the store has power, and no change is made.
    pub fn commit(self) -> Result<(), CommitError> {
        let Self { store, staged } = self;
        if !store.is_powered() {
            return Err(CommitError::PowerLost);
        }
        if staged.is_empty() {
            return Ok(());
        }
        if store.is_worn() {
            return Err(CommitError::Worn);
        }
        let mut next = store.root.clone();
        next.generation = next.generation.wrapping_add(1);
        let written = write(&mut store.memory, &mut next, &staged);
        if written.is_ok() {
            store.root = next;
        } else {
            store.power_off();
        }
        Ok(written?)
    }
}

/// Writes the staged pages where `next` has free ones, and then `next` itself.
fn write<const PAGES: usize, const PHYSICAL: usize>(
    memory: &mut Memory<PHYSICAL>,
    next: &mut Root<PAGES>,
    staged: &[(u8, [u8; PAGE])],
) -> Result<(), PowerLost> {
    for ((number, content), free) in staged.iter().zip(&mut next.free) {
        memory.write(usize::from(*free) + ROOTS, content)?;
        if let Some(place) = next.map.get_mut(usize::from(*number)) {
            core::mem::swap(place, free);
        }
    }
    memory.write(next.place(), &next.encode())
}

#[cfg(test)]
mod tests;
