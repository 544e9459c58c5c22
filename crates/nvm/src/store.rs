//! Pages whose changes are all-or-nothing.

use crate::memory::{Cut, Memory, PowerLost};
use crate::power::{Corrupt, Power};
use crate::{PAGE, SPARE};
use crc::{CRC_32_ISO_HDLC, Crc, Table};
use heapless::Vec;

/// The most pages a store can have: one root page names them all and the spare ones.
pub const MAX_PAGES: usize = PAGE - ROOT_HEADER - SPARE;

/// Pages kept for the two roots.
const ROOTS: usize = 2;
/// CRC-32 and generation.
const ROOT_HEADER: usize = 8;

/// The table of 16 KiB makes a root quick to check; there is one, and not a copy at each use.
static CRC: Crc<u32, Table<16>> = Crc::<u32, Table<16>>::new(&CRC_32_ISO_HDLC);

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
    fn encode(&self) -> [u8; PAGE] {
        let mut page = [0; PAGE];
        let body = self.generation.to_be_bytes().into_iter().chain(self.map).chain(self.free);
        page.iter_mut().skip(4).zip(body).for_each(|(to, from)| *to = from);
        let crc = CRC.checksum(&page[4..]);
        page[..4].copy_from_slice(&crc.to_be_bytes());
        page
    }

    /// The root that lies at `place`; `None` unless its CRC holds, its generation belongs there, and it
    /// names every page once.
    fn decode(page: &[u8; PAGE], place: usize) -> Option<Self> {
        let (crc, body) = page.split_first_chunk::<4>()?;
        if u32::from_be_bytes(*crc) != CRC.checksum(body) {
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

    fn page_writes(&self) -> u32 {
        self.memory.page_writes()
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

    /// Makes all the changes.
    ///
    /// # Errors
    /// [`PowerLost`]: the store is without power, and the changes are all made or none. As a rule none
    /// is; but where the cut fell into the last bytes of the root, which no root uses, the root is
    /// whole all the same. [`Store::page`] tells, at once and after [`Power::power_on`] alike.
    pub fn commit(self) -> Result<(), PowerLost> {
        let Self { store, staged } = self;
        if staged.is_empty() {
            return if store.is_powered() { Ok(()) } else { Err(PowerLost) };
        }
        let mut next = store.root.clone();
        next.generation = next.generation.wrapping_add(1);
        let written = write(&mut store.memory, &mut next, &staged);
        if written.is_ok() {
            store.root = next;
        } else {
            store.power_off();
        }
        written
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
mod tests {
    use super::*;
    use crate::Damage;
    use proptest::prelude::*;
    use std::vec::Vec;

    const PAGES: usize = 12;
    /// Bytes of the longest commit: every spare page and a root.
    const LONGEST: u32 = 9 * 128;
    type Small = Store<PAGES, { PAGES + SPARE + 2 }>;
    /// What the store should be: its pages, each a single repeated byte.
    type Model = [u8; PAGES];

    fn content(store: &Small) -> Option<Model> {
        let mut model = [0; PAGES];
        for (number, value) in model.iter_mut().enumerate() {
            let page = store.page(number);
            *value = page[0];
            if page.iter().any(|byte| byte != value) {
                return None;
            }
        }
        Some(model)
    }

    fn apply(store: &mut Small, changes: &[(usize, u8)]) -> Result<(), PowerLost> {
        let mut tx = store.begin();
        for (number, value) in changes {
            *tx.page_mut(*number).unwrap() = [*value; PAGE];
        }
        tx.commit()
    }

    #[test]
    fn a_cut_at_every_byte_of_a_commit_leaves_old_or_new() {
        let changes: Vec<(usize, u8)> = (0..SPARE).zip(0xA0..).collect();
        let mut before = Small::format();
        apply(&mut before, &[(0, 1), (11, 2)]).unwrap();
        let old = content(&before).unwrap();
        let mut after = before.clone();
        apply(&mut after, &changes).unwrap();
        let new = content(&after).unwrap();

        let mut whole_all_the_same = false;
        for cut in 0..=LONGEST {
            for damage in [Damage::Prefix, Damage::Noise(u64::from(cut))] {
                let mut store = before.clone();
                store.set_cut(Some(Cut { after: cut, damage }));
                let outcome = apply(&mut store, &changes);
                assert_eq!(outcome.is_ok(), cut == LONGEST);
                store.set_cut(None);
                let told = content(&store);
                store.power_on().unwrap();
                // The last bytes of a root are unused zeros: a prefix that has all the rest is whole.
                let found = content(&store).unwrap();
                assert_eq!(told, Some(found), "cut after {cut} bytes, {damage:?}");
                whole_all_the_same |= outcome.is_err() && found == new;
                assert!(found == old || found == new, "cut after {cut} bytes, {damage:?}");
                assert!(outcome.is_err() || found == new);
                assert!(store.root.names_each_page_once());
                // And it still works.
                apply(&mut store, &[(5, 0x55)]).unwrap();
                assert_eq!(store.page(5)[0], 0x55);
            }
        }
        assert!(whole_all_the_same, "a cut in the root's tail");
    }

    #[test]
    fn a_ninth_page_is_refused_and_nothing_changes() {
        let mut store = Small::format();
        let mut tx = store.begin();
        for number in 0..SPARE {
            tx.page_mut(number).unwrap()[0] = 1;
        }
        assert_eq!(tx.page_mut(SPARE), Err(TxFull));
        assert_eq!(tx.page_mut(PAGES), Err(TxFull));
        drop(tx);
        assert_eq!(content(&store), Some([0; PAGES]));
    }

    #[test]
    fn without_power_nothing_is_written() {
        let mut store = Small::format();
        store.power_off();
        assert_eq!(apply(&mut store, &[(0, 1)]), Err(PowerLost));
        assert_eq!(apply(&mut store, &[]), Err(PowerLost));
        store.power_on().unwrap();
        assert_eq!(content(&store), Some([0; PAGES]));
    }

    #[test]
    fn generations_may_wrap() {
        let mut store = Small::format();
        store.root.generation = u32::MAX - 2;
        for value in 1..6 {
            apply(&mut store, &[(0, value)]).unwrap();
            let mut again = store.clone();
            again.power_on().unwrap();
            assert_eq!(again.page(0)[0], value);
        }
    }

    #[test]
    fn a_memory_without_a_root_is_corrupt() {
        let mut store = Small::format();
        store.memory.write(0, &[0xEE; PAGE]).unwrap();
        store.memory.write(1, &[0xEE; PAGE]).unwrap();
        assert_eq!(store.power_on(), Err(Corrupt));
        assert!(!store.is_powered());
    }

    /// A store with the roots of generations 6 and 7, and the root of 7.
    fn seven() -> (Small, Root<PAGES>) {
        let mut store = Small::format();
        for value in 1..=7 {
            apply(&mut store, &[(0, value)]).unwrap();
        }
        let root = store.root.clone();
        (store, root)
    }

    #[test]
    fn of_two_valid_roots_one_has_to_follow_the_other() {
        for generation in [3, 5, 9, 0xFFFF_FFFF] {
            let (mut store, root) = seven();
            store.memory.write(1, &Root { generation, ..root }.encode()).unwrap();
            assert_eq!(store.power_on(), if generation == 5 { Ok(()) } else { Err(Corrupt) }, "{generation}");
        }
    }

    #[test]
    fn a_root_where_its_generation_does_not_belong_is_not_valid() {
        let (mut store, root) = seven();
        store.memory.write(1, &Root { generation: 8, ..root }.encode()).unwrap();
        store.power_on().unwrap();
        assert_eq!((store.root.generation, store.page(0)[0]), (6, 6));
    }

    #[test]
    fn a_root_that_names_a_page_twice_or_beyond_the_last_is_not_valid() {
        for spoilt in [0, 19, 20, 0x7F, 0x80, 0xFF] {
            for at in 1..PAGES + SPARE {
                let (mut store, mut root) = seven();
                let page = root.map.iter_mut().chain(&mut root.free).nth(at).unwrap();
                if core::mem::replace(page, spoilt) == spoilt {
                    continue;
                }
                store.memory.write(1, &root.encode()).unwrap();
                store.power_on().unwrap();
                assert_eq!(store.root.generation, 6, "{spoilt} at {at}");
            }
        }
    }

    proptest! {
        /// Any sequence of commits, each cut or not: the model is the last one that answered, or, after
        /// a cut, the one before or after.
        #[test]
        fn any_history_agrees_with_the_model(
            history in prop::collection::vec(
                (
                    prop::collection::vec((0..PAGES, any::<u8>()), 1..=SPARE),
                    prop::option::of((0u32..=LONGEST, prop::option::of(any::<u64>()))),
                ),
                1..40,
            )
        ) {
            let mut store = Small::format();
            let mut model: Model = [0; PAGES];
            for (changes, cut) in history {
                let mut new = model;
                for (number, value) in &changes {
                    new[*number] = *value;
                }
                store.set_cut(cut.map(|(after, noise)| Cut {
                    after,
                    damage: noise.map_or(Damage::Prefix, Damage::Noise),
                }));
                let outcome = apply(&mut store, &changes);
                store.set_cut(None);
                let told = content(&store);
                store.power_on().unwrap();
                let found = content(&store).unwrap();
                prop_assert_eq!(told, Some(found));
                if outcome.is_ok() {
                    prop_assert_eq!(found, new);
                } else {
                    prop_assert!(found == model || found == new);
                }
                model = found;
                prop_assert!(store.root.names_each_page_once());
            }
        }
    }
}
